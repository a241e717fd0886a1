"""What a deployment changed in the cluster, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.deployment.results import State
from mendixctl.views.human import manifests
from mendixctl.views.text import duration, plural
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.deploy.results import DeployResult
    from mendixctl.views.human.view import HumanView

STYLES = {State.READY: "green", State.WAITING: "yellow", State.FAILED: "bold red"}


def deployed(view: HumanView, result: DeployResult, *, details: bool) -> None:
    manifests.show(view.screen, result.manifests, details=details)
    for kind in result.missing:
        view.screen.line(
            ("! ", "bold yellow"), msg("{kind} is unknown to the cluster: its chart is in helmfile.yaml", kind=kind)
        )
    for found in result.readiness:
        if found.state is not State.READY:
            view.screen.line((f"{found.state.value:<8}", STYLES[found.state]), f"{found.address}: {found.message}")
    number = len(result.manifests.objects)
    done = "would change" if result.dry_run else "changed"
    view.screen.line(
        (f"v{result.release}: ", "bold"),
        f"{plural(result.count, 'object')}, {f'{number} {done}' if number else 'nothing to do'}",
        f", {duration(result.seconds)}",
        (f", recorded as v{result.recorded}" if result.recorded else "", "dim"),
    )
