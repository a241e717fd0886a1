"""Manifests as a part of the release: applied after Terraform, recorded, finished, brought back, taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError, ApplyInterrupted, ApplyResult
from mendixctl.engine.blame.run import blame
from mendixctl.engine.deploy.run import deploy
from mendixctl.engine.deployment import connection
from mendixctl.engine.drift import run as drift_run
from mendixctl.engine.history.filters import Selection, select
from mendixctl.engine.history.run import diff, history
from mendixctl.engine.history.verify import verify
from mendixctl.engine.operation import operation
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.rollback import on_failure
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.engine.status import status
from mendixctl.engine.unfinished.open_release import outcome_of
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Deployment, Kind, Record, Status
from mendixctl.terraform.events import Event, ResourceEvent
from mendixctl.terraform.plan import Action, ResourceChange
from mendixgen import documents
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from tests.support import sample_manifests
from tests.support.in_process_cluster import InProcess
from tests.unit.engine.conftest import Bench, Listener

APPS = "apis/privatecloud.mendix.com/v1alpha1/namespaces/mendix/mendixapps"
FIRST, SECOND, SPACE = "mendix/MendixApp/first", "mendix/MendixApp/second", "Namespace/mendix"


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "RENDERERS", {"kubernetes": sample_manifests.__name__})
    monkeypatch.setattr(connection, "has_cluster", lambda site: True)


def plan(bench: Bench) -> PlanResult:
    return plan_run.plan(bench.session, "dev")


def told(result: PlanResult) -> dict[str, str]:
    return {
        one.change.key.address: one.change.does.value + (" again" if one.change.unfinished else "")
        for one in result.manifests.objects
    }


def apply(bench: Bench, *accepted: str, **options: Any) -> ApplyResult:
    plan(bench)
    return apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev", accepted), **options)


def newest(bench: Bench) -> Record:
    ledger = LocalLedger("dev", bench.root / "releases")
    return ledger.read(ledger.head())


def deployment(bench: Bench) -> Deployment:
    outcome = newest(bench).outcome
    assert outcome is not None
    assert outcome.deployment is not None
    return outcome.deployment


def live(cluster: InProcess, name: str = "first") -> dict[str, Any]:
    found: dict[str, Any] = cluster.client.get(f"{APPS}/{name}")
    return found


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [one.code for one in error.value.diagnostics]


def test_an_apply_deploys_and_records_which_objects(bench: Bench, cluster: InProcess) -> None:
    result = bench.apply()
    assert result.status is Status.SUCCEEDED
    assert live(cluster)["spec"]["appURL"] == "hello"
    assert deployment(bench) == Deployment(done=(SPACE, FIRST))
    recorded = newest(bench).release.objects
    assert [(one.address, one.action, one.area) for one in recorded] == [
        (SPACE, "create", "kubernetes"),
        (FIRST, "create", "kubernetes"),
    ]
    assert plan(bench).exit_code == 0


def test_an_app_that_waits_for_its_first_release_is_named_and_not_waited_for(bench: Bench, cluster: InProcess) -> None:
    bench.edit("first: hello", "first: undelivered")
    assert "waits for its first release" in plan(bench).manifests.apps[0].reason
    told: list[Diagnostic] = []
    bench.session.reporter.notice = told.append  # type: ignore[method-assign]
    result = bench.apply()
    assert result.status is Status.SUCCEEDED
    assert [(one.code, "first" in one.summary) for one in told if one.code == "MXK114"] == [("MXK114", True)]
    assert live(cluster)["status"]["readyReplicas"] == 0
    assert plan(bench).exit_code == 0


def test_it_does_what_was_planned_and_nothing_else(bench: Bench, cluster: InProcess) -> None:
    bench.edit("    first: hello", "    first: hello\n    second: hello")
    bench.apply()
    api = cluster.api()
    apps = api.resource("privatecloud.mendix.com/v1alpha1", "MendixApp")
    assert apps is not None
    api.apply(apps, {**strip(live(cluster, "second")), "spec": {"appURL": "by hand"}})
    cluster.asked.clear()
    bench.edit("    first: hello", "    first: goodbye")
    bench.apply()
    assert cluster.changed() == [("PATCH", f"{APPS}/first")]
    assert live(cluster, "second")["spec"]["appURL"] == "by hand"


def strip(value: dict[str, Any]) -> dict[str, Any]:
    metadata = {name: value["metadata"][name] for name in ("name", "namespace")}
    return {"apiVersion": value["apiVersion"], "kind": value["kind"], "metadata": metadata}


def test_a_cluster_that_cannot_be_reached_stops_an_apply_before_it_begins(bench: Bench, cluster: InProcess) -> None:
    cluster.away = True
    with pytest.raises(MendixError) as error:
        bench.apply()
    assert codes(error) == ["MXK101"]
    assert "--no-deploy" in error.value.diagnostics[0].hint
    assert not (bench.root / "releases").exists()
    assert bench.play.count("apply") == 0


def test_what_changes_nothing_of_it_does_not_ask_for_the_cluster(bench: Bench, cluster: InProcess) -> None:
    bench.apply()
    cluster.away = True
    bench.edit("domain: dev.apps.example.com", "domain: dev.apps.example.com\nnotes_of: nobody\n")
    bench.edit("\nnotes_of: nobody\n", "")
    bench.edit("  texts:", "  edition: 2\n  texts:")
    assert apply(bench).status is Status.SUCCEEDED
    assert newest(bench).outcome is not None
    assert newest(bench).outcome.deployment is None  # type: ignore[union-attr]


def test_a_cluster_that_does_not_come_is_a_failed_release_that_the_next_finishes(
    bench: Bench, cluster: InProcess
) -> None:
    cluster.there = False
    with pytest.raises(ApplyError) as error:
        bench.apply()
    assert codes(error) == ["MXK110", "MXP141"]
    assert "0 of 2 objects" in error.value.diagnostics[-1].summary
    assert newest(bench).status is Status.FAILED
    assert newest(bench).outcome.done  # type: ignore[union-attr]
    assert deployment(bench) == Deployment(not_started=(SPACE, FIRST))
    cluster.there = True
    left = plan(bench)
    assert (left.has_changes, left.exit_code, told(left)) == (False, 2, {SPACE: "create", FIRST: "create"})
    apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))
    assert newest(bench).status is Status.SUCCEEDED
    assert plan(bench).exit_code == 0


@pytest.mark.parametrize(("text", "why"), [("fails to start", "fails to start"), ("wrong", "unheardOf")])
def test_an_object_that_does_not_get_there_is_named_and_done_again(
    bench: Bench, cluster: InProcess, text: str, why: str
) -> None:
    bench.edit("first: hello", f"first: {text}")
    with pytest.raises(ApplyError) as error:
        bench.apply()
    assert codes(error) == ["MXK113", "MXP141"]
    assert why in error.value.diagnostics[0].detail
    assert deployment(bench) == Deployment(done=(SPACE,), failed=(FIRST,))
    # the same again is still to be done, and what is mended is enough
    bench.edit(text, "hello")
    assert told(plan(bench)) == {FIRST: "update again"}
    bench.apply()
    assert live(cluster)["spec"]["appURL"] == "hello"
    assert plan(bench).exit_code == 0


def test_the_same_is_tried_again_where_the_world_has_changed(bench: Bench, cluster: InProcess) -> None:
    bench.edit("first: hello", "first: fails once")
    with pytest.raises(ApplyError):
        bench.apply()
    left = plan(bench)
    assert told(left) == {FIRST: "update again"}
    assert left.manifests.objects[0].change.fields == ()
    assert left.plan_file is not None


def test_it_can_be_left_out_and_brought_there_by_a_deployment(bench: Bench, cluster: InProcess) -> None:
    cluster.away = True
    result = apply(bench, deploys=False)
    assert (result.status, result.to_deploy) == (Status.SUCCEEDED, 2)
    assert deployment(bench) == Deployment(not_started=(SPACE, FIRST), left_out=True)
    assert told(plan(bench)) == {SPACE: "create", FIRST: "create"}
    cluster.away = False
    deployed = deploy(bench.session, "dev")
    assert (deployed.exit_code, deployed.release, deployed.recorded) == (0, 1, 2)
    assert newest(bench).release.kind is Kind.DEPLOY
    assert plan(bench).exit_code == 0
    assert deploy(bench.session, "dev").recorded == 0
    # what a deployment did can be gone back to
    bench.edit("first: hello", "first: goodbye")
    bench.apply()
    prepared = rollback_run.prepare(bench.session, "dev", 2)
    assert rollback_run.execute(bench.session, prepared).proven
    assert live(cluster)["spec"]["appURL"] == "hello"


def test_what_somebody_else_brought_there_is_seen_and_recorded(bench: Bench, cluster: InProcess) -> None:
    apply(bench, deploys=False)
    deploy(bench.session, "dev")
    bench.edit("first: hello", "first: goodbye")
    apply(bench, deploys=False)
    api = cluster.api()
    apps = api.resource("privatecloud.mendix.com/v1alpha1", "MendixApp")
    assert apps is not None
    wanted = {**strip(live(cluster)), "spec": {**live(cluster)["spec"], "appURL": "goodbye"}}
    api.apply(apps, {**wanted, "metadata": {**wanted["metadata"], "labels": live(cluster)["metadata"]["labels"]}})
    assert told(plan(bench)) == {FIRST: "update"}
    assert deploy(bench.session, "dev").recorded == 4
    assert plan(bench).exit_code == 0


def test_a_loss_in_the_cluster_is_accepted_by_its_address(bench: Bench, cluster: InProcess) -> None:
    bench.edit("    first: hello", "    first: hello\n    second: hello")
    bench.apply()
    bench.edit("\n    second: hello", "")
    plan(bench)
    prepared = apply_run.prepare(bench.session, "dev")
    assert [(one.code, one.accept) for one in prepared.plan.guards.objections] == [("MXG101", (SECOND,))]
    with pytest.raises(Refused) as refused:
        apply_run.execute(bench.session, prepared)
    assert codes(refused) == ["MXG101"]
    assert f"--accept-loss {SECOND}" in refused.value.diagnostics[0].hint
    assert apply(bench, SECOND).status is Status.SUCCEEDED
    assert cluster.names(APPS) == ["first"]
    assert newest(bench).release.accepted == (SECOND,)


def test_a_rollback_brings_the_older_objects_back_in_the_same_step(bench: Bench, cluster: InProcess) -> None:
    bench.apply()
    bench.edit("first: hello", "first: goodbye")
    bench.apply()
    prepared = rollback_run.prepare(bench.session, "dev", 1)
    assert told(prepared.plan) == {FIRST: "update"}
    result = rollback_run.execute(bench.session, prepared)
    assert (result.proven, result.objects) == (True, ())
    assert live(cluster)["spec"]["appURL"] == "hello"
    assert plan(bench).exit_code == 0


def test_a_rollback_is_not_proven_while_the_cluster_differs(bench: Bench, cluster: InProcess) -> None:
    bench.edit("    first: hello", "    first: hello\n    second: hello")
    bench.apply()
    bench.edit("first: hello", "first: goodbye")
    bench.apply()
    api = cluster.api()
    apps = api.resource("privatecloud.mendix.com/v1alpha1", "MendixApp")
    assert apps is not None
    api.delete(apps, live(cluster, "second"))
    result = rollback_run.execute(bench.session, rollback_run.prepare(bench.session, "dev", 1))
    assert result.proven is False
    assert [(one.change.key.address, one.change.does.value) for one in result.objects] == [(SECOND, "create")]
    assert deploy(bench.session, "dev").exit_code == 0
    assert sorted(cluster.names(APPS)) == ["first", "second"]


def test_a_failed_deployment_falls_back_by_itself(bench: Bench, cluster: InProcess) -> None:
    bench.apply()
    bench.edit("first: hello", "first: fails to start")
    plan(bench)
    with pytest.raises(ApplyError) as error:
        on_failure.execute(bench.session, apply_run.prepare(bench.session, "dev"), checks=timedelta(0))
    assert codes(error)[-1] == "MXB140"
    assert live(cluster)["spec"]["appURL"] == "hello"
    assert newest(bench).release.kind is Kind.ROLLBACK
    assert plan(bench).exit_code == 0


def test_what_does_not_come_back_by_itself_is_not_fallen_back_from(bench: Bench, cluster: InProcess) -> None:
    bench.edit("    first: hello", "    first: fails\n    second: hello")
    with pytest.raises(ApplyError):
        bench.apply()
    bench.edit("first: fails", "first: hello")
    bench.apply()
    bench.edit("    second: hello", "    third: fails as well")
    plan(bench)
    prepared = apply_run.prepare(bench.session, "dev", [SECOND])
    with pytest.raises(ApplyError) as error:
        on_failure.execute(bench.session, prepared)
    # the app that failed goes again, and the one that nobody deletes yet stays: deletions come last
    assert codes(error)[-1] == "MXB140"
    assert sorted(cluster.names(APPS)) == ["first", "second"]


def test_a_destroy_takes_everything_out_of_the_cluster_before_terraform_begins(
    bench: Bench, cluster: InProcess
) -> None:
    bench.apply()
    seen: list[list[str]] = []
    bench.play.during_apply = lambda: seen.append(cluster.names("api/v1/namespaces"))
    prepared = destroy.prepare(bench.session, "dev")
    assert told(prepared.destroy) == {SPACE: "delete", FIRST: "delete"}
    destroy.execute(bench.session, prepared)
    assert "mendix" in seen[0]  # the step that disarms touches nothing of it
    assert "mendix" not in seen[-1]
    deleted = [path for method, path in cluster.asked if method == "DELETE"]
    assert deleted == [f"{APPS}/first", "api/v1/namespaces/mendix"]
    assert sorted(deployment(bench).done) == sorted((SPACE, FIRST))
    bench.play.during_apply = lambda: None
    assert told(plan(bench)) == {SPACE: "create", FIRST: "create"}


def test_a_destroy_that_does_not_reach_the_cluster_disarms_nothing_and_knows_ways_on(
    bench: Bench, cluster: InProcess
) -> None:
    bench.apply()
    cluster.away = True
    prepared = destroy.prepare(bench.session, "dev")
    with pytest.raises(MendixError) as error:
        destroy.execute(bench.session, prepared)
    assert codes(error) == ["MXK101"]
    assert "--no-deploy" in error.value.diagnostics[0].hint
    assert "deploy dev --remove" in error.value.diagnostics[0].hint
    assert newest(bench).release.kind is Kind.APPLY
    # from inside first ...
    cluster.away = False
    assert deploy(bench.session, "dev", remove=True).exit_code == 0
    cluster.away = True
    destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    assert newest(bench).release.kind is Kind.DESTROY


def test_a_destroy_can_leave_the_cluster_as_it_is(bench: Bench, cluster: InProcess) -> None:
    bench.apply()
    cluster.away = True
    destroy.execute(bench.session, destroy.prepare(bench.session, "dev"), deploys=False)
    assert deployment(bench).left_out
    assert newest(bench).status is Status.SUCCEEDED


def test_a_destroy_after_the_cluster_is_gone_has_nothing_to_take_away(bench: Bench, cluster: InProcess) -> None:
    bench.apply()
    cluster.there = False
    destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    assert deployment(bench).complete


def test_a_deletion_that_is_refused_keeps_terraform_from_beginning(
    bench: Bench, cluster: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.apply()
    prepared = destroy.prepare(bench.session, "dev")
    applied = bench.play.count("apply")
    delete = type(cluster.api()).delete

    def refuse(self: Any, resource: Any, value: Any) -> None:
        if resource.kind == "MendixApp":
            raise MendixError(Diagnostic("MXK103", "a webhook says no"))
        delete(self, resource, value)

    monkeypatch.setattr(type(cluster.api()), "delete", refuse)
    with pytest.raises(ApplyError) as error:
        destroy.execute(bench.session, prepared)
    assert codes(error)[0] == "MXK113"
    assert bench.play.count("apply") == applied + 1  # what disarms, and not what destroys
    assert deployment(bench).failed == (FIRST,)
    assert "mendix" in cluster.names("api/v1/namespaces")
    monkeypatch.undo()


class Stopping(Listener):
    """Ctrl-C as soon as an object has been begun."""

    def event(self, event: Event) -> None:
        if isinstance(event, ResourceEvent) and event.address == FIRST:
            raise KeyboardInterrupt


def test_what_a_person_stops_is_recorded_as_far_as_it_came(bench: Bench, cluster: InProcess) -> None:
    plan(bench)
    session = replace(bench.session, reporter=Stopping())
    with pytest.raises(ApplyInterrupted):
        apply_run.execute(session, apply_run.prepare(session, "dev"))
    assert newest(bench).status is Status.INTERRUPTED
    assert deployment(bench) == Deployment(done=(SPACE,), failed=(FIRST,))
    assert told(plan(bench)) == {FIRST: "update again"}


def test_of_what_was_killed_meanwhile_nothing_counts_as_there(bench: Bench, cluster: InProcess) -> None:
    bench.apply()
    record = newest(bench)
    unclosed = replace(record, outcome=None)
    assert outcome_of(unclosed, None, bench.clock()).deployment == Deployment(failed=(SPACE, FIRST))
    destroying = replace(unclosed, release=replace(record.release, kind=Kind.DESTROY))
    assert outcome_of(destroying, None, bench.clock()).deployment == Deployment(done=(SPACE, FIRST))


def test_a_cluster_that_is_made_anew_has_nothing(bench: Bench, cluster: InProcess) -> None:
    bench.apply()
    made = ResourceChange("module.cluster.aws_eks_cluster.this", "cluster", "aws_eks_cluster", Action.CREATE)
    bench.play.changes = (made,)
    bench.edit("first: hello", "first: goodbye")
    assert told(plan(bench)) == {SPACE: "create", FIRST: "create"}


def test_each_object_is_told_while_it_is_on_its_way(bench: Bench, cluster: InProcess) -> None:
    class Hearing(Listener):
        def __init__(self) -> None:
            super().__init__()
            self.heard: list[tuple[str, str]] = []

        def event(self, event: Event) -> None:
            if isinstance(event, ResourceEvent):
                self.heard.append((event.address, event.phase))

    hearing = Hearing()
    plan(bench)
    session = replace(bench.session, reporter=hearing)
    apply_run.execute(session, apply_run.prepare(session, "dev"))
    phases = [phase for address, phase in hearing.heard if address == FIRST]
    assert (phases[0], phases[-1]) == ("start", "complete")
    assert "deploy" in hearing.stages


def by_hand(cluster: InProcess, url: str, name: str = "first") -> None:
    """Set a field of an app as kubectl does."""
    status, said = cluster.client.ask(
        "PATCH",
        f"{APPS}/{name}",
        {"spec": {"appURL": url}},
        "application/merge-patch+json",
        fieldManager="kubectl-edit",
    )
    assert status == 200, said


def test_status_names_what_is_not_there_and_what_is_not_well(bench: Bench, cluster: InProcess) -> None:
    bench.edit("domain: dev.apps.example.com", "domain: dev.apps.example.com")
    apply(bench, deploys=False)
    found = status(bench.session, "dev")
    assert (found.objects, found.exit_code, found.next) == ((SPACE, FIRST), 2, "mendixctl deploy dev")
    deploy(bench.session, "dev")
    assert status(bench.session, "dev").finished
    api = cluster.api()
    apps = api.resource("privatecloud.mendix.com/v1alpha1", "MendixApp")
    assert apps is not None
    api.delete(apps, live(cluster))
    found = status(bench.session, "dev")
    assert [(one.address, one.message) for one in found.not_ready] == [(FIRST, "it is not there yet")]
    assert (found.exit_code, found.next) == (2, "mendixctl deploy dev --dry-run")
    cluster.away = True
    found = status(bench.session, "dev")
    assert [one.code for one in found.warnings] == ["MXK101"]
    assert found.not_ready == ()
    assert found.finished


def test_verify_warns_of_what_is_not_ready(bench: Bench, cluster: InProcess) -> None:
    bench.apply()

    def found() -> list[tuple[int, str, str]]:
        result = verify(bench.session, "dev")
        assert result.exit_code == 0
        return [(it.release, it.diagnostic.code, it.diagnostic.summary) for it in result.environments[0].findings]

    assert found() == []
    apps = cluster.api().resource("privatecloud.mendix.com/v1alpha1", "MendixApp")
    assert apps is not None
    cluster.api().delete(apps, live(cluster))
    ((number, code, summary),) = found()
    assert (number, code) == (1, "MXD118")
    assert f"{FIRST} of dev" in summary
    cluster.away = True
    assert [code for _, code, _ in found()] == ["MXK101"]


def test_what_somebody_changed_in_the_cluster_is_told_with_who_did_it(bench: Bench, cluster: InProcess) -> None:
    bench.edit("    first: hello", "    first: hello\n    second: hello")
    bench.apply()
    session = bench.session

    def found() -> dict[str, tuple[str, list[tuple[str, object, object, str]]]]:
        with operation(session, "dev", "drift") as site:
            objects, notes = drift_run._in_cluster(site, newest(bench))
        assert notes == ()
        return {
            one.address: (one.happened, [(it.path, it.released, it.now, it.manager) for it in one.fields])
            for one in objects
        }

    assert found() == {}
    by_hand(cluster, "elsewhere")
    api = cluster.api()
    apps = api.resource("privatecloud.mendix.com/v1alpha1", "MendixApp")
    assert apps is not None
    api.delete(apps, live(cluster, "second"))
    added = {**strip(live(cluster)), "spec": {"appURL": "x"}}
    added["metadata"] = {**live(cluster)["metadata"], "name": "third"}
    added["metadata"] = {key: added["metadata"][key] for key in ("name", "namespace", "labels")}
    api.apply(apps, added)
    assert found() == {
        FIRST: ("changed", [("spec.appURL", "hello", "elsewhere", "kubectl-edit")]),
        SECOND: ("deleted", []),
        "mendix/MendixApp/third": ("added", []),
    }
    # nothing of it is in a plan, which does what the YAML changes; a deployment takes it back
    assert told(plan(bench)) == {}
    deploy(session, "dev", accepted=["mendix/MendixApp/third"])
    assert found() == {}
    cluster.away = True
    with operation(session, "dev", "drift") as site:
        objects, notes = drift_run._in_cluster(site, newest(bench))
    assert (objects, [one.code for one in notes]) == ((), ["MXK101"])


def test_blame_and_history_know_the_objects(bench: Bench, cluster: InProcess) -> None:
    bench.apply()
    bench.edit("first: hello", "first: goodbye")
    bench.apply("other words")
    (resource,) = blame(bench.session, "dev", FIRST).resources
    assert [(one.cause.release, one.action) for one in resource.changes] == [(1, "create"), (2, "update")]
    assert resource.changes[-1].attributes == ("spec.appURL",)
    listed = select(history(bench.session, "dev"), Selection(address=FIRST)).listed
    assert [one.number for one in listed] == [1, 2]
    assert [one.number for one in select(history(bench.session, "dev"), Selection(area="kubernetes")).listed] == [1, 2]
    assert (2, FIRST) in {(number, change.address) for number, change in diff(bench.session, "dev", 1, 2).changes}
