"""English and Chinese documents say the same: each page of docs/ has its twin in docs/zh/, as new as it is.

What differs is told by its section. Whoever changes a page writes the same into its twin in the same commit: the same
headings, code (comments are translated), tables, numbers and paragraphs. The words are those of docs/glossary.md, which
is in both languages itself. Pages that are generated are written by `make docs`, from the catalogue of messages.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.chinese_prose import mistakes
from tests.support.twin_pages import differences

DOCS = Path(__file__).resolve().parents[3] / "docs"
BOTH = {"glossary.md"}
GENERATED = {"cli.md", "keys.md", "monitoring.md", "refusals.md"}
PAGES = sorted({page.name for page in DOCS.glob("*.md")} - BOTH)
WRITTEN = [page for page in PAGES if page not in GENERATED]
CODE = re.compile(r"^\| (MX[A-Z]\d{3}) \|", re.MULTILINE)


def text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def test_every_page_has_its_twin() -> None:
    missing = [page for page in PAGES if not (DOCS / "zh" / page).is_file()]
    alone = [page.name for page in (DOCS / "zh").glob("*.md") if page.name not in PAGES]
    assert missing == [], f"write docs/zh/{missing[0]}: docs/{missing[0]} in Chinese, heading by heading"
    assert alone == [], f"docs/zh/{alone[0]} is of a page that is no more: delete or rename it"


@pytest.mark.parametrize("page", WRITTEN)
def test_the_twin_is_as_new(page: str) -> None:
    found = list(differences(text(page), text(f"zh/{page}")))
    assert found == [], f"docs/zh/{page} is not what docs/{page} says; write there: {found[0]}"


def test_the_chinese_readme_is_as_new() -> None:
    found = list(differences(text("../README.md"), text("../README.zh-CN.md")))
    assert found == [], f"README.zh-CN.md is not what README.md says; write there: {found[0]}"


@pytest.mark.parametrize("page", [*WRITTEN, "../README.zh-CN.md"])
def test_chinese_is_written_as_the_glossary_says(page: str) -> None:
    found = list(mistakes(text(f"zh/{page}" if page in WRITTEN else page)))
    assert found == [], f"in the Chinese {page}: {found[0]}"


def test_every_code_is_explained_in_both() -> None:
    assert CODE.findall(text("zh/errors.md")) == CODE.findall(text("errors.md"))


@pytest.mark.parametrize("page", [*PAGES, *(f"zh/{page}" for page in PAGES), "../README.md", "../README.zh-CN.md"])
def test_links_lead_to_files(page: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", re.sub(r"`[^`]*`", "", text(page)))
    assert [link for link in links if not (DOCS / page).parent.joinpath(link).exists()] == []


ENGLISH = """\
# Head

Says `this` of 12 things.

| what | code |
|---|---|
| one | `a` |

```
run it   # why
```
"""
CHINESE = """\
# 标题

说的是 12 件事的 `this`。

| 内容 | 代码 |
|---|---|
| 一 | `a` |

```
run it   # 原因
```
"""


def test_a_twin_that_says_the_same() -> None:
    assert list(differences(ENGLISH, CHINESE)) == []
    assert list(mistakes(CHINESE)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("12", "13", "lacks the numbers 12"),
        ("`this`", "`that`", "lacks `this` and still has `that`"),
        ("| 一 | `a` |", "| 一 | `b` |", "lacks `a` and still has `b`"),
        ("| 一 | `a` |\n", "", "3 lines of tables, 2 in Chinese"),
        ("run it", "run that", "`run it` is `run that` there"),
        ("# 标题", "## 标题", 'where the English page has # "Head"'),
        ("\n| 内容", "\n又一段。\n\n| 内容", "1 paragraphs and items of lists, and 2 in Chinese"),
    ],
)
def test_a_twin_that_is_older_is_told_where(old: str, new: str, told: str) -> None:
    assert told in "\n".join(differences(ENGLISH, CHINESE.replace(old, new)))


ASKED = "# Head\n\n```\n$ mendixctl plan dev\nPlan: 3 to add  (24 s)\nerror MXT129: no\n```\n"
ANSWERED = "# 标题\n\n```\n$ mendixctl plan dev\n计划：新增 3  (24 s)\n错误 MXT129：否\n```\n"


def test_what_commands_answer_may_be_in_chinese_and_nothing_else_of_it() -> None:
    assert list(differences(ASKED, ANSWERED)) == []
    for old, new in (("plan dev", "plan prod"), ("新增 3", "新增 4"), ("MXT129", "MXT130"), ("错误 MXT129：否\n", "")):
        assert "the code blocks differ" in "\n".join(differences(ASKED, ANSWERED.replace(old, new)))


@pytest.mark.parametrize("written", ["有2个", "有 2个", "好， 是", "好 ，是", "好,是", "漂移即偏移"])
def test_what_the_glossary_rules_out_is_found(written: str) -> None:
    assert list(mistakes(written)) != []
