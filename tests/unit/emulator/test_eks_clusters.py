"""A control plane of the emulator goes back by one version within seven days of its upgrade, by its own clock."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mendixctl.emulator.extensions import eks_clusters
from mendixctl.emulator.extensions.operations import OperationError

DAY = 24 * 3600


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [1_790_000_000.0]
    monkeypatch.setattr("mendixctl.emulator.extensions.eks_clusters.time.time", lambda: moment[0])
    return moment


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> SimpleNamespace:
    made = SimpleNamespace(name="prod", version="1.34", nodegroups={})
    monkeypatch.setattr(eks_clusters, "cluster_of", lambda call, name: made)
    # how long an update takes is another matter
    monkeypatch.setattr(eks_clusters, "require_idle", lambda call, what, kind: None)
    monkeypatch.setattr(eks_clusters, "updated", lambda call, what, kind: {"update": {"type": kind}})
    return made


def update(version: str) -> None:
    eks_clusters.operations()["UpdateClusterVersion"]({"name": "prod", "version": version})  # type: ignore[arg-type]


def test_it_goes_back_within_seven_days(cluster: SimpleNamespace, clock: list[float]) -> None:
    update("1.35")
    clock[0] += 7 * DAY - 1
    update("1.34")
    assert cluster.version == "1.34"


def test_it_does_not_go_back_later(cluster: SimpleNamespace, clock: list[float]) -> None:
    update("1.35")
    clock[0] += 7 * DAY
    with pytest.raises(OperationError, match=r"from 1\.35 to 1\.34"):
        update("1.34")
    assert cluster.version == "1.35"


def test_what_was_made_with_its_version_or_went_back_goes_no_further(cluster: SimpleNamespace) -> None:
    with pytest.raises(OperationError):
        update("1.33")
    update("1.35")
    update("1.34")
    with pytest.raises(OperationError):
        update("1.33")
    update("1.35")
    update("1.34")
