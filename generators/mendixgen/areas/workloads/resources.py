"""The roles of the workloads, and how their pods come by them.

Sources: EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity" (the session tags of an
association are conditions of the trust policy) and "IAM roles for service accounts"; Mendix documentation, "Storage
Plans" and "Registry Configuration" (both by service account annotation, hence IRSA).
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.workloads import EBS_CSI, statements
from mendixgen.authoring.constructs.policy import allow, policy, trust_of_pods
from mendixgen.authoring.expression import Expr, each, expr, render
from mendixgen.authoring.module import ModuleBuilder

PURPOSES = {
    "ebs_csi": "ebs-csi",
    "load_balancer": "aws-load-balancer-controller",
    "external_dns": "external-dns",
    "cert_manager": "cert-manager",
    "cluster_autoscaler": "cluster-autoscaler",
}
"""Name of each controller's role, behind the environment's, by its key in the YAML."""


def build(module: ModuleBuilder) -> None:
    """Add all of the area's resources."""
    _controllers(module)
    var = module.var
    dbuser = f"arn:{var.partition}:rds-db:{var.region}:{var.account}:dbuser"
    _apps(module, _operator(module, dbuser), dbuser)


def _irsa(module: ModuleBuilder, accounts: Any) -> dict[str, Any]:
    """The statement that lets pods of service accounts (``system:serviceaccount:<namespace>:<name>``) in."""
    issuer = module.var.oidc_issuer
    return allow(
        "AssumeByServiceAccount",
        ["sts:AssumeRoleWithWebIdentity"],
        principal={"Federated": module.var.oidc_provider_arn},
        condition={"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": accounts}},
    )


def _in_namespaces(account: Any) -> Expr:
    return expr(f'[for namespace in var.namespaces : "system:serviceaccount:${{namespace}}:{account}"]')


def _app_and_its_twin() -> Expr:
    """The service accounts of an app, and of what stands beside it while a new version takes its place."""
    return expr(
        'flatten([for namespace in var.namespaces : [for name in [each.key, "${each.key}-next"] :'
        ' "system:serviceaccount:${namespace}:${name}" if name == each.key || !contains(keys(var.apps), name)]])'
    )


