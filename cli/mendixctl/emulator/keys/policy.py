"""Evaluates a key policy: principals, actions and conditions, as KMS does for a principal of the key's own account.

A policy that names the account (its root) delegates to IAM: who may use the key is then said by the principal's own
policies. ``Principal.delegated`` says whether they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

Context = Mapping[str, str]
"""What is known of a request under the names of condition keys, in lower case."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who uses a key: a service (``logs.eu-central-1.amazonaws.com``), or a user or role by ARN."""

    account: str
    arn: str = ""
    service: str = ""
    delegated: bool = False

    @property
    def role_arn(self) -> str:
        """The role of a session, as policies name it; otherwise the ARN itself."""
        if ":sts:" not in self.arn or ":assumed-role/" not in self.arn:
            return self.arn
        before, _, session = self.arn.partition(":assumed-role/")
        return f"{before.replace(':sts:', ':iam:')}:role/{session.split('/')[0]}"

    def __str__(self) -> str:
        return self.service or self.arn


def allows(policy: Mapping[str, Any], action: str, principal: Principal, context: Context, key: str = "*") -> bool:
    """Whether ``principal`` may do ``action`` with the key (its ARN): allowed somewhere, and denied nowhere."""
    known = {**context, **_of_principal(principal)}
    effects = {
        statement.get("Effect")
        for statement in listed(policy.get("Statement"))
        if _is_for(statement, principal)
        and _takes_action(statement, action)
        and any(_like(key, resource) for resource in listed(statement.get("Resource", "*")))
        and holds(statement.get("Condition") or {}, known)
    }
    return "Allow" in effects and "Deny" not in effects


def holds(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether all conditions are fulfilled; one with an operator that is not known here is not."""
    return all(
        _holds(operator, listed(wanted), context.get(key.lower()))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def listed(value: Any) -> list[Any]:
    """A policy's element as a list: the language takes one value bare."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _of_principal(principal: Principal) -> dict[str, str]:
    if principal.service:
        return {"aws:principalisawsservice": "true"}
    return {
        "aws:principalisawsservice": "false",
        "aws:principalarn": principal.role_arn,
        "aws:principalaccount": principal.account,
        "kms:calleraccount": principal.account,
    }


def _is_for(statement: Mapping[str, Any], principal: Principal) -> bool:
    if "NotPrincipal" in statement:
        return not _names(statement["NotPrincipal"], principal)
    return _names(statement.get("Principal"), principal)


def _names(element: Any, principal: Principal) -> bool:
    if element == "*":
        return True
    if not isinstance(element, Mapping):
        return False
    if principal.service:
        return principal.service in listed(element.get("Service"))
    return any(_is(name, principal) for name in listed(element.get("AWS")))


def _is(name: str, principal: Principal) -> bool:
    if name == principal.account or (name.endswith(":root") and name.split(":")[4] == principal.account):
        return principal.delegated
    return name in {"*", principal.arn, principal.role_arn}


def _takes_action(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(_like(action.lower(), each.lower()) for each in listed(statement["NotAction"]))
    return any(_like(action.lower(), each.lower()) for each in listed(statement.get("Action")))


def _like(value: str, pattern: str) -> bool:
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _arn_like(value: str, pattern: str) -> bool:
    """As ``_like``, part by part: no wildcard reaches over a colon of the first five."""
    values, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(values) == len(patterns) and all(map(_like, values, patterns))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda value, wanted: value == wanted,
    "stringequalsignorecase": lambda value, wanted: value.lower() == wanted.lower(),
    "stringlike": _like,
    "arnequals": _arn_like,
    "arnlike": _arn_like,
    "bool": lambda value, wanted: value.lower() == wanted.lower(),
}


def _holds(operator: str, wanted: Iterable[Any], value: str | None) -> bool:
    name = operator.rpartition(":")[2].lower()
    texts = [str(each).lower() if isinstance(each, bool) else str(each) for each in wanted]
    if name == "null":
        return (value is None) == (texts == ["true"])
    optional = name.endswith("ifexists") or operator.lower().startswith("forallvalues:")
    name = name.removesuffix("ifexists")
    negated = "not" in name
    compare = _OPERATORS.get(name.replace("not", "", 1))
    if compare is None:
        return False
    if value is None:
        return negated or optional
    return any(compare(value, text) for text in texts) is not negated
