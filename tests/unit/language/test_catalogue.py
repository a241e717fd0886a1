"""The Chinese catalogue: complete, its places those of the English texts, its words those of the glossary."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

from mendixctl.language import catalogue
from mendixctl.language.spacing import HAN, WIDE_SIGNS, spaced
from tests.support.glossary import TERMS, ruled_out
from tools import message_sources, messages

LANGUAGE = "zh"
COMPLETE = set(message_sources.DOMAINS) | {"descriptions", "verdicts", "refusals", "types"}
"""Domains in which no text may lack Chinese; see `tools/message_sources.py` for what each has."""


@pytest.fixture(scope="module")
def committed() -> Catalog:
    return messages.read(LANGUAGE)


@pytest.fixture(scope="module")
def pairs(committed: Catalog) -> list[tuple[str, str]]:
    found = []
    for message in committed:
        key = message.id if isinstance(message.id, str) else message.id[0]
        said = message.string if isinstance(message.string, str) else message.string[0]
        if key and said:
            found.append((key, said))
    return found


def test_no_text_of_a_complete_domain_lacks_chinese() -> None:
    left = messages.missing(LANGUAGE)
    assert {domain: left[domain] for domain in COMPLETE if domain in left} == {}


def test_the_catalogue_has_the_texts_of_the_sources_and_no_others(committed: Catalog) -> None:
    keys = {message.id if isinstance(message.id, str) else message.id[0] for message in committed if message.id}
    assert keys == set(messages.sources()), "run: python tools/messages.py update"


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_places_are_those_of_the_english(pairs: list[tuple[str, str]]) -> None:
    assert [(key, said) for key, said in pairs if _places(key) != _places(said)] == []


def test_commands_and_options_are_the_same_in_both(pairs: list[tuple[str, str]]) -> None:
    typed = re.compile(r"(?<![\w-])--[a-z][a-z-]+|MX[A-Z]\d{3}|mendixctl [a-z]+")
    assert [(key, said) for key, said in pairs if set(typed.findall(said)) - set(typed.findall(key))] == []


def test_spaces_keep_the_rule_and_punctuation_is_full_width(pairs: list[tuple[str, str]]) -> None:
    assert [said for _, said in pairs if spaced(said) != said] == []
    half_width = re.compile(f"[{HAN}][,:;?!]|[,;?!] ?[{HAN}]|[{HAN}]\\.(?![\\w/])|[{HAN}]\\(|\\)[{HAN}]")
    assert [said for _, said in pairs if half_width.search(said)] == []
    assert re.search(f"[{WIDE_SIGNS}] ", "".join(f"{said}\n" for _, said in pairs if "  " not in said)) is None


def test_words_of_the_glossary_are_kept(pairs: list[tuple[str, str]]) -> None:
    forbidden = ruled_out()
    assert [(said, word) for _, said in pairs for word in forbidden if word in said] == []
    terms = {term.english.lower(): term.chinese for term in TERMS}
    said = {key.lower(): text for key, text in pairs}
    different = {key: (said[key], terms[key]) for key in said.keys() & terms.keys() if terms[key] not in said[key]}
    assert different == {}


def test_compiled_and_source_say_the_same(committed: Catalog) -> None:
    from io import BytesIO

    from babel.messages.mofile import write_mo

    made = BytesIO()
    write_mo(made, committed)
    compiled = dict(catalogue.read_compiled(made.getvalue()))
    assert compiled == dict(catalogue.read(messages.place(LANGUAGE).read_text(encoding="utf-8")))
    assert compiled["{count} resources"] == "{count} 个资源"
