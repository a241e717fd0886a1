locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "cluster" })
}

################################################################################
# Names
################################################################################

locals {
  # The cluster's name: the environment's, or the one that it had before.
  name = coalesce(var.cluster_name, var.environment)
}

################################################################################
# Logs
################################################################################

# The control plane's logs. It stands before the cluster, because EKS would make it without a key and for ever.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/eks/${local.name}/cluster"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = local.tags
}

################################################################################
# Who reaches the control plane, and what it reaches
################################################################################

# Network interfaces of the control plane, beside the group that EKS makes itself.
resource "aws_security_group" "this" {
  name_prefix            = "${var.environment}-control-plane-"
  description            = "Control plane of the cluster"
  vpc_id                 = var.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-control-plane" })

  lifecycle {
    create_before_destroy = true
  }
}

# Outbound: nodes and pods to the Kubernetes API.
resource "aws_vpc_security_group_egress_rule" "nodes_to_control_plane" {
  security_group_id            = var.nodes_security_group_id
  description                  = "Nodes and pods to the Kubernetes API"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = local.tags
}

# Inbound: nodes and pods to the Kubernetes API.
resource "aws_vpc_security_group_ingress_rule" "nodes_to_control_plane" {
  security_group_id            = aws_security_group.this.id
  description                  = "Nodes and pods to the Kubernetes API"
  referenced_security_group_id = var.nodes_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = local.tags
}

locals {
  # Ports of nodes and pods that the control plane calls: webhooks, kubelets, the metrics server.
  node_ports = toset([for port in concat([443, 10250, 10251], var.webhook_ports) : tostring(port)])
}

# Outbound: control plane to kubelets, webhooks and extension servers.
resource "aws_vpc_security_group_egress_rule" "control_plane_to_nodes" {
  for_each = local.node_ports

  security_group_id            = aws_security_group.this.id
  description                  = "Control plane to kubelets, webhooks and extension servers"
  referenced_security_group_id = var.nodes_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = local.tags
}

# Inbound: control plane to kubelets, webhooks and extension servers.
resource "aws_vpc_security_group_ingress_rule" "control_plane_to_nodes" {
  for_each = local.node_ports

  security_group_id            = var.nodes_security_group_id
  description                  = "Control plane to kubelets, webhooks and extension servers"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = local.tags
}

# Inbound: private clients outside of the VPC to the Kubernetes API.
resource "aws_vpc_security_group_ingress_rule" "private_clients" {
  for_each = toset(var.private_allow_from)

  security_group_id = aws_security_group.this.id
  description       = "Private clients that may reach the Kubernetes API"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = each.key

  tags = local.tags
}

# Inbound: the same, through the network ACL of the subnets that the control plane is in.
resource "aws_network_acl_rule" "private_clients" {
  for_each = { for index, cidr in var.private_allow_from : index => cidr if var.network_is_ours }

  network_acl_id = var.private_network_acl_id
  egress         = false
  rule_number    = 24443 + each.key
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = each.value
  from_port      = 443
  to_port        = 443
}

################################################################################
# Control plane
################################################################################

# Who made it has no rights in it, and it comes without add-ons: both are said below. Neither can be changed
# later, nor can its role, nor the zones that it was made in: EKS takes no other ones.
resource "aws_eks_cluster" "this" {
  name                          = local.name
  version                       = var.kubernetes_version
  role_arn                      = coalesce(var.role_arn, var.cluster_role_arn)
  enabled_cluster_log_types     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  bootstrap_self_managed_addons = false

  vpc_config {
    subnet_ids              = values(var.private_subnets)
    security_group_ids      = [aws_security_group.this.id]
    endpoint_private_access = true
    endpoint_public_access  = var.endpoint == "restricted"
    public_access_cidrs     = (var.endpoint == "restricted") ? var.allow_from : null
  }

  access_config {
    authentication_mode                         = replace(upper(var.authentication), "-", "_")
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = var.cluster_key_arn
    }
  }

  upgrade_policy {
    support_type = upper(var.support)
  }

  zonal_shift_config {
    enabled = var.zonal_shift
  }

  dynamic "kubernetes_network_config" {
    for_each = var.service_cidr[*]

    content {
      service_ipv4_cidr = kubernetes_network_config.value
    }
  }

  tags = local.tags

  lifecycle {
    ignore_changes = [access_config[0].bootstrap_cluster_creator_admin_permissions, bootstrap_self_managed_addons, vpc_config[0].subnet_ids]

    precondition {
      condition     = var.endpoint == "private" || length(var.allow_from) > 0
      error_message = "A restricted endpoint needs allow_from: without it everybody may reach it."
    }
  }

  depends_on = [aws_cloudwatch_log_group.this]
}

