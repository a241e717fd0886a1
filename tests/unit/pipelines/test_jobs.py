"""What the jobs do, run in bash with programs that write down how they were called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.pipelines import Runner, commands

GOLDEN = Path(__file__).parents[2] / "golden" / "pipelines"


def loaded(name: str) -> Any:
    return yaml.safe_load((GOLDEN / name).read_text())


def words(step: str, app: str = "crm") -> str:
    return f"-C platform-source release {step} {app} --env prod"


def deliver(tmp_path: Path, answers: dict[str, str], **variables: str) -> tuple[int, list[str]]:
    runner = Runner(tmp_path, answers)
    code = runner.run(
        commands(loaded("delivery.buildspec.yml")),
        **{
            "APP": "crm",
            "ACTION": "deliver",
            "ENVIRONMENT": "prod",
            "MENDIXCTL_PACKAGE": "mendixctl",
            "CODEBUILD_SRC_DIR": str(tmp_path),
            "CODEBUILD_SRC_DIR_platform": "platform-source",
            **variables,
        },
    )
    assert runner.calls("python3") == ["-m pip install --quiet mendixctl"]
    return code, runner.calls()


def test_a_delivery_calls_four_steps_and_no_rollback(tmp_path: Path) -> None:
    assert deliver(tmp_path, {}) == (0, [words(step) for step in ("build", "push", "deploy", "verify")])


@pytest.mark.parametrize(
    ("failing", "done"),
    [
        ("build", ["build"]),
        ("push", ["build", "push"]),
        ("deploy", ["build", "push", "deploy"]),
        ("verify", ["build", "push", "deploy", "verify", "rollback"]),
    ],
)
def test_what_is_deployed_and_not_well_is_taken_back_once_and_the_build_still_fails(
    tmp_path: Path, failing: str, done: list[str]
) -> None:
    assert deliver(tmp_path, {f"*release\\ {failing}\\ *": "exit 7"}) == (7, [words(step) for step in done])


def test_a_rollback_by_hand_builds_nothing(tmp_path: Path) -> None:
    assert deliver(tmp_path, {}, ACTION="rollback") == (0, [words("rollback")])


def test_an_app_that_is_none_of_the_environment_is_refused(tmp_path: Path) -> None:
    assert deliver(tmp_path, {}, APP="cmr") == (1, [])


def test_the_build_is_told_where_its_source_is(tmp_path: Path) -> None:
    deliver(tmp_path, {"*release\\ build*": 'echo "source $APP_SOURCE" >> "$CALLS"'}, APP="erp-bridge")
    assert f"source {tmp_path}/apps/erp" in (tmp_path / "calls").read_text()


def platform(tmp_path: Path, answers: dict[str, str], **variables: str) -> tuple[int, Runner]:
    runner = Runner(tmp_path, answers)
    given = {"STEP": "plan", "MENDIXCTL_PACKAGE": "mendixctl", **variables}
    return runner.run(commands(loaded("platform.buildspec.yml")), **given), runner


def test_codebuild_plans_what_is_due_and_keeps_it_sealed(tmp_path: Path) -> None:
    answers = {
        "pipelines\\ due*": "printf 'test\\nprod\\n'",
        "secretsmanager*": "echo a-passphrase",
        "plan\\ *": '[ "$MENDIXCTL_PLAN_PASSPHRASE" = a-passphrase ] && exit 2',
    }
    code, runner = platform(tmp_path, answers)
    assert (code, runner.calls()) == (
        0,
        [
            "validate",
            "render --check",
            "pipelines codebuild --check",
            "pipelines due",
            "plan test --report reports/test.md --out plans/test.plan",
            "plan prod --report reports/prod.md --out plans/prod.plan",
        ],
    )
    assert len(runner.calls("aws")) == 1
    assert "mendixctl/passphrase" in runner.calls("aws")[0]


def test_codebuild_comments_a_pull_request_and_keeps_no_plan_of_it(tmp_path: Path) -> None:
    answers = {"pipelines\\ due*": "echo prod", "plan\\ *": '[ -z "$MENDIXCTL_PLAN_PASSPHRASE" ] && exit 2'}
    code, runner = platform(tmp_path, answers, CODEBUILD_WEBHOOK_BASE_REF="refs/heads/main")
    assert (code, runner.calls()[3:]) == (
        0,
        [
            "pipelines due --changed-since origin/main",
            "plan prod --report reports/prod.md",
            "pipelines comment reports/prod.md --env prod",
        ],
    )
    assert "comment-token" in runner.calls("aws")[0]


@pytest.mark.parametrize("code", ["1", "3"])
def test_a_plan_that_fails_or_that_aws_refuses_fails_the_build(tmp_path: Path, code: str) -> None:
    done, _ = platform(tmp_path, {"pipelines\\ due*": "echo prod", "plan\\ *": f"exit {code}"})
    assert done == 1


def test_codebuild_applies_the_plans_in_order_and_ends_at_the_first_that_fails(tmp_path: Path) -> None:
    answers = {"pipelines\\ due*": "printf 'test\\nprod-dr\\nprod\\n'", "apply*prod-dr*": "exit 1"}
    code, runner = platform(tmp_path, answers, STEP="apply", CODEBUILD_SRC_DIR_plans="from-before")
    assert code == 1
    assert [call.split(" -m ")[0] for call in runner.calls()] == [
        "pipelines due --plans from-before/plans",
        "apply --yes --env test --plan from-before/plans/test.plan --on-failure rollback",
        "sync test",
        "apply --yes --env prod-dr --plan from-before/plans/prod-dr.plan --on-failure rollback",
        "sync prod-dr",
    ]


def step(workflow: str, job: str, name: str) -> list[str]:
    found = loaded(workflow)["jobs"][job]["steps"]
    return [next(one["run"] for one in found if name in (one.get("name"), one.get("id")))]


@pytest.mark.parametrize(
    ("app", "changed", "apps"),
    [
        ("", "crm", '["crm"]'),
        ("", "apps/erp", '["erp-bridge"]'),
        ("", "docs", "[]"),
        ("erp-bridge", "crm", '["erp-bridge"]'),
    ],
)
def test_github_delivers_the_apps_that_the_commits_touch_or_the_one_that_was_asked_for(
    tmp_path: Path, app: str, changed: str, apps: str
) -> None:
    answers = {f"diff*\\ --\\ {changed}": "exit 1"}
    jq = "jq() { printf '['; shift 3; sep=; for one; do printf '%s\"%s\"' \"$sep\" \"$one\"; sep=,; done; printf ']'; }"
    runner = Runner(tmp_path, answers, programs=("git",))
    script = [jq, *step("delivery.github.yml", "apps", "apps")]
    output = str(tmp_path / "output")
    assert runner.run(script, APP=app, BEFORE="a" * 40, GITHUB_SHA="b" * 40, GITHUB_OUTPUT=output) == 0
    assert (tmp_path / "output").read_text() == f"apps={apps}\n"


@pytest.mark.parametrize(("keep", "more"), [("true", " --out plans/prod.plan"), ("false", "")])
def test_github_keeps_a_plan_of_the_branch_and_none_of_a_pull_request(tmp_path: Path, keep: str, more: str) -> None:
    runner = Runner(tmp_path, {"plan*": "exit 2"})
    variables = {"ENVIRONMENT": "prod", "KEEP": keep, "MENDIXCTL_PLAN_PASSPHRASE": "a-passphrase"}
    assert runner.run(step("platform.github.yml", "plan", "plan"), **variables) == 0
    assert runner.calls() == [f"plan prod --report reports/prod.md{more}"]


def test_github_keeps_no_plan_without_a_passphrase(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    variables = {"ENVIRONMENT": "prod", "KEEP": "true", "MENDIXCTL_PLAN_PASSPHRASE": ""}
    assert runner.run(step("platform.github.yml", "plan", "plan"), **variables) == 1
    assert runner.calls() == []


@pytest.mark.parametrize(("code", "ends"), [("0", 0), ("1", 1), ("3", 3)])
def test_gitlab_records_what_an_apply_left_and_ends_as_it_did(tmp_path: Path, code: str, ends: int) -> None:
    runner = Runner(tmp_path, {"apply*": f"exit {code}"})
    for path in ("plans/prod.plan", "environments/prod.yaml", "environments/prod.lock", "environments/prod/main.tf"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    done = runner.run(loaded("platform.gitlab-ci.yml")[".apply"]["script"], ENVIRONMENT="prod", CI_COMMIT_TITLE="why")
    assert done == ends
    assert runner.calls() == [
        "apply --yes --env prod --plan plans/prod.plan --on-failure rollback -m why",
        "sync prod",
    ]
    assert (tmp_path / "records/prod.tar").is_file()


def test_gitlab_applies_nothing_where_nothing_would_change(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    assert runner.run(loaded("platform.gitlab-ci.yml")[".apply"]["script"], ENVIRONMENT="prod") == 0
    assert runner.calls() == []


@pytest.mark.parametrize(("request_", "more"), [("", " --out plans/prod.plan"), ("12", "")])
def test_gitlab_keeps_a_plan_of_the_branch_and_none_of_a_merge_request(
    tmp_path: Path, request_: str, more: str
) -> None:
    runner = Runner(tmp_path, {"plan*": "exit 2"})
    variables = {"ENVIRONMENT": "prod", "CI_MERGE_REQUEST_IID": request_, "MENDIXCTL_PLAN_PASSPHRASE": "a-passphrase"}
    assert runner.run(loaded("platform.gitlab-ci.yml")[".plan"]["script"], **variables) == 0
    assert runner.calls() == [f"plan prod --report reports/prod.md{more}"]
