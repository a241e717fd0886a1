"""Atlantis on this machine: it reads a repository's ``atlantis.yaml`` and runs the server's workflow in clones.

What is accepted is what its reference has (runatlantis.io, "Repo Level atlantis.yaml Config" and "Server Side Repo
Config") and its parser checks (``server/core/config/raw``, ``parser_validator.go``): unknown keys are errors. Files are
matched as moby/patternmatcher does, which Atlantis uses; plans that wait are found as ``pending_plan_finder.go`` does;
projects of one workspace and folder exclude each other, as in all versions before project names counted
(``working_dir_locker.go``, runatlantis/atlantis pull request 6086).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import jsonschema
import yaml

NAMES = {"type": "array", "items": {"type": "string"}}
REQUIREMENTS = {"type": "array", "items": {"enum": ["approved", "mergeable", "undiverged"]}}
LOCKS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"mode": {"enum": ["disabled", "on_plan", "on_apply"]}},
}
SILENCED = {"type": "array", "items": {"enum": ["plan", "apply"]}}
PROJECT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["dir"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "pattern": r"^[^*?\[]+$"},
        "branch": {"type": "string", "pattern": "^/.*/$"},
        "dir": {"type": "string", "minLength": 1, "not": {"pattern": r"\.\."}},
        "workspace": {"type": "string", "pattern": r"^(?![-~])[^/\\$\s]+$", "not": {"pattern": r"\.\."}},
        "workflow": {"type": "string"},
        "terraform_distribution": {"enum": ["terraform", "opentofu"]},
        "terraform_version": {"type": "string"},
        "autoplan": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"enabled": {"type": "boolean"}, "when_modified": NAMES},
        },
        "plan_requirements": REQUIREMENTS,
        "apply_requirements": REQUIREMENTS,
        "import_requirements": REQUIREMENTS,
        "depends_on": NAMES,
        "delete_source_branch_on_merge": {"type": "boolean"},
        "repo_locking": {"type": "boolean"},
        "repo_locks": LOCKS,
        "execution_order_group": {"type": "integer"},
        "policy_check": {"type": "boolean"},
        "custom_policy_check": {"type": "boolean"},
        "silence_pr_comments": SILENCED,
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version"],
    "properties": {
        "version": {"const": 3},
        "projects": {"type": "array", "items": PROJECT},
        "workflows": {"type": "object"},
        "policies": {"type": "object"},
        "autodiscover": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"mode": {"enum": ["auto", "enabled", "disabled"]}, "ignore_paths": NAMES},
        },
        "automerge": {"type": "boolean"},
        "parallel_apply": {"type": "boolean"},
        "parallel_plan": {"type": "boolean"},
        "delete_source_branch_on_merge": {"type": "boolean"},
        "emoji_reaction": {"type": "string"},
        "allowed_regexp_prefixes": NAMES,
        "abort_on_execution_order_fail": {"type": "boolean"},
        "repo_locks": LOCKS,
        "silence_pr_comments": SILENCED,
    },
}
"""``atlantis.yaml``, version 3."""

STEP = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {"run": {"type": "string"}},
}
STAGE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"steps": {"type": "array", "items": {"anyOf": [{"enum": ["init", "plan", "show", "apply"]}, STEP]}}},
}
SERVER: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["repos", "workflows"],
    "properties": {
        "repos": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "allowed_overrides": {
                        "type": "array",
                        "items": {"enum": ["apply_requirements", "plan_requirements", "workflow", "repo_locks"]},
                    },
                    "apply_requirements": REQUIREMENTS,
                    "plan_requirements": REQUIREMENTS,
                    "allow_custom_workflows": {"type": "boolean"},
                },
            },
        },
        "workflows": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"plan": STAGE, "apply": STAGE},
            },
        },
    },
}
"""The part of ``--repo-config`` that the documentation of mendixctl uses."""


class WrongError(Exception):
    """What Atlantis would refuse."""


@dataclass(frozen=True)
class Project:
    """A project; ``group`` is its ``execution_order_group``."""

    name: str
    workspace: str
    workflow: str
    group: int
    folder: str
    patterns: tuple[str, ...]
    autoplan: bool

    @property
    def planfile(self) -> str:
        return f"{self.name.replace('/', '::')}-{self.workspace}.tfplan"


@dataclass(frozen=True)
class Config:
    """A whole ``atlantis.yaml``."""

    projects: tuple[Project, ...]
    parallel: bool
    abort: bool

    def planned_for(self, files: Sequence[str]) -> list[str]:
        """The names of the projects that a pull request with these files plans."""
        return [
            project.name
            for project in self.projects
            if project.autoplan and any(matches(project.patterns, name) for name in files)
        ]


def parse(text: str) -> Config:
    """An ``atlantis.yaml``.

    Raises:
        WrongError: Atlantis does not take it.
    """
    data = yaml.safe_load(text)
    try:
        jsonschema.validate(data, SCHEMA)
    except jsonschema.ValidationError as error:
        raise WrongError(f"{error.json_path}: {error.message}") from error
    found = []
    for one in data.get("projects", ()):
        name = one.get("name", "")
        if quote_plus(name.replace("/", "-")) != name.replace("/", "-"):
            raise WrongError(f"{name}: must contain only URL safe characters")
        plans = one.get("autoplan", {})
        found.append(
            Project(
                name,
                one.get("workspace", "default"),
                one.get("workflow", ""),
                one.get("execution_order_group", 0),
                os.path.normpath(one["dir"]),
                tuple(_below(one["dir"], pattern) for pattern in plans.get("when_modified", ("**/*.tf*",))),
                plans.get("enabled", True),
            )
        )
    names = [project.name for project in found if project.name]
    if len(set(names)) < len(names):
        raise WrongError("project names must be unique")
    places = [(project.folder, project.workspace) for project in found if not project.name]
    if len(set(places)) < len(places):
        raise WrongError("projects of one folder and workspace have to be named")
    return Config(
        tuple(found),
        data.get("parallel_plan", False) and data.get("parallel_apply", False),
        data.get("abort_on_execution_order_fail", False),
    )


def _below(folder: str, pattern: str) -> str:
    """A pattern of a project's folder as one of the repository."""
    excludes = "!" if pattern.startswith("!") else ""
    return excludes + os.path.normpath(os.path.join(folder, pattern.removeprefix("!")))


