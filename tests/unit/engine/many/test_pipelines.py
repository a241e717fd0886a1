"""The pipelines of a repository, which environments they plan, and the comment that they write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from mendixctl.engine.many import comment, due, pipelines, waves
from mendixctl.engine.many.comment import TOKEN
from mendixgen.diagnostics import MendixError
from mendixgen.pipelines import platform
from tests.support.serving import in_background
from tests.support.small_repository import SPEC
from tests.unit.engine.conftest import Bench


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


@pytest.fixture
def three(bench: Bench) -> Bench:
    """``dev`` on the emulator, ``test`` and ``prod`` on AWS."""
    for name, more in (("test", "protected: false\n"), ("prod", "")):
        bench.repository.spec(name).write_text(SPEC.format(name=name, target="aws") + more)
    return bench


def settings(bench: Bench, text: str) -> None:
    (bench.repository.root / waves.FILE).write_text(text)


@pytest.mark.parametrize("tool", pipelines.TOOLS)
def test_a_pipeline_is_written_once_and_then_current(three: Bench, tool: str) -> None:
    shown = pipelines.pipelines(three.session, tool)
    assert (shown.path, shown.exit_code) == ("", 0)
    assert pipelines.pipelines(three.session, tool, check=True).exit_code == 2
    first, again = (pipelines.pipelines(three.session, tool, write=True) for _ in range(2))
    assert (first.written, again.written) == (True, False)
    assert (three.repository.root / first.path).read_text() == shown.text
    checked = pipelines.pipelines(three.session, tool, check=True)
    assert (checked.exit_code, checked.diff) == (0, "")


def test_what_lives_on_one_machine_is_in_no_pipeline(three: Bench) -> None:
    platform = pipelines.of_repository(three.session)
    assert [[one.name for one in wave] for wave in platform.waves] == [["test"], ["prod"]]
    assert [one.protected for one in platform.environments] == [False, True]
    assert platform.environments[0].role == "arn:aws:iam::123456789012:role/foundation-deployer"
    assert "environments/prod.yaml" in platform.environments[1].paths


def test_the_settings_of_the_repository_are_taken(three: Bench) -> None:
    settings(
        three, "pipelines: {branch: trunk, role: deployer, plan_role: reader, package: null, image: own/image:1}\n"
    )
    text = pipelines.pipelines(three.session, "gitlab").text
    data = yaml.safe_load(text)
    assert data["default"]["image"]["name"] == "own/image:1"
    assert data["variables"]["MENDIXCTL_PACKAGE"] == ""
    assert data["workflow"]["rules"][1] == {"if": '$CI_COMMIT_BRANCH == "trunk"'}
    assert data["plan prod"]["variables"]["AWS_ROLE_ARN"].endswith(":role/reader")
    assert data["apply prod"]["variables"]["AWS_ROLE_ARN"].endswith(":role/deployer")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("pipelines:\n  brunch: main\n", "mendixctl.yaml:2"),
        ('pipelines:\n  branch: "a\'; rm"\n', "mendixctl.yaml:2"),
        ("pipelines: [main]\n", "mendixctl.yaml:1"),
    ],
)
def test_a_setting_that_is_none_is_said_at_its_place(three: Bench, text: str, place: str) -> None:
    settings(three, text)
    with pytest.raises(MendixError) as error:
        pipelines.pipelines(three.session, "github")
    assert codes(error) == ["MXP223"]
    assert str(error.value.diagnostics[0].location).startswith(place)


def test_settings_of_pipelines_alone_leave_the_waves_as_they_are(three: Bench) -> None:
    settings(three, "pipelines: {branch: trunk}\n")
    assert waves.waves(three.repository, ["test", "prod"]) == [["test"], ["prod"]]


def test_without_an_environment_on_aws_there_is_nothing_to_plan(bench: Bench) -> None:
    with pytest.raises(MendixError) as error:
        pipelines.pipelines(bench.session, "github")
    assert codes(error) == ["MXP223"]


def test_more_environments_than_a_matrix_has_jobs_are_refused_before_github_does(
    three: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "MOST_JOBS", 2)
    assert pipelines.pipelines(three.session, "github").text
    monkeypatch.setattr(platform, "MOST_JOBS", 1)
    with pytest.raises(MendixError, match="2 environments") as error:
        pipelines.pipelines(three.session, "github")
    assert codes(error) == ["MXP223"]
    assert pipelines.pipelines(three.session, "gitlab").text


def test_without_apps_there_is_nothing_to_deliver(three: Bench) -> None:
    with pytest.raises(MendixError, match="no apps") as error:
        pipelines.pipelines(three.session, "gitlab", "prod")
    assert codes(error) == ["MXP223"]


@pytest.mark.parametrize("tool", pipelines.TOOLS)
def test_the_apps_of_an_environment_are_delivered(three: Bench, tool: str) -> None:
    spec = three.repository.spec("prod")
    spec.write_text(spec.read_text() + "apps: {crm: {mendix: '11.6'}, portal: {mendix: '11.6'}}\n")
    result = pipelines.pipelines(three.session, tool, "prod", write=True)
    assert result.path.startswith("environments/prod/delivery/")
    assert "prod-delivery" in result.text
    assert "portal" in result.text


def test_what_is_due_comes_in_its_waves(three: Bench, tmp_path: Path) -> None:
    settings(three, "waves: [dev, [prod], test]\n")
    assert due.due(three.session).environments == ("prod", "test")
    assert [due.due(three.session, wave=n).environments for n in (1, 2, 3)] == [("prod",), ("test",), ()]
    plans = tmp_path / "plans"
    assert due.due(three.session, plans=plans).environments == ()
    plans.mkdir()
    (plans / "test.plan").touch()
    assert due.due(three.session, plans=plans).environments == ("test",)
    (plans / "other.plan").touch()
    with pytest.raises(MendixError) as error:
        due.due(three.session, plans=plans)
    assert codes(error) == ["MXP224"]


def test_what_differs_from_a_revision_is_due(three: Bench) -> None:
    three.commit()
    assert due.due(three.session, since="HEAD").environments == ()
    spec = three.repository.spec("test")
    spec.write_text(spec.read_text() + "# edited\n")
    assert due.due(three.session, since="HEAD").environments == ("test",)


def test_a_repository_of_the_emulator_has_nothing_due(bench: Bench) -> None:
    assert due.due(bench.session).environments == ()


class Api(BaseHTTPRequestHandler):
    """The comments of one request, as GitHub and GitLab serve them: pages of a hundred, changed by their id."""

    comments: list[dict[str, Any]]
    calls: list[tuple[str, str, str]]
    status = 200

    def _answer(self, value: Any) -> None:
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def _body(self) -> str:
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def _note(self) -> None:
        token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
        self.calls.append((self.command, self.path, token))

    def do_GET(self) -> None:
        self._note()
        page = int(self.path.rpartition("page=")[2])
        self._answer(self.comments[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        self._note()
        self.comments.append({"id": len(self.comments) + 1, "body": self._body(), "html_url": "https://x/1"})
        self._answer(self.comments[-1])

    def do_PATCH(self) -> None:
        self._note()
        found = next(one for one in self.comments if str(one["id"]) == self.path.rpartition("/")[2])
        found["body"] = self._body()
        self._answer(found)

    def do_PUT(self) -> None:
        self.do_PATCH()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def api() -> Iterator[tuple[str, type[Api]]]:
    made = type("Api", (Api,), {"comments": [{"id": n, "body": "hello"} for n in range(1, 151)], "calls": []})
    server = HTTPServer(("127.0.0.1", 0), made)
    thread = in_background(server)
    yield f"http://127.0.0.1:{server.server_port}", made
    server.shutdown()
    server.server_close()
    thread.join()


def github(url: str) -> dict[str, str]:
    return {
        "GITHUB_API_URL": url,
        "GITHUB_REPOSITORY": "example/platform",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_TOKEN": "a-token",
    }


def gitlab(url: str) -> dict[str, str]:
    return {"CI_API_V4_URL": url, "CI_PROJECT_ID": "12", "CI_MERGE_REQUEST_IID": "3", TOKEN: "a-token"}


@pytest.mark.parametrize(
    ("variables", "path", "one", "method", "token"),
    [
        (github, "/repos/example/platform/issues/7/comments", "/repos/example/platform/issues/comments/151", "PATCH",
         "Bearer a-token"),
        (gitlab, "/projects/12/merge_requests/3/notes", "/projects/12/merge_requests/3/notes/151", "PUT", "a-token"),
    ],
)  # fmt: skip
def test_an_environment_has_one_comment_that_is_kept_up_to_date(
    api: tuple[str, type[Api]], variables: Any, path: str, one: str, method: str, token: str
) -> None:
    url, server = api
    assert comment.comment("first", "prod", variables(url)).updated is False
    assert comment.comment("other", "test", variables(url)).updated is False
    assert comment.comment("second", "prod", variables(url)).updated is True
    assert [one["body"].splitlines()[-1] for one in server.comments[150:]] == ["second", "other"]
    assert server.calls[2] == ("POST", path, token)
    assert server.calls[-1] == (method, one, token)


def test_a_report_that_is_too_long_is_cut(api: tuple[str, type[Api]]) -> None:
    comment.comment("x" * 100_000, "prod", github(api[0]))
    assert len(api[1].comments[-1]["body"]) < 65_536
    assert "cut off here" in api[1].comments[-1]["body"]


@pytest.mark.parametrize("status", [302, 401, 404, 500])
def test_what_refuses_is_said_and_the_token_is_not(api: tuple[str, type[Api]], status: int) -> None:
    api[1].status = status
    with pytest.raises(MendixError) as error:
        comment.comment("x", "prod", github(api[0]))
    assert codes(error) == ["MXP226"]
    assert str(status) in error.value.diagnostics[0].summary
    assert "a-token" not in str(error.value.diagnostics)
    assert [call[1] for call in api[1].calls] == ["/repos/example/platform/issues/7/comments?per_page=100&page=1"]


@pytest.mark.parametrize(
    ("variables", "comments"),
    [
        ({"CHANGE_URL": "https://github.com/o/r/pull/5"}, "https://api.github.com/repos/o/r/issues/5/comments"),
        ({"CHANGE_URL": "https://git.example.com/o/r/pull/5"}, "https://git.example.com/api/v3/repos/o/r/issues/5/comments"),
        (
            {"CHANGE_URL": "https://gitlab.com/g/s/p/-/merge_requests/5"},
            "https://gitlab.com/api/v4/projects/g%2Fs%2Fp/merge_requests/5/notes",
        ),
        (
            {"CODEBUILD_WEBHOOK_TRIGGER": "pr/9", "CODEBUILD_SOURCE_REPO_URL": "https://github.com/o/r.git"},
            "https://api.github.com/repos/o/r/issues/9/comments",
        ),
    ],
)  # fmt: skip
def test_the_request_is_known_by_what_the_tool_says(variables: dict[str, str], comments: str) -> None:
    assert comment.find({**variables, TOKEN: "t"}).comments == comments
    with pytest.raises(MendixError, match="may comment"):
        comment.find(variables)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"GITHUB_API_URL": "https://api.github.com", "GITHUB_REF": "refs/heads/main", "GITHUB_TOKEN": "t"},
        {"CHANGE_URL": "http://github.com/o/r/pull/5", TOKEN: "t"},
        {"CODEBUILD_WEBHOOK_TRIGGER": "branch/main", TOKEN: "t"},
    ],
)
def test_outside_of_a_request_there_is_nothing_to_comment_on(variables: dict[str, str]) -> None:
    with pytest.raises(MendixError) as error:
        comment.find(variables)
    assert codes(error) == ["MXP225"]
