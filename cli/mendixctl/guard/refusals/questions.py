"""What a refusal can ask of a fact, besides what a verdict asks: numbers, versions, sets, blocks of addresses, windows.

Every question is a function of the fact before and after, and of what the rule names: values, or other facts. What is
not set answers no question, and what is not known is never asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from typing import Any

from mendixctl.guard.conditions import number, same, version
from mendixgen.areas.database import catalogue, parameters
from mendixgen.areas.database.parameters import Standing

Question = Callable[[Any, Any, tuple[Any, ...]], bool]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
_TIME = re.compile(r"(?:(\w{3}):)?(\d\d):(\d\d)-(?:(\w{3}):)?(\d\d):(\d\d)\Z")
_FAMILY = re.compile(r"(?:(?P<oracle>oracle-[a-z0-9-]+?)-|(?P<mysql>mysql)|postgres)(?P<version>[0-9.]+)\Z")
FOREIGN = (Standing.FOREIGN, Standing.EARLIER, Standing.LATER)
_SPACE = re.compile(r"\s+")


def minor(value: Any) -> int | None:
    """The minor number of a version such as 1.33; None where there is none."""
    numbers = version(value)
    return numbers[1] if len(numbers) > 1 else None


def minors_between(lower: Any, higher: Any) -> int | None:
    """How many minor versions ``higher`` is above ``lower``; None for what is not of one major version."""
    one, other = version(lower), version(higher)
    if len(one) < 2 or len(other) < 2 or one[0] != other[0]:
        return None
    return other[1] - one[1]


def block(value: Any) -> IPv4Network | None:
    """A block of IPv4 addresses; None for what is none."""
    try:
        return IPv4Network(value) if isinstance(value, str) else None
    except ValueError:
        return None


def windows(value: Any) -> list[tuple[int, int]]:
    """The minutes of a week that a daily or weekly window covers, as begin and end; nothing for what is no window."""
    found = _TIME.match(str(value).lower())
    if found is None:
        return []
    first, begin_hour, begin_minute, last, end_hour, end_minute = found.groups()
    begin, end = int(begin_hour) * 60 + int(begin_minute), int(end_hour) * 60 + int(end_minute)
    if first is None:
        length = (end - begin) % MINUTES_A_DAY
        return [(day * MINUTES_A_DAY + begin, day * MINUTES_A_DAY + begin + length) for day in range(len(DAYS))]
    if first not in DAYS or last not in DAYS:
        return []
    start = DAYS.index(first) * MINUTES_A_DAY + begin
    length = (DAYS.index(last) * MINUTES_A_DAY + end - start) % (len(DAYS) * MINUTES_A_DAY)
    return [(start, start + length)]


def family(engine: Any, engine_version: Any) -> str:
    """The parameter group family of an RDS engine's version; empty where it is not known.

    Source: Amazon RDS API, DescribeDBEngineVersions (DBParameterGroupFamily).
    """
    numbers = version(engine_version)
    if not isinstance(engine, str) or not numbers:
        return ""
    if engine == "postgres":
        return f"postgres{numbers[0]}"
    if engine in ("mysql", "mariadb"):
        return f"{engine}{numbers[0]}.{numbers[1]}" if len(numbers) > 1 else ""
    return f"{engine}-{numbers[0]}" if engine.startswith("oracle-") else ""


def _numbers(after: Any, other: Any) -> tuple[float, float] | None:
    one, two = number(after), number(other)
    return None if one is None or two is None else (one, two)


def _above(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    both = _numbers(after, named[0])
    return both is not None and both[0] > both[1]


def _below(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    both = _numbers(after, named[0])
    return both is not None and both[0] < both[1]


def _outside(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    return _below(None, after, named[:1]) or _above(None, after, named[1:])


def _times_above(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """More than ``named[1]`` times another fact."""
    both = _numbers(after, named[0])
    return both is not None and both[0] > both[1] * named[1]


def _within_of(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """Less than ``named[1]`` above another fact, or below it."""
    both = _numbers(after, named[0])
    return both is not None and both[0] < both[1] + named[1]


def _no_multiple(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A number that another does not divide."""
    both = _numbers(after, named[0])
    return both is not None and both[1] > 0 and both[0] % both[1] != 0


