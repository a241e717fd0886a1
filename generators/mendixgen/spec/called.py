"""What things are called in AWS: by the environment's name, or by one of their own where they were adopted.

Said once for all that speaks of them beside Terraform: manifests, runbooks, commands. ``settings`` are the sections by
area, as they take effect or as they are written; the names that the modules give follow modules/*/main.tf.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Settings = Mapping[str, Any]

OWN_NAMES = (
    "cluster.name",
    "cluster.role_arn",
    "cluster.authentication",
    "cluster.node_groups.*.adopted",
    "encryption.keys",
    "storage.buckets.*.name",
    "database.subnet_group",
    "database.instances.*.name",
)
"""Settings that say what is fixed of something that was adopted: AWS gives such names once, so neither a copy of the
environment nor its standby has them. ``*`` is any key.
"""


def cluster(environment: str, settings: Settings) -> str:
    """The EKS cluster."""
    return _own(settings, "cluster", "name") or environment


def database(environment: str, settings: Settings, name: str) -> str:
    """The RDS instance of a name in ``database.instances``."""
    return _own(settings, "database", "instances", name, "name") or f"{environment}-{name}"


def bucket(environment: str, account: str, settings: Settings, name: str) -> str:
    """The S3 bucket of a name in ``storage.buckets``."""
    return _own(settings, "storage", "buckets", name, "name") or f"{environment}-{account}-{name}"


def key_alias(environment: str, settings: Settings, purpose: str) -> str:
    """The alias of a KMS key (storage, database, ...), with ``alias/``."""
    return f"alias/{_own(settings, 'encryption', 'keys', purpose, 'alias') or f'{environment}-{purpose}'}"


def _own(settings: Settings, *path: str) -> str:
    value: Any = settings
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""
