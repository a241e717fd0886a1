"""``preflight --pin``: the builds that AWS has, into the YAML of a real checkout."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.preflight.pin import pin_addons
from mendixctl.engine.preflight.results import Pinned
from mendixctl.engine.session import Session
from mendixctl.preflight.inquiry import Desk
from mendixgen.areas.cluster.addons import versions
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository
from tests.support.fake_services import FakeServices, denied
from tests.unit.preflight.conftest import TOP
from tests.unit.preflight.test_offers import builds

YAML = """\
# The platform.
name: prod
region: eu-central-1
account: "123456789012"
target: emulator
domain: apps.example.com
cluster:
  version: "1.35"   # go up one at a time
  addons:
    # held back for a month
    vpc-cni: {version: v1.20.1-eksbuild.1}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "prod.yaml").write_text(YAML)
    shutil.copytree(TOP / "modules", tmp_path / "modules")
    return tmp_path


def workplace(checkout: Path, *, rehearse: bool = False) -> Workplace:
    return open_workplace(Session(Repository(checkout), rehearse=rehearse), "prod")


def test_only_what_aws_does_not_have_is_written_and_comments_stay(checkout: Path) -> None:
    services = builds(coredns=["v1.99.0-eksbuild.1"], vpc_cni=["v1.23.0-eksbuild.1", "v1.21.2-eksbuild.3"])
    written, file = pin_addons(workplace(checkout), Desk(services))
    assert file == "environments/prod.yaml"
    assert written == (
        Pinned("coredns", versions()["1.35"]["coredns"], "v1.99.0-eksbuild.1"),
        Pinned("vpc-cni", "v1.20.1-eksbuild.1", "v1.21.2-eksbuild.3"),
    )
    text = (checkout / "environments" / "prod.yaml").read_text()
    expected = YAML.replace("v1.20.1-eksbuild.1", "v1.21.2-eksbuild.3")
    assert text.startswith(expected)
    assert text.removeprefix(expected) == "    coredns:\n      version: v1.99.0-eksbuild.1\n"
    assert pin_addons(workplace(checkout), Desk(services)) == ((), "")


def test_nothing_is_written_where_everything_is_there(checkout: Path) -> None:
    services = builds(vpc_cni=["v1.20.1-eksbuild.1"])
    assert pin_addons(workplace(checkout), Desk(services)) == ((), "")
    assert (checkout / "environments" / "prod.yaml").read_text() == YAML


def test_what_may_not_be_asked_writes_nothing(checkout: Path) -> None:
    services = FakeServices(eks={"describe_addon_versions": denied()})
    with pytest.raises(MendixError, match="MXF105"):
        pin_addons(workplace(checkout), Desk(services))
    assert (checkout / "environments" / "prod.yaml").read_text() == YAML


def test_a_rehearsal_writes_nothing_into_the_yaml_of_aws(checkout: Path) -> None:
    path = checkout / "environments" / "prod.yaml"
    path.write_text(YAML.replace("target: emulator", "target: aws"))
    with pytest.raises(MendixError, match="MXF104"):
        pin_addons(workplace(checkout, rehearse=True), Desk(FakeServices()))
