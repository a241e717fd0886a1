"""Takes resources that exist into the state, by import blocks: which of them, Terraform's own plan decides.

A candidate whose ID is known is imported; Terraform says which ones AWS does not have, and those are dropped. What
the plan then knows of the others (the ID of a bucket that is being imported is known to what belongs to it) makes
more IDs, until nothing new comes up. The plan that is left imports, and may change in place what is imported; it makes
anew only what loses nothing by that (of some types an import does not read everything) or was accepted by its address.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.journal.import_ids import identity_attributes, lookup, surroundings
from mendixctl.engine.journal.journal import identity
from mendixctl.engine.plan.judged import judged
from mendixctl.engine.recover.adoption import (
    ABSENT,
    GIVEN_UP,
    REPLACED,
    Adopted,
    Adoption,
    Candidates,
    Settled,
    Unadopted,
    look_for,
)
from mendixctl.engine.recover.half_replaced import deposed
from mendixctl.engine.recover.identification import Identification
from mendixctl.engine.recover.import_plan import Heard, plan
from mendixctl.engine.unfinished.orphan_candidates import Certainty, Doubt
from mendixctl.guard.verdict import Verdict
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange
from mendixctl.terraform.state import State
from mendixgen.diagnostics import Diagnostic, Refused

ROUNDS = 24
"""Plans at most; each round drops a candidate or finds an ID, and there are rarely more than four."""

GONE = "non-existent remote object"

ALLOWED = frozenset({Action.IMPORT, Action.UPDATE, Action.MOVE})


def adopt(
    workplace: Workplace,
    tools: Tools,
    doubts: Sequence[Doubt],
    state: State,
    out: Path,
    accepted: Collection[str] = (),
) -> Adopted:
    """Plan the adoption of as many ``doubts`` as AWS has; the plan is saved in ``out`` where there is one.

    ``accepted``: addresses whose loss is accepted: what can only be adopted to be made anew is, and
    what cannot be found is given up.

    Raises:
        Refused: MXP214, the plan would do more than adopt.
        MendixError: Terraform or AWS cannot be asked.
    """
    header = workplace.specification.header
    given = surroundings(header.account, header.region)
    candidates = Candidates(
        {doubt.address: dict(doubt.values) for doubt in doubts}, {d.address: d for d in doubts}, frozenset(accepted)
    )
    parted = deposed(state.raw)
    known = {one.id for one in state.instances.values()} | {said for every in parted.values() for said in every}
    search = Identification(workplace, tools, known, given)
    search.settle_halves(candidates)
    alone = False
    result = Adopted()
    for _ in range(ROUNDS):
        search.identify(candidates)
        imports = candidates.identified()
        targets = [address for address, _ in imports] if alone else candidates.open()
        if not targets or (alone and not imports):
            result = Adopted()
            break
        heard = plan(workplace, tools, state, imports, targets, out)
        if heard.error is not None:
            _drop(candidates, heard, imports)
            continue
        document = tools.terraform(workplace).show_plan(out) if heard.has_changes else PlanDocument(tools.version)
        if _learn(candidates, document) and not alone:
            continue  # more is known now
        if len(targets) > len(imports):
            alone = True  # what has no ID would be created
            continue
        if _refuse(workplace, candidates, document, known, parted):
            continue
        _check(workplace, candidates, document)
        result = Adopted(document=document, has_changes=heard.has_changes, warnings=heard.warnings)
        break
    result.adoptions = tuple(
        Adoption(
            address,
            candidates.doubts[address].type,
            found,
            candidates.doubts[address].release,
            candidates.doubts[address].certainty,
        )
        for address, found in candidates.identified()
    )
    for address in candidates.open():
        if address not in candidates.ids:
            search.explain(candidates, address)
    given_up = {
        address: GIVEN_UP
        for address, (_, accepting) in candidates.refused.items()
        if address in candidates.accepted and accepting == GIVEN_UP
    }
    settled = {**candidates.settled, **given_up}
    result.settled = tuple(Settled(candidates.doubts[address], why) for address, why in settled.items())
    result.unadopted = tuple(
        Unadopted(
            candidates.doubts[address],
            why,
            look_for(candidates.doubts[address].type, candidates.values[address]),
            accepting,
        )
        for address, (why, accepting) in candidates.refused.items()
        if address not in settled
    )
    return result


def _drop(candidates: Candidates, heard: Heard, imports: Sequence[tuple[str, str]]) -> None:
    """Take out the candidates that a plan failed over.

    Raises:
        MendixError: it failed over something else.
    """
    if heard.error is None:
        return
    named = False
    for said in heard.said:
        for address, _ in imports:
            if address in said or address.replace("\\", "\\\\").replace('"', '\\"') in said:
                named = True
                if GONE in said:
                    candidates.settled[address] = ABSENT
                else:
                    candidates.refuse(address, said.strip().split("\n")[0])
    if named:
        return
    # Some providers do not say which import they could not read: then it is one of those that did not succeed.
    unproven = [address for address, _ in imports if address not in heard.proven]
    if not unproven:
        raise heard.error
    for address in unproven:
        candidates.refuse(address, f"Terraform cannot import it: {heard.error.diagnostics[0].summary}")


def _learn(candidates: Candidates, document: PlanDocument) -> bool:
    """Take what the plan knows of the candidates that it would create; whether that is more than before."""
    more = False
    for change in document.changes:
        if change.address in candidates.doubts and change.action is Action.CREATE:
            values = candidates.values[change.address]
            fresh = {path: value for path, value in identity(change).items() if path not in values}
            more = more or bool(fresh)
            values.update(fresh)
    return more


def _refuse(
    workplace: Workplace,
    candidates: Candidates,
    document: PlanDocument,
    known: Collection[str],
    parted: Mapping[str, Collection[str]],
) -> bool:
    """Take out what is another's, and what could only be adopted to be made anew at a loss; whether there is such."""
    more = False
    for one in judged(document):
        change, address = one.change, one.change.address
        if address not in candidates.ids or change.raw.get("deposed"):
            continue
        owner = _owner(change)
        doubt = candidates.doubts[address]
        loses = change.action is Action.REPLACE and one.verdict is not Verdict.REVERSIBLE
        if lookup(change.raw, "change.before.id") in parted.get(address, ()):
            candidates.refuse(address, "what AWS has is the object that was to be replaced")
        elif owner and owner != workplace.environment:
            candidates.settled[address] = f"AWS has one of that name, and its tags say that it is {owner}'s"
        elif (
            doubt.certainty is Certainty.TAKEN
            and owner is not None
            and not owner
            and address not in candidates.accepted
        ):
            candidates.refuse(address, "AWS has one of that name, and its tags do not say whose it is", "it is adopted")
        elif doubt.certainty is Certainty.TAKEN and owner is None and not _belongs(candidates, address, known):
            candidates.refuse(address, "AWS has one of that name, and whose it is cannot be seen", "it is adopted")
        elif loses and address not in candidates.accepted:
            forced = ", ".join(attribute.path for attribute in change.attributes if attribute.forces_replacement)
            candidates.refuse(address, f"it is not as the YAML says and would be replaced ({forced})", REPLACED)
        else:
            continue
        more = True
    return more


