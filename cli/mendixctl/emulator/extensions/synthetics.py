"""CloudWatch Synthetics, for aws_synthetics_canary: canaries are made, started, stopped, changed and deleted.

moto 5.2.5 makes and shows canaries, with times as text, and has no other operation of theirs. Nothing runs here: a
canary that is started is RUNNING. Sources: CloudWatch Synthetics API reference, CreateCanary, UpdateCanary,
StartCanary, StopCanary, DeleteCanary (a canary in state RUNNING is stopped before it is deleted), GetCanary.
"""

from __future__ import annotations

import json
from typing import Any

from mendixctl.emulator.extensions.operations import Call, Operation, OperationError, Record, Service, Table, unique
from mendixctl.emulator.partitions import partition

TIMEOUT = {"TimeoutInSeconds": 60, "MemoryInMB": 1000, "ActiveTracing": False, "EphemeralStorage": 1024}
KEPT = (
    "ArtifactConfig",
    "ArtifactS3Location",
    "ExecutionRoleArn",
    "FailureRetentionPeriodInDays",
    "RuntimeVersion",
    "SuccessRetentionPeriodInDays",
)
"""What a canary says as it was given, and an update replaces."""


def install(account: str) -> Service:
    """Answer the operations of canaries and their tags."""
    return Service(account, "synthetics", _Canaries().operations())


class _Canaries:
    """What there is, and what becomes of it."""

    def __init__(self) -> None:
        self._known = Table("Name")

    def operations(self) -> dict[str, Operation]:
        """Each operation by its name."""
        return {
            "CreateCanary": self._create,
            "UpdateCanary": self._update,
            "GetCanary": lambda call: {"Canary": _shown(self._known.get(call))},
            "DescribeCanaries": self._describe,
            "StartCanary": self._start,
            "StopCanary": self._stop,
            "DeleteCanary": self._delete,
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": lambda call: {"Tags": self._tagged(call)["Tags"]},
        }

    def _create(self, call: Call) -> Record:
        name = call["Name"]
        if self._known.all(call, Name=name):
            raise OperationError("ConflictException", f"Canary {name} already exists", 409)
        _check_role(call, call["ExecutionRoleArn"])
        identity = unique()
        made = self._known.put(Call(call.account, call.region, {"Name": name}))
        made.update(
            Id=identity,
            Timeline={"Created": _now(), "LastModified": _now()},
            Status={"State": "READY"},
            EngineArn=f"{call.arn('lambda', 'function')}:cwsyn-{name}-{identity}:1",
            SuccessRetentionPeriodInDays=31,
            FailureRetentionPeriodInDays=31,
            ProvisionedResourceCleanup=call.get("ProvisionedResourceCleanup", "AUTOMATIC"),
            Tags=call.get("Tags", {}),
        )
        _give(call, made)
        return {"Canary": _shown(made)}

    def _update(self, call: Call) -> None:
        made = self._known.get(call)
        if call.get("ExecutionRoleArn"):
            _check_role(call, call["ExecutionRoleArn"])
        _give(call, made)
        made["Timeline"]["LastModified"] = _now()

    def _describe(self, call: Call) -> Record:
        names = call.get("Names")
        return {"Canaries": [_shown(it) for it in self._known.all(call) if not names or it["Name"] in names]}

    def _start(self, call: Call) -> None:
        self._turn(call, "RUNNING", "LastStarted", f"Canary {call['Name']} is already running")

    def _stop(self, call: Call) -> None:
        self._turn(call, "STOPPED", "LastStopped", f"Canary {call['Name']} is not running")

    def _turn(self, call: Call, state: str, when: str, refused: str) -> None:
        made = self._known.get(call)
        if (made["Status"]["State"] == "RUNNING") == (state == "RUNNING"):
            raise OperationError("ConflictException", refused, 409)
        made["Status"] = {"State": state}
        made["Timeline"][when] = _now()

    def _delete(self, call: Call) -> None:
        if self._known.get(call)["Status"]["State"] == "RUNNING":
            text = f"Canary {call['Name']} is in state RUNNING and can't be deleted. Stop it first"
            raise OperationError("ConflictException", text, 409)
        self._known.remove(call)

    def _tagged(self, call: Call) -> Record:
        name = str(call["ResourceArn"]).rpartition(":")[2]
        return self._known.get(Call(call.account, call.region, {"Name": name}))

    def _tag(self, call: Call) -> None:
        made = self._tagged(call)
        made["Tags"] = {**made["Tags"], **call["Tags"]}

    def _untag(self, call: Call) -> None:
        made = self._tagged(call)
        made["Tags"] = {name: value for name, value in made["Tags"].items() if name not in call["TagKeys"]}


def _now() -> float:
    from moto.core.utils import unix_time

    return float(unix_time())


def _give(call: Call, made: Record) -> None:
    """Take over what was given; what an update leaves out stays."""
    given = call.parameters
    made.update({name: given[name] for name in KEPT if given.get(name) is not None})
    if given.get("Schedule"):
        made["Schedule"] = {"DurationInSeconds": 0, **given["Schedule"]}
    run = {name: value for name, value in (given.get("RunConfig") or {}).items() if name != "EnvironmentVariables"}
    made["RunConfig"] = {**TIMEOUT, **made.get("RunConfig", {}), **run}
    if given.get("Code"):
        layer = f"{call.arn('lambda', 'layer')}:cwsyn-{made['Name']}-{made['Id']}:1"
        made["Code"] = {"Handler": given["Code"]["Handler"], "SourceLocationArn": layer}
    if given.get("VpcConfig"):
        made["VpcConfig"] = {"VpcId": _vpc(call, given["VpcConfig"].get("SubnetIds") or []), **given["VpcConfig"]}


def _shown(made: Record) -> Record:
    return {name: value for name, value in made.items() if value is not None}


def _vpc(call: Call, subnets: list[str]) -> str:
    from moto.ec2.models import ec2_backends

    backend: Any = ec2_backends[call.account][call.region]
    known = {subnet.id: subnet.vpc_id for subnet in backend.describe_subnets()}
    unknown = [subnet for subnet in subnets if subnet not in known]
    if unknown:
        raise OperationError("ValidationException", f"The subnet {unknown[0]} does not exist", 400)
    return str(known[subnets[0]]) if subnets else ""


def _check_role(call: Call, role: str) -> None:
    """The canary's function has to be able to assume its role."""
    from moto.iam.models import iam_backends

    known: Any = iam_backends[call.account][partition(call.region)].roles.values()
    trusts = [json.loads(it.assume_role_policy_document) for it in known if it.arn == role]
    if not any("lambda.amazonaws.com" in json.dumps(it) for it in trusts):
        raise OperationError("ValidationException", f"The role {role} cannot be assumed by Lambda", 400)
