"""Who delivers logs to the domain: the pods of one service account, with a role that may write and nothing else.

Sources: EKS user guide, "EKS Pod Identity" and "IAM roles for service accounts"; OpenSearch Service developer guide,
"Identity and Access Management" (es:ESHttp*).
"""

from __future__ import annotations

from mendixgen.areas.logging.scope import Scope
from mendixgen.authoring.constructs.policy import allow, policy, trust_of_pods
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import expr, render
from mendixgen.authoring.module import ModuleBuilder


def role(module: ModuleBuilder, scope: Scope) -> None:
    """Add the role of the pods, and what gives it to them."""
    var = module.var
    module.section("Delivery")
    cluster = f"arn:{var.partition}:eks:{var.region}:{var.account}:cluster/{var.cluster_name}"
    by_association = trust_of_pods(cluster, var.pods.namespace, var.pods.service_account)
    by_token = policy(
        [
            allow(
                "AssumeByServiceAccount",
                ["sts:AssumeRoleWithWebIdentity"],
                principal={"Federated": var.oidc_provider_arn},
                condition={
                    "StringEquals": {
                        f"{var.oidc_issuer}:aud": "sts.amazonaws.com",
                        f"{var.oidc_issuer}:sub": (
                            f"system:serviceaccount:{var.pods.namespace}:{var.pods.service_account}"
                        ),
                    }
                },
            )
        ]
    )
    trust = module.local(
        "delivery_trust",
        expr(f'{var.pods.identity} == "irsa" ? {render(by_token)} : {render(by_association)}'),
        "Who may assume the role: the pods of one service account of this cluster, and nobody else.",
    )
    made = service_role(
        module,
        "delivery",
        "What delivers logs works as this. What it may do with which index, the domain's own roles say.",
        role_name=f"{var.environment}-log-delivery",
        description=f"Pods of {var.cluster_name} deliver logs to {scope.domain_name} as this.",
        trust=trust,
        policy_name="delivery",
        permissions=[
            allow("WriteLogs", ["es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"], f"{scope.domain_arn}/*"),
        ],
        permissions_comment="Requests that write. FGAC maps the role to the one that creates indices and fills them.",
        count=scope.managed,
        tags={"Name": f"{var.environment}-log-delivery"},
    )
    module.resource(
        "aws_eks_pod_identity_association.delivery",
        "Gives the pods of the service account the role; the service account needs no annotation.",
        count=expr(f'{var.pods.identity} == "pod-identity" ? {scope.managed} : 0'),
        cluster_name=var.cluster_name,
        namespace=var.pods.namespace,
        service_account=var.pods.service_account,
        role_arn=made.role.arn,
        tags={"Name": f"{var.environment}-log-delivery"},
    )
