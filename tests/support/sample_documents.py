"""A kind of document for tests of what documents have in common: one for each note of the small repository."""

from __future__ import annotations

from mendixgen.documents import Source

rendered: list[str] = []
"""The environments for which it was asked."""


def render(source: Source) -> dict[str, str]:
    rendered.append(source.spec.header.name)
    texts = source.spec.sections["notes"].get("texts", {})
    return {f"all/{name}.md": f"{name}: {text}\n" for name, text in reversed(texts.items())}
