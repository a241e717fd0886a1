"""Takes the mark from what holds data and would be made anew only because its creation did not end well."""

from __future__ import annotations

from collections.abc import Collection

from mendixctl.engine.environment.site import Site
from mendixctl.engine.state.copies import copy_before
from mendixctl.engine.unfinished.tainted import divided


def keep(site: Site, addresses: Collection[str], release: int) -> None:
    """Keep what stands at ``addresses``, as far as it is still marked; the state before is kept as that before
    ``release``.

    Raises:
        MendixError: MXB110, no copy can be made; MXT1xx, Terraform does not do it.
    """
    if not addresses:
        return
    workplace, tools = site.workplace, site.tools
    tools.initialise(workplace)
    marked, _ = divided(tools.state(workplace).instances.values())
    still = sorted({*marked} & {*addresses})
    if not still:
        return
    copy_before(site, release)
    workplace.session.reporter.stage("keep", ", ".join(still))
    for address in still:
        tools.terraform(workplace).untaint(address)
