variable "tool" {
  description = "What delivers: AWS CodePipeline, made here; or Jenkins, GitLab or GitHub Actions, for which a role is made that their jobs of this repository and branch work as, without a stored key."
  type        = string
  default     = null

  validation {
    condition     = var.tool == null ? true : contains(["codepipeline", "jenkins", "gitlab", "github"], var.tool)
    error_message = "tool must be one of: codepipeline, jenkins, gitlab, github."
  }
}

variable "source_code" {
  description = "The repository of the applications."
  type = object({
    provider       = optional(string, "github")
    repository     = string
    branch         = optional(string, "main")
    folders        = optional(map(string), {})
    connection_arn = optional(string)
    host_arn       = optional(string)
  })
  default = null

  validation {
    condition     = var.source_code == null ? true : contains(["github", "gitlab", "bitbucket", "github-enterprise", "gitlab-self-managed"], var.source_code.provider)
    error_message = "source_code.provider must be one of: github, gitlab, bitbucket, github-enterprise, gitlab-self-managed."
  }

  validation {
    condition     = var.source_code == null ? true : can(regex("^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$", var.source_code.repository))
    error_message = "source_code.repository must match ^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$."
  }

  validation {
    condition     = var.source_code == null ? true : length(var.source_code.repository) <= 200
    error_message = "source_code.repository must have at most 200 characters."
  }

  validation {
    condition     = var.source_code == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.source_code.branch))
    error_message = "source_code.branch must match ^[A-Za-z0-9][A-Za-z0-9._/-]*$."
  }

  validation {
    condition     = var.source_code == null ? true : length(var.source_code.branch) <= 200
    error_message = "source_code.branch must have at most 200 characters."
  }

  validation {
    condition = var.source_code == null ? true : alltrue([
      for folder in var.source_code.folders :
      can(regex("^([A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*)?$", folder))
    ])
    error_message = "source_code.folders[*] must match ^([A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*)?$."
  }

  validation {
    condition = var.source_code == null ? true : alltrue([
      for folder in var.source_code.folders :
      length(folder) <= 200
    ])
    error_message = "source_code.folders[*] must have at most 200 characters."
  }

  validation {
    condition     = var.source_code == null ? true : var.source_code.connection_arn == null ? true : can(regex("^arn:aws(-cn|-us-gov)?:code(connections|star-connections):[a-z0-9-]+:[0-9]{12}:connection/[a-z0-9-]+$", var.source_code.connection_arn))
    error_message = "source_code.connection_arn must match ^arn:aws(-cn|-us-gov)?:code(connections|star-connections):[a-z0-9-]+:[0-9]{12}:connection/[a-z0-9-]+$."
  }

  validation {
    condition     = var.source_code == null ? true : var.source_code.host_arn == null ? true : can(regex("^arn:aws(-cn|-us-gov)?:code(connections|star-connections):[a-z0-9-]+:[0-9]{12}:host/[A-Za-z0-9_.-]+/[a-z0-9-]+$", var.source_code.host_arn))
    error_message = "source_code.host_arn must match ^arn:aws(-cn|-us-gov)?:code(connections|star-connections):[a-z0-9-]+:[0-9]{12}:host/[A-Za-z0-9_.-]+/[a-z0-9-]+$."
  }
}

variable "platform" {
  description = "The repository of the platform, where environments/ is not in that of the applications."
  type = object({
    repository = string
    branch     = optional(string, "main")
  })
  default = null

  validation {
    condition     = var.platform == null ? true : can(regex("^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$", var.platform.repository))
    error_message = "platform.repository must match ^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$."
  }

  validation {
    condition     = var.platform == null ? true : length(var.platform.repository) <= 200
    error_message = "platform.repository must have at most 200 characters."
  }

  validation {
    condition     = var.platform == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.platform.branch))
    error_message = "platform.branch must match ^[A-Za-z0-9][A-Za-z0-9._/-]*$."
  }

  validation {
    condition     = var.platform == null ? true : length(var.platform.branch) <= 200
    error_message = "platform.branch must have at most 200 characters."
  }
}