################################################################################
# Nodes that were adopted without a launch template
################################################################################

locals {
  # Whether there are such nodes.
  some_without_template = anytrue([
    for group in values(var.node_groups) :
    group.adopted != null && try(group.adopted.launch_template, null) == null
  ])

  # Who reaches whom, by the group that lets in.
  adopted_inbound = {
    "adopted-to-nodes" = {
      group    = var.nodes_security_group_id
      peer     = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      protocol = "-1"
      first    = null
      last     = null
    }
    "nodes-to-adopted" = {
      group    = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      peer     = var.nodes_security_group_id
      protocol = "-1"
      first    = null
      last     = null
    }
    "load-balancer-to-adopted" = {
      group    = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      peer     = var.load_balancer_security_group_id
      protocol = "tcp"
      first    = 1024
      last     = 65535
    }
    "load-balancer-to-adopted-udp" = {
      group    = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      peer     = var.load_balancer_security_group_id
      protocol = "udp"
      first    = 1024
      last     = 65535
    }
    "adopted-to-endpoints" = {
      group    = var.endpoints_security_group_id
      peer     = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      protocol = "tcp"
      first    = 443
      last     = 443
    }
    "adopted-to-mysql" = {
      group    = var.database_security_group_id
      peer     = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      protocol = "tcp"
      first    = 3306
      last     = 3306
    }
    "adopted-to-oracle" = {
      group    = var.database_security_group_id
      peer     = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      protocol = "tcp"
      first    = 1521
      last     = 1521
    }
    "adopted-to-postgres" = {
      group    = var.database_security_group_id
      peer     = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      protocol = "tcp"
      first    = 5432
      last     = 5432
    }
  }

  # The same, by the groups that let nothing out by themselves.
  adopted_outbound = {
    "nodes-to-adopted" = {
      group    = var.nodes_security_group_id
      peer     = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      protocol = "-1"
      first    = null
      last     = null
    }
    "load-balancer-to-adopted" = {
      group    = var.load_balancer_security_group_id
      peer     = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      protocol = "tcp"
      first    = 1024
      last     = 65535
    }
    "load-balancer-to-adopted-udp" = {
      group    = var.load_balancer_security_group_id
      peer     = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
      protocol = "udp"
      first    = 1024
      last     = 65535
    }
  }
}

# Inbound: adopted nodes and the platform's reach each other.
resource "aws_vpc_security_group_ingress_rule" "adopted" {
  for_each = { for name, rule in local.adopted_inbound : name => rule if local.some_without_template }

  security_group_id            = each.value.group
  description                  = "Nodes that were adopted without a launch template"
  referenced_security_group_id = each.value.peer
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.first
  to_port                      = each.value.last

  tags = local.tags
}

# Outbound: the same.
resource "aws_vpc_security_group_egress_rule" "adopted" {
  for_each = { for name, rule in local.adopted_outbound : name => rule if local.some_without_template }

  security_group_id            = each.value.group
  description                  = "Nodes that were adopted without a launch template"
  referenced_security_group_id = each.value.peer
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.first
  to_port                      = each.value.last

  tags = local.tags
}

################################################################################
# Access
################################################################################

