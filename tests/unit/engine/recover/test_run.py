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

from mendixctl.engine import status as surveying
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.journal import journal as journals
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.recover import adoption, half_replaced, identification
from mendixctl.engine.recover import run as recover_run
from mendixctl.engine.recover.adoption import Unadopted
from mendixctl.engine.recover.orphan_import import adopt
from mendixctl.engine.recover.tag_search import Search, can_search, search
from mendixctl.engine.state.locks import StateLock
from mendixctl.engine.unfinished.orphan_candidates import Certainty, Doubt
from mendixctl.ledger.release import Status
from mendixctl.terraform.events import ChangeEvent, DiagnosticEvent, SummaryEvent
from mendixctl.terraform.outcome import PlanOutcome
from mendixctl.terraform.plan import Action, AttributeChange, PlanDocument, ResourceChange
from mendixctl.terraform.state import parse
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
        self.before: dict[str, Any] = {}
        self.deposed: tuple[str, ...] = ()
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
            raw = {"change": {"after": self.after.get(address, {}), "before": self.before.get(address)}}
            forced = (AttributeChange("name", "a", "b", forces_replacement=True),) if action is Action.REPLACE else ()
            made.append(ResourceChange(address, "a", address.split(".")[2], action, forced, raw=raw))
        self.changes = (
            *made,
            *(ResourceChange(a, "a", "x", b) for a, b in self.others.items()),
            *(ResourceChange(a, "a", "x", Action.DELETE, raw={"deposed": "a1"}) for a in self.deposed),
        )
        return PlanOutcome(True, out, SummaryEvent("change_summary"))

    def show_plan(self, out: Path) -> PlanDocument:
        return PlanDocument("1.11.4", self.changes)


def orphans_file() -> str:
    from mendixctl.engine.journal.import_ids import TRANSIENT

    return TRANSIENT


def _values(text: str, name: str) -> list[str]:
    found = [line.partition(" = ")[2] for line in text.splitlines() if line.startswith(f"  {name} =")]
    return [json.loads(one) if one.startswith('"') else one for one in found]


def doubt(address: str, certainty: Certainty = Certainty.IN_FLIGHT, **values: str) -> Doubt:
    return Doubt(address, address.split(".")[2], 3, certainty, values)


def adopted(
    tmp_path: Path,
    world: World,
    *doubts: Doubt,
    state: bytes = b"",
    accepted: tuple[str, ...] = (),
    clients: Any = None,
    target: str = "emulator",
) -> adoption.Adopted:
    (tmp_path / "root").mkdir(exist_ok=True)
    header = SimpleNamespace(account="123456789012", region="eu-central-1")
    session = SimpleNamespace(clock=lambda: datetime.now(UTC), reporter=SimpleNamespace(event=lambda _: None))
    workplace: Any = SimpleNamespace(
        specification=SimpleNamespace(header=header),
        root=tmp_path / "root",
        workspace=tmp_path,
        session=session,
        environment="dev",
        scope=SimpleNamespace(target=target),
        is_global=lambda address: False,
    )
    tools: Any = SimpleNamespace(terraform=lambda *_: world, version="1.11.4", clients=clients)
    result = adopt(workplace, tools, doubts, parse(state), tmp_path / "plans" / "new.plan", accepted)
    assert list((tmp_path / "root").iterdir()) == []
    return result


def test_what_aws_has_is_adopted_and_the_rest_was_never_made(tmp_path: Path) -> None:
    world = World({ROLE: "r"})
    found = adopted(tmp_path, world, doubt(ROLE, name="r"), doubt(TOPIC, name="t"))
    assert [(one.address, one.id) for one in found.adoptions] == [(ROLE, "r")]
    assert [(one.doubt.address, one.why) for one in found.settled] == [(TOPIC, adoption.ABSENT)]
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
    assert {one.doubt.address for one in found.settled} == {ROLE, POLICY}
    assert found.document is None


def test_what_would_be_replaced_is_if_nothing_is_lost_by_it(tmp_path: Path) -> None:
    """An import does not read everything of every type: of a rule of ICMP the provider never reads type and code."""
    rule = "module.a.aws_network_acl_rule.r"
    world = World({rule: "acl-1:190:icmp:false"})
    world.actions[rule] = Action.REPLACE
    known = {"network_acl_id": "acl-1", "rule_number": "190", "protocol": "icmp", "egress": "false"}
    found = adopted(tmp_path, world, doubt(rule, **known))
    assert [one.address for one in found.adoptions] == [rule]
    assert found.document is not None
    assert [one.action for one in found.document.changes] == [Action.REPLACE]


