"""Which operation of which service a request asks for, by botocore's models.

The models are moto's own copies, so none is read twice. A service's model and routes are read when it is first asked,
under the lock that the emulator answers under: the tables are whole before anything looks into them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

from mendixctl.emulator.exchange import Request

MODELS: dict[str, tuple[str, ...]] = {
    "access-analyzer": ("accessanalyzer",),
    "airflow": ("mwaa",),
    "aoss": ("opensearchserverless",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "aps": ("amp",),
    "backup-search": ("backupsearch",),
    "cloudhsm": ("cloudhsmv2",),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "es": ("opensearch", "es"),
    "monitoring": ("cloudwatch",),
    "s3": ("s3control", "s3"),
    "servicequotas": ("service-quotas",),
    "ses": ("sesv2", "ses"),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
"""By signing name, botocore's names of the services that it stands for, where that is not the same name alone."""

_LABEL = re.compile(r"\\\{([^{}+]+?)(\\\+)?\\\}")
_HYPHEN = "_HYPHEN_"
"""What stands for a hyphen in the name of a label, which the name of a group cannot have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The operation that is asked for, the protocol that it came in, and the parts of the path that are parameters."""

    service: str
    operation: Any
    protocol: str
    labels: Mapping[str, str]

    @property
    def name(self) -> str:
        """The operation's name in the service's API."""
        return str(self.operation.name)


def asked(request: Request) -> Asked | None:
    """What ``request`` asks for; nothing where no model knows it, or its protocol is none of botocore's first five."""
    for model in of_signing_name(request.service):
        found = model.find(request)
        if found is not None:
            return found
    return None


def operation_name(request: Request) -> str:
    """The name of the operation, without the version that some services put after it; the request's own words where
    none is known."""
    found = asked(request)
    name = request.action or (found.name if found is not None else "")
    return re.sub(r"20\d{6}$", "", name) or f"{request.method} {request.path}"


@cache
def of_signing_name(name: str) -> tuple[Model, ...]:
    """The models of the services that sign with ``name``; none for a service that botocore does not have."""
    from botocore.exceptions import BotoCoreError
    from moto.core.utils import get_service_model

    found = []
    for service in MODELS.get(name, (name,)) if name else ():
        try:
            found.append(Model(service, get_service_model(service)))
        except BotoCoreError:
            continue
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Route:
    operation: Any
    pattern: re.Pattern[str]
    literal: int  # characters of the path that are no label
    arguments: Mapping[str, str]  # literals of the query string, by which operations of one path are told apart
    required: frozenset[str]  # further arguments of the query string
    headers: frozenset[str]  # required headers, as WSGI names them

    def rank(self, request: Request) -> tuple[int, int, bool, int, int]:
        """The better an operation fits what was sent, the more; required parts that are missing count against it."""
        missing = len(self.required - request.query.keys()) + len(self.headers - request.environ.keys())
        current = not self.operation.deprecated
        return self.literal, len(self.arguments), current, -missing, len(self.required) + len(self.headers)


class Model:
    """One service."""

    def __init__(self, service: str, model: Any) -> None:
        self.service = service
        self.model = model
        self.protocol = str(model.metadata["protocol"])
        self._names = frozenset(model.operation_names)

    def find(self, request: Request) -> Asked | None:
        """The operation of this service that the request asks for."""
        if request.is_json_rpc:
            target = str(request.environ["HTTP_X_AMZ_TARGET"]).rpartition(".")[0]
            known = str(self.model.metadata.get("targetPrefix", ""))
            # of a prefix with a package some SDKs send the last part alone: CloudTrail_20131101
            same = target == known or (bool(target) and known.endswith(f".{target}"))
            return self._named(request.action, "json") if same else None
        if request.action:
            version = re.search(rb"(?:^|&)Version=([\d-]+)", request.body)
            same = version is not None and version[1].decode() == self.model.api_version
            return self._named(request.action, "ec2" if self.protocol == "ec2" else "query") if same else None
        return self._routed(request) if self.protocol.startswith("rest") else None

    def _named(self, name: str, protocol: str) -> Asked | None:
        if name not in self._names:
            return None
        return Asked(self.service, self.model.operation_model(name), protocol, {})

    def _routed(self, request: Request) -> Asked | None:
        best: tuple[_Route, re.Match[str]] | None = None
        for route in self._routes.get(request.method, ()):
            found = route.pattern.match(request.path)
            if found is None or any(request.query.get(name, [None])[0] != it for name, it in route.arguments.items()):
                continue
            if best is None or route.rank(request) > best[0].rank(request):
                best = route, found
        if best is None:
            return None
        labels = {name.replace(_HYPHEN, "-"): unquote(value) for name, value in best[1].groupdict().items()}
        return Asked(self.service, best[0].operation, self.protocol, labels)

    @cached_property
    def _routes(self) -> dict[str, list[_Route]]:
        """The operations by method."""
        routes: dict[str, list[_Route]] = {}
        for name in sorted(self._names):
            operation = self.model.operation_model(name)
            routes.setdefault(operation.http["method"], []).append(_route(operation))
        return routes


def _route(operation: Any) -> _Route:
    path, _, query = str(operation.http.get("requestUri", "/")).partition("?")
    arguments = dict(parse_qsl(query, keep_blank_values=True))
    pattern = _LABEL.sub(
        lambda found: f"(?P<{re.sub(r'[^A-Za-z0-9_]+', _HYPHEN, found[1])}>{'.+' if found[2] else '[^/]+'})",
        re.escape(path.rstrip("/")),
    )
    places: dict[str, set[str]] = {"querystring": set(), "header": set()}
    shape = operation.input_shape
    for name in shape.required_members if shape is not None else ():
        member = shape.members[name]
        if member.serialization.get("location") in places:
            places[member.serialization["location"]].add(member.serialization.get("name", name))
    return _Route(
        operation,
        re.compile(f"^{pattern}/?$"),
        len(_LABEL.sub("", re.escape(path))),
        arguments,
        frozenset(places["querystring"] - arguments.keys()),
        frozenset("HTTP_" + name.upper().replace("-", "_") for name in places["header"]),
    )
