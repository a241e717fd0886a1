variable "engine" {
  description = "opensearch: a managed domain of OpenSearch Service in the VPC; elastic: Elasticsearch, Logstash and Kibana on the cluster, by the ECK operator; none: logs stay in CloudWatch alone."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "opensearch", "elastic"], var.engine)
    error_message = "engine must be one of: none, opensearch, elastic."
  }
}

variable "engine_version" {
  description = "Version: of OpenSearch (2.19), or of Elasticsearch (9.1.4)."
  type        = string
  default     = "2.19"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{1,2}\\.[0-9]{1,2}(\\.[0-9]{1,2})?$", var.engine_version))
    error_message = "engine_version must match ^[0-9]{1,2}\\.[0-9]{1,2}(\\.[0-9]{1,2})?$."
  }
}

variable "nodes" {
  description = "Data nodes and dedicated masters."
  type = object({
    data          = optional(number, 3)
    master        = optional(number, 3)
    instance_type = optional(string, "r7g.large.search")
    master_type   = optional(string, "m7g.large.search")
    storage_gb    = optional(number, 100)
    iops          = optional(number)
    throughput    = optional(number)
    zones         = optional(number)
    cpu           = optional(number, 1)
    memory_gb     = optional(number, 4)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.nodes.data >= 1 && var.nodes.data <= 80 && floor(var.nodes.data) == var.nodes.data
    error_message = "nodes.data must be a whole number, at least 1 and at most 80 (nodes)."
  }

  validation {
    condition     = contains([0, 3, 5], var.nodes.master)
    error_message = "nodes.master must be one of: 0, 3, 5."
  }

  validation {
    condition     = can(regex("^[a-z0-9]+\\.[a-z0-9]+\\.search$", var.nodes.instance_type))
    error_message = "nodes.instance_type must match ^[a-z0-9]+\\.[a-z0-9]+\\.search$."
  }

  validation {
    condition     = length(var.nodes.instance_type) <= 40
    error_message = "nodes.instance_type must have at most 40 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9]+\\.[a-z0-9]+\\.search$", var.nodes.master_type))
    error_message = "nodes.master_type must match ^[a-z0-9]+\\.[a-z0-9]+\\.search$."
  }

  validation {
    condition     = length(var.nodes.master_type) <= 40
    error_message = "nodes.master_type must have at most 40 characters."
  }

  validation {
    condition     = var.nodes.storage_gb >= 10 && var.nodes.storage_gb <= 24576 && floor(var.nodes.storage_gb) == var.nodes.storage_gb
    error_message = "nodes.storage_gb must be a whole number, at least 10 and at most 24576 (GiB)."
  }

  validation {
    condition     = var.nodes.iops == null ? true : var.nodes.iops >= 3000 && var.nodes.iops <= 80000 && floor(var.nodes.iops) == var.nodes.iops
    error_message = "nodes.iops must be a whole number, at least 3000 and at most 80000 (IOPS)."
  }

  validation {
    condition     = var.nodes.throughput == null ? true : var.nodes.throughput >= 125 && var.nodes.throughput <= 2000 && floor(var.nodes.throughput) == var.nodes.throughput
    error_message = "nodes.throughput must be a whole number, at least 125 and at most 2000 (MiB/s)."
  }

  validation {
    condition     = var.nodes.zones == null ? true : contains([1, 2, 3], var.nodes.zones)
    error_message = "nodes.zones must be one of: 1, 2, 3."
  }

  validation {
    condition     = var.nodes.cpu >= 0.5 && var.nodes.cpu <= 64
    error_message = "nodes.cpu must be at least 0.5 and at most 64 (CPUs)."
  }

  validation {
    condition     = var.nodes.memory_gb >= 2 && var.nodes.memory_gb <= 64 && floor(var.nodes.memory_gb) == var.nodes.memory_gb
    error_message = "nodes.memory_gb must be a whole number, at least 2 and at most 64 (GiB)."
  }
}

variable "warm" {
  description = "UltraWarm nodes of opensearch; none if not given."
  type = object({
    nodes         = optional(number, 2)
    instance_type = optional(string, "ultrawarm1.medium.search")
  })
  default = null

  validation {
    condition     = var.warm == null ? true : var.warm.nodes >= 2 && var.warm.nodes <= 150 && floor(var.warm.nodes) == var.warm.nodes
    error_message = "warm.nodes must be a whole number, at least 2 and at most 150 (nodes)."
  }

  validation {
    condition     = var.warm == null ? true : can(regex("^[a-z0-9]+\\.[a-z0-9]+\\.search$", var.warm.instance_type))
    error_message = "warm.instance_type must match ^[a-z0-9]+\\.[a-z0-9]+\\.search$."
  }

  validation {
    condition     = var.warm == null ? true : length(var.warm.instance_type) <= 40
    error_message = "warm.instance_type must have at most 40 characters."
  }
}

