variable "scheme" {
  description = "internet-facing: public addresses; internal: reached from the VPC and what is joined to it."
  type        = string
  default     = "internet-facing"
  nullable    = false

  validation {
    condition     = contains(["internet-facing", "internal"], var.scheme)
    error_message = "scheme must be one of: internet-facing, internal."
  }
}

variable "listeners" {
  description = "Ports of the load balancer, and what is behind them; network.allow_from says for whom."
  type = list(object({
    port            = number
    protocol        = string
    target_port     = number
    target_protocol = optional(string)
    health_check = optional(object({
      protocol  = optional(string, "TCP")
      port      = optional(number)
      path      = optional(string)
      codes     = optional(string)
      interval  = optional(number, 10)
      timeout   = optional(number, 6)
      healthy   = optional(number, 3)
      unhealthy = optional(number, 3)
    }), {})
    proxy_protocol     = optional(bool, false)
    preserve_client_ip = optional(bool)
    sticky             = optional(bool, false)
    idle_timeout       = optional(number)
    alpn               = optional(string)
  }))
  default = [
    {
      port        = 443
      protocol    = "TLS"
      target_port = 8443
    },
    {
      port        = 80
      protocol    = "TCP"
      target_port = 8080
    },
  ]
  nullable = false

  validation {
    condition     = length(var.listeners) <= 50
    error_message = "listeners must have at most 50 entries."
  }

  validation {
    condition     = alltrue([for port in var.listeners[*].port : port >= 1 && port <= 65535 && floor(port) == port])
    error_message = "listeners[*].port must be a whole number, at least 1 and at most 65535."
  }

  validation {
    condition = alltrue([
      for protocol in var.listeners[*].protocol :
      contains(["TCP", "UDP", "TCP_UDP", "TLS"], protocol)
    ])
    error_message = "listeners[*].protocol must be one of: TCP, UDP, TCP_UDP, TLS."
  }

  validation {
    condition = alltrue([
      for target_port in var.listeners[*].target_port :
      target_port >= 1024 && target_port <= 65535 && floor(target_port) == target_port
    ])
    error_message = "listeners[*].target_port must be a whole number, at least 1024 and at most 65535."
  }

  validation {
    condition = alltrue([
      for target_protocol in var.listeners[*].target_protocol :
      contains(["TLS", "TCP"], target_protocol)
      if target_protocol != null
    ])
    error_message = "listeners[*].target_protocol must be one of: TLS, TCP."
  }

  validation {
    condition = alltrue([
      for protocol in var.listeners[*].health_check.protocol :
      contains(["TCP", "HTTP", "HTTPS"], protocol)
    ])
    error_message = "listeners[*].health_check.protocol must be one of: TCP, HTTP, HTTPS."
  }

  validation {
    condition = alltrue([
      for port in var.listeners[*].health_check.port :
      port >= 1024 && port <= 65535 && floor(port) == port
      if port != null
    ])
    error_message = "listeners[*].health_check.port must be a whole number, at least 1024 and at most 65535."
  }

  validation {
    condition = alltrue([
      for value in var.listeners[*].health_check.path :
      can(regex("^/[!-~]*$", value))
      if value != null
    ])
    error_message = "listeners[*].health_check.path must match ^/[!-~]*$."
  }

  validation {
    condition     = alltrue([for value in var.listeners[*].health_check.path : length(value) <= 1024 if value != null])
    error_message = "listeners[*].health_check.path must have at most 1024 characters."
  }

  validation {
    condition = alltrue([
      for codes in var.listeners[*].health_check.codes :
      can(regex("^[2-5][0-9]{2}([-,][2-5][0-9]{2})*$", codes))
      if codes != null
    ])
    error_message = "listeners[*].health_check.codes must match ^[2-5][0-9]{2}([-,][2-5][0-9]{2})*$."
  }

  validation {
    condition     = alltrue([for codes in var.listeners[*].health_check.codes : length(codes) <= 100 if codes != null])
    error_message = "listeners[*].health_check.codes must have at most 100 characters."
  }

  validation {
    condition = alltrue([
      for interval in var.listeners[*].health_check.interval :
      interval >= 5 && interval <= 300 && floor(interval) == interval
    ])
    error_message = "listeners[*].health_check.interval must be a whole number, at least 5 and at most 300 (seconds)."
  }

  validation {
    condition = alltrue([
      for timeout in var.listeners[*].health_check.timeout :
      timeout >= 2 && timeout <= 120 && floor(timeout) == timeout
    ])
    error_message = "listeners[*].health_check.timeout must be a whole number, at least 2 and at most 120 (seconds)."
  }

  validation {
    condition = alltrue([
      for healthy in var.listeners[*].health_check.healthy :
      healthy >= 2 && healthy <= 10 && floor(healthy) == healthy
    ])
    error_message = "listeners[*].health_check.healthy must be a whole number, at least 2 and at most 10 (checks)."
  }

  validation {
    condition = alltrue([
      for unhealthy in var.listeners[*].health_check.unhealthy :
      unhealthy >= 2 && unhealthy <= 10 && floor(unhealthy) == unhealthy
    ])
    error_message = "listeners[*].health_check.unhealthy must be a whole number, at least 2 and at most 10 (checks)."
  }

  validation {
    condition = alltrue([
      for idle_timeout in var.listeners[*].idle_timeout :
      idle_timeout >= 60 && idle_timeout <= 6000 && floor(idle_timeout) == idle_timeout
      if idle_timeout != null
    ])
    error_message = "listeners[*].idle_timeout must be a whole number, at least 60 and at most 6000 (seconds)."
  }

  validation {
    condition = alltrue([
      for alpn in var.listeners[*].alpn :
      contains(["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"], alpn)
      if alpn != null
    ])
    error_message = "listeners[*].alpn must be one of: HTTP1Only, HTTP2Only, HTTP2Optional, HTTP2Preferred, None."
  }
}

