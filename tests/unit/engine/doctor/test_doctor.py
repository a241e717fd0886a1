"""What doctor looks at, each thing as it should be and not, with what mends it."""

from __future__ import annotations

import http.server
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from mendixctl.engine import memory
from mendixctl.engine.doctor import checkout, environment, machine, run
from mendixctl.engine.doctor.examination import Patient
from mendixctl.engine.doctor.results import Line
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.session import Session
from mendixctl.preflight.findings import Grade
from mendixgen.diagnostics import MendixError
from tests.support.fake_aws import FakeClients
from tests.support.serving import in_background
from tests.support.small_repository import write_module
from tests.unit.engine.conftest import Bench

CLIENTS = FakeClients("123456789012")


def patient(bench: Bench, *, variables: Mapping[str, str] | None = None, target: str = "") -> Patient:
    if target:
        bench.edit("target: emulator", f"target: {target}")
    workplace = open_workplace(bench.session, "dev", refresh=False)
    return Patient(bench.repository.root, variables or {}, bench.session, workplace, lambda: CLIENTS)


def grades(lines: Iterator[Line]) -> list[Grade]:
    return [line.grade for line in lines]


def test_the_whole_of_a_new_repository(bench: Bench) -> None:
    result = run.doctor(bench.repository.root, bench.session, "dev", variables={"PATH": "/usr/bin:/bin"})
    assert [one.name for one in result.checks] == [
        one.name for one in (*run.MACHINE, *run.REPOSITORY, *run.ENVIRONMENT)
    ]
    assert result.preflight is None
    assert all(line.command for line in result.lines if line.grade is Grade.ERROR)
    found = {one.name: one.lines for one in result.checks}
    assert found["state"] == (Line(Grade.OK, "local, nothing in it yet"),)
    assert found["credentials"][0].what == "none are needed: nothing here is asked of AWS"


def test_outside_a_repository_the_machine_is_looked_at(tmp_path: Path) -> None:
    result = run.doctor(tmp_path, None, variables={})
    assert [one.name for one in result.checks] == [*(one.name for one in run.MACHINE), "repository"]
    assert result.checks[-1].lines[0].command.startswith("mendixctl init")
    assert result.exit_code == 1


def test_an_environment_with_errors_is_told_by_its_place(bench: Bench) -> None:
    bench.edit("first: hello", "first: [7]")
    result = run.doctor(bench.repository.root, bench.session, "dev", variables={})
    assert result.checks[-1].name == "environment"
    assert "environments/dev.yaml:" in result.checks[-1].lines[0].what
    assert result.exit_code == 1
    with pytest.raises(MendixError, match="MXP101"):
        run.doctor(bench.repository.root, bench.session, "dve", variables={})


def test_a_mirror_has_the_provider_or_is_mended(bench: Bench, tmp_path: Path) -> None:
    assert grades(machine.mirror(patient(bench))) == [Grade.OK]
    named = patient(bench, variables={"MENDIXCTL_PROVIDER_MIRROR": str(tmp_path)})
    (line,) = machine.mirror(named)
    assert line.grade is Grade.ERROR
    assert line.command.startswith("terraform providers mirror")
    (tmp_path / "registry.terraform.io" / machine.PROVIDER / "5.100.0" / "linux_amd64").mkdir(parents=True)
    (line,) = machine.mirror(named)
    assert line.what.endswith("has hashicorp/aws 5.100.0")


def test_a_plugin_cache_is_advised_where_providers_are_downloaded(bench: Bench, tmp_path: Path) -> None:
    assert grades(machine.plugin_cache(patient(bench, variables={"HOME": str(tmp_path)}))) == [Grade.WARNING]
    (tmp_path / ".terraformrc").write_text('plugin_cache_dir = "$HOME/none"\n')
    missing = f"{tmp_path}/none"
    (tmp_path / ".terraformrc").write_text(f'plugin_cache_dir = "{missing}"\n')
    (line,) = machine.plugin_cache(patient(bench, variables={"HOME": str(tmp_path)}))
    assert (line.grade, line.command) == (Grade.ERROR, f"mkdir -p {missing}")
    assert grades(machine.plugin_cache(patient(bench, variables={"TF_PLUGIN_CACHE_DIR": str(tmp_path)}))) == [Grade.OK]
    beside = {"HOME": str(tmp_path / "x"), "MENDIXCTL_PROVIDER_MIRROR": "m"}
    assert grades(machine.plugin_cache(patient(bench, variables=beside))) == [Grade.OK]


@pytest.mark.parametrize(("megabytes", "grade"), [(100, Grade.ERROR), (2_000, Grade.WARNING), (9_000, Grade.OK)])
def test_room_on_the_disk(bench: Bench, monkeypatch: pytest.MonkeyPatch, megabytes: int, grade: Grade) -> None:
    class Usage:
        free = megabytes * 1_000_000

    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _folder: Usage)
    assert grades(machine.disk(patient(bench))) == [grade]


def test_memory_is_read_from_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "meminfo"
    source.write_text("MemTotal:       8000000 kB\nMemAvailable:    2048000 kB\n")
    assert memory.available_megabytes(source) == 2000
    assert memory.available_megabytes(tmp_path / "none") is None
    for available, grade in ((None, Grade.OK), (100, Grade.WARNING), (2_000, Grade.OK)):
        monkeypatch.setattr(machine, "available_megabytes", lambda it=available: it)
        assert grades(machine.memory(Patient(tmp_path, {}))) == [grade]


