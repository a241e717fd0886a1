"""Links and other things that are no plain files, wherever a checkout can bring them: nothing outside is written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from mendixctl.app import SECTIONS, main
from mendixctl.containment import check
from mendixctl.emulator.folder import DataFolder
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.repository import render
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.files import private_folder, read_bounded
from mendixgen.repository import Repository
from tests.support.small_repository import small_repository
from tests.support.write_watch import outside, written
from tests.unit.engine.conftest import Bench

COMMANDS = (
    ["plan", "dev"],
    ["apply", "--yes"],
    ["rollback", "v1", "--yes"],
    ["history"],
    ["show", "v1"],
    ["diff", "v1", "v2"],
    ["output", "dev"],
    ["validate"],
    ["render", "dev"],
    ["schema", "--write"],
    ["modules", "upgrade", "dev"],
    ["sync", "dev"],
    ["destroy", "dev", "--yes"],
    ["bootstrap", "dev"],
    ["emulator", "reset"],
    ["support"],
    ["modules", "release", "notes"],
)
"""Whatever reads or writes in a repository."""

LINKED = (
    "environments",
    "environments/dev",
    "environments/dev.yaml",
    "environments/dev.lock",
    "environments/dev/releases",
    "environments/dev/releases/0001",
    "environments/dev/main.tf",
    "environments/dev/.terraform.lock.hcl",
    "environments/dev/errored.tfstate",
    "schema",
    "schema/environment.json",
    ".mendixctl",
    ".mendixctl/dev",
    ".mendixctl/dev/busy",
    ".mendixctl/dev/plans",
    ".mendixctl/dev/plans/plan.json",
    ".mendixctl/dev/plans/new.plan",
    ".mendixctl/dev/runs",
    ".mendixctl/dev/state",
    ".mendixctl/dev/state/terraform.tfstate",
    ".mendixctl/dev/outcomes",
    ".mendixctl/dev/terraform",
    ".mendixctl/dev/terraform/terraform.tfstate",
    ".mendixctl/dev/init.json",
    ".mendixctl/dev/rehearsal",
    ".mendixctl/dev/rehearsal/environments",
    ".mendixctl/emulator",
    ".mendixctl/crashes",
    ".mendixctl/emulator/123456789012",
    ".mendixctl/emulator/123456789012/server.log",
    ".mendixctl/terraform.json",
    ".mendixctl/emulator/123456789012/journal.ndjson",
    ".mendixctl/emulator/123456789012/running.lock",
)


def linked(repository: Repository, name: str, target: Path) -> None:
    """Put a link in the place of ``name``; what stood there stands at its end, as an attacker would leave it."""
    path = repository.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.rename(target)
    elif "." in path.name.lstrip(".") or path.name == "busy":
        target.write_text("{}")
    else:
        target.mkdir()
    path.symlink_to(target)


def tree(folder: Path) -> dict[str, bytes | str]:
    """Everything below a folder, with its content."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else oct(path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("name", LINKED)
