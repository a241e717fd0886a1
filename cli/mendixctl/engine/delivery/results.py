"""What the five steps of a delivery give back."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.engine.delivery.artifact import Artifact
from mendixctl.engine.delivery.choice import Model, Strategy
from mendixctl.engine.results import Scope
from mendixgen.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What was built."""

    scope: Scope
    artifact: Artifact


@dataclass(frozen=True, slots=True)
class Scan:
    """What the registry's scanner says of an image: ``COMPLETE`` or ``ACTIVE``, and findings by severity."""

    status: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class PushResult:
    """An image as it stands in the registry. ``reference``: ``host/repository@sha256:...``; ``uploaded``: layers.

    ``existed``: it was there before. ``signed_by``: ARN of the key, empty where it was not to be signed.
    """

    scope: Scope
    artifact: Artifact
    reference: str
    digest: str
    tag: str
    existed: bool
    uploaded: int
    scan: Scan | None
    signed_by: str
    sbom_digest: str
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What a deployment, or a rollback, of an app did. ``number``: the release that records it, 0 where there is none,
    since nothing had to be done.

    ``action``: deploy or rollback. ``errors``: why it failed; ``returned``: the former image is back. ``done``: what
    was done, in order. ``kept``: a snapshot and a copy of the database that stay. ``next``: commands.
    """

    scope: Scope
    app: str
    action: str
    strategy: Strategy
    model: Model
    image: str
    digest: str
    previous: str
    number: int = 0
    announcement: str = ""
    errors: tuple[str, ...] = ()
    returned: bool = False
    done: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    seconds: float = 0.0
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def exit_code(self) -> int:
        return 1 if self.errors else 0


@dataclass(frozen=True, slots=True)
class AppVerification:
    """Whether an app is as it was delivered. ``smoke``: what it answered; empty where nobody was asked.

    ``problems``: all that is not well.
    """

    scope: Scope
    app: str
    release: int
    digest: str
    image: str
    state: str
    message: str
    alarms: tuple[str, ...]
    url: str
    smoke: str
    problems: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        return 1 if self.problems else 0
