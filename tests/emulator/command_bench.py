"""Commands of mendixctl as a person types them, in this process: exit codes, documents, and what AWS has then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mendixctl import app
from mendixgen.repository import Repository

OTHERS = 'existing: {storage: "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"}'
"""Somebody else's key in the place of ours, which goes away."""


@dataclass
class CommandBench:
    """A repository with keys in ``dev``. ``document``: the file that MENDIXCTL_JSON_FILE names; ``said``: all that was
    printed for people.
    """

    repository: Repository
    kms: Any
    capsys: pytest.CaptureFixture[str]
    document: Path
    said: str = ""

    def call(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit code and document of a command, whose words for people are kept."""
        code = app.main(["-C", str(self.repository.root), *arguments])
        self.said += f"$ mendixctl {' '.join(arguments)}\n{''.join(self.capsys.readouterr())}\n"
        return code, json.loads(self.document.read_text())

    def edit(self, old: str, new: str) -> None:
        path = self.repository.spec("dev")
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def rotation(self) -> set[int]:
        """After how many days the keys of ``dev`` are rotated, as AWS has it."""
        aliases = self.kms.list_aliases()["Aliases"]
        found = {one["TargetKeyId"] for one in aliases if one["AliasName"].startswith("alias/dev")}
        return {self.kms.get_key_rotation_status(KeyId=one)["RotationPeriodInDays"] for one in found}
