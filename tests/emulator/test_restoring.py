"""Data that was deleted since comes back with a rollback, on real Terraform: the same secret, the same key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine import undelete
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.plan import gate
from mendixctl.engine.results import RestoreAction
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.guard.verdict import Verdict
from mendixgen.diagnostics import Refused
from mendixgen.repository import Repository
from tests.emulator.engine_bench import EngineBench
from tests.support.vault_module import SPEC, write_vault

pytestmark = pytest.mark.emulator

SECRET = 'module.vault.aws_secretsmanager_secret.this["{}"]'
KEY = 'module.vault.aws_kms_key.this["files"]'
LOGS = 'module.vault.aws_cloudwatch_log_group.this["audit"]'


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[EngineBench]:
    """An environment with two secrets, a key and a log group."""
    (tmp_path / "platform" / "environments").mkdir(parents=True)
    (tmp_path / "platform" / "environments" / "dev.yaml").write_text(SPEC)
    write_vault(tmp_path / "platform" / "modules")
    made = EngineBench(Repository(tmp_path / "platform"))
    yield made
    made.stop()


def clients(bench: EngineBench) -> Any:
    workplace = open_workplace(bench.session, "dev", refresh=False)
    return Tools.start(workplace).clients


def test_a_deleted_secret_and_key_are_brought_back_and_the_rest_is_made_again_only_if_accepted(
    vault: EngineBench,
) -> None:
    vault.apply()
    aws = clients(vault)
    secrets, keys = aws.client("secretsmanager"), aws.client("kms")
    key = keys.describe_key(KeyId="alias/dev-files")["KeyMetadata"]["KeyId"]
    sealed = keys.encrypt(KeyId=key, Plaintext=b"what was said")["CiphertextBlob"]
    secrets.put_secret_value(SecretId="dev/license", SecretString="given by somebody")
    vault.spec.write_text(SPEC.replace("[license, token]", "[]").replace("[files]", "[]").replace("[audit]", "[]"))
    vault.plan()
    lost = sorted(gate.acceptable(apply_run.prepare(vault.session, "dev").plan))
    apply_run.execute(vault.session, apply_run.prepare(vault.session, "dev", lost))

    prepared = rollback_run.prepare(vault.session, None, 1)
    steps = {one.address: one for one in prepared.restores}
    assert {address: one.action for address, one in steps.items()} == {
        SECRET.format("license"): RestoreAction.UNDELETE,
        SECRET.format("token"): RestoreAction.UNDELETE,
        KEY: RestoreAction.UNDELETE,
        LOGS: RestoreAction.EMPTY,
    }
    assert steps[KEY].source == key
    assert steps[KEY].until is not None
    verdicts = {one.change.address: one.verdict for one in prepared.plan.changes}
    assert (verdicts[KEY], verdicts[LOGS]) == (Verdict.RESTORE_NEEDED, Verdict.IRREVERSIBLE)
    with pytest.raises(Refused) as error:
        rollback_run.execute(vault.session, prepared)
    assert [found.code for found in error.value.diagnostics] == ["MXG101"]
    assert LOGS in error.value.diagnostics[0].detail
    assert keys.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion", "a refusal changes nothing"
    assert "DeletedDate" in secrets.describe_secret(SecretId="dev/license")

    # as after a rollback that was killed between bringing back and applying
    secrets.restore_secret(SecretId="dev/token")
    prepared = rollback_run.prepare(vault.session, None, 1, [LOGS])
    assert {one.address: one.action for one in prepared.restores}[SECRET.format("token")] is RestoreAction.IMPORT
    result = rollback_run.execute(vault.session, prepared)
    assert result.proven
    assert secrets.get_secret_value(SecretId="dev/license")["SecretString"] == "given by somebody"
    assert keys.describe_key(KeyId="alias/dev-files")["KeyMetadata"]["KeyId"] == key
    assert keys.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"what was said"
    assert not list(vault.root.glob("*import*"))
    changes = {one.address: one.action for one in result.apply.record.release.changes}
    assert changes[KEY] in {"import", "update"}
    assert changes[LOGS] == "create"


def test_a_secret_that_comes_back_within_its_window_is_known_by_the_plan_and_imported_on_request(
    vault: EngineBench,
) -> None:
    vault.apply()
    aws = clients(vault)
    secrets, keys = aws.client("secretsmanager"), aws.client("kms")
    secrets.put_secret_value(SecretId="dev/license", SecretString="given by somebody")
    key = keys.describe_key(KeyId="alias/dev-files")["KeyMetadata"]["KeyId"]
    vault.spec.write_text(SPEC.replace("[license, token]", "[token]").replace("[files]", "[]"))
    lost = sorted(gate.acceptable(vault.plan()))
    apply_run.execute(vault.session, apply_run.prepare(vault.session, "dev", lost))
    vault.spec.write_text(SPEC)

    told = undelete.plan(vault.session, "dev")
    assert {one.summary.partition(":")[0] for one in told.warnings if one.code == "MXP171"} == {
        SECRET.format("license"),
        KEY,
    }
    assert "DeletedDate" in secrets.describe_secret(SecretId="dev/license"), "to say it changes nothing"

    found = undelete.plan(vault.session, "dev", undelete=True)
    actions = {one.change.address: one.change.action.value for one in found.changes}
    assert {actions[SECRET.format("license")], actions[KEY]} <= {"import", "update"}
    apply_run.execute(vault.session, apply_run.prepare(vault.session, "dev"))
    assert secrets.get_secret_value(SecretId="dev/license")["SecretString"] == "given by somebody"
    assert keys.describe_key(KeyId="alias/dev-files")["KeyMetadata"]["KeyId"] == key
    assert undelete.plan(vault.session, "dev", undelete=True).has_changes is False
