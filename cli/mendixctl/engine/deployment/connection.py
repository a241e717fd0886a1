"""The way from an open environment to the API of its cluster."""

from __future__ import annotations

from mendixctl.aws import Clients
from mendixctl.cluster import access
from mendixctl.cluster.access import Access
from mendixctl.cluster.api import Api
from mendixctl.emulator.endpoint import Endpoint
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.tools import clients
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.spec import called

NO_CLUSTER = "MXK110"
UNREACHABLE = "MXK101"


def connect(site: Site) -> Api:
    """The API of the environment's cluster, of which nothing was asked yet.

    Raises:
        MendixError: MXK110, there is no cluster; MXA1xx, AWS cannot be asked for it.
    """
    if not has_cluster(site):
        raise MendixError(
            Diagnostic(
                NO_CLUSTER,
                f"{site.environment} has no cluster: the area is off",
                hint=f"mendixctl modules upgrade {site.environment} cluster",
            )
        )
    return _of(site)


def has_cluster(site: Site) -> bool:
    """Whether the environment is to have a cluster."""
    return "cluster" in site.workplace.specification.pins


def connect_if_there(site: Site) -> Api | None:
    """As `connect`, also where the area is off by now; None where AWS has no such cluster."""
    try:
        return _of(site)
    except MendixError as error:
        if error.diagnostics[0].code != NO_CLUSTER:
            raise
        return None


def reading(workplace: Workplace) -> Api | None:
    """The API for what only looks and can do without: asked once, not for long; None where there is none to ask.

    An emulator is not started for it.

    Raises:
        MendixError: MXA1xx, AWS cannot be asked for the cluster.
    """
    if "cluster" not in workplace.lock.pins:
        return None
    scope, endpoint, variables = workplace.scope, None, {}
    if scope.target != "aws":
        endpoint = _running(workplace)
        if endpoint is None:
            return None
        from mendixctl.emulator.environment import environment

        variables = environment(endpoint)
    found = clients(workplace, variables)
    try:
        way = _way(workplace.session, found, _name(workplace), scope.region, endpoint)
    except MendixError as error:
        if error.diagnostics[0].code != NO_CLUSTER:
            raise
        return None
    return Api(way, scope.environment, quick=True)


def _running(workplace: Workplace) -> Endpoint | None:
    from mendixctl.emulator.control import status

    scope = workplace.scope
    for one in status(workplace.session.repository):
        if one.account == scope.account and one.running:
            return Endpoint(one.url, int(one.url.rpartition(":")[2].strip("/")), one.pid, scope.account, scope.region)
    return None


def check_reachable(site: Site, way_on: str) -> None:
    """Check that the API of a cluster that is there answers: before anything is begun that will need it.

    What it answers is no matter: a caller that it does not know yet may be let in by the very release.

    Raises:
        MendixError: MXK101, with ``way_on`` as what else can be done; MXA1xx.
    """
    api = connect_if_there(site)
    if api is None:
        return
    try:
        api.served()
    except MendixError as error:
        (problem,) = error.diagnostics
        if problem.code != UNREACHABLE:
            return
        raise MendixError(
            Diagnostic(
                problem.code,
                f"nothing was begun: {problem.summary}",
                hint=f"{problem.hint}; or {way_on}",
                detail=problem.detail,
            )
        ) from error


def _of(site: Site) -> Api:
    name, header = _name(site.workplace), site.workplace.specification.header
    return Api(_way(site.session, site.clients, name, header.region, site.tools.endpoint), site.environment)


def _name(workplace: Workplace) -> str:
    return called.cluster(workplace.environment, workplace.specification.settings)


def _way(session: Session, clients: Clients, name: str, region: str, endpoint: Endpoint | None) -> Access:
    found = access.of_cluster(clients, name, region, endpoint)
    return access.through(found, session.via, session.tunnels, clients, name) if session.via else found