def test_what_would_lose_something_by_it_is_left_until_it_is_accepted(tmp_path: Path) -> None:
    world = World({ROLE: "r", SECRET: "s"})
    world.actions[SECRET] = Action.REPLACE
    doubts = doubt(ROLE, name="r"), doubt(SECRET, id="s", name="dev/s")
    found = adopted(tmp_path, world, *doubts)
    assert [one.address for one in found.adoptions] == [ROLE]
    (left,) = found.unadopted
    assert (left.doubt.address, left.accepting) == (SECRET, adoption.REPLACED)
    assert "would be replaced (name)" in left.why
    accepted = adopted(tmp_path, world, *doubts, accepted=(SECRET,))
    assert {one.address for one in accepted.adoptions} == {ROLE, SECRET}
    assert accepted.unadopted == ()


RULE = "module.a.aws_network_acl_rule.r"
RULE_ID = {"network_acl_id": "acl-1", "rule_number": "190", "protocol": "6", "egress": "false"}
ACL_STATE = b'{"lineage": "l", "serial": 1, "resources": [{"mode": "managed", "type": "aws_network_acl", "name": "n", '
ACL_STATE += b'"module": "module.a", "instances": [{"attributes": {"id": "acl-1"}}]}]}'


@pytest.mark.parametrize(
    ("before", "certainty", "accepted", "expected"),
    [
        ({"tags_all": {"environment": "dev"}}, Certainty.TAKEN, (), "adopted"),
        ({"tags_all": {"environment": "prod"}}, Certainty.TAKEN, (), "settled"),
        ({"tags_all": {"environment": "prod"}}, Certainty.IN_FLIGHT, (ROLE,), "settled"),
        ({"tags_all": {}}, Certainty.TAKEN, (), "left"),
        ({"tags_all": None}, Certainty.TAKEN, (ROLE,), "adopted"),
        ({"tags_all": {}}, Certainty.IN_FLIGHT, (), "adopted"),
        ({"arn": "a"}, Certainty.TAKEN, (), "left"),
        ({"arn": "a"}, Certainty.TAKEN, (ROLE,), "adopted"),
    ],
)
def test_what_is_another_s_is_never_adopted(
    tmp_path: Path, before: dict[str, Any], certainty: Certainty, accepted: tuple[str, ...], expected: str
) -> None:
    world = World({ROLE: "r"})
    world.before[ROLE] = before
    found = adopted(tmp_path, world, doubt(ROLE, certainty, name="r"), accepted=accepted)
    assert {"adopted": found.adoptions, "settled": found.settled, "left": found.unadopted}[expected]
    assert len(found.adoptions) + len(found.settled) + len(found.unadopted) == 1


def test_a_part_of_what_is_ours_is_ours(tmp_path: Path) -> None:
    world = World({RULE: "acl-1:190:6:false"})
    world.before[RULE] = {"id": "nacl-1"}
    taken = doubt(RULE, Certainty.TAKEN, **RULE_ID)
    assert adopted(tmp_path, world, taken).adoptions == ()
    assert [one.address for one in adopted(tmp_path, world, taken, state=ACL_STATE).adoptions] == [RULE]


def test_what_cannot_be_found_is_given_up_when_it_is_accepted(tmp_path: Path) -> None:
    listener = "module.a.aws_lb_listener.l"
    found = adopted(tmp_path, World({}), doubt(listener, port="443"))
    assert [(one.doubt.address, one.accepting) for one in found.unadopted] == [(listener, adoption.GIVEN_UP)]
    found = adopted(tmp_path, World({}), doubt(listener, port="443"), accepted=(listener,))
    assert [(one.doubt.address, one.why) for one in found.settled] == [(listener, adoption.GIVEN_UP)]
    assert found.unadopted == ()


