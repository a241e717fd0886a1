"""The application that is delivered, as the environment's YAML says it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from mendixctl.engine.environment.workplace import Workplace
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.kubernetes.platform import Platform
from mendixgen.messages import msg
from mendixgen.spec.apps import App


@dataclass(frozen=True)
class Application:
    """One app of an environment that was opened."""

    name: str
    app: App
    workplace: Workplace

    @property
    def platform(self) -> Platform:
        return Platform.of(self.workplace.specification)

    @property
    def namespace(self) -> str:
        return self.platform.namespace_of(self.app)

    @property
    def repository(self) -> str:
        """The name of its repository in ECR."""
        return f"{self.workplace.environment}/{self.name}"

    @property
    def address(self) -> str:
        """What its object in the cluster is called: ``mendix/MendixApp/crm``."""
        return f"{self.namespace}/MendixApp/{self.name}"


def application(workplace: Workplace, name: str) -> Application:
    """The app of that name.

    Raises:
        MendixError: MXV101, there is none.
    """
    apps = workplace.specification.header.apps
    if name in apps:
        return Application(name, apps[name], workplace)
    near = difflib.get_close_matches(name, apps, n=1)
    have = ", ".join(apps) or "none"
    raise MendixError(
        Diagnostic(
            "MXV101",
            msg("{environment} has no app {name}", environment=workplace.environment, name=name),
            hint=msg("did you mean {value}?", value=near[0]) if near else msg("it has {have}", have=have),
            location=workplace.specification.locate(("apps",), key=True) if apps else None,
        )
    )
