"""What AWS will refuse of a plan, as an objection of the gate; what it may refuse, as warnings."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Sequence

from mendixctl.engine.plan.results import Plan
from mendixctl.guard import sizes
from mendixctl.guard.limits import Objection
from mendixctl.guard.refusals.classify import Refusal
from mendixctl.terraform.plan import ResourceChange
from mendixgen.diagnostics import Diagnostic, MendixError, Severity
from mendixgen.messages import msg
from mendixgen.spec.loader import Specification

WAY_PAST = (
    "change the configuration; where you know that AWS takes it, and the rule is wrong, let the apply try it by name"
)

MENDED = frozenset({"eks.min-above-desired", "eks.max-below-desired", "eks.min-above-max"})
"""Refusals that an apply of mendixctl sees to first: it tells EKS a group's own number before Terraform begins."""


def unmended(found: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """What AWS refuses of a plan that mendixctl applies; another Terraform may not do what comes before."""
    return tuple(one for one in found if one.rule not in MENDED)


def told(plans: Sequence[Plan]) -> tuple[Refusal, ...]:
    """What AWS refuses of plans that are carried out one after the other.

    What an earlier one changes (a destroy first disarms what protects data) is judged again when its turn comes.
    """
    found: list[Refusal] = []
    before: set[str] = set()
    for plan in plans:
        found += [one for one in plan.refusals if one.address not in before]
        before |= {judged.change.address for judged in plan.changes}
    return tuple(found)


def objections(left: Sequence[Refusal]) -> list[Objection]:
    """MXG201: changes that AWS will refuse and that nobody allowed to be tried; one for each setting."""
    found = []
    for setting in dict.fromkeys(one.setting for one in left):
        these = [one for one in left if one.setting == setting]
        addresses = tuple(dict.fromkeys(one.address for one in these))
        count = f"{len(addresses)} changes" if len(addresses) > 1 else "a change"
        shown = tuple((one.address, f"{one.code}: {one.text}; instead: {one.instead}") for one in these)
        found.append(
            Objection("MXG201", f"AWS will refuse {count}", shown, way_past=WAY_PAST, key=setting, allow=addresses)
        )
    return found


def warnings(found: Sequence[Refusal], tried: Sequence[str]) -> list[Diagnostic]:
    """MXG202: what AWS refuses under a condition that the plan does not show."""
    return [
        Diagnostic(
            "MXG202",
            f"{one.address}: AWS refuses this if {one.possible} ({one.code}: {one.text})",
            hint=one.instead,
            severity=Severity.WARNING,
        )
        for one in found
        if not one.certain and one.address not in tried
    ]


def fewer_nodes(specification: Specification, changes: Iterable[ResourceChange]) -> list[Diagnostic]:
    """MXG204: node groups that are made anew with fewer nodes than run, each at its least number in the YAML."""
    return [
        Diagnostic(
            "MXG204",
            msg(
                "node group {name} is made anew with nodes: {start}, and {now} run",
                name=one.name,
                start=one.start,
                now=one.now,
            ),
            hint=msg(
                "what scales it adds the rest when the load is there; to begin with all of them, min: {now} for this"
                " apply, and min: {start} again in the next",
                now=one.now,
                start=one.start,
            ),
            severity=Severity.WARNING,
            location=specification.locate(("cluster", "node_groups", one.name, "min")),
        )
        for one in sizes.starting_lower(changes)
    ]


def checked(found: Sequence[Refusal], allowed: Iterable[str]) -> tuple[str, ...]:
    """The allowed addresses, each once.

    Raises:
        MendixError: MXG203, AWS is not said to refuse anything of one of them.
    """
    given = tuple(dict.fromkeys(allowed))
    possible = sorted({one.address for one in found})
    problems = []
    for address in given:
        if address in possible:
            continue
        near = next(iter(difflib.get_close_matches(address, possible, n=1)), "")
        hint = f"did you mean {shlex.quote(near)}?" if near else "leave it out"
        problems.append(
            Diagnostic("MXG203", f"--allow-refused {shlex.quote(address)}: AWS refuses nothing of it here", hint=hint)
        )
    if problems:
        raise MendixError(problems)
    return given
