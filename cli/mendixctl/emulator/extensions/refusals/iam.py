"""What IAM's rules need to know: how many policies a role has."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge


def _policies(ask: Ask, document: Document) -> int:
    found = ask("iam", "ListAttachedRolePolicies", RoleName=document.get("RoleName"), MaxItems=100)
    attached = [one.get("PolicyArn") for one in found.get("AttachedPolicies") or []]
    return len([one for one in attached if one != document.get("PolicyArn")])


KNOWLEDGE = Knowledge(members={"iam.many-policies": _policies})