variable "cross_zone" {
  description = "Spread over the targets of all zones, and not only over those of the client's."
  type        = bool
  default     = true
  nullable    = false
}

variable "deregistration_delay" {
  description = "How long connections to a target that leaves may go on; pods should take as long to stop."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.deregistration_delay >= 0 && var.deregistration_delay <= 3600 && floor(var.deregistration_delay) == var.deregistration_delay
    error_message = "deregistration_delay must be a whole number, at least 0 and at most 3600 (seconds)."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer."
  type        = bool
  default     = true
  nullable    = false
}

variable "zonal_shift" {
  description = "Whether traffic may be moved out of an impaired zone (Application Recovery Controller)."
  type        = bool
  default     = true
  nullable    = false
}

variable "client_routing" {
  description = "Which zones' addresses clients inside the VPC get: any, their own, or mostly their own."
  type        = string
  default     = "any_availability_zone"
  nullable    = false

  validation {
    condition     = contains(["any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"], var.client_routing)
    error_message = "client_routing must be one of: any_availability_zone, availability_zone_affinity, partial_availability_zone_affinity."
  }
}

variable "access_logs" {
  description = "Log TLS connections, to a bucket of their own; off keeps the bucket and what is in it."
  type        = bool
  default     = true
  nullable    = false
}

variable "access_logs_days" {
  description = "How long access logs are kept; shorter deletes older ones."
  type        = number
  default     = 400
  nullable    = false

  validation {
    condition     = var.access_logs_days >= 1 && var.access_logs_days <= 36500 && floor(var.access_logs_days) == var.access_logs_days
    error_message = "access_logs_days must be a whole number, at least 1 and at most 36500 (days)."
  }
}

variable "tls_policy" {
  description = "TLS versions and ciphers that TLS listeners accept; every choice begins with TLS 1.2."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
  nullable    = false

  validation {
    condition = contains([
      "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      "ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09",
      "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
      "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      "ELBSecurityPolicy-TLS13-1-2-2021-06",
      "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
      "ELBSecurityPolicy-TLS13-1-3-2021-06",
    ], var.tls_policy)
    error_message = "tls_policy must be one of: ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09, ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09, ELBSecurityPolicy-TLS13-1-3-PQ-2025-09, ELBSecurityPolicy-TLS13-1-2-Res-2021-06, ELBSecurityPolicy-TLS13-1-2-2021-06, ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04, ELBSecurityPolicy-TLS13-1-3-2021-06."
  }
}

variable "certificate_arn" {
  description = "A certificate that exists; by default one is made for the domain and *.domain."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null ? true : can(regex("^arn:aws(-cn|-us-gov)?:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$", var.certificate_arn))
    error_message = "certificate_arn must match ^arn:aws(-cn|-us-gov)?:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$."
  }
}

