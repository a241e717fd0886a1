"""Commands in builds: sent, followed, brought back, refused, interrupted, many side by side."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.elsewhere import inside, kept, many, run, settings
from mendixctl.engine.elsewhere.results import ElsewhereResult
from mendixctl.engine.elsewhere.run import Stop
from mendixctl.engine.many import apply as apply_many
from mendixctl.engine.many import plan as plan_many
from mendixctl.engine.many.processes import Ran
from mendixctl.engine.many.results import Progress
from mendixctl.engine.many.waves import FILE
from mendixctl.engine.plan.carried import MAGIC
from mendixctl.engine.repository.render import render
from mendixgen.diagnostics import Interrupted, MendixError, Refused
from tests.support.codebuild_double import CodeBuildDouble, Project
from tests.support.small_repository import SPEC
from tests.unit.engine.conftest import Bench

PLANNED = {
    "base": 4,
    "counts": {"add": 2, "change": 1, "replace": 0, "remove": 0, "move": 0, "imported": 0},
    "changes": [{"verdict": "windowed"}, {"verdict": "irreversible", "judgement": {"one_way": True}}],
    "plan": {"file": "/in/the/build", "expires_at": "2030-01-01T00:00:00Z"},
}
SEALED = MAGIC.decode() + '{"environment": "dev", "sealed": true}\nclosed'


@pytest.fixture
def there(bench: Bench, tmp_path: Path) -> Iterator[CodeBuildDouble]:
    """``dev`` on AWS, committed, and the two projects of the repository's settings."""
    bench.edit("target: emulator", "target: aws\nprotected: false")
    text = "codebuild: {projects: {plan: our-plan, apply: our-apply}, bucket: our-builds}\n"
    (bench.repository.root / FILE).write_text(text)
    render(bench.session, "dev")
    bench.commit()
    variables = {"BUCKETS": str(tmp_path / "there" / "buckets"), "PLAYS": str(tmp_path / "plays")}
    (tmp_path / "plays").mkdir()
    made = CodeBuildDouble(
        tmp_path / "there",
        *(Project(f"our-{step}", {**variables, inside.STEP: step}) for step in ("plan", "apply")),
        module="tests.support.build_program",
    )
    yield made
    made.end()


def play(double: CodeBuildDouble, name: str, **said: Any) -> Path:
    path = Path(double.projects["our-plan"].variables["PLAYS"]) / f"{name}.json"
    path.write_text(json.dumps(said))
    return path


def called(double: CodeBuildDouble, name: str) -> Any:
    return json.loads(play(double, f"{name}-again").with_name(f"{name}.called").read_text())


def planned(bench: Bench, double: CodeBuildDouble, *options: str) -> ElsewhereResult:
    made = run.job(bench.session, "dev", ["plan", "dev", *options])
    return run.execute(bench.session, made, clients=double)  # type: ignore[arg-type]


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def test_a_plan_runs_in_a_build_and_its_sealed_plan_is_applied_in_another(bench: Bench, there: CodeBuildDouble) -> None:
    play(there, "dev-plan", says=["planning", "2 to add"], exit=2, result=PLANNED, plan=SEALED)
    result = planned(bench, there, "--no-preflight")
    assert (result.exit_code, result.result, result.command) == (2, PLANNED, "plan")
    assert bench.listener.lines == [("dev", "planning"), ("dev", "2 to add")]
    assert result.plan_file is not None
    assert result.plan_file.read_text() == SEALED
    assert result.plan_file.stat().st_mode & 0o777 == 0o600
    arguments, variables = called(there, "dev-plan")
    assert arguments == ["plan", "dev", "--no-preflight", "--out", "carried.plan"]
    assert "AWS_PROFILE" not in variables

    lock = bench.lock.read_text() + "# as the build left it\n"
    play(there, "dev-apply", result={"number": 5}, writes={"environments/dev.lock": lock})
    there.projects["our-apply"].variables[inside.ROLE] = "arn:aws:iam::123456789012:role/foundation-deployer"
    made, prepared = run.prepare_apply(bench.session, None, ["-m", "why", "--no-checks"])
    assert (prepared.environment, prepared.base, prepared.counts and prepared.counts.add) == ("dev", 4, 2)
    done = run.execute(bench.session, made, clients=there)  # type: ignore[arg-type]
    assert (done.exit_code, done.files) == (0, ("environments/dev.lock",))
    assert bench.lock.read_text() == lock
    assert kept.waiting(bench.session, "dev") is None
    arguments, variables = called(there, "dev-apply")
    assert arguments == ["apply", "--yes", "--env", "dev", "-m", "why", "--no-checks", "--plan", "carried.plan"]
    profile = Path(variables["AWS_CONFIG_FILE"]).read_text()
    assert variables["AWS_PROFILE"] == "mendixctl"
    assert "role_arn = arn:aws:iam::123456789012:role/foundation-deployer\ncredential_source = EcsContainer" in profile
    with pytest.raises(Refused) as refused:  # the lock is not committed yet
        planned(bench, there)
    assert codes(refused) == ["MXP280"]