def test_what_a_search_does_not_find_was_never_made_once_aws_cannot_be_late(tmp_path: Path) -> None:
    vpc = replace(doubt("module.a.aws_vpc.v", **{"tags_all.environment": "dev"}), since=datetime.now(UTC))
    clients = Tagged()
    assert adopted(tmp_path, World({}), vpc, clients=clients).settled
    young = adopted(tmp_path, World({}), vpc, clients=clients, target="aws")
    assert "AWS may list it late" in young.unadopted[0].why
    old = replace(vpc, since=datetime.now(UTC) - identification.LATE)
    assert adopted(tmp_path, World({}), old, clients=clients, target="aws").settled
    two = Tagged((ARN, {**TAGS}), (ARN.replace("vpc-1", "vpc-2"), {**TAGS}))
    assert "vpc-1, vpc-2" in adopted(tmp_path, World({}), vpc, clients=two).unadopted[0].why


@pytest.mark.parametrize("action", [Action.CREATE, Action.DELETE, Action.REPLACE, Action.FORGET])
def test_a_recovery_that_would_do_more_is_refused(tmp_path: Path, action: Action) -> None:
    world = World({ROLE: "r"})
    world.others["module.a.aws_vpc.other"] = action
    with pytest.raises(Refused) as refused:
        adopted(tmp_path, world, doubt(ROLE, name="r"))
    assert refused.value.diagnostics[0].code == "MXP214"
    assert "module.a.aws_vpc.other" in refused.value.diagnostics[0].summary


def test_what_stands_beside_another_object_is_left_until_it_is_accepted(tmp_path: Path) -> None:
    one = replace(doubt(TOPIC, Certainty.CREATED, id="new"), other="old")
    (left,) = adopted(tmp_path, World({}), one).unadopted
    assert left.why == "the state has another object at its address, old: a replacement was cut in half"
    assert left.accepting == "the replacement is finished: old is destroyed"
    assert left.look_for == "aws_sns_topic with id new"
    group = replace(doubt("module.a.aws_security_group.g", **{"tags_all.environment": "dev"}), other="sg-old")
    assert adopted(tmp_path, World({}), group, clients=Tagged()).settled
    new = Tagged(("arn:aws:ec2:eu-central-1:1:security-group/sg-new", {"environment": "dev"}))
    assert adopted(tmp_path, World({}), group, clients=new).unadopted
    assert "destroyed already" in adopted(tmp_path, World({}), replace(one, gone=True)).unadopted[0].accepting


def test_what_was_made_again_under_its_own_id_is_in_the_state_already(tmp_path: Path) -> None:
    """A tainted topic is replaced by one of its name, and so of its ARN: nothing is left to a person."""
    arn = "arn:aws:sns:eu-central-1:123456789012:t"
    for gone in (False, True):
        found = adopted(tmp_path, World({}), replace(doubt(TOPIC, name="t"), other=arn, gone=gone))
        assert [(one.doubt.address, one.why) for one in found.settled] == [(TOPIC, adoption.SAME)]
        assert found.unadopted == ()


HALVES = {
    "lineage": "l",
    "serial": 7,
    "resources": [
        {
            "mode": "managed",
            "module": "module.a",
            "type": "aws_sns_topic",
            "name": "t",
            "instances": [{"attributes": {"id": "old"}}],
        },
        {"mode": "managed", "type": "aws_vpc", "name": "v", "instances": [{"attributes": {"id": "vpc-1"}}]},
    ],
}


def test_the_old_half_is_deposed_or_dropped_and_nothing_else_is_touched() -> None:
    raw = json.dumps(HALVES).encode()
    apart = half_replaced.parted(raw, {TOPIC}, set())
    assert half_replaced.deposed(apart) == {TOPIC: {"old"}}
    assert set(parse(apart).instances) == {"aws_vpc.v"}
    gone = half_replaced.parted(raw, set(), {TOPIC})
    assert half_replaced.deposed(gone) == {}
    assert [one["type"] for one in json.loads(gone)["resources"]] == ["aws_vpc"]
    assert json.loads(gone)["serial"] == json.loads(apart)["serial"] == 8
    again = json.loads(half_replaced.parted(apart, {TOPIC}, {TOPIC}))
    assert again["resources"] == json.loads(apart)["resources"]


