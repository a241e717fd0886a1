"""One workspace: how it is set up, whether it is locked, and its state."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass
from typing import Any

from mendixctl.terraform.cloud.api import Cloud
from mendixgen.diagnostics import MendixError


@dataclass(frozen=True, slots=True)
class WorkspaceFacts:
    """What the API says of a workspace. ``locked_by``: in words, whose lock it is."""

    id: str
    execution_mode: str
    working_directory: str
    auto_apply: bool
    structured: bool
    versioned: bool
    locked: bool
    locked_by: str


def read(cloud: Cloud, organization: str, workspace: str) -> WorkspaceFacts:
    """The workspace.

    Raises:
        MendixError: MXT151 to MXT153.
    """
    place = f"organizations/{urllib.parse.quote(organization)}/workspaces/{urllib.parse.quote(workspace)}"
    data = cloud.get(place)["data"]
    said: dict[str, Any] = data.get("attributes") or {}
    holder = ((data.get("relationships") or {}).get("locked-by") or {}).get("data") or {}
    return WorkspaceFacts(
        str(data["id"]),
        str(said.get("execution-mode") or ""),
        str(said.get("working-directory") or ""),
        bool(said.get("auto-apply")),
        bool(said.get("structured-run-output-enabled", True)),
        said.get("vcs-repo") is not None,
        bool(said.get("locked")),
        f"{holder.get('type', '').rstrip('s')} {holder.get('id', '')}".strip(),
    )


def state(cloud: Cloud, facts: WorkspaceFacts) -> bytes:
    """The newest state byte for byte; nothing where there is none.

    Raises:
        MendixError: MXT151, MXT153.
    """
    try:
        said = cloud.get(f"workspaces/{facts.id}/current-state-version")
    except MendixError as error:
        if error.diagnostics[0].code == "MXT152":  # the workspace is there, so it is the state that is not
            return b""
        raise
    return cloud.raw(str(said["data"]["attributes"]["hosted-state-download-url"]))
