"""What Terraform would run or fetch besides the provider of AWS: a plan already executes all of it.

Providers are programs, ``external`` data sources and provisioners start any, a module's source is fetched by git, and a
backend gets every value of the state. None of that is part of an environment of mendixctl, so none of it is accepted
from a checkout. The way past for providers stands outside of the checkout: the variable `VARIABLE`.

Source: Terraform's "Files and Directories" and "JSON Configuration Syntax"; HCL's native syntax, "Lexical Elements".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mendixgen.authoring.scanning import after_string
from mendixgen.diagnostics import Diagnostic, Location, Refused

VARIABLE = "MENDIXCTL_ALLOW_PROVIDERS"
"""Further providers that may run, as Terraform's lock file names them, with commas between."""

ALLOWED = ("registry.terraform.io/hashicorp/aws", "registry.opentofu.org/hashicorp/aws")

LARGEST = 4 << 20
"""Bytes of one file of HCL; the largest module has a tenth of a megabyte."""

_WORTH_A_LOOK = re.compile(r"provisioner|module|backend|cloud")
_LOCKED = re.compile(r'^\s*provider\s+"([^"]*)"', re.MULTILINE)
_TOKEN = re.compile(
    r"(?P<space>[\s\ufeff]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)"
    r'|(?P<string>")'
    r"|<<-?(?P<here>[A-Za-z_][\w-]*)[^\n]*\n"
    r"|(?P<word>[^\W\d][\w-]*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_LOCAL = ("./", "../")


def check_files(folders: Mapping[Path, str], backend: Path) -> None:
    """Check what is written in a configuration.

    ``folders``: all that belongs to it, each with its name for people; a module must stand in one of them. ``backend``:
    the one file that may name where the state is kept.

    Raises:
        Refused: MXT133, one diagnostic for each thing that is more than AWS's provider and local modules.
    """
    tops = [folder.resolve() for folder in folders]
    problems = [
        Diagnostic(
            "MXT133",
            f"{label} {what}",
            hint="take it out: an environment is made of AWS's resources and of modules of this repository",
            location=Location(label),
        )
        for path, label in _files(folders)
        for what in _found(path, tops, may_have_backend=path == backend)
    ]
    if problems:
        raise Refused(problems)


def _files(folders: Mapping[Path, str]) -> Iterator[tuple[Path, str]]:
    """Every file that Terraform could read as a configuration, with its name for people."""
    for folder, label in folders.items():
        for path in sorted(folder.rglob("*.tf")) + sorted(folder.rglob("*.tf.json")):
            name = path.relative_to(folder)
            if ".terraform" not in name.parts:
                yield path, f"{label}/{name.as_posix()}"


def check_providers(lock: Path, label: str, variables: Mapping[str, str]) -> None:
    """Check the providers that ``terraform init`` has chosen, for the configuration and for what the state holds.

    Raises:
        Refused: MXT132, one diagnostic for each provider that is not allowed.
    """
    try:
        text = lock.read_text(errors="replace")
    except OSError:
        return  # a root that needs no provider has none; Terraform itself insists on it otherwise
    allowed = {*ALLOWED, *(name.strip() for name in variables.get(VARIABLE, "").split(","))}
    foreign = [name for name in _LOCKED.findall(text) if name not in allowed]
    if foreign:
        raise Refused(
            Diagnostic(
                "MXT132",
                f"the configuration or the state asks for the provider {name}, a program that a plan would run",
                hint=f"take out what needs it (see: terraform providers); if it is meant to run: {VARIABLE}={name}",
                location=Location(label),
            )
            for name in foreign
        )


def _found(path: Path, tops: list[Path], *, may_have_backend: bool) -> Iterator[str]:
    """What a file asks for that is not accepted, in words that follow its name."""
    try:
        if path.stat().st_size > LARGEST:
            yield f"has more than {LARGEST:,} bytes"
            return
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return  # Terraform cannot read it either, and says so
    try:
        blocks = _of_json(text) if path.name.endswith(".json") else _of_hcl(text)
        yield from dict.fromkeys(_words(blocks, path.parent, tops, may_have_backend))
    except (ValueError, RecursionError):
        yield "cannot be understood, so nothing is known of what it would run"


def _words(blocks: Iterable[tuple[str, str]], folder: Path, tops: list[Path], may_have_backend: bool) -> Iterator[str]:
    for kind, value in blocks:
        if kind == "provisioner":
            yield "has a provisioner, which runs a program"
        elif kind == "source" and not _is_here(value, folder, tops):
            yield f"has a module from {value or 'a source that is no plain text'}, which would be fetched and run"
        elif kind == "backend" and not may_have_backend:
            yield "names a backend of its own, which would get the state"


def _is_here(source: str, folder: Path, tops: list[Path]) -> bool:
    if not source.startswith(_LOCAL) or "\0" in source:
        return False
    target = (folder / source).resolve()
    return any(target.is_relative_to(top) for top in tops)


def _of_hcl(text: str) -> Iterator[tuple[str, str]]:
    """The blocks and sources of a file in the native syntax: ``("provisioner", "")``, ``("source", "./x")``."""
    if not _WORTH_A_LOOK.search(text):
        return
    blocks: list[str] = []
    line: list[tuple[str, str]] = []
    for kind, value in _tokens(text):
        if kind == "sign" and value == "{":
            opened = (
                line[0][1] if line and line[0][0] == "word" and all(k in {"word", "string"} for k, _ in line) else ""
            )
            if opened == "provisioner" or (opened in {"backend", "cloud"} and blocks == ["terraform"]):
                yield ("provisioner" if opened == "provisioner" else "backend"), ""
            blocks.append(opened)
            line = []
        elif kind == "sign" and value == "}":
            yield from _source(blocks, line)
            if blocks:
                blocks.pop()
            line = []
        elif kind == "line":
            yield from _source(blocks, line)
            line = []
        else:
            line.append((kind, value))


def _source(blocks: list[str], line: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    if blocks == ["module"] and line[:2] == [("word", "source"), ("sign", "=")]:
        yield "source", line[2][1] if len(line) == 3 and line[2][0] == "string" else ""


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError("no token")
        position = match.end()
        if match["space"] is not None:
            if "\n" in match["space"]:
                yield "line", ""
        elif match["string"]:
            end = after_string(text, position)
            yield "string", text[position : end - 1]
            position = end
        elif match["here"]:
            closing = re.compile(rf"^[ \t]*{re.escape(match['here'])}[ \t]*\r?$", re.MULTILINE).search(text, position)
            if closing is None:
                raise ValueError("a heredoc has no end")
            yield "heredoc", ""
            position = closing.end()
        elif match["word"]:
            yield "word", match["word"]
        else:
            yield "sign", match["sign"]


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    """As `_of_hcl`, of a file in the JSON syntax, where a block may also be a list of blocks."""
    document = json.loads(text)
    for module in _each(_each(document, "module"), None):
        if isinstance(module, dict) and "source" in module:
            yield "source", module["source"] if isinstance(module["source"], str) else ""
    for terraform in _each(document, "terraform"):
        yield from (("backend", "") for word in ("backend", "cloud") for _ in _each(terraform, word))
    stack: list[Any] = [document]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            if "provisioner" in part:
                yield "provisioner", ""
            stack += part.values()
        elif isinstance(part, list):
            stack += part


def _each(value: Any, key: str | None) -> Iterator[Any]:
    """What stands under ``key`` (None: under any) of a mapping, or of each mapping of a list or an iterator."""
    if isinstance(value, dict):
        parts = list(value.values()) if key is None else [value[key]] if key in value else []
        for part in parts:
            yield from part if isinstance(part, list) else [part]
    elif not isinstance(value, (str, int, float, type(None))):
        for item in value:
            yield from _each(item, key)
