"""What runs in builds, by the foundation's build specification: real mendixctl, Terraform and S3, on the emulator.

The commands are called as a person calls them; only CodeBuild itself is a double, whose builds are processes here.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendixctl.emulator import control
from mendixctl.emulator.environment import environment
from mendixctl.engine.elsewhere import inside, run
from mendixctl.engine.many.waves import FILE
from mendixctl.engine.plan.carried import PASSPHRASE
from mendixctl.engine.repository.render import render
from mendixctl.engine.session import Session
from tests.emulator.command_bench import OTHERS, CommandBench
from tests.emulator.conftest import ACCOUNT, REGION
from tests.emulator.engine_bench import KEYS, vendored
from tests.support.codebuild_double import CodeBuildDouble, Project

pytestmark = pytest.mark.emulator
STATES = f"{ACCOUNT}-{REGION}-mendix-state"
APPLIED = ("--no-checks", "--no-deploy", "--on", "codebuild")


@dataclass(kw_only=True)
class Here(CommandBench):
    """The machine that starts builds, and what they work on."""

    there: CodeBuildDouble
    s3: Any

    def commit(self) -> None:
        root = str(self.repository.root)
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
            subprocess.run(["git", "-C", root, *who, *command], check=True, capture_output=True)

    def edit(self, old: str, new: str) -> None:
        super().edit(old, new)
        render(Session(self.repository), "dev")
        self.commit()

    def releases(self) -> list[str]:
        """The objects of the ledger of ``dev``."""
        listed = self.s3.list_objects_v2(Bucket=STATES).get("Contents", ())
        return [one["Key"] for one in listed if one["Key"].endswith("/release.json")]


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terraform_in_processes: str
) -> Iterator[Here]:
    """``dev``, protected, and ``test`` on AWS; the projects, whose builds have the emulator where AWS would be."""
    text = KEYS.replace("target: emulator", "target: aws")
    repository = vendored(tmp_path / "platform", "encryption", text=text)
    repository.spec("test").write_text(text.replace("dev", "test") + "protected: false\n")
    (repository.root / FILE).write_text(
        "codebuild: {projects: {plan: our-plan, apply: our-apply}, bucket: our-builds}\nwaves: [[dev, test]]\n"
    )
    (repository.root / ".gitignore").write_text(".mendixctl/\n.terraform/\n")
    variables = environment(control.start(repository, ACCOUNT, REGION))
    s3, kms = (
        boto3.client(
            name,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id="emulator",
            aws_secret_access_key="emulator",
        )
        for name in ("s3", "kms")
    )
    for bucket in (STATES, "our-builds"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    given = {**variables, PASSPHRASE: "known to builds alone", "MENDIXCTL_TERRAFORM": terraform_in_processes}
    projects = [Project(f"our-{step}", {**given, inside.STEP: step}) for step in ("plan", "apply")]
    there = CodeBuildDouble(tmp_path / "there", *projects, s3=s3)
    monkeypatch.setattr(run, "Clients", lambda region: there)
    monkeypatch.setattr(run, "POLL", 0.2)
    document = tmp_path / "document.json"
    monkeypatch.setenv("MENDIXCTL_JSON_FILE", str(document))
    made = Here(repository, kms, capsys, document, there=there, s3=s3)
    yield made
    (tmp_path / "said").write_text(made.said)  # what a person would have read, for whom a failure puzzles
    there.end()
    for status in control.status(repository):
        control.stop(repository, status.account)


def codes(document: dict[str, Any]) -> list[str]:
    return [one["code"] for one in document["diagnostics"]]


def test_two_are_planned_side_by_side_and_one_goes_on_to_a_rollback(here: Here) -> None:
    session = Session(here.repository)
    for name in ("dev", "test"):
        render(session, name)
    here.commit()

    # roots that nobody has initialised: each build leaves the provider lock, and no plan of it is kept yet
    code, many = here.call("plan", "--all", "--no-preflight", "--on", "codebuild")
    assert [(row["environment"], row["progress"], row["exit_code"]) for row in many["result"]["environments"]] == [
        ("dev", "planned", 2),
        ("test", "planned", 2),
    ], there_log(here)
    assert (code, here.there.most) == (2, 2)
    assert all((here.repository.terraform_root(name) / ".terraform.lock.hcl").is_file() for name in ("dev", "test"))
    code, nothing = here.call("apply", "--yes", "--env", "dev", *APPLIED)
    assert (code, codes(nothing)) == (1, ["MXP285"])
    here.commit()

    code, planned = here.call("plan", "dev", "--no-preflight", "--on", "codebuild")
    assert code == 2, there_log(here)
    assert planned["result"]["counts"]["add"] > 3
    (kept,) = (here.repository.workspace("dev") / "elsewhere").glob("*.plan")
    assert b"aws_kms_key" not in kept.read_bytes()
    code, first = here.call("apply", "--yes", "--env", "dev", "-m", "keys", *APPLIED)
    assert (code, first["result"]["number"]) == (0, 1), there_log(here)
    assert "base: 1" in here.repository.lock("dev").read_text()
    assert not (here.repository.workspace("dev") / "plans").exists()  # nothing was planned on this machine
    assert here.rotation() == {365}
    here.commit()

    here.edit("rotation_days: 365", "rotation_days: 90")
    assert here.call("plan", "dev", "--no-preflight", "--on", "codebuild")[0] == 2
    code, second = here.call("apply", "--yes", "--env", "dev", *APPLIED)
    assert (code, second["result"]["number"], here.rotation()) == (0, 2, {90}), there_log(here)
    here.commit()

    code, back = here.call("rollback", "v1", "--yes", "--env", "dev", *APPLIED)
    assert (code, back["result"]["release"]["number"], here.rotation()) == (0, 3, {365}), there_log(here)
    assert back["result"]["proven"]
    text = here.repository.spec("dev").read_text()
    assert re.search(r"rotation_days: 365 +# once a year\n", text)  # the comment is kept
    assert "base: 3" in here.repository.lock("dev").read_text()
    assert len(here.releases()) == 3
    here.commit()

    # what destroys more than a protected environment allows is refused in the build, as it is here (test_guards.py)
    here.edit("encryption:\n", f"encryption:\n  {OTHERS}\n")
    code, losing = here.call("plan", "dev", "--no-preflight", "--on", "codebuild")
    assert (code, [one["code"] for one in losing["result"]["guards"]["objections"]]) == (2, ["MXG102"])
    code, refused = here.call("apply", "--yes", "--env", "dev", *APPLIED)
    assert (code, codes(refused)) == (3, ["MXG102"]), there_log(here)


def there_log(here: Here) -> str:
    """What the last build said."""
    return "\n".join(list(here.there.builds.values())[-1].log)