# The cluster in IAM: its service accounts may take on roles that trust it (IRSA).
resource "aws_iam_openid_connect_provider" "this" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]

  tags = local.tags
}

locals {
  # Who may do what in the cluster. Nodes are let in by EKS itself.
  access = merge(
    {
      platform = {
        principal = var.admin_role_arn
        policy    = "AmazonEKSClusterAdminPolicy"
      }
      auditor = {
        principal = var.auditor_role_arn
        policy    = "AmazonEKSViewPolicy"
      }
    },
    {
      for arn in var.admins :
      arn => { principal = arn, policy = "AmazonEKSClusterAdminPolicy" }
    },
    { for arn in var.viewers : arn => { principal = arn, policy = "AmazonEKSViewPolicy" } },
  )
}

# Lets a role or user in.
resource "aws_eks_access_entry" "this" {
  for_each = local.access

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value.principal

  tags = local.tags
}

# Says what it may do there.
resource "aws_eks_access_policy_association" "this" {
  for_each = local.access

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "arn:${var.partition}:eks::aws:cluster-access-policy/${each.value.policy}"

  access_scope {
    type = "cluster"
  }
}

################################################################################
# Add-ons
################################################################################

locals {
  # Versions of the add-ons by Kubernetes version, as of 2026-11-23.
  pinned_addon_versions = {
    "1.33" = {
      "aws-ebs-csi-driver"     = "v1.66.0-eksbuild.1"
      coredns                  = "v1.12.4-eksbuild.18"
      "eks-pod-identity-agent" = "v1.3.10-eksbuild.3"
      "kube-proxy"             = "v1.33.10-eksbuild.18"
      "metrics-server"         = "v0.9.0-eksbuild.11"
      "vpc-cni"                = "v1.22.4-eksbuild.3"
    }
    "1.34" = {
      "aws-ebs-csi-driver"     = "v1.66.0-eksbuild.1"
      coredns                  = "v1.12.4-eksbuild.29"
      "eks-pod-identity-agent" = "v1.3.10-eksbuild.3"
      "kube-proxy"             = "v1.34.6-eksbuild.29"
      "metrics-server"         = "v0.9.0-eksbuild.11"
      "vpc-cni"                = "v1.22.4-eksbuild.3"
    }
    "1.35" = {
      "aws-ebs-csi-driver"     = "v1.66.0-eksbuild.1"
      coredns                  = "v1.13.2-eksbuild.31"
      "eks-pod-identity-agent" = "v1.3.10-eksbuild.3"
      "kube-proxy"             = "v1.35.3-eksbuild.29"
      "metrics-server"         = "v0.9.0-eksbuild.11"
      "vpc-cni"                = "v1.22.4-eksbuild.3"
    }
    "1.36" = {
      "aws-ebs-csi-driver"     = "v1.66.0-eksbuild.1"
      coredns                  = "v1.14.3-eksbuild.16"
      "eks-pod-identity-agent" = "v1.3.10-eksbuild.3"
      "kube-proxy"             = "v1.36.0-eksbuild.21"
      "metrics-server"         = "v0.9.0-eksbuild.11"
      "vpc-cni"                = "v1.22.4-eksbuild.3"
    }
  }

  # The version of each add-on.
  addon_versions = {
    for name in ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni"] :
    name => try(coalesce(var.addons[name].version), local.pinned_addon_versions[var.kubernetes_version][name], null)
  }

  # What add-ons are told, unless the environment says otherwise.
  addon_defaults = {
    coredns = jsonencode({
      autoScaling = {
        enabled     = true
        minReplicas = 2
        maxReplicas = 10
      }
    })
    "vpc-cni" = jsonencode({ enableNetworkPolicy = "true" })
  }

  # What each add-on is told.
  addon_configurations = {
    for name in ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni"] :
    name => try(coalesce(var.addons[name].configuration), local.addon_defaults[name], null)
  }
}

