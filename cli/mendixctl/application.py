"""One run of the command line: where it works, how it shows, and what it was asked."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mendixctl.language import use
from mendixctl.language.choice import chosen

if TYPE_CHECKING:
    from pathlib import Path

    from mendixctl.engine.session import Session
    from mendixctl.views.base import View
    from mendixgen.repository import Repository


class Application:
    """What the shared options set; views and repositories are made when they are first asked for."""

    def __init__(self, arguments: list[str]) -> None:
        self.as_json = "--json" in arguments
        """Known before parsing, so that wrong usage is told in JSON too."""
        self.color: bool | None = False if os.environ.get("NO_COLOR") else None
        use(chosen(arguments, os.environ))
        self.command = next((argument for argument in arguments if not argument.startswith("-")), "")
        self._folder = ""
        self._view: View | None = None
        self._repository: Repository | None = None
        self._sessions: list[Session] = []
        self.via = ""
        """The instance through which clusters are reached, or ``nodes``."""

    def change_folder(self, folder: str) -> None:
        """Each ``-C`` starts where the one before it led, as in git and make."""
        self._folder = os.path.join(self._folder, folder)
        self._repository = None

    @property
    def folder(self) -> Path:
        """Where the command works.

        Raises:
            MendixError: MXC112, it is not a folder.
        """
        from pathlib import Path

        from mendixgen.diagnostics import Diagnostic, MendixError

        folder = Path(self._folder or ".")
        if not folder.is_dir():
            raise MendixError(Diagnostic("MXC112", f"{folder} is not a folder", hint="-C takes a folder that exists"))
        return folder.resolve()

    @property
    def repository(self) -> Repository:
        """The platform repository around the folder, once it is certain that its folders are its own.

        Raises:
            MendixError: MXC101, there is none.
            Refused: MXI104, a link in it leads where nothing may be written.
        """
        if self._repository is None:
            from mendixctl.containment import check
            from mendixgen.repository import Repository

            found = Repository.find(self.folder)
            check(found)
            self._repository = found
        return self._repository

    @property
    def modules_to_write(self) -> Path:
        """The folder of the modules, for what writes into it.

        Raises:
            MendixError: as `repository`.
        """
        from mendixctl.containment import check

        check(self.repository, modules=True)
        return self.repository.modules

    @property
    def view(self) -> View:
        """How this run shows things, chosen once."""
        if self._view is None:
            if self.as_json:
                from mendixctl.views.json.view import JsonView

                self._view = JsonView(sys.stdout, lambda: self.command)
            else:
                self._view = self._for_people()
        return self._view

    def _for_people(self) -> View:
        from mendixctl.views.human import HumanView

        view = HumanView(color=self.color, root=self._root)
        path = os.environ.get("MENDIXCTL_JSON_FILE")
        if not path:
            return view
        from pathlib import Path

        from mendixctl.views.both import BothViews

        return BothViews(view, Path(path), lambda: self.command)

    def _root(self) -> Path | None:
        """The repository's folder, which places in diagnostics are relative to; None outside a repository."""
        from mendixgen.diagnostics import MendixError

        try:
            return self.repository.root
        except MendixError:
            return None

    def session(self, *, rehearse: bool = False) -> Session:
        """What the engine's use-cases are given."""
        from mendixctl.engine.session import Session

        self._sessions.append(Session(self.repository, self.view, rehearse, via=self.via))
        return self._sessions[-1]

    def can_ask(self) -> bool:
        """Whether a person can answer: a terminal on standard input, and no program that reads JSON."""
        return not self.as_json and sys.stdin is not None and sys.stdin.isatty()

    def close(self) -> None:
        """End what is still being shown, and close what was opened."""
        for session in self._sessions:
            session.tunnels.close()
        if self._view is not None:
            self._view.close()
