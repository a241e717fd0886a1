"""Processes that are really killed, at random moments, on local and S3 state: no resource is lost.

Each chain is one environment that goes on growing while everything that works on it is killed in turn: mendixctl,
Terraform, its provider, all of them, the emulator with them, a plan, and the recovery itself. After each kill the
status has to tell the truth, and a recovery has to leave nothing at AWS that is not in the state; in the end the
goal is reached, nothing is there twice, and a second plan is empty.

A failure prints its seed: ``MENDIXCTL_CRASH_SEED=<seed>`` takes the same decisions again.
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
from mendixctl.engine import applying, bootstrapping, imports, journals, planning, recovering, state_objects, surveying
from mendixctl.engine.session import Session
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import open_workplace
from mendixctl.ledger.release import Status
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.repository import Repository
from tests.support.crash_repository import crash_repository, write_spec

pytestmark = pytest.mark.emulator

ACCOUNT, REGION = "123456789012", "eu-central-1"
VICTIMS = ("mendixctl", "terraform", "provider", "both", "everything", "plan", "recovery")
CHAINS = [("local", 1), ("s3", 2), ("local", 3), ("s3", 4)]
KILLS = len(VICTIMS) + 1
"""A chain's kills: before the recovery is killed, there has to be something to recover from."""

SECONDS = 240
DELAY = "80"
APPLIES = "v*-apply"
EVENT = b'"type":"apply_'
"""How Terraform's stream says that a resource was begun or is done."""


def test_enough_is_killed() -> None:
    assert KILLS * len(CHAINS) >= 30


def seed_of(chain: int) -> int:
    given = os.environ.get("MENDIXCTL_CRASH_SEED")
    return int(given) if given else random.SystemRandom().randrange(10**9) * 10 + chain


@dataclass
class Chain:
    """One environment, what is done to it, and how many processes were killed while Terraform ran."""

    repository: Repository
    backend: str
    dice: random.Random
    lines: int = 0
    landed: int = 0
    refused: bool = False
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
        raw = state_objects.read_state(workplace, Tools.start(workplace).clients)
        return sorted(key for address in state_objects.objects(raw) if (key := short(address)))

    # -- what is done ------------------------------------------------------------------------------------------------

    def grow(self) -> None:
        """Another line of nine resources, and new values in the old ones."""
        self.lines += 1
        write_spec(
            self.repository.root, "dev", backend=self.backend, lines=self.lines, value=f"v{self.dice.random():.6f}"
        )

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
        alive = is_alive(terraform) and journals.is_locked(stream)
        targets = {
            "mendixctl": [process.pid],
            "terraform": [terraform],
            "provider": providers,
            "both": [process.pid, terraform, *providers],
            "everything": [process.pid, terraform, *providers, *emulators(self.repository)],
        }[victim]
        alive = alive and bool(targets)
        for pid in targets:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if victim == "mendixctl" and alive:
            process.wait(SECONDS)
            self._check_turned_away(terraform)
        process.communicate(timeout=SECONDS)
        wait_until(lambda: not journals.is_locked(stream) and not any(map(is_alive, session_of(terraform))))
        return alive

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
            planning.plan(self.session, "dev")
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
        assert there <= state | doubted, (there - state - doubted, self.told)
        assert status.running is None
        if status.head is not None and not status.recorded:
            assert {key for address in status.done if (key := short(address))} <= there, self.told
            begun = {key for address in status.not_started if (key := short(address))} & there - state
            assert not begun, (begun, self.told)
        if doubted:
            assert status.next.startswith("mendixctl recover"), status
            assert status.exit_code == 2
        return status

    def unlock(self) -> None:
        """Remove a lock as a person would: by its ID, after it was shown; nothing else removes it."""
        lock = recovering.look_at_lock(self.session, "dev")
        if lock is None:
            return
        assert self.backend == "s3"
        assert lock.who
        assert lock.since is not None
        assert abs((datetime.now(UTC) - lock.since).total_seconds()) < SECONDS
        with pytest.raises(Refused) as refused:
            recovering.prepare(self.session, "dev")
        assert refused.value.diagnostics[0].code == "MXP212"
        assert recovering.unlock(self.session, "dev", lock.id) == lock

    def recover(self, status: surveying.StatusResult) -> None:
        self.unlock()
        if status.doubts and not self.refused:
            self.refused = True
            with pytest.raises(Refused) as refused:
                planning.plan(self.session, "dev")
            assert refused.value.diagnostics[0].code == "MXP211"
        # a recovery that was killed can leave its import blocks, and the next one takes them away
        committed = {name: text for name, text in files(self.repository).items() if name != imports.TRANSIENT}
        prepared = recovering.prepare(self.session, "dev")
        # what AWS alone can name and does not have is left to a person, and nothing else is
        assert not {short(one.doubt.address) for one in prepared.unadopted} & set(self.inventory()), self.told
        result = recovering.execute(self.session, prepared)
        assert files(self.repository) == committed
        self.told.append(f"{len(status.doubts)} in doubt: adopted {len(result.adoptions)}, absent {len(result.absent)}")
        self.check_whole()

    def check_whole(self) -> None:
        """Everything at AWS is in the state, and once."""
        there = self.inventory()
        assert len(there) == len(set(there))
        lost = set(there) - set(self.in_state())
        assert not lost, (lost, self.told)


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


