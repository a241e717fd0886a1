"""Ordinary edits of a cluster, through the engine: what EKS would refuse of them is seen to before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl.emulator import control
from mendixctl.emulator.calls import recording
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.rollback import run as rollback_run
from mendixgen.diagnostics import Diagnostic, Refused
from tests.emulator.engine_bench import EngineBench, vendored

pytestmark = pytest.mark.emulator

AREAS = ("encryption", "network", "identity", "cluster")
CLUSTER = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com

network:
  zones: 2
  nat: none
  endpoints: []

cluster:
  node_groups:
    system: {min: 2, max: 6}
    office:
      min: 1
      max: 6
      scaling:
        schedules: [{name: morning, cron: "0 7 * * 1-5", min: 2}]
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    made = EngineBench(vendored(tmp_path / "platform", *AREAS, text=CLUSTER))
    yield made
    made.stop()


def eks(bench: EngineBench) -> Any:
    import boto3

    found = next(one for one in control.status(bench.repository) if one.running)
    return boto3.client(
        "eks",
        region_name="eu-central-1",
        endpoint_url=found.url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def sizes(bench: EngineBench) -> dict[str, tuple[int, int, int]]:
    """Least, most and own number of each group."""
    client = eks(bench)
    found = {}
    for name in client.list_nodegroups(clusterName="dev")["nodegroups"]:
        one = client.describe_nodegroup(clusterName="dev", nodegroupName=name)["nodegroup"]["scalingConfig"]
        found[name.split("-")[0]] = (one["minSize"], one["maxSize"], one["desiredSize"])
    return found


def scaled(bench: EngineBench, group: str, number: int) -> None:
    """Whatever scales a group has set it to ``number``."""
    client = eks(bench)
    name = next(one for one in client.list_nodegroups(clusterName="dev")["nodegroups"] if one.startswith(group))
    client.update_nodegroup_config(
        clusterName="dev", nodegroupName=name, scalingConfig={"minSize": 1, "maxSize": 6, "desiredSize": number}
    )


def test_the_numbers_of_node_groups_go_up_and_down_and_back(bench: EngineBench) -> None:
    bench.apply()
    assert sizes(bench) == {"system": (2, 6, 2), "office": (1, 6, 1)}

    bench.edit("system: {min: 2, max: 6}", "system: {min: 7, max: 9}")
    plan = bench.plan()
    assert [(one.now, one.goal) for one in plan.sizes] == [(2, 7)]
    bench.apply("more nodes at least")
    assert sizes(bench)["system"] == (7, 9, 7)
    assert bench.plan().has_changes is False

    # The schedule's own least number, and what the load asked for, are above the new max.
    scaled(bench, "office", 6)
    bench.edit("      max: 6\n", "      max: 4\n")
    assert [(one.now, one.goal) for one in bench.plan().sizes] == [(6, 4)]
    bench.apply("fewer nodes at most")
    assert sizes(bench)["office"] == (1, 4, 4)
    assert bench.plan().has_changes is False

    prepared = rollback_run.prepare(bench.session, None, 1)
    assert {(one.least, one.most, one.now) for one in prepared.plan.sizes} == {(2, 6, 7), (1, 6, 4)}
    assert rollback_run.execute(bench.session, prepared).proven
    assert sizes(bench) == {"system": (2, 6, 6), "office": (1, 6, 4)}


def test_a_further_zone_is_for_everything_but_the_control_plane(
    bench: EngineBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = tmp_path / "calls.ndjson"
    monkeypatch.setenv(recording.VARIABLE, str(calls))
    bench.edit("cluster:\n", 'cluster:\n  version: "1.34"\n')
    bench.apply()
    before = set(control_plane(bench))
    scaled(bench, "system", 5)
    bench.edit("zones: 2", "zones: 3")

    plan = bench.plan()
    changed = {judged.change.address: judged.change.action.value for judged in plan.changes}
    assert "module.cluster.aws_eks_cluster.this" not in changed
    assert changed['module.cluster.aws_eks_node_group.this["system"]'] == "replace"
    (told,) = [one for one in plan.warnings if one.code == "MXG204"]
    assert told.summary == "node group system is made anew with nodes: 2, and 5 run"
    assert line(bench, told) == "system: {min: 2, max: 6}"
    bench.edit("system: {min: 2", "system: {min: 5")
    assert [one for one in bench.plan().warnings if one.code == "MXG204"] == []
    bench.apply("one more zone, with as many nodes as run")
    assert sizes(bench)["system"] == (5, 6, 5)
    assert set(control_plane(bench)) == before
    assert len(before) == 2
    bench.edit("system: {min: 5", "system: {min: 2")
    assert bench.plan().has_changes is True

    bench.edit("zones: 3", "zones: [a, c]")
    (found,) = refused(bench)
    assert "module.network.aws_subnet.private" in found.detail
    assert "the control plane of dev was made in it" in found.detail
    assert line(bench, found) == "zones: [a, c]"
    bench.edit("zones: [a, c]", "zones: 3")

    bench.edit('version: "1.34"', 'version: "1.36"')
    (found,) = refused(bench)
    assert "Unsupported Kubernetes minor version update from 1.34 to 1.36" in found.detail
    assert line(bench, found) == 'version: "1.36"'
    bench.edit('version: "1.36"', 'version: "1.35"')
    calls.write_text("")
    bench.apply("one minor version")
    asked = [one.action for one in recording.recorded(calls) if one.action in UPGRADES]
    order = list(dict.fromkeys(asked))
    assert order == [UPGRADES[0], UPGRADES[1], UPGRADES[2]]
    assert asked[-1] == UPGRADES[1], "what runs on nodes is updated after them"
    assert eks(bench).describe_cluster(name="dev")["cluster"]["version"] == "1.35"
    assert bench.plan().has_changes is False


UPGRADES = ("eks:UpdateClusterVersion", "eks:UpdateAddon", "eks:UpdateNodegroupVersion")


def refused(bench: EngineBench) -> tuple[Diagnostic, ...]:
    """What an apply of the YAML is refused for."""
    bench.plan()
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))
    assert {one.code for one in error.value.diagnostics} == {"MXG201"}
    return error.value.diagnostics


def line(bench: EngineBench, told: Diagnostic) -> str:
    """What stands where a diagnostic points to, from its column on."""
    assert told.location is not None
    assert (told.location.line, told.location.column) > (1, 1)
    return bench.spec.read_text().splitlines()[told.location.line - 1].strip()


def control_plane(bench: EngineBench) -> list[str]:
    """The subnets of the control plane."""
    found: list[str] = eks(bench).describe_cluster(name="dev")["cluster"]["resourcesVpcConfig"]["subnetIds"]
    return found
