variable "entries" {
  description = "Secrets by name; in AWS <environment>/<name>."
  type = map(object({
    description   = optional(string, "")
    readers       = optional(list(string), [])
    rotate        = optional(bool, true)
    rotation_days = optional(number)
    length        = optional(number, 40)
    characters    = optional(string, "letters-and-digits")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.entries) <= 500
    error_message = "entries must have at most 500 entries."
  }

  validation {
    condition     = alltrue([for name in keys(var.entries) : can(regex("^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", name))])
    error_message = "a name in entries must match ^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$."
  }

  validation {
    condition     = alltrue([for name in keys(var.entries) : length(name) <= 64])
    error_message = "a name in entries must have at most 64 characters."
  }

  validation {
    condition     = alltrue([for description in values(var.entries)[*].description : length(description) <= 2048])
    error_message = "entries[*].description must have at most 2048 characters."
  }

  validation {
    condition     = alltrue([for readers in values(var.entries)[*].readers : length(readers) <= 50])
    error_message = "entries[*].readers must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for readers in values(var.entries)[*].readers :
      alltrue([for reader in readers : length(reader) >= 1 && length(reader) <= 640])
    ])
    error_message = "entries[*].readers[*] must have at least 1 and at most 640 characters."
  }

  validation {
    condition = alltrue([
      for rotation_days in values(var.entries)[*].rotation_days :
      rotation_days >= 1 && rotation_days <= 1000 && floor(rotation_days) == rotation_days
      if rotation_days != null
    ])
    error_message = "entries[*].rotation_days must be a whole number, at least 1 and at most 1000 (days)."
  }

  validation {
    condition = alltrue([
      for length in values(var.entries)[*].length :
      length >= 24 && length <= 1024 && floor(length) == length
    ])
    error_message = "entries[*].length must be a whole number, at least 24 and at most 1024 (characters)."
  }

  validation {
    condition = alltrue([
      for characters in values(var.entries)[*].characters :
      contains(["letters-and-digits", "all"], characters)
    ])
    error_message = "entries[*].characters must be one of: letters-and-digits, all."
  }
}

variable "rotation_days" {
  description = "How often values are renewed."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.rotation_days >= 1 && var.rotation_days <= 1000 && floor(var.rotation_days) == var.rotation_days
    error_message = "rotation_days must be a whole number, at least 1 and at most 1000 (days)."
  }
}

variable "recovery_days" {
  description = "How long a deleted secret can be brought back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.recovery_days >= 7 && var.recovery_days <= 30 && floor(var.recovery_days) == var.recovery_days
    error_message = "recovery_days must be a whole number, at least 7 and at most 30 (days)."
  }
}

variable "replicas" {
  description = "Further regions in which every secret can be read."
  type = list(object({
    region  = string
    key_arn = optional(string)
  }))
  default  = []
  nullable = false

  validation {
    condition     = length(var.replicas) <= 10
    error_message = "replicas must have at most 10 entries."
  }

  validation {
    condition     = alltrue([for region in var.replicas[*].region : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "replicas[*].region must match ^[a-z]{2}(-[a-z]+)+-[0-9]$."
  }

  validation {
    condition = alltrue([
      for key_arn in var.replicas[*].key_arn :
      can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", key_arn))
      if key_arn != null
    ])
    error_message = "replicas[*].key_arn must match ^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$."
  }
}

variable "notify" {
  description = "Who gets a mail when a rotation fails; each address confirms once."
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

variable "log_retention_days" {
  description = "How long the log of the rotation function is kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of: 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "region" {
  description = "Region of the secrets."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the secrets and of their readers."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the values."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the key that encrypts logs and alarms' topic."
  type        = string
  nullable    = false
}

variable "boundary_arn" {
  description = "ARN of the permissions boundary of the function's role."
  type        = string
  nullable    = false
}

variable "app_role_arns" {
  description = "ARNs of the applications' roles by name."
  type        = map(string)
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
