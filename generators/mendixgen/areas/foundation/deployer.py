"""Who deploys: the identity providers of CI, the role that its jobs become, and the most that this can ever do.

The role manages what the platform is made of, in the named regions and for the named environments, and reads no
content: no secret's value, no object but the states', no database. Every role that it makes must carry a permissions
boundary, and those boundaries are not its own to write (unless ``ci.boundary_changes`` says so): otherwise it could
make a role that is more than itself, and become that.

Sources: GitHub documentation, "Configuring OpenID Connect in Amazon Web Services" (the forms of ``sub``); GitLab
documentation, "Configure OpenID Connect in AWS"; IAM user guide, "Permissions boundaries" (delegating), "Condition
keys for IAM" (which operations know ``iam:PermissionsBoundary``).
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.foundation.grants import (
    ABOUT_ITSELF,
    ABOUT_THE_ACCOUNT,
    ABROAD,
    ANYWHERE,
    DELIVERY,
    EMPTIED,
    ENCRYPTED,
    GLOBAL,
    INVOKE,
    MANAGED,
    NEVER,
    OBJECTS,
    PASSED_TO,
    READ_SECRETS,
    SEE_WHO_IS_WHO,
    SERVICE_LINKED,
    TEAR_DOWN,
    TRAILS,
    UNBOUNDED,
    WATCH,
)
from mendixgen.authoring.constructs.policy import allow, deny, policy
from mendixgen.authoring.expression import Expr, call, each, expr
from mendixgen.authoring.module import ModuleBuilder
from mendixgen.global_provider import REGION

CHANGES = [f"iam:{verb}*" for verb in ("Attach", "Create", "Delete", "Detach", "Pass", "Put", "Set", "Update")]
"""What changes or uses a role or a policy."""
GITHUB = "token.actions.githubusercontent.com"


Names = dict[str, Expr]
"""ARNs and names of what belongs to the environments, by kind."""


def build(module: ModuleBuilder) -> tuple[Expr, Names, Expr]:
    """Add the identity providers, the role, its boundary and its policies.

    Returns the providers with the jobs that each vouches for, what belongs to the environments, and the boundary.
    """
    var = module.var
    module.section("Deployment: who")
    on = module.local(
        "ci_count", expr(f"{var.ci} != null && {var.global_settings} ? 1 : 0"), "Whether anything deploys from CI."
    )
    providers = _providers(module)
    module.section("Deployment: what it can do at most")
    names = _names(module)
    boundary = _boundary(module, on, names)
    module.section("Deployment: what it may do")
    role = _role(module, on, providers, boundary)
    _policies(module, on, names, role)
    return providers, names, boundary


def _providers(module: ModuleBuilder) -> Expr:
    var = module.var
    github = module.local(
        "github_subjects",
        expr(
            "try(concat(\n"
            "[for pair in setproduct(var.ci.github.repositories, var.ci.github.branches) :\n"
            '"repo:${pair[0]}:ref:refs/heads/${pair[1]}"],\n'
            "[for pair in setproduct(var.ci.github.repositories, var.ci.github.environments) :\n"
            '"repo:${pair[0]}:environment:${pair[1]}"],\n'
            "), [])"
        ),
        "What GitHub calls the jobs that may deploy.",
    )
    gitlab = module.local(
        "gitlab_subjects",
        expr(
            "try([\nfor pair in setproduct(var.ci.gitlab.projects, var.ci.gitlab.branches) :\n"
            '"project_path:${pair[0]}:ref_type:branch:ref:${pair[1]}"\n], [])'
        ),
        "What GitLab calls the jobs that may deploy.",
    )
    providers = module.local(
        "ci_providers",
        expr(
            "{\nfor name, provider in {\n"
            f'github = {{\nhost = "{GITHUB}"\naudience = "sts.amazonaws.com"\nsubjects = {github}\n'
            "create = try(var.ci.github.create_provider, true)\n}\n"
            'gitlab = {\nhost = try(var.ci.gitlab.host, "")\naudience = try("https://${var.ci.gitlab.host}", "")\n'
            f"subjects = {gitlab}\ncreate = try(var.ci.gitlab.create_provider, true)\n}}\n"
            f"}} : name => provider if {var.global_settings} && length(provider.subjects) > 0\n}}"
        ),
        "The identity providers that are asked for, and the jobs that each vouches for.",
    )
    module.resource(
        "aws_iam_openid_connect_provider.ci",
        "Whose word about a job is believed. Its certificate is one that AWS itself knows, so no thumbprint is needed.",
        for_each=expr(f"{{ for name, provider in {providers} : name => provider if provider.create }}"),
        url=f"https://{each.value.host}",
        client_id_list=[each.value.audience],
        tags={"Name": f"{var.environment}-{each.key}"},
    )
    module.local(
        "ci_provider_arns",
        expr(
            f"{{\nfor name, provider in {providers} : name => provider.create ?"
            " aws_iam_openid_connect_provider.ci[name].arn :"
            ' "arn:${var.partition}:iam::${var.account}:oidc-provider/${provider.host}"\n}'
        ),
        "The identity providers: those that are made, and those that the account has.",
    )
    return providers


def _names(module: ModuleBuilder) -> Names:
    """ARNs of what belongs to the environments, by kind; in any region, which the statements limit: IAM allows 6,144
    characters a policy, and a list of all regions of all environments would not fit."""
    var = module.var
    iam = f"arn:{var.partition}:iam::{var.account}"
    environments = module.local(
        "deployed", expr("try(var.ci.environments, [])"), "What the names begin with that the deployer may touch."
    )
    regions = module.local(
        "deployed_regions",
        expr("try(coalescelist(var.ci.regions, [var.region]), [var.region])"),
        "Where the deployer may work.",
    )
    state = module.local(
        "state_buckets",
        expr(
            'try(coalescelist(var.ci.state_buckets, ["${var.account}-${var.region}-mendix-state"]),'
            ' ["${var.account}-${var.region}-mendix-state"])'
        ),
        "Where the states of the environments are kept.",
    )

    def each_of(kind: str) -> Expr:
        return expr(f'[for name in {environments} : "{iam}:{kind}/${{name}}-*"]')

    return {
        "environments": environments,
        "regions": regions,
        "roles": module.local("deployed_roles", each_of("role"), "The environments' roles."),
        "policies": module.local("deployed_policies", each_of("policy"), "The environments' policies."),
        "boundaries": module.local(
            "deployed_boundaries",
            expr(
                f'concat([for name in {environments} : "{iam}:policy/${{name}}*-boundary"], try(var.ci.boundaries, []))'
            ),
            "The environments' permissions boundaries, and those that exist.",
        ),
        "secrets": module.local(
            "deployed_secrets",
            expr(
                f"[\nfor name in {environments} :\n"
                f'"arn:{var.partition}:secretsmanager:*:{var.account}:secret:${{name}}*/*"\n]'
            ),
            "The environments' secrets.",
        ),
        "rotations": module.local(
            "deployed_rotations",
            expr(
                f'[\nfor pair in setproduct({environments}, ["rotate-*", "logging-installer"]) :\n'
                f'"arn:{var.partition}:lambda:*:{var.account}:function:${{pair[0]}}*-${{pair[1]}}"\n]'
            ),
            "The environments' functions that rotate secrets, and those that install documents for logging.",
        ),
        "trails": module.local(
            "deployed_trails",
            expr(
                f"[\nfor name in {environments} :\n"
                f'"arn:{var.partition}:cloudtrail:*:{var.account}:trail/${{name}}*-audit"\n]'
            ),
            "The environments' trails.",
        ),
        "emptied": module.local(
            "emptied_objects",
            expr(
                f"concat([\nfor pair in setproduct({environments}, {_listed(list(EMPTIED))}) :\n"
                f'"arn:{var.partition}:s3:::${{pair[0]}}*-{var.account}-${{pair[1]}}/*"\n],'
                f' ["arn:{var.partition}:s3:::*-{var.account}-{DELIVERY}/*"])'
            ),
            "What is in buckets of the environments that fill by themselves.",
        ),
        "state": state,
        "objects": module.local(
            "state_objects", expr(f'[for name in {state} : "arn:{var.partition}:s3:::${{name}}/*"]'), "What is in them."
        ),
    }


def _boundary(module: ModuleBuilder, on: Expr, names: Names) -> Expr:
    var = module.var
    iam = f"arn:{var.partition}:iam::{var.account}"
    own = [f"{iam}:role/{var.environment}-*", f"{iam}:policy/{var.environment}-*"]
    boundaries = {"ArnNotLike": {"iam:PermissionsBoundary": names["boundaries"]}}
    statements = [
        {
            "Sid": "AllButWhoIsWho",
            "Effect": "Allow",
            "NotAction": ["account:*", "iam:*", "organizations:*", "sso:*"],
            "Resource": "*",
        },
        allow("SeeWhoIsWho", ["iam:Get*", "iam:List*", *ABOUT_ITSELF, *ABOUT_THE_ACCOUNT], "*"),
        allow(
            "WhoIsWhoInTheEnvironments",
            ["iam:*"],
            call(
                "concat",
                names["roles"],
                names["policies"],
                [f"{iam}:oidc-provider/oidc.eks.*", f"{iam}:role/aws-service-role/*"],
            ),
        ),
        deny("OnlyBoundedRoles", UNBOUNDED, "*", condition=boundaries),
        deny("NoFreedRoles", ["iam:DeleteRolePermissionsBoundary"], "*"),
        deny("KeepTheFoundation", CHANGES, own),
        deny("KeepTheWatchOn", WATCH, "*"),
        deny("ReadNoContent", NEVER, "*"),
        # It writes policies of buckets, so that it could let itself in.
        {
            "Sid": "TouchNoOtherObjects",
            "Effect": "Deny",
            "Action": [it for it in OBJECTS if it not in TEAR_DOWN],
            "NotResource": names["objects"],
        },
        {
            "Sid": "DeleteNoOtherObjects",
            "Effect": "Deny",
            "Action": TEAR_DOWN,
            "NotResource": call("concat", names["objects"], names["emptied"]),
        },
        {"Sid": "EndNoOtherTrails", "Effect": "Deny", "Action": TRAILS, "NotResource": names["trails"]},
        {"Sid": "ReadNoOtherSecrets", "Effect": "Deny", "Action": READ_SECRETS[0], "NotResource": names["secrets"]},
        {"Sid": "CallNoOtherFunctions", "Effect": "Deny", "Action": INVOKE[0], "NotResource": names["rotations"]},
    ]
    kept = deny(
        "KeepTheBoundaries",
        ["iam:CreatePolicy*", "iam:DeletePolicy*", "iam:SetDefaultPolicyVersion"],
        names["boundaries"],
    )
    kept_statements = module.local(
        "boundary_limits",
        expr(f"[\nfor writes in try([var.ci.boundary_changes], []) :\n{_rendered(kept)}\nif !writes\n]"),
        "No statement where the deployer may write boundaries.",
    )
    return module.resource(
        "aws_iam_policy.deployer_boundary",
        "The most that the deployer can do, whatever is attached to it. It gives nothing by itself.",
        count=on,
        name=f"{var.environment}-deployer-boundary",
        description="Permissions boundary of the deployer. It gives nothing by itself.",
        policy=policy(call("concat", statements, kept_statements)),
        tags={"Name": f"{var.environment}-deployer-boundary"},
    )


def _role(module: ModuleBuilder, on: Expr, providers: Expr, boundary: Expr) -> Expr:
    var = module.var
    by_token = expr(
        f"[\nfor name, provider in {providers} : "
        + _rendered(
            {
                "Sid": expr("title(name)"),
                "Effect": "Allow",
                "Principal": {"Federated": expr("local.ci_provider_arns[name]")},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        expr('"${provider.host}:aud"'): expr("provider.audience"),
                        expr('"${provider.host}:sub"'): expr("provider.subjects"),
                    }
                },
            }
        )
        + "\n]"
    )
    of_a_build = {
        "Sid": "Builds",
        "Effect": "Allow",
        "Principal": {"AWS": expr("[aws_iam_role.builds[step].arn]")},
        "Action": "sts:AssumeRole",
    }
    by_build = expr(f'[\nfor step in keys({Expr("local.build_steps")}) : {_rendered(of_a_build)} if step == "apply"\n]')
    trust = call("concat", by_token, by_build)
    return module.resource(
        "aws_iam_role.deployer",
        "What CI's jobs deploy as, without a stored key: only those of the named repositories and branches.",
        count=on,
        name=f"{var.environment}-deployer",
        description="Deploys the environments from CI.",
        max_session_duration=expr("try(var.ci.session_hours, 1) * 3600"),
        assume_role_policy=policy(trust),
        permissions_boundary=boundary[0].arn,
        tags={"Name": f"{var.environment}-deployer"},
    )


def _policies(module: ModuleBuilder, on: Expr, names: Names, role: Expr) -> None:
    here = {"StringEquals": {"aws:RequestedRegion": names["regions"]}}
    # One policy for both kinds of a name: a role has ten policies at most, unless the quota is raised.
    for name in dict.fromkeys((*MANAGED, *ABROAD)):
        comments, statements = [], []
        for kind, listed, regions in (("Manage", MANAGED, names["regions"]), ("ManageAbroad", ABROAD, REGION)):
            if name in listed:
                comment, actions = listed[name]
                comments.append(comment)
                where = {"StringEquals": {"aws:RequestedRegion": regions}}
                statements.append(allow(kind, actions, "*", condition=where))
        _policy(module, on, role, name, " ".join(comments), statements)
    _policy(
        module,
        on,
        role,
        "global",
        "What has no region: names, and questions about the account.",
        [
            *(allow(name, actions, _arns(module, arns)) for name, (actions, arns) in GLOBAL.items()),
            allow("Anywhere", ANYWHERE, "*"),
        ],
    )
    _policy(
        module,
        on,
        role,
        "identity",
        "Roles and policies of the environments; every role with its boundary.",
        _identity(module, names),
    )
    _policy(
        module,
        on,
        role,
        "state",
        "The states, first values of secrets, and encryption of what is made.",
        [
            *_state(module, names),
            allow("ReadFirstValues", READ_SECRETS, names["secrets"], condition=here),
            allow("StartRotations", INVOKE, names["rotations"], condition=here),
            allow("EmptyLogsBeforeTheyGo", TEAR_DOWN, names["emptied"]),
        ],
    )


def _identity(module: ModuleBuilder, names: Names) -> list[dict[str, Any]]:
    var = module.var
    iam = f"arn:{var.partition}:iam::{var.account}"
    bounded = {"ArnLike": {"iam:PermissionsBoundary": names["boundaries"]}}
    return [
        allow(
            "See",
            SEE_WHO_IS_WHO,
            [
                f"arn:{var.partition}:iam::aws:policy/*",
                *(f"{iam}:{kind}/*" for kind in ("oidc-provider", "policy", "role")),
            ],
        ),
        allow("AskAboutItself", ABOUT_ITSELF, f"{iam}:role/{var.environment}-deployer"),
        allow("MakeBoundedRoles", UNBOUNDED, names["roles"], condition=bounded),
        allow(
            "ManageRoles",
            [
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            names["roles"],
        ),
        allow(
            "ManagePolicies",
            [
                "iam:CreatePolicy",
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:TagPolicy",
                "iam:UntagPolicy",
            ],
            names["policies"],
        ),
        allow(
            "ManageClusterIssuers",
            [
                "iam:CreateOpenIDConnectProvider",
                "iam:DeleteOpenIDConnectProvider",
                "iam:TagOpenIDConnectProvider",
                "iam:UntagOpenIDConnectProvider",
                "iam:UpdateOpenIDConnectProviderThumbprint",
            ],
            f"{iam}:oidc-provider/oidc.eks.*",
        ),
        allow(
            "PassRoles",
            ["iam:PassRole"],
            names["roles"],
            condition={"StringEquals": {"iam:PassedToService": PASSED_TO}},
        ),
        allow(
            "LetServicesMakeTheirOwn",
            ["iam:CreateServiceLinkedRole"],
            f"{iam}:role/aws-service-role/*",
            condition={"StringEquals": {"iam:AWSServiceName": SERVICE_LINKED}},
        ),
        allow(
            "KeepTheRoleOfDomains",
            [
                "iam:DeleteServiceLinkedRole",
                "iam:GetServiceLinkedRoleDeletionStatus",
                "iam:TagRole",
                "iam:UntagRole",
            ],
            f"{iam}:role/aws-service-role/opensearchservice.amazonaws.com/*",
        ),
    ]


def _state(module: ModuleBuilder, names: Names) -> list[dict[str, Any]]:
    var = module.var
    arn = f"arn:{var.partition}"
    buckets = expr(f'[for name in {names["state"]} : "{arn}:s3:::${{name}}"]')
    services = expr(
        f"[\nfor pair in setproduct({_listed(ENCRYPTED)}, {names['regions']}) :\n"
        '"${pair[0]}.${pair[1]}.amazonaws.com"\n]'
    )
    key = f"{arn}:kms:*:{var.account}:key/*"
    tagged = expr(f'[for name in {names["environments"]} : "${{name}}*"]')
    return [
        allow("FindStates", ["s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"], buckets),
        allow("KeepStates", OBJECTS, names["objects"]),
        allow(
            "EncryptWhatIsMade",
            ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
            key,
            condition={"StringEquals": {"kms:ViaService": services}},
        ),
        allow(
            "LetServicesKeepUsingKeys",
            ["kms:CreateGrant"],
            key,
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        # CreateCluster of EKS and CreateRepository of ECR do not say that their grant is for a resource.
        allow(
            "GrantKeysThroughServices",
            ["kms:CreateGrant"],
            key,
            condition={"StringEquals": {"kms:ViaService": services}},
        ),
        # Reversible for its window of 7 days or more; of no key but the environments', whatever region it is in.
        allow(
            "DeleteKeys",
            ["kms:ScheduleKeyDeletion"],
            key,
            condition={"StringLike": {"aws:ResourceTag/environment": tagged}},
        ),
        # ECR retires its own on behalf of whoever deletes what it encrypted.
        allow("RetireGrants", ["kms:RetireGrant"], key),
    ]


def _policy(
    module: ModuleBuilder,
    on: Expr,
    role: Expr,
    name: str,
    comment: str,
    statements: list[dict[str, Any]],
) -> None:
    var = module.var
    made = module.resource(
        f"aws_iam_policy.deployer_{name}",
        comment,
        count=on,
        name=f"{var.environment}-deployer-{name}",
        description=f"Deployer: {comment[0].lower()}{comment[1:]}",
        policy=policy(statements),
        tags={"Name": f"{var.environment}-deployer-{name}"},
    )
    module.resource(
        f"aws_iam_role_policy_attachment.deployer_{name}",
        "The deployer may.",
        count=on,
        role=role[0].name,
        policy_arn=made[0].arn,
    )


def _arns(module: ModuleBuilder, resources: list[str]) -> list[str]:
    var = module.var
    return [f"arn:{var.partition}:{it.replace('ACCOUNT', str(var.account))}" for it in resources]


def _listed(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _rendered(value: object) -> str:
    from mendixgen.authoring.expression import render

    return render(value)
