variable "standby" {
  description = "The environment of another region in which this one comes back."
  type        = string
  default     = null

  validation {
    condition     = var.standby == null ? true : can(regex("^[a-z](-?[a-z0-9]){1,15}$", var.standby))
    error_message = "standby must match ^[a-z](-?[a-z0-9]){1,15}$."
  }
}

variable "primary" {
  description = "The environment that this one stands by for; it follows from standby_of."
  type        = string
  default     = null

  validation {
    condition     = var.primary == null ? true : can(regex("^[a-z](-?[a-z0-9]){1,15}$", var.primary))
    error_message = "primary must match ^[a-z](-?[a-z0-9]){1,15}$."
  }
}

variable "rpo_minutes" {
  description = "Of how much time data may be lost (RPO). What cannot keep that is refused."
  type        = number
  default     = null

  validation {
    condition     = var.rpo_minutes == null ? true : var.rpo_minutes >= 1 && var.rpo_minutes <= 525600 && floor(var.rpo_minutes) == var.rpo_minutes
    error_message = "rpo_minutes must be a whole number, at least 1 and at most 525600 (minutes)."
  }
}

variable "rto_minutes" {
  description = "After how long it has to be back (RTO). What cannot keep that is refused."
  type        = number
  default     = null

  validation {
    condition     = var.rto_minutes == null ? true : var.rto_minutes >= 1 && var.rto_minutes <= 525600 && floor(var.rto_minutes) == var.rto_minutes
    error_message = "rto_minutes must be a whole number, at least 1 and at most 525600 (minutes)."
  }
}

variable "failover" {
  description = "dns: each application's name leads here, or to the standby once mendixctl recovery failover says so. none: names are switched by hand."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["dns", "none"], var.failover)
    error_message = "failover must be one of: dns, none."
  }
}

variable "automatic" {
  description = "Names are switched too while the load balancer has no healthy target. Data do not follow by themselves: only where the standby shows a page that says so."
  type        = bool
  default     = false
  nullable    = false
}

variable "alarm_port" {
  description = "Listener whose healthy targets are counted for that."
  type        = number
  default     = 443
  nullable    = false

  validation {
    condition     = var.alarm_port >= 1 && var.alarm_port <= 65535 && floor(var.alarm_port) == var.alarm_port
    error_message = "alarm_port must be a whole number, at least 1 and at most 65535."
  }
}

variable "backup_days" {
  description = "How far back a point in time may lie to which the primary's databases can be restored here."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35 && floor(var.backup_days) == var.backup_days
    error_message = "backup_days must be a whole number, at least 1 and at most 35 (days)."
  }
}

variable "replicate_buckets" {
  description = "Replicate the buckets to the standby. False for the first apply of a primary whose standby is not there yet: S3 replicates only to buckets that exist."
  type        = bool
  default     = true
  nullable    = false
}

variable "elastic_disaster_recovery" {
  description = "Make ready for servers beside the cluster (a licence server, a Mendix server that is being migrated) to be replicated by AWS Elastic Disaster Recovery: the template of its replication, in the standby. It covers no node of the cluster, no database and no bucket, and first has to be initialised in the standby's region, once an account, by a person."
  type        = bool
  default     = false
  nullable    = false
}

variable "region" {
  description = "Region of the environment."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the environment."
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

variable "apps" {
  description = "The applications; each has a name that is switched."
  type = map(object({
    database = optional(string)
    files    = optional(string)
    hostname = optional(string)
    identity = optional(string, "secret-store")
  }))
  nullable = false
}

variable "neighbours" {
  description = "Where the other environment is."
  type = map(object({
    region  = string
    account = string
    domain  = optional(string, "")
  }))
  nullable = false
}

variable "boundary_arn" {
  description = "Permissions boundary of every role."
  type        = string
  nullable    = false
}

variable "bucket_names" {
  description = "Buckets by name."
  type        = map(string)
  nullable    = false
}

variable "named_bucket_arns" {
  description = "ARNs of the buckets that have names of their own."
  type        = list(string)
  nullable    = false
}

variable "storage_key_arn" {
  description = "ARN of the key that encrypts the buckets."
  type        = string
  nullable    = false
}

variable "database_key_arn" {
  description = "ARN of the key that encrypts backups of databases here."
  type        = string
  nullable    = false
}

variable "instance_identifiers" {
  description = "Databases here, which are those of the primary by name."
  type        = map(string)
  default     = null
}

variable "vpc_id" {
  description = "ID of the VPC."
  type        = string
  nullable    = false
}

variable "staging_subnets" {
  description = "IDs of the private subnets by zone letter; the first takes replication servers."
  type        = map(string)
  nullable    = false
}

variable "zone_id" {
  description = "ID of the zone that holds the domain."
  type        = string
  default     = null
}

variable "load_balancer_dns_name" {
  description = "DNS name that AWS gave the load balancer."
  type        = string
  default     = null
}

variable "load_balancer_arn_suffix" {
  description = "What CloudWatch knows the load balancer by."
  type        = string
  default     = null
}

variable "target_group_arn_suffixes" {
  description = "What CloudWatch knows the target groups by."
  type        = map(string)
  default     = null
}

variable "topic_arns" {
  description = "ARNs of the topics of support by priority."
  type        = map(string)
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
