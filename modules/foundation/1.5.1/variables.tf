variable "global_settings" {
  description = "This foundation has what the account has once for all regions: password policy, deployer, Config's role, the record of IAM. False for the foundation of a further region."
  type        = bool
  default     = true
  nullable    = false
}

variable "ci" {
  description = "Who may deploy, by OIDC, without stored keys."
  type = object({
    github = optional(object({
      repositories    = list(string)
      branches        = optional(list(string), ["main"])
      environments    = optional(list(string), [])
      create_provider = optional(bool, true)
    }))
    gitlab = optional(object({
      projects        = list(string)
      branches        = optional(list(string), ["main"])
      host            = optional(string, "gitlab.com")
      create_provider = optional(bool, true)
    }))
    environments     = optional(list(string), ["dev", "test", "acceptance", "prod"])
    regions          = optional(list(string))
    state_buckets    = optional(list(string))
    boundary_changes = optional(bool, false)
    planner = optional(object({
      requests = optional(bool, true)
    }))
    boundaries    = optional(list(string), [])
    session_hours = optional(number, 2)
  })
  default = null

  validation {
    condition     = var.ci == null ? true : var.ci.github == null ? true : length(var.ci.github.repositories) >= 1 && length(var.ci.github.repositories) <= 20
    error_message = "ci.github.repositories must have at least 1 and at most 20 entries."
  }

  validation {
    condition = var.ci == null ? true : var.ci.github == null ? true : alltrue([
      for repository in var.ci.github.repositories :
      can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", repository))
    ])
    error_message = "ci.github.repositories[*] must match ^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$."
  }

  validation {
    condition = var.ci == null ? true : var.ci.github == null ? true : alltrue([
      for repository in var.ci.github.repositories :
      length(repository) <= 140
    ])
    error_message = "ci.github.repositories[*] must have at most 140 characters."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.github == null ? true : length(var.ci.github.branches) <= 10
    error_message = "ci.github.branches must have at most 10 entries."
  }

  validation {
    condition = var.ci == null ? true : var.ci.github == null ? true : alltrue([
      for branche in var.ci.github.branches :
      can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", branche))
    ])
    error_message = "ci.github.branches[*] must match ^[A-Za-z0-9][A-Za-z0-9._/-]*$."
  }

  validation {
    condition = var.ci == null ? true : var.ci.github == null ? true : alltrue([
      for branche in var.ci.github.branches :
      length(branche) <= 200
    ])
    error_message = "ci.github.branches[*] must have at most 200 characters."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.github == null ? true : length(var.ci.github.environments) <= 10
    error_message = "ci.github.environments must have at most 10 entries."
  }

  validation {
    condition = var.ci == null ? true : var.ci.github == null ? true : alltrue([
      for environment in var.ci.github.environments :
      can(regex("^[A-Za-z0-9_.-]+$", environment))
    ])
    error_message = "ci.github.environments[*] must match ^[A-Za-z0-9_.-]+$."
  }

  validation {
    condition = var.ci == null ? true : var.ci.github == null ? true : alltrue([
      for environment in var.ci.github.environments :
      length(environment) <= 100
    ])
    error_message = "ci.github.environments[*] must have at most 100 characters."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.gitlab == null ? true : length(var.ci.gitlab.projects) >= 1 && length(var.ci.gitlab.projects) <= 20
    error_message = "ci.gitlab.projects must have at least 1 and at most 20 entries."
  }

  validation {
    condition = var.ci == null ? true : var.ci.gitlab == null ? true : alltrue([
      for project in var.ci.gitlab.projects :
      can(regex("^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$", project))
    ])
    error_message = "ci.gitlab.projects[*] must match ^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$."
  }

  validation {
    condition = var.ci == null ? true : var.ci.gitlab == null ? true : alltrue([
      for project in var.ci.gitlab.projects :
      length(project) <= 200
    ])
    error_message = "ci.gitlab.projects[*] must have at most 200 characters."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.gitlab == null ? true : length(var.ci.gitlab.branches) <= 10
    error_message = "ci.gitlab.branches must have at most 10 entries."
  }

  validation {
    condition = var.ci == null ? true : var.ci.gitlab == null ? true : alltrue([
      for branche in var.ci.gitlab.branches :
      can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", branche))
    ])
    error_message = "ci.gitlab.branches[*] must match ^[A-Za-z0-9][A-Za-z0-9._/-]*$."
  }

  validation {
    condition = var.ci == null ? true : var.ci.gitlab == null ? true : alltrue([
      for branche in var.ci.gitlab.branches :
      length(branche) <= 200
    ])
    error_message = "ci.gitlab.branches[*] must have at most 200 characters."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.gitlab == null ? true : can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.ci.gitlab.host))
    error_message = "ci.gitlab.host must match ^[a-z0-9-]+(\\.[a-z0-9-]+)+$."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.gitlab == null ? true : length(var.ci.gitlab.host) <= 200
    error_message = "ci.gitlab.host must have at most 200 characters."
  }

  validation {
    condition     = var.ci == null ? true : length(var.ci.environments) >= 1 && length(var.ci.environments) <= 8
    error_message = "ci.environments must have at least 1 and at most 8 entries."
  }

  validation {
    condition = var.ci == null ? true : alltrue([
      for environment in var.ci.environments :
      can(regex("^[a-z](-?[a-z0-9])*$", environment))
    ])
    error_message = "ci.environments[*] must match ^[a-z](-?[a-z0-9])*$."
  }

  validation {
    condition = var.ci == null ? true : alltrue([
      for environment in var.ci.environments :
      length(environment) >= 2 && length(environment) <= 16
    ])
    error_message = "ci.environments[*] must have at least 2 and at most 16 characters."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.regions == null ? true : length(var.ci.regions) >= 1 && length(var.ci.regions) <= 8
    error_message = "ci.regions must have at least 1 and at most 8 entries."
  }

  validation {
    condition = var.ci == null ? true : var.ci.regions == null ? true : alltrue([
      for region in var.ci.regions :
      can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))
    ])
    error_message = "ci.regions[*] must match ^[a-z]{2}(-[a-z]+)+-[0-9]$."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.state_buckets == null ? true : length(var.ci.state_buckets) >= 1 && length(var.ci.state_buckets) <= 8
    error_message = "ci.state_buckets must have at least 1 and at most 8 entries."
  }

  validation {
    condition = var.ci == null ? true : var.ci.state_buckets == null ? true : alltrue([
      for state_bucket in var.ci.state_buckets :
      can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", state_bucket))
    ])
    error_message = "ci.state_buckets[*] must match ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$."
  }

  validation {
    condition     = var.ci == null ? true : length(var.ci.boundaries) <= 4
    error_message = "ci.boundaries must have at most 4 entries."
  }

  validation {
    condition = var.ci == null ? true : alltrue([
      for boundary in var.ci.boundaries :
      can(regex("^arn:aws(-cn|-us-gov)?:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$", boundary))
    ])
    error_message = "ci.boundaries[*] must match ^arn:aws(-cn|-us-gov)?:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$."
  }

  validation {
    condition     = var.ci == null ? true : var.ci.session_hours >= 1 && var.ci.session_hours <= 12 && floor(var.ci.session_hours) == var.ci.session_hours
    error_message = "ci.session_hours must be a whole number, at least 1 and at most 12 (hours)."
  }
}

