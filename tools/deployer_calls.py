#!/usr/bin/env python3
"""Write down what IAM would be asked during the life of an environment: `tests/support/deployer_calls/*.json`.

Usage: deployer_calls.py [--to FOLDER] ENVIRONMENT...     (prod, prod-dr, foundation; 5 to 40 minutes each)
       deployer_calls.py --policies                       (half a minute; after a change of the foundation's grants)

The environment is that of `environments/`, with the newest version of each area whatever its lock says. It is planned,
applied, killed meanwhile, recovered, changed, drifted, rolled back and destroyed as on AWS (target, state and ledger in
S3, preflight), with an emulator where AWS would be; what `bootstrap` calls is an administrator's and not written down,
nor what the environment finds of the account and of its standby. Run it again when an area is released or the engine
asks AWS for something else.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mendixctl.aws import Clients
from mendixctl.emulator import control
from mendixctl.emulator.calls import recording
from mendixctl.emulator.calls.actions import Call
from mendixctl.emulator.environment import environment as variables_of
from mendixctl.engine import bootstrap, destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.drift import run as drift_run
from mendixctl.engine.plan import gate, preflight
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.recover import run as recover_run
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.engine.session import Session
from mendixgen.repository import Repository
from mendixgen.versions.store import ModuleStore
from tests.emulator.short_waits import OVERRIDE

TOP = Path(__file__).resolve().parent.parent
TO = TOP / "tests" / "support" / "deployer_calls"
ACCOUNT = "123456789012"
PAIR = {"prod": "eu-central-1", "prod-dr": "eu-west-1"}
MADE = 30
"""So many resources has an apply made when it is killed."""

UNCERTAIN = (
    (re.compile(r"arn:aws:sts::(\d+):user/moto"), r"arn:aws:iam::\1:role/foundation-deployer"),
    (re.compile(r":key/.*"), ":key/KEY"),
    (re.compile(r"(hostedzone|healthcheck|change)/.*"), r"\1/ID"),
    (re.compile(r"(:secret:.*)-\w{6}$"), r"\1-AbCdEf"),
    (re.compile(r"/id/[0-9A-F]+"), "/id/ID"),
    (re.compile(r"\d{26}"), "N"),
    (re.compile(r"(:s3:::[^/]+/).*"), r"\1*"),
)
"""What is another one with each run, or says nothing to a policy; and who an emulator says that the caller is."""

CHANGES = (
    ("cidr: 10.21.0.0/16\n", "cidr: 10.21.0.0/16\n  allow_from: [203.0.113.0/24]\n"),
    ("flow_logs: {retention_days: 365}", "flow_logs: {retention_days: 400}"),
    ("min: 3, max: 6}", "min: 4, max: 7}"),
    ("cpu_target: 60", "cpu_target: 50"),
    ("deregistration_delay: 120", "deregistration_delay: 100"),
    ("infrequent_after_days: 30, intelligent", "infrequent_after_days: 60, intelligent"),
    ("backup_retention_days: 14", "backup_retention_days: 21"),
    ("keep_images: 50", "keep_images: 40"),
    ("description: CRM API key", "description: The CRM's API key"),
    ("autoscale: {min: 3", "autoscale: {min: 2"),
    ("reuse_prevention: 24", "reuse_prevention: 12"),
    ("standards: [cis, fsbp]", "standards: [fsbp]"),
    ("data-class: confidential", "data-class: internal"),
    ("kind: foundation\n", "kind: foundation\ntags: {data-class: internal}\n"),
    ("domain: dr.apps.example.com\n", "domain: dr.apps.example.com\ntags: {data-class: internal}\n"),
    ("approvers: [release-managers@example.com]", "approvers: [release-managers@example.com, owners@example.com]"),
    ("above: 20, period: 300", "above: 30, period: 300"),
    ("hot_days: 7", "hot_days: 5"),
    ("data_events: [s3, lambda]", "data_events: [s3]"),
    ("amount: 12000", "amount: 13000"),
    ("anomaly_above: 100", "anomaly_above: 200"),
    ("daily: {keep_days: 35}", "daily: {keep_days: 40}"),
    ('cron: "0 3 ? * SUN *"', 'cron: "0 4 ? * SUN *"'),
    ('to: "18:00"', 'to: "19:00"'),
    ("waf: {mode: count}", "waf: {mode: block}"),
)
"""What is changed, and by the rollback changed back; each environment has some of it."""


class Recorder:
    """The file that the emulator writes calls to, read on by the phases of an environment's life."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self.phases: dict[str, list[Call]] = {}

    def skip(self) -> None:
        """What was called until now is nobody's."""
        self._read += len(self._new())

    def during(self, phase: str, work: Callable[[], Any]) -> Any:
        """Do ``work``; what is called meanwhile is of ``phase``."""
        print(f"  {phase}", flush=True)
        self.skip()
        try:
            return work()
        finally:
            found = self._new()
            self._read += len(found)
            self.phases.setdefault(phase, []).extend(found)

    def _new(self) -> list[Call]:
        return list(recording.recorded(self._file))[self._read :] if self._file.exists() else []


