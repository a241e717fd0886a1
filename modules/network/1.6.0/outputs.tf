output "is_ours" {
  description = "Whether the VPC is the platform's own."
  value       = var.existing == null
}

output "vpc_id" {
  description = "ID of the VPC."
  value       = local.vpc_id
}

output "cidr" {
  description = "IPv4 block of the VPC."
  value       = var.existing == null ? one(aws_vpc.this[*].cidr_block) : var.cidr
}

output "allow_from" {
  description = "IPv4 blocks that may reach the load balancer."
  value       = var.allow_from
}

output "secondary_cidrs" {
  description = "Further IPv4 blocks of the VPC."
  value       = var.secondary_cidrs
}

output "zones" {
  description = "Availability zone names by letter."
  value       = local.zones
}

output "public_subnet_ids" {
  description = "IDs of the public subnets, in the order of their zones' letters."
  value       = values(local.subnets.public)
}

output "private_subnet_ids" {
  description = "IDs of the private subnets, in the order of their zones' letters."
  value       = values(local.subnets.private)
}

output "database_subnet_ids" {
  description = "IDs of the database subnets, in the order of their zones' letters."
  value       = values(local.subnets.database)
}

output "pod_subnet_ids" {
  description = "IDs of the pod subnets, in the order of their zones' letters."
  value       = values(aws_subnet.pod)[*].id
}

output "public_subnets" {
  description = "IDs of the public subnets by zone letter."
  value       = local.subnets.public
}

output "private_subnets" {
  description = "IDs of the private subnets by zone letter."
  value       = local.subnets.private
}

output "database_subnets" {
  description = "IDs of the database subnets by zone letter."
  value       = local.subnets.database
}

output "pod_subnets" {
  description = "IDs of the pod subnets by zone letter and secondary block (a-100.64.0.0/16)."
  value       = { for key, subnet in aws_subnet.pod : key => subnet.id }
}

output "public_cidr" {
  description = "IPv4 block that holds all public subnets."
  value       = local.tiers.public
}

output "private_cidr" {
  description = "IPv4 block that holds all private subnets."
  value       = local.tiers.private
}

output "database_cidr" {
  description = "IPv4 block that holds all database subnets."
  value       = local.tiers.database
}

output "public_route_table_id" {
  description = "ID of the public subnets' route table; null in a VPC that is not ours."
  value       = one(aws_route_table.public[*].id)
}

output "private_route_table_ids" {
  description = "IDs of the private route tables by zone letter."
  value       = { for zone, table in aws_route_table.private : zone => table.id }
}

output "database_route_table_id" {
  description = "ID of the database subnets' route table; null in a VPC that is not ours."
  value       = one(aws_route_table.database[*].id)
}

output "public_network_acl_id" {
  description = "ID of the public subnets' network ACL; null in a VPC that is not ours. Rule numbers from 20000 up are free for other areas."
  value       = one(aws_network_acl.public[*].id)
}

output "private_network_acl_id" {
  description = "ID of the private subnets' network ACL; null in a VPC that is not ours. Rule numbers from 20000 up are free for other areas."
  value       = one(aws_network_acl.private[*].id)
}

output "database_network_acl_id" {
  description = "ID of the database subnets' network ACL; null in a VPC that is not ours. Rule numbers from 20000 up are free for other areas."
  value       = one(aws_network_acl.database[*].id)
}

output "load_balancer_security_group_id" {
  description = "ID of the security group of the load balancer."
  value       = aws_security_group.load_balancer.id
}

output "nodes_security_group_id" {
  description = "ID of the security group of the cluster's nodes."
  value       = aws_security_group.nodes.id
}

output "database_security_group_id" {
  description = "ID of the security group of the databases."
  value       = aws_security_group.database.id
}

output "endpoints_security_group_id" {
  description = "ID of the security group of the interface endpoints."
  value       = aws_security_group.endpoints.id
}

output "internet_gateway_id" {
  description = "ID of the internet gateway; null in a VPC that is not ours."
  value       = one(aws_internet_gateway.this[*].id)
}

output "nat_public_ips" {
  description = "Public addresses from which the platform calls others, by zone letter."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}

output "nat_gateway_ids" {
  description = "IDs of the NAT gateways by zone letter."
  value       = { for zone, gateway in aws_nat_gateway.this : zone => gateway.id }
}

output "endpoint_ids" {
  description = "IDs of the VPC endpoints by service."
  value = {
    for service, endpoint in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) :
    service => endpoint.id
  }
}

output "flow_log_group_name" {
  description = "Name of the log group of the flow logs."
  value       = aws_cloudwatch_log_group.this.name
}

output "flow_log_group_arn" {
  description = "ARN of the log group of the flow logs."
  value       = aws_cloudwatch_log_group.this.arn
}
