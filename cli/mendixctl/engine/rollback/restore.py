"""What a rollback creates again that held data, and how each is brought back: what `restore_sources` finds, made a
list of steps before a person is asked, and carried out after that.

Where something stood, and what AWS called it, is known from the ledger: a release that deletes data records that. What
is found in neither is created empty, and whoever rolls back has to accept that by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.results import Judged, Restore, RestoreAction
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.terraform.identities import IDENTITIES
from mendixctl.terraform.plan import Action
from mendixgen.diagnostics import Diagnostic, Refused

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.ledger.release import Record
    from mendixctl.ledger.store import LedgerStore
    from mendixgen.spec.merge import HeldForward

KEYS = frozenset({"aws_kms_key", "aws_kms_replica_key"})
ADOPTED = frozenset({RestoreAction.UNDELETE, RestoreAction.IMPORT})
_TAKES_AWAY = frozenset({Action.DELETE.value, Action.REPLACE.value, Action.FORGET.value})
_INSTANCE = re.compile(r'module\.([a-z_]+)\.aws_db_instance\.this\["([a-z0-9-]+)"\]')
_REPLICA = re.compile(r"\.aws_db_instance\.replica\[")


@dataclass
class Past:
    """What the ledger knows of one address: newest first."""

    known: bool = False
    deleted_by: int = 0
    identities: list[Mapping[str, str]] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)

    def names(self, *attributes: str) -> list[str]:
        """What was recorded under any of ``attributes``."""
        return [found[name] for found in self.identities for name in attributes if found.get(name)]


def candidates(plan: PlanResult) -> list[Judged]:
    """The changes of a plan that create data, or make a database anew."""
    return [
        one
        for one in plan.changes
        if one.change.type in IDENTITIES
        and not _REPLICA.search(one.change.address)
        and (
            one.change.action is Action.CREATE
            or (one.change.action is Action.REPLACE and one.change.type == "aws_db_instance")
        )
    ]


def past(store: LedgerStore, plan: PlanResult, addresses: Iterable[str]) -> dict[str, Past]:
    """What the ledger, and what the plan saw happen outside of Terraform, say of ``addresses``."""
    found = {address: Past() for address in addresses}
    for drift in plan.drift:
        if drift.address in found and drift.action is Action.DELETE:
            found[drift.address].known = True
            found[drift.address].identities.append(drift.identity)
    for number in reversed(store.numbers()) if found else ():
        _note(store.read(number), found)
    return found


def _note(record: Record, found: Mapping[str, Past]) -> None:
    outcome = record.outcome
    if outcome is None:
        return
    done = {*outcome.done, *outcome.failed}
    for change in record.release.changes:
        one = found.get(change.address)
        if one is None or change.address not in done:
            continue
        one.known = True
        if change.action in _TAKES_AWAY:
            one.deleted_by = one.deleted_by or record.number
            if change.identity:
                one.identities.append(change.identity)
    for address, snapshot in record.release.snapshots.items():
        if address in found:
            found[address].snapshots.append(snapshot)


def find(plan: PlanResult, store: LedgerStore, clients: Clients, environment: str) -> tuple[Restore, ...]:
    """What is to be done about each piece of data that ``plan`` creates again. Nothing is changed.

    Raises:
        MendixError: MXA1xx, AWS cannot be asked.
    """
    wanted = candidates(plan)
    if not wanted:
        return ()
    known = past(store, plan, (one.change.address for one in wanted))
    steps = (_step(one, known[one.change.address], clients, environment) for one in wanted)
    return tuple(step for step in steps if step is not None)


def _step(one: Judged, known: Past, clients: Clients, environment: str) -> Restore | None:
    from mendixctl.engine.rollback import restore_sources as sources

    change = one.change
    after = _after(one)
    made = Restore(change.address, change.type, RestoreAction.EMPTY, deleted_by=known.deleted_by)
    if change.type == "aws_secretsmanager_secret":
        name = after.get("name")
        found = sources.secret(clients, [*known.names("id"), *([name] if isinstance(name, str) else [])], environment)
    elif change.type in KEYS:
        found = sources.key(clients, known.names("id"))
    elif change.type == "aws_db_instance":
        return _database(one, known, made, clients)
    else:
        found = None
    if found is not None:
        action = RestoreAction.UNDELETE if found.deleted else RestoreAction.IMPORT
        return replace(made, action=action, source=found.id, until=found.until)
    return made if known.known else None


def _database(one: Judged, known: Past, made: Restore, clients: Clients) -> Restore | None:
    from mendixctl.engine.rollback import restore_sources as sources

    after = _after(one)
    identifier, engine = (str(after.get(name) or "") for name in ("identifier", "engine"))
    again = one.change.action is Action.CREATE
    if not again and not known.deleted_by:
        return None
    standing = sources.instance(clients, identifier) if again and identifier else None
    if standing is not None:
        return replace(made, action=RestoreAction.IMPORT, source=standing.id)
    names = [*known.snapshots, *known.names("final_snapshot_identifier")]
    snapshot = sources.snapshot(clients, names, identifier, engine)
    if snapshot is not None and _INSTANCE.fullmatch(one.change.address):
        return replace(
            made, action=RestoreAction.SNAPSHOT, source=snapshot.id, data_until=snapshot.made, facts=snapshot.facts
        )
    return made if known.known and again else None


def _after(one: Judged) -> Mapping[str, Any]:
    change = one.change.raw.get("change")
    after = change.get("after") if isinstance(change, Mapping) else None
    return after if isinstance(after, Mapping) else {}


def settings(
    restores: Iterable[Restore], data: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any]]
) -> tuple[HeldForward, ...]:
    """What has to stand in the YAML for databases to be made from their snapshots; see `merge.placed`.

    A snapshot cannot become a smaller or an older database than it was taken of, so size and version are raised to its.
    """
    from mendixgen.areas.database.catalogue import major
    from mendixgen.spec.merge import HeldForward, meant

    found: list[HeldForward] = []
    for one in restores:
        place = _INSTANCE.fullmatch(one.address) if one.action is RestoreAction.SNAPSHOT else None
        if place is None or place[1] not in schemas:
            continue
        area, name = place[1], place[2]
        path = (area, "instances", name)
        instance = meant(data.get(area), schemas[area], path)
        why = f"its data come from {one.source}"
        wanted = {"snapshot": one.source}
        found.append(HeldForward((*path, "restore_from"), wanted, instance.get("restore_from"), why))
        size, version = one.facts.get("AllocatedStorage"), str(one.facts.get("EngineVersion") or "")
        if isinstance(size, int) and size > int(instance.get("storage_gb") or 0):
            found.append(HeldForward((*path, "storage_gb"), size, instance.get("storage_gb"), f"{why}, which has that"))
        asked = str(instance.get("version") or "")
        if version and _older(asked, version):
            kept = major(str(instance.get("engine") or ""), version)
            found.append(HeldForward((*path, "version"), kept, asked, f"{why}, which is of {version}"))
    return tuple(found)


def _older(asked: str, version: str) -> bool:
    """Whether ``asked`` is an older version; one with fewer parts (17) is as new as any that it begins (17.6)."""
    one, two = ([int(part) if part.isdigit() else 0 for part in text.split(".")] for text in (asked, version))
    return any(a < b for a, b in zip(one, two, strict=False) if a != b) and one[: len(two)] < two[: len(one)]


def judged(plan: PlanResult, restores: Sequence[Restore]) -> PlanResult:
    """``plan`` with the judgements that follow from ``restores``: data again is never just a creation."""
    by_address = {one.address: one for one in restores}
    changes = tuple(
        replace(one, judgement=_judgement(one.judgement, by_address[one.change.address]))
        if one.change.address in by_address
        else one
        for one in plan.changes
    )
    return replace(plan, changes=changes)


def _judgement(before: Judgement, restore: Restore) -> Judgement:
    whose = f"v{restore.deleted_by} deleted it" if restore.deleted_by else "it was deleted"
    if restore.action is RestoreAction.EMPTY:
        return Judgement(
            Verdict.IRREVERSIBLE,
            f"{whose} with all that was in it; it is created again, empty",
            f"restore.{restore.action}",
        )
    ways = {
        RestoreAction.UNDELETE: f"{whose}; the deletion is called off, and it is imported",
        RestoreAction.IMPORT: "it is there, but in no state; it is imported",
        RestoreAction.SNAPSHOT: f"{whose}; it is made again from a snapshot",
    }
    if before.loses:
        return replace(before, reason=f"{before.reason}; {ways[restore.action]}")
    return Judgement(Verdict.RESTORE_NEEDED, ways[restore.action], f"restore.{restore.action}")


def adopted(restores: Iterable[Restore]) -> list[Restore]:
    """Those that are imported."""
    return [one for one in restores if one.action in ADOPTED]


def undelete(clients: Clients, restores: Iterable[Restore]) -> None:
    """Call off the deletions. Can be repeated.

    Raises:
        MendixError: MXA1xx.
    """
    from mendixctl.engine.rollback import restore_sources as sources

    for one in restores:
        if one.action is not RestoreAction.UNDELETE:
            continue
        if one.type in KEYS:
            sources.restore_key(clients, one.source)
        else:
            sources.restore_secret(clients, one.source)


def imports(restores: Iterable[Restore]) -> list[tuple[str, str]]:
    """Address and ID of what is imported."""
    return [(one.address, one.source) for one in adopted(restores)]


def check_no_worse(shown: PlanResult, planned: PlanResult, restores: Sequence[Restore], command: str) -> None:
    """Check that a plan with imports does nothing that the plan without them, which was confirmed, did not show.

    Raises:
        Refused: MXP156.
    """
    confirmed = {one.change.address: one.change.action for one in shown.changes}
    imported = {one.address for one in adopted(restores)}
    allowed = {Action.IMPORT, Action.UPDATE, Action.NOOP}
    worse = [
        f"{one.change.address} ({one.change.action.value})"
        for one in planned.changes
        if one.change.action is not confirmed.get(one.change.address)
        and not (one.change.address in imported and one.change.action in allowed)
        and not (one.change.action is Action.UPDATE and confirmed.get(one.change.address) is Action.CREATE)
    ]
    if worse:
        raise Refused(
            Diagnostic(
                "MXP156",
                f"with what was brought back the plan is not the one that was shown: {', '.join(sorted(worse)[:8])}",
                hint=f"nothing was applied; what was brought back is there, and is imported by: {command}",
            )
        )
