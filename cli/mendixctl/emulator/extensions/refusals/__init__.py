"""What AWS refuses although the form is right: the rules of `mendixctl.guard.refusals`, asked of requests.

A rule's facts are read from the request and, before it, from what the service itself answers about the resource; what
else a rule needs to know (the zones of subnets, the version of a control plane) a module of the service asks for. Codes
and texts stand in the rules alone, so that a plan and the emulator say the same.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from typing import Any

from mendixctl.emulator import errors
from mendixctl.emulator.contract import readers
from mendixctl.emulator.contract.models import asked
from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.extensions.refusals.asking import Answer, Ask
from mendixctl.emulator.extensions.refusals.knowledge import NOTHING, Knowledge
from mendixctl.emulator.extensions.refusals.subject import Subject
from mendixctl.guard.refusals import rulebook
from mendixctl.guard.refusals.reading import told

log = logging.getLogger("mendixctl.emulator")

KNOWING = frozenset(
    {"acm", "ec2", "eks", "elasticloadbalancing", "es", "guardduty", "iam", "rds", "route53", "s3", "securityhub"}
)
"""Services with a module here that knows what is stored; of the others a request says all that their rules ask."""


def refusal(request: Request, answer: Answer) -> Response | None:
    """The error with which AWS refuses a request, if one of the rules holds of it. ``answer``: how to ask the emulator.

    Nothing is changed by it: what it asks only reads.
    """
    wanted = asked(request) if request.service in rulebook.names() else None
    rules = rulebook.rules_for(request.service, wanted.name) if wanted is not None else ()
    if wanted is None or not rules:
        return None
    parameters, _ = readers.parameters(wanted, request)
    subject = Subject(wanted.name, parameters, Ask(request, answer), knowledge(request.service))
    for rule in rules:
        for reading in subject.readings(rule):
            text = told(rule, rule.text, reading, subject.count(rule))
            log.info("%s: refused by %s: %s", request, rule.id, rule.code)
            return errors.response(request, rule.code, text, rule.status)
    return None


@cache
def knowledge(service: str) -> Knowledge:
    """What a service's module knows."""
    if service not in KNOWING:
        return NOTHING
    found: Any = import_module(f"{__name__}.{service}")
    known: Knowledge = found.KNOWLEDGE
    return known
