"""The shape of a question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mendixctl.preflight.findings import Finding
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.subject import Subject


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask of AWS.

    ``concerns`` gives what the answer depends on besides account, region and caller, as plain data: the answer is the
    same for an hour as long as that is. None means that there is nothing to ask of this subject, or of this plan.
    ``ask`` gives the findings, one of grade ``ok`` where all is as it should be.
    """

    name: str
    title: str
    concerns: Callable[[Subject], Any]
    ask: Callable[[Subject, Inquiry], Iterable[Finding]]
