"""The further provider configuration that a module may ask for: ``aws.global``, for what AWS keeps in us-east-1 alone.

CloudFront's certificates and web ACLs, its metrics and those of Route 53's health checks, and query logs are there,
whatever region an environment is in. Only the partition ``aws`` has such a region (AWS General Reference, "CloudFront
endpoints"; AWS China and GovCloud: "Services in China", "Services in AWS GovCloud").
"""

from __future__ import annotations

ALIAS = "global"
"""What modules and roots call it: ``aws.global``."""

REGION = "us-east-1"
PARTITION = "aws"
"""The only partition that has it."""
