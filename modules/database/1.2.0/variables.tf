variable "instances" {
  description = "Instances by name; in AWS <environment>-<name>, where they say no other. By default there is one, mendix, with PostgreSQL; who writes this section lists it too to keep it."
  type = map(object({
    engine                = optional(string, "postgres")
    version               = optional(string, "17")
    class                 = optional(string, "db.t4g.medium")
    name                  = optional(string)
    license               = optional(string)
    database_name         = optional(string)
    storage_gb            = optional(number, 20)
    max_storage_gb        = optional(number)
    storage_type          = optional(string, "gp3")
    iops                  = optional(number)
    throughput            = optional(number)
    multi_az              = optional(bool, true)
    replicas              = optional(number, 0)
    replica_class         = optional(string)
    replica_multi_az      = optional(bool, true)
    backup_retention_days = optional(number, 7)
    backup_window         = optional(string, "02:00-03:00")
    maintenance_window    = optional(string, "sun:03:30-sun:04:30")
    apply                 = optional(string, "immediately")
    minor_upgrades        = optional(string)
    deletion_protection   = optional(bool, true)
    final_snapshot        = optional(bool, true)
    iam_authentication    = optional(bool)
    oracle_encryption     = optional(string, "tls")
    certificate_authority = optional(string, "rds-ca-rsa2048-g1")
    parameters = optional(map(object({
      value = string
      apply = optional(string, "immediate")
    })), {})
    logs                = optional(list(string))
    log_retention_days  = optional(number, 365)
    monitoring_interval = optional(number, 60)
    performance_insights = optional(object({
      enabled        = optional(bool, true)
      retention_days = optional(number, 7)
      advanced       = optional(bool, false)
    }), {})
    password_rotation_days = optional(number, 30)
    proxy = optional(object({
      iam_auth                     = optional(string, "disabled")
      secret_arns                  = optional(list(string), [])
      max_connections_percent      = optional(number, 90)
      max_idle_connections_percent = optional(number, 50)
      idle_client_timeout          = optional(number, 1800)
    }))
    restore_from = optional(object({
      snapshot    = optional(string)
      instance    = optional(string)
      resource_id = optional(string)
      backup_arn  = optional(string)
      time        = optional(string)
    }))
  }))
  default = {
    mendix = {}
  }
  nullable = false

  validation {
    condition     = length(var.instances) <= 40
    error_message = "instances must have at most 40 entries."
  }

  validation {
    condition     = alltrue([for name in keys(var.instances) : can(regex("^[a-z](-?[a-z0-9])*$", name))])
    error_message = "a name in instances must match ^[a-z](-?[a-z0-9])*$."
  }

  validation {
    condition     = alltrue([for name in keys(var.instances) : length(name) <= 24])
    error_message = "a name in instances must have at most 24 characters."
  }

  validation {
    condition = alltrue([
      for engine in values(var.instances)[*].engine :
      contains(["postgres", "mysql", "oracle-se2", "oracle-se2-cdb", "oracle-ee", "oracle-ee-cdb"], engine)
    ])
    error_message = "instances[*].engine must be one of: postgres, mysql, oracle-se2, oracle-se2-cdb, oracle-ee, oracle-ee-cdb."
  }

  validation {
    condition = alltrue([
      for version in values(var.instances)[*].version :
      can(regex("^[0-9]+(\\.[A-Za-z0-9._-]+)?$", version))
    ])
    error_message = "instances[*].version must match ^[0-9]+(\\.[A-Za-z0-9._-]+)?$."
  }

  validation {
    condition     = alltrue([for version in values(var.instances)[*].version : length(version) <= 64])
    error_message = "instances[*].version must have at most 64 characters."
  }

  validation {
    condition = alltrue([
      for class in values(var.instances)[*].class :
      can(regex("^db\\.[a-z0-9]+\\.[a-z0-9.]+$", class))
    ])
    error_message = "instances[*].class must match ^db\\.[a-z0-9]+\\.[a-z0-9.]+$."
  }

  validation {
    condition = alltrue([
      for name in values(var.instances)[*].name :
      can(regex("^[a-z](-?[a-z0-9])*$", name))
      if name != null
    ])
    error_message = "instances[*].name must match ^[a-z](-?[a-z0-9])*$."
  }

  validation {
    condition     = alltrue([for name in values(var.instances)[*].name : length(name) <= 51 if name != null])
    error_message = "instances[*].name must have at most 51 characters."
  }

  validation {
    condition = alltrue([
      for license in values(var.instances)[*].license :
      contains(["license-included", "bring-your-own-license"], license)
      if license != null
    ])
    error_message = "instances[*].license must be one of: license-included, bring-your-own-license."
  }

  validation {
    condition = alltrue([
      for database_name in values(var.instances)[*].database_name :
      can(regex("^[A-Za-z][A-Za-z0-9_]*$", database_name))
      if database_name != null
    ])
    error_message = "instances[*].database_name must match ^[A-Za-z][A-Za-z0-9_]*$."
  }

  validation {
    condition = alltrue([
      for database_name in values(var.instances)[*].database_name :
      length(database_name) <= 63
      if database_name != null
    ])
    error_message = "instances[*].database_name must have at most 63 characters."
  }

  validation {
    condition = alltrue([
      for storage_gb in values(var.instances)[*].storage_gb :
      storage_gb >= 20 && storage_gb <= 65536 && floor(storage_gb) == storage_gb
    ])
    error_message = "instances[*].storage_gb must be a whole number, at least 20 and at most 65536 (GB)."
  }

  validation {
    condition = alltrue([
      for max_storage_gb in values(var.instances)[*].max_storage_gb :
      max_storage_gb >= 20 && max_storage_gb <= 65536 && floor(max_storage_gb) == max_storage_gb
      if max_storage_gb != null
    ])
    error_message = "instances[*].max_storage_gb must be a whole number, at least 20 and at most 65536 (GB)."
  }

  validation {
    condition = alltrue([
      for storage_type in values(var.instances)[*].storage_type :
      contains(["gp3", "io2"], storage_type)
    ])
    error_message = "instances[*].storage_type must be one of: gp3, io2."
  }

  validation {
    condition = alltrue([
      for iops in values(var.instances)[*].iops :
      iops >= 1000 && iops <= 256000 && floor(iops) == iops
      if iops != null
    ])
    error_message = "instances[*].iops must be a whole number, at least 1000 and at most 256000 (IOPS)."
  }

  validation {
    condition = alltrue([
      for throughput in values(var.instances)[*].throughput :
      throughput >= 500 && throughput <= 4000 && floor(throughput) == throughput
      if throughput != null
    ])
    error_message = "instances[*].throughput must be a whole number, at least 500 and at most 4000 (MiB/s)."
  }

  validation {
    condition = alltrue([
      for replicas in values(var.instances)[*].replicas :
      replicas >= 0 && replicas <= 15 && floor(replicas) == replicas
    ])
    error_message = "instances[*].replicas must be a whole number, at least 0 and at most 15 (replicas)."
  }

  validation {
    condition = alltrue([
      for replica_class in values(var.instances)[*].replica_class :
      can(regex("^db\\.[a-z0-9]+\\.[a-z0-9.]+$", replica_class))
      if replica_class != null
    ])
    error_message = "instances[*].replica_class must match ^db\\.[a-z0-9]+\\.[a-z0-9.]+$."
  }

  validation {
    condition = alltrue([
      for value in values(var.instances)[*].backup_retention_days :
      value >= 1 && value <= 35 && floor(value) == value
    ])
    error_message = "instances[*].backup_retention_days must be a whole number, at least 1 and at most 35 (days)."
  }

  validation {
    condition = alltrue([
      for backup_window in values(var.instances)[*].backup_window :
      can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", backup_window))
    ])
    error_message = "instances[*].backup_window must match ^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$."
  }

  validation {
    condition = alltrue([
      for value in values(var.instances)[*].maintenance_window :
      can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$", value))
    ])
    error_message = "instances[*].maintenance_window must match ^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$."
  }

  validation {
    condition = alltrue([
      for apply in values(var.instances)[*].apply :
      contains(["immediately", "in-window"], apply)
    ])
    error_message = "instances[*].apply must be one of: immediately, in-window."
  }

  validation {
    condition = alltrue([
      for minor_upgrades in values(var.instances)[*].minor_upgrades :
      contains(["automatic", "manual"], minor_upgrades)
      if minor_upgrades != null
    ])
    error_message = "instances[*].minor_upgrades must be one of: automatic, manual."
  }

  validation {
    condition = alltrue([
      for value in values(var.instances)[*].oracle_encryption :
      contains(["tls", "native"], value)
    ])
    error_message = "instances[*].oracle_encryption must be one of: tls, native."
  }

  validation {
    condition = alltrue([
      for value in values(var.instances)[*].certificate_authority :
      contains(["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"], value)
    ])
    error_message = "instances[*].certificate_authority must be one of: rds-ca-rsa2048-g1, rds-ca-rsa4096-g1, rds-ca-ecc384-g1."
  }

  validation {
    condition     = alltrue([for parameters in values(var.instances)[*].parameters : length(parameters) <= 100])
    error_message = "instances[*].parameters must have at most 100 entries."
  }

  validation {
    condition = alltrue([
      for parameters in values(var.instances)[*].parameters :
      alltrue([for name in keys(parameters) : can(regex("^[A-Za-z_][A-Za-z0-9_.-]*$", name))])
    ])
    error_message = "a name in instances[*].parameters must match ^[A-Za-z_][A-Za-z0-9_.-]*$."
  }

  validation {
    condition = alltrue([
      for parameters in values(var.instances)[*].parameters :
      alltrue([for name in keys(parameters) : length(name) <= 255])
    ])
    error_message = "a name in instances[*].parameters must have at most 255 characters."
  }

  validation {
    condition = alltrue([
      for parameters in values(var.instances)[*].parameters :
      alltrue([for value in values(parameters)[*].value : length(value) <= 2048])
    ])
    error_message = "instances[*].parameters[*].value must have at most 2048 characters."
  }

  validation {
    condition = alltrue([
      for parameters in values(var.instances)[*].parameters :
      alltrue([
        for apply in values(parameters)[*].apply :
        contains(["immediate", "pending-reboot"], apply)
      ])
    ])
    error_message = "instances[*].parameters[*].apply must be one of: immediate, pending-reboot."
  }

  validation {
    condition     = alltrue([for logs in values(var.instances)[*].logs : length(logs) <= 10 if logs != null])
    error_message = "instances[*].logs must have at most 10 entries."
  }

  validation {
    condition = alltrue([
      for logs in values(var.instances)[*].logs :
      alltrue([for log in logs : can(regex("^[a-z-]+$", log))])
      if logs != null
    ])
    error_message = "instances[*].logs[*] must match ^[a-z-]+$."
  }

  validation {
    condition = alltrue([
      for value in values(var.instances)[*].log_retention_days :
      contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], value)
    ])
    error_message = "instances[*].log_retention_days must be one of: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }

  validation {
    condition = alltrue([
      for value in values(var.instances)[*].monitoring_interval :
      contains([0, 1, 5, 10, 15, 30, 60], value)
    ])
    error_message = "instances[*].monitoring_interval must be one of: 0, 1, 5, 10, 15, 30, 60."
  }

  validation {
    condition = alltrue([
      for retention_days in values(var.instances)[*].performance_insights.retention_days :
      contains([7, 31, 62, 93, 124, 155, 186, 217, 248, 279, 310, 341, 372, 403, 434, 465, 496, 527, 558, 589, 620, 651, 682, 713, 731], retention_days)
    ])
    error_message = "instances[*].performance_insights.retention_days must be one of: 7, 31, 62, 93, 124, 155, 186, 217, 248, 279, 310, 341, 372, 403, 434, 465, 496, 527, 558, 589, 620, 651, 682, 713, 731."
  }

  validation {
    condition = alltrue([
      for value in values(var.instances)[*].password_rotation_days :
      value >= 1 && value <= 365 && floor(value) == value
    ])
    error_message = "instances[*].password_rotation_days must be a whole number, at least 1 and at most 365 (days)."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      contains(["required", "disabled"], instance.proxy.iam_auth)
      if instance.proxy != null
    ])
    error_message = "instances[*].proxy.iam_auth must be one of: required, disabled."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      length(instance.proxy.secret_arns) <= 100
      if instance.proxy != null
    ])
    error_message = "instances[*].proxy.secret_arns must have at most 100 entries."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      alltrue([
        for secret_arn in instance.proxy.secret_arns :
        can(regex("^arn:aws[a-z-]*:secretsmanager:", secret_arn))
      ])
      if instance.proxy != null
    ])
    error_message = "instances[*].proxy.secret_arns[*] must match ^arn:aws[a-z-]*:secretsmanager:."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.proxy.max_connections_percent >= 1 && instance.proxy.max_connections_percent <= 100 && floor(instance.proxy.max_connections_percent) == instance.proxy.max_connections_percent
      if instance.proxy != null
    ])
    error_message = "instances[*].proxy.max_connections_percent must be a whole number, at least 1 and at most 100 (percent)."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.proxy.max_idle_connections_percent >= 0 && instance.proxy.max_idle_connections_percent <= 100 && floor(instance.proxy.max_idle_connections_percent) == instance.proxy.max_idle_connections_percent
      if instance.proxy != null
    ])
    error_message = "instances[*].proxy.max_idle_connections_percent must be a whole number, at least 0 and at most 100 (percent)."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.proxy.idle_client_timeout >= 1 && instance.proxy.idle_client_timeout <= 28800 && floor(instance.proxy.idle_client_timeout) == instance.proxy.idle_client_timeout
      if instance.proxy != null
    ])
    error_message = "instances[*].proxy.idle_client_timeout must be a whole number, at least 1 and at most 28800 (seconds)."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.restore_from == null ? true : instance.restore_from.snapshot == null ? true : length(instance.restore_from.snapshot) >= 1 && length(instance.restore_from.snapshot) <= 512
    ])
    error_message = "instances[*].restore_from.snapshot must have at least 1 and at most 512 characters."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.restore_from == null ? true : instance.restore_from.instance == null ? true : can(regex("^[a-z](-?[a-z0-9])*$", instance.restore_from.instance))
    ])
    error_message = "instances[*].restore_from.instance must match ^[a-z](-?[a-z0-9])*$."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.restore_from == null ? true : instance.restore_from.instance == null ? true : length(instance.restore_from.instance) <= 24
    ])
    error_message = "instances[*].restore_from.instance must have at most 24 characters."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.restore_from == null ? true : instance.restore_from.resource_id == null ? true : can(regex("^db-[A-Z0-9]+$", instance.restore_from.resource_id))
    ])
    error_message = "instances[*].restore_from.resource_id must match ^db-[A-Z0-9]+$."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.restore_from == null ? true : instance.restore_from.backup_arn == null ? true : can(regex("^arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:auto-backup:.+$", instance.restore_from.backup_arn))
    ])
    error_message = "instances[*].restore_from.backup_arn must match ^arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:auto-backup:.+$."
  }

  validation {
    condition = alltrue([
      for instance in var.instances :
      instance.restore_from == null ? true : instance.restore_from.time == null ? true : can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", instance.restore_from.time))
    ])
    error_message = "instances[*].restore_from.time must match ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$."
  }
}

