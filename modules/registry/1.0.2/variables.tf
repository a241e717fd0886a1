variable "images" {
  description = "Repositories beside those of the apps, for images of the platform that were copied or built; each app has one of its own name. In AWS <environment>/<name>."
  type        = list(string)
  default     = ["image-builder", "mendix-agent", "mendix-operator", "runtime-base"]
  nullable    = false

  validation {
    condition     = length(var.images) <= 200
    error_message = "images must have at most 200 entries."
  }

  validation {
    condition = alltrue([
      for image in var.images :
      can(regex("^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$", image))
    ])
    error_message = "images[*] must match ^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$."
  }

  validation {
    condition     = alltrue([for image in var.images : length(image) <= 200])
    error_message = "images[*] must have at most 200 characters."
  }
}

variable "keep_images" {
  description = "Images kept in each repository beside those that were deployed, the newest ones; fewer deletes older ones."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.keep_images >= 2 && var.keep_images <= 10000 && floor(var.keep_images) == var.keep_images
    error_message = "keep_images must be a whole number, at least 2 and at most 10000 (images)."
  }
}

variable "keep_untagged_days" {
  description = "How long images without a tag are kept; shorter deletes older ones."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.keep_untagged_days >= 1 && var.keep_untagged_days <= 3650 && floor(var.keep_untagged_days) == var.keep_untagged_days
    error_message = "keep_untagged_days must be a whole number, at least 1 and at most 3650 (days)."
  }
}

variable "scan" {
  description = "basic: ECR scans an image when it is pushed. enhanced: Amazon Inspector scans it again whenever a vulnerability becomes known, its libraries too; account and region have one scanner, which the foundation turns on. The findings of the one that is named are logged."
  type        = string
  default     = "basic"
  nullable    = false

  validation {
    condition     = contains(["basic", "enhanced"], var.scan)
    error_message = "scan must be one of: basic, enhanced."
  }
}

variable "findings_days" {
  description = "How long the findings of scans are kept; shorter deletes older ones."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.findings_days)
    error_message = "findings_days must be one of: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "readers" {
  description = "Who else may pull, of this account and others: ARNs of roles, users or whole accounts (:root), which must exist. The cluster's nodes may anyway."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.readers) <= 100
    error_message = "readers must have at most 100 entries."
  }

  validation {
    condition = alltrue([
      for reader in var.readers :
      can(regex("^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$", reader))
    ])
    error_message = "readers[*] must match ^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$."
  }
}

variable "caches" {
  description = "Registries on the internet whose images are pulled as <environment>/<name>/<image> and kept here, so that nodes need no way to them; who writes this lists all of them."
  type = map(object({
    upstream       = string
    credential_arn = optional(string)
  }))
  default = {
    "ecr-public" = {
      upstream = "public.ecr.aws"
    }
    kubernetes = {
      upstream = "registry.k8s.io"
    }
    quay = {
      upstream = "quay.io"
    }
  }
  nullable = false

  validation {
    condition     = length(var.caches) <= 50
    error_message = "caches must have at most 50 entries."
  }

  validation {
    condition     = alltrue([for name in keys(var.caches) : can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", name))])
    error_message = "a name in caches must match ^[a-z0-9]+(-[a-z0-9]+)*$."
  }

  validation {
    condition     = alltrue([for name in keys(var.caches) : length(name) <= 13])
    error_message = "a name in caches must have at most 13 characters."
  }

  validation {
    condition = alltrue([
      for upstream in values(var.caches)[*].upstream :
      can(regex("^(public\\.ecr\\.aws|registry\\.k8s\\.io|quay\\.io|registry-1\\.docker\\.io|ghcr\\.io|registry\\.gitlab\\.com|[a-z0-9]{5,50}\\.azurecr\\.io)$", upstream))
    ])
    error_message = "caches[*].upstream must match ^(public\\.ecr\\.aws|registry\\.k8s\\.io|quay\\.io|registry-1\\.docker\\.io|ghcr\\.io|registry\\.gitlab\\.com|[a-z0-9]{5,50}\\.azurecr\\.io)$."
  }

  validation {
    condition = alltrue([
      for credential_arn in values(var.caches)[*].credential_arn :
      can(regex("^arn:aws(-cn|-us-gov)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+$", credential_arn))
      if credential_arn != null
    ])
    error_message = "caches[*].credential_arn must match ^arn:aws(-cn|-us-gov)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+$."
  }
}

variable "replicate_to" {
  description = "Regions that every image pushed from now on is copied to. Account and region have one list: only one of the environments in them may say this."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.replicate_to) <= 25
    error_message = "replicate_to must have at most 25 entries."
  }

  validation {
    condition = alltrue([
      for replicate_to_item in var.replicate_to :
      can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", replicate_to_item))
    ])
    error_message = "replicate_to[*] must match ^[a-z]{2}(-[a-z]+)+-[0-9]$."
  }
}

variable "replica_of" {
  description = "Environment of another region that replicates its images to this one: the repositories that ECR makes for them are encrypted, immutable and cleaned up as the others are."
  type        = string
  default     = null

  validation {
    condition     = var.replica_of == null ? true : can(regex("^[a-z](-?[a-z0-9]){1,15}$", var.replica_of))
    error_message = "replica_of must match ^[a-z](-?[a-z0-9]){1,15}$."
  }
}

variable "account" {
  description = "Account of the repositories."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the repositories."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "Partition of the region: aws, aws-cn or aws-us-gov."
  type        = string
  nullable    = false
}

variable "apps" {
  description = "The applications; each has a repository."
  type = map(object({
    database = optional(string)
    files    = optional(string)
    hostname = optional(string)
    identity = optional(string, "secret-store")
  }))
  nullable = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the images."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the KMS key that encrypts the findings."
  type        = string
  nullable    = false
}

variable "boundary_arn" {
  description = "Permissions boundary of every role."
  type        = string
  nullable    = false
}

variable "node_role_name" {
  description = "Role of the nodes, which fill the caches by pulling."
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
