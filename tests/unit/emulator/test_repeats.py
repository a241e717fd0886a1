from __future__ import annotations

import pytest

from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.repeats import Repeats

MADE = Response(200, b"<made/>")


def call(invocation: str = "one", attempt: int = 1, body: str = "Action=CreateVpc") -> Request:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "HTTP_AMZ_SDK_INVOCATION_ID": invocation,
        "HTTP_AMZ_SDK_REQUEST": f"attempt={attempt}; max=25",
    }
    return Request(environ, body.encode())


def test_the_second_attempt_of_a_call_gets_the_answer_of_the_first() -> None:
    repeats = Repeats()
    repeats.remember(call(), MADE)
    assert repeats.answer(call(attempt=2)) == MADE
    assert repeats.answer(call(attempt=10)) == MADE


@pytest.mark.parametrize(
    "later", [call(), call("another", 2), call(attempt=2, body="Action=CreateVpc&CidrBlock=10.0.0.0/16")]
)
def test_anything_else_is_a_call_of_its_own(later: Request) -> None:
    repeats = Repeats()
    repeats.remember(call(), MADE)
    assert repeats.answer(later) is None


@pytest.mark.parametrize("status", [400, 500, 501, 503])
def test_an_error_is_tried_again(status: int) -> None:
    repeats = Repeats()
    repeats.remember(call(), Response(status))
    assert repeats.answer(call(attempt=2)) is None


def test_without_an_invocation_nothing_is_a_repetition() -> None:
    plain = Request({"REQUEST_METHOD": "PUT", "PATH_INFO": "/bucket"}, b"")
    repeats = Repeats()
    repeats.remember(plain, MADE)
    assert repeats.answer(plain) is None


def test_reads_are_answered_anew_and_old_answers_forgotten() -> None:
    repeats = Repeats(kept=2)
    read = call(body="Action=DescribeVpcs")
    repeats.remember(read, MADE)
    assert repeats.answer(call(attempt=2, body="Action=DescribeVpcs")) is None
    for name in ("one", "two", "three"):
        repeats.remember(call(name), MADE)
    assert [repeats.answer(call(name, 2)) for name in ("one", "two", "three")] == [None, MADE, MADE]
