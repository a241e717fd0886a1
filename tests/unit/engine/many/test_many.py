"""Which environments are planned, how the processes are run, and the order of applies."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.engine.apply.results import ApplyError
from mendixctl.engine.many import apply, atlantis, plan, processes, waves
from mendixctl.engine.many.changed import Comparison, since
from mendixctl.engine.many.processes import Ran
from mendixctl.engine.many.results import Progress, together
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.repository.upgrade import upgrade_all
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.spec.source import read
from tests.support.small_repository import SPEC, write_module
from tests.support.soak import examples
from tests.unit.engine.conftest import Bench


def another(bench: Bench, name: str, more: str = "") -> None:
    bench.repository.spec(name).write_text(SPEC.format(name=name, target="emulator") + more)


class Runs:
    """In the place of processes: what was run, and what it says."""

    def __init__(self, **codes: int) -> None:
        self.codes = codes
        self.lines: list[list[str]] = []

    def __call__(self, arguments: Sequence[str]) -> Ran:
        self.lines.append(list(arguments))
        name = arguments[arguments.index("--env") + 1] if "--env" in arguments else arguments[1]
        code = self.codes.get(name, 2 if arguments[0] == "plan" else 0)
        if arguments[0] == "apply":
            return Ran(code, 0.1, {"number": 4})
        change = {"verdict": "windowed", "judgement": {"one_way": False}}
        way = {"verdict": "irreversible", "judgement": {"one_way": True}}
        return Ran(code, 0.1, {"counts": {"add": 2}, "base": 3, "changes": [change, way]} if code != 1 else {})


def compared(bench: Bench) -> tuple[bool, str]:
    found = Comparison(bench.session).compare("dev")
    return found.changed, found.why


def test_what_was_applied_is_unchanged_until_an_input_moves(bench: Bench) -> None:
    assert compared(bench) == (True, "it has no release yet")
    bench.apply("one")
    assert compared(bench) == (False, "as in v1")
    bench.edit("hello", "good day")
    assert compared(bench) == (True, "the YAML was edited")
    bench.edit("good day", "hello")
    main = bench.root / "main.tf"
    main.write_text(main.read_text() + "# by hand\n")
    assert compared(bench) == (True, "the rendered root was changed")


def test_modules_locks_and_versions_count(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.apply("one")
    code = bench.repository.modules / "notes" / "1.0.0" / "main.tf"
    text = code.read_text()
    code.write_text(text + "# other\n")
    assert compared(bench) == (True, "the module notes was changed")
    code.write_text(text)
    with monkeypatch.context() as patched:
        patched.setattr("mendixctl.engine.many.changed.__version__", "9.9.9")
        assert compared(bench)[0]
    write_module(bench.repository.modules, "1.1.0")
    upgrade_all(bench.session)
    assert compared(bench) == (True, "the module versions in the lock were changed")


def test_what_cannot_be_known_counts_as_changed(bench: Bench) -> None:
    bench.apply("one")
    bench.lock.write_text("nonsense: [\n")
    assert compared(bench) == (True, "it cannot be compared")


def test_a_release_that_is_not_here_is_named(bench: Bench) -> None:
    bench.apply("one")
    bench.lock.write_text(bench.lock.read_text().replace("base: 1", "base: 3"))
    assert compared(bench) == (True, "v3 is not in this checkout (mendixctl sync dev)")


def test_only_the_changed_are_planned_and_the_others_named(bench: Bench) -> None:
    bench.apply("one")
    another(bench, "test")
    another(bench, "stage")
    runs = Runs(stage=1)
    result = plan.plan(bench.session, run=runs, options=["--no-preflight"])
    assert sorted(line[1] for line in runs.lines) == ["stage", "test"]
    assert all(line[2:] == ["--no-preflight"] for line in runs.lines)
    rows = {row.environment: row for row in result.rows}
    assert list(rows) == ["dev", "stage", "test"]
    assert rows["dev"].progress is Progress.UNCHANGED
    assert rows["test"].progress is Progress.PLANNED
    assert (rows["test"].counts.add, rows["test"].gravest.value, rows["test"].release) == (2, "windowed", 3)
    assert rows["stage"].progress is Progress.FAILED
    assert result.exit_code == 1
    assert plan.plan(bench.session, ["dev"], run=runs).exit_code == 0
    assert plan.plan(bench.session, ["dev"], unchanged=True, run=runs).exit_code == 2


def test_git_says_what_changed_since_a_revision(bench: Bench) -> None:
    another(bench, "test")
    another(bench, "dr", "standby_of: test\n")
    bench.apply("one")
    bench.commit()
    names = ["dev", "dr", "test"]

    def changed() -> list[str]:
        return [one.environment for one in since(bench.session, names, "HEAD") if one.changed]

    assert changed() == []
    bench.repository.spec("test").write_text(bench.repository.spec("test").read_text() + "# more\n")
    assert changed() == ["dr", "test"]  # a standby takes settings from its primary's file
    (bench.repository.modules / "notes" / "1.0.0" / "new.tf").write_text("# new\n")
    assert changed() == names
    for revision in ("nowhere", "--output=x"):
        with pytest.raises(MendixError, match="MXP221"):
            since(bench.session, names, revision)


def test_the_exit_code_is_the_gravest() -> None:
    assert together([]) == 0
    assert together([0, 2, 0]) == 2
    assert together([2, 3]) == 3
    assert together([3, 1]) == 1
    assert together([1, 130]) == 130
    assert together([7]) == 1


@settings(max_examples=examples(50), deadline=None)
@given(st.integers(0, 300), st.integers(0, 200_000), st.integers(1, 64))
def test_as_many_run_as_memory_and_cores_allow(wanted: int, available: int, cores: int) -> None:
    found = processes.parallel(wanted, available=available, cores=cores)
    assert 1 <= found <= max(wanted, 1)
    assert found == 1 or found * processes.PLAN_MEGABYTES <= available
    assert found <= max(2 * cores, 1)


def test_side_by_side_never_more_than_allowed_and_nothing_after_a_failure() -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def work(name: str) -> Ran:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.01)
        with lock:
            now[0] -= 1
        return Ran(1 if name == "b" else 0, 0.0)

    names = list("abcdefghij")
    assert {name for name, _ in processes.side_by_side(names, work, most=3)} == set(names)
    assert most[0] <= 3
    done = [name for name, _ in processes.side_by_side(names, work, most=1, until=lambda ran: ran.exit_code != 0)]
    assert done == ["a", "b"] or done == ["a", "b", "c"]  # what had begun comes to its end


@pytest.mark.parametrize("output", [b"", b"{", b"[]", b'{"result": 1}', b'{"diagnostics": [{}], "result": null}'])
def test_a_process_that_says_nothing_has_failed(output: bytes) -> None:
    ran = processes.understood(-9, output, 1.0)
    assert (ran.exit_code, ran.diagnostics[0].code) == (1, "MXP222")
    assert "signal 9" in ran.diagnostics[0].summary


def test_what_a_process_says_is_taken_over() -> None:
    place = {"file": "environments/dev.yaml", "line": 3, "column": 1}
    said = {"severity": "warning", "code": "MXS150", "summary": "odd", **place}
    ran = processes.understood(2, json.dumps({"result": {"base": 1}, "diagnostics": [said]}).encode(), 1.0)
    assert ran.exit_code == 2
    assert ran.diagnostics[0].to_json() == said


def test_mendixctl_itself_runs_in_a_process(bench: Bench) -> None:
    run = processes.runner(bench.repository)
    assert run(["validate", "dev"]).result["environments"][0]["valid"] is True
    failed = run(["plan", "nobody"])
    assert (failed.exit_code, failed.diagnostics[0].code) == (1, "MXP101")


# Waves


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("waves: [foundation, dev, prod]", [["foundation"], ["dev"], ["prod"]]),
        ('waves: [[dev, foundation], "*"]', [["foundation", "dev"], ["prod"]]),
        ('waves: ["f*", "*"]', [["foundation"], ["dev", "prod"]]),
        ('waves: ["*", dev]', [["foundation", "dev", "prod"]]),
    ],
)
def test_the_waves_that_are_written(said: str, expected: list[list[str]]) -> None:
    names = ["foundation", "dev", "prod"]
    assert waves.sorted_into(read(said, waves.FILE), names, names) == expected


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("waves: [dev]", "prod is in no wave"),
        ("waves: dev", "waves is a list"),
        ("waves: [[]]", "waves is a list"),
        ("waves: [7]", "waves is a list"),
        ("other: [dev]", "no setting 'other'"),
        ("waves: [dev, prd]", "no environment is called prd"),
    ],
)
def test_waves_that_are_wrong_are_refused_at_their_place(said: str, words: str) -> None:
    with pytest.raises(MendixError, match=words) as error:
        waves.sorted_into(read(said, waves.FILE), ["dev", "prod"], ["dev", "prod"])
    assert error.value.diagnostics[0].code == "MXP220"
    assert error.value.diagnostics[0].location is not None


def test_without_a_file_what_is_most_exposed_comes_last(bench: Bench) -> None:
    aws = bench.spec.read_text().replace("target: emulator", "target: aws")
    for name, more in (("prod", ""), ("dr", "standby_of: prod\n"), ("base", "kind: foundation\n")):
        bench.repository.spec(name).write_text(aws.replace("name: dev", f"name: {name}") + more)
    order = waves.waves(bench.repository, ["base", "dev", "dr", "prod"])
    assert order == [["base"], ["dev"], ["dr"], ["prod"]]


def waiting(bench: Bench, *names: str) -> None:
    for name in names:
        if name != "dev":
            another(bench, name)
        plan_run.plan(bench.session, name)


def test_plans_are_applied_wave_by_wave_up_to_the_first_failure_and_then_resumed(bench: Bench) -> None:
    waiting(bench, "dev", "test", "stage")
    (bench.repository.root / waves.FILE).write_text('waves: [dev, test, "*"]\n')
    prepared = apply.prepare(bench.session)
    assert [[row.environment for row in wave.rows] for wave in prepared.waves] == [["dev"], ["test"], ["stage"]]
    assert prepared.confirmation == "yes"
    runs = Runs(test=1)
    result = apply.execute(bench.session, prepared, message="all", options=["--no-checks"], run=runs)
    assert [line[3] for line in runs.lines] == ["dev", "test"]
    assert runs.lines[0] == ["apply", "--yes", "--env", "dev", "-m", "all", "--no-checks"]
    assert [row.progress for wave in result.waves for row in wave.rows] == [
        Progress.APPLIED,
        Progress.FAILED,
        Progress.NOT_STARTED,
    ]
    assert result.waves[0].rows[0].release == 4
    assert result.exit_code == 1
    # an apply takes its plan away: what is left goes on
    for path in (bench.repository.workspace("dev") / "plans").iterdir():
        path.unlink()
    again = apply.prepare(bench.session)
    assert [[row.environment for row in wave.rows] for wave in again.waves] == [["test"], ["stage"]]
    assert again.without == ("dev",)


def test_what_failed_is_not_overtaken_by_the_waves_behind_it(bench: Bench) -> None:
    (bench.repository.root / waves.FILE).write_text('waves: [dev, "*"]\n')
    waiting(bench, "test")
    bench.play.fail = Diagnostic("MXT190", "AWS said no")
    with pytest.raises(ApplyError):
        bench.apply()
    with pytest.raises(Refused, match="MXP139") as error:
        apply.prepare(bench.session)
    said = error.value.diagnostics[0].summary
    assert said == "v1 of dev did not succeed (failed), and these come in waves behind it: test"
    assert apply.prepare(bench.session, ["test"]).waves  # somebody decided so
    plan_run.plan(bench.session, "dev")
    assert [[row.environment for row in wave.rows] for wave in apply.prepare(bench.session).waves] == [
        ["dev"],
        ["test"],
    ]
    # one of the same wave, or a later one, stands in nobody's way
    for path in (bench.repository.workspace("dev") / "plans").iterdir():
        path.unlink()
    (bench.repository.root / waves.FILE).write_text('waves: [test, "*"]\n')
    assert apply.prepare(bench.session).waves


def test_nothing_waits_or_it_has_expired(bench: Bench) -> None:
    with pytest.raises(MendixError, match="MXP130"):
        apply.prepare(bench.session)
    waiting(bench, "dev")
    bench.clock.moment = bench.clock.moment.replace(year=2027)
    with pytest.raises(Refused, match="MXP132"):
        apply.prepare(bench.session)


def test_a_protected_environment_has_to_be_named(bench: Bench) -> None:
    waiting(bench, "dev")
    bench.edit("target: emulator", "target: emulator\nprotected: true")
    plan_run.plan(bench.session, "dev")
    assert apply.prepare(bench.session).confirmation == "dev"
    with pytest.raises(Refused, match="MXP134"):
        apply.prepare(bench.session, yes=True)
    assert apply.prepare(bench.session, ["dev"], yes=True).waves


def test_what_cannot_be_read_is_protected(bench: Bench, tmp_path: Path) -> None:
    bench.spec.write_text("name: [\n")
    assert apply.is_protected(bench.session, "dev")


def test_modules_of_every_environment_are_upgraded_and_one_that_cannot_be_stays(bench: Bench) -> None:
    another(bench, "test")
    upgrade_all(bench.session)
    write_module(bench.repository.modules, "1.1.0")
    bench.repository.spec("test").write_text("name: 7\n")
    result: Any = upgrade_all(bench.session)
    assert [(one.environment, one.versions[0].after) for one in result.upgrades] == [("dev", "1.1.0")]
    assert list(result.failed) == ["test"]
    assert result.exit_code == 1


def test_what_is_only_listed_is_not_planned(bench: Bench) -> None:
    runs = Runs()
    result = plan.plan(bench.session, only_list=True, run=runs)
    assert runs.lines == []
    assert [(row.environment, row.progress, row.why) for row in result.rows] == [
        ("dev", Progress.DUE, "it has no release yet")
    ]
    assert result.exit_code == 0


def test_atlantis_has_a_project_an_environment_in_its_wave(bench: Bench) -> None:
    bench.apply("one")
    another(bench, "test", "standby_of: dev\n")
    another(bench, "here")
    for name in ("dev", "test"):
        spec = bench.repository.spec(name)
        spec.write_text(spec.read_text().replace("target: emulator", "target: aws"))
    (bench.repository.root / waves.FILE).write_text("waves: [test, dev, here]\n")
    shown = atlantis.atlantis(bench.session)
    data = read(shown.text, "atlantis.yaml").data
    assert data["version"] == 3
    assert [(one["name"], one["execution_order_group"]) for one in data["projects"]] == [("test", 1), ("dev", 2)]
    dev = data["projects"][1]["autoplan"]["when_modified"]
    assert {"environments/dev.yaml", "environments/test.yaml", "modules/notes/1.0.0/**"} <= set(dev)
    assert [one["workspace"] for one in data["projects"]] == ["test", "dev"]
    assert atlantis.atlantis(bench.session, check=True).exit_code == 2
    assert atlantis.atlantis(bench.session, write=True).written
    checked = atlantis.atlantis(bench.session, check=True)
    assert (checked.exit_code, checked.diff) == (0, "")
