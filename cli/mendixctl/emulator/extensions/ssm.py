"""Session Manager: which instances it reaches, sessions that begin and end. Their data channel is not here.

moto 5.2.5 has none of it. An instance that runs and has an instance profile counts as connected, as with an agent that
its role lets in. Sources: Systems Manager API, StartSession (TargetNotConnected, InvalidDocument), DescribeSessions.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service, unique

DOCUMENTS: dict[str, frozenset[str]] = {
    "SSM-SessionManagerRunShell": frozenset(),
    "AWS-StartPortForwardingSession": frozenset({"portNumber", "localPortNumber"}),
    "AWS-StartPortForwardingSessionToRemoteHost": frozenset({"host", "portNumber", "localPortNumber"}),
}
"""AWS's documents of sessions, with their parameters."""


def install(account: str) -> Service:
    """Answer the operations of sessions."""
    sessions: dict[str, Record] = {}

    def start(call: Call) -> Record:
        name, given = call.get("DocumentName", "SSM-SessionManagerRunShell"), set(call.get("Parameters", {}))
        if name not in DOCUMENTS:
            raise OperationError("InvalidDocument", f"Document with name {name} does not exist.")
        if given - DOCUMENTS[name]:
            raise OperationError("InvalidParameters", f"{name} has no {', '.join(sorted(given - DOCUMENTS[name]))}")
        if call["Target"] not in _connected(account, call.region):
            raise OperationError("TargetNotConnected", f"{call['Target']} is not connected.")
        made = f"emulator-{unique().replace('-', '')[:17]}"
        sessions[made] = {
            "SessionId": made,
            "Target": call["Target"],
            "Status": "Connected",
            "DocumentName": name,
            "Owner": f"arn:aws:iam::{account}:root",
        }
        stream = f"wss://ssmmessages.{call.region}.amazonaws.com/v1/data-channel/{made}?role=publish_subscribe"
        return {"SessionId": made, "TokenValue": f"token-of-{made}", "StreamUrl": stream}

    def end(call: Call) -> Record:
        if call["SessionId"] in sessions:
            sessions[call["SessionId"]]["Status"] = "Terminated"
        return {"SessionId": call["SessionId"]}

    def listed(call: Call) -> Record:
        active = call["State"] == "Active"
        return {"Sessions": [it for it in sessions.values() if (it["Status"] == "Connected") == active]}

    def instances(call: Call) -> Record:
        wanted: list[Any] = [it["Values"] for it in call.get("Filters", ()) if it["Key"] == "InstanceIds"]
        found = [it for it in _connected(account, call.region) if all(it in values for values in wanted)]
        return {"InstanceInformationList": [{"InstanceId": it, "PingStatus": "Online"} for it in found]}

    return Service(
        account,
        "ssm",
        {
            "DescribeInstanceInformation": instances,
            "DescribeSessions": listed,
            "StartSession": start,
            "TerminateSession": end,
        },
    )


def _connected(account: str, region: str) -> list[str]:
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[account][region]
    running = backend.describe_instances(filters={"instance-state-name": ["running"]})
    profiles = backend.iam_instance_profile_associations
    return [it.id for group in running for it in group.instances if it.id in profiles]
