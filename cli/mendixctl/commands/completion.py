"""`mendixctl completion`: the shell's completion script."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import pass_application
from mendixgen.messages import msg


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
    from mendixctl.views.results import Script

    completer = get_completion_class(shell)
    if completer is None:
        raise click.UsageError(msg("click has no completion for {shell}", shell=shell))
    source = completer(cli, {}, "mendixctl", "_MENDIXCTL_COMPLETE").source()
    application.view.show(Script(shell, source))
