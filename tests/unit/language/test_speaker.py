"""Texts are found again: by their template, as they stand, in parts; and nobody's data is taken for one."""

from __future__ import annotations

import json
import pickle

import pytest

from mendixctl import language
from mendixctl.language import catalogue
from mendixctl.language.speaker import Speaker, filled
from mendixctl.language.templates import Template
from mendixgen.messages import Message, msg, word

ENTRIES = {
    "no environment {name} in {folder}": "{folder} 中没有环境 {name}",
    "no environment": "没有环境",
    "{count} resource": "{count} 个资源",
    "{count} resources": "{count} 个资源",
    "run it again": "再次执行",
    "the state is locked by {who}": "状态被 {who} 锁定",
    "failed": "失败",
    "{a} of {b}": "{b} 的 {a}",
    "write {{name}} here": "在这里写 {{name}}",
}


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(ENTRIES)


def test_a_message_is_its_english_text_everywhere_else() -> None:
    made = msg("no environment {name} in {folder}", name="prod", folder="x")
    assert made == "no environment prod in x"
    assert json.dumps([made]) == '["no environment prod in x"]'
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 -- our own
    assert (again, again.template, again.arguments) == (made, made.template, made.arguments)


def test_a_message_is_said_by_its_template(speaker: Speaker) -> None:
    inner = msg("{count} resources", count=3)
    assert (
        speaker.say(msg("  no environment {name} in {folder}", name="a in b", folder=inner))
        == "  3 个资源中没有环境 a in b"
    )
    assert speaker.say(msg("{a} of {b}", a=word("failed"), b="failed")) == "failed 的失败"
    assert speaker.say(msg("unknown {x}", x=1)) == "unknown 1"


def test_english_text_is_recognised_by_its_own_words(speaker: Speaker) -> None:
    assert speaker.recognise("no environment prod in here") == "here 中没有环境 prod"
    assert speaker.recognise("3 resources") == "3 个资源"
    assert speaker.recognise("the state is locked by anna; run it again") == "状态被 anna 锁定；再次执行"
    assert speaker.recognise("write {name} here") == "在这里写 {name}"


def test_data_is_left_alone(speaker: Speaker) -> None:
    for data in ("failed", "Release of portal", "some resources", "a" * 5000, "", "{", "no environmental {x}"):
        assert speaker.recognise(data) == data


def test_what_was_padded_keeps_its_columns(speaker: Speaker) -> None:
    assert speaker.say("failed    ") == "失败      "


def test_each_template_of_the_catalogue_is_found_again() -> None:
    entries = catalogue.entries("zh")
    found = Speaker(entries)
    different = {}
    for key, said in entries.items():
        template = Template.of(key)
        names = list(dict.fromkeys(name for _, name in template.parts if name))
        beside = any(not literal and at for at, (literal, name) in enumerate(template.parts) if name)
        if not names or not template.telling or beside:  # where two places touch, nobody can tell them apart
            continue
        values = {name: f"{7 + at}" if name.startswith("count") else f"x{at}y" for at, name in enumerate(names)}
        text = "".join(literal + (values[name] if name else "") for literal, name in template.parts)
        if found.say(text) != filled(said, values):
            different[key] = found.say(text)
    assert different == {}


def test_english_reads_no_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "entries", lambda _: pytest.fail("a catalogue was read"))
    language.use("en")
    assert language.translated("failed") == "failed"
    assert language.recognised(msg("{count} resources", count=2)) == "2 resources"


def test_a_message_without_places_is_one_too() -> None:
    assert isinstance(word("a {b}"), Message)
    assert word("a {b}") == "a {b}"
