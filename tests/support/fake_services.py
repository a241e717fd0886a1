"""AWS as far as the preflight asks it: clients that answer what a test says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

Answer = Any
"""What an operation gives back: a value, an exception to raise, or a function of the call's parameters."""


def denied(operation: str = "Operation") -> ClientError:
    """What AWS answers to whoever may not ask."""
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}, operation)


def missing(code: str, status: int = 404) -> ClientError:
    """What AWS answers where there is no such thing."""
    return ClientError(
        {"Error": {"Code": code, "Message": "none"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Operation"
    )


class FakeClient:
    """A client of one service; ``asked`` are the calls in order, as (operation, parameters)."""

    def __init__(self, service: str, answers: Mapping[str, Answer], asked: list[tuple[str, dict[str, Any]]]) -> None:
        self._service = service
        self._answers = answers
        self._asked = asked

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation.startswith("_"):
            raise AttributeError(operation)

        def call(**parameters: Any) -> Any:
            self._asked.append((operation, parameters))
            if operation not in self._answers:
                raise AssertionError(f"{self._service} was asked {operation}")
            answer = self._answers[operation]
            if callable(answer) and not isinstance(answer, BaseException):
                answer = answer(**parameters)
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return call

    def get_paginator(self, operation: str) -> FakePaginator:
        return FakePaginator(getattr(self, operation))


class FakePaginator:
    """One page, or the pages of a list."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def paginate(self, **parameters: Any) -> Iterator[Any]:
        answer = self._call(**parameters)
        yield from answer if isinstance(answer, list) else [answer]


class FakeServices:
    """In the place of `mendixctl.aws.Clients`: answers by service and operation."""

    def __init__(self, **answers: Mapping[str, Answer]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers = {service.replace("_", "-"): given for service, given in answers.items()}

    def client(self, service: str, region: str = "") -> FakeClient:
        if service not in self._answers:
            raise AssertionError(f"{service} was asked")
        return FakeClient(service, self._answers[service], self.asked)
