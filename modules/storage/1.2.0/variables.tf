variable "buckets" {
  description = "Buckets by name; in AWS <environment>-<account>-<name>, where they say no other. There always is one, files, for the files of the Mendix applications."
  type = map(object({
    name = optional(string)
    lifecycle = optional(object({
      infrequent_after_days            = optional(number)
      intelligent                      = optional(bool, false)
      archive_access_after_days        = optional(number)
      deep_archive_access_after_days   = optional(number)
      glacier_after_days               = optional(number)
      deep_archive_after_days          = optional(number)
      expire_after_days                = optional(number)
      noncurrent_infrequent_after_days = optional(number)
      noncurrent_glacier_after_days    = optional(number)
      noncurrent_expire_after_days     = optional(number, 90)
      noncurrent_keep                  = optional(number)
      abort_uploads_after_days         = optional(number, 7)
    }), {})
    object_lock_days = optional(number)
    object_lock_mode = optional(string, "governance")
    inventory        = optional(string, "weekly")
  }))
  default = {
    files = {}
  }
  nullable = false

  validation {
    condition     = length(var.buckets) <= 1000
    error_message = "buckets must have at most 1000 entries."
  }

  validation {
    condition     = alltrue([for name in keys(var.buckets) : can(regex("^[a-z0-9](-?[a-z0-9])*$", name))])
    error_message = "a name in buckets must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = alltrue([for name in keys(var.buckets) : length(name) <= 32])
    error_message = "a name in buckets must have at most 32 characters."
  }

  validation {
    condition = alltrue([
      for name in values(var.buckets)[*].name :
      can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", name))
      if name != null
    ])
    error_message = "buckets[*].name must match ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.infrequent_after_days :
      value >= 30 && value <= 36500 && floor(value) == value
      if value != null
    ])
    error_message = "buckets[*].lifecycle.infrequent_after_days must be a whole number, at least 30 and at most 36500 (days)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.archive_access_after_days :
      value >= 90 && value <= 730 && floor(value) == value
      if value != null
    ])
    error_message = "buckets[*].lifecycle.archive_access_after_days must be a whole number, at least 90 and at most 730 (days)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.deep_archive_access_after_days :
      value >= 180 && value <= 730 && floor(value) == value
      if value != null
    ])
    error_message = "buckets[*].lifecycle.deep_archive_access_after_days must be a whole number, at least 180 and at most 730 (days)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.glacier_after_days :
      value >= 1 && value <= 36500 && floor(value) == value
      if value != null
    ])
    error_message = "buckets[*].lifecycle.glacier_after_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.deep_archive_after_days :
      value >= 1 && value <= 36500 && floor(value) == value
      if value != null
    ])
    error_message = "buckets[*].lifecycle.deep_archive_after_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.expire_after_days :
      value >= 1 && value <= 36500 && floor(value) == value
      if value != null
    ])
    error_message = "buckets[*].lifecycle.expire_after_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.noncurrent_infrequent_after_days :
      value >= 30 && value <= 36500 && floor(value) == value
      if value != null
    ])
    error_message = "buckets[*].lifecycle.noncurrent_infrequent_after_days must be a whole number, at least 30 and at most 36500 (days)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.noncurrent_glacier_after_days :
      value >= 1 && value <= 36500 && floor(value) == value
      if value != null
    ])
    error_message = "buckets[*].lifecycle.noncurrent_glacier_after_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.noncurrent_expire_after_days :
      value >= 1 && value <= 36500 && floor(value) == value
    ])
    error_message = "buckets[*].lifecycle.noncurrent_expire_after_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition = alltrue([
      for noncurrent_keep in values(var.buckets)[*].lifecycle.noncurrent_keep :
      noncurrent_keep >= 1 && noncurrent_keep <= 100 && floor(noncurrent_keep) == noncurrent_keep
      if noncurrent_keep != null
    ])
    error_message = "buckets[*].lifecycle.noncurrent_keep must be a whole number, at least 1 and at most 100 (versions)."
  }

  validation {
    condition = alltrue([
      for value in values(var.buckets)[*].lifecycle.abort_uploads_after_days :
      value >= 1 && value <= 365 && floor(value) == value
    ])
    error_message = "buckets[*].lifecycle.abort_uploads_after_days must be a whole number, at least 1 and at most 365 (days)."
  }

  validation {
    condition = alltrue([
      for object_lock_days in values(var.buckets)[*].object_lock_days :
      object_lock_days >= 1 && object_lock_days <= 36500 && floor(object_lock_days) == object_lock_days
      if object_lock_days != null
    ])
    error_message = "buckets[*].object_lock_days must be a whole number, at least 1 and at most 36500 (days)."
  }

  validation {
    condition = alltrue([
      for object_lock_mode in values(var.buckets)[*].object_lock_mode :
      contains(["governance", "compliance"], object_lock_mode)
    ])
    error_message = "buckets[*].object_lock_mode must be one of: governance, compliance."
  }

  validation {
    condition = alltrue([
      for inventory in values(var.buckets)[*].inventory :
      contains(["daily", "weekly", "none"], inventory)
    ])
    error_message = "buckets[*].inventory must be one of: daily, weekly, none."
  }
}

