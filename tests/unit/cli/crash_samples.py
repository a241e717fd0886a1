"""What ``status`` and ``recover`` give, for tests of views and commands."""

from __future__ import annotations

from datetime import timedelta

from mendixctl.engine.recover.adoption import Adoption, Settled, Unadopted
from mendixctl.engine.recover.run import PreparedRecovery, RecoveryResult
from mendixctl.engine.state.locks import StateLock
from mendixctl.engine.status import Running, StatusResult, WaitingPlan
from mendixctl.engine.unfinished.orphan_candidates import Certainty, Doubt
from mendixctl.ledger.release import Status
from tests.unit.cli.samples import BUCKET, NOW, SCOPE, SUBNET, VPC, WARNING, applied, plan, record

LOCK = StateLock("4f24-1", "li@host", "apply", NOW, "s3://b/prod/terraform.tfstate.tflock", "1.11.4")
DOUBT = Doubt(SUBNET.change.address, "aws_subnet", 4, Certainty.IN_FLIGHT, {"cidr_block": "10.0.0.0/20"})
MADE = Doubt(BUCKET.change.address, "aws_s3_bucket", 4, Certainty.CREATED, {"bucket": "b"})
CUT_OFF = StatusResult(
    SCOPE,
    base=4,
    head=record(4, status=Status.INTERRUPTED),
    status=Status.INTERRUPTED,
    recorded=False,
    done=(BUCKET.change.address,),
    failed=("module.network.aws_vpc.other",),
    in_flight=(SUBNET.change.address,),
    not_started=(VPC.change.address,),
    lock=LOCK,
    doubts=(MADE, DOUBT),
    tainted=("module.network.aws_vpc.tainted",),
    left="environments/prod/errored.tfstate",
    plan=WaitingPlan("apply", NOW, NOW + timedelta(hours=24), 3, "it starts from v3, and this checkout is at v4"),
    next="mendixctl recover prod",
    why="it shows the lock's owner",
    warnings=(WARNING,),
)
AT_REST = StatusResult(SCOPE, base=4, head=record(4), status=Status.SUCCEEDED, next="mendixctl plan prod", why="so")
AT_WORK = StatusResult(
    SCOPE,
    base=4,
    head=record(4),
    status=Status.RUNNING,
    recorded=False,
    running=Running("apply", "li", "host", NOW, 0, 4711),
    next="mendixctl status prod",
    why="wait",
)
FOUND = PreparedRecovery(
    SCOPE,
    record(4),
    5,
    plan=plan(VPC),
    adoptions=(Adoption(MADE.address, MADE.type, "b", 4, MADE.certainty),),
    settled=(Settled(Doubt("module.network.aws_vpc.absent", "aws_vpc", 4, Certainty.IN_FLIGHT), "AWS has none"),),
    unadopted=(Unadopted(DOUBT, "only AWS knows its ID", "aws_subnet with cidr_block 10.0.0.0/20", "it is given up"),),
    tainted=("module.network.aws_vpc.tainted",),
    saved="environments/prod/errored.tfstate",
    restored="terraform.tfstate.backup",
    confirmation="prod",
)
RECOVERED = RecoveryResult(
    SCOPE,
    4,
    Status.INTERRUPTED,
    applied(5),
    FOUND.adoptions,
    FOUND.settled,
    FOUND.unadopted,
    FOUND.tainted,
    FOUND.saved,
    FOUND.restored,
    LOCK,
    "mendixctl plan prod",
    (WARNING,),
)