variable "ebs_encryption" {
  description = "Encrypt every new volume, with a key of the account's own."
  type        = bool
  default     = true
  nullable    = false
}

variable "password_policy" {
  description = "What passwords of IAM users must be like."
  type = object({
    min_length       = optional(number, 16)
    reuse_prevention = optional(number, 24)
    max_age_days     = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.password_policy.min_length >= 8 && var.password_policy.min_length <= 128 && floor(var.password_policy.min_length) == var.password_policy.min_length
    error_message = "password_policy.min_length must be a whole number, at least 8 and at most 128 (characters)."
  }

  validation {
    condition     = var.password_policy.reuse_prevention >= 1 && var.password_policy.reuse_prevention <= 24 && floor(var.password_policy.reuse_prevention) == var.password_policy.reuse_prevention
    error_message = "password_policy.reuse_prevention must be a whole number, at least 1 and at most 24 (passwords)."
  }

  validation {
    condition     = var.password_policy.max_age_days >= 1 && var.password_policy.max_age_days <= 1095 && floor(var.password_policy.max_age_days) == var.password_policy.max_age_days
    error_message = "password_policy.max_age_days must be a whole number, at least 1 and at most 1095 (days)."
  }
}

variable "access_analyzer" {
  description = "Who gets access from outside, and which access nobody uses."
  type = object({
    external          = optional(bool, true)
    unused            = optional(bool, true)
    unused_after_days = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.access_analyzer.unused_after_days >= 1 && var.access_analyzer.unused_after_days <= 365 && floor(var.access_analyzer.unused_after_days) == var.access_analyzer.unused_after_days
    error_message = "access_analyzer.unused_after_days must be a whole number, at least 1 and at most 365 (days)."
  }
}

variable "guardduty" {
  description = "Detect threats, in S3, EKS, volumes, databases and functions too."
  type        = bool
  default     = true
  nullable    = false
}

variable "security_hub" {
  description = "Which standards the account is held against."
  type = object({
    standards = optional(list(string), ["cis", "fsbp"])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.security_hub.standards) <= 4
    error_message = "security_hub.standards must have at most 4 entries."
  }

  validation {
    condition = alltrue([
      for standard in var.security_hub.standards :
      contains(["cis", "fsbp", "nist", "pci"], standard)
    ])
    error_message = "security_hub.standards[*] must be one of: cis, fsbp, nist, pci."
  }
}

variable "config_rules" {
  description = "Record every resource's configuration, and hold it against rules."
  type        = bool
  default     = true
  nullable    = false
}

variable "inspector" {
  description = "Scan instances, images and functions for vulnerabilities."
  type        = bool
  default     = true
  nullable    = false
}

variable "registry_scanning" {
  description = "Scanning of container images: enhanced (by Inspector, again whenever a vulnerability becomes known) or basic (on push). By default enhanced where Inspector is on."
  type        = string
  default     = null

  validation {
    condition     = var.registry_scanning == null ? true : contains(["enhanced", "basic"], var.registry_scanning)
    error_message = "registry_scanning must be one of: enhanced, basic."
  }
}

variable "trail" {
  description = "The one trail that records who changes what in the account, in all regions; off if not written (trail: {} has all defaults)."
  type = object({
    existing           = optional(string)
    cis_filters        = optional(bool, true)
    retention_days     = optional(number, 2557)
    archive_after_days = optional(number, 90)
    log_retention_days = optional(number, 365)
    object_lock_days   = optional(number, 365)
    object_lock_mode   = optional(string, "governance")
  })
  default = null

  validation {
    condition     = var.trail == null ? true : var.trail.existing == null ? true : can(regex("^[A-Za-z0-9._/#-]+$", var.trail.existing))
    error_message = "trail.existing must match ^[A-Za-z0-9._/#-]+$."
  }

  validation {
    condition     = var.trail == null ? true : var.trail.existing == null ? true : length(var.trail.existing) <= 512
    error_message = "trail.existing must have at most 512 characters."
  }

  validation {
    condition     = var.trail == null ? true : var.trail.retention_days >= 365 && var.trail.retention_days <= 36500 && floor(var.trail.retention_days) == var.trail.retention_days
    error_message = "trail.retention_days must be a whole number, at least 365 and at most 36500 (days)."
  }

  validation {
    condition     = var.trail == null ? true : var.trail.archive_after_days >= 0 && var.trail.archive_after_days <= 36500 && floor(var.trail.archive_after_days) == var.trail.archive_after_days
    error_message = "trail.archive_after_days must be a whole number, at least 0 and at most 36500 (days)."
  }

  validation {
    condition     = var.trail == null ? true : contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.trail.log_retention_days)
    error_message = "trail.log_retention_days must be one of: 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }

  validation {
    condition     = var.trail == null ? true : var.trail.object_lock_days >= 0 && var.trail.object_lock_days <= 36500 && floor(var.trail.object_lock_days) == var.trail.object_lock_days
    error_message = "trail.object_lock_days must be a whole number, at least 0 and at most 36500 (days)."
  }

  validation {
    condition     = var.trail == null ? true : contains(["governance", "compliance"], var.trail.object_lock_mode)
    error_message = "trail.object_lock_mode must be one of: governance, compliance."
  }
}

variable "cost_tags" {
  description = "Tags that bills know, for budgets and reports: environment, area, and the environments' own. AWS knows a tag a day after the first resource has it, so that they are written here then; it knows no costs from before. For the account that pays."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.cost_tags) <= 100
    error_message = "cost_tags must have at most 100 entries."
  }

  validation {
    condition     = alltrue([for cost_tag in var.cost_tags : can(regex("^[A-Za-z0-9_.:/=+@-]+$", cost_tag))])
    error_message = "cost_tags[*] must match ^[A-Za-z0-9_.:/=+@-]+$."
  }

  validation {
    condition     = alltrue([for cost_tag in var.cost_tags : length(cost_tag) <= 127])
    error_message = "cost_tags[*] must have at most 127 characters."
  }
}

