"""Secrets Manager, for aws_secretsmanager_secret_rotation and aws_secretsmanager_secret_version.

moto 5.2.5 calls the rotation function and leaves the secret with a pending version for ever, and without a value. Here
functions are not run (see ``awslambda``), so a rotation ends as one that succeeded: a new random value is the current
one. A mere test of the rotation (``RotateImmediately`` false) leaves nothing behind.

A new value (PutSecretValue) takes AWSCURRENT from the version before it, and in moto all other labels of that version
as well. A name that waits for its deletion is taken (CreateSecret), which moto tells with the error of one in use.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import identifier

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


def install(account: str) -> None:
    """Mend moto's Secrets Manager."""
    from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

    _keep_labels(FakeSecret)
    backends: Any = SecretsManagerBackend
    _refuse_names_that_wait(backends)
    rotate = backends.rotate_secret

    def rotate_secret(self: Any, secret_id: str, *arguments: Any, **named: Any) -> Any:
        answer = rotate(self, secret_id, *arguments, **named)
        secret = self.secrets[secret_id]
        if secret.rotation_lambda_arn:
            _end(secret, renew=named.get("rotate_immediately", True))
        return answer

    backends.rotate_secret = rotate_secret


def _refuse_names_that_wait(backends: Any) -> None:
    from moto.secretsmanager.exceptions import InvalidRequestException

    create = backends.create_secret

    def create_secret(self: Any, name: str, *arguments: Any, **named: Any) -> Any:
        if name in self.secrets and self.secrets[name].is_deleted():
            text = "You can't create this secret because a secret with this name is already scheduled for deletion."
            raise InvalidRequestException(text)
        return create(self, name, *arguments, **named)

    backends.create_secret = create_secret


def _keep_labels(secrets: Any) -> None:
    reset = secrets.reset_default_version

    def reset_default_version(self: Any, secret_version: Any, version_id: str) -> None:
        before = self.versions.get(self.default_version_id) if self.default_version_id else None
        new = secret_version["version_stages"]
        own = [stage for stage in before["version_stages"] if stage not in {CURRENT, PREVIOUS, *new}] if before else []
        reset(self, secret_version, version_id)
        if before is not None and self.versions[version_id] is not before:
            before["version_stages"] = [*before["version_stages"], *own]

    secrets.reset_default_version = reset_default_version


def _end(secret: Any, *, renew: bool) -> None:
    pending = next((name for name, it in secret.versions.items() if PENDING in it["version_stages"]), None)
    if pending is None:
        return
    if not renew:
        del secret.versions[pending]
        return
    for version in secret.versions.values():
        stages = [stage for stage in version["version_stages"] if stage not in {CURRENT, PREVIOUS}]
        version["version_stages"] = [*stages, PREVIOUS] if CURRENT in version["version_stages"] else stages
    version = secret.versions[pending]
    version.update(secret_string=identifier("", 40), version_stages=[CURRENT])
    secret.secret_string = version["secret_string"]
    secret.set_default_version_id(pending)
