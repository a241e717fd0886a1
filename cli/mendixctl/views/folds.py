"""What a plan adds, folded: how many resources of which types, where their names alone would be a wall of lines.

Only harmless additions fold. What is replaced, deleted, changed or moved, and whatever a guard has a word about, always
stands by itself. Plain strings in the person's language, the same for a terminal and for reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mendixctl.guard.verdict import Verdict
from mendixctl.language import mark, translated
from mendixctl.terraform.plan import Action
from mendixgen.messages import Message, msg

if TYPE_CHECKING:
    from mendixctl.engine.results import Judged

MOST = 8
"""Additions of one area that are still told by name; more than that fold."""

TYPES = 6
"""Types of resources that a folded line names; the rest is a number."""

_INITIALS = frozenset(
    {"acl", "acm", "aws", "cidr", "dlm", "db", "ebs", "ec2", "ecr", "eip", "eks", "iam", "ipv4", "ipv6", "kms", "lb"}
    | {"nat", "rds", "s3", "sns", "sqs", "ssm", "vpc"}
)


@dataclass(frozen=True, slots=True)
class Fold:
    """The changes of one area: those that are told one by one, and the additions that are only counted."""

    shown: tuple[Judged, ...]
    folded: tuple[Judged, ...]

    @property
    def line(self) -> str:
        """``104 to add: 14 subnets, 12 routes, and 78 more``; empty where nothing is folded."""
        if not self.folded:
            return ""
        return translated(msg("{count} to add: {by_type}", count=f"{len(self.folded):,}", by_type=by_type(self.folded)))


def fold(changes: Sequence[Judged], *, most: int = MOST) -> Fold:
    """Part the changes of one area; up to ``most`` additions stay as they are."""
    plain = [one for one in changes if foldable(one)]
    if len(plain) <= most:
        return Fold(tuple(changes), ())
    return Fold(tuple(one for one in changes if not foldable(one)), tuple(plain))


def foldable(one: Judged) -> bool:
    """Whether a change is an addition that no guard has a word about."""
    judgement = one.judgement
    return one.change.action is Action.CREATE and judgement.verdict is Verdict.REVERSIBLE and not judgement.reason


def by_type(changes: Iterable[Judged], *, most: int = TYPES) -> str:
    """How many of which type, the most frequent first: ``14 subnets, 2 NAT gateways, and 3 more``."""
    counted = Counter(one.change.type for one in changes)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    kept = ordered if len(ordered) <= most + 1 else ordered[:most]
    parts: list[str] = [_counted(kind, count) for kind, count in kept]
    rest = sum(count for _, count in ordered[len(kept) :])
    parts += [msg("and {count} more", count=f"{rest:,}")] if rest else []
    return mark(", ").join(translated(part) for part in parts)


def _counted(kind: str, count: int) -> Message:
    words = noun(kind, count).replace("{", "{{").replace("}", "}}")
    return Message(f"{{count}} {words}", {"count": f"{count:,}"})


def noun(kind: str, count: int = 1) -> str:
    """A type of resource in words: ``aws_nat_gateway`` is ``NAT gateway``, and of several ``NAT gateways``."""
    words = kind.removeprefix("aws_").split("_")
    shown = [word.replace("ipv", "IPv") if word.startswith("ipv") else _cased(word) for word in words]
    if count != 1 and shown:
        shown[-1] = _plural(shown[-1])
    return " ".join(shown)


def _cased(word: str) -> str:
    return word.upper() if word in _INITIALS else word


def _plural(word: str) -> str:
    if word.isupper():
        return word + "s"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("ss", "sh", "ch", "x", "as")):
        return word + "es"
    return word if word.endswith("s") else word + "s"
