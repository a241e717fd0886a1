variable "dashboards" {
  description = "Whether there is a dashboard of each area, and one of all."
  type        = bool
  default     = true
  nullable    = false
}

variable "retention_days" {
  description = "How long the logs that this area makes (of applications, nodes and events) are kept; shorter deletes older ones."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.retention_days)
    error_message = "retention_days must be one of: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "alarms" {
  description = "Alarms on logs, beside those that each area brings."
  type = list(object({
    name        = string
    log_group   = string
    pattern     = string
    above       = optional(number, 0)
    period      = optional(number, 300)
    priority    = optional(string, "P3")
    description = optional(string)
  }))
  default  = []
  nullable = false

  validation {
    condition     = length(var.alarms) <= 100
    error_message = "alarms must have at most 100 entries."
  }

  validation {
    condition     = alltrue([for name in var.alarms[*].name : can(regex("^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$", name))])
    error_message = "alarms[*].name must match ^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$."
  }

  validation {
    condition     = alltrue([for name in var.alarms[*].name : length(name) <= 64])
    error_message = "alarms[*].name must have at most 64 characters."
  }

  validation {
    condition = alltrue([
      for log_group in var.alarms[*].log_group :
      can(regex("^(apps/[a-z0-9-]+|/[A-Za-z0-9_./#-]+)$", log_group))
    ])
    error_message = "alarms[*].log_group must match ^(apps/[a-z0-9-]+|/[A-Za-z0-9_./#-]+)$."
  }

  validation {
    condition     = alltrue([for log_group in var.alarms[*].log_group : length(log_group) <= 512])
    error_message = "alarms[*].log_group must have at most 512 characters."
  }

  validation {
    condition     = alltrue([for pattern in var.alarms[*].pattern : length(pattern) >= 1 && length(pattern) <= 1024])
    error_message = "alarms[*].pattern must have at least 1 and at most 1024 characters."
  }

  validation {
    condition = alltrue([
      for above in var.alarms[*].above :
      above >= 0 && above <= 1000000000 && floor(above) == above
    ])
    error_message = "alarms[*].above must be a whole number, at least 0 and at most 1000000000 (lines)."
  }

  validation {
    condition     = alltrue([for period in var.alarms[*].period : contains([60, 300, 900, 3600, 21600, 86400], period)])
    error_message = "alarms[*].period must be one of: 60, 300, 900, 3600, 21600, 86400."
  }

  validation {
    condition     = alltrue([for priority in var.alarms[*].priority : contains(["P1", "P2", "P3", "P4"], priority)])
    error_message = "alarms[*].priority must be one of: P1, P2, P3, P4."
  }

  validation {
    condition = alltrue([
      for description in var.alarms[*].description :
      length(description) >= 1 && length(description) <= 700
      if description != null
    ])
    error_message = "alarms[*].description must have at least 1 and at most 700 characters."
  }
}

variable "queries" {
  description = "Queries of CloudWatch Logs Insights that are kept as <environment>/<name>, over the applications' logs."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.queries) <= 200
    error_message = "queries must have at most 200 entries."
  }

  validation {
    condition = alltrue([
      for name in keys(var.queries) :
      can(regex("^[A-Za-z0-9][A-Za-z0-9 _.-]*(/[A-Za-z0-9][A-Za-z0-9 _.-]*)*$", name))
    ])
    error_message = "a name in queries must match ^[A-Za-z0-9][A-Za-z0-9 _.-]*(/[A-Za-z0-9][A-Za-z0-9 _.-]*)*$."
  }

  validation {
    condition     = alltrue([for name in keys(var.queries) : length(name) <= 200])
    error_message = "a name in queries must have at most 200 characters."
  }

  validation {
    condition     = alltrue([for query in var.queries : length(query) >= 1 && length(query) <= 10000])
    error_message = "queries[*] must have at least 1 and at most 10000 characters."
  }
}

variable "container_insights" {
  description = "Metrics and logs of nodes and pods."
  type = object({
    enabled = optional(bool, true)
    logs    = optional(bool, true)
    version = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.container_insights.version == null ? true : can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", var.container_insights.version))
    error_message = "container_insights.version must match ^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$."
  }
}

variable "synthetics" {
  description = "Calls of the applications' addresses."
  type = object({
    enabled       = optional(bool, true)
    every_minutes = optional(number, 5)
    path          = optional(string, "/")
    admit         = optional(bool, true)
    keep_days     = optional(number, 31)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 5], var.synthetics.every_minutes)
    error_message = "synthetics.every_minutes must be one of: 1, 5."
  }

  validation {
    condition     = can(regex("^/[A-Za-z0-9/._~%?&=+-]*$", var.synthetics.path))
    error_message = "synthetics.path must match ^/[A-Za-z0-9/._~%?&=+-]*$."
  }

  validation {
    condition     = length(var.synthetics.path) <= 255
    error_message = "synthetics.path must have at most 255 characters."
  }

  validation {
    condition     = var.synthetics.keep_days >= 1 && var.synthetics.keep_days <= 455 && floor(var.synthetics.keep_days) == var.synthetics.keep_days
    error_message = "synthetics.keep_days must be a whole number, at least 1 and at most 455 (days)."
  }
}

variable "bucket_metrics" {
  description = "Whether S3 counts requests and errors of each bucket, which it bills as metrics."
  type        = bool
  default     = true
  nullable    = false
}