# What each node needs to become ready.
resource "aws_eks_addon" "before_nodes" {
  for_each = toset(["eks-pod-identity-agent", "kube-proxy", "vpc-cni"])

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = local.addon_versions[each.key]
  configuration_values        = local.addon_configurations[each.key]
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  tags = local.tags

  lifecycle {
    precondition {
      condition     = local.addon_versions[each.key] != null
      error_message = "This version of the module pins no ${each.key} for Kubernetes ${var.kubernetes_version}: say its version in addons."
    }
  }
}

################################################################################
# Nodes
################################################################################

locals {
  # What nodes and their volumes are tagged with: the provider's default tags too, which a launch template does
  # not pass on by itself.
  node_tags = merge(aws_cloudwatch_log_group.this.tags_all, local.tags)

  # Bottlerocket's first volume, as its image has it.
  root_disk = {
    size_gb    = 4
    iops       = 3000
    throughput = 125
  }

  # A node's volumes by device. Bottlerocket keeps images and containers on its second one.
  node_volumes = {
    for name, group in var.node_groups :
    name => group.ami == "bottlerocket" ?
    { "/dev/xvda" = local.root_disk, "/dev/xvdb" = group.disk } :
    { "/dev/xvda" = group.disk }
  }
}

# How a node starts: with an encrypted volume, and with credentials that no pod can take from it. A group that
# was adopted without one never gets one.
resource "aws_launch_template" "this" {
  for_each = {
    for name, group in var.node_groups : name => group
    if group.adopted == null || try(group.adopted.launch_template, null) != null
  }

  name                   = try(coalesce(each.value.adopted.launch_template), "${var.environment}-${each.key}")
  description            = "Nodes of ${var.environment}, group ${each.key}"
  update_default_version = true
  vpc_security_group_ids = [var.nodes_security_group_id]

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  monitoring {
    enabled = true
  }

  dynamic "block_device_mappings" {
    for_each = local.node_volumes[each.key]

    content {
      device_name = block_device_mappings.key

      ebs {
        volume_type           = "gp3"
        volume_size           = block_device_mappings.value.size_gb
        iops                  = block_device_mappings.value.iops
        throughput            = block_device_mappings.value.throughput
        encrypted             = "true"
        kms_key_id            = var.cluster_key_arn
        delete_on_termination = "true"
      }
    }
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]

    content {
      resource_type = tag_specifications.value
      tags          = merge(local.node_tags, { Name = "${var.environment}-${each.key}" })
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

locals {
  # EKS's names of the nodes' images.
  ami_types = {
    al2023 = {
      x86_64 = "AL2023_x86_64_STANDARD"
      arm64  = "AL2023_ARM_64_STANDARD"
    }
    bottlerocket = {
      x86_64 = "BOTTLEROCKET_x86_64"
      arm64  = "BOTTLEROCKET_ARM_64"
    }
  }

  # EKS's names of what Kubernetes calls the effect of a taint.
  taint_effects = {
    NoSchedule       = "NO_SCHEDULE"
    PreferNoSchedule = "PREFER_NO_SCHEDULE"
    NoExecute        = "NO_EXECUTE"
  }
}

# The nodes. What cannot be changed in place makes a new group beside the old one, which is then drained.
resource "aws_eks_node_group" "this" {
  for_each = { for name, group in var.node_groups : name => group if length(group.scaling.schedules) == 0 }

  cluster_name           = aws_eks_cluster.this.name
  node_group_name        = try(each.value.adopted.name, null)
  node_group_name_prefix = each.value.adopted == null ? "${each.key}-" : null
  node_role_arn          = try(coalesce(each.value.adopted.role_arn), var.node_role_arn)
  subnet_ids = [
    for zone, subnet in var.private_subnets :
    subnet if contains(coalesce(each.value.zones, [zone]), zone)
  ]
  version              = coalesce(each.value.version, var.kubernetes_version)
  release_version      = each.value.release
  ami_type             = local.ami_types[each.value.ami][each.value.architecture]
  capacity_type        = each.value.capacity == "spot" ? "SPOT" : "ON_DEMAND"
  instance_types       = each.value.instance_types
  labels               = each.value.labels
  force_update_version = each.value.update.force

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }

  update_config {
    max_unavailable            = each.value.update.max_unavailable
    max_unavailable_percentage = each.value.update.max_unavailable == null ? each.value.update.max_unavailable_percent : null
  }

  node_repair_config {
    enabled = each.value.repair
  }

  dynamic "launch_template" {
    for_each = [for name, template in aws_launch_template.this : template if name == each.key]

    content {
      id      = launch_template.value.id
      version = launch_template.value.latest_version
    }
  }

  dynamic "taint" {
    for_each = [
      for taint in each.value.taints :
      regex("^(?P<key>[^=:]+)(?:=(?P<value>[^:]*))?:(?P<effect>.+)$", taint)
    ]

    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = local.taint_effects[taint.value.effect]
    }
  }

  tags = local.tags

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [scaling_config[0].desired_size]

    precondition {
      condition     = alltrue([for zone in coalesce(each.value.zones, []) : contains(keys(var.private_subnets), zone)])
      error_message = "Node group ${each.key} is to be in a zone that the network does not have."
    }

    precondition {
      condition     = each.value.min <= each.value.max
      error_message = "Node group ${each.key} has a min above its max."
    }
  }

  depends_on = [aws_eks_addon.before_nodes]
}

