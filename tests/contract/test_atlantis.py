"""`atlantis.yaml` as Atlantis reads it: its reference, the files that a project is planned for, what the server runs.

The server's configuration is the one in docs/many.md.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from mendixctl.engine.environment.plan_files import PlanFiles
from mendixctl.engine.many import atlantis, waves
from mendixctl.engine.repository.render import render
from mendixctl.engine.session import Session
from tests.support.atlantis_double import Atlantis, Config, WrongError, matches, parse
from tests.support.small_repository import SPEC, small_repository

TOP = Path(__file__).parents[2]
TENANTS = [f"tenant-{number:02}" for number in range(1, 41)]
ORDER = [["foundation-a"], ["test"], TENANTS, ["prod-dr"], ["prod"]]
WAVES = 'waves: [foundation-a, [test, dev], ["tenant-*"], prod-dr, "*"]\n'

PROGRAM = """\
#!/bin/bash
# leaves its files where mendixctl does; an environment whose name is in UNCHANGED has none, one in FAILING fails
echo "$*" >> "$CALLS"
case "$1" in
  plan)
    [[ " $UNCHANGED " != *" $2 "* ]] || exit 0
    mkdir -p ".mendixctl/$2/plans" && touch $(printf ".mendixctl/$2/plans/%s " $FILES)
    exit 2 ;;
  apply)
    [[ "$2 $3 $5" == "--yes --env -m" && " $FAILING " != *" $4 "* ]] && rm $(printf ".mendixctl/$4/plans/%s " $FILES) ;;
esac
"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of 44 environments in five waves, and one of the emulator; committed."""
    repository = small_repository(tmp_path_factory.mktemp("atlantis") / "platform", name="dev")
    root = repository.root
    for name in (name for wave in ORDER for name in wave):
        more = "standby_of: prod\n" if name == "prod-dr" else ""
        repository.spec(name).write_text(SPEC.format(name=name, target="aws") + more)
    (root / waves.FILE).write_text(WAVES)
    (root / ".gitignore").write_text((TOP / "templates" / "repository" / "gitignore.j2").read_text())
    session = Session(repository)
    for name in repository.names():
        render(session, name)
    assert atlantis.atlantis(session, write=True).written
    for command in (["init"], ["add", "-A"], ["commit", "-m", "all"]):
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        subprocess.run(["git", "-C", str(root), *who, *command], check=True, capture_output=True)
    return root


@pytest.fixture(scope="module")
def config(origin: Path) -> Config:
    return parse((origin / atlantis.FILE).read_text())


def pull_request(origin: Path, folder: Path, **variables: str) -> Atlantis:
    """Atlantis, whose server has the configuration of the documentation and a program in the place of mendixctl."""
    (block,) = re.findall(r"```yaml\n(repos:.*?)```", (TOP / "docs" / "many.md").read_text(), re.DOTALL)
    (folder / "programs").mkdir()
    (folder / "clones").mkdir()
    (folder / "programs" / "mendixctl").write_text(PROGRAM)
    (folder / "programs" / "mendixctl").chmod(0o755)
    kept = PlanFiles(folder)
    given = {
        "PATH": f"{folder / 'programs'}:/usr/bin:/bin",
        "CALLS": str(folder / "calls"),
        "FILES": f"{kept.plan.name} {kept.manifest.name}",
        **variables,
    }
    return Atlantis(origin, block, folder / "clones", given)


