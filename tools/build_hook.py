"""What is made when a wheel is built: compiled translations, the manual page and the shells' completions.

They are made then, so that they are those of the commands that the wheel has. Walking the commands needs click alone.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MANUAL = "share/man/man1/mendixctl.1"
COMPLETIONS = {
    "bash": "share/bash-completion/completions/mendixctl",
    "zsh": "share/zsh/site-functions/_mendixctl",
    "fish": "share/fish/vendor_completions.d/mendixctl.fish",
}
"""Where man and each shell look, below the prefix of an installation."""


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """An editable installation has the translations alone: the rest is a command away in a clone."""

    made: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before files are chosen."""
        self._compile()
        if self.target_name == "wheel" and version != "editable":
            self.made = Path(mkdtemp(prefix="mendixctl-wheel-"))
            for number, (place, text) in enumerate(self._texts().items()):
                path = self.made / str(number)
                path.write_text(text, encoding="utf-8")
                build_data["shared_data"][str(path)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Once the wheel is written."""
        if self.made is not None:
            shutil.rmtree(self.made, ignore_errors=True)

    def _compile(self) -> None:
        """A ``.mo`` beside each ``.po``; entries without a translation are left out, and so said in English."""
        for source in (Path(self.root) / "cli/mendixctl/language/catalogues").rglob("*.po"):
            with source.open("rb") as stream, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(stream, locale=source.parents[1].name))

    def _texts(self) -> dict[str, str]:
        top = Path(self.root)
        sys.path[:0] = [str(top), str(top / "cli"), str(top / "generators")]
        from click.shell_completion import get_completion_class

        from mendixctl.app import cli
        from tools.man_page import page

        texts = {MANUAL: page(self.metadata.version)}
        for shell, place in COMPLETIONS.items():
            completion = get_completion_class(shell)
            if completion is None:
                raise RuntimeError(f"click has no completion for {shell}")
            texts[place] = completion(cli, {}, "mendixctl", "_MENDIXCTL_COMPLETE").source()
        return texts
