"""What two releases differ in, without the values of fields that are marked ``x-secret``.

The YAML of today may hold none; an older mendixctl took them, and a field may have been marked since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mendixctl.engine.diff import SpecChange, spec_changes
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.secret_fields import AreaOf, Hidden, masked
from mendixctl.terraform.redaction import Redaction

Path = tuple[str | int, ...]

SHORTEST = 3
"""Characters from which on a secret is masked in a text; a shorter one is in half of all words."""


class Masking:
    """Two specifications as data, ``before`` and ``after``, and what of them must not be shown."""

    def __init__(self, workplace: Workplace, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self._before, self._after = before, after
        self._hidden = Hidden(workplace.store, AreaOf(workplace))
        secrets = [*self._secrets(before, ()), *self._secrets(after, ())]
        self._redaction = Redaction([str(secret) for secret in secrets], shortest=SHORTEST)

    def changes(self) -> tuple[SpecChange, ...]:
        """As `spec_changes`, secret values masked."""
        shown = {change.path: change for change in spec_changes(self._masked(self._before), self._masked(self._after))}
        return tuple(
            shown.get(change.path) or replace(change, before=masked(change.before), after=masked(change.after))
            for change in spec_changes(self._before, self._after)
        )

    def text(self, text: str) -> str:
        """``text`` without any of the secret values, in whatever form they are quoted."""
        return self._redaction.text(text)

    def _secrets(self, value: Any, path: Path) -> Iterator[Any]:
        if isinstance(value, Mapping) and (value or not path):
            for key, inner in value.items():
                yield from self._secrets(inner, (*path, key))
        elif value is not None and self._hidden(path):
            yield from _plain(value)

    def _masked(self, value: Any, path: Path = ()) -> Any:
        if isinstance(value, Mapping) and (value or not path):
            return {key: self._masked(inner, (*path, key)) for key, inner in value.items()}
        return masked(value) if path and self._hidden(path) else value


def _plain(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _plain(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _plain(inner)
    elif isinstance(value, str):
        yield value
