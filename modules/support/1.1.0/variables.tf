variable "hours" {
  description = "When the clock of an incident runs, by priority: 24x7, or 5x8 in the office."
  type = object({
    p1 = optional(string, "24x7")
    p2 = optional(string, "24x7")
    p3 = optional(string, "5x8")
    p4 = optional(string, "5x8")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["24x7", "5x8"], var.hours.p1)
    error_message = "hours.p1 must be one of: 24x7, 5x8."
  }

  validation {
    condition     = contains(["24x7", "5x8"], var.hours.p2)
    error_message = "hours.p2 must be one of: 24x7, 5x8."
  }

  validation {
    condition     = contains(["24x7", "5x8"], var.hours.p3)
    error_message = "hours.p3 must be one of: 24x7, 5x8."
  }

  validation {
    condition     = contains(["24x7", "5x8"], var.hours.p4)
    error_message = "hours.p4 must be one of: 24x7, 5x8."
  }
}

variable "timezone" {
  description = "Time zone of office and holidays, such as Europe/Berlin."
  type        = string
  default     = "UTC"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$", var.timezone))
    error_message = "timezone must match ^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$."
  }

  validation {
    condition     = length(var.timezone) <= 64
    error_message = "timezone must have at most 64 characters."
  }
}

variable "office" {
  description = "When somebody is there: what 5x8 means."
  type = object({
    from = optional(string, "09:00")
    to   = optional(string, "17:00")
    days = optional(list(string), ["mon", "tue", "wed", "thu", "fri"])
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.office.from))
    error_message = "office.from must match ^([01][0-9]|2[0-3]):[0-5][0-9]$."
  }

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.office.to))
    error_message = "office.to must match ^([01][0-9]|2[0-3]):[0-5][0-9]$."
  }

  validation {
    condition     = length(var.office.days) >= 1 && length(var.office.days) <= 7
    error_message = "office.days must have at least 1 and at most 7 entries."
  }

  validation {
    condition = alltrue([
      for day in var.office.days :
      contains(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], day)
    ])
    error_message = "office.days[*] must be one of: mon, tue, wed, thu, fri, sat, sun."
  }
}

variable "holidays" {
  description = "Days on which the office is closed."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.holidays) <= 200
    error_message = "holidays must have at most 200 entries."
  }

  validation {
    condition = alltrue([
      for holiday in var.holidays :
      can(regex("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", holiday))
    ])
    error_message = "holidays[*] must match ^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$."
  }
}

variable "targets" {
  description = "How soon an incident is answered and solved, by priority."
  type = object({
    p1 = optional(object({
      respond = string
      solve   = string
      }), {
      respond = "30m"
      solve   = "4h"
    })
    p2 = optional(object({
      respond = string
      solve   = string
      }), {
      respond = "1h"
      solve   = "6h"
    })
    p3 = optional(object({
      respond = string
      solve   = string
      }), {
      respond = "2h"
      solve   = "2d"
    })
    p4 = optional(object({
      respond = string
      solve   = string
      }), {
      respond = "4h"
      solve   = "3d"
    })
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[1-9][0-9]{0,3}[mhd]$", var.targets.p1.respond))
    error_message = "targets.p1.respond must match ^[1-9][0-9]{0,3}[mhd]$."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,3}[mhd]$", var.targets.p1.solve))
    error_message = "targets.p1.solve must match ^[1-9][0-9]{0,3}[mhd]$."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,3}[mhd]$", var.targets.p2.respond))
    error_message = "targets.p2.respond must match ^[1-9][0-9]{0,3}[mhd]$."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,3}[mhd]$", var.targets.p2.solve))
    error_message = "targets.p2.solve must match ^[1-9][0-9]{0,3}[mhd]$."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,3}[mhd]$", var.targets.p3.respond))
    error_message = "targets.p3.respond must match ^[1-9][0-9]{0,3}[mhd]$."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,3}[mhd]$", var.targets.p3.solve))
    error_message = "targets.p3.solve must match ^[1-9][0-9]{0,3}[mhd]$."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,3}[mhd]$", var.targets.p4.respond))
    error_message = "targets.p4.respond must match ^[1-9][0-9]{0,3}[mhd]$."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,3}[mhd]$", var.targets.p4.solve))
    error_message = "targets.p4.solve must match ^[1-9][0-9]{0,3}[mhd]$."
  }
}

