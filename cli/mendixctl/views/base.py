"""What a view is: it shows any result, asks, and says what failed. Nothing else prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from mendixctl.engine.reporter import Reporter
from mendixgen.diagnostics import Diagnostic


class View(Reporter, Protocol):
    """A reporter that also shows results. `HumanView` and `JsonView` have a table each of who shows which."""

    def show(self, result: object, *, details: bool = False) -> None:
        """A result of a use-case, or what is prepared and will be asked about (``Prepared...``).

        ``details``: every attribute of created and destroyed resources too.
        """

    def ask(self, question: str, expected: str) -> str:
        """Ask a person, who confirms by typing ``expected``; what was typed, and nothing at the end of input."""

    def failed(self, diagnostics: Sequence[Diagnostic], exit_code: int, result: Any = None) -> None:
        """The command failed; ``result`` is what a failed apply did and recorded, where there is one."""

    def close(self) -> None:
        """The command is over, however it ended."""
