"""docs/languages.md counts what there is, and docs/demo.md walks what the demo walks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import demo, messages, transcript, two_languages

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("page", ["languages.md", "zh/languages.md"])
def test_the_number_of_messages_is_true(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    (said,) = re.findall(r"(\d,\d{3})", text)
    there = len(messages.sources())
    assert 0 <= there - int(said.replace(",", "")) < 1_000, f"there are {there:,}: write it into docs/{page}"
    assert ("100 %" in text) == (messages.missing("zh") == {})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_transcript_has_the_steps_of_the_demo(language: str) -> None:
    text = transcript.PAGES[language].read_text(encoding="utf-8")
    assert text.startswith(transcript.HEADS[language]), "run: make transcript"
    told = re.findall(r"^\*\*\d+\.\*\* (.+)$", text, re.MULTILINE)
    assert told == [step.shows if language == "en" else step.in_chinese for step in demo.STEPS], "run: make transcript"
    typed = re.findall(r"^\$ (.+)$", text, re.MULTILINE)
    assert typed == [demo.typed(step.does) for step in demo.STEPS if not callable(step.does)], "run: make transcript"


def test_a_command_is_shown_in_both_languages_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert two_languages.run(tmp_path / "second", ["explain", "MXT129"]) == 0
    english, chinese = capsys.readouterr().out, (tmp_path / "second.out").read_text(encoding="utf-8")
    assert english.startswith("MXT129")
    assert chinese.startswith("MXT129")
    assert not re.search("[\u4e00-\u9fff]", english)
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert two_languages.run(tmp_path / "json", ["explain", "MXT129", "--json"]) == 0
    assert (tmp_path / "json.out").read_text(encoding="utf-8") == ""


def test_the_demo_is_told_in_the_language_of_its_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENDIXCTL_LANG", "zh")
    assert demo.said("a", "甲") == "甲"
    monkeypatch.setenv("MENDIXCTL_LANG", "en")
    assert demo.said("a", "甲") == "a"
