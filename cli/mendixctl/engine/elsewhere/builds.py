"""CodeBuild as far as a run needs it: start, follow, read the log as it grows, stop.

Sources: CodeBuild API reference, StartBuild, BatchGetBuilds (phases, ``buildComplete``, ``logs``), StopBuild;
CloudWatch Logs API reference, GetLogEvents (the end of a stream is where the token that comes back is the one given).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mendixctl.aws import Clients, error_code, guarded
from mendixctl.engine.elsewhere.request import ANSWER, SOURCE, STOP, is_there
from mendixctl.engine.elsewhere.settings import Place

WAITING = frozenset({"SUBMITTED", "QUEUED"})
"""Phases in which nothing of a build runs yet."""


@dataclass(frozen=True, slots=True)
class Build:
    """A build as it stands. ``why``: what CodeBuild says of the phase that failed."""

    id: str
    phase: str = "SUBMITTED"
    status: str = "IN_PROGRESS"
    complete: bool = False
    log_group: str = ""
    log_stream: str = ""
    link: str = ""
    why: str = ""


@dataclass
class Runner:
    """Builds of one place. ``prefix``: of the run's objects in the bucket, with a slash at its end."""

    clients: Clients
    place: Place
    prefix: str
    _token: str | None = field(default=None, repr=False)

    def send(self, source: bytes) -> None:
        """Put the source where the build will look for it."""
        with guarded(f"write s3://{self.place.bucket}/{self.prefix}{SOURCE}"):
            self._s3.put_object(Bucket=self.place.bucket, Key=f"{self.prefix}{SOURCE}", Body=source)

    def start(self, token: str) -> Build:
        """Start the build; all that it is told stands in its source, so that a policy can forbid every other override.

        ``token``: repeated, it starts no second one.
        """
        with guarded(f"start a build of {self.place.project} (codebuild:StartBuild)"):
            answer = self._codebuild.start_build(
                projectName=self.place.project,
                sourceTypeOverride="S3",
                sourceLocationOverride=f"{self.place.bucket}/{self.prefix}{SOURCE}",
                idempotencyToken=token,
            )
        return _build(answer["build"])

    def look(self, build: Build) -> Build:
        """How it stands now."""
        with guarded(f"look at the build {build.id} (codebuild:BatchGetBuilds)"):
            found = self._codebuild.batch_get_builds(ids=[build.id])["builds"]
        return _build(found[0]) if found else build

    def lines(self, build: Build) -> Iterator[str]:
        """What it said since the last time. Nothing while there is no log."""
        if not build.log_stream:
            return
        while True:
            with guarded(f"read the log {build.log_group} (logs:GetLogEvents)"):
                try:
                    answer = self._logs.get_log_events(
                        logGroupName=build.log_group,
                        logStreamName=build.log_stream,
                        startFromHead=True,
                        **({"nextToken": self._token} if self._token else {}),
                    )
                except Exception as error:
                    if error_code(error) == "ResourceNotFoundException":
                        return
                    raise
            for event in answer["events"]:
                yield from str(event["message"]).rstrip("\n").split("\n")
            before, self._token = self._token, answer["nextForwardToken"]
            if self._token == before:
                return

    def ask_to_stop(self) -> None:
        """Have the build end its command as Ctrl-C would: it looks for this object."""
        with guarded(f"write s3://{self.place.bucket}/{self.prefix}{STOP}"):
            self._s3.put_object(Bucket=self.place.bucket, Key=f"{self.prefix}{STOP}", Body=b"")

    def stop(self, build: Build) -> None:
        """Have CodeBuild end it, whatever runs in it."""
        with guarded(f"stop the build {build.id} (codebuild:StopBuild)"):
            self._codebuild.stop_build(id=build.id)

    def answer(self) -> bytes | None:
        """What the build left; None where it left nothing."""
        key = f"{self.prefix}{ANSWER}"
        with guarded(f"read s3://{self.place.bucket}/{key}"):
            if not is_there(self._s3, self.place.bucket, key):
                return None
            body: bytes = self._s3.get_object(Bucket=self.place.bucket, Key=key)["Body"].read()
        return body

    @property
    def _codebuild(self) -> Any:
        return self.clients.client("codebuild", self.place.region)

    @property
    def _logs(self) -> Any:
        return self.clients.client("logs", self.place.region)

    @property
    def _s3(self) -> Any:
        return self.clients.client("s3", self.place.region)


def _build(said: dict[str, Any]) -> Build:
    logs = said.get("logs") or {}
    contexts = [
        str(context["message"])
        for phase in said.get("phases") or ()
        if phase.get("phaseStatus") not in (None, "SUCCEEDED", "IN_PROGRESS")
        for context in phase.get("contexts") or ()
        if context.get("message")
    ]
    return Build(
        str(said["id"]),
        str(said.get("currentPhase") or "SUBMITTED"),
        str(said.get("buildStatus") or "IN_PROGRESS"),
        bool(said.get("buildComplete")),
        str(logs.get("groupName") or ""),
        str(logs.get("streamName") or ""),
        str(logs.get("deepLink") or ""),
        "; ".join(contexts),
    )
