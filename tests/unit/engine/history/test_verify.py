"""verify: what was written once is what is there, and every kind of damage is told, all at once and without an end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.digests import code_digest
from mendixctl.engine.history import verify as verifying
from mendixctl.engine.history.verify import VerifyResult, verify
from mendixctl.engine.session import Session
from mendixctl.ledger.audit import audit
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Status
from mendixctl.ledger.serialise import parse_release, release_bytes
from tests.support.fabricated_ledger import Fabricated, change
from tests.support.small_repository import small_repository, write_module


@pytest.fixture
def made(tmp_path: Path) -> Fabricated:
    """Five sound releases."""
    ledger = Fabricated(small_repository(tmp_path / "platform"))
    modules = {"notes": code_digest(ledger.repository.modules / "notes" / "1.0.0")}
    for _ in range(5):
        ledger.release(change("module.notes.terraform_data.guard"), modules=modules)
    return ledger


def folder(made: Fabricated, number: int) -> Path:
    return made.repository.terraform_root("dev") / "releases" / f"{number:04d}"


def found(result: VerifyResult) -> list[tuple[int, str]]:
    return [(finding.release, finding.diagnostic.code) for one in result.environments for finding in one.findings]


def check(made: Fabricated) -> VerifyResult:
    return verify(Session(made.repository), "dev")


def test_a_sound_ledger(made: Fabricated) -> None:
    result = check(made)
    assert (found(result), result.module_findings, result.exit_code) == ([], (), 0)
    assert (result.environments[0].releases, result.modules) == (5, 1)


def _edit(made: Fabricated) -> None:
    path = folder(made, 3) / "release.json"
    path.write_text(path.read_text().replace('"anna"', '"eve"'))


def _forge(made: Fabricated) -> None:
    """A new seal over an edited record: it can be believed by itself, but v4 knows better."""
    from dataclasses import replace

    path = folder(made, 3) / "release.json"
    release = parse_release(path.read_bytes(), "x")
    path.write_bytes(release_bytes(replace(release, message="forged")))


def _cut(made: Fabricated) -> None:
    path = folder(made, 3) / "release.json"
    path.write_bytes(path.read_bytes()[:200])


def _exchange(made: Fabricated) -> None:
    (folder(made, 3) / "release.json").write_bytes((folder(made, 2) / "release.json").read_bytes())


def _drop(made: Fabricated) -> None:
    shutil.rmtree(folder(made, 3))


def _newest(made: Fabricated) -> None:
    shutil.rmtree(folder(made, 5))


def _open(made: Fabricated) -> None:
    (folder(made, 3) / "outcome.json").unlink()


def _outcome(made: Fabricated) -> None:
    (folder(made, 3) / "outcome.json").write_text("{}")


def _archive(made: Fabricated) -> None:
    (folder(made, 3) / "hcl.tar.gz").write_bytes(b"something else")


def _no_archive(made: Fabricated) -> None:
    (folder(made, 3) / "hcl.tar.gz").unlink()


def _folder_for_a_file(made: Fabricated) -> None:
    (folder(made, 3) / "outcome.json").unlink()
    (folder(made, 3) / "outcome.json").mkdir()


def _module(made: Fabricated) -> None:
    (made.repository.modules / "notes" / "1.0.0" / "main.tf").write_text("# mine\n")


def _no_module(made: Fabricated) -> None:
    shutil.rmtree(made.repository.modules / "notes" / "1.0.0")
    write_module(made.repository.modules, "1.1.0")


ALL = [(number, "MXD115") for number in range(1, 6)]
GONE = [(number, "MXD114") for number in range(1, 6)]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (_edit, [(3, "MXL102"), (4, "MXL108")]),
        (_forge, [(4, "MXL108")]),
        (_cut, [(3, "MXL101"), (4, "MXL108")]),
        (_exchange, [(3, "MXL106"), (4, "MXL108")]),
        (_drop, [(3, "MXL107")]),
        (_newest, [(5, "MXD116")]),
        (_open, [(3, "MXD112"), (4, "MXL108")]),
        (_outcome, [(3, "MXL101"), (4, "MXL108")]),
        (_archive, [(3, "MXL111")]),
        (_no_archive, [(3, "MXL111")]),
        (_folder_for_a_file, [(3, "MXL113"), (3, "MXL107")]),
        (_module, ALL),
        (_no_module, GONE),
    ],
)
def test_each_damage_is_told_and_the_rest_looked_at(
    made: Fabricated, damage: Callable[[Fabricated], None], expected: list[tuple[int, str]]
) -> None:
    damage(made)
    result = check(made)
    if damage is _folder_for_a_file:
        assert (3, "MXL113") in found(result)
    else:
        assert found(result) == expected
    assert result.exit_code == 1
    assert all(
        finding.diagnostic.location for one in result.environments for finding in one.findings if finding.release
    )


def test_several_damages_are_told_at_once(made: Fabricated) -> None:
    _edit(made)
    (folder(made, 1) / "hcl.tar.gz").write_bytes(b"")
    _newest(made)
    assert found(check(made)) == [(1, "MXL111"), (3, "MXL102"), (4, "MXL108"), (5, "MXD116")]


def test_a_changed_file_of_a_released_module_is_an_error_of_the_modules_too(made: Fabricated) -> None:
    _module(made)
    assert {one.code for one in check(made).module_findings} == {"MXR104"}


def test_unreleased_code_may_change_and_the_newest_release_may_be_open(made: Fabricated) -> None:
    path = made.repository.modules / "notes" / "1.0.0" / "module.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "released": None}))
    made.release(status=None)
    result = check(made)
    assert found(result) == [*ALL, (6, "MXD112")]
    assert result.exit_code == 0


def test_a_failed_release_is_no_damage(made: Fabricated) -> None:
    made.release(status=Status.FAILED, done=[])
    assert check(made).exit_code == 0


def test_another_version_in_the_rendered_hcl_than_in_the_lock(made: Fabricated) -> None:
    text = made.lock(6).replace("1.0.0", "1.1.0")
    made.lock = lambda base: text  # type: ignore[method-assign]
    made.release()
    write_module(made.repository.modules, "1.1.0")
    assert (6, "MXD111") in found(check(made))


def test_a_yaml_that_cannot_be_read_leaves_the_ledger_of_the_repository(made: Fabricated) -> None:
    made.repository.spec("dev").write_text("name: [")
    _cut(made)
    result = verify(Session(made.repository), everything=True)
    assert [code for _, code in found(result)] == ["MXS104", "MXL101", "MXL108"]


@given(data=st.data())
def test_whatever_stands_in_a_record_is_told_and_never_a_traceback(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ledger = _shared(tmp_path_factory)
    number = data.draw(st.integers(1, 3))
    name = data.draw(st.sampled_from(["release.json", "outcome.json", "hcl.tar.gz"]))
    path = ledger.repository.terraform_root("dev") / "releases" / f"{number:04d}" / name
    before = path.read_bytes()
    cut = data.draw(st.integers(0, len(before)))
    after = before[:cut] + data.draw(st.binary(max_size=20)) + before[data.draw(st.integers(cut, len(before))) :]
    path.write_bytes(after)
    try:
        told = audit(LocalLedger("dev", path.parents[1])).findings
        assert bool(told) is (after != before)
    finally:
        path.write_bytes(before)


_made: list[Fabricated] = []


def _shared(factory: pytest.TempPathFactory) -> Fabricated:
    if not _made:
        ledger = Fabricated(small_repository(factory.mktemp("verify") / "platform"))
        for _ in range(4):
            ledger.release()
        _made.append(ledger)
    return _made[0]


class _Elsewhere(LocalLedger):
    """A ledger beside a state that is not in the repository."""


def test_a_mirror_that_is_not_what_stands_beside_the_state(made: Fabricated, tmp_path: Path) -> None:
    beside = tmp_path / "bucket"
    shutil.copytree(made.repository.terraform_root("dev") / "releases", beside)
    store, mirror = _Elsewhere("dev", beside), LocalLedger("dev", made.repository.terraform_root("dev") / "releases")
    assert verifying._mirror(mirror, store, audit(store)) == (5, [])
    (folder(made, 2) / "outcome.json").write_text("{}")
    (folder(made, 3) / "hcl.tar.gz").write_bytes(b"other")
    (folder(made, 4) / "outcome.json").unlink()
    shutil.rmtree(beside / "0005")
    count, found = verifying._mirror(mirror, store, audit(store))
    told = [(one.release, one.diagnostic.code, str(one.diagnostic.location).rsplit("/", 1)[-1]) for one in found]
    assert count == 5
    assert told == [
        (2, "MXD117", "outcome.json"),
        (3, "MXD117", "hcl.tar.gz"),
        (5, "MXD117", "release.json"),
        (5, "MXD117", "outcome.json"),
    ], "that v4's outcome is not mirrored yet is no damage"
