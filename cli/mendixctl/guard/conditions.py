"""What a rule can ask of a value before and after a change.

Each question is a function of the two values and of the rule's own words. A value that only the apply will tell
counts as changed to the worst: every question about it is answered with yes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mendixctl.guard.paths import UNKNOWN, look

_EMPTY = (str, list, dict)
_DIGITS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Condition:
    """One question: where to look, which question, and the values that it names.

    ``endless``: values of a length of time that mean for ever, besides not being set.
    """

    steps: tuple[str, ...]
    question: str
    values: tuple[Any, ...] = ()
    endless: tuple[Any, ...] = ()

    def holds(self, before: Any, after: Any, before_unknown: Any, after_unknown: Any) -> bool:
        """Whether it holds of any value at the path."""
        old, new = look(self.steps, before, before_unknown), look(self.steps, after, after_unknown)
        ask = QUESTIONS[self.question]
        return any(ask(old.get(key), new.get(key), self) for key in {**old, **new})


def same(one: Any, other: Any) -> bool:
    """Equal in value and kind: True is not 1, but 7 is 7.0; nothing is an empty collection."""
    if one is UNKNOWN or other is UNKNOWN:
        return one is other
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    return bool(one == other) or (_nothing(one) and _nothing(other))


def number(value: Any) -> float | None:
    """A number, also one that is written as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(found) else found


def version(value: Any) -> tuple[int, ...]:
    """The numbers of a version, ``8.0.mysql_aurora.3.04`` included; empty for what has none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return ()
    return tuple(int(digits) for digits in _DIGITS.findall(str(value)[:200]))


def _nothing(value: Any) -> bool:
    return value is None or (type(value) in _EMPTY and not value)


def _among(value: Any, values: Sequence[Any]) -> bool:
    return any(same(value, one) for one in values)


def _unknown(before: Any, after: Any) -> bool:
    return before is UNKNOWN or after is UNKNOWN


def _changes(before: Any, after: Any, _: Condition) -> bool:
    return _unknown(before, after) or not same(before, after)


def _order(before: Any, after: Any) -> float:
    """Negative where it gets lower, positive where it gets higher, 0 where neither or not known to be numbers."""
    old, new = number(before), number(after)
    return 0.0 if old is None or new is None or old == new else new - old


def _lower(before: Any, after: Any, _: Condition) -> bool:
    return not _nothing(before) and (_unknown(before, after) or _order(before, after) < 0)


def _higher(before: Any, after: Any, _: Condition) -> bool:
    return not _nothing(after) and (_unknown(before, after) or _order(before, after) > 0)


def _shorter(before: Any, after: Any, condition: Condition) -> bool:
    """A length of time that gets shorter; no end at all is the longest."""
    if _unknown(before, after):
        return True
    ends = not (_nothing(after) or _among(after, condition.endless))
    ended = not (_nothing(before) or _among(before, condition.endless))
    return ends and (not ended or _order(before, after) < 0)


def _becomes(before: Any, after: Any, condition: Condition) -> bool:
    return not _among(before, condition.values) and (_unknown(before, after) or _among(after, condition.values))


def _leaves(before: Any, after: Any, condition: Condition) -> bool:
    return _becomes(after, before, condition)


def _set(before: Any, after: Any, _: Condition) -> bool:
    return not _nothing(after) and (_unknown(before, after) or _nothing(before))


def _cleared(before: Any, after: Any, condition: Condition) -> bool:
    return _set(after, before, condition)


def _loses(before: Any, after: Any, _: Condition) -> bool:
    """A list that lost elements, or an element that is gone."""
    if _unknown(before, after):
        return not _nothing(before)
    if isinstance(before, list):
        left = after if isinstance(after, list) else []
        return any(not _among(item, left) for item in before)
    return not _nothing(before) and _nothing(after)


def _older(before: Any, after: Any, _: Condition) -> bool:
    return _newer(after, before, _)


def _newer(before: Any, after: Any, _: Condition) -> bool:
    """A higher version, as far as both say: 16 is not older than 16.4."""
    if _unknown(before, after):
        return not _nothing(before) and not _nothing(after)
    old, new = version(before), version(after)
    length = min(len(old), len(new))
    return old[:length] < new[:length]


def _was(before: Any, _: Any, condition: Condition) -> bool:
    return before is UNKNOWN or _among(before, condition.values)


def _was_not(before: Any, _: Any, condition: Condition) -> bool:
    return before is UNKNOWN or not _among(before, condition.values)


def _is(_: Any, after: Any, condition: Condition) -> bool:
    return _was(after, None, condition)


def _is_not(_: Any, after: Any, condition: Condition) -> bool:
    return _was_not(after, None, condition)


def _alters(before: Any, after: Any, _: Condition) -> bool:
    """Something else instead of something; new and removed elements are not altered."""
    return not _nothing(before) and not _nothing(after) and _changes(before, after, _)


def _is_unknown(_: Any, after: Any, __: Condition) -> bool:
    return after is UNKNOWN


def _locks_out(before: Any, after: Any, _: Condition) -> bool:
    """A policy that changes and lets nobody of the account administer the key any more."""
    return after is not UNKNOWN and not same(before, after) and not _nothing(after) and not _administered(after)


def _administered(policy: Any) -> bool:
    """Whether a statement allows the account, or a role of it, to put another policy."""
    statements = look(("{}", "Statement"), policy)[()]
    for one in statements if isinstance(statements, list) else [statements]:
        if not isinstance(one, Mapping) or one.get("Effect") != "Allow" or not one.get("Principal"):
            continue
        actions = one.get("Action")
        for action in actions if isinstance(actions, list) else [actions]:
            if str(action).lower() in ("*", "kms:*", "kms:put*", "kms:putkeypolicy"):
                return True
    return False


Question = Callable[[Any, Any, Condition], bool]

QUESTIONS: Mapping[str, Question] = {
    "changes": _changes,
    "lower": _lower,
    "higher": _higher,
    "shorter": _shorter,
    "becomes": _becomes,
    "leaves": _leaves,
    "set": _set,
    "cleared": _cleared,
    "loses": _loses,
    "older": _older,
    "newer": _newer,
    "was": _was,
    "was-not": _was_not,
    "is": _is,
    "is-not": _is_not,
    "alters": _alters,
    "unknown": _is_unknown,
    "locks-out": _locks_out,
}
