"""The view of a command that people read while it runs and a program reads afterwards, as in a build.

What is shown goes to a view for people; at the end the document of ``--json`` stands in a file beside it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mendixctl.views.base import View
from mendixctl.views.json.view import JsonView
from mendixgen.diagnostics import Diagnostic
from mendixgen.files import write_atomic

if TYPE_CHECKING:
    from mendixctl.engine import results
    from mendixctl.terraform.events import Event

FILE = "MENDIXCTL_JSON_FILE"
"""The variable that names the file."""


class BothViews:
    """``people`` is shown everything; ``path`` gets the document, readable by its owner alone."""

    def __init__(self, people: View, path: Path, command: Callable[[], str]) -> None:
        self._people = people
        self._path = path
        self._text = io.StringIO()
        self._program = JsonView(self._text, command)

    def begin(self, scope: results.Scope) -> None:
        self._people.begin(scope)

    def stage(self, name: str, detail: str = "") -> None:
        self._people.stage(name, detail)

    def line(self, environment: str, text: str) -> None:
        self._people.line(environment, text)

    def event(self, event: Event) -> None:
        self._people.event(event)

    def notice(self, diagnostic: Diagnostic) -> None:
        self._people.notice(diagnostic)
        self._program.notice(diagnostic)

    def show(self, result: object, *, details: bool = False) -> None:
        self._people.show(result, details=details)
        self._program.show(result, details=details)

    def ask(self, question: str, expected: str) -> str:
        return self._people.ask(question, expected)

    def failed(self, diagnostics: Sequence[Diagnostic], exit_code: int, result: Any = None) -> None:
        self._people.failed(diagnostics, exit_code, result)
        self._program.failed(diagnostics, exit_code, result)

    def close(self) -> None:
        self._people.close()
        write_atomic(self._path, self._text.getvalue(), mode=0o600)
