"""The delivery section: its bounds, each refusal at its place, and the steps as CodeBuild would run them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import AppFacts, Header, ReleaseFacts
from mendixgen.areas.delivery import Delivery
from mendixgen.areas.delivery.steps import STEPS, buildspec
from mendixgen.spec.deliveries import concerns

SOURCE = {"provider": "github", "repository": "example/mendix-apps", "branch": "main"}
PRODUCTION: dict[str, Any] = {
    "tool": "codepipeline",
    "source": SOURCE,
    "approvers": ["release-managers@example.com"],
    "rollback_on": ["deployment_failure", "alarm"],
}
HOST = "arn:aws:codeconnections:eu-central-1:123456789012:host/own/1234-5678"
ROLE = "arn:aws:iam::123456789012:role/manager"


def header(*apps: str, **windows: str) -> Header:
    return Header(
        "prod",
        "eu-central-1",
        "123456789012",
        "aws",
        "apps.example.com",
        apps={app: AppFacts() for app in apps or ("crm",)},
        releases={app: ReleaseFacts(window=windows.get(app)) for app in apps or ("crm",)},
    )


def section(**values: Any) -> Any:
    return Delivery.Inputs.model_validate_json(json.dumps(values))


def said(given: Header | None = None, **values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(it.path, it.code) for it in parts.check(Delivery, section(**values), given or header())]


def test_by_default_nothing_is_delivered_and_production_is_right() -> None:
    assert section().tool is None
    assert said() == [] == said(**PRODUCTION)
    assert said(tool="gitlab", source={"repository": "group/sub/apps"}) == []
    jenkins = {"issuer": "jenkins.example.com/oidc", "subject": "https://jenkins.example.com/job/apps/"}
    assert said(tool="jenkins", oidc=jenkins) == []


@pytest.mark.parametrize(
    ("values", "place", "code"),
    [
        ({"approvers": ["a@b.c"]}, ("approvers",), "MXS700"),
        ({"tool": "codepipeline"}, ("tool",), "MXS700"),
        ({"tool": "github"}, ("tool",), "MXS700"),
        ({**PRODUCTION, "source": {**SOURCE, "host_arn": HOST}}, ("source", "host_arn"), "MXS701"),
        ({**PRODUCTION, "source": {**SOURCE, "provider": "github-enterprise"}}, ("source", "provider"), "MXS701"),
        ({**PRODUCTION, "source": {**SOURCE, "folders": {"cmr": "a"}}}, ("source", "folders", "cmr"), "MXS702"),
        ({**PRODUCTION, "oidc": {"subject": "x"}}, ("oidc", "subject"), "MXS703"),
        ({**PRODUCTION, "approval": False}, ("approvers",), "MXS704"),
        ({"tool": "gitlab", "source": SOURCE, "approver_roles": [ROLE]}, ("approver_roles",), "MXS704"),
        ({**PRODUCTION, "approvers": ["a@b.c", "a@b.c"]}, ("approvers", 1), "MXS706"),
        ({**PRODUCTION, "rollback_on": ["alarm", "alarm"]}, ("rollback_on", 1), "MXS706"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(values: dict[str, Any], place: tuple[Any, ...], code: str) -> None:
    assert said(**values) == [(place, code)]


def test_a_job_of_jenkins_is_known_by_issuer_and_subject() -> None:
    assert said(tool="jenkins", source=SOURCE) == [(("tool",), "MXS703"), (("tool",), "MXS703")]


def test_no_app_takes_the_name_of_the_pipeline_that_takes_back() -> None:
    assert said(header("rollback"), **PRODUCTION) == [(("tool",), "MXS702")]


def test_a_window_that_soon_ends_is_said() -> None:
    assert said(header("crm", crm="Sun 02:50"), **PRODUCTION) == [(("tool",), "MXS705")]
    assert said(header("crm", crm="Sun 02:30"), **PRODUCTION) == []


@pytest.mark.parametrize(
    "values",
    [
        {"tool": "circleci"},
        {"source": {"repository": "apps"}},
        {"source": {**SOURCE, "folders": {"crm": "../crm"}}},
        {"source": {**SOURCE, "folders": {"crm": "/crm"}}},
        {"oidc": {"subject": "repo:example/*"}},
        {"oidc": {"subject": "repo:example/apps:ref:${x}"}},
        {"oidc": {"issuer": "https://jenkins.example.com"}},
        {"package": "mendixctl; curl evil"},
        {"image": "a b"},
        {"build_minutes": 4},
        {"rollback_on": ["always"]},
    ],
)
def test_values_out_of_bounds_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


def test_what_other_sections_have_to_have() -> None:
    on = {"tool": "codepipeline", "rollback_on": ["alarm"]}
    assert [it.code for it in concerns({"delivery": on})] == ["MXS707"]
    assert list(concerns({"delivery": on, "monitoring": {}})) == []
    assert list(concerns({"delivery": {"tool": None, "rollback_on": ["alarm"]}})) == []
    outside = {"delivery": {"tool": "gitlab", "rollback_on": []}, "cluster": {"endpoint": "private"}}
    assert [it.code for it in concerns(outside)] == ["MXS708"]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_calls_mendixctl_and_nothing_else(step: str, tmp_path: Path) -> None:
    spec = yaml.safe_load(buildspec(step))
    called = tmp_path / "called"
    for name in ("mendixctl", "python3"):
        program = tmp_path / name
        program.write_text(f'#!/bin/bash\nprintf "%s|" {name} "$@" "$APP_SOURCE" >> "{called}"\n')
        program.chmod(0o755)
    given = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "APP": "crm; touch hacked",
        "APP_FOLDER": "apps/crm",
        "ENVIRONMENT": "prod",
        "MENDIXCTL_PACKAGE": "",
        "CODEBUILD_SRC_DIR": "/platform",
        "CODEBUILD_SRC_DIR_Source": "/apps",
    }
    commands = [line for phase in ("install", "build") for line in spec["phases"][phase]["commands"]]
    # CodeBuild runs each command in the same shell.
    script = "set -e\n" + "\n".join(commands)
    subprocess.run(["bash", "-c", script], env=given, cwd=tmp_path, check=True)
    source = "/apps/apps/crm" if step == "build" else ""
    assert called.read_text() == f"mendixctl|release|{step}|crm; touch hacked|--env|prod|{source}|"
    assert (spec.get("artifacts") is not None) == STEPS[step].passes_on