def test_the_reference_takes_the_file_of_many_environments_in_their_waves(config: Config) -> None:
    groups: dict[int, list[str]] = {}
    for project in config.projects:
        groups.setdefault(project.group, []).append(project.name)
    assert list(groups.values()) == ORDER  # what lives on one machine is not the server's
    assert list(groups) == sorted(groups)
    assert (config.parallel, config.abort) == (True, True)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("version: 3", "version: three", "version"),
        ("parallel_plan: true", "paralel_plan: true", "paralel_plan"),
        ("    dir: .\n", "", "dir"),
        ("    dir: .\n", "    dir: ../other\n", "dir"),
        ("execution_order_group: 1", "execution_order_group: first", "execution_order_group"),
        ("      enabled: true", "      enable: true", "enable"),
        ("name: test", "name: prod", "unique"),
        ("name: test", "name: te&st", "URL"),
    ],
)
def test_what_is_not_in_the_reference_is_refused(origin: Path, old: str, new: str, why: str) -> None:
    text = (origin / atlantis.FILE).read_text()
    assert old in text
    with pytest.raises(WrongError, match=why):
        parse(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("files", "planned"),
    [
        (["environments/tenant-07.yaml"], ["tenant-07"]),
        (["environments/tenant-07/main.tf", "README.md"], ["tenant-07"]),
        (["environments/tenant-07/kubernetes/apps/crm.yaml"], ["tenant-07"]),
        (["environments/prod.yaml"], ["prod-dr", "prod"]),
        (["environments/test.lock", "environments/prod-dr.lock"], ["test", "prod-dr"]),
        (["environments/test/releases/0001.json"], []),
        (["environments/test/runbooks/restore.md", "environments/test/delivery/Jenkinsfile"], []),
        (["environments/dev.yaml", "docs/a.md", "modules/notes/1.1.0/main.tf"], []),
        (["modules/notes/1.0.0/main.tf"], [name for wave in ORDER for name in wave]),
    ],
)
def test_a_project_is_planned_for_the_files_that_its_plan_is_made_from(
    config: Config, files: list[str], planned: list[str]
) -> None:
    assert config.planned_for(files) == planned


@pytest.mark.parametrize(
    ("patterns", "name", "expected"),
    [
        (["a/*"], "a/b/c", True),  # a folder that matches has all below it
        (["a/*", "!a/*/**"], "a/b/c", False),
        (["a/*", "!a/*/**"], "a/b", True),
        (["**/*.tf"], "main.tf", True),
        (["a/**", "!a/b", "a/b/c"], "a/b/c", True),  # the last that says something
        (["a/?.tf"], "a/bc.tf", False),
    ],
)
def test_files_match_as_in_a_dockerignore(patterns: list[str], name: str, expected: bool) -> None:
    assert matches(patterns, name) is expected


def test_a_pull_request_is_planned_and_applied_wave_by_wave(origin: Path, tmp_path: Path) -> None:
    server = pull_request(origin, tmp_path, UNCHANGED="test")
    touched = [
        "environments/test.yaml",
        *(f"environments/{name}.yaml" for name in TENANTS[:3]),
        "environments/prod.yaml",
    ]
    planned = server.plan(touched)
    assert planned == dict.fromkeys(["test", *TENANTS[:3], "prod-dr", "prod"], 0)
    assert "No changes. Your infrastructure matches the configuration." in server.said["test"]
    applied = server.apply()
    assert list(applied.items()) == [(name, 0) for name in [*TENANTS[:3], "prod-dr", "prod"]]
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[-2:] == [f"apply --yes --env {name} -m pull request 7" for name in ("prod-dr", "prod")]
    assert server.apply() == {}  # nothing waits any more


def test_after_a_wave_that_fails_no_other_begins(origin: Path, tmp_path: Path) -> None:
    server = pull_request(origin, tmp_path, FAILING="tenant-02")
    server.plan([f"environments/{name}.yaml" for name in ("tenant-01", "tenant-02", "prod")])
    assert server.apply() == {"tenant-01": 0, "tenant-02": 1}
    assert list(server.apply()) == ["tenant-02"]  # its plan still waits, and so do those behind it


def test_a_plan_that_is_refused_leaves_nothing_to_apply(origin: Path, tmp_path: Path) -> None:
    server = pull_request(origin, tmp_path)
    (tmp_path / "programs" / "mendixctl").write_text("#!/bin/sh\nexit 3\n")
    assert server.plan(["environments/test.yaml"]) == {"test": 1}
    assert server.apply() == {}


def test_no_other_file_may_look_like_a_plan_of_atlantis(origin: Path, tmp_path: Path) -> None:
    server = pull_request(origin, tmp_path, FILES="plan.tfplan")
    server.plan(["environments/test.yaml"])
    with pytest.raises(WrongError, match=r"plan\.tfplan"):
        server.apply()
