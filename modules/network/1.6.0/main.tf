locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "network" })
}

################################################################################
# VPC
################################################################################

locals {
  # The place of a zone's subnet in each tier, by its letter, for ever.
  slots = {
    a = 0
    b = 1
    c = 2
    d = 3
    e = 4
    f = 5
  }

  # One block a tier, so that its rules never change with the zones; the last quarter is kept free. All of the VPC
  # for a tier whose subnets stand elsewhere.
  tiers = {
    private  = length(var.subnets.private) > 0 ? var.cidr : cidrsubnet(var.cidr, 1, 0)
    public   = length(var.subnets.public) > 0 ? var.cidr : cidrsubnet(var.cidr, 3, 4)
    database = length(var.subnets.database) > 0 ? var.cidr : cidrsubnet(var.cidr, 3, 5)
  }

  # Availability zone names by letter.
  zones = { for letter in var.zones : letter => "${var.region}${letter}" }

  # The zones whose subnets, routes and gateways are ours to make.
  made_zones = { for letter, name in local.zones : letter => name if var.existing == null }
}

# The network of the whole platform.
resource "aws_vpc" "this" {
  count = var.existing == null ? 1 : 0

  cidr_block           = var.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = merge(local.tags, { Name = var.environment })

  lifecycle {
    precondition {
      condition     = try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
      error_message = "cidr must begin with the first address of its block."
    }

    precondition {
      condition     = contains(range(16, 23), tonumber(split("/", var.cidr)[1]))
      error_message = "cidr must be a /16 to /22: every zone needs three subnets."
    }

    precondition {
      condition     = length(var.zones) >= 2 && length(setintersection(var.zones, keys(local.slots))) == length(var.zones)
      error_message = "zones must be at least two different letters from a to f."
    }

    precondition {
      condition = alltrue([
        for blocks in values(var.subnets) :
        length(blocks) == 0 || length(setsubtract(var.zones, keys(blocks))) == 0
      ])
      error_message = "subnets must have a block of every zone, or none, in each tier."
    }
  }
}

locals {
  # The VPC: ours, or the one that exists.
  vpc_id = var.existing == null ? one(aws_vpc.this[*].id) : var.existing.vpc_id
}

# Further blocks of the VPC.
resource "aws_vpc_ipv4_cidr_block_association" "this" {
  for_each = toset(var.existing == null ? var.secondary_cidrs : [])

  vpc_id     = local.vpc_id
  cidr_block = each.key
}

# The VPC's default security group lets nothing pass.
resource "aws_default_security_group" "this" {
  count = var.existing == null ? 1 : 0

  vpc_id = local.vpc_id

  tags = merge(local.tags, { Name = "${var.environment}-locked" })
}

# The VPC's default network ACL lets nothing pass; a subnet that nobody placed gets it.
resource "aws_default_network_acl" "this" {
  count = var.existing == null ? 1 : 0

  default_network_acl_id = aws_vpc.this[0].default_network_acl_id

  tags = merge(local.tags, { Name = "${var.environment}-locked" })

  lifecycle {
    ignore_changes = [subnet_ids]
  }
}

# The VPC's main route table leads nowhere.
resource "aws_default_route_table" "this" {
  count = var.existing == null ? 1 : 0

  default_route_table_id = aws_vpc.this[0].default_route_table_id
  route                  = []

  tags = merge(local.tags, { Name = "${var.environment}-locked" })
}

################################################################################
# Subnets
################################################################################

# Public: load balancers and NAT gateways.
resource "aws_subnet" "public" {
  for_each = local.made_zones

  vpc_id                  = local.vpc_id
  availability_zone       = each.value
  cidr_block              = lookup(var.subnets.public, each.key, cidrsubnet(local.tiers.public, 3, local.slots[each.key]))
  map_public_ip_on_launch = false

  tags = merge(local.tags, {
    Name                                       = "${var.environment}-public-${each.key}"
    tier                                       = "public"
    "kubernetes.io/role/elb"                   = "1"
    "kubernetes.io/cluster/${var.environment}" = "shared"
  })
}