variable "certificate_names" {
  description = "Further names of the certificate that is made, below the domain."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.certificate_names) <= 98
    error_message = "certificate_names must have at most 98 entries."
  }

  validation {
    condition = alltrue([
      for certificate_name in var.certificate_names :
      can(regex("^(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$", certificate_name))
    ])
    error_message = "certificate_names[*] must match ^(\\*\\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$."
  }

  validation {
    condition     = alltrue([for certificate_name in var.certificate_names : length(certificate_name) <= 253])
    error_message = "certificate_names[*] must have at most 253 characters."
  }
}

variable "further_certificate_arns" {
  description = "Certificates for names outside of the domain, chosen by what clients ask for (SNI)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.further_certificate_arns) <= 24
    error_message = "further_certificate_arns must have at most 24 entries."
  }

  validation {
    condition = alltrue([
      for further_certificate_arn in var.further_certificate_arns :
      can(regex("^arn:aws(-cn|-us-gov)?:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$", further_certificate_arn))
    ])
    error_message = "further_certificate_arns[*] must match ^arn:aws(-cn|-us-gov)?:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$."
  }
}

variable "delegated" {
  description = "Whether the zone above refers to this domain, which ACM looks for before it issues a certificate. false makes the zone and no certificate: TLS listeners wait until the output name_servers is written above and this is true."
  type        = bool
  default     = true
  nullable    = false
}

variable "zone_id" {
  description = "Public Route 53 zone that holds the domain; by default a zone of its own is made."
  type        = string
  default     = null

  validation {
    condition     = var.zone_id == null ? true : can(regex("^Z[A-Z0-9]{1,31}$", var.zone_id))
    error_message = "zone_id must match ^Z[A-Z0-9]{1,31}$."
  }
}

variable "parent_zone_id" {
  description = "Zone above the one that is made, in the same account: the delegation is written there. Otherwise the output name_servers is for whoever has it; begin with delegated: false then."
  type        = string
  default     = null

  validation {
    condition     = var.parent_zone_id == null ? true : can(regex("^Z[A-Z0-9]{1,31}$", var.parent_zone_id))
    error_message = "parent_zone_id must match ^Z[A-Z0-9]{1,31}$."
  }
}

variable "delegation_set_id" {
  description = "Reusable delegation set of the zone that is made: its name servers are known beforehand."
  type        = string
  default     = null

  validation {
    condition     = var.delegation_set_id == null ? true : can(regex("^N[A-Z0-9]{1,31}$", var.delegation_set_id))
    error_message = "delegation_set_id must match ^N[A-Z0-9]{1,31}$."
  }
}

variable "records" {
  description = "Names that lead to the load balancer: @ is the domain itself, others stand below it."
  type        = list(string)
  default     = ["@", "*"]
  nullable    = false

  validation {
    condition     = length(var.records) <= 100
    error_message = "records must have at most 100 entries."
  }

  validation {
    condition = alltrue([
      for record in var.records :
      can(regex("^(@|\\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)$", record))
    ])
    error_message = "records[*] must match ^(@|\\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)$."
  }

  validation {
    condition     = alltrue([for record in var.records : length(record) <= 200])
    error_message = "records[*] must have at most 200 characters."
  }
}

variable "account" {
  description = "Account of the load balancer."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the load balancer."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "Domain below which the applications are reached."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "ID of the VPC."
  type        = string
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Subnets of an internet-facing load balancer."
  type        = list(string)
  nullable    = false
}

variable "private_subnet_ids" {
  description = "Subnets of an internal load balancer."
  type        = list(string)
  nullable    = false
}

variable "public_network_acl_id" {
  description = "Network ACL of the public subnets; null where it is somebody else's."
  type        = string
}

variable "private_network_acl_id" {
  description = "Network ACL of the private subnets; null where it is somebody else's."
  type        = string
}

variable "network_is_ours" {
  description = "Whether the network ACLs are the platform's own, which rules may be added to."
  type        = bool
  nullable    = false
}

variable "security_group_id" {
  description = "Security group of the load balancer."
  type        = string
  nullable    = false
}

variable "allow_from" {
  description = "IPv4 blocks that may reach the load balancer."
  type        = list(string)
  nullable    = false
}

variable "distribution" {
  description = "Where the names lead in the place of the load balancer, if anywhere."
  type = object({
    dns_name = string
    zone_id  = string
    ipv6     = bool
  })
  default = null
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the access logs."
  type        = string
  nullable    = false
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
