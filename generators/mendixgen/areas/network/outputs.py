"""What the network offers to other areas."""

from __future__ import annotations

from collections.abc import Mapping

from mendixgen.areas.contract import Output

NOT_OURS = "; null in a VPC that is not ours."

OUTPUTS: Mapping[str, Output] = {
    "is_ours": Output("var.existing == null", "Whether the VPC is the platform's own."),
    "vpc_id": Output("local.vpc_id", "ID of the VPC."),
    "cidr": Output("var.existing == null ? one(aws_vpc.this[*].cidr_block) : var.cidr", "IPv4 block of the VPC."),
    "allow_from": Output("var.allow_from", "IPv4 blocks that may reach the load balancer."),
    "secondary_cidrs": Output("var.secondary_cidrs", "Further IPv4 blocks of the VPC."),
    "zones": Output("local.zones", "Availability zone names by letter."),
    **{
        f"{tier}_subnet_ids": Output(
            f"values(local.subnets.{tier})" if tier != "pod" else "values(aws_subnet.pod)[*].id",
            f"IDs of the {tier} subnets, in the order of their zones' letters.",
        )
        for tier in ("public", "private", "database", "pod")
    },
    **{
        f"{tier}_subnets": Output(f"local.subnets.{tier}", f"IDs of the {tier} subnets by zone letter.")
        for tier in ("public", "private", "database")
    },
    "pod_subnets": Output(
        "{ for key, subnet in aws_subnet.pod : key => subnet.id }",
        "IDs of the pod subnets by zone letter and secondary block (a-100.64.0.0/16).",
    ),
    **{
        f"{tier}_cidr": Output(f"local.tiers.{tier}", f"IPv4 block that holds all {tier} subnets.")
        for tier in ("public", "private", "database")
    },
    "public_route_table_id": Output(
        "one(aws_route_table.public[*].id)", f"ID of the public subnets' route table{NOT_OURS}"
    ),
    "private_route_table_ids": Output(
        "{ for zone, table in aws_route_table.private : zone => table.id }",
        "IDs of the private route tables by zone letter.",
    ),
    "database_route_table_id": Output(
        "one(aws_route_table.database[*].id)", f"ID of the database subnets' route table{NOT_OURS}"
    ),
    **{
        f"{tier}_network_acl_id": Output(
            f"one(aws_network_acl.{tier}[*].id)",
            f"ID of the {tier} subnets' network ACL{NOT_OURS} Rule numbers from 20000 up are free for other areas.",
        )
        for tier in ("public", "private", "database")
    },
    **{
        f"{group}_security_group_id": Output(f"aws_security_group.{group}.id", f"ID of the security group of {of}.")
        for group, of in {
            "load_balancer": "the load balancer",
            "nodes": "the cluster's nodes",
            "database": "the databases",
            "endpoints": "the interface endpoints",
        }.items()
    },
    "internet_gateway_id": Output("one(aws_internet_gateway.this[*].id)", f"ID of the internet gateway{NOT_OURS}"),
    "nat_public_ips": Output(
        "{ for zone, address in aws_eip.nat : zone => address.public_ip }",
        "Public addresses from which the platform calls others, by zone letter.",
    ),
    "nat_gateway_ids": Output(
        "{ for zone, gateway in aws_nat_gateway.this : zone => gateway.id }", "IDs of the NAT gateways by zone letter."
    ),
    "endpoint_ids": Output(
        "{ for service, endpoint in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) :"
        " service => endpoint.id }",
        "IDs of the VPC endpoints by service.",
    ),
    "flow_log_group_name": Output("aws_cloudwatch_log_group.this.name", "Name of the log group of the flow logs."),
    "flow_log_group_arn": Output("aws_cloudwatch_log_group.this.arn", "ARN of the log group of the flow logs."),
}
