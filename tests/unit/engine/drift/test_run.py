"""drift, --accept and --revert in a world of notes: which plans are made, what they part, and what is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mendixctl import containment
from mendixctl.engine.drift import adopt, revert
from mendixctl.engine.drift import run as drift_run
from mendixctl.engine.drift.results import DriftResult
from mendixctl.engine.drift.scratch_root import Copy
from mendixctl.ledger.release import Kind, Outcome, Release, Status
from mendixctl.terraform.plan import Action, AttributeChange, PlanDocument, ResourceChange
from mendixctl.terraform.state import State
from mendixgen.diagnostics import MendixError, Refused
from tests.support.small_repository import write_module
from tests.unit.engine.conftest import Bench

_LINE = re.compile(r'^\s+"?(\w+)"?\s+= "([^"$]*)"$', re.MULTILINE)
_TEXTS = re.compile(r"texts\s+= \{\n(.*?)\n  \}", re.DOTALL)
_SUFFIX = re.compile(r'suffix\s+= "(.*)"')


@dataclass
class World:
    """AWS as it is, and every root that was planned against it."""

    notes: dict[str, str]
    released: dict[str, str]
    planned: list[bool] = field(default_factory=list)
    files: list[Mapping[str, bytes]] = field(default_factory=list)

    def plan(self, _copy: Copy, files: Mapping[str, bytes], *, refresh: bool = False) -> PlanDocument:
        _copy.plans += 1
        self.planned.append(refresh)
        self.files.append(dict(files))
        text = files["main.tf"].decode()
        found = _TEXTS.search(text)
        suffix = _SUFFIX.search(text)
        goal = {key: value + (suffix[1] if suffix else "") for key, value in _LINE.findall(found[1] if found else "")}
        drift = _changes(self.released, self.notes) if refresh else ()
        return PlanDocument("1.11.4", _changes(self.notes, goal), drift)


def _changes(now: dict[str, str], goal: dict[str, str]) -> tuple[ResourceChange, ...]:
    made = []
    for key in sorted({*now, *goal}):
        before, after = now.get(key), goal.get(key)
        if before == after:
            continue
        action = Action.CREATE if before is None else Action.DELETE if after is None else Action.UPDATE
        address = f'module.notes.terraform_data.note["{key}"]'
        attribute = AttributeChange("input", before, after)
        raw = {"change": {"before": {"id": key}}}
        made.append(ResourceChange(address, "notes", "terraform_data", action, (attribute,), raw=raw))
    return tuple(made)


@pytest.fixture
def world(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> World:
    """One release, with two notes, and nothing changed since."""
    bench.edit("    first: hello", "    second: there\n    first: hello")
    bench.apply()
    made = World({"first": "hello", "second": "there"}, {"first": "hello", "second": "there"})
    monkeypatch.setattr(Copy, "plan", lambda copy, files, refresh=False: made.plan(copy, files, refresh=refresh))
    monkeypatch.setattr(drift_run, "_attributed", lambda site, aws, base, state: (aws, ()))
    return made


def drift(bench: Bench, **options: Any) -> DriftResult:
    return drift_run.drift(bench.session, "dev", **options)


def short(result: DriftResult) -> dict[str, list[str]]:
    """The keys of the notes that each cause has."""
    return {
        "aws": [one.address.split('"')[1] for one in result.drifted],
        **{
            cause: [one.change.address.split('"')[1] for one in getattr(result, cause)]
            for cause in ("generator", "yaml", "unfinished")
        },
    }


NOTHING: dict[str, list[str]] = {"aws": [], "generator": [], "yaml": [], "unfinished": []}


def test_no_drift_is_one_plan_and_changes_nothing(bench: Bench, world: World) -> None:
    before = bench.snapshot()
    result = drift(bench)
    assert (short(result), result.exit_code, result.head, world.planned) == (NOTHING, 0, 1, [True])
    assert bench.snapshot() == before
    left = bench.repository.private / "dev.drift"
    assert [path.name for path in left.rglob("*") if "state" in path.name or "plan" in path.name] == []
    containment.check(bench.repository)


def test_aws_alone(bench: Bench, world: World) -> None:
    world.notes = {"first": "changed"}
    result = drift(bench)
    assert short(result) == {**NOTHING, "aws": ["first", "second"]}
    first, second = result.aws
    assert [(one.released, one.now) for one in first.attributes] == [("hello", "changed")]
    assert (second.happened, result.exit_code, result.plans) == ("deleted", 2, 1)


def test_the_yaml_alone_is_no_drift_unless_everything_is_asked_for(bench: Bench, world: World) -> None:
    bench.edit("hello", "good day")
    result = drift(bench)
    assert (short(result), result.exit_code) == ({**NOTHING, "yaml": ["first"]}, 0)
    assert [(one.path, one.before, one.after) for one in result.spec] == [("notes.texts.first", "hello", "good day")]
    assert world.planned == [True, False], "AWS is asked once"
    assert drift(bench, everything=True).exit_code == 2


def test_a_module_version_alone_and_all_three_at_once(bench: Bench, world: World) -> None:
    write_module(bench.repository.modules, "1.1.0")
    bench.lock.write_text(bench.lock.read_text().replace("1.0.0", "1.1.0"))
    result = drift(bench)
    assert [(one.area, one.before, one.after) for one in result.versions] == [("notes", "1.0.0", "1.1.0")]
    assert (short(result), result.plans) == (NOTHING, 2)
    bench.edit("notes:", "notes:\n  suffix: '!'")
    world.notes["first"] = "changed"
    result = drift(bench)
    assert short(result) == {**NOTHING, "aws": ["first"], "yaml": ["first", "second"]}
    assert result.plans == 3


def test_another_generator_is_told_by_its_version(bench: Bench, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from mendixgen.root import render as root

    render = root.render

    def other(*arguments: Any) -> dict[str, str]:
        files = render(*arguments)
        return {**files, "main.tf": files["main.tf"].replace("there", "THERE")}

    monkeypatch.setattr(root, "render", other)
    monkeypatch.setattr(drift_run, "__version__", "9.9.9")
    bench.edit("hello", "good day")
    result = drift(bench)
    assert short(result) == {**NOTHING, "generator": ["second"], "yaml": ["first"]}
    assert result.generator[0].why.endswith("-> 9.9.9")


def test_a_release_that_failed_left_something_undone(bench: Bench, world: World) -> None:
    address = 'module.notes.terraform_data.note["third"]'
    bench.edit("first: hello", "third: new\n    first: hello")
    _failed(bench, address)
    result = drift(bench)
    assert (short(result), result.exit_code) == ({**NOTHING, "unfinished": ["third"]}, 0)


def _failed(bench: Bench, address: str) -> None:
    """Record a release of the YAML as it is, whose one change failed."""
    from dataclasses import replace

    from mendixctl.engine.environment.workplace import open_workplace
    from mendixctl.ledger.archive import of_root, pack
    from mendixctl.ledger.local import LocalLedger
    from mendixctl.ledger.release import RecordedChange
    from mendixctl.ledger.serialise import digest

    workplace = open_workplace(bench.session, "dev")
    workplace.write_root()
    store = LocalLedger("dev", bench.root / "releases")
    before = store.read(1)
    archive = pack(of_root(bench.root))
    changes = (RecordedChange(address, "notes", "create"),)
    release: Release = replace(
        before.release,
        number=2,
        spec=bench.spec.read_text(),
        archive_digest=digest(archive),
        predecessor=before.digest,
        changes=changes,
    )
    store.allot(release, archive)
    assert before.outcome is not None
    outcome: Outcome = replace(before.outcome, status=Status.FAILED, done=(), failed=(address,))
    store.close(2, outcome)
    bench.lock.write_text(bench.lock.read_text().replace("base: 1", "base: 2"))


def test_where_there_is_nothing_to_differ_from(bench: Bench) -> None:
    with pytest.raises(MendixError) as error:
        drift(bench)
    assert error.value.diagnostics[0].code == "MXD120"


def test_after_a_destroy_and_with_a_module_that_is_gone(bench: Bench, world: World) -> None:
    from dataclasses import replace

    record = drift_run.base_of  # the guard itself, on records that say so
    workplace = _workplace(bench)

    class Store:
        def __init__(self, made: Any) -> None:
            self.made = made

        def numbers(self) -> list[int]:
            return [1]

        def read(self, number: int) -> Any:
            return self.made

    from mendixctl.ledger.local import LocalLedger

    real = LocalLedger("dev", bench.root / "releases").read(1)
    for made, code in (
        (replace(real, release=replace(real.release, kind=Kind.DESTROY)), "MXD121"),
        (replace(real, release=replace(real.release, lock=real.release.lock.replace("1.0.0", "0.9.0"))), "MXD122"),
        (replace(real, release=replace(real.release, kind=Kind.RESTORE)), "MXD120"),
    ):
        with pytest.raises(MendixError) as error:
            record(workplace, Store(made))  # type: ignore[arg-type]
        assert error.value.diagnostics[0].code == code


def _workplace(bench: Bench) -> Any:
    from mendixctl.engine.environment.workplace import open_workplace

    return open_workplace(bench.session, "dev")


def test_a_checkout_that_is_behind_is_told_so(bench: Bench, world: World) -> None:
    bench.lock.write_text(bench.lock.read_text().replace("base: 1", "base: 0"))
    assert [note.code for note in drift(bench).notes] == ["MXP120"]


# -- accept -----------------------------------------------------------------------------------------


def test_what_one_field_drives_is_adopted_in_one_plan(bench: Bench, world: World) -> None:
    world.notes["first"] = "changed"
    before = bench.snapshot()
    prepared = adopt.prepare(bench.session, "dev")
    assert bench.snapshot() == before
    (one,) = prepared.adoptions
    assert (one.path, one.before, one.after, prepared.rest) == ("notes.texts.first", "hello", "changed", ())
    assert (len(world.planned), prepared.exit_code) == (2, 0)
    result = adopt.execute(bench.session, prepared)
    assert "    first: changed  # the oldest" in bench.spec.read_text() or "first: changed" in bench.spec.read_text()
    assert result.plan is not None
    assert result.plan.plan_file is not None
    again = drift(bench)
    assert (short(again), again.exit_code) == (NOTHING, 0)
    assert again.aws[0].adopted


def test_a_resource_that_was_deleted_goes_out_of_the_yaml(bench: Bench, world: World) -> None:
    del world.notes["second"]
    prepared = adopt.prepare(bench.session, "dev")
    (one,) = prepared.adoptions
    assert (one.path, one.before, one.after) == ("notes.texts.second", "there", None)
    assert "second" not in prepared.text


def test_a_field_that_drives_more_is_no_field_for_it(bench: Bench, world: World) -> None:
    write_module(bench.repository.modules, "1.1.0")
    bench.lock.write_text(bench.lock.read_text().replace("1.0.0", "1.1.0"))
    bench.edit("notes:", "notes:\n  suffix: '!'")
    bench.apply()
    world.released = {"first": "hello!", "second": "there!"}
    world.notes = {"first": "hello?", "second": "there!"}
    prepared = adopt.prepare(bench.session, "dev")
    assert prepared.adoptions == ()
    assert [(rest.attribute, prepared.exit_code) for rest in prepared.rest] == [("input", 2)]
    before = bench.snapshot()
    assert adopt.execute(bench.session, prepared).plan is None
    assert bench.snapshot() == before


def test_an_edit_while_the_person_was_asked_is_kept(bench: Bench, world: World) -> None:
    world.notes["first"] = "changed"
    prepared = adopt.prepare(bench.session, "dev")
    bench.edit("there", "elsewhere")
    before = bench.snapshot()
    with pytest.raises(Refused) as refused:
        adopt.execute(bench.session, prepared)
    assert (refused.value.diagnostics[0].code, bench.snapshot()) == ("MXD127", before)


def test_a_plan_that_cannot_be_made_leaves_the_yaml_as_it_was(bench: Bench, world: World) -> None:
    world.notes["first"] = "changed"
    prepared = adopt.prepare(bench.session, "dev")
    before = bench.snapshot()

    def broken() -> None:
        raise KeyboardInterrupt

    bench.play.during_plan = broken
    with pytest.raises(KeyboardInterrupt):
        adopt.execute(bench.session, prepared)
    assert bench.snapshot() == before


# -- revert -----------------------------------------------------------------------------------------


def test_a_revert_is_an_ordinary_plan(bench: Bench, world: World) -> None:
    bench.play.drifted = True
    result = revert.revert(bench.session, "dev")
    assert result.plan_file is not None
    assert (result.has_changes, result.base) == (True, 1)


@pytest.mark.parametrize("edit", [("hello", "good day"), ("notes:", "notes:\n  edition: 2")])
def test_edits_that_were_not_applied_are_not_mixed_in(bench: Bench, world: World, edit: tuple[str, str]) -> None:
    bench.edit(*edit)
    before = bench.snapshot()
    with pytest.raises(Refused) as refused:
        revert.revert(bench.session, "dev")
    assert (refused.value.diagnostics[0].code, bench.snapshot()) == ("MXD128", before)


def test_an_edit_of_a_comment_is_no_edit(bench: Bench, world: World) -> None:
    bench.edit("# the oldest", "# the very oldest")
    assert revert.revert(bench.session, "dev").base == 1


def test_what_renders_otherwise_today_is_said(bench: Bench, world: World) -> None:
    extra = bench.root / "beside.tf"
    extra.write_text("# a person's own\n")
    revert.revert(bench.session, "dev")
    assert "MXD129" in [note.code for note in bench.listener.notices]


def test_nothing_but_files_of_a_root_is_taken_out_of_an_archive(tmp_path: Path) -> None:
    from mendixctl.engine.drift.scratch_root import _NAME

    assert [
        name for name in ("main.tf", "../main.tf", "/main.tf", "a/b.tf", ".x.tf", "x.tfvars") if _NAME.match(name)
    ] == ["main.tf"]


@pytest.mark.parametrize(
    "hostile",
    [
        'terraform {\n  backend "http" {\n    address = "https://example.com"\n  }\n}\n',
        'module "x" {\n  source = "git::https://example.com/x.git"\n}\n',
        'resource "terraform_data" "x" {\n  provisioner "local-exec" {\n    command = "id"\n  }\n}\n',
    ],
)
def test_an_archive_that_would_run_something_is_refused_before_terraform_starts(bench: Bench, hostile: str) -> None:
    bench.apply()
    copy = Copy(_workplace(bench), None, State())  # type: ignore[arg-type]  # Terraform is not reached
    with pytest.raises(Refused) as refused:
        copy.plan({"main.tf": hostile.encode()})
    assert {one.code for one in refused.value.diagnostics} == {"MXT133"}
