"""What every command shares: lazy groups with a did-you-mean, the options -C, --json, --lang and --no-color."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from mendixctl.application import Application
from mendixctl.language import current
from mendixctl.language.choice import ENGLISH, LANGUAGES, OPTION


def shared_options() -> list[click.Parameter]:
    """The options that stand on the group and on every command, so that their place does not matter."""
    return [
        click.Option(
            ["-C", "folder"],
            metavar="FOLDER",
            expose_value=False,
            is_eager=True,
            callback=_remember_folder,
            help="Work as if started in FOLDER.",
        ),
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_remember_json,
            help="Write one JSON object to standard output.",
        ),
        click.Option(
            ["--no-color"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_remember_color,
            help="No colours (NO_COLOR does the same).",
        ),
        click.Option(
            [OPTION],
            type=click.Choice(LANGUAGES),
            expose_value=False,
            is_eager=True,
            help="The language of texts for people (MENDIXCTL_LANG, else the locale). JSON is the same in each.",
        ),
    ]


def _remember_folder(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    application = context.find_object(Application)
    if value is not None and application is not None:
        application.change_folder(value)


def _remember_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    application = context.find_object(Application)
    if value and application is not None:
        application.as_json = True


def _remember_color(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    application = context.find_object(Application)
    if value and application is not None:
        application.color = False


class Context(click.Context):
    """A context whose help is in the person's language."""

    def make_formatter(self) -> click.HelpFormatter:
        if current() == ENGLISH:
            return super().make_formatter()
        from mendixctl.language.help import TranslatedHelp

        return TranslatedHelp(width=self.terminal_width, max_width=self.max_content_width)


class Command(click.Command):
    """A command with the shared options; it tells the application its full name (``modules build``)."""

    context_class = Context

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params.extend(shared_options())

    def invoke(self, ctx: click.Context) -> Any:
        application = ctx.find_object(Application)
        if application is not None:
            application.command = " ".join(ctx.command_path.split()[1:])
        return super().invoke(ctx)


class Group(click.Group):
    """A group that knows its commands' names and help lines, and imports only the one that is invoked.

    ``sections``: heading -> command -> help line. A command ``x`` is the attribute ``command`` of
    ``<package>.x``.
    """

    context_class = Context

    def __init__(
        self,
        *arguments: Any,
        sections: Mapping[str, Mapping[str, str]] | None = None,
        package: str = "",
        **settings: Any,
    ) -> None:
        super().__init__(*arguments, **settings)
        self.sections = sections or {}
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for section in self.sections.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"{self.package}.{cmd_name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        check_name(ctx, args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Under their headings, a line each."""
        for heading, commands in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl(list(commands.items()))


class InlineGroup(click.Group):
    """A group whose commands stand in its own file: the did-you-mean and the shared options, nothing lazy."""

    context_class = Context

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params.extend(shared_options())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        check_name(ctx, args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Whole sentences, over several lines where they need them; click would cut them off."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.commands[name].get_short_help_str(10_000)) for name in sorted(self.commands)]
            )


def check_name(context: click.Context, name: str, known: list[str]) -> None:
    """Refuse a command that there is not, with the nearest one that there is."""
    if name.startswith("-") or name in known or context.resilient_parsing:
        return
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.5)
    advice = f" Did you mean {near[0]!r}?" if near else ""
    raise click.UsageError(f"No such command {name!r}.{advice}", context)
