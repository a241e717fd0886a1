"""Whole screens in Chinese at 40, 80 and 120 columns: nothing wider, nothing that closes first, columns in line."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from mendixctl import language
from mendixctl.language.wrapping import CLOSING, columns, has_wide
from mendixctl.views.human import screen as screens
from mendixctl.views.human.view import SHOWN, HumanView
from mendixgen.diagnostics import Diagnostic, Location
from tests.unit.cli import continuity_samples, crash_samples, delivery_samples, samples
from tests.unit.cli.test_json import CASES
from tools.message_sources import _is_prose

Show = Callable[[Any], None]
DOCUMENTS = {"audit report", "recovery plan", "schema", "diagram", "pipelines atlantis", "RECOVERY_PLAN"}
"""What is written as it is, for other programs or into files: no terminal's width matters to it."""

MODULES = (samples, continuity_samples, crash_samples, delivery_samples)
SAMPLES: dict[str, Show] = {
    name: (lambda view, it=value: view.show(it, details=True))
    for module in MODULES
    for name, value in vars(module).items()
    if type(value).__name__ in SHOWN and name.isupper()
}
SCREENS: dict[str, Show] = {**CASES, **SAMPLES}
WIDTHS = (40, 80, 120)


class Terminal(io.StringIO):
    """A terminal of whatever width."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TERM", "xterm")
    language.use("zh")
    yield
    language.use("en")


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What stands on a terminal of a width, without colours."""

    def drawn(show: Show, width: int, *, root: Path | None = None) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        out, err = Terminal(), Terminal()
        view = HumanView(color=False, out=out, err=err, root=lambda: root)
        show(view)
        view.close()
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out.getvalue() + err.getvalue())
        return [line.rstrip() for line in text.split("\n")]

    return drawn


@pytest.mark.parametrize("name", sorted(SCREENS.keys() - DOCUMENTS))
def test_every_screen_fits_and_no_line_begins_with_what_closes(name: str, draw: Callable[..., list[str]]) -> None:
    for width in WIDTHS:
        lines = draw(SCREENS[name], width)
        assert [line for line in lines if columns(line) > width] == []
        assert [line for line in lines if line.strip()[:1] in tuple(CLOSING)] == []


def _starts(lines: list[str], words: tuple[str, ...]) -> list[int]:
    """The columns in which the words of one line begin."""
    line = next(line for line in lines if line.startswith(words[0]) and all(word in line for word in words))
    return [columns(line[: line.index(word)]) for word in words]


@pytest.mark.parametrize("width", [80, 120])
def test_columns_stand_under_their_headings(width: int, draw: Callable[..., list[str]]) -> None:
    history = draw(CASES["history"], width)
    headings = _starts(history, ("发布", "时间", "结果", "变更", "人员"))
    assert _starts(history, ("v3", "2026-03-04 05:06", "成功", "+1", "李雷")) == headings
    assert _starts(history, ("v1", "2026-03-04 05:06", "成功", "+1", "李雷")) == headings
    assert any(line.endswith("v2 到 v1 的回滚：why") for line in history)
    many = draw(CASES["apply --all"], width)
    assert _starts(many, ("波次", "环境")) == _starts(many, ("1 ", "dev"))


def test_an_error_points_to_the_column_below_chinese_in_its_line(
    tmp_path: Path, draw: Callable[..., list[str]]
) -> None:
    line = "description: 生产平台，请勿更改  # 值"
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "prod.yaml").write_text(f"name: prod\n{line}\n", encoding="utf-8")
    found = Diagnostic(
        "MXS150",
        samples.WARNING.summary,
        detail="the environments of one account share one list of KMS keys and their quotas",
        hint="take another name, or remove one of them, and plan again",
        location=Location("environments/prod.yaml", 2, 14),
    )

    def problem(view: HumanView) -> None:
        view.failed([found, found], 2)

    for width in WIDTHS:
        lines = draw(problem, width, root=tmp_path)
        assert all(columns(one) <= width for one in lines)
        at = next(number for number, one in enumerate(lines) if "description:" in one)
        source, caret = lines[at], lines[at + 1]
        assert columns(caret[: caret.index("^")]) == columns(source[: source.index("生")])
        assert caret.count("^") == columns("生产平台，请勿更改"[: caret.count("^") // 2])
        assert lines[-2] == "2 个错误"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_question_fits_and_ends_where_the_answer_goes(
    width: int, draw: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("prod\n"))

    def ask(view: HumanView) -> None:
        view.show(samples.PREPARED)
        assert view.ask("Apply these 3 changes to prod, account 123456789012?", "prod") == "prod"

    lines = draw(ask, width)
    assert all(columns(line) < width for line in lines[-3:])
    assert "prod" in lines[-1]
    assert not lines[-1].startswith(tuple(CLOSING))


SAID_BY_SAMPLES = re.compile(
    r"would be gone|one version within seven|no such size|all there|not asked in time|newer ones"
    r"|it holds data|writes it|v\d of|no coredns|has no way back|logs that AWS|a budget|it has no backups"
    r"|mkdir|aws \w+|EKS |S3 never|out of service|copy what|move its app|no downtime|10 %|rings|overlaps"
    r"|^so$|Kubernetes version|Least number|was (edited|changed)|cleaned up|no field|a tag has|git add"
    r"|cd platform|is given up|release (push|deploy)|no targets|as in v3|it has v2|bucket, password"
    r"|no memory|it shows the lock|mda, Mendix|: 200$|x m7i|crm: db|aws_\w+|\d aws|AWS has none"
    r'|hostnames  false|added \(optional\)|A network\.|a is x|^cost: |\w+\.team|"(ours|17)"'
    r"|eks\.version-up|^mendixctl |^spec\.\w+  \d"
)
"""Words that stand in samples as if AWS, a rule or a person had said them, and commands."""


@pytest.mark.parametrize("name", sorted(SCREENS.keys() - DOCUMENTS))
def test_every_text_of_a_view_is_in_the_catalogue(
    name: str, draw: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = screens._said
    left: list[str] = []

    def watched(piece: Any) -> Text:
        shown = said(piece)
        plain = piece[0] if isinstance(piece, tuple) else piece
        english = isinstance(plain, str) and shown.plain.strip() == plain.strip() and not has_wide(plain)
        if english and _is_prose(plain.strip()):
            left.append(plain)
        return shown

    monkeypatch.setattr(screens, "_said", watched)
    draw(SCREENS[name], 120)
    assert [text for text in left if not SAID_BY_SAMPLES.search(text)] == []


def test_a_word_alone_that_is_the_views_own_is_said_too(draw: Callable[..., list[str]]) -> None:
    refused = replace(samples.MANY_APPLIED.waves[0].rows[0], exit_code=3)
    wave = replace(samples.MANY_APPLIED.waves[0], rows=(refused,))
    text = "\n".join(draw(lambda view: view.show(replace(samples.MANY_APPLIED, waves=(wave,))), 120))
    assert "1 个已拒绝" in text or "1 个被拒绝" in text
