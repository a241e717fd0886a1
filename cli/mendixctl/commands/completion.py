"""`mendixctl completion`: the shell's completion script."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import pass_application


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_application
def command(application: Application, shell: str) -> None:
    """Print the completion script of SHELL: it knows commands, options, environments, releases and areas.

    \b
    bash:  eval "$(mendixctl completion bash)"        in ~/.bashrc
    zsh:   eval "$(mendixctl completion zsh)"         in ~/.zshrc
    fish:  mendixctl completion fish | source         in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    from mendixctl.app import cli

    completer = get_completion_class(shell)
    if completer is None:
        raise click.UsageError(f"click has no completion for {shell}")
    application.view.script(shell, completer(cli, {}, "mendixctl", "_MENDIXCTL_COMPLETE").source())
