"""The four words that a guard has for a change, and the judgement that one of them is part of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_DAYS = re.compile(r"P([0-9]{1,5})D\Z")


class Verdict(StrEnum):
    """Whether a change can be taken back, and by what; written from the harmless one to the gravest."""

    REVERSIBLE = "reversible"
    """The next plan takes it back, and nothing is lost meanwhile."""
    WINDOWED = "windowed"
    """It can be taken back for a time: some days, or as long as nothing has used the gap that it opens."""
    RESTORE_NEEDED = "restore-needed"
    """A plan alone does not take it back: it needs a snapshot, an import, another identity, or an outage."""
    IRREVERSIBLE = "irreversible"
    """Data or identity is lost, or AWS refuses the way back."""

    @property
    def gravity(self) -> int:
        """0 for the harmless one, 3 for the gravest. The enum itself compares as text."""
        return list(Verdict).index(self)


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of ``verdicts``; reversible where there are none."""
    return max(verdicts, key=lambda verdict: verdict.gravity, default=Verdict.REVERSIBLE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a guard says of one change, and why.

    ``reason`` is for people and never holds a value of the resource. ``rule`` names what decided
    (``rds.storage-lower``, or ``action.delete`` where only Terraform's action and the type's kind did), ``source``
    where the fact is from.
    ``window`` is how long the way back stays open once the change is made, as an ISO 8601 duration in whole days
    (``P7D``); empty where it has no such end. ``one_way``: AWS refuses the way back, but the change itself loses
    nothing, so that a rollback keeps the newer value; ``besides`` is then the verdict of the rest of the change.
    """

    verdict: Verdict = Verdict.REVERSIBLE
    reason: str = ""
    rule: str = ""
    source: str = ""
    window: str = ""
    one_way: bool = False
    besides: Verdict = Verdict.REVERSIBLE

    @property
    def loses(self) -> bool:
        """Whether making the change loses something for good. This, not the verdict alone, asks for consent."""
        return self.verdict is Verdict.IRREVERSIBLE and not self.one_way

    @property
    def restore_needed(self) -> bool:
        """Whether the way back, or a part of it, needs more than a plan: what a snapshot before is good for."""
        return (self.besides if self.one_way else self.verdict).gravity >= Verdict.RESTORE_NEEDED.gravity

    def until(self, made: datetime) -> datetime | None:
        """When the way back closes if the change is made at ``made``; None where there is no such moment."""
        days = _DAYS.match(self.window)
        return made + timedelta(days=int(days[1])) if days else None


REVERSIBLE = Judgement()
"""What is said of most changes."""
