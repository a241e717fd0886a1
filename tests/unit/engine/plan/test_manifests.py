"""A plan says what changes on the cluster since the newest release, also where Terraform changes nothing."""

from __future__ import annotations

import io
import json

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.deployment import connection
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.guard.verdict import Verdict
from mendixctl.views.human.view import HumanView
from mendixctl.views.json.documents import manifests as as_json
from mendixgen import documents
from mendixgen.diagnostics import Refused
from mendixgen.kubernetes.effects import Effect
from tests.support import sample_manifests
from tests.unit.engine.conftest import Bench


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "RENDERERS", {"kubernetes": sample_manifests.__name__})
    monkeypatch.setattr(connection, "has_cluster", lambda site: True)


def plan(bench: Bench) -> PlanResult:
    return plan_run.plan(bench.session, "dev")


def told(result: PlanResult) -> dict[str, tuple[str, Verdict]]:
    return {one.change.key.address: (one.change.does.value, one.judgement.verdict) for one in result.manifests.objects}


def test_before_the_first_release_everything_is_new(bench: Bench) -> None:
    made = ("create", Verdict.REVERSIBLE)
    assert told(plan(bench)) == {"Namespace/mendix": made, "mendix/MendixApp/first": made}


def test_after_an_apply_nothing_changes(bench: Bench) -> None:
    bench.apply()
    result = plan(bench)
    assert not result.manifests
    assert result.exit_code == 0


def test_a_change_of_manifests_alone_can_be_applied_and_is_recorded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.apply()
    render = sample_manifests.render
    monkeypatch.setattr(
        sample_manifests,
        "render",
        lambda source: {name: text.replace("replicas: 2", "replicas: 3") for name, text in render(source).items()},
    )
    (bench.root / "kubernetes/mendix/app-first.yaml").unlink()  # the code of a test has no time of its own
    result = plan(bench)
    assert not result.has_changes
    assert result.exit_code == 2
    assert result.plan_file is not None
    (one,) = result.manifests.objects
    assert [(it.path, it.before, it.after) for it in one.change.fields] == [("spec.replicas", 2, 3)]
    assert [(it.app, it.effect) for it in result.manifests.apps] == [("mendix/first", Effect.SCALE)]
    prepared = apply_run.prepare(bench.session, "dev")
    assert prepared.plan.manifests == result.manifests
    apply_run.execute(bench.session, prepared, message="")
    assert plan(bench).exit_code == 0


def test_a_renamed_app_is_irreversible_in_a_plan_and_a_rollback_shows_the_way_back(bench: Bench) -> None:
    bench.apply()
    bench.edit("    first: hello", "    other: hello")
    result = plan(bench)
    assert told(result) == {
        "mendix/MendixApp/first": ("delete", Verdict.IRREVERSIBLE),
        "mendix/MendixApp/other": ("create", Verdict.REVERSIBLE),
    }
    with pytest.raises(Refused) as lost:
        bench.apply()
    assert [one.code for one in lost.value.diagnostics] == ["MXG101"]
    plan(bench)
    accepted = apply_run.prepare(bench.session, "dev", ["mendix/MendixApp/first"])
    apply_run.execute(bench.session, accepted)
    prepared = rollback_run.prepare(bench.session, "dev", 1)
    assert told(prepared.plan)["mendix/MendixApp/other"] == ("delete", Verdict.IRREVERSIBLE)


def test_a_person_and_a_program_are_told_of_every_object(bench: Bench) -> None:
    bench.apply()
    bench.edit("    first: hello", "    first: goodbye\n    second: hello")
    result = plan(bench)
    out = io.StringIO()
    HumanView(out=out, err=io.StringIO()).show(result)
    text = out.getvalue()
    assert "kubernetes  2 objects" in text
    assert 'spec.appURL  "hello" -> "goodbye"' in text
    assert "app mendix/first  roll: settings of the app, about" in text
    assert "app mendix/second  start: it is new" in text
    document = json.loads(json.dumps(as_json(result.manifests)))
    assert [one["address"] for one in document["objects"]] == ["mendix/MendixApp/first", "mendix/MendixApp/second"]
    assert {one["app"]: one["effect"] for one in document["apps"]} == {"mendix/first": "roll", "mendix/second": "start"}
