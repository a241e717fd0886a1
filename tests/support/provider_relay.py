"""Stands between Terraform and one real AWS provider, and hands over the schemas of those types alone that a root has.

Most of the time that a command of Terraform takes on a small root is spent on schemas: the provider has those of 1,500
resource types, a hundred megabytes, and hands all of them to each of the two or three processes that a command starts;
Terraform then decodes them. Here one provider is started for all commands that have the same variables, as its authors
start it under a debugger, and Terraform is attached to it (``TF_REATTACH_PROVIDERS``). What the two say to each other
is passed on as it is, byte for byte, but for the answer to ``GetSchema``: entries of types that no file of the root
names are left out of it. A type that is missing so is refused by Terraform itself. What needs no AWS to be answered
(whether a configuration is valid, say) is asked once.

A configuration of its own (an alias, another region) gets a provider of its own, as with Terraform alone; and a
provider that was asked to stop, which never works again, gets a successor.

Run as a process, since it is asked by Terraform while a test waits for Terraform. It reads one question a line, in
JSON, and answers each by a line: ``{"environment": {...}, "types": [...]}`` by the value of ``TF_REATTACH_PROVIDERS``,
``{"end": "NAME"}`` by ``{}`` when the providers are gone that have a variable of that name, all of them without one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc

VARIABLE = "TF_REATTACH_PROVIDERS"
ADDRESS = re.compile(rf"{VARIABLE}='(.*)'")
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
ROOTS = 8
"""How many sets of types are listened for at once with the same variables: a test has fewer roots."""

AT_ONCE = 2000
"""Calls at once: ten of Terraform's own, and for each connection two streams that stay open; ``terraform test`` has two
connections a run, and closes none before its end."""

SCHEMAS, CONFIGURE, STOP = "/GetSchema", "/Configure", "/Stop"
ALONE = ("/PrepareProviderConfig", "/ValidateResourceTypeConfig", "/ValidateDataSourceConfig", "/UpgradeResourceState")
"""What is answered by the question alone, and not by what AWS has: every command asks the same again."""

BY_TYPE = frozenset({2, 3})
"""The fields of ``GetProviderSchema.Response`` that are maps by type, of resources and of data sources; as
docs/plugin-protocol/tfplugin5.proto in the repository of Terraform has them."""


class Provider:
    """One process of the provider, which is configured once."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [program, "-debug"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        found = next((it for it in map(ADDRESS.search, self.process.stdout) if it), None)
        assert found, "the provider ended before it said where it listens"
        (self.said,) = json.loads(found[1]).items()
        self.channel = grpc.insecure_channel(f"unix:{self.said[1]['Addr']['String']}", options=UNLIMITED)

    def call(self, method: str, request: bytes) -> bytes:
        answer: bytes = self.channel.unary_unary(method)(request)
        return answer

    def end(self) -> None:
        """End it as a debugger does."""
        self.channel.close()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@dataclass
class Providers:
    """The providers of one set of variables: one for each configuration, made when it is first needed."""

    program: str
    environment: Mapping[str, str]
    _configured: dict[bytes, Provider] = field(default_factory=dict)
    _spare: Provider | None = None
    _spent: list[Provider] = field(default_factory=list)
    _answers: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def once(self, method: str, request: bytes, provider: Callable[[], Provider]) -> bytes:
        """What was answered to this before, or what the provider answers."""
        key = method, hashlib.sha256(request).digest()
        if key not in self._answers:
            self._answers[key] = provider().call(method, request)
        return self._answers[key]

    def any(self) -> Provider:
        """One that may be configured or not: for questions that need no configuration."""
        with self._lock:
            return next(iter(self._configured.values()), None) or self._unconfigured()

    def configured(self, method: str, request: bytes) -> tuple[Provider, bytes]:
        """The one for this configuration, and what it said when it was configured.

        It is once: with a bundle of certificates the provider refuses to be a second time. One that did not like its
        configuration is not kept.
        """
        with self._lock:
            if request not in self._configured:
                provider = self._unconfigured()
                answer = provider.call(method, request)
                self._spare = None
                if answer:
                    self._spent.append(provider)
                    return provider, answer
                self._configured[request] = provider
            return self._configured[request], b""

    def retire(self, provider: Provider) -> None:
        """It is to stop: what was begun it ends, and nothing new comes to it."""
        with self._lock:
            self._configured = {key: it for key, it in self._configured.items() if it is not provider}
            self._spare = None if self._spare is provider else self._spare
            self._spent.append(provider)

    def end(self) -> None:
        with self._lock:
            for provider in [*self._configured.values(), *self._spent, *([self._spare] if self._spare else [])]:
                provider.end()
            self._configured, self._spent, self._spare = {}, [], None

    def _unconfigured(self) -> Provider:
        self._spare = self._spare or Provider(self.program, self.environment)
        return self._spare