def test_a_deposed_object_of_an_adopted_one_may_go_and_no_other(tmp_path: Path) -> None:
    world = World({TOPIC: "arn:aws:sns:eu-central-1:123456789012:t"})
    state = half_replaced.parted(json.dumps(HALVES).encode(), {TOPIC}, set())
    world.before[TOPIC] = {"id": "new"}
    made = doubt(TOPIC, Certainty.CREATED, name="t")
    world.deposed = (TOPIC,)
    assert [one.address for one in adopted(tmp_path, world, made, state=state).adoptions] == [TOPIC]
    # the same name: what AWS has is the old one, and to destroy that would leave nothing
    world.before[TOPIC] = {"id": "old"}
    assert "was to be replaced" in adopted(tmp_path, world, made, state=state).unadopted[0].why
    world.before[TOPIC] = {"id": "new"}
    world.deposed = ("module.a.aws_vpc.other",)
    with pytest.raises(Refused):
        adopted(tmp_path, world, made, state=state)


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
        self.secret: dict[str, Any] = {}
        self.states: dict[str, str] = {}
        self.regions: list[str] = []

    def describe_key(self, KeyId: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        return {"KeyMetadata": {"KeyId": KeyId, "KeyState": self.states[KeyId]}}

    def describe_secret(self, **_: str) -> dict[str, Any]:
        return self.secret

    def client(self, service: str, region: str = "") -> Tagged:
        self.regions.append(region)
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
    assert search(clients, "aws_vpc", values, known).id == expected
    others = search(clients, "aws_vpc", values, known).others
    more = [arn.partition("/")[2] for arn, tags in found if ":vpc/" in arn and tags.items() >= TAGS.items()]
    assert set(others) == (set() if expected else {*more} - {*known})
    assert not can_search("aws_vpc", {"cidr_block": "10.0.0.0/16"})
    search(clients, "aws_vpc", values, known, "us-east-1")
    assert clients.regions == ["", "", "us-east-1"]


def test_a_secret_is_asked_for_by_its_name_and_a_deleted_one_is_none() -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:1:secret:dev/line1-Ab12Cd"
    values = {"name": "dev/line1", **{f"tags_all.{key}": value for key, value in TAGS.items()}}
    ours = [{"Key": "environment", "Value": "dev"}]
    clients: Any = Tagged()
    clients.secret = {"ARN": arn, "Tags": ours}
    assert search(clients, "aws_secretsmanager_secret", values, ()).id == arn
    assert search(clients, "aws_secretsmanager_secret", values, (arn,)) == Search()
    for other in ({"DeletedDate": datetime.now(UTC)}, {"Tags": [{"Key": "environment", "Value": "prod"}]}):
        clients.secret = {"ARN": arn, "Tags": ours, **other}
        assert search(clients, "aws_secretsmanager_secret", values, ()) == Search()
    # by tags, a name is a whole part of the ARN
    clients = Tagged((arn, TAGS), (arn.replace("line1", "line10"), TAGS))
    assert search(clients, "aws_secretsmanager_secret", {**values, "name": ""}, ()).others
    clients.secret = {"ARN": arn, "DeletedDate": datetime.now(UTC)}
    assert search(clients, "aws_secretsmanager_secret", values, ()).id == arn


def test_a_key_that_is_about_to_be_deleted_is_not_the_one_that_was_made() -> None:
    """A key that is replaced leaves one with the same tags behind, for as long as its window is open."""
    arn = "arn:aws:kms:eu-central-1:1:key/"
    clients: Any = Tagged((f"{arn}old", TAGS), (f"{arn}new", TAGS))
    clients.states = {"old": "PendingDeletion", "new": "Enabled"}
    values = {f"tags_all.{key}": value for key, value in TAGS.items()}
    assert search(clients, "aws_kms_key", values, ()).id == "new"
    clients.states["new"] = "PendingDeletion"
    assert search(clients, "aws_kms_key", values, ()) == Search()


def workplace_of(bench: Bench) -> Workplace:
    return open_workplace(bench.session, "dev", refresh=False)


def lock(bench: Bench, age: timedelta, *, here: bool = False) -> StateLock:
    return StateLock("4f24", "li@there", "apply", bench.clock.moment - age, "s3://b/k.tflock", here=here)


def test_a_lock_from_elsewhere_is_held_until_it_is_old(bench: Bench) -> None:
    with pytest.raises(Refused) as refused:
        recover_run._check_dead(workplace_of(bench), lock(bench, timedelta(minutes=3)))
    assert refused.value.diagnostics[0].code == "MXP213"
    assert "li@there since 2026-11-23" in refused.value.diagnostics[0].summary
    recover_run._check_dead(workplace_of(bench), lock(bench, timedelta(minutes=16)))


def test_a_lock_of_this_checkouts_dead_run_may_go_at_once_and_of_a_living_one_never(bench: Bench) -> None:
    import fcntl

    young = lock(bench, timedelta(seconds=30), here=True)
    folder = bench.repository.workspace("dev") / "runs" / "20261123T115900.000000-apply-plan"
    folder.mkdir(parents=True)
    stream = folder / "plan.ndjson"
    stream.write_text("{}\n")
    os.utime(stream, (young.since.timestamp() + 5,) * 2 if young.since else None)
    recover_run._check_dead(workplace_of(bench), young)
    with stream.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Refused) as refused:
            recover_run._check_dead(workplace_of(bench), young)
    assert refused.value.diagnostics[0].code == "MXP143"


