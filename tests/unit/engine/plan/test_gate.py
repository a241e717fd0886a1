"""Guards, through the whole engine: what each refuses, what passes it, and that ``--yes`` does not."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace

import pytest

from mendixctl.app import main
from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.release import Undertaking, carry_out
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.operation import operation
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.versions import defects
from mendixgen.versions.defects import Defect
from tests.support.fake_aws import FakeClients
from tests.support.play_terraform import ADDRESS
from tests.unit.engine.conftest import Bench

BUCKET = 'module.storage.aws_s3_bucket.this["files"]'
RULES = [f'module.network.aws_security_group_rule.this["{index}"]' for index in range(3)]


def change(address: str, action: Action) -> ResourceChange:
    _, area, kind, _ = address.split(".", 3)
    return ResourceChange(address, area, kind, action)


LOST = change(BUCKET, Action.DELETE)
DESTROYED = tuple(change(address, Action.DELETE) for address in RULES)
REPLACED = tuple(change(address, Action.REPLACE) for address in RULES)


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def head(bench: Bench) -> int:
    return LocalLedger("dev", bench.root / "releases").head()


def showing(bench: Bench, *changes: ResourceChange) -> None:
    """An environment of one release, whose next plan shows these changes."""
    bench.apply()
    bench.edit("hello", "good day")
    bench.play.changes = changes


def apply(bench: Bench, *accepted: str) -> int:
    plan_run.plan(bench.session, "dev")
    return apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev", accepted)).number


def run(bench: Bench, *words: str) -> int:
    return main(["-C", str(bench.repository.root), *words])


def test_a_plan_says_what_its_apply_will_refuse_and_what_passes(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    showing(bench, LOST)
    result = plan_run.plan(bench.session, "dev")
    assert [one.code for one in result.guards.objections] == ["MXG101"]
    assert shlex.split(result.guards.command) == ["mendixctl", "apply", "--env", "dev", "--accept-loss", BUCKET]
    assert run(bench, "plan", "dev", "--json") == 2
    document = json.loads(capsys.readouterr().out)["result"]["guards"]
    assert document["command"] == result.guards.command
    assert document["objections"][0]["accept"] == [BUCKET]
    assert run(bench, "plan", "dev") == 2
    shown = capsys.readouterr().out
    assert "will be refused" in shown
    assert "MXG101" in shown
    assert run(bench, *shlex.split(result.guards.command)[1:], "--yes") == 0
    assert head(bench) == 2


def test_an_irreversible_change_is_applied_only_by_name(bench: Bench) -> None:
    showing(bench, LOST)
    with pytest.raises(Refused) as error:
        apply(bench)
    assert codes(error) == ["MXG101"]
    assert BUCKET in error.value.diagnostics[0].detail
    assert (bench.play.count("apply"), head(bench)) == (1, 1)
    assert apply(bench, BUCKET) == 2
    assert LocalLedger("dev", bench.root / "releases").read(2).release.accepted == (BUCKET,)


def test_an_acceptance_of_what_is_not_in_the_plan_is_an_error(bench: Bench) -> None:
    showing(bench, LOST)
    plan_run.plan(bench.session, "dev")
    with pytest.raises(MendixError) as error:
        apply_run.prepare(bench.session, "dev", [BUCKET.replace("files", "file")])
    assert codes(error) == ["MXG104"]
    assert BUCKET in error.value.diagnostics[0].hint
    bench.play.changes = (change(BUCKET, Action.UPDATE),)
    plan_run.plan(bench.session, "dev")
    with pytest.raises(MendixError) as error:
        apply_run.prepare(bench.session, "dev", [BUCKET])
    assert codes(error) == ["MXG104"]


@pytest.mark.parametrize(
    ("changes", "key", "code"), [(DESTROYED, "destroy", "MXG102"), (REPLACED, "replace", "MXG103")]
)
def test_the_limits_of_the_environment(bench: Bench, changes: tuple[ResourceChange, ...], key: str, code: str) -> None:
    bench.spec.write_text(bench.spec.read_text() + f"\nlimits: {{{key}: 2}}\n")
    showing(bench, *changes)
    with pytest.raises(Refused) as error:
        apply(bench)
    assert codes(error) == [code]
    place = error.value.diagnostics[0].location
    assert place is not None
    assert place.line == len(bench.spec.read_text().splitlines())
    assert apply(bench, RULES[0]) == 2
    bench.edit(f"{key}: 2", f"{key}: 3")
    bench.edit("good day", "bye")
    assert apply(bench) == 3


def test_without_limits_only_a_protected_environment_has_any(bench: Bench) -> None:
    showing(bench, *DESTROYED, *REPLACED)
    assert apply(bench) == 2
    bench.edit("target: emulator", "target: emulator\nprotected: true")
    bench.edit("good day", "bye")
    plan_run.plan(bench.session, "dev")
    bench.commit()
    prepared = apply_run.prepare(bench.session, "dev")
    assert [one.code for one in prepared.plan.guards.objections] == ["MXG102", "MXG103"]


def test_a_rehearsal_is_refused_what_the_real_one_would_be(bench: Bench) -> None:
    bench.edit("target: emulator", "target: aws")
    session = replace(bench.session, rehearse=True)
    bench.play.changes = (*DESTROYED, LOST)
    plan_run.plan(session, "dev")
    prepared = apply_run.prepare(session, "dev")
    assert [one.code for one in prepared.plan.guards.objections] == ["MXG101", "MXG102"]
    assert "--emulator" in prepared.plan.guards.command


def test_a_rehearsal_may_always_be_destroyed(bench: Bench) -> None:
    bench.edit("target: emulator", "target: aws")
    session = replace(bench.session, rehearse=True)
    plan_run.plan(session, "dev")
    apply_run.execute(session, apply_run.prepare(session, "dev"))
    bench.play.changes = (LOST, *DESTROYED)
    assert destroy.execute(session, destroy.prepare(session, "dev")).destroy is not None


def test_a_rollback_is_guarded_and_leaves_the_files_as_they_were(bench: Bench) -> None:
    showing(bench)
    bench.play.changes = None
    bench.apply()
    before = bench.snapshot()
    bench.play.changes = (LOST,)
    prepared = rollback_run.prepare(bench.session, None, 1)
    assert shlex.split(prepared.plan.guards.command)[1:3] == ["rollback", "v1"]
    with pytest.raises(Refused) as error:
        rollback_run.execute(bench.session, prepared)
    assert codes(error) == ["MXG101"]
    assert bench.snapshot() == before
    with pytest.raises(MendixError) as wrong:
        rollback_run.prepare(bench.session, None, 1, ["a.b"])
    assert codes(wrong) == ["MXG104"]
    assert bench.snapshot() == before
    assert not open_workplace(bench.session, "dev").plans.plan.exists()
    done = rollback_run.execute(bench.session, rollback_run.prepare(bench.session, None, 1, [BUCKET]))
    assert done.apply.record.release.accepted == (BUCKET,)


def test_a_destroy_is_asked_for_by_name_and_needs_acceptances_where_it_is_protected(bench: Bench) -> None:
    bench.apply()
    bench.play.changes = (LOST, *DESTROYED)
    assert destroy.prepare(bench.session, "dev").guards.objections == ()
    destroy.abandon(bench.session, destroy.prepare(bench.session, "dev"))
    bench.play.changes = None
    bench.edit("target: emulator", "target: emulator\nprotected: true")
    plan_run.plan(bench.session, "dev")
    bench.commit()
    before = bench.snapshot()
    bench.play.changes = (LOST, *DESTROYED)
    prepared = destroy.prepare(bench.session, "dev")
    assert shlex.split(prepared.guards.command) == ["mendixctl", "destroy", "dev", "--accept-loss", BUCKET]
    with pytest.raises(Refused) as error:
        destroy.execute(bench.session, prepared)
    assert codes(error) == ["MXG101"]
    assert (bench.play.count("apply"), bench.snapshot()) == (1, before)
    result = destroy.execute(bench.session, destroy.prepare(bench.session, "dev", [BUCKET]))
    assert result.destroy is not None
    assert result.destroy.record.release.accepted == (BUCKET,)


def test_nothing_is_applied_past_a_guard_from_anywhere(bench: Bench) -> None:
    """The one place where releases are made asks by itself, whoever comes with a plan."""
    showing(bench, LOST)
    plan = plan_run.plan(bench.session, "dev")
    passed = replace(plan, guards=replace(plan.guards, refusals=()))
    with operation(bench.session, "dev", "apply") as site, pytest.raises(Refused) as error:
        carry_out(site, passed, Undertaking(Kind.APPLY))
    assert codes(error) == ["MXG101"]
    assert head(bench) == 1


def _limited(bench: Bench, key: str, changes: tuple[ResourceChange, ...]) -> None:
    bench.spec.write_text(bench.spec.read_text() + f"\nlimits: {{{key}: 0}}\n")
    showing(bench, *changes)


def _edited(bench: Bench) -> None:
    bench.edit("good day", "bye")


def _expired(bench: Bench) -> None:
    path = open_workplace(bench.session, "dev").plans.manifest
    path.write_text(json.dumps({**json.loads(path.read_text()), "expires_at": "2026-01-01T00:00:00+00:00"}))


def _behind(bench: Bench) -> None:
    bench.lock.write_text(bench.lock.read_text().replace("base: 1", "base: 0"))


def _moved_away(bench: Bench) -> None:
    bench.lock.write_text(bench.lock.read_text().replace("eu-central-1", "eu-west-1"))


def _nothing(bench: Bench) -> None: ...


def _protected(bench: Bench) -> None:
    showing(bench, change(BUCKET, Action.UPDATE))
    bench.edit("target: emulator", "target: emulator\nprotected: true")


PASSED_BY_NO_YES: list[tuple[str, list[str], Callable[[Bench], None], Callable[[Bench], None]]] = [
    ("MXG101", ["--env", "dev"], lambda bench: showing(bench, LOST), _nothing),
    ("MXG102", ["--env", "dev"], lambda bench: _limited(bench, "destroy", DESTROYED), _nothing),
    ("MXG103", ["--env", "dev"], lambda bench: _limited(bench, "replace", REPLACED), _nothing),
    ("MXP120", ["--env", "dev"], showing, _behind),
    ("MXP122", ["--env", "dev"], showing, _moved_away),
    ("MXP132", ["--env", "dev"], showing, _expired),
    ("MXP133", ["--env", "dev"], showing, _edited),
    ("MXP134", [], _protected, _nothing),
    ("MXP135", ["--env", "dev"], _protected, _nothing),
]
"""Code, how the apply is called, what is done before the plan, and what after it."""


@pytest.mark.parametrize(
    ("code", "words", "before", "after"), PASSED_BY_NO_YES, ids=[code for code, *_ in PASSED_BY_NO_YES]
)
def test_yes_passes_no_guard(
    bench: Bench,
    capsys: pytest.CaptureFixture[str],
    code: str,
    words: list[str],
    before: Callable[[Bench], None],
    after: Callable[[Bench], None],
) -> None:
    before(bench)
    assert run(bench, "plan", "dev") == 2
    after(bench)
    capsys.readouterr()
    applied, made = bench.play.count("apply"), head(bench)
    assert run(bench, "apply", *words, "--yes", "--json") == 3
    assert code in [one["code"] for one in json.loads(capsys.readouterr().out)["diagnostics"]]
    assert (bench.play.count("apply"), head(bench)) == (applied, made)


ON_AWS: dict[str, Callable[[Bench, FakeClients, pytest.MonkeyPatch], None]] = {
    "MXG105": lambda bench, aws, patch: setattr(aws, "arn", FakeClients("210987654321").arn),
    "MXG106": lambda bench, aws, patch: patch.setenv("AWS_REGION", "us-east-1"),
    "MXG109": lambda bench, aws, patch: aws.tagging.tagged.update(
        {"arn:aws:sqs:eu-central-1:123456789012:q": {"environment": "prod", "managed-by": "mendixctl"}}
    ),
    "MXG112": lambda bench, aws, patch: patch.setattr(
        defects,
        "known",
        lambda: (Defect("q", "notes", "9.0.0", "no queue", "a guide", "1.0.0", frozenset({"aws_sqs_queue"})),),
    ),
}


@pytest.mark.parametrize("code", ON_AWS)
def test_yes_passes_no_guard_on_aws(
    bench: Bench,
    aws: FakeClients,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    code: str,
) -> None:
    queue = ResourceChange(
        "aws_sqs_queue.this", "", "aws_sqs_queue", Action.CREATE, (AttributeChange("name", None, "q"),)
    )
    showing(bench, queue, change(RULES[0], Action.UPDATE))
    assert run(bench, "plan", "dev") == 2
    ON_AWS[code](bench, aws, monkeypatch)
    capsys.readouterr()
    assert run(bench, "apply", "--env", "dev", "--yes", "--json") == 3
    assert code in [one["code"] for one in json.loads(capsys.readouterr().out)["diagnostics"]]
    assert bench.play.count("apply") == 1


def test_yes_creates_nothing_a_second_time(bench: Bench, aws: FakeClients, capsys: pytest.CaptureFixture[str]) -> None:
    showing(bench, ResourceChange(ADDRESS, "notes", "terraform_data", Action.CREATE))
    assert run(bench, "plan", "dev") == 2
    capsys.readouterr()
    assert run(bench, "apply", "--env", "dev", "--yes", "--json") == 3
    assert [one["code"] for one in json.loads(capsys.readouterr().out)["diagnostics"]] == ["MXG107"]
    (bench.repository.workspace("dev") / "state" / "terraform.tfstate").unlink()
    assert run(bench, "destroy", "dev", "--yes", "--json") == 3
    # the edit that makes a plan of it is named as well
    assert [one["code"] for one in json.loads(capsys.readouterr().out)["diagnostics"]] == ["MXP162", "MXP124"]
    assert bench.play.count("apply") == 1


@pytest.mark.parametrize("words", [["destroy", "dev"], ["rollback", "v1", "--env", "dev"]])
def test_yes_passes_neither_a_destroy_nor_a_rollback(
    bench: Bench, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    bench.apply()
    bench.edit("target: emulator", "target: emulator\nprotected: true")
    bench.edit("hello", "good day")
    plan_run.plan(bench.session, "dev")
    bench.commit()
    apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))
    bench.commit()
    before = bench.snapshot()
    bench.play.changes = (LOST,)
    assert run(bench, *words, "--yes", "--json") == 3
    assert "MXG101" in [one["code"] for one in json.loads(capsys.readouterr().out)["diagnostics"]]
    assert bench.snapshot() == before
