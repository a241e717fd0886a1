"""The committed manifests are what is rendered today, and Kubernetes takes every object of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import yaml

from mendixgen.documents import Source, render
from mendixgen.documents.files import check
from tests.support import platforms
from tests.support.manifests import CUSTOM, mistakes, objects

ENVIRONMENTS = ("dev", "prod")


def committed(name: str) -> dict[str, str]:
    root = platforms.REPOSITORY / "environments" / name / "kubernetes"
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.yaml")}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_committed_manifests_are_what_is_rendered(name: str) -> None:
    root = platforms.REPOSITORY / "environments" / name
    spec = platforms.specification((platforms.REPOSITORY / f"environments/{name}.yaml").read_text(), like=name)
    assert check(render(Source(spec, platforms.STORE)), root, f"environments/{name}") == ""


def test_kubernetes_takes_every_object() -> None:
    """Each kind by the schemas of every version that a cluster can have, further objects of a kind by the newest."""
    spec = platforms.prod(
        "crm: {mendix: '11.6', database: crm, files: files, autoscale: {min: 3, max: 10}}",
        "plan: {mendix: '11.6', database: crm, files: files, identity: storage-plan, scheduled_events: [A.B]}",
        "erp: {mendix: '10.24', replicas: 1, database: erp, source: 'https://example.com/erp.mda'}",
    )
    logging = {"engine": "elastic", "version": "9.1.4"}
    files = platforms.files(replace(spec, settings={**spec.settings, "logging": logging}))
    seen: set[str] = set()
    for name, one in objects(files):
        versions = () if one["kind"] in seen else ("1.34", "1.35")
        assert mistakes(one, (*versions, "1.36")) == [], f"{name}: {one['kind']} {one['metadata']['name']}"
        seen.add(one["kind"])
    assert {path.stem for path in CUSTOM.glob("*.json")} <= seen


@pytest.mark.parametrize("kind", sorted(path.stem for path in CUSTOM.glob("*.json")))
def test_the_schema_of_a_custom_resource_refuses_what_there_is_not(kind: str) -> None:
    version = yaml.safe_load((CUSTOM / f"{kind}.json").read_text())["apiVersion"]
    wrong = {"apiVersion": version, "kind": kind, "metadata": {"name": "one"}, "spec": {"nonsense": 1}}
    assert any("nonsense" in one for one in mistakes(wrong))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_object_stands_twice_and_each_has_a_place(name: str) -> None:
    found = [one for _, one in objects(committed(name))]
    keys = Counter((one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]) for one in found)
    assert [key for key, count in keys.items() if count > 1] == []
    spaces = {one["metadata"]["name"] for one in found if one["kind"] == "Namespace"}
    assert {one["metadata"].get("namespace", "") for one in found} - {""} <= spaces


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_kustomize_finds_every_file_and_no_other(name: str) -> None:
    files = committed(name)
    named = set()
    for path, text in files.items():
        if path.endswith("kustomization.yaml"):
            folder = path.removesuffix("kustomization.yaml")
            named |= {f"{folder}{one}" for one in yaml.safe_load(text)["resources"]}
    folders = {path.rpartition("/")[0] for path in files if path.endswith("/kustomization.yaml")}
    manifests = {path for path, _ in objects(files)}
    assert named == folders | manifests
