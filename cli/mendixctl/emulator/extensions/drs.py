"""Elastic Disaster Recovery, for aws_drs_replication_configuration_template.

moto 5.2.5 has no such service. In AWS it answers nothing before ``InitializeService`` was called in the region, which
only a person or the console does; here too, so that a plan which forgets that fails as it would there.
"""

from __future__ import annotations

from mendixctl.emulator.extensions.operations import (
    Call,
    Operation,
    OperationError,
    Record,
    Service,
    Table,
    identifier,
)


def install(account: str) -> Service:
    """Answer the operations of the service."""
    return Service(account, "drs", _Recovery().operations())


class _Recovery:
    def __init__(self) -> None:
        self.templates = Table("replicationConfigurationTemplateID")
        self.initialised: set[str] = set()

    def operations(self) -> dict[str, Operation]:
        ready = {
            "CreateReplicationConfigurationTemplate": self.create,
            "DescribeReplicationConfigurationTemplates": self.describe,
            "UpdateReplicationConfigurationTemplate": self.update,
            "DeleteReplicationConfigurationTemplate": lambda call: self.templates.remove(call) and {},
            "TagResource": lambda call: self.tagged(call).update(call["tags"]),
            "UntagResource": self.untag,
            "ListTagsForResource": lambda call: {"tags": self.tagged(call)},
        }
        return {
            "InitializeService": lambda call: self.initialised.add(call.region),
            **{name: self.once_ready(operation) for name, operation in ready.items()},
        }

    def once_ready(self, operation: Operation) -> Operation:
        def answer(call: Call) -> Record | None:
            if call.region not in self.initialised:
                raise OperationError("UninitializedAccountException", "Account not initialized", 400)
            return operation(call)

        return answer

    def create(self, call: Call) -> Record:
        name = identifier("rct-")
        call.parameters["replicationConfigurationTemplateID"] = name
        arn = call.arn("drs", f"replication-configuration-template/{name}")
        given = {key: call.get(key, {}) for key in ("tags", "stagingAreaTags")}
        return self.templates.put(call, arn=arn, **given)

    def describe(self, call: Call) -> Record:
        key, wanted = "replicationConfigurationTemplateID", call.get("replicationConfigurationTemplateIDs", [])
        found = [row for row in self.templates.all(call) if not wanted or row[key] in wanted]
        if wanted and not found:
            raise OperationError("ResourceNotFoundException", "there is no such template", 404)
        return {"items": found}

    def update(self, call: Call) -> Record:
        row = self.templates.get(call)
        row.update(call.parameters)
        return row

    def tagged(self, call: Call) -> dict[str, str]:
        for row in self.templates.all(call, arn=call["resourceArn"]):
            tags: dict[str, str] = row["tags"]
            return tags
        raise OperationError("ResourceNotFoundException", status=404)

    def untag(self, call: Call) -> None:
        for key in call["tagKeys"]:
            self.tagged(call).pop(key, None)
