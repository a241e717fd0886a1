variable "cloudfront" {
  description = "Whether there is a distribution; false takes it and the firewall away."
  type        = bool
  default     = true
  nullable    = false
}

variable "serve" {
  description = "Whether the ingress' names lead to CloudFront. false leaves them with the load balancer, and makes the distribution to be tried by its own name."
  type        = bool
  default     = true
  nullable    = false
}

variable "direct" {
  description = "Whether network.allow_from may still reach the load balancer past CloudFront: true while names move, for as long as anybody keeps the old addresses."
  type        = bool
  default     = false
  nullable    = false
}

variable "origin" {
  description = "How CloudFront reaches the load balancer: by its public addresses, which then let nobody else in; or inside of the VPC, for a load balancer that is internal and has no TLS listener."
  type        = string
  default     = "public"
  nullable    = false

  validation {
    condition     = contains(["public", "vpc"], var.origin)
    error_message = "origin must be one of: public, vpc."
  }
}

variable "origin_name" {
  description = "Name below the domain that leads to a public load balancer: for CloudFront, and for clients that do not speak HTTP."
  type        = string
  default     = "origin"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.origin_name))
    error_message = "origin_name must match ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$."
  }
}

variable "origin_prefix_list" {
  description = "Managed prefix list of CloudFront's own addresses in this region (com.amazonaws.global.cloudfront.origin-facing); auto knows it for most regions."
  type        = string
  nullable    = false
}

variable "origin_timeout" {
  description = "How long the application may take to answer; more than 60 needs a quota of CloudFront raised."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.origin_timeout >= 1 && var.origin_timeout <= 180 && floor(var.origin_timeout) == var.origin_timeout
    error_message = "origin_timeout must be a whole number, at least 1 and at most 180 (seconds)."
  }
}

variable "price_class" {
  description = "Where it serves from: 100 is North America, Europe and Israel; All costs most."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class must be one of: PriceClass_100, PriceClass_200, PriceClass_All."
  }
}

variable "http_version" {
  description = "Newest HTTP that clients may speak; HTTP/1.1 always works."
  type        = string
  default     = "http2and3"
  nullable    = false

  validation {
    condition     = contains(["http2", "http2and3"], var.http_version)
    error_message = "http_version must be one of: http2, http2and3."
  }
}

variable "minimum_tls" {
  description = "Oldest TLS and ciphers that clients may speak."
  type        = string
  default     = "TLSv1.2_2021"
  nullable    = false

  validation {
    condition     = contains(["TLSv1.2_2019", "TLSv1.2_2021"], var.minimum_tls)
    error_message = "minimum_tls must be one of: TLSv1.2_2019, TLSv1.2_2021."
  }
}

variable "static_paths" {
  description = "Paths that CloudFront keeps, for as long as the application says (an hour where it says nothing); all other requests reach the application each time."
  type        = list(string)
  default     = ["/mxclientsystem/*", "/dist/*", "/widgets/*", "/img/*", "/styles/*", "/css/*", "/theme/*"]
  nullable    = false

  validation {
    condition     = length(var.static_paths) <= 24
    error_message = "static_paths must have at most 24 entries."
  }

  validation {
    condition = alltrue([
      for static_path in var.static_paths :
      can(regex("^/[A-Za-z0-9_.*$/~@:+-]+$", static_path))
    ])
    error_message = "static_paths[*] must match ^/[A-Za-z0-9_.*$/~@:+-]+$."
  }

  validation {
    condition     = alltrue([for static_path in var.static_paths : length(static_path) <= 255])
    error_message = "static_paths[*] must have at most 255 characters."
  }
}

variable "allow_from_ipv6" {
  description = "IPv6 blocks that may use the platform beside network.allow_from; without any, IPv6 is off unless network.allow_from lets everybody in."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.allow_from_ipv6) <= 100
    error_message = "allow_from_ipv6 must have at most 100 entries."
  }

  validation {
    condition = alltrue([
      for allow_from_ipv6_item in var.allow_from_ipv6 :
      can(regex("^[0-9a-f:]*:[0-9a-f:]*/[0-9]{1,3}$", allow_from_ipv6_item))
    ])
    error_message = "allow_from_ipv6[*] must match ^[0-9a-f:]*:[0-9a-f:]*/[0-9]{1,3}$."
  }

  validation {
    condition     = alltrue([for allow_from_ipv6_item in var.allow_from_ipv6 : length(allow_from_ipv6_item) <= 43])
    error_message = "allow_from_ipv6[*] must have at most 43 characters."
  }
}

