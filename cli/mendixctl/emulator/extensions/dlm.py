"""Data Lifecycle Manager, for aws_dlm_lifecycle_policy: create, read, update, delete and tags.

moto 5.2.5 has no DLM.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service, Table, identifier


def install(account: str) -> Service:
    """Answer DLM's operations."""
    policies = Table("PolicyId")

    def create(call: Call) -> Record:
        policy_id = identifier("policy-")
        moment = _moment()
        call.parameters["PolicyId"] = policy_id
        policies.put(
            call,
            PolicyArn=call.arn("dlm", f"policy/{policy_id}"),
            DateCreated=moment,
            DateModified=moment,
            Tags=call.get("Tags", {}),
        )
        return {"PolicyId": policy_id}

    def update(call: Call) -> None:
        policies.get(call).update(call.parameters, DateModified=_moment())

    def tagged(call: Call) -> dict[str, Any]:
        for row in policies.all(call, PolicyArn=call["ResourceArn"]):
            tags: dict[str, Any] = row["Tags"]
            return tags
        raise OperationError("ResourceNotFoundException", status=404)

    def untag(call: Call) -> None:
        tags = tagged(call)
        for key in call["TagKeys"]:
            tags.pop(key, None)

    return Service(
        account,
        "dlm",
        {
            "CreateLifecyclePolicy": create,
            "GetLifecyclePolicy": lambda call: {"Policy": policies.get(call)},
            "UpdateLifecyclePolicy": update,
            "DeleteLifecyclePolicy": lambda call: policies.remove(call) and {},
            "TagResource": lambda call: tagged(call).update(call["Tags"]),
            "UntagResource": untag,
            "ListTagsForResource": lambda call: {"Tags": tagged(call)},
        },
    )


def _moment() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
