"""Runbooks: one of each alarm and situation, in two languages that say the same, with this environment's names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from mendixgen import packaged
from mendixgen.alarms.rows import Row, rows
from mendixgen.documents import NAME, RENDERERS, Source
from mendixgen.lock import Lock, Pin
from mendixgen.runbooks.render import LANGUAGES, SITUATIONS, render
from mendixgen.runbooks.subject import plain
from mendixgen.spec.loader import load_text
from mendixgen.versions.store import ModuleStore
from tests.support.chinese_prose import mistakes

REPOSITORY = Path(__file__).parents[3]
STORE = ModuleStore(REPOSITORY / "modules")
COMPLETE = REPOSITORY / "tests" / "security" / "environments" / "complete.yaml"
TEMPLATES = packaged.templates() / "runbooks"
CHINESE = re.compile("[\u4e00-\u9fff]")
COMMANDS = re.compile(r"^ *```bash\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
SMALL = """\
name: small
region: eu-west-1
account: "210987654321"
target: emulator
domain: small.example.com
owner: "Team `A` | <b>B</b> {{ region }}"
"""


def pinned(*areas: str) -> Lock:
    newest = {area: STORE.newest(area, released_only=False) for area in areas or STORE.areas()}
    manifests = [STORE.manifest(area, version) for area, version in newest.items() if version]
    pins = {it.area: Pin(it.version) for it in manifests if it.kind == "environment"}
    return Lock(generator="0.1.0", pins=pins)


def rendered(text: bytes, name: str, *areas: str) -> dict[str, str]:
    return render(Source(load_text(text, name, store=STORE, lock=pinned(*areas)), STORE))


@cache
def complete() -> dict[str, str]:
    text = COMPLETE.read_text().replace("legacy: {engine: mysql", "legacy: {replicas: 1, engine: mysql")
    return rendered(text.encode(), "complete.yaml")


def test_every_alarm_and_situation_has_one_in_each_language_and_nothing_else_has() -> None:
    wanted = {row.name for row in rows()} | set(SITUATIONS) | {"README"}
    assert set(complete()) == {f"{language}/{name}.md" for language in LANGUAGES for name in wanted}
    assert {path.name.partition(".")[0] for path in TEMPLATES.glob("*/*.j2")} | {"README"} == wanted
    assert RENDERERS["runbooks"] == render.__module__
    assert all(NAME.fullmatch(f"runbooks/{path}") for path in complete())


@pytest.mark.parametrize("name", sorted({path.partition("/")[2] for path in complete()}))
def test_both_languages_say_the_same(name: str) -> None:
    english, chinese = complete()[f"en/{name}"], complete()[f"zh/{name}"]
    assert COMMANDS.findall(english) == COMMANDS.findall(chinese)
    assert len(english.splitlines()) == len(chinese.splitlines())
    assert re.findall(r"^(#+|\d+\.) ", english, re.MULTILINE) == re.findall(r"^(#+|\d+\.) ", chinese, re.MULTILINE)
    assert not CHINESE.search(english)
    assert all(CHINESE.search(line) for line in chinese.splitlines() if re.match(r"\d+\. ", line))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_an_alarms_runbook_names_it_and_tells_how_to_see_it_what_to_do_and_when_to_escalate(row: Row) -> None:
    text = complete()[f"en/{row.name}.md"]
    assert f"`complete-p{row.priority}-{row.name}" in text
    assert row.means.en in text
    assert row.impact.en in text
    seen, *_ = COMMANDS.findall(text)
    assert f"--alarm-name-prefix complete-p{row.priority}-{row.name}" in seen
    assert len(seen.splitlines()) >= 3
    assert "\n1. " in text
    assert re.search(r"## When to escalate\n\n\S", text)
    assert "mendixctl " in text


def test_names_are_filled_in() -> None:
    assert "--bucket complete-123456789012-backups" in complete()["en/storage-bucket-errors.md"]
    assert "--source-identifier complete-copy" in complete()["en/database-down.md"]
    assert "`complete-p2-database-replica-lag-crm-1`" in complete()["zh/database-replica-lag.md"]
    assert "https://crm.apps.example.com/" in complete()["en/app-down.md"]


def test_what_an_environment_cannot_have_has_no_runbook() -> None:
    files = rendered(SMALL.encode(), "small.yaml", "encryption", "network", "monitoring")
    assert "en/network-nat-ports.md" in files
    assert not {path for path in files if path.startswith(("en/cluster", "en/database-cpu", "en/apps-"))}
    assert rendered(SMALL.encode(), "small.yaml", "encryption", "network") == {}


def test_free_text_is_made_plain() -> None:
    files = rendered(SMALL.encode(), "small.yaml", "encryption", "monitoring")
    assert "(Team A b B /b region)" in files["en/region-lost.md"]
    assert plain("a\u202eb\n`c`") == "a b c"


IN_CHINESE = [
    path for path in sorted(packaged.templates().rglob("*.j2")) if CHINESE.search(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("path", IN_CHINESE, ids=lambda path: path.name)
def test_the_chinese_of_a_template_is_written_as_the_glossary_says(path: Path) -> None:
    text = re.sub(
        r"\{\{.*?\}\}|\{%.*?%\}",
        lambda found: found.group() if "t(" in found.group() else "C",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    said = [text] if "runbooks" not in path.parts else re.findall(r'"([^"]*[\u4e00-\u9fff][^"]*)"', text)
    assert [found for one in said for found in mistakes(one)] == []
