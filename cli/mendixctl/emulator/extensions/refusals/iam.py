"""What IAM's rules need to know: the policies that a role has, and the roles that have a policy."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge, within

POLICIES_PER_ROLE = "L-0DA4ABF3"
"""The quota's code in Service Quotas."""


def _policies(ask: Ask, document: Document) -> int:
    found = ask("iam", "ListAttachedRolePolicies", RoleName=document.get("RoleName"), MaxItems=100)
    attached = [one.get("PolicyArn") for one in found.get("AttachedPolicies") or []]
    return len([one for one in attached if one != document.get("PolicyArn")])


def _attachments(ask: Ask, document: Document) -> list[Document]:
    """Of a policy the roles that have it; of a role the policies that it has."""
    if document.get("PolicyArn"):
        return list(ask("iam", "ListEntitiesForPolicy", PolicyArn=document["PolicyArn"]).get("PolicyRoles") or [])
    found = ask("iam", "ListAttachedRolePolicies", RoleName=document.get("RoleName"))
    return list(found.get("AttachedPolicies") or [])


KNOWLEDGE = Knowledge(
    related={"attachments": _attachments},
    members={"iam.many-policies": _policies, "iam.policies-above-quota": within("iam", POLICIES_PER_ROLE, _policies)},
)
