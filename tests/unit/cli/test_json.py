"""The view for programs: one object, documented key by key, without secrets."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.emulating import EmulatorsResult, EmulatorState
from mendixctl.engine.installation import Versions
from mendixctl.engine.schemas import SchemaResult
from mendixctl.ledger.release import Status
from mendixctl.views.json import JsonView
from mendixgen.diagnostics import Diagnostic
from mendixgen.module_store import Manifest
from mendixgen.modules import BuildReport, Built, Listed, Release
from mendixgen.semver import Bump, Change, Comparison
from tests.unit.cli import crash_samples, samples

DOCUMENTATION = (Path(__file__).parents[3] / "docs" / "json.md").read_text(encoding="utf-8")
COMPARISON = Comparison("network", "1.0.0", "1.1.0", (Change("input", "x", "added", Bump.MINOR, "optional"),))
MANIFEST = Manifest("network", "1.0.0", None, "A network.", ">= 1.11", ">= 5.99", "sha256:1", {}, {}, {})

CASES: dict[str, Callable[[JsonView], None]] = {
    "plan": lambda view: view.planned(samples.plan(samples.BUCKET)),
    "verdicts": lambda view: view.judged(samples.VERDICTS),
    "apply": lambda view: view.applied(samples.applied()),
    "rollback": lambda view: view.rolled_back(samples.ROLLED_BACK),
    "destroy": lambda view: view.destroyed(samples.DESTROYED),
    "history": lambda view: view.history(samples.HISTORY),
    "show": lambda view: view.release(samples.SHOWN),
    "diff": lambda view: view.compared(samples.COMPARED),
    "drift": lambda view: view.adopted(samples.ADOPTED),
    "blame": lambda view: view.blamed(samples.BLAMED_AREA),
    "verify": lambda view: view.verified(samples.VERIFIED),
    "output": lambda view: view.outputs(samples.OUTPUTS),
    "status": lambda view: view.stood(crash_samples.CUT_OFF),
    "recover": lambda view: view.recovered(crash_samples.RECOVERED),
    "sync": lambda view: view.synced(samples.SYNCED),
    "state list": lambda view: view.states_listed(samples.STATES),
    "state restore": lambda view: view.state_restored(samples.STATE_RESTORED),
    "bootstrap": lambda view: view.bootstrapped(samples.BOOTSTRAPPED),
    "init": lambda view: view.initialised("platform", ["Makefile"], "dev"),
    "validate": lambda view: view.validated(samples.VALIDATED),
    "support": lambda view: view.supported(samples.SUPPORT),
    "render": lambda view: view.rendered([samples.RENDERED]),
    "schema": lambda view: view.schema(SchemaResult('{"title": "x"}')),
    "modules build": lambda view: view.modules_built(
        BuildReport((Built("network", "1.0.0", "written", ("main.tf",)),), (("network", "0.9.0"),), ()), 0
    ),
    "modules release": lambda view: view.module_released(Release("network", "1.1.0", "2026-03-04", COMPARISON)),
    "modules list": lambda view: view.modules_listed([Listed("network", "1.0.0", None, True, "A network.")]),
    "modules show": lambda view: view.module_shown(MANIFEST),
    "modules diff": lambda view: view.modules_compared(COMPARISON),
    "modules upgrade": lambda view: view.upgraded(samples.UPGRADED),
    "emulator start": lambda view: view.emulators(EmulatorsResult((EmulatorState("1", True, "started"),))),
    "completion": lambda view: view.script("bash", "x"),
    "version": lambda view: view.versions(Versions("0.1.0", "3.11")),
}


def written(name: str, show: Callable[[JsonView], None]) -> dict[str, Any]:
    """What a view wrote, as one object; more or less than one is an error."""
    out = io.StringIO()
    show(JsonView(out, lambda: name))
    document = json.loads(out.getvalue())
    assert isinstance(document, dict)
    return document


def section(name: str) -> str:
    """The part of the documentation that is about a command, with the shared parts that it refers to."""
    match = re.search(rf"\n### {name}[^\n]*\n(.*?)(?=\n### |\Z)", DOCUMENTATION, re.DOTALL)
    assert match is not None, f"docs/json.md has no section {name}"
    shared = DOCUMENTATION[: DOCUMENTATION.index("## Commands")]
    return match[1] + (shared if "environment" in match[1] or "release" in match[1] else "")


@pytest.mark.parametrize("name", CASES)
def test_every_key_is_documented(name: str) -> None:
    document = written(name, CASES[name])
    assert list(document) == ["command", "exit_code", "result", "diagnostics"]
    assert document["command"] == name
    documented = set(re.findall(r"`([a-z_]+)`", section(name)))
    assert set(document["result"]) <= documented


@pytest.mark.parametrize("name", CASES)
def test_no_secret_and_nothing_raw_gets_out(name: str) -> None:
    text = json.dumps(written(name, CASES[name]))
    assert samples.SECRET not in text
    assert '"raw"' not in text


def test_every_command_has_a_section() -> None:
    from mendixctl.app import SECTIONS

    names = {name for section in SECTIONS.values() for name in section} - {"modules", "emulator", "state"}
    assert names <= set(CASES)


def test_a_plan_in_full() -> None:
    document = written("plan", CASES["plan"])
    assert document["exit_code"] == 2
    assert document["diagnostics"] == [samples.WARNING.to_json()]
    result = document["result"]
    assert result["plan"]["created_at"] == "2026-03-04T05:06:07Z"
    assert result["changes"][0]["verdict"] == "irreversible"
    assert result["changes"][0]["attributes"][1] == {
        "path": "password",
        "before": "(sensitive)",
        "after": "(sensitive)",
        "sensitive": True,
        "forces_replacement": False,
    }


def test_a_failed_apply_has_its_release_beside_the_error() -> None:
    problem = Diagnostic("MXT110", "it broke")
    document = written("apply", lambda view: view.failed([problem], 1, samples.applied(4, Status.FAILED)))
    assert document["exit_code"] == 1
    assert document["result"]["status"] == "failed"
    assert document["diagnostics"] == [problem.to_json()]


def test_a_failure_after_the_result_does_not_write_twice() -> None:
    out = io.StringIO()
    view = JsonView(out, lambda: "version")
    view.versions(Versions("0.1.0", "3.11"))
    view.failed([Diagnostic("MXC199", "late")], 1)
    assert json.loads(out.getvalue())["exit_code"] == 0


def test_a_rollback_that_is_not_confirmed_says_what_it_would_bring_back() -> None:
    out = io.StringIO()
    view = JsonView(out, lambda: "rollback v1")
    view.about_to_roll_back(samples.PREPARED_ROLLBACK)
    view.failed([Diagnostic("MXC110", "not confirmed")], 3)
    result = json.loads(out.getvalue())["result"]
    assert result["release"] is None
    assert [(step["action"], step["from"]) for step in result["restore"]] == [
        ("undelete", "arn:aws:secretsmanager:x"),
        ("from-snapshot", "final-1"),
        ("create-empty", ""),
    ]
    assert result["restore"][0]["until"] == "2026-03-04T05:06:07Z"
    assert result["plan"]["changes"]
