"""`mendixctl explain`: what a field, an error or a type of resource means."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import pass_application


def _complete(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Fields up to the next dot, so that a completion is no list of a thousand."""
    from mendixctl.engine.explain import run
    from mendixgen.diagnostics import MendixError

    application = context.find_object(Application) or Application([])
    try:
        return [CompletionItem(one) for one in run.completions(incomplete, application.folder)]
    except (MendixError, OSError):
        return []


@click.command(cls=Command)
@click.argument("what", shell_complete=_complete)
@pass_application
def command(application: Application, what: str) -> int:
    """Explain WHAT: a field of the YAML, an error's code, or a type of resource.

    \b
    mendixctl explain cluster.node_groups.min    its meaning, bounds, default, and the resources that it reaches
    mendixctl explain MXG101                     what happened, and what to do
    mendixctl explain aws_eks_cluster            the fields that reach it, and what cannot be taken back of it
    """
    from mendixctl.engine.explain import run

    application.view.show(run.explain(what, application.folder))
    return 0
