"""What no single field of the secrets' section can say: readers that are not there, replicas that are no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.secrets import ROLE, Entry, Replica, Secrets


def check(inputs: Secrets.Inputs, header: Header) -> list[Check]:
    """Readers exist and have a role, replicas are elsewhere, and what is not rotated says nothing of it."""
    return independent(
        lambda: _readers(inputs.entries, header),
        lambda: _rotation(inputs.entries),
        lambda: _replicas(inputs.replicas, header.region),
    )


def _readers(entries: Mapping[str, Entry], header: Header) -> Iterator[Check]:
    for name, entry in entries.items():
        for index, reader in enumerate(entry.readers):
            yield from _reader(("entries", name, "readers", index), reader, header)


def _rotation(entries: Mapping[str, Entry]) -> Iterator[Check]:
    for name, entry in entries.items():
        if not entry.rotate and entry.rotation_days is not None:
            summary = f"{name} is not rotated, so rotation_days means nothing"
            yield Check(("entries", name, "rotation_days"), "MXS401", summary, "remove the line, or rotate: false")


def _replicas(replicas: Sequence[Replica], region: str) -> Iterator[Check]:
    seen: set[str] = set()
    for index, replica in enumerate(replicas):
        place = ("replicas", index, "region")
        if replica.region == region:
            hint = "name another region; in this one the secrets are already"
            yield Check(place, "MXS402", f"{replica.region} is the environment's own region", hint)
        elif replica.region in seen:
            yield Check(place, "MXS402", f"{replica.region} is named twice", "remove one of the two")
        seen.add(replica.region)
        if replica.key_arn is not None and replica.key_arn.split(":")[3] != replica.region:
            yield Check(
                ("replicas", index, "key_arn"),
                "MXS402",
                f"the key is in {replica.key_arn.split(':')[3]}, and the copies are in {replica.region}",
                "a secret is encrypted with a key of its own region",
            )


def _reader(place: tuple[str | int, ...], reader: str, header: Header) -> list[Check]:
    if reader.startswith("arn:"):
        if not re.match(ROLE, reader):
            hint = f"arn:{header.partition}:iam::{header.account}:role/NAME"
            return [Check(place, "MXS403", f"{reader} is not the ARN of an IAM role", hint)]
        if reader.split(":")[4] != header.account:
            hint = "readers are applications or roles of this account"
            return [Check(place, "MXS403", f"the role {reader} is in another account", hint)]
        return []
    app = header.apps.get(reader)
    if app is None:
        known = ", ".join(sorted(header.apps)) or "none"
        return [Check(place, "MXS403", f"there is no application {reader}", f"the applications are: {known}")]
    if app.identity == "storage-plan":
        hint = "give the application identity: secret-store, or name the ARN of a role"
        return [
            Check(place, "MXS403", f"the role of {reader} is made by the Mendix Operator, so it cannot be named", hint)
        ]
    return []
