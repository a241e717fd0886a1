variable "kubernetes_version" {
  description = "Kubernetes version. EKS goes up by one minor version at a time."
  type        = string
  default     = "1.36"
  nullable    = false

  validation {
    condition     = can(regex("^1\\.[1-9][0-9]$", var.kubernetes_version))
    error_message = "kubernetes_version must match ^1\\.[1-9][0-9]$."
  }
}

variable "cluster_name" {
  description = "Its name in EKS, where it has one of its own: that of a cluster that was adopted."
  type        = string
  default     = null

  validation {
    condition     = var.cluster_name == null ? true : can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must match ^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$."
  }
}

variable "role_arn" {
  description = "ARN of the role that the control plane works as, of a cluster that was adopted; the platform's own if not given. It must let EKS encrypt with the cluster's key."
  type        = string
  default     = null

  validation {
    condition     = var.role_arn == null ? true : can(regex("^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", var.role_arn))
    error_message = "role_arn must match ^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$."
  }
}

variable "authentication" {
  description = "Who lets people and nodes in: access entries alone, or the ConfigMap aws-auth beside them, of a cluster that was adopted and whose nodes and people still stand in it."
  type        = string
  default     = "api"
  nullable    = false

  validation {
    condition     = contains(["api", "api-and-config-map"], var.authentication)
    error_message = "authentication must be one of: api, api-and-config-map."
  }
}

variable "support" {
  description = "What happens when standard support of the version ends: standard upgrades the cluster, extended keeps it and costs six times as much by the hour."
  type        = string
  default     = "standard"
  nullable    = false

  validation {
    condition     = contains(["standard", "extended"], var.support)
    error_message = "support must be one of: standard, extended."
  }
}

variable "endpoint" {
  description = "Who reaches the Kubernetes API: private, whoever is in the VPC (or in private_allow_from); restricted, also the public addresses in allow_from."
  type        = string
  default     = "private"
  nullable    = false

  validation {
    condition     = contains(["private", "restricted"], var.endpoint)
    error_message = "endpoint must be one of: private, restricted."
  }
}

variable "allow_from" {
  description = "Public IPv4 blocks that may reach the API, with endpoint: restricted."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.allow_from) <= 40
    error_message = "allow_from must have at most 40 entries."
  }

  validation {
    condition = alltrue([
      for allow_from_item in var.allow_from :
      can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", allow_from_item))
    ])
    error_message = "allow_from[*] must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }
}

variable "private_allow_from" {
  description = "Private IPv4 blocks outside of the VPC that may reach the API: of a VPN, a peered VPC, a data centre."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.private_allow_from) <= 4
    error_message = "private_allow_from must have at most 4 entries."
  }

  validation {
    condition = alltrue([
      for private_allow_from_item in var.private_allow_from :
      can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", private_allow_from_item))
    ])
    error_message = "private_allow_from[*] must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }
}

variable "admins" {
  description = "ARNs of IAM roles and users that may do everything in the cluster, beside the platform's own administrator role. They must exist."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.admins) <= 50
    error_message = "admins must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for admin in var.admins :
      can(regex("^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", admin))
    ])
    error_message = "admins[*] must match ^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$."
  }
}

variable "viewers" {
  description = "ARNs of IAM roles and users that may look at everything but secrets, beside the platform's own auditor role. They must exist."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.viewers) <= 50
    error_message = "viewers must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for viewer in var.viewers :
      can(regex("^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", viewer))
    ])
    error_message = "viewers[*] must match ^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$."
  }
}

