"""Where an environment's one saved plan stands: Terraform's file, and beside it what `mendixctl.engine.plan.saved_plan`
writes.

None ends in ``.tfplan``: Atlantis takes every such file that git does not know for a plan of its own, and applies it
(runatlantis/atlantis, ``pending_plan_finder.go``).
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from mendixctl.engine.errors import unwritable
from mendixgen.files import private_folder


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """The files of a saved plan in its folder; whether there is one says ``manifest`` alone."""

    folder: Path

    @property
    def plan(self) -> Path:
        return self.folder / "terraform.plan"

    @property
    def staging(self) -> Path:
        """Where Terraform writes a plan until it is known to be whole."""
        return self.folder / "new.plan"

    @property
    def manifest(self) -> Path:
        return self.folder / "plan.json"

    def make(self) -> None:
        """Make the folder, for its owner alone."""
        try:
            private_folder(self.folder, self.folder.parent)
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def clear(self) -> None:
        """Remove the plan; what is not there is no matter."""
        for path in (self.manifest, self.plan, self.staging):
            with contextlib.suppress(OSError):
                path.unlink()