# Private: nodes, pods and interface endpoints.
resource "aws_subnet" "private" {
  for_each = local.made_zones

  vpc_id                  = local.vpc_id
  availability_zone       = each.value
  cidr_block              = lookup(var.subnets.private, each.key, cidrsubnet(local.tiers.private, 3, local.slots[each.key]))
  map_public_ip_on_launch = false

  tags = merge(local.tags, {
    Name                                       = "${var.environment}-private-${each.key}"
    tier                                       = "private"
    "kubernetes.io/role/internal-elb"          = "1"
    "kubernetes.io/cluster/${var.environment}" = "shared"
  })
}

# Database: databases, without a way out.
resource "aws_subnet" "database" {
  for_each = local.made_zones

  vpc_id                  = local.vpc_id
  availability_zone       = each.value
  cidr_block              = lookup(var.subnets.database, each.key, cidrsubnet(local.tiers.database, 3, local.slots[each.key]))
  map_public_ip_on_launch = false

  tags = merge(local.tags, {
    Name = "${var.environment}-database-${each.key}"
    tier = "database"
  })
}

locals {
  # One for each zone and further block, keyed by both, so that neither order matters.
  pod_subnets = {
    for pair in setproduct(var.secondary_cidrs, keys(local.made_zones)) : "${pair[1]}-${pair[0]}" => {
      cidr = pair[0]
      zone = pair[1]
    }
  }
}

# Pod: addresses for pods from the further blocks.
resource "aws_subnet" "pod" {
  for_each = local.pod_subnets

  vpc_id                  = aws_vpc_ipv4_cidr_block_association.this[each.value.cidr].vpc_id
  availability_zone       = local.zones[each.value.zone]
  cidr_block              = cidrsubnet(each.value.cidr, 3, local.slots[each.value.zone])
  map_public_ip_on_launch = false

  tags = merge(local.tags, {
    Name                                       = "${var.environment}-pod-${each.key}"
    tier                                       = "pod"
    "kubernetes.io/cluster/${var.environment}" = "shared"
  })
}

locals {
  # Subnets by tier and zone letter: ours, or those that exist; databases without any stand beside nodes.
  subnets = {
    public = var.existing == null ? {
      for zone, subnet in aws_subnet.public :
      zone => subnet.id
    } : var.existing.subnets.public
    private  = var.existing == null ? { for zone, subnet in aws_subnet.private : zone => subnet.id } : var.existing.subnets.private
    database = var.existing == null ? { for zone, subnet in aws_subnet.database : zone => subnet.id } : length(var.existing.subnets.database) > 0 ? var.existing.subnets.database : var.existing.subnets.private
  }
}

################################################################################
# Internet
################################################################################

# The way in to the load balancer and out for the NAT gateways.
resource "aws_internet_gateway" "this" {
  count = var.existing == null ? 1 : 0

  vpc_id = local.vpc_id

  tags = merge(local.tags, { Name = var.environment })
}

locals {
  # The zones that have a NAT gateway.
  nat_zones = toset(var.existing != null || var.nat == "none" ? [] : var.nat == "single" ? [var.zones[0]] : var.zones)
}

# The addresses that others see when the platform calls them.
resource "aws_eip" "nat" {
  for_each = local.nat_zones

  domain = "vpc"

  tags = merge(local.tags, { Name = "${var.environment}-nat-${each.key}" })

  depends_on = [aws_internet_gateway.this]
}

# The nodes' way out.
resource "aws_nat_gateway" "this" {
  for_each = local.nat_zones

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })

  depends_on = [aws_internet_gateway.this]
}

################################################################################
# Routes
################################################################################

# Public subnets: to the internet gateway.
resource "aws_route_table" "public" {
  count = var.existing == null ? 1 : 0

  vpc_id = local.vpc_id

  tags = merge(local.tags, { Name = "${var.environment}-public" })
}

