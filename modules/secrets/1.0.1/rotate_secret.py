"""Rotates a secret of Secrets Manager whose value is random text: the four steps that Secrets Manager asks for.

A secret that is a JSON object keeps all its other keys: only its key ``value`` is renewed. How the value is made
stands in two tags of the secret: ``value-length`` and ``value-characters`` (letters-and-digits or all).

Nothing of a value is ever logged. Every failure is raised, so that the invocation counts as an error: Secrets
Manager tries again, and an alarm watches the count.

Source: Secrets Manager user guide, "Lambda rotation functions" (the event, the steps and what each must do).
"""

from __future__ import annotations

import json
import logging
from typing import Any

log = logging.getLogger()
log.setLevel(logging.INFO)

LENGTH = 40
KEY = "value"
CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


class RotationError(Exception):
    """The rotation cannot go on; the secret's current value stays as it is."""


def handler(event: dict[str, str], context: object) -> None:
    """One step of a rotation: ``Step``, ``SecretId`` and ``ClientRequestToken`` of the event."""
    import boto3

    rotate(boto3.client("secretsmanager"), event)


def rotate(client: Any, event: dict[str, str]) -> None:
    """Do the step of ``event`` with a client of Secrets Manager.

    Raises:
        RotationError: the secret is not in rotation, the version is not part of it, or a value is not right.
    """
    secret, token = event["SecretId"], event["ClientRequestToken"]
    step = STEPS.get(event["Step"])
    if step is None:
        raise RotationError(f"there is no step {event['Step']!r}")
    description = client.describe_secret(SecretId=secret)
    if not description.get("RotationEnabled", False):
        raise RotationError(f"{secret} is not in rotation")
    stages = description.get("VersionIdsToStages", {}).get(token)
    if stages is None:
        raise RotationError(f"{secret} has no version {token}")
    if CURRENT in stages:
        log.info("%s: version %s is current already", event["Step"], token)
        return
    if PENDING not in stages:
        raise RotationError(f"version {token} of {secret} is not pending")
    step(client, description, token)
    log.info("%s: done for version %s of %s", event["Step"], token, secret)


def create_secret(client: Any, description: dict[str, Any], token: str) -> None:
    """Make the new value and keep it as the pending version; once made it is never made again."""
    secret = description["ARN"]
    current = client.get_secret_value(SecretId=secret, VersionStage=CURRENT)
    try:
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage=PENDING)
    except client.exceptions.ResourceNotFoundException:
        length, characters = _wishes(description)
        made = client.get_random_password(
            PasswordLength=length, ExcludePunctuation=characters != "all", RequireEachIncludedType=True
        )["RandomPassword"]
        client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretString=_renewed(current.get("SecretString"), made),
            VersionStages=[PENDING],
        )


def set_secret(client: Any, description: dict[str, Any], token: str) -> None:
    """Nobody else keeps this value, so there is nobody to tell; but a pending value there must be."""
    client.get_secret_value(SecretId=description["ARN"], VersionId=token, VersionStage=PENDING)


def test_secret(client: Any, description: dict[str, Any], token: str) -> None:
    """Whether the pending value can be read, is as long as was asked for, and is another one than the current."""
    secret = description["ARN"]
    pending = _value(client.get_secret_value(SecretId=secret, VersionId=token, VersionStage=PENDING)["SecretString"])
    current = _value(client.get_secret_value(SecretId=secret, VersionStage=CURRENT)["SecretString"])
    length, _ = _wishes(description)
    if len(pending) != length:
        raise RotationError(f"the pending value of {secret} has {len(pending)} characters, not {length}")
    if pending == current:
        raise RotationError(f"the pending value of {secret} is the current one")


def finish_secret(client: Any, description: dict[str, Any], token: str) -> None:
    """Make the pending version the current one, in one move; the former is the previous one then."""
    versions = description["VersionIdsToStages"]
    current = next((version for version, stages in versions.items() if CURRENT in stages), None)
    parameters = {"SecretId": description["ARN"], "VersionStage": CURRENT, "MoveToVersionId": token}
    if current is not None:
        parameters["RemoveFromVersionId"] = current
    client.update_secret_version_stage(**parameters)


STEPS = {
    "createSecret": create_secret,
    "setSecret": set_secret,
    "testSecret": test_secret,
    "finishSecret": finish_secret,
}


def _wishes(description: dict[str, Any]) -> tuple[int, str]:
    tags = {tag["Key"]: tag["Value"] for tag in description.get("Tags", [])}
    return int(tags.get("value-length", LENGTH)), tags.get("value-characters", "letters-and-digits")


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _renewed(current: str | None, made: str) -> str:
    if current is None:
        raise RotationError("a binary secret cannot be rotated")
    known = _object(current)
    if known is None:
        return made
    if KEY not in known:
        raise RotationError(f"the secret is a JSON object without the key {KEY!r}; rotating would lose what it has")
    return json.dumps({**known, KEY: made})


def _value(text: str) -> str:
    known = _object(text)
    return text if known is None else str(known.get(KEY, ""))
