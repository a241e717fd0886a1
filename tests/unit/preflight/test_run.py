"""Questions at the same time, within a deadline; answers that are kept; and names before there is a plan."""

from __future__ import annotations

import stat
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run as run_process
from typing import Any

import pytest

from mendixctl.preflight.cache import LIFETIME, Cache
from mendixctl.preflight.expected import counts
from mendixctl.preflight.findings import Answer, Finding, Grade, Status, gravest
from mendixctl.preflight.inquiry import Desk, Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.run import run
from mendixctl.preflight.subject import Subject
from mendixgen.diagnostics import Diagnostic, MendixError
from tests.support.fake_services import FakeServices, denied, missing
from tests.unit.preflight.conftest import TOP, subject

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
FINE = Finding("MXF120", Grade.OK, "fine", path=("network", 0))
BAD = Finding("MXF121", Grade.ERROR, "bad")


def question(
    name: str, ask: Callable[[Subject, Inquiry], Iterable[Finding]], concerns: Callable[[Subject], Any] = lambda _: 1
) -> Question:
    return Question(name, name.title(), concerns, ask)


class Counted:
    """A question that counts how often it is asked, and finds what it is told to."""

    def __init__(self, *findings: Finding) -> None:
        self.times = 0
        self.findings = findings

    def __call__(self, of: Subject, inquiry: Inquiry) -> tuple[Finding, ...]:
        self.times += 1
        return self.findings


@pytest.fixture
def of() -> Subject:
    return subject()


def answers(of: Subject, folder: Path, *questions: Question, **changed: Any) -> tuple[Answer, ...]:
    given: dict[str, Any] = {"seconds": 5.0, "fresh": False, "now": NOW, "services": FakeServices(), **changed}
    return run(
        questions, of, Desk(given["services"]), cache=Cache(folder, ["place"]), clock=lambda: given["now"],
        seconds=given["seconds"], fresh=given["fresh"],
    )  # fmt: skip


def test_answers_come_in_the_order_of_the_questions(of: Subject, tmp_path: Path) -> None:
    def slow(_: Subject, __: Inquiry) -> Iterator[Finding]:
        time.sleep(0.05)
        yield FINE

    found = answers(of, tmp_path, question("a", slow), question("b", Counted(BAD)), question("c", Counted(FINE)))
    assert [(one.question, one.status, one.grade) for one in found] == [
        ("a", Status.ASKED, Grade.OK),
        ("b", Status.ASKED, Grade.ERROR),
        ("c", Status.ASKED, Grade.OK),
    ]


def test_what_does_not_concern_the_subject_is_not_asked(of: Subject, tmp_path: Path) -> None:
    never = Counted(FINE)
    assert answers(of, tmp_path, question("a", never, lambda _: None)) == ()
    assert never.times == 0


def test_questions_are_asked_at_the_same_time(of: Subject, tmp_path: Path) -> None:
    together = threading.Barrier(3, timeout=5)

    def wait(_: Subject, __: Inquiry) -> list[Finding]:
        together.wait()
        return [FINE]

    found = answers(of, tmp_path, *(question(name, wait) for name in "abc"))
    assert [one.status for one in found] == [Status.ASKED] * 3


def test_what_does_not_answer_in_time_is_told(of: Subject, tmp_path: Path) -> None:
    never = threading.Event()

    def hang(_: Subject, __: Inquiry) -> list[Finding]:
        never.wait(10)
        return [FINE]

    begun = time.monotonic()
    late, fine = answers(of, tmp_path, question("a", hang), question("b", Counted(FINE)), seconds=0.2)
    assert time.monotonic() - begun < 5
    never.set()
    assert (late.status, [one.code for one in late.findings]) == (Status.LATE, ["MXF103"])
    assert late.findings[0].what == "not asked in time: AWS had 0.2 seconds for all questions"
    assert fine.status is Status.ASKED
    assert not (tmp_path / "a.json").exists()


def test_a_process_does_not_wait_for_what_is_late() -> None:
    program = (
        "import time, sys; from datetime import datetime, UTC; from pathlib import Path\n"
        "from mendixctl.preflight.run import run; from mendixctl.preflight.question import Question\n"
        "from mendixctl.preflight.cache import Cache; from mendixctl.preflight.inquiry import Desk\n"
        "def hang(of, inquiry): time.sleep(60)\n"
        "run([Question('a', 'A', lambda of: 1, hang)], None, Desk(None), cache=Cache(Path(sys.argv[1]), 1),"
        " clock=lambda: datetime.now(UTC), seconds=0.1, fresh=True)\n"
    )
    begun = time.monotonic()
    done = run_process([sys.executable, "-c", program, "/nonexistent"], timeout=30, check=False)
    assert done.returncode == 0
    assert time.monotonic() - begun < 20


