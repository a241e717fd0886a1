"""The logging section: its defaults, its bounds, each refusal at its place; what is installed, and its judgement."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import Header
from mendixgen.areas.logging import Logging, catalogue, dashboards

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
PROD: dict[str, Any] = {
    "engine": "opensearch",
    "version": "2.19",
    "nodes": {"data": 3, "master": 3, "instance_type": "r7g.large.search", "storage_gb": 200},
    "warm": {"nodes": 3, "instance_type": "ultrawarm1.medium.search"},
    "index": {"hot_days": 7, "warm_days": 30, "delete_after_days": 90},
}


def section(**values: Any) -> Any:
    return Logging.Inputs.model_validate_json(json.dumps(values))


def said(header: Header = HEADER, /, **values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in parts.check(Logging, section(**values), header)]


def prod(**values: Any) -> dict[str, Any]:
    """The section of production with parts of it changed."""
    return {
        **PROD,
        **{key: {**PROD[key], **value} if isinstance(value, dict) else value for key, value in values.items()},
    }


def test_no_section_is_no_domain() -> None:
    assert section().engine == "none"
    assert said() == []


def test_the_section_of_production_is_right() -> None:
    assert said(**PROD) == []


@pytest.mark.parametrize(
    ("changed", "place", "code"),
    [
        ({"version": "2.18"}, ("version",), "MXS640"),
        ({"nodes": {"instance_type": "r7g.huge.search"}}, ("nodes", "instance_type"), "MXS641"),
        ({"nodes": {"master_type": "or1.large.search"}}, ("nodes", "master_type"), "MXS641"),
        ({"version": "2.9", "nodes": {"instance_type": "or1.large.search"}}, ("nodes", "instance_type"), "MXS641"),
        ({"warm": {"instance_type": "r7g.large.search"}}, ("warm", "instance_type"), "MXS641"),
        ({"nodes": {"data": 4, "zones": 3}}, ("nodes", "data"), "MXS642"),
        ({"nodes": {"data": 5}}, ("nodes", "data"), "MXS642"),
        ({"nodes": {"data": 1}}, ("index", "replicas"), "MXS642"),
        ({"nodes": {"instance_type": "i3.large.search"}}, ("nodes", "instance_type"), "MXS643"),
        ({"nodes": {"storage_gb": 4096}}, ("nodes", "storage_gb"), "MXS643"),
        ({"nodes": {"master": 0}}, ("nodes", "master"), "MXS644"),
        (
            {"nodes": {"instance_type": "t3.medium.search"}},
            ("nodes", "instance_type"),
            "MXS644",
        ),
        ({"warm": None}, ("index", "warm_days"), "MXS644"),
        ({"index": {"warm_days": 7}}, ("index", "warm_days"), "MXS645"),
        ({"index": {"delete_after_days": 30}}, ("index", "delete_after_days"), "MXS645"),
    ],
)
def test_what_opensearch_service_does_not_have_is_refused_at_its_place(
    changed: dict[str, Any], place: tuple[str, ...], code: str
) -> None:
    assert said(**prod(**changed)) == [(place, code)]


def test_a_region_sells_some_types_only() -> None:
    header = Header("prod", "us-gov-east-1", "123456789012", "aws-us-gov", "apps.example.com")
    family = catalogue.missing_in("us-gov-east-1")[0]
    name = next(it for it in catalogue.types() if it.startswith(f"{family}."))
    assert (("nodes", "instance_type"), "MXS641") in said(header, **prod(nodes={"instance_type": name}))


def test_elastic_has_versions_of_its_own_and_no_ultrawarm() -> None:
    assert said(engine="elastic", version="9.1.4") == []
    assert said(engine="elastic") == [(("version",), "MXS640")]
    assert said(engine="elastic", version="9.1.4", warm={}) == [(("warm",), "MXS644")]


@pytest.mark.parametrize(
    "values",
    [
        {"warm": {"nodes": 1}},
        {"nodes": {"master": 2}},
        {"nodes": {"storage_gb": 5}},
        {"version": "latest"},
        {"node": {}},
    ],
)
def test_what_no_domain_can_have_is_no_section(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


def test_upgrades_go_up_and_to_3_by_way_of_2_19() -> None:
    versions = catalogue.versions()
    assert versions == sorted(versions, key=catalogue.number)
    for version in versions:
        targets = catalogue.upgrades(version)
        assert set(targets) <= set(versions)
        assert all(catalogue.number(it) > catalogue.number(version) for it in targets)
        assert any(it.startswith("3.") for it in targets) == (version in ("2.19", "3.1", "3.3"))


def test_saved_objects_refer_to_what_is_among_them_and_are_always_the_same() -> None:
    text = dashboards.ndjson()
    assert text == dashboards.ndjson()
    objects = [json.loads(line) for line in text.splitlines()]
    known = {(it["type"], it["id"]) for it in objects}
    assert len(known) == len(objects)
    assert {(other["type"], other["id"]) for it in objects for other in it["references"]} <= known
    (dashboard,) = [it for it in objects if it["type"] == "dashboard"]
    panels = {panel["panelRefName"] for panel in json.loads(dashboard["attributes"]["panelsJSON"])}
    assert panels == {it["name"] for it in dashboard["references"]}
