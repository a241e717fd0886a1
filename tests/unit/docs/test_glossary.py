"""docs/glossary.md is a table that programs read: one word for one thing, and none ruled out by another line."""

from __future__ import annotations

import re

from tests.support.glossary import TERMS, ruled_out

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_term_is_said_once() -> None:
    english = [term.english for term in TERMS]
    assert len(english) > 100
    assert len(set(english)) == len(english)


def test_every_term_is_chinese_and_has_a_source() -> None:
    assert [term for term in TERMS if not CHINESE.search(term.chinese) or not term.source] == []


def test_no_word_stands_for_two_things() -> None:
    chinese = [term.chinese for term in TERMS]
    twice = {word for word in chinese if chinese.count(word) > 1}
    assert twice == set()


def test_what_is_ruled_out_is_no_term() -> None:
    assert "漂移" not in ruled_out()
    assert {"偏移", "警报"} <= ruled_out()
    assert ruled_out() & {term.chinese for term in TERMS} == set()
