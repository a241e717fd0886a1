"""Who plans in CI: a role that reads, and what of AWS's ReadOnlyAccess it is kept from.

A plan reads how everything is set up, the state and the ledger, and holds the state's lock meanwhile. Whoever may open
a request decides what its job runs, so the role changes nothing but that lock, and reads no content but the states and
the first, unused values of secrets, which Terraform's provider reads at every plan. The deployer's boundary is its own,
too.

Sources: AWS managed policies, ReadOnlyAccess; GitHub documentation, "OpenID Connect reference" (``sub`` of a request);
GitLab documentation, "Configure OpenID Connect in AWS" (a merge request's pipeline has its branch in ``sub``);
Terraform documentation, "Backend type: s3" (what a lock file needs).
"""

from __future__ import annotations

from mendixgen.areas.foundation.deployer import Names
from mendixgen.areas.foundation.grants import CONTENT, NEVER, READ_SECRETS
from mendixgen.authoring.constructs.policy import allow, deny, policy
from mendixgen.authoring.expression import Expr, expr, render
from mendixgen.authoring.module import ModuleBuilder

READ_OBJECTS = ["s3:GetObject", "s3:GetObjectVersion"]


def build(module: ModuleBuilder, providers: Expr, names: Names, boundary: Expr) -> None:
    """Add the role and its policies."""
    var = module.var
    module.section("Plans of CI")
    on = module.local(
        "planner_count",
        expr(f"try(var.ci.planner, null) != null && {var.global_settings} ? 1 : 0"),
        "Whether CI plans as a role of its own.",
    )
    requests = module.local(
        "request_subjects",
        expr(
            "{\n"
            'github = try([for name in var.ci.github.repositories : "repo:${name}:pull_request" if'
            " var.ci.planner.requests], [])\n"
            'gitlab = try([for name in var.ci.gitlab.projects : "project_path:${name}:ref_type:branch:ref:*" if'
            " var.ci.planner.requests], [])\n}"
        ),
        "What the jobs of requests are called; GitLab calls those after their branch.",
    )
    trust = expr(
        f"[\nfor name, provider in {providers} : "
        + render(
            {
                "Sid": expr("title(name)"),
                "Effect": "Allow",
                "Principal": {"Federated": expr("local.ci_provider_arns[name]")},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {expr('"${provider.host}:aud"'): expr("provider.audience")},
                    "StringLike": {
                        expr('"${provider.host}:sub"'): expr(f"concat(provider.subjects, {requests}[name])")
                    },
                },
            }
        )
        + "\n]"
    )
    role = module.resource(
        "aws_iam_role.planner",
        "What CI's jobs plan as: it reads, and changes nothing but the lock of a state.",
        count=on,
        name=f"{var.environment}-planner",
        description="Plans the environments from CI.",
        assume_role_policy=policy(trust),
        permissions_boundary=boundary[0].arn,
        tags={"Name": f"{var.environment}-planner"},
    )
    module.resource(
        "aws_iam_role_policy_attachment.planner_reads",
        "How everything is set up; AWS keeps the list.",
        count=on,
        role=role[0].name,
        policy_arn=f"arn:{var.partition}:iam::aws:policy/ReadOnlyAccess",
    )
    made = module.resource(
        "aws_iam_policy.planner",
        "The states, their locks and the ledgers; and no other content, whatever else is attached.",
        count=on,
        name=f"{var.environment}-planner",
        description="Planner: the states and their locks, and no other content.",
        policy=policy(_statements(module, names)),
        tags={"Name": f"{var.environment}-planner"},
    )
    module.resource(
        "aws_iam_role_policy_attachment.planner",
        "The planner may, and may not.",
        count=on,
        role=role[0].name,
        policy_arn=made[0].arn,
    )


def _statements(module: ModuleBuilder, names: Names) -> list[dict[str, object]]:
    var = module.var
    arn = f"arn:{var.partition}"
    buckets = expr(f'[for name in {names["state"]} : "{arn}:s3:::${{name}}"]')
    locks = expr(f'[for name in {names["state"]} : "{arn}:s3:::${{name}}/*.tflock"]')
    return [
        allow("FindStates", ["s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"], buckets),
        allow("ReadStates", READ_OBJECTS, names["objects"]),
        allow("HoldStates", ["s3:DeleteObject", "s3:PutObject"], locks),
        allow(
            "DecryptStates",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            f"{arn}:kms:*:{var.account}:key/*",
            condition={"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
        ),
        allow("ReadFirstValues", READ_SECRETS, names["secrets"]),
        # read with each table of Athena; ReadOnlyAccess did not have it in November 2026
        allow("ReadIndexesOfTables", ["glue:GetPartitionIndexes"], "*"),
        {"Sid": "ReadNoOtherObjects", "Effect": "Deny", "Action": READ_OBJECTS, "NotResource": names["objects"]},
        {"Sid": "ReadNoOtherSecrets", "Effect": "Deny", "Action": READ_SECRETS, "NotResource": names["secrets"]},
        deny("ReadNoContent", [*CONTENT, *NEVER], "*"),
    ]