variable "log_retention_days" {
  description = "How long the control plane's logs are kept; shorter deletes older ones."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "service_cidr" {
  description = "IPv4 block of Kubernetes services, /12 to /24, of a private range; by default EKS takes 10.100.0.0/16 or 172.20.0.0/16, whichever is not the VPC's."
  type        = string
  default     = null

  validation {
    condition     = var.service_cidr == null ? true : can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", var.service_cidr))
    error_message = "service_cidr must match ^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$."
  }
}

variable "zonal_shift" {
  description = "Whether traffic in the cluster can be shifted away from a zone that is impaired (ARC)."
  type        = bool
  default     = true
  nullable    = false
}

variable "webhook_ports" {
  description = "TCP ports of webhooks and extension servers on nodes and pods that the control plane calls, beside 443, 10250 and 10251."
  type        = list(number)
  default     = [4443, 6443, 8443, 9443]
  nullable    = false

  validation {
    condition     = length(var.webhook_ports) <= 20
    error_message = "webhook_ports must have at most 20 entries."
  }

  validation {
    condition = alltrue([
      for webhook_port in var.webhook_ports :
      webhook_port >= 1 && webhook_port <= 65535 && floor(webhook_port) == webhook_port
    ])
    error_message = "webhook_ports[*] must be a whole number, at least 1 and at most 65535."
  }
}

variable "node_groups" {
  description = "Managed node groups by name; who writes this lists all of them. A group that is no longer listed is drained and deleted."
  type = map(object({
    adopted = optional(object({
      name            = string
      role_arn        = optional(string)
      launch_template = optional(string)
    }))
    instance_types = optional(list(string), ["m7i.large"])
    capacity       = optional(string, "on-demand")
    ami            = optional(string, "al2023")
    architecture   = optional(string, "x86_64")
    version        = optional(string)
    release        = optional(string)
    zones          = optional(list(string))
    min            = optional(number, 3)
    max            = optional(number, 6)
    disk = optional(object({
      size_gb    = optional(number, 50)
      iops       = optional(number, 3000)
      throughput = optional(number, 125)
    }), {})
    labels = optional(map(string), {})
    taints = optional(list(string), [])
    update = optional(object({
      max_unavailable_percent = optional(number, 33)
      max_unavailable         = optional(number)
      force                   = optional(bool, false)
    }), {})
    repair = optional(bool, true)
    scaling = optional(object({
      driver     = optional(string, "cloudwatch")
      cpu_target = optional(number, 60)
      scale_in   = optional(bool, true)
      steps = optional(list(object({
        above = number
        add   = number
      })), [])
      step_in = optional(object({
        below  = number
        remove = optional(number, 1)
      }))
      step_minutes = optional(number, 2)
      cooldown     = optional(number, 300)
      warmup       = optional(number)
      wake         = optional(bool, true)
      schedules = optional(list(object({
        name     = string
        cron     = string
        timezone = optional(string, "UTC")
        min      = optional(number)
        desired  = optional(number)
      })), [])
    }), {})
  }))
  default = {
    system = {}
  }
  nullable = false

  validation {
    condition     = length(var.node_groups) >= 1 && length(var.node_groups) <= 30
    error_message = "node_groups must have at least 1 and at most 30 entries."
  }

  validation {
    condition     = alltrue([for name in keys(var.node_groups) : can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", name))])
    error_message = "a name in node_groups must match ^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$."
  }

  validation {
    condition     = alltrue([for name in keys(var.node_groups) : length(name) <= 20])
    error_message = "a name in node_groups must have at most 20 characters."
  }

  validation {
    condition = alltrue([
      for node_group in var.node_groups :
      can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$", node_group.adopted.name))
      if node_group.adopted != null
    ])
    error_message = "node_groups[*].adopted.name must match ^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$."
  }

  validation {
    condition = alltrue([
      for node_group in var.node_groups :
      node_group.adopted == null ? true : node_group.adopted.role_arn == null ? true : can(regex("^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", node_group.adopted.role_arn))
    ])
    error_message = "node_groups[*].adopted.role_arn must match ^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$."
  }

  validation {
    condition = alltrue([
      for node_group in var.node_groups :
      node_group.adopted == null ? true : node_group.adopted.launch_template == null ? true : can(regex("^[A-Za-z0-9()./_-]{3,128}$", node_group.adopted.launch_template))
    ])
    error_message = "node_groups[*].adopted.launch_template must match ^[A-Za-z0-9()./_-]{3,128}$."
  }

  validation {
    condition = alltrue([
      for instance_types in values(var.node_groups)[*].instance_types :
      length(instance_types) >= 1 && length(instance_types) <= 20
    ])
    error_message = "node_groups[*].instance_types must have at least 1 and at most 20 entries."
  }

  validation {
    condition = alltrue([
      for instance_types in values(var.node_groups)[*].instance_types :
      alltrue([
        for instance_type in instance_types :
        can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", instance_type))
      ])
    ])
    error_message = "node_groups[*].instance_types[*] must match ^[a-z][a-z0-9-]*\\.[a-z0-9-]+$."
  }

  validation {
    condition = alltrue([
      for instance_types in values(var.node_groups)[*].instance_types :
      alltrue([for instance_type in instance_types : length(instance_type) <= 40])
    ])
    error_message = "node_groups[*].instance_types[*] must have at most 40 characters."
  }

  validation {
    condition = alltrue([
      for capacity in values(var.node_groups)[*].capacity :
      contains(["on-demand", "spot"], capacity)
    ])
    error_message = "node_groups[*].capacity must be one of: on-demand, spot."
  }

  validation {
    condition     = alltrue([for ami in values(var.node_groups)[*].ami : contains(["al2023", "bottlerocket"], ami)])
    error_message = "node_groups[*].ami must be one of: al2023, bottlerocket."
  }

  validation {
    condition = alltrue([
      for architecture in values(var.node_groups)[*].architecture :
      contains(["x86_64", "arm64"], architecture)
    ])
    error_message = "node_groups[*].architecture must be one of: x86_64, arm64."
  }

  validation {
    condition = alltrue([
      for version in values(var.node_groups)[*].version :
      can(regex("^1\\.[1-9][0-9]$", version))
      if version != null
    ])
    error_message = "node_groups[*].version must match ^1\\.[1-9][0-9]$."
  }

  validation {
    condition = alltrue([
      for release in values(var.node_groups)[*].release :
      can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+-[0-9a-z]+$", release))
      if release != null
    ])
    error_message = "node_groups[*].release must match ^[0-9]+\\.[0-9]+\\.[0-9]+-[0-9a-z]+$."
  }

  validation {
    condition = alltrue([
      for zones in values(var.node_groups)[*].zones :
      length(zones) >= 1 && length(zones) <= 6
      if zones != null
    ])
    error_message = "node_groups[*].zones must have at least 1 and at most 6 entries."
  }

  validation {
    condition = alltrue([
      for zones in values(var.node_groups)[*].zones :
      alltrue([for zone in zones : can(regex("^[a-f]$", zone))])
      if zones != null
    ])
    error_message = "node_groups[*].zones[*] must match ^[a-f]$."
  }

  validation {
    condition     = alltrue([for min in values(var.node_groups)[*].min : min >= 0 && min <= 450 && floor(min) == min])
    error_message = "node_groups[*].min must be a whole number, at least 0 and at most 450 (nodes)."
  }

  validation {
    condition     = alltrue([for max in values(var.node_groups)[*].max : max >= 1 && max <= 450 && floor(max) == max])
    error_message = "node_groups[*].max must be a whole number, at least 1 and at most 450 (nodes)."
  }

  validation {
    condition = alltrue([
      for size_gb in values(var.node_groups)[*].disk.size_gb :
      size_gb >= 20 && size_gb <= 16384 && floor(size_gb) == size_gb
    ])
    error_message = "node_groups[*].disk.size_gb must be a whole number, at least 20 and at most 16384 (GB)."
  }

  validation {
    condition = alltrue([
      for iops in values(var.node_groups)[*].disk.iops :
      iops >= 3000 && iops <= 16000 && floor(iops) == iops
    ])
    error_message = "node_groups[*].disk.iops must be a whole number, at least 3000 and at most 16000 (IOPS)."
  }

  validation {
    condition = alltrue([
      for throughput in values(var.node_groups)[*].disk.throughput :
      throughput >= 125 && throughput <= 1000 && floor(throughput) == throughput
    ])
    error_message = "node_groups[*].disk.throughput must be a whole number, at least 125 and at most 1000 (MiB/s)."
  }

  validation {
    condition     = alltrue([for labels in values(var.node_groups)[*].labels : length(labels) <= 50])
    error_message = "node_groups[*].labels must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for labels in values(var.node_groups)[*].labels :
      alltrue([
        for name in keys(labels) :
        can(regex("^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$", name))
      ])
    ])
    error_message = "a name in node_groups[*].labels must match ^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$."
  }

  validation {
    condition = alltrue([
      for labels in values(var.node_groups)[*].labels :
      alltrue([
        for label in labels :
        can(regex("^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$", label))
      ])
    ])
    error_message = "node_groups[*].labels[*] must match ^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$."
  }

  validation {
    condition     = alltrue([for taints in values(var.node_groups)[*].taints : length(taints) <= 50])
    error_message = "node_groups[*].taints must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for taints in values(var.node_groups)[*].taints :
      alltrue([
        for taint in taints :
        can(regex("^[A-Za-z0-9][A-Za-z0-9_./-]*(=[A-Za-z0-9_.-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$", taint))
      ])
    ])
    error_message = "node_groups[*].taints[*] must match ^[A-Za-z0-9][A-Za-z0-9_./-]*(=[A-Za-z0-9_.-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$."
  }

  validation {
    condition = alltrue([
      for taints in values(var.node_groups)[*].taints :
      alltrue([for taint in taints : length(taint) <= 190])
    ])
    error_message = "node_groups[*].taints[*] must have at most 190 characters."
  }

  validation {
    condition = alltrue([
      for value in values(var.node_groups)[*].update.max_unavailable_percent :
      value >= 1 && value <= 100 && floor(value) == value
    ])
    error_message = "node_groups[*].update.max_unavailable_percent must be a whole number, at least 1 and at most 100 (percent)."
  }

  validation {
    condition = alltrue([
      for max_unavailable in values(var.node_groups)[*].update.max_unavailable :
      max_unavailable >= 1 && max_unavailable <= 100 && floor(max_unavailable) == max_unavailable
      if max_unavailable != null
    ])
    error_message = "node_groups[*].update.max_unavailable must be a whole number, at least 1 and at most 100 (nodes)."
  }

  validation {
    condition = alltrue([
      for driver in values(var.node_groups)[*].scaling.driver :
      contains(["cloudwatch", "cluster-autoscaler"], driver)
    ])
    error_message = "node_groups[*].scaling.driver must be one of: cloudwatch, cluster-autoscaler."
  }

  validation {
    condition = alltrue([
      for cpu_target in values(var.node_groups)[*].scaling.cpu_target :
      cpu_target >= 10 && cpu_target <= 95 && floor(cpu_target) == cpu_target
      if cpu_target != null
    ])
    error_message = "node_groups[*].scaling.cpu_target must be a whole number, at least 10 and at most 95 (percent)."
  }

  validation {
    condition     = alltrue([for steps in values(var.node_groups)[*].scaling.steps : length(steps) <= 10])
    error_message = "node_groups[*].scaling.steps must have at most 10 entries."
  }

  validation {
    condition = alltrue([
      for steps in values(var.node_groups)[*].scaling.steps :
      alltrue([for above in steps[*].above : above >= 1 && above <= 100 && floor(above) == above])
    ])
    error_message = "node_groups[*].scaling.steps[*].above must be a whole number, at least 1 and at most 100 (percent)."
  }

  validation {
    condition = alltrue([
      for steps in values(var.node_groups)[*].scaling.steps :
      alltrue([for add in steps[*].add : add >= 1 && add <= 50 && floor(add) == add])
    ])
    error_message = "node_groups[*].scaling.steps[*].add must be a whole number, at least 1 and at most 50 (nodes)."
  }

  validation {
    condition = alltrue([
      for node_group in var.node_groups :
      node_group.scaling.step_in.below >= 1 && node_group.scaling.step_in.below <= 90 && floor(node_group.scaling.step_in.below) == node_group.scaling.step_in.below
      if node_group.scaling.step_in != null
    ])
    error_message = "node_groups[*].scaling.step_in.below must be a whole number, at least 1 and at most 90 (percent)."
  }

  validation {
    condition = alltrue([
      for node_group in var.node_groups :
      node_group.scaling.step_in.remove >= 1 && node_group.scaling.step_in.remove <= 50 && floor(node_group.scaling.step_in.remove) == node_group.scaling.step_in.remove
      if node_group.scaling.step_in != null
    ])
    error_message = "node_groups[*].scaling.step_in.remove must be a whole number, at least 1 and at most 50 (nodes)."
  }

  validation {
    condition = alltrue([
      for step_minutes in values(var.node_groups)[*].scaling.step_minutes :
      step_minutes >= 1 && step_minutes <= 60 && floor(step_minutes) == step_minutes
    ])
    error_message = "node_groups[*].scaling.step_minutes must be a whole number, at least 1 and at most 60 (minutes)."
  }

  validation {
    condition = alltrue([
      for cooldown in values(var.node_groups)[*].scaling.cooldown :
      cooldown >= 0 && cooldown <= 3600 && floor(cooldown) == cooldown
    ])
    error_message = "node_groups[*].scaling.cooldown must be a whole number, at least 0 and at most 3600 (seconds)."
  }

  validation {
    condition = alltrue([
      for warmup in values(var.node_groups)[*].scaling.warmup :
      warmup >= 0 && warmup <= 3600 && floor(warmup) == warmup
      if warmup != null
    ])
    error_message = "node_groups[*].scaling.warmup must be a whole number, at least 0 and at most 3600 (seconds)."
  }

  validation {
    condition     = alltrue([for schedules in values(var.node_groups)[*].scaling.schedules : length(schedules) <= 50])
    error_message = "node_groups[*].scaling.schedules must have at most 50 entries."
  }

  validation {
    condition = alltrue([
      for schedules in values(var.node_groups)[*].scaling.schedules :
      alltrue([for name in schedules[*].name : can(regex("^[a-z0-9](-?[a-z0-9])*$", name))])
    ])
    error_message = "node_groups[*].scaling.schedules[*].name must match ^[a-z0-9](-?[a-z0-9])*$."
  }

  validation {
    condition = alltrue([
      for schedules in values(var.node_groups)[*].scaling.schedules :
      alltrue([for name in schedules[*].name : length(name) <= 40])
    ])
    error_message = "node_groups[*].scaling.schedules[*].name must have at most 40 characters."
  }

  validation {
    condition = alltrue([
      for schedules in values(var.node_groups)[*].scaling.schedules :
      alltrue([
        for cron in schedules[*].cron :
        can(regex("^[0-9A-Za-z*,/-]+( [0-9A-Za-z*,/-]+){4}$", cron))
      ])
    ])
    error_message = "node_groups[*].scaling.schedules[*].cron must match ^[0-9A-Za-z*,/-]+( [0-9A-Za-z*,/-]+){4}$."
  }

  validation {
    condition = alltrue([
      for schedules in values(var.node_groups)[*].scaling.schedules :
      alltrue([for cron in schedules[*].cron : length(cron) <= 100])
    ])
    error_message = "node_groups[*].scaling.schedules[*].cron must have at most 100 characters."
  }

  validation {
    condition = alltrue([
      for schedules in values(var.node_groups)[*].scaling.schedules :
      alltrue([
        for timezone in schedules[*].timezone :
        can(regex("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", timezone))
      ])
    ])
    error_message = "node_groups[*].scaling.schedules[*].timezone must match ^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$."
  }

  validation {
    condition = alltrue([
      for schedules in values(var.node_groups)[*].scaling.schedules :
      alltrue([for timezone in schedules[*].timezone : length(timezone) <= 60])
    ])
    error_message = "node_groups[*].scaling.schedules[*].timezone must have at most 60 characters."
  }

  validation {
    condition = alltrue([
      for schedules in values(var.node_groups)[*].scaling.schedules :
      alltrue([for min in schedules[*].min : min >= 0 && min <= 450 && floor(min) == min if min != null])
    ])
    error_message = "node_groups[*].scaling.schedules[*].min must be a whole number, at least 0 and at most 450 (nodes)."
  }

  validation {
    condition = alltrue([
      for schedules in values(var.node_groups)[*].scaling.schedules :
      alltrue([
        for desired in schedules[*].desired :
        desired >= 0 && desired <= 450 && floor(desired) == desired
        if desired != null
      ])
    ])
    error_message = "node_groups[*].scaling.schedules[*].desired must be a whole number, at least 0 and at most 450 (nodes)."
  }
}

