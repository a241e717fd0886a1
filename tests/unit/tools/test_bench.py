"""The benchmarks' measuring and their table; what they measure is timed by nobody's tests."""

from __future__ import annotations

import socket
import sys
from datetime import date
from pathlib import Path

import pytest

from bench import report
from bench.measure import Side, Taken, medians, run
from bench.report import BEGIN, END, Row, ratio, table, write

MIB = 1 << 20


def test_sides_take_turns_and_each_turn_is_prepared(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def side(name: str) -> Side:
        command = [sys.executable, "-c", f"open({str(log)!r}, 'a').write({name!r})"]
        return Side(command, tmp_path, prepare=lambda: log.write_text(log.read_text() + "-" if log.exists() else "-"))

    ours, theirs = medians(2, side("a"), side("b"))
    assert log.read_text() == "-a-b-a-b-a-b"
    assert ours.seconds > 0
    assert theirs.peak > MIB


def test_memory_is_that_of_the_command(tmp_path: Path) -> None:
    assert run([sys.executable, "-c", "x = bytearray(200 << 20)"], tmp_path).peak > 200 * MIB


def test_a_command_that_fails_ends_the_benchmark_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="said this"):
        run([sys.executable, "-c", "raise SystemExit('said this')"], tmp_path)
    assert run([sys.executable, "-c", "raise SystemExit(2)"], tmp_path).seconds > 0


def test_the_table_stands_between_its_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# Head\n{BEGIN}\nold\n{END}\ntail\n")
    monkeypatch.setattr(report, "README", readme)
    rows = [
        ratio("ours", Taken(1.5, 20 * MIB), "theirs", Taken(1.0, 10 * MIB), 1.6),
        Row("late", Taken(3, MIB), "at most 2 s", met=False),
    ]
    write(rows, date(2026, 11, 29))
    text = readme.read_text()
    assert text.startswith(f"# Head\n{BEGIN}\nMeasured on 2026-11-29: ")
    assert text.endswith(f"\n{END}\ntail\n")
    assert "| ours | 1.500 s | 20 MiB | theirs | 1.000 s | 10 MiB | at most 1.6 of it (is 1.50) | yes |" in text
    assert "| late | 3.000 s | 1 MiB |  |  |  | at most 2 s | NO |" in text
    assert "old" not in text
    assert socket.gethostname() not in text
    assert [line.split()[0] for line in table(rows).splitlines()] == ["benchmark", "ours", "late"]
