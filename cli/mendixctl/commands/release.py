"""`mendixctl release`: an application from its source to the cluster, and back; the steps that every pipeline calls."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mendixctl.application import Application
from mendixctl.command_line import Command, InlineGroup
from mendixctl.commands.parameters import (
    ReleaseNumber,
    emulator_option,
    message_option,
    pass_application,
    via_option,
)

if TYPE_CHECKING:
    from mendixctl.engine.delivery.toolchain import Toolchain

COMMITS = ["APP_COMMIT", "CI_COMMIT_SHA", "GIT_COMMIT", "GITHUB_SHA", "CODEBUILD_RESOLVED_SOURCE_VERSION"]
"""Variables in which the tools of CI say what was checked out; the first that is set counts."""

environment = click.option("--env", "-e", "environment", required=True, metavar="ENVIRONMENT", help="The environment.")
folder = click.Path(file_okay=False, path_type=Path)
key_option = click.option(
    "--key", default="", metavar="KEY", help="KMS key of the signatures; by default alias/<environment>-release."
)
wait_option = click.option(
    "--wait",
    "minutes",
    type=click.IntRange(1, 120),
    default=15,
    show_default=True,
    metavar="MINUTES",
    help="How long it may take to be ready.",
)
accept_database = click.option(
    "--accept-loss",
    "accepted",
    multiple=True,
    metavar="DATABASE",
    help="A way back may lose what is written to this database from the delivery on: database/NAME.",
)
STRATEGIES = ("recreate", "blue-green", "canary")


@click.group(cls=InlineGroup)
def command() -> None:
    """Build an app, push its image, deploy it by its strategy, verify it, and take it back."""


@command.command(cls=Command)
@click.argument("app")
@environment
@click.option(
    "--source",
    envvar="APP_SOURCE",
    default=".",
    show_default=True,
    type=click.Path(exists=True, path_type=Path),
    help="A project (.mpr), a package (.mda, .zip), or the folder with one of them.",
)
@click.option("--mxbuild", envvar="MENDIXCTL_MXBUILD", metavar="PLACE", help="Folder, archive or s3:// of mxbuild.")
@click.option(
    "--mxbuild-sha256", envvar="MENDIXCTL_MXBUILD_SHA256", default="", metavar="SHA256", help="Of the archive."
)
@click.option(
    "--java-home", envvar="JAVA_HOME", default="", metavar="FOLDER", help="The JDK that mxbuild compiles with."
)
@click.option("--portable", is_flag=True, help="Build a portable package, which runs without the Operator.")
@click.option(
    "--commit", envvar=COMMITS, default="", metavar="SHA", help="The app's commit; by default the one checked out."
)
@click.option("--out", type=folder, metavar="FOLDER", help="Where the build goes; by default into this checkout.")
@emulator_option()
@pass_application
def build(
    application: Application,
    app: str,
    environment: str,
    source: Path,
    mxbuild: str | None,
    mxbuild_sha256: str,
    java_home: str,
    portable: bool,
    commit: str,
    out: Path | None,
    rehearse: bool,
) -> None:
    """Build APP from its project, or take a package that is ready, and lay it down to be pushed.

    Mendix's version is compared with the YAML's before anything is built.
    """
    from mendixctl.engine.delivery import build as building

    session = application.session(rehearse=rehearse)
    tools = _toolchain(mxbuild, mxbuild_sha256, java_home)
    found = building.build(session, environment, app, source, tools=tools, portable=portable, commit=commit, out=out)
    application.view.show(found)


@command.command(cls=Command)
@click.argument("app")
@environment
@click.option("--artifact", type=folder, metavar="FOLDER", help="The build; by default the one of this checkout.")
@click.option(
    "--base",
    default="",
    metavar="IMAGE",
    help="What it is put on, an image of this registry: runtime-base:TAG. By default the newest of runtime-base.",
)
@click.option("--root", default="", metavar="FOLDER", help="Where the app goes in the image.")
@click.option(
    "--key", default="", metavar="KEY", help="The KMS key that signs; by default alias/<environment>-release."
)
@emulator_option()
@pass_application
def push(
    application: Application,
    app: str,
    environment: str,
    artifact: Path | None,
    base: str,
    root: str,
    key: str,
    rehearse: bool,
) -> None:
    """Push the image of APP by its digest, wait until it was scanned, and sign it.

    Its tag is the app's commit, and never means another image. An image with a critical finding is not signed, and
    what is not signed is not deployed.
    """
    from mendixctl.engine.delivery import image
    from mendixctl.engine.delivery import push as pushing

    options = pushing.Options(artifact, base, root or image.ROOT, key)
    application.view.show(pushing.push(application.session(rehearse=rehearse), environment, app, options))


def _toolchain(mxbuild: str | None, sha256: str, java_home: str) -> Toolchain | None:
    from mendixctl.engine.delivery.toolchain import Toolchain

    return Toolchain(mxbuild, sha256, java_home) if mxbuild else None


@command.command(cls=Command)
@click.argument("app")
@environment
@click.option("--digest", default="", metavar="SHA256", help="The image; by default that of this checkout's build.")
@click.option("--commit", default="", metavar="SHA", help="The image of that commit.")
@click.option("--again", is_flag=True, help="What the ledger says was delivered last, after the cluster was made anew.")
@click.option("--strategy", type=click.Choice(STRATEGIES), help="Another one than the YAML's.")
@click.option("--any-time", is_flag=True, help="Also outside of its window.")
@key_option
@wait_option
@accept_database
@message_option()
@emulator_option()
@via_option()
@pass_application
def deploy(
    application: Application,
    app: str,
    environment: str,
    digest: str,
    commit: str,
    again: bool,
    strategy: str | None,
    any_time: bool,
    key: str,
    minutes: int,
    accepted: tuple[str, ...],
    message: str,
    rehearse: bool,
) -> int:
    """Deploy the image of APP by its strategy: recreate, blue-green or canary.

    What cannot be done with Mendix is refused, with what comes nearest. Where it fails, or an alarm rings, the former
    image comes back by itself; the database only with --accept-loss.
    """
    from mendixctl.engine.delivery import deploy as deploying

    options = deploying.Options(
        digest=digest,
        commit=commit,
        again=again,
        strategy=strategy or "",
        any_time=any_time,
        accepted=accepted,
        key=key,
        deadline=timedelta(minutes=minutes),
    )
    session = application.session(rehearse=rehearse)
    result = deploying.deploy(session, environment, app, options, message=message)
    application.view.show(result)
    return result.exit_code


@command.command(cls=Command)
@click.argument("app")
@environment
@click.option("--url", default="", metavar="URL", help="What is asked for; by default the start page of its hostname.")
@click.option("--wait", "minutes", type=click.IntRange(0, 120), default=5, show_default=True, metavar="MINUTES")
@emulator_option()
@via_option()
@pass_application
def verify(application: Application, app: str, environment: str, url: str, minutes: int, rehearse: bool) -> int:
    """Look whether APP runs what was delivered, is ready, answers, and no alarm of it rings."""
    from mendixctl.engine.delivery import verify as verifying

    session = application.session(rehearse=rehearse)
    result = verifying.verify(session, environment, app, url=url, deadline=timedelta(minutes=minutes))
    application.view.show(result)
    return result.exit_code


@command.command(cls=Command)
@click.argument("app")
@environment
@click.option("--to", type=ReleaseNumber(), metavar="VERSION", help="What that release delivered (v5).")
@key_option
@wait_option
@accept_database
@message_option()
@emulator_option()
@via_option()
@pass_application
def rollback(
    application: Application,
    app: str,
    environment: str,
    to: int | None,
    key: str,
    minutes: int,
    accepted: tuple[str, ...],
    message: str,
    rehearse: bool,
) -> int:
    """Bring back what APP ran before its newest delivery, or what release --to delivered.

    Where the domain model was changed since, the database has to go back too: --accept-loss database/NAME loses what
    was written since.
    """
    from mendixctl.engine.delivery import rollback as rolling
    from mendixctl.engine.delivery.deploy import Options

    result = rolling.rollback(
        application.session(rehearse=rehearse),
        environment,
        app,
        to=to or 0,
        accepted=accepted,
        options=Options(key=key, deadline=timedelta(minutes=minutes)),
        message=message,
    )
    application.view.show(result)
    return result.exit_code
