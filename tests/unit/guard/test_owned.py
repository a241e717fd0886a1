"""Who owns a name in AWS: planned creations against ARNs and their tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.guard.owned import Owned, Tagged, names, taken, wanted
from mendixctl.terraform.plan import UNKNOWN, Action, AttributeChange, ResourceChange

PLACE = "eu-central-1:123456789012"
KNOWN = {
    "aws_backup_vault": ("name", f"arn:aws:backup:{PLACE}:backup-vault:NAME"),
    "aws_cloudwatch_log_group": ("name", f"arn:aws:logs:{PLACE}:log-group:NAME"),
    "aws_cloudwatch_metric_alarm": ("alarm_name", f"arn:aws:cloudwatch:{PLACE}:alarm:NAME"),
    "aws_db_instance": ("identifier", f"arn:aws:rds:{PLACE}:db:NAME"),
    "aws_dynamodb_table": ("name", f"arn:aws:dynamodb:{PLACE}:table/NAME"),
    "aws_ecr_repository": ("name", f"arn:aws:ecr:{PLACE}:repository/NAME"),
    "aws_eks_cluster": ("name", f"arn:aws:eks:{PLACE}:cluster/NAME"),
    "aws_elasticache_replication_group": (
        "replication_group_id",
        f"arn:aws:elasticache:{PLACE}:replicationgroup:NAME",
    ),
    "aws_lambda_function": ("function_name", f"arn:aws:lambda:{PLACE}:function:NAME"),
    "aws_lb": ("name", f"arn:aws:elasticloadbalancing:{PLACE}:loadbalancer/net/NAME/50dc6c495c0c9188"),
    "aws_lb_target_group": ("name", f"arn:aws:elasticloadbalancing:{PLACE}:targetgroup/NAME/73e2d6bc24d8a067"),
    "aws_opensearch_domain": ("domain_name", f"arn:aws:es:{PLACE}:domain/NAME"),
    "aws_rds_cluster": ("cluster_identifier", f"arn:aws:rds:{PLACE}:cluster:NAME"),
    "aws_s3_bucket": ("bucket", "arn:aws:s3:::NAME"),
    "aws_secretsmanager_secret": ("name", f"arn:aws-cn:secretsmanager:{PLACE}:secret:NAME-a1B2c3"),
    "aws_sns_topic": ("name", f"arn:aws:sns:{PLACE}:NAME"),
    "aws_sqs_queue": ("name", f"arn:aws:sqs:{PLACE}:NAME"),
    "aws_ssm_parameter": ("name", f"arn:aws:ssm:{PLACE}:parameter/NAME"),
}


def create(kind: str, attribute: str, name: object, **marks: bool) -> ResourceChange:
    return ResourceChange(f"{kind}.this", "", kind, Action.CREATE, (AttributeChange(attribute, None, name, **marks),))


@pytest.mark.parametrize("kind", KNOWN)
def test_the_name_of_each_type_is_found_in_its_arn(kind: str) -> None:
    attribute, arn = KNOWN[kind]
    there = Tagged(arn.replace("NAME", "prod-x"), {"environment": "prod", "managed-by": "mendixctl"})
    assert taken([create(kind, attribute, "prod-x")], [there]) == [Owned(f"{kind}.this", there.arn, "prod")]
    assert taken([create(kind, attribute, "prod-y")], [there]) == []
    assert taken([create(kind, attribute, "prod-x")], [Tagged(there.arn, {"managed-by": "mendixctl"})]) == []


def test_a_name_with_slashes_is_the_same_with_and_without_the_first() -> None:
    there = Tagged(f"arn:aws:ssm:{PLACE}:parameter/mendix/prod/x", {"environment": "prod"})
    assert taken([create("aws_ssm_parameter", "name", "/mendix/prod/x")], [there])
    log = Tagged(f"arn:aws:logs:{PLACE}:log-group:/mendix/prod/flow-logs:*", {"environment": "prod"})
    assert taken([create("aws_cloudwatch_log_group", "name", "/mendix/prod/flow-logs")], [log])


def test_only_what_is_created_under_a_known_name_is_asked_for() -> None:
    changes = [
        create("aws_sqs_queue", "name", UNKNOWN),
        create("aws_sqs_queue", "name", "secret", sensitive=True),
        create("aws_sqs_queue", "name", None),
        create("aws_vpc", "name", "x"),
        ResourceChange("a.b", "", "aws_sqs_queue", Action.REPLACE, (AttributeChange("name", None, "x"),)),
    ]
    assert wanted(changes) == {}
    assert wanted([create("aws_sqs_queue", "name", "x")]) == {("aws_sqs_queue", "x"): "aws_sqs_queue.this"}


@given(st.text(max_size=60) | st.builds("arn:aws:{}:r:1:{}".format, st.sampled_from(["s3", "rds", "ssm"]), st.text()))
def test_any_text_is_no_crash(arn: str) -> None:
    for kind, name in names(arn):
        assert kind.startswith("aws_")
        assert name == name.strip("/")
