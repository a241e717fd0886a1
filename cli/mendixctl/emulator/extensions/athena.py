"""Athena, for aws_athena_workgroup and aws_athena_named_query.

moto 5.2.5 does not change a workgroup (UpdateWorkGroup), neither changes nor deletes a query that was saved, and
deletes a workgroup that has some. Source: Athena API reference, DeleteWorkGroup (RecursiveDeleteOption).
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service

NESTED = ("ResultConfiguration", "EngineVersion")


def install(account: str) -> Service:
    """Answer the operations that moto lacks, and the deletion of workgroups."""
    from moto.athena.models import athena_backends

    def backend(call: Call) -> Any:
        return athena_backends[account][call.region]

    def workgroup(call: Call) -> Any:
        found = backend(call).work_groups.get(call["WorkGroup"])
        if found is None:
            raise OperationError("InvalidRequestException", f"WorkGroup {call['WorkGroup']} is not found.")
        return found

    def update(call: Call) -> None:
        group = workgroup(call)
        group.description = call.get("Description", group.description)
        group.state = call.get("State", group.state)
        _configure(group.configuration, call.get("ConfigurationUpdates", {}))

    def delete(call: Call) -> None:
        group, at = workgroup(call), backend(call)
        own = [key for key, query in at.named_queries.items() if query.workgroup is group]
        if own and not call.get("RecursiveDeleteOption"):
            raise OperationError("InvalidRequestException", f"WorkGroup {group.name} is not empty")
        for key in own:
            del at.named_queries[key]
        del at.work_groups[group.name]

    def query(call: Call) -> Any:
        found = backend(call).named_queries.get(call["NamedQueryId"])
        if found is None:
            raise OperationError("InvalidRequestException", f"NamedQuery {call['NamedQueryId']} is not found.")
        return found

    def change_query(call: Call) -> None:
        known = query(call)
        known.name, known.query_string = call["Name"], call["QueryString"]
        known.description = call.get("Description", known.description)

    def delete_query(call: Call) -> None:
        del backend(call).named_queries[query(call).id]

    return Service(
        account,
        "athena",
        {
            "UpdateWorkGroup": update,
            "DeleteWorkGroup": delete,
            "UpdateNamedQuery": change_query,
            "DeleteNamedQuery": delete_query,
        },
    )


def _configure(configuration: Record, changes: Record) -> None:
    for name, value in changes.items():
        known = name.removesuffix("Updates")
        if name.startswith("Remove"):
            configuration.pop(name.removeprefix("Remove"), None)
        elif known in NESTED:
            configuration[known] = {**configuration.get(known, {}), **_kept(value)}
        else:
            configuration[name] = value


def _kept(changes: dict[str, Any]) -> dict[str, Any]:
    """What is set of a nested configuration; ``Remove...: true`` beside a value says that the value goes."""
    gone = {name.removeprefix("Remove") for name, value in changes.items() if name.startswith("Remove") and value}
    return {name: value for name, value in changes.items() if not name.startswith("Remove") and name not in gone}
