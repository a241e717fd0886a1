"""Finds the IDs by which Terraform imports what is in doubt: from names, or by a search at AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.journal.import_ids import import_id
from mendixctl.engine.recover.adoption import ABSENT, SAME, Candidates
from mendixctl.engine.recover.tag_search import Search, can_search, search
from mendixctl.engine.unfinished.orphan_candidates import Doubt
from mendixgen.global_provider import REGION

LATE = timedelta(minutes=5)
"""By how much the tagging API may be late, by far."""


@dataclass(slots=True)
class Identification:
    """Finds the IDs that only AWS knows; AWS is searched once for each."""

    workplace: Workplace
    tools: Tools
    known: set[str]
    given: Mapping[str, str]
    found: dict[str, Search] = field(default_factory=dict)

    def identify(self, candidates: Candidates) -> None:
        for address in candidates.open():
            if address in candidates.ids:
                continue
            kind, values = candidates.doubts[address].type, candidates.values[address]
            given = self._surroundings(address)
            identifier = import_id(kind, {**values, **given})
            if identifier is None and address not in self.found and can_search(kind, values):
                spoken_for = {*self.known, *candidates.ids.values()}
                clients = self.tools.clients
                self.found[address] = found = search(clients, kind, values, spoken_for, given["region"])
                identifier = import_id(kind, {**values, **given, "id": found.id}) if found.id else None
            if identifier is not None:
                candidates.ids[address] = identifier

    def settle_halves(self, candidates: Candidates) -> None:
        """Settle what needs no import of the replacements that were cut in half, and leave the others to a person."""
        for doubt in candidates.doubts.values():
            if not doubt.other:
                continue
            if import_id(doubt.type, {**doubt.values, **self._surroundings(doubt.address)}) == doubt.other:
                # its ID is its name's: whichever of the two AWS has, the state has it
                candidates.settled[doubt.address] = SAME
            elif self._finds_nothing(doubt):
                candidates.settled[doubt.address] = ABSENT
            else:
                why = f"the state has another object at its address, {doubt.other}: a replacement was cut in half"
                done = "is destroyed already" if doubt.gone else "is destroyed"
                candidates.refuse(doubt.address, why, f"the replacement is finished: {doubt.other} {done}")

    def _finds_nothing(self, doubt: Doubt) -> bool:
        """Whether a replacement was cut off before AWS made the new object, as far as AWS can be searched for it."""
        if doubt.gone or "id" in doubt.values or not can_search(doubt.type, doubt.values) or self._too_young(doubt):
            return False
        region = self._surroundings(doubt.address)["region"]
        return search(self.tools.clients, doubt.type, doubt.values, self.known, region) == Search()

    def _surroundings(self, address: str) -> Mapping[str, str]:
        return {**self.given, "region": REGION} if self.workplace.is_global(address) else self.given

    def explain(self, candidates: Candidates, address: str) -> None:
        """Say of one that was not found why not; one that AWS was asked about and does not have was never made."""
        found = self.found.get(address)
        if found is None:
            candidates.refuse(address, "only AWS knows its ID, and it cannot be searched for by tags")
        elif found.others:
            candidates.refuse(address, f"several could be it, or its tags were changed: {', '.join(found.others)}")
        elif self._too_young(candidates.doubts[address]):
            minutes = LATE.seconds // 60
            candidates.refuse(
                address, f"nothing has its tags, but AWS may list it late: recover again in {minutes} min"
            )
        else:
            candidates.settled[address] = ABSENT

    def _too_young(self, doubt: Doubt) -> bool:
        if self.workplace.scope.target != "aws" or doubt.type == "aws_secretsmanager_secret" or doubt.since is None:
            return False
        return self.workplace.session.clock() - doubt.since < LATE
