"""AWS names: the limit of each type, and a tail of a digest when the parts are too long together.

Modules build their names from ``var.environment`` by themselves; this serves what is named outside of
them (state buckets) and areas that have to prove a limit. Limits: the API references of the services.
"""

from __future__ import annotations

import hashlib
import re
from types import MappingProxyType

LIMITS = MappingProxyType(
    {
        "s3_bucket": 63,
        "iam_role": 64,
        "iam_policy": 128,
        "iam_instance_profile": 128,
        "kms_alias": 256,
        "lb": 32,
        "lb_target_group": 32,
        "db_instance": 63,
        "db_snapshot": 255,
        "db_cluster_snapshot": 63,
        "db_subnet_group": 255,
        "db_parameter_group": 255,
        "eks_cluster": 100,
        "eks_node_group": 63,
        "security_group": 255,
        "cloudwatch_log_group": 512,
        "sns_topic": 256,
        "sqs_queue": 80,
        "lambda_function": 64,
        "secretsmanager_secret": 512,
        "ecr_repository": 256,
        "opensearch_domain": 28,
    }
)
"""The longest name of a type, in characters."""

LOWER = frozenset(
    {"s3_bucket", "opensearch_domain", "ecr_repository", "db_instance", "db_snapshot", "db_cluster_snapshot"}
)
"""Types whose names have no capitals, or are kept without them."""

TAIL = 6
_CLEAN = re.compile(r"[^A-Za-z0-9]+")


def name(kind: str, *parts: str) -> str:
    """``parts`` joined by hyphens, within the limit of ``kind``; the same parts always give the same name.

    A name that would be too long is cut and ends in six characters of its digest, so that two long names
    that begin alike stay different. Raises KeyError for an unknown kind, ValueError for no parts.
    """
    limit = LIMITS[kind]
    cleaned = [part for part in (_CLEAN.sub("-", raw).strip("-") for raw in parts) if part]
    if not cleaned:
        raise ValueError("a name needs at least one part with a letter or a digit")
    whole = "-".join(cleaned)
    whole = whole.lower() if kind in LOWER else whole
    if len(whole) <= limit:
        return whole
    tail = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:TAIL]
    return f"{whole[: limit - TAIL - 1].rstrip('-')}-{tail}"
