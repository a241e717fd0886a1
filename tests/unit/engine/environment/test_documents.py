"""Documents go the way of the root: written by a plan, compared by an apply, recorded, and back with a rollback."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment.ledger import ledger
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.repository import render
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.ledger.archive import unpack
from mendixgen import documents
from mendixgen.diagnostics import MendixError, Refused
from tests.support import sample_documents
from tests.unit.engine.conftest import Bench


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "RENDERERS", {"notes": sample_documents.__name__})
    monkeypatch.setattr(sample_documents, "rendered", [])


def standing(bench: Bench) -> dict[str, str]:
    folder = bench.root / "notes"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def archive(bench: Bench, number: int) -> dict[str, bytes]:
    workplace = open_workplace(bench.session, bench.environment)
    return unpack(ledger(workplace, reading_clients(workplace)).archive(number), f"v{number}")


def second(bench: Bench) -> None:
    bench.edit("    first: hello", "    second: good day\n    first: hello")


def test_render_writes_them_and_its_check_compares_them(bench: Bench) -> None:
    assert "notes/all/first.md" in render.render(bench.session, "dev", check=True).diff
    assert not (bench.root / "notes").exists()
    written = render.render(bench.session, "dev").written
    assert "environments/dev/notes/all/first.md" in written
    assert standing(bench) == {"all/first.md": "first: hello\n"}
    assert render.render(bench.session, "dev", check=True).diff == ""
    (bench.root / "notes/all/first.md").write_text("edited\n")
    assert "-edited\n+first: hello\n" in render.render(bench.session, "dev", check=True).diff


def test_a_plan_renders_them_only_where_something_moved(bench: Bench) -> None:
    plan_run.plan(bench.session, "dev")
    plan_run.plan(bench.session, "dev")
    assert len(sample_documents.rendered) == 1
    second(bench)
    plan_run.plan(bench.session, "dev")
    assert len(sample_documents.rendered) == 2
    (bench.root / "notes/all/first.md").unlink()
    plan_run.plan(bench.session, "dev")
    assert len(sample_documents.rendered) == 3
    assert set(standing(bench)) == {"all/first.md", "all/second.md"}


def test_an_apply_refuses_documents_that_were_edited_after_the_plan(bench: Bench) -> None:
    plan_run.plan(bench.session, "dev")
    (bench.root / "notes/all/first.md").write_text("edited\n")
    with pytest.raises(Refused) as error:
        apply_run.prepare(bench.session, "dev")
    assert "the documents beside the root were changed" in str(error.value)


def test_a_release_records_them_and_a_rollback_brings_them_back(bench: Bench) -> None:
    bench.apply()
    second(bench)
    bench.apply()
    assert archive(bench, 2)["notes/all/second.md"] == b"second: good day\n"
    prepared = rollback_run.prepare(bench.session, "dev", 1)
    rollback_run.execute(bench.session, prepared)
    assert standing(bench) == {"all/first.md": "first: hello\n"}
    assert {name for name in archive(bench, 3) if name.startswith("notes/")} == {"notes/all/first.md"}


def test_a_rollback_that_fails_leaves_them_as_they_were(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    second(bench)
    bench.apply()
    bench.edit("    second: good day\n", "")
    bench.apply()
    before = bench.snapshot()
    assert set(standing(bench)) == {"all/first.md"}

    def broken(*_: object, **__: object) -> None:
        assert set(standing(bench)) == {"all/first.md", "all/second.md"}
        raise MendixError([])

    monkeypatch.setattr("mendixctl.engine.environment.tools.Tools.initialise", broken)
    with pytest.raises(MendixError):
        rollback_run.prepare(bench.session, "dev", 1)
    assert bench.snapshot() == before


def test_documents_of_a_protected_environment_are_committed_before_they_are_applied(bench: Bench) -> None:
    bench.edit("target: emulator", "target: emulator\nprotected: true")
    plan_run.plan(bench.session, "dev")
    bench.commit()
    bench.git("rm", "-q", "--cached", "environments/dev/notes/all/first.md")
    with pytest.raises(Refused) as error:
        apply_run.check_committed(open_workplace(bench.session, "dev"))
    assert "environments/dev/notes/all/first.md" in str(error.value)


def test_a_person_s_file_beside_them_is_nobody_s_business(bench: Bench) -> None:
    bench.apply()
    own: Path = bench.root / "notes/all/own.md"
    own.write_text("mine\n")
    assert plan_run.plan(bench.session, "dev").written == ()
    assert own.read_text() == "mine\n"
    assert "notes/all/own.md" not in archive(bench, 1)
