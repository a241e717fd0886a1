"""Opens an environment for work: nobody else works on it meanwhile, its tools answer, and this checkout is at its head.

Every command that plans, applies or changes anything begins here, so that a check which belongs to the opening stands
in one place. What only reads the ledger is opened by `mendixctl.engine.environment.header_only` or
`mendixctl.engine.environment.tools.reading_clients`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mendixctl.engine.environment.identity import check_identity
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.ledger import check_base, ledger
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.session import Session
from mendixctl.engine.unfinished.open_release import check_at_rest
from mendixctl.ledger.release import Record
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, Refused


@contextmanager
def operation(
    session: Session,
    environment: str,
    doing: str,
    *,
    refresh: bool = False,
    gate: bool = False,
    command: str = "",
    drop_plan: bool = False,
    announce: bool = True,
    at_head: bool = True,
) -> Iterator[Site]:
    """Hold an environment for the length of a ``with`` block, at the newest release of its ledger.

    ``doing``: what others are told who want it meanwhile. ``refresh``, ``gate``: as for `open_workplace`. ``command``:
    given where a person did not name the environment; a protected one is then refused, with this as the way past it.
    ``drop_plan``: the plan that was saved is no good from here on, whatever comes. ``announce``: tell whoever listens
    which environment this is; not where it was told already, before a person was asked. ``at_head``: False for what is
    there to find out how the ledger and this checkout stand; then nothing is compared with it, and there is no head.

    Raises:
        MendixError: the specification, the ledger, the emulator or Terraform have errors.
        Refused: MXP291, it cannot be done to a state in HCP Terraform; MXP134, a protected environment was not named;
            MXP110 another command holds it; MXP120 to MXP123 this checkout is not the one to work from; MXP143 it is
            being applied; MXG105, MXG106 the credentials.
    """
    workplace = open_workplace(session, environment, refresh=refresh, gate=gate)
    if command and workplace.scope.protected:
        raise Refused(Diagnostic("MXP134", f"{environment} is protected, so it has to be named", hint=command))
    if announce:
        session.reporter.begin(workplace.scope)
    if workplace.cloud is not None:
        from mendixctl.engine.environment.cloud import check_possible

        check_possible(workplace, doing)
    with lease(workplace.workspace, environment, doing):
        if drop_plan:
            workplace.plans.clear()
        tools = Tools.start(workplace)
        store = ledger(workplace, tools.clients)
        head = check_ledger(workplace, store) if at_head else None
        yield Site(workplace, tools, store, head, store.head() if at_head else 0)


def check_ledger(workplace: Workplace, store: LedgerStore) -> Record | None:
    """Check this checkout against the newest release, and give that back.

    Raises:
        Refused: MXP120 to MXP122; MXP143, it is still being applied.
    """
    check_at_rest(workplace)
    head = store.platform()
    check_base(workplace, head, store.head())
    check_identity(workplace, head)
    return head