# Everything outside of the VPC.
resource "aws_route" "internet" {
  count = var.existing == null ? 1 : 0

  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

# Private subnets: one table a zone whatever nat says, so that changing it changes a route in place.
resource "aws_route_table" "private" {
  for_each = local.made_zones

  vpc_id = local.vpc_id

  tags = merge(local.tags, { Name = "${var.environment}-private-${each.key}" })
}

# Everything outside of the VPC, through the zone's NAT gateway or the single one.
resource "aws_route" "nat" {
  for_each = { for letter, name in local.made_zones : letter => name if var.nat != "none" }

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[var.nat == "single" ? var.zones[0] : each.key].id
}

# Database subnets: nothing outside of the VPC.
resource "aws_route_table" "database" {
  count = var.existing == null ? 1 : 0

  vpc_id = local.vpc_id

  tags = merge(local.tags, { Name = "${var.environment}-database" })
}

# The public subnets' table.
resource "aws_route_table_association" "public" {
  for_each = local.made_zones

  route_table_id = aws_route_table.public[0].id
  subnet_id      = aws_subnet.public[each.key].id
}

# The private subnets' table.
resource "aws_route_table_association" "private" {
  for_each = local.made_zones

  route_table_id = aws_route_table.private[each.key].id
  subnet_id      = aws_subnet.private[each.key].id
}

# The database subnets' table.
resource "aws_route_table_association" "database" {
  for_each = local.made_zones

  route_table_id = aws_route_table.database[0].id
  subnet_id      = aws_subnet.database[each.key].id
}

# The pod subnets' table.
resource "aws_route_table_association" "pod" {
  for_each = local.pod_subnets

  route_table_id = aws_route_table.private[local.pod_subnets[each.key].zone].id
  subnet_id      = aws_subnet.pod[each.key].id
}

################################################################################
# Network ACLs
################################################################################

locals {
  # Ports on which databases listen.
  database_ports = {
    mysql    = 3306
    oracle   = 1521
    postgres = 5432
  }

  # The blocks of nodes and pods; whoever keeps an existing VPC keeps its network ACLs.
  inside = {
    for key, cidr in merge(
      { private = local.tiers.private },
      {
        for index, cidr in var.secondary_cidrs :
        "secondary_${index}" => cidr
      },
    ) : key => cidr if var.existing == null
  }

  # Each of these blocks, with each protocol.
  inside_rules = {
    for pair in setproduct(["tcp", "udp"], keys(local.inside)) : join("_", pair) => {
      number   = index(["tcp", "udp"], pair[0]) * 10 + index(keys(local.inside), pair[1]) + 500
      protocol = pair[0]
      cidr     = local.inside[pair[1]]
    }
  }

  # Ports that the rules for answers do not open already.
  low_egress_ports = toset([for port in var.egress_ports : tostring(port) if port < 1024 && var.existing == null])
}

# The public subnets' network ACL.
resource "aws_network_acl" "public" {
  count = var.existing == null ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = values(aws_subnet.public)[*].id

  tags = merge(local.tags, { Name = "${var.environment}-public" })
}

# Inbound, whatever the environment says.
resource "aws_network_acl_rule" "public_inbound" {
  for_each = {
    for key, rule in {
      https           = { number = 100, protocol = "tcp", cidr = "0.0.0.0/0", from = 443, to = 443 }
      http            = { number = 110, protocol = "tcp", cidr = "0.0.0.0/0", from = 80, to = 80 }
      tcp_lower_ports = { number = 120, protocol = "tcp", cidr = "0.0.0.0/0", from = 1024, to = 3388 }
      tcp_upper_ports = { number = 130, protocol = "tcp", cidr = "0.0.0.0/0", from = 3390, to = 65535 }
      udp_lower_ports = { number = 140, protocol = "udp", cidr = "0.0.0.0/0", from = 1024, to = 3388 }
      udp_upper_ports = { number = 150, protocol = "udp", cidr = "0.0.0.0/0", from = 3390, to = 65535 }
    } : key => rule if var.existing == null
  }

  network_acl_id = aws_network_acl.public[0].id
  egress         = false
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}

# Path MTU discovery: fragmentation needed.
resource "aws_network_acl_rule" "public_inbound_unreachable" {
  count = var.existing == null ? 1 : 0

  network_acl_id = aws_network_acl.public[0].id
  egress         = false
  rule_number    = 190
  rule_action    = "allow"
  protocol       = "icmp"
  cidr_block     = "0.0.0.0/0"
  icmp_type      = 3
  icmp_code      = 4
}

# Inbound from nodes and pods.
resource "aws_network_acl_rule" "public_inbound_inside" {
  for_each = local.inside_rules

  network_acl_id = aws_network_acl.public[0].id
  egress         = false
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = 1
  to_port        = 65535
}

# Outbound, whatever the environment says.
resource "aws_network_acl_rule" "public_outbound" {
  for_each = {
    for key, rule in {
      tcp_upper_ports = { number = 100, protocol = "tcp", cidr = "0.0.0.0/0", from = 1024, to = 65535 }
      udp_upper_ports = { number = 110, protocol = "udp", cidr = "0.0.0.0/0", from = 1024, to = 65535 }
      dns_tcp         = { number = 120, protocol = "tcp", cidr = "0.0.0.0/0", from = 53, to = 53 }
      dns_udp         = { number = 130, protocol = "udp", cidr = "0.0.0.0/0", from = 53, to = 53 }
      time            = { number = 140, protocol = "udp", cidr = "0.0.0.0/0", from = 123, to = 123 }
    } : key => rule if var.existing == null
  }

  network_acl_id = aws_network_acl.public[0].id
  egress         = true
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}

# Path MTU discovery: fragmentation needed.
resource "aws_network_acl_rule" "public_outbound_unreachable" {
  count = var.existing == null ? 1 : 0

  network_acl_id = aws_network_acl.public[0].id
  egress         = true
  rule_number    = 190
  rule_action    = "allow"
  protocol       = "icmp"
  cidr_block     = "0.0.0.0/0"
  icmp_type      = 3
  icmp_code      = 4
}

# Outbound to nodes and pods.
resource "aws_network_acl_rule" "public_outbound_inside" {
  for_each = local.inside

  network_acl_id = aws_network_acl.public[0].id
  egress         = true
  rule_number    = 500 + index(keys(local.inside), each.key)
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = each.value
}

# Outbound to the internet; the security group of the nodes says the same.
resource "aws_network_acl_rule" "public_outbound_ports" {
  for_each = local.low_egress_ports

  network_acl_id = aws_network_acl.public[0].id
  egress         = true
  rule_number    = 1000 + tonumber(each.key)
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = each.key
  to_port        = each.key
}

# The private and the pod subnets' network ACL.
resource "aws_network_acl" "private" {
  count = var.existing == null ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = concat(values(aws_subnet.private)[*].id, values(aws_subnet.pod)[*].id)

  tags = merge(local.tags, { Name = "${var.environment}-private" })
}

# Inbound, whatever the environment says.
resource "aws_network_acl_rule" "private_inbound" {
  for_each = {
    for key, rule in {
      load_balancer_tcp = { number = 100, protocol = "tcp", cidr = local.tiers.public, from = 1, to = 65535 }
      load_balancer_udp = { number = 110, protocol = "udp", cidr = local.tiers.public, from = 1, to = 65535 }
      tcp_lower_ports   = { number = 120, protocol = "tcp", cidr = "0.0.0.0/0", from = 1024, to = 3388 }
      tcp_upper_ports   = { number = 130, protocol = "tcp", cidr = "0.0.0.0/0", from = 3390, to = 65535 }
      udp_lower_ports   = { number = 140, protocol = "udp", cidr = "0.0.0.0/0", from = 1024, to = 3388 }
      udp_upper_ports   = { number = 150, protocol = "udp", cidr = "0.0.0.0/0", from = 3390, to = 65535 }
    } : key => rule if var.existing == null
  }

  network_acl_id = aws_network_acl.private[0].id
  egress         = false
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}

# Path MTU discovery: fragmentation needed.
resource "aws_network_acl_rule" "private_inbound_unreachable" {
  count = var.existing == null ? 1 : 0

  network_acl_id = aws_network_acl.private[0].id
  egress         = false
  rule_number    = 190
  rule_action    = "allow"
  protocol       = "icmp"
  cidr_block     = "0.0.0.0/0"
  icmp_type      = 3
  icmp_code      = 4
}

# Inbound from nodes and pods.
resource "aws_network_acl_rule" "private_inbound_inside" {
  for_each = local.inside_rules

  network_acl_id = aws_network_acl.private[0].id
  egress         = false
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = 1
  to_port        = 65535
}

# Outbound, whatever the environment says.
resource "aws_network_acl_rule" "private_outbound" {
  for_each = {
    for key, rule in {
      tcp_upper_ports = { number = 100, protocol = "tcp", cidr = "0.0.0.0/0", from = 1024, to = 65535 }
      udp_upper_ports = { number = 110, protocol = "udp", cidr = "0.0.0.0/0", from = 1024, to = 65535 }
      dns_tcp         = { number = 120, protocol = "tcp", cidr = "0.0.0.0/0", from = 53, to = 53 }
      dns_udp         = { number = 130, protocol = "udp", cidr = "0.0.0.0/0", from = 53, to = 53 }
      time            = { number = 140, protocol = "udp", cidr = "0.0.0.0/0", from = 123, to = 123 }
    } : key => rule if var.existing == null
  }

  network_acl_id = aws_network_acl.private[0].id
  egress         = true
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}

# Path MTU discovery: fragmentation needed.
resource "aws_network_acl_rule" "private_outbound_unreachable" {
  count = var.existing == null ? 1 : 0

  network_acl_id = aws_network_acl.private[0].id
  egress         = true
  rule_number    = 190
  rule_action    = "allow"
  protocol       = "icmp"
  cidr_block     = "0.0.0.0/0"
  icmp_type      = 3
  icmp_code      = 4
}

# Outbound to nodes and pods.
resource "aws_network_acl_rule" "private_outbound_inside" {
  for_each = local.inside

  network_acl_id = aws_network_acl.private[0].id
  egress         = true
  rule_number    = 500 + index(keys(local.inside), each.key)
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = each.value
}

# Outbound to the internet; the security group of the nodes says the same.
resource "aws_network_acl_rule" "private_outbound_ports" {
  for_each = local.low_egress_ports

  network_acl_id = aws_network_acl.private[0].id
  egress         = true
  rule_number    = 1000 + tonumber(each.key)
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = each.key
  to_port        = each.key
}

# The database subnets' network ACL.
resource "aws_network_acl" "database" {
  count = var.existing == null ? 1 : 0

  vpc_id     = local.vpc_id
  subnet_ids = values(aws_subnet.database)[*].id

  tags = merge(local.tags, { Name = "${var.environment}-database" })
}

# Inbound, whatever the environment says.
resource "aws_network_acl_rule" "database_inbound" {
  for_each = {
    for key, rule in {
      replicas = { number = 100, protocol = "tcp", cidr = local.tiers.database, from = 1024, to = 65535 }
    } : key => rule if var.existing == null
  }

  network_acl_id = aws_network_acl.database[0].id
  egress         = false
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}

# Outbound, whatever the environment says.
resource "aws_network_acl_rule" "database_outbound" {
  for_each = {
    for key, rule in {
      replicas = { number = 100, protocol = "tcp", cidr = local.tiers.database, from = 1024, to = 65535 }
    } : key => rule if var.existing == null
  }

  network_acl_id = aws_network_acl.database[0].id
  egress         = true
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}

locals {
  # Each database port, from each block of nodes and pods.
  database_clients = {
    for pair in setproduct(keys(local.database_ports), keys(local.inside)) : join("_", pair) => {
      number = index(keys(local.database_ports), pair[0]) * 10 + index(keys(local.inside), pair[1]) + 500
      port   = local.database_ports[pair[0]]
      cidr   = local.inside[pair[1]]
    }
  }
}

# Inbound: applications to databases.
resource "aws_network_acl_rule" "database_inbound_clients" {
  for_each = local.database_clients

  network_acl_id = aws_network_acl.database[0].id
  egress         = false
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = each.value.cidr
  from_port      = each.value.port
  to_port        = each.value.port
}

# Outbound: answers to applications.
resource "aws_network_acl_rule" "database_outbound_answers" {
  for_each = local.inside

  network_acl_id = aws_network_acl.database[0].id
  egress         = true
  rule_number    = 500 + index(keys(local.inside), each.key)
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = each.value
  from_port      = 1024
  to_port        = 65535
}

################################################################################
# Security groups
################################################################################

# Load balancer: clients in, nodes out.
resource "aws_security_group" "load_balancer" {
  name_prefix            = "${var.environment}-load-balancer-"
  description            = "Load balancer: clients in, nodes out"
  vpc_id                 = local.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-load-balancer" })

  lifecycle {
    create_before_destroy = true
  }
}

# Nodes and pods of the cluster.
resource "aws_security_group" "nodes" {
  name_prefix            = "${var.environment}-nodes-"
  description            = "Nodes and pods of the cluster"
  vpc_id                 = local.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-nodes" })

  lifecycle {
    create_before_destroy = true

    precondition {
      condition = alltrue([
        for subnets in values(local.subnets) :
        length(subnets) == 0 || toset(keys(subnets)) == toset(var.zones)
      ])
      error_message = "existing.subnets must have a subnet of every zone of zones, and of no other."
    }
  }
}

# Databases: nodes in, nothing out.
resource "aws_security_group" "database" {
  name_prefix            = "${var.environment}-database-"
  description            = "Databases: nodes in, nothing out"
  vpc_id                 = local.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-database" })

  lifecycle {
    create_before_destroy = true
  }
}

# Interface endpoints: nodes in, nothing out.
resource "aws_security_group" "endpoints" {
  name_prefix            = "${var.environment}-endpoints-"
  description            = "Interface endpoints: nodes in, nothing out"
  vpc_id                 = local.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-endpoints" })

  lifecycle {
    create_before_destroy = true
  }
}

################################################################################
# Endpoints
################################################################################

locals {
  # Full service names; one that is given in full is kept.
  endpoint_services = {
    for service in local.endpoints : service =>
    strcontains(service, "amazonaws.") ? service : "com.amazonaws.${var.region}.${service}"
  }

  # Those that are ours to make: whoever keeps the VPC keeps its endpoints.
  endpoints = toset(var.existing == null ? var.endpoints : [])

  # Free of charge.
  gateway_endpoints = setintersection(local.endpoints, ["s3", "dynamodb"])
}

# Services that a route leads to.
resource "aws_vpc_endpoint" "gateway" {
  for_each = local.gateway_endpoints

  vpc_id            = local.vpc_id
  service_name      = local.endpoint_services[each.key]
  vpc_endpoint_type = "Gateway"

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

# The routes of the private subnets to these services.
resource "aws_vpc_endpoint_route_table_association" "private" {
  for_each = {
    for pair in setproduct(local.gateway_endpoints, keys(local.made_zones)) : join("-", pair) => {
      service = pair[0]
      zone    = pair[1]
    }
  }

  vpc_endpoint_id = aws_vpc_endpoint.gateway[each.value.service].id
  route_table_id  = aws_route_table.private[each.value.zone].id
}

# Services that have an address in every zone, found under their usual names.
resource "aws_vpc_endpoint" "interface" {
  for_each = setsubtract(local.endpoints, local.gateway_endpoints)

  vpc_id              = local.vpc_id
  service_name        = local.endpoint_services[each.key]
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = !strcontains(each.key, "vpce-svc-")
  security_group_ids  = [aws_security_group.endpoints.id]
  subnet_ids          = values(aws_subnet.private)[*].id

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

################################################################################
# Traffic between security groups
################################################################################

# Inbound: clients to the load balancer, unless they come through CloudFront.
resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = {
    for pair in setproduct(var.behind_cloudfront == true ? [] : [80, 443], var.allow_from) :
    "${pair[0]} from ${pair[1]}" => {
      port = pair[0]
      cidr = pair[1]
    }
  }

  security_group_id = aws_security_group.load_balancer.id
  description       = "Clients that may use the platform"
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr

  tags = local.tags
}

# Outbound: load balancer to targets and their health checks, TCP.
resource "aws_vpc_security_group_egress_rule" "load_balancer_to_nodes_tcp" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "Load balancer to targets and their health checks, TCP"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "tcp"
  from_port                    = 1024
  to_port                      = 65535

  tags = local.tags
}

# Inbound: load balancer to targets and their health checks, TCP.
resource "aws_vpc_security_group_ingress_rule" "load_balancer_to_nodes_tcp" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Load balancer to targets and their health checks, TCP"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = 1024
  to_port                      = 65535

  tags = local.tags
}