def surroundings(name: str, region: str, variables: Mapping[str, str]) -> None:
    """What an environment finds: what a person does once an account, and of a pair what the other one has by then."""
    if name in PAIR:
        here = Clients(region, variables)
        if name == "prod-dr":  # its primary makes it, in the same account
            here.client("iam").create_service_linked_role(AWSServiceName="opensearchservice.amazonaws.com")
        here.client("drs").initialize_service()
        other, there = next((one, where) for one, where in PAIR.items() if one != name)
        partner(other, there, Clients(there, variables))


def partner(name: str, region: str, clients: Clients) -> None:
    """What the other environment of a pair is asked for: buckets for copies, a key, a vault, databases."""
    s3, kms, backup, rds = (clients.client(it) for it in ("s3", "kms", "backup", "rds"))
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{name}-storage", TargetKeyId=key["KeyId"])
    backup.create_backup_vault(BackupVaultName=f"{name}-main", EncryptionKeyArn=key["Arn"])
    for each in ("files", "backups", "logs"):
        bucket = f"{name}-{ACCOUNT}-{each}"
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for each, engine in (("crm", "postgres"), ("portal", "postgres"), ("legacy", "mysql"), ("erp", "oracle-se2")):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{each}",
            Engine=engine,
            DBInstanceClass="db.m7g.large",
            AllocatedStorage=100,
            MasterUsername="mendix_admin",
            ManageMasterUserPassword=True,
            BackupRetentionPeriod=14,
            StorageEncrypted=True,
            KmsKeyId=key["Arn"],
        )


def repository(folder: Path, name: str) -> Repository:
    """A copy of the environments that asks nobody for a confirmation."""
    unread = shutil.ignore_patterns("releases", "*.lock", "prod", "prod-dr", "foundation", "dev")
    shutil.copytree(TOP / "environments", folder / "environments", ignore=unread)
    shutil.copytree(TOP / "modules", folder / "modules")
    made = Repository(folder)
    spec = made.spec(name)
    spec.write_text(re.sub(r"^protected: true", "protected: false", spec.read_text(), flags=re.MULTILINE))
    return made


def live(session: Session, name: str, recorder: Recorder, clients: Clients) -> None:
    """The environment's life, a phase at a time."""
    spec = session.repository.spec(name)
    recorder.during("preflight", lambda: preflight.preflight(session, name))
    recorder.during("plan", lambda: plan_run.plan(session, name))
    recorder.during("apply", lambda: killed(session, name))
    recorder.during("recover", lambda: recover(session, name))
    hurry(session.repository)
    first = recorder.during("apply", lambda: apply(session, name))
    recorder.during("plan", lambda: plan_run.plan(session, name))
    change(spec)
    recorder.during("plan", lambda: plan_run.plan(session, name))
    recorder.during("apply", lambda: apply(session, name))
    disturb(clients)
    recorder.during("drift", lambda: drift_run.drift(session, name, everything=True))
    recorder.during("rollback", lambda: roll_back(session, name, first))
    recorder.during("destroy", lambda: end(session, name))