variable "countries" {
  description = "Countries that may use the platform (ISO 3166); all by default."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.countries) <= 100
    error_message = "countries must have at most 100 entries."
  }

  validation {
    condition     = alltrue([for country in var.countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "countries[*] must match ^[A-Z]{2}$."
  }
}

variable "hsts_days" {
  description = "How long browsers ask for HTTPS alone after a visit (HSTS); 0 says nothing."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.hsts_days >= 0 && var.hsts_days <= 730 && floor(var.hsts_days) == var.hsts_days
    error_message = "hsts_days must be a whole number, at least 0 and at most 730 (days)."
  }
}

variable "frames" {
  description = "Who may show the applications in a frame, where they do not say it themselves."
  type        = string
  default     = "SAMEORIGIN"
  nullable    = false

  validation {
    condition     = contains(["SAMEORIGIN", "DENY"], var.frames)
    error_message = "frames must be one of: SAMEORIGIN, DENY."
  }
}

variable "certificate_arn" {
  description = "A certificate in us-east-1 that exists, for all names; by default one is made for the ingress' names."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null ? true : can(regex("^arn:aws:acm:us-east-1:[0-9]{12}:certificate/[A-Za-z0-9-]+$", var.certificate_arn))
    error_message = "certificate_arn must match ^arn:aws:acm:us-east-1:[0-9]{12}:certificate/[A-Za-z0-9-]+$."
  }

  validation {
    condition     = var.certificate_arn == null ? true : length(var.certificate_arn) <= 200
    error_message = "certificate_arn must have at most 200 characters."
  }
}

variable "further_names" {
  description = "Names outside of the domain that it answers to, which certificate_arn has to have."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.further_names) <= 50
    error_message = "further_names must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for further_name in var.further_names :
      can(regex("^(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$", further_name))
    ])
    error_message = "further_names[*] must match ^(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$."
  }
}

