"""What a CodeBuild project may do to work inside of a VPC.

Source: CodeBuild user guide, "Allow CodeBuild access to AWS services required to create a VPC network interface".
"""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import Expr, expr
from mendixgen.authoring.module import ModuleBuilder


def network_statements(module: ModuleBuilder, subnet_ids: Expr | str) -> list[dict[str, Any]]:
    """The statements for the role of a build; ``subnet_ids`` is the list of its subnets, as HCL."""
    var = module.var
    ec2 = f"arn:{var.partition}:ec2:{var.region}:{var.account}"
    return [
        allow(
            "EnterTheNetwork",
            [
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            "*",
        ),
        allow(
            "GiveTheInterfaceToTheBuild",
            ["ec2:CreateNetworkInterfacePermission"],
            f"{ec2}:network-interface/*",
            condition={
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnEquals": {"ec2:Subnet": expr(f'[for id in {subnet_ids} : "{ec2}:subnet/${{id}}"]')},
            },
        ),
    ]
