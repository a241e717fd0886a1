"""What functions that rotate secrets have in common: what they do with one, and who calls them.

Source: Secrets Manager user guide, "Lambda rotation function execution role permissions".
"""

from __future__ import annotations

from mendixgen.authoring.constructs.function import Caller

RENEW = [
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
]
"""The four steps of a rotation, on the secret that is rotated."""

USE_KEY = ["kms:Decrypt", "kms:GenerateDataKey"]
"""What the secret's key is needed for."""

SECRETS_MANAGER = Caller(
    "secretsmanager.amazonaws.com",
    "SecretsManager",
    "Secrets Manager calls it, for secrets of this account only.",
)