variable "approvers" {
  description = "Who gets a mail when a release waits for approval. Who may approve, approver_roles says."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.approvers) <= 20
    error_message = "approvers must have at most 20 entries."
  }

  validation {
    condition     = alltrue([for approver in var.approvers : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", approver))])
    error_message = "approvers[*] must match ^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$."
  }

  validation {
    condition     = alltrue([for approver in var.approvers : length(approver) <= 320])
    error_message = "approvers[*] must have at most 320 characters."
  }
}

variable "approver_roles" {
  description = "ARNs of IAM roles and users that may approve: they may assume the role <environment>-approver. They must exist."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.approver_roles) <= 20
    error_message = "approver_roles must have at most 20 entries."
  }

  validation {
    condition = alltrue([
      for approver_role in var.approver_roles :
      can(regex("^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", approver_role))
    ])
    error_message = "approver_roles[*] must match ^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$."
  }
}

variable "approval" {
  description = "Whether a release waits for a person, seven days at most."
  type        = bool
  default     = true
  nullable    = false
}

variable "rollback_on" {
  description = "When the former release of an app comes back by itself: when the new one does not start, or when its log has alarming lines while it is watched (bake_minutes). The database never goes back by itself."
  type        = list(string)
  default     = ["deployment_failure", "alarm"]
  nullable    = false

  validation {
    condition     = length(var.rollback_on) <= 2
    error_message = "rollback_on must have at most 2 entries."
  }

  validation {
    condition = alltrue([
      for rollback_on_item in var.rollback_on :
      contains(["deployment_failure", "alarm"], rollback_on_item)
    ])
    error_message = "rollback_on[*] must be one of: deployment_failure, alarm."
  }
}

variable "errors_above" {
  description = "Lines of level ERROR in five minutes above which a release is alarming; one CRITICAL line is."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.errors_above >= 0 && var.errors_above <= 100000 && floor(var.errors_above) == var.errors_above
    error_message = "errors_above must be a whole number, at least 0 and at most 100000 (lines)."
  }
}

variable "image" {
  description = "Image that builds run in: CodeBuild's, or one of this account's ECR."
  type        = string
  default     = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._:/@-]+$", var.image))
    error_message = "image must match ^[A-Za-z0-9][A-Za-z0-9._:/@-]+$."
  }

  validation {
    condition     = length(var.image) <= 300
    error_message = "image must have at most 300 characters."
  }
}

variable "package" {
  description = "What pip installs before each step; null where the image has mendixctl."
  type        = string
  default     = "mendixctl[aws]"
  nullable    = false

  validation {
    condition     = var.package == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9._/:@\\[\\],=<>!~-]*$", var.package))
    error_message = "package must match ^[A-Za-z0-9][A-Za-z0-9._/:@\\[\\],=<>!~-]*$."
  }

  validation {
    condition     = var.package == null ? true : length(var.package) <= 300
    error_message = "package must have at most 300 characters."
  }
}

variable "mxbuild" {
  description = "The compiler, where sources are projects; packages that are built elsewhere need none."
  type = object({
    archive = string
    sha256  = string
  })
  default = null

  validation {
    condition     = var.mxbuild == null ? true : can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9._/-]+$", var.mxbuild.archive))
    error_message = "mxbuild.archive must match ^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9._/-]+$."
  }

  validation {
    condition     = var.mxbuild == null ? true : can(regex("^[0-9a-f]{64}$", var.mxbuild.sha256))
    error_message = "mxbuild.sha256 must match ^[0-9a-f]{64}$."
  }
}

variable "compute" {
  description = "Machine of a build: 2 CPUs and 4 GB, 4 and 8, 8 and 16, or 72 and 144."
  type        = string
  default     = "medium"
  nullable    = false

  validation {
    condition     = contains(["small", "medium", "large", "2xlarge"], var.compute)
    error_message = "compute must be one of: small, medium, large, 2xlarge."
  }
}

variable "build_minutes" {
  description = "How long one step may take."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.build_minutes >= 5 && var.build_minutes <= 480 && floor(var.build_minutes) == var.build_minutes
    error_message = "build_minutes must be a whole number, at least 5 and at most 480 (minutes)."
  }
}

