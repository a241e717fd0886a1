"""A picture of an environment: everything in its place, nothing over another, the same each time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl import language
from mendixctl.engine import diagram
from mendixctl.engine.session import Session
from mendixctl.language.wrapping import columns
from mendixctl.views import pictures
from mendixctl.views.json.plain import plain
from mendixgen.diagnostics import MendixError
from mendixgen.diagrams.layout import Box, Picture, layout
from mendixgen.diagrams.svg import FILLS, INK, MARKS, compare, differences, draw
from mendixgen.repository import Repository
from tests.support.soak import examples

TOP = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"
SETTINGS: dict[str, Any] = {
    "network": {"cidr": "10.20.0.0/16", "nat": "single", "endpoints": ["s3"]},
    "cluster": {
        "version": "1.36",
        "endpoint": "private",
        "node_groups": {"apps": {"min": 3, "max": 9, "capacity": "spot", "instance_types": ["m7i.large"]}},
    },
    "ingress": {"scheme": "internet-facing", "listeners": [{"protocol": "TLS", "port": 443, "target_port": 8443}]},
    "database": {"instances": {"crm": {"engine": "postgres", "version": "17", "multi_az": True, "replicas": 1}}},
    "storage": {"buckets": {"files": {}}},
    "apps": {"crm": {"mendix": "11.6", "replicas": 2, "database": "crm", "files": "files"}},
}


def picture(**changed: Any) -> Picture:
    return layout("prod", "eu-central-1", {**SETTINGS, **changed}, ["a", "b", "c"])


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 -- our own text


def boxes(of: Picture) -> dict[str, Box]:
    return {box.key: box for box in of.boxes}


def inside(one: Box, other: Box) -> bool:
    return (
        other.x <= one.x
        and other.y <= one.y
        and one.x + one.width <= other.x + other.width
        and one.y + one.height <= other.y + other.height
    )


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def test_everything_of_the_specification_is_drawn_in_its_place() -> None:
    found = boxes(picture())
    assert len(found) == len(picture().boxes)
    assert found["subnet:public:a"].lines[1:] == ("NAT gateway",)
    assert found["subnet:public:b"].lines[1:] == ()
    assert found["subnet:private:a"].lines == ("10.20.0.0/20",)
    for key, holder in (
        ("zone:a", "network"),
        ("subnet:database:c", "zone:c"),
        ("nodes:apps", "cluster"),
        ("app:crm", "cluster"),
        ("database:crm", "databases"),
    ):
        assert inside(found[key], found[holder]), key
    assert "3 to 9, spot" in found["nodes:apps"].lines
    flows = {(flow.start, flow.end) for flow in picture().flows}
    assert flows == {
        ("internet", "balancer"),
        ("balancer", "cluster"),
        ("cluster", "buckets"),
        ("cluster", "databases"),
    }


def test_what_is_off_is_not_drawn() -> None:
    alone = layout("dev", "eu-central-1", {"network": {"cidr": "10.1.0.0/16", "nat": "none"}}, ["a", "b"])
    assert {box.kind for box in alone.boxes} == {"vpc", "zone", "subnet"}
    assert alone.flows == ()
    keys = layout("dev", "eu-central-1", {"encryption": {}, "storage": {"buckets": {"files": {}}}}, ["a", "b"])
    assert {box.key for box in keys.boxes} == {"keys", "buckets"}


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 40), st.integers(0, 30), st.integers(2, 6), st.integers(0, 20))
def test_nothing_stands_over_another_or_outside(groups: int, instances: int, zones: int, buckets: int) -> None:
    made = layout(
        "x",
        "eu-central-1",
        {
            **SETTINGS,
            "cluster": {"node_groups": {f"g{n}": {} for n in range(groups)}},
            "database": {"instances": {f"d{n}": {} for n in range(instances)}},
            "storage": {"buckets": {f"b{n}": {} for n in range(buckets)}},
        },
        list("abcdef"[:zones]),
    )
    leaves = [box for box in made.boxes if box.kind not in ("vpc", "zone", "band")]
    assert all(apart(one, other) for n, one in enumerate(leaves) for other in leaves[n + 1 :])
    assert all(box.x >= 0 and box.y >= 0 for box in made.boxes)
    assert all(box.x + box.width <= made.width and box.y + box.height <= made.height for box in made.boxes)


def test_the_same_makes_the_same_and_is_well_formed() -> None:
    text = draw(picture())
    assert text == draw(picture())
    root = parsed(text)
    assert root.tag == f"{SVG}svg"
    assert root.attrib["role"] == "img"
    assert root.find(f"{SVG}title") is not None
    assert not any(one.tag in (f"{SVG}script", f"{SVG}image", f"{SVG}a") for one in root.iter())


@settings(max_examples=examples(40), deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=60))
def test_names_are_text_whatever_they_are(word: str) -> None:
    made = Picture(word, 100, 100, (Box("k", "service", word, (word, "<b>&"), 0, 0, 90, 60),), ())
    root = parsed(draw(made))
    assert [one.tag for one in root.iter() if one.tag.endswith("}b")] == []


def test_two_releases_side_by_side_say_what_came_went_and_changed() -> None:
    groups = {"batch": {"min": 0, "max": 2}}
    after = picture(cluster={**SETTINGS["cluster"], "node_groups": groups, "version": "1.37"}, storage={})
    marks_before, marks_after = differences(picture(), after)
    assert marks_before == {"nodes:apps": "removed", "buckets": "removed", "cluster": "changed"}
    assert marks_after == {"nodes:batch": "added", "cluster": "changed"}
    text = compare(picture(), after)
    root = parsed(text)
    assert root.attrib["width"] == str(picture().width * 2 + 40)
    assert text.count("(removed)") == 4  # each in its tooltip and on its box
    assert "EKS 1.37, private API (changed)" in text


def test_production_is_drawn_and_a_foundation_is_not() -> None:
    at = Session(Repository(TOP))
    made = diagram.diagram(at, "prod")
    assert "VPC 10.20.0.0/16" in made.svg
    assert "oracle-se2 erp" in made.svg
    with pytest.raises(MendixError, match="MXP235"):
        diagram.diagram(at, "foundation")


def test_a_picture_in_chinese_has_no_english_words_of_its_own_and_fits_its_boxes() -> None:
    after = picture(storage={}, cluster={**SETTINGS["cluster"], "node_groups": {}})
    language.use("zh")
    try:
        made = diagram.drawn((picture(), after), say=language.recognised, language="zh-Hans")
    finally:
        language.use("en")
    root = parsed(made)
    assert root.attrib["lang"] == "zh-Hans"
    words = {word for one in root.iter() for word in re.findall(r"[A-Za-z][a-z]{2,}", one.text or "")}
    assert words == {
        "prod",
        "central",
        "spot",
        "large",
        "internet",
        "facing",
        "postgres",
        "apps",
        "crm",
        "files",
        "Mendix",
    }
    assert "S3 存储桶（移除）" in made
    assert "EKS 1.36，私有 API" in made
    narrow = Picture("x", 200, 100, (Box("k", "service", "负载均衡器" * 9, ("环境",), 0, 0, 120, 60),), ())
    (title, *_) = [one.text or "" for one in parsed(draw(narrow)).iter(f"{SVG}text")][1:]
    assert title.endswith("…")
    assert columns(title) * 6.7 <= 120 - 16


def _luminance(color: str) -> float:
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_word_of_a_picture_has_the_contrast_that_aa_asks_for() -> None:
    for fill, _ in FILLS.values():
        for ink in (INK, *MARKS.values()):
            one, other = sorted((_luminance(ink), _luminance(fill)))
            assert (other + 0.05) / (one + 0.05) >= 4.5, (ink, fill)


def test_json_has_the_picture_in_english_whatever_is_spoken() -> None:
    made = diagram.diagram(Session(Repository(TOP)), "prod")
    language.use("zh")
    try:
        assert "客户端" in pictures.drawn(made)
        assert ">Clients<" in made.svg
        assert set(plain(made)) == {"before", "after", "svg", "file"}
    finally:
        language.use("en")
