"""RDS Proxy: a role, a security group and a proxy for each instance that asks for one."""

from __future__ import annotations

from mendixgen.authoring.constructs.policy import allow, trust_of
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.constructs.traffic import allow as allow_traffic
from mendixgen.authoring.expression import Dynamic, Expr, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder


def proxies(module: ModuleBuilder, instances: Expr, made: Expr, masters: Expr) -> None:
    """Add the proxies of the instances; ``made`` is ``aws_db_instance.this``, ``masters`` are the ARNs of secrets."""
    var = module.var
    module.section("Proxies")
    wanted = module.local(
        "proxies",
        expr(f"{{ for name, it in {instances} : name => it if it.proxy != null }}"),
        "The instances that have a proxy.",
    )
    group = _group(module, wanted)
    secrets = module.local(
        "proxy_secret_arns",
        expr(
            f"""{{
              for name, it in {wanted} :
              name => concat([{masters}[name]], it.proxy.secret_arns)
            }}"""
        ),
        "The secrets of the users that may connect through each proxy; the master is the first.",
    )
    role = service_role(
        module,
        "proxy",
        "What a proxy works as when it reads the passwords of the users.",
        for_each=wanted,
        role_name=f"{var.environment}-database-{each.key}-proxy",
        description=f"RDS Proxy of {each.value.identifier} reads the passwords of its users.",
        # RDS documents no condition for this trust; who may pass the role is IAM's to say.
        trust=trust_of("rds.amazonaws.com"),
        policy_name="secrets",
        permissions=[
            allow("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets[each.key]),
            allow("DecryptSecrets", ["kms:Decrypt"], var.secrets_key_arn, condition=module.via("secretsmanager")),
        ],
        permissions_comment="Its own users' secrets, and the key that encrypts them.",
    )
    proxy = module.resource(
        "aws_db_proxy.this",
        "Pools connections, and keeps those of the applications while the instance fails over; TLS only.",
        for_each=wanted,
        name=each.value.identifier,
        engine_family=expr('each.value.kind == "postgres" ? "POSTGRESQL" : "MYSQL"'),
        role_arn=role.role.arn,
        vpc_subnet_ids=var.private_subnet_ids,
        vpc_security_group_ids=[group[0].id],
        require_tls=True,
        idle_client_timeout=each.value.proxy.idle_client_timeout,
        auth=_auth(secrets),
        tags={"Name": each.value.identifier},
        depends_on=[role.permissions],
    )
    target = module.resource(
        "aws_db_proxy_default_target_group.this",
        "How many of the instance's connections the proxy may use.",
        for_each=wanted,
        db_proxy_name=proxy[each.key].name,
        connection_pool_config={
            "max_connections_percent": each.value.proxy.max_connections_percent,
            "max_idle_connections_percent": each.value.proxy.max_idle_connections_percent,
        },
    )
    module.resource(
        "aws_db_proxy_target.this",
        "The instance behind each proxy.",
        for_each=wanted,
        db_proxy_name=proxy[each.key].name,
        target_group_name=target[each.key].name,
        db_instance_identifier=made[each.key].identifier,
    )


def _auth(secrets: Expr) -> Dynamic:
    return dynamic(
        for_each=secrets[each.key],
        content={
            "auth_scheme": "SECRETS",
            "iam_auth": expr("upper(each.value.proxy.iam_auth)"),
            "secret_arn": expr("auth.value"),
        },
    )


def _group(module: ModuleBuilder, wanted: Expr) -> Expr:
    """The proxies' security group: nodes in, databases out. They stand where the nodes are, since the databases'
    subnets let nothing out."""
    var = module.var
    some = expr(f"length({wanted}) > 0 ? 1 : 0")
    group = module.resource(
        "aws_security_group.proxy",
        "The proxies, in the subnets of the nodes: those of the databases let nothing out.",
        count=some,
        name_prefix=f"{var.environment}-database-proxy-",
        description="RDS proxies: nodes in, databases out",
        vpc_id=var.vpc_id,
        revoke_rules_on_delete=True,
        tags={"Name": f"{var.environment}-database-proxy"},
        lifecycle={"create_before_destroy": True},
    )
    ports = module.local(
        "proxy_ports",
        expr(f"{{ for name, it in {wanted} : it.kind => it.client_port... }}"),
        "The ports of the engines that have proxies, by engine.",
    )
    for name, description, source, target in (
        ("nodes_to_proxy", "Applications to database proxies", Owner(var.nodes_security_group_id), Owner(group[0].id)),
        (
            "proxy_to_database",
            "Database proxies to databases",
            Owner(group[0].id),
            Owner(var.database_security_group_id),
        ),
    ):
        allow_traffic(
            module,
            name,
            description,
            source=source,
            target=target,
            ports=expr("each.value[0]"),
            for_each=ports,
        )
    return group


class Owner:
    """The owner of a security group's ID that is known by the ID alone."""

    def __init__(self, ident: Expr) -> None:
        self.id = ident
