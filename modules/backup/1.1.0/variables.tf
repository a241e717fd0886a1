variable "daily" {
  description = "A backup a day."
  type = object({
    keep_days        = number
    cold_after_days  = optional(number)
    cron             = optional(string)
    start_hours      = optional(number, 8)
    completion_hours = optional(number, 24)
  })
  default = {
    keep_days = 35
  }
  nullable = false

  validation {
    condition     = var.daily == null ? true : var.daily.keep_days >= 1 && var.daily.keep_days <= 36500 && floor(var.daily.keep_days) == var.daily.keep_days
    error_message = "daily.keep_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition     = var.daily == null ? true : var.daily.cold_after_days == null ? true : var.daily.cold_after_days >= 1 && var.daily.cold_after_days <= 36410 && floor(var.daily.cold_after_days) == var.daily.cold_after_days
    error_message = "daily.cold_after_days must be a whole number, at least 1 and at most 36410 (days)."
  }

  validation {
    condition     = var.daily == null ? true : var.daily.cron == null ? true : can(regex("^[0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}$", var.daily.cron))
    error_message = "daily.cron must match ^[0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}$."
  }

  validation {
    condition     = var.daily == null ? true : var.daily.cron == null ? true : length(var.daily.cron) <= 100
    error_message = "daily.cron must have at most 100 characters."
  }

  validation {
    condition     = var.daily == null ? true : var.daily.start_hours >= 1 && var.daily.start_hours <= 168 && floor(var.daily.start_hours) == var.daily.start_hours
    error_message = "daily.start_hours must be a whole number, at least 1 and at most 168 (hours)."
  }

  validation {
    condition     = var.daily == null ? true : var.daily.completion_hours >= 2 && var.daily.completion_hours <= 1000 && floor(var.daily.completion_hours) == var.daily.completion_hours
    error_message = "daily.completion_hours must be a whole number, at least 2 and at most 1000 (hours)."
  }
}

variable "weekly" {
  description = "A backup a week; none by default."
  type = object({
    keep_days        = number
    cold_after_days  = optional(number)
    cron             = optional(string)
    start_hours      = optional(number, 8)
    completion_hours = optional(number, 24)
  })
  default = null

  validation {
    condition     = var.weekly == null ? true : var.weekly.keep_days >= 1 && var.weekly.keep_days <= 36500 && floor(var.weekly.keep_days) == var.weekly.keep_days
    error_message = "weekly.keep_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition     = var.weekly == null ? true : var.weekly.cold_after_days == null ? true : var.weekly.cold_after_days >= 1 && var.weekly.cold_after_days <= 36410 && floor(var.weekly.cold_after_days) == var.weekly.cold_after_days
    error_message = "weekly.cold_after_days must be a whole number, at least 1 and at most 36410 (days)."
  }

  validation {
    condition     = var.weekly == null ? true : var.weekly.cron == null ? true : can(regex("^[0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}$", var.weekly.cron))
    error_message = "weekly.cron must match ^[0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}$."
  }

  validation {
    condition     = var.weekly == null ? true : var.weekly.cron == null ? true : length(var.weekly.cron) <= 100
    error_message = "weekly.cron must have at most 100 characters."
  }

  validation {
    condition     = var.weekly == null ? true : var.weekly.start_hours >= 1 && var.weekly.start_hours <= 168 && floor(var.weekly.start_hours) == var.weekly.start_hours
    error_message = "weekly.start_hours must be a whole number, at least 1 and at most 168 (hours)."
  }

  validation {
    condition     = var.weekly == null ? true : var.weekly.completion_hours >= 2 && var.weekly.completion_hours <= 1000 && floor(var.weekly.completion_hours) == var.weekly.completion_hours
    error_message = "weekly.completion_hours must be a whole number, at least 2 and at most 1000 (hours)."
  }
}

variable "monthly" {
  description = "A backup a month; none by default."
  type = object({
    keep_days        = number
    cold_after_days  = optional(number)
    cron             = optional(string)
    start_hours      = optional(number, 8)
    completion_hours = optional(number, 24)
  })
  default = null

  validation {
    condition     = var.monthly == null ? true : var.monthly.keep_days >= 1 && var.monthly.keep_days <= 36500 && floor(var.monthly.keep_days) == var.monthly.keep_days
    error_message = "monthly.keep_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition     = var.monthly == null ? true : var.monthly.cold_after_days == null ? true : var.monthly.cold_after_days >= 1 && var.monthly.cold_after_days <= 36410 && floor(var.monthly.cold_after_days) == var.monthly.cold_after_days
    error_message = "monthly.cold_after_days must be a whole number, at least 1 and at most 36410 (days)."
  }

  validation {
    condition     = var.monthly == null ? true : var.monthly.cron == null ? true : can(regex("^[0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}$", var.monthly.cron))
    error_message = "monthly.cron must match ^[0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}$."
  }

  validation {
    condition     = var.monthly == null ? true : var.monthly.cron == null ? true : length(var.monthly.cron) <= 100
    error_message = "monthly.cron must have at most 100 characters."
  }

  validation {
    condition     = var.monthly == null ? true : var.monthly.start_hours >= 1 && var.monthly.start_hours <= 168 && floor(var.monthly.start_hours) == var.monthly.start_hours
    error_message = "monthly.start_hours must be a whole number, at least 1 and at most 168 (hours)."
  }

  validation {
    condition     = var.monthly == null ? true : var.monthly.completion_hours >= 2 && var.monthly.completion_hours <= 1000 && floor(var.monthly.completion_hours) == var.monthly.completion_hours
    error_message = "monthly.completion_hours must be a whole number, at least 2 and at most 1000 (hours)."
  }
}

