"""The state as data: which resources it has, read where it lies and without Terraform.

Source: Terraform's state format, version 4. Only what says which object stands at which address is read; values are
secrets and stay where they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mendixctl.engine.workplace import Workplace
from mendixgen.diagnostics import Diagnostic, Location, MendixError

if TYPE_CHECKING:
    from mendixctl.aws import Clients


@dataclass(frozen=True, slots=True)
class StateObject:
    """One resource instance in the state. ``tainted``: Terraform will replace it."""

    address: str
    type: str
    id: str
    tainted: bool = False


def read_state(workplace: Workplace, clients: Clients | None) -> bytes:
    """The state's text as it lies in its file or its bucket; nothing where there is none yet.

    Raises:
        MendixError: MXP113 the file cannot be read; MXA1xx the bucket cannot.
    """
    path = workplace.state_file
    if path is not None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise _unreadable(str(path), error.strerror or str(error)) from error
    return _object(workplace, clients, workplace.specification.header.state_key)


def _object(workplace: Workplace, clients: Clients | None, key: str) -> bytes:
    from mendixctl.aws import guarded, is_missing

    if clients is None:
        return b""
    bucket = workplace.specification.header.state_bucket
    with guarded(f"read s3://{bucket}/{key}"):
        try:
            body: bytes = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        except Exception as error:
            if is_missing(error):
                return b""
            raise
    return body


def read_object(workplace: Workplace, clients: Clients | None, suffix: str) -> bytes:
    """The object beside an S3 state whose key is the state's and ``suffix``; nothing where there is none."""
    return _object(workplace, clients, f"{workplace.specification.header.state_key}{suffix}")


def objects(raw: bytes, place: str = "the state") -> dict[str, StateObject]:
    """The resource instances of a state by address.

    Raises:
        MendixError: MXP113, it is no state.
    """
    if not raw.strip():
        return {}
    try:
        content = json.loads(raw)
        return {one.address: one for one in _objects(content)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(place, f"{type(error).__name__}: {error}") from error


def _objects(content: Mapping[str, Any]) -> list[StateObject]:
    found = []
    for resource in content.get("resources") or ():
        if resource.get("mode") != "managed":
            continue
        module = f"{resource['module']}." if resource.get("module") else ""
        for instance in resource.get("instances") or ():
            if instance.get("deposed"):
                continue
            attributes = instance.get("attributes")
            said = attributes.get("id") if isinstance(attributes, Mapping) else None
            address = f"{module}{resource['type']}.{resource['name']}{_key(instance.get('index_key'))}"
            found.append(
                StateObject(
                    address,
                    str(resource["type"]),
                    said if isinstance(said, str) else "",
                    instance.get("status") == "tainted",
                )
            )
    return found


def _key(index: object) -> str:
    """An instance's key as Terraform writes it in addresses."""
    if index is None:
        return ""
    if isinstance(index, str):
        quoted = json.dumps(index, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
        return f"[{quoted}]"
    return f"[{int(str(index).partition('.')[0])}]"


def _unreadable(place: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXP113",
            f"the state cannot be read: {why}",
            hint="mendixctl recover ENVIRONMENT puts back the one before it, if it is whole",
            location=Location(place),
        )
    )