variable "index" {
  description = "How long logs are kept, and where."
  type = object({
    hot_days          = optional(number, 7)
    warm_days         = optional(number)
    delete_after_days = optional(number, 90)
    replicas          = optional(number, 1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.index.hot_days >= 1 && var.index.hot_days <= 3650 && floor(var.index.hot_days) == var.index.hot_days
    error_message = "index.hot_days must be a whole number, at least 1 and at most 3650 (days)."
  }

  validation {
    condition     = var.index.warm_days == null ? true : var.index.warm_days >= 2 && var.index.warm_days <= 3650 && floor(var.index.warm_days) == var.index.warm_days
    error_message = "index.warm_days must be a whole number, at least 2 and at most 3650 (days)."
  }

  validation {
    condition     = var.index.delete_after_days == null ? true : var.index.delete_after_days >= 2 && var.index.delete_after_days <= 3650 && floor(var.index.delete_after_days) == var.index.delete_after_days
    error_message = "index.delete_after_days must be a whole number, at least 2 and at most 3650 (days)."
  }

  validation {
    condition     = var.index.replicas >= 0 && var.index.replicas <= 2 && floor(var.index.replicas) == var.index.replicas
    error_message = "index.replicas must be a whole number, at least 0 and at most 2 (copies)."
  }
}

variable "admins" {
  description = "ARNs of the roles that may do everything in the domain. Its master is the installer's role."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.admins) <= 20
    error_message = "admins must have at most 20 entries."
  }

  validation {
    condition = alltrue([
      for admin in var.admins :
      can(regex("^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", admin))
    ])
    error_message = "admins[*] must match ^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$."
  }
}

variable "readers" {
  description = "ARNs of the roles that may search logs and look at dashboards."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.readers) <= 50
    error_message = "readers must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for reader in var.readers :
      can(regex("^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", reader))
    ])
    error_message = "readers[*] must match ^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$."
  }
}

variable "notify" {
  description = "Who gets a mail when documents cannot be installed; each address confirms once."
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

variable "pods" {
  description = "Whose pods deliver logs."
  type = object({
    namespace       = optional(string, "logging")
    service_account = optional(string, "fluent-bit")
    identity        = optional(string, "pod-identity")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", var.pods.namespace))
    error_message = "pods.namespace must match ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$."
  }

  validation {
    condition     = length(var.pods.namespace) <= 63
    error_message = "pods.namespace must have at most 63 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", var.pods.service_account))
    error_message = "pods.service_account must match ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$."
  }

  validation {
    condition     = length(var.pods.service_account) <= 63
    error_message = "pods.service_account must have at most 63 characters."
  }

  validation {
    condition     = contains(["pod-identity", "irsa"], var.pods.identity)
    error_message = "pods.identity must be one of: pod-identity, irsa."
  }
}

variable "off_peak" {
  description = "When the domain may be worked on."
  type = object({
    hour   = optional(number, 22)
    minute = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.off_peak.hour >= 0 && var.off_peak.hour <= 23 && floor(var.off_peak.hour) == var.off_peak.hour
    error_message = "off_peak.hour must be a whole number, at least 0 and at most 23 (hours)."
  }

  validation {
    condition     = var.off_peak.minute >= 0 && var.off_peak.minute <= 59 && floor(var.off_peak.minute) == var.off_peak.minute
    error_message = "off_peak.minute must be a whole number, at least 0 and at most 59 (minutes)."
  }
}

variable "audit" {
  description = "Whether who did what in the domain is logged to CloudWatch."
  type        = bool
  default     = true
  nullable    = false
}

variable "software_updates" {
  description = "Whether OpenSearch Service updates its own software in the off-peak window."
  type        = bool
  default     = true
  nullable    = false
}

variable "service_linked_role" {
  description = "Whether this environment makes the role by which OpenSearch Service enters VPCs. An account has it once: false where the account has it already, by another environment or by a domain of before."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "How long the domain's own logs and the installer's are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of: 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "region" {
  description = "Region of the domain."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Account of the domain."
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

variable "private_subnet_ids" {
  description = "IDs of the subnets of the domain."
  type        = list(string)
  nullable    = false
}

variable "nodes_security_group_id" {
  description = "ID of the security group of the cluster's nodes, which deliver logs."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the KMS key that encrypts log groups and topics."
  type        = string
  nullable    = false
}

variable "boundary_arn" {
  description = "ARN of the permissions boundary of the roles."
  type        = string
  nullable    = false
}

variable "cluster_name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false
}

variable "oidc_provider_arn" {
  description = "ARN of the cluster's OIDC provider."
  type        = string
  nullable    = false
}

variable "oidc_issuer" {
  description = "Issuer of the service accounts' tokens, without https://."
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