# Outbound: load balancer to targets and their health checks, UDP.
resource "aws_vpc_security_group_egress_rule" "load_balancer_to_nodes_udp" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "Load balancer to targets and their health checks, UDP"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "udp"
  from_port                    = 1024
  to_port                      = 65535

  tags = local.tags
}

# Inbound: load balancer to targets and their health checks, UDP.
resource "aws_vpc_security_group_ingress_rule" "load_balancer_to_nodes_udp" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Load balancer to targets and their health checks, UDP"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "udp"
  from_port                    = 1024
  to_port                      = 65535

  tags = local.tags
}

# Outbound: nodes and pods to each other.
resource "aws_vpc_security_group_egress_rule" "nodes_to_nodes" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Nodes and pods to each other"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"

  tags = local.tags
}

# Inbound: nodes and pods to each other.
resource "aws_vpc_security_group_ingress_rule" "nodes_to_nodes" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Nodes and pods to each other"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"

  tags = local.tags
}

# Outbound: applications to databases.
resource "aws_vpc_security_group_egress_rule" "nodes_to_database" {
  for_each = local.database_ports

  security_group_id            = aws_security_group.nodes.id
  description                  = "Applications to databases"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = local.tags
}

# Inbound: applications to databases.
resource "aws_vpc_security_group_ingress_rule" "nodes_to_database" {
  for_each = local.database_ports

  security_group_id            = aws_security_group.database.id
  description                  = "Applications to databases"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = local.tags
}