def test_no_command_works_where_a_link_leads_out(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    repository = small_repository(tmp_path / "platform")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    linked(repository, name, elsewhere / "target")
    before = tree(elsewhere)
    with written() as paths:
        for command in COMMANDS:
            assert main(["-C", str(repository.root), *command]) == 3
            assert "MXI104" in capsys.readouterr().err
        for further in {name for section in SECTIONS.values() for name in section} - {
            command[0] for command in COMMANDS
        }:
            if further not in {"init", "completion", "version"}:
                assert main(["-C", str(repository.root), further, "dev"]) in {1, 3}
    assert outside(paths, repository.root) == []
    assert tree(elsewhere) == before


def test_a_private_folder_has_no_link_even_to_within(tmp_path: Path) -> None:
    """A plan, which holds secrets, would be written among what is committed."""
    repository = small_repository(tmp_path)
    repository.workspace("dev").mkdir(parents=True)
    (repository.workspace("dev") / "plans").symlink_to(repository.environments)
    with pytest.raises(Refused) as error:
        check(repository)
    assert error.value.diagnostics[0].location is not None
    assert error.value.diagnostics[0].location.file == ".mendixctl/dev/plans"


def test_what_mendixctl_and_terraform_link_themselves_is_no_matter(bench: Bench) -> None:
    bench.session.repository.workspace("dev")
    rehearsed = type(bench.session)(bench.repository, bench.listener, rehearse=True, clock=bench.clock)
    bench.edit("target: emulator", "target: aws")
    plan_run.plan(rehearsed, "dev")
    assert (bench.repository.workspace("dev") / "rehearsal" / "modules").is_symlink()
    cache = bench.repository.workspace("dev") / "terraform" / "providers" / "registry.terraform.io"
    cache.mkdir(parents=True)
    (cache / "hashicorp").symlink_to("/")
    (bench.repository.environments / "staging.yaml").symlink_to("dev.yaml")
    check(bench.repository)
    (bench.repository.workspace("dev") / "rehearsal" / "modules").unlink()
    (bench.repository.workspace("dev") / "rehearsal" / "modules").symlink_to("/")
    with pytest.raises(Refused):
        check(bench.repository)


def test_modules_that_are_only_read_may_stand_elsewhere(tmp_path: Path) -> None:
    repository = small_repository(tmp_path / "platform")
    repository.modules.rename(tmp_path / "shared")
    repository.modules.symlink_to(tmp_path / "shared")
    check(repository)
    with pytest.raises(Refused) as error:
        check(repository, modules=True)
    assert error.value.diagnostics[0].code == "MXI104"


def test_very_many_links_are_not_all_told(tmp_path: Path) -> None:
    repository = small_repository(tmp_path)
    for number in range(300):
        (repository.environments / f"e{number}.yaml").symlink_to("/etc/passwd")
    with pytest.raises(Refused) as error:
        check(repository)
    assert len(error.value.diagnostics) == 20


# -- the last line of defence: each file by itself ---------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda folder: lease(folder / ".mendixctl" / "dev", "dev", "x").__enter__(),
        lambda folder: DataFolder(folder / ".mendixctl" / "emulator" / "1").hold().__enter__(),
    ],
)
@pytest.mark.parametrize("name", ["dev/busy", "emulator/1/running.lock"])
def test_no_lock_is_taken_through_a_link(tmp_path: Path, use: Callable[[Path], object], name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    link = tmp_path / ".mendixctl" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(victim)
    with suppress(MendixError):
        use(tmp_path)
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "large"])
def test_what_has_no_end_is_not_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "dev.yaml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as stream:
            stream.truncate(1 << 40)
    with pytest.raises(OSError, match=r"plain file|directory|more than"):
        read_bounded(path, 1000)


def test_a_specification_that_is_a_pipe_is_refused_at_once(bench: Bench) -> None:
    bench.spec.unlink()
    os.mkfifo(bench.spec)
    with pytest.raises(MendixError) as error:
        render.render(bench.session, "dev")
    assert error.value.diagnostics[0].code == "MXI103"


@pytest.mark.parametrize("umask", ["000", "002", "022", "077"])
def test_private_folders_are_private_under_any_umask(tmp_path: Path, umask: str) -> None:
    script = (
        "import sys; from pathlib import Path; from mendixgen.files import private_folder\n"
        "top = Path(sys.argv[1]); private_folder(top / 'a' / 'b', top)"
    )
    top = tmp_path / ".mendixctl"
    top.mkdir()
    top.chmod(0o777)
    subprocess.run(["sh", "-c", f'umask {umask}; exec "$@"', "sh", sys.executable, "-c", script, str(top)], check=True)
    assert [oct(path.stat().st_mode & 0o777) for path in (top, top / "a", top / "a" / "b")] == ["0o700"] * 3
    private_folder(top, top)


HOSTILE_NAMES = (
    "..",
    ".",
    "-rf",
    "--help",
    "a b",
    "a\nb",
    "a\x1b[2J",
    "\u202etxe",
    "d\u0435v",
    "a" * 250,
    "a;b",
    "$(id)",
    "`id`",
    "a\\b",
    "con",
    "dev.yaml",
    "*",
    "?",
    "~",
    "#x",
    "%n",
    "é",
    "\u200b",
    "DEV",
    "a'b",
    'a"b',
    "${x}",
    "{{x}}",
    "%{x}",
)


def test_environments_with_hostile_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    repository = small_repository(tmp_path / "platform")
    sound = repository.spec("dev").read_text()
    for name in HOSTILE_NAMES:
        (repository.environments / f"{name}.yaml").write_text(sound)
    before = tree(tmp_path)
    with written() as paths:
        assert main(["-C", str(repository.root), "validate"]) == 1
        for name in HOSTILE_NAMES:
            for command in ("render", "plan", "history", "sync", "bootstrap", "output"):
                assert main(["-C", str(repository.root), command, "--", name]) in {1, 3}
        for name in ("../dev", "/etc/passwd", "dev/../dev", "dev\0", "", "a" * 5000):
            assert main(["-C", str(repository.root), "render", "--", name]) in {1, 3}
    shown = capsys.readouterr()
    assert "MXC199" not in shown.out + shown.err
    assert not {"\x1b", "\u202e", "\u200b"} & set(shown.out + shown.err)
    assert outside(paths, repository.root) == []
    assert tree(tmp_path) == before
