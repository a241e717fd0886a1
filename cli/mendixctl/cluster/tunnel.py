"""A way to an address inside of a VPC: a port of this machine that Session Manager forwards through an instance.

The session is started by AWS's API; its data channel is spoken by AWS's own session-manager-plugin, a process that
says which port it has opened and lives for as long as the session. Sources: Systems Manager user guide, "Starting a
session (port forwarding to remote host)", "Session Manager prerequisites"; aws/aws-cli,
``customizations/sessionmanager.py`` (what the plugin is given; that it takes the session's token from a variable after
version 1.2.497.0); aws/session-manager-plugin, ``muxportforwarding.go`` (port 0 is any that is free).
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import Any

from mendixctl.aws import Clients, error_code, guarded
from mendixgen.diagnostics import Diagnostic, MendixError

PLUGIN = "session-manager-plugin"
DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost"
TOKEN_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"  # noqa: S105 - the name of a variable
LAST_WITHOUT_VARIABLE = (1, 2, 497, 0)
"""Up to this version the plugin takes the session's token as an argument, which others on this machine can see."""
OPENED = re.compile(r"^Port (\d+) opened for sessionId ")
OPEN_SECONDS = 30.0
STOP_SECONDS = 5.0
DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})


class Tunnel:
    """The way to ``host:port`` through the first of ``instances`` that Session Manager reaches; opened when it is used.

    Not safe for threads.
    """

    def __init__(self, clients: Clients, instances: Sequence[str], host: str, port: int) -> None:
        self._ssm = clients.client("ssm")
        self._instances = tuple(instances)
        self._host, self._port = host, port
        self._session = ""
        self._process: subprocess.Popen[str] | None = None
        self._local = 0
        self._said: list[str] = []

    def port(self) -> int:
        """The port of this machine that leads there; opened anew where the session has ended meanwhile.

        Raises:
            MendixError: MXK120, there is no plugin; MXK121, no instance is connected; MXK122, the session is not
                allowed; MXK123, the plugin did not open a port; MXA1xx.
        """
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._open()
        return self._local

    def close(self) -> None:
        """End the session and the plugin; nothing where there is none."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        session, self._session = self._session, ""
        if session:  # the plugin ends it too, if it still can
            with contextlib.suppress(Exception):
                self._ssm.terminate_session(SessionId=session)

    @property
    def said(self) -> str:
        """The last that the plugin has said: why a connection through it failed."""
        return "\n".join(self._said[-5:])

    def _open(self) -> None:
        plugin = shutil.which(PLUGIN)
        if plugin is None:
            raise MendixError(
                Diagnostic(
                    "MXK120",
                    f"there is no {PLUGIN} on PATH, which speaks Session Manager's protocol",
                    hint="install AWS's own package of it (Systems Manager user guide, Install the Session Manager "
                    "plugin), or run this inside of the VPC",
                )
            )
        asked, answer = self._start()
        self._session = str(answer["SessionId"])
        token = json.dumps({name: answer[name] for name in ("SessionId", "TokenValue", "StreamUrl")})
        variables = dict(os.environ)
        try:
            if _takes_variable(plugin):
                variables[TOKEN_VARIABLE] = token
                token = TOKEN_VARIABLE
            meta = self._ssm.meta
            arguments = [token, meta.region_name, "StartSession", "", json.dumps(asked), meta.endpoint_url]
            # in a session of its own: Ctrl-C is for this program, which still needs the cluster to stop in good order
            self._process = subprocess.Popen(
                [plugin, *arguments],
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._local = self._opened(self._process)
        except (OSError, subprocess.TimeoutExpired) as error:
            self.close()
            raise self._unopened(str(error)) from error
        except BaseException:
            self.close()
            raise

    def _start(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What was asked of the API, and its answer, for the first instance that is connected."""
        refused = ""
        for instance in self._instances:
            asked = {
                "Target": instance,
                "DocumentName": DOCUMENT,
                "Parameters": {
                    "host": [self._host],
                    "portNumber": [str(self._port)],
                    "localPortNumber": ["0"],
                },
            }
            try:
                return asked, self._ssm.start_session(**asked)
            except Exception as error:
                if error_code(error) == "TargetNotConnected":
                    refused = str(error)
                    continue
                if error_code(error) in DENIED:
                    raise _denied(instance, error) from error
                with guarded(f"start a session on {instance} (ssm:StartSession)"):
                    raise
        raise unconnected(", ".join(self._instances), refused)

    def _opened(self, process: subprocess.Popen[str]) -> int:
        """The port that the plugin says it has opened; what it says is read on for as long as it lives."""
        lines: queue.Queue[str | None] = queue.Queue()
        self._said = said = []
        stream = process.stdout
        assert stream is not None  # noqa: S101 - it is a pipe

        def read() -> None:
            for line in stream:
                said.append(line.strip())
                del said[:-20]
                lines.put(line.strip())
            stream.close()
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        end = time.monotonic() + OPEN_SECONDS
        with contextlib.suppress(queue.Empty):
            while (line := lines.get(timeout=max(0.0, end - time.monotonic()))) is not None:
                if found := OPENED.match(line):
                    return int(found[1])
        raise self._unopened(self.said or f"it said nothing within {OPEN_SECONDS:.0f} seconds")

    def _unopened(self, why: str) -> MendixError:
        return MendixError(
            Diagnostic(
                "MXK123",
                f"{PLUGIN} opened no port to {self._host}:{self._port}",
                hint=f"{PLUGIN} --version says whether it runs; a new release of it may be needed",
                detail=why,
            )
        )


