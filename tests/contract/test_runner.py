"""Every method of the runner against a terraform that answers as the real one did."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from mendixctl.terraform.events import ChangeEvent, DiagnosticEvent, Event, ResourceEvent
from mendixctl.terraform.plan import Action
from mendixctl.terraform.reserve import Reserve
from mendixgen.diagnostics import MendixError
from tests.support.fake_terraform import RECORDINGS, FakeTerraform

PLAN = {"write_plan": "anything"}


def codes(error: MendixError) -> list[str]:
    return [diagnostic.code for diagnostic in error.diagnostics]


def private(path: Path) -> bool:
    return stat.S_IMODE(path.stat().st_mode) == 0o600


def test_init_asks_nothing_and_reconfigures(fake: FakeTerraform):
    heard: list[Event] = []
    fake.on("init", fake.replay("init.ndjson"))
    fake.terraform().init(on_event=heard.append)
    assert fake.calls[0].arguments == ("init", "-input=false", "-no-color", "-json", "-reconfigure")
    assert heard[0].kind == "version"
    assert any(isinstance(event, DiagnosticEvent) and event.severity == "warning" for event in heard)


def test_init_without_a_backend_and_with_upgrade(fake: FakeTerraform):
    fake.on("init")
    fake.terraform().init(backend=False, upgrade=True)
    assert fake.calls[0].arguments[3:] == ("-json", "-backend=false", "-upgrade")


def test_plan_with_changes(fake: FakeTerraform, tmp_path: Path):
    fake.on("plan", fake.replay("plan_create.ndjson"), PLAN, exit=2)
    heard: list[Event] = []
    outcome = fake.terraform(lock_timeout="3s").plan(tmp_path / "plans" / "one", on_event=heard.append)
    assert outcome.has_changes
    assert outcome.summary.add == 2
    assert {change.address for change in outcome.changes} == {"aws_s3_bucket.this", "aws_ssm_parameter.this"}
    assert all(isinstance(event, ChangeEvent) and event.action == "create" for event in outcome.changes)
    assert private(outcome.plan_file)
    assert len(heard) == len((RECORDINGS / "plan_create.ndjson").read_text().splitlines())
    assert {"-json", "-detailed-exitcode", "-input=false", "-lock-timeout=3s"} <= set(fake.calls[0].arguments)


def test_plan_without_changes(fake: FakeTerraform, tmp_path: Path):
    fake.on("plan", PLAN)
    outcome = fake.terraform().plan(tmp_path / "plan")
    assert not outcome.has_changes
    assert outcome.summary.add == 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"destroy": True}, "-destroy"),
        ({"refresh": False}, "-refresh=false"),
        ({"refresh_only": True}, "-refresh-only"),
    ],
)
def test_plan_options(fake: FakeTerraform, tmp_path: Path, options: dict[str, bool], expected: str):
    fake.on("plan", PLAN)
    fake.terraform().plan(tmp_path / "plan", **options)
    assert expected in fake.calls[0].arguments


def test_a_failed_plan_leaves_no_plan_file(fake: FakeTerraform, tmp_path: Path):
    fake.on("plan", fake.replay("error_locked.ndjson"), {"write_out": "half"}, exit=1)
    with pytest.raises(MendixError) as caught:
        fake.terraform().plan(tmp_path / "plan")
    assert codes(caught.value) == ["MXT111"]
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("left", ["", "half of a plan"])
def test_a_plan_that_the_disk_cut_is_an_error_though_terraform_reports_success(
    fake: FakeTerraform, tmp_path: Path, left: str
):
    fake.on("plan", fake.replay("plan_create.ndjson"), {"write_out": left}, exit=2)
    with pytest.raises(MendixError) as caught:
        fake.terraform().plan(tmp_path / "plan")
    assert codes(caught.value) == ["MXT117"]
    assert not (tmp_path / "plan").exists()


def test_a_plan_folder_that_cannot_be_made_is_an_error_before_terraform_starts(fake: FakeTerraform, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(MendixError) as caught:
        fake.terraform().plan(tmp_path / "file" / "plan")
    assert codes(caught.value) == ["MXT117"]
    assert fake.calls == []


def test_apply_that_succeeds(fake: FakeTerraform, tmp_path: Path):
    fake.on("apply", fake.replay("apply_create.ndjson"))
    heard: list[Event] = []
    outcome = fake.terraform().apply(tmp_path / "plan", on_event=heard.append)
    assert outcome.succeeded
    assert set(outcome.done) == {"aws_s3_bucket.this", "aws_ssm_parameter.this"}
    assert outcome.failed == outcome.in_flight == outcome.not_started == ()
    assert outcome.summary is not None
    assert outcome.summary.add == 2
    assert fake.calls[0].arguments[-1] == str(tmp_path / "plan")
    assert [event.phase for event in heard if isinstance(event, ResourceEvent)].count("complete") == 2
    outcome.raise_for_errors()


def test_apply_that_fails_says_what_was_done_and_what_was_not(fake: FakeTerraform, tmp_path: Path):
    fake.on("apply", fake.replay("apply_partial.ndjson"), exit=1)
    outcome = fake.terraform().apply(tmp_path / "plan")
    assert outcome.done == ("terraform_data.a",)
    assert set(outcome.failed) == {"terraform_data.slow[0]", "terraform_data.slow[1]"}
    assert outcome.not_started == ("terraform_data.last",)
    assert [error.code for error in outcome.errors] == ["MXT110", "MXT110"]
    assert outcome.errors[0].summary.startswith("terraform_data.slow[0]: local-exec")
    with pytest.raises(MendixError):
        outcome.raise_for_errors()


def test_apply_of_which_terraform_is_killed(fake: FakeTerraform, tmp_path: Path):
    started = json.loads((RECORDINGS / "apply_create.ndjson").read_text().splitlines()[1])
    begun = {"resource": {"addr": "aws_s3_bucket.this"}, "action": "create"}
    fake.on(
        "apply",
        {"event": started},
        {"event": {"type": "apply_start", "hook": begun}},
        {"stdout": '{"type":'},
        {"kill": 9},
    )
    outcome = fake.terraform().apply(tmp_path / "plan")
    assert outcome.exit_code == -9
    assert [error.code for error in outcome.errors] == ["MXT104"]
    assert "SIGKILL" in outcome.errors[0].summary
    assert outcome.in_flight == ("aws_s3_bucket.this",)
    assert outcome.done == ()


def test_the_raw_streams_are_kept_for_the_owner_alone(fake: FakeTerraform, tmp_path: Path):
    fake.on("apply", fake.replay("apply_create.ndjson"), {"stderr": "a warning\n"})
    terraform = fake.terraform()
    terraform.apply(tmp_path / "plan")
    terraform.apply(tmp_path / "plan")
    run = fake.folder / "run"
    assert sorted(path.name for path in run.iterdir()) == [
        "apply-2.ndjson",
        "apply-2.pid",
        "apply-2.stderr",
        "apply.ndjson",
        "apply.pid",
        "apply.stderr",
    ]
    assert all(private(path) for path in run.iterdir())
    assert (run / "apply.ndjson").read_bytes() == (RECORDINGS / "apply_create.ndjson").read_bytes()
    assert (run / "apply.stderr").read_text() == "a warning\n"


def test_show_plan_is_typed_and_masked_and_leaves_nothing_on_disk(fake: FakeTerraform, tmp_path: Path):
    fake.on("show", fake.replay("show_update.json"))
    plan = fake.terraform().show_plan(tmp_path / "plan")
    assert [(change.address, change.action) for change in plan.changes] == [("aws_ssm_parameter.this", Action.UPDATE)]
    assert "other-secret" not in repr(plan)
    assert not (fake.folder / "run").exists()


@pytest.mark.parametrize("answer", ["", "[]", "{", "null"])
def test_an_answer_that_is_not_json_is_an_error(fake: FakeTerraform, tmp_path: Path, answer: str):
    fake.on("show", {"stdout": answer})
    with pytest.raises(MendixError) as caught:
        fake.terraform().show_plan(tmp_path / "plan")
    assert codes(caught.value) == ["MXT105"]


def test_show_state(fake: FakeTerraform):
    fake.on("show", {"stdout": '{"format_version":"1.0","values":{"root_module":{}}}'})
    assert fake.terraform().show_state()["values"] == {"root_module": {}}
    assert fake.calls[0].arguments == ("show", "-no-color", "-json")


def test_state_pull(fake: FakeTerraform):
    content = '{"version":4,"serial":7,"lineage":"abc","resources":[]}\n'
    fake.on("state pull", {"stdout": content}).on("state pull").on("state pull", {"stdout": '{"version":4}'})
    terraform = fake.terraform()
    state = terraform.state_pull()
    assert (state.lineage, state.serial, state.raw) == ("abc", 7, content.encode())
    nothing = terraform.state_pull()
    assert (nothing.lineage, nothing.serial) == ("", 0)
    with pytest.raises(MendixError):
        terraform.state_pull()


def test_state_list(fake: FakeTerraform):
    fake.on("state list", {"stdout": 'a.b\nmodule.x["a b"].c\n'})
    fake.on("state list", {"stderr": "No state file was found!\n"}, exit=1)
    fake.on("state list", {"stderr": "Error: something else\n"}, exit=1)
    terraform = fake.terraform()
    assert terraform.state_list() == ("a.b", 'module.x["a b"].c')
    assert terraform.state_list() == ()
    with pytest.raises(MendixError, match="something else"):
        terraform.state_list()


def test_state_push(fake: FakeTerraform, tmp_path: Path):
    fake.on("state push")
    fake.terraform().state_push(tmp_path / "errored.tfstate")
    assert fake.calls[0].arguments[-1] == str(tmp_path / "errored.tfstate")


def test_output_marks_what_is_sensitive_and_does_not_show_it(fake: FakeTerraform):
    fake.on("output", {"stdout": '{"a":{"sensitive":true,"type":"string","value":"hunter2"},"b":{"value":[1]}}'})
    outputs = fake.terraform().output()
    assert outputs["a"].sensitive
    assert outputs["a"].value == "hunter2"
    assert outputs["b"].value == [1]
    assert "hunter2" not in repr(outputs)


def test_validate(fake: FakeTerraform):
    place = {"filename": "main.tf", "start": {"line": 3, "column": 5}}
    wrong = {"severity": "error", "summary": "Unsupported argument", "detail": "No x.", "range": place}
    careful = {"severity": "warning", "summary": "Deprecated", "detail": "Old."}
    fake.on("validate", {"stdout": json.dumps({"valid": True, "diagnostics": [careful]})})
    fake.on("validate", {"stdout": json.dumps({"valid": False, "diagnostics": [wrong, careful]})}, exit=1)
    terraform = fake.terraform()
    assert [warning.summary for warning in terraform.validate()] == ["Deprecated"]
    with pytest.raises(MendixError) as caught:
        terraform.validate()
    (error,) = caught.value.diagnostics
    assert error.location is not None
    assert (error.location.file, error.location.line, error.location.column) == (
        str(fake.folder / "root" / "main.tf"),
        3,
        5,
    )


def test_force_unlock_providers_lock_schema_and_fmt(fake: FakeTerraform, tmp_path: Path):
    fake.on("force-unlock").on("providers lock").on("providers schema", {"stdout": '{"a":1}'}).on("fmt")
    terraform = fake.terraform()
    terraform.force_unlock("abc")
    terraform.providers_lock(["linux_amd64", "darwin_arm64"], mirror=tmp_path)
    assert terraform.providers_schema() == {"a": 1}
    terraform.fmt([tmp_path / "a.tf"])
    terraform.fmt([])
    assert [call.arguments for call in fake.calls] == [
        ("force-unlock", "-force", "abc"),
        ("providers", "lock", "-platform=linux_amd64", "-platform=darwin_arm64", f"-fs-mirror={tmp_path}"),
        ("providers", "schema", "-json"),
        ("fmt", "-no-color", "-list=false", str(tmp_path / "a.tf")),
    ]


def test_terraform_runs_in_the_root_with_a_clean_environment(fake: FakeTerraform, tmp_path: Path):
    fake.on("validate", {"stdout": '{"valid":true}'})
    dirty = {
        "TF_CLI_ARGS": "-lock=false",
        "TF_CLI_ARGS_plan": "-destroy",
        "TF_CLI_CONFIG_FILE": str(tmp_path / "not there"),
        "TF_LOG": "TRACE",
        "TF_VAR_name": "x",
        "TF_WORKSPACE": "other",
        "AWS_PROFILE": "prod",
        "KEPT": "yes",
    }
    terraform = fake.terraform(
        inherited={**fake.environment(), **dirty}, environment={"AWS_ENDPOINT_URL": "http://e", "AWS_PROFILE": None}
    )
    terraform.validate()
    (call,) = fake.calls
    assert call.directory == str(fake.folder / "root")
    assert not {name for name in call.environment if name in dirty} - {"KEPT"}
    assert call.environment["TF_DATA_DIR"] == str(fake.folder / "data" / "terraform")
    assert call.environment["TF_IN_AUTOMATION"] == "1"
    assert call.environment["CHECKPOINT_DISABLE"] == "1"
    assert call.environment["AWS_ENDPOINT_URL"] == "http://e"


def test_a_mirror_gets_a_cli_configuration(fake: FakeTerraform, tmp_path: Path):
    fake.on("init")
    (tmp_path / "mirror" / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
    inherited = {**fake.environment(), "MENDIXCTL_PROVIDER_MIRROR": str(tmp_path / "mirror")}
    fake.terraform(inherited=inherited).init()
    configuration = Path(fake.calls[0].environment["TF_CLI_CONFIG_FILE"])
    assert configuration.parent == fake.folder / "data"
    assert str(tmp_path / "mirror") in configuration.read_text()


def test_floods_of_both_streams_do_not_deadlock(fake: FakeTerraform, tmp_path: Path):
    fake.on("apply", {"flood": 8 << 20}, fake.replay("apply_create.ndjson"))
    outcome = fake.terraform().apply(tmp_path / "plan")
    assert outcome.succeeded
    assert len(outcome.done) == 2


def test_garbage_huge_lines_and_unknown_events_are_passed_on_and_harm_nothing(fake: FakeTerraform, tmp_path: Path):
    huge = json.dumps({"type": "from_the_future", "@message": "x" * (4 << 20)})
    fake.on(
        "apply",
        {"garbage": 1000},
        {"stdout": huge + "\n\n"},
        {"stdout": "[1,2]\nnull\n{}\n"},
        fake.replay("apply_create.ndjson"),
        {"stdout": '{"type":"torn'},
    )
    heard: list[Event] = []
    outcome = fake.terraform().apply(tmp_path / "plan", on_event=heard.append)
    assert len(outcome.done) == 2
    assert any(event.kind == "from_the_future" and len(event.message) == 4 << 20 for event in heard)
    assert heard[-1].kind == "text"
    assert heard[-1].message == '{"type":"torn'


def test_stdout_that_is_closed_early_is_no_end(fake: FakeTerraform, tmp_path: Path):
    fake.on(
        "apply",
        fake.replay("apply_create.ndjson"),
        {"close_stdout": True},
        {"sleep": 0.3},
        {"touch": str(tmp_path / "end")},
    )
    assert fake.terraform().apply(tmp_path / "plan").succeeded
    assert (tmp_path / "end").exists()


def test_events_arrive_while_terraform_runs(fake: FakeTerraform, tmp_path: Path):
    """Terraform goes on only when the listener has heard of the first event."""
    fake.on("apply", {"event": {"type": "version", "@message": "v"}}, {"wait_for": str(tmp_path / "heard")})
    fake.terraform().apply(tmp_path / "plan", on_event=lambda event: (tmp_path / "heard").touch())
    assert (tmp_path / "heard").exists()


def test_a_listener_whose_output_is_gone_does_not_stop_an_apply(fake: FakeTerraform, tmp_path: Path):
    def broken(event: Event) -> None:
        raise BrokenPipeError

    fake.on("apply", fake.replay("apply_create.ndjson"))
    assert len(fake.terraform().apply(tmp_path / "plan", on_event=broken).done) == 2


def test_a_mistake_in_a_listener_is_raised_once_terraform_is_over(fake: FakeTerraform, tmp_path: Path):
    def wrong(event: Event) -> None:
        raise KeyError("mistake")

    fake.on("apply", fake.replay("apply_create.ndjson"), {"sleep": 0.2}, {"touch": str(tmp_path / "end")})
    with pytest.raises(KeyError, match="mistake"):
        fake.terraform().apply(tmp_path / "plan", on_event=wrong)
    assert (tmp_path / "end").exists()


def test_terraform_that_is_gone_or_a_root_that_is_gone(fake: FakeTerraform, tmp_path: Path):
    terraform = fake.terraform()
    fake.path.unlink()
    with pytest.raises(MendixError) as caught:
        terraform.apply(tmp_path / "plan")
    assert codes(caught.value) == ["MXT103"]


def test_logs_that_cannot_be_written_start_nothing(fake: FakeTerraform, tmp_path: Path):
    (tmp_path / "file").touch()
    fake.on("apply")
    with pytest.raises(MendixError) as caught:
        fake.terraform(logs=tmp_path / "file" / "run").apply(tmp_path / "plan")
    assert codes(caught.value) == ["MXT106"]
    assert fake.calls == []


def test_a_disk_that_is_full_starts_nothing(fake: FakeTerraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    full = type(os.statvfs(tmp_path))  # the real type, so that the test notices if the check reads something else
    values = list(os.statvfs(tmp_path))
    values[3] = values[4] = 0
    monkeypatch.setattr(os, "statvfs", lambda path: full(values))
    with pytest.raises(MendixError, match="No space left") as caught:
        fake.terraform().apply(tmp_path / "plan")
    assert codes(caught.value) == ["MXT106"]
    assert fake.calls == []


def test_a_failure_without_a_word_names_the_log(fake: FakeTerraform, tmp_path: Path):
    fake.on("apply", exit=1)
    (error,) = fake.terraform().apply(tmp_path / "plan").errors
    assert error.code == "MXT110"
    assert "exit code 1 and said nothing" in error.summary
    assert str(fake.folder / "run") in error.hint


def test_a_crash_is_told_as_one(fake: FakeTerraform, tmp_path: Path):
    fake.on("apply", {"stderr": "panic: runtime error: invalid memory address\n\ngoroutine 1 [running]:\n"}, exit=11)
    (error,) = fake.terraform().apply(tmp_path / "plan").errors
    assert error.code == "MXT107"
    assert "goroutine" in error.detail


def test_a_disk_that_becomes_full_stops_an_apply_while_there_is_room_for_its_state(
    fake: FakeTerraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fake.on("apply", {"event": {"type": "version"}}, {"wait_for_stop": True}, exit=1)
    monkeypatch.setattr(Reserve, "_free", lambda self: 0 if fake.calls else 1 << 30)
    outcome = fake.terraform(logs=tmp_path / "run").apply(tmp_path / "plan")
    assert not outcome.succeeded
    assert outcome.errors[0].code == "MXT117"
    assert fake.signals == ["SIGINT"]
