variable "trail" {
  description = "What is recorded of the environment's own data, and how long."
  type = object({
    data_events        = optional(list(string), [])
    reads              = optional(bool, false)
    management_events  = optional(bool, false)
    insights           = optional(list(string), [])
    retention_days     = optional(number, 400)
    archive_after_days = optional(number, 90)
    log_retention_days = optional(number, 365)
    object_lock_days   = optional(number, 90)
    object_lock_mode   = optional(string, "governance")
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.trail.data_events) <= 2
    error_message = "trail.data_events must have at most 2 entries."
  }

  validation {
    condition     = alltrue([for data_event in var.trail.data_events : contains(["s3", "lambda"], data_event)])
    error_message = "trail.data_events[*] must be one of: s3, lambda."
  }

  validation {
    condition     = length(var.trail.insights) <= 2
    error_message = "trail.insights must have at most 2 entries."
  }

  validation {
    condition     = alltrue([for insight in var.trail.insights : contains(["call-rate", "error-rate"], insight)])
    error_message = "trail.insights[*] must be one of: call-rate, error-rate."
  }

  validation {
    condition     = var.trail.retention_days >= 90 && var.trail.retention_days <= 36500 && floor(var.trail.retention_days) == var.trail.retention_days
    error_message = "trail.retention_days must be a whole number, at least 90 and at most 36500 (days)."
  }

  validation {
    condition     = var.trail.archive_after_days >= 0 && var.trail.archive_after_days <= 36500 && floor(var.trail.archive_after_days) == var.trail.archive_after_days
    error_message = "trail.archive_after_days must be a whole number, at least 0 and at most 36500 (days)."
  }

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.trail.log_retention_days)
    error_message = "trail.log_retention_days must be one of: 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }

  validation {
    condition     = var.trail.object_lock_days >= 0 && var.trail.object_lock_days <= 36500 && floor(var.trail.object_lock_days) == var.trail.object_lock_days
    error_message = "trail.object_lock_days must be a whole number, at least 0 and at most 36500 (days)."
  }

  validation {
    condition     = contains(["governance", "compliance"], var.trail.object_lock_mode)
    error_message = "trail.object_lock_mode must be one of: governance, compliance."
  }
}

variable "alarms" {
  description = "cis: an alarm for each thing that the CIS benchmark wants to be told of, on the metrics of the foundation's management trail (or of this one, with management_events)."
  type        = string
  default     = "cis"
  nullable    = false

  validation {
    condition     = contains(["cis", "none"], var.alarms)
    error_message = "alarms must be one of: cis, none."
  }
}

variable "management_records" {
  description = "Where the files of the account's management trail are, up to the folder CloudTrail, for queries; the bucket of the foundation in this region if not given."
  type        = string
  default     = null

  validation {
    condition     = var.management_records == null ? true : can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.*'()-]+/)*CloudTrail/$", var.management_records))
    error_message = "management_records must match ^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.*'()-]+/)*CloudTrail/$."
  }

  validation {
    condition     = var.management_records == null ? true : length(var.management_records) <= 300
    error_message = "management_records must have at most 300 characters."
  }
}

variable "query_regions" {
  description = "Further regions whose records queries look through; its own and us-east-1 are always."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.query_regions) <= 20
    error_message = "query_regions must have at most 20 entries."
  }

  validation {
    condition = alltrue([
      for query_region in var.query_regions :
      can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", query_region))
    ])
    error_message = "query_regions[*] must match ^[a-z]{2}(-[a-z]+)+-[0-9]$."
  }
}

variable "query_limit_gb" {
  description = "How much one query may look through before it is ended; Athena bills by that."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.query_limit_gb >= 1 && var.query_limit_gb <= 1000 && floor(var.query_limit_gb) == var.query_limit_gb
    error_message = "query_limit_gb must be a whole number, at least 1 and at most 1000 (GB)."
  }
}

variable "review" {
  description = "The regular review of who may do what, and who ever does."
  type = object({
    cron              = optional(string, "0 4 1 * ? *")
    unused_after_days = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[0-9]{1,2} [0-9]{1,2} [0-9,*?LW/-]+ [A-Z0-9,*/-]+ [A-Z0-9,*?L#/-]+ [0-9,*/-]+$", var.review.cron))
    error_message = "review.cron must match ^[0-9]{1,2} [0-9]{1,2} [0-9,*?LW/-]+ [A-Z0-9,*/-]+ [A-Z0-9,*?L#/-]+ [0-9,*/-]+$."
  }

  validation {
    condition     = length(var.review.cron) <= 80
    error_message = "review.cron must have at most 80 characters."
  }

  validation {
    condition     = var.review.unused_after_days >= 1 && var.review.unused_after_days <= 400 && floor(var.review.unused_after_days) == var.review.unused_after_days
    error_message = "review.unused_after_days must be a whole number, at least 1 and at most 400 (days)."
  }
}

variable "notify" {
  description = "Who gets a mail of failed reviews, and of alarms where there is no support area."
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

variable "region" {
  description = "Region of the records."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the records; a part of the buckets' names."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the key that encrypts records, logs and topics."
  type        = string
  nullable    = false
}

variable "boundary_arn" {
  description = "ARN of the permissions boundary of the roles."
  type        = string
  nullable    = false
}

variable "support_topic_arns" {
  description = "ARNs of the topics of the priorities p1 to p4, if there are any."
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
