"""What one plan may take away: irreversible changes one by one, destroys and replacements by number.

Pure: planned changes in, objections out. Judged by the plan alone, so it makes no difference whether the resource's
block, and a ``prevent_destroy`` in it, still stands in the HCL.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from mendixctl.terraform.plan import Action


@dataclass(frozen=True, slots=True)
class Planned:
    """One planned change, as far as a guard needs it.

    ``loses``: it is irreversible and something is lost by it (`Judgement.loses`); ``why``: the reason of its verdict.
    """

    address: str
    action: Action
    loses: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """A reason for which a plan is not applied. ``addresses``: what it is about, each with what happens to it.

    It is withdrawn once each of ``accept`` is accepted, or each of ``allow`` is allowed to be tried; where both are
    empty, neither helps and ``way_past`` says what does. ``key``: the setting in the YAML that it comes from, such as
    ``limits.destroy``.
    """

    code: str
    summary: str
    addresses: tuple[tuple[str, str], ...] = ()
    accept: tuple[str, ...] = ()
    way_past: str = ""
    key: str = ""
    allow: tuple[str, ...] = ()


def acceptable(changes: Iterable[Planned]) -> list[str]:
    """The addresses of which a loss can be accepted at all: what is irreversible, destroyed or replaced."""
    found = (change.address for change in changes if change.loses or change.action in (Action.DELETE, Action.REPLACE))
    return list(dict.fromkeys(found))


def irreversible(changes: Sequence[Planned], accepted: Collection[str]) -> list[Objection]:
    """MXG101: changes that cannot be taken back and were not accepted by name."""
    lost = [change for change in changes if change.loses and change.address not in accepted]
    if not lost:
        return []
    shown = _each(lost)
    count = f"{len(shown)} changes cannot" if len(shown) > 1 else "a change cannot"
    return [
        Objection(
            "MXG101",
            f"{count} be taken back",
            shown,
            tuple(address for address, _ in shown),
            "accept the loss of each by name",
        )
    ]


def limits(
    changes: Sequence[Planned], accepted: Collection[str], *, destroy: int | None, replace: int | None
) -> list[Objection]:
    """MXG102 and MXG103: more destroys or replacements than the environment allows; None: no limit.

    What is accepted by name does not count.
    """
    found = []
    for code, action, limit, key, word in (
        ("MXG102", Action.DELETE, destroy, "limits.destroy", "destroys"),
        ("MXG103", Action.REPLACE, replace, "limits.replace", "replaces"),
    ):
        counted = [change for change in changes if change.action is action and change.address not in accepted]
        shown = _each(counted)
        if limit is None or len(shown) <= limit:
            continue
        certain = {change.address for change in counted if change.loses}
        # those are accepted in any case (MXG101); whether the others must be too depends on what is left then
        rest = len(shown) - len(certain) > limit
        found.append(
            Objection(
                code,
                f"the plan {word} {_resources(len(shown))}, and {key} is {limit}",
                shown,
                tuple(address for address, _ in shown if rest or address in certain),
                f"accept each by name, or raise {key} in the YAML",
                key,
            )
        )
    return found


def created_again(changes: Sequence[Planned], unchanged: int, there: Collection[str]) -> list[str]:
    """The addresses that a plan creates although they are ``there`` already, if it creates everything there is.

    A plan that also keeps, changes or takes away something knows the resources: then single ones that come back were
    lost singly, which is for a verdict to say.
    """
    if unchanged or any(change.action is not Action.CREATE for change in changes):
        return []
    return list(dict.fromkeys(change.address for change in changes if change.address in there))


def unknown(accepted: Iterable[str], possible: Collection[str]) -> list[tuple[str, str]]:
    """Acceptances that accept nothing in the plan, each with the address that was probably meant (or nothing)."""
    return [
        (address, next(iter(difflib.get_close_matches(address, possible, n=1)), ""))
        for address in dict.fromkeys(accepted)
        if address not in possible
    ]


def _each(changes: Sequence[Planned]) -> tuple[tuple[str, str], ...]:
    """Each address once, with its action and reason: a deposed object stands in a plan beside the current one."""
    told: dict[str, str] = {}
    for change in changes:
        told.setdefault(change.address, f"{change.action.value}{f': {change.why}' if change.why else ''}")
    return tuple(told.items())


def _resources(count: int) -> str:
    return "1 resource" if count == 1 else f"{count} resources"
