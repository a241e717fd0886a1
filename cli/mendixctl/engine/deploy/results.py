"""What a deployment found and did."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.engine.deployment.results import Readiness, State
from mendixctl.engine.results import Scope
from mendixctl.guard.manifests import ManifestChanges


@dataclass(frozen=True, slots=True)
class DeployResult:
    """``manifests``: what was not as the release says, with verdicts. ``count``: objects that the release has.
    ``missing``: kinds that the cluster does not know, whose objects were left out.

    ``release``: the one whose objects these are; ``recorded``: the release that this deployment is itself, 0 where
    nothing had to be done. ``dry_run``: nothing was changed. ``seconds``: all of it, waiting included.
    """

    scope: Scope
    release: int
    manifests: ManifestChanges
    count: int
    readiness: tuple[Readiness, ...]
    missing: tuple[str, ...]
    dry_run: bool
    seconds: float
    recorded: int = 0

    @property
    def exit_code(self) -> int:
        """0 as asked for; 2 where something would change; 1 where something did not become ready or was left out."""
        if self.dry_run:
            return 2 if self.manifests or self.missing else 0
        return 1 if self.missing or any(one.state is not State.READY for one in self.readiness) else 0
