"""Secrets Manager, for aws_secretsmanager_secret_rotation.

moto 5.2.5 calls the rotation function and leaves the secret with a pending version for ever, and without a value. Here
functions are not run (see ``awslambda``), so a rotation ends as one that succeeded: a new random value is the current
one. A mere test of the rotation (``RotateImmediately`` false) leaves nothing behind.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import identifier

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


def install(account: str) -> None:
    """Mend moto's Secrets Manager."""
    from moto.secretsmanager.models import SecretsManagerBackend

    backends: Any = SecretsManagerBackend
    rotate = backends.rotate_secret

    def rotate_secret(self: Any, secret_id: str, *arguments: Any, **named: Any) -> Any:
        answer = rotate(self, secret_id, *arguments, **named)
        secret = self.secrets[secret_id]
        if secret.rotation_lambda_arn:
            _end(secret, renew=named.get("rotate_immediately", True))
        return answer

    backends.rotate_secret = rotate_secret


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
