"""Reports of a plan: one page that needs nothing else, and a comment that fits; whatever the data would like."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.commands.report import ReportFile, write
from mendixctl.engine import results
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.ledger.release import Kind, Status
from mendixctl.terraform.plan import Action
from mendixctl.views.reports import markdown, page, timeline
from tests.support.soak import examples
from tests.unit.cli import samples

STYLE = (Path(__file__).parents[3] / "templates" / "reports" / "style.css").read_text(encoding="utf-8")
VOID = {"meta", "input", "br", "link"}
HOSTILE = "<script>alert(1)</script>\"'&`{{ 7*7 }}\n```\n@everyone </details>"


class Reader(HTMLParser):
    """A page as its tags and its text; tags that do not match are an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def additions(count: int, area: str = "network") -> list[results.Judged]:
    return [
        samples.change(f"module.{area}.aws_subnet.this[{n}]", Action.CREATE, samples.attribute("cidr", None, f"{n}"))
        for n in range(count)
    ]


def whole(*changes: results.Judged, **parts: object) -> object:
    return samples.plan(samples.BUCKET, samples.GROWN, samples.VPC, *additions(20), *changes, **parts)


def test_a_page_has_every_change_and_folds_the_harmless() -> None:
    read = Reader(page.plan(whole()))  # type: ignore[arg-type]
    for word in (
        "Plan of prod",
        "aws_s3_bucket.this",
        "irreversible",
        "one-way",
        "20 to add: 20 subnets",
        "aws_vpc.this",
    ):
        assert word in read.text
    assert "aws_subnet.this[19]" in read.text
    folds = [attributes for tag, attributes in read.tags if tag == "details" and attributes.get("class") == "fold"]
    assert folds == [{"class": "fold"}]  # closed
    assert "hunter2" not in read.text


def test_a_page_fetches_nothing_and_reads_without_a_script() -> None:
    text = page.plan(whole())  # type: ignore[arg-type]
    read = Reader(text)
    assert not re.search(r"https?:|//[a-z]", text.replace("// ", ""))
    assert not {"src", "href"} & {name for tag, given_ in read.tags for name in given_ if tag != "a"}
    assert "default-src 'none'" in text
    assert [given_["href"] for tag, given_ in read.tags if tag == "a"] == ["#changes"]
    assert "#search { display: none; }" in text  # what needs the script is shown by the script


def test_what_stands_in_a_page_has_names_for_those_who_do_not_see_it() -> None:
    read = Reader(page.plan(whole()))  # type: ignore[arg-type]
    ids = {given_["id"] for _, given_ in read.tags if "id" in given_}
    labelled = [given_["aria-labelledby"] for _, given_ in read.tags if "aria-labelledby" in given_]
    assert labelled
    assert set(labelled) <= ids
    assert next(given_ for tag, given_ in read.tags if tag == "html")["lang"] == "en"
    assert next(given_ for tag, given_ in read.tags if tag == "label")["for"] in ids
    headings = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))


@pytest.mark.parametrize("text", [page.plan(whole()), timeline.history(samples.HISTORY)], ids=["plan", "history"])  # type: ignore[arg-type]
def test_a_page_is_used_with_the_keyboard_alone(text: str) -> None:
    """What opens and what is typed into are elements that every browser gives the focus, in the order of the page."""
    read = Reader(text)
    assert not {name for _, given_ in read.tags for name in given_ if name.startswith("on")}  # no mouse, no handler
    assert not [given_["tabindex"] for _, given_ in read.tags if int(given_.get("tabindex") or 0) > 0]
    tags = [tag for tag, _ in read.tags]
    folds = [number for number, tag in enumerate(tags) if tag == "details"]
    assert all(tags[number + 1] == "summary" for number in folds)
    assert "outline: none" not in text  # whoever has the focus is seen
    assert "pointer-events" not in text


