"""Walks with rollbacks on real Terraform: the state ends with what the release had, and a second plan is empty."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.plan import gate
from mendixctl.engine.repository import upgrade
from mendixctl.engine.results import RestoreAction
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.engine.rollback.results import PreparedRollback
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository
from mendixgen.spec.source import read
from tests.emulator.engine_bench import EngineBench
from tests.support import vault_module
from tests.support.small_repository import SPEC, small_repository, write_module

pytestmark = pytest.mark.emulator

Resources = dict[str, dict[str, Any]]

ANEW = {
    # a secret that was brought back gets a first version of its own again, and the policy names that
    "aws_secretsmanager_secret_version": {"arn", "id", "version_id", "version_stages"},
    "aws_secretsmanager_secret_policy": {"policy"},
    "aws_secretsmanager_secret": {"policy"},
    # what lives in Terraform alone is made anew, with another ID
    "terraform_data": {"id"},
}


def resources(bench: EngineBench) -> Resources:
    """Everything in the state: addresses with their attributes, without what a new life makes anew."""
    state = json.loads(bench.state.read_text())
    found: Resources = {}
    for one in state["resources"]:
        for instance in one["instances"]:
            key = instance.get("index_key")
            address = f"{one.get('module', '')}.{one['type']}.{one['name']}" + (f"[{key!r}]" if key is not None else "")
            ignored = ANEW.get(one["type"], set())
            found[address] = {k: v for k, v in instance["attributes"].items() if k not in ignored}
    return found


@dataclass
class Walk:
    """What each release left in the state, by its number."""

    bench: EngineBench
    left: dict[int, Resources] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def apply(self) -> None:
        """Apply what the YAML says; whatever is lost by it is accepted."""
        if not self.bench.plan().has_changes:
            return
        lost = sorted(gate.acceptable(apply_run.prepare(self.bench.session, "dev").plan))
        applied = apply_run.execute(self.bench.session, apply_run.prepare(self.bench.session, "dev", lost))
        self.left[applied.number] = resources(self.bench)

    def prepare(self, version: int) -> PreparedRollback | None:
        """The rollback; None where there is nothing to do, and nothing is to be done."""
        code = ""
        try:
            return rollback_run.prepare(self.bench.session, None, version)
        except MendixError as error:
            code = error.diagnostics[0].code
        assert code == "MXP151"
        return None

    def roll_back(self, version: int) -> None:
        """Roll back, and check the state against what that release left."""
        prepared = self.prepare(version)
        if prepared is None:
            return
        lost = sorted(gate.acceptable(prepared.plan))
        accepted = replace(prepared.plan.guards, accepted=tuple(lost))
        prepared = replace(prepared, plan=replace(prepared.plan, guards=accepted))
        result = rollback_run.execute(self.bench.session, prepared)
        assert result.proven, result.remaining
        assert result.remaining == ()
        now = resources(self.bench)
        assert now.keys() == self.left[version].keys()
        differing = {
            f"{address}: {name} {before.get(name)!r} -> {now[address].get(name)!r}"
            for address, before in self.left[version].items()
            for name in {*before, *now[address]}
            if (before.get(name) or None) != (now[address].get(name) or None)
        }
        self.seen |= {one.action.value for one in prepared.restores}
        if prepared.held_forward:
            self.seen.add("held forward")
            differing = {one for one in differing if not one.startswith("module.notes.terraform_data.guard: ")}
        assert differing == set()
        self.left[result.apply.number] = now


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Repository], EngineBench]]:
    """Benches in a folder that is no checkout; their emulators end with the test."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    made: list[EngineBench] = []

    def make(repository: Repository) -> EngineBench:
        made.append(EngineBench(repository))
        return made[-1]

    yield make
    for bench in made:
        bench.stop()


def test_a_walk_through_releases(tmp_path: Path, place: Callable[[Repository], EngineBench]) -> None:
    """Data deleted and brought back, versions up and down, a setting that never goes back, rollbacks of rollbacks."""
    repository = small_repository(tmp_path / "platform")
    write_module(repository.modules, "1.1.0")
    vault_module.write_vault(repository.modules)
    head = SPEC.format(name="dev", target="emulator").partition("notes:")[0]
    vault: dict[str, Any] = {"secrets": ["license", "token"], "keys": ["files"], "logs": ["audit"]}
    notes: dict[str, Any] = {"texts": {"a": "hello", "b": "hello"}}
    walk = Walk(place(repository))
    walk.bench.spec.write_text(f"{head}notes: {json.dumps(notes)}\nvault: {json.dumps(vault)}\n")
    chance = random.Random(7)
    walk.apply()
    for kind in ("edit", "back", "version", "edit", "back", "edit", "back", "version"):
        if kind == "back":
            walk.roll_back(chance.choice(sorted(walk.left)[:-1]))
            continue
        said = read(walk.bench.spec.read_text(), "dev.yaml").data
        notes, vault = dict(said["notes"]), dict(said["vault"])
        if kind == "version":
            version = "1.0.0" if "1.1.0" in walk.bench.repository.lock("dev").read_text() else "1.1.0"
            upgrade.upgrade(walk.bench.session, "dev", "notes", version)
        else:
            # what was deleted comes back by a rollback alone: AWS refuses to make a secret of the same name
            for key in ("secrets", "keys", "logs"):
                vault[key] = sorted(chance.sample(vault[key], chance.randint(0, len(vault[key]))))
            notes["edition"] = notes.get("edition", 1) + 1
        notes["texts"] = {name: chance.choice(["hello", "good day"]) for name in chance.sample("abc", 2)}
        walk.bench.spec.write_text(f"{head}notes: {json.dumps(notes)}\nvault: {json.dumps(vault)}\n")
        walk.apply()
    walk.roll_back(1)
    assert len(walk.left) >= 10
    assert {RestoreAction.UNDELETE.value, RestoreAction.EMPTY.value, "held forward"} <= walk.seen
