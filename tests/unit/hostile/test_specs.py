"""Malformed specifications, thousands of them: each ends in a diagnostic with a code and a place, or is sound."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from mendixctl.views.human.problems import show_problems
from mendixctl.views.human.screen import Screen
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.root import render
from mendixgen.spec.loader import load_text
from mendixgen.spec.source import read
from mendixgen.versions.store import ModuleStore
from tests.support import hostile_specs
from tests.support.write_watch import outside, written

TOP = Path(__file__).parents[3]
FILE = "environments/x"
"""No name of an environment, so that none of them is wrong for its name alone."""

BATCHES, EACH = 13, 400
CODE = re.compile(r"MX[SR]\d{3}")
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Sound:
    """A specification that loads, to be spoilt."""

    text: str
    data: dict[str, Any]
    lock: Lock


@lru_cache
def store() -> ModuleStore:
    return ModuleStore(TOP / "modules")


def environment(name: str) -> dict[str, Any]:
    return {**read((TOP / name).read_text(), name).data, "target": "emulator"}


@lru_cache
def sound() -> tuple[Sound, ...]:
    """One for each area with everything that it can do, and the whole environments of this repository."""
    newest = {area: store().newest(area, released_only=False) or "" for area in store().areas()}
    complete = environment("tests/security/environments/complete.yaml")
    header = {key: value for key, value in complete.items() if key not in newest and key != "apps"}
    applied = {key: complete[key] for key in ("apps", "storage", "database")}
    # an alarm may be on the log of an application
    alone = [area for area in newest if area in complete and area != "monitoring"]
    beginnings = [({**header, area: complete[area]}, [area]) for area in alone]
    beginnings += [
        ({**header, **applied, "monitoring": complete["monitoring"]}, ["storage", "database", "monitoring"]),
        ({**header, **applied}, ["storage", "database"]),
        ({key: value for key, value in environment("environments/prod.yaml").items() if key not in newest}, []),
        (environment("environments/prod-dr.yaml"), ["network", "storage", "encryption"]),
        (environment("environments/dev.yaml"), ["network", "storage", "encryption"]),
        (environment("tests/security/environments/foundation.yaml"), ["foundation"]),
        (complete, [area for area in newest if area != "foundation"]),
    ]
    found = []
    for data, areas in beginnings:
        lock = Lock("0.1.0", 0, {area: Pin(newest[area]) for area in areas})
        text = hostile_specs.emit(data)
        load_text(text, FILE, store=store(), lock=lock)
        found.append(Sound(text, data, lock))
    return tuple(found)


def judge(raw: bytes, lock: Lock) -> str:
    """How a specification ends: rendered, or refused with diagnostics that a person can use."""
    try:
        specification = load_text(raw, FILE, store=store(), lock=lock)
        render.render(specification, lock, store())
    except MendixError as error:
        problems = error.diagnostics
    else:
        return "sound"
    assert problems
    for found in problems:
        assert CODE.fullmatch(found.code)
        assert found.summary
        assert found.location is not None
        assert found.location.file
    shown = io.StringIO()
    show_problems(Screen(color=False, out=shown, err=shown), problems[:3], None)
    assert not UNSEEN.search(shown.getvalue())
    return "refused"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_malformed_specification_ends_in_diagnostics(batch: int, tmp_path: Path) -> None:
    beginnings = sound()
    ends = {"refused": 0, "sound": 0}
    with written() as paths:
        for seed in range(batch * EACH, (batch + 1) * EACH):
            # the whole one is slow, so it is rare
            one = beginnings[-1] if seed % 40 == 0 else beginnings[seed % (len(beginnings) - 1)]
            raw = hostile_specs.case(seed, one.text, one.data)
            try:
                ends[judge(raw, one.lock)] += 1
            except Exception as error:
                raise AssertionError(f"seed {seed} of {raw[:2000]!r}") from error
    assert sum(ends.values()) == EACH
    # it is no check where nothing, or everything, is refused
    assert ends["refused"] > EACH / 2
    assert ends["sound"]
    assert outside(paths, tmp_path) == []


def test_there_are_five_thousand_of_them_and_no_two_are_the_same() -> None:
    assert BATCHES * EACH >= 5000
    one = sound()[0]
    made = {hostile_specs.case(seed, one.text, one.data) for seed in range(500)}
    assert len(made) > 450


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"name: &a [*a]", "MXS111"),
        (b"name: !!python/object/apply:os.system ['id']", "MXS110"),
        (b"? [1]\n: 2", "MXS109"),
        (b"<<: {a: 1}", "MXS116"),
        (b"name: dev\nname: dev", "MXS108"),
        (b"name: " + b"[" * 900 + b"]" * 900, "MXS113"),
        (b"name: " + b"[" * 100_000, "MXS104"),
        (b"name: 1e999", "MXS114"),
        (b"name: 1" + b"0" * 400, "MXS115"),
        (b"name: .nan", "MXS114"),
        (b"name: 0o17", "MXS114"),
        (b"name: 190:20:30", "MXS114"),
        (b"name: 1_000", "MXS114"),
        (b"\xff\xfen\0a\0", "MXS101"),
        (b"name: \xc0\x80", "MXS101"),
        (b"name: \xed\xa0\x80", "MXS101"),
        (b'name: "\\ud800"', "MXS104"),
        (b"name: \x1b[31m", "MXS117"),
        (b"x" * ((1 << 20) + 1), "MXS103"),
    ],
)
def test_each_trick_has_its_own_answer(text: bytes, code: str) -> None:
    with pytest.raises(MendixError) as error:
        load_text(text, FILE, store=store(), lock=Lock("0.1.0"))
    assert code in {found.code for found in error.value.diagnostics}


def test_very_many_mistakes_are_not_all_told() -> None:
    """The work, and what is printed, has a bound: forty thousand unknown keys took eight seconds."""
    header = sound()[0].text.split("network:")[0]
    for text in (
        header + "".join(f"networ{number}: 1\n" for number in range(20_000)),
        header + "network:\n" + "".join(f"  cid{number}: 1\n" for number in range(20_000)),
    ):
        with pytest.raises(MendixError) as error:
            load_text(text, FILE, store=store(), lock=Lock("0.1.0", 0, {"network": Pin("1.1.0")}))
        assert 50 <= len(error.value.diagnostics) <= 200
