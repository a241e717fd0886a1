"""Results as the engine gives them, for tests of views and commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mendixctl.engine import results
from mendixctl.engine.blame.results import (
    Altered,
    BlameResult,
    Cause,
    FieldBlame,
    ModuleBlame,
    ResourceBlame,
    Touched,
)
from mendixctl.engine.drift.results import (
    Adoption,
    AdoptionResult,
    Drifted,
    DriftedAttribute,
    DriftResult,
    Event,
    NotAdopted,
    Planned,
    PreparedAdoption,
)
from mendixctl.engine.foreign_plans import VerdictsResult
from mendixctl.engine.states import PreparedRestore, RestoreResult, StateListResult
from mendixctl.engine.support import SupportedVersion, SupportResult
from mendixctl.engine.verifying import Verified, VerifyResult
from mendixctl.guard.limits import Objection
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.ledger.audit import Finding
from mendixctl.ledger.release import Author, Health, HealthCheck, Kind, Outcome, Record, Release, Status
from mendixctl.ledger.state_copies import StateCopy, StateFacts
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.diagnostics import Diagnostic, Location, Severity
from mendixgen.spec.support import Operator
from mendixgen.spec.support import Status as SupportStatus

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECRET = "hunter2-the-secret"
SCOPE = results.Scope("prod", "123456789012", "eu-central-1", "aws", protected=True)
WARNING = Diagnostic("MXS150", "a tag has unusual characters", severity=Severity.WARNING)


def change(
    address: str, action: Action = Action.UPDATE, *attributes: AttributeChange, verdict: Verdict = Verdict.REVERSIBLE
) -> results.Judged:
    """One planned change in the area that its address names."""
    area = address.split(".")[1] if address.startswith("module.") else ""
    kind = address.split(".")[2] if area else address.split(".", maxsplit=1)[0]
    raw = {"after": {"password": SECRET}}
    judgement = Judgement(verdict, "" if verdict is Verdict.REVERSIBLE else f"{address} would be gone", "a.rule")
    return results.Judged(ResourceChange(address, area, kind, action, attributes, raw=raw), judgement)


def attribute(path: str, before: object, after: object, **marks: bool) -> AttributeChange:
    """One attribute, before and after."""
    return AttributeChange(path, before, after, **marks)


def plan(*changes: results.Judged, scope: results.Scope = SCOPE, **parts: object) -> results.PlanResult:
    """A plan of these changes."""
    settings: dict[str, object] = {
        "kind": Kind.APPLY,
        "has_changes": bool(changes),
        "base": 3,
        "counts": results.Counts(change=len(changes)),
        "created_at": NOW,
        "expires_at": NOW + timedelta(hours=24),
        "plan_file": Path("plan.tfplan"),
        "plan_digest": "sha256:1",
        "pins": {"network": "1.0.0"},
        "warnings": (WARNING,),
        **parts,
    }
    return results.PlanResult(scope=scope, changes=changes, **settings)  # type: ignore[arg-type]


VPC = change("module.network.aws_vpc.this", Action.UPDATE, attribute("enable_dns_support", None, True))
BUCKET = change(
    'module.storage.aws_s3_bucket.this["files"]',
    Action.REPLACE,
    attribute("bucket", "old", "new", forces_replacement=True),
    attribute("password", "(sensitive)", "(sensitive)", sensitive=True),
    verdict=Verdict.IRREVERSIBLE,
)
GROWN = results.Judged(
    change("module.database.aws_db_instance.this", Action.UPDATE, attribute("allocated_storage", 100, 200)).change,
    Judgement(Verdict.IRREVERSIBLE, "RDS never shrinks storage: it stays as it is", one_way=True),
    Judgement(Verdict.IRREVERSIBLE, "RDS never shrinks storage: it stays as it is", one_way=True),
)
UPGRADED_CLUSTER = results.Judged(
    change("module.cluster.aws_eks_cluster.this", Action.UPDATE, attribute("version", "1.33", "1.34")).change,
    Judgement(Verdict.WINDOWED, "one version within seven days", "eks.version-up", "a guide", "P7D"),
    Judgement(Verdict.WINDOWED, "one version within seven days", "eks.version-down", "a guide", "P7D"),
)
SUBNET = change('module.network.aws_subnet.public["c"]', Action.CREATE, attribute("cidr_block", None, "10.0.0.0/20"))


def record(number: int, *, status: Status = Status.SUCCEEDED, kind: Kind = Kind.APPLY, message: str = "why") -> Record:
    """A release with its outcome."""
    release = Release(
        number=number,
        environment="prod",
        account="123456789012",
        region="eu-central-1",
        target="aws",
        kind=kind,
        started_at=NOW,
        author=Author("li", "host", "李雷 <li@example.com>"),
        spec="name: prod\n",
        lock="base: 1\n",
        archive_digest="sha256:2",
        message=message,
        rollback_to=1,
        rollback_from=number - 1,
        changes=(VPC.recorded, BUCKET.recorded, SUBNET.recorded),
    )
    failed = ("module.network.aws_vpc.this",) if status is Status.FAILED else ()
    outcome = Outcome(status, NOW, 72.0, done=("module.storage.aws_s3_bucket.this",), failed=failed, proven=True)
    return Record(release, outcome, f"sha256:{number}")


def applied(number: int = 4, status: Status = Status.SUCCEEDED) -> results.ApplyResult:
    """What an apply recorded."""
    made = record(number, status=status)
    assert made.outcome is not None
    return results.ApplyResult(SCOPE, number, Kind.APPLY, status, made.outcome, made, seconds=72.0)


GUARDS = results.Guards(
    (
        Objection(
            "MXG101",
            "a change cannot be taken back",
            ((BUCKET.change.address, "replace: it holds data"),),
            (BUCKET.change.address,),
            "accept the loss of each by name",
        ),
    ),
    command="mendixctl apply --accept-loss X",
)
UNHEALTHY = replace(
    applied(),
    outcome=replace(
        applied().outcome,
        checks=(
            HealthCheck(
                "database", 'module.database.aws_db_instance.this["main"]', "prod-main", Health.UNHEALTHY, "failed"
            ),
            HealthCheck(
                "targets", "module.ingress.aws_lb_target_group.this", "prod-http", Health.NO_TARGETS, "no targets"
            ),
        ),
    ),
)
PREPARED = results.PreparedApply(SCOPE, plan(VPC, BUCKET, SUBNET), 4, "prod")
HELD = results.Held("database.version", "17", "16", "AWS has no way back to an older engine")
PREPARED_ROLLBACK = results.PreparedRollback(
    SCOPE,
    version=1,
    head=3,
    number=4,
    plan=plan(VPC),
    spec=(results.SpecChange("network.zones", 3, 2),),
    versions=(results.VersionChange("network", "1.1.0", "1.0.0"),),
    held_forward=(HELD,),
    spec_diff="-3\n+2\n",
    restores=(
        results.Restore(
            "module.secrets.aws_secretsmanager_secret.this",
            "aws_secretsmanager_secret",
            results.RestoreAction.UNDELETE,
            "arn:aws:secretsmanager:x",
            until=NOW,
            deleted_by=2,
        ),
        results.Restore(
            "module.database.aws_db_instance.this",
            "aws_db_instance",
            results.RestoreAction.SNAPSHOT,
            "final-1",
            data_until=NOW,
        ),
        results.Restore("module.storage.aws_s3_bucket.this", "aws_s3_bucket", results.RestoreAction.EMPTY),
    ),
    confirmation="prod",
)
ROLLED_BACK = results.RollbackResult(SCOPE, 1, 3, applied(), (HELD,), proven=True, restores=PREPARED_ROLLBACK.restores)
PREPARED_DESTROY = results.PreparedDestroy(SCOPE, plan(VPC), plan(BUCKET), 5, confirmation="prod")
DESTROYED = results.DestroyResult(SCOPE, applied(5), applied(6))
HISTORY = results.HistoryResult(SCOPE, (record(1), record(2, status=Status.FAILED), record(3, kind=Kind.ROLLBACK)), 2)
SHOWN = results.ShowResult(
    SCOPE, record(2), (results.SpecChange("network.zones", 2, 3),), PREPARED_ROLLBACK.versions, ("main.tf",)
)
COMPARED = results.DiffResult(
    SCOPE, 1, 3, SHOWN.spec, "-zones: 2\n+zones: 3\n", SHOWN.versions, ((2, VPC.recorded),), "+x\n"
)
OUTPUTS = results.OutputsResult(
    SCOPE,
    (
        results.OutputValue("environment", {"name": "prod"}),
        results.OutputValue("token", None, sensitive=True),
        results.OutputValue("zone", "a"),
    ),
)
SYNCED = results.SyncResult(SCOPE, 3, 1, 3, (2, 3), ("environments/prod.yaml",))
COPY = StateCopy(2, 7, "9d1f2a4c-1", 3, f"sha256:{'a' * 64}", NOW, 2048)
STATES = StateListResult(
    SCOPE, "s3://bucket/prod/state-copies", 30, (COPY,), StateFacts("9d1f2a4c-1", 7, 3, COPY.digest), (WARNING,)
)
PREPARED_RESTORE = PreparedRestore(
    SCOPE,
    COPY,
    StateFacts("9d1f2a4c-1", 9, 4, "sha256:b"),
    serial=10,
    number=4,
    back=("module.network.aws_vpc.this",),
    forgotten=("module.storage.aws_s3_bucket.this",),
    over_newer=True,
    confirmation="prod",
)
STATE_RESTORED = RestoreResult(SCOPE, 4, COPY, 10, record(4, kind=Kind.RESTORE))
BOOTSTRAPPED = results.BootstrapResult(
    SCOPE, "bucket", "arn:aws:kms:x", (results.BootstrapStep("bucket", "created", "versioned"),)
)
RENDERED = results.RenderResult("prod", ("environments/prod/main.tf",), ("environments/prod/moves.tf",))
OUTDATED = results.RenderResult("prod", ("environments/prod/main.tf",), diff="--- a\n+++ b\n-x\n+y\n", check=True)
VALIDATED = results.ValidateResult(
    (
        results.Validated("dev", "environments/dev.yaml"),
        results.Validated("prod", "environments/prod.yaml", (Diagnostic("MXS104", "bad"), WARNING)),
    )
)
SUPPORT = SupportResult(
    environment="prod",
    today=date(2026, 12, 1),
    as_of=date(2026, 11, 23),
    warn_days=120,
    rows=(
        SupportedVersion(
            component="eks",
            title="Kubernetes (EKS)",
            path="cluster.version",
            location=Location("environments/prod.yaml", 30, 12),
            is_default=False,
            version="1.34",
            label="",
            status=SupportStatus.STANDARD,
            standard=date(2026, 12, 2),
            extended=date(2027, 12, 2),
            planned=False,
            days_left=1,
        ),
        SupportedVersion(
            component="mendix",
            title="Mendix",
            path="apps.crm.mendix",
            location=Location("environments/prod.yaml", 1, 1),
            is_default=True,
            version="10.18",
            label="MTS",
            status=SupportStatus.ENDED,
            standard=date(2025, 9, 30),
            extended=None,
            planned=True,
            days_left=None,
        ),
    ),
    operator=Operator("Mendix Operator", "2.28", "1.36", frozenset({"postgres"}), "9.22+"),
    sources={"eks-calendar": "Amazon EKS user guide"},
    diagnostics=(Diagnostic("MXS162", "out of service"), WARNING),
)
UPGRADED = results.UpgradeResult("prod", (results.VersionChange("network", "1.0.0", "1.1.0"),))
CAUSE = Cause(
    2, Kind.APPLY, Status.FAILED, NOW, Author("li", "host", "李雷 <li@example.com>"), "0123456789abcdef", "more"
)
BLAMED = BlameResult(
    SCOPE,
    "environments/prod.yaml",
    3,
    "",
    (
        FieldBlame("network.zones", 7, 3, False, True, 0, (Altered(CAUSE, 2, 3),)),
        FieldBlame("network.nat", 8, "one", False, False, 2, ()),
        FieldBlame("old", 0, None, True, True, 0, (Altered(CAUSE, "(sensitive)", None),)),
    ),
)
BLAMED_AREA = BlameResult(
    SCOPE,
    "environments/prod.yaml",
    3,
    "network",
    BLAMED.fields,
    (
        ResourceBlame(
            "module.network.aws_vpc.this",
            "network",
            False,
            (Touched(CAUSE, "delete", "module.network.aws_vpc.old", ("tags",), "irreversible", "1.0.0 -> 1.1.0"),),
        ),
    ),
    (ModuleBlame("network", "1.1.0", (Altered(CAUSE, "", "1.1.0"),)),),
)
VERIFIED = VerifyResult(
    (
        Verified("dev", "environments/dev/releases", 1, 0, ()),
        Verified(
            "prod",
            "s3://b/prod/releases",
            3,
            2,
            (Finding(2, Diagnostic("MXL102", "v2 was edited")), Finding(3, WARNING)),
        ),
    ),
    2,
    (Diagnostic("MXR104", "storage 1.0.0 was changed"),),
)
SOUND = VerifyResult((VERIFIED.environments[0],), 2, ())
DRIFTED = DriftResult(
    SCOPE,
    3,
    NOW,
    aws=(
        Drifted(
            "module.network.aws_vpc.this",
            "network",
            "aws_vpc",
            "changed",
            "update",
            (
                DriftedAttribute("tags.team", "ours", "theirs"),
                DriftedAttribute("password", "(sensitive)", "(sensitive)", True),
            ),
            names=("vpc-1",),
            events=(Event("CreateTags", "arn:aws:iam::123456789012:user/eve", NOW, "192.0.2.1"),),
        ),
        Drifted('module.storage.aws_s3_bucket.this["a"]', "storage", "aws_s3_bucket", "deleted", "create"),
        Drifted("module.storage.aws_sqs_queue.this", "storage", "aws_sqs_queue", "changed", "replace", adopted=True),
    ),
    generator=(Planned(VPC.change, "network 1.0.0 -> 1.1.0"),),
    yaml=(Planned(BUCKET.change), Planned(SUBNET.change)),
    unfinished=(Planned(SUBNET.change),),
    spec=(results.SpecChange("network.zones", 3, 2),),
    versions=(results.VersionChange("network", "1.0.0", "1.1.0"),),
    generators=("0.1.0", "0.2.0"),
    ignored=("module.network.aws_security_group.this",),
    plans=3,
    notes=(WARNING,),
    seconds=12.3,
)
AS_RELEASED = DriftResult(SCOPE, 3, NOW, plans=1)
ADOPTING = PreparedAdoption(
    DRIFTED,
    (Adoption("network.team", "ours", "theirs", "module.network.aws_vpc.this", "tags.team"),),
    (NotAdopted('module.storage.aws_s3_bucket.this["a"]', "", "no field"),),
    before="team: ours\n",
    text="team: theirs\n",
    spec_diff="--- a\n+++ b\n-team: ours\n+team: theirs\n",
    confirmation="prod",
)
ADOPTED = AdoptionResult(ADOPTING, plan())
VERDICTS = VerdictsResult(
    "plan.json",
    "1.11.4",
    (VPC, BUCKET, GROWN, UPGRADED_CLUSTER),
    (BUCKET,),
    "loss",
    (BUCKET,),
    (Diagnostic("MXG122", "it is irreversible"),),
)
