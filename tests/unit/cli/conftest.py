"""A repository to stand in, a command line to run, and an engine that does nothing but answer."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from mendixctl.app import main


@dataclass
class Ran:
    """What one command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty platform repository, which is the working folder."""
    root = tmp_path / "platform"
    (root / "environments").mkdir(parents=True)
    (root / "modules").mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process."""

    def call(*arguments: str) -> Ran:
        code = main(arguments)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


@dataclass
class Engine:
    """Use-cases that answer what a test wants, and remember how they were called."""

    monkeypatch: pytest.MonkeyPatch
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def answer(self, use_case: str, result: Any) -> None:
        """``use_case`` such as ``plan.run.plan``; an exception as ``result`` is raised."""
        module, _, function = use_case.rpartition(".")

        def fake(*arguments: Any, **named: Any) -> Any:
            self.calls.append((use_case, arguments, named))
            if isinstance(result, BaseException):
                raise result
            return result

        self.monkeypatch.setattr(import_module(f"mendixctl.engine.{module}"), function, fake)

    def called(self, use_case: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of the only call of a use-case, without its session."""
        found = [(arguments[1:], named) for name, arguments, named in self.calls if name == use_case]
        assert len(found) == 1, self.calls
        return found[0]

    def was_called(self, use_case: str) -> bool:
        return any(name == use_case for name, _, _ in self.calls)


@pytest.fixture
def engine(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A fake engine in a repository."""
    return Engine(monkeypatch)


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A person at a terminal, who types this."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def types(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal(text))

    return types
