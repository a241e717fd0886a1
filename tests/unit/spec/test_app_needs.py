"""What apps need of the areas: each rule with what breaks it and with what does not."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from mendixctl.engine.environment.neighbours import reader
from mendixgen.areas.workloads.statements import PUSH
from mendixgen.diagnostics import MendixError, Severity
from mendixgen.repository import Repository
from mendixgen.spec import app_needs
from mendixgen.spec.header import Header
from mendixgen.spec.loader import load_text
from tests.support import platforms
from tests.support.platforms import APPS, REPOSITORY, STORE

TODAY = date(2026, 11, 30)


def said(*apps: str, sections: dict[str, str] | None = None) -> dict[str, str]:
    """The codes of what is said of ``prod`` with these apps, and where."""
    from mendixgen import lock as locks

    text = (REPOSITORY / "environments/prod.yaml").read_text()
    text = text.partition(APPS)[0].replace(", readers: [crm]", "") + APPS + "".join(f"  {line}\n" for line in apps)
    for old, new in (sections or {}).items():
        assert old in text
        text = text.replace(old, new)
    lock = locks.parse((REPOSITORY / "environments/prod.lock").read_text(), "prod.lock")
    try:
        label, beside = "environments/prod.yaml", reader(Repository(REPOSITORY))
        spec = load_text(text, label, store=STORE, lock=lock, name="prod", today=TODAY, beside=beside)
    except MendixError as error:
        return {one.code: one.detail for one in error.diagnostics if one.severity is Severity.ERROR}
    return {one.code: one.detail for one in spec.warnings}


NEW = {"MXS136", "MXS137", "MXS138", "MXS139", "MXS145", "MXS146", "MXS147", "MXS148"}
RUNTIME = {"  entries:\n": "  entries:\n    one-runtime: {rotate: false, readers: [one]}\n"}


def test_an_app_that_has_what_it_needs_is_let_be() -> None:
    assert not NEW & set(said("one: {mendix: '10.24'}", sections=RUNTIME))


@pytest.mark.parametrize(
    ("code", "place", "app"),
    [
        ("MXS136", "apps.one.release.bake_minutes", "release: {strategy: canary, bake_minutes: 9}"),
        ("MXS137", "apps.one.replicas", "replicas: 2, autoscale: {min: 3, max: 5}"),
        ("MXS138", "apps.one.replicas", "replicas: 1, release: {strategy: blue-green}"),
        ("MXS138", "apps.one.autoscale.min", "autoscale: {min: 1, max: 5}, release: {strategy: canary}"),
        ("MXS139", "apps.one.namespace", "namespace: sales"),
        ("MXS139", "apps.one.secrets.A.B", "secrets: {A.B: nope}"),
        ("MXS139", "apps.one.secrets.A.B", "secrets: {A.B: license}"),
        ("MXS139", "apps.one.secrets", "identity: storage-plan, secrets: {A.B: license}"),
        ("MXS146", "apps.one.cpu", "cpu: 4"),
        ("MXS146", "apps.one.memory_gb", "memory_gb: 15"),
        ("MXS147", "apps", "cpu: 3, autoscale: {min: 2, max: 40}"),
        ("MXS148", "apps.one.hostname", "hostname: portal.example.com"),
        ("MXS148", "apps.one.hostname", "hostname: a.b.apps.example.com"),
    ],
)
def test_what_an_app_lacks_is_said_where_it_stands(code: str, place: str, app: str) -> None:
    assert said(f"one: {{mendix: '10.24', {app}}}", sections=RUNTIME)[code] == place


@pytest.mark.parametrize(
    "app",
    [
        "release: {strategy: canary, bake_minutes: 10}",
        "autoscale: {min: 3, max: 5}",
        "replicas: 4, autoscale: {min: 3, max: 5}",
        "replicas: 1, release: {strategy: recreate, window: 'Sun 02:00'}",
        "namespace: mendix",
        "hostname: shop.apps.example.com",
        "hostname: apps.example.com",
        "cpu: 3.5, memory_gb: 13",
    ],
)
def test_what_works_is_let_be(app: str) -> None:
    assert not NEW & set(said(f"one: {{mendix: '10.24', {app}}}", sections=RUNTIME))


def test_a_certificate_of_its_own_is_enough_for_a_hostname_outside() -> None:
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
    given = {**RUNTIME, "  access_logs: true\n": f"  access_logs: true\n  further_certificate_arns: ['{arn}']\n"}
    assert "MXS148" not in said("one: {mendix: '10.24', hostname: portal.example.com}", sections=given)


def test_the_secrets_of_all_apps_are_asked_for_at_once() -> None:
    found = said("one: {mendix: '10.24'}", "two: {mendix: '10.24', identity: storage-plan, database: crm}")
    assert found["MXS145"] == "apps"


def test_nodes_that_the_table_does_not_know_may_have_room() -> None:
    given = {**RUNTIME, "[m7i.xlarge, m6i.xlarge]\n": "[m9i.xlarge]\n"}
    assert "MXS146" not in said("one: {mendix: '10.24', cpu: 60}", sections=given)


def test_an_older_release_is_read_whatever_the_rules_of_today_are() -> None:
    spec = platforms.prod("one: {mendix: '10.24', namespace: sales, release: {strategy: canary, bake_minutes: 1}}")
    assert spec.header.apps["one"].namespace == "sales"


def test_prod_as_it_is_committed_is_valid() -> None:
    from mendixgen import lock as locks

    lock = locks.parse((REPOSITORY / "environments/prod.lock").read_text(), "prod.lock")
    text = (REPOSITORY / "environments/prod.yaml").read_text()
    label, beside = "environments/prod.yaml", reader(Repository(REPOSITORY))
    spec = load_text(text, label, store=STORE, lock=lock, name="prod", today=TODAY, beside=beside)
    found = {one.code: one.detail for one in spec.warnings}
    assert found["MXS148"] == "apps.portal.hostname"


def test_the_builder_may_push_to_so_many_repositories() -> None:
    settings = {"registry": {}, "workloads": {"builder": {"enabled": True}}}

    def told(*lengths: int) -> list[str]:
        names = [f"{number:03}".ljust(length, "a") for number, length in enumerate(lengths)]
        header = SimpleNamespace(
            name="prod", region="eu-central-1", account="123456789012", partition="aws", apps=dict.fromkeys(names)
        )
        found = app_needs._builder(cast("Header", header), settings)
        return [one.summary for one in found]

    each = len('"arn:aws:ecr:eu-central-1:123456789012:repository/prod/",') + 20
    whole, rest = divmod(app_needs.INLINE_CHARACTERS - app_needs.BUILDER_CHARACTERS, each)
    assert told(*[20] * (whole - 1), 20 + rest) == []
    assert told(*[20] * (whole - 1), 21 + rest) == [
        "10241 characters of the builder's policy: IAM takes 10240 in a role and no more"
    ]
    assert list(app_needs._builder(cast("Header", SimpleNamespace()), {**settings, "workloads": {}})) == []


def test_the_builder_s_policy_is_measured_as_the_module_writes_it() -> None:
    def render(document: dict[str, object]) -> int:
        return len(json.dumps(document, separators=(",", ":")))

    statements = [
        {"Sid": "Authenticate", "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Sid": "PushImages", "Effect": "Allow", "Action": PUSH, "Resource": ["a", "b"]},
    ]
    empty = render({"Version": "2012-10-17", "Statement": statements}) - len('"a","b",')
    assert empty == app_needs.BUILDER_CHARACTERS
