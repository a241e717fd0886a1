"""Asks the questions at the same time, within a deadline.

A thread that waits for a socket cannot be ended, so the threads are daemons: what has not answered by the deadline is
told as such, and keeps nobody from leaving. A pool of `concurrent.futures` would be waited for at exit.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mendixctl.preflight.cache import Cache
from mendixctl.preflight.findings import Answer, Finding, Grade, Status
from mendixctl.preflight.inquiry import Desk, Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixgen.diagnostics import MendixError

WORKERS = 8
"""Questions that are asked at the same time: most of the time is spent waiting, and AWS counts requests a second."""


@dataclass(frozen=True, slots=True)
class _Errand:
    question: Question
    concerns: Any


def run(
    questions: Sequence[Question],
    subject: Subject,
    desk: Desk,
    *,
    cache: Cache,
    clock: Callable[[], datetime],
    seconds: float,
    fresh: bool,
) -> tuple[Answer, ...]:
    """The answers, in the order of ``questions``; what does not concern the subject is left out.

    ``seconds``: how long all of it may take. ``fresh``: ask again what was asked within the hour.
    """
    found: dict[str, Answer] = {}
    errands: list[_Errand] = []
    for question in questions:
        concerns = question.concerns(subject)
        if concerns is None:
            continue
        kept = None if fresh else cache.find(question.name, concerns, clock())
        if kept is not None:
            found[question.name] = kept
        else:
            errands.append(_Errand(question, concerns))
    for errand, answer in _asked(errands, subject, desk, clock, seconds):
        cache.keep(answer, errand.concerns)
        found[errand.question.name] = answer
    return tuple(found[question.name] for question in questions if question.name in found)


def _asked(
    errands: Sequence[_Errand], subject: Subject, desk: Desk, clock: Callable[[], datetime], seconds: float
) -> list[tuple[_Errand, Answer]]:
    waiting: queue.SimpleQueue[_Errand] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[_Errand, Answer | BaseException]] = queue.SimpleQueue()
    stopped = threading.Event()
    for errand in errands:
        waiting.put(errand)

    def work() -> None:
        while not stopped.is_set():
            try:
                errand = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((errand, _answer(errand.question, subject, desk, clock)))
            except BaseException as error:  # noqa: BLE001 -- a fault of a question is told on the caller's thread
                done.put((errand, error))

    for _ in range(min(WORKERS, len(errands))):
        threading.Thread(target=work, daemon=True, name="preflight").start()
    left = {errand.question.name: errand for errand in errands}
    answers: list[tuple[_Errand, Answer]] = []
    deadline = time.monotonic() + seconds
    try:
        while left:
            try:
                errand, answer = done.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if isinstance(answer, BaseException):
                raise answer
            del left[errand.question.name]
            answers.append((errand, answer))
    finally:
        stopped.set()
    return [*answers, *((errand, _late(errand.question, clock(), seconds)) for errand in left.values())]


def _answer(question: Question, subject: Subject, desk: Desk, clock: Callable[[], datetime]) -> Answer:
    started = time.monotonic()
    inquiry = Inquiry(desk)
    findings: list[Finding] = []
    try:
        findings += question.ask(subject, inquiry)
    except MendixError as error:  # the role cannot be assumed, boto3 is not installed
        inquiry.missed.append(_unanswered(question, error.diagnostics[0].summary, error.diagnostics[0].hint))
    except (LookupError, TypeError, ValueError) as error:
        inquiry.missed.append(_unanswered(question, f"its answer is not understood: {type(error).__name__} {error}"))
    status = Status.PARTLY if inquiry.missed else Status.ASKED
    seconds = round(time.monotonic() - started, 3)
    return Answer(question.name, question.title, status, (*findings, *inquiry.missed), clock(), seconds)


def _unanswered(question: Question, why: str, hint: str = "") -> Finding:
    return Finding("MXF102", Grade.WARNING, f"not answered: {question.title}", evidence=why, hint=hint)


def _late(question: Question, now: datetime, seconds: float) -> Answer:
    finding = Finding(
        "MXF103",
        Grade.WARNING,
        f"not asked in time: AWS had {seconds:g} seconds for all questions",
        hint="mendixctl preflight waits longer",
    )
    return Answer(question.name, question.title, Status.LATE, (finding,), now, seconds)
