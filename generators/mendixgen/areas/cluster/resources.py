"""The control plane: its log group, who reaches it, who may do what in it, its OIDC provider, and the add-ons.

Sources: Amazon EKS user guide, "Cluster access entries", "View Amazon EKS security group requirements",
"Amazon EKS add-ons", "IAM roles for service accounts".
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from mendixgen.areas.cluster import addons as cluster_addons
from mendixgen.areas.cluster.adopted import let_through
from mendixgen.areas.cluster.nodes import ControlPlane, node_groups
from mendixgen.areas.cluster.scaling import scaling
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.traffic import allow
from mendixgen.authoring.expression import Expr, call, dynamic, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
"""All logs that a control plane has."""

NODE_PORTS = [443, 10250, 10251]
"""What the control plane always calls on nodes: webhooks, kubelets, the metrics server."""

NAME = expr("local.name")

FIRST_ACL_RULE = 24443
"""Rule numbers from 20000 up are the other areas' in the network's ACLs; the ingress area's are 20001 to 23023."""

CONFIGURATION = {
    "coredns": {"autoScaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 10}},
    "vpc-cni": {"enableNetworkPolicy": "true"},
}
"""What the add-ons are told: DNS grows with the cluster, and network policies are enforced where there are any."""


def build(module: ModuleBuilder) -> None:
    """Add the control plane, the nodes and their scaling."""
    module.section("Names")
    module.local(
        "name",
        expr(f"coalesce({module.var.cluster_name}, {module.var.environment})"),
        "The cluster's name: the environment's, or the one that it had before.",
    )
    before = _control_plane(module)
    groups = node_groups(module, before)
    _addons_after_nodes(module, groups, before.cluster)
    scaling(module)


def _control_plane(module: ModuleBuilder) -> ControlPlane:
    """Add the cluster and what is there before its nodes."""
    group = _log_group(module)
    security_group = _traffic(module)
    cluster = _cluster(module, group, security_group)
    let_through(module, cluster)
    _access(module, cluster)
    addons = _addons_before_nodes(module, cluster)
    return ControlPlane(cluster, group, addons)


def _log_group(module: ModuleBuilder) -> Expr:
    var = module.var
    module.section("Logs")
    return log_group(
        module,
        "this",
        "The control plane's logs. It stands before the cluster, because EKS would make it without a key and for ever.",
        path=f"/aws/eks/{NAME}/cluster",
        retention_days=var.log_retention_days,
    )


def _traffic(module: ModuleBuilder) -> Expr:
    var = module.var
    module.section("Who reaches the control plane, and what it reaches")
    group = module.resource(
        "aws_security_group.this",
        "Network interfaces of the control plane, beside the group that EKS makes itself.",
        name_prefix=f"{var.environment}-control-plane-",
        description="Control plane of the cluster",
        vpc_id=var.vpc_id,
        revoke_rules_on_delete=True,
        tags={"Name": f"{var.environment}-control-plane"},
        lifecycle={"create_before_destroy": True},
    )
    nodes = SimpleNamespace(id=var.nodes_security_group_id)
    allow(
        module,
        "nodes_to_control_plane",
        "Nodes and pods to the Kubernetes API",
        source=nodes,
        target=group,
        ports=443,
    )
    ports = module.local(
        "node_ports",
        expr(f"toset([for port in concat({NODE_PORTS}, {var.webhook_ports}) : tostring(port)])"),
        "Ports of nodes and pods that the control plane calls: webhooks, kubelets, the metrics server.",
    )
    allow(
        module,
        "control_plane_to_nodes",
        "Control plane to kubelets, webhooks and extension servers",
        source=group,
        target=nodes,
        ports=each.value,
        for_each=ports,
    )
    module.resource(
        "aws_vpc_security_group_ingress_rule.private_clients",
        "Inbound: private clients outside of the VPC to the Kubernetes API.",
        for_each=expr(f"toset({var.private_allow_from})"),
        security_group_id=group.id,
        description="Private clients that may reach the Kubernetes API",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4=each.key,
    )
    module.resource(
        "aws_network_acl_rule.private_clients",
        "Inbound: the same, through the network ACL of the subnets that the control plane is in.",
        for_each=expr(f"{{ for index, cidr in {var.private_allow_from} : index => cidr if {var.network_is_ours} }}"),
        network_acl_id=var.private_network_acl_id,
        egress=False,
        rule_number=expr(f"{FIRST_ACL_RULE} + each.key"),
        rule_action="allow",
        protocol="tcp",
        cidr_block=each.value,
        from_port=443,
        to_port=443,
    )
    return group


def _cluster(module: ModuleBuilder, logs: Expr, security_group: Expr) -> Expr:
    var = module.var
    module.section("Control plane")
    restricted = expr(f'{var.endpoint} == "restricted"')
    return module.resource(
        "aws_eks_cluster.this",
        "Who made it has no rights in it, and it comes without add-ons: both are said below. Neither can be changed"
        " later, nor can its role, nor the zones that it was made in: EKS takes no other ones.",
        name=NAME,
        version=var.kubernetes_version,
        role_arn=call("coalesce", var.role_arn, var.cluster_role_arn),
        enabled_cluster_log_types=LOGS,
        bootstrap_self_managed_addons=False,
        vpc_config={
            "subnet_ids": expr(f"values({var.private_subnets})"),
            "security_group_ids": [security_group.id],
            "endpoint_private_access": True,
            "endpoint_public_access": restricted,
            "public_access_cidrs": expr(f"{restricted} ? {var.allow_from} : null"),
        },
        access_config={
            "authentication_mode": expr(f'replace(upper({var.authentication}), "-", "_")'),
            "bootstrap_cluster_creator_admin_permissions": False,
        },
        encryption_config={
            "resources": ["secrets"],
            "provider": {"key_arn": var.cluster_key_arn},
        },
        kubernetes_network_config=dynamic(
            for_each=var.service_cidr["*"],
            content={"service_ipv4_cidr": expr("kubernetes_network_config.value")},
        ),
        upgrade_policy={"support_type": expr(f"upper({var.support})")},
        zonal_shift_config={"enabled": var.zonal_shift},
        lifecycle={
            # EKS keeps the zones that the control plane was made in: it takes neither a further one nor one less. The
            # other two it takes only when a cluster is made, and of one that was adopted nobody knows them.
            "ignore_changes": [
                expr("access_config[0].bootstrap_cluster_creator_admin_permissions"),
                expr("bootstrap_self_managed_addons"),
                expr("vpc_config[0].subnet_ids"),
            ],
            "precondition": [
                {
                    "condition": expr(f'{var.endpoint} == "private" || length({var.allow_from}) > 0'),
                    "error_message": "A restricted endpoint needs allow_from: without it everybody may reach it.",
                }
            ],
        },
        depends_on=[logs],
    )


def _access(module: ModuleBuilder, cluster: Expr) -> None:
    var = module.var
    module.section("Access")
    module.resource(
        "aws_iam_openid_connect_provider.this",
        "The cluster in IAM: its service accounts may take on roles that trust it (IRSA).",
        url=cluster.identity[0].oidc[0].issuer,
        client_id_list=["sts.amazonaws.com"],
    )
    access = module.local(
        "access",
        expr(
            "merge(\n{\n"
            f'platform = {{\nprincipal = {var.admin_role_arn}\npolicy = "AmazonEKSClusterAdminPolicy"\n}}\n'
            f'auditor = {{\nprincipal = {var.auditor_role_arn}\npolicy = "AmazonEKSViewPolicy"\n}}\n'
            "},\n"
            f'{{ for arn in {var.admins} : arn => {{ principal = arn, policy = "AmazonEKSClusterAdminPolicy" }} }},\n'
            f'{{ for arn in {var.viewers} : arn => {{ principal = arn, policy = "AmazonEKSViewPolicy" }} }},\n'
            ")"
        ),
        "Who may do what in the cluster. Nodes are let in by EKS itself.",
    )
    entries = module.resource(
        "aws_eks_access_entry.this",
        "Lets a role or user in.",
        for_each=access,
        cluster_name=cluster.name,
        principal_arn=each.value.principal,
    )
    module.resource(
        "aws_eks_access_policy_association.this",
        "Says what it may do there.",
        for_each=access,
        cluster_name=cluster.name,
        principal_arn=entries[each.key].principal_arn,
        policy_arn=f"arn:{var.partition}:eks::aws:cluster-access-policy/{each.value.policy}",
        access_scope={"type": "cluster"},
    )


def _addons_before_nodes(module: ModuleBuilder, cluster: Expr) -> Expr:
    var = module.var
    module.section("Add-ons")
    pinned = module.local(
        "pinned_addon_versions",
        {version: dict(addons) for version, addons in cluster_addons.versions().items()},
        f"Versions of the add-ons by Kubernetes version, as of {cluster_addons.as_of()}.",
    )
    module.local(
        "addon_versions",
        expr(
            f"{{\nfor name in {_list(cluster_addons.ADDONS)} :\n"
            f"name => try(coalesce({var.addons}[name].version), {pinned}[{var.kubernetes_version}][name], null)\n}}"
        ),
        "The version of each add-on.",
    )
    defaults = module.local(
        "addon_defaults",
        {name: jsonencode(values) for name, values in CONFIGURATION.items()},
        "What add-ons are told, unless the environment says otherwise.",
    )
    module.local(
        "addon_configurations",
        expr(
            f"{{\nfor name in {_list(cluster_addons.ADDONS)} :\n"
            f"name => try(coalesce({var.addons}[name].configuration), {defaults}[name], null)\n}}"
        ),
        "What each add-on is told.",
    )
    return _addons(
        module,
        "before_nodes",
        "What each node needs to become ready.",
        cluster_addons.BEFORE_NODES,
        cluster.name,
    )


def _addons_after_nodes(module: ModuleBuilder, groups: tuple[Expr, ...], cluster: Expr) -> None:
    """Add the add-ons that run as pods of their own.

    They come after all groups, which also keeps the order when a group moves from one resource to the other: Terraform
    deletes the old nodes when what depends on them has been seen to, and that waits for the new ones.
    """
    module.section("Add-ons that need nodes")
    roles = module.local(
        "addon_roles",
        expr(
            "{\n"
            '"aws-ebs-csi-driver" = { for role in try(var.workload_role_arns["ebs-csi"], null)[*] :'
            ' "ebs-csi-controller-sa" => role }\n}'
        ),
        "Roles of service accounts that add-ons bring, by add-on.",
    )
    _addons(
        module,
        "after_nodes",
        "What runs as pods of its own. The service accounts get their roles together with the pods, which would start"
        " without them otherwise, and not notice them later.",
        cluster_addons.AFTER_NODES,
        cluster.name,
        depends_on=groups,
        pod_identity_association=dynamic(
            for_each=call("lookup", roles, each.key, {}),
            content={
                "service_account": expr("pod_identity_association.key"),
                "role_arn": expr("pod_identity_association.value"),
            },
        ),
    )


def _addons(
    module: ModuleBuilder, name: str, comment: str, addons: tuple[str, ...], cluster_name: Expr, **more: Any
) -> Expr:
    depends_on = more.pop("depends_on", ())
    return module.resource(
        f"aws_eks_addon.{name}",
        comment,
        for_each=call("toset", list(addons)),
        cluster_name=cluster_name,
        addon_name=each.key,
        addon_version=expr("local.addon_versions[each.key]"),
        configuration_values=expr("local.addon_configurations[each.key]"),
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        lifecycle={
            "precondition": [
                {
                    "condition": expr("local.addon_versions[each.key] != null"),
                    "error_message": (
                        "This version of the module pins no ${each.key} for Kubernetes ${var.kubernetes_version}: say"
                        " its version in addons."
                    ),
                }
            ]
        },
        depends_on=depends_on,
        **more,
    )


def _list(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