variable "anomaly_monitor" {
  description = "The one monitor of what is unusual in the costs of services; off if not written."
  type = object({
    existing = optional(string)
    above    = optional(number, 100)
    notify   = list(string)
  })
  default = null

  validation {
    condition     = var.anomaly_monitor == null ? true : var.anomaly_monitor.existing == null ? true : can(regex("^arn:aws(-cn|-us-gov)?:ce::[0-9]{12}:anomalymonitor/[a-z0-9-]+$", var.anomaly_monitor.existing))
    error_message = "anomaly_monitor.existing must match ^arn:aws(-cn|-us-gov)?:ce::[0-9]{12}:anomalymonitor/[a-z0-9-]+$."
  }

  validation {
    condition     = var.anomaly_monitor == null ? true : var.anomaly_monitor.above > 0 && var.anomaly_monitor.above <= 1000000000.0
    error_message = "anomaly_monitor.above must be more than 0 and at most 1000000000.0 (USD)."
  }

  validation {
    condition     = var.anomaly_monitor == null ? true : length(var.anomaly_monitor.notify) >= 1 && length(var.anomaly_monitor.notify) <= 10
    error_message = "anomaly_monitor.notify must have at least 1 and at most 10 entries."
  }

  validation {
    condition = var.anomaly_monitor == null ? true : alltrue([
      for notify_item in var.anomaly_monitor.notify :
      can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", notify_item))
    ])
    error_message = "anomaly_monitor.notify[*] must match ^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$."
  }

  validation {
    condition = var.anomaly_monitor == null ? true : alltrue([
      for notify_item in var.anomaly_monitor.notify :
      length(notify_item) <= 320
    ])
    error_message = "anomaly_monitor.notify[*] must have at most 320 characters."
  }
}

