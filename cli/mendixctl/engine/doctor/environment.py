"""What one environment needs: a clock that AWS believes, credentials, a state that is there and free, its emulator."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version

from mendixctl.emulator import control
from mendixctl.emulator.folder import DataFolder
from mendixctl.emulator.journal import read_header
from mendixctl.engine.doctor.examination import Patient
from mendixctl.engine.doctor.results import Line
from mendixctl.engine.environment.credentials import check_credentials
from mendixctl.engine.environment.lease import holder
from mendixctl.engine.state.locks import find_lock
from mendixctl.engine.state.stored import state_of
from mendixctl.preflight.findings import Grade
from mendixgen.diagnostics import MendixError

NOTICED, REFUSED = 60, 300
"""Seconds by which a clock may be wrong: AWS refuses signatures that are five minutes off (Signature Version 4)."""

SUFFIXES = {"aws-cn": "amazonaws.com.cn"}
OK, NOTE, WARNING, ERROR = Grade.OK, Grade.NOTE, Grade.WARNING, Grade.ERROR


def clock(patient: Patient) -> Iterator[Line]:
    """How far this machine's clock is from that of AWS, by the header of any answer of its."""
    workplace = patient.workplace
    if workplace is None or patient.session is None or not patient.on_aws:
        yield Line(OK, "not compared: nothing here is signed for AWS")
        return
    header = workplace.specification.header
    named = patient.variables.get("AWS_ENDPOINT_URL", "")
    url = named or f"https://sts.{header.region}.{SUFFIXES.get(header.partition, 'amazonaws.com')}/"
    before = patient.session.clock()
    there = _date_of(url)
    if there is None:
        yield Line(WARNING, f"{url} does not say what time it is", f"curl -sI {url}")
        return
    off = (before + (patient.session.clock() - before) / 2 - there).total_seconds()
    said = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} AWS"
    if abs(off) >= NOTICED:
        grade = ERROR if abs(off) >= REFUSED else WARNING
        yield Line(grade, f"{said}, which takes no signature that is {REFUSED} s off", "sudo timedatectl set-ntp true")
    else:
        yield Line(OK, said)


def credentials(patient: Patient) -> Iterator[Line]:
    """Whose credentials these are, and whether they are for the environment's account and region."""
    workplace = patient.workplace
    if workplace is None or patient.clients is None or not patient.on_aws:
        yield Line(OK, "none are needed: nothing here is asked of AWS")
        return
    clients = patient.clients()
    arn = clients.caller()
    check_credentials(workplace, clients, patient.variables)
    yield Line(OK, arn)


def state(patient: Patient) -> Iterator[Line]:
    """Whether the state can be read, and whether somebody holds it."""
    workplace = patient.workplace
    if workplace is None or patient.clients is None:
        return
    name, clients = workplace.environment, patient.clients()
    try:
        found = state_of(workplace, clients)
    except MendixError as error:
        if error.diagnostics[0].code != "MXA104":
            raise
        yield Line(ERROR, f"{workplace.scope.state}: the bucket does not exist", f"mendixctl bootstrap {name}")
        return
    place = workplace.scope.state if workplace.state_file is None else "local"
    yield Line(OK, f"{place}, {len(found.instances):,} resources" if found.lineage else f"{place}, nothing in it yet")
    at_work = holder(workplace.workspace)
    if at_work is not None:
        yield Line(WARNING, f"{at_work.user} is at work on it: {at_work.doing}", f"mendixctl status {name}")
        return
    lock = find_lock(workplace, clients)
    if lock is not None:
        who = f"{lock.who}, {lock.operation}".strip(", ")
        yield Line(ERROR, f"it is locked: {who}", f"mendixctl recover {name}")


def emulator(patient: Patient) -> Iterator[Line]:
    """Emulators of this checkout: those that answer, those that do not, and data that this moto cannot use."""
    if patient.repository is None:
        return
    wanted = patient.workplace.scope.account if patient.workplace is not None and not patient.on_aws else ""
    told = False
    for one in control.status(patient.repository):
        if patient.workplace is not None and one.account != wanted:
            continue
        told = True
        folder = DataFolder(one.data)
        if one.running:
            yield Line(OK, f"{one.account} answers at {one.url}")
        elif folder.is_held():
            yield Line(ERROR, f"{one.account} has a process that does not answer", "mendixctl emulator stop")
        else:
            yield Line(OK, f"{one.account} is stopped; the next command that needs it starts it")
        try:
            read_header(folder.journal, one.account, version("moto"))
        except MendixError as error:
            yield Line(ERROR, error.diagnostics[0].summary, "mendixctl emulator reset")
        except (OSError, PackageNotFoundError):
            continue  # no journal yet, or no moto: told where it is needed
    if not told:
        yield Line(OK, "none is needed" if patient.on_aws else "none was started yet")


def _date_of(url: str) -> datetime | None:
    """The ``Date`` of an answer, whatever else it says; None where there is none."""
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 -- https, or what the shell itself names
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            said = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        said = error.headers.get("Date")
    except (OSError, ValueError):
        return None
    try:
        return parsedate_to_datetime(said).astimezone(UTC) if said else None
    except ValueError:
        return None
