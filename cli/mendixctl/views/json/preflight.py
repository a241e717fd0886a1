"""What AWS says before an apply, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.preflight.findings import Grade
from mendixctl.views.json.plain import plain
from mendixctl.views.json.shown import Shown
from mendixgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mendixctl.engine.doctor.results import DoctorResult
    from mendixctl.engine.preflight.results import Preflight, PreflightResult
    from mendixctl.preflight.findings import Answer, Finding

Document = dict[str, Any]


def shown(of: PreflightResult) -> Shown:
    """A preflight that was asked for by name, and what it found as diagnostics."""
    return Shown(result(of), diagnostics(of.preflight))


def doctored(of: DoctorResult) -> Shown:
    """What a doctor looked at, check by check, and the preflight that followed, or null."""
    document = {
        "environment": of.environment,
        "grade": plain(of.grade),
        "checks": [{**plain(one), "grade": plain(one.grade)} for one in of.checks],
        "preflight": answers(of.preflight.preflight) if of.preflight is not None else None,
    }
    return Shown(document, diagnostics(of.preflight.preflight) if of.preflight is not None else ())


def result(of: PreflightResult) -> Document:
    """A preflight that was asked for by name."""
    scope = of.scope
    return {
        "environment": scope.environment,
        "account": scope.account,
        "region": scope.region,
        "target": scope.target,
        "rehearsal": scope.rehearsal,
        "protected": scope.protected,
        **answers(of.preflight),
        "pinned": plain(of.pinned),
        "file": of.file,
    }


def answers(of: Preflight) -> Document:
    """The answers of a preflight, question by question."""
    return {"grade": plain(of.grade), "of_plan": of.of_plan, "questions": [_answer(one) for one in of.answers]}


def diagnostics(of: Preflight) -> list[Diagnostic]:
    """What a person would have to look at."""
    return [finding.diagnostic() for finding in of.of(Grade.ERROR, Grade.WARNING)]


def _answer(one: Answer) -> Document:
    return {
        "name": one.question,
        "title": one.title,
        "status": plain(one.status),
        "grade": plain(one.grade),
        "asked_at": plain(one.asked_at),
        "seconds": one.seconds,
        "findings": [_finding(finding) for finding in one.findings],
    }


def _finding(one: Finding) -> Document:
    place = one.location
    return {
        "code": one.code,
        "grade": plain(one.grade),
        "what": one.what,
        "evidence": one.evidence,
        "hint": one.hint,
        "file": place.file if place else "",
        "line": place.line if place else 0,
        "column": place.column if place else 0,
    }