variable "waf" {
  description = "The web application firewall."
  type = object({
    mode = optional(string, "count")
    groups = optional(list(string), [
      "AWSManagedRulesAmazonIpReputationList",
      "AWSManagedRulesCommonRuleSet",
      "AWSManagedRulesKnownBadInputsRuleSet",
      "AWSManagedRulesSQLiRuleSet",
    ])
    counted_rules = optional(map(list(string)), {
      AWSManagedRulesCommonRuleSet = ["SizeRestrictions_BODY", "CrossSiteScripting_BODY"]
    })
    rate     = optional(number, 2000)
    log_days = optional(number, 365)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["count", "block"], var.waf.mode)
    error_message = "waf.mode must be one of: count, block."
  }

  validation {
    condition     = length(var.waf.groups) <= 8
    error_message = "waf.groups must have at most 8 entries."
  }

  validation {
    condition = alltrue([
      for group in var.waf.groups :
      contains([
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesAnonymousIpList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesSQLiRuleSet",
        "AWSManagedRulesAdminProtectionRuleSet",
        "AWSManagedRulesLinuxRuleSet",
        "AWSManagedRulesUnixRuleSet",
      ], group)
    ])
    error_message = "waf.groups[*] must be one of: AWSManagedRulesAmazonIpReputationList, AWSManagedRulesAnonymousIpList, AWSManagedRulesCommonRuleSet, AWSManagedRulesKnownBadInputsRuleSet, AWSManagedRulesSQLiRuleSet, AWSManagedRulesAdminProtectionRuleSet, AWSManagedRulesLinuxRuleSet, AWSManagedRulesUnixRuleSet."
  }

  validation {
    condition = alltrue([
      for name in keys(var.waf.counted_rules) :
      contains([
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesAnonymousIpList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesSQLiRuleSet",
        "AWSManagedRulesAdminProtectionRuleSet",
        "AWSManagedRulesLinuxRuleSet",
        "AWSManagedRulesUnixRuleSet",
      ], name)
    ])
    error_message = "a name in waf.counted_rules must be one of: AWSManagedRulesAmazonIpReputationList, AWSManagedRulesAnonymousIpList, AWSManagedRulesCommonRuleSet, AWSManagedRulesKnownBadInputsRuleSet, AWSManagedRulesSQLiRuleSet, AWSManagedRulesAdminProtectionRuleSet, AWSManagedRulesLinuxRuleSet, AWSManagedRulesUnixRuleSet."
  }

  validation {
    condition = alltrue([
      for counted_rule in var.waf.counted_rules :
      alltrue([for counted_rule in counted_rule : can(regex("^[A-Za-z0-9_]+$", counted_rule))])
    ])
    error_message = "waf.counted_rules[*][*] must match ^[A-Za-z0-9_]+$."
  }

  validation {
    condition     = var.waf.rate >= 10 && var.waf.rate <= 2000000000 && floor(var.waf.rate) == var.waf.rate
    error_message = "waf.rate must be a whole number, at least 10 and at most 2000000000 (requests)."
  }

  validation {
    condition     = contains([7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.waf.log_days)
    error_message = "waf.log_days must be one of: 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731."
  }
}

variable "metrics" {
  description = "Whether CloudFront also measures how long its origin takes, and what its cache spares; without, there is no alarm on that. AWS bills eight metrics, about 2.40 USD a month."
  type        = bool
  default     = false
  nullable    = false
}

variable "notify" {
  description = "Who also gets a mail of the alarms in us-east-1 from there, the home region lost or not; everybody else is told at home, by priority."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.notify) <= 20
    error_message = "notify must have at most 20 entries."
  }

  validation {
    condition     = alltrue([for notify_item in var.notify : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", notify_item))])
    error_message = "notify[*] must match ^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$."
  }

  validation {
    condition     = alltrue([for notify_item in var.notify : length(notify_item) <= 320])
    error_message = "notify[*] must have at most 320 characters."
  }
}

variable "log_days" {
  description = "How long access logs are kept; shorter deletes older ones."
  type        = number
  default     = 400
  nullable    = false

  validation {
    condition     = var.log_days >= 1 && var.log_days <= 3653 && floor(var.log_days) == var.log_days
    error_message = "log_days must be a whole number, at least 1 and at most 3653 (days)."
  }
}

variable "region" {
  description = "Region of the load balancer."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the distribution."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region; only aws has CloudFront with us-east-1."
  type        = string
  nullable    = false
}

variable "security_group_id" {
  description = "Security group of the load balancer."
  type        = string
  nullable    = false
}

variable "allow_from" {
  description = "IPv4 blocks that may use the platform."
  type        = list(string)
  nullable    = false
}

variable "load_balancer_arn" {
  description = "ARN of the load balancer."
  type        = string
  nullable    = false
}

variable "load_balancer_dns_name" {
  description = "DNS name of the load balancer."
  type        = string
  nullable    = false
}

variable "load_balancer_zone_id" {
  description = "Zone of that name."
  type        = string
  nullable    = false
}

variable "scheme" {
  description = "Whether the load balancer is internet-facing or internal."
  type        = string
  nullable    = false
}

variable "protocols" {
  description = "Protocols of the load balancer's listeners by port."
  type        = map(string)
  nullable    = false
}

variable "domain" {
  description = "Domain below which the applications are reached."
  type        = string
  nullable    = false
}

variable "names" {
  description = "Names that lead to the platform."
  type        = list(string)
  nullable    = false
}

variable "zone_id" {
  description = "Route 53 zone that holds the domain."
  type        = string
  nullable    = false
}

variable "checked_from" {
  description = "IPv4 blocks that the applications' addresses are called from."
  type        = list(string)
  default     = null
}

variable "topic_arns" {
  description = "ARNs of the topics that alarms go to, by priority."
  type        = map(string)
  default     = null
}

variable "boundary_arn" {
  description = "Permissions boundary of every role."
  type        = string
  default     = null
}

variable "switched_names" {
  description = "Names that lead here or to a standby."
  type        = list(string)
  default     = null
}

variable "latch_id" {
  description = "Health check that switches names to a standby."
  type        = string
  default     = null
}

variable "logs_bucket_name" {
  description = "Bucket that records who reads the access logs."
  type        = string
  nullable    = false
}

variable "environment" {
  description = "Name of the environment; part of every name in AWS."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$", var.environment))
    error_message = "environment must be a name of lower-case letters, digits and hyphens, at most 16 long."
  }
}

variable "teardown" {
  description = "Disarm what protects from deletion, so that a later destroy can succeed. Loses data."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Further tags of every resource of this module."
  type        = map(string)
  default     = {}
  nullable    = false
}
