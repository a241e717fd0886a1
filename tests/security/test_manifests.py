"""What checkov says of the rendered manifests: nothing."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.offline_plans import REPOSITORY, tool

pytestmark = pytest.mark.security


def scan(folder: Path) -> Any:
    program = tool("scanners").ensure() / "checkov"
    options = ["--framework", "kubernetes", "--skip-download", "--compact", "--soft-fail", "--output", "json"]
    done = subprocess.run(
        [str(program), "--directory", str(folder), *options],
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_manifests_of_prod_pass(tmp_path: Path) -> None:
    """With a pod beside them that anyone may own, so that a scanner that finds nothing at all is noticed."""
    for path in (REPOSITORY / "environments" / "prod" / "kubernetes").rglob("*.yaml"):
        target = tmp_path / "scanned" / path.relative_to(REPOSITORY / "environments" / "prod")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text())
    container = {"name": "open", "image": "busybox:latest", "securityContext": {"privileged": True}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "open"}, "spec": {"containers": [container]}}
    (tmp_path / "scanned" / "pod.json").write_text(json.dumps(pod))
    report = scan(tmp_path / "scanned")
    failed = {(it["check_id"], it["resource"]) for it in report["results"]["failed_checks"]}
    assert ("CKV_K8S_16", "Pod.default.open") in failed
    assert sorted(one for one in failed if one[1] != "Pod.default.open") == []
    assert report["summary"]["parsing_errors"] == 0
