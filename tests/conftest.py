"""What holds for all tests: how often a property is tried, which test begins first, and how many run at once."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.durations import Durations

# A machine that does other work besides is slow now and then, and that says nothing of the code. The examples of
# `make test` depend on nothing but the test, so that a change which passed once passes everywhere; `make soak` draws
# others each time.
settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("soak", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("default")

# What tests expect is English, whatever the locale of whoever runs them; subprocesses get it too.
os.environ["MENDIXCTL_LANG"] = "en"

# Terraform and its provider soon end, and a sixth of what they compute is looking for memory to give back: they do so
# when they are large. (https://pkg.go.dev/runtime, "Environment Variables")
os.environ.setdefault("GOGC", "off")
os.environ.setdefault("GOMEMLIMIT", "224MiB")

# A shell lets what it starts in the background ignore Ctrl-C, and Python leaves it at that; tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-durations",
        action="store_true",
        help="keep in tests/durations.json how long the tests of this run took",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Durations(write=config.getoption("--write-durations")), "mendixctl-durations")
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None):
        gc.disable()  # while tests are collected: what is made then stays, and to look through it takes a fifth of it


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


WORKERS_A_CORE = 6
"""Most of the time of a test with Terraform is spent waiting: for the provider, which waits for its AWS."""

MEMORY_OF_A_WORKER = 1.5 * 2**30
"""Bytes: pytest, an emulator, two providers and a Terraform."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What ``-n auto`` means; PYTEST_XDIST_AUTO_NUM_WORKERS says another number."""
    if said := os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS", ""):
        return int(said)
    return max(1, min(WORKERS_A_CORE * cores(), int(available_memory() / MEMORY_OF_A_WORKER)))


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_memory() -> int:
    """Bytes that are free or soon could be; on systems that do not say, half of what there is."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
