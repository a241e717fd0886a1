"""Answers kept for an hour below ``.mendixctl/<env>/preflight/``, one file a question.

Only whole answers without an error are kept: whoever mends what was found is not told the old answer. The names of an
account's resources are in them, so nobody else may read the files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mendixctl.preflight.findings import Answer, Finding, Grade, Status
from mendixgen.diagnostics import MendixError
from mendixgen.files import private_folder, write_atomic

LIFETIME = timedelta(hours=1)
SECRET = 0o600


class Cache:
    """The answers in one folder. ``place`` is what all of them depend on: caller, account, region, address of the API,
    version of mendixctl."""

    def __init__(self, folder: Path, place: Any) -> None:
        self._folder = folder
        self._place = place

    def find(self, question: str, concerns: Any, now: datetime) -> Answer | None:
        """What AWS said within the hour, if nothing that the answer depends on has changed."""
        try:
            kept = json.loads(self._file(question).read_bytes())
            asked_at = datetime.fromisoformat(kept["asked_at"])
            if kept["key"] != self._key(question, concerns) or not timedelta() <= now - asked_at < LIFETIME:
                return None
            findings = tuple(_finding(one) for one in kept["findings"])
            return Answer(question, str(kept["title"]), Status.CACHED, findings, asked_at)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, answer: Answer, concerns: Any) -> None:
        """Keep an answer; one that cannot be written is asked for again."""
        if answer.status is not Status.ASKED or answer.grade is Grade.ERROR:
            with contextlib.suppress(OSError):
                self._file(answer.question).unlink(missing_ok=True)
            return
        document = {
            "key": self._key(answer.question, concerns),
            "asked_at": answer.asked_at.isoformat(),
            "title": answer.title,
            "findings": [asdict(replace(finding, location=None)) for finding in answer.findings],
        }
        with contextlib.suppress(OSError, MendixError):
            private_folder(self._folder, self._folder.parent)
            write_atomic(self._file(answer.question), json.dumps(document), mode=SECRET)

    def _file(self, question: str) -> Path:
        return self._folder / f"{question}.json"

    def _key(self, question: str, concerns: Any) -> str:
        text = json.dumps([question, self._place, concerns], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _finding(kept: dict[str, Any]) -> Finding:
    """A finding as it was kept; where its setting stands in the file may have changed since, so that is not kept."""
    return Finding(**{**kept, "grade": Grade(kept["grade"]), "path": tuple(kept["path"]), "location": None})