# Outbound: nodes to interface endpoints of AWS.
resource "aws_vpc_security_group_egress_rule" "nodes_to_endpoints" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Nodes to interface endpoints of AWS"
  referenced_security_group_id = aws_security_group.endpoints.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = local.tags
}

# Inbound: nodes to interface endpoints of AWS.
resource "aws_vpc_security_group_ingress_rule" "nodes_to_endpoints" {
  security_group_id            = aws_security_group.endpoints.id
  description                  = "Nodes to interface endpoints of AWS"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = local.tags
}

# Outbound: nodes to gateway endpoints, by the services' own address lists.
resource "aws_vpc_security_group_egress_rule" "nodes_to_gateways" {
  for_each = local.gateway_endpoints

  security_group_id = aws_security_group.nodes.id
  description       = "Nodes to gateway endpoints of AWS"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.gateway[each.key].prefix_list_id

  tags = local.tags
}

# Outbound: nodes to the internet.
resource "aws_vpc_security_group_egress_rule" "nodes_to_internet" {
  for_each = toset([for port in var.egress_ports : tostring(port)])

  security_group_id = aws_security_group.nodes.id
  description       = "Nodes to services on the internet"
  ip_protocol       = "tcp"
  from_port         = each.key
  to_port           = each.key
  cidr_ipv4         = "0.0.0.0/0"

  tags = local.tags
}

