# Every resource type that the network area uses, once or twice each.

locals {
  zones = ["a", "b"]
  name  = "probe"
}

resource "aws_vpc" "this" {
  cidr_block           = "10.10.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.changed ? "renamed" : local.name }
}

resource "aws_vpc_ipv4_cidr_block_association" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "100.64.0.0/16"
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "public" {
  for_each                = toset(local.zones)
  vpc_id                  = aws_vpc.this.id
  availability_zone       = "eu-central-1${each.key}"
  cidr_block              = cidrsubnet(aws_vpc.this.cidr_block, 8, index(local.zones, each.key))
  map_public_ip_on_launch = false
  tags                    = { "kubernetes.io/role/elb" = "1" }
}

resource "aws_subnet" "secondary" {
  vpc_id            = aws_vpc_ipv4_cidr_block_association.this.vpc_id
  availability_zone = "eu-central-1a"
  cidr_block        = "100.64.1.0/24"
}

resource "aws_eip" "nat" {
  for_each = toset(local.zones)
  domain   = "vpc"
  tags     = { Name = "nat-${each.key}" }
}

resource "aws_nat_gateway" "this" {
  for_each      = toset(local.zones)
  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
  tags          = { Name = "nat-${each.key}" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table" "private" {
  for_each = toset(local.zones)
  vpc_id   = aws_vpc.this.id
}

resource "aws_route" "nat" {
  for_each               = toset(local.zones)
  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.key].id
}

resource "aws_route_table_association" "public" {
  for_each       = toset(local.zones)
  route_table_id = aws_route_table.public.id
  subnet_id      = aws_subnet.public[each.key].id
}

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_default_route_table" "this" {
  default_route_table_id = aws_vpc.this.default_route_table_id
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id
}

resource "aws_network_acl" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_network_acl_association" "this" {
  for_each       = toset(local.zones)
  network_acl_id = aws_network_acl.this.id
  subnet_id      = aws_subnet.public[each.key].id
}

# Subnets without a network ACL of their own would show up in the default one.
resource "aws_network_acl_association" "secondary" {
  network_acl_id = aws_network_acl.this.id
  subnet_id      = aws_subnet.secondary.id
}

resource "aws_network_acl_rule" "in" {
  network_acl_id = aws_network_acl.this.id
  rule_number    = 100
  egress         = false
  protocol       = "tcp"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
  from_port      = 443
  to_port        = var.changed ? 444 : 443
}

resource "aws_network_acl_rule" "out" {
  network_acl_id = aws_network_acl.this.id
  rule_number    = 100
  egress         = true
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
}

resource "aws_security_group" "this" {
  for_each    = toset(["balancer", "nodes"])
  name        = "${local.name}-${each.key}"
  description = "The ${each.key}"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "peer" {
  security_group_id            = aws_security_group.this["nodes"].id
  referenced_security_group_id = aws_security_group.this["balancer"].id
  description                  = var.changed ? "From the balancer, changed" : "From the balancer"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

resource "aws_vpc_security_group_ingress_rule" "itself" {
  security_group_id            = aws_security_group.this["nodes"].id
  referenced_security_group_id = aws_security_group.this["nodes"].id
  description                  = "Between nodes"
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "world" {
  security_group_id = aws_security_group.this["balancer"].id
  cidr_ipv4         = "203.0.113.0/24"
  description       = "From the office"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "peer" {
  security_group_id            = aws_security_group.this["balancer"].id
  referenced_security_group_id = aws_security_group.this["nodes"].id
  description                  = "To the nodes"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}

resource "aws_vpc_security_group_egress_rule" "world" {
  security_group_id = aws_security_group.this["nodes"].id
  cidr_ipv4         = "0.0.0.0/0"
  description       = "To everywhere"
  ip_protocol       = "-1"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.eu-central-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.private : table.id]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow", Principal = "*", Action = "s3:*", Resource = "*",
      Condition = { StringEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_vpc_security_group_egress_rule" "prefix_list" {
  security_group_id = aws_security_group.this["balancer"].id
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  description       = "To S3"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = toset(["sts", "ecr.api", "logs"])
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.eu-central-1.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.public : subnet.id]
  security_group_ids  = [aws_security_group.this["nodes"].id]
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }]
  })
}

resource "aws_kms_key" "logs" {
  description         = "Flow logs"
  enable_key_rotation = true
  multi_region        = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }]
  })
}

resource "aws_cloudwatch_log_group" "flow" {
  name              = "/probe/flow"
  retention_in_days = var.changed ? 90 : 365
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_iam_role" "flow" {
  name        = "${local.name}-flow"
  description = "Lets flow logs reach their log group"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "vpc-flow-logs.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "flow" {
  name = "write"
  role = aws_iam_role.flow.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.flow.arn}:*" }]
  })
}

resource "aws_iam_policy" "this" {
  name = "${local.name}-read"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = [var.changed ? "s3:ListBucket" : "s3:GetObject"], Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "own" {
  role       = aws_iam_role.flow.name
  policy_arn = aws_iam_policy.this.arn
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.flow.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow.arn
  iam_role_arn             = aws_iam_role.flow.arn
  max_aggregation_interval = 60
}

resource "aws_db_subnet_group" "this" {
  name       = local.name
  subnet_ids = [for subnet in aws_subnet.public : subnet.id]
}

resource "aws_vpc_dhcp_options" "this" {
  domain_name         = "example.internal"
  domain_name_servers = ["AmazonProvidedDNS"]
}

resource "aws_vpc_dhcp_options_association" "this" {
  vpc_id          = aws_vpc.this.id
  dhcp_options_id = aws_vpc_dhcp_options.this.id
}

output "account" {
  value = data.aws_caller_identity.current.account_id
}
