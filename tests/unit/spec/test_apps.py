"""``apps:`` of a specification: its fields, what goes across them, and what areas are told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mendixgen.areas.contract import AppFacts
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.root.render import render
from mendixgen.spec.apps import App, arguments, check, dangling
from mendixgen.spec.loader import Specification, load_text
from mendixgen.versions.store import ModuleStore

HEADER = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: apps.example.com
"""
PROD = """\
apps:
  crm: {mendix: "11.6", replicas: 3, cpu: 1, memory_gb: 2, database: crm, files: files, autoscale: {min: 3, max: 10, \
cpu_target: 50}, release: {strategy: blue-green}}
  portal: {mendix: "10.24", replicas: 2, cpu: 0.5, memory_gb: 1, database: portal, files: files, \
hostname: portal.example.com, release: {strategy: canary, steps: [10, 50, 100], bake_minutes: 10}}
  erp-bridge: {mendix: "10.24", replicas: 1, cpu: 0.5, memory_gb: 1, database: erp, files: files, \
release: {strategy: recreate, window: "Sun 02:00"}}
"""


MANIFEST = """\
{"area": "workloads", "version": "1.0.0", "released": null, "description": "", "terraform": ">= 1.11",
 "provider": ">= 5.99, < 6", "section": {"type": "object", "properties": {}, "additionalProperties": false},
 "inputs": {"apps": {"from": "context", "value": "apps", "required": true, "type": "map(object({}))"}},
 "outputs": {}, "moves": [], "addresses": [], "files": {}, "digest": ""}
"""
STORAGE = """\
{"area": "storage", "version": "1.0.0", "released": null, "description": "", "terraform": ">= 1.11",
 "provider": ">= 5.99, < 6", "section": {"type": "object", "properties": {"buckets": {"type": "object",
 "additionalProperties": {"type": "object"}, "default": {"files": {}}}}, "additionalProperties": false},
 "inputs": {}, "outputs": {}, "moves": [], "addresses": [], "files": {}, "digest": ""}
"""


@pytest.fixture
def store(tmp_path: Path) -> ModuleStore:
    for area, manifest in (("workloads", MANIFEST), ("storage", STORAGE)):
        folder = tmp_path / "modules" / area / "1.0.0"
        folder.mkdir(parents=True)
        (folder / "module.json").write_text(manifest)
    return ModuleStore(tmp_path / "modules")


LOCK = Lock("1", 0, {"workloads": Pin("1.0.0"), "storage": Pin("1.0.0")})


def load(store: ModuleStore, text: str) -> Specification:
    return load_text(HEADER + text, "environments/dev.yaml", store=store, lock=LOCK)


def problems(store: ModuleStore, text: str) -> list[Diagnostic]:
    with pytest.raises(MendixError) as error:
        load(store, text)
    return list(error.value.diagnostics)


def app(**values: Any) -> App:
    return App.model_validate({"mendix": "11.6", **values})


def test_the_apps_of_prod_are_right(store: ModuleStore) -> None:
    apps = load(store, PROD).header.apps

    assert list(apps) == ["crm", "portal", "erp-bridge"]
    assert apps["crm"].autoscale is not None
    assert apps["crm"].autoscale.max == 10
    assert apps["portal"].release.steps == [10, 50, 100]
    assert apps["erp-bridge"].release.window == "Sun 02:00"


def test_an_app_that_says_nothing_has_two_replicas_recreates_and_its_secrets_from_the_store() -> None:
    plain = app()
    assert (plain.replicas, plain.cpu, plain.memory_gb) == (2, 1, 2)
    assert (plain.release.strategy, plain.identity, plain.autoscale) == ("recreate", "secret-store", None)
    assert plain.facts() == AppFacts()


def test_areas_are_told_what_the_infrastructure_depends_on_and_no_more() -> None:
    some = {"crm": app(database="crm", files="files", replicas=7), "x": app(identity="storage-plan", hostname="x.io")}

    assert arguments(some) == {
        "crm": {"database": "crm", "files": "files"},
        "x": {"hostname": "x.io", "identity": "storage-plan"},
    }


