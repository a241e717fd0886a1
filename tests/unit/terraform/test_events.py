"""The stream's lines, typed; and that no line at all is a problem."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.terraform.events import (
    ChangeEvent,
    DiagnosticEvent,
    Event,
    ResourceEvent,
    SummaryEvent,
    parse_line,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(
    [
        "apply_start",
        "apply_complete",
        "refresh_start",
        "planned_change",
        "resource_drift",
        "change_summary",
        "diagnostic",
    ]
)


def line(**content: object) -> str:
    return json.dumps({"@message": "said", **content})


def test_a_resource_in_flight():
    hook = {"resource": {"addr": "module.a.b.c"}, "action": "create", "elapsed_seconds": 12}
    event = parse_line(line(type="apply_progress", hook=hook))
    assert isinstance(event, ResourceEvent)
    assert (event.address, event.action, event.phase, event.elapsed) == ("module.a.b.c", "create", "progress", 12.0)
    assert event.message == "said"


def test_a_refresh_is_a_read():
    event = parse_line(line(type="refresh_start", hook={"resource": {"addr": "a.b"}}))
    assert isinstance(event, ResourceEvent)
    assert event.action == "read"


@pytest.mark.parametrize("kind", ["planned_change", "resource_drift"])
def test_changes(kind: str):
    change = {"resource": {"addr": "a.b"}, "action": "replace", "reason": "cannot_update"}
    event = parse_line(line(type=kind, change=change))
    assert isinstance(event, ChangeEvent)
    assert (event.kind, event.address, event.action, event.reason) == (kind, "a.b", "replace", "cannot_update")


def test_a_summary():
    counts = {"add": 1, "change": 2, "remove": 3, "import": 4, "operation": "apply"}
    event = parse_line(line(type="change_summary", changes=counts))
    assert isinstance(event, SummaryEvent)
    assert (event.add, event.change, event.remove, event.imported, event.operation) == (1, 2, 3, 4, "apply")


def test_a_diagnostic():
    place = {"filename": "main.tf", "start": {"line": 3, "column": 7, "byte": 30}}
    content = {"severity": "warning", "summary": "S", "detail": "D", "address": "a.b", "range": place}
    event = parse_line(line(type="diagnostic", diagnostic=content).encode() + b"\r\n")
    assert isinstance(event, DiagnosticEvent)
    assert (event.severity, event.summary, event.detail, event.address) == ("warning", "S", "D", "a.b")
    assert (event.file, event.line, event.column) == ("main.tf", 3, 7)


def test_an_event_of_a_later_terraform_keeps_everything():
    event = parse_line(line(type="list_resource_found", more=[1]))
    assert (event.kind, event.message, event.raw["more"]) == ("list_resource_found", "said", [1])


@pytest.mark.parametrize("text", ["", "Initializing...", '{"type":"torn', "[1]", "null", "3", "\x00"])
def test_what_is_no_json_object_is_text(text: str):
    assert parse_line(text) == Event("text", text)


def test_nesting_that_is_too_deep_is_text():
    assert parse_line("[" * 100_000).kind == "text"


@given(st.binary())
def test_any_bytes_are_an_event(data: bytes):
    assert isinstance(parse_line(data), Event)


@given(KINDS, st.dictionaries(st.sampled_from(["hook", "change", "changes", "diagnostic", "@message"]), JSON))
def test_a_known_kind_with_any_content_is_an_event(kind: str, content: dict[str, object]):
    assert parse_line(json.dumps({**content, "type": kind})).kind == kind
