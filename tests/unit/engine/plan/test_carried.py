"""A plan in one file: planned in one checkout, applied in another, sealed or its owner's alone, and nobody else's."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.plan import carried, saved_plan
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.carried import PASSPHRASE, Carried
from mendixctl.engine.session import Session
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.repository import Repository
from tests.unit.engine.conftest import Bench

PHRASE = "correct horse battery staple"


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(PASSPHRASE, PHRASE)
    return PHRASE


@pytest.fixture
def file(bench: Bench, tmp_path: Path) -> Path:
    """Where the plan of ``dev`` is kept."""
    bench.commit()
    return tmp_path / "artifact" / "dev.plan"


def kept(bench: Bench, path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    result = carried.keep(bench.session, plan_run.plan(bench.session, "dev"), path)
    assert result.plan_file is not None
    return path


def elsewhere(bench: Bench, folder: Path) -> Session:
    """Another checkout of the same files, with nothing of what is private to the first one."""
    shutil.copytree(bench.repository.root, folder, ignore=shutil.ignore_patterns(".mendixctl", ".terraform"))
    return replace(bench.session, repository=Repository(folder))


def test_a_plan_is_applied_in_another_checkout(bench: Bench, file: Path, sealed: str, tmp_path: Path) -> None:
    kept(bench, file)
    file.chmod(0o644)  # as an artifact comes out of a store
    other = elsewhere(bench, tmp_path / "other")
    assert carried.take(other, file, None) == "dev"
    prepared = apply_run.prepare(other, "dev")
    assert prepared.plan.plan_digest == saved_plan.load(apply_run.files_of(bench.session, "dev")).plan_digest  # type: ignore[union-attr]
    assert apply_run.execute(other, prepared, message="from the pipeline").number == 1
    for path in apply_run.files_of(other, "dev").folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_what_moved_in_the_other_checkout_is_refused_there(
    bench: Bench, file: Path, sealed: str, tmp_path: Path
) -> None:
    kept(bench, file)
    other = elsewhere(bench, tmp_path / "other")
    other.repository.spec("dev").write_text(bench.spec.read_text().replace("hello", "other"))
    carried.take(other, file, "dev")
    with pytest.raises(Refused) as error:
        apply_run.prepare(other, "dev")
    assert codes(error) == ["MXP133"]


def test_a_protected_environment_is_named_although_the_file_names_it(
    bench: Bench, file: Path, sealed: str, tmp_path: Path
) -> None:
    bench.edit("target: emulator", "target: emulator\nprotected: true")
    bench.commit()
    kept(bench, file)
    bench.commit()
    other = elsewhere(bench, tmp_path / "other")
    taken = carried.take(other, file, None)
    with pytest.raises(Refused) as error:
        apply_run.prepare(other, found=taken)
    assert codes(error) == ["MXP134"]
    assert apply_run.prepare(other, taken, found=taken).confirmation == "dev"


def test_a_sealed_file_shows_nothing_and_opens_with_its_passphrase_alone(
    bench: Bench, file: Path, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(bench, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"terraform_data" not in file.read_bytes()
    assert b"PK\x03\x04" not in file.read_bytes()
    for phrase, word in (("another horse battery", "another passphrase"), ("", "is sealed"), ("short", "5 characters")):
        monkeypatch.setenv(PASSPHRASE, phrase)
        with pytest.raises(MendixError, match=word) as error:
            carried.take(bench.session, file, None)
        assert codes(error) == ["MXP137"]


def test_without_a_passphrase_it_is_said_and_the_file_is_taken_from_its_owner_alone(bench: Bench, file: Path) -> None:
    file.parent.mkdir()
    result = carried.keep(bench.session, plan_run.plan(bench.session, "dev"), file)
    assert [one.code for one in result.warnings] == ["MXP138"] == [one.code for one in bench.listener.notices]
    assert file.stat().st_mode & 0o777 == 0o600
    assert carried.take(bench.session, file, "dev") == "dev"
    file.chmod(0o640)
    with pytest.raises(Refused) as error:
        carried.take(bench.session, file, "dev")
    assert codes(error) == ["MXI105"]


def test_who_changes_the_first_lines_does_not_open_the_seal(bench: Bench, file: Path, sealed: str) -> None:
    kept(bench, file)
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"dev"', b'"two"', 1))
    with pytest.raises(MendixError) as error:
        carried.take(bench.session, file, None)
    assert codes(error) == ["MXP137"]


def test_a_plan_of_one_environment_is_none_of_another(bench: Bench, file: Path, sealed: str) -> None:
    kept(bench, file)
    with pytest.raises(MendixError, match="a plan of dev, not of prod") as error:
        carried.take(bench.session, file, "prod")
    assert codes(error) == ["MXP136"]


def test_a_plan_of_an_environment_that_is_not_here_is_not_taken(
    bench: Bench, file: Path, sealed: str, tmp_path: Path
) -> None:
    kept(bench, file)
    other = elsewhere(bench, tmp_path / "other")
    other.repository.spec("dev").rename(other.repository.spec("uat"))
    with pytest.raises(MendixError) as error:
        carried.take(other, file, None)
    assert codes(error) == ["MXP101"]
    assert not other.repository.private.exists()


def test_where_nothing_changes_no_old_plan_is_left_to_travel(bench: Bench, file: Path, sealed: str) -> None:
    kept(bench, file)
    bench.apply()
    result = carried.keep(bench.session, plan_run.plan(bench.session, "dev"), file)
    assert (result.plan_file, file.exists()) == (None, False)
    file.write_text("something of a person's")
    carried.keep(bench.session, plan_run.plan(bench.session, "dev"), file)
    assert file.read_text() == "something of a person's"


@given(st.binary(max_size=200), st.booleans())
def test_whatever_a_file_holds_is_a_plan_or_an_error_with_a_code(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ours: bool
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.plan"
    head = carried.MAGIC + json.dumps({"environment": "dev", "sealed": False}).encode() + b"\n"
    path.write_bytes((head if ours else b"") + content)
    path.chmod(0o600)
    with pytest.raises(MendixError) as error:
        carried.unpacked(path, "")
    assert codes(error) == ["MXP136"]


@given(st.binary(), st.binary())
def test_what_is_packed_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, manifest: bytes, plan: bytes
) -> None:
    path = tmp_path_factory.mktemp("packed") / "a.plan"
    path.write_bytes(carried.packed(Carried("dev", manifest, plan), ""))
    path.chmod(0o600)
    assert carried.unpacked(path, "") == Carried("dev", manifest, plan)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(MendixError, match="No such file") as error:
        carried.unpacked(tmp_path / "none.plan", "")
    assert codes(error) == ["MXP136"]