def test_a_half_written_state_gives_way_to_the_whole_one_before_it(bench: Bench) -> None:
    bench.apply()
    path = bench.repository.workspace("dev") / "state" / "terraform.tfstate"
    whole = path.read_bytes()
    path.with_name("terraform.tfstate.backup").write_bytes(whole)
    for damage in (b"", whole[: len(whole) // 2]):
        path.write_bytes(damage)
        status = surveying.status(bench.session, "dev")
        assert (status.exit_code, [one.code for one in status.warnings]) == (2, ["MXP113"])
        assert status.next.startswith("mendixctl recover")
        assert recover_run._mend_state(workplace_of(bench)) == "terraform.tfstate.backup"
        assert path.read_bytes() == whole
        assert path.with_name("terraform.tfstate.damaged").read_bytes() == damage
    assert recover_run._mend_state(workplace_of(bench)) == ""
    path.with_name("terraform.tfstate.backup").write_text("{")
    path.write_text("{")
    with pytest.raises(MendixError) as error:
        recover_run._mend_state(workplace_of(bench))
    assert error.value.diagnostics[0].code == "MXP113"


def cut_off(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An apply whose process is killed before anything was begun, so that nobody records how it ended."""

    def killed() -> None:
        raise SystemExit

    from mendixctl.engine.apply import release

    bench.play.during_apply = killed
    monkeypatch.setattr(release, "_close", lambda *_: killed())
    with pytest.raises(SystemExit):
        bench.apply()


def test_a_recovery_with_nothing_to_adopt_records_what_was_cut_off(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(bench, monkeypatch)
    monkeypatch.undo()
    from tests.support.play_terraform import stage

    stage(monkeypatch).during_apply = lambda: None
    status = surveying.status(bench.session, "dev")
    assert (status.status, status.recorded, status.exit_code) == (Status.INTERRUPTED, False, 2)
    assert status.next == "mendixctl recover dev"
    prepared = recover_run.prepare(bench.session, "dev")
    assert (prepared.plan, prepared.asks) == (None, False)
    result = recover_run.execute(bench.session, prepared)
    assert (result.head, result.status, result.apply) == (1, Status.INTERRUPTED, None)
    after = surveying.status(bench.session, "dev")
    assert (after.recorded, after.next) == (True, "mendixctl plan dev")
    assert bench.apply().number == 2
    assert surveying.status(bench.session, "dev").exit_code == 0


def test_what_a_cut_off_creation_still_lacks_needs_no_acceptance(monkeypatch: pytest.MonkeyPatch) -> None:
    plan: Any = object()
    monkeypatch.setattr(recover_run, "acceptable", lambda _: frozenset({ROLE, TOPIC, SECRET}))
    made = [
        adoption.Adoption(ROLE, "aws_iam_role", "r", 3, Certainty.CREATED),
        adoption.Adoption(POLICY, "aws_iam_role_policy", "r:p", 3, Certainty.IN_FLIGHT),
        adoption.Adoption(TOPIC, "aws_sns_topic", "t", 3, Certainty.POSSIBLE),
    ]
    prepared = recover_run.PreparedRecovery(SimpleNamespace(), None, 4, plan=plan, adoptions=tuple(made))  # type: ignore[arg-type]
    assert recover_run._begun_and_confirmed(prepared) == (ROLE,)
    assert recover_run._begun_and_confirmed(replace(prepared, plan=None)) == ()


def test_a_release_that_was_made_meanwhile_is_not_followed_but_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look at the ledger and the number, somebody else takes it: the plan was not made after his."""
    from mendixctl.engine.apply import release
    from mendixctl.engine.apply import run as apply_run
    from mendixctl.engine.environment.ledger import local_ledger
    from mendixctl.engine.plan import run as plan_run

    bench.apply()
    bench.edit("hello", "good day")
    plan_run.plan(bench.session, "dev")
    prepared = apply_run.prepare(bench.session, "dev")
    workplace = workplace_of(bench)
    store = local_ledger(workplace)

    def slowly(*_: object) -> None:
        first = store.read(1)
        data = store.raw(1)
        other = replace(first.release, number=2, predecessor=first.digest)
        store.allot(other, data.archive)

    monkeypatch.setattr(release, "copy_before", slowly)
    with pytest.raises(Refused) as refused:
        apply_run.execute(bench.session, prepared)
    assert refused.value.diagnostics[0].code == "MXL109"
    assert store.numbers() == [1, 2]


def test_a_doubt_lives_until_it_is_settled(bench: Bench) -> None:
    """Of a run with two, one that is settled is no more asked for, and the run is not done with."""
    release = bench.apply().record.release
    folder = bench.repository.workspace("dev") / "runs" / "20261123T115900.000000-v0001-elsewhere"
    folder.mkdir(parents=True)
    planned = [journals.Planned(one, one.split(".")[2], "create") for one in (ROLE, TOPIC)]
    journals.keep_doubts(folder, release, planned)
    (journal,) = journals.unsettled(bench.repository.workspace("dev"))
    left = adoption.Unadopted(replace(doubt(TOPIC), release=1), "why", "look")
    done = adoption.Settled(replace(doubt(ROLE), release=1), "so")
    prepared: Any = SimpleNamespace(unadopted=(left,), settled=(done,), head=None)
    recover_run._be_done(workplace_of(bench), prepared, [journal])
    assert [one.address for one in surveying.status(bench.session, "dev").doubts] == [TOPIC]
    with pytest.raises(Refused) as refused:
        plan_run.plan(bench.session, "dev")
    assert refused.value.diagnostics[0].code == "MXP211"
    (journal,) = journals.unsettled(bench.repository.workspace("dev"))
    recover_run._be_done(workplace_of(bench), SimpleNamespace(unadopted=(), settled=(), head=None), [journal])  # type: ignore[arg-type]
    assert surveying.status(bench.session, "dev").doubts == ()


def test_only_what_is_in_doubt_can_be_accepted() -> None:
    recover_run._check_accepted([TOPIC], [TOPIC])
    with pytest.raises(MendixError) as error:
        recover_run._check_accepted([TOPIC.replace(".t", ".u")], [TOPIC])
    assert error.value.diagnostics[0].code == "MXG104"
    assert TOPIC in error.value.diagnostics[0].hint


def test_a_name_that_is_taken_is_in_doubt_and_in_no_plans_way(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS refuses a second of that name, and the YAML may have another by now."""
    bench.apply()
    doubted = [doubt(ROLE, Certainty.TAKEN)]
    monkeypatch.setattr("mendixctl.engine.unfinished.open_release.doubts", lambda *_: tuple(doubted))
    bench.edit("hello", "good day")
    assert plan_run.plan(bench.session, "dev").has_changes
    doubted.append(doubt(TOPIC))
    with pytest.raises(Refused) as refused:
        plan_run.plan(bench.session, "dev")
    assert (refused.value.diagnostics[0].code, ROLE in refused.value.diagnostics[0].detail) == ("MXP211", False)


def test_after_a_recovery_the_next_one_accepts_what_only_accepting_settles(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(bench, monkeypatch)
    prepared = recover_run.prepare(bench.session, "dev")
    doubt = Doubt('module.registry.aws_ecr_repository.this["tools"]', "aws_ecr_repository", 1, Certainty.TAKEN)
    left = Unadopted(
        doubt, "its tags do not say whose it is", "aws_ecr_repository with name dev/tools", "it is adopted"
    )
    result = recover_run.execute(bench.session, replace(prepared, unadopted=(left,)))
    assert result.next == f"mendixctl recover dev --accept-loss '{doubt.address}'"