def test_what_the_build_refuses_is_told_with_its_code_and_keeps_the_plan(bench: Bench, there: CodeBuildDouble) -> None:
    play(there, "dev-plan", exit=2, result=PLANNED, plan=SEALED)
    planned(bench, there)
    said = {"code": "MXG101", "summary": "it loses a database", "hint": "do not", "severity": "error"}
    play(there, "dev-apply", says=["error MXG101"], exit=3, diagnostics=[said])
    made, _ = run.prepare_apply(bench.session, "dev", [])
    result = run.execute(bench.session, made, clients=there)  # type: ignore[arg-type]
    assert (result.exit_code, [one.code for one in result.diagnostics]) == (3, ["MXG101"])
    assert ("dev", "error MXG101") in bench.listener.lines
    assert kept.waiting(bench.session, "dev") is not None
    assert there.builds[result.build].status == "FAILED"


def test_a_rollback_brings_back_what_it_wrote_into_the_yaml(bench: Bench, there: CodeBuildDouble) -> None:
    text = bench.spec.read_text().replace("hello", "as it was")
    kept.keep(bench.session, "dev", SEALED.encode(), json.dumps({"result": PLANNED}).encode(), "a commit before")
    play(there, "dev-rollback", result={"release": {"number": 6}}, writes={"environments/dev.yaml": text})
    made = run.job(bench.session, "dev", ["rollback", "v3", "--yes", "--env", "dev"])
    result = run.execute(bench.session, made, clients=there)  # type: ignore[arg-type]
    assert (made.place.project, result.files) == ("our-apply", ("environments/dev.yaml",))
    assert kept.waiting(bench.session, "dev") is None  # what was planned before is of a state that is no more
    assert bench.spec.read_text() == text


def test_nothing_outside_of_the_environment_is_taken_over(bench: Bench, there: CodeBuildDouble) -> None:
    play(there, "dev-apply", result={"number": 5}, writes={"environments/prod.yaml": "name: prod\n"})
    play(there, "dev-plan", exit=2, result=PLANNED, plan=SEALED)
    planned(bench, there)
    made, _ = run.prepare_apply(bench.session, "dev", [])
    with pytest.raises(Refused) as refused:
        run.execute(bench.session, made, clients=there)  # type: ignore[arg-type]
    assert codes(refused) == ["MXP286"]
    assert not bench.repository.spec("prod").exists()


def test_ctrl_c_interrupts_the_command_as_in_a_terminal(bench: Bench, there: CodeBuildDouble) -> None:
    waiting = play(there, "dev-plan", waits=True).with_suffix(".waiting")
    stop = Stop()

    def sleep(_seconds: float) -> None:
        threading.Event().wait(0.02)
        if waiting.exists():
            stop.asked.set()

    object.__setattr__(bench.session, "sleep", sleep)
    made = run.job(bench.session, "dev", ["plan", "dev"])
    result = run.execute(bench.session, made, stop=stop, clients=there)  # type: ignore[arg-type]
    assert result.exit_code == 130
    assert ("dev", "interrupted, and the state is saved") in bench.listener.lines


def test_a_build_that_waits_is_stopped_at_once(bench: Bench, there: CodeBuildDouble) -> None:
    there.held.clear()
    stop = Stop()
    stop.again()
    object.__setattr__(bench.session, "sleep", lambda _: there.held.set() if there.builds else None)
    made = run.job(bench.session, "dev", ["plan", "dev"])
    with pytest.raises(Interrupted) as stopped:
        run.execute(bench.session, made, stop=stop, clients=there)  # type: ignore[arg-type]
    assert codes(stopped) == ["MXP289"]
    assert not there.builds["our-plan:1"].log