def _luminance(color: str) -> float:
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [0, 1], ids=["light", "dark"])
def test_every_colour_has_the_contrast_that_aa_asks_for(palette: int) -> None:
    colors = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", STYLE.split(":root {")[palette + 1]))
    for name in set(colors) - {"paper", "panel", "line"}:
        for ground in ("paper", "panel"):
            one, other = sorted((_luminance(colors[name]), _luminance(colors[ground])))
            assert (other + 0.05) / (one + 0.05) >= 4.5, (name, ground)


def test_an_empty_plan_says_so() -> None:
    assert "No changes" in Reader(page.plan(samples.plan())).text
    assert markdown.plan(samples.plan()).startswith("## Plan of prod: no changes\n")


def test_what_data_would_like_to_be_is_text() -> None:
    odd = samples.change(f"module.a.aws_x.this[{HOSTILE!r}]", Action.UPDATE, samples.attribute(HOSTILE, HOSTILE, "y"))
    told = replace(odd, judgement=Judgement(Verdict.IRREVERSIBLE, HOSTILE))
    plan = samples.plan(told)
    read = Reader(page.plan(plan))
    assert [tag for tag, _ in read.tags if tag == "script"] == ["script"]
    assert "<script>alert(1)" in read.text
    assert "49" not in read.text.replace("4096", "")
    comment = markdown.plan(plan)
    outside = re.sub(r"(`{3,})diff\n.*?\n\1\n", "", comment, flags=re.DOTALL)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
    assert "<script>" not in outside
    assert "@everyone" not in outside


def test_a_comment_says_the_grave_first_and_folds_the_rest() -> None:
    text = markdown.plan(whole(guards=samples.GUARDS))  # type: ignore[arg-type]
    assert text.startswith("## Plan of prod: 20 to add, 2 to change, 1 to replace\n")
    assert "An apply of this will be refused" in text
    assert text.index("aws_s3_bucket.this") < text.index("aws_vpc.this") < text.index("20 to add: 20 subnets")
    assert "<details>" in text
    assert text.endswith("Apply: `mendixctl apply --accept-loss X`\n")  # the line that passes what refuses it
    assert markdown.plan(whole()).endswith("Apply: `mendixctl apply --env prod`\n")
    hopeless = replace(samples.GUARDS, command="")
    assert "Apply: " not in markdown.plan(whole(guards=hopeless))  # type: ignore[arg-type]
    endless = replace(samples.GUARDS, command="mendixctl apply" + " --accept-loss X" * 1_000)
    assert markdown.plan(whole(guards=endless)).endswith("Apply: `mendixctl apply --env prod`\n")  # type: ignore[arg-type]


@settings(max_examples=examples(6), deadline=None)
@given(st.integers(0, 600), st.integers(0, 60), st.text(max_size=40), st.integers(5_000, 65_536))
def test_a_comment_never_is_larger_than_the_sites_take(count: int, gone: int, word: str, largest: int) -> None:
    lost = [
        samples.change(f"module.storage.aws_s3_bucket.this[{word!r}-{n}]", Action.DELETE, verdict=Verdict.IRREVERSIBLE)
        for n in range(gone)
    ]
    text = markdown.plan(samples.plan(*additions(count), *lost), largest=largest)
    assert len(text.encode()) <= largest
    assert text.count("<details>") == text.count("</details>")
    if count > 400 and largest < 10_000:
        assert "Not shown here, for want of room" in text


def test_the_ending_says_what_is_written(tmp_path: Path) -> None:
    write(samples.plan(samples.VPC), tmp_path, [Path("a.html"), tmp_path / "b.md"])
    assert (tmp_path / "a.html").read_text().lstrip().startswith("<!DOCTYPE html>")
    assert (tmp_path / "b.md").read_text().startswith("## ")
    import click

    with pytest.raises(click.BadParameter):
        ReportFile().convert("plan.pdf", None, None)


def test_a_timeline_has_every_release_newest_first_and_fetches_nothing() -> None:
    failed = samples.record(3, status=Status.FAILED, message=HOSTILE)
    result = replace(samples.HISTORY, records=(samples.record(1), samples.record(2, kind=Kind.ROLLBACK), failed))
    text = timeline.history(result)
    read = Reader(text)
    assert text.index('id="v3"') < text.index('id="v2"') < text.index('id="v1"')
    assert "3 releases: 2 succeeded, 1 failed" in read.text
    assert "back to v1" in read.text
    assert "<script>alert(1)" in read.text
    assert [tag for tag, _ in read.tags if tag == "script"] == []
    assert not re.search(r"https?:", text)
    assert "There is no release yet." in Reader(timeline.history(replace(samples.HISTORY, records=()))).text
