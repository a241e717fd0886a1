"""The smaller use-cases: history, outputs, render, validate, upgrade, and what they share."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine import diff, outputs
from mendixctl.engine.diff import SpecChange, VersionChange
from mendixctl.engine.environment import git
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.history import run as history_run
from mendixctl.engine.history import sync
from mendixctl.engine.journal.run_folders import KEPT, find_run, run_folder
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.repository import checking, render, upgrade, validate
from mendixctl.engine.session import now
from mendixgen.diagnostics import MendixError, Refused
from tests.support.small_repository import SPEC, write_module
from tests.unit.engine.conftest import Bench


def test_history_show_and_diff(bench: Bench) -> None:
    bench.apply("one")
    bench.edit("hello", "good day")
    bench.apply("two")
    write_module(bench.repository.modules, "1.1.0")
    upgrade.upgrade(bench.session, "dev")
    bench.apply("three")
    told = history_run.history(bench.session)
    assert [record.release.message for record in told.records] == ["one", "two", "three"]
    assert told.base == 3
    shown = history_run.show(bench.session, None, 2)
    assert shown.spec == (SpecChange("notes.texts.first", "hello", "good day"),)
    assert shown.versions == ()
    assert "main.tf" in shown.files
    assert history_run.show(bench.session, "dev", 1).versions == (VersionChange("notes", "", "1.0.0"),)
    compared = history_run.diff(bench.session, None, 3, 1)
    assert compared.spec == (SpecChange("notes.texts.first", "good day", "hello"),)
    assert compared.versions == (VersionChange("notes", "1.1.0", "1.0.0"),)
    assert [number for number, _ in compared.changes] == [2, 3]
    assert '+    first = "hello"' in compared.files
    assert "--- environments/dev.yaml (v3)" in compared.spec_diff


BROKEN = {
    "a section": ("first: hello", "first: [7]"),
    "an unknown key": ("notes:", "garden: {}\nnotes:"),
    "the domain": ("domain: dev.apps.example.com", "domain: 7"),
    "a merge conflict": ("  texts:", "<<<<<<< HEAD\n  texts:"),
    "no YAML": ("domain: dev.apps.example.com", "domain: -"),
    "an ambiguous word": ("first: hello", "first: yes"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_yaml_is_no_reason_not_to_read_the_ledger(bench: Bench, what: str) -> None:
    bench.apply("one")
    bench.edit("hello", "good day")
    bench.apply("two")
    bench.edit("good day", "hello")
    bench.edit(*BROKEN[what])
    with pytest.raises(MendixError):
        plan_run.plan(bench.session, "dev")
    assert [record.release.message for record in history_run.history(bench.session).records] == ["one", "two"]
    assert history_run.history(bench.session).base == 2
    assert history_run.show(bench.session, None, 2).spec == (SpecChange("notes.texts.first", "hello", "good day"),)
    assert history_run.diff(bench.session, None, 1, 2).spec == (SpecChange("notes.texts.first", "hello", "good day"),)
    notices = {notice.code: notice for notice in bench.listener.notices}
    assert notices["MXP103"].location is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('account: "123456789012"', "account: 12"),
        ("target: emulator", "target: emulator\nstate: {backend: s3, bucket: A}"),
        ("region: eu-central-1", "region: eu-nowhere-1"),
        ("region:", "  - region:"),
        ("name: dev", "name: dev\nnotes: [\n"),
        ('account: "123456789012"', 'account: "123456789012"\naccount: "210987654321"'),
    ],
)
def test_what_leads_to_the_ledger_has_to_be_right(bench: Bench, old: str, new: str) -> None:
    bench.apply()
    bench.edit(old, new)
    with pytest.raises(MendixError) as error:
        history_run.history(bench.session)
    assert error.value.diagnostics[0].code.startswith("MXS")


def test_a_broken_lock_is_no_reason_either(bench: Bench) -> None:
    bench.apply("one")
    bench.lock.write_text("<<<<<<< HEAD\n")
    assert len(history_run.history(bench.session).records) == 1


def test_outputs_without_their_secrets(bench: Bench) -> None:
    with pytest.raises(MendixError) as error:
        outputs.outputs(bench.session, "dev")
    assert error.value.diagnostics[0].code == "MXP170"
    bench.apply()
    found = {output.name: (output.value, output.sensitive) for output in outputs.outputs(bench.session, "dev").outputs}
    assert found == {"notes": ({"ids": {}}, False), "password": (None, True)}


def test_render_checks_and_writes(bench: Bench) -> None:
    before = bench.snapshot()
    checked = render.render(bench.session, "dev", check=True)
    assert (checked.exit_code, checked.current, checked.written) == (2, False, ())
    assert bench.snapshot() == before
    written = render.render(bench.session, "dev")
    assert "environments/dev.lock" in written.written
    assert render.render(bench.session, "dev", check=True).exit_code == 0
    assert render.render(bench.session, "dev").written == ()
    (bench.root / "main.tf").write_text("# edited\n")
    assert "-# edited" in render.render(bench.session, "dev", check=True).diff


def test_many_are_checked_as_one_by_one(bench: Bench) -> None:
    text = bench.spec.read_text()
    for name in ("one", "two"):
        bench.repository.spec(name).write_text(text.replace("name: dev", f"name: {name}"))
        render.render(bench.session, name)
    bench.repository.spec("two").write_text(bench.repository.spec("two").read_text() + "# a comment\nowner: them\n")
    names = ["dev", "one", "two"]
    each = [render.render(bench.session, name, check=True) for name in names]
    assert [bool(one.diff) for one in each] == [True, False, True]
    assert checking.check(bench.session, names, many=1) == each
    bench.repository.spec("two").write_text("name: two\n")
    with pytest.raises(MendixError, match="MXS"):
        checking.check(bench.session, names, many=1)


def test_validate_says_all_of_all(bench: Bench) -> None:
    bench.repository.spec("test").write_text(SPEC.format(name="test", target="emulator").replace("hello", "7"))
    result = validate.validate(bench.session)
    assert [(one.environment, one.valid) for one in result.environments] == [("dev", True), ("test", False)]
    assert result.exit_code == 1
    assert validate.validate(bench.session, ["dev"]).exit_code == 0
    with pytest.raises(MendixError):
        validate.validate(bench.session, ["nope"])


def test_validate_without_a_lock_says_what_cannot_be_read_beside_the_rest(bench: Bench) -> None:
    bench.spec.write_text(bench.spec.read_text() + "owner: yes\ncolour: red\n")
    assert not bench.lock.exists()
    found = validate.validate(bench.session).environments[0].diagnostics
    assert {"MXS114", "MXS201"} <= {one.code for one in found}


def test_upgrade_takes_released_versions_and_checks_the_yaml(bench: Bench) -> None:
    write_module(bench.repository.modules, "1.1.0", released=None)
    assert upgrade.upgrade(bench.session, "dev").versions == (VersionChange("notes", "", "1.0.0"),)
    assert upgrade.upgrade(bench.session, "dev", "notes", "1.1.0").versions == (
        VersionChange("notes", "1.0.0", "1.1.0"),
    )
    bench.edit("  texts:", "  suffix: x\n  texts:")
    lock = bench.lock.read_text()
    with pytest.raises(MendixError):
        upgrade.upgrade(bench.session, "dev", "notes", "1.0.0")
    assert bench.lock.read_text() == lock
    for arguments in (("dev", None, "1.0.0"), ("dev", "notes", "9.9.9"), ("dev", "nothing", None)):
        with pytest.raises(MendixError):
            upgrade.upgrade(bench.session, *arguments)


def test_sync_restores_a_checkout_that_is_behind_but_no_edit(bench: Bench) -> None:
    bench.apply()
    first = (bench.spec.read_bytes(), bench.lock.read_bytes())
    bench.edit("hello", "good day")
    bench.apply()
    newest = bench.snapshot()
    bench.spec.write_bytes(first[0])
    bench.lock.write_bytes(first[1])
    result = sync.sync(bench.session, "dev")
    assert (result.base_before, result.base_after, result.head) == (1, 2, 2)
    assert bench.snapshot() == newest
    assert sync.sync(bench.session, "dev").restored == ()
    bench.lock.write_bytes(first[1])
    bench.edit("good day", "precious")
    with pytest.raises(Refused) as error:
        sync.sync(bench.session, "dev")
    assert error.value.diagnostics[0].code == "MXP190"
    assert "precious" in bench.spec.read_text()


def test_which_environment(bench: Bench) -> None:
    bench.repository.spec("test").write_text(SPEC.format(name="test", target="emulator"))
    with pytest.raises(MendixError) as error:
        history_run.history(bench.session)
    assert error.value.diagnostics[0].code == "MXP102"
    assert "dev, test" in error.value.diagnostics[0].summary


def test_a_folder_that_cannot_be_written_is_an_error_with_a_way_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(MendixError) as error:
        plan_run.plan(bench.session, "dev")
    assert error.value.diagnostics[0].code in {"MXP111", "MXI101"}
    assert "No space left" in error.value.diagnostics[0].summary


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
SPECS = st.dictionaries(st.text("abc", min_size=1, max_size=2), VALUES, max_size=4)


@given(SPECS, SPECS)
def test_changes_are_empty_exactly_for_equal_data(one: dict[str, object], other: dict[str, object]) -> None:
    assert diff.spec_changes(one, one) == ()
    forward, back = diff.spec_changes(one, other), diff.spec_changes(other, one)
    assert {change.path for change in forward} == {change.path for change in back}
    assert {(c.path, repr(c.before), repr(c.after)) for c in forward} == {
        (c.path, repr(c.after), repr(c.before)) for c in back
    }


def _hold(workspace: Path, ready: object, end: object) -> None:
    with lease(workspace, "dev", "apply"):
        ready.set()  # type: ignore[attr-defined]
        end.wait()  # type: ignore[attr-defined]
        os._exit(9)


def test_a_lease_ends_with_its_process_however_it_ends(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready, end = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, ready, end))
    other.start()
    ready.wait()
    with pytest.raises(Refused), lease(tmp_path, "dev", "plan"):
        pass
    end.set()
    other.join()
    with lease(tmp_path, "dev", "plan"):
        assert "plan" in (tmp_path / "busy").read_text()


def test_runs_are_kept_for_a_while(tmp_path: Path) -> None:
    folders = [run_folder(tmp_path, f"run{index}", now()) for index in range(KEPT + 3)]
    assert [folder.exists() for folder in folders] == [False] * 3 + [True] * KEPT
    assert find_run(tmp_path, "run9") == folders[9]
    assert find_run(tmp_path, "run0") is None


def test_git_is_asked_about_names_of_any_kind(bench: Bench) -> None:
    root = bench.repository.root
    assert git.uncommitted(root, [bench.spec]) is None
    assert git.commit(root) == ""
    bench.commit()
    assert git.uncommitted(root, [bench.spec, bench.lock]) == []
    strange = root / "environments" / "dev" / 'a "b" ü\n.tf'
    strange.parent.mkdir()
    strange.write_text("")
    bench.edit("hello", "bye")
    assert git.uncommitted(root, [bench.spec, strange.parent]) == [
        "environments/dev.yaml",
        'environments/dev/a "b" ü\n.tf',
    ]


def test_an_area_that_is_not_wanted_is_turned_off(bench: Bench) -> None:
    upgrade.upgrade(bench.session, "dev")
    with pytest.raises(MendixError, match="MXS142"):  # the YAML has its section
        upgrade.turn_off(bench.session, "dev", "notes")
    text = bench.spec.read_text()
    bench.spec.write_text(text[: text.index("notes:")])
    assert upgrade.turn_off(bench.session, "dev", "notes").versions == (VersionChange("notes", "1.0.0", ""),)
    with pytest.raises(MendixError, match="MXP186"):
        upgrade.turn_off(bench.session, "dev", "notes")
