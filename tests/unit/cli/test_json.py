"""The view for programs: one object, documented key by key, without secrets."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.diagram import DiagramResult
from mendixctl.engine.emulator import EmulatorsResult, EmulatorState
from mendixctl.engine.many.atlantis import PipelineResult
from mendixctl.engine.many.comment import CommentResult
from mendixctl.engine.many.due import DueResult
from mendixctl.engine.repository.schema import SchemaResult
from mendixctl.engine.repository.versions import Versions
from mendixctl.ledger.release import Status
from mendixctl.views.json.view import JsonView
from mendixctl.views.results import AuditDocument, Initialised, ModuleBuild, ModuleList, Rendered, Script
from mendixgen.diagnostics import Diagnostic
from mendixgen.versions.life_cycle import BuildReport, Built, Listed, Release
from mendixgen.versions.semver import Bump, Change, Comparison
from mendixgen.versions.store import Manifest
from tests.unit.cli import continuity_samples, crash_samples, delivery_samples, samples

DOCUMENTATION = (Path(__file__).parents[3] / "docs" / "json.md").read_text(encoding="utf-8")
COMPARISON = Comparison("network", "1.0.0", "1.1.0", (Change("input", "x", "added", Bump.MINOR, "optional"),))
BUILD = BuildReport((Built("network", "1.0.0", "written", ("main.tf",)),), (("network", "0.9.0"),), ())
MANIFEST = Manifest("network", "1.0.0", None, "A network.", ">= 1.11", ">= 5.99", "sha256:1", {}, {}, {})

CASES: dict[str, Callable[[JsonView], None]] = {
    "plan": lambda view: view.show(samples.plan(samples.BUCKET)),
    "plan --all": lambda view: view.show(samples.MANY_PLANNED),
    "apply --all": lambda view: view.show(samples.MANY_APPLIED),
    "preflight": lambda view: view.show(samples.PREFLOWN),
    "verdicts": lambda view: view.show(samples.VERDICTS),
    "apply": lambda view: view.show(samples.applied()),
    "rollback": lambda view: view.show(samples.ROLLED_BACK),
    "deploy": lambda view: view.show(samples.DEPLOYED),
    "destroy": lambda view: view.show(samples.DESTROYED),
    "history": lambda view: view.show(samples.HISTORY),
    "show": lambda view: view.show(samples.SHOWN),
    "diff": lambda view: view.show(samples.COMPARED),
    "drift": lambda view: view.show(samples.ADOPTED),
    "blame": lambda view: view.show(samples.BLAMED_AREA),
    "verify": lambda view: view.show(samples.VERIFIED),
    "output": lambda view: view.show(samples.OUTPUTS),
    "incident list": lambda view: view.show(samples.INCIDENTS),
    "incident ack": lambda view: view.show(samples.ACKNOWLEDGED),
    "incident solve": lambda view: view.show(samples.ACKNOWLEDGED),
    "incident due": lambda view: view.show(samples.DEADLINES),
    "incident report": lambda view: view.show(samples.REPORT),
    "status": lambda view: view.show(crash_samples.CUT_OFF),
    "recover": lambda view: view.show(crash_samples.RECOVERED),
    "sync": lambda view: view.show(samples.SYNCED),
    "backup coverage": lambda view: view.show(continuity_samples.COVERED),
    "release build": lambda view: view.show(delivery_samples.BUILT),
    "release push": lambda view: view.show(delivery_samples.PUSHED),
    "release deploy": lambda view: view.show(delivery_samples.DELIVERED),
    "release rollback": lambda view: view.show(delivery_samples.DELIVERED),
    "release verify": lambda view: view.show(delivery_samples.VERIFIED),
    "recovery plan": lambda view: view.show(continuity_samples.RECOVERY_PLAN),
    "recovery drill": lambda view: view.show(continuity_samples.DRILL),
    "recovery failover": lambda view: view.show(continuity_samples.SWITCHED),
    "recovery failback": lambda view: view.show(continuity_samples.SWITCHED),
    "state list": lambda view: view.show(samples.STATES),
    "state restore": lambda view: view.show(samples.STATE_RESTORED),
    "bootstrap": lambda view: view.show(samples.BOOTSTRAPPED),
    "init": lambda view: view.show(Initialised("platform", ["Makefile"], "dev")),
    "validate": lambda view: view.show(samples.VALIDATED),
    "support": lambda view: view.show(samples.SUPPORT),
    "cost estimate": lambda view: view.show(samples.ESTIMATED),
    "cost recommend": lambda view: view.show(samples.RECOMMENDED),
    "cost prices": lambda view: view.show(samples.PRICED),
    "audit report": lambda view: view.show(AuditDocument(samples.AUDITED)),
    "render": lambda view: view.show(Rendered([samples.RENDERED])),
    "schema": lambda view: view.show(SchemaResult('{"title": "x"}')),
    "diagram": lambda view: view.show(DiagramResult(samples.SCOPE, None, 0, "<svg/>")),
    "pipelines atlantis": lambda view: view.show(PipelineResult("version: 3\n")),
    "pipelines due": lambda view: view.show(DueResult(("test", "prod"))),
    "pipelines comment": lambda view: view.show(CommentResult("prod", True, "https://example.com/1")),
    "adopt": lambda view: view.show(samples.ADOPTED_ACCOUNT),
    "adopt --from-account": lambda view: view.show(samples.PROPOSED),
    "clone": lambda view: view.show(samples.CLONED),
    "promote": lambda view: view.show(samples.PROMOTED),
    "doctor": lambda view: view.show(samples.EXAMINED),
    "explain": lambda view: view.show(samples.EXPLAINED),
    "modules build": lambda view: view.show(ModuleBuild(BUILD, check=True)),
    "modules release": lambda view: view.show(Release("network", "1.1.0", "2026-03-04", COMPARISON)),
    "modules list": lambda view: view.show(ModuleList([Listed("network", "1.0.0", None, True, "A network.")])),
    "modules show": lambda view: view.show(MANIFEST),
    "modules diff": lambda view: view.show(COMPARISON),
    "modules upgrade": lambda view: view.show(samples.UPGRADED),
    "emulator start": lambda view: view.show(EmulatorsResult((EmulatorState("1", True, "started"),))),
    "completion": lambda view: view.show(Script("bash", "x")),
    "version": lambda view: view.show(Versions("0.1.0", "3.11")),
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

    groups = {"audit", "backup", "cost", "emulator", "incident", "modules", "pipelines", "recovery", "release", "state"}
    names = {name for section in SECTIONS.values() for name in section} - groups
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
    view.show(Versions("0.1.0", "3.11"))
    view.failed([Diagnostic("MXC199", "late")], 1)
    assert json.loads(out.getvalue())["exit_code"] == 0


def test_a_rollback_that_is_not_confirmed_says_what_it_would_bring_back() -> None:
    out = io.StringIO()
    view = JsonView(out, lambda: "rollback v1")
    view.show(samples.PREPARED_ROLLBACK)
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
