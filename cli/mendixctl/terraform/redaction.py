"""Secrets in texts that nobody marked: what a provider, AWS or Terraform says of a value quotes it, whatever it is.

Terraform masks values that it knows to be sensitive where it prints values. In the words of an error it does not, nor
does a provider. So what is known to be secret is looked for in every such text, in the forms in which programs quote:
as it is, line by line, and escaped for JSON, HCL, XML and URLs, or in base64.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

from mendixctl.terraform.marks import SHORTEST_SECRET, mapping, secrets
from mendixctl.terraform.plan import SENSITIVE
from mendixgen import hcl
from mendixgen.diagnostics import Diagnostic

SHORTEST_LINE = 12
"""Characters from which on one line of a secret of several is one by itself; the shorter ones close brackets."""

MOST = 2000
"""Secrets that are looked for; the longest ones, since short ones are what ordinary words may be."""

_CREDENTIALS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN")
_SECRET_NAMES = re.compile(r"(SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PRIVATE_KEY|CREDENTIAL|API_KEY)", re.IGNORECASE)
_PLACES = re.compile(r"_(FILE|PATH|DIR|URL|URI|ARN|NAME|PROFILE|ID|ENDPOINT)S?\Z", re.IGNORECASE)
"""Variables that only say where a secret is."""


class Redaction:
    """Knows some secrets, and takes them out of texts. Without any it gives back what it gets."""

    def __init__(self, known: Iterable[str] = (), *, shortest: int = SHORTEST_SECRET) -> None:
        texts = sorted({text for text in known if len(text) >= shortest}, key=len, reverse=True)[:MOST]
        forms = {form for text in texts for form in _forms(text) if len(form) >= shortest}
        self._shortest = shortest
        self._beginnings = frozenset(form[:shortest] for form in forms)
        # the longest first: a secret that begins as another one does must not leave its end behind
        alternatives = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
        self._pattern = re.compile(alternatives) if forms else None
        self._seen: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return self._pattern is not None

    def finds(self, text: str) -> bool:
        """Whether any secret stands in ``text``. Cheap where none does, which is the rule."""
        if self._pattern is None or len(text) < self._shortest:
            return False
        found = self._seen.get(text)
        if found is None:
            pieces = (text[at : at + self._shortest] for at in range(len(text) - self._shortest + 1))
            found = any(piece in self._beginnings for piece in pieces) and self._pattern.search(text) is not None
            self._seen[text] = found
        return found

    def text(self, text: str) -> str:
        """``text`` with ``(sensitive)`` in the place of every secret."""
        return self._pattern.sub(SENSITIVE, text) if self._pattern is not None and self.finds(text) else text

    def diagnostic(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic without secrets in its words."""
        if self._pattern is None:
            return diagnostic
        return replace(
            diagnostic,
            summary=self.text(diagnostic.summary),
            detail=self.text(diagnostic.detail),
            hint=self.text(diagnostic.hint),
        )

    def diagnostics(self, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """All of them without secrets."""
        return tuple(map(self.diagnostic, found))


def _forms(text: str) -> Iterator[str]:
    """The ways in which programs write a text into another one."""
    for part in {text, *(line.strip() for line in text.splitlines() if len(line.strip()) >= SHORTEST_LINE)}:
        yield part
        yield json.dumps(part)[1:-1]
        yield json.dumps(part, ensure_ascii=False)[1:-1]
        yield json.dumps(json.dumps(part)[1:-1])[1:-1]
        yield html.escape(part)
        try:
            raw = part.encode()
            yield hcl.quote(part)[1:-1]
        except (UnicodeEncodeError, ValueError):
            continue
        yield quote(raw, safe="")
        yield quote_plus(raw)
        # what stands before it in the same base64 shifts it by one or two bytes; the edges depend on the neighbours
        for shift in range(3):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                coded = encode(b"\0" * shift + raw).decode().rstrip("=")
                yield coded[(0, 2, 3)[shift] : len(coded) - (1 if (len(raw) + shift) % 3 else 0)]


def of_environment(variables: Mapping[str, str]) -> Iterator[str]:
    """The values of variables that are credentials, by their names."""
    for name, value in variables.items():
        if name in _CREDENTIALS or (_SECRET_NAMES.search(name) and not _PLACES.search(name)):
            yield value


def of_plan(document: Mapping[str, Any]) -> Iterator[str]:
    """Every text that is marked sensitive anywhere in ``terraform show -json PLAN``."""
    for key in ("resource_changes", "resource_drift"):
        for item in _items(document.get(key)):
            yield from of_change(mapping(mapping(item).get("change")))
    for item in mapping(document.get("output_changes")).values():
        yield from of_change(mapping(item))
    yield from of_state(mapping(document.get("prior_state")))
    configuration = mapping(document.get("configuration"))
    variables = mapping(document.get("variables"))
    top = mapping(configuration.get("root_module"))
    for name, declared in mapping(top.get("variables")).items():
        if mapping(declared).get("sensitive"):
            yield from secrets(mapping(variables.get(name)).get("value"), True)
    yield from _of_calls(top)


def of_change(change: Mapping[str, Any]) -> Iterator[str]:
    """The sensitive texts of one change, of both its sides."""
    for side in ("before", "after"):
        yield from secrets(change.get(side), change.get(f"{side}_sensitive"))


def of_state(document: Mapping[str, Any]) -> Iterator[str]:
    """Every text that is marked sensitive in ``terraform show -json``."""
    values = mapping(document.get("values"))
    for output in mapping(values.get("outputs")).values():
        if mapping(output).get("sensitive"):
            yield from secrets(mapping(output).get("value"), True)
    modules = [mapping(values.get("root_module"))]
    while modules:
        module = modules.pop()
        for item in _items(module.get("resources")):
            resource = mapping(item)
            yield from secrets(resource.get("values"), resource.get("sensitive_values"))
        modules += [mapping(child) for child in _items(module.get("child_modules"))]


def _of_calls(module: Mapping[str, Any]) -> Iterator[str]:
    """What is written out in a module's call for a variable that is sensitive."""
    for item in mapping(module.get("module_calls")).values():
        call = mapping(item)
        inner = mapping(call.get("module"))
        expressions = mapping(call.get("expressions"))
        for name, declared in mapping(inner.get("variables")).items():
            if mapping(declared).get("sensitive"):
                yield from secrets(mapping(expressions.get(name)).get("constant_value"), True)
        yield from _of_calls(inner)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
