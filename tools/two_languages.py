"""Run a command of mendixctl in English, and write what a person would see of it in Chinese as well.

Usage: two_languages.py PLACE ARGUMENT...

The command is carried out once: its results go through the view twice, once in each language. Chinese is appended to
``PLACE.out`` and ``PLACE.err``; JSON and what is no view's (a file that is written) is what it is. So a page that shows
a long walk in both languages is proven by one walk.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP / "cli"), str(TOP / "generators")]

from mendixctl import language  # noqa: E402
from mendixctl.app import main  # noqa: E402
from mendixctl.views import human  # noqa: E402


class Both:
    """A view that passes each call on to two: to that of the person, and to that in another language."""

    def __init__(self, first: human.HumanView, second: human.HumanView, other: str) -> None:
        self._first = first
        self._second = second
        self._other = other

    def ask(self, question: str, expected: str) -> str:
        """A person answers once."""
        return self._first.ask(question, expected)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def both(*arguments: Any, **named: Any) -> Any:
            given = getattr(self._first, name)(*arguments, **named)
            spoken = language.current()
            language.use(self._other)
            try:
                getattr(self._second, name)(*arguments, **named)
            finally:
                language.use(spoken)
            return given

        return both


def run(place: Path, arguments: list[str]) -> int:
    """The command's exit code."""
    real = human.HumanView
    with (
        place.with_suffix(".out").open("a", encoding="utf-8") as out,
        place.with_suffix(".err").open("a", encoding="utf-8") as err,
    ):

        def made(**named: Any) -> Both:
            return Both(real(**named), real(**{**named, "color": False, "out": out, "err": err}), "zh")

        human.HumanView = made  # type: ignore[assignment,misc]
        try:
            return main(arguments)
        finally:
            human.HumanView = real  # type: ignore[misc]


if __name__ == "__main__":
    raise SystemExit(run(Path(sys.argv[1]), sys.argv[2:]))
