"""Opens an environment whose ledger is to be read: a YAML with errors is no reason not to look at its history.

What leads to the ledger is in the header: name, account, region, target, state and the role. Where these can be read,
nothing else of the file matters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mendixctl.engine.environment.files import read_lock, read_text, require
from mendixctl.engine.environment.workplace import Workplace, open_workplace, scope_of
from mendixctl.engine.session import Session
from mendixgen import __version__
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Severity
from mendixgen.lock import Lock

if TYPE_CHECKING:
    from mendixgen.spec.loader import Specification
    from mendixgen.spec.source import Source

LEADING = ("name", "kind", "account", "region", "target", "state", "deploy_role", "protected")
"""The keys of the header that lead to the ledger, or say how it is shown."""

_TOP_KEY = re.compile(r"""["']?([A-Za-z_]+)["']?\s*:""")


def open_ledger(session: Session, environment: str) -> Workplace:
    """The environment, as `open_workplace` gives it, for reading alone.

    Where its YAML or its lock has errors it has no sections and no pins, and a warning (MXP103) says so.

    Raises:
        MendixError: MXP101 there is no such environment; what is wrong with the YAML, where it is in the part that
            leads to the ledger.
    """
    try:
        return open_workplace(session, environment, refresh=False)
    except MendixError as error:
        require(session.repository, environment)
        found = None if session.rehearse else _by_header(session, environment)
        if found is None:
            raise
        first = error.diagnostics[0]
        session.reporter.notice(
            Diagnostic(
                "MXP103",
                f"environments/{environment}.yaml or its lock has errors; the ledger is found by the header alone",
                hint=f"mendixctl validate {environment} says what is wrong",
                detail=f"{first.code}: {first.summary}",
                location=first.location,
                severity=Severity.WARNING,
            )
        )
        return found


def _by_header(session: Session, environment: str) -> Workplace | None:
    specification = _readable(session, environment)
    if specification is None:
        return None
    repository = session.repository
    try:
        lock = read_lock(repository, environment)
    except MendixError:
        lock = None
    scope = scope_of(specification, environment, rehearsing=False)
    return Workplace(session, environment, repository, specification, lock or Lock(__version__), scope)


def _readable(session: Session, environment: str) -> Specification | None:
    """The header without its other keys, if what leads to the ledger is right."""
    from pydantic import ValidationError

    from mendixgen.spec import header as headers
    from mendixgen.spec import structure
    from mendixgen.spec.loader import Specification

    label = f"environments/{environment}.yaml"
    try:
        text = read_text(session.repository.spec(environment), label)
        source = _scanned(text, label)
    except MendixError:
        return None
    if source is None or any(_key_at(source.text, problem.location) in LEADING for problem in source.problems):
        return None
    # a domain that is missing or wrong leads nowhere else; one that is right is needed by none of this
    given = {key: source.data[key] for key in LEADING if key in source.data}
    clean, findings = structure.check(given, headers.json_schema())
    if findings:
        return None
    try:
        header = headers.Header.model_validate(clean)
    except ValidationError:
        return None
    wrong = [found for found in headers.check(header, expected_name=environment) if found.path[0] in LEADING]
    if wrong:
        return None
    return Specification(label, source.text, header, source.data, {}, {}, {}, source)


def _scanned(text: bytes, label: str) -> Source | None:
    """The document; of one that is no YAML, what stands before the key with the error, if the header does.

    Raises:
        MendixError: it cannot be read at all.
    """
    from mendixgen.spec.source import scan

    try:
        return scan(text, label)
    except MendixError as error:
        place = error.diagnostics[0].location
        lines = text.decode("utf-8", errors="replace").splitlines(keepends=True)
        start = _top(lines, place.line if place else 0)
        if any(_key(line) in LEADING for line in lines[start:]):
            return None
        return scan("".join(lines[:start]), label)


def _key_at(text: str, place: Location | None) -> str:
    """The key of the top level that a place stands below."""
    lines = text.splitlines()
    start = _top(lines, place.line if place else 0)
    return _key(lines[start]) if start < len(lines) else ""


def _top(lines: Sequence[str], line: int) -> int:
    """The index of the nearest line, at or above ``line``, that begins a key of the top level; 0 if none does."""
    return next((index for index in range(min(line, len(lines)) - 1, -1, -1) if _key(lines[index])), 0)


def _key(line: str) -> str:
    found = _TOP_KEY.match(line)
    return found[1] if found else ""
