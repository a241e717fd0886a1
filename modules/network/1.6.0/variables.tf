variable "cidr" {
  description = "IPv4 block of the VPC, /16 to /22, of a private range; half of it is for private subnets."
  type        = string
  default     = "10.10.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", var.cidr))
    error_message = "cidr must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }
}

variable "zones" {
  description = "Letters of the availability zones, 2 to 6; in the YAML a number does too. A further zone moves no subnet."
  type        = list(string)
  nullable    = false
}

variable "subnets" {
  description = "Blocks of subnets that were there before: of each tier none, which leaves them to the platform, or one of every zone."
  type = object({
    private  = optional(map(string), {})
    public   = optional(map(string), {})
    database = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.subnets.private) : can(regex("^[a-f]$", name))])
    error_message = "a name in subnets.private must match ^[a-f]$."
  }

  validation {
    condition = alltrue([
      for private_item in var.subnets.private :
      can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", private_item))
    ])
    error_message = "subnets.private[*] must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }

  validation {
    condition     = alltrue([for name in keys(var.subnets.public) : can(regex("^[a-f]$", name))])
    error_message = "a name in subnets.public must match ^[a-f]$."
  }

  validation {
    condition = alltrue([
      for public_item in var.subnets.public :
      can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", public_item))
    ])
    error_message = "subnets.public[*] must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }

  validation {
    condition     = alltrue([for name in keys(var.subnets.database) : can(regex("^[a-f]$", name))])
    error_message = "a name in subnets.database must match ^[a-f]$."
  }

  validation {
    condition = alltrue([
      for database_item in var.subnets.database :
      can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", database_item))
    ])
    error_message = "subnets.database[*] must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }
}

variable "existing" {
  description = "A VPC and subnets that exist, in the place of ours: the platform makes security groups and flow logs in it and leaves the rest alone. cidr is its block then, and zones are those of its subnets."
  type = object({
    vpc_id = string
    subnets = object({
      private  = map(string)
      public   = optional(map(string), {})
      database = optional(map(string), {})
    })
  })
  default = null

  validation {
    condition     = var.existing == null ? true : can(regex("^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", var.existing.vpc_id))
    error_message = "existing.vpc_id must match ^vpc-([0-9a-f]{8}|[0-9a-f]{17})$."
  }

  validation {
    condition     = var.existing == null ? true : length(var.existing.subnets.private) >= 2
    error_message = "existing.subnets.private must have at least 2 entries."
  }

  validation {
    condition = var.existing == null ? true : alltrue([
      for name in keys(var.existing.subnets.private) :
      can(regex("^[a-f]$", name))
    ])
    error_message = "a name in existing.subnets.private must match ^[a-f]$."
  }

  validation {
    condition = var.existing == null ? true : alltrue([
      for private_item in var.existing.subnets.private :
      can(regex("^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", private_item))
    ])
    error_message = "existing.subnets.private[*] must match ^subnet-([0-9a-f]{8}|[0-9a-f]{17})$."
  }

  validation {
    condition = var.existing == null ? true : alltrue([
      for name in keys(var.existing.subnets.public) :
      can(regex("^[a-f]$", name))
    ])
    error_message = "a name in existing.subnets.public must match ^[a-f]$."
  }

  validation {
    condition = var.existing == null ? true : alltrue([
      for public_item in var.existing.subnets.public :
      can(regex("^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", public_item))
    ])
    error_message = "existing.subnets.public[*] must match ^subnet-([0-9a-f]{8}|[0-9a-f]{17})$."
  }

  validation {
    condition = var.existing == null ? true : alltrue([
      for name in keys(var.existing.subnets.database) :
      can(regex("^[a-f]$", name))
    ])
    error_message = "a name in existing.subnets.database must match ^[a-f]$."
  }

  validation {
    condition = var.existing == null ? true : alltrue([
      for database_item in var.existing.subnets.database :
      can(regex("^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", database_item))
    ])
    error_message = "existing.subnets.database[*] must match ^subnet-([0-9a-f]{8}|[0-9a-f]{17})$."
  }
}

variable "nat" {
  description = "NAT gateways: one in each zone, a single one in the first zone (cheaper, and all of the nodes lose the internet with that zone), or none (nodes reach AWS through endpoints only)."
  type        = string
  default     = "per-zone"
  nullable    = false

  validation {
    condition     = contains(["per-zone", "single", "none"], var.nat)
    error_message = "nat must be one of: per-zone, single, none."
  }
}

variable "endpoints" {
  description = "AWS services that the nodes reach without the internet: s3 and dynamodb by gateway (free), others by an interface in each zone (billed by the hour). A short name (ecr.api) or a full service name (com.amazonaws.<region>.ecr.api, or an endpoint service of a partner)."
  type        = list(string)
  default     = ["s3", "ec2"]
  nullable    = false

  validation {
    condition     = length(var.endpoints) <= 40
    error_message = "endpoints must have at most 40 entries."
  }

  validation {
    condition     = alltrue([for endpoint in var.endpoints : can(regex("^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", endpoint))])
    error_message = "endpoints[*] must match ^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$."
  }

  validation {
    condition     = alltrue([for endpoint in var.endpoints : length(endpoint) <= 128])
    error_message = "endpoints[*] must have at most 128 characters."
  }
}

variable "flow_logs" {
  description = "Flow logs of the VPC, encrypted."
  type = object({
    retention_days      = optional(number, 365)
    aggregation_seconds = optional(number, 600)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_logs.retention_days)
    error_message = "flow_logs.retention_days must be one of: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }

  validation {
    condition     = contains([60, 600], var.flow_logs.aggregation_seconds)
    error_message = "flow_logs.aggregation_seconds must be one of: 60, 600."
  }
}

variable "allow_from" {
  description = "IPv4 blocks that may reach the load balancer on ports 80 and 443. None by default: nobody outside of the VPC reaches the platform before it is said here."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.allow_from) <= 30
    error_message = "allow_from must have at most 30 entries."
  }

  validation {
    condition = alltrue([
      for allow_from_item in var.allow_from :
      can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", allow_from_item))
    ])
    error_message = "allow_from[*] must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }
}

variable "egress_ports" {
  description = "TCP ports on the internet that the nodes may reach (587 is mail submission)."
  type        = list(number)
  default     = [80, 443, 587]
  nullable    = false

  validation {
    condition     = length(var.egress_ports) <= 8
    error_message = "egress_ports must have at most 8 entries."
  }

  validation {
    condition = alltrue([
      for egress_port in var.egress_ports :
      egress_port >= 1 && egress_port <= 65535 && floor(egress_port) == egress_port
    ])
    error_message = "egress_ports[*] must be a whole number, at least 1 and at most 65535."
  }
}

variable "secondary_cidrs" {
  description = "Further IPv4 blocks of the VPC, /16 to /25; each gives a pod subnet in every zone. Add at the end: removing one renews the network ACL rules of those after it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.secondary_cidrs) <= 4
    error_message = "secondary_cidrs must have at most 4 entries."
  }

  validation {
    condition = alltrue([
      for secondary_cidr in var.secondary_cidrs :
      can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", secondary_cidr))
    ])
    error_message = "secondary_cidrs[*] must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }
}

variable "region" {
  description = "Region of the VPC."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the VPC."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the KMS key that encrypts the flow logs."
  type        = string
  nullable    = false
}

variable "behind_cloudfront" {
  description = "Whether clients come through CloudFront alone, which the edge lets in."
  type        = bool
  default     = null
}

variable "boundary_arn" {
  description = "ARN of the permissions boundary of the roles, if there is one."
  type        = string
  default     = null
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
