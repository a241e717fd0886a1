"""What checkov says of what would be made: nothing, but for the exemptions, each of which is needed.

checkov reads a plan in two ways: a value that is known only after apply counts as absent (then an argument
that is another resource's ARN seems forgotten), or, with EVAL_TF_PLAN_AFTER_UNKNOWN, as present (then
computed attributes seem set). A check has failed when it fails in both.
"""

from __future__ import annotations

import fnmatch
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from mendixgen.versions.store import Manifest
from tests.support.offline_plans import REPOSITORY, STORE, plan_of_environment, plan_of_module, tool

pytestmark = pytest.mark.security

HERE = Path(__file__).parent
COMPLETE = HERE / "environments" / "complete.yaml"
FOUNDATION = HERE / "environments" / "foundation.yaml"
FURTHER_FOUNDATION = HERE / "environments" / "foundation-us.yaml"
NEWEST = {area: STORE.newest(area, released_only=False) or "" for area in STORE.areas()}
MODULES = [STORE.manifest(area, version) for area, version in NEWEST.items()]
"""The newest of each: an older one was scanned when it was that, and has not changed since."""

SUBNETS = [f"subnet-0123456789abcdef{zone}" for zone in range(3)]
GIVEN: dict[str, dict[str, Any]] = {"logging": {"engine": "opensearch", "private_subnet_ids": SUBNETS}}
"""What a module is given that makes nothing by itself."""
UNKNOWN_TO_CHECKOV = {"cost", "delivery", "recovery"}
"""checkov has no check of what these modules make by themselves."""

ELASTIC = {"engine": "elastic", "engine_version": "9.1.4"}


@dataclass(frozen=True, slots=True)
class Exemption:
    """A check that may fail for resources like ``resource`` (fnmatch of the address without keys)."""

    check: str
    resource: str
    reason: str

    def covers(self, check: str, address: str) -> bool:
        # Brackets of a key would be a set of characters to fnmatch, so they go from the address.
        return check == self.check and fnmatch.fnmatchcase(address.partition("[")[0], self.resource)


EXEMPTIONS = [Exemption(**entry) for entry in yaml.safe_load((HERE / "exemptions.yaml").read_text())]


def scan(plan: dict[str, Any], folder: Path) -> set[tuple[str, str]]:
    """The failed checks: (check, address)."""
    (folder / "plan.json").write_text(json.dumps(plan))
    return scanned([folder / "plan.json"], folder)[0]


def scanned(plans: Sequence[Path], folder: Path) -> tuple[set[tuple[str, str]], set[str]]:
    """The failed checks, (check, address), of several plans in one run, and the addresses that passed any."""
    failed, passed = _scan(plans, folder, "")
    # The second reading costs seconds, and can only take away.
    return failed & _scan(plans, folder, "1")[0] if unexpected(failed) else failed, passed


def _scan(plans: Sequence[Path], folder: Path, unknown_is_set: str) -> tuple[set[tuple[str, str]], set[str]]:
    program = tool("scanners").ensure() / "checkov"
    environment = {**os.environ, "LOG_LEVEL": "ERROR", "EVAL_TF_PLAN_AFTER_UNKNOWN": unknown_is_set}
    options = ["--framework", "terraform_plan", "--skip-download", "--compact", "--soft-fail", "--output", "json"]
    done = subprocess.run(
        [str(program), "--file", *map(str, plans), *options],
        cwd=folder,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 0, "checkov found nothing to check"
    assert report["summary"]["parsing_errors"] == 0
    results = report["results"]
    failed = {(it["check_id"], it["resource"]) for it in results["failed_checks"]}
    return failed, {it["resource"] for it in results["passed_checks"]}


def unexpected(failed: set[tuple[str, str]], exemptions: Sequence[Exemption] = tuple(EXEMPTIONS)) -> list[str]:
    """What failed and is not exempted."""
    return sorted(
        f"{check} {address}"
        for check, address in failed
        if not any(exemption.covers(check, address) for exemption in exemptions)
    )


@pytest.fixture(scope="module")
def modules_alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[tuple[str, str]], set[str]]:
    """What was found in all modules, each of which was planned alone: checkov takes longer to start than to look."""
    folder = tmp_path_factory.mktemp("modules")
    plans = [folder / manifest.area / "plan.json" for manifest in MODULES]
    for manifest, plan in zip(MODULES, plans, strict=True):
        plan.parent.mkdir()
        plan.write_text(json.dumps(plan_of_module(manifest, plan.parent, GIVEN.get(manifest.area))))
    return scanned(plans, folder)


@pytest.mark.xdist_group("modules alone")
@pytest.mark.parametrize("manifest", MODULES, ids=lambda it: f"{it.area}-{it.version}")
def test_a_module_alone_passes(manifest: Manifest, modules_alone: tuple[set[tuple[str, str]], set[str]]) -> None:
    failed, passed = modules_alone
    within = f"module.{manifest.area}."
    assert any(address.startswith(within) for address in passed) == (manifest.area not in UNKNOWN_TO_CHECKOV)
    assert unexpected({it for it in failed if it[1].startswith(within)}) == []


def test_the_root_of_dev_passes(tmp_path: Path) -> None:
    plan = plan_of_environment(REPOSITORY / "environments" / "dev.yaml", tmp_path)

    assert unexpected(scan(plan, tmp_path)) == []


def test_an_environment_with_everything_on_passes_and_needs_each_exemption(tmp_path: Path) -> None:
    failed = set()
    for spec in (COMPLETE, FOUNDATION, FURTHER_FOUNDATION):
        folder = tmp_path / spec.stem
        folder.mkdir()
        failed |= scan(plan_of_environment(spec, folder), folder)
    # An environment has one engine of logging; the other one's resources are the module's.
    other = tmp_path / "elastic"
    other.mkdir()
    newest = STORE.newest("logging", released_only=False)
    assert newest
    failed |= scan(plan_of_module(STORE.manifest("logging", newest), other, ELASTIC), other)

    assert unexpected(failed) == []
    unused = [it for it in EXEMPTIONS if not any(it.covers(check, address) for check, address in failed)]
    assert unused == []


def test_a_mistake_is_found(tmp_path: Path) -> None:
    """A bucket that is open to the world: otherwise the tests above would pass with a scanner that is broken."""
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {
            "root_module": {
                "resources": [
                    {
                        "address": "aws_s3_bucket_public_access_block.open",
                        "mode": "managed",
                        "type": "aws_s3_bucket_public_access_block",
                        "name": "open",
                        "provider_name": "registry.terraform.io/hashicorp/aws",
                        "schema_version": 0,
                        "values": {"block_public_acls": False, "block_public_policy": True},
                    }
                ]
            }
        },
        "resource_changes": [
            {
                "address": "aws_s3_bucket_public_access_block.open",
                "mode": "managed",
                "type": "aws_s3_bucket_public_access_block",
                "name": "open",
                "provider_name": "registry.terraform.io/hashicorp/aws",
                "change": {
                    "actions": ["create"],
                    "before": None,
                    "after": {"block_public_acls": False, "block_public_policy": True},
                    "after_unknown": {},
                },
            }
        ],
        "configuration": {},
    }

    assert "CKV_AWS_53 aws_s3_bucket_public_access_block.open" in unexpected(scan(plan, tmp_path))


def test_each_exemption_gives_its_reason() -> None:
    assert all(len(it.reason.split()) >= 8 for it in EXEMPTIONS)
