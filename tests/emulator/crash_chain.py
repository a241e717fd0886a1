"""One environment, what is done to it, and what has to hold after each time that something of it was struck.

A chain goes on while everything that works on it is killed in turn, or is asked to stop: see `test_crashes`.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendixctl.emulator import control
from mendixctl.emulator.environment import environment
from mendixctl.engine import status as surveying
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.journal import import_ids, journal
from mendixctl.engine.plan import gate
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.recover import run as recover_run
from mendixctl.engine.session import Session
from mendixctl.engine.state.stored import state_of
from mendixctl.engine.unfinished.orphan_candidates import Certainty
from mendixctl.ledger.release import Status
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.repository import Repository
from tests.support.crash_repository import write_spec

ACCOUNT, REGION = "123456789012", "eu-central-1"
SECONDS = 240
DELAY = "80"
"""Milliseconds that each request takes longer while something is struck; in between there is no need to wait."""

LINES = 2
"""Lines that an environment has at most: another one then takes the place of the oldest."""

APPLIES = "v*-apply"
EVENT = b'"type":"apply_'
"""How Terraform's stream says that a resource was begun or is done."""


@dataclass
class Chain:
    """One environment, what is done to it, and how many processes were killed while Terraform ran."""

    repository: Repository
    backend: str
    dice: random.Random
    slowness: Path
    lines: int = 0
    landed: int = 0
    interrupted: int = 0
    made: int = 0
    refused: bool = False
    accepted: tuple[str, ...] = ()
    told: list[str] = field(default_factory=list)
    session: Session = field(init=False)
    clients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = Session(self.repository)

    # -- what is there ----------------------------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        endpoint = control.start(self.repository, ACCOUNT, REGION)
        given = environment(endpoint)
        if service not in self.clients or self.clients[service].meta.endpoint_url != endpoint.url:
            self.clients[service] = boto3.client(
                service,
                endpoint_url=endpoint.url,
                region_name=REGION,
                aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            )
        return self.clients[service]

    def inventory(self) -> list[tuple[str, str]]:
        """What AWS has: (resource, line). A topic's policy is there with the topic, so it says nothing."""
        found: list[tuple[str, str]] = []
        parameters = self.client("ssm").get_parameters_by_path(Path="/dev", Recursive=True)["Parameters"]
        found += [("aws_ssm_parameter.setting", one["Name"].rpartition("/")[2]) for one in parameters]
        groups = self.client("logs").describe_log_groups(logGroupNamePrefix="/dev/")["logGroups"]
        found += [("aws_cloudwatch_log_group.this", one["logGroupName"].rpartition("/")[2]) for one in groups]
        topics = self.client("sns").list_topics()["Topics"]
        found += [("aws_sns_topic.this", one["TopicArn"].rpartition("-")[2]) for one in topics]
        for role in self.client("iam").list_roles()["Roles"]:
            if role["RoleName"].startswith("dev-line"):
                line = role["RoleName"].rpartition("-")[2]
                found.append(("aws_iam_role.this", line))
                policies = self.client("iam").list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
                found += [("aws_iam_role_policy.this", line) for _ in policies]
        for rule in self.client("events").list_rules()["Rules"]:
            line = rule["Name"].rpartition("-")[2]
            found.append(("aws_cloudwatch_event_rule.this", line))
            targets = self.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
            found += [("aws_cloudwatch_event_target.this", line) for _ in targets]
        secrets = self.client("secretsmanager").list_secrets()["SecretList"]
        found += [("aws_secretsmanager_secret.this", one["Name"].rpartition("/")[2]) for one in secrets]
        return sorted(found)

    def in_state(self) -> list[tuple[str, str]]:
        workplace = open_workplace(self.session, "dev", refresh=False)
        found = state_of(workplace, Tools.start(workplace).clients).instances
        return sorted(key for address in found if (key := short(address)))

    # -- what is done ------------------------------------------------------------------------------------------------

    def grow(self) -> None:
        """Another line of nine resources in the place of the oldest, and new values in those that stay."""
        self.lines += 1
        numbers = range(max(0, self.lines - LINES), self.lines)
        write_spec(self.repository.root, "dev", backend=self.backend, lines=numbers, value=f"v{self.dice.random():.6f}")

    def plan(self) -> bool:
        """Plan, and accept what the plan gives up; whether there is anything to do."""
        found = plan_run.plan(self.session, "dev")
        self.accepted = tuple(sorted(gate.acceptable(found)))
        return found.has_changes

    def apply(self) -> subprocess.Popen[bytes]:
        accepted = [word for address in self.accepted for word in ("--accept-loss", address)]
        return self.start("apply", "--yes", "--env", "dev", *accepted)

    @contextlib.contextmanager
    def slowly(self, victim: str = "") -> Iterator[None]:
        """Have requests take long enough to be struck in their midst; a request to stop takes a while to be heard."""
        self.slowness.write_text("400" if victim == "interrupt" else DELAY)
        try:
            yield
        finally:
            self.slowness.unlink()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "mendixctl.app", *arguments],
            cwd=self.repository.root,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def strike(self, process: subprocess.Popen[bytes], runs: str, victim: str, after: int) -> bool:
        """Kill ``victim`` once Terraform's newest stream of ``runs`` has that many events; whether it still ran then.

        What is left over is waited for, so that the next look at AWS sees what came of everything.
        """
        known = {path.parent for path in self.runs().glob(f"*-{runs}/*.ndjson")}
        stream = self._stream(process, runs, known, after)
        if stream is None:
            process.communicate(timeout=SECONDS)
            return False
        terraform = int(stream.with_suffix(".pid").read_text())
        providers = [pid for pid in session_of(terraform) if pid != terraform]
        time.sleep(self.dice.random() * 0.15)
        alive = is_alive(terraform) and journal.is_locked(stream)
        targets = {
            "interrupt": [process.pid],
            "mendixctl": [process.pid],
            "terraform": [terraform],
            "provider": providers,
            "both": [process.pid, terraform, *providers],
            "everything": [process.pid, terraform, *providers, *emulators(self.repository)],
        }[victim]
        alive = alive and bool(targets)
        for pid in targets:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if victim == "interrupt" else signal.SIGKILL)
        if victim == "mendixctl" and alive:
            process.wait(SECONDS)
            self._check_turned_away(terraform)
        said = process.communicate(timeout=SECONDS)[0].decode("utf-8", "replace")
        wait_until(lambda: not journal.is_locked(stream) and not any(map(is_alive, session_of(terraform))))
        if victim == "interrupt":
            alive = process.returncode == 130
            assert "Traceback" not in said, said
            # one line for each resource that was in flight, and none with a place in the HCL
            assert said.count("was in flight") == 0 or "main.tf:" not in said, said
        return alive

    def struck(self, victim: str, hit: bool) -> None:
        """Count a strike."""
        if victim == "interrupt":
            self.interrupted += hit
        else:
            self.landed += hit

    def _stream(self, process: subprocess.Popen[bytes], runs: str, known: set[Path], after: int) -> Path | None:
        found: list[Path] = []

        def ready() -> bool:
            found[:] = [
                path
                for path in self.runs().glob(f"*-{runs}/*.ndjson")
                if path.parent not in known
                and path.with_suffix(".pid").exists()
                and path.read_bytes().count(EVENT if runs == APPLIES else b"\n") > after
            ]
            return bool(found) or process.poll() is not None

        wait_until(ready)
        return found[0] if found else None

    def runs(self) -> Path:
        return self.repository.workspace("dev") / "runs"

    def _check_turned_away(self, terraform: int) -> None:
        """While Terraform goes on alone, a status names it and whoever plans is told who it is and since when."""
        status = surveying.status(self.session, "dev")
        if not is_alive(terraform):
            return
        assert status.running is not None, self.told
        assert (status.running.pid, status.running.terraform, status.exit_code) == (0, terraform, 2)
        refusal: MendixError | None = None
        try:
            plan_run.plan(self.session, "dev")
        except MendixError as error:
            refusal = error
        code = refusal.diagnostics[0].code if refusal else ""
        if code != "MXP143":
            assert not is_alive(terraform), (code, self.told)
            return  # it ended since the status, so that a plan was free to begin
        assert isinstance(refusal, Refused)
        assert f"process {terraform}" in refusal.diagnostics[0].summary
        assert "since 20" in refusal.diagnostics[0].summary

    # -- what has to hold --------------------------------------------------------------------------------------------

    def check_status(self) -> surveying.StatusResult:
        """The status says of everything at AWS where it is, and claims nothing that is not there."""
        status = surveying.status(self.session, "dev")
        there, state = set(self.inventory()), set(self.in_state())
        doubted = {short(one.address) for one in status.doubts}
        if any(one.code == "MXP113" for one in status.warnings):
            # killed while it wrote the local state: what that would say is in the one before it
            assert status.next.startswith("mendixctl recover"), status
            return status
        assert there <= state | doubted, (there - state - doubted, self.told)
        assert status.running is None
        if status.head is not None and not status.recorded:
            deleted = {one.address for one in status.head.release.changes if one.action == "delete"}
            done = {*status.done} - deleted
            assert {key for address in done if (key := short(address))} <= there, self.told
            begun = {key for address in status.not_started if (key := short(address))} & there - state
            assert not begun, (begun, self.told)
        if doubted:
            assert status.next.startswith("mendixctl recover"), status
            assert status.exit_code == 2
        return status

    def unlock(self) -> None:
        """Remove a lock as a person would: by its ID, after it was shown; nothing else removes it."""
        lock = recover_run.look_at_lock(self.session, "dev")
        if lock is None:
            return
        assert self.backend == "s3"
        assert lock.who
        assert lock.since is not None
        assert abs((datetime.now(UTC) - lock.since).total_seconds()) < SECONDS
        with pytest.raises(Refused) as refused:
            recover_run.prepare(self.session, "dev")
        assert refused.value.diagnostics[0].code == "MXP212"
        assert recover_run.unlock(self.session, "dev", lock.id) == lock

    def recover(self, status: surveying.StatusResult) -> None:
        self.unlock()
        in_the_way = [doubt for doubt in status.doubts if doubt.certainty is not Certainty.TAKEN]
        if in_the_way and not self.refused:
            self.refused = True
            damaged = any(one.code == "MXP113" for one in status.warnings)
            with pytest.raises(MendixError) as refused:
                plan_run.plan(self.session, "dev")
            # killed while it wrote the local state: that is what the plan says first
            assert refused.value.diagnostics[0].code == ("MXP113" if damaged else "MXP211")
            assert damaged or isinstance(refused.value, Refused)
        # a recovery that was killed can leave its import blocks, and the next one takes them away
        committed = {name: text for name, text in files(self.repository).items() if name != import_ids.TRANSIENT}
        prepared = recover_run.prepare(self.session, "dev")
        # nothing is left to a person
        assert not prepared.unadopted, (prepared.unadopted, self.told)
        result = recover_run.execute(self.session, prepared)
        assert files(self.repository) == committed
        settled = f"{len(result.settled)} never made"
        self.told.append(f"{len(status.doubts)} in doubt: {len(result.adoptions)} adopted, {settled}")
        self.check_whole()

    def reach(self) -> None:
        """An apply reaches the goal, and a second plan is empty."""
        if self.plan():
            apply_run.execute(self.session, apply_run.prepare(self.session, "dev", self.accepted))
        assert self.plan() is False
        self.check_whole()
        status = surveying.status(self.session, "dev")
        assert (status.exit_code, status.status) == (0, Status.SUCCEEDED)

    def check_whole(self) -> None:
        """Everything at AWS is in the state, and once."""
        there = self.inventory()
        self.made = max(self.made, len(there))
        assert len(there) == len(set(there))
        lost = set(there) - set(self.in_state())
        assert not lost, (lost, self.told)