def test_an_error_of_a_question_itself_is_no_answer(of: Subject, tmp_path: Path) -> None:
    def broken(_: Subject, __: Inquiry) -> list[Finding]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answers(of, tmp_path, question("a", broken))


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        (KeyError("Quota"), "its answer is not understood: KeyError 'Quota'"),
        (MendixError(Diagnostic("MXA103", "cannot assume the role", hint="ask for it")), "cannot assume the role"),
    ],
)
def test_an_answer_that_makes_no_sense_is_told(of: Subject, tmp_path: Path, error: Exception, evidence: str) -> None:
    def ask(_: Subject, __: Inquiry) -> Iterator[Finding]:
        yield FINE
        raise error

    (found,) = answers(of, tmp_path, question("a", ask))
    assert (found.status, [one.code for one in found.findings]) == (Status.PARTLY, ["MXF120", "MXF102"])
    assert (found.findings[1].what, found.findings[1].evidence) == ("not answered: A", evidence)


def test_what_aws_will_not_say_is_told_and_not_kept(of: Subject, tmp_path: Path) -> None:
    def ask(_: Subject, inquiry: Inquiry) -> Iterator[Finding]:
        for answer in (denied(), denied(), missing("ThrottlingException", 400)):
            with inquiry.asking("a:Deny" if "AccessDenied" in str(answer) else "a:Throttle"):
                raise answer
        yield FINE

    (found,) = answers(of, tmp_path, question("a", ask))
    assert (found.status, [one.code for one in found.findings]) == (Status.PARTLY, ["MXF120", "MXF101", "MXF102"])
    assert not list(tmp_path.glob("*.json"))


# -- the cache --------------------------------------------------------------------------------------


def test_an_answer_is_kept_for_an_hour(of: Subject, tmp_path: Path) -> None:
    ask = Counted(FINE)
    folder = tmp_path / "prod" / "preflight"
    for moment, times, status in (
        (NOW, 1, Status.ASKED),
        (NOW + LIFETIME - timedelta(seconds=1), 1, Status.CACHED),
        (NOW + LIFETIME, 2, Status.ASKED),
        (NOW - timedelta(days=1), 3, Status.ASKED),  # from the future: a clock that was set back
    ):
        (found,) = answers(of, folder, question("a", ask), now=moment)
        assert (ask.times, found.status, found.findings) == (times, status, (FINE,))
    assert stat.S_IMODE((folder / "a.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_changed_is_asked_again(of: Subject, tmp_path: Path) -> None:
    ask = Counted(FINE)
    for concerns, times in ((["a"], 1), (["a"], 1), (["b"], 2), (["a"], 3)):
        answers(of, tmp_path, question("a", ask, lambda _, these=concerns: these))
        assert ask.times == times
    answers(of, tmp_path, question("a", ask, lambda _: ["a"]), fresh=True)
    assert ask.times == 4


def test_an_error_is_asked_again_and_forgets_what_was_kept(of: Subject, tmp_path: Path) -> None:
    answers(of, tmp_path, question("a", Counted(FINE)))
    ask = Counted(BAD)
    answers(of, tmp_path, question("a", ask), fresh=True)
    answers(of, tmp_path, question("a", ask))
    assert ask.times == 2
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}', '{"key": "x", "asked_at": 7, "findings": []}'])
def test_a_damaged_file_is_no_answer(of: Subject, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    ask = Counted(FINE)
    answers(of, tmp_path, question("a", ask))
    assert ask.times == 1


def test_another_place_has_answers_of_its_own(tmp_path: Path) -> None:
    one, other = Cache(tmp_path, ["1"]), Cache(tmp_path, ["2"])
    one.keep(Answer("a", "A", Status.ASKED, (FINE,), NOW), 1)
    assert one.find("a", 1, NOW) == Answer("a", "A", Status.CACHED, (FINE,), NOW)
    assert other.find("a", 1, NOW) is None


def test_a_folder_that_cannot_be_written_keeps_nobody_from_asking(of: Subject, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (found,) = answers(of, tmp_path / "file" / "preflight", question("a", Counted(FINE)))
    assert found.status is Status.ASKED


def test_the_gravest_grade() -> None:
    assert gravest([]) is Grade.OK
    assert gravest([Grade.NOTE, Grade.ERROR, Grade.WARNING]) is Grade.ERROR


# -- before there is a plan -------------------------------------------------------------------------


def test_what_the_yaml_leads_to(of: Subject) -> None:
    found = counts(of.specification)
    assert (found["aws_vpc"], found["aws_nat_gateway"], found["aws_eip"]) == (1, 2, 2)
    assert [one.name for one in of.made("aws_s3_bucket")] == [
        "prod-123456789012-load-balancer-logs",
        "prod-123456789012-access-logs",
        "prod-123456789012-files",
        "prod-123456789012-audit",
        "prod-123456789012-audit-results",
        "prod-123456789012-backup-reports",
    ]
    assert [one.name for one in of.made("aws_db_instance")] == ["prod-crm"]


def test_a_plan_of_the_emulator_imports_neither_boto3_nor_dns() -> None:
    program = (
        "import sys; import mendixctl.engine.plan.run, mendixctl.engine.plan.preflight, mendixctl.commands.preflight\n"
        "import mendixctl.views.human.view, mendixctl.views.json.view\n"
        "print(sorted({'boto3', 'botocore', 'dns', 'mendixctl.preflight.run'} & set(sys.modules)))"
    )
    done = run_process([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=TOP)
    assert done.stdout.strip() == "[]"
