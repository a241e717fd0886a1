"""A terraform that does what a scenario file says. Stands alone: it runs with nothing but Python's library.

The variable ``FAKE_TERRAFORM`` names the scenario, ``{"version": ..., "commands": {name: [behaviour, ...]}}``. The
n-th call of a command gets its n-th behaviour, and the last one from then on. A behaviour is
``{"steps": [...], "exit": 0}``; each step is an object with one key, handled by the function of that name below.
Every call, and every signal that it gets, is appended to ``calls.ndjson`` beside the scenario.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import zipfile
from pathlib import Path

SCENARIO = Path(os.environ["FAKE_TERRAFORM"])
CALLS = SCENARIO.with_name("calls.ndjson")
TWO_WORDS = {"state", "providers"}

stops: list[int] = []


def record(**entry: object) -> None:
    line = json.dumps({"pid": os.getpid(), "time": time.time(), **entry}) + "\n"
    descriptor = os.open(CALLS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, line.encode())
    os.close(descriptor)


def on_signal(number: int, _frame: object) -> None:
    stops.append(number)
    record(signal=signal.Signals(number).name)


def say(stream: int, text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    while data:
        data = data[os.write(stream, data) :]


def stdout(text: str) -> None:
    say(1, text)


def stderr(text: str) -> None:
    say(2, text)


def event(content: dict) -> None:
    say(1, json.dumps(content) + "\n")


def replay(name: str) -> None:
    say(1, Path(name).read_bytes())


def garbage(size: int) -> None:
    say(1, os.urandom(size) + b"\n")


def flood(size: int) -> None:
    """Fill stderr and stdout in turns: whoever drains one before the other waits for ever."""
    for _ in range(size // 65536 + 1):
        say(2, b"e" * 65536)
        say(1, b"o" * 65535 + b"\n")


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def touch(name: str) -> None:
    Path(name).touch()


def wait_for(name: str) -> None:
    while not Path(name).exists():
        time.sleep(0.01)


def wait_for_stop(acknowledge: bool) -> None:
    """As Terraform: a first signal is acknowledged and what is in flight is finished."""
    while not stops:
        time.sleep(0.01)
    if acknowledge:
        event({"@level": "info", "@message": "\nInterrupt received.\nPlease wait for Terraform to exit", "type": "log"})


def kill(number: int) -> None:
    os.kill(os.getpid(), number)


def close_stdout(_: bool) -> None:
    os.close(1)


def write_plan(content: str) -> None:
    with zipfile.ZipFile(out(), "w") as archive:
        archive.writestr("tfplan", content)


def write_out(content: str) -> None:
    Path(out()).write_text(content)


def out() -> str:
    return next(argument for argument in sys.argv if argument.startswith("-out=")).removeprefix("-out=")


def main() -> int:
    arguments = sys.argv[1:]
    name = " ".join(arguments[:2]) if arguments[0] in TWO_WORDS else arguments[0]
    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    before = CALLS.read_text().count(f'"command": "{name}"') if CALLS.exists() else 0
    record(command=name, arguments=arguments, directory=os.getcwd(), environment=dict(os.environ))
    scenario = json.loads(SCENARIO.read_text())
    behaviours = scenario["commands"].get(name)
    if behaviours is None:
        if name == "version":
            stdout(json.dumps({"terraform_version": scenario["version"], "platform": "linux_amd64"}))
            return 0
        stderr(f"the scenario has no command {name}\n")
        return 97
    behaviour = behaviours[min(before, len(behaviours) - 1)]
    for step in behaviour["steps"]:
        for verb, argument in step.items():
            globals()[verb](argument)
    return behaviour["exit"]


if __name__ == "__main__":
    os._exit(main())
