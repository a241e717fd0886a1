variable "admins" {
  description = "Who operates the platform: sees all of its set-up and logs, opens sessions on nodes, restarts databases, sets and rotates secrets. Building is mendixctl's deploy role's."
  type = object({
    principals    = optional(list(string), [])
    require_mfa   = optional(bool, true)
    session_hours = optional(number, 1)
    policies      = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.admins.principals) <= 50
    error_message = "admins.principals must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for principal in var.admins.principals :
      can(regex("^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$", principal))
    ])
    error_message = "admins.principals[*] must match ^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$."
  }

  validation {
    condition     = alltrue([for principal in var.admins.principals : length(principal) <= 640])
    error_message = "admins.principals[*] must have at most 640 characters."
  }

  validation {
    condition     = var.admins.session_hours >= 1 && var.admins.session_hours <= 12 && floor(var.admins.session_hours) == var.admins.session_hours
    error_message = "admins.session_hours must be a whole number, at least 1 and at most 12 (hours)."
  }

  validation {
    condition     = length(var.admins.policies) <= 5
    error_message = "admins.policies must have at most 5 entries."
  }

  validation {
    condition = alltrue([
      for policy in var.admins.policies :
      can(regex("^arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$", policy))
    ])
    error_message = "admins.policies[*] must match ^arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$."
  }

  validation {
    condition     = alltrue([for policy in var.admins.policies : length(policy) <= 640])
    error_message = "admins.policies[*] must have at most 640 characters."
  }
}

variable "auditors" {
  description = "Who sees how everything is set up, and none of the data in it."
  type = object({
    principals    = optional(list(string), [])
    require_mfa   = optional(bool, true)
    session_hours = optional(number, 1)
    policies      = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.auditors.principals) <= 50
    error_message = "auditors.principals must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for principal in var.auditors.principals :
      can(regex("^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$", principal))
    ])
    error_message = "auditors.principals[*] must match ^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$."
  }

  validation {
    condition     = alltrue([for principal in var.auditors.principals : length(principal) <= 640])
    error_message = "auditors.principals[*] must have at most 640 characters."
  }

  validation {
    condition     = var.auditors.session_hours >= 1 && var.auditors.session_hours <= 12 && floor(var.auditors.session_hours) == var.auditors.session_hours
    error_message = "auditors.session_hours must be a whole number, at least 1 and at most 12 (hours)."
  }

  validation {
    condition     = length(var.auditors.policies) <= 5
    error_message = "auditors.policies must have at most 5 entries."
  }

  validation {
    condition = alltrue([
      for policy in var.auditors.policies :
      can(regex("^arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$", policy))
    ])
    error_message = "auditors.policies[*] must match ^arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$."
  }

  validation {
    condition     = alltrue([for policy in var.auditors.policies : length(policy) <= 640])
    error_message = "auditors.policies[*] must have at most 640 characters."
  }
}

variable "regions" {
  description = "Further regions that the platform's roles may act in (its standby's, say); set, they may act there and in the environment's own only. By default in any."
  type        = list(string)
  default     = null

  validation {
    condition     = var.regions == null ? true : length(var.regions) <= 10
    error_message = "regions must have at most 10 entries."
  }

  validation {
    condition = var.regions == null ? true : alltrue([
      for region in var.regions :
      can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))
    ])
    error_message = "regions[*] must match ^[a-z]{2}(-[a-z]+)+-[0-9]$."
  }
}

variable "boundary_policy_arn" {
  description = "A managed policy that exists, as permissions boundary of every role in the place of ours. It has to let the platform's roles do what they do; the foundation's ci.boundaries names it for the deployer."
  type        = string
  default     = null

  validation {
    condition     = var.boundary_policy_arn == null ? true : can(regex("^arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$", var.boundary_policy_arn))
    error_message = "boundary_policy_arn must match ^arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$."
  }

  validation {
    condition     = var.boundary_policy_arn == null ? true : length(var.boundary_policy_arn) <= 640
    error_message = "boundary_policy_arn must have at most 640 characters."
  }
}

variable "node_sessions" {
  description = "Whether admins may open sessions on nodes by Systems Manager: no SSH, keys or open ports."
  type        = bool
  default     = true
  nullable    = false
}

variable "region" {
  description = "Region of the environment."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the roles."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "cluster_key_arn" {
  description = "ARN of the key of the cluster's secrets."
  type        = string
  nullable    = false
}

variable "secrets_key_arn" {
  description = "ARN of the key of the platform's secrets."
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