def _longer(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    return isinstance(after, str | list | Mapping) and len(after) > named[0]


def _packed_longer(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """More characters than so many, white space not counted, as IAM counts."""
    return isinstance(after, str) and len(_SPACE.sub("", after)) > named[0]


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [str(key) for key in value]
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _unlike(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A text, an element or a key that does not match as a whole."""
    return any(not re.fullmatch(named[0], text) for text in _texts(after))


def _like(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    return any(re.fullmatch(named[0], text) for text in _texts(after))


def _minors_up(before: Any, after: Any, named: tuple[Any, ...]) -> bool:
    steps = minors_between(before, after)
    return steps is not None and steps > named[0]


def _minors_behind(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """More than ``named[1]`` minor versions below another fact."""
    steps = minors_between(after, named[0])
    return steps is not None and steps > named[1]


def _newer_than(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    old, new = version(named[0]), version(after)
    length = min(len(old), len(new))
    return length > 0 and new[:length] > old[:length]


def _major_up(before: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A higher major version of an engine: two numbers for MySQL and MariaDB, one for the others."""
    length = 2 if named[0] in ("mysql", "mariadb") else 1
    old, new = version(before)[:length], version(after)[:length]
    return len(old) == len(new) == length and new > old


def _minor_up(before: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A newer version within an engine's major one."""
    length = min(len(version(before)), len(version(after)))
    return version(after)[:length] > version(before)[:length] and not _major_up(before, after, named)


def _no_path_from(before: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A version that AWS does not upgrade to. ``named``: the engine, and what runs where that is known."""
    engine, runs = named[0], named[1] or before
    if not all(isinstance(one, str) and one for one in (engine, runs, after)):
        return False
    return catalogue.is_upgrade(engine, runs, after) is False and version(after) > version(runs)


def _grows_below(before: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A number that grows, and by less than so many percent."""
    both = _numbers(before, after)
    return both is not None and both[0] < both[1] and both[1] * 100 < both[0] * (100 + named[0])


def _minors_down(before: Any, after: Any, named: tuple[Any, ...]) -> bool:
    steps = minors_between(after, before)
    return steps is not None and steps > named[0]


def _was_behind(before: Any, _: Any, named: tuple[Any, ...]) -> bool:
    return _minors_behind(None, before, named)


def _was_like(before: Any, _: Any, named: tuple[Any, ...]) -> bool:
    return _like(None, before, named)


def _was_unlike(before: Any, _: Any, named: tuple[Any, ...]) -> bool:
    return _unlike(None, before, named)


def _was_outside(before: Any, _: Any, named: tuple[Any, ...]) -> bool:
    return _outside(None, before, named)


def _stays(before: Any, after: Any, _: tuple[Any, ...]) -> bool:
    """Something that is the same afterwards."""
    return before not in (None, "", [], {}) and same(before, after)


def _alters_or_clears(before: Any, after: Any, _: tuple[Any, ...]) -> bool:
    return before not in (None, "", [], {}) and not same(before, after)


def _bytes_above(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A mapping of more bytes as JSON, as Lambda measures an environment."""
    return isinstance(after, Mapping) and len(json.dumps(after, separators=(",", ":")).encode()) > named[0]


def _grants_resources_only(_: Any, after: Any, __: tuple[Any, ...]) -> bool:
    """A key policy that lets nobody make a grant without the condition ``kms:GrantIsForAWSResource``."""
    try:
        policy = json.loads(after) if isinstance(after, str) else None
    except ValueError:
        return False
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    granting = [one for one in _listed(statements) if isinstance(one, Mapping) and _may_grant(one)]
    return bool(granting) and all("kms:GrantIsForAWSResource" in json.dumps(one.get("Condition")) for one in granting)


def _may_grant(statement: Mapping[str, Any]) -> bool:
    actions = [str(one).lower() for one in _listed(statement.get("Action"))]
    return statement.get("Effect") == "Allow" and any(
        one in ("*", "kms:*", "kms:create*", "kms:creategrant") for one in actions
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _release_of_another(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A release such as 1.33.4-20261104 that is of another minor version than the fact."""
    steps = minors_between(after, named[0])
    return steps is not None and steps != 0


def _foreign_parameter(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A parameter that another engine, or another version of this one, is known to have; ``named``: the family."""
    found = _FAMILY.match(str(named[0]))
    if found is None or not isinstance(after, str):
        return False
    kind: catalogue.Kind = "oracle" if found["oracle"] else "mysql" if found["mysql"] else "postgres"
    return parameters.judge(kind, found["version"], after).standing in FOREIGN


def _not_the_family(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    wanted = family(named[0], named[1])
    return bool(wanted) and isinstance(after, str) and after != wanted


def _equals(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    return after is not None and same(after, named[0])


def _another_set(before: Any, after: Any, _: tuple[Any, ...]) -> bool:
    return isinstance(before, list) and isinstance(after, list) and set(map(str, before)) != set(map(str, after))


def _loses_some(before: Any, after: Any, _: tuple[Any, ...]) -> bool:
    """A list that lacks afterwards what it had before."""
    return isinstance(before, list) and isinstance(after, list) and bool(set(map(str, before)) - set(map(str, after)))


def _missing_from(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """Something that is not in a list."""
    return after not in (None, "") and isinstance(named[0], list) and str(after) not in set(map(str, named[0]))


def _kinds_below(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """Some elements, but fewer different ones than so many."""
    return isinstance(after, list) and 0 < len(set(map(str, after))) < named[0]


def _repeats(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A list with an element twice; of objects, with what stands under one of these names twice."""
    if not isinstance(after, list):
        return False
    told = [_named(one, named) for one in after] if named else after
    found = [repr(one) for one in told if one is not None]
    return len(set(found)) < len(found)


def _named(item: Any, names: tuple[Any, ...]) -> Any:
    return next((item[name] for name in map(str, names) if name in item), None) if isinstance(item, Mapping) else None


def _beyond(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """An element that is not among these."""
    return isinstance(after, list) and any(all(not same(one, other) for other in named) for one in after)


def _prefix_outside(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    found = block(after)
    return found is not None and not named[0] <= found.prefixlen <= named[1]


def _meets(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A block of addresses that overlaps another."""
    one, other = block(after), block(named[0])
    return one is not None and other is not None and one.overlaps(other)


def _leaves_blocks(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A block of addresses that is not inside one of these."""
    every = [one for value in named for one in _listed(value)]
    found, around = block(after), [one for one in map(block, every) if one is not None]
    return found is not None and bool(around) and not any(found.subnet_of(one) for one in around)


def _clashes(_: Any, after: Any, named: tuple[Any, ...]) -> bool:
    """A daily or weekly window that overlaps another, across the end of the week as well."""
    week = len(DAYS) * MINUTES_A_DAY
    return any(
        begin < other_end + shift and other_begin + shift < end
        for begin, end in windows(after)
        for other_begin, other_end in windows(named[0])
        for shift in (-week, 0, week)
    )


QUESTIONS: Mapping[str, Question] = {
    "above": _above,
    "below": _below,
    "outside": _outside,
    "times-above": _times_above,
    "less-than-after": _within_of,
    "no-multiple-of": _no_multiple,
    "longer": _longer,
    "packed-longer": _packed_longer,
    "unlike": _unlike,
    "like": _like,
    "minors-up": _minors_up,
    "minors-down": _minors_down,
    "minors-behind": _minors_behind,
    "was-behind": _was_behind,
    "was-like": _was_like,
    "was-unlike": _was_unlike,
    "was-outside": _was_outside,
    "stays": _stays,
    "alters-or-clears": _alters_or_clears,
    "bytes-above": _bytes_above,
    "grants-resources-only": _grants_resources_only,
    "newer-than": _newer_than,
    "major-up": _major_up,
    "minor-up": _minor_up,
    "grows-below": _grows_below,
    "no-path-from": _no_path_from,
    "release-of-another": _release_of_another,
    "foreign-parameter": _foreign_parameter,
    "not-the-family": _not_the_family,
    "equals": _equals,
    "another-set": _another_set,
    "kinds-below": _kinds_below,
    "loses-some": _loses_some,
    "missing-from": _missing_from,
    "repeats": _repeats,
    "beyond": _beyond,
    "prefix-outside": _prefix_outside,
    "meets": _meets,
    "leaves-blocks": _leaves_blocks,
    "clashes": _clashes,
}
