"""What the engine tells while it works. Views implement it; the engine never prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mendixctl.terraform.events import Event
from mendixgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from mendixctl.engine.results import Scope


class Reporter(Protocol):
    """Receives the progress of one use-case, in order, on the thread that runs it."""

    def begin(self, scope: Scope) -> None:
        """What the work is on: known as soon as the specification is read, before anything slow."""

    def stage(self, name: str, detail: str = "") -> None:
        """A step begins.

        One of ``render``, ``emulator``, ``init``, ``plan``, ``show``, ``preflight``, ``look``, ``undelete``,
        ``record``, ``copy``, ``snapshot``, ``apply``, ``prove``, ``health``, ``restore``, ``deploy``, ``build``.
        """

    def line(self, environment: str, text: str) -> None:
        """A line that mendixctl wrote for ``environment`` in another place, where it runs for it."""

    def event(self, event: Event) -> None:
        """Something that Terraform said on its JSON stream."""

    def notice(self, diagnostic: Diagnostic) -> None:
        """A warning that does not stop the work."""


class Silent:
    """A reporter that nobody listens to."""

    def begin(self, scope: Scope) -> None: ...

    def stage(self, name: str, detail: str = "") -> None: ...

    def line(self, environment: str, text: str) -> None: ...

    def event(self, event: Event) -> None: ...

    def notice(self, diagnostic: Diagnostic) -> None: ...
