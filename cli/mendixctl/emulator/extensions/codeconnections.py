"""CodeConnections, for aws_codeconnections_connection: create, read, delete and tags.

moto 5.2.5 has none of it. A connection begins as PENDING and stays so: in AWS a person completes it in the console, at
the provider's own page, and no call does (Developer Tools console user guide, "Update a pending connection").
"""

from __future__ import annotations

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service, unique

LONGEST_NAME = 32


def install(account: str) -> Service:
    """Answer the operations of connections."""
    connections: dict[str, Record] = {}
    tags: dict[str, dict[str, str]] = {}

    def find(call: Call, name: str = "ConnectionArn") -> Record:
        known = connections.get(call[name])
        if known is None:
            raise OperationError("ResourceNotFoundException", f"[{account}] Connection not found: {call[name]}")
        return known

    def create(call: Call) -> Record:
        if len(call["ConnectionName"]) > LONGEST_NAME:
            raise OperationError("InvalidInputException", f"ConnectionName has at most {LONGEST_NAME} characters")
        if (call.get("ProviderType") is None) == (call.get("HostArn") is None):
            raise OperationError("InvalidInputException", "Provide either ProviderType or HostArn")
        made = call.arn("codeconnections", f"connection/{unique()}")
        connections[made] = {
            "ConnectionName": call["ConnectionName"],
            "ConnectionArn": made,
            "ProviderType": call.get("ProviderType", "GitLabSelfManaged"),
            "OwnerAccountId": account,
            "ConnectionStatus": "PENDING",
            **({"HostArn": call["HostArn"]} if call.get("HostArn") else {}),
        }
        tags[made] = {it["Key"]: it["Value"] for it in call.get("Tags", [])}
        return {"ConnectionArn": made, "Tags": call.get("Tags", [])}

    def delete(call: Call) -> None:
        find(call)
        del connections[call["ConnectionArn"]]

    def listed(call: Call) -> Record:
        wanted = call.get("ProviderTypeFilter")
        here = [it for it in connections.values() if it["ConnectionArn"].split(":")[3] == call.region]
        return {"Connections": [it for it in here if wanted in (None, it["ProviderType"])]}

    def untag(call: Call) -> None:
        find(call, "ResourceArn")
        for key in call["TagKeys"]:
            tags[call["ResourceArn"]].pop(key, None)

    def tag(call: Call) -> None:
        find(call, "ResourceArn")
        tags[call["ResourceArn"]].update({it["Key"]: it["Value"] for it in call["Tags"]})

    def tags_of(call: Call) -> Record:
        find(call, "ResourceArn")
        return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags[call["ResourceArn"]].items())]}

    return Service(
        account,
        "codeconnections",
        {
            "CreateConnection": create,
            "GetConnection": lambda call: {"Connection": find(call)},
            "ListConnections": listed,
            "DeleteConnection": delete,
            "ListTagsForResource": tags_of,
            "TagResource": tag,
            "UntagResource": untag,
        },
    )
