"""Reports in Chinese: every text of a template comes from the catalogue, and no English is left on what is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from mendixctl import language
from mendixctl.engine import results
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.language.spacing import spaced
from mendixctl.ledger.release import Kind, Status
from mendixctl.terraform.plan import Action
from mendixctl.views import markdown as documents
from mendixctl.views.reports import markdown, page, timeline
from mendixgen.diagnostics import Diagnostic, Severity
from tests.unit.cli import samples
from tests.unit.cli.test_reports import Reader, additions

TEMPLATES = sorted((Path(__file__).parents[3] / "templates" / "reports").glob("*.html.j2"))
SPOKEN = {"aria-label", "title", "alt", "placeholder", "label"}
"""Attributes whose values are read out or shown."""

DATA = re.compile(
    r"module\.\S+|aws_\S+|mendixctl [a-z -]+|v\d+|[A-Z]{3}\d{3}|\S+@\S+|[a-z]{2}-[a-z]+-\d|\d+ m \d+ s|why"
    r"|\b(prod|aws|apply|network|database|cluster|storage|registry|foundation|edge|anna|cost\.\S+|cidr\S*|RDS|Terraform|AWS|DNS)\b"
)
"""What stands as it is in each language: names, addresses, codes, commands, and words of AWS and Terraform."""


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("en")


class Texts(HTMLParser):
    """What of a template is shown or read out: its texts, and spoken attributes; no code, style or script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script", "code", "pre") or dict(attrs).get("scope") == "row":
            self.inside.append(tag)
        self.found += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.found.append(data)


def bare(template: str) -> list[str]:
    """Texts of a template that no call of ``_`` says."""
    tokens = jinja2.Environment().lex(template)  # noqa: S701 -- it is read, not rendered
    kept = "".join(value for _, kind, value in tokens if kind == "data")
    return [text.strip() for text in Texts(kept).found if re.search(r"[A-Za-z]{2}", text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_of_a_template_goes_past_the_catalogue(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "template", ["<p>Changes</p>", '<b aria-label="becomes">{{ x }}</b>', "{% if a %}<li>No changes{% endif %}"]
)
def test_one_that_does_is_found(template: str) -> None:
    assert len(bare(template)) == 1


def whole() -> object:
    """A plan with something in every section of a report."""
    gone = replace(samples.BUCKET, judgement=Judgement(Verdict.IRREVERSIBLE, samples.GROWN.judgement.reason))
    moved = replace(samples.VPC.change, previous_address="module.network.aws_vpc.old", action=Action.MOVE)
    return samples.plan(
        gone,
        samples.GROWN,
        samples.UPGRADED_CLUSTER,
        results.Judged(moved, Judgement(Verdict.REVERSIBLE)),
        *additions(20),
        scope=replace(samples.SCOPE, rehearsal=True),
        guards=replace(
            samples.GUARDS,
            objections=(replace(samples.GUARDS.objections[0], addresses=((gone.change.address, "unused"),)),),
        ),
        drift_losses=(gone,),
        warnings=(Diagnostic("MXP121", "no changes", severity=Severity.WARNING),),
    )


def english(text: str) -> list[str]:
    """Words of English that are nobody's data."""
    return re.findall(r"[A-Za-z]{2,}", DATA.sub("", text))


def test_no_english_is_left_on_a_page_of_a_plan() -> None:
    made = page.plan(whole())  # type: ignore[arg-type]
    texts = Texts(made).found
    assert english("\n".join(texts).replace("unused", "").replace("one version within seven days", "")) == []
    assert [text for text in texts if spaced(text) != text and "  " not in text] == []
    read = Reader(made)
    assert next(given for tag, given in read.tags if tag == "html")["lang"] == "zh-Hans"
    assert "Noto Sans CJK SC" in made


def test_no_english_is_left_in_a_comment() -> None:
    text = markdown.plan(whole(), largest=9_000)  # type: ignore[arg-type]
    prose = re.sub(r"```diff.*?```|`[^`\n]+`|<[^>]+>|\[![A-Z]+\]", "", text, flags=re.DOTALL)
    assert english(prose.replace("one version within seven days", "").replace("\\_", "_")) == []
    assert "没有" in markdown.plan(samples.plan())


def test_no_english_is_left_on_a_timeline() -> None:
    failed = samples.record(3, status=Status.FAILED)
    result = replace(samples.HISTORY, records=(samples.record(2, kind=Kind.ROLLBACK), failed))
    made = timeline.history(result)
    assert english("\n".join(Texts(made).found).replace("would be gone", "").replace("gone", "")) == []
    assert 'lang="zh-Hans"' in made
    assert "还没有发布" in timeline.history(replace(samples.HISTORY, records=()))


def test_no_english_is_left_in_the_report_for_auditors() -> None:
    told = replace(
        samples.AUDITED,
        risks=tuple(
            replace(risk, measures=tuple(it for it in risk.measures if it.what != "a budget tells"))
            for risk in samples.AUDITED.risks
        ),
    )
    text = re.sub(r"cost: \{.*?\}", "", documents.audit(told).replace("\\", ""))
    assert english(text) == []
    assert "2026-12-01" in text