# The nodes of groups with schedules, which also set the least number: EKS reports it as the group's own.
resource "aws_eks_node_group" "scheduled" {
  for_each = { for name, group in var.node_groups : name => group if length(group.scaling.schedules) > 0 }

  cluster_name           = aws_eks_cluster.this.name
  node_group_name        = try(each.value.adopted.name, null)
  node_group_name_prefix = each.value.adopted == null ? "${each.key}-" : null
  node_role_arn          = try(coalesce(each.value.adopted.role_arn), var.node_role_arn)
  subnet_ids = [
    for zone, subnet in var.private_subnets :
    subnet if contains(coalesce(each.value.zones, [zone]), zone)
  ]
  version              = coalesce(each.value.version, var.kubernetes_version)
  release_version      = each.value.release
  ami_type             = local.ami_types[each.value.ami][each.value.architecture]
  capacity_type        = each.value.capacity == "spot" ? "SPOT" : "ON_DEMAND"
  instance_types       = each.value.instance_types
  labels               = each.value.labels
  force_update_version = each.value.update.force

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }

  update_config {
    max_unavailable            = each.value.update.max_unavailable
    max_unavailable_percentage = each.value.update.max_unavailable == null ? each.value.update.max_unavailable_percent : null
  }

  node_repair_config {
    enabled = each.value.repair
  }

  dynamic "launch_template" {
    for_each = [for name, template in aws_launch_template.this : template if name == each.key]

    content {
      id      = launch_template.value.id
      version = launch_template.value.latest_version
    }
  }

  dynamic "taint" {
    for_each = [
      for taint in each.value.taints :
      regex("^(?P<key>[^=:]+)(?:=(?P<value>[^:]*))?:(?P<effect>.+)$", taint)
    ]

    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = local.taint_effects[taint.value.effect]
    }
  }

  tags = local.tags

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [scaling_config[0].desired_size, scaling_config[0].min_size]

    precondition {
      condition     = alltrue([for zone in coalesce(each.value.zones, []) : contains(keys(var.private_subnets), zone)])
      error_message = "Node group ${each.key} is to be in a zone that the network does not have."
    }

    precondition {
      condition     = each.value.min <= each.value.max
      error_message = "Node group ${each.key} has a min above its max."
    }
  }

  depends_on = [aws_eks_addon.before_nodes]
}

locals {
  # All node groups, with schedules and without.
  made_node_groups = merge(aws_eks_node_group.this, aws_eks_node_group.scheduled)

  # The Auto Scaling group that EKS made for each node group.
  asg_names = {
    for name, group in local.made_node_groups :
    name => group.resources[0].autoscaling_groups[0].name
  }
}