def apply(session: Session, name: str) -> int:
    """What was planned, whatever it takes away; the number of the release."""
    accepted = sorted(gate.acceptable(plan_run.plan(session, name)))
    return apply_run.execute(session, apply_run.prepare(session, name, accepted), deploys=False).number


def killed(session: Session, name: str) -> None:
    """An apply whose Terraform, with its providers, is gone after some resources were made."""
    plan_run.plan(session, name)
    command = [sys.executable, "-m", "mendixctl", "apply", "--yes", "--env", name]
    process = subprocess.Popen(command, cwd=session.repository.root, stdout=subprocess.DEVNULL, start_new_session=True)
    streams = session.repository.workspace(name) / "runs"
    while process.poll() is None:
        for stream in streams.glob("*-v*-apply/*.ndjson"):
            if stream.read_bytes().count(b'"type":"apply_complete"') >= MADE:
                leader = int(stream.with_suffix(".pid").read_text())
                for found in Path("/proc").glob("[0-9]*/stat"):
                    with contextlib.suppress(OSError):
                        if int(found.read_text().rpartition(")")[2].split()[3]) == leader:
                            os.kill(int(found.parent.name), signal.SIGKILL)
                process.wait()
        time.sleep(0.1)


def hurry(made: Repository) -> None:
    """Let the provider wait less for domains of OpenSearch Service: what it asks meanwhile is the same."""
    for version in (made.root / "modules" / "logging").iterdir():
        (version / "waits_override.tf").write_text(OVERRIDE)
    ModuleStore.verify = lambda self, area, version: None  # type: ignore[method-assign]


def recover(session: Session, name: str) -> None:
    """Take in what the killed apply made; what cannot be found is given up by its address."""
    if lock := recover_run.look_at_lock(session, name):
        recover_run.unlock(session, name, lock.id)
    prepared = recover_run.prepare(session, name)
    recover_run.execute(session, prepared)
    if prepared.unadopted:
        prepared = recover_run.prepare(session, name, [one.doubt.address for one in prepared.unadopted])
        recover_run.execute(session, prepared)


def roll_back(session: Session, name: str, to: int) -> None:
    """To the first whole release, whatever it takes away."""
    prepared = rollback_run.prepare(session, name, to)
    if accepted := sorted(gate.acceptable(prepared.plan)):
        rollback_run.abandon(session, prepared)
        prepared = rollback_run.prepare(session, name, to, accepted)
    rollback_run.execute(session, prepared, deploys=False)


def end(session: Session, name: str) -> None:
    """Disarm and destroy."""
    prepared = destroy.prepare(session, name)
    if accepted := sorted(gate.acceptable(prepared.teardown) | gate.acceptable(prepared.destroy)):
        destroy.abandon(session, prepared)
        prepared = destroy.prepare(session, name, accepted)
    destroy.execute(session, prepared, deploys=False)


def change(spec: Path) -> None:
    """Something else for each area that the environment has."""
    text = spec.read_text()
    for before, after in CHANGES:
        text = text.replace(before, after)
    spec.write_text(text)


def disturb(clients: Clients) -> None:
    """Somebody turns the rotation of a key off."""
    kms = clients.client("kms")
    for listed in kms.list_keys()["Keys"]:
        key = kms.describe_key(KeyId=listed["KeyId"])["KeyMetadata"]
        if key["KeyManager"] == "CUSTOMER" and key["Enabled"]:
            kms.disable_key_rotation(KeyId=key["KeyId"])
            return