def test_a_build_that_does_not_come_to_the_command_says_why(bench: Bench, there: CodeBuildDouble) -> None:
    there.projects["our-plan"].variables["MENDIXCTL_PACKAGE"] = "./no-such-package"
    with pytest.raises(MendixError) as failed:
        planned(bench, there)
    (diagnostic,) = failed.value.diagnostics
    assert (diagnostic.code, "exit status" in diagnostic.detail) == ("MXP284", True)


def test_a_project_of_the_other_step_does_nothing(bench: Bench, there: CodeBuildDouble) -> None:
    there.projects["our-plan"].variables[inside.STEP] = "apply"
    with pytest.raises(MendixError) as failed:
        planned(bench, there)
    assert codes(failed) == ["MXP284"]
    assert any("MXP287" in line for _, line in bench.listener.lines)


def test_many_run_side_by_side_and_are_applied_from_their_builds(bench: Bench, there: CodeBuildDouble) -> None:
    names = ["dev", "test", "prod"]
    for name in names[1:]:
        text = SPEC.format(name=name, target="aws") + ("protected: false\n" if name == "test" else "")
        bench.repository.spec(name).write_text(text)
        render(bench.session, name)
    bench.commit()
    for name in names:
        play(there, f"{name}-plan", exit=2, result=PLANNED, plan=SEALED)
        play(there, f"{name}-apply", result={"number": 5})
    play(there, "test-plan", exit=1, diagnostics=[{"code": "MXT101", "summary": "no", "severity": "error"}])
    there.held.clear()
    threading.Timer(0.2, there.held.set).start()
    runs = many.runner(bench.session, Stop(), clients=there)  # type: ignore[arg-type]
    result = plan_many.plan(bench.session, names, run=runs, at_most=many.parallel(bench.session))
    assert [(row.environment, row.progress, row.exit_code) for row in result.rows] == [
        ("dev", Progress.PLANNED, 2),
        ("test", Progress.FAILED, 1),
        ("prod", Progress.PLANNED, 2),
    ]
    assert (result.exit_code, result.parallel, len(there.builds)) == (1, 3, 3)

    waiting = many.waiting(bench.session)
    with pytest.raises(Refused, match="prod"):
        apply_many.prepare(bench.session, yes=True, find=waiting)
    prepared = apply_many.prepare(bench.session, ["dev", "prod"], yes=True, find=waiting)
    assert [[(row.environment, row.gravest.value) for row in wave.rows] for wave in prepared.waves] == [
        [("dev", "windowed")],
        [("prod", "windowed")],
    ]
    applied = apply_many.execute(bench.session, prepared, run=runs, at_most=2)
    assert [(row.environment, row.release) for wave in applied.waves for row in wave.rows] == [("dev", 5), ("prod", 5)]
    assert many.waiting(bench.session)("dev") is None


def test_what_one_build_brings_back_stops_no_other_of_the_same_command(bench: Bench, there: CodeBuildDouble) -> None:
    """A plan writes the provider lock of a new root, an apply the lock: the checkout is not as its commit then."""
    bench.repository.spec("prod").write_text(SPEC.format(name="prod", target="aws"))
    render(bench.session, "prod")
    bench.commit()
    for name in ("dev", "prod"):
        play(there, f"{name}-plan", exit=2, result=PLANNED, plan=SEALED.replace('"dev"', f'"{name}"'))
        lock = bench.repository.lock(name).read_text() + "# as the build left it\n"
        play(there, f"{name}-apply", result={"number": 5}, writes={f"environments/{name}.lock": lock})
    new = {f"environments/dev/{name}": "# new\n" for name in (".terraform.lock.hcl",)}
    play(there, "dev-plan", exit=2, result=PLANNED, plan=SEALED, writes=new)
    runs = many.runner(bench.session, Stop(), clients=there)  # type: ignore[arg-type]
    first = plan_many.plan(bench.session, ["dev", "prod"], run=runs, at_most=1)
    assert [(row.progress, row.exit_code) for row in first.rows] == [(Progress.PLANNED, 2)] * 2
    bench.commit()
    runs = many.runner(bench.session, Stop(), clients=there)  # type: ignore[arg-type]
    play(there, "dev-plan", exit=2, result=PLANNED, plan=SEALED)
    plan_many.plan(bench.session, ["dev", "prod"], run=runs, at_most=2)
    prepared = apply_many.prepare(bench.session, ["dev", "prod"], yes=True, find=many.waiting(bench.session))

    def committing(arguments: Sequence[str]) -> Ran:
        ran = runs(arguments)
        bench.commit()  # a person does, between two waves
        return ran

    applied = apply_many.execute(bench.session, prepared, run=committing)
    assert [(row.environment, row.progress) for wave in applied.waves for row in wave.rows] == [
        ("dev", Progress.APPLIED),
        ("prod", Progress.APPLIED),
    ]
    assert all("# as the build left it" in bench.repository.lock(name).read_text() for name in ("dev", "prod"))


