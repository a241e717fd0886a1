variable "namespaces" {
  description = "Kubernetes namespaces of the Mendix Operator and its apps."
  type        = list(string)
  default     = ["mendix"]
  nullable    = false

  validation {
    condition     = length(var.namespaces) >= 1 && length(var.namespaces) <= 10
    error_message = "namespaces must have at least 1 and at most 10 entries."
  }

  validation {
    condition     = alltrue([for namespace in var.namespaces : can(regex("^[a-z0-9](-?[a-z0-9])*$", namespace))])
    error_message = "namespaces[*] must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = alltrue([for namespace in var.namespaces : length(namespace) <= 63])
    error_message = "namespaces[*] must have at most 63 characters."
  }
}

variable "controllers" {
  description = "The controllers on the cluster that call AWS."
  type = object({
    ebs_csi = optional(object({
      enabled = optional(bool, true)
    }), {})
    load_balancer = optional(object({
      enabled         = optional(bool, true)
      identity        = optional(string, "pod-identity")
      namespace       = optional(string, "kube-system")
      service_account = optional(string, "aws-load-balancer-controller")
    }), {})
    external_dns = optional(object({
      enabled         = optional(bool, true)
      identity        = optional(string, "pod-identity")
      namespace       = optional(string, "external-dns")
      service_account = optional(string, "external-dns")
    }), {})
    cert_manager = optional(object({
      enabled         = optional(bool, true)
      identity        = optional(string, "pod-identity")
      namespace       = optional(string, "cert-manager")
      service_account = optional(string, "cert-manager")
    }), {})
    cluster_autoscaler = optional(object({
      enabled         = optional(bool, true)
      identity        = optional(string, "pod-identity")
      namespace       = optional(string, "kube-system")
      service_account = optional(string, "cluster-autoscaler")
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["pod-identity", "irsa"], var.controllers.load_balancer.identity)
    error_message = "controllers.load_balancer.identity must be one of: pod-identity, irsa."
  }

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.controllers.load_balancer.namespace))
    error_message = "controllers.load_balancer.namespace must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.controllers.load_balancer.namespace) <= 63
    error_message = "controllers.load_balancer.namespace must have at most 63 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.controllers.load_balancer.service_account))
    error_message = "controllers.load_balancer.service_account must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.controllers.load_balancer.service_account) <= 63
    error_message = "controllers.load_balancer.service_account must have at most 63 characters."
  }

  validation {
    condition     = contains(["pod-identity", "irsa"], var.controllers.external_dns.identity)
    error_message = "controllers.external_dns.identity must be one of: pod-identity, irsa."
  }

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.controllers.external_dns.namespace))
    error_message = "controllers.external_dns.namespace must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.controllers.external_dns.namespace) <= 63
    error_message = "controllers.external_dns.namespace must have at most 63 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.controllers.external_dns.service_account))
    error_message = "controllers.external_dns.service_account must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.controllers.external_dns.service_account) <= 63
    error_message = "controllers.external_dns.service_account must have at most 63 characters."
  }

  validation {
    condition     = contains(["pod-identity", "irsa"], var.controllers.cert_manager.identity)
    error_message = "controllers.cert_manager.identity must be one of: pod-identity, irsa."
  }

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.controllers.cert_manager.namespace))
    error_message = "controllers.cert_manager.namespace must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.controllers.cert_manager.namespace) <= 63
    error_message = "controllers.cert_manager.namespace must have at most 63 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.controllers.cert_manager.service_account))
    error_message = "controllers.cert_manager.service_account must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.controllers.cert_manager.service_account) <= 63
    error_message = "controllers.cert_manager.service_account must have at most 63 characters."
  }

  validation {
    condition     = contains(["pod-identity", "irsa"], var.controllers.cluster_autoscaler.identity)
    error_message = "controllers.cluster_autoscaler.identity must be one of: pod-identity, irsa."
  }

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.controllers.cluster_autoscaler.namespace))
    error_message = "controllers.cluster_autoscaler.namespace must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.controllers.cluster_autoscaler.namespace) <= 63
    error_message = "controllers.cluster_autoscaler.namespace must have at most 63 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.controllers.cluster_autoscaler.service_account))
    error_message = "controllers.cluster_autoscaler.service_account must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.controllers.cluster_autoscaler.service_account) <= 63
    error_message = "controllers.cluster_autoscaler.service_account must have at most 63 characters."
  }
}

variable "zone_ids" {
  description = "Route 53 zones, beside the ingress's, that external-dns and cert-manager may write to."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.zone_ids) <= 20
    error_message = "zone_ids must have at most 20 entries."
  }

  validation {
    condition     = alltrue([for zone_id in var.zone_ids : can(regex("^Z[A-Z0-9]{1,31}$", zone_id))])
    error_message = "zone_ids[*] must match ^Z[A-Z0-9]{1,31}$."
  }
}

variable "storage_provisioner" {
  description = "The Mendix Operator's storage provisioner."
  type = object({
    enabled         = optional(bool, true)
    service_account = optional(string, "mendix-storage-provisioner-iam")
    bucket          = optional(string)
    database_user   = optional(string, "mendix_provisioner")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.storage_provisioner.service_account))
    error_message = "storage_provisioner.service_account must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.storage_provisioner.service_account) <= 63
    error_message = "storage_provisioner.service_account must have at most 63 characters."
  }

  validation {
    condition     = var.storage_provisioner.bucket == null ? true : can(regex("^[a-z0-9](-?[a-z0-9])*$", var.storage_provisioner.bucket))
    error_message = "storage_provisioner.bucket must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = var.storage_provisioner.bucket == null ? true : length(var.storage_provisioner.bucket) <= 63
    error_message = "storage_provisioner.bucket must have at most 63 characters."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]*$", var.storage_provisioner.database_user))
    error_message = "storage_provisioner.database_user must match ^[a-z][a-z0-9_]*$."
  }

  validation {
    condition     = length(var.storage_provisioner.database_user) <= 63
    error_message = "storage_provisioner.database_user must have at most 63 characters."
  }
}

variable "builder" {
  description = "The Mendix Operator's builder."
  type = object({
    enabled         = optional(bool, true)
    service_account = optional(string, "mendix-builder")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9](-?[a-z0-9])*$", var.builder.service_account))
    error_message = "builder.service_account must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition     = length(var.builder.service_account) <= 63
    error_message = "builder.service_account must have at most 63 characters."
  }
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

variable "apps" {
  description = "The Mendix applications by name."
  type = map(object({
    database = optional(string)
    files    = optional(string)
    hostname = optional(string)
    identity = optional(string, "secret-store")
  }))
  nullable = false
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

variable "storage_key_arn" {
  description = "ARN of the key of buckets and volumes."
  type        = string
  nullable    = false
}

variable "secrets_key_arn" {
  description = "ARN of the key of secrets."
  type        = string
  nullable    = false
}

variable "bucket_arns" {
  description = "Bucket ARNs by name."
  type        = map(string)
  nullable    = false
}

variable "zone_id" {
  description = "ID of the Route 53 zone of the domain."
  type        = string
  default     = null
}

variable "database_resource_ids" {
  description = "Resource IDs of the database instances by name."
  type        = map(string)
  default     = null
}

variable "repository_arns" {
  description = "ARNs of the image repositories by app or image."
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