def _owner(change: ResourceChange) -> str | None:
    """The environment that a resource's tags name, "" where they name none; None for a type that has no tags."""
    before = change.raw.get("change", {}).get("before")
    if not isinstance(before, Mapping) or "tags_all" not in before:
        return None
    return lookup(before, "tags_all.environment") or ""


def _belongs(candidates: Candidates, address: str, known: Collection[str]) -> bool:
    """Whether a resource without tags is a part of one that is this environment's, or was accepted by name."""
    kind = candidates.doubts[address].type
    parents = {candidates.values[address].get(path, "") for path in identity_attributes(kind)}
    others = {found for other, found in candidates.ids.items() if other != address}
    return address in candidates.accepted or bool(parents & {*known, *others})


def _check(workplace: Workplace, candidates: Candidates, document: PlanDocument) -> None:
    more = [change for change in document.changes if not _is_adoption(candidates, change)]
    if more:
        raise Refused(
            Diagnostic(
                "MXP214",
                f"to adopt what a crash of {workplace.environment} has left, "
                f"{', '.join(f'{change.address} would be {_PAST[change.action]}' for change in more[:5])}; a recovery "
                "only adopts",
                hint="set the YAML back to what that release had (mendixctl show), recover, then change it again",
            )
        )


def _is_adoption(candidates: Candidates, change: ResourceChange) -> bool:
    """An import; the replacement of what is imported, where that loses nothing or was accepted; the end of one."""
    if change.action in ALLOWED:
        return True
    ours = change.address in candidates.ids
    return ours and (change.action is Action.REPLACE or (change.action is Action.DELETE and "deposed" in change.raw))


_PAST = {
    Action.CREATE: "created",
    Action.DELETE: "destroyed",
    Action.REPLACE: "replaced",
    Action.FORGET: "forgotten",
    Action.NOOP: "kept",
    Action.READ: "read",
    Action.UPDATE: "changed",
    Action.IMPORT: "imported",
    Action.MOVE: "moved",
}
