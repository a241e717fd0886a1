"""The cluster area: what may be said of the control plane, its nodes and their scaling, and what it offers to others.

What may be said of a node group is in `mendixgen.areas.cluster.nodegroup`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.cluster.addons import AddonName
from mendixgen.areas.cluster.nodegroup import NodeGroup
from mendixgen.areas.cluster.outputs import OUTPUTS
from mendixgen.areas.contract import Area, AreaInputs, Strict, context, setting, wired
from mendixgen.areas.fields import Cidr, Port, PrincipalArn, RetentionDays

GROUP_NAME_LENGTH = 20
GroupName = Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", max_length=GROUP_NAME_LENGTH)]


class Addon(Strict):
    """What differs from the pinned add-on."""

    version: str | None = setting(
        None,
        description=(
            "Version of the add-on (v1.22.4-eksbuild.3); without it, the one that this module pins for the cluster's"
            " version. vpc-cni moves by one minor version at a time, in both directions."
        ),
        pattern=r"^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$",
    )
    configuration: str | None = setting(
        None, description="Configuration of the add-on as JSON, instead of the module's own.", max_length=20000
    )


class Cluster(Area):
    """EKS cluster with private endpoint, encrypted secrets, full logs, pinned add-ons and node groups that scale."""

    name = "cluster"
    version = "1.3.1"

    class Inputs(AreaInputs):
        """What an environment may say of its cluster."""

        version: str = setting(
            "1.36",
            description="Kubernetes version. EKS goes up by one minor version at a time.",
            variable="kubernetes_version",
            pattern=r"^1\.[1-9][0-9]$",
            one_way=(
                "EKS goes back by one minor version, within seven days of going up, and takes neither nodes nor"
                " add-ons back"
            ),
        )
        name: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$")] | None = setting(
            None,
            description="Its name in EKS, where it has one of its own: that of a cluster that was adopted.",
            variable="cluster_name",
            create_only="the cluster and all that runs in it",
        )
        role_arn: PrincipalArn | None = setting(
            None,
            description=(
                "ARN of the role that the control plane works as, of a cluster that was adopted; the platform's own if"
                " not given. It must let EKS encrypt with the cluster's key."
            ),
            create_only="the cluster and all that runs in it",
        )
        authentication: Literal["api", "api-and-config-map"] = setting(
            "api",
            description=(
                "Who lets people and nodes in: access entries alone, or the ConfigMap aws-auth beside them, of a"
                " cluster that was adopted and whose nodes and people still stand in it."
            ),
            one_way="EKS never goes back from access entries alone",
        )
        support: Literal["standard", "extended"] = setting(
            "standard",
            description=(
                "What happens when standard support of the version ends: standard upgrades the cluster, extended"
                " keeps it and costs six times as much by the hour."
            ),
        )
        endpoint: Literal["private", "restricted"] = setting(
            "private",
            description=(
                "Who reaches the Kubernetes API: private, whoever is in the VPC (or in private_allow_from);"
                " restricted, also the public addresses in allow_from."
            ),
        )
        allow_from: list[Cidr] = setting(
            [],
            description="Public IPv4 blocks that may reach the API, with endpoint: restricted.",
            max_length=40,
        )
        private_allow_from: list[Cidr] = setting(
            [],
            description=(
                "Private IPv4 blocks outside of the VPC that may reach the API: of a VPN, a peered VPC, a data centre."
            ),
            max_length=4,
        )
        admins: list[PrincipalArn] = setting(
            [],
            description=(
                "ARNs of IAM roles and users that may do everything in the cluster, beside the platform's own"
                " administrator role. They must exist."
            ),
            max_length=50,
        )
        viewers: list[PrincipalArn] = setting(
            [],
            description=(
                "ARNs of IAM roles and users that may look at everything but secrets, beside the platform's own"
                " auditor role. They must exist."
            ),
            max_length=50,
        )
        log_retention_days: RetentionDays = setting(
            365, description="How long the control plane's logs are kept; shorter deletes older ones.", unit="days"
        )
        service_cidr: Cidr | None = setting(
            None,
            description=(
                "IPv4 block of Kubernetes services, /12 to /24, of a private range; by default EKS takes"
                " 10.100.0.0/16 or 172.20.0.0/16, whichever is not the VPC's."
            ),
            create_only="the cluster and all that runs in it",
        )
        zonal_shift: bool = setting(
            True, description="Whether traffic in the cluster can be shifted away from a zone that is impaired (ARC)."
        )
        webhook_ports: list[Port] = setting(
            [4443, 6443, 8443, 9443],
            description=(
                "TCP ports of webhooks and extension servers on nodes and pods that the control plane calls, beside"
                " 443, 10250 and 10251."
            ),
            max_length=20,
        )
        node_groups: dict[GroupName, NodeGroup] = setting(
            {"system": NodeGroup()},
            description=(
                "Managed node groups by name; who writes this lists all of them. A group that is no longer listed is"
                " drained and deleted."
            ),
            min_length=1,
            max_length=30,
        )
        addons: dict[AddonName, Addon] = setting(
            {}, description="Add-ons that are to differ from what this module pins, by name."
        )
        account: str = context("account", "Account of the cluster.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        vpc_id: str = wired("network.vpc_id", "ID of the VPC.")
        private_subnets: dict[str, str] = wired("network.private_subnets", "IDs of the private subnets by zone letter.")
        network_is_ours: bool = wired(
            "network.is_ours", "Whether the network ACLs are the platform's own, which rules may be added to."
        )
        private_network_acl_id: str | None = wired(
            "network.private_network_acl_id",
            "ID of the private subnets' network ACL; null where it is somebody else's.",
        )
        database_security_group_id: str = wired(
            "network.database_security_group_id", "ID of the security group of the databases."
        )
        endpoints_security_group_id: str = wired(
            "network.endpoints_security_group_id", "ID of the security group of the interface endpoints."
        )
        load_balancer_security_group_id: str = wired(
            "network.load_balancer_security_group_id", "ID of the security group of the load balancer."
        )
        nodes_security_group_id: str = wired(
            "network.nodes_security_group_id", "ID of the security group of the nodes."
        )
        cluster_key_arn: str = wired(
            "encryption.cluster_key_arn", "ARN of the KMS key that encrypts Kubernetes secrets and the nodes' volumes."
        )
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the KMS key that encrypts the logs.")
        cluster_role_arn: str = wired("identity.cluster_role_arn", "ARN of the role that the control plane works as.")
        node_role_arn: str = wired("identity.node_role_arn", "ARN of the role that nodes work as.")
        admin_role_arn: str = wired("identity.admin_role_arn", "ARN of the platform's administrator role.")
        auditor_role_arn: str = wired("identity.auditor_role_arn", "ARN of the platform's auditor role.")
        workload_role_arns: dict[str, str] | None = wired(
            "workloads.role_arns", "ARNs of the roles of controllers in the cluster by purpose.", optional=True
        )

    outputs = OUTPUTS