def matches(patterns: Sequence[str], name: str) -> bool:
    """Whether a file is meant by patterns of .dockerignore: the last that says something about it, or about a folder
    that it lies in, decides.
    """
    found = False
    for given in patterns:
        excludes, pattern = given.startswith("!"), given.removeprefix("!")
        if excludes != found:
            continue
        expression, depth = _expression(pattern), len(pattern.split("/"))
        parents = name.split("/")[:-1]
        if expression.fullmatch(name) or (len(parents) >= depth and expression.fullmatch("/".join(parents[:depth]))):
            found = not excludes
    return found


def _expression(pattern: str) -> re.Pattern[str]:
    made = ""
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", pattern)
    meanings = {"**/": "(.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    for part in parts:
        made += meanings.get(part, re.escape(part))
    return re.compile(made)


@dataclass
class Atlantis:
    """One pull request of the git repository ``origin``. ``server``: the text of ``--repo-config``; ``folder``: where
    the clones are; ``variables``: of the server.
    """

    origin: Path
    server: str
    folder: Path
    variables: Mapping[str, str]
    said: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = yaml.safe_load(self.server)
        jsonschema.validate(said, SERVER)
        self.workflows = said["workflows"]
        self.config = parse((self.origin / "atlantis.yaml").read_text())
        allowed = [name for repo in said["repos"] for name in repo.get("allowed_overrides", ())]
        for project in self.config.projects:
            if project.workflow and "workflow" not in allowed:
                raise WrongError("the repository must not choose its workflow")
            if project.workflow not in self.workflows:
                raise WrongError(f"the server has no workflow {project.workflow}")

    def plan(self, files: Sequence[str]) -> dict[str, int]:
        """What a pull request with these files plans: exit codes by project."""
        names = self.config.planned_for(files)
        return self._run("plan", [one for one in self.config.projects if one.name in names])

    def apply(self) -> dict[str, int]:
        """The comment ``atlantis apply``: every plan that waits, wherever in the clones it lies.

        Raises:
            WrongError: a plan is of no project.
        """
        waiting = []
        for clone in sorted(self.folder.iterdir()):
            # as Atlantis lists them: what .gitignore names counts too
            listed = subprocess.run(
                ["git", "ls-files", ".", "--others"], cwd=clone, check=True, capture_output=True, text=True
            )
            for name in (name for name in listed.stdout.splitlines() if name.endswith(".tfplan")):
                of = next((one for one in self.config.projects if one.planfile == name), None)
                if of is None or of.workspace != clone.name:
                    raise WrongError(f"no plan found for the folder {Path(name).parent} ({name})")
                waiting.append(of)
        return self._run("apply", waiting)

    def _run(self, stage: str, projects: Sequence[Project]) -> dict[str, int]:
        codes: dict[str, int] = {}
        for group in sorted({project.group for project in projects}):
            wave = [project for project in projects if project.group == group]
            places = {(project.workspace, project.folder) for project in wave}
            if self.config.parallel and len(places) < len(wave):
                raise WrongError("the workspace at this path is currently locked by another command")
            with ThreadPoolExecutor(len(wave) if self.config.parallel else 1) as pool:
                codes |= dict(pool.map(lambda one: (one.name, self._one(stage, one)), wave))
            if self.config.abort and any(codes.values()):
                break
        return codes

    def _one(self, stage: str, project: Project) -> int:
        clone = self.folder / project.workspace
        if not clone.exists():
            subprocess.run(["git", "clone", "-q", str(self.origin), str(clone)], check=True)
        place = clone / project.folder
        variables = {
            **self.variables,
            "PROJECT_NAME": project.name,
            "WORKSPACE": project.workspace,
            "PLANFILE": str(place / project.planfile),
            "PULL_NUM": "7",
        }
        for step in self.workflows[project.workflow][stage]["steps"]:
            done = subprocess.run(
                ["sh", "-c", step["run"]], cwd=place, env=variables, check=False, capture_output=True, text=True
            )
            self.said[project.name] = self.said.get(project.name, "") + done.stdout + done.stderr
            if done.returncode:
                return done.returncode
        if stage == "apply":
            (place / project.planfile).unlink()
        return 0
