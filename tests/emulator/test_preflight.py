"""The preflight against an emulator in which things stand in the way: each is found, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl import app
from mendixctl.aws import Clients
from mendixctl.emulator import control
from mendixctl.emulator.environment import environment
from mendixctl.engine import bootstrap
from mendixctl.engine.plan import preflight as use_case
from mendixctl.engine.plan import run as plan_run
from mendixctl.preflight.findings import Grade, Status
from mendixgen.areas.cluster.addons import versions
from mendixgen.repository import Repository
from tests.emulator.conftest import ACCOUNT, REGION
from tests.emulator.engine_bench import KEYS, MODULES, EngineBench, vendored
from tests.support import vault_module

pytestmark = pytest.mark.emulator
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/deployer"
DEV = f"""\
name: dev
region: {REGION}
account: "{ACCOUNT}"
target: emulator
deploy_role: {DEPLOYER}
domain: dev.apps.example.com
network: {{zones: 2, nat: single}}
cluster:
  node_groups:
    system: {{instance_types: [m7i.large], min: 2, max: 3}}   # small
storage: {{buckets: {{files: {{}}}}}}
secrets: {{entries: {{crm-key: {{description: A key, readers: []}}}}}}
"""
FOUNDATION = f"""\
name: foundation
kind: foundation
region: {REGION}
account: "{ACCOUNT}"
target: emulator
guardduty: true
"""
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "eks:CreateCluster", "Resource": "*"},
    ],
}

Run = Callable[..., tuple[int, dict[str, list[dict[str, Any]]]]]


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Path]:
    """A checkout with ``dev`` and a foundation, on an emulator."""
    folder = tmp_path / "platform"
    (folder / "environments").mkdir(parents=True)
    (folder / "environments" / "dev.yaml").write_text(DEV)
    (folder / "environments" / "foundation.yaml").write_text(FOUNDATION)
    (folder / "modules").symlink_to(os.path.relpath(MODULES, folder))
    yield folder
    for status in control.status(Repository(folder)):
        control.stop(Repository(folder), status.account)


@pytest.fixture
def preflight(platform: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``mendixctl preflight``: its exit code, and the findings that are not fine by their code."""

    def run(*words: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
        capsys.readouterr()
        code = app.main(["-C", str(platform), "preflight", *words, "--json"])
        document = json.loads(capsys.readouterr().out)
        found: dict[str, list[dict[str, Any]]] = {}
        for question in document["result"]["questions"]:
            assert question["status"] == "asked", question
            for finding in question["findings"]:
                if finding["grade"] in {"warning", "error"}:
                    found.setdefault(finding["code"], []).append(finding)
        return code, found

    return run


def test_what_stands_in_the_way_is_found(platform: Path, preflight: Run) -> None:
    api = Clients(REGION, environment(control.start(Repository(platform), ACCOUNT, REGION)))
    iam = api.client("iam")
    iam.create_role(RoleName="deployer", AssumeRolePolicyDocument="{}")
    allow_all = {**POLICY, "Statement": POLICY["Statement"][:1]}
    iam.put_role_policy(RoleName="deployer", PolicyName="deploy", PolicyDocument=json.dumps(allow_all))
    assert preflight("dev") == (0, {})
    assert preflight("foundation") == (0, {})

    api.client("s3").create_bucket(
        Bucket=f"dev-{ACCOUNT}-files", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    api.client("secretsmanager").create_secret(Name="dev/crm-key", SecretString="x")
    api.client("secretsmanager").delete_secret(SecretId="dev/crm-key", RecoveryWindowInDays=7)
    iam.create_role(RoleName="dev-cluster", AssumeRolePolicyDocument="{}")
    iam.put_role_policy(RoleName="deployer", PolicyName="deploy", PolicyDocument=json.dumps(POLICY))
    quotas = api.client("service-quotas")
    quotas.request_service_quota_increase(ServiceCode="vpc", QuotaCode="L-F678F1CE", DesiredValue=1)
    quotas.request_service_quota_increase(ServiceCode="ec2", QuotaCode="L-1216C47A", DesiredValue=4)
    zone = api.client("route53").create_hosted_zone(Name="dev.apps.example.com", CallerReference="1")["HostedZone"]
    detector = api.client("guardduty").create_detector(Enable=True)["DetectorId"]
    spec = platform / "environments" / "dev.yaml"
    spec.write_text(
        spec.read_text()
        .replace("[m7i.large]", "[m7i.large, h1.2xlarge]")
        .replace("cluster:\n", "cluster:\n  addons: {coredns: {version: v1.0.0-eksbuild.1}}\n")
    )

    code, found = preflight("dev")
    assert code == 3
    assert {name: len(rows) for name, rows in found.items()} == {
        "MXF131": 1,  # an instance type that no zone of Frankfurt has
        "MXF161": 1,  # a build of an add-on
        "MXF171": 2,  # VPCs, and vCPUs for the smallest size
        "MXF181": 2,  # a bucket and a role
        "MXF183": 1,  # a secret within its recovery window
        "MXF184": 1,  # a second zone of the domain
        "MXF211": 1,  # a denied action
    }
    assert "h1.2xlarge" in found["MXF131"][0]["what"]
    assert (found["MXF131"][0]["file"], found["MXF131"][0]["line"]) == ("environments/dev.yaml", 11)
    assert found["MXF183"][0]["evidence"].startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:dev/crm-key")
    assert zone["Id"].rpartition("/")[2] in found["MXF184"][0]["evidence"]
    assert found["MXF211"][0]["what"] == "the policies of deployer do not allow eks:CreateCluster"
    assert {row["what"].split(" ")[0] for row in found["MXF181"]} == {"aws_s3_bucket", "aws_iam_role"}

    code, of_account = preflight("foundation")
    assert (code, list(of_account)) == (3, ["MXF191"])
    assert (of_account["MXF191"][0]["evidence"], of_account["MXF191"][0]["line"]) == (detector, 6)

    _, pinned = preflight("dev", "--pin")
    assert "MXF161" not in pinned
    text = spec.read_text()
    assert versions()["1.36"]["coredns"] in text
    assert "# small" in text


def test_what_the_environment_has_made_is_its_own(tmp_path: Path) -> None:
    """After an apply the same names exist, and the same singletons: none of them is in the way."""
    bench = EngineBench(vendored(tmp_path / "platform", "encryption", text=KEYS))
    try:
        bench.apply()
        result = use_case.preflight(bench.session, "dev")
    finally:
        bench.stop()
    (names,) = [answer for answer in result.preflight.answers if answer.question == "kms-alias-names"]
    assert [(one.code, one.grade) for one in names.findings] == [("MXF180", Grade.OK)]
    assert result.exit_code == 0


def test_a_plan_on_aws_says_what_aws_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "platform"
    (folder / "environments").mkdir(parents=True)
    spec = folder / "environments" / "dev.yaml"
    spec.write_text(
        f'name: dev\nregion: {REGION}\naccount: "{ACCOUNT}"\ntarget: aws\nprotected: false\n'
        "domain: dev.apps.example.com\n\nvault:\n  logs: [audit]\n"
    )
    vault_module.write_vault(folder / "modules")
    bench = EngineBench(Repository(folder))
    variables = environment(control.start(bench.repository, ACCOUNT, REGION))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("mendixctl.engine.preflight.ask.WITHIN_PLAN", 60.0)
    try:
        bootstrap.bootstrap(bench.session, "dev")
        Clients(REGION, variables).client("logs").create_log_group(logGroupName="/dev/audit")
        result = bench.plan()
        assert result.preflight is not None
        assert [(one.code, one.grade) for one in result.preflight.of(Grade.ERROR)] == [("MXF181", Grade.ERROR)]
        assert 'module.vault.aws_cloudwatch_log_group.this["audit"]' in result.preflight.of(Grade.ERROR)[0].hint
        assert result.exit_code == 2
        again = bench.plan()
        assert again.preflight is not None
        statuses = {answer.question: answer.status for answer in again.preflight.answers}
        assert statuses["credentials"] is Status.CACHED
        assert statuses["cloudwatch-log-group-names"] is Status.ASKED  # an error may have been mended since
        assert plan_run.plan(bench.session, "dev", ask_aws=False).preflight is None
    finally:
        bench.stop()