################################################################################
# Add-ons that need nodes
################################################################################

locals {
  # Roles of service accounts that add-ons bring, by add-on.
  addon_roles = {
    "aws-ebs-csi-driver" = {
      for role in try(var.workload_role_arns["ebs-csi"], null)[*] :
      "ebs-csi-controller-sa" => role
    }
  }
}

# What runs as pods of its own. The service accounts get their roles together with the pods, which would start
# without them otherwise, and not notice them later.
resource "aws_eks_addon" "after_nodes" {
  for_each = toset(["aws-ebs-csi-driver", "coredns", "metrics-server"])

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = local.addon_versions[each.key]
  configuration_values        = local.addon_configurations[each.key]
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  dynamic "pod_identity_association" {
    for_each = lookup(local.addon_roles, each.key, {})

    content {
      service_account = pod_identity_association.key
      role_arn        = pod_identity_association.value
    }
  }

  tags = local.tags

  lifecycle {
    precondition {
      condition     = local.addon_versions[each.key] != null
      error_message = "This version of the module pins no ${each.key} for Kubernetes ${var.kubernetes_version}: say its version in addons."
    }
  }

  depends_on = [aws_eks_node_group.this, aws_eks_node_group.scheduled]
}

################################################################################
# Scaling by CloudWatch
################################################################################

locals {
  # The groups whose size CloudWatch decides, and how.
  scaled = {
    for name, group in var.node_groups : name => merge(group.scaling, {
      asg    = local.asg_names[name]
      min    = group.min
      warmup = coalesce(group.scaling.warmup, group.scaling.cooldown)
    })
    if group.scaling.driver == "cloudwatch"
  }
}

