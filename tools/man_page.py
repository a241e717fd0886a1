"""The manual page, from the commands themselves: ``mendixctl.1`` as every wheel carries it.

Written in the macros of man(7), which groff and mandoc read alike. The same program always gives the same text.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

ENVIRONMENT = {
    "MENDIXCTL_TERRAFORM": "The binary of Terraform or OpenTofu to run, where it is not the one that is found on PATH.",
    "MENDIXCTL_PROVIDER_MIRROR": "Folder of a mirror of providers, for machines that reach no registry.",
    "MENDIXCTL_PLAN_PASSPHRASE": "Seals and opens the files of plan \\-\\-out and apply \\-\\-plan.",
    "MENDIXCTL_COMMENT_TOKEN": "What may comment on a pull or merge request, for pipelines comment.",
    "MENDIXCTL_LANG": "The language of what people read: en or zh.",
    "MENDIXCTL_TF_LOG": "TRACE, DEBUG, ...: Terraform's own log, in the folder of the run.",
    "NO_COLOR": "If set, no colours.",
}
EXITS = {
    "0": "Done; a plan has no changes, a check found no difference.",
    "2": "A plan has changes, a check found a difference.",
    "3": "Refused by a guard or not confirmed; nothing was changed.",
    "130": "Interrupted; what was done is recorded.",
    "1": "Anything else, wrong usage included.",
}
FILES = {
    "environments/NAME.yaml": "What an environment is to be; the one file that a person edits.",
    "environments/NAME.lock": "Which module versions it runs, and the release that this checkout is based on.",
    "environments/NAME/": "The rendered root, documents and releases.",
    "mendixctl.yaml": "What holds for the repository: waves, pipelines.",
    ".mendixctl/": "What belongs to this checkout alone: plans, journals, local state, the emulator's data.",
}


def page(version: str) -> str:
    """The whole page."""
    from mendixctl.app import SECTIONS, cli

    root = click.Context(cli, info_name="mendixctl")
    lines = [
        f'.TH MENDIXCTL 1 "" "mendixctl {escaped(version)}" "User Commands"',
        ".SH NAME",
        "mendixctl \\- plan, apply and roll back Mendix environments on AWS",
        ".SH SYNOPSIS",
        ".B mendixctl",
        ".RI [ OPTIONS ] \\ COMMAND \\ [ ARGUMENTS ]...",
        ".SH DESCRIPTION",
        *paragraphs(cli.help or ""),
    ]
    for section, names in SECTIONS.items():
        lines.append(f".SH {escaped(section).upper()}")
        for name in names:
            command = cli.get_command(root, name)
            if command is not None:
                lines += _command(command, click.Context(command, info_name=name, parent=root))
    for title, table in (("EXIT STATUS", EXITS), ("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        lines.append(f".SH {title}")
        for term, meaning in table.items():
            lines += [".TP", f".B {escaped(term)}", meaning if "\\-" in meaning else escaped(meaning)]
    return "\n".join(lines) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f".SS {escaped(context.command_path)}"
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".B {escaped(context.command_path)}"
    yield escaped(usage)
    yield from paragraphs(command.help or "")
    for parameter in command.params:
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None and context.parent is not None and parameter.name not in _shared():
            yield from (".TP", f".B {escaped(record[0])}", escaped(record[1]))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _command(inner, click.Context(inner, info_name=name, parent=context))


def _shared() -> set[str | None]:
    from mendixctl.command_line import shared_options

    return {option.name for option in shared_options()}


def paragraphs(text: str) -> Iterator[str]:
    """A help text: paragraphs, and as it stands what click is told to leave alone."""
    # Before 3.13 a docstring has the indentation of its source.
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            yield from (".PP", ".nf", *(escaped(line) for line in paragraph.removeprefix("\b\n").splitlines()), ".fi")
        elif paragraph.strip():
            yield from (".PP", escaped(" ".join(paragraph.split())))


def escaped(text: str) -> str:
    """Text of one line as man(7) has it: no character begins a macro or becomes another one."""
    said = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    )
    return ("\\&" + said if said.startswith((".", "\\(aq")) else said).replace("\n", " ")