def test_the_lock_that_one_apply_left_makes_no_other_plan_old(bench: Bench, there: CodeBuildDouble) -> None:
    bench.repository.spec("prod").write_text(SPEC.format(name="prod", target="aws"))
    render(bench.session, "prod")
    bench.commit()
    play(there, "dev-plan", exit=2, result=PLANNED, plan=SEALED)
    planned(bench, there)
    lock = bench.repository.lock("prod")
    lock.write_text(lock.read_text() + "# as an apply left it\n")
    bench.commit()
    _, prepared = run.prepare_apply(bench.session, "dev", [])
    assert prepared.commit != (kept.waiting(bench.session, "dev") or kept.Kept("", b"", {})).commit
    bench.edit("# The notes of the tests.", "# The notes.")
    bench.commit()
    with pytest.raises(Refused, match="files of dev changed") as old:
        run.prepare_apply(bench.session, "dev", [])
    assert codes(old) == ["MXP285"]


def test_a_plan_of_another_commit_is_refused_before_a_build_is_started(bench: Bench, there: CodeBuildDouble) -> None:
    play(there, "dev-plan", exit=2, result=PLANNED, plan=SEALED)
    planned(bench, there)
    bench.edit("first: hello", "first: other")
    with pytest.raises(Refused) as dirty:
        run.job(bench.session, "dev", ["plan", "dev"])
    assert codes(dirty) == ["MXP280"]
    bench.commit()
    with pytest.raises(Refused) as stale:
        run.job(bench.session, "dev", ["plan", "dev"])
    assert codes(stale) == ["MXP288"]
    render(bench.session, "dev")
    bench.commit()
    with pytest.raises(Refused) as other:
        run.prepare_apply(bench.session, "dev", [])
    assert codes(other) == ["MXP285"]
    assert len(there.builds) == 1


def test_what_lives_on_this_machine_runs_on_it(bench: Bench) -> None:
    with pytest.raises(MendixError) as local:
        run.job(bench.session, "dev", ["plan", "dev"])
    assert codes(local) == ["MXP283"]


def test_the_foundation_of_the_account_says_where(bench: Bench) -> None:
    bench.edit("target: emulator", "target: aws")
    header = run.open_workplace(bench.session, "dev", refresh=False).specification.header
    with pytest.raises(MendixError) as nowhere:
        settings.place(bench.session, header, settings.Step.PLAN)
    assert codes(nowhere) == ["MXP282"]
    for name, region in (("base-us", "us-east-1"), ("base", "eu-central-1")):
        text = f'name: {name}\nkind: foundation\nregion: {region}\naccount: "123456789012"\nbuilds: {{}}\n'
        bench.repository.spec(name).write_text(text)
    found = settings.place(bench.session, header, settings.Step.APPLY)
    assert (found.project, found.bucket) == ("base-builds-apply", "123456789012-eu-central-1-mendix-builds")


def test_a_wrong_setting_is_named_at_its_place(bench: Bench) -> None:
    (bench.repository.root / FILE).write_text("waves: ['*']\ncodebuild:\n  parallel: none\n")
    with pytest.raises(MendixError) as wrong:
        settings.read_settings(bench.session)
    (diagnostic,) = wrong.value.diagnostics
    assert (diagnostic.code, diagnostic.location and diagnostic.location.line) == ("MXP282", 3)
