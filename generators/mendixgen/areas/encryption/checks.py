"""What no single field of the encryption section can say: keys of elsewhere, one key for all."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.encryption import Encryption


def check(inputs: Encryption.Inputs, header: Header) -> list[Check]:
    """Keys that exist in another account or region, and keys that serve several purposes."""
    return independent(lambda: _elsewhere(inputs, header), lambda: _shared(inputs), lambda: _both(inputs))


def _elsewhere(inputs: Encryption.Inputs, header: Header) -> Iterator[Check]:
    for purpose, arn in inputs.existing.items():
        region, account = arn.split(":")[3:5]
        if (region, account) != (header.region, header.account):
            yield Check(
                ("existing", purpose),
                "MXS300",
                f"the key is of {region} in {account}, and the environment of {header.region} in {header.account}",
                "a key is used in its own region: name the one (or the replica) that stands beside the environment",
            )


def _shared(inputs: Encryption.Inputs) -> Iterator[Check]:
    before: dict[str, str] = {}
    for purpose, arn in inputs.existing.items():
        if arn in before:
            summary = f"{purpose} and {before[arn]} have one key: whoever loses or leaks it loses both"
            yield Check(("existing", purpose), "MXS300", summary, "a key a purpose is safer", warns=True)
        before.setdefault(arn, purpose)


def _both(inputs: Encryption.Inputs) -> Iterator[Check]:
    """A key is somebody else's, or ours under a name of its own."""
    for purpose in inputs.keys:
        if purpose in inputs.existing:
            summary = f"the key for {purpose} is somebody else's (existing), so that nothing can be said of ours"
            yield Check(("keys", purpose), "MXS300", summary, "leave it in one of the two")
