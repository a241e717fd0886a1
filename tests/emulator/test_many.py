"""Many environments as real processes with real Terraform: planned, applied wave by wave, left alone, and resumed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.engine.many import apply, plan
from mendixctl.engine.many.results import Progress
from tests.emulator.engine_bench import KEYS, EngineBench, vendored

pytestmark = pytest.mark.emulator
NAMES = ("dev", "test")


@pytest.fixture
def bench(tmp_path: Path, terraform_in_processes: str) -> Iterator[EngineBench]:
    made = EngineBench(vendored(tmp_path / "platform", "encryption", text=KEYS))
    for name in NAMES[1:]:
        own = KEYS.replace("name: dev", f"name: {name}").replace("dev.apps", f"{name}.apps")
        made.repository.spec(name).write_text(own)
    (made.repository.root / "mendixctl.yaml").write_text('waves: [dev, "*"]\n')
    yield made
    made.stop()


def planned(bench: EngineBench) -> dict[str, Progress]:
    return {row.environment: row.progress for row in plan.plan(bench.session).rows}


def applied(bench: EngineBench) -> dict[str, Progress]:
    prepared = apply.prepare(bench.session, yes=True)
    result = apply.execute(bench.session, prepared, options=["--no-checks"])
    return {row.environment: row.progress for wave in result.waves for row in wave.rows}


def test_only_what_changed_is_planned_and_a_failure_ends_the_waves(bench: EngineBench) -> None:
    assert planned(bench) == dict.fromkeys(NAMES, Progress.PLANNED)
    assert applied(bench) == dict.fromkeys(NAMES, Progress.APPLIED)
    assert planned(bench) == dict.fromkeys(NAMES, Progress.UNCHANGED)

    bench.edit("365", "200")
    other = bench.repository.spec("test")
    other.write_text(other.read_text().replace("365", "180"))
    assert planned(bench) == dict.fromkeys(NAMES, Progress.PLANNED)
    bench.edit("200", "220")  # so that the plan of dev is no longer of this YAML
    assert applied(bench) == {"dev": Progress.FAILED, "test": Progress.NOT_STARTED}
    bench.edit("220", "200")
    assert applied(bench) == dict.fromkeys(NAMES, Progress.APPLIED)  # the same plans, which were kept
    assert planned(bench) == dict.fromkeys(NAMES, Progress.UNCHANGED)
