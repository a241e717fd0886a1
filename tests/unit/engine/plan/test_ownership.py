"""What another environment owns is not created: seen in the repository, in AWS's tags, and in AWS's refusals."""

from __future__ import annotations

import pytest

from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.repository import validate
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.diagnostics import Refused
from tests.support.fake_aws import FakeClients
from tests.support.small_repository import SPEC
from tests.unit.engine.conftest import Bench

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:shared"


def creating(bench: Bench, name: str = "shared") -> None:
    attribute = AttributeChange("name", None, name)
    address = "module.notes.aws_sqs_queue.this"
    bench.play.changes = (ResourceChange(address, "notes", "aws_sqs_queue", Action.CREATE, (attribute,)),)


def tag(aws: FakeClients, environment: str) -> None:
    aws.tagging.tagged[QUEUE] = {"environment": environment, "managed-by": "mendixctl"}


def test_what_another_environment_has_is_refused_with_its_owner(bench: Bench, aws: FakeClients) -> None:
    creating(bench)
    tag(aws, "prod")
    result = plan_run.plan(bench.session, "dev")
    assert [one.code for one in result.guards.objections] == ["MXG109"]
    assert result.guards.command == ""
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))
    refused = error.value.diagnostics[0]
    assert (refused.code, "what prod has already" in refused.summary) == ("MXG109", True)
    assert QUEUE in refused.detail
    assert bench.play.count("apply") == 0


def test_what_is_made_by_another_between_plan_and_apply_is_seen_too(bench: Bench, aws: FakeClients) -> None:
    creating(bench)
    plan_run.plan(bench.session, "dev")
    prepared = apply_run.prepare(bench.session, "dev")
    tag(aws, "prod")
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, prepared)
    assert error.value.diagnostics[0].code == "MXG109"


def test_what_is_this_environments_own_is_told(bench: Bench, aws: FakeClients) -> None:
    creating(bench)
    tag(aws, "dev")
    result = plan_run.plan(bench.session, "dev")
    assert [warning.code for warning in result.warnings] == ["MXG110"]
    assert "mendixctl recover dev" in result.warnings[0].hint
    assert result.guards.objections == ()


def test_who_may_not_ask_is_told_and_not_stopped(bench: Bench, aws: FakeClients) -> None:
    creating(bench)
    aws.tagging.denied = True
    assert [warning.code for warning in plan_run.plan(bench.session, "dev").warnings] == ["MXG111"]
    assert apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev")).number == 1


def test_aws_is_asked_only_where_something_is_created_under_a_name(bench: Bench, aws: FakeClients) -> None:
    bench.apply()
    assert aws.tagging.asked == 0


def test_two_environments_that_claim_the_same_are_refused_before_a_plan(bench: Bench) -> None:
    other = SPEC.format(name="test", target="emulator").replace("notes:", 'apps: {b: {mendix: "10.24"}}\nnotes:')
    bench.repository.spec("test-app").write_text(other.replace("name: test", "name: test-app"))
    bench.repository.spec("test").write_text(other.replace("{b:", "{node:"))
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "test")
    (refused,) = error.value.diagnostics
    assert (refused.code, str(refused.location)) == ("MXG108", "environments/test.yaml:8:14")
    assert "environments/test-app.yaml:2:7" in refused.detail
    assert bench.play.count("plan") == 0
    told = {
        one.environment: [found.code for found in one.diagnostics]
        for one in validate.validate(bench.session).environments
    }
    assert told == {"dev": [], "test": ["MXG108"], "test-app": ["MXG108"]}


def test_a_destroy_is_a_way_out_of_a_collision(bench: Bench) -> None:
    bench.edit("domain: dev.apps.example.com", 'domain: dev.apps.example.com\napps: {node: {mendix: "10.24"}}')
    bench.apply()
    text = SPEC.format(name="dev-app", target="emulator")
    bench.repository.spec("dev-app").write_text(text)
    with pytest.raises(Refused):
        plan_run.plan(bench.session, "dev")
    assert destroy.prepare(bench.session, "dev").destroy.has_changes