# Outbound: nodes to time servers.
resource "aws_vpc_security_group_egress_rule" "nodes_to_time" {
  security_group_id = aws_security_group.nodes.id
  description       = "Nodes to time servers (NTP)"
  ip_protocol       = "udp"
  from_port         = 123
  to_port           = 123
  cidr_ipv4         = "0.0.0.0/0"

  tags = local.tags
}

################################################################################
# Flow logs
################################################################################

locals {
  # AWS's own, then those that see through NAT and pods.
  flow_log_fields = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "vpc-id",
    "subnet-id",
    "az-id",
    "instance-id",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "flow-direction",
    "tcp-flags",
  ]
}

# Every connection in the VPC, let through or not.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/mendix/${var.environment}/flow-logs"
  retention_in_days = var.flow_logs.retention_days
  kms_key_id        = var.logs_key_arn

  tags = local.tags
}

# Taken on by the flow logs of this account and region only.
resource "aws_iam_role" "this" {
  name        = "${var.environment}-${var.region}-flow-logs"
  description = "Lets VPC flow logs write to their log group"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = "arn:${var.partition}:ec2:${var.region}:${var.account}:vpc-flow-log/*"
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = local.tags
}

# Writes to the one log group; it may not create one, which would not be encrypted.
resource "aws_iam_role_policy" "this" {
  name = "write"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteRecords"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
      {
        Sid      = "FindTheGroup"
        Effect   = "Allow"
        Action   = "logs:DescribeLogGroups"
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:*"
      },
    ]
  })
}

# All traffic of the VPC.
resource "aws_flow_log" "this" {
  vpc_id                   = local.vpc_id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.this.arn
  log_format               = join(" ", [for field in local.flow_log_fields : "$${${field}}"])
  iam_role_arn             = aws_iam_role.this.arn
  max_aggregation_interval = var.flow_logs.aggregation_seconds

  tags = merge(local.tags, { Name = var.environment })

  depends_on = [aws_iam_role_policy.this]
}

################################################################################
# Addresses of earlier versions
################################################################################

# Renamed in 1.1.0.
moved {
  from = aws_cloudwatch_log_group.flow_logs
  to   = aws_cloudwatch_log_group.this
}

# Renamed in 1.1.0.
moved {
  from = aws_iam_role.flow_logs
  to   = aws_iam_role.this
}

# Renamed in 1.1.0.
moved {
  from = aws_iam_role_policy.flow_logs
  to   = aws_iam_role_policy.this
}

# Renamed in 1.1.0.
moved {
  from = aws_flow_log.vpc
  to   = aws_flow_log.this
}
