"""The verdict of each change of a manifest that cannot simply be applied again."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.guard.manifests import Context, judge
from mendixctl.guard.verdict import Judgement, Verdict
from mendixgen.kubernetes.diff import diff, parse
from mendixgen.kubernetes.text import dump

SPACE = {"name": "one", "namespace": "mendix"}


def thing(kind: str, name: str = "one", **body: Any) -> dict[str, Any]:
    namespaced = kind not in ("Namespace", "StorageClass")
    return {"apiVersion": "x/v1", "kind": kind, "metadata": {**({} if not namespaced else SPACE), "name": name}, **body}


def said(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[str, Judgement]:
    old, new = ({"kubernetes/all.yaml": "---\n".join(map(dump, every))} if every else {} for every in (before, after))
    found = diff(old, new)
    context = Context(found, parse(old))
    return {one.key.address: judge(one, context) for one in found}


PLANNED = {"database": {"servicePlan": "db-1"}, "storage": {"servicePlan": "s3-1"}, "appURL": "one.example.com"}
STORED = {"allowOverrideSecretsWithSecretStoreCSIDriver": True, "appURL": "one.example.com"}


@pytest.mark.parametrize(
    ("kind", "before", "after", "verdict", "rule"),
    [
        ("Namespace", {}, None, Verdict.IRREVERSIBLE, "kubernetes.namespace-deleted"),
        ("MendixApp", {"spec": PLANNED}, None, Verdict.IRREVERSIBLE, "kubernetes.app-deleted"),
        ("MendixApp", {"spec": STORED}, None, Verdict.RESTORE_NEEDED, "kubernetes.app-deleted"),
        (
            "MendixApp",
            {"spec": PLANNED},
            {"spec": {**PLANNED, "database": {"servicePlan": "db-2"}}},
            Verdict.RESTORE_NEEDED,
            "kubernetes.app-plan",
        ),
        ("MendixApp", {"spec": STORED}, {"spec": {"appURL": "x"}}, Verdict.RESTORE_NEEDED, "kubernetes.app-identity"),
        (
            "MendixApp",
            {"spec": {**STORED, "sourceURL": "https://a"}},
            {"spec": {**STORED, "sourceURL": "https://b"}},
            Verdict.RESTORE_NEEDED,
            "kubernetes.app-release",
        ),
        ("MendixApp", {"spec": STORED}, {"spec": {**STORED, "replicas": 2}}, Verdict.REVERSIBLE, "kubernetes.apply"),
        ("StorageClass", {"parameters": {"iops": "1"}}, None, Verdict.REVERSIBLE, "kubernetes.class-deleted"),
        (
            "StorageClass",
            {"parameters": {"iops": "1"}},
            {"parameters": {"iops": "2"}},
            Verdict.RESTORE_NEEDED,
            "kubernetes.class-changed",
        ),
        ("HorizontalPodAutoscaler", {"spec": {}}, None, Verdict.REVERSIBLE, "kubernetes.scaler-deleted"),
        (
            "TargetGroupBinding",
            {"spec": {"targetGroupName": "a"}},
            {"spec": {"targetGroupName": "b"}},
            Verdict.RESTORE_NEEDED,
            "kubernetes.binding-changed",
        ),
        ("TargetGroupBinding", {"spec": {}}, None, Verdict.REVERSIBLE, "kubernetes.binding-deleted"),
        (
            "Elasticsearch",
            {"spec": {"version": "8.19.0"}},
            {"spec": {"version": "9.1.4"}},
            Verdict.IRREVERSIBLE,
            "kubernetes.search-version",
        ),
        ("Elasticsearch", {"spec": {}}, None, Verdict.RESTORE_NEEDED, "kubernetes.search-deleted"),
        ("NetworkPolicy", {"spec": {}}, None, Verdict.REVERSIBLE, "kubernetes.apply"),
    ],
)
def test_the_verdict(
    kind: str, before: dict[str, Any], after: dict[str, Any] | None, verdict: Verdict, rule: str
) -> None:
    (found,) = said([thing(kind, **before)], [thing(kind, **after)] if after is not None else []).values()
    assert (found.verdict, found.rule) == (verdict, rule)
    assert bool(found.reason) == (rule != "kubernetes.apply")
    assert bool(found.source) == (rule != "kubernetes.apply")


def test_whatever_is_new_is_reversible() -> None:
    for kind in ("Namespace", "MendixApp", "StorageClass", "TargetGroupBinding", "Elasticsearch", "Service"):
        (found,) = said([], [thing(kind, spec={})]).values()
        assert found.verdict is Verdict.REVERSIBLE


def test_an_app_that_is_renamed_is_said_to_begin_empty() -> None:
    found = said([thing("MendixApp", spec=PLANNED)], [thing("MendixApp", "two", spec=PLANNED)])
    assert found["mendix/MendixApp/one"].verdict is Verdict.IRREVERSIBLE
    assert "two is another app, which begins empty" in found["mendix/MendixApp/one"].reason


def test_a_newer_elasticsearch_loses_nothing() -> None:
    before, after = ({"spec": {"version": version}} for version in ("8.19.0", "9.1.4"))
    (found,) = said([thing("Elasticsearch", **before)], [thing("Elasticsearch", **after)]).values()
    assert found.one_way
    assert not found.loses


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("90", "30", Verdict.IRREVERSIBLE),
        ("", "30", Verdict.IRREVERSIBLE),
        ("30", "90", Verdict.REVERSIBLE),
        ("30", "", Verdict.REVERSIBLE),
    ],
)
def test_logs_that_are_deleted_earlier_are_gone(before: str, after: str, verdict: Verdict) -> None:
    old, new = (
        thing("ConfigMap", "elastic-documents", data={"delete_after_days": days, "policy.json": days})
        for days in (before, after)
    )
    (found,) = said([old], [new]).values()
    assert found.verdict is verdict
