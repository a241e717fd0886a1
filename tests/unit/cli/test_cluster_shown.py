"""What a person is told of the cluster: by drift, by status, and of a release that did not get everything there."""

from __future__ import annotations

from dataclasses import replace

from mendixctl.engine.deployment.outside import FieldOutside, ObjectOutside
from mendixctl.engine.deployment.results import Readiness, State
from mendixctl.ledger.release import Deployment, Outcome
from tests.unit.cli import crash_samples, samples
from tests.unit.cli.test_human import view

CHANGED = FieldOutside("spec.replicas", 2, 5, "kubectl-scale", "2026-11-30T05:00:00Z")


def test_drift_in_the_cluster_has_the_field_and_who_set_it() -> None:
    shown, out, _ = view()
    gone = ObjectOutside("mendix/Service/web", "deleted")
    shown.show(
        replace(samples.AS_RELEASED, objects=(ObjectOutside("mendix/MendixApp/crm", "changed", (CHANGED,)), gone))
    )
    text = out.getvalue()
    for expected in (
        "Changed in the cluster, outside of any release",
        "  ~ mendix/MendixApp/crm\n",
        "spec.replicas  2 -> 5  by kubectl-scale at 2026-11-30T05:00:00Z",
        "  - mendix/Service/web  deleted",
        "Drift: 2 objects changed in the cluster",
        "mendixctl deploy",
    ):
        assert expected in text, expected
    assert "No drift" not in text


def test_status_names_what_is_not_there_and_what_is_not_ready() -> None:
    shown, out, _ = view()
    waits = Readiness("mendix/MendixApp/crm", State.WAITING, "1 of 2 ready")
    shown.show(replace(crash_samples.AT_REST, objects=("Namespace/mendix",), not_ready=(waits,)))
    text = out.getvalue()
    assert "Not in the cluster as released: 1 object" in text
    assert "  . Namespace/mendix" in text
    assert "waiting mendix/MendixApp/crm: 1 of 2 ready" in text


def test_an_apply_says_how_far_it_came_with_the_objects() -> None:
    shown, out, _ = view()
    done = samples.applied()
    found = Deployment(("Namespace/mendix",), ("mendix/MendixApp/crm",), ("mendix/Service/web",))
    assert isinstance(done.outcome, Outcome)
    shown.show(replace(done, outcome=replace(done.outcome, deployment=found)))
    text = out.getvalue()
    assert "kubernetes  1 object done, 1 failed, 1 not begun" in text
    assert "! mendix/MendixApp/crm" in text
    assert ". mendix/Service/web" in text
    shown, out, _ = view()
    left = Deployment(not_started=("Namespace/mendix",), left_out=True)
    shown.show(replace(done, outcome=replace(done.outcome, deployment=left), to_deploy=1))
    assert "0 objects done, 1 left out" in out.getvalue()
    assert "mendixctl deploy" in out.getvalue()