variable "access_logs" {
  description = "Access logs and inventories of the buckets."
  type = object({
    retention_days = optional(number, 400)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.access_logs.retention_days >= 1 && var.access_logs.retention_days <= 36500 && floor(var.access_logs.retention_days) == var.access_logs.retention_days
    error_message = "access_logs.retention_days must be a whole number, at least 1 and at most 36500 (days)."
  }
}

variable "volumes" {
  description = "Classes of EBS volumes, and their snapshots."
  type = object({
    default_class = optional(object({
      type       = optional(string, "gp3")
      iops       = optional(number, 3000)
      throughput = optional(number)
    }), {})
    fast_class = optional(object({
      type       = optional(string, "gp3")
      iops       = optional(number, 3000)
      throughput = optional(number)
    }))
    snapshots = optional(object({
      enabled        = optional(bool, true)
      interval_hours = optional(number, 24)
      start_time     = optional(string, "03:00")
      keep           = optional(number, 7)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["gp3", "io2"], var.volumes.default_class.type)
    error_message = "volumes.default_class.type must be one of: gp3, io2."
  }

  validation {
    condition     = var.volumes.default_class.iops >= 100 && var.volumes.default_class.iops <= 256000 && floor(var.volumes.default_class.iops) == var.volumes.default_class.iops
    error_message = "volumes.default_class.iops must be a whole number, at least 100 and at most 256000 (IOPS)."
  }

  validation {
    condition     = var.volumes.default_class.throughput == null ? true : var.volumes.default_class.throughput >= 125 && var.volumes.default_class.throughput <= 2000 && floor(var.volumes.default_class.throughput) == var.volumes.default_class.throughput
    error_message = "volumes.default_class.throughput must be a whole number, at least 125 and at most 2000 (MiB/s)."
  }

  validation {
    condition     = var.volumes.fast_class == null ? true : contains(["gp3", "io2"], var.volumes.fast_class.type)
    error_message = "volumes.fast_class.type must be one of: gp3, io2."
  }

  validation {
    condition     = var.volumes.fast_class == null ? true : var.volumes.fast_class.iops >= 100 && var.volumes.fast_class.iops <= 256000 && floor(var.volumes.fast_class.iops) == var.volumes.fast_class.iops
    error_message = "volumes.fast_class.iops must be a whole number, at least 100 and at most 256000 (IOPS)."
  }

  validation {
    condition     = var.volumes.fast_class == null ? true : var.volumes.fast_class.throughput == null ? true : var.volumes.fast_class.throughput >= 125 && var.volumes.fast_class.throughput <= 2000 && floor(var.volumes.fast_class.throughput) == var.volumes.fast_class.throughput
    error_message = "volumes.fast_class.throughput must be a whole number, at least 125 and at most 2000 (MiB/s)."
  }

  validation {
    condition     = contains([1, 2, 3, 4, 6, 8, 12, 24], var.volumes.snapshots.interval_hours)
    error_message = "volumes.snapshots.interval_hours must be one of: 1, 2, 3, 4, 6, 8, 12, 24."
  }

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.volumes.snapshots.start_time))
    error_message = "volumes.snapshots.start_time must match ^([01][0-9]|2[0-3]):[0-5][0-9]$."
  }

  validation {
    condition     = var.volumes.snapshots.keep >= 1 && var.volumes.snapshots.keep <= 1000 && floor(var.volumes.snapshots.keep) == var.volumes.snapshots.keep
    error_message = "volumes.snapshots.keep must be a whole number, at least 1 and at most 1000 (snapshots)."
  }
}

variable "region" {
  description = "Region of the buckets."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the buckets; a part of their names."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts buckets and volumes."
  type        = string
  nullable    = false
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
