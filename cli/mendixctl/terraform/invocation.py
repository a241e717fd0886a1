"""One run of Terraform for a root: its arguments and variables, its stream, and what its end means."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mendixctl.terraform import failures
from mendixctl.terraform.binary import Binary
from mendixctl.terraform.cli_config import for_mirror
from mendixctl.terraform.environment import terraform_environment
from mendixctl.terraform.events import STOPPING, Event, parse_line
from mendixctl.terraform.outcome import INTERRUPTED, Gatherer
from mendixctl.terraform.process import PATIENCE, Finished, run
from mendixctl.terraform.redaction import Redaction, of_environment
from mendixctl.zip_archives import UNREADABLE
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError

Secrets = Callable[[], Iterable[str]]
"""Fetches what is secret in the plan or the state that a command worked with."""

Listener = Callable[[Event], None]

SECRET = frozenset({"plan", "apply", "state push"})
"""What writes plans and states, ``errored.tfstate`` too: they hold every value in clear, so they are made private."""


class Invocation:
    """What every subcommand shares: how Terraform is started, listened to and judged.

    Args:
        binary: from :func:`mendixctl.terraform.binary.find`.
        root: the folder with the root module; Terraform runs in it.
        data_dir: ``TF_DATA_DIR``: the initialised providers and modules, private to this checkout.
        environment: variables to add (AWS_ENDPOINT_URL, ...), or to take away where the value is None.
        logs: the run's folder; raw streams are kept there, mode 0600. None: nothing is kept.
        lock_timeout: how long Terraform waits for a locked state, in its own notation.
        inherited: the variables to start from, this process's by default.
        is_pointless: whether the API that Terraform works with is gone for good, so that it is asked to stop.
    """

    def __init__(
        self,
        binary: Binary,
        root: Path,
        *,
        data_dir: Path,
        environment: Mapping[str, str | None] | None = None,
        logs: Path | None = None,
        lock_timeout: str = "10s",
        inherited: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
        is_pointless: Callable[[], bool] | None = None,
    ) -> None:
        self.binary = binary
        self.root = root
        self.data_dir = data_dir
        self.logs = logs
        self.lock_timeout = lock_timeout
        self.patience = patience
        self.is_pointless = is_pointless
        self._given = dict(environment or {})
        self._inherited = dict(os.environ if inherited is None else inherited)

    # -- running ------------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        return terraform_environment(
            self._inherited,
            self._given,
            data_directory=self.data_dir,
            cli_config=for_mirror(self._inherited, self.data_dir.absolute().parent),
        )

    def _context(self, command: str) -> failures.Context:
        endpoint = self._given.get("AWS_ENDPOINT_URL") or self._inherited.get("AWS_ENDPOINT_URL") or ""
        return failures.Context(self.root, command, endpoint, self.binary.version, self.logs)

    def _stream(
        self, command: str, arguments: Sequence[str], on_event: Listener, into: Gatherer | None = None
    ) -> tuple[Gatherer, Finished]:
        """Run a subcommand with ``-json``, tell every line, and gather what the outcome needs."""
        gathered = into or Gatherer()

        def hear(line: bytes) -> None:
            event = parse_line(line)
            gathered.hear(event)
            on_event(event)

        def stop(count: int) -> None:
            message = (
                "stopping: Terraform finishes what is in flight and saves its state"
                if count == 1
                else "still stopping: Terraform has been told; ending it now would lose what is in flight"
            )
            on_event(Event(STOPPING, message, {"count": count, "command": command}))

        finished = self._run(
            [*command.split(), "-input=false", "-no-color", *arguments], command, self.logs, hear, stop
        )
        return gathered, finished

    def _quiet(self, command: str, arguments: Sequence[str], *, accepted: tuple[int, ...] = (0,)) -> Finished:
        """Run a subcommand whose whole answer is on stdout; nothing of it is kept in a log."""
        colour = [] if command.startswith(("state", "force-unlock", "providers")) else ["-no-color"]
        finished = self._run([*command.split(), *colour, *arguments], command, None, None, None)
        self._require(command, Gatherer(), finished, accepted=accepted)
        return finished

    def _run(
        self,
        arguments: Sequence[str],
        command: str,
        logs: Path | None,
        on_line: Callable[[bytes], None] | None,
        on_stop: Callable[[int], None] | None,
    ) -> Finished:
        try:
            return run(
                [*self.binary.command, *arguments],
                directory=self.root,
                environment=self._environment(),
                on_line=on_line,
                on_stop=on_stop,
                logs=logs,
                name=command,
                patience=self.patience,
                is_pointless=self.is_pointless,
                private=command in SECRET,
                reserve=command == "apply",
            )
        except OSError as error:
            raise MendixError(
                Diagnostic(
                    "MXT103",
                    f"Terraform cannot be started in {self.root}: {error.strerror or error}",
                    hint=f"check that {self.binary.command[0]} is still there and that the folder exists",
                )
            ) from error

    def _prepare(self, out: Path) -> None:
        """An empty private file, which Terraform then writes: it would make one that everybody may read."""
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.unlink(missing_ok=True)
            os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise MendixError(failures.unwritable(out, error.strerror or str(error))) from error

    def _check_plan(self, out: Path) -> None:
        """Terraform reports success even where the disk had no room for the plan (measured with 1.11.4)."""
        try:
            with zipfile.ZipFile(out) as archive:
                damaged = archive.testzip()
        except UNREADABLE:
            damaged = "all of it"
        if damaged is not None:
            raise MendixError(failures.unwritable(out, "Terraform could not write the whole plan"))

    # -- judging ------------------------------------------------------------------------------------------------

    def _require(
        self,
        command: str,
        gathered: Gatherer,
        finished: Finished,
        *,
        accepted: tuple[int, ...] = (0,),
        secrets: Secrets = tuple,
    ) -> None:
        errors = self._errors(command, gathered, finished, accepted=accepted, secrets=secrets)
        if errors:
            raise Interrupted(errors) if errors[0].code == INTERRUPTED else MendixError(errors)

    def _errors(
        self,
        command: str,
        gathered: Gatherer,
        finished: Finished,
        *,
        accepted: tuple[int, ...] = (0,),
        secrets: Secrets = tuple,
    ) -> tuple[Diagnostic, ...]:
        """Why a run failed; empty where it did not. Credentials and ``secrets`` are taken out of what was said.

        An apply that was asked to stop and was done all the same was asked too late. Everything else changes
        nothing, so who stopped it gets what was asked for: no result.
        """
        code = finished.exit_code
        if code in accepted and not gathered.errors and (command == "apply" or not finished.stops):
            return ()
        return self._redacted(self._told(command, gathered, finished), secrets)

    def _redacted(self, found: tuple[Diagnostic, ...], secrets: Secrets = tuple) -> tuple[Diagnostic, ...]:
        """What is told without credentials and ``secrets``; those are fetched only where a value may be quoted."""
        if not found:
            return found
        known = list(of_environment(self._environment()))
        if any(diagnostic.code in failures.QUOTING for diagnostic in found):
            with contextlib.suppress(MendixError):
                known += secrets()
        return Redaction(known).diagnostics(found)

    def _told(self, command: str, gathered: Gatherer, finished: Finished) -> tuple[Diagnostic, ...]:
        code, context, stderr = finished.exit_code, self._context(command), text(finished.stderr)
        if finished.stops:
            return failures.interrupted(command, gathered, context)
        errors = list(failures.diagnose(gathered.errors, context))
        if finished.short:
            return (failures.full(self.logs or self.root), *(e for e in errors if not failures.follows(e)))
        if code < 0:
            return (failures.vanished(_signal_name(code), stderr, context), *errors)
        if not errors:
            errors.append(failures.from_text(stderr or "\n".join(gathered.text), code, context))
        return tuple(errors)

    def _warnings(self, gathered: Gatherer, command: str, secrets: Secrets) -> tuple[Diagnostic, ...]:
        return self._redacted(failures.diagnose(gathered.warnings, self._context(command)), secrets)

    def _object(self, command: str, content: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(content)
        except ValueError as error:
            raise MendixError(failures.unreadable(str(error), self._context(command))) from error
        if not isinstance(answer, dict):
            raise MendixError(failures.unreadable("not a JSON object", self._context(command)))
        return answer


def text(content: bytes) -> str:
    """Terraform's output as text; it is UTF-8, and what is not is shown rather than refused."""
    return content.decode("utf-8", "replace")


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
