"""``promote``: a section of one environment's YAML, or a part of it, in another's, as an edit that can be reviewed."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mendixctl.engine.copies.results import PromoteResult
from mendixctl.engine.diff import spec_changes, text_diff
from mendixctl.engine.environment.files import read_lock, read_text, require
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.session import Session
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.files import write_atomic
from mendixgen.messages import msg
from mendixgen.spec.edit import rewrite
from mendixgen.spec.loader import load_text
from mendixgen.spec.source import read, scan
from mendixgen.versions.store import ModuleStore

OWN = ("hostname",)
"""Settings that are each environment's own wherever they stand."""

HEADER = frozenset({"name", "kind", "region", "account", "target", "domain", "state", "protected", "standby_of"})
"""What says which environment this is, and so is carried nowhere."""


def promote(
    session: Session,
    source: str,
    target: str,
    sections: Sequence[str],
    *,
    keep: Collection[str] = (),
    check: bool = False,
) -> PromoteResult:
    """Write ``sections`` (``apps``, ``apps.crm``) of one environment into the YAML of another, whose comments stay.

    ``keep``: names of settings that stay the other's own, besides `OWN`. ``check``: say what would change, and write
    nothing. The result is checked against the other's modules before it is written; nothing is planned.

    Raises:
        MendixError: MXP101, no such environment; MXP232, the one has no such section; MXP233, a section that is each
            environment's own; what is wrong with the result.
    """
    repository = session.repository
    for name in (source, target):
        require(repository, name)
    label = f"environments/{target}.yaml"
    origin = read(read_text(repository.spec(source), f"environments/{source}.yaml"), f"environments/{source}.yaml")
    there = read(read_text(repository.spec(target), label), label)
    own = frozenset({*OWN, *keep})
    data = copy.deepcopy(there.data)
    for section in sections:
        path = section.split(".")
        if path[0] in HEADER:
            raise MendixError(
                Diagnostic(
                    "MXP233",
                    msg("{value} says which environment this is", value=path[0]),
                    hint=msg("mendixctl clone {source} NAME makes another one", source=source),
                    location=there.locate((path[0],)),
                )
            )
        value = _at(origin.data, path)
        if value is None:
            raise MendixError(
                Diagnostic(
                    "MXP232",
                    msg("environments/{source}.yaml has no {section}", source=source, section=section),
                    hint=msg("it has: {names}", names=", ".join(key for key in origin.data if key not in HEADER)),
                )
            )
        _put(data, path, _carried(value, _at(there.data, path), own))
    text = rewrite(there.text, data)
    store = ModuleStore(repository.modules)
    lock = read_lock(repository, target) or locks.create_for(store, data)
    loaded = load_text(
        text,
        label,
        store=store,
        lock=lock,
        name=target,
        today=session.today,
        beside=lambda name: (
            scan(read_text(repository.spec(name), name), f"environments/{name}.yaml")
            if name in repository.names()
            else None
        ),
    )
    changes = spec_changes(there.data, data)
    if changes and not check:
        with lease(repository.workspace(target), target, "promote"):
            write_atomic(repository.spec(target), text)
    difference = text_diff(
        there.text, text, label, "now", msg("with {names} of {source}", names=", ".join(sections), source=source)
    )
    return PromoteResult(
        source, target, label, tuple(changes), difference, bool(changes) and not check, loaded.warnings
    )


def _carried(value: Any, there: Any, own: Collection[str]) -> Any:
    """A value with the settings that stay the other's own, or stay unset there."""
    if not isinstance(value, Mapping):
        return value
    beside = there if isinstance(there, Mapping) else {}
    carried = {key: _carried(inner, beside.get(key), own) for key, inner in value.items() if key not in own}
    return carried | {key: inner for key, inner in beside.items() if key in own}


def _at(data: Any, path: Sequence[str]) -> Any:
    for step in path:
        data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _put(data: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for step in path[:-1]:
        inner = data.get(step)
        following = inner if isinstance(inner, dict) else {}
        data[step] = following
        data = following
    data[path[-1]] = value
