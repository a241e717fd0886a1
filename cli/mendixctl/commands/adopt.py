"""`mendixctl adopt`: what was built by hand becomes an environment's."""

from __future__ import annotations

import click

from mendixctl.application import Application
from mendixctl.command_line import Command
from mendixctl.commands.parameters import complete_areas, details_option, environment_argument, pass_application


@click.command(cls=Command)
@environment_argument()
@click.option(
    "--from-account",
    "from_account",
    is_flag=True,
    help="Look at the account, and write a YAML that comes nearest to it beside ENVIRONMENT's own.",
)
@click.option(
    "--area", "areas", multiple=True, shell_complete=complete_areas, help="Look for this area alone; repeatable."
)
@click.option("--vpc", default="", metavar="ID", help="The VPC that is meant, where there are several.")
@click.option("--complete", is_flag=True, help="Let the plan also create what is missing, as an ordinary one does.")
@click.option("--region", default="", help="With --from-account, without a YAML: the region.")
@click.option("--account", default="", help="With --from-account, without a YAML: the account.")
@click.option("--domain", default="", help="With --from-account, without a YAML: the domain of the applications.")
@click.option(
    "--target",
    default="",
    type=click.Choice(["", "aws", "emulator"]),
    metavar="aws|emulator",
    help="With --from-account, without a YAML: where it is.",
)
@details_option()
@pass_application
def command(
    application: Application,
    environment: str,
    from_account: bool,
    areas: tuple[str, ...],
    vpc: str,
    complete: bool,
    region: str,
    account: str,
    domain: str,
    target: str,
    details: bool,
) -> int:
    """Plan to import into ENVIRONMENT's state what is in its account already, built by hand or by other means.

    First, where there is no YAML: --from-account looks at the account and writes environments/ENVIRONMENT.yaml.proposed
    for a person to read, mend and rename. Then, without it: what the YAML describes and AWS has is found by identity,
    and the plan that is kept for apply imports it, changes in place what is said, and replaces and destroys nothing.
    What cannot be adopted so is left out and named, with the way to get there.

    Exit code 0: nothing is to be adopted; 2: something is; 3: a guard would refuse the apply.
    """
    said = {"region": region, "account": account, "domain": domain, "target": target}
    if from_account:
        if complete:
            raise click.UsageError("--complete is for a plan, and --from-account makes none")
        from mendixctl.engine.adopt import propose

        proposal = propose.from_account(application.session(), environment, said, vpc=vpc, areas=areas)
        application.view.show(proposal, details=details)
        return 0
    given = [f"--{key}" for key, value in said.items() if value]
    if given:
        raise click.UsageError(f"{', '.join(given)} go with --from-account; here the YAML says it")
    from mendixctl.engine.adopt import run

    result = run.adopt(application.session(), environment, vpc=vpc, areas=areas, complete=complete)
    application.view.show(result, details=details)
    return result.exit_code