def _controllers(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Controllers")
    add_on = render({"namespace": EBS_CSI[0], "service_account": EBS_CSI[1], "identity": "add-on"})
    every = {"ebs-csi": expr(f"merge({var.controllers.ebs_csi}, {add_on})")}
    every |= {purpose: getattr(var.controllers, key) for key, purpose in PURPOSES.items() if key != "ebs_csi"}
    wanted = module.local(
        "controllers",
        expr(f"{{\nfor purpose, controller in {render(every)} : purpose => controller\nif controller.enabled\n}}"),
        "The controllers that are to have a role. The EBS CSI driver is an add-on, which makes its association itself:"
        " together with its pods, which would start without the role otherwise and not notice it later.",
    )
    cluster = f"arn:{var.partition}:eks:{var.region}:{var.account}:cluster/{var.cluster_name}"
    own = Expr("controller")
    by_association = trust_of_pods(cluster, own.namespace, own.service_account)
    by_token = policy([_irsa(module, f"system:serviceaccount:{own.namespace}:{own.service_account}")])
    trusts = module.local(
        "controller_trusts",
        expr(
            f"{{\nfor purpose, controller in {wanted} : purpose =>"
            f' {own.identity} == "irsa" ? {render(by_token)} : {render(by_association)}\n}}'
        ),
        "Who may assume each role: the pods of one service account of this cluster, and nobody else.",
    )
    zones = module.local("zone_arns", statements.zone_arns(module), "The zones that controllers may write to.")
    permissions = module.local(
        "controller_statements",
        statements.controllers(module, zones),
        "What each controller may do.",
    )
    role = module.resource(
        "aws_iam_role.controller",
        "One role a controller.",
        for_each=wanted,
        name=f"{var.environment}-{each.key}",
        description=f"{each.key} on the cluster {var.cluster_name} works as this.",
        assume_role_policy=trusts[each.key],
        permissions_boundary=var.boundary_arn,
        force_detach_policies=var.teardown,
        tags={"Name": f"{var.environment}-{each.key}"},
    )
    module.resource(
        "aws_iam_role_policy.controller",
        "What it may do.",
        for_each=wanted,
        name="controller",
        role=role[each.key].id,
        policy=policy(_with_resources(permissions[each.key])),
    )
    module.resource(
        "aws_iam_role_policy_attachment.ebs_csi",
        "AWS's own policy of the EBS CSI driver, which follows what the driver needs.",
        count=expr(f"{var.controllers.ebs_csi.enabled} ? 1 : 0"),
        role=role["ebs-csi"].name,
        policy_arn=f"arn:{var.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
    )
    module.resource(
        "aws_eks_pod_identity_association.controller",
        "Gives the pods of the service account the role; the service account needs no annotation. The EBS CSI"
        " driver's comes with its add-on, in the cluster area: pods that start before it never notice it.",
        for_each=expr(
            f"{{\nfor purpose, controller in {wanted} : purpose => controller\n"
            'if controller.identity == "pod-identity" && purpose != "ebs-csi"\n}'
        ),
        cluster_name=var.cluster_name,
        namespace=each.value.namespace,
        service_account=each.value.service_account,
        role_arn=role[each.key].arn,
        tags={"Name": f"{var.environment}-{each.key}"},
    )


def _operator(module: ModuleBuilder, dbuser: str) -> Expr:
    var = module.var
    module.section("The Mendix Operator")
    provisioner = var.storage_provisioner
    on = expr(f"{provisioner.enabled} ? 1 : 0")
    databases = module.local(
        "databases",
        expr(f"{var.database_resource_ids} == null ? {{}} : {var.database_resource_ids}"),
        "Resource IDs of the databases by name.",
    )
    name = module.local(
        "plan_bucket", expr(f'coalesce({provisioner.bucket}, "files")'), "Name of the bucket that storage plans share."
    )
    bucket = module.local(
        "plan_bucket_arn", expr(f'lookup({var.bucket_arns}, {name}, "")'), "That bucket; nothing if there is none."
    )
    may = module.local(
        "environment_statements",
        statements.environment(module, bucket, databases, dbuser),
        "What a role may do that the Operator makes for an app on a storage plan: use its own folder and its own"
        " database user, by the tags that the Operator puts on the role.",
    )
    environment_arn = f"arn:{var.partition}:iam::{var.account}:policy/{var.environment}-mendix-environment"
    module.resource(
        "aws_iam_policy.environment",
        "What the Operator attaches to the role of each app on a storage plan.",
        count=on,
        name=f"{var.environment}-mendix-environment",
        description=f"Attached by the Mendix Operator to the roles of apps on storage plans of {var.environment}.",
        policy=policy(_with_resources(may)),
        tags={"Name": f"{var.environment}-mendix-environment"},
        lifecycle={
            "precondition": [
                {
                    "condition": expr(f"{provisioner.bucket} == null || contains(keys({var.bucket_arns}), {name})"),
                    "error_message": f"There is no bucket {name}: see storage_provisioner.bucket.",
                },
                {
                    "condition": expr(f"contains(keys({var.bucket_arns}), {name}) || length({databases}) > 0"),
                    "error_message": "Storage plans need a bucket or a database: turn storage_provisioner off.",
                },
            ]
        },
    )
    provisions = module.local(
        "provisioner_statements",
        statements.storage_provisioner(module, bucket, environment_arn, databases, dbuser),
        "What the provisioner may do: make roles that can do what the policy above says and nothing else, clean up, and"
        " sign in to databases as a user of its own, so that the master keeps its password.",
    )
    role = _operator_role(module, "storage_provisioner", "mendix-storage-provisioner", provisioner, on)
    module.resource(
        "aws_iam_role_policy.storage_provisioner",
        "Makes and removes what apps on storage plans have.",
        count=on,
        name="provision",
        role=role[0].id,
        policy=policy(_with_resources(provisions)),
    )
    builder = var.builder
    building = expr(f"{builder.enabled} ? 1 : 0")
    repositories = module.local(
        "app_repository_arns",
        expr(
            f"[\nfor name, arn in {var.repository_arns} == null ? {{}} : {var.repository_arns} : arn\n"
            f"if contains(keys({var.apps}), name)\n]"
        ),
        "The repositories of the apps' images.",
    )
    role = _operator_role(module, "builder", "mendix-builder", builder, building)
    push = [
        allow("Authenticate", ["ecr:GetAuthorizationToken"], "*"),
        allow("PushImages", statements.PUSH, repositories),
    ]
    permissions = module.local("builder_statements", push, "Pushes to the apps' repositories, which are there already.")
    module.resource(
        "aws_iam_role_policy.builder",
        "Where there is no app, there is nothing to push to.",
        count=building,
        name="build",
        role=role[0].id,
        policy=policy(_with_resources(permissions)),
    )
    return databases


def _with_resources(statements_: Expr) -> Expr:
    """Those statements that have a resource: IAM refuses others (about zones, say, where there is none)."""
    return expr(f"[\nfor statement in {statements_} : statement\nif length(flatten([statement.Resource])) > 0\n]")


def _operator_role(module: ModuleBuilder, name: str, title: str, given: Expr, on: Expr) -> Expr:
    var = module.var
    return module.resource(
        f"aws_iam_role.{name}",
        "By annotation of the service account, as the Operator makes it; it knows no other way.",
        count=on,
        name=f"{var.environment}-{title}",
        description=f"{title} on the cluster {var.cluster_name} works as this.",
        assume_role_policy=policy([_irsa(module, _in_namespaces(f"${{{render(given.service_account)}}}"))]),
        permissions_boundary=var.boundary_arn,
        force_detach_policies=var.teardown,
        tags={"Name": f"{var.environment}-{title}"},
    )


def _apps(module: ModuleBuilder, databases: Expr, dbuser: str) -> None:
    var = module.var
    module.section("Apps")
    selected = module.local(
        "apps",
        expr(f'{{\nfor name, app in {var.apps} : name => app\nif app.identity == "secret-store"\n}}'),
        "The apps whose roles are made here; the Operator makes those of apps on storage plans.",
    )
    users = module.local(
        "database_users",
        expr(f'{{ for name, app in {selected} : name => replace(name, "-", "_") }}'),
        "The database user of each app.",
    )
    permissions = module.local(
        "app_statements",
        statements.apps(module, selected, users, databases, dbuser),
        "What each app may do: use its folder and its database user, and decrypt the secrets that let it read them.",
    )
    role = module.resource(
        "aws_iam_role.app",
        "One role an app. The service account has the app's name, as the Operator wants it, and names the role; while a"
        " new version takes its place, one called <app>-next stands beside it and is the same to AWS.",
        for_each=selected,
        name=f"{var.environment}-app-{each.key}",
        description=f"The Mendix app {each.key} of {var.environment} works as this.",
        assume_role_policy=policy([_irsa(module, _app_and_its_twin())]),
        permissions_boundary=var.boundary_arn,
        force_detach_policies=var.teardown,
        tags={"Name": f"{var.environment}-app-{each.key}", "app": each.key},
    )
    module.resource(
        "aws_iam_role_policy.app",
        "Its own, and no other app's.",
        for_each=selected,
        name="app",
        role=role[each.key].id,
        policy=policy(permissions[each.key]),
    )