@pytest.fixture
def chain(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chain]:
    backend, number = request.param
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setenv("MENDIXCTL_EMULATOR_DELAY", DELAY)
    seed = seed_of(number)
    print(f"seed {seed}")
    repository = crash_repository(tmp_path / "platform", ["dev"], backend=backend)
    made = Chain(repository, backend, random.Random(seed), told=[f"seed {seed}"])
    if backend == "s3":
        bootstrapping.bootstrap(made.session, "dev")
    yield made
    for status in control.status(repository):
        control.stop(repository, status.account)


# Whose children live, only /proc says; macOS has none.
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("chain", CHAINS, indirect=True, ids=lambda each: f"{each[0]}-{each[1]}")
def test_nothing_is_lost_whatever_is_killed(chain: Chain) -> None:
    victims = list(VICTIMS)
    chain.dice.shuffle(victims)
    chain.grow()
    for victim in victims:
        wanted = chain.landed + (2 if victim == "recovery" else 1)
        for _ in range(4):
            strike(chain, victim)
            if chain.landed >= wanted:
                break
    assert chain.landed >= KILLS, chain.told
    print(*chain.told, f"{chain.landed} kills landed", sep="; ")
    finish(chain)


def strike(chain: Chain, victim: str) -> None:
    """One kill, at a moment that the dice choose, and the recovery from it."""
    after = chain.dice.randrange(0, 14)
    if victim == "plan":
        plain = chain.dice.choice(["terraform", "both", "mendixctl"])
        hit = kill_plan(chain, plain)
        chain.told.append(f"plan of {plain} killed: {hit}")
    else:
        chain.grow()
        planning.plan(chain.session, "dev")
        whom = "both" if victim == "recovery" else victim
        hit = chain.strike(chain.start("apply", "--yes", "--env", "dev"), APPLIES, whom, after)
        chain.told.append(f"{whom} killed after {after} events: {hit}")
    chain.landed += hit
    status = chain.check_status()
    if victim == "recovery":
        chain.unlock()
        hit = chain.strike(chain.start("recover", "dev", "--yes"), "*", "both", chain.dice.randrange(0, 4))
        chain.told.append(f"recovery killed: {hit}")
        chain.landed += hit
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
    """The goal is reached, nothing is there twice, and a second plan is empty."""
    if planning.plan(chain.session, "dev").has_changes:
        applying.execute(chain.session, applying.prepare(chain.session, "dev"))
    assert planning.plan(chain.session, "dev").has_changes is False
    chain.check_whole()
    assert len(chain.inventory()) == 8 * chain.lines
    status = surveying.status(chain.session, "dev")
    assert (status.exit_code, status.status) == (0, Status.SUCCEEDED)
