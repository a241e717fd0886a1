"""Sections that the design has a place for and this version has no area for: named, so that the error can be plain."""

from __future__ import annotations

ABSENT_AREAS = frozenset(
    "access_analyzer apps audit backup ci cluster config_rules cost database delivery ebs_encryption edge guardduty "
    "identity ingress inspector logging monitoring password_policy recovery registry secrets security_hub support "
    "workloads".split()
)