class Tunnels:
    """The tunnels of one command, each opened once; all of them are closed with it, also when it is stopped."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], Tunnel] = {}
        self._signals: dict[signal.Signals, Any] = {}

    def to(self, clients: Clients, instances: Sequence[str], host: str, port: int) -> Tunnel:
        """The tunnel to an address; the one that there is already."""
        if (host, port) not in self._open:
            self._watch()
            self._open[host, port] = Tunnel(clients, instances, host, port)
        return self._open[host, port]

    def known(self, host: str, port: int) -> Tunnel | None:
        """The tunnel to an address that there is already."""
        return self._open.get((host, port))

    def close(self) -> None:
        """Close all of them."""
        while self._open:
            _, tunnel = self._open.popitem()
            tunnel.close()
        for number, before in self._signals.items():
            signal.signal(number, before)
        self._signals = {}

    def _watch(self) -> None:
        """Close them before a signal ends this program; where something else handles it already, that goes first."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGHUP):
            if number not in self._signals and signal.getsignal(number) is signal.SIG_DFL:
                self._signals[number] = signal.signal(number, self._end)

    def _end(self, number: int, _frame: object) -> None:
        self.close()
        os.kill(os.getpid(), number)


def nodes(clients: Clients, cluster: str) -> list[str]:
    """The nodes of a cluster that Session Manager reaches, the longest-running first.

    Sources: EKS user guide, "Tagging your Amazon EKS resources" (``eks:cluster-name`` on the instances of managed
    groups); Systems Manager API, DescribeInstanceInformation (PingStatus).

    Raises:
        MendixError: MXK121, there is none; MXA1xx.
    """
    ec2, ssm = clients.client("ec2"), clients.client("ssm")
    wanted = [
        {"Name": "tag:eks:cluster-name", "Values": [cluster]},
        {"Name": "instance-state-name", "Values": ["running"]},
    ]
    with guarded(f"look for the nodes of {cluster} (ec2:DescribeInstances)"):
        pages = ec2.get_paginator("describe_instances").paginate(Filters=wanted)
        running = [one for page in pages for group in page["Reservations"] for one in group["Instances"]]
    running.sort(key=lambda one: (one["LaunchTime"], one["InstanceId"]))
    names = [str(one["InstanceId"]) for one in running][:50]
    if not names:
        raise unconnected("", f"no instance of {cluster} is running")
    with guarded(f"ask Session Manager for the nodes of {cluster} (ssm:DescribeInstanceInformation)"):
        answer = ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": names}])
    online = {one["InstanceId"] for one in answer["InstanceInformationList"] if one["PingStatus"] == "Online"}
    found = [name for name in names if name in online]
    if not found:
        raise unconnected(f"any of the {len(names)} nodes of {cluster}", "")
    return found


def unconnected(what: str, why: str) -> MendixError:
    """The error where there is no instance to go through."""
    summary = f"Session Manager does not reach {what}" if what else f"there is nothing to go through: {why}"
    return MendixError(
        Diagnostic(
            "MXK121",
            summary,
            hint="nodes have what they need of IAM with identity.node_sessions: true (the default), and a way to ssm "
            "and ssmmessages by NAT or network.endpoints; --via i-... names another instance",
            detail=why if what else "",
        )
    )


def _denied(instance: str, error: Exception) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXK122",
            f"AWS does not allow a session on {instance}",
            hint=f"ssm:StartSession is needed on the instance and on the document {DOCUMENT}; docs/deploy.md has "
            "the policy",
            detail=str(error),
        )
    )


def _takes_variable(plugin: str) -> bool:
    found = subprocess.run([plugin, "--version"], capture_output=True, text=True, timeout=OPEN_SECONDS, check=False)
    parts = re.fullmatch(r"\d+(\.\d+){0,3}", found.stdout.strip())
    if parts is None:
        return False
    return tuple(int(part) for part in parts[0].split(".")) > LAST_WITHOUT_VARIABLE
