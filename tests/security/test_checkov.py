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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from mendixgen.versions.store import Manifest
from tests.support.offline_plans import REPOSITORY, STORE, plan_of_environment, plan_of_module, tool

pytestmark = pytest.mark.security

HERE = Path(__file__).parent
DEV = REPOSITORY / "environments" / "dev.yaml"
EVERYTHING = [HERE / "environments" / f"{name}.yaml" for name in ("complete", "foundation", "foundation-us")]
NEWEST = {area: STORE.newest(area, released_only=False) or "" for area in STORE.areas()}
MODULES = [STORE.manifest(area, version) for area, version in NEWEST.items()]
"""The newest of each: an older one was scanned when it was that, and has not changed since."""

SUBNETS = [f"subnet-0123456789abcdef{zone}" for zone in range(3)]
GIVEN: dict[str, dict[str, Any]] = {"logging": {"engine": "opensearch", "private_subnet_ids": SUBNETS}}
"""What a module is given that makes nothing by itself."""
UNKNOWN_TO_CHECKOV = {"cost", "delivery", "recovery"}
"""checkov has no check of what these modules make by themselves."""

OTHER_ENGINE = "elastic"
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


@dataclass
class Scanned:
    """What was found in one plan: the failed checks, (check, address), and the addresses that passed any."""

    failed: set[tuple[str, str]] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)


def scan(plans: Mapping[str, dict[str, Any]], folder: Path) -> dict[str, Scanned]:
    """What was found in each, in one run: checkov takes longer to start than to look."""
    paths = {folder / name / "plan.json": name for name in plans}
    for path, name in paths.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(plans[name]))
    found = _scan([*paths], folder, "")
    # The second reading costs seconds, and can only take away.
    if any(unexpected(it.failed) for it in found.values()):
        second = _scan([*paths], folder, "1")
        found = {path: Scanned(it.failed & second[path].failed, it.passed) for path, it in found.items()}
    return {name: found[path] for path, name in paths.items()}


CHECKOV = "import gc, sys; gc.disable(); from checkov.main import Checkov; sys.exit(Checkov(sys.argv[1:]).run())"
"""checkov without a collector, which takes two fifths of its time and finds little."""


def _scan(plans: Sequence[Path], folder: Path, unknown_is_set: str) -> dict[Path, Scanned]:
    python = tool("scanners").ensure() / "python"
    environment = {**os.environ, "LOG_LEVEL": "ERROR", "EVAL_TF_PLAN_AFTER_UNKNOWN": unknown_is_set}
    options = ["--framework", "terraform_plan", "--skip-download", "--compact", "--soft-fail", "--output", "json"]
    done = subprocess.run(
        [str(python), "-c", CHECKOV, "--file", *map(str, plans), *options],
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
    found = {path: Scanned() for path in plans}
    for it in report["results"]["failed_checks"]:
        found[Path(it["file_abs_path"])].failed.add((it["check_id"], it["resource"]))
    for it in report["results"]["passed_checks"]:
        found[Path(it["file_abs_path"])].passed.add(it["resource"])
    return found


def unexpected(failed: set[tuple[str, str]], exemptions: Sequence[Exemption] = tuple(EXEMPTIONS)) -> list[str]:
    """What failed and is not exempted."""
    return sorted(
        f"{check} {address}"
        for check, address in failed
        if not any(exemption.covers(check, address) for exemption in exemptions)
    )


@pytest.fixture(scope="module")
def modules_alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scanned]:
    """What was found in all modules, each of which was planned alone."""
    folder = tmp_path_factory.mktemp("modules")
    return scan({it.area: plan_of_module(it, made(folder / it.area), GIVEN.get(it.area)) for it in MODULES}, folder)


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scanned]:
    """What was found in environments; and in the engine of logging that they do not have, whose resources are the
    module's too."""
    folder = tmp_path_factory.mktemp("environments")
    newest = STORE.newest("logging", released_only=False)
    assert newest
    logging = plan_of_module(STORE.manifest("logging", newest), made(folder / OTHER_ENGINE), ELASTIC)
    plans = {spec.stem: plan_of_environment(spec, made(folder / spec.stem)) for spec in (DEV, *EVERYTHING)}
    return scan({**plans, OTHER_ENGINE: logging}, folder)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.xdist_group("modules alone")
@pytest.mark.parametrize("manifest", MODULES, ids=lambda it: f"{it.area}-{it.version}")
def test_a_module_alone_passes(manifest: Manifest, modules_alone: dict[str, Scanned]) -> None:
    found = modules_alone[manifest.area]
    within = f"module.{manifest.area}."
    assert any(address.startswith(within) for address in found.passed) == (manifest.area not in UNKNOWN_TO_CHECKOV)
    assert unexpected({it for it in found.failed if it[1].startswith(within)}) == []


@pytest.mark.xdist_group("environments")
def test_the_root_of_dev_passes(environments: dict[str, Scanned]) -> None:
    assert environments[DEV.stem].passed
    assert unexpected(environments[DEV.stem].failed) == []


@pytest.mark.xdist_group("environments")
def test_an_environment_with_everything_on_passes_and_needs_each_exemption(environments: dict[str, Scanned]) -> None:
    failed = {it for name, found in environments.items() if name != DEV.stem for it in found.failed}

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

    assert "CKV_AWS_53 aws_s3_bucket_public_access_block.open" in unexpected(
        scan({"open": plan}, tmp_path)["open"].failed
    )


def test_each_exemption_gives_its_reason() -> None:
    assert all(len(it.reason.split()) >= 8 for it in EXEMPTIONS)
