"""Any text comes out of Terraform as it went in: thousands of strings in one plan of a root without providers."""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mendixctl.terraform import binary
from mendixgen.hcl import assignments, literal, quote
from mendixgen.spec.scalars import MAX_COMBINING, is_stream_safe
from tests.emulator.outputs_alone import planned_outputs

pytestmark = pytest.mark.emulator

NASTY = [
    '${file("x")}',
    "%{ if true }",
    "$${x}",
    "%%{x}",
    "$$${x}",
    "$$$${",
    "$",
    "%",
    "${",
    "%{",
    "$$",
    "$\\{",
    "\\u0024{",
    "\\${",
    "\\",
    "\\\\",
    'a"b',
    "a\\",
    "\n",
    "\r\n",
    "\t",
    "a\nb\n",
    "<<EOT\nx\nEOT\n",
    "\x01\x02\x07\x08\x0b\x0c\x0e\x1b\x1f\x7f",
    "\x80\x85\x9f",
    "\u2028\u2029",
    "\ufeff",
    "\ufffe\uffff",
    "\u200b\u200d\u202e",
    "\u0301",
    "\n\u0301",
    '"\u0301',
    "$\u0301{x}",
    "${\u0301",
    "e\u0301",
    "\u1100\u1161\u11a8",
    "👩‍👩‍👧‍👦",
    "🇩🇪🇨🇳",
    "\U0010ffff",
    "\U000e0001",
    "中文",
    "\u0340\u0344\u212b\ufb1d",
    "~}",
    "}",
    "{",
    "~",
    "null",
    "true",
    "1",
    "1.0",
    " a ",
    "#",
    "//",
    "/*",
    "",
    "a" + "\u0301" * MAX_COMBINING,
]
PIECES = st.sampled_from(
    ["${", "%{", "}", "$", "%", "\\", '"', "\n", "~", "{", "\u0301", "a", "\x7f", "if true", "\r", "中", "\U0001f600"]
)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXT = st.one_of(st.text(CHARACTERS, max_size=30), st.lists(PIECES, max_size=12).map("".join))


def many_texts(count: int) -> list[str]:
    """The nasty ones, and what hypothesis thinks of, in normal form C as the loader leaves them."""
    found: list[str] = []

    @settings(max_examples=count, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(TEXT)
    def collect(text: str) -> None:
        found.append(text)

    collect()
    return [unicodedata.normalize("NFC", text) for text in [*NASTY, *found] if is_stream_safe(text)]


def test_every_text_is_exact_as_a_value_as_a_key_and_in_a_list(tmp_path: Path) -> None:
    texts = many_texts(3000)
    keys = {text: index for index, text in enumerate(texts)}
    values = {"values": texts, "keys": keys, "nested": [{"a": {text: [text]}} for text in texts[:300]]}
    hcl = "\n".join(f"output {quote(name)} {{\n  value = {literal(value, 2)}\n}}\n" for name, value in values.items())
    (tmp_path / "main.tf").write_text(hcl, "utf-8", newline="")
    found = planned_outputs(tmp_path)
    assert len(texts) > 2000
    for text, got in zip(texts, found["values"], strict=True):
        assert got == text, f"{text!r} came out as {got!r}"
    assert found == values


def test_what_is_written_is_what_terraform_fmt_would_write(tmp_path: Path) -> None:
    texts = many_texts(500)
    tree = {
        "short": 1,
        "a-much-longer-key": [1, 2.5, True, None],
        "map": {text: {"x": text, "long_key": [text, {"y": []}]} for text in texts},
        "after": {},
        "lists": [[1, [2, {}]], {"a": [{}], "bcd": "e"}],
    }
    lines = assignments(((name, literal(value, 2)) for name, value in {"description": "x", "value": tree}.items()), 2)
    (tmp_path / "main.tf").write_text('output "tree" {\n' + "\n".join(lines) + "\n}\n", "utf-8", newline="")
    done = subprocess.run(
        [*binary.find().command, "fmt", "-check", "-diff", "main.tf"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
