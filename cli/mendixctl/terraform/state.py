"""A Terraform state as data: which one it is, and what stands at which address.

One idea of what a whole state is: whoever reads one reads it here, and says in words of their own what is wrong.
Source: Terraform's state format, version 4 (internal/states/statefile/version4.go).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


class NotAStateError(ValueError):
    """These bytes are no whole state; the text says why, and never quotes what is in them."""


class EncryptedStateError(NotAStateError):
    """OpenTofu has encrypted it: whole as far as can be told, and read by OpenTofu alone."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One managed resource instance. ``tainted``: Terraform will replace it. ``attributes`` hold secrets in clear."""

    address: str
    type: str
    module: str = ""
    tainted: bool = False
    alias: str = ""
    """Of its provider configuration: ``global`` for what is in us-east-1, empty for the environment's own."""
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def id(self) -> str:
        """What AWS knows it by; empty where it has no such text."""
        said = self.attributes.get("id")
        return said if isinstance(said, str) else ""

    @property
    def area(self) -> str:
        """The module of the root that it is in; empty in the root itself."""
        return self.module.removeprefix("module.").partition(".")[0].partition("[")[0]


@dataclass(frozen=True, slots=True)
class State:
    """A whole state. ``lineage`` is made once, ``serial`` grows by each write; no state yet: "" and 0.

    ``instances``: the managed ones by address, in the state's order; an object that waits to be removed is none.
    ``aliases``: of the provider configurations without which Terraform cannot work on all that is in it.
    """

    lineage: str = ""
    serial: int = 0
    raw: bytes = field(default=b"", repr=False)
    instances: Mapping[str, Instance] = field(default_factory=dict, repr=False, compare=False)
    aliases: frozenset[str] = frozenset()


def parse(raw: bytes) -> State:
    """The state in ``raw``; nothing, or white space alone, is no state yet, and neither is what Terraform prints of a
    bucket that has none: no lineage, serial 0, no resources.

    Raises:
        NotAStateError: it is not whole.
    """
    if not raw.strip():
        return State()
    try:
        content = json.loads(raw)
        if _is_sealed(content):
            raise EncryptedStateError("it is encrypted")
        lineage, serial = content["lineage"], content["serial"]
        instances = {one.address: one for one in _instances(content)}
        aliases = frozenset(_alias(one) for one in content["resources"] or ()) - {""}
    except NotAStateError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAStateError(type(error).__name__) from error
    if (lineage, serial) == ("", 0) and not instances:
        return State()
    if not isinstance(lineage, str) or not lineage:
        raise NotAStateError("it has no lineage")
    if not isinstance(serial, int) or isinstance(serial, bool) or serial < 0:
        raise NotAStateError("it has no serial")
    return State(lineage, serial, raw, instances, aliases)


def is_whole(raw: bytes) -> bool:
    """Whether these bytes are a state: not nothing, and not half of one. One that is encrypted is whole: nothing else
    must ever be put in its place.
    """
    try:
        return bool(parse(raw).lineage)
    except EncryptedStateError:
        return True
    except NotAStateError:
        return False


def _is_sealed(content: Any) -> bool:
    """By the sign that OpenTofu itself goes by (internal/encryption/base.go, IsEncryptionPayload)."""
    return isinstance(content, Mapping) and bool(content.get("encryption_version"))


def _instances(content: Mapping[str, Any]) -> Iterator[Instance]:
    for resource in content["resources"] or ():
        if resource.get("mode", "managed") != "managed":
            continue
        for instance in resource.get("instances") or ():
            if instance.get("deposed"):
                continue
            attributes = instance.get("attributes")
            yield Instance(
                address=address_of(resource, instance),
                type=str(resource["type"]),
                module=str(resource.get("module") or ""),
                tainted=instance.get("status") == "tainted",
                alias=_alias(resource),
                attributes=attributes if isinstance(attributes, Mapping) else {},
            )


def _alias(resource: Mapping[str, Any]) -> str:
    """``global`` of ``provider["registry.terraform.io/hashicorp/aws"].global``."""
    return str(resource.get("provider") or "").rpartition('"]')[2].removeprefix(".")


def address_of(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    """The address of one instance of a resource, both as the state's JSON has them."""
    module = resource.get("module")
    prefix = f"{module}." if module else ""
    return f"{prefix}{resource['type']}.{resource['name']}{_key(instance.get('index_key'))}"


def _key(index: object) -> str:
    """An instance's key as Terraform writes it in addresses."""
    if index is None:
        return ""
    if isinstance(index, str):
        quoted = json.dumps(index, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
        return f"[{quoted}]"
    return f"[{int(str(index).partition('.')[0])}]"