variable "copy_to" {
  description = "Each backup is copied to the vault of another environment, in another region."
  type = object({
    environment = string
    keep_days   = number
  })
  default = null

  validation {
    condition     = var.copy_to == null ? true : can(regex("^[a-z](-?[a-z0-9]){1,15}$", var.copy_to.environment))
    error_message = "copy_to.environment must match ^[a-z](-?[a-z0-9]){1,15}$."
  }

  validation {
    condition     = var.copy_to == null ? true : var.copy_to.keep_days >= 1 && var.copy_to.keep_days <= 36500 && floor(var.copy_to.keep_days) == var.copy_to.keep_days
    error_message = "copy_to.keep_days must be a whole number, at least 1 and at most 36500 (days)."
  }
}

variable "vault_lock" {
  description = "What nobody may shorten; nothing by default."
  type = object({
    min_days   = number
    max_days   = number
    mode       = optional(string, "governance")
    grace_days = optional(number, 3)
  })
  default = null

  validation {
    condition     = var.vault_lock == null ? true : var.vault_lock.min_days >= 1 && var.vault_lock.min_days <= 36500 && floor(var.vault_lock.min_days) == var.vault_lock.min_days
    error_message = "vault_lock.min_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition     = var.vault_lock == null ? true : var.vault_lock.max_days >= 1 && var.vault_lock.max_days <= 36500 && floor(var.vault_lock.max_days) == var.vault_lock.max_days
    error_message = "vault_lock.max_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition     = var.vault_lock == null ? true : contains(["governance", "compliance"], var.vault_lock.mode)
    error_message = "vault_lock.mode must be one of: governance, compliance."
  }

  validation {
    condition     = var.vault_lock == null ? true : var.vault_lock.grace_days >= 3 && var.vault_lock.grace_days <= 36500 && floor(var.vault_lock.grace_days) == var.vault_lock.grace_days
    error_message = "vault_lock.grace_days must be a whole number, at least 3 and at most 36500 (days)."
  }
}

variable "restore_tests" {
  description = "Tests of restores; none by default."
  type = object({
    cron        = optional(string, "0 9 ? * SUN *")
    resources   = optional(list(string), ["rds", "ebs", "s3"])
    within_days = optional(number, 30)
    keep_hours  = optional(number, 4)
  })
  default = null

  validation {
    condition     = var.restore_tests == null ? true : can(regex("^[0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}$", var.restore_tests.cron))
    error_message = "restore_tests.cron must match ^[0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}$."
  }

  validation {
    condition     = var.restore_tests == null ? true : length(var.restore_tests.cron) <= 100
    error_message = "restore_tests.cron must have at most 100 characters."
  }

  validation {
    condition     = var.restore_tests == null ? true : length(var.restore_tests.resources) >= 1 && length(var.restore_tests.resources) <= 3
    error_message = "restore_tests.resources must have at least 1 and at most 3 entries."
  }

  validation {
    condition = var.restore_tests == null ? true : alltrue([
      for resource in var.restore_tests.resources :
      contains(["rds", "ebs", "s3"], resource)
    ])
    error_message = "restore_tests.resources[*] must be one of: rds, ebs, s3."
  }

  validation {
    condition     = var.restore_tests == null ? true : var.restore_tests.within_days >= 1 && var.restore_tests.within_days <= 365 && floor(var.restore_tests.within_days) == var.restore_tests.within_days
    error_message = "restore_tests.within_days must be a whole number, at least 1 and at most 365 (days)."
  }

  validation {
    condition     = var.restore_tests == null ? true : var.restore_tests.keep_hours >= 1 && var.restore_tests.keep_hours <= 168 && floor(var.restore_tests.keep_hours) == var.restore_tests.keep_hours
    error_message = "restore_tests.keep_hours must be a whole number, at least 1 and at most 168 (hours)."
  }
}

variable "reports" {
  description = "A list of all jobs of backup, copy and restore each day, in a bucket of its own."
  type        = bool
  default     = true
  nullable    = false
}

variable "report_days" {
  description = "How long reports are kept; shorter deletes older ones."
  type        = number
  default     = 400
  nullable    = false

  validation {
    condition     = var.report_days >= 1 && var.report_days <= 36500 && floor(var.report_days) == var.report_days
    error_message = "report_days must be a whole number, at least 1 and at most 36500 (days)."
  }
}

variable "notify" {
  description = "Whose topic of support hears of jobs that failed; where support is on."
  type        = string
  default     = "p2"
  nullable    = false

  validation {
    condition     = contains(["p1", "p2", "p3", "p4"], var.notify)
    error_message = "notify must be one of: p1, p2, p3, p4."
  }
}

variable "region" {
  description = "Region of the vault."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the vault."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "neighbours" {
  description = "Where the environment is that takes copies."
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

variable "access_logs_bucket_name" {
  description = "Bucket that takes the access log of the reports' bucket."
  type        = string
  nullable    = false
}

variable "bucket_arns" {
  description = "Bucket ARNs by name."
  type        = map(string)
  nullable    = false
}

variable "instance_arns" {
  description = "ARNs of the databases by name."
  type        = map(string)
  default     = null
}

variable "incidents_table_name" {
  description = "Name of the table of incidents, where support is on."
  type        = string
  default     = null
}

variable "cluster_name" {
  description = "Name of the cluster."
  type        = string
  default     = null
}

variable "database_security_group_id" {
  description = "Security group of databases that a test restores."
  type        = string
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
