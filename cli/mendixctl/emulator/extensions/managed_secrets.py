"""Secrets that an AWS service makes and rotates itself (RDS master passwords), for aws_secretsmanager_secret_rotation.

moto 5.2.5 makes them without rotation, where AWS rotates them every seven days, and refuses to cancel the rotation of
a secret that has no Lambda function, which these never have (CancelRotateSecret).
"""

from __future__ import annotations

from typing import Any

OWNER = "aws:secretsmanager:owningService"
DAYS = 7


def install(account: str) -> None:
    """Mend moto's Secrets Manager."""
    from moto.secretsmanager.models import SecretsManagerBackend

    _mend(SecretsManagerBackend)


def _mend(backend: Any) -> None:
    create, cancel = backend.create_managed_secret, backend.cancel_rotate_secret

    def create_managed_secret(self: Any, *arguments: Any, **named: Any) -> Any:
        secret = create(self, *arguments, **named)
        secret.rotation_enabled, secret.auto_rotate_after_days = True, DAYS
        return secret

    def cancel_rotate_secret(self: Any, secret_id: str) -> Any:
        secret = self.secrets[secret_id] if self._is_valid_identifier(secret_id) else None
        if secret is None or secret.rotation_lambda_arn or not any(tag["Key"] == OWNER for tag in secret.tags or []):
            return cancel(self, secret_id)
        secret.rotation_enabled = False
        return secret.to_short_dict()

    backend.create_managed_secret = create_managed_secret
    backend.cancel_rotate_secret = cancel_rotate_secret
