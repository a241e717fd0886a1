"""A role that a service of AWS works as: whom it trusts, what it may do, and the boundary of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mendixgen.authoring.constructs.policy import policy
from mendixgen.authoring.expression import Expr, each
from mendixgen.authoring.module import ModuleBuilder


@dataclass(frozen=True, slots=True)
class ServiceRole:
    """``role`` is the one role (of ``each.key``, where there are several); what uses it waits for ``permissions``."""

    role: Expr
    permissions: Expr


def service_role(
    module: ModuleBuilder,
    name: str,
    comment: str,
    *,
    role_name: Any,
    description: str,
    trust: Expr,
    policy_name: str,
    permissions: Sequence[Any] | Expr,
    permissions_comment: str,
    count: Expr | None = None,
    for_each: Expr | None = None,
    tags: Mapping[str, Any] | None = None,
) -> ServiceRole:
    """Add ``aws_iam_role.<name>``, bounded by ``var.boundary_arn``, and its policy of the same name.

    ``trust`` is a trust policy (`policy.trust_of_service`, or `policy.trust_of` for a service that sends no source);
    ``permissions`` are the statements of what the role may do.
    """
    made = module.resource(
        f"aws_iam_role.{name}",
        comment,
        count=count,
        for_each=for_each,
        name=role_name,
        description=description,
        assume_role_policy=trust,
        permissions_boundary=module.var.boundary_arn,
        tags=tags,
    )
    role = made[0] if count is not None else made[each.key] if for_each is not None else made
    policies = module.resource(
        f"aws_iam_role_policy.{name}",
        permissions_comment,
        count=count,
        for_each=for_each,
        name=policy_name,
        role=role.id,
        policy=policy(permissions),
    )
    return ServiceRole(role, policies)
