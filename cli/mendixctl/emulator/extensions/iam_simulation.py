"""IAM's policy simulator: SimulatePrincipalPolicy, which moto 5.2.5 does not have.

Policies and the permissions boundary of a role or user are evaluated as IAM documents it ("Policy evaluation logic"):
an explicit deny wins, and without an allow it is denied. Conditions are evaluated against the context that the request
gives; one on a key that it does not give is not met. Policies of an organisation do not exist here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]
Context = Mapping[str, Sequence[str]]


def install(account: str) -> None:
    """Give moto's IAM the operation; ``account`` is of no matter here."""
    from moto.iam.responses import IamResponse

    responses: Any = IamResponse
    responses.simulate_principal_policy = _simulate


def _simulate(self: Any) -> Any:
    from moto.core.responses import ActionResult

    principal = _principal(self.backend, self._get_param("PolicySourceArn"))
    statements = list(_statements(self.backend, principal))
    boundary = list(_boundary(self.backend, principal))
    context = {
        one["ContextKeyName"]: one.get("ContextKeyValues", []) for one in self._get_param("ContextEntries") or []
    }
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": decision(action, resource, context, statements, boundary),
            "MatchedStatements": [],
            "MissingContextValues": [],
        }
        for action in self._get_param("ActionNames")
        for resource in self._get_param("ResourceArns") or ["*"]
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def decision(
    action: str, resource: str, context: Context, statements: Iterable[Statement], boundary: Sequence[Statement] = ()
) -> str:
    """``allowed``, ``explicitDeny`` or ``implicitDeny``. ``boundary``: no limit where it is empty."""
    # Condition keys are not case-sensitive (IAM user guide, "IAM JSON policy elements: Condition").
    known = {key.lower(): values for key, values in context.items()}
    own = [one for one in statements if _applies(one, action, resource, known)]
    limit = [one for one in boundary if _applies(one, action, resource, known)]
    if any(one["Effect"] == "Deny" for one in (*own, *limit)):
        return "explicitDeny"
    allowed = any(one["Effect"] == "Allow" for one in own)
    within = not boundary or any(one["Effect"] == "Allow" for one in limit)
    return "allowed" if allowed and within else "implicitDeny"


def _applies(statement: Statement, action: str, resource: str, context: Context) -> bool:
    if "NotAction" in statement:
        acts = not _matches(statement["NotAction"], action, fold=True)
    else:
        acts = _matches(statement.get("Action", []), action, fold=True)
    if "NotResource" in statement:
        fits = not _matches(statement["NotResource"], resource)
    else:
        fits = _matches(statement.get("Resource", "*"), resource)
    return (
        acts
        and fits
        and all(_meets(operator, wanted, context) for operator, wanted in statement.get("Condition", {}).items())
    )


def _matches(patterns: Any, value: str, *, fold: bool = False) -> bool:
    listed = [patterns] if isinstance(patterns, str) else patterns
    given = value.lower() if fold else value
    return any(fnmatchcase(given, str(one).lower() if fold else str(one)) for one in listed)


def _meets(operator: str, wanted: Mapping[str, Any], context: Context) -> bool:
    """Operators on text and ARNs; each of them with Not and IfExists."""
    name = operator.removesuffix("IfExists").partition(":")[2] or operator.removesuffix("IfExists")
    negated = "Not" in name
    for key, patterns in wanted.items():
        values = context.get(key.lower())
        if values is None:
            if not (negated or operator.endswith("IfExists")):
                return False
            continue
        if any(_matches(patterns, value) for value in values) is negated:
            return False
    return True


def _principal(backend: Any, arn: str) -> Any:
    """The role or user with an ARN.

    Raises:
        NoSuchEntity: moto's own error, which becomes the answer.
    """
    from moto.iam.exceptions import NotFoundException

    for one in (*backend.roles.values(), *backend.users.values()):
        if one.arn == arn:
            return one
    raise NotFoundException(f"The principal {arn} cannot be found.")


def _statements(backend: Any, principal: Any) -> Iterable[Statement]:
    policies = principal.policies
    inline = policies.values() if isinstance(policies, dict) else [one["policy_document"] for one in policies]
    for document in (*inline, *(_document(one) for one in principal.managed_policies.values())):
        yield from _read(document)


def _boundary(backend: Any, principal: Any) -> Iterable[Statement]:
    arn = getattr(principal, "permissions_boundary_arn", None)
    if arn and arn in backend.managed_policies:
        yield from _read(_document(backend.managed_policies[arn]))


def _document(policy: Any) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default)


def _read(document: str) -> list[Statement]:
    found = json.loads(document)["Statement"]
    return [found] if isinstance(found, dict) else list(found)
