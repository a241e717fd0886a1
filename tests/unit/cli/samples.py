"""Results as the engine gives them, for tests of views and commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mendixctl.engine import results
from mendixctl.engine.adopt.matching import Match
from mendixctl.engine.adopt.results import AdoptResult, Difference, LeftOut, ProposalResult
from mendixctl.engine.apply.results import ApplyResult, PreparedApply
from mendixctl.engine.audit.report import AssessedRisk, Evidence, ReportedRelease, ReportResult, Standing
from mendixctl.engine.blame.results import (
    Altered,
    BlameResult,
    Cause,
    FieldBlame,
    ModuleBlame,
    ResourceBlame,
    Touched,
)
from mendixctl.engine.bootstrap import BootstrapResult, BootstrapStep
from mendixctl.engine.copies.results import CloneResult, PromoteResult
from mendixctl.engine.cost.estimate import Delta, EstimateResult
from mendixctl.engine.cost.estimate import Line as CostLine
from mendixctl.engine.cost.price_list import PricesResult
from mendixctl.engine.cost.recommend import Commitment, RecommendResult
from mendixctl.engine.deploy.results import DeployResult
from mendixctl.engine.deployment.results import Readiness, State
from mendixctl.engine.destroy import DestroyResult, PreparedDestroy
from mendixctl.engine.diff import SpecChange, VersionChange
from mendixctl.engine.doctor.results import DoctorResult, Examined, Line
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
from mendixctl.engine.explain.results import ExplainedField, ExplainResult, Key, Mark
from mendixctl.engine.history.results import DiffResult, HistoryResult, ShowResult, SyncResult
from mendixctl.engine.history.verify import Verified, VerifyResult
from mendixctl.engine.incident.results import (
    DeadlinesResult,
    Incident,
    IncidentReport,
    IncidentResult,
    IncidentsResult,
    Kept,
    PriorityReport,
)
from mendixctl.engine.many.results import ManyAppliesResult, ManyPlansResult, PreparedMany, Progress, Row, Wave
from mendixctl.engine.outputs import OutputsResult, OutputValue
from mendixctl.engine.plan.results import Counts, Guards, PlanResult
from mendixctl.engine.plan.verdicts import VerdictsResult
from mendixctl.engine.preflight.results import Pinned, Preflight, PreflightResult
from mendixctl.engine.repository.results import RenderResult, UpgradeResult, Validated, ValidateResult
from mendixctl.engine.repository.support import SupportedVersion, SupportResult
from mendixctl.engine.rollback.results import Held, PreparedRollback, RollbackResult
from mendixctl.engine.state_restore.run import PreparedRestore, RestoreResult, StateListResult
from mendixctl.guard.limits import Objection
from mendixctl.guard.manifests import JudgedObject, ManifestChanges
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.ledger.audit import Finding
from mendixctl.ledger.release import Author, Health, HealthCheck, Kind, Outcome, Record, Release, Status
from mendixctl.ledger.state_copies import StateCopy, StateFacts
from mendixctl.preflight.findings import Answer, Grade
from mendixctl.preflight.findings import Finding as Found
from mendixctl.preflight.findings import Status as AnswerStatus
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.copies.clone import Translation
from mendixgen.diagnostics import Diagnostic, Location, Severity
from mendixgen.kubernetes import diff as kubernetes
from mendixgen.prices import Source
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


def plan(*changes: results.Judged, scope: results.Scope = SCOPE, **parts: object) -> PlanResult:
    """A plan of these changes."""
    settings: dict[str, object] = {
        "kind": Kind.APPLY,
        "has_changes": bool(changes),
        "base": 3,
        "created_at": NOW,
        "expires_at": NOW + timedelta(hours=24),
        "plan_file": Path("terraform.plan"),
        "plan_digest": "sha256:1",
        "pins": {"network": "1.0.0"},
        "warnings": (WARNING,),
        **parts,
    }
    return PlanResult(scope=scope, changes=changes, **settings)  # type: ignore[arg-type]


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


def applied(number: int = 4, status: Status = Status.SUCCEEDED) -> ApplyResult:
    """What an apply recorded."""
    made = record(number, status=status)
    assert made.outcome is not None
    return ApplyResult(SCOPE, number, Kind.APPLY, status, made.outcome, made, seconds=72.0)


GUARDS = Guards(
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
    refusals=(Diagnostic("MXG101", "prod: a change cannot be taken back", location=Location("prod.yaml", 1, 1)),),
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
PREPARED = PreparedApply(SCOPE, plan(VPC, BUCKET, SUBNET), 4, "prod")
HELD = Held("database.version", "17", "16", "AWS has no way back to an older engine")
PREPARED_ROLLBACK = PreparedRollback(
    SCOPE,
    version=1,
    head=3,
    number=4,
    plan=plan(VPC),
    spec=(SpecChange("network.zones", 3, 2),),
    versions=(VersionChange("network", "1.1.0", "1.0.0"),),
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
ROLLED_BACK = RollbackResult(SCOPE, 1, 3, applied(), (HELD,), proven=True, restores=PREPARED_ROLLBACK.restores)
PREPARED_DESTROY = PreparedDestroy(SCOPE, plan(VPC), plan(BUCKET), 5, confirmation="prod")
DESTROYED = DestroyResult(SCOPE, applied(5), applied(6))
HISTORY = HistoryResult(SCOPE, (record(1), record(2, status=Status.FAILED), record(3, kind=Kind.ROLLBACK)), 2)
SHOWN = ShowResult(SCOPE, record(2), (SpecChange("network.zones", 2, 3),), PREPARED_ROLLBACK.versions, ("main.tf",))
COMPARED = DiffResult(SCOPE, 1, 3, SHOWN.spec, "-zones: 2\n+zones: 3\n", SHOWN.versions, ((2, VPC.recorded),), "+x\n")
OUTPUTS = OutputsResult(
    SCOPE,
    (
        OutputValue("environment", {"name": "prod"}),
        OutputValue("token", None, sensitive=True),
        OutputValue("zone", "a"),
    ),
)
SYNCED = SyncResult(SCOPE, 3, 1, 3, (2, 3), ("environments/prod.yaml",))
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
BOOTSTRAPPED = BootstrapResult(SCOPE, "bucket", "arn:aws:kms:x", (BootstrapStep("bucket", "created", "versioned"),))
RENDERED = RenderResult("prod", ("environments/prod/main.tf",), ("environments/prod/moves.tf",))
OUTDATED = RenderResult("prod", ("environments/prod/main.tf",), diff="--- a\n+++ b\n-x\n+y\n", check=True)
VALIDATED = ValidateResult(
    (
        Validated("dev", "environments/dev.yaml"),
        Validated("prod", "environments/prod.yaml", (Diagnostic("MXS104", "bad"), WARNING)),
    )
)
PREFLIGHT = Preflight(
    (
        Answer("zones", "Zones", AnswerStatus.ASKED, (Found("MXF120", Grade.OK, "all there", "a is x"),), NOW, 0.2),
        Answer(
            "addons",
            "Cluster add-ons",
            AnswerStatus.CACHED,
            (
                Found(
                    "MXF161",
                    Grade.ERROR,
                    "EKS has no coredns v1",
                    "it has v2",
                    "--pin\nwrites it",
                    ("cluster",),
                    Location("environments/prod.yaml", 30, 3),
                ),
                Found("MXF162", Grade.NOTE, "newer ones"),
            ),
            NOW,
        ),
        Answer("quotas", "Quotas", AnswerStatus.LATE, (Found("MXF103", Grade.WARNING, "not asked in time"),), NOW),
    ),
    of_plan=True,
)
NOTHING_IN_THE_WAY = PreflightResult(SCOPE, Preflight((), of_plan=False))
PREFLOWN = PreflightResult(SCOPE, PREFLIGHT, (Pinned("coredns", "v1", "v2"),), "environments/prod.yaml")
PRICES = Source("a price list", date(2026, 11, 1))
ESTIMATED = EstimateResult(
    environment="prod",
    region="eu-central-1",
    today=date(2026, 12, 1),
    lines=(
        CostLine("cluster", "control plane", "eks/cluster", 730, 73.0),
        CostLine("cluster", "system: 3 x m7i.large", "ec2/m7i.large", 2190, 264.44, derived="ec2/m7i.xlarge"),
        CostLine("network", "3 NAT gateways", "nat/gateway", 2190, 113.88, confirmed=False),
        CostLine("database", "crm: db.m7g.large", "rds/postgres/db.m7g.large/multi", 730, None),
    ),
    by_use={"network": "GB through NAT"},
    unknown=("edge",),
    sources=(PRICES, Source("price pages", date(2025, 1, 1), confirmed=False)),
    deltas=(
        Delta("module.encryption.aws_kms_key.this", "create", 1.0),
        Delta("module.database.aws_db_instance.this", "update", None),
    ),
    unpriced=("aws_new_thing",),
    planned=True,
)
RECOMMENDED = RecommendResult(
    environment="prod",
    region="eu-central-1",
    today=date(2026, 12, 1),
    commitments=(
        Commitment("reserved-instances", "postgres db.m7g", 0.8, 8, 4, "db.m7g.large", 1, "aws rds describe"),
        Commitment("savings-plan", "nodes on demand", 0.5, 0.36, 0.18, command="aws ce get"),
        Commitment("savings-plan", "nodes without a price", 0.5, None, None, command="aws ce get"),
    ),
    left_out=("batch: spot is never covered",),
)
PRICED = PricesResult("prices.json", ("eu-central-1",), 1234, {"AmazonEC2": date(2026, 11, 28)})
AUDITED = ReportResult(
    environment="prod",
    account="123456789012",
    region="eu-central-1",
    target="aws",
    made=datetime(2026, 12, 1, tzinfo=UTC),
    areas={"network": "1.2.0"},
    off=("edge",),
    foundations=("foundation",),
    risks=(
        AssessedRisk(
            "cost",
            "It costs far more than anybody meant",
            Standing.PARTLY,
            (
                Evidence("a budget tells", "cost.monthly_budget", True, "cost: {monthly_budget: ...}"),
                Evidence("what is unusual is told", "cost.anomaly_above", False, "cost: {anomaly_above: 100}"),
            ),
        ),
    ),
    releases=(ReportedRelease(2, "apply", "succeeded", "anna", datetime(2026, 11, 30, tzinfo=UTC), "why", 3),),
    head=2,
    base=2,
    drifted=("module.network.aws_vpc.this",),
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
UPGRADED = UpgradeResult("prod", (VersionChange("network", "1.0.0", "1.1.0"),))
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
    spec=(SpecChange("network.zones", 3, 2),),
    versions=(VersionChange("network", "1.0.0", "1.1.0"),),
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


EXPLAINED = ExplainResult(
    "cluster.version",
    field=ExplainedField(
        "cluster.version",
        "Kubernetes version.",
        "text",
        area="cluster",
        module="1.1.0",
        variable="kubernetes_version",
        has_default=True,
        default="1.36",
        bounds=("of the shape 1.x",),
        marks=(Mark("one_way", "EKS goes back by one"),),
        keys=(Key("<name>.min", "a whole number", "Least number."),),
        reaches=("module.cluster.aws_eks_cluster.this",),
    ),
)


SERVICE = kubernetes.Key("mendix", "", "Service", "old")
DEPLOYED = DeployResult(
    SCOPE,
    4,
    ManifestChanges(
        (
            JudgedObject(
                kubernetes.ObjectChange(
                    kubernetes.Key("mendix", "privatecloud.mendix.com", "MendixApp", "crm"),
                    kubernetes.Does.UPDATE,
                    (kubernetes.FieldChange("spec.replicas", 2, 3),),
                ),
                Judgement(),
            ),
            JudgedObject(kubernetes.ObjectChange(SERVICE, kubernetes.Does.DELETE), Judgement()),
        )
    ),
    3,
    (
        Readiness("mendix/MendixApp/crm", State.FAILED, "no memory"),
        Readiness("mendix/Service/old", State.READY, "deleted"),
    ),
    ("Kibana (kibana.k8s.elastic.co/v1)",),
    dry_run=False,
    seconds=61.0,
)


EXAMINED = DoctorResult(
    "prod",
    (
        Examined("python", "Python", (Line(Grade.OK, "Python 3.11"),), 0.1),
        Examined("cache", "Plugin cache", (Line(Grade.WARNING, "none", "mkdir -p cache"),), 0.1),
    ),
    PREFLOWN,
)


MANY_PLANNED = ManyPlansResult(
    (
        Row("dev", Progress.UNCHANGED, "as in v3", release=3),
        Row(
            "prod", Progress.PLANNED, "the YAML was edited", 2, 7, Counts(add=3, replace=1), Verdict.IRREVERSIBLE, 21.0
        ),
        Row("test", Progress.FAILED, "it has no release yet", 1, diagnostics=(Diagnostic("MXS204", "no such size"),)),
    ),
    parallel=2,
    compared=0.012,
    seconds=21.5,
)
WAVES = (
    Wave(1, (Row("dev", Progress.APPLIED, release=4, counts=Counts(add=1), seconds=9.0),)),
    Wave(2, (Row("test", Progress.FAILED, exit_code=1, diagnostics=(Diagnostic("MXP141", "v2 of test failed"),)),)),
    Wave(3, (Row("prod", Progress.NOT_STARTED, counts=Counts(change=1)),)),
)
MANY_APPLIED = ManyAppliesResult(WAVES, 30.0)
MANY_PREPARED = PreparedMany(
    (Wave(1, (Row("dev", Progress.WAITING, release=3, counts=Counts(add=1)),)),), ("test",), "yes", NOW
)


ADOPTED_ACCOUNT = AdoptResult(
    SCOPE,
    plan(BUCKET),
    (Match("module.network.aws_vpc.this", "aws_vpc", "vpc-1", "network"),),
    (
        Difference(
            "module.network.aws_vpc.this",
            "vpc-1",
            (
                AttributeChange("tags.Name", "acme", "prod"),
                AttributeChange("tags.team", "web", None),
                AttributeChange("tags_all.environment", None, "prod"),
                AttributeChange("enable_dns_hostnames", False, True),
            ),
            ("instances get names from then on",),
        ),
    ),
    (LeftOut("", "acme-archive", "bucket acme-archive: S3 never renames a bucket", "copy what is in it"),),
    (("network", "aws_security_group", 4), ("network", "aws_flow_log", 1), ("storage", "aws_s3_bucket", 1)),
    (WARNING,),
)
PROPOSED = ProposalResult(
    "prod",
    "123456789012",
    "eu-central-1",
    "environments/prod.yaml.proposed",
    "environments/prod.yaml",
    "name: prod\n",
    (LeftOut("", "acme", "cluster acme: EKS never renames one", "move its applications"),),
)

CLONED = CloneResult(
    "prod",
    "prod-eu",
    ("environments/prod-eu.yaml",),
    (Translation(("network", "cidr"), "10.20.0.0/16", "10.22.0.0/16", "it overlaps no environment"),),
    ("mendixctl bootstrap prod-eu makes the bucket of its state",),
)
PROMOTED = PromoteResult(
    "dev", "prod", "environments/prod.yaml", (SpecChange("apps.crm.replicas", 2, 3),), "-2\n+3\n", True
)

INCIDENT = Incident(
    "0123456789ab",
    "p1",
    "24x7",
    "prod-p1-ingress-down",
    "1 < 2",
    NOW,
    NOW + timedelta(minutes=30),
    NOW + timedelta(hours=4),
    "kept",
    "running",
    NOW + timedelta(minutes=12),
    "arn:aws:sts::123456789012:assumed-role/oncall/li",
    "on it",
)
INCIDENTS = IncidentsResult(SCOPE, "", (INCIDENT,))
NO_INCIDENTS = IncidentsResult(SCOPE, "2026-03", ())
ACKNOWLEDGED = IncidentResult(SCOPE, "acknowledged", INCIDENT)
DEADLINES = DeadlinesResult(
    SCOPE, "p3", "5x8", "Asia/Shanghai", NOW, NOW + timedelta(hours=2), NOW + timedelta(hours=30)
)
REPORT = IncidentReport(
    SCOPE,
    "2026-03",
    (PriorityReport("p1", 3, Kept(2, 1, 0, 12.5), Kept(1, 1, 1, 80)), PriorityReport("p4", 0, Kept(), Kept())),
    (INCIDENT,),
)
