"""Where builds run: ``codebuild:`` of mendixctl.yaml, or what the foundation of the environment's account makes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from mendixctl.engine.environment.files import read_text
from mendixctl.engine.many.waves import FILE
from mendixctl.engine.session import Session
from mendixgen.areas.contract import Strict
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.spec.header import BUCKET_PATTERN, Header
from mendixgen.spec.source import read, scan

ProjectName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$")]


class Step(StrEnum):
    """The two projects: one whose role reads, and one whose role becomes the deployer."""

    PLAN = "plan"
    APPLY = "apply"


STEPS = {"plan": Step.PLAN, "apply": Step.APPLY, "rollback": Step.APPLY}
"""In which project a command runs."""


class Projects(Strict):
    """Projects of the user's own, by what runs in them."""

    plan: ProjectName
    apply: ProjectName


class Settings(Strict):
    """``codebuild:`` of mendixctl.yaml; what is not said is what the account's foundation makes (``builds:``)."""

    projects: Projects | None = None
    bucket: Annotated[str, Field(pattern=BUCKET_PATTERN)] | None = None
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")] | None = None
    parallel: Annotated[int, Field(ge=1, le=100)] = 10


@dataclass(frozen=True, slots=True)
class Place:
    """The project that a command runs in, and the bucket through which source and answer travel."""

    project: str
    bucket: str
    region: str
    step: Step


def place(session: Session, header: Header, step: Step) -> Place:
    """Where a step of an environment runs.

    Raises:
        MendixError: MXP282, the settings are wrong, or nothing says which project it is.
    """
    settings = read_settings(session)
    foundation = _foundation(session, header)
    region = settings.region or (foundation.region if foundation else header.region)
    bucket = settings.bucket or derived_bucket(header.account, region)
    if settings.projects is not None:
        return Place(getattr(settings.projects, step.value), bucket, region, step)
    if foundation is None:
        raise MendixError(
            Diagnostic(
                "MXP282",
                f"nothing says in which project of CodeBuild {header.name} runs",
                hint=f"write builds: into the foundation of account {header.account} and apply it; or name projects "
                f"of your own in {FILE}: codebuild: {{projects: {{plan: NAME, apply: NAME}}, bucket: NAME}}",
            )
        )
    return Place(f"{foundation.name}-builds-{step.value}", bucket, region, step)


def derived_bucket(account: str, region: str) -> str:
    """The bucket of builds that a foundation makes."""
    return f"{account}-{region}-mendix-builds"


def read_settings(session: Session) -> Settings:
    """``codebuild:`` of mendixctl.yaml.

    Raises:
        MendixError: MXP282.
    """
    path = session.repository.root / FILE
    if not path.is_file():
        return Settings()
    source = read(read_text(path, FILE), FILE)
    try:
        return Settings.model_validate(source.data.get("codebuild") or {})
    except ValidationError as error:
        first = error.errors()[0]
        where = ("codebuild", *first["loc"])
        raise MendixError(
            Diagnostic(
                "MXP282",
                f"{'.'.join(map(str, where))}: {first['msg']}",
                hint=f"what there is: {', '.join(Settings.model_fields)}",
                location=source.locate(where),
            )
        ) from error


@dataclass(frozen=True, slots=True)
class _Foundation:
    name: str
    region: str


def _foundation(session: Session, header: Header) -> _Foundation | None:
    """The foundation of the environment's account, its own region's first, that says ``builds:``."""
    found = []
    for name in session.repository.names():
        data = scan(read_text(session.repository.spec(name), name), f"environments/{name}.yaml").data
        if data.get("kind") == "foundation" and str(data.get("account")) == header.account and "builds" in data:
            found.append(_Foundation(name, str(data.get("region"))))
    return min(found, key=lambda one: (one.region != header.region, one.name), default=None)
