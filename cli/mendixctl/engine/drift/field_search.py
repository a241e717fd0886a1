"""Drift adopted into the YAML: for each attribute the field that drives it, found by guessing and proven by a plan.

A guess is right when a plan of the YAML with it no longer changes the attribute back, and changes nothing else that a
plan without it would not. So a field that also drives what did not drift is no field for it. The plans start from the
state as it was just read, in the private copy, so each takes seconds and asks AWS nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mendixctl.engine.drift.candidates import NEVER, REMOVED, Guess, applied, effective, guesses, removals, unset_fields
from mendixctl.engine.drift.results import Adoption, Drifted, DriftedAttribute, NotAdopted
from mendixctl.engine.drift.run import Examination
from mendixctl.engine.drift.scratch_root import today
from mendixctl.engine.secret_fields import AreaOf, Hidden, masked
from mendixctl.terraform.plan import Action, PlanDocument
from mendixgen.diagnostics import Interrupted, MendixError
from mendixgen.spec.loader import Specification, load_text
from mendixgen.spec.wording import dotted

MOST_PLANS = 40

NO_FIELD = "no field of the YAML has that value, or could have it"
NOT_PROVEN = "no field of the YAML was found that changes this and nothing else"

Atom = tuple[str, str, str]


@dataclass(slots=True)
class _Wish:
    """One drifted attribute, or a resource that was deleted, and the guesses for it."""

    drifted: Drifted
    attribute: DriftedAttribute | None
    guesses: list[Guess] = field(default_factory=list)
    chosen: Guess | None = None

    def met(self, plan: PlanDocument) -> bool:
        """Whether a plan leaves it as it is in AWS."""
        change = next((one for one in plan.changes if one.address == self.drifted.address), None)
        if change is None:
            return True
        if self.attribute is None:
            return False
        in_place = change.action in (Action.UPDATE, Action.REPLACE)
        return in_place and all(one.path != self.attribute.path for one in change.attributes)


@dataclass(slots=True)
class Found:
    """What can be adopted: the text of the YAML with it, what was adopted, and the rest with the reason."""

    text: str
    adoptions: tuple[Adoption, ...]
    rest: tuple[NotAdopted, ...]


def search(examination: Examination) -> Found:
    """Find the fields for everything that drifted.

    Raises:
        MendixError: Terraform cannot plan at all; Interrupted, a person stopped it.
    """
    return _Search(examination).run()


class _Search:
    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._workplace = examination.workplace
        self._data: Mapping[str, Any] = self._workplace.specification.data
        self._areas = AreaOf(self._workplace)
        self._hidden = Hidden(self._workplace.store, self._areas)
        self._before = atoms(examination.wanted)
        self._settings = self._all_settings()
        self._left = MOST_PLANS

    def run(self) -> Found:
        wishes = list(self._wishes())
        open_wishes = [wish for wish in wishes if wish.guesses]
        if not self._all_at_once(open_wishes):
            for wish in open_wishes:
                self._one(wish)
        adopted = [wish for wish in wishes if wish.chosen is not None]
        return Found(
            text=self._workplace.specification.rewritten(self._data),
            adoptions=tuple(self._adoption(wish, wish.chosen) for wish in adopted if wish.chosen is not None),
            rest=tuple(self._not_adopted(wish) for wish in wishes if wish.chosen is None),
        )

    # -- guessing -------------------------------------------------------------------------------

    def _wishes(self) -> Iterator[_Wish]:
        for drifted in self._examination.result.drifted:
            if drifted.happened == "deleted":
                yield _Wish(drifted, None, removals(drifted.address, self._data))
            for attribute in drifted.attributes:
                if not attribute.adopted:
                    yield _Wish(drifted, attribute, self._guesses(drifted, attribute))

    def _guesses(self, drifted: Drifted, attribute: DriftedAttribute) -> list[Guess]:
        if attribute.sensitive:
            return []
        prefix = self._areas.prefix(drifted.area)
        section = self._workplace.specification.settings.get(drifted.area, {})
        pin = self._workplace.lock.pins.get(drifted.area)
        schema = self._workplace.store.manifest(drifted.area, pin.version).section if pin else {}
        settings = {path: value for path, value in self._settings.items() if path[0] not in NEVER}
        unset = unset_fields(section, schema, prefix)
        return guesses(drifted.address, attribute.path, attribute.released, attribute.now, settings, unset)

    def _all_settings(self) -> dict[tuple[str | int, ...], Any]:
        found: dict[tuple[str | int, ...], Any] = {}
        for area, section in self._workplace.specification.settings.items():
            found |= effective(section, ("apps",) if area == "apps" else self._areas.prefix(area))
        header = {key: value for key, value in self._data.items() if not self._areas((key,))}
        return effective(header, ()) | found

    # -- proving --------------------------------------------------------------------------------

    def _all_at_once(self, wishes: list[_Wish]) -> bool:
        """Whether the likeliest guesses together are right: most drift has one cause, and this is one plan."""
        data = self._data
        for wish in wishes:
            data = applied(data, wish.guesses[0])
        plan = self._plan(data) if wishes else None
        if plan is None or atoms(plan) - self._before or not all(wish.met(plan) for wish in wishes):
            return False
        for wish in wishes:
            wish.chosen = wish.guesses[0]
        self._data = data
        return True

    def _one(self, wish: _Wish) -> None:
        """Try the guesses for one wish on top of what is adopted already."""
        for guess in wish.guesses:
            data = applied(self._data, guess)
            plan = self._plan(data)
            if plan is not None and wish.met(plan) and not atoms(plan) - self._before:
                wish.chosen = guess
                self._data = data
                return

    def _plan(self, data: Mapping[str, Any]) -> PlanDocument | None:
        """A plan of the YAML with this data; None where it would be no valid YAML, or too many plans were made."""
        if self._left <= 0:
            return None
        self._left -= 1
        try:
            specification = self._specification(self._text(data))
            return self._examination.copy.plan(today(replace(self._workplace, specification=specification)))
        except Interrupted:
            raise
        except (MendixError, ValueError):
            return None

    def _text(self, data: Mapping[str, Any]) -> str:
        from mendixgen.spec.edit import rewrite

        return rewrite(self._workplace.specification.whole, data)

    def _specification(self, text: str) -> Specification:
        workplace = self._workplace
        return load_text(
            text, workplace.specification.file, store=workplace.store, lock=workplace.lock, name=workplace.environment
        )

    # -- telling --------------------------------------------------------------------------------

    def _adoption(self, wish: _Wish, guess: Guess) -> Adoption:
        show: Callable[[Any], Any] = masked if self._hidden(guess.path) else lambda value: value
        before = _at(self._workplace.specification.data, guess.path)
        after = None if guess.value is REMOVED else guess.value
        attribute = wish.attribute.path if wish.attribute else ""
        return Adoption(dotted(guess.path), show(before), show(after), wish.drifted.address, attribute)

    def _not_adopted(self, wish: _Wish) -> NotAdopted:
        attribute = wish.attribute.path if wish.attribute else ""
        if wish.attribute is not None and wish.attribute.sensitive:
            reason = "its value is secret"
        else:
            reason = NOT_PROVEN if wish.guesses else NO_FIELD
        return NotAdopted(wish.drifted.address, attribute, reason)


def atoms(plan: PlanDocument) -> frozenset[Atom]:
    """Everything that a plan changes, in the smallest parts: resource by resource, attribute by attribute."""
    found = set()
    for change in plan.changes:
        found.add((change.address, change.action.value, ""))
        if change.action in (Action.UPDATE, Action.REPLACE):
            found |= {(change.address, one.path, json.dumps(one.after, default=str)) for one in change.attributes}
    return frozenset(found)


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        if not isinstance(data, Mapping) or step not in data:
            return None
        data = data[step]
    return data
