"""A cluster and what runs on it as one release: made, changed by a manifest alone, brought back, destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.deploy.run import deploy
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.ledger.release import Status
from mendixgen.kubernetes.diff import Does
from tests.emulator.engine_bench import EngineBench, vendored

pytestmark = pytest.mark.emulator

AREAS = ("cluster", "encryption", "identity", "network", "storage")
SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com
network:
  zones: 2
  nat: none
  endpoints: []
cluster: {}
storage:
  volumes:
    default_class: {type: gp3, iops: 3000, throughput: 125}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    made = EngineBench(vendored(tmp_path / "platform", *AREAS, text=SPEC))
    yield made
    made.stop()


def test_it_comes_up_changes_goes_back_and_goes_down_with_its_cluster(bench: EngineBench) -> None:
    first = bench.apply("all of it")
    assert first.outcome.deployment is not None
    assert first.outcome.deployment.complete
    (before,) = [one for one in first.outcome.deployment.done if one.startswith("StorageClass/default")]

    # a manifest alone: a class cannot change, so there is another one, named by what it says
    bench.edit("throughput: 125", "throughput: 250")
    plan = bench.plan()
    assert (plan.changes, plan.exit_code) == ((), 2)
    apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))
    assert deploy(bench.session, "dev", dry_run=True).exit_code == 0

    back = rollback_run.execute(bench.session, rollback_run.prepare(bench.session, "dev", 1))
    assert (back.proven, back.objects) == (True, ())
    assert back.apply.outcome.deployment is not None
    assert before in back.apply.outcome.deployment.done

    result = destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    assert result.destroy is not None
    assert result.destroy.status is Status.SUCCEEDED
    assert {one.action for one in result.destroy.record.release.objects} == {Does.DELETE}
    assert result.destroy.outcome.deployment is not None
    assert before in result.destroy.outcome.deployment.done