@dataclass
class NetworkChain(Chain):
    """The areas network and encryption as they are: 107 resources, most of which only AWS can name."""

    def inventory(self) -> list[tuple[str, str]]:
        """What EC2 has of this environment: (kind, ID), and of what has none, where it stands."""
        ec2 = self.client("ec2")
        ours = [{"Name": "tag:environment", "Values": ["dev"]}]
        found: list[tuple[str, str]] = []
        for kind, call, key in TAGGED:
            found += [(kind, one[key]) for one in getattr(ec2, call)(Filters=ours)[ANSWERS[call]]]
        for acl in ec2.describe_network_acls(Filters=ours)["NetworkAcls"]:
            for entry in acl["Entries"]:
                if entry["RuleNumber"] < 32767 and not acl["IsDefault"]:
                    place = f"{acl['NetworkAclId']} {entry['RuleNumber']} {str(entry['Egress']).lower()}"
                    found.append(("aws_network_acl_rule", place))
        for table in ec2.describe_route_tables(Filters=ours)["RouteTables"]:
            for route in table["Routes"]:
                if route.get("GatewayId") != "local" and route.get("DestinationCidrBlock"):
                    found.append(("aws_route", f"{table['RouteTableId']} {route['DestinationCidrBlock']}"))
        return sorted(found)

    def in_state(self) -> list[tuple[str, str]]:
        workplace = open_workplace(self.session, "dev", refresh=False)
        found = []
        for one in state_of(workplace, Tools.start(workplace).clients).instances.values():
            said = one.attributes
            place = {
                "aws_network_acl_rule": f"{said.get('network_acl_id')} {said.get('rule_number')} "
                f"{str(said.get('egress')).lower()}",
                "aws_route": f"{said.get('route_table_id')} {said.get('destination_cidr_block')}",
            }.get(one.type, one.id)
            found.append((one.type.replace("aws_default_", "aws_"), place))
        return sorted(found)

    def recover(self, status: surveying.StatusResult) -> None:
        """Whatever is in doubt: the hint leads to a recovery, and that leaves nothing over."""
        self.unlock()
        assert not status.doubts or status.next.startswith("mendixctl recover"), status
        prepared = recover_run.prepare(self.session, "dev")
        recover_run.execute(self.session, prepared)
        if prepared.unadopted:
            named = [one.doubt.address for one in prepared.unadopted]
            assert {one.accepting.partition(":")[0] for one in prepared.unadopted} == {"the replacement is finished"}
            assert {one.address for one in surveying.status(self.session, "dev").doubts} == set(named), self.told
            prepared = recover_run.prepare(self.session, "dev", named)
            recover_run.execute(self.session, prepared)
            assert not prepared.unadopted, (prepared.unadopted, self.told)
        anew = (
            [one.change.address for one in prepared.plan.changes if one.change.action == "replace"]
            if prepared.plan
            else []
        )
        self.told.append(
            f"{len(status.doubts)} in doubt: {len(prepared.adoptions)} adopted, {len(anew)} of them made anew"
        )
        assert not surveying.status(self.session, "dev").doubts, self.told
        self.check_whole()


