"""Renews the master password of a database instance of RDS: the four steps that Secrets Manager asks for.

For instances with read replicas: RDS manages no master password of a source of replicas. The secret is a JSON object
with ``username`` and ``password``; the instance stands in its tag ``instance``, the length in ``value-length``. The
password is set by RDS's own interface, so that the function needs no way to the database and no driver.

Nothing of a value is ever logged. Every failure is raised, so that the invocation counts as an error: Secrets
Manager tries again, and an alarm watches the count.

Sources: Secrets Manager user guide, "Lambda rotation functions"; RDS API reference, ModifyDBInstance
(MasterUserPassword is applied at once, whatever the window) and DBInstance (PendingModifiedValues).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

log = logging.getLogger()
log.setLevel(logging.INFO)

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
WAIT_SECONDS, LOOKS = 10, 24
"""How often RDS is asked whether the password is set; it takes a minute or so."""
READY = "available"
AT_WORK = frozenset({READY, "backing-up", "storage-optimization", "configuring-enhanced-monitoring"})
"""States of an instance in which a new password is set already, if none is pending."""


class RotationError(Exception):
    """The rotation cannot go on; the current password stays as it is, or is set again by the next try."""


def handler(event: dict[str, str], context: object) -> None:
    """One step of a rotation: ``Step``, ``SecretId`` and ``ClientRequestToken`` of the event."""
    import boto3

    rotate(boto3.client("secretsmanager"), boto3.client("rds"), event)


def rotate(secrets: Any, databases: Any, event: dict[str, str], sleep: Callable[[float], None] = time.sleep) -> None:
    """Do the step of ``event`` with clients of Secrets Manager and RDS.

    Raises:
        RotationError: the secret is not in rotation, the version is not part of it, or the password was not set.
    """
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    if step not in STEPS:
        raise RotationError(f"there is no step {step!r}")
    description = secrets.describe_secret(SecretId=secret)
    if not description.get("RotationEnabled", False):
        raise RotationError(f"{secret} is not in rotation")
    stages = description.get("VersionIdsToStages", {}).get(token)
    if stages is None:
        raise RotationError(f"{secret} has no version {token}")
    if CURRENT in stages:
        log.info("%s: version %s is current already", step, token)
        return
    if PENDING not in stages:
        raise RotationError(f"version {token} of {secret} is not pending")
    if step == "createSecret":
        create_secret(secrets, description, token)
    elif step == "setSecret":
        set_secret(secrets, databases, description, token)
    elif step == "testSecret":
        test_secret(databases, description, sleep)
    else:
        finish_secret(secrets, description, token)
    log.info("%s: done for version %s of %s", step, token, secret)


STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def create_secret(secrets: Any, description: dict[str, Any], token: str) -> None:
    """Make the new password and keep it as the pending version; once made it is never made again."""
    secret = description["ARN"]
    known = json.loads(secrets.get_secret_value(SecretId=secret, VersionStage=CURRENT)["SecretString"])
    try:
        secrets.get_secret_value(SecretId=secret, VersionId=token, VersionStage=PENDING)
    except secrets.exceptions.ResourceNotFoundException:
        made = secrets.get_random_password(
            PasswordLength=int(_tag(description, "value-length")), ExcludePunctuation=True, RequireEachIncludedType=True
        )["RandomPassword"]
        secrets.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretString=json.dumps({**known, "password": made}),
            VersionStages=[PENDING],
        )


def set_secret(secrets: Any, databases: Any, description: dict[str, Any], token: str) -> None:
    """Tell RDS the pending password; told again it is set again."""
    pending = secrets.get_secret_value(SecretId=description["ARN"], VersionId=token, VersionStage=PENDING)
    databases.modify_db_instance(
        DBInstanceIdentifier=_tag(description, "instance"),
        MasterUserPassword=json.loads(pending["SecretString"])["password"],
        ApplyImmediately=True,
    )


def test_secret(databases: Any, description: dict[str, Any], sleep: Callable[[float], None]) -> None:
    """Wait until RDS has set the password: none is pending, and the instance is at work."""
    instance = _tag(description, "instance")
    state = ""
    for _ in range(LOOKS):
        # At first too: for a moment after the call the instance does not say yet that a password is pending.
        sleep(WAIT_SECONDS)
        (found,) = databases.describe_db_instances(DBInstanceIdentifier=instance)["DBInstances"]
        state = found["DBInstanceStatus"]
        if state in AT_WORK and "MasterUserPassword" not in found.get("PendingModifiedValues", {}):
            return
    raise RotationError(f"the password of {instance} was not set in time; the instance is {state}")


def finish_secret(secrets: Any, description: dict[str, Any], token: str) -> None:
    """Make the pending version the current one, in one move; the former is the previous one then."""
    versions = description["VersionIdsToStages"]
    current = next((version for version, stages in versions.items() if CURRENT in stages), None)
    parameters = {"SecretId": description["ARN"], "VersionStage": CURRENT, "MoveToVersionId": token}
    if current is not None:
        parameters["RemoveFromVersionId"] = current
    secrets.update_secret_version_stage(**parameters)


def _tag(description: dict[str, Any], key: str) -> str:
    found = {tag["Key"]: tag["Value"] for tag in description.get("Tags", [])}.get(key)
    if not found:
        raise RotationError(f"the secret has no tag {key}")
    return str(found)
