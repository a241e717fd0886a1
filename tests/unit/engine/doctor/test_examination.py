"""Each check by itself: what breaks or hangs is one line, and all others are told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from mendixctl.engine.doctor.examination import Check, Patient, examine
from mendixctl.engine.doctor.results import DoctorResult, Examined, Line
from mendixctl.preflight.findings import Grade
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Severity

PATIENT = Patient(Path(), {})
FINE = Line(Grade.OK, "fine")


def fine(_patient: Patient) -> Iterator[Line]:
    yield FINE


def broken(_patient: Patient) -> Iterator[Line]:
    yield FINE
    raise ZeroDivisionError("by nothing")


def refused(_patient: Patient) -> Iterator[Line]:
    place = Location("environments/dev.yaml", 3, 1)
    raise MendixError(
        [
            Diagnostic("MXT101", "there is none", "install it", location=place),
            Diagnostic("MXS150", "odd", severity=Severity.WARNING),
        ]
    )
    yield FINE


def test_a_check_that_breaks_is_a_line_and_the_others_are_told() -> None:
    checks = [Check("a", "A", fine), Check("b", "B", broken), Check("c", "C", refused), Check("d", "D", fine)]
    found = examine(checks, PATIENT)
    assert [one.name for one in found] == ["a", "b", "c", "d"]
    assert found[0].lines == found[3].lines == (FINE,)
    assert found[1].lines == (Line(Grade.WARNING, "cannot be looked at: ZeroDivisionError: by nothing"),)
    assert found[2].lines == (
        Line(Grade.ERROR, "MXT101: there is none (environments/dev.yaml:3:1)", "install it"),
        Line(Grade.WARNING, "MXS150: odd"),
    )


def test_a_check_that_hangs_is_told_and_waited_for_no_longer() -> None:
    gate = threading.Event()

    def hangs(_patient: Patient) -> Iterator[Line]:
        gate.wait(30)
        yield FINE

    started = time.monotonic()
    found = examine([Check("a", "A", hangs), Check("b", "B", fine)], PATIENT, seconds=0.05)
    gate.set()
    assert time.monotonic() - started < 5
    assert found[0].lines[0].what == "did not answer within 0 s"
    assert found[1].lines == (FINE,)


def test_the_exit_code_is_that_of_the_gravest_line() -> None:
    def of(*grades: Grade) -> int:
        return DoctorResult("", (Examined("a", "A", tuple(Line(grade, "x") for grade in grades)),)).exit_code

    assert of(Grade.OK, Grade.NOTE, Grade.WARNING) == 0
    assert of(Grade.OK, Grade.ERROR) == 1
    assert of() == 0
