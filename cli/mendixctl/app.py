"""The entry point: the click group, and the one place where exceptions become output and exit codes.

Exit codes: 0 done, 2 a plan has changes or a check found a difference, 3 refused by a guard, 130 interrupted,
1 anything else, wrong usage included (click's own 2 would read as "has changes").

Only click is imported here. A command's file is imported when it is invoked, so that `mendixctl --help` and
shell completion answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from mendixctl.application import Application
from mendixctl.command_line import Group, shared_options

SECTIONS: dict[str, dict[str, str]] = {
    "Every day": {
        "plan": "Show what would change, and keep the plan for apply.",
        "preflight": "Ask AWS whether an apply would go through.",
        "apply": "Carry out the plan that was reviewed.",
        "deploy": "Bring the manifests of the newest release into the cluster.",
        "release": "Build an app, deploy it by its strategy, and take it back.",
        "rollback": "Take an environment back to an earlier release.",
        "status": "Show where an environment stands, and what to do next.",
        "history": "List the releases of an environment.",
        "show": "Show one release.",
        "diff": "Compare two releases.",
        "drift": "Tell what AWS, the YAML or a generator changed.",
        "blame": "Show which release last changed each field or resource.",
        "verify": "Check the ledger and the modules that it pins.",
        "diagram": "Draw an environment, or two of its releases.",
        "output": "Show an environment's outputs.",
        "incident": "Follow incidents, and the deadlines by which each is judged.",
        "verdicts": "Say of any Terraform plan what cannot be taken back.",
    },
    "The repository": {
        "init": "Lay down a new platform repository.",
        "clone": "Copy an environment to another region or account.",
        "adopt": "Take what was built by hand into an environment.",
        "promote": "Carry a section of one environment over to another.",
        "validate": "Check the environments' YAML.",
        "cost": "Estimate what an environment costs, and what would lower it.",
        "audit": "Report an environment's risks, measures and releases.",
        "support": "Show how long an environment's versions are supported.",
        "render": "Write an environment's Terraform from its YAML.",
        "schema": "Show or write the JSON Schema of the YAML, for editors.",
        "explain": "Explain a field of the YAML, an error or a resource.",
        "pipelines": "Write pipelines: Jenkins, GitLab, GitHub, CodeBuild.",
        "modules": "Build, release and compare the areas' modules.",
    },
    "Environments": {
        "bootstrap": "Make the bucket and key that hold an environment's state.",
        "sync": "Bring this checkout up to the newest release.",
        "backup": "Show what is backed up, by which plan, and when it was last.",
        "recovery": "Plan, rehearse and carry out a recovery in another region.",
        "state": "List and restore the copies of an environment's state.",
        "recover": "After a crash, take what exists into the state.",
        "destroy": "Disarm protection, then destroy an environment.",
    },
    "This tool": {
        "doctor": "Look whether there is all that work here needs.",
        "emulator": "Start, stop and reset the local AWS emulator.",
        "completion": "Print the shell's completion script.",
        "version": "Show the versions of mendixctl and what it works with.",
    },
}
"""Section of the help -> command -> its line there; a command's file has the same name below `commands`."""


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from mendixgen import __version__

        click.echo(f"mendixctl {__version__}")
        context.exit()


@click.group(
    cls=Group,
    sections=SECTIONS,
    package="mendixctl.commands",
    params=[
        *shared_options(),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Show the version and exit.",
        ),
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 2 there are changes or differences, 3 refused, 130 interrupted, 1 anything else.",
)
def cli() -> None:
    """Plan, apply and roll back Mendix environments on AWS.

    Edit environments/<env>.yaml, then: mendixctl plan <env>, mendixctl apply. Back: mendixctl rollback v1.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give back its exit code; nothing below this function exits."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    application = Application(given)
    try:
        return _run(application, given)
    except BrokenPipeError:
        _silence_standard_output()
        return 1
    finally:
        application.close()


def _run(application: Application, arguments: list[str]) -> int:
    try:
        result: Any = cli.main(args=arguments, prog_name="mendixctl", standalone_mode=False, obj=application)
        return result if isinstance(result, int) else 0
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 -- this is the boundary that turns every failure into an exit code
        from mendixctl.failures import report

        return report(application, error)
    except KeyboardInterrupt as error:
        from mendixctl.failures import report

        return report(application, error)


def _silence_standard_output() -> None:
    """Keep the interpreter from complaining at exit about a reader that has gone."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


if __name__ == "__main__":
    raise SystemExit(main())
