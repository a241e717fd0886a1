variable "buckets" {
  description = "Buckets by name."
  type = map(object({
    rules = optional(list(object({
      days = optional(number, 30)
      to   = optional(string, "GLACIER")
    })), [])
    last = optional(object({
      days = optional(number, 30)
      to   = optional(string, "GLACIER")
    }))
    note = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.buckets) : can(regex("^[a-z][a-z0-9-]*$", name))])
    error_message = "a name in buckets must match ^[a-z][a-z0-9-]*$."
  }

  validation {
    condition     = alltrue([for name in keys(var.buckets) : length(name) <= 20])
    error_message = "a name in buckets must have at most 20 characters."
  }

  validation {
    condition     = alltrue([for rules in values(var.buckets)[*].rules : length(rules) <= 5])
    error_message = "buckets[*].rules must have at most 5 entries."
  }

  validation {
    condition = alltrue([
      for rules in values(var.buckets)[*].rules :
      alltrue([for days in rules[*].days : days >= 1 && days <= 365 && floor(days) == days])
    ])
    error_message = "buckets[*].rules[*].days must be a whole number, at least 1 and at most 365 (days)."
  }

  validation {
    condition = alltrue([
      for rules in values(var.buckets)[*].rules :
      alltrue([for to in rules[*].to : contains(["GLACIER", "DEEP_ARCHIVE"], to)])
    ])
    error_message = "buckets[*].rules[*].to must be one of: GLACIER, DEEP_ARCHIVE."
  }

  validation {
    condition = alltrue([
      for bucket in var.buckets :
      bucket.last.days >= 1 && bucket.last.days <= 365 && floor(bucket.last.days) == bucket.last.days
      if bucket.last != null
    ])
    error_message = "buckets[*].last.days must be a whole number, at least 1 and at most 365 (days)."
  }

  validation {
    condition = alltrue([
      for bucket in var.buckets :
      contains(["GLACIER", "DEEP_ARCHIVE"], bucket.last.to)
      if bucket.last != null
    ])
    error_message = "buckets[*].last.to must be one of: GLACIER, DEEP_ARCHIVE."
  }

  validation {
    condition     = alltrue([for note in values(var.buckets)[*].note : length(note) <= 10 if note != null])
    error_message = "buckets[*].note must have at most 10 characters."
  }
}

variable "first" {
  description = "The rule of volumes."
  type = object({
    days = optional(number, 30)
    to   = optional(string, "GLACIER")
  })
  default = {
    days = 7
  }
  nullable = false

  validation {
    condition     = var.first.days >= 1 && var.first.days <= 365 && floor(var.first.days) == var.first.days
    error_message = "first.days must be a whole number, at least 1 and at most 365 (days)."
  }

  validation {
    condition     = contains(["GLACIER", "DEEP_ARCHIVE"], var.first.to)
    error_message = "first.to must be one of: GLACIER, DEEP_ARCHIVE."
  }
}

variable "zones" {
  description = "Zones."
  type        = list(string)
  nullable    = false
}

variable "password" {
  description = "A secret."
  type        = string
  default     = null
  sensitive   = true
}

variable "region" {
  description = "Region."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
  nullable    = false
}

variable "key_arns" {
  description = "Keys."
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
