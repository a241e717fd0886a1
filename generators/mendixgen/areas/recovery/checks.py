"""What no single field of the recovery's section can say: who stands by for whom, and where."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.recovery import Recovery


def check(inputs: Recovery.Inputs, header: Header) -> list[Check]:
    """A standby that is known, elsewhere and in this account, and settings that belong to the side that has them."""
    return independent(
        lambda: _other("standby", inputs.standby, header),
        lambda: _other("primary", inputs.primary, header),
        lambda: _sides(inputs),
        lambda: _first_apply(inputs),
    )


def _other(key: str, name: str | None, header: Header) -> Iterator[Check]:
    if name is None:
        return
    there = header.neighbours.get(name)
    if there is None:
        hint = f"write environments/{name}.yaml, or its region and account below neighbours"
        yield Check((key,), "MXS611", f"where {name} is, is not known", hint)
        return
    if there.region == header.region:
        hint = "a standby helps when it is in another region"
        yield Check((key,), "MXS612", f"{name} is in {header.region} too", hint)
    if there.account != header.account:
        hint = "replicas of backups and buckets are made within one account here"
        yield Check((key,), "MXS612", f"{name} is in the account {there.account}", hint)


def _sides(inputs: Recovery.Inputs) -> Iterator[Check]:
    if inputs.standby is not None and inputs.primary is not None:
        summary = "an environment that stands by for another has no standby of its own"
        yield Check(("standby",), "MXS613", summary, "remove standby here; the primary names its standby")
    if inputs.standby is None and inputs.primary is None:
        for key in ("rpo_minutes", "rto_minutes"):
            if getattr(inputs, key) is not None:
                yield Check((key,), "MXS613", f"{key} can be kept in a standby alone", "name a standby, or remove it")
    if inputs.standby is None and inputs.failover != "none":
        summary = "without a standby there is nothing to switch names to"
        yield Check(("failover",), "MXS613", summary, "name a standby, or remove failover")
    if inputs.automatic and inputs.failover != "dns":
        yield Check(("automatic",), "MXS613", "automatic is how names fail over", "write failover: dns with it")


def _first_apply(inputs: Recovery.Inputs) -> Iterator[Check]:
    if inputs.replicate_buckets:
        return
    place = ("replicate_buckets",)
    if inputs.standby is None:
        summary = "replicate_buckets is a primary's, and this environment has no standby"
        yield Check(place, "MXS613", summary, "name a standby, or remove replicate_buckets")
        return
    summary = f"no file of a bucket can be had in {inputs.standby}: buckets are not replicated"
    hint = f"for the first apply alone; apply {inputs.standby}, take the line out, and apply this one again"
    yield Check(place, "MXS617", summary, hint, warns=True)
