"""What the releases have brought into an environment's cluster, by the ledger alone.

A release records which objects it was going to change and how far it came with each, so that what a deployment left
undone shows in the next plan, and nothing is taken for done that the cluster never had. A release that names no
objects had none to change: then its documents are what is there. So are those of releases from before deployments were
recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mendixctl.ledger.archive import unpack
from mendixctl.ledger.release import Deployment, Kind, Record
from mendixctl.ledger.store import LedgerStore
from mendixgen.kubernetes.diff import FOLDER, Body, Key, parse

_STATES = frozenset({Kind.APPLY, Kind.ROLLBACK, Kind.DEPLOY})
"""Kinds whose documents are brought into the cluster; a destroy takes away what is there, the others touch nothing."""

REMOVES = "removes"
"""The entry of a deployment's record that says: everything was taken away."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """``record``: the last release of which the cluster has, or lacks, everything; None before there is one.

    ``partial``: the releases after it that came a part of the way, oldest first.
    """

    record: Record | None
    partial: tuple[Record, ...] = ()

    @property
    def emptied(self) -> bool:
        """Whether ``record`` took everything away."""
        return self.record is None or empties(self.record)


@dataclass(frozen=True, slots=True)
class Objects:
    """``present``: what the cluster has. ``unfinished``: what was begun, and not seen to be as asked for."""

    present: Mapping[Key, Body] = field(default_factory=dict)
    unfinished: frozenset[Key] = frozenset()


def deployed(store: LedgerStore) -> Deployed:
    """How far the releases have come with the cluster.

    Raises:
        MendixError: MXL1xx, a record cannot be read.
    """
    partial: list[Record] = []
    for number in sorted(store.numbers(), reverse=True):
        record = store.read(number)
        kind = record.release.kind
        if kind is not Kind.DESTROY and kind not in _STATES:
            continue
        if _is_whole(record):
            return Deployed(record, tuple(reversed(partial)))
        partial.append(record)
    return Deployed(None, tuple(reversed(partial)))


def objects(store: LedgerStore, found: Deployed) -> Objects:
    """The objects themselves, read from the archives.

    Raises:
        MendixError: MXR131, an archive holds what mendixctl does not write; MXL104, it is broken.
    """
    present: dict[Key, Body] = {}
    if found.record is not None and not found.emptied:
        present.update(parse(documents(store, found.record)))
    unfinished: set[Key] = set()
    for record in found.partial:
        said = {} if empties(record) else parse(documents(store, record))
        named = {key.address: key for key in {**present, **said}}
        deployment = deployment_of(record)
        for address in (*deployment.done, *deployment.failed):
            key = named.get(address)
            if key is None:
                continue
            unfinished.discard(key)
            if key in said:
                present[key] = said[key]
                unfinished |= {key} if address in deployment.failed else set()
            elif address in deployment.done:
                del present[key]
    return Objects(present, frozenset(unfinished))


def documents(store: LedgerStore, record: Record) -> dict[str, str]:
    """The manifests that a release rendered: path below the environment's folder -> text."""
    files = unpack(store.archive(record.number), f"the archive of v{record.number}")
    return {name: data.decode("utf-8", "replace") for name, data in files.items() if name.startswith(FOLDER)}


def deployment_of(record: Record) -> Deployment:
    """How far a release came; of one that has not said so, everything may have been begun."""
    if record.outcome is not None and record.outcome.deployment is not None:
        return record.outcome.deployment
    return Deployment(failed=tuple(one.address for one in record.release.objects))


def empties(record: Record) -> bool:
    """Whether a release takes everything out of the cluster."""
    return record.release.kind is Kind.DESTROY or record.release.extra.get(REMOVES) is True


def left(record: Record) -> Iterator[str]:
    """The addresses of objects that a release was to change and that are not as it says."""
    if record.release.objects:
        found = deployment_of(record)
        yield from (*found.failed, *found.not_started)


def _is_whole(record: Record) -> bool:
    """Whether the cluster has, or lacks, everything that a release says."""
    return not record.release.objects or deployment_of(record).complete
