"""A document that is run: its commands are carried out one after the other, and their output is what the page shows.

- In a code block a line that begins with ``$ `` is a command; what stands below it, up to the next, is its output.
- A block whose first line names a file (```` ```python night.py ````) is written to that file.
- A line ``...`` stands for any number of lines. A command without output has to succeed; of the others the page shows
  how they end, and ``echo $?`` asks for it.
- What is another value each time (moments, durations, IDs that AWS makes up, how many versions) is compared as such.

Commands are bash's, and each begins in the folder in which the one before it ended. Standard output is shown, and
errors; how far a command has come is not.

A page and its Chinese twin are run as one: their steps are the same, each is carried out once, and what it shows in
either language stands in that page (`tools/two_languages.py`).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

VARIES = {
    "<when>": re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}"),
    "<seconds>": re.compile(r"(?:\d+ m )?\d+(?:\.\d+)? s\b"),
    "<key>": re.compile(r"\bmrk-[0-9a-f-]+"),
    "<request>": re.compile(r"(?<=RequestID: )[0-9a-f-]+"),
    "<count>": re.compile(r"\d+(?= versions$| KiB| 个版本$)"),
}
FENCE = re.compile(r"^```(\w*) ?(.*)$")


@dataclass
class Command:
    """What is typed, the line of the page that it stands in, and what it shows there."""

    text: str
    line: int
    shown: list[str]


@dataclass
class Written:
    """A file that the page has its reader write: its name below the folder that has been reached, and its text."""

    name: str
    text: str


def steps(page: str) -> Iterator[Command | Written]:
    """What the page has its reader do, from its beginning to its end."""
    lines = page.splitlines()
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        number += 1
        if opening is None:
            continue
        start = number
        while lines[number] != "```":
            number += 1
        if opening[2]:
            yield Written(opening[2], "".join(f"{line}\n" for line in lines[start:number]))
        else:
            yield from _commands(lines[start:number], start + 1)
        number += 1


def _commands(block: list[str], first: int) -> Iterator[Command]:
    command: Command | None = None
    for offset, line in enumerate(block):
        if line.startswith("$ "):
            if command is not None:
                yield command
            command = Command(line[2:], first + offset, [])
        elif command is not None:
            command.shown.append(line)
    if command is not None:
        yield command


class Shell:
    """Runs commands as one shell would: the folder and the exit code stay from one to the next."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.second = folder.parent / "second"
        """Where the commands leave what they show in Chinese."""
        self._note = folder.parent / "folder"
        self.variables = dict(variables)
        self.code = 0

    def run(self, command: str) -> list[str]:
        """The lines that it shows."""
        script = f"(exit {self.code}); {command}\ncode=$?; pwd > '{self._note}'; exit $code"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.variables, capture_output=True, text=True, check=False
        )
        self.code = done.returncode
        self.seen = [*done.stdout.rstrip("\n").splitlines(), *_errors(done.stderr)]
        self.folder = Path(self._note.read_text().strip())
        return self.seen

    def translated(self) -> list[str]:
        """What the last command showed, in Chinese; where it has no other language, the same."""
        texts = []
        for path in (self.second.with_suffix(".out"), self.second.with_suffix(".err")):
            texts.append(path.read_text(encoding="utf-8") if path.is_file() else "")
            path.unlink(missing_ok=True)
        out, err = texts
        return [*out.rstrip("\n").splitlines(), *_errors(err)] if out or err else self.seen

    def write(self, file: Written) -> None:
        """Write a file of the page."""
        (self.folder / file.name).write_text(file.text, encoding="utf-8")


def _errors(text: str) -> list[str]:
    """Standard error from its first error or warning on; before it stands how far a command has come."""
    lines = text.rstrip("\n").splitlines()
    first = next((at for at, line in enumerate(lines) if re.match(r"(error|warning|错误|警告) MX", line)), len(lines))
    return lines[first:]


def alike(shown: list[str], seen: list[str]) -> bool:
    """Whether the output is what the page shows."""
    wanted, got = ("\n".join(map(plain, lines)).strip("\n") for lines in (shown, seen))
    pattern = "".join(".*?" if part is None else re.escape(part) for part in _parts(wanted))
    return re.fullmatch(pattern, got, re.DOTALL) is not None


def _parts(text: str) -> Iterator[str | None]:
    for number, part in enumerate(re.split(r"^ *\.\.\.$", text, flags=re.MULTILINE)):
        if number:
            yield None
        yield part


def plain(line: str) -> str:
    """A line with what is another value each time under a name of its own."""
    for name, varies in VARIES.items():
        line = varies.sub(name, line)
    return line.rstrip()


def failures(page: str, shell: Shell, twin: str | None = None) -> Iterator[str]:
    """Run the page, and with it its twin, to the first command that is not as one of them says, and tell that one."""
    others = iter(steps(twin)) if twin is not None else None
    for step in steps(page):
        other = next(others, None) if others is not None else step
        if isinstance(step, Written):
            if not isinstance(other, Written) or other.name != step.name:
                yield f"the twin does not write {step.name} where the page does"
                return
            shell.write(step)
            continue
        if not isinstance(other, Command) or other.text != step.text:
            yield f"line {step.line}: $ {step.text}\nstands elsewhere in the twin"
            return
        seen = shell.run(step.text)
        for wanted, shown in ((step, seen), (other, shell.translated())):
            if not wanted.shown and shell.code == 0:
                continue
            if not wanted.shown or not alike(wanted.shown, shown):
                said = "\n".join([f"line {wanted.line}: $ {step.text}", f"(exit code {shell.code})", *shown])
                yield f"{said}\n--- and the page shows:\n" + "\n".join(wanted.shown)
                return
    if others is not None and next(others, None) is not None:
        yield "the twin goes on where the page has ended"
