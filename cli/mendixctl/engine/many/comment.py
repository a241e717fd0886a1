"""A report under the pull or merge request that a pipeline runs for: one comment an environment, kept up to date.

Where that is, the tool's own variables say. Sources: GitHub REST API, "Issue comments"; GitLab API, "Notes"; the
predefined variables of GitHub Actions, GitLab CI, Jenkins (``CHANGE_URL`` of a multibranch job) and CodeBuild
(``CODEBUILD_WEBHOOK_TRIGGER``, ``CODEBUILD_SOURCE_REPO_URL``).
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from mendixgen.diagnostics import Diagnostic, MendixError

TOKEN = "MENDIXCTL_COMMENT_TOKEN"  # noqa: S105 -- the variable's name
"""The variable with what may comment; a job of GitHub Actions may have GITHUB_TOKEN instead."""

LARGEST = 65_000
"""Characters of a comment: GitHub takes 65,536 (GitLab 1,000,000)."""

PAGES, A_PAGE = 20, 100
"""How many comments are looked through: 2,000. Beyond them a new one is written."""

SECONDS = 30
LARGEST_ANSWER = 16 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """A pull or merge request, as its API sees it. ``comments``: URL of the list; ``one``: what an id is put behind to
    have the URL of a comment; ``method`` changes it.
    """

    comments: str
    one: str
    method: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CommentResult:
    """``updated``: there was one of this environment already. ``url``: of the comment, where the API says it."""

    environment: str
    updated: bool
    url: str = ""


def comment(report: str, environment: str, variables: Mapping[str, str]) -> CommentResult:
    """Write ``report`` (Markdown) under the request that ``variables`` tell of.

    Raises:
        MendixError: MXP225, there is none, or nothing that may comment; MXP226, it was refused.
    """
    place = find(variables)
    marker = f"<!-- mendixctl plan of {environment} -->"
    body = f"{marker}\n{report}"
    if len(body) > LARGEST:
        body = body[: LARGEST - 100] + "\n\n(cut off here: the whole report is in the job)\n"
    for known in _known(place):
        if str(known.get("body", "")).startswith(marker):
            answer = _call(place, f"{place.one}/{known['id']}", place.method, {"body": body})
            return CommentResult(environment, True, _url(answer))
    return CommentResult(environment, False, _url(_call(place, place.comments, "POST", {"body": body})))


def find(variables: Mapping[str, str]) -> Place:
    """Where to comment.

    Raises:
        MendixError: MXP225.
    """
    if (api := variables.get("CI_API_V4_URL")) and (number := variables.get("CI_MERGE_REQUEST_IID")):
        return _gitlab(api, variables.get("CI_PROJECT_ID", ""), number, _token(variables, TOKEN))
    if (api := variables.get("GITHUB_API_URL")) and (
        found := re.fullmatch(r"refs/pull/(\d+)/merge", variables.get("GITHUB_REF", ""))
    ):
        return _github(api, variables.get("GITHUB_REPOSITORY", ""), found[1], _token(variables, TOKEN, "GITHUB_TOKEN"))
    url = variables.get("CHANGE_URL", "")
    trigger = re.fullmatch(r"pr/(\d+)", variables.get("CODEBUILD_WEBHOOK_TRIGGER", ""))
    if trigger and not url:
        base = variables.get("CODEBUILD_SOURCE_REPO_URL", "").removesuffix(".git")
        kind = "-/merge_requests" if "gitlab" in base else "pull"
        url = f"{base}/{kind}/{trigger[1]}"
    return _by_url(url, variables)


def _by_url(url: str, variables: Mapping[str, str]) -> Place:
    """The request with this address in a browser."""
    parts = urlsplit(url)
    here = f"https://{parts.netloc}"
    if parts.scheme == "https" and (found := re.fullmatch(r"/(.+?)/-/merge_requests/(\d+)", parts.path)):
        return _gitlab(f"{here}/api/v4", quote(found[1], safe=""), found[2], _token(variables, TOKEN))
    if parts.scheme == "https" and (found := re.fullmatch(r"/([^/]+/[^/]+)/pull/(\d+)", parts.path)):
        api = "https://api.github.com" if parts.netloc == "github.com" else f"{here}/api/v3"
        return _github(api, found[1], found[2], _token(variables, TOKEN, "GITHUB_TOKEN"))
    raise MendixError(
        Diagnostic(
            "MXP225",
            "this is no job of a pull or merge request, so there is nothing to comment on",
            hint="GitHub Actions, GitLab CI, a multibranch job of Jenkins, or CodeBuild with a webhook say which it is",
        )
    )


def _github(api: str, repository: str, number: str, token: str) -> Place:
    issues = f"{api}/repos/{repository}/issues"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    return Place(f"{issues}/{number}/comments", f"{issues}/comments", "PATCH", headers)


def _gitlab(api: str, project: str, number: str, token: str) -> Place:
    notes = f"{api}/projects/{project}/merge_requests/{number}/notes"
    return Place(notes, notes, "PUT", {"PRIVATE-TOKEN": token})


def _token(variables: Mapping[str, str], *names: str) -> str:
    for name in names:
        if found := variables.get(name):
            return found
    raise MendixError(
        Diagnostic("MXP225", f"nothing here may comment: {' or '.join(names)} is not set", hint="docs/pipelines.md")
    )


def _known(place: Place) -> Iterator[Mapping[str, Any]]:
    for page in range(1, PAGES + 1):
        found = _call(place, f"{place.comments}?per_page={A_PAGE}&page={page}", "GET", None)
        if not isinstance(found, list):
            return
        yield from (one for one in found if isinstance(one, dict))
        if len(found) < A_PAGE:
            return


def _url(answer: Any) -> str:
    return str(answer.get("html_url", "")) if isinstance(answer, dict) else ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token along to whoever the answer names."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _call(place: Place, url: str, method: str, body: Mapping[str, str] | None) -> Any:
    """One call of the API. The token stands in the headers alone, so no error can show it.

    Raises:
        MendixError: MXP226.
    """
    headers = {**place.headers, "User-Agent": "mendixctl", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    try:
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 -- http only where CI says so
        if request.type not in ("http", "https"):
            raise ValueError(f"{request.type}: is no address of an API")
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            return json.loads(answer.read(LARGEST_ANSWER) or b"null")
    except urllib.error.HTTPError as error:
        raise _refused(url, f"{error.code} {error.reason}") from error
    except (OSError, ValueError) as error:
        raise _refused(url, str(error)) from error


def _refused(url: str, why: str) -> MendixError:
    hint = "the token must be allowed to comment: pull-requests: write in GitHub, api in GitLab"
    return MendixError(Diagnostic("MXP226", f"the comment was not taken by {urlsplit(url).netloc}: {why}", hint=hint))
