variable "monthly_budget" {
  description = "What all that has the environment's tag may cost a month."
  type = object({
    amount      = number
    currency    = optional(string, "USD")
    alert_at    = optional(list(number), [80, 100])
    forecast_at = optional(number, 100)
  })
  default = null

  validation {
    condition     = var.monthly_budget == null ? true : var.monthly_budget.amount > 0 && var.monthly_budget.amount <= 1000000000.0
    error_message = "monthly_budget.amount must be more than 0 and at most 1000000000.0 (currency)."
  }

  validation {
    condition     = var.monthly_budget == null ? true : contains(["USD"], var.monthly_budget.currency)
    error_message = "monthly_budget.currency must be one of: USD."
  }

  validation {
    condition     = var.monthly_budget == null ? true : length(var.monthly_budget.alert_at) <= 5
    error_message = "monthly_budget.alert_at must have at most 5 entries."
  }

  validation {
    condition = var.monthly_budget == null ? true : alltrue([
      for alert_at_item in var.monthly_budget.alert_at :
      alert_at_item >= 1 && alert_at_item <= 1000 && floor(alert_at_item) == alert_at_item
    ])
    error_message = "monthly_budget.alert_at[*] must be a whole number, at least 1 and at most 1000."
  }

  validation {
    condition     = var.monthly_budget == null ? true : var.monthly_budget.forecast_at >= 0 && var.monthly_budget.forecast_at <= 1000 && floor(var.monthly_budget.forecast_at) == var.monthly_budget.forecast_at
    error_message = "monthly_budget.forecast_at must be a whole number, at least 0 and at most 1000 (percent)."
  }
}

variable "by_area" {
  description = "What an area may cost a month, by its name; told as monthly_budget says."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.by_area) <= 20
    error_message = "by_area must have at most 20 entries."
  }

  validation {
    condition     = alltrue([for name in keys(var.by_area) : can(regex("^[a-z]+$", name))])
    error_message = "a name in by_area must match ^[a-z]+$."
  }

  validation {
    condition     = alltrue([for name in keys(var.by_area) : length(name) <= 20])
    error_message = "a name in by_area must have at most 20 characters."
  }

  validation {
    condition     = alltrue([for by_area_item in var.by_area : by_area_item > 0 && by_area_item <= 1000000000.0])
    error_message = "by_area[*] must be more than 0 and at most 1000000000.0."
  }
}

variable "anomaly_above" {
  description = "Tell of costs that are unusual and this much above what is usual; null: no monitor."
  type        = number
  default     = null

  validation {
    condition     = var.anomaly_above == null ? true : var.anomaly_above > 0 && var.anomaly_above <= 1000000000.0
    error_message = "anomaly_above must be more than 0 and at most 1000000000.0 (USD)."
  }
}

variable "reserved" {
  description = "Which share of the steady load commitments should cover."
  type = object({
    database = optional(number, 0.0)
    nodes    = optional(number, 0.0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.reserved.database >= 0 && var.reserved.database <= 1
    error_message = "reserved.database must be at least 0 and at most 1."
  }

  validation {
    condition     = var.reserved.nodes >= 0 && var.reserved.nodes <= 1
    error_message = "reserved.nodes must be at least 0 and at most 1."
  }
}

variable "reports" {
  description = "Tables and queries over the export of the bill, which is the foundation's."
  type = object({
    format  = optional(string, "parquet")
    records = optional(string)
  })
  default = null

  validation {
    condition     = var.reports == null ? true : contains(["parquet", "csv"], var.reports.format)
    error_message = "reports.format must be one of: parquet, csv."
  }

  validation {
    condition     = var.reports == null ? true : var.reports.records == null ? true : can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.*'()-]+/)*data/$", var.reports.records))
    error_message = "reports.records must match ^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.*'()-]+/)*data/$."
  }

  validation {
    condition     = var.reports == null ? true : var.reports.records == null ? true : length(var.reports.records) <= 300
    error_message = "reports.records must have at most 300 characters."
  }
}

variable "notify" {
  description = "Who gets mails of budgets and anomalies; nobody has to confirm them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.notify) <= 10
    error_message = "notify must have at most 10 entries."
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
  description = "Account that pays."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the key that encrypts what queries found."
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
