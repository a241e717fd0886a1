variable "rotation_days" {
  description = "How often KMS makes new key material; what older material encrypted stays readable."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.rotation_days >= 90 && var.rotation_days <= 2560 && floor(var.rotation_days) == var.rotation_days
    error_message = "rotation_days must be a whole number, at least 90 and at most 2560 (days)."
  }
}

variable "deletion_window_days" {
  description = "How long a deleted key can be brought back. It cannot be used meanwhile."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "deletion_window_days must be a whole number, at least 7 and at most 30 (days)."
  }
}

variable "existing" {
  description = "Keys that exist, by purpose, in the place of ours: storage, database, cluster, logs, secrets, backup. Whoever keeps a key keeps its policy too; the preflight says what it lacks."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for name in keys(var.existing) :
      contains(["storage", "database", "cluster", "logs", "secrets", "backup"], name)
    ])
    error_message = "a name in existing must be one of: storage, database, cluster, logs, secrets, backup."
  }

  validation {
    condition = alltrue([
      for existing_item in var.existing :
      can(regex("^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", existing_item))
    ])
    error_message = "existing[*] must match ^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$."
  }
}

variable "keys" {
  description = "What differs of keys that were adopted, by purpose: storage, database, cluster, logs, secrets, backup."
  type = map(object({
    alias        = optional(string)
    multi_region = optional(bool, true)
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for name in keys(var.keys) :
      contains(["storage", "database", "cluster", "logs", "secrets", "backup"], name)
    ])
    error_message = "a name in keys must be one of: storage, database, cluster, logs, secrets, backup."
  }

  validation {
    condition = alltrue([
      for alias in values(var.keys)[*].alias :
      can(regex("^[A-Za-z0-9/_-]+$", alias))
      if alias != null
    ])
    error_message = "keys[*].alias must match ^[A-Za-z0-9/_-]+$."
  }

  validation {
    condition     = alltrue([for alias in values(var.keys)[*].alias : length(alias) <= 250 if alias != null])
    error_message = "keys[*].alias must have at most 250 characters."
  }
}

variable "region" {
  description = "Region of the keys."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account whose IAM policies decide who may use the keys."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "named_bucket_arns" {
  description = "ARNs of buckets that have names of their own, which write inventories too."
  type        = list(string)
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
