"""How much of each datastore's time is lost with a region (RPO), and how long it takes to be back (RTO).

Computed from the mechanisms that a specification turns on, and compared with ``recovery.rpo_minutes`` and
``rto_minutes``: a number that nothing keeps is refused before anybody relies on it. The minutes are those within which
AWS says that a mechanism works, or what it takes as a rule where AWS promises nothing; ``mendixctl recovery drill``
measures them. Each row of `MECHANISMS` has its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixgen.areas.contract import Check
from mendixgen.messages import msg

Path = tuple[str | int, ...]
NEVER = None
"""There is nothing to come back from: no number of minutes is enough."""

SWITCH_MINUTES = 5
"""Until names lead to the standby: their records live for a minute, resolvers and clients keep them for some more."""

INTERVALS = {"daily": 1440, "weekly": 10080, "monthly": 44640}
"""Minutes from one backup to the next, at most."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One way in which data get into another region: minutes that are lost, and minutes until they are used there."""

    name: str
    rpo_minutes: int
    rto_minutes: int
    source: str


MECHANISMS: Mapping[str, Mechanism] = {
    one.name: one
    for one in (
        Mechanism(
            "automated-backup replication",
            15,
            60,
            "Amazon RDS user guide, Replicating automated backups: logs are sent every 5 minutes; a restore makes an"
            " instance (20 to 60 minutes)",
        ),
        Mechanism(
            "bucket replication",
            15,
            0,
            "Amazon S3 user guide, S3 Replication Time Control: 15 minutes, by its agreement on service levels",
        ),
        Mechanism("secret replica", 1, 0, "AWS Secrets Manager user guide, Replicate secrets across Regions"),
        Mechanism("image replication", 30, 0, "Amazon ECR user guide, Private image replication: within 30 minutes"),
    )
}


@dataclass(frozen=True, slots=True)
class Datastore:
    """What holds data: ``kind`` is database, bucket, secret, image or volume."""

    kind: str
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is lost of a datastore, and when it is back: minutes, None for never. ``by`` is the mechanism."""

    datastore: Datastore
    rpo_minutes: int | None
    rto_minutes: int | None
    by: str


def copies(backup: Mapping[str, Any]) -> Mechanism | None:
    """Backups that are copied to another region, as a mechanism; None where none are.

    A backup may begin ``start_hours`` late and be copied once it is complete, so all of that is lost at worst.
    """
    if not backup.get("copy_to"):
        return None
    lost = [
        interval + 60 * (int(backup[name].get("start_hours", 8)) + int(backup[name].get("completion_hours", 24)))
        for name, interval in INTERVALS.items()
        if backup.get(name)
    ]
    source = "AWS Backup developer guide, Creating backup copies across AWS Regions"
    return Mechanism("backup copy", min(lost), 240, source) if lost else None


def datastores(settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Datastore]:
    """What of an environment holds data, from the settings that take effect."""
    for name in settings.get("database", {}).get("instances", {}):
        yield Datastore("database", name, ("database", "instances", name))
    for name in {"files": {}, **settings.get("storage", {}).get("buckets", {})} if "storage" in settings else ():
        yield Datastore("bucket", name, ("storage", "buckets", name))
    for name in settings.get("secrets", {}).get("entries", {}):
        yield Datastore("secret", name, ("secrets", "entries", name))
    if "registry" in settings:
        yield Datastore("image", "of the registry", ("registry",))
    if "cluster" in settings:
        yield Datastore("volume", "of the cluster", ("cluster",))


def estimate(store: Datastore, settings: Mapping[str, Mapping[str, Any]]) -> Estimate:
    """The best that the mechanisms which are on do for a datastore."""
    found = min(_on(store.kind, settings), key=lambda one: (one.rpo_minutes, one.rto_minutes), default=None)
    if found is None:
        return Estimate(store, NEVER, NEVER, "nothing")
    return Estimate(store, found.rpo_minutes, found.rto_minutes + SWITCH_MINUTES, found.name)


def estimates(settings: Mapping[str, Mapping[str, Any]]) -> list[Estimate]:
    """One for each datastore, in the order of `datastores`."""
    return [estimate(one, settings) for one in datastores(settings)]


def check(settings: Mapping[str, Mapping[str, Any]]) -> list[Check]:
    """What misses ``recovery.rpo_minutes`` or ``rto_minutes``. Paths begin with ``recovery``.

    Volumes are told and not refused: what an application keeps is in databases and buckets, and volumes hold what the
    cluster makes again (indexes, queues, caches).
    """
    recovery = settings.get("recovery", {})
    if not recovery.get("standby"):
        return []
    found = []
    for code, key, what, attribute in (
        ("MXS614", "rpo_minutes", "of the data of", "rpo_minutes"),
        ("MXS615", "rto_minutes", "until there is", "rto_minutes"),
    ):
        wanted = recovery.get(key)
        for one in estimates(settings) if wanted is not None else ():
            minutes = getattr(one, attribute)
            if minutes is not None and minutes <= wanted:
                continue
            store = one.datastore
            told = "for ever" if minutes is None else f"{minutes} minutes"
            summary = msg(
                "{key} is {wanted}, and it is {told} {what} the {kind} {name}, by {by}",
                key=key,
                wanted=wanted,
                told=told,
                what=what,
                kind=store.kind,
                name=store.name,
                by=one.by,
            )
            volume = store.kind == "volume"
            found.append(Check(("recovery", key), "MXS616" if volume else code, summary, _hint(store), warns=volume))
    return found


def _hint(store: Datastore) -> str:
    return {
        "volume": "keep nothing on volumes that cannot be made again; backup.copy_to copies their snapshots",
        "secret": "leave secrets.replicas to what follows from recovery.standby",
        "image": "leave registry.replicate_to to what follows from recovery.standby",
    }.get(store.kind, "raise the number, or have it replicated (docs/recovery.md)")


def _on(kind: str, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Mechanism]:
    """The mechanisms that are on for a kind of datastore."""
    has_standby = bool(settings.get("recovery", {}).get("standby"))
    copied = copies(settings.get("backup", {}))
    if kind == "database" and has_standby:
        yield MECHANISMS["automated-backup replication"]
    if kind == "bucket" and has_standby:
        yield MECHANISMS["bucket replication"]
    if kind == "secret" and settings.get("secrets", {}).get("replicas"):
        yield MECHANISMS["secret replica"]
    if kind == "image" and settings.get("registry", {}).get("replicate_to"):
        yield MECHANISMS["image replication"]
    if kind in ("database", "bucket", "volume") and copied is not None:
        yield copied
