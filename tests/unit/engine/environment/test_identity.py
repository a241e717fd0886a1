"""Name, account, region and the place of the state never change, and the lock knows them without asking AWS."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.ledger.local import LocalLedger
from mendixgen import lock as locks
from mendixgen.diagnostics import MendixError, Refused
from tests.support.fake_aws import FakeClients
from tests.unit.engine.conftest import Bench


def refusal(bench: Bench, environment: str = "dev") -> tuple[list[str], str]:
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, environment)
    return [found.code for found in error.value.diagnostics], error.value.diagnostics[0].summary


def rename(bench: Bench, name: str, *, lock: bool, copied: bool = False) -> None:
    move = shutil.copy if copied else shutil.move
    text = bench.spec.read_text().replace("name: dev", f"name: {name}").replace("dev.apps", f"{name}.apps")
    if lock:
        move(bench.lock, bench.repository.lock(name))
    if not copied:
        bench.spec.unlink()
    bench.repository.spec(name).write_text(text)


def test_the_lock_says_where_its_release_is(bench: Bench) -> None:
    plan_run.plan(bench.session, "dev")
    assert "home:" not in bench.lock.read_text()
    bench.apply()
    lock = locks.parse(bench.lock.read_text(), "dev.lock")
    assert lock.home == locks.Home("dev", "123456789012", "eu-central-1", "local")
    assert LocalLedger("dev", bench.root / "releases").read(1).release.lock == bench.lock.read_text()


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('account: "123456789012"', 'account: "210987654321"', "account of dev was 123456789012 in v1"),
        ("region: eu-central-1", "region: eu-west-1", "region of dev was eu-central-1 in v1"),
    ],
)
def test_account_and_region_are_refused_before_anything_is_asked_of_aws(
    bench: Bench, aws: FakeClients, old: str, new: str, word: str
) -> None:
    """The bucket's name follows from both, so its ledger would look empty and its state lost."""
    bench.apply()
    asked = aws.asked
    bench.edit(old, new)
    codes, summary = refusal(bench)
    assert codes == ["MXP122"]
    assert word in summary
    assert aws.asked == asked


STATES: dict[str, Callable[[Bench], None]] = {
    "another bucket": lambda bench: bench.edit("protected: false", "protected: false\nstate: {bucket: elsewhere}"),
    "another key": lambda bench: bench.edit("protected: false", "protected: false\nstate: {prefix: elsewhere}"),
    "another backend": lambda bench: bench.edit("target: aws", "target: emulator"),
}


@pytest.mark.parametrize("what", STATES)
def test_the_state_does_not_move_by_itself(bench: Bench, aws: FakeClients, what: str) -> None:
    bench.apply()
    STATES[what](bench)
    codes, summary = refusal(bench)
    assert codes == ["MXP122"]
    assert "s3://123456789012-eu-central-1-mendix-state/dev/terraform.tfstate" in summary
    assert bench.play.count("plan") == 1


def test_a_state_that_was_moved_by_hand_is_followed(bench: Bench, aws: FakeClients) -> None:
    bench.apply()
    STATES["another key"](bench)
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert "copy everything from s3://" in error.value.diagnostics[0].hint
    objects = aws.bucket.objects
    objects.update({f"elsewhere/{key}": data for key, data in list(objects.items())})
    bench.lock.write_text(bench.lock.read_text().replace("state/dev/", "state/elsewhere/dev/"))
    assert plan_run.plan(bench.session, "dev").base == 1


def test_an_environment_is_not_renamed_with_its_lock(bench: Bench) -> None:
    bench.apply()
    rename(bench, "live", lock=True)
    codes, summary = refusal(bench, "live")
    assert codes == ["MXP122"]
    assert "the lock of dev at v1" in summary


def test_an_environment_is_not_renamed_without_its_lock(bench: Bench) -> None:
    bench.apply()
    rename(bench, "live", lock=False)
    codes, summary = refusal(bench, "live")
    assert codes == ["MXP123"]
    assert "environments/dev.lock is left of dev, which is at v1" in summary
    bench.lock.unlink()
    assert plan_run.plan(bench.session, "live").has_changes


def test_a_copy_with_its_lock_is_no_environment_of_its_own(bench: Bench) -> None:
    bench.apply()
    rename(bench, "test", lock=True, copied=True)
    assert refusal(bench, "test")[0] == ["MXP122"]
    bench.repository.lock("test").unlink()
    assert plan_run.plan(bench.session, "test").has_changes


def test_a_lock_of_before_is_held_to_what_the_ledger_says(bench: Bench) -> None:
    bench.apply()
    lock = locks.parse(bench.lock.read_text(), "dev.lock")
    bench.lock.write_text(locks.dump(replace(lock, home=None), "dev"))
    bench.edit('account: "123456789012"', 'account: "210987654321"')
    assert refusal(bench)[0] == ["MXP122"]


def test_a_rehearsal_has_a_home_of_its_own(bench: Bench, aws: FakeClients) -> None:
    bench.apply()
    session = replace(bench.session, rehearse=True)
    plan_run.plan(session, "dev")
    apply_run.execute(session, apply_run.prepare(session, "dev"))
    bench.edit("hello", "bye")
    assert plan_run.plan(session, "dev").has_changes
    assert plan_run.plan(bench.session, "dev").has_changes


@pytest.mark.parametrize(
    "home", ["home: dev", "home: {name: dev}", "home: {name: dev, account: 1, region: x, state: local}", "home:"]
)
def test_a_home_is_read_strictly(home: str) -> None:
    with pytest.raises(MendixError) as error:
        locks.parse(f"generator: 0.1.0\nbase: 1\n{home}\nareas: {{}}\n", "dev.lock")
    assert error.value.diagnostics[0].code == "MXR110"
