"""Who is to be told and has not confirmed it yet, asked again: what an apply found may be days old."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mendixctl.aws import guarded
from mendixctl.engine.environment.tools import api, clients
from mendixctl.engine.health.contacts import TYPE, Contacts
from mendixctl.engine.health.contract import Subject
from mendixctl.ledger.release import Health
from mendixgen.diagnostics import Diagnostic, MendixError, Severity

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.engine.environment.workplace import Workplace
    from mendixctl.terraform.state import Instance


def unconfirmed(workplace: Workplace, instances: Iterable[Instance]) -> Iterator[Diagnostic]:
    """MXB145, one for all contacts of a topic. AWS is asked about those that the state has as unconfirmed, so that
    nothing is asked where there are none; where it does not answer, the state's word counts.
    """
    waiting = [
        Subject(one.address, one.type, one.attributes)
        for one in instances
        if one.type == TYPE and one.attributes.get("pending_confirmation") is True
    ]
    if not waiting:
        return
    services = clients(workplace, api(workplace)[0])
    by_topic: dict[str, list[str]] = {}
    for subject in waiting:
        if _is_unconfirmed(services, subject):
            by_topic.setdefault(subject.text("topic_arn").rpartition(":")[2], []).append(subject.text("endpoint"))
    for topic, addresses in by_topic.items():
        yield Diagnostic(
            "MXB145",
            f"{', '.join(sorted(addresses))} of {topic} has not confirmed yet, so nothing reaches that contact"
            if len(addresses) == 1
            else f"{', '.join(sorted(addresses))} of {topic} have not confirmed yet, so nothing reaches these contacts",
            hint="AWS has sent each a link to confirm; what is not confirmed for three days is forgotten, and the next "
            "apply asks again",
            severity=Severity.WARNING,
        )


def _is_unconfirmed(services: Clients, subject: Subject) -> bool:
    try:
        with guarded(f"look at {subject.text('endpoint')}"):
            return Contacts().look(services, subject).health is Health.UNCONFIRMED
    except MendixError:
        return True
