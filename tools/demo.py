"""`make demo`: from YAML to AWS and back, on the emulator, step by step.

Everything happens in `.demo/`, with the commands that a person would type; the first thing that is not as it should
be ends it.
"""

from __future__ import annotations

import difflib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
FOLDER = TOP / ".demo"
PLATFORM = FOLDER / "platform"
SPEC = PLATFORM / "environments" / "demo.yaml"
PROGRAM = Path(sys.executable).with_name("mendixctl")

SMALL = """
# Two zones and one NAT gateway: small enough to watch.
network:
  zones: 2              # two are enough here
  nat: single

cluster:
  node_groups:
    apps: {instance_types: [m7i.large], min: 2, max: 4}     # room for four
"""

SPOT = "    batch: {capacity: spot, instance_types: [m7i.large, m6i.large], min: 0, max: 4}\n"


@dataclass(frozen=True)
class Step:
    """One command (or edit), what it shows, and the exit code that it must have."""

    shows: str
    does: list[str] | Callable[[], None]
    code: int = 0


def write(text: str) -> None:
    """Change the YAML, and show how."""
    before = SPEC.read_text().splitlines()
    SPEC.write_text(text)
    for line in list(difflib.unified_diff(before, text.splitlines(), lineterm="", n=1))[3:]:
        print(f"  {line}")


def expect_spec_of_first_release() -> None:
    """After the rollback nothing of the second change may be left in the YAML, and no comment of the first lost."""
    text = SPEC.read_text()
    if "max: 4}     # room for four" not in text or "batch" in text:
        raise SystemExit(f"demo: the rollback did not write {SPEC.name} as it was:\n{text}")
    print("  environments/demo.yaml says `max: 4` again, and its comments are still there")


STEPS = [
    Step(
        "a platform repository: one YAML file, and the Terraform modules to go with it; here, without databases",
        ["init", str(PLATFORM), "--name", "demo", "--area", "cluster", "--area", "registry"],
    ),
    Step("the YAML is all that a person writes; here, a small cluster", lambda: write(SPEC.read_text() + SMALL)),
    Step("every error of the YAML at once, with its place; here, none", ["validate"]),
    Step("what would change: nothing is touched (exit code 2: there are changes)", ["plan", "demo"], 2),
    Step("exactly that plan is carried out, and recorded as release v1", ["apply", "--yes", "-m", "The first cluster"]),
    Step("a second plan is empty: AWS is as the YAML says", ["plan", "demo"]),
    Step(
        "the YAML changes: more room for nodes, and Spot nodes beside them",
        lambda: write(SPEC.read_text().replace("max: 4}", "max: 6}") + SPOT),
    ),
    Step("only that is planned, with what a rollback of it would cost", ["plan", "demo"], 2),
    Step("and applied, as release v2", ["apply", "--yes", "-m", "More nodes, and Spot"]),
    Step("who did what, when and why", ["history", "demo"]),
    Step("what stands between two releases", ["diff", "v1", "v2"]),
    Step("which release last changed a setting", ["blame", "demo", "cluster.node_groups.apps.max"]),
    Step(
        "back to v1: the YAML, AWS and the proof, recorded as v3",
        ["rollback", "v1", "--yes", "-m", "Four nodes are enough"],
    ),
    Step("the YAML is as it was", expect_spec_of_first_release),
    Step("and so is AWS: the plan is empty", ["plan", "demo"]),
    Step("the record is whole: each release names the digest of the one before it", ["verify", "demo"]),
    Step(
        "an environment ends in two recorded steps: disarm, then destroy", ["destroy", "demo", "--yes", "-m", "The end"]
    ),
    Step("the record of it all stays", ["history", "demo"]),
    Step("the emulator stops", ["emulator", "stop"]),
]


def mendixctl(arguments: list[str], expected: int) -> None:
    """Run one command in the demo's repository; any other exit code ends the demo."""
    shown = " ".join(f"'{word}'" if " " in word else word for word in arguments).replace(f"{PLATFORM}", "platform")
    print(f"  $ mendixctl {shown}", flush=True)
    where = PLATFORM if PLATFORM.is_dir() else FOLDER
    code = subprocess.call([str(PROGRAM), *arguments], cwd=where)
    if code != expected:
        raise SystemExit(f"demo: `mendixctl {shown}` ended with exit code {code}, not {expected}")


def stop_emulator() -> None:
    """Leave no process behind, however the demo ended."""
    if PLATFORM.is_dir():
        stop = [str(PROGRAM), "emulator", "stop"]
        subprocess.call(stop, cwd=PLATFORM, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> int:
    """All steps in order, in a folder without what an earlier demo left."""
    stop_emulator()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    started = time.monotonic()
    for number, step in enumerate(STEPS, start=1):
        print(f"\n[{number}/{len(STEPS)}] {step.shows}  ({time.monotonic() - started:.0f} s)", flush=True)
        if callable(step.does):
            step.does()
        else:
            mendixctl(step.does, step.code)
    print(f"\ndone in {time.monotonic() - started:.0f} s; the repository stands in .demo/platform")
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        stop_emulator()
