"""What a release says, read once: its specification as plain data, and its lock.

A release never changes, and the same one is looked at many times by a command that compares several; both are kept by
their text. What is given back is shared, so nobody changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mendixctl.ledger.release import Record
from mendixgen import lock as locks
from mendixgen.lock import Lock

KEPT = 256
"""Texts that are kept: a comparison of two releases needs four, ``blame`` of a long history more."""


def data(record: Record) -> Mapping[str, Any]:
    """The specification of a release as plain data.

    Raises:
        MendixError: MXS1xx, its text is no specification.
    """
    return _data(record.release.spec, f"v{record.number}.yaml")


def lock(record: Record) -> Lock:
    """The lock that a release ran with.

    Raises:
        MendixError: MXR110, its text is no lock.
    """
    return _lock(record.release.lock, f"v{record.number}.lock")


@lru_cache(maxsize=KEPT)
def _data(text: str, label: str) -> Mapping[str, Any]:
    from mendixgen.spec.source import read

    return read(text, label).data


@lru_cache(maxsize=KEPT)
def _lock(text: str, label: str) -> Lock:
    return locks.parse(text, label)