def test_a_root_passes_the_apps_to_modules_that_ask(store: ModuleStore) -> None:
    text = render(load(store, PROD), LOCK, store)["main.tf"]
    for line in ("apps = {", "portal = {", '"erp-bridge" = {', 'hostname = "portal.example.com"', 'database = "erp"'):
        assert line in " ".join(text.split())
    assert "replicas" not in text
    assert "apps = {}" in " ".join(render(load(store, ""), LOCK, store)["main.tf"].split())


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("apps:\n  crm: {}\n", "MXS202", "apps.crm"),
        ("apps:\n  crm: {mendix: 11.6}\n", "MXS203", "apps.crm.mendix"),
        ('apps:\n  crm: {mendix: "11"}\n', "MXS206", "apps.crm.mendix"),
        ('apps:\n  Crm: {mendix: "11.6"}\n', "MXS", "apps"),
        ('apps:\n  crm: {mendix: "11.6", replica: 2}\n', "MXS201", "apps.crm.replica"),
        ('apps:\n  crm: {mendix: "11.6", replicas: 101}\n', "MXS205", "apps.crm.replicas"),
        ('apps:\n  crm: {mendix: "11.6", identity: irsa}\n', "MXS204", "apps.crm.identity"),
        ('apps:\n  crm: {mendix: "11.6", release: {strategy: rolling}}\n', "MXS204", "apps.crm.release.strategy"),
        ('apps:\n  crm: {mendix: "11.6", release: {window: "So 02:00"}}\n', "MXS206", "apps.crm.release.window"),
        ('apps:\n  mendix-crm: {mendix: "11.6"}\n', "MXS131", "apps.mendix-crm"),
        ('apps:\n  default: {mendix: "11.6"}\n', "MXS131", "apps.default"),
        ('apps:\n  crm: {mendix: "11.6", autoscale: {min: 4, max: 3}}\n', "MXS132", "apps.crm.autoscale.min"),
        ('apps:\n  crm: {mendix: "11.6", release: {steps: [10, 100]}}\n', "MXS133", "apps.crm.release.steps"),
        (
            'apps:\n  crm: {mendix: "11.6", release: {strategy: canary, steps: [50, 10]}}\n',
            "MXS133",
            "apps.crm.release.steps",
        ),
        (
            'apps:\n  crm: {mendix: "11.6", release: {strategy: canary, window: "Sun 02:00"}}\n',
            "MXS133",
            "apps.crm.release.window",
        ),
        (
            'apps:\n  a: {mendix: "11.6"}\n  b: {mendix: "11.6", hostname: a.apps.example.com}\n',
            "MXS134",
            "apps.b.hostname",
        ),
        ('apps:\n  crm: {mendix: "11.6", files: filez}\n', "MXS135", "apps.crm.files"),
    ],
)
def test_what_is_refused_and_where(store: ModuleStore, text: str, code: str, path: str) -> None:
    found = problems(store, text)
    assert [it.code.startswith(code) for it in found] == [True]
    assert found[0].detail.startswith(path)
    assert found[0].location is not None
    assert found[0].location.line > HEADER.count("\n")


def test_a_bucket_of_the_yaml_is_known_and_one_that_it_leaves_out_is_not(store: ModuleStore) -> None:
    media = 'apps:\n  crm: {mendix: "11.6", files: media}\n'
    assert load(store, f"storage: {{buckets: {{media: {{}}}}}}\n{media}").header.apps["crm"].files == "media"
    assert [it.code for it in problems(store, media)] == ["MXS135"]


def test_without_the_database_area_nothing_is_said_of_databases() -> None:
    some = {"crm": app(database="crm", files="files")}
    assert dangling(some, None, None) == []
    assert [it.path for it in dangling(some, ["files"], ["other"])] == [("apps", "crm", "database")]


def test_steps_of_a_canary_may_rise_to_all() -> None:
    assert check({"crm": app(release={"strategy": "canary", "steps": [1, 99, 100]})}, "apps.example.com") == []
