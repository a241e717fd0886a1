"""`make transcript`: what `make demo` shows, as docs/demo.md and docs/zh/demo.md, from one walk in both languages.

The steps are the demo's; each command is carried out once, and `tools/two_languages.py` shows it in both. How far a
command has come is left out, as in every transcript that somebody reads later.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP)]

from tools import demo  # noqa: E402

PAGES = {"en": TOP / "docs" / "demo.md", "zh": TOP / "docs" / "zh" / "demo.md"}
HEADS = {
    "en": """\
# What `make demo` shows

From YAML to AWS and back, on the emulator. `make demo` walks it in a few minutes, and `LANG=zh_CN.UTF-8 make demo`
tells the same in Chinese. This page is the transcript of one walk, in both languages; `make transcript` writes it anew.
""",
    "zh": """\
# `make demo` 展示的内容

在模拟器上从 YAML 到 AWS 再返回。`make demo` 用几分钟走完全程，`LANG=zh_CN.UTF-8 make demo` 用中文讲述同样的内容。
本页是一次运行的记录，两种语言来自同一次运行，由 `make transcript` 重新写出。
""",
}
SOMEBODY = {"GIT_AUTHOR_NAME": "A. Person", "GIT_AUTHOR_EMAIL": "a@example.com"}
"""Who walks: nobody's own name stands in the pages."""

REPORTED = 8
"""The step whose plan is written as a report too."""

_FAILED = re.compile(r"(error|warning|note|错误|警告|提示) MX", re.MULTILINE)


def run(arguments: list[str], expected: int) -> dict[str, str]:
    """What one command shows in each language.

    Raises:
        SystemExit: it ended otherwise than the demo says.
    """
    place = demo.FOLDER / "second"
    program = [sys.executable, str(TOP / "tools" / "two_languages.py"), str(place), *arguments]
    variables = {**os.environ, **SOMEBODY, "MENDIXCTL_LANG": "en"}
    done = subprocess.run(program, cwd=demo.place(), env=variables, capture_output=True, text=True, check=False)
    if done.returncode != expected:
        raise SystemExit(f"transcript: `{demo.typed(arguments)}` ended with {done.returncode}\n{done.stderr}")
    second = []
    for suffix in (".out", ".err"):
        path = place.with_suffix(suffix)
        second.append(path.read_text(encoding="utf-8") if path.is_file() else "")
        path.unlink(missing_ok=True)
    return {"en": _shown(done.stdout, done.stderr), "zh": _shown(*second)}


def _shown(out: str, err: str) -> str:
    """Results, and behind them what was wrong; not how far it came."""
    found = _FAILED.search(err)
    whole = f"{out}{err[found.start() :] if found else ''}"
    return "\n".join(line.rstrip() for line in whole.strip("\n").split("\n")).replace(str(demo.PLATFORM), "platform")


def edit(does: Callable[[], None]) -> dict[str, str]:
    """What a change of the YAML prints in each language; it is made once."""
    told = io.StringIO()
    os.environ["MENDIXCTL_LANG"] = "en"
    with contextlib.redirect_stdout(told):
        does()
    english = "\n".join(line[2:] for line in told.getvalue().rstrip("\n").split("\n"))
    return {"en": english, "zh": english.replace(demo.KEPT_ENGLISH, demo.KEPT)}


def report() -> None:
    """The plan that waits as a page in each language, in `.demo/`: what pictures of reports are taken of."""
    for language in PAGES:
        arguments = ["plan", "demo", "--report", str(demo.FOLDER / f"report.{language}.html")]
        subprocess.run(
            [str(demo.PROGRAM), *arguments],
            cwd=demo.place(),
            env={**os.environ, "MENDIXCTL_LANG": language},
            capture_output=True,
            check=False,
        )


def main() -> int:
    """Walk, and write both pages."""
    demo.stop_emulator()
    shutil.rmtree(demo.FOLDER, ignore_errors=True)
    demo.FOLDER.mkdir()
    pages = {language: [head] for language, head in HEADS.items()}
    for number, step in enumerate(demo.STEPS, start=1):
        shown = edit(step.does) if callable(step.does) else run(step.does, step.code)
        for language, told in (("en", step.shows), ("zh", step.in_chinese)):
            command = [] if callable(step.does) else [f"$ {demo.typed(step.does)}"]
            block = "\n".join([*command, shown[language]]).strip("\n")
            kind = "diff" if callable(step.does) else ""
            shown_as = f"```{kind}\n{block}\n```" if command or "\n" in block else f"> {block}"
            pages[language].append(f"**{number}.** {told}\n\n{shown_as}\n")
        print(f"{number}/{len(demo.STEPS)} {step.shows}", flush=True)
        if number == REPORTED:
            report()
    for language, parts in pages.items():
        PAGES[language].write_text("\n".join(parts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    finally:
        demo.stop_emulator()