variable "concurrent_builds" {
  description = "How many builds of one step run at the same time; by default one for each app."
  type        = number
  default     = null

  validation {
    condition     = var.concurrent_builds == null ? true : var.concurrent_builds >= 1 && var.concurrent_builds <= 200 && floor(var.concurrent_builds) == var.concurrent_builds
    error_message = "concurrent_builds must be a whole number, at least 1 and at most 200."
  }
}

variable "artifact_days" {
  description = "How long sources and packages are kept; shorter deletes older ones."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.artifact_days >= 8 && var.artifact_days <= 3650 && floor(var.artifact_days) == var.artifact_days
    error_message = "artifact_days must be a whole number, at least 8 and at most 3650 (days)."
  }
}

variable "log_days" {
  description = "How long the logs of builds are kept; shorter deletes older ones."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_days)
    error_message = "log_days must be one of: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "oidc" {
  description = "Whose word about a job of the tool is believed; not for codepipeline."
  type = object({
    issuer   = optional(string)
    audience = optional(string)
    subject  = optional(string)
    create   = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.oidc.issuer == null ? true : can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+(/[A-Za-z0-9._/-]*[A-Za-z0-9_-])?$", var.oidc.issuer))
    error_message = "oidc.issuer must match ^[a-z0-9-]+(\\.[a-z0-9-]+)+(/[A-Za-z0-9._/-]*[A-Za-z0-9_-])?$."
  }

  validation {
    condition     = var.oidc.issuer == null ? true : length(var.oidc.issuer) <= 200
    error_message = "oidc.issuer must have at most 200 characters."
  }

  validation {
    condition     = var.oidc.audience == null ? true : can(regex("^[A-Za-z0-9:/._-]+$", var.oidc.audience))
    error_message = "oidc.audience must match ^[A-Za-z0-9:/._-]+$."
  }

  validation {
    condition     = var.oidc.audience == null ? true : length(var.oidc.audience) <= 200
    error_message = "oidc.audience must have at most 200 characters."
  }

  validation {
    condition     = var.oidc.subject == null ? true : can(regex("^[^*?$\\s]+$", var.oidc.subject))
    error_message = "oidc.subject must match ^[^*?$\\s]+$."
  }

  validation {
    condition     = var.oidc.subject == null ? true : length(var.oidc.subject) <= 400
    error_message = "oidc.subject must have at most 400 characters."
  }
}

variable "region" {
  description = "Region of the delivery."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the delivery."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "releases" {
  description = "How each application is released."
  type = map(object({
    strategy     = optional(string, "recreate")
    window       = optional(string)
    bake_minutes = optional(number, 10)
  }))
  nullable = false
}

variable "state_place" {
  description = "Where the ledger is, in S3."
  type = object({
    bucket  = optional(string, "")
    prefix  = optional(string, "")
    kms_key = optional(string)
  })
  nullable = false
}

variable "boundary_arn" {
  description = "Permissions boundary of every role."
  type        = string
  nullable    = false
}

variable "storage_key_arn" {
  description = "ARN of the key of sources, packages and images."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the key of logs and notices."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "ID of the VPC that builds run in."
  type        = string
  nullable    = false
}

variable "private_subnet_ids" {
  description = "IDs of the subnets that builds run in."
  type        = list(string)
  nullable    = false
}

variable "endpoints_security_group_id" {
  description = "ID of the security group of the interface endpoints."
  type        = string
  nullable    = false
}

variable "cluster_name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false
}

variable "cluster_arn" {
  description = "ARN of the cluster."
  type        = string
  nullable    = false
}

variable "cluster_security_group_id" {
  description = "ID of the security group of the control plane."
  type        = string
  nullable    = false
}

variable "repository_arns" {
  description = "ARNs of the image repositories by app."
  type        = map(string)
  nullable    = false
}

variable "access_logs_bucket_name" {
  description = "Bucket of access logs."
  type        = string
  nullable    = false
}

variable "app_log_group_names" {
  description = "Log groups of the applications, whose lines are counted."
  type        = map(string)
  default     = null
}

variable "support_topic_arns" {
  description = "ARNs of the topics of incidents, by priority."
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
