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


RULES = {
    "a quotation mark that is not “”": f"[{HAN}][\"'「『]|[\"'」』][{HAN}]|[「」『』]",
    "three points where …… belongs": f"[{HAN}]\\.\\.\\.",
    "full-width Latin": "[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05]",
    "somebody addressed": "[您你]",
    "half-width parentheses around Chinese": f"\\([^()]*[{HAN}][^()]*\\)",
    "a mark twice": "[，。：；？！、]{2}",
    "a dash between Chinese": f"[{HAN}] ?[-\u2013] ?[{HAN}]",
    "a list of Chinese with half-width commas": f"[{HAN}], ?[{HAN}]",
}
"""What no translation has, but for code and what stands in its places; docs/glossary.md says how Chinese is written."""


def prose(said: str) -> str:
    """A translation without what is no Chinese of its own: code, places, and the message of a command."""
    return re.sub(r"`[^`]*`|\{[^{}]*\}|-m '[^']*'", "x", said)


@pytest.mark.parametrize("rule", RULES)
def test_no_translation_breaks_a_rule_of_writing(pairs: list[tuple[str, str]], rule: str) -> None:
    pattern = re.compile(RULES[rule])
    assert [said for _, said in pairs if pattern.search(prose(said))] == []


def test_what_opens_closes_and_a_sentence_ends_as_the_english_does(pairs: list[tuple[str, str]]) -> None:
    chinese = [(key, said) for key, said in pairs if re.search(f"[{HAN}]", said)]
    assert [said for _, said in chinese if any(said.count(a) != said.count(b) for a, b in ("（）", "“”", "《》"))] == []
    ends = {".": "。", "?": "？"}
    assert [
        (key, said)
        for key, said in chinese
        if key[-1:] in ends and not key.endswith("...") and said.rstrip("”）")[-1:] not in (ends[key[-1]], "…")
    ] == []
    closed = (".", "。", ".)", "?")
    assert [(key, said) for key, said in chinese if said.endswith("。") and not key.endswith(closed)] == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("a quotation mark that is not “”", "没有「选项」"),
        ("three points where …… belongs", "等待..."),
        ("full-width Latin", "３ 个"),
        ("somebody addressed", "请您确认"),
        ("half-width parentheses around Chinese", "计划 (已保存)"),
        ("a mark twice", "好，，"),
        ("a dash between Chinese", "北京-宁夏"),
        ("a list of Chinese with half-width commas", "计划, 发布"),
    ],
)
def test_each_rule_finds_what_breaks_it(rule: str, said: str) -> None:
    assert re.search(RULES[rule], prose(said))


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