TAGGED = (
    ("aws_vpc", "describe_vpcs", "VpcId"),
    ("aws_subnet", "describe_subnets", "SubnetId"),
    ("aws_route_table", "describe_route_tables", "RouteTableId"),
    ("aws_network_acl", "describe_network_acls", "NetworkAclId"),
    ("aws_security_group", "describe_security_groups", "GroupId"),
    ("aws_internet_gateway", "describe_internet_gateways", "InternetGatewayId"),
    ("aws_flow_log", "describe_flow_logs", "FlowLogId"),
)
ANSWERS = {
    "describe_vpcs": "Vpcs",
    "describe_subnets": "Subnets",
    "describe_route_tables": "RouteTables",
    "describe_network_acls": "NetworkAcls",
    "describe_security_groups": "SecurityGroups",
    "describe_internet_gateways": "InternetGateways",
    "describe_flow_logs": "FlowLogs",
}


def short(address: str) -> tuple[str, str] | None:
    """An address as the inventory names it; None for what the inventory cannot see."""
    resource, _, line = address.removeprefix("module.relay.").partition("[")
    return None if resource == "aws_sns_topic_policy.this" else (resource, line.strip('"]'))


def files(repository: Repository) -> dict[str, bytes]:
    root = repository.terraform_root("dev")
    return {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()}


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def session_of(leader: int) -> list[int]:
    """The processes of a session; the provider stays in it when its Terraform is gone."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if path.read_text().rpartition(")")[2].split()[3] == str(leader):
                found.append(int(path.parent.name))
    return found


def emulators(repository: Repository) -> list[int]:
    return [status.pid for status in control.status(repository) if status.running]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def strike(chain: Chain, victim: str) -> None:
    """One strike, at a moment that the dice choose, and the recovery from it."""
    after = chain.dice.randrange(0, 14)
    if victim == "plan":
        plain = chain.dice.choice(["terraform", "both", "mendixctl"])
        hit = kill_plan(chain, plain)
        chain.told.append(f"plan of {plain} killed: {hit}")
    else:
        chain.grow()
        chain.plan()
        whom = "both" if victim == "recovery" else victim
        with chain.slowly(victim):
            hit = chain.strike(chain.apply(), APPLIES, whom, after)
        chain.told.append(f"{whom} struck after {after} events: {hit}")
    chain.struck(victim, hit)
    status = chain.check_status()
    if victim == "recovery":
        chain.unlock()
        with chain.slowly():
            hit = chain.strike(chain.start("recover", "dev", "--yes"), "*", "both", chain.dice.randrange(0, 4))
        chain.told.append(f"recovery killed: {hit}")
        chain.struck(victim, hit)
        status = chain.check_status()
    chain.recover(status)


def kill_plan(chain: Chain, whom: str) -> bool:
    process = chain.start("plan", "dev")
    known = {path.parent for path in chain.runs().glob("*-plan/*.ndjson")}
    found: list[Path] = []

    def begun() -> bool:
        found[:] = [
            path
            for path in chain.runs().glob("*-plan/*.ndjson")
            if path.parent not in known and path.with_suffix(".pid").exists() and path.stat().st_size
        ]
        return bool(found) or process.poll() is not None

    wait_until(begun)
    time.sleep(chain.dice.random())
    if not found:
        process.communicate(timeout=SECONDS)
        return False
    terraform = int(found[0].with_suffix(".pid").read_text())
    hit = is_alive(terraform)
    for pid in {"mendixctl": [process.pid], "terraform": [terraform], "both": [process.pid, terraform]}[whom]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=SECONDS)
    wait_until(lambda: not any(map(is_alive, session_of(terraform))))
    return hit


def finish(chain: Chain) -> None:
    """The goal is reached, and nothing is there twice."""
    chain.reach()
    assert len(chain.inventory()) == 8 * min(chain.lines, LINES)