variable "notify" {
  description = "Who gets a mail of every alarm, where the area support is off; that one tells by priority."
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

variable "account" {
  description = "Account that is watched."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region that is watched."
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
  description = "The applications; each has a log group here."
  type = map(object({
    database = optional(string)
    files    = optional(string)
    hostname = optional(string)
    identity = optional(string, "secret-store")
  }))
  nullable = false
}

variable "logs_key_arn" {
  description = "ARN of the KMS key that encrypts logs and the topic."
  type        = string
  nullable    = false
}

variable "boundary_arn" {
  description = "Permissions boundary of every role."
  type        = string
  default     = null
}

variable "topic_arns" {
  description = "ARNs of the topics of alarms by priority (p1 to p4)."
  type        = map(string)
  default     = null
}

variable "key_ids" {
  description = "IDs of the keys by purpose."
  type        = map(string)
  default     = null
}

variable "key_arns" {
  description = "ARNs of the keys by purpose."
  type        = map(string)
  default     = null
}

variable "nat_gateway_ids" {
  description = "IDs of the NAT gateways by zone letter."
  type        = map(string)
  default     = null
}

variable "nat_public_ips" {
  description = "Public addresses of the NAT gateways by zone letter."
  type        = map(string)
  default     = null
}

variable "vpc_id" {
  description = "VPC that addresses are called from."
  type        = string
  default     = null
}

variable "private_subnet_ids" {
  description = "Subnets that addresses are called from."
  type        = list(string)
  default     = null
}

variable "load_balancer_security_group_id" {
  description = "Security group of the load balancer."
  type        = string
  default     = null
}

variable "flow_log_group_name" {
  description = "Log group of the flow logs."
  type        = string
  default     = null
}

variable "cluster_name" {
  description = "Name of the cluster."
  type        = string
  default     = null
}

variable "cluster_arn" {
  description = "ARN of the cluster."
  type        = string
  default     = null
}

variable "cluster_log_group_name" {
  description = "Log group of the control plane."
  type        = string
  default     = null
}

variable "node_groups" {
  description = "ARN and Auto Scaling group of each node group."
  type = map(object({
    arn      = string
    asg_name = string
  }))
  default = null
}

variable "load_balancer_arn_suffix" {
  description = "What CloudWatch knows the load balancer by."
  type        = string
  default     = null
}

variable "target_group_arn_suffixes" {
  description = "What CloudWatch knows the target groups by, by port."
  type        = map(string)
  default     = null
}

variable "load_balancer_scheme" {
  description = "Whether the load balancer is internet-facing or internal."
  type        = string
  default     = null
}

variable "listener_protocols" {
  description = "Protocols of the listeners by port."
  type        = map(string)
  default     = null
}

variable "certificate_arns" {
  description = "ARNs of the certificates by name."
  type        = map(string)
  default     = null
}

variable "bucket_names" {
  description = "Buckets by name."
  type        = map(string)
  default     = null
}

variable "access_logs_bucket_name" {
  description = "Bucket that records who reads buckets."
  type        = string
  default     = null
}

variable "snapshot_policy_arn" {
  description = "Policy that makes snapshots of volumes."
  type        = string
  default     = null
}

variable "databases" {
  description = "Databases and read replicas by name."
  type = map(object({
    identifier     = string
    kind           = string
    instance_class = string
    storage_gb     = number
    replica        = bool
    insights       = bool
  }))
  default = null
}

variable "database_log_group_names" {
  description = "Log groups of the databases, by name in AWS and log."
  type        = map(string)
  default     = null
}

variable "proxy_names" {
  description = "Database proxies by instance."
  type        = map(string)
  default     = null
}

variable "repository_names" {
  description = "Repositories by app or image."
  type        = map(string)
  default     = null
}

variable "logging_engine" {
  description = "What logs are searched in."
  type        = string
  default     = null
}

variable "search_domain_name" {
  description = "Domain that logs are in."
  type        = string
  default     = null
}

variable "search_storage_gb" {
  description = "Storage of each data node of the domain in GiB."
  type        = number
  default     = null
}

variable "search_has_masters" {
  description = "Whether the domain has dedicated masters."
  type        = bool
  default     = null
}

variable "secret_names" {
  description = "Secrets by name."
  type        = map(string)
  default     = null
}

variable "backup_vault_name" {
  description = "Vault of the backups."
  type        = string
  default     = null
}

variable "backup_vault_arn" {
  description = "ARN of the vault of the backups."
  type        = string
  default     = null
}

variable "backup_plan_arns" {
  description = "Plans of backups by name."
  type        = map(string)
  default     = null
}

variable "backup_copy_vault_arn" {
  description = "ARN of the vault that takes copies."
  type        = string
  default     = null
}

variable "restore_testing_plan_name" {
  description = "Plan of the tests of restores."
  type        = string
  default     = null
}

variable "replicas" {
  description = "Buckets that are replicated to a standby, by name."
  type = map(object({
    source = string
    target = string
  }))
  default = null
}

variable "edge_watched" {
  description = "What the edge's alarms are of, by kind."
  type        = map(string)
  default     = null
}

variable "edge_alarm_arns" {
  description = "Alarms of the edge, in us-east-1."
  type        = list(string)
  default     = null
}

variable "edge_exclusive" {
  description = "Whether clients reach the load balancer through CloudFront alone."
  type        = bool
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