variable "addons" {
  description = "Add-ons that are to differ from what this module pins, by name."
  type = map(object({
    version       = optional(string)
    configuration = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for name in keys(var.addons) :
      contains(["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni"], name)
    ])
    error_message = "a name in addons must be one of: aws-ebs-csi-driver, coredns, eks-pod-identity-agent, kube-proxy, metrics-server, vpc-cni."
  }

  validation {
    condition = alltrue([
      for version in values(var.addons)[*].version :
      can(regex("^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$", version))
      if version != null
    ])
    error_message = "addons[*].version must match ^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$."
  }

  validation {
    condition = alltrue([
      for configuration in values(var.addons)[*].configuration :
      length(configuration) <= 20000
      if configuration != null
    ])
    error_message = "addons[*].configuration must have at most 20000 characters."
  }
}

variable "account" {
  description = "Account of the cluster."
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

variable "private_subnets" {
  description = "IDs of the private subnets by zone letter."
  type        = map(string)
  nullable    = false
}

variable "network_is_ours" {
  description = "Whether the network ACLs are the platform's own, which rules may be added to."
  type        = bool
  nullable    = false
}

variable "private_network_acl_id" {
  description = "ID of the private subnets' network ACL; null where it is somebody else's."
  type        = string
}

variable "database_security_group_id" {
  description = "ID of the security group of the databases."
  type        = string
  nullable    = false
}

variable "endpoints_security_group_id" {
  description = "ID of the security group of the interface endpoints."
  type        = string
  nullable    = false
}

variable "load_balancer_security_group_id" {
  description = "ID of the security group of the load balancer."
  type        = string
  nullable    = false
}

variable "nodes_security_group_id" {
  description = "ID of the security group of the nodes."
  type        = string
  nullable    = false
}

variable "cluster_key_arn" {
  description = "ARN of the KMS key that encrypts Kubernetes secrets and the nodes' volumes."
  type        = string
  nullable    = false
}

variable "logs_key_arn" {
  description = "ARN of the KMS key that encrypts the logs."
  type        = string
  nullable    = false
}

variable "cluster_role_arn" {
  description = "ARN of the role that the control plane works as."
  type        = string
  nullable    = false
}

variable "node_role_arn" {
  description = "ARN of the role that nodes work as."
  type        = string
  nullable    = false
}

variable "admin_role_arn" {
  description = "ARN of the platform's administrator role."
  type        = string
  nullable    = false
}

variable "auditor_role_arn" {
  description = "ARN of the platform's auditor role."
  type        = string
  nullable    = false
}

variable "workload_role_arns" {
  description = "ARNs of the roles of controllers in the cluster by purpose."
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
