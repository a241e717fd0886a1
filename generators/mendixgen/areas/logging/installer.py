"""What puts the documents into the domain: a function in the VPC that is the domain's master, called when they change.

A call is made at the creation of its resource alone, and every change of a document makes a new one before the old
goes: so an apply that fails leaves the old one in the state, the next plan shows the same change again, and a plan
after a good one is empty. A destroy calls nothing: what was installed goes with the domain.

Sources: AWS provider documentation, aws_lambda_invocation (``lifecycle_scope``); OpenSearch Service developer guide,
"Fine-grained access control" (the master user may be a role).
"""

from __future__ import annotations

from mendixgen.areas.logging import dashboards, documents
from mendixgen.areas.logging.domain import Groups
from mendixgen.areas.logging.scope import Scope
from mendixgen.authoring.constructs.alarm import alarm
from mendixgen.authoring.constructs.function import Network, function
from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.constructs.topic import topic
from mendixgen.authoring.expression import Expr, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

FUNCTION = "install_logging"
TIMEOUT = 600
"""Seconds: it waits for a domain that has just been made, and for DNS to know it."""


def installer(module: ModuleBuilder, scope: Scope, domain: Expr, groups: Groups) -> None:
    """Add the function with its topic and alarm, the documents, and the call."""
    var = module.var
    documents.retention(module)
    module.section("Installer")
    name = module.local("installer_name", f"{var.environment}-logging-installer", "Name of the function and its role.")
    told, _ = topic(
        module,
        "installer",
        "Where failed installations are told.",
        count=scope.managed,
        topic_name=f"{var.environment}-logging-installer",
        publishers=lambda arn: [
            allow(
                "PublishAlarms",
                ["sns:Publish"],
                arn,
                principal={"Service": "cloudwatch.amazonaws.com"},
                condition={"StringEquals": {"aws:SourceAccount": var.account}},
            )
        ],
        publishers_comment="Alarms of this account publish, and only over TLS.",
        addresses=expr(f"{scope.managed} == 1 ? {var.notify} : []"),
    )
    made = function(
        module,
        "installer",
        "Installs the documents into the domain, again and again with the same outcome.",
        source=FUNCTION,
        function_name=name,
        description=f"Installs index policies, roles and dashboards into {scope.domain_name}",
        role_description=f"Master of {scope.domain_name}: installs index policies, roles and dashboards.",
        log_comment="What was installed.",
        log_retention_days=var.log_retention_days,
        permissions=[
            allow(
                "AskTheDomain",
                ["es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"],
                f"{scope.domain_arn}/*",
            ),
        ],
        permissions_comment="The domain, the network, its log, and the topic for what failed. Nothing else.",
        topic_arn=told.arn,
        timeout=TIMEOUT,
        network=Network(var.private_subnet_ids, [groups.installer.id]),
        count=scope.managed,
        tags={"Name": name},
        log_tags={"Name": f"/aws/lambda/{name}"},
    )
    alarm(
        module,
        "installer",
        "An installation failed: the domain has what it had before.",
        alarm_name=f"{name}-errors",
        description="An installation into the logging domain failed: it has what it had before.",
        metric=("AWS/Lambda", "Errors"),
        dimensions={"FunctionName": made.function_name},
        topic_arn=told.arn,
        count=scope.managed,
        tags={"Name": f"{name}-errors"},
    )
    _call(module, scope, domain, made)


def _call(module: ModuleBuilder, scope: Scope, domain: Expr, made: Expr) -> None:
    var = module.var
    module.section("Documents")
    objects = module.file("dashboards.ndjson", dashboards.ndjson())
    installed = documents.documents(module, scope, objects)
    module.resource(
        "aws_lambda_invocation.this",
        "Installs the documents; a change of one calls again. A plan shows them, and a shorter age is judged.",
        count=scope.managed,
        function_name=made.function_name,
        input=jsonencode(
            {
                "endpoint": f"https://{domain.endpoint}",
                "installer": made.source_code_hash,
                "retention": var.index,
                "documents": installed,
            }
        ),
        lifecycle={"create_before_destroy": True},
        depends_on=[
            expr("aws_vpc_security_group_egress_rule.installer_to_domain"),
            expr("aws_vpc_security_group_ingress_rule.installer_to_domain"),
        ],
    )
