"""The policies of the deployer and its permissions boundary, as IAM evaluates them; and what they were written for.

``deployer_calls/`` holds, by environment, the questions that IAM would be asked (``tools/deployer_calls.py`` writes
them), the policies as Terraform renders them from the module, and two lists with reasons: what an administrator does
instead, and what is granted although no recorded life of an environment needs it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from mendixctl.emulator.calls.actions import Call
from mendixctl.emulator.extensions.iam_simulation import decision
from mendixgen.areas.foundation import Foundation
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render

FOLDER = Path(__file__).with_name("deployer_calls")
POLICIES = FOLDER / "policies.json"
BOUNDARY = "deployer_boundary"
PLANNER = "planner"
OTHERS = (BOUNDARY, PLANNER)
"""Policies that say nothing of what the deployer may."""
ENVIRONMENTS = ("foundation", "prod", "prod-dr")


def source_digest() -> str:
    """SHA-256 of the sources of all policies: what ``policies.json`` was rendered from."""
    module = collect(Foundation)
    texts = [f"{it.address} {render(it.arguments['policy'])}" for it in module.resources if is_policy(it.address)]
    texts += [f"{it.name} {render(it.value)}" for it in module.locals]
    return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()


def is_policy(address: str) -> bool:
    """Whether an address (of a resource, without index) is a policy of the deployer, or that of the planner."""
    _, kind, name = address.rpartition("aws_iam_policy.")
    return bool(kind) and (name.startswith("deployer_") or name == PLANNER)


@cache
def policies() -> Mapping[str, list[dict[str, Any]]]:
    """Name -> statements, the boundary's included."""
    read: dict[str, list[dict[str, Any]]] = json.loads(POLICIES.read_bytes())["policies"]
    return read


def verdict(call: Call) -> str:
    """IAM's decision about ``call`` by the deployer: ``allowed``, ``explicitDeny`` or ``implicitDeny``."""
    own = [statement for name, listed in policies().items() if name not in OTHERS for statement in listed]
    context = {key: [value] for key, value in call.context.items()}
    return decision(call.action, call.resource, context, own, policies()[BOUNDARY])


def planned(call: Call) -> str:
    """IAM's decision about ``call`` by the planner, with AWS's ReadOnlyAccess as moto has it."""
    context = {key: [value] for key, value in call.context.items()}
    return decision(call.action, call.resource, context, [*_read_only(), *policies()[PLANNER]], policies()[BOUNDARY])


@cache
def _read_only() -> list[dict[str, Any]]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    statements: list[dict[str, Any]] = json.loads(aws_managed_policies_data)["ReadOnlyAccess"]["Document"]["Statement"]
    return statements


def recorded(environment: str) -> Iterator[Call]:
    """What IAM would be asked during the life of an environment of this repository."""
    for row in json.loads((FOLDER / f"{environment}.json").read_bytes())["asked"]:
        yield Call(row["action"], row["resource"], row["context"])


def left_to_administrators(environment: str = "") -> list[dict[str, str]]:
    """``action`` and ``resource`` (patterns), and ``why`` the deployer may not do it; without one, of all."""
    kinds: dict[str, list[dict[str, str]]] = json.loads((FOLDER / "administrators.json").read_bytes())["left"]
    wanted = {"foundation": "foundation", "": ""}.get(environment, "environments")
    return [row for kind, rows in kinds.items() for row in rows if not wanted or kind == wanted]


def matches(row: Mapping[str, str], call: Call) -> bool:
    """Whether a row of ``left_to_administrators`` is about ``call``."""
    return fnmatchcase(call.action, row["action"]) and fnmatchcase(call.resource, row["resource"])


def grants() -> set[str]:
    """Every action, or pattern of actions, that a policy allows."""
    allowed = [
        it for name, listed in policies().items() if name not in OTHERS for it in listed if it["Effect"] == "Allow"
    ]
    return {action for it in allowed for action in ([it["Action"]] if isinstance(it["Action"], str) else it["Action"])}


def unneeded(calls: Iterable[Call]) -> set[str]:
    """The grants that none of ``calls`` needs."""
    asked = {call.action.lower() for call in calls}
    return {grant for grant in grants() if not any(fnmatchcase(action, grant.lower()) for action in asked)}
