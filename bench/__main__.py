"""Measures what a person waits for; see bench/README.md. Run by ``make bench``."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable
MENDIXCTL = str(Path(sys.executable).with_name("mendixctl"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: medians in seconds, and whether the goal was met."""

    name: str
    seconds: float
    baseline: str
    baseline_seconds: float | None
    goal: str
    met: bool


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run a command that must succeed (0, or 2 for "there are changes"); its output is shown only if it does not."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def medians(runs: int, *sides: Callable[[], None]) -> list[float]:
    """The median seconds of each side; the sides alternate, after one unmeasured turn each."""
    for side in sides:
        side()
    seconds: list[list[float]] = [[] for _ in sides]
    for _ in range(runs):
        for taken, side in zip(seconds, sides, strict=True):
            started = time.perf_counter()
            side()
            taken.append(time.perf_counter() - started)
    return [statistics.median(taken) for taken in seconds]


def platform(folder: Path) -> Path:
    """A platform repository as ``mendixctl init`` lays it down."""
    run([MENDIXCTL, "init", str(folder)], folder.parent)
    return folder


def start_up(runs: int, folder: Path) -> list[Row]:
    """`mendixctl --help` against an interpreter that does nothing."""
    ours, bare = medians(
        runs * 3, lambda: run([MENDIXCTL, "--help"], folder), lambda: run([PYTHON, "-c", "pass"], folder)
    )
    return [Row("mendixctl --help", ours, "python -c pass", bare, "<= 60 ms more", ours - bare <= 0.060)]


def rendering(runs: int, folder: Path) -> list[Row]:
    """`render` of environments of growing size; each turn starts without a rendered root."""
    spec = folder / "environments" / "dev.yaml"
    head = spec.read_text()
    goals = {10: 0.3, 100: None, 1000: 2.0}
    rows: list[Row] = []
    for buckets, goal in goals.items():
        lines = "".join(f"    bucket-{n}: {{lifecycle: {{infrequent_after_days: 30}}}}\n" for n in range(buckets))
        spec.write_text(f"{head}\nstorage:\n  buckets:\n{lines}")

        def render() -> None:
            shutil.rmtree(folder / "environments" / "dev", ignore_errors=True)
            run([MENDIXCTL, "render", "dev"], folder)

        (seconds,) = medians(runs, render)
        text = f"<= {goal} s" if goal else ""
        rows.append(Row(f"render, {buckets} buckets", seconds, "", None, text, goal is None or seconds <= goal))
    spec.write_text(head)
    growth = rows[-1].seconds / rows[0].seconds
    rows.append(Row("render, 1,000 buckets over 10", growth, "", None, "<= 100 times", growth <= 100))
    return rows


def second_plan(runs: int, folder: Path) -> list[Row]:
    """A plan of an applied environment against the same steps by hand, both on the emulator."""
    from mendixctl.emulator import control
    from mendixctl.emulator.environment import environment, scrubbed
    from mendixgen.repository import Repository

    run([MENDIXCTL, "plan", "dev"], folder)
    run([MENDIXCTL, "apply", "--yes"], folder)
    endpoint = control.start(Repository(folder), account="123456789012", region="eu-central-1")
    by_hand = {**scrubbed(os.environ), **environment(endpoint), "TF_DATA_DIR": str(folder / ".by-hand")}
    mirror = os.environ.get("MENDIXCTL_PROVIDER_MIRROR")
    if mirror:
        configuration = folder / "by-hand.tfrc"
        configuration.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
        by_hand["TF_CLI_CONFIG_FILE"] = str(configuration)
    root = folder / "environments" / "dev"
    plan_file = folder / "by-hand.tfplan"

    def hand() -> None:
        for step in (["init"], ["validate"], ["plan", f"-out={plan_file}"], ["show", "-json", str(plan_file)]):
            run(["terraform", *step], root, by_hand)

    ours, hands = medians(runs, lambda: run([MENDIXCTL, "plan", "dev"], folder), hand)
    run([MENDIXCTL, "emulator", "stop"], folder)
    return [
        Row(
            "second mendixctl plan dev",
            ours,
            "init, validate, plan, show",
            hands,
            "<= 0.75 of it",
            ours <= 0.75 * hands,
        )
    ]


def report(rows: Sequence[Row]) -> str:
    """The rows as a table for a terminal."""
    lines = [f"{'benchmark':<44} {'median':>9}   {'baseline':<28} {'median':>9}   {'goal':<14} met"]
    for row in rows:
        baseline = "" if row.baseline_seconds is None else f"{row.baseline_seconds:9.3f}"
        lines.append(
            f"{row.name:<44} {row.seconds:9.3f}   {row.baseline:<28} {baseline:>9}   {row.goal:<14} "
            f"{'yes' if row.met else 'NO'}"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the chosen benchmarks and print the table."""
    benchmarks = {"start-up": start_up, "render": rendering, "plan": second_plan}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*benchmarks, []], help="default: all of them")
    parser.add_argument("--runs", type=int, default=5, help="how often each side runs (default: 5)")
    chosen = parser.parse_args()
    rows: list[Row] = []
    for name in chosen.only or benchmarks:
        with tempfile.TemporaryDirectory(prefix="mendixctl-bench-") as place:
            rows += benchmarks[name](max(chosen.runs, 5), platform(Path(place) / "platform"))
    print(report(rows))


if __name__ == "__main__":
    main()
