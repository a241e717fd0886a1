"""The emulator as a WSGI application: one request at a time through the extensions, moto, and the journal.

One at a time, because a recording of ten requests in parallel gives other identifiers when it is replayed; with the
lock it gives the same (measured: 40 of 40 kept, against 0 of 40).
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from http import HTTPStatus
from importlib import import_module
from typing import Any

from mendixctl.emulator import cbor, errors, layers
from mendixctl.emulator.calls import recording
from mendixctl.emulator.contract import judge
from mendixctl.emulator.determinism import Chance, frozen, now
from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.extensions import Extensions, windows
from mendixctl.emulator.journal import Journal
from mendixctl.emulator.keys import judge as keys
from mendixctl.emulator.kubernetes.endpoint import Clusters
from mendixctl.emulator.repeats import Repeats

CONTROL_PATH = "/_mendixctl/health"
NOT_EMULATED = 501
"""The answer for what is missing. The AWS SDKs repeat a request after 500, 502, 503 and 504, but not after this."""

log = logging.getLogger("mendixctl.emulator")
StartResponse = Callable[..., Any]


class Application:
    """moto, the extensions and the journal behind one lock."""

    def __init__(self, journal: Journal, identity: dict[str, object]) -> None:
        """``identity`` is what the health endpoint answers."""
        self._journal = journal
        self._identity = identity
        self._lock = threading.Lock()
        self._chance = Chance(journal.header.created)
        self._extensions = Extensions(journal.header.account, journal.path)
        self._clusters = Clusters(journal.header.account)
        self._repeats = Repeats()
        self._moto = _moto_application()
        self._unknown_operation = _unknown_operation()

    def replay(self) -> int:
        """Answer every journalled request again; how many answered with another status than then."""
        different = 0
        with self._lock:
            for entry in self._journal.entries():
                self._chance.seed(entry.number)
                with frozen(entry.moment):
                    request = Request(dict(entry.environ), entry.body)
                    response = self._answer(request)
                self._repeats.remember(request, response)
                if response.status != entry.status:
                    different += 1
                    log.warning(
                        "replay: entry %d, %s: %d, was %d", entry.number, request, response.status, entry.status
                    )
        return different

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        number = None
        if environ.get("PATH_INFO") == CONTROL_PATH:
            response = Response(200, json.dumps(self._identity).encode(), (("Content-Type", "application/json"),))
        else:
            sent = Request.from_wsgi(environ)
            request = cbor.as_json(sent) or sent
            if self._clusters.serves(request) and self._clusters.is_watch(request):
                return self._watch(request, start_response)
            with self._lock:
                response, number = self._record(request)
            if request is not sent:
                response = cbor.as_cbor(request, response)
        headers = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
        length = _declared_length(response) if environ["REQUEST_METHOD"] == "HEAD" else str(len(response.body))
        start_response(_status_line(response.status), [*headers, ("Content-Length", length)])
        return self._send(response.body, number)

    def _watch(self, request: Request, start_response: StartResponse) -> Iterable[bytes]:
        """A watch of a cluster's objects: lines as things happen, without the lock in between."""
        head, lines = self._clusters.watch(request, self._lock)
        start_response(_status_line(head.status), list(head.headers))
        return lines() if lines else [head.body]

    def close(self) -> None:
        """Finish the request that is being answered, and close the journal."""
        self._lock.acquire()
        self._journal.close()

    def _send(self, body: bytes, number: int | None) -> Iterator[bytes]:
        """The body; the server comes back for more when it has sent it, or closes this when it cannot."""
        try:
            yield body
        finally:
            if number is not None:
                with contextlib.suppress(OSError):
                    self._journal.answered(number)

    def _record(self, request: Request) -> tuple[Response, int | None]:
        """The answer, and the number of its entry in the journal if it has one."""
        repeated = self._repeats.answer(request)
        if repeated is not None:
            return repeated, None
        refused = self._refusal(request)
        if refused is not None:  # nothing has changed: there is nothing to record
            return refused, None
        moment = now()
        self._chance.seed(self._journal.next)
        with frozen(moment):
            response = self._answer(request)
        if response.status != NOT_EMULATED and (not request.is_read or self._chance.was_used()):
            try:
                number = self._journal.append(moment, request.recordable(), request.body, response.status)
            except OSError as error:
                log.error("%s: cannot be recorded: %s", request, error)
                return failure(request, "EmulatorStorage", f"the emulator cannot write its data: {error}"), None
            self._repeats.remember(request, response)
            return response, number
        return response, None

    def _refusal(self, request: Request) -> Response | None:
        """What AWS says before it does anything, if it refuses. What was recorded was judged when it came."""
        if self._clusters.serves(request) or layers.serves(request):
            return None
        try:
            read = judge.judged(request)
            recording.record(request, read, self._journal.header.account)
            if read is None:
                return None
            return (
                judge.refusal(request, read)
                or keys.refusal(request, read, self._journal.header.account)
                or self._extensions.refusal(request, self._ask_moto)
            )
        except Exception as error:  # noqa: BLE001 - as for moto: Terraform is told
            log.error("%s: %s\n%s", request, error, traceback.format_exc())
            return failure(request, "EmulatorFailure", f"the emulator cannot judge {request}: {error!r}")

    def _answer(self, request: Request) -> Response:
        try:
            if self._clusters.serves(request):
                return self._clusters.answer(request)
            if layers.serves(request):
                return layers.answer(request, self._journal.header.account)
            response = windows.settled(request) or self._extensions.answer(request, self._ask_moto)
        # NotImplementedError and the other are what moto itself raises of a call that it lacks: it is told as that
        except (NotImplementedError, self._unknown_operation) as error:
            log.error("%s: not emulated: %s", request, error)
            return failure(request, "NotEmulated", f"{request} is not emulated: {error}")
        except Exception as error:  # noqa: BLE001 - whatever moto stumbles over, Terraform is told
            log.error("%s: %s\n%s", request, error, traceback.format_exc())
            return failure(request, "EmulatorFailure", f"the emulator failed on {request}: {error!r}")
        if response.status in {404, 405} and _is_html(response) and request.service != "s3":
            log.error("%s: not emulated", request)
            return failure(request, "NotEmulated", f"{request} is not emulated")
        return response

    def _ask_moto(self, request: Request) -> Response:
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
            started[:] = [int(status.split(" ", 1)[0]), tuple(headers)]
            return lambda data: None

        body = self._moto(request.to_wsgi(), start)
        try:
            content = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        return Response(started[0], content, started[1])


def failure(request: Request, code: str, message: str) -> Response:
    """An error of the emulator itself, which the request's SDK shows and does not repeat."""
    return errors.response(request, code, message, NOT_EMULATED)


def _moto_application() -> Callable[[dict[str, Any], StartResponse], Iterable[bytes]]:
    from moto import backends
    from moto.core import responses, utils
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    # moto reads its own folder twice a request and looks through all members of a class once; neither changes.
    modules = list(backends.list_of_moto_modules())
    vars(backends)["list_of_moto_modules"] = lambda: modules
    vars(responses)["method_names_from_class"] = cache(utils.method_names_from_class)
    application: Callable[[dict[str, Any], StartResponse], Iterable[bytes]] = DomainDispatcherApplication(
        create_backend_app
    )
    return application


def _unknown_operation() -> type[Exception]:
    found: type[Exception] = import_module("botocore.model").OperationNotFoundError
    return found


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _declared_length(response: Response) -> str:
    declared = [value for name, value in response.headers if name.lower() == "content-length"]
    return declared[0] if declared else str(len(response.body))


def _is_html(response: Response) -> bool:
    return any(name.lower() == "content-type" and "html" in value for name, value in response.headers) and (
        response.body.lstrip()[:9].lower() == b"<!doctype"
    )