def test_a_proxy_is_told_without_its_password() -> None:
    variables = {"HTTPS_PROXY": "http://me:hunter2@proxy.example.com:3128", "https_proxy": "http://other:1"}
    lines = list(machine.proxies(Patient(Path(), variables)))
    assert not any("hunter2" in line.what + line.command for line in lines)
    assert "HTTPS_PROXY: http://proxy.example.com:3128" in [line.what for line in lines]
    assert Grade.WARNING in [line.grade for line in lines]  # the two differ
    assert lines[-1].grade is Grade.NOTE  # NO_PROXY
    assert grades(machine.proxies(Patient(Path(), {"HTTP_PROXY": "nonsense", "NO_PROXY": "169.254.0.0/16"}))) == [
        Grade.ERROR
    ]
    assert grades(machine.proxies(Patient(Path(), {}))) == [Grade.OK]


def test_git_without_a_repository_and_with_changes(bench: Bench) -> None:
    variables = {"PATH": "/usr/bin:/bin:/usr/local/bin"}
    assert grades(checkout.version_control(patient(bench, variables=variables))) == [Grade.WARNING]
    bench.git("init", "-q")
    bench.git("add", ".")
    bench.git("config", "user.email", "a@example.com")  # not every machine has one for all repositories
    bench.git("commit", "-qm", "one")
    lines = list(checkout.version_control(patient(bench, variables=variables)))
    assert lines[0].grade is Grade.OK
    bench.edit("hello", "good day")
    told = [
        line for line in checkout.version_control(patient(bench, variables=variables)) if "not committed" in line.what
    ]
    assert told[0].grade is Grade.WARNING
    assert told[0].command.startswith("git add")
    assert grades(checkout.version_control(patient(bench, variables={"PATH": "/nowhere"}))) == [Grade.WARNING]


def test_modules_that_are_behind_are_named(bench: Bench) -> None:
    bench.apply()
    assert grades(checkout.module_versions(patient(bench))) == [Grade.OK]
    write_module(bench.repository.modules, "1.1.0")
    (line,) = checkout.module_versions(patient(bench))
    assert (line.grade, line.command) == (Grade.WARNING, "mendixctl modules upgrade dev")
    assert "notes 1.0.0 (newest 1.1.0)" in line.what


def test_the_editor_is_wired_by_a_line_or_by_settings(bench: Bench) -> None:
    assert {Grade.WARNING, Grade.NOTE} == set(grades(checkout.editor(patient(bench))))
    schema = bench.repository.root / "schema" / "environment.json"
    from mendixctl.engine.repository.schema import file

    file(bench.repository, write=True)
    assert schema.is_file()
    bench.spec.write_text(f"{checkout.MODELINE}\n{bench.spec.read_text()}")
    assert grades(checkout.editor(patient(bench))) == [Grade.OK]
    bench.edit(f"{checkout.MODELINE}\n", "")
    settings = bench.repository.root / ".vscode" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"yaml.schemas": {"schema/environment.json": "environments/*.yaml"}}')
    assert grades(checkout.editor(patient(bench))) == [Grade.OK]


def test_a_state_that_somebody_works_on_is_told(bench: Bench) -> None:
    with lease(bench.repository.workspace("dev"), "dev", "apply"):
        lines = list(environment.state(patient(bench)))
    assert [line.grade for line in lines] == [Grade.OK, Grade.WARNING]
    assert "apply" in lines[1].what
    bench.apply()
    assert "resources" in next(environment.state(patient(bench))).what


@pytest.fixture
def told_time() -> Iterator[tuple[str, list[datetime]]]:
    """A server that says what time it is, and 403."""
    said = [datetime.now(UTC)]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(403)
            self.send_header("Date", format_datetime(said[0], usegmt=True))
            self.end_headers()

        def log_message(self, *_arguments: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    in_background(server)
    yield f"http://127.0.0.1:{server.server_address[1]}/", said
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("seconds", "grade"), [(0, Grade.OK), (-120, Grade.WARNING), (900, Grade.ERROR)])
def test_the_clock_is_compared_with_that_of_aws(
    bench: Bench, told_time: tuple[str, list[datetime]], seconds: int, grade: Grade
) -> None:
    url, said = told_time
    looked = patient(bench, variables={"AWS_ENDPOINT_URL": url}, target="aws")
    now = datetime.now(UTC)
    said[0] = now + timedelta(seconds=seconds)
    looked = replace(looked, session=Session(bench.repository, clock=lambda: now))
    (line,) = environment.clock(looked)
    assert line.grade is grade
    if grade is not Grade.OK:
        assert ("behind" if seconds > 0 else "ahead of") in line.what
        assert line.command


def test_a_clock_that_nobody_tells_is_a_warning(bench: Bench) -> None:
    looked = patient(bench, variables={"AWS_ENDPOINT_URL": "http://127.0.0.1:9/"}, target="aws")
    assert grades(environment.clock(looked)) == [Grade.WARNING]
