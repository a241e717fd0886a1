"""Measures what a person waits for; see bench/README.md. Run by ``make bench``."""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.cases import CASES
from bench.report import Row, table, write


def main() -> None:
    """Run the chosen benchmarks and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*CASES, []], help="default: all of them")
    parser.add_argument("--runs", type=int, default=5, help="how often each side runs (default: 5)")
    parser.add_argument("--write", action="store_true", help="put the table into bench/README.md too")
    chosen = parser.parse_args()
    rows: list[Row] = []
    for name in chosen.only or CASES:
        with tempfile.TemporaryDirectory(prefix="mendixctl-bench-") as place:
            rows += CASES[name](max(chosen.runs, 1), Path(place))
    print(table(rows))
    if chosen.write:
        write(rows, datetime.now(UTC).date())


if __name__ == "__main__":
    main()