variable "contacts" {
  description = "Who is told, by priority."
  type = object({
    p1 = optional(list(object({
      email                  = optional(string)
      sms                    = optional(string)
      https                  = optional(string)
      escalate_after_minutes = optional(number, 0)
    })), [])
    p2 = optional(list(object({
      email                  = optional(string)
      sms                    = optional(string)
      https                  = optional(string)
      escalate_after_minutes = optional(number, 0)
    })), [])
    p3 = optional(list(object({
      email                  = optional(string)
      sms                    = optional(string)
      https                  = optional(string)
      escalate_after_minutes = optional(number, 0)
    })), [])
    p4 = optional(list(object({
      email                  = optional(string)
      sms                    = optional(string)
      https                  = optional(string)
      escalate_after_minutes = optional(number, 0)
    })), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.contacts.p1) <= 50
    error_message = "contacts.p1 must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for email in var.contacts.p1[*].email :
      can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))
      if email != null
    ])
    error_message = "contacts.p1[*].email must match ^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$."
  }

  validation {
    condition     = alltrue([for email in var.contacts.p1[*].email : length(email) <= 320 if email != null])
    error_message = "contacts.p1[*].email must have at most 320 characters."
  }

  validation {
    condition = alltrue([
      for sms in var.contacts.p1[*].sms :
      can(regex("^\\+[1-9][0-9]{6,14}$", sms))
      if sms != null
    ])
    error_message = "contacts.p1[*].sms must match ^\\+[1-9][0-9]{6,14}$."
  }

  validation {
    condition = alltrue([
      for https in var.contacts.p1[*].https :
      can(regex("^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\s]*)?$", https))
      if https != null
    ])
    error_message = "contacts.p1[*].https must match ^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\s]*)?$."
  }

  validation {
    condition     = alltrue([for https in var.contacts.p1[*].https : length(https) <= 2048 if https != null])
    error_message = "contacts.p1[*].https must have at most 2048 characters."
  }

  validation {
    condition = alltrue([
      for value in var.contacts.p1[*].escalate_after_minutes :
      value >= 0 && value <= 10080 && floor(value) == value
    ])
    error_message = "contacts.p1[*].escalate_after_minutes must be a whole number, at least 0 and at most 10080 (minutes)."
  }

  validation {
    condition     = length(var.contacts.p2) <= 50
    error_message = "contacts.p2 must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for email in var.contacts.p2[*].email :
      can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))
      if email != null
    ])
    error_message = "contacts.p2[*].email must match ^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$."
  }

  validation {
    condition     = alltrue([for email in var.contacts.p2[*].email : length(email) <= 320 if email != null])
    error_message = "contacts.p2[*].email must have at most 320 characters."
  }

  validation {
    condition = alltrue([
      for sms in var.contacts.p2[*].sms :
      can(regex("^\\+[1-9][0-9]{6,14}$", sms))
      if sms != null
    ])
    error_message = "contacts.p2[*].sms must match ^\\+[1-9][0-9]{6,14}$."
  }

  validation {
    condition = alltrue([
      for https in var.contacts.p2[*].https :
      can(regex("^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\s]*)?$", https))
      if https != null
    ])
    error_message = "contacts.p2[*].https must match ^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\s]*)?$."
  }

  validation {
    condition     = alltrue([for https in var.contacts.p2[*].https : length(https) <= 2048 if https != null])
    error_message = "contacts.p2[*].https must have at most 2048 characters."
  }

  validation {
    condition = alltrue([
      for value in var.contacts.p2[*].escalate_after_minutes :
      value >= 0 && value <= 10080 && floor(value) == value
    ])
    error_message = "contacts.p2[*].escalate_after_minutes must be a whole number, at least 0 and at most 10080 (minutes)."
  }

  validation {
    condition     = length(var.contacts.p3) <= 50
    error_message = "contacts.p3 must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for email in var.contacts.p3[*].email :
      can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))
      if email != null
    ])
    error_message = "contacts.p3[*].email must match ^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$."
  }

  validation {
    condition     = alltrue([for email in var.contacts.p3[*].email : length(email) <= 320 if email != null])
    error_message = "contacts.p3[*].email must have at most 320 characters."
  }

  validation {
    condition = alltrue([
      for sms in var.contacts.p3[*].sms :
      can(regex("^\\+[1-9][0-9]{6,14}$", sms))
      if sms != null
    ])
    error_message = "contacts.p3[*].sms must match ^\\+[1-9][0-9]{6,14}$."
  }

  validation {
    condition = alltrue([
      for https in var.contacts.p3[*].https :
      can(regex("^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\s]*)?$", https))
      if https != null
    ])
    error_message = "contacts.p3[*].https must match ^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\s]*)?$."
  }

  validation {
    condition     = alltrue([for https in var.contacts.p3[*].https : length(https) <= 2048 if https != null])
    error_message = "contacts.p3[*].https must have at most 2048 characters."
  }

  validation {
    condition = alltrue([
      for value in var.contacts.p3[*].escalate_after_minutes :
      value >= 0 && value <= 10080 && floor(value) == value
    ])
    error_message = "contacts.p3[*].escalate_after_minutes must be a whole number, at least 0 and at most 10080 (minutes)."
  }

  validation {
    condition     = length(var.contacts.p4) <= 50
    error_message = "contacts.p4 must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for email in var.contacts.p4[*].email :
      can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))
      if email != null
    ])
    error_message = "contacts.p4[*].email must match ^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$."
  }

  validation {
    condition     = alltrue([for email in var.contacts.p4[*].email : length(email) <= 320 if email != null])
    error_message = "contacts.p4[*].email must have at most 320 characters."
  }

  validation {
    condition = alltrue([
      for sms in var.contacts.p4[*].sms :
      can(regex("^\\+[1-9][0-9]{6,14}$", sms))
      if sms != null
    ])
    error_message = "contacts.p4[*].sms must match ^\\+[1-9][0-9]{6,14}$."
  }

  validation {
    condition = alltrue([
      for https in var.contacts.p4[*].https :
      can(regex("^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\s]*)?$", https))
      if https != null
    ])
    error_message = "contacts.p4[*].https must match ^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\s]*)?$."
  }

  validation {
    condition     = alltrue([for https in var.contacts.p4[*].https : length(https) <= 2048 if https != null])
    error_message = "contacts.p4[*].https must have at most 2048 characters."
  }

  validation {
    condition = alltrue([
      for value in var.contacts.p4[*].escalate_after_minutes :
      value >= 0 && value <= 10080 && floor(value) == value
    ])
    error_message = "contacts.p4[*].escalate_after_minutes must be a whole number, at least 0 and at most 10080 (minutes)."
  }
}

variable "log_retention_days" {
  description = "How long the logs of the function and of the state machine are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of: 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "key_deletion_days" {
  description = "How long a deleted key can be brought back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30 && floor(var.key_deletion_days) == var.key_deletion_days
    error_message = "key_deletion_days must be a whole number, at least 7 and at most 30 (days)."
  }
}

variable "region" {
  description = "Region of the topics."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account whose alarms, budgets and events are told."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the key that encrypts logs."
  type        = string
  nullable    = false
}

variable "boundary_arn" {
  description = "ARN of the permissions boundary of the roles."
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