variable "cost_export" {
  description = "The account's bill, line by line, in a bucket; off if not written. AWS exports in us-east-1 alone, so that the foundation of that region has it."
  type = object({
    format         = optional(string, "parquet")
    retention_days = optional(number, 1096)
  })
  default = null

  validation {
    condition     = var.cost_export == null ? true : contains(["parquet", "csv"], var.cost_export.format)
    error_message = "cost_export.format must be one of: parquet, csv."
  }

  validation {
    condition     = var.cost_export == null ? true : var.cost_export.retention_days >= 90 && var.cost_export.retention_days <= 36500 && floor(var.cost_export.retention_days) == var.cost_export.retention_days
    error_message = "cost_export.retention_days must be a whole number, at least 90 and at most 36500 (days)."
  }
}

variable "backup_settings" {
  description = "What AWS Backup may protect in this region; left as it is if not written."
  type = object({
    protect       = optional(list(string), ["dynamodb", "ebs", "ec2", "efs", "rds", "s3", "aurora"])
    cross_account = optional(bool)
  })
  default = null

  validation {
    condition     = var.backup_settings == null ? true : length(var.backup_settings.protect) >= 1 && length(var.backup_settings.protect) <= 7
    error_message = "backup_settings.protect must have at least 1 and at most 7 entries."
  }

  validation {
    condition = var.backup_settings == null ? true : alltrue([
      for protect_item in var.backup_settings.protect :
      contains(["aurora", "dynamodb", "ebs", "ec2", "efs", "rds", "s3"], protect_item)
    ])
    error_message = "backup_settings.protect[*] must be one of: aurora, dynamodb, ebs, ec2, efs, rds, s3."
  }
}

