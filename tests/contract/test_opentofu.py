"""What OpenTofu says otherwise: the same events and formats, with its own name in them.

Source: opentofu, internal/command/views/json_view.go (the version event has ``tofu`` where Terraform's has
``terraform``, and the module is ``tofu.ui``) and internal/tofu/version_required.go.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mendixctl.terraform.events import Event
from mendixgen.diagnostics import MendixError
from tests.support.fake_terraform import RECORDINGS, FakeTerraform

PLAN = {"write_plan": "anything"}


def spoken(name: str) -> str:
    """A recording of Terraform as OpenTofu would have said it."""
    lines = []
    for line in (RECORDINGS / name).read_text().splitlines():
        event = json.loads(line)
        event["@module"] = "tofu.ui"
        if event["type"] == "version":
            del event["terraform"]
            event |= {"@message": "OpenTofu 1.11.2", "tofu": "1.11.2"}
        lines.append(json.dumps(event).replace("Terraform", "OpenTofu") + "\n")
    return "".join(lines)


def test_a_plan_and_an_apply_are_understood(fake: FakeTerraform, tmp_path: Path) -> None:
    heard: list[Event] = []
    fake.on("plan", {"stdout": spoken("plan_create.ndjson")}, PLAN, exit=2)
    fake.on("apply", {"stdout": spoken("apply_create.ndjson")})
    terraform = fake.terraform()
    planned = terraform.plan(tmp_path / "plan", on_event=heard.append)
    assert heard[0].kind == "version"
    assert planned.summary.add == 2
    assert set(terraform.apply(tmp_path / "plan").done) == {"aws_s3_bucket.this", "aws_ssm_parameter.this"}


@pytest.mark.parametrize(
    ("recording", "code"),
    [
        ("error_locked.ndjson", "MXT111"),
        ("error_version.ndjson", "MXT118"),
        ("error_stale.ndjson", "MXT116"),
        ("error_checksum.ndjson", "MXT121"),
        ("error_not_initialised.ndjson", "MXT122"),
        ("error_no_registry.ndjson", "MXT113"),
        ("error_state_format.ndjson", "MXT118"),
    ],
)
def test_its_errors_have_the_codes_of_terraforms(
    fake: FakeTerraform, tmp_path: Path, recording: str, code: str
) -> None:
    fake.on("plan", {"stdout": spoken(recording)}, exit=1)
    with pytest.raises(MendixError) as caught:
        fake.terraform().plan(tmp_path / "plan")
    assert caught.value.diagnostics[0].code == code


def test_what_encrypts_its_state_reaches_it(fake: FakeTerraform) -> None:
    fake.on("init")
    sealed = {**fake.environment(), "TF_ENCRYPTION": "key_provider ..."}
    fake.terraform(inherited=sealed).init()
    assert fake.calls[0].environment["TF_ENCRYPTION"] == "key_provider ..."
