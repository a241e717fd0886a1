"""AWS's partitions, as they stand in ARNs."""

from __future__ import annotations


def partition(region: str) -> str:
    """The partition of a region, as it stands in ARNs."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