def document(phases: dict[str, list[Call]]) -> dict[str, Any]:
    """What is kept: each question once, with the phases that ask it."""
    asked: dict[str, dict[str, Any]] = {}
    for phase, calls in phases.items():
        for call in calls:
            resource = certain(call.resource)
            context = dict(sorted(call.context.items()))
            row = asked.setdefault(
                json.dumps([call.action, resource, context]),
                {"action": call.action, "resource": resource, "context": context, "phases": []},
            )
            if phase not in row["phases"]:
                row["phases"].append(phase)
    numbers = {phase: len(calls) for phase, calls in phases.items()}
    return {"questions": numbers, "asked": [asked[key] for key in sorted(asked)]}


def certain(resource: str) -> str:
    """The ARN without what is another one with each run."""
    for pattern, replacement in UNCERTAIN:
        resource = pattern.sub(replacement, resource)
    return resource


def lines(value: dict[str, Any]) -> Iterator[str]:
    """JSON with a question a line."""
    yield '{\n  "questions": ' + json.dumps(value["questions"]) + ',\n  "asked": [\n'
    yield ",\n".join(f"    {json.dumps(row)}" for row in value["asked"])
    yield "\n  ]\n}\n"


def record(name: str, to: Path) -> None:
    """One environment."""
    print(name, flush=True)
    with tempfile.TemporaryDirectory(prefix="deployer-calls-") as temporary:
        folder = Path(temporary).resolve()
        os.environ[recording.VARIABLE] = str(folder / "calls.ndjson")
        os.environ["GIT_CEILING_DIRECTORIES"] = str(folder.parent)
        made = repository(folder / "platform", name)
        region = next(it.split()[1] for it in made.spec(name).read_text().splitlines() if it.startswith("region: "))
        variables = variables_of(control.start(made, ACCOUNT, region))
        os.environ.update(variables)
        recorder = Recorder(folder / "calls.ndjson")
        session = Session(made)
        try:
            bootstrap.bootstrap(session, name)
            surroundings(name, region, variables)
            live(session, name, recorder, Clients(region, variables))
        finally:
            control.stop(made, ACCOUNT)
            write(recorder.phases, to / f"{name}.json")


def write(phases: dict[str, list[Call]], file: Path) -> None:
    """The file of one environment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(lines(document(phases))))


def policies(file: Path) -> None:
    """The deployer of `environments/foundation.yaml` by the newest module, and a digest of its sources."""
    from tests.support.deployer_policies import is_policy, source_digest
    from tests.support.offline_plans import plan_of_environment, resources

    with tempfile.TemporaryDirectory(prefix="deployer-policies-") as temporary:
        spec = Path(temporary).resolve() / "foundation.yaml"  # without its lock: the newest module, released or not
        text = (TOP / "environments" / "foundation.yaml").read_text()
        spec.write_text(
            text.replace("target: aws", "target: emulator").replace("\n  github:", "\n  planner: {}\n  github:")
        )
        (folder := spec.parent / "root").mkdir()
        planned = [it for it in resources(plan_of_environment(spec, folder)) if is_policy(it["address"].split("[")[0])]
    found = {it["name"]: json.loads(it["values"]["policy"])["Statement"] for it in planned}
    text = json.dumps({"source": source_digest(), "policies": dict(sorted(found.items()))}, indent=1)
    file.write_text(text + "\n")


def main(arguments: Iterable[str] | None = None) -> int:
    """Record what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=TO, help="the folder of the files")
    parser.add_argument("--policies", action="store_true", help="the policies as Terraform renders them")
    parser.add_argument("environments", nargs="*", metavar="ENVIRONMENT")
    options = parser.parse_args(None if arguments is None else list(arguments))
    if options.policies:
        policies(options.to / "policies.json")
    for name in options.environments:
        record(name, options.to)
    return 0


if __name__ == "__main__":
    sys.exit(main())
