"""Whole operations that moto does not have, from botocore's description of the service: JSON and REST-JSON protocols.

An extension names the operations and says what each does with its parameters; routes, parameter places and the form
of answers and errors come from the description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.extensions import Ask
from mendixctl.emulator.partitions import partition

Record = dict[str, Any]


class OperationError(Exception):
    """An error that the service answers with."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(message or code)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation: where, and its parameters under the names of the service's API."""

    account: str
    region: str
    parameters: Record

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or ``default`` if it is absent or null."""
        value = self.parameters.get(name)
        return default if value is None else value

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource, in the partition of the call's region."""
        return f"arn:{partition(self.region)}:{service}:{self.region}:{self.account}:{resource}"


Operation = Callable[[Call], Record | None]


class Table:
    """The records of one kind of resource, by region and key."""

    def __init__(self, *key: str, missing: str = "ResourceNotFoundException", status: int = 404) -> None:
        """``key``: the parameters that identify a record; ``missing`` and ``status``: the error when there is none."""
        self._key = key
        self._missing = missing
        self._status = status
        self._rows: dict[tuple[str, ...], Record] = {}

    def _identity(self, call: Call) -> tuple[str, ...]:
        return (call.region, *(str(call.parameters.get(part)) for part in self._key))

    def put(self, call: Call, **values: Any) -> Record:
        """Keep the call's parameters and ``values`` as a record, and return it."""
        row = {**call.parameters, **values}
        self._rows[self._identity(call)] = row
        return row

    def get(self, call: Call) -> Record:
        """The record that the call's parameters identify.

        Raises:
            OperationError: there is none.
        """
        try:
            return self._rows[self._identity(call)]
        except KeyError:
            raise OperationError(self._missing, f"no {', '.join(self._identity(call)[1:])}", self._status) from None

    def remove(self, call: Call) -> Record:
        """Take the record out; as ``get`` otherwise."""
        row = self.get(call)
        del self._rows[self._identity(call)]
        return row

    def all(self, call: Call, **fields: Any) -> list[Record]:
        """The records of the call's region whose fields are as given."""
        return [
            row
            for (region, *_), row in self._rows.items()
            if region == call.region and all(row.get(name) == value for name, value in fields.items())
        ]


class Service:
    """Some operations of one service, as a handler for ``Extensions``."""

    def __init__(self, account: str, name: str, operations: Mapping[str, Operation]) -> None:
        """``name`` is botocore's name of the service; operations are under the names of its API."""
        import botocore.session

        self._account = account
        self._model = botocore.session.get_session().get_service_model(name)
        self._operations = operations
        self._is_rest = str(self._model.metadata["protocol"]).startswith("rest")
        self._routes = sorted(map(self._route, operations), key=lambda route: -len(route[1].pattern))

    def __call__(self, request: Request, ask: Ask) -> Response | None:
        """The answer to an operation of this service, or nothing for any other."""
        found = self._find(request)
        if found is None:
            return None
        operation, parts = found
        call = Call(self._account, request.region, self._parameters(operation, parts, request))
        try:
            result = self._operations[operation](call)
        except OperationError as error:
            body = {"__type": error.code, "message": str(error), "Message": str(error)}
            return self._response(error.status if self._is_rest else 400, body, ("x-amzn-ErrorType", error.code))
        status = int(self._model.operation_model(operation).http.get("responseCode", 200)) if self._is_rest else 200
        return self._response(status, result or {})

    def _route(self, operation: str) -> tuple[str, re.Pattern[str], str]:
        http = self._model.operation_model(operation).http
        path = re.escape(http["requestUri"].split("?")[0].rstrip("/"))
        pattern = re.sub(
            r"\\\{(\w+)(\\\+)?\\\}", lambda found: f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})", path
        )
        return http["method"], re.compile(f"^{pattern}/?$"), operation

    def _find(self, request: Request) -> tuple[str, dict[str, str]] | None:
        if not self._is_rest:
            return (request.action, {}) if request.action in self._operations else None
        for method, pattern, operation in self._routes:
            found = pattern.match(request.path) if method == request.method else None
            if found:
                return operation, {name: unquote(value) for name, value in found.groupdict().items()}
        return None

    def _parameters(self, operation: str, parts: dict[str, str], request: Request) -> Record:
        body: Record = json.loads(request.body) if request.body.strip()[:1] == b"{" else {}
        shape = self._model.operation_model(operation).input_shape
        if shape is None or not self._is_rest:
            return body
        parameters: Record = {}
        for name, member in shape.members.items():
            place, sent = member.serialization.get("location"), member.serialization.get("name", name)
            if place == "uri" and sent in parts:
                parameters[name] = parts[sent]
            elif place == "querystring" and sent in request.query:
                values = request.query[sent]
                parameters[name] = values if member.type_name == "list" else values[0]
            elif place is None and sent in body:
                parameters[name] = body[sent]
        if shape.serialization.get("payload"):
            parameters[shape.serialization["payload"]] = body
        return parameters

    def _response(self, status: int, body: Record, *headers: tuple[str, str]) -> Response:
        kind = "application/json" if self._is_rest else "application/x-amz-json-1.1"
        return Response(status, json.dumps(body).encode(), (("Content-Type", kind), *headers))


def identifier(prefix: str, digits: int = 17) -> str:
    """A new identifier of ``digits`` hexadecimal digits; the same again when its request is replayed."""
    from moto.moto_api._internal import mock_random

    return prefix + f"{mock_random.getrandbits(4 * digits):0{digits}x}"


def unique() -> str:
    """A new UUID; the same again when its request is replayed."""
    from moto.moto_api._internal import mock_random

    return str(mock_random.uuid4())
