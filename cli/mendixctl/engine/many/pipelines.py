"""The files of pipelines: of one environment's apps, or of the platform repository, for a tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field, ValidationError

from mendixctl.engine.environment.files import read_text, require
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.many.atlantis import PipelineResult, outcome, paths_of
from mendixctl.engine.many.changed import Comparison
from mendixctl.engine.many.on_aws import names_on_aws
from mendixctl.engine.many.waves import FILE as REPOSITORY_FILE
from mendixctl.engine.many.waves import waves
from mendixctl.engine.session import Session
from mendixgen.areas.contract import Strict
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.pipelines import delivery, platform
from mendixgen.pipelines.platform import IMAGE, Platform, PlatformEnvironment
from mendixgen.pipelines.text import PACKAGE
from mendixgen.spec.header import Header
from mendixgen.spec.source import read

TOOLS = tuple(platform.FILES)

Role = Annotated[str, Field(pattern=r"^[A-Za-z0-9+=,.@_-]{1,64}$")]
Text = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@\[\],=<>!~-]*$", max_length=300)]


class Settings(Strict):
    """``pipelines:`` of mendixctl.yaml. ``role``, ``plan_role``: names of the roles that apply and plan, in each
    environment's account; by default those that the account's foundation makes.
    """

    branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=200)] = "main"
    image: Text = IMAGE
    package: Text | None = PACKAGE
    role: Role | None = None
    plan_role: Role | None = None


def pipelines(
    session: Session, tool: str, environment: str | None = None, *, write: bool = False, check: bool = False
) -> PipelineResult:
    """The pipeline of ``tool``: that delivers the apps of an environment, or without one that of this repository.
    Shown, written, or compared with the one that is there.

    Raises:
        MendixError: MXP220, the waves are wrong; MXP223, the settings are, or there is nothing to make a pipeline of;
            MXI101, it cannot be written.
    """
    if environment is None:
        found = of_repository(session)
        _check_size(tool, found)
        path, text = platform.FILES[tool], platform.text(tool, found)
    else:
        path, text = (
            f"environments/{environment}/delivery/{delivery.FILES[tool]}",
            _delivery(session, tool, environment),
        )
    return outcome(session.repository.root, path, text, write=write, check=check)


def of_repository(session: Session) -> Platform:
    """What the pipeline of this repository is about: its environments on AWS, in their waves. Those of the emulator
    live on one machine.

    Raises:
        MendixError: MXP220, MXP223.
    """
    repository = session.repository
    settings = read_settings(session)
    headers = {
        name: open_workplace(session, name, refresh=False).specification.header for name in names_on_aws(session)
    }
    comparison = Comparison(session)
    foundation = _foundations(headers)
    order = [
        tuple(_environment(session, comparison, headers[name], foundation(headers[name]), settings) for name in wave)
        for wave in waves(repository, list(headers))
    ]
    return Platform(tuple(order), settings.branch, settings.image, settings.package or "")


def _check_size(tool: str, found: Platform) -> None:
    """Refuse a pipeline that its tool would refuse once all environments are due at once."""
    count = len(found.environments)
    if tool == "github" and count > platform.MOST_JOBS:
        raise MendixError(
            Diagnostic(
                "MXP223",
                f"this repository has {count} environments on AWS, and a matrix of GitHub {platform.MOST_JOBS} jobs",
                hint="divide the repository, or plan and apply in builds (--on codebuild), which have no such bound",
            )
        )


def read_settings(session: Session) -> Settings:
    """``pipelines:`` of mendixctl.yaml.

    Raises:
        MendixError: MXP223.
    """
    path = session.repository.root / REPOSITORY_FILE
    if not path.is_file():
        return Settings()
    source = read(read_text(path, REPOSITORY_FILE), REPOSITORY_FILE)
    try:
        return Settings.model_validate(source.data.get("pipelines") or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ("pipelines", *first["loc"])
        raise MendixError(
            Diagnostic(
                "MXP223",
                f"{'.'.join(map(str, place))}: {first['msg']}",
                hint=f"what there is: {', '.join(Settings.model_fields)}",
                location=source.locate(place),
            )
        ) from error


def _delivery(session: Session, tool: str, environment: str) -> str:
    require(session.repository, environment)
    spec = open_workplace(session, environment, refresh=False).specification
    if not spec.header.apps:
        raise MendixError(
            Diagnostic(
                "MXP223",
                f"{environment} has no apps, so there is nothing that a pipeline could deliver",
                hint="write apps: into its YAML",
                location=spec.locate(()),
            )
        )
    return delivery.text(tool, delivery.Delivery.of(spec, tool))


def _foundations(headers: Mapping[str, Header]) -> Callable[[Header], str]:
    """The foundation that makes the roles of who plans and applies in an account."""
    found = {header.account: header.name for header in headers.values() if header.kind == "foundation"}
    return lambda header: found.get(header.account, "foundation")


def _environment(
    session: Session, comparison: Comparison, header: Header, foundation: str, settings: Settings
) -> PlatformEnvironment:
    account = f"arn:{header.partition}:iam::{header.account}:role"
    return PlatformEnvironment(
        name=header.name,
        region=header.region,
        role=f"{account}/{settings.role or f'{foundation}-deployer'}",
        plan_role=f"{account}/{settings.plan_role or f'{foundation}-planner'}",
        protected=header.protected,
        paths=paths_of(session, comparison, header.name),
    )
