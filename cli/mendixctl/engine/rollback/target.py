"""What a rollback writes: the settings and module versions of an old release, merged into those of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mendixctl.engine import released
from mendixctl.engine.diff import spec_changes, version_changes
from mendixctl.engine.environment import git
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.results import Restore
from mendixctl.engine.rollback import control_plane, restore
from mendixctl.engine.rollback.results import Held
from mendixctl.ledger.release import Kind, Record
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.lock import Lock

if TYPE_CHECKING:
    from mendixgen.spec.merge import HeldForward


@dataclass(frozen=True, slots=True)
class Start:
    """What a rollback goes from and to: releases, and the data and lock that the environment stands at now."""

    goal: Record
    head: Record
    data: Mapping[str, Any]
    lock: Lock
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a rollback writes: data, lock, and what it holds forward.

    ``control_plane_until``: when EKS stops taking the control plane back, where this rollback has it do so.
    """

    data: dict[str, Any]
    lock: Lock
    held: tuple[Held, ...]
    control_plane_until: datetime | None = None


def _merge(site: Site, data: Mapping[str, Any], lock: Lock, goal: Record) -> Target:
    from mendixgen.spec.merge import merge

    target = _target_lock(site.workplace, lock, goal)
    schemas, others = sections(site.workplace, lock), sections(site.workplace, target)
    merged = merge(data, released.data(goal), schemas, others)
    until: datetime | None = None
    if any(one.path == (control_plane.AREA, control_plane.KEY) for one in merged.held_forward):
        now = site.session.clock()
        if (way := control_plane.way_back(merged.held_forward, data, _clusters(site), now)) is not None:
            version, until = way
            merged = merge(control_plane.at(data, version), released.data(goal), schemas, others)
    return Target(merged.data, target, tuple(_held(one) for one in merged.held_forward), until)


def _clusters(site: Site) -> list[tuple[datetime, str]]:
    """When each release began, and the version of the cluster that it asked for."""
    found = []
    for record in site.store.records():
        pin = released.lock(record).pins.get(control_plane.AREA)
        version = pin.version if pin is not None and record.release.kind is not Kind.DESTROY else ""
        found.append(control_plane.asked_for(record, released.data(record), site.workplace.store, version))
    return found


def _held(one: HeldForward) -> Held:
    return Held(_dotted(one.path), one.kept, one.asked, one.reason)


def begin(site: Site, goal: Record, head: Record) -> tuple[Start, Target]:
    """Where the rollback begins and what it writes. It begins at the YAML and the lock; where an earlier try of this
    very rollback was killed after it had written them, at the newest release.

    Raises:
        Refused: MXP153.
    """
    workplace = site.workplace
    now = workplace.specification
    if spec_changes(released.data(head), now.data) and not workplace.scope.rehearsal:
        lock = released.lock(head)
        again = _merge(site, released.data(head), lock, goal)
        if not spec_changes(again.data, now.data) and not version_changes(again.lock, workplace.lock):
            return Start(goal, head, released.data(head), lock, head.release.spec), again
        _check_edits(workplace, head)
    merged = _merge(site, now.data, workplace.lock, goal)
    return Start(goal, head, now.data, workplace.lock, now.text), merged


def with_snapshots(merged: Target, restores: Sequence[Restore], schemas: Mapping[str, Mapping[str, Any]]) -> Target:
    """``merged`` with what makes databases come from their snapshots; itself where there are none."""
    from mendixgen.spec.merge import placed

    wanted = restore.settings(restores, merged.data, schemas)
    if not wanted:
        return merged
    data = dict(merged.data)
    for area in dict.fromkeys(str(one.path[0]) for one in wanted):
        data[area] = placed(data.get(area), [one for one in wanted if one.path[0] == area], schemas[area])
    held = tuple(_held(one) for one in wanted if one.path[-1] != "restore_from")
    return replace(merged, data=data, held=(*merged.held, *held))


def _check_edits(workplace: Workplace, head: Record) -> None:
    """Check that nothing would be lost: what differs from the newest release has to be in git.

    Compared as data: comments are kept by a rollback, so an edit of those is no loss.
    """
    if workplace.scope.rehearsal or not spec_changes(released.data(head), workplace.specification.data):
        return
    path = workplace.repository.spec(workplace.environment)
    changed = git.uncommitted(workplace.repository.root, [path])
    if changed == []:
        return
    label = f"environments/{workplace.environment}.yaml"
    raise Refused(
        Diagnostic(
            "MXP153",
            f"{label} has edits that are in no release{'' if changed is None else ' and not committed'}; a rollback "
            "would lose them",
            hint=f"apply them ({workplace.command}), commit them, or undo them; what differs: "
            + ", ".join(change.path for change in spec_changes(released.data(head), workplace.specification.data)[:8]),
            location=workplace.specification.locate(()),
        )
    )


def _target_lock(workplace: Workplace, now: Lock, goal: Record) -> Lock:
    """The lock with the release's module versions: lowered or raised from where the state is now.

    Raises:
        MendixError: MXP152, a module version is no longer there.
    """
    wanted = released.lock(goal)
    gone = [
        Diagnostic(
            "MXP152",
            f"v{goal.number} ran {area} {pin.version}, which is no longer in modules/{area}/",
            hint=f"bring it back from git: git log --diff-filter=D -- modules/{area}/{pin.version}",
        )
        for area, pin in wanted.pins.items()
        if pin.version not in workplace.store.versions(area)
    ]
    if gone:
        raise MendixError(gone)
    return locks.back_to(now, wanted)


def sections(workplace: Workplace, lock: Lock) -> dict[str, Mapping[str, Any]]:
    store = workplace.store
    return {area: store.manifest(area, pin.version).section for area, pin in lock.pins.items()}


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
