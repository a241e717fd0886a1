"""What stock moto lacks or answers wrongly, one module a service; each is loaded when its service is first asked.

A module has ``install(account)``, which mends moto's classes and may return a handler: a function that is shown every
request of the service before moto, together with the way to ask moto, and answers it or returns nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from mendixctl.emulator.exchange import Request, Response

Ask = Callable[[Request], Response]
Handler = Callable[[Request, Ask], Response | None]

MODULES: dict[str, tuple[str, ...]] = {
    "access-analyzer": ("accessanalyzer",),
    "athena": ("athena",),
    "autoscaling": ("autoscaling",),
    "backup": ("kms", "backup"),
    "bcm-data-exports": ("bcmdataexports",),
    "budgets": ("budgets",),
    "ce": ("ce",),
    "cloudtrail": ("cloudtrail",),
    "cloudfront": ("cloudfront",),
    "codebuild": ("codebuild",),
    "codeconnections": ("codeconnections",),
    "codepipeline": ("codepipeline",),
    "dlm": ("dlm",),
    "drs": ("drs",),
    "ec2": ("kms", "ec2"),
    "ecr": ("kms", "ecr"),
    "eks": ("kms", "eks"),
    "elasticloadbalancing": ("elasticloadbalancing",),
    "iam": ("iam",),
    "guardduty": ("guardduty",),
    "kms": ("kms",),
    "lambda": ("kms", "awslambda"),
    "logs": ("kms", "logs"),
    "monitoring": ("cloudwatch",),
    "es": ("opensearch",),
    "rds": ("kms", "managed_secrets", "rds"),
    "route53": ("route53",),
    "s3": ("kms", "s3"),
    "secretsmanager": ("kms", "managed_secrets", "awslambda", "secretsmanager"),
    "securityhub": ("securityhub",),
    "sns": ("sns",),
    "ssm": ("ssm",),
    "states": ("stepfunctions",),
    "synthetics": ("synthetics",),
    "wafv2": ("wafv2",),
}
"""By the signing name of a service, the modules that it needs; ``kms`` first, wherever moto makes a default key."""

OFFERS: dict[str, str] = {
    "account": "account",
    "backup": "backup_settings",
    "ecr": "ecr_images",
    "eks": "eks_offers",
    "iam": "iam_simulation",
    "rds": "rds_offers",
    "servicequotas": "servicequotas",
}
"""By the signing name of a service, a second module: what AWS offers and allows, which a preflight asks; images."""

NEED_THE_JOURNAL = frozenset({"cloudtrail"})
"""Modules whose ``install`` is also given the journal's path, to read what was recorded."""


class Extensions:
    """The extensions of one emulator; not safe for threads."""

    def __init__(self, account: str, journal: Path) -> None:
        self._account = account
        self._journal = journal
        self._installed: dict[str, Handler | None] = {}
        self._handlers: dict[str, list[Handler]] = {}

    def answer(self, request: Request, moto: Ask) -> Response:
        """The extension's answer to the request, or moto's where the extension has none."""
        for handler in self._of(request.service):
            response = handler(request, moto)
            if response is not None:
                return response
        return moto(request)

    def refusal(self, request: Request, moto: Ask) -> Response | None:
        """The error with which AWS refuses what the request asks for, if it does; what it asks for is not done."""
        from mendixctl.emulator.extensions import refusals

        return refusals.refusal(request, lambda question: self.answer(question, moto))

    def _of(self, service: str) -> list[Handler]:
        if service not in self._handlers:
            handlers = []
            own = MODULES.get(service, ())
            further = [OFFERS[service]] if service in OFFERS else []
            for name in (*own, *further):
                if name not in self._installed:
                    given = (self._account, self._journal) if name in NEED_THE_JOURNAL else (self._account,)
                    self._installed[name] = import_module(f"{__name__}.{name}").install(*given)
                handler = self._installed[name]
                if handler is not None and name in (*own[-1:], *further):
                    handlers.append(handler)
            self._handlers[service] = handlers
        return self._handlers[service]
