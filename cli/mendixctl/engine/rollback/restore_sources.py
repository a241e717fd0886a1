"""What AWS still has of data that was deleted, and the calls that bring it back.

Looking changes nothing. Bringing back can be repeated: what is there already is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mendixctl.aws import Clients, error_code, guarded

_GONE = frozenset(
    {"ResourceNotFoundException", "NotFoundException", "DBSnapshotNotFound", "DBSnapshotNotFoundFault"}
    | {"DBInstanceNotFound", "DBInstanceNotFoundFault"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """Something that AWS still has: its ID for an import (or the snapshot's name), and until when it can be had.

    ``deleted``: it has to be brought back first. ``made``: a snapshot's time, engine, version and GB are in ``facts``.
    """

    id: str
    deleted: bool = False
    until: datetime | None = None
    made: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def secret(clients: Clients, names: Iterable[str], environment: str) -> Found | None:
    """The first secret of ``names`` (ARNs or names) that is there, in its recovery window or not.

    One that carries another environment's tag is not this environment's.

    Raises:
        MendixError: MXA1xx.
    """
    client = clients.client("secretsmanager")
    for name in dict.fromkeys(names):
        with guarded(f"look for the secret {name} (secretsmanager:DescribeSecret)"):
            answer = _unless_gone(client.describe_secret, SecretId=name)
        if answer is None or _tag(answer.get("Tags"), "environment") not in {"", environment}:
            continue
        scheduled = answer.get("DeletedDate")
        return Found(str(answer["ARN"]), deleted=bool(scheduled), until=_moment(scheduled))
    return None


def key(clients: Clients, ids: Iterable[str]) -> Found | None:
    """The first KMS key of ``ids`` that can be used again.

    Raises:
        MendixError: MXA1xx.
    """
    client = clients.client("kms")
    for name in dict.fromkeys(ids):
        with guarded(f"look for the key {name} (kms:DescribeKey)"):
            answer = _unless_gone(client.describe_key, KeyId=name)
        if answer is None:
            continue
        found = answer["KeyMetadata"]
        state = found.get("KeyState")
        if state in {"PendingDeletion", "PendingReplicaDeletion"}:
            return Found(str(found["KeyId"]), deleted=True, until=_moment(found.get("DeletionDate")))
        if state in {"Enabled", "Disabled"}:
            return Found(str(found["KeyId"]))
    return None


def instance(clients: Clients, identifier: str) -> Found | None:
    """A database instance of that name.

    Raises:
        MendixError: MXA1xx.
    """
    with guarded(f"look for the database {identifier} (rds:DescribeDBInstances)"):
        answer = _unless_gone(clients.client("rds").describe_db_instances, DBInstanceIdentifier=identifier)
    found = next(iter((answer or {}).get("DBInstances", [])), None)
    return Found(identifier) if found is not None and found.get("DBInstanceStatus") != "deleting" else None


def snapshot(clients: Clients, names: Iterable[str], identifier: str, engine: str) -> Found | None:
    """The newest snapshot for a database: of those named, and of all that were made of ``identifier``.

    One of another engine cannot become this database.

    Raises:
        MendixError: MXA1xx.
    """
    client = clients.client("rds")
    asked: list[dict[str, str]] = [{"DBSnapshotIdentifier": name} for name in dict.fromkeys(names)]
    if identifier:
        asked.append({"DBInstanceIdentifier": identifier})
    found: list[Found] = []
    for question in asked:
        with guarded(f"look for snapshots of {next(iter(question.values()))} (rds:DescribeDBSnapshots)"):
            answer = _unless_gone(client.describe_db_snapshots, **question)
        for one in (answer or {}).get("DBSnapshots", []):
            made = _moment(one.get("SnapshotCreateTime"))
            if one.get("Status") == "available" and made is not None and (not engine or one.get("Engine") == engine):
                facts = {name: one.get(name) for name in ("Engine", "EngineVersion", "AllocatedStorage")}
                found.append(Found(str(one["DBSnapshotIdentifier"]), made=made, facts=facts))
    return max(found, key=lambda one: one.made or datetime.min.replace(tzinfo=UTC), default=None)


def restore_secret(clients: Clients, arn: str) -> None:
    """Bring a secret back from its recovery window, readable by whoever is to plan with it.

    The policy that a secret had is still on it, and may keep everyone but its readers from the version that Terraform
    makes and reads; so the caller's role is let in until the apply writes the policy anew.

    Raises:
        MendixError: MXA1xx.
    """
    client = clients.client("secretsmanager")
    with guarded(f"bring {arn} back (secretsmanager:RestoreSecret)"):
        client.restore_secret(SecretId=arn)
    with guarded(f"read the policy of {arn} (secretsmanager:GetResourcePolicy)"):
        answer = _unless_gone(client.get_resource_policy, SecretId=arn) or {}
    policy = answer.get("ResourcePolicy")
    changed = with_reader(policy, clients.caller()) if policy else None
    if changed is not None:
        with guarded(f"change the policy of {arn} (secretsmanager:PutResourcePolicy)"):
            client.put_resource_policy(SecretId=arn, ResourcePolicy=changed)


def restore_key(clients: Clients, identifier: str) -> None:
    """Cancel a key's deletion, if it is to be deleted, and enable it.

    Raises:
        MendixError: MXA1xx.
    """
    client = clients.client("kms")
    with guarded(f"look for the key {identifier} (kms:DescribeKey)"):
        state = client.describe_key(KeyId=identifier)["KeyMetadata"].get("KeyState")
    if state in {"PendingDeletion", "PendingReplicaDeletion"}:
        with guarded(f"cancel the deletion of the key {identifier} (kms:CancelKeyDeletion)"):
            client.cancel_key_deletion(KeyId=identifier)
    if state != "Enabled":
        with guarded(f"enable the key {identifier} (kms:EnableKey)"):
            client.enable_key(KeyId=identifier)


def with_reader(policy: str, caller: str) -> str | None:
    """``policy`` with the role behind ``caller`` (an STS ARN) in what its denials leave out; None if nothing changes.

    A denial by any other condition is left alone: it is not this project's.
    """
    role = _role(caller)
    if not role:
        return None
    document = json.loads(policy)
    changed = False
    statements = document.get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        excepted = statement.get("Condition", {}).get("ArnNotEquals", {})
        if statement.get("Effect") != "Deny" or "aws:PrincipalArn" not in excepted:
            continue
        readers = excepted["aws:PrincipalArn"]
        readers = [readers] if isinstance(readers, str) else list(readers)
        missing = [one for one in role if one not in readers]
        excepted["aws:PrincipalArn"] = [*readers, *missing]
        changed = changed or bool(missing)
    return json.dumps(document) if changed else None


def _role(caller: str) -> list[str]:
    """What ``aws:PrincipalArn`` may be for a caller: a session's role with any path, or the user itself."""
    _, partition, service, _, account, resource = (*caller.split(":", 5), "", "", "", "", "", "")[:6]
    kind, _, rest = resource.partition("/")
    if service == "sts" and kind == "assumed-role" and rest:
        name = rest.split("/")[0]
        return [f"arn:{partition}:iam::{account}:role/{name}", f"arn:{partition}:iam::{account}:role/*/{name}"]
    return [caller] if service == "iam" and resource else []


def _unless_gone(call: Any, **arguments: str) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = call(**arguments)
    except Exception as error:
        if error_code(error) in _GONE:
            return None
        raise
    return answer


def _tag(tags: Any, name: str) -> str:
    return next((str(one.get("Value", "")) for one in tags or [] if one.get("Key") == name), "")


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