# Keeps the average CPU of a group where it should be, in both directions.
resource "aws_autoscaling_policy" "cpu" {
  for_each = { for name, group in local.scaled : name => group if group.cpu_target != null }

  name                      = "${each.key}-cpu"
  autoscaling_group_name    = each.value.asg
  policy_type               = "TargetTrackingScaling"
  estimated_instance_warmup = each.value.warmup

  target_tracking_configuration {
    target_value     = each.value.cpu_target
    disable_scale_in = !each.value.scale_in

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

# Adds nodes at once above some loads, the more the higher the load. The bounds count from the first step.
resource "aws_autoscaling_policy" "steps" {
  for_each = { for name, group in local.scaled : name => group if length(group.steps) > 0 }

  name                      = "${each.key}-steps"
  autoscaling_group_name    = each.value.asg
  policy_type               = "StepScaling"
  adjustment_type           = "ChangeInCapacity"
  metric_aggregation_type   = "Average"
  estimated_instance_warmup = each.value.warmup

  dynamic "step_adjustment" {
    for_each = each.value.steps

    content {
      metric_interval_lower_bound = step_adjustment.value.above - each.value.steps[0].above
      metric_interval_upper_bound = try(each.value.steps[step_adjustment.key + 1].above - each.value.steps[0].above, null)
      scaling_adjustment          = step_adjustment.value.add
    }
  }

  lifecycle {
    precondition {
      condition = alltrue([
        for index in range(1, length(each.value.steps)) :
        each.value.steps[index].above > each.value.steps[index - 1].above
      ])
      error_message = "The steps of node group ${each.key} are not in ascending order."
    }
  }
}

# The load at which the first step begins.
resource "aws_cloudwatch_metric_alarm" "steps" {
  for_each = aws_autoscaling_policy.steps

  alarm_name          = "${var.environment}-nodes-${each.key}-steps"
  alarm_description   = "Nodes of group ${each.key} are busy: some are added."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = local.scaled[each.key].steps[0].above
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  dimensions          = { AutoScalingGroupName = local.asg_names[each.key] }
  statistic           = "Average"
  period              = 60
  evaluation_periods  = local.scaled[each.key].step_minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [each.value.arn]

  tags = local.tags
}

# Takes nodes at once below a load, and then waits for the cooldown.
resource "aws_autoscaling_policy" "step_in" {
  for_each = { for name, group in local.scaled : name => group if group.step_in != null }

  name                   = "${each.key}-step-in"
  autoscaling_group_name = each.value.asg
  policy_type            = "SimpleScaling"
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = -each.value.step_in.remove
  cooldown               = each.value.cooldown
}

# The load below which nodes are taken.
resource "aws_cloudwatch_metric_alarm" "step_in" {
  for_each = aws_autoscaling_policy.step_in

  alarm_name          = "${var.environment}-nodes-${each.key}-step-in"
  alarm_description   = "Nodes of group ${each.key} are idle: some are taken."
  comparison_operator = "LessThanThreshold"
  threshold           = local.scaled[each.key].step_in.below
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  dimensions          = { AutoScalingGroupName = local.asg_names[each.key] }
  statistic           = "Average"
  period              = 60
  evaluation_periods  = local.scaled[each.key].step_minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [each.value.arn]

  tags = local.tags
}

# Gives an empty group its first node; from then on its load decides.
resource "aws_autoscaling_policy" "wake" {
  for_each = { for name, group in local.scaled : name => group if group.wake && group.min == 0 }

  name                   = "${each.key}-wake"
  autoscaling_group_name = each.value.asg
  policy_type            = "SimpleScaling"
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = 1
  cooldown               = each.value.cooldown
}

# Pods that find no place, while the group has no node (no node reports its CPU).
resource "aws_cloudwatch_metric_alarm" "wake" {
  for_each = aws_autoscaling_policy.wake

  alarm_name          = "${var.environment}-nodes-${each.key}-wake"
  alarm_description   = "Pods find no place and group ${each.key} is empty: it gets its first node."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [each.value.arn]

  metric_query {
    id          = "wake"
    expression  = "IF(FILL(nodes, 0) < 1, pending, 0)"
    label       = "Pods without a place, while the group is empty"
    return_data = true
  }

  metric_query {
    id = "pending"

    metric {
      namespace   = "AWS/EKS"
      metric_name = "scheduler_pending_pods_UNSCHEDULABLE"
      dimensions  = { ClusterName = local.name }
      stat        = "Maximum"
      period      = 60
    }
  }

  metric_query {
    id = "nodes"

    metric {
      namespace   = "AWS/EC2"
      metric_name = "CPUUtilization"
      dimensions  = { AutoScalingGroupName = local.asg_names[each.key] }
      stat        = "SampleCount"
      period      = 60
    }
  }

  tags = local.tags
}

# What holds from a time of day or week on; -1 leaves a number as it is. The largest number is the group's.
resource "aws_autoscaling_schedule" "this" {
  for_each = merge([
    for name, group in local.scaled : {
      for schedule in group.schedules :
      "${name}-${schedule.name}" => merge(schedule, { asg = group.asg })
    }
  ]...)

  scheduled_action_name  = each.key
  autoscaling_group_name = each.value.asg
  recurrence             = each.value.cron
  time_zone              = each.value.timezone
  min_size               = coalesce(each.value.min, -1)
  max_size               = -1
  desired_capacity       = coalesce(each.value.desired, -1)
}

################################################################################
# Scaling by the cluster autoscaler
################################################################################

# Marks the groups that the cluster autoscaler may size. It must look for this tag: EKS puts the autoscaler's
# usual ones on every group, also on those that CloudWatch sizes.
resource "aws_autoscaling_group_tag" "cluster_autoscaler" {
  for_each = {
    for name, group in var.node_groups :
    name => group
    if group.scaling.driver == "cluster-autoscaler"
  }

  autoscaling_group_name = local.asg_names[each.key]

  tag {
    key                 = "mendixctl/cluster-autoscaler"
    value               = var.environment
    propagate_at_launch = false
  }
}
