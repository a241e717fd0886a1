"""What AWS will refuse, through the whole engine: the plan says it, nothing is begun, and there is one way past."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path

import pytest

from mendixctl.app import main
from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.explain.fields import NAME, walk
from mendixctl.engine.plan import refused, verdicts
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.results import Plan
from mendixctl.engine.results import Judged
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.guard.refusals import rulebook
from mendixctl.guard.refusals.classify import refusals
from mendixctl.guard.verdict import REVERSIBLE
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind
from mendixctl.terraform.plan import ResourceChange
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.spec.schema import environment_schema
from mendixgen.versions.store import ModuleStore
from tests.unit.engine.conftest import Bench
from tests.unit.guard.plans import document, item, one

MODULES = Path(__file__).parents[4] / "modules"
CLUSTER = "module.cluster.aws_eks_cluster.this"
GROUP = 'module.cluster.aws_eks_node_group.this["system"]'
DATABASE = 'module.database.aws_db_instance.this["main"]'


def sizes(least: int) -> dict[str, object]:
    return {"scaling_config": [{"min_size": least, "desired_size": 2, "max_size": 9}]}


def skipping() -> ResourceChange:
    return one("aws_eks_cluster", "update", {"version": "1.32"}, {"version": "1.34"}, address=CLUSTER)


def larger() -> ResourceChange:
    before, after = {"allocated_storage": 50}, {"allocated_storage": 100}
    return one("aws_db_instance", "update", before, after, address=DATABASE)


def showing(bench: Bench, *changes: ResourceChange) -> None:
    """An environment of one release, whose next plan shows these changes."""
    bench.apply()
    bench.edit("hello", "good day")
    bench.play.changes = changes


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def head(bench: Bench) -> int:
    return LocalLedger("dev", bench.root / "releases").head()


def run(bench: Bench, *words: str) -> int:
    return main(["-C", str(bench.repository.root), *words])


def test_a_plan_ends_with_what_aws_will_say_and_what_to_do(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    showing(bench, skipping())
    assert run(bench, "plan", "dev", "--json") == 3
    result = json.loads(capsys.readouterr().out)["result"]
    (told,) = result["refusals"]
    assert (told["rule"], told["address"], told["code"]) == (
        "eks.version-skips",
        CLUSTER,
        "InvalidParameterException",
    )
    assert told["text"] == "Unsupported Kubernetes minor version update from 1.32 to 1.34"
    (objection,) = result["guards"]["objections"]
    assert (objection["code"], objection["allow"], objection["accept"]) == ("MXG201", [CLUSTER], [])
    assert (objection["setting"], told["setting"]) == ("cluster.version", "cluster.version")
    assert objection["location"]["file"].endswith("environments/dev.yaml")
    assert shlex.split(result["guards"]["command"]) == [
        "mendixctl",
        "apply",
        "--env",
        "dev",
        "--allow-refused",
        CLUSTER,
    ]
    assert run(bench, "plan", "dev") == 3
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "AWS will say: InvalidParameterException: Unsupported Kubernetes minor version update from 1.32 to 1.34"
        in shown
    )
    assert "instead: go up one minor version, apply, and then the next" in shown


def test_nothing_that_is_refused_is_begun_and_what_is_allowed_is_recorded(bench: Bench) -> None:
    showing(bench, skipping())
    plan_run.plan(bench.session, "dev")
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))
    assert codes(error) == ["MXG201"]
    assert head(bench) == 1
    assert apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev", (), (CLUSTER,))).number == 2
    release = LocalLedger("dev", bench.root / "releases").read(2).release
    assert (release.allowed, release.accepted) == ((CLUSTER,), ())


def test_a_loss_that_is_accepted_passes_no_refusal(bench: Bench) -> None:
    showing(bench, skipping())
    plan_run.plan(bench.session, "dev")
    with pytest.raises(MendixError) as error:
        apply_run.prepare(bench.session, "dev", (CLUSTER,))
    assert codes(error) == ["MXG104"]


def test_a_plan_that_is_allowed_is_one_like_others(bench: Bench) -> None:
    showing(bench, skipping())
    assert run(bench, "plan", "dev", "--allow-refused", CLUSTER) == 2


def test_what_is_allowed_for_nothing_is_an_error(bench: Bench) -> None:
    showing(bench, skipping())
    with pytest.raises(MendixError) as error:
        plan_run.plan(bench.session, "dev", allowed=[CLUSTER.replace("this", "thiz")])
    assert codes(error) == ["MXG203"]
    assert CLUSTER in error.value.diagnostics[0].hint


def test_what_only_may_be_refused_is_a_warning(bench: Bench) -> None:
    showing(bench, larger())
    result = plan_run.plan(bench.session, "dev")
    assert [warning.code for warning in result.warnings] == ["MXG202"]
    assert "in the last six hours" in result.warnings[0].summary
    assert (result.guards.objections, result.exit_code) == ((), 2)
    silent = plan_run.plan(bench.session, "dev", allowed=[DATABASE])
    assert silent.warnings == ()


def test_a_rollback_is_judged_too(bench: Bench) -> None:
    bench.apply()
    bench.edit("hello", "good day")
    bench.apply()
    bench.play.changes = (skipping(),)
    prepared = rollback_run.prepare(bench.session, "dev", 1)
    assert [one.code for one in prepared.plan.guards.objections] == ["MXG201"]
    assert "--allow-refused" in prepared.plan.guards.command
    rollback_run.abandon(bench.session, prepared)


def test_a_destroy_is_judged_too(bench: Bench) -> None:
    bench.apply()
    protected = {"identifier": "db", "deletion_protection": True}
    bench.play.changes = (one("aws_db_instance", "delete", protected, None, address=DATABASE),)
    prepared = destroy.prepare(bench.session, "dev")
    assert [one.code for one in prepared.guards.objections] == ["MXG201"]
    assert "--allow-refused" in prepared.guards.command
    destroy.abandon(bench.session, prepared)


def test_what_the_first_step_disarms_is_not_held_against_the_second() -> None:
    protected = {"identifier": "db", "deletion_protection": True}
    open_ = {**protected, "deletion_protection": False}
    disarming = document(item("aws_db_instance", "update", protected, open_, address=DATABASE))
    everything = document(item("aws_db_instance", "delete", protected, None, address=DATABASE))
    plans = [
        Plan(
            kind=kind,
            base=1,
            has_changes=True,
            changes=tuple(Judged(change, REVERSIBLE, REVERSIBLE) for change in plan.changes),
            refusals=refusals(plan),
        )
        for kind, plan in ((Kind.TEARDOWN, disarming), (Kind.DESTROY, everything))
    ]
    assert refused.told(plans) == ()
    assert [one.rule for one in refused.told(plans[1:])] == ["rds.deletion-protected"]


def test_what_mendixctl_mends_before_an_apply_is_refused_only_of_other_plans(bench: Bench) -> None:
    change = item("aws_eks_node_group", "update", sizes(2), sizes(3), address=GROUP)
    showing(bench, *document(change).changes)
    result = plan_run.plan(bench.session, "dev")
    assert (result.refusals, len(result.sizes), result.exit_code) == ((), 1, 2)


def test_verdicts_of_any_plan_say_it_as_well() -> None:
    plan = {
        "format_version": "1.2",
        "resource_changes": [
            item("aws_eks_node_group", "update", sizes(2), sizes(3), address=GROUP),
            item("aws_db_instance", "update", {"allocated_storage": 50}, {"allocated_storage": 100}, address=DATABASE),
        ],
    }

    def judged(*allowed: str) -> verdicts.VerdictsResult:
        return verdicts.judge_stream(io.BytesIO(json.dumps(plan).encode()), "plan", allowed=allowed)

    found = judged()
    assert (found.exit_code, [one.code for one in found.diagnostics]) == (3, ["MXG201", "MXG202"])
    assert "can't be greater than desired size 2" in found.diagnostics[0].summary
    passed = judged(GROUP)
    assert (passed.exit_code, [one.code for one in passed.diagnostics]) == (0, ["MXG202"])


def test_each_setting_that_aws_refuses_is_an_objection_at_its_place() -> None:
    other = 'module.cluster.aws_eks_node_group.this["apps"]'
    low = one("aws_eks_node_group", "create", None, {"scaling_config": [{"min_size": 3, "desired_size": 2}]})
    found = refusals(
        document(
            item("aws_eks_cluster", "update", {"version": "1.32"}, {"version": "1.34"}, address=CLUSTER),
            item("aws_eks_node_group", "create", None, low.raw["change"]["after"], address=GROUP),
            item("aws_eks_node_group", "create", None, low.raw["change"]["after"], address=other),
            item("aws_lb", "create", None, {"name": "a" * 33}, address="module.ingress.aws_lb.this"),
            item("aws_lb", "create", None, {"name": "a" * 33}, address="aws_lb.other"),
        )
    )
    told = refused.objections(found)
    assert [(it.key, it.allow) for it in told] == [
        ("cluster.version", (CLUSTER,)),
        ("cluster.node_groups.system.min", (GROUP,)),
        ("cluster.node_groups.apps.min", (other,)),
        ("ingress", ("module.ingress.aws_lb.this",)),
        ("", ("aws_lb.other",)),
    ]


def test_a_name_of_an_address_is_without_what_a_module_adds() -> None:
    small = {"engine": "postgres", "allocated_storage": 100}
    change = item(
        "aws_db_instance",
        "update",
        small,
        {**small, "allocated_storage": 50},
        address='module.database.aws_db_instance.replica["crm/1"]',
    )
    assert [it.setting for it in refusals(document(change))] == ["database.instances.crm.storage_gb"]


def test_the_setting_of_a_rule_is_one_that_the_yaml_has() -> None:
    schema = environment_schema(ModuleStore(MODULES))
    for rule in rulebook.every_rule():
        if rule.setting:
            steps = [NAME if step == "*" else step for step in rule.setting.split(".")]
            walk(schema, steps)
