"""Processes that are really killed, at random moments, on local and S3 state: no resource is lost.

Each chain is one environment that goes on changing while everything that works on it is struck in turn: mendixctl,
Terraform, its provider, all of them, the emulator with them, a plan, and the recovery itself are killed; mendixctl is
also asked to stop. After each strike the status has to tell the truth, and a recovery has to leave nothing at AWS that
is not in the state; in the end the goal is reached, nothing is there twice, and a second plan is empty.

A failure prints its seed: ``MENDIXCTL_CRASH_SEED=<seed>`` takes the same decisions again. ``make soak`` kills
``MENDIXCTL_SOAK_KILLS`` times (300), with the decisions of ``MENDIXCTL_SOAK_SEED``.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from mendixctl.emulator import control
from mendixctl.engine import bootstrap
from mendixctl.engine import status as surveying
from mendixgen.repository import Repository
from tests.emulator.crash_chain import APPLIES, TAGGED, Chain, NetworkChain, finish, strike
from tests.emulator.engine_bench import NETWORK, vendored
from tests.support.crash_repository import crash_repository

# Whose children live, only /proc says; macOS has none.
pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
]

VICTIMS = ("mendixctl", "terraform", "provider", "both", "everything", "interrupt", "plan", "recovery")
CHAINS = [("local", 1, VICTIMS[0::2]), ("s3", 2, VICTIMS[1::2])]
"""Each victim once, on one of the two kinds of state: ``make soak`` has all of them on both."""


KILLS_OF_A_SOAK = 300
C = TypeVar("C", bound=Chain)


def seed_of(chain: int) -> int:
    given = os.environ.get("MENDIXCTL_CRASH_SEED")
    return int(given) if given else chain


@contextlib.contextmanager
def chained(kind: type[C], repository: Repository, folder: Path, backend: str, seed: int) -> Iterator[C]:
    """The environment ``dev`` of a repository, until it is done with."""
    slowness = folder / "delay"
    os.environ["MENDIXCTL_EMULATOR_DELAY"] = str(slowness)
    made = kind(repository, backend, random.Random(seed), slowness, told=[f"seed {seed}"])
    try:
        if backend == "s3":
            bootstrap.bootstrap(made.session, "dev")
        yield made
    finally:
        del os.environ["MENDIXCTL_EMULATOR_DELAY"]
        for status in control.status(repository):
            control.stop(repository, status.account)


def everyone(chain: Chain, victims: Sequence[str] = VICTIMS) -> None:
    """Strike each victim once, as often as it takes for that to land in time."""
    victims = list(victims)
    chain.dice.shuffle(victims)
    chain.grow()
    for victim in victims:
        wanted = chain.landed + chain.interrupted + (2 if victim == "recovery" else 1)
        for _ in range(4):
            strike(chain, victim)
            if chain.landed + chain.interrupted >= wanted:
                break
    finish(chain)


@pytest.mark.parametrize(("backend", "number", "victims"), CHAINS, ids=["local", "s3"])
def test_nothing_is_lost_whatever_is_killed(
    backend: str, number: int, victims: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    seed = seed_of(number)
    print(f"seed {seed}")
    repository = crash_repository(tmp_path / "platform", ["dev"], backend=backend)
    with chained(Chain, repository, tmp_path, backend, seed) as chain:
        everyone(chain, victims)
        print(*chain.told, f"{chain.landed} kills and {chain.interrupted} interruptions landed", sep="; ")
        # before the recovery is killed, there has to be something to recover from; to interrupt is no kill
        assert chain.landed >= len(victims) + ("recovery" in victims) - ("interrupt" in victims), chain.told
        assert bool(chain.interrupted) is ("interrupt" in victims), chain.told


@pytest.mark.soak
def test_a_network_that_is_interrupted_again_and_again_is_made_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real area, with its state in S3: Ctrl-C and kills in the midst of its creation, and each hint is followed."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    seed = seed_of(3)
    print(f"seed {seed}")
    text = NETWORK.replace("target:", "state: {backend: s3}\ntarget:") + "encryption: {}\n"
    repository = vendored(tmp_path / "platform", "network", "encryption", text=text)
    with chained(NetworkChain, repository, tmp_path, "s3", seed) as chain:
        for victim in ("interrupt", "provider", "interrupt", "terraform"):
            chain.plan()
            with chain.slowly(victim):
                hit = chain.strike(chain.apply(), APPLIES, victim, chain.dice.randrange(10, 50))
            chain.struck(victim, hit)
            chain.told.append(f"{victim}: {hit}")
            chain.recover(surveying.status(chain.session, "dev"))
        print(*chain.told, sep="; ")
        assert chain.interrupted, chain.told
        chain.reach()
        there, state = chain.inventory(), set(chain.in_state())
        assert {kind for kind, _ in there} >= {kind for kind, _, _ in TAGGED}
        assert set(there) <= state


@pytest.mark.soak
def test_nothing_is_lost_in_hundreds_of_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same, with one environment after the other, until so many kills have landed."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    wanted = int(os.environ.get("MENDIXCTL_SOAK_KILLS") or KILLS_OF_A_SOAK)
    seed = int(os.environ.get("MENDIXCTL_SOAK_SEED") or random.SystemRandom().randrange(10**9))
    tell(capsys, f"MENDIXCTL_SOAK_SEED={seed} MENDIXCTL_SOAK_KILLS={wanted}")
    kills = interruptions = resources = number = 0
    while kills < wanted:
        folder, backend = tmp_path / str(number), ("s3", "local")[number % 2]
        repository = crash_repository(folder / "platform", ["dev"], backend=backend)
        with chained(Chain, repository, folder, backend, seed * 1000 + number) as chain:
            everyone(chain)
            kills += chain.landed
            interruptions += chain.interrupted
            resources += 9 * chain.lines
        number += 1
        tell(
            capsys,
            f"{number} environments, {kills} kills, {interruptions} interruptions, {resources} resources, 0 lost",
        )
    assert kills >= wanted


def tell(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Say how far it is: this takes hours."""
    with capsys.disabled():
        print(f"\n{text}", flush=True)
