"""Results of ``release`` as the views are given them."""

from __future__ import annotations

from pathlib import Path

from mendixctl.engine.delivery.artifact import Artifact
from mendixctl.engine.delivery.choice import Model, Strategy
from mendixctl.engine.delivery.package import Form
from mendixctl.engine.delivery.results import AppVerification, BuildResult, DeliveryResult, PushResult, Scan
from mendixgen.diagnostics import Diagnostic, Severity
from tests.unit.cli.samples import SCOPE

DIGEST = f"sha256:{'1' * 64}"
ARTIFACT = Artifact(
    folder=Path("builds/crm"),
    app="crm",
    form=Form.MDA,
    name="CRM",
    mendix="11.6.0.1234",
    version="1.4.0",
    domain_model="metadata:1",
    commit="1" * 40,
    source="crm.mpr",
    package="package.mda",
    digest=DIGEST,
    sbom="sbom.cdx.json",
    sbom_digest=DIGEST,
)
BUILT = BuildResult(SCOPE, ARTIFACT)
PUSHED = PushResult(
    SCOPE,
    ARTIFACT,
    f"host/prod/crm@{DIGEST}",
    DIGEST,
    "1" * 40,
    existed=False,
    uploaded=3,
    scan=Scan("COMPLETE", {"HIGH": 2}),
    signed_by="arn:key",
    sbom_digest=DIGEST,
    warnings=(Diagnostic("MXV127", "cleaned up", severity=Severity.WARNING),),
)
DELIVERED = DeliveryResult(
    SCOPE,
    "crm",
    "deploy",
    Strategy.CANARY,
    Model.SAME,
    f"host/prod/crm@{DIGEST}",
    DIGEST,
    "host/prod/crm@sha256:0",
    number=7,
    announcement="no downtime",
    errors=("prod-delivery-crm rings: errors",),
    returned=True,
    done=("02:00:00 10 % of the traffic",),
    kept=("prod-crm-before-1",),
    next=("mendixctl history prod --kind app",),
    seconds=660.0,
)
VERIFIED = AppVerification(
    SCOPE, "crm", 7, DIGEST, f"host/prod/crm@{DIGEST}", "ready", "", (), "https://crm.example.com/", "200", ()
)
