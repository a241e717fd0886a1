# What the cluster's module refuses by itself. AWS is mocked: nothing is asked.

mock_provider "aws" {}

variables {
  environment             = "dev"
  account                 = "123456789012"
  partition               = "aws"
  vpc_id                  = "vpc-0123456789abcdef0"
  private_subnets         = { a = "subnet-0123456789abcdef0", b = "subnet-0123456789abcdef1", c = "subnet-0123456789abcdef2" }
  private_network_acl_id  = "acl-0123456789abcdef0"
  nodes_security_group_id = "sg-0123456789abcdef0"

  database_security_group_id      = "sg-0123456789abcdef1"
  endpoints_security_group_id     = "sg-0123456789abcdef2"
  load_balancer_security_group_id = "sg-0123456789abcdef3"

  cluster_key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  logs_key_arn            = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  cluster_role_arn        = "arn:aws:iam::123456789012:role/cluster"
  node_role_arn           = "arn:aws:iam::123456789012:role/node"
  admin_role_arn          = "arn:aws:iam::123456789012:role/admin"
  auditor_role_arn        = "arn:aws:iam::123456789012:role/auditor"
  workload_role_arns      = { ebs-csi = "arn:aws:iam::123456789012:role/ebs-csi" }
  node_groups             = { system = { min = 3, max = 6 } }
  network_is_ours         = true
}

run "as_it_is_it_is_accepted" {
  command = plan
}

run "what_was_adopted_keeps_its_names" {
  command = plan
  variables {
    cluster_name   = "acme"
    role_arn       = "arn:aws:iam::123456789012:role/acme"
    authentication = "api-and-config-map"
    node_groups = {
      plain    = { min = 2, adopted = { name = "Workers", role_arn = "arn:aws:iam::123456789012:role/acme-node" } }
      template = { min = 0, adopted = { name = "batch", launch_template = "acme-batch" } }
      ours     = { min = 3, max = 6 }
    }
  }
  assert {
    condition     = aws_eks_cluster.this.name == "acme" && aws_eks_cluster.this.role_arn == var.role_arn
    error_message = "The cluster has another name or role."
  }
  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API_AND_CONFIG_MAP"
    error_message = "EKS knows no such mode."
  }
  assert {
    condition     = aws_eks_node_group.this["plain"].node_group_name == "Workers" && length(aws_eks_node_group.this["plain"].launch_template) == 0
    error_message = "A group without a launch template gets one, or another name."
  }
  assert {
    condition     = aws_eks_node_group.this["ours"].node_group_name_prefix == "ours-"
    error_message = "A group of ours has another name."
  }
  assert {
    condition     = { for name, it in aws_launch_template.this : name => it.name } == { template = "acme-batch", ours = "dev-ours" }
    error_message = "The launch templates are others."
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.adopted) == 8 && length(aws_vpc_security_group_egress_rule.adopted) == 3
    error_message = "Nodes without a launch template are not let through."
  }
}

run "a_version_without_pinned_add_ons" {
  command = plan
  variables {
    kubernetes_version = "1.37"
  }
  expect_failures = [aws_eks_addon.before_nodes]
}

run "a_restricted_endpoint_without_addresses" {
  command = plan
  variables {
    endpoint = "restricted"
  }
  expect_failures = [aws_eks_cluster.this]
}

run "a_group_in_a_zone_without_subnets" {
  command = plan
  variables {
    node_groups = { system = { min = 3, max = 6, zones = ["f"] } }
  }
  expect_failures = [aws_eks_node_group.this]
}

run "a_min_above_the_max" {
  command = plan
  variables {
    node_groups = { system = { min = 7, max = 6 } }
  }
  expect_failures = [aws_eks_node_group.this]
}

run "a_target_below_what_makes_sense" {
  command = plan
  variables {
    node_groups = { system = { scaling = { cpu_target = 5 } } }
  }
  expect_failures = [var.node_groups]
}
