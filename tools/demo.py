"""`make demo`: from YAML to AWS and back, on the emulator, step by step.

Everything happens in `.demo/`, with the commands that a person would type; the first thing that is not as it should
be ends it. It is told in the language of the commands: `LANG=zh_CN.UTF-8 make demo`.
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP / "cli"), str(TOP / "generators")]

from mendixctl.language.choice import chosen  # noqa: E402

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


KEPT_ENGLISH = "environments/demo.yaml says `max: 4` again, and its comments are still there"
KEPT = "environments/demo.yaml 又写着 `max: 4`，其中的注释也都还在"


def said(english: str, chinese: str) -> str:
    """What is told, in the language that the commands speak too."""
    return chinese if chosen([], os.environ) == "zh" else english


@dataclass(frozen=True)
class Step:
    """One command (or edit), what it shows, in English and Chinese, and the exit code that it must have."""

    shows: str
    in_chinese: str
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
    print(f"  {said(KEPT_ENGLISH, KEPT)}")


STEPS = [
    Step(
        "a platform repository: one YAML file, and the Terraform modules to go with it; here, without databases",
        "一个平台仓库：一个 YAML 文件，以及随附的 Terraform 模块；此处不含数据库",
        ["init", str(PLATFORM), "--name", "demo", "--area", "cluster", "--area", "registry"],
    ),
    Step(
        "the YAML is all that a person writes; here, a small cluster",
        "人只写这个 YAML；此处是一个小集群",
        lambda: write(SPEC.read_text() + SMALL),
    ),
    Step(
        "every error of the YAML at once, with its place; here, none",
        "一次列出 YAML 的所有错误及其位置；此处没有错误",
        ["validate"],
    ),
    Step(
        "what would change: nothing is touched (exit code 2: there are changes)",
        "会有什么变更：什么都不改动（退出码 2：有变更）",
        ["plan", "demo"],
        2,
    ),
    Step(
        "exactly that plan is carried out, and recorded as release v1",
        "严格执行该计划，并记录为发布 v1",
        ["apply", "--yes", "-m", "The first cluster"],
    ),
    Step("a second plan is empty: AWS is as the YAML says", "第二个计划为空：AWS 与 YAML 所写一致", ["plan", "demo"]),
    Step(
        "the YAML changes: more room for nodes, and Spot nodes beside them",
        "YAML 有更改：给节点更多空间，并增加 Spot 节点",
        lambda: write(SPEC.read_text().replace("max: 4}", "max: 6}") + SPOT),
    ),
    Step(
        "only that is planned, with what a rollback of it would cost",
        "只规划这些，并说明回滚它的代价",
        ["plan", "demo"],
        2,
    ),
    Step("and applied, as release v2", "执行它，成为发布 v2", ["apply", "--yes", "-m", "More nodes, and Spot"]),
    Step("who did what, when and why", "谁在何时做了什么，为什么", ["history", "demo"]),
    Step("what stands between two releases", "两个发布之间的差异", ["diff", "v1", "v2"]),
    Step(
        "which release last changed a setting",
        "某项设置最后由哪个发布更改",
        ["blame", "demo", "cluster.node_groups.apps.max"],
    ),
    Step(
        "back to v1: the YAML, AWS and the proof, recorded as v3",
        "回到 v1：YAML、AWS 与证明，记录为 v3",
        ["rollback", "v1", "--yes", "-m", "Four nodes are enough"],
    ),
    Step("the YAML is as it was", "YAML 与原来一样", expect_spec_of_first_release),
    Step("and so is AWS: the plan is empty", "AWS 也一样：计划为空", ["plan", "demo"]),
    Step(
        "the record is whole: each release names the digest of the one before it",
        "记录完整：每个发布都写明前一个发布的摘要",
        ["verify", "demo"],
    ),
    Step(
        "an environment ends in two recorded steps: disarm, then destroy",
        "环境以两个有记录的步骤结束：解除保护，然后销毁",
        ["destroy", "demo", "--yes", "-m", "The end"],
    ),
    Step("the record of it all stays", "这一切的记录都保留", ["history", "demo"]),
    Step("the emulator stops", "模拟器停止", ["emulator", "stop"]),
]


def typed(arguments: list[str]) -> str:
    """A command as a person types it."""
    words = " ".join(f"'{word}'" if " " in word else word for word in arguments)
    return f"mendixctl {words}".replace(f"{PLATFORM}", "platform")


def place() -> Path:
    """Where commands are run: in the repository, once there is one."""
    return PLATFORM if PLATFORM.is_dir() else FOLDER


def mendixctl(arguments: list[str], expected: int) -> None:
    """Run one command in the demo's repository; any other exit code ends the demo."""
    shown = typed(arguments)
    print(f"  $ {shown}", flush=True)
    code = subprocess.call([str(PROGRAM), *arguments], cwd=place())
    if code != expected:
        raise SystemExit(f"demo: `{shown}` ended with exit code {code}, not {expected}")


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
        told = said(step.shows, step.in_chinese)
        print(f"\n[{number}/{len(STEPS)}] {told}  ({time.monotonic() - started:.0f} s)", flush=True)
        if callable(step.does):
            step.does()
        else:
            mendixctl(step.does, step.code)
    seconds = f"{time.monotonic() - started:.0f}"
    print(f"\n{said(f'done in {seconds} s; the repository stands in', f'用时 {seconds} s；仓库位于')} .demo/platform")
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        stop_emulator()
