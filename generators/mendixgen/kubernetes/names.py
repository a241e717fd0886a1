"""Names that AWS will give, or already gave, to what Terraform makes: all known before anything is made.

Manifests are committed and reviewed before the first apply, so they refer to AWS by what the areas choose themselves:
roles and keys by ARN from their names, target groups by name, repositories by host and name. What nobody can know
beforehand is left to those who may: the host of a database stands in the app's secret, and the release of an app is its
delivery's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from mendixgen.regions import regions
from mendixgen.spec import called
from mendixgen.spec.header import Header

ELASTIC_DOCUMENTS, ELASTIC_AGE = "elastic-documents", "delete_after_days"
"""What is installed into Elasticsearch, and the age in it that a guard looks at."""


def role(header: Header, name: str) -> str:
    """ARN of a role of the environment; ``name`` is without the environment's."""
    return f"arn:{header.partition}:iam::{header.account}:role/{header.name}-{name}"


def storage_key(header: Header, settings: called.Settings) -> str:
    """ARN of the key of volumes: that of its alias, which EC2 takes as it takes a key's, or the key that exists."""
    existing = settings.get("encryption", {}).get("existing", {}).get("storage")
    alias = called.key_alias(header.name, settings, "storage")
    return existing or f"arn:{header.partition}:kms:{header.region}:{header.account}:{alias}"


def target_group(header: Header, listener: Mapping[str, Any]) -> str:
    """Name of the target group of a listener of the load balancer, as the ingress area makes it."""
    protocol = listener["protocol"]
    if protocol == "TLS":
        protocol = listener.get("target_protocol") or "TLS"
    digest = hashlib.sha1(f"{protocol} {listener['target_port']}".encode(), usedforsecurity=False).hexdigest()
    return f"{header.name}-{listener['port']}-{digest[:6]}"


def secret(header: Header, name: str) -> str:
    """Name of a secret in Secrets Manager."""
    return f"{header.name}/{name}"


def repository(header: Header, name: str) -> str:
    """Host and name of an image repository in ECR."""
    suffix = "amazonaws.com.cn" if regions()[header.region].partition == "aws-cn" else "amazonaws.com"
    return f"{header.account}.dkr.ecr.{header.region}.{suffix}/{header.name}/{name}"
