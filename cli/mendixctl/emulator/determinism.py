"""Makes moto's answers depend on the recorded requests alone, so that replaying them gives the same cloud again.

Identifiers come from random numbers and many attributes from the clock, and both reach Terraform's state. While a
request is answered, every source of random numbers is seeded from the request's place in the journal, and the clock
stands still at the journalled moment. What moto builds lazily (a region's default VPC, the managed policies) is
seeded from its own name instead, because a read may be the first to ask for it and reads are not journalled.

Everything here works on the whole process: import and install it before moto.
"""

from __future__ import annotations

import datetime
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

_real_datetime = datetime.datetime
_real_time = time.time
_frozen: list[float] = []  # the moments that the clock stands at; the last counts


def now() -> float:
    """Seconds since the epoch: the frozen moment while a request is answered, the real time otherwise."""
    return _frozen[-1] if _frozen else _real_time()


class _InstanceCheck(type):
    """Lets datetimes that C code made pass ``isinstance(value, datetime.datetime)``."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real_datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _real_datetime)


class _Datetime(_real_datetime, metaclass=_InstanceCheck):
    """``datetime.datetime`` whose present is the frozen moment."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _Datetime:
        return cls.fromtimestamp(now(), tz)

    @classmethod
    def utcnow(cls) -> _Datetime:
        return cls.fromtimestamp(now(), datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> _Datetime:
        return cls.now()


@contextmanager
def frozen(moment: float) -> Iterator[None]:
    """The clock stands at ``moment`` (seconds since the epoch)."""
    _frozen.append(moment)
    try:
        yield
    finally:
        _frozen.pop()


def install_clock() -> None:
    """Put the clock that can be frozen in place of the interpreter's. Call it before anything imports moto."""
    time.time = now
    datetime.datetime = _Datetime  # type: ignore[misc]


class Chance:
    """moto's random numbers, seeded for one request, and whether the request used any."""

    def __init__(self, created: float) -> None:
        """``created`` is the moment that lazily built parts take as their own."""
        from moto.moto_api._internal import mock_random

        self._random = mock_random
        self._created = created
        self._start: object = None
        uuid.uuid4 = mock_random.uuid4
        uuid.uuid1 = lambda node=None, clock_seq=None: mock_random.uuid4()
        self._separate_request_ids()
        self._seed_lazy_backends()

    def seed(self, number: int) -> None:
        """Begin the request that would be entry ``number`` of the journal."""
        self._random.seed(f"request {number}")
        random.seed(f"request {number}")
        self._start = self._random.getstate()

    def was_used(self) -> bool:
        """Whether a random number was drawn since ``seed``: then the request made something, even if it is a read."""
        return self._random.getstate() != self._start

    def _separate_request_ids(self) -> None:
        """A request identifier must not count as a use of chance: every answer, reads included, carries one."""
        own = random.Random()

        def request_id(headers: dict[str, Any] | None = None) -> str:
            value = str(uuid.UUID(int=own.getrandbits(128), version=4))
            if isinstance(headers, dict):
                headers["x-amzn-requestid"] = value
            return value

        for module in ("moto.core.responses", "moto.utilities.aws_headers"):
            vars(import_module(module))["gen_amzn_requestid_long"] = request_id

    def _seed_lazy_backends(self) -> None:
        backends: Any = import_module("moto.core.base_backend").AccountSpecificBackend
        original: Callable[[Any, str], Any] = backends.__getitem__
        chance = self

        def get(self: Any, region: str) -> Any:
            if region in self.keys():
                return original(self, region)
            with chance._aside(f"{self.service_name} {self.account_id} {region}"):
                return original(self, region)

        backends.__getitem__ = get

    @contextmanager
    def _aside(self, seed: str) -> Iterator[None]:
        before, before_standard = self._random.getstate(), random.getstate()
        self._random.seed(seed)
        random.seed(seed)
        try:
            with frozen(self._created):
                yield
        finally:
            self._random.setstate(before)
            random.setstate(before_standard)