variable "builds" {
  description = "Projects of CodeBuild for plan and apply (--on codebuild); off if not written (builds: {} has all defaults)."
  type = object({
    plan_role         = optional(string, "mendixctl-planner")
    passphrase_secret = optional(string, "mendixctl/passphrase")
    image             = optional(string, "aws/codebuild/standard:7.0")
    package           = optional(string, "mendixctl[aws,embedded]")
    compute           = optional(string, "medium")
    build_minutes     = optional(number, 180)
    concurrent_builds = optional(number, 10)
    keep_days         = optional(number, 8)
    log_days          = optional(number, 365)
    network = optional(object({
      vpc_id             = string
      subnet_ids         = list(string)
      security_group_ids = list(string)
    }))
  })
  default = null

  validation {
    condition     = var.builds == null ? true : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.builds.plan_role))
    error_message = "builds.plan_role must match ^[A-Za-z0-9+=,.@_-]{1,64}$."
  }

  validation {
    condition     = var.builds == null ? true : can(regex("^[A-Za-z0-9/_+=.@-]{1,200}$", var.builds.passphrase_secret))
    error_message = "builds.passphrase_secret must match ^[A-Za-z0-9/_+=.@-]{1,200}$."
  }

  validation {
    condition     = var.builds == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9._:/@-]+$", var.builds.image))
    error_message = "builds.image must match ^[A-Za-z0-9][A-Za-z0-9._:/@-]+$."
  }

  validation {
    condition     = var.builds == null ? true : length(var.builds.image) <= 300
    error_message = "builds.image must have at most 300 characters."
  }

  validation {
    condition     = var.builds == null ? true : var.builds.package == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9._/:@\\[\\],=<>!~-]*$", var.builds.package))
    error_message = "builds.package must match ^[A-Za-z0-9][A-Za-z0-9._/:@\\[\\],=<>!~-]*$."
  }

  validation {
    condition     = var.builds == null ? true : var.builds.package == null ? true : length(var.builds.package) <= 300
    error_message = "builds.package must have at most 300 characters."
  }

  validation {
    condition     = var.builds == null ? true : contains(["small", "medium", "large", "2xlarge"], var.builds.compute)
    error_message = "builds.compute must be one of: small, medium, large, 2xlarge."
  }

  validation {
    condition     = var.builds == null ? true : var.builds.build_minutes >= 5 && var.builds.build_minutes <= 480 && floor(var.builds.build_minutes) == var.builds.build_minutes
    error_message = "builds.build_minutes must be a whole number, at least 5 and at most 480 (minutes)."
  }

  validation {
    condition     = var.builds == null ? true : var.builds.concurrent_builds >= 1 && var.builds.concurrent_builds <= 100 && floor(var.builds.concurrent_builds) == var.builds.concurrent_builds
    error_message = "builds.concurrent_builds must be a whole number, at least 1 and at most 100 (builds)."
  }

  validation {
    condition     = var.builds == null ? true : var.builds.keep_days >= 2 && var.builds.keep_days <= 365 && floor(var.builds.keep_days) == var.builds.keep_days
    error_message = "builds.keep_days must be a whole number, at least 2 and at most 365 (days)."
  }

  validation {
    condition     = var.builds == null ? true : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.builds.log_days)
    error_message = "builds.log_days must be one of: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }

  validation {
    condition     = var.builds == null ? true : var.builds.network == null ? true : can(regex("^vpc-[0-9a-f]{8,17}$", var.builds.network.vpc_id))
    error_message = "builds.network.vpc_id must match ^vpc-[0-9a-f]{8,17}$."
  }

  validation {
    condition     = var.builds == null ? true : var.builds.network == null ? true : length(var.builds.network.subnet_ids) >= 1 && length(var.builds.network.subnet_ids) <= 16
    error_message = "builds.network.subnet_ids must have at least 1 and at most 16 entries."
  }

  validation {
    condition = var.builds == null ? true : var.builds.network == null ? true : alltrue([
      for subnet_id in var.builds.network.subnet_ids :
      can(regex("^subnet-[0-9a-f]{8,17}$", subnet_id))
    ])
    error_message = "builds.network.subnet_ids[*] must match ^subnet-[0-9a-f]{8,17}$."
  }

  validation {
    condition     = var.builds == null ? true : var.builds.network == null ? true : length(var.builds.network.security_group_ids) >= 1 && length(var.builds.network.security_group_ids) <= 5
    error_message = "builds.network.security_group_ids must have at least 1 and at most 5 entries."
  }

  validation {
    condition = var.builds == null ? true : var.builds.network == null ? true : alltrue([
      for security_group_id in var.builds.network.security_group_ids :
      can(regex("^sg-[0-9a-f]{8,17}$", security_group_id))
    ])
    error_message = "builds.network.security_group_ids[*] must match ^sg-[0-9a-f]{8,17}$."
  }
}

variable "region" {
  description = "Region of the foundation."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the foundation."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
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