variable "subnet_group" {
  description = "Name of the group of subnets that the instances are in, where it has one of its own: that of a group that was adopted. <environment>-database if not given."
  type        = string
  default     = null

  validation {
    condition     = var.subnet_group == null ? true : can(regex("^[a-z0-9][a-z0-9. _-]*$", var.subnet_group))
    error_message = "subnet_group must match ^[a-z0-9][a-z0-9. _-]*$."
  }

  validation {
    condition     = var.subnet_group == null ? true : length(var.subnet_group) <= 255
    error_message = "subnet_group must have at most 255 characters."
  }
}

variable "events" {
  description = "What RDS reports of the instances."
  type = object({
    categories = optional(list(string), [
      "availability",
      "configuration change",
      "deletion",
      "failover",
      "failure",
      "low storage",
      "maintenance",
      "notification",
      "read replica",
      "recovery",
      "restoration",
      "security",
      "security patching",
    ])
    emails = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.events.categories) >= 1 && length(var.events.categories) <= 15
    error_message = "events.categories must have at least 1 and at most 15 entries."
  }

  validation {
    condition = alltrue([
      for category in var.events.categories :
      contains([
        "availability",
        "backup",
        "configuration change",
        "creation",
        "deletion",
        "failover",
        "failure",
        "low storage",
        "maintenance",
        "notification",
        "read replica",
        "recovery",
        "restoration",
        "security",
        "security patching",
      ], category)
    ])
    error_message = "events.categories[*] must be one of: availability, backup, configuration change, creation, deletion, failover, failure, low storage, maintenance, notification, read replica, recovery, restoration, security, security patching."
  }

  validation {
    condition     = length(var.events.emails) <= 20
    error_message = "events.emails must have at most 20 entries."
  }

  validation {
    condition     = alltrue([for email in var.events.emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "events.emails[*] must match ^[^@ ]+@[^@ ]+$."
  }

  validation {
    condition     = alltrue([for email in var.events.emails : length(email) <= 320])
    error_message = "events.emails[*] must have at most 320 characters."
  }
}

variable "region" {
  description = "Region of the databases."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the databases."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "ID of the VPC."
  type        = string
  nullable    = false
}

variable "database_subnet_ids" {
  description = "IDs of the subnets of the databases."
  type        = list(string)
  nullable    = false
}

variable "private_subnet_ids" {
  description = "IDs of the subnets of the proxies."
  type        = list(string)
  nullable    = false
}

variable "database_security_group_id" {
  description = "ID of the security group of the databases."
  type        = string
  nullable    = false
}

variable "nodes_security_group_id" {
  description = "ID of the security group of the nodes, which use the proxies."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts storage, backups and performance data."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the KMS key that encrypts logs and events."
  type        = string
  nullable    = false
}

variable "secrets_key_arn" {
  description = "ARN of the KMS key that encrypts passwords."
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
