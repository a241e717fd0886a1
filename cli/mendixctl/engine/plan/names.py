"""Asks AWS, name by name, who has a role, a key's alias or a hosted zone: see `mendixctl.guard.owned.UNLISTED`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mendixctl.aws import Clients, error_code, guarded
from mendixctl.guard.owned import Tagged

ABSENT = frozenset({"NoSuchEntity", "NotFoundException"})


def look_up(clients: Clients, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Tagged]:
    """(type, name) -> what AWS has under it, with its tags; what is not there is left out.

    Raises:
        MendixError: MXA1xx, AWS cannot be asked.
    """
    found = {}
    for kind, name in names:
        call, ask = _ASKING[kind]
        with guarded(f"ask who has {name} ({call})"):
            try:
                there = ask(clients, name)
            except Exception as error:
                if error_code(error) not in ABSENT:
                    raise
                continue
        if there is not None:
            found[kind, name] = there
    return found


def _role(clients: Clients, name: str) -> Tagged:
    role = clients.client("iam").get_role(RoleName=name)["Role"]
    return Tagged(str(role["Arn"]), _tags(role.get("Tags", ()), "Key", "Value"))


def _alias(clients: Clients, name: str) -> Tagged:
    """An alias belongs to whoever has its key."""
    kms = clients.client("kms")
    key = kms.describe_key(KeyId=name)["KeyMetadata"]
    tags = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
    return Tagged(f"{key['Arn']} ({name})", _tags(tags, "TagKey", "TagValue"))


def _zone(clients: Clients, name: str) -> Tagged | None:
    """Route 53 takes a name more than once; the first zone that says whose it is decides."""
    route53 = clients.client("route53")
    for zone in route53.list_hosted_zones_by_name(DNSName=name)["HostedZones"]:
        if zone["Name"].rstrip(".") != name.rstrip("."):
            break  # they come in the order of their names, from this one on
        identifier = zone["Id"].rpartition("/")[2]
        tagged = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=identifier)["ResourceTagSet"]
        tags = _tags(tagged.get("Tags", ()), "Key", "Value")
        if "environment" in tags:
            return Tagged(f"hosted zone {identifier} of {name}", tags)
    return None


def _tags(said: Iterable[Mapping[str, Any]], key: str, value: str) -> dict[str, str]:
    return {str(one[key]): str(one[value]) for one in said}


_ASKING: Mapping[str, tuple[str, Callable[[Clients, str], Tagged | None]]] = {
    "aws_iam_role": ("iam:GetRole", _role),
    "aws_kms_alias": ("kms:DescribeKey, kms:ListResourceTags", _alias),
    "aws_route53_zone": ("route53:ListHostedZonesByName, route53:ListTagsForResource", _zone),
}