class Relay(grpc.GenericRpcHandler):  # type: ignore[misc]
    """What Terraform is attached to."""

    def __init__(self, providers: Providers, types: frozenset[str], schemas: Schemas) -> None:
        self.providers = providers
        self.types = types
        self.schemas = schemas
        self._of_connection: dict[str, Provider] = {}

    def service(self, details: Any) -> Any:
        """The handler of one method; bytes are passed on as bytes."""
        method: str = details.method
        if method.startswith("/plugin.GRPCStdio/"):
            return grpc.unary_stream_rpc_method_handler(silence)
        if method.startswith("/plugin.GRPCBroker/"):
            return grpc.stream_stream_rpc_method_handler(silence)
        return grpc.unary_unary_rpc_method_handler(self._passing(method))

    def _passing(self, method: str) -> Callable[[bytes, Any], bytes]:
        def passed(request: bytes, context: Any) -> bytes:
            try:
                return self._answer(method, request, context)
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())
                raise

        return passed

    def _answer(self, method: str, request: bytes, context: Any) -> bytes:
        connection: str = context.peer()
        if method.endswith(SCHEMAS):
            return self.schemas.of(self.types, lambda: self.providers.any().call(method, request))
        if method.endswith(CONFIGURE):
            self._of_connection[connection], answer = self.providers.configured(method, request)
            return answer
        if method.endswith(ALONE):
            return self.providers.once(method, request, lambda: self._provider(connection))
        provider = self._provider(connection)
        if method.endswith(STOP):
            self.providers.retire(provider)
        return provider.call(method, request)

    def _provider(self, connection: str) -> Provider:
        return self._of_connection.get(connection) or self.providers.any()


def silence(_request: Any, context: Any) -> Iterator[bytes]:
    """A stream on which nothing is said for as long as the connection lasts: log lines, and calls of Terraform."""
    ended = threading.Event()
    if context.add_callback(ended.set):
        ended.wait()
    return iter(())


class Schemas:
    """All schemas of the provider, asked for once."""

    def __init__(self) -> None:
        self._whole: list[tuple[str, bytes]] | None = None
        self._lock = threading.Lock()

    def of(self, types: frozenset[str], ask: Callable[[], bytes]) -> bytes:
        """The answer to ``GetSchema`` with the entries of these types alone."""
        with self._lock:
            if self._whole is None:
                self._whole = list(entries(ask()))
        return b"".join(part for name, part in self._whole if not name or name in types)


def entries(message: bytes) -> Iterator[tuple[str, bytes]]:
    """The fields of a ``GetProviderSchema.Response``: whose type it is, or "", and the field as it stands."""
    for number, body, whole in fields(message):
        name = next(it for key, it, _ in fields(body) if key == 1).decode() if number in BY_TYPE else ""
        yield name, whole


def fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The fields of a message of Protocol Buffers: number, content, and both as they stand.

    https://protobuf.dev/programming-guides/encoding/: only numbers and what has a length are met here.
    """
    at = 0
    while at < len(message):
        tag, after = varint(message, at)
        length, begin = varint(message, after)
        kind = tag & 7
        assert kind in {0, 2}, f"wire type {kind}"
        end = begin + length if kind == 2 else begin
        yield tag >> 3, message[begin:end], message[at:end]
        at = end


def varint(message: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where the next thing begins."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


class Relays:
    """All relays of this process, by variables and by types."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._schemas = Schemas()
        self._providers: dict[str, Providers] = {}
        self._servers: dict[tuple[str, frozenset[str]], tuple[Any, str]] = {}
        self._said: tuple[str, dict[str, Any]] | None = None

    def address(self, environment: Mapping[str, str], types: frozenset[str]) -> str:
        """What Terraform is attached by."""
        variables = json.dumps(environment, sort_keys=True)
        if variables not in self._providers:
            self._providers[variables] = Providers(self._program, environment)
        if (variables, types) not in self._servers:
            self._forget(variables)
            self._servers[variables, types] = self._serve(self._providers[variables], types)
        return self._servers[variables, types][1]

    def _forget(self, variables: str) -> None:
        """Listen no more for the oldest of too many sets of types."""
        for key in [it for it in self._servers if it[0] == variables][: 1 - ROOTS]:
            self._servers.pop(key)[0].stop(grace=None).wait()

    def _serve(self, providers: Providers, types: frozenset[str]) -> tuple[Any, str]:
        server = grpc.server(ThreadPoolExecutor(AT_ONCE), options=UNLIMITED)
        server.add_generic_rpc_handlers((Relay(providers, types, self._schemas),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        # what a provider says of itself besides its address is what all of them say, so that none is started for it
        self._said = self._said or providers.any().said
        source, reattach = self._said
        place = {"Network": "tcp", "String": f"127.0.0.1:{port}"}
        return server, json.dumps({source: {**reattach, "Pid": os.getpid(), "Addr": place}})

    def end(self, variable: str = "") -> None:
        """End those that have a variable of this name; all without one."""
        for variables in [key for key, it in self._providers.items() if not variable or variable in it.environment]:
            for key in [it for it in self._servers if it[0] == variables]:
                self._servers.pop(key)[0].stop(grace=None).wait()
            self._providers.pop(variables).end()


def main() -> None:
    relays = Relays(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is interrupted is Terraform
    with contextlib.suppress(BrokenPipeError):
        for line in sys.stdin:
            asked = json.loads(line)
            if "end" in asked:
                relays.end(asked["end"])
                answer = "{}"
            else:
                answer = relays.address(asked["environment"], frozenset(asked["types"]))
            print(answer, flush=True)
    relays.end()


if __name__ == "__main__":
    main()
