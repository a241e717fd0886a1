"""What no schema knows of pipelines: the same steps everywhere, pinned actions, few permissions, nothing injected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mendixgen.pipelines.actions import ACTIONS

GOLDEN = Path(__file__).parents[2] / "golden" / "pipelines"
WORKFLOWS = sorted(GOLDEN.glob("*.github.yml"))
STEPS = ["build", "push", "deploy", "verify", "rollback"]


def loaded(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text())
    assert isinstance(data, dict)
    return data


def steps(path: Path) -> list[tuple[str, dict[str, Any]]]:
    return [(name, step) for name, job in loaded(path)["jobs"].items() for step in job["steps"]]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("delivery*")), ids=lambda path: path.name)
def test_every_tool_calls_the_same_five_steps_in_the_same_order(path: Path) -> None:
    text = path.read_text()
    found = re.findall(r"""(?:release |mendixctl\(')(build|push|deploy|verify|rollback)\b""", text)
    assert list(dict.fromkeys(one for one in found if one != "rollback")) == STEPS[:-1]
    assert "rollback" in found
    assert not re.search(r"\b(docker|kubectl|helm|terraform)\b", text)  # what a step does is mendixctl's alone


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_commits_and_named_with_their_version(path: Path) -> None:
    lines = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses: " in line]
    assert lines
    assert {line.removeprefix("uses: ") for line in lines} <= set(ACTIONS.values())
    assert all(re.fullmatch(r"[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one) for one in ACTIONS.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_has_the_permissions_that_it_names_and_no_other(path: Path) -> None:
    data = loaded(path)
    assert data["permissions"] == {}
    for name, job in data["jobs"].items():
        granted = {key for key, value in job["permissions"].items() if value == "write"}
        assert granted <= {"id-token", "pull-requests", "contents"}, name
        assert ("contents" in granted) == (name == "record")
        assert granted.isdisjoint({"id-token"}) or any("role-to-assume" in str(step) for step in job["steps"])
        assert "timeout-minutes" in job


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_that_others_write_is_put_into_a_script(path: Path) -> None:
    """An expression in ``run`` is pasted before the shell reads it; through ``env`` it stays a value."""
    assert [step["run"] for _, step in steps(path) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_only_what_pushes_keeps_the_token_of_its_checkout(path: Path) -> None:
    for job, step in steps(path):
        if "actions/checkout" in step.get("uses", ""):
            assert step.get("with", {}).get("persist-credentials") is (None if job == "record" else False)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_need_jobs_that_there_are(path: Path) -> None:
    jobs = loaded(path)["jobs"]
    for job in jobs.values():
        needs = job.get("needs", [])
        named = set(re.findall(r"needs\.([\w-]+)\.", str(job)))
        assert named <= set([needs] if isinstance(needs, str) else needs) <= set(jobs)


def test_who_applies_waits_in_the_environment_and_who_delivers_keeps_the_subject_of_its_branch() -> None:
    """The token of a job with an environment names that, and not the branch that the delivery's role trusts."""
    applies = {name: job for name, job in loaded(GOLDEN / "platform.github.yml")["jobs"].items() if "apply" in name}
    assert len(applies) == 3
    assert all(job["environment"] == "${{ matrix.environment }}" for job in applies.values())
    delivers = loaded(GOLDEN / "delivery.github.yml")["jobs"]
    assert {name for name, job in delivers.items() if "environment" in job} == {"approve"}
    assert delivers["approve"]["permissions"] == {}
    assert "approve" in delivers["deploy"]["needs"]
    assert "approve" not in loaded(GOLDEN / "delivery-small.github.yml")["jobs"]


def test_gitlab_applies_wave_by_wave_and_by_hand_where_it_is_protected() -> None:
    data = loaded(GOLDEN / "platform.gitlab-ci.yml")
    assert data["stages"] == ["validate", "plan", "apply 1", "apply 2", "apply 3", "record"]
    stage = {name.removeprefix("apply "): job for name, job in data.items() if name.startswith("apply ")}
    assert {name: job["stage"] for name, job in stage.items()} == {
        "foundation": "apply 1",
        "test": "apply 2",
        "prod": "apply 3",
        "prod-dr": "apply 3",
    }
    for name, job in stage.items():
        never, rule = job["rules"]
        assert never == {"if": "$CI_MERGE_REQUEST_IID", "when": "never"}
        assert (rule.get("when"), rule.get("allow_failure")) == ((None, None) if name == "test" else ("manual", False))
        assert job["resource_group"] == job["environment"]["name"] == name
        assert job["dependencies"] == [f"plan {name}"]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.gitlab-ci.yml")), ids=lambda path: path.name)
def test_gitlab_jobs_name_stages_and_jobs_that_there_are(path: Path) -> None:
    data = loaded(path)
    for job in data.values():
        if isinstance(job, dict) and "script" in job and "stage" in job:
            assert job["stage"] in data["stages"]
            assert {*job.get("needs", []), *job.get("dependencies", [])} <= set(data)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.Jenkinsfile")), ids=lambda path: path.name)
def test_a_stage_of_jenkins_has_steps_or_stages_or_parallel_ones(path: Path) -> None:
    """Jenkins' declarative validator: exactly one of them; and a person is never waited for on an agent."""
    stages = blocks(path.read_text(), r"stage\('([^']+)'\)")
    assert stages
    for name, body in stages:
        kinds = {kind for kind in ("steps", "stages", "parallel") if direct(body, kind)}
        assert len(kinds) == 1, name
        assert direct(body, "agent") is False or "input message" not in body, name


def blocks(text: str, head: str) -> list[tuple[str, str]]:
    """What stands in braces behind each ``head``."""
    found = []
    for match in re.finditer(head + r"\s*\{", text):
        depth, at = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        found.append((match[1], text[match.end() : at - 1]))
    return found


def direct(body: str, word: str) -> bool:
    """Whether a block begins with ``word {`` directly in ``body``."""
    depth = 0
    for line in body.splitlines():
        if depth == 0 and re.match(rf"\s*{word}\s*\{{", line):
            return True
        depth += line.count("{") - line.count("}")
    return False
