"""What of the matches can be adopted, by what a plan of their import says. Pure: plans in, words out.

Left out is what would be replaced or destroyed, what AWS refuses to change in place, what another environment has, what
Terraform cannot import, and what could only be imported if something else were made first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mendixctl.engine.adopt import unfit as words
from mendixctl.engine.adopt.inventory import OWNER, Inventory
from mendixctl.engine.adopt.matching import NAMED, Match
from mendixctl.engine.adopt.planned import Creation, references
from mendixctl.engine.adopt.planned import needing as needed_by
from mendixctl.engine.adopt.results import Difference, LeftOut
from mendixctl.engine.recover.import_plan import Heard
from mendixctl.engine.recover.orphan_import import GONE
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.diagnostics import Diagnostic, Refused

ABSENT = "AWS does not have it"
IN_PLACE = frozenset({Action.IMPORT, Action.UPDATE, Action.MOVE})


def others(matches: Sequence[Match], inventory: Inventory, environment: str) -> list[LeftOut]:
    """What its tags say is another environment's."""
    owners = {one: owner for one in matches if (owner := _owner(one, inventory)) not in ("", environment)}
    return [LeftOut(one.address, one.id, f"its tags say that it is {owner}'s") for one, owner in owners.items()]


def failed(matches: Sequence[Match], heard: Heard, environment: str) -> list[LeftOut]:
    """The matches over which a plan failed.

    Raises:
        MendixError: it failed over something else.
    """
    if heard.error is None:
        return []
    found: dict[str, str] = {}
    for said in heard.said:
        for one in matches:
            if one.address in said:
                found[one.address] = ABSENT if GONE in said else said.strip().split("\n")[0]
    if not found and any(one.area in heard.areas for one in matches):  # its module needs what is missing
        why = f"it cannot be had alone: {heard.error.diagnostics[0].summary} in its module"
        mine = [one for one in matches if one.area in heard.areas]
        return [LeftOut(one.address, one.id, why, _together(environment)) for one in mine]
    if not found:  # some providers do not say which import they could not read
        why = f"Terraform cannot import it: {heard.error.diagnostics[0].summary}"
        found = {one.address: why for one in matches if one.address not in heard.proven}
    if not found:
        raise heard.error
    return [LeftOut(one.address, one.id, found[one.address]) for one in matches if one.address in found]


def only_imports(changes: Sequence[ResourceChange]) -> bool:
    """Whether a plan imports, moves and changes in place, and nothing else."""
    return all(one.action in IN_PLACE for one in changes)


def unfit(matches: Sequence[Match], planned: Sequence[ResourceChange]) -> list[LeftOut]:
    """What would be replaced, destroyed, or changed in a way that AWS refuses."""
    changes = {one.address: one for one in planned}
    return [
        found
        for one in matches
        if (change := changes.get(one.address)) is not None and (found := _unfit(one, change)) is not None
    ]


def _unfit(one: Match, change: ResourceChange) -> LeftOut | None:
    if change.action not in IN_PLACE:
        forced = [it for it in change.attributes if it.forces_replacement]
        names = ", ".join(it.path for it in forced) or change.action.value
        why = f"it would be replaced: AWS never changes its {names}"
        return LeftOut(one.address, one.id, why, words.way(one.type, [it.path for it in forced]), tuple(forced))
    told = words.refused_in_place(one.type, change.attributes)
    return LeftOut(one.address, one.id, *told) if told else None


def needing(
    matches: Sequence[Match], changes: Sequence[ResourceChange], said: Mapping[str, Any], environment: str
) -> list[LeftOut]:
    """What could only be imported if something else were created (or replaced) first. ``said``: the plan's JSON.

    Raises:
        Refused: MXP254, what that is cannot be told.
    """
    more = [one for one in changes if one.action not in IN_PLACE]
    if not more:
        return []
    out: dict[str, str] = {}
    for outputs, loose in ((False, False), (True, False), (False, True)):  # the nearest to the truth first
        graph = references(said, outputs=outputs, loose=loose)
        for change in more:
            for address in needed_by([one.address for one in matches], change.address, graph):
                out.setdefault(address, change.address)
        if out:
            break
    if not out:
        raise Refused(
            Diagnostic(
                "MXP254",
                f"the imports alone would also change {', '.join(one.address for one in more[:5])}",
                hint="adopt area by area (--area network), or together with what is missing (--complete)",
            )
        )
    way = _together(environment)
    return [
        LeftOut(one.address, one.id, f"it needs {out[one.address]}, which is not there", way)
        for one in matches
        if one.address in out
    ]


def _together(environment: str) -> str:
    return f"make what is missing with it: mendixctl adopt {environment} --complete"


def taken(left_out: Sequence[LeftOut], wanted: Sequence[Creation]) -> tuple[Diagnostic, ...]:
    """MXP256: what a plan would create beside the imports although AWS has it, under a name that is given once."""
    names = {one.address: NAMED.get(one.type, "") for one in wanted}
    return tuple(
        Diagnostic(
            "MXP256",
            f"the plan would create {one.address}, and AWS has {one.id} already, which cannot be adopted: {one.why}",
            hint=f"take it out of the YAML for now; {one.way}" if one.way else "take it out of the YAML for now",
        )
        for one in left_out
        if names.get(one.address) and one.why != ABSENT
    )


def differences(matches: Sequence[Match], changes: Sequence[ResourceChange]) -> tuple[Difference, ...]:
    """What of the matches their import changes in place, attribute by attribute."""
    ids = {one.address: one.id for one in matches}
    return tuple(
        Difference(one.address, ids[one.address], (told := _telling(one)), words.notes(one.type, told))
        for one in changes
        if one.address in ids and one.action is Action.UPDATE
    )


def missing(wanted: Sequence[Creation], matches: Sequence[Match]) -> tuple[tuple[str, str, int], ...]:
    """How many resources, by area and type, there are not."""
    there = {one.address for one in matches}
    counted = Counter((one.area, one.type) for one in wanted if one.address not in there and not one.managed)
    return tuple((area, kind, number) for (area, kind), number in counted.items())


def _telling(change: ResourceChange) -> tuple[AttributeChange, ...]:
    """The attributes of a change, without those that say once more what the tags do, or only Terraform reads.

    The tags that every resource of the environment has are in ``tags_all`` alone.
    """
    said = {one.path for one in change.attributes}
    return tuple(
        one
        for one in change.attributes
        if not (one.path.startswith("tags_all") and one.path.replace("tags_all", "tags", 1) in said)
        and not one.path.startswith("timeouts")
    )


def _owner(one: Match, inventory: Inventory) -> str:
    """The environment that a resource's tags name; "" where they name none, or are not known."""
    for bucket in inventory.buckets:
        if one.type.startswith("aws_s3_bucket") and bucket.name == one.id:
            return bucket.tags.get(OWNER, "")
    if inventory.vpc is not None and one.id == inventory.vpc.id:
        return inventory.vpc.tags.get(OWNER, "")
    for arn, tags in inventory.tagged.items():
        if arn.endswith((f"/{one.id}", f":{one.id}")):
            return tags.get(OWNER, "")
    return ""
