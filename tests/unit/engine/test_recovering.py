"""``recover``: what is adopted and what is not, whose lock may be removed, and a state that was half written."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mendixctl.engine import orphans, recovering, surveying
from mendixctl.engine.doubts import Certainty, Doubt
from mendixctl.engine.finding import search
from mendixctl.engine.orphans import adopt
from mendixctl.engine.state_locks import StateLock
from mendixctl.engine.state_objects import StateObject
from mendixctl.engine.workplace import Workplace, open_workplace
from mendixctl.ledger.release import Status
from mendixctl.terraform.events import ChangeEvent, DiagnosticEvent, SummaryEvent
from mendixctl.terraform.outcome import PlanOutcome
from mendixctl.terraform.plan import Action, AttributeChange, PlanDocument, ResourceChange
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from tests.unit.engine.conftest import Bench

ROLE, POLICY, TOPIC, SECRET = (
    'module.a.aws_iam_role.r["x"]',
    "module.a.aws_iam_role_policy.p",
    "module.a.aws_sns_topic.t",
    "module.a.aws_secretsmanager_secret.s",
)


class World:
    """A Terraform that knows what AWS has: by address the ID, and what its plan would do once it is imported."""

    def __init__(self, has: dict[str, str], after: dict[str, Any] | None = None) -> None:
        self.has, self.after = has, after or {}
        self.actions: dict[str, Action] = {}
        self.others: dict[str, Action] = {}
        self.planned: list[tuple[dict[str, str], tuple[str, ...]]] = []
        self.changes: tuple[ResourceChange, ...] = ()
        self.silent = False

    def plan(self, out: Path, *, targets: Any, on_event: Any) -> PlanOutcome:
        root = out.parent.parent / "root"
        text = (root / orphans_file()).read_text()
        imports = dict(zip(*(_values(text, name) for name in ("to", "id")), strict=True))
        self.planned.append((imports, tuple(targets)))
        gone = [address for address, found in imports.items() if self.has.get(address) != found]
        for address in imports:
            if address not in gone:
                on_event(ChangeEvent("planned_change", address=address, action="import"))
        for address in gone:
            said = f"importing {json.dumps(address)[1:-1]}: Cannot import non-existent remote object"
            on_event(DiagnosticEvent("diagnostic", summary="x" if self.silent else said))
        if gone:
            raise MendixError(Diagnostic("MXT110", "no"))
        made = []
        for address in targets:
            action = self.actions.get(address, Action.IMPORT) if address in imports else Action.CREATE
            raw = {"change": {"after": self.after.get(address, {})}}
            forced = (AttributeChange("name", "a", "b", forces_replacement=True),) if action is Action.REPLACE else ()
            made.append(ResourceChange(address, "a", address.split(".")[2], action, forced, raw=raw))
        self.changes = (*made, *(ResourceChange(a, "a", "x", b) for a, b in self.others.items()))
        return PlanOutcome(True, out, SummaryEvent("change_summary"))

    def show_plan(self, out: Path) -> PlanDocument:
        return PlanDocument("1.11.4", self.changes)


def orphans_file() -> str:
    from mendixctl.engine.imports import TRANSIENT

    return TRANSIENT


def _values(text: str, name: str) -> list[str]:
    found = [line.partition(" = ")[2] for line in text.splitlines() if line.startswith(f"  {name} =")]
    return [json.loads(one) if one.startswith('"') else one for one in found]


def doubt(address: str, certainty: Certainty = Certainty.IN_FLIGHT, **values: str) -> Doubt:
    return Doubt(address, address.split(".")[2], 3, certainty, values)


def adopted(
    tmp_path: Path, world: World, *doubts: Doubt, state: dict[str, StateObject] | None = None
) -> orphans.Adopted:
    (tmp_path / "root").mkdir()
    header = SimpleNamespace(account="123456789012", region="eu-central-1")
    session = SimpleNamespace(clock=lambda: datetime.now(UTC), reporter=SimpleNamespace(event=lambda _: None))
    workplace: Any = SimpleNamespace(
        specification=SimpleNamespace(header=header),
        root=tmp_path / "root",
        workspace=tmp_path,
        session=session,
        environment="dev",
    )
    tools: Any = SimpleNamespace(
        terraform=lambda *_: world, version="1.11.4", api_clients=lambda _: pytest.fail("AWS needs not be searched")
    )
    result = adopt(workplace, tools, doubts, state or {}, tmp_path / "plans" / "new.tfplan")
    assert list((tmp_path / "root").iterdir()) == []
    return result


def test_what_aws_has_is_adopted_and_the_rest_was_never_made(tmp_path: Path) -> None:
    world = World({ROLE: "r"})
    found = adopted(tmp_path, world, doubt(ROLE, name="r"), doubt(TOPIC, name="t"))
    assert [(one.address, one.id) for one in found.adoptions] == [(ROLE, "r")]
    assert [one.address for one in found.absent] == [TOPIC]
    assert world.planned[-1] == ({ROLE: "r"}, (ROLE,))


def test_what_belongs_to_an_adopted_one_is_known_from_the_plan(tmp_path: Path) -> None:
    world = World({ROLE: "r", POLICY: "r:p"}, {POLICY: {"role": "r", "name": "p"}})
    found = adopted(tmp_path, world, doubt(ROLE, name="r"), doubt(POLICY, name="p"))
    assert {one.address: one.id for one in found.adoptions} == {ROLE: "r", POLICY: "r:p"}
    assert found.unadopted == ()


def test_what_belongs_to_one_that_was_never_made_was_not_made_either(tmp_path: Path) -> None:
    world = World({}, {POLICY: {"role": "r", "name": "p"}})
    found = adopted(tmp_path, world, doubt(ROLE, name="r"), doubt(POLICY, name="p"))
    assert found.adoptions == ()
    assert {one.address for one in found.absent} == {ROLE, POLICY}
    assert found.document is None


def test_what_would_be_replaced_is_left_to_a_person(tmp_path: Path) -> None:
    world = World({ROLE: "r", TOPIC: "arn:aws:sns:eu-central-1:123456789012:t"})
    world.actions[TOPIC] = Action.REPLACE
    found = adopted(tmp_path, world, doubt(ROLE, name="r"), doubt(TOPIC, name="t"))
    assert [one.address for one in found.adoptions] == [ROLE]
    assert [(one.doubt.address, one.look_for) for one in found.unadopted] == [(TOPIC, "aws_sns_topic with name t")]
    assert "would be replaced (name)" in found.unadopted[0].why


@pytest.mark.parametrize("action", [Action.CREATE, Action.DELETE, Action.REPLACE, Action.FORGET])
def test_a_recovery_that_would_do_more_is_refused(tmp_path: Path, action: Action) -> None:
    world = World({ROLE: "r"})
    world.others["module.a.aws_vpc.other"] = action
    with pytest.raises(Refused) as refused:
        adopted(tmp_path, world, doubt(ROLE, name="r"))
    assert refused.value.diagnostics[0].code == "MXP214"
    assert "module.a.aws_vpc.other" in refused.value.diagnostics[0].summary


def test_what_stands_beside_another_object_is_left_to_a_person(tmp_path: Path) -> None:
    one = replace(doubt(TOPIC, Certainty.CREATED, id="new"), other="old")
    found = adopted(tmp_path, World({}), one)
    assert [(left.why, left.look_for) for left in found.unadopted] == [
        ("the state has another object at its address: old", "aws_sns_topic with id new")
    ]


def test_an_import_that_fails_without_a_name_is_left_to_a_person(tmp_path: Path) -> None:
    world = World({ROLE: "r"})
    world.silent = True
    found = adopted(tmp_path, world, doubt(ROLE, name="r"), doubt(TOPIC, name="t"))
    assert [one.address for one in found.adoptions] == [ROLE]
    assert [one.doubt.address for one in found.unadopted] == [TOPIC]


class Tagged:
    """Clients whose tagging API has these resources."""

    def __init__(self, *found: tuple[str, dict[str, str]]) -> None:
        self.found = found

    def client(self, _: str) -> Tagged:
        return self

    def get_paginator(self, _: str) -> Tagged:
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        tagged = [
            {"ResourceARN": arn, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]} for arn, tags in self.found
        ]
        return [{"ResourceTagMappingList": tagged}]


ARN = "arn:aws:ec2:eu-central-1:1:vpc/vpc-1"
TAGS = {"environment": "dev", "Name": "dev"}


@pytest.mark.parametrize(
    ("found", "known", "expected"),
    [
        ([(ARN, TAGS)], [], "vpc-1"),
        ([(ARN, TAGS)], ["vpc-1"], ""),
        ([(ARN, {**TAGS, "more": "x"})], [], ""),
        ([(ARN, TAGS), (ARN.replace("vpc-1", "vpc-2"), TAGS)], [], ""),
        ([(ARN, TAGS), (ARN.replace("vpc-1", "vpc-2"), TAGS)], ["vpc-2"], "vpc-1"),
        ([(ARN.replace(":vpc/", ":subnet/"), TAGS)], [], ""),
        ([("nothing", TAGS)], [], ""),
    ],
)
def test_a_search_by_tags_finds_the_only_one_or_none(found: Any, known: list[str], expected: str) -> None:
    clients: Any = Tagged(*found)
    values = {f"tags_all.{key}": value for key, value in TAGS.items()}
    assert search(clients, "aws_vpc", values, known) == expected
    assert search(clients, "aws_vpc", {"cidr_block": "10.0.0.0/16"}, known) == ""


def test_a_secret_is_found_by_its_name_too() -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:1:secret:dev/line1-Ab12Cd"
    other = "arn:aws:secretsmanager:eu-central-1:1:secret:dev/line10-Ab12Cd"
    clients: Any = Tagged((arn, TAGS), (other, TAGS))
    values = {"name": "dev/line1", **{f"tags_all.{key}": value for key, value in TAGS.items()}}
    assert search(clients, "aws_secretsmanager_secret", values, ()) == arn


def workplace_of(bench: Bench) -> Workplace:
    return open_workplace(bench.session, "dev", refresh=False)


def lock(bench: Bench, age: timedelta, *, here: bool = False) -> StateLock:
    return StateLock("4f24", "li@there", "apply", bench.clock.moment - age, "s3://b/k.tflock", here=here)


def test_a_lock_from_elsewhere_is_held_until_it_is_old(bench: Bench) -> None:
    with pytest.raises(Refused) as refused:
        recovering._check_dead(workplace_of(bench), lock(bench, timedelta(minutes=3)))
    assert refused.value.diagnostics[0].code == "MXP213"
    assert "li@there since 2026-11-23" in refused.value.diagnostics[0].summary
    recovering._check_dead(workplace_of(bench), lock(bench, timedelta(minutes=16)))


def test_a_lock_of_this_checkouts_dead_run_may_go_at_once_and_of_a_living_one_never(bench: Bench) -> None:
    import fcntl

    young = lock(bench, timedelta(seconds=30), here=True)
    folder = bench.repository.workspace("dev") / "runs" / "20261123T115900.000000-apply-plan"
    folder.mkdir(parents=True)
    stream = folder / "plan.ndjson"
    stream.write_text("{}\n")
    os.utime(stream, (young.since.timestamp() + 5,) * 2 if young.since else None)
    recovering._check_dead(workplace_of(bench), young)
    with stream.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Refused) as refused:
            recovering._check_dead(workplace_of(bench), young)
    assert refused.value.diagnostics[0].code == "MXP143"


def test_a_half_written_state_gives_way_to_the_whole_one_before_it(bench: Bench) -> None:
    bench.apply()
    path = bench.repository.workspace("dev") / "state" / "terraform.tfstate"
    whole = path.read_bytes()
    path.with_name("terraform.tfstate.backup").write_bytes(whole)
    for damage in (b"", whole[: len(whole) // 2]):
        path.write_bytes(damage)
        status = surveying.status(bench.session, "dev")
        assert status.exit_code == 2 or not damage
        assert recovering._mend_state(workplace_of(bench)) == "terraform.tfstate.backup"
        assert path.read_bytes() == whole
        assert path.with_name("terraform.tfstate.damaged").read_bytes() == damage
    assert recovering._mend_state(workplace_of(bench)) == ""
    path.with_name("terraform.tfstate.backup").write_text("{")
    path.write_text("{")
    with pytest.raises(MendixError) as error:
        recovering._mend_state(workplace_of(bench))
    assert error.value.diagnostics[0].code == "MXP113"


def test_a_recovery_with_nothing_to_adopt_records_what_was_cut_off(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        raise SystemExit

    from mendixctl.engine import carrying_out

    bench.play.during_apply = killed
    monkeypatch.setattr(carrying_out, "_close", lambda *_: killed())
    with pytest.raises(SystemExit):
        bench.apply()
    monkeypatch.undo()
    from tests.support.play_terraform import stage

    stage(monkeypatch).during_apply = lambda: None
    status = surveying.status(bench.session, "dev")
    assert (status.status, status.recorded, status.exit_code) == (Status.INTERRUPTED, False, 2)
    assert status.next == "mendixctl recover dev"
    prepared = recovering.prepare(bench.session, "dev")
    assert (prepared.plan, prepared.asks) == (None, False)
    result = recovering.execute(bench.session, prepared)
    assert (result.head, result.status, result.apply) == (1, Status.INTERRUPTED, None)
    after = surveying.status(bench.session, "dev")
    assert (after.recorded, after.next) == (True, "mendixctl plan dev")
    assert bench.apply().number == 2
    assert surveying.status(bench.session, "dev").exit_code == 0


def test_what_a_cut_off_creation_still_lacks_needs_no_acceptance(monkeypatch: pytest.MonkeyPatch) -> None:
    plan: Any = object()
    monkeypatch.setattr(recovering, "acceptable", lambda _: frozenset({ROLE, TOPIC, SECRET}))
    made = [
        orphans.Adoption(ROLE, "aws_iam_role", "r", 3, Certainty.CREATED),
        orphans.Adoption(POLICY, "aws_iam_role_policy", "r:p", 3, Certainty.IN_FLIGHT),
        orphans.Adoption(TOPIC, "aws_sns_topic", "t", 3, Certainty.POSSIBLE),
    ]
    prepared = recovering.PreparedRecovery(SimpleNamespace(), None, 4, plan=plan, adoptions=tuple(made))  # type: ignore[arg-type]
    assert recovering._begun_and_confirmed(prepared) == (ROLE,)
    assert recovering._begun_and_confirmed(replace(prepared, plan=None)) == ()


def test_a_release_that_was_made_meanwhile_is_not_followed_but_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look at the ledger and the number, somebody else takes it: the plan was not made after his."""
    from mendixctl.engine import applying, carrying_out, planning
    from mendixctl.engine.ledgers import local_ledger

    bench.apply()
    bench.edit("hello", "good day")
    planning.plan(bench.session, "dev")
    prepared = applying.prepare(bench.session, "dev")
    workplace = workplace_of(bench)
    store = local_ledger(workplace)

    def slowly(*_: object) -> None:
        first = store.read(1)
        data = store.raw(1)
        other = replace(first.release, number=2, predecessor=first.digest)
        store.allot(other, data.archive)

    monkeypatch.setattr(carrying_out, "copy_before", slowly)
    with pytest.raises(Refused) as refused:
        applying.execute(bench.session, prepared)
    assert refused.value.diagnostics[0].code == "MXL109"
    assert store.numbers() == [1, 2]
