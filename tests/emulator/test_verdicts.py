"""Verdicts on the whole line, by real Terraform: in the plan, of what was lost outside it, and in the release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.history import run as history_run
from mendixctl.guard.verdict import Verdict
from mendixgen.repository import Repository
from tests.emulator.engine_bench import EngineBench
from tests.support.vault_module import SPEC, write_vault

pytestmark = pytest.mark.emulator

SECRET = 'module.vault.aws_secretsmanager_secret.this["license"]'
LOGS = 'module.vault.aws_cloudwatch_log_group.this["audit"]'
OTHER = 'module.vault.aws_cloudwatch_log_group.this["other"]'


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[EngineBench]:
    """An environment with a secret and two log groups."""
    (tmp_path / "platform" / "environments").mkdir(parents=True)
    text = SPEC.replace("[license, token]", "[license]").replace("[files]", "[]").replace("[audit]", "[audit, other]")
    (tmp_path / "platform" / "environments" / "dev.yaml").write_text(text)
    write_vault(tmp_path / "platform" / "modules")
    made = EngineBench(Repository(tmp_path / "platform"))
    yield made
    made.stop()


def test_verdicts_from_the_plan_to_the_release(vault: EngineBench) -> None:
    vault.apply()
    workplace = open_workplace(vault.session, "dev", refresh=False)
    clients = Tools.start(workplace).clients
    clients.client("logs").delete_log_group(logGroupName="/dev/audit")
    clients.client("logs").put_retention_policy(logGroupName="/dev/other", retentionInDays=1)
    vault.edit("secrets: [license]", "secrets: []")

    plan = vault.plan()
    assert {one.change.address: one.verdict for one in plan.drift_losses} == {
        LOGS: Verdict.IRREVERSIBLE,
        OTHER: Verdict.IRREVERSIBLE,
    }
    judged = {one.change.address: one for one in plan.changes}
    assert judged[LOGS].verdict is Verdict.RESTORE_NEEDED
    assert judged[OTHER].verdict is Verdict.REVERSIBLE
    assert judged[OTHER].back.verdict is Verdict.IRREVERSIBLE
    secret = judged[SECRET]
    assert (secret.verdict, secret.judgement.window, secret.back.window) == (Verdict.WINDOWED, "P7D", "P7D")

    prepared = apply_run.prepare(vault.session, "dev")
    assert prepared.plan.changes == plan.changes
    assert prepared.plan.drift_losses == plan.drift_losses
    apply_run.execute(vault.session, prepared)
    record = history_run.show(vault.session, "dev", 2).record
    recorded = {one.address: one for one in record.release.changes}
    assert recorded[SECRET].verdict == "windowed"
    assert "recovery window" in recorded[SECRET].reason
    until = datetime.fromisoformat(recorded[SECRET].until)
    assert abs(until - record.release.started_at - timedelta(days=7)) < timedelta(seconds=2)
    assert recorded[OTHER].back == "irreversible"
    assert recorded[LOGS].verdict == "restore-needed"
