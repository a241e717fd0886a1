"""The catalogue of a language: English text or template -> the same in that language.

Gettext's files: compiled ones (``.mo``) come with an installation. A checkout that nobody has built, or whose
translations are newer than what was built, has only the ``.po`` itself; it is read here, as far as its form goes that
`tools/messages.py` writes. The library's own `gettext` forgets the plural of an entry, by which a text is found here.
Source of the form: GNU gettext's manual, "The Format of GNU MO Files".
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "catalogues"
DOMAIN = "mendixctl"
LOCALES = {"zh": "zh_CN"}


def entries(language: str) -> Mapping[str, str]:
    """Every text that the catalogue of ``language`` translates; of plural forms the singular and the plural each."""
    folder = FOLDER / LOCALES[language] / "LC_MESSAGES"
    source, compiled = folder / f"{DOMAIN}.po", folder / f"{DOMAIN}.mo"
    try:
        if not source.exists() or compiled.stat().st_mtime >= source.stat().st_mtime:
            return dict(read_compiled(compiled.read_bytes()))
    except OSError:
        pass
    return dict(read(source.read_text(encoding="utf-8")))


def read_compiled(data: bytes) -> Iterator[tuple[str, str]]:
    """The entries of a ``.mo``: English text and, where it has one, its plural -> what is said of both.

    Chinese has one form for all numbers, so the first is the one.
    """
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, originals, translations = struct.unpack(f"{order}3I", data[8:20])

    def texts(table: int, index: int) -> list[str]:
        length, offset = struct.unpack(f"{order}2I", data[table + 8 * index : table + 8 * index + 8])
        return data[offset : offset + length].decode("utf-8").split("\0")

    for index in range(count):
        said = texts(translations, index)[0]
        for key in texts(originals, index):
            if key and said:
                yield key, said


def read(text: str) -> Iterator[tuple[str, str]]:
    """The translated entries of a ``.po``: no fuzzy ones, none that is commented out."""
    for block in text.split("\n\n"):
        lines = block.split("\n")
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        parts: dict[str, str] = {}
        keyword = ""
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            head, quote, rest = line.partition('"')
            keyword = head.strip() or keyword
            parts[keyword] = parts.get(keyword, "") + str(json.loads((quote + rest).strip()))
        said = parts.get("msgstr", parts.get("msgstr[0]", ""))
        for keyword in ("msgid", "msgid_plural"):
            if parts.get(keyword) and said:
                yield parts[keyword], said
