"""A plan's changes with what the guard says of each: the guard's rules brought to the engine's results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mendixctl.engine.results import Judged
from mendixctl.guard import judge as guard
from mendixctl.guard.verdict import Verdict
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.plan import Action, PlanDocument
from mendixgen.diagnostics import MendixError

LOOK_BACK = 50
"""Releases. What was deleted longer ago is told by no plan any more; its backups are as old."""


def judged(document: PlanDocument) -> tuple[Judged, ...]:
    """Every change of a plan, in the plan's order."""
    return tuple(Judged(ruling.change, ruling.judgement, ruling.back) for ruling in guard.judge(document))


def with_history(changes: Sequence[Judged], store: LedgerStore) -> tuple[Judged, ...]:
    """``changes`` with what the ledger adds: what an earlier release deleted does not come back by being created.

    The ledger is only read where the plan creates something that would hold data or an identity.
    """
    waiting = {
        one.change.address
        for one in changes
        if one.change.action is Action.CREATE and guard.created_again(one.change).verdict is not Verdict.REVERSIBLE
    }
    deleted = _deleted(waiting, store) if waiting else {}
    return tuple(
        replace(one, judgement=guard.created_again(one.change, f"v{deleted[one.change.address]} deleted it"))
        if one.change.address in deleted and one.change.action is Action.CREATE
        else one
        for one in changes
    )


def _deleted(waiting: set[str], store: LedgerStore) -> dict[str, int]:
    """The release that deleted each address, of those whose deletion is the last that the ledger knows of them."""
    waiting = set(waiting)
    found: dict[str, int] = {}
    for number in sorted(store.numbers(), reverse=True)[:LOOK_BACK]:
        try:
            record = store.read(number)
        except MendixError:
            break  # a record that cannot be believed says nothing, and what is before it might be older news
        done = set(record.outcome.done) if record.outcome else set()
        for change in record.release.changes:
            if change.address in waiting and change.address in done:
                waiting.discard(change.address)
                if change.action in (Action.DELETE, Action.FORGET):
                    found[change.address] = number
        if not waiting:
            break
    return found


def losses(document: PlanDocument) -> tuple[Judged, ...]:
    """What was done outside Terraform, as far as it took away data, protection or a way back.

    What only grew there (storage, which nothing makes smaller again) took away nothing.
    """
    found = (Judged(ruling.change, ruling.judgement, ruling.back) for ruling in guard.judge_drift(document))
    return tuple(one for one in found if one.verdict is not Verdict.REVERSIBLE and not _merely_grew(one))


def _merely_grew(one: Judged) -> bool:
    return one.judgement.one_way and one.judgement.besides is Verdict.REVERSIBLE
