"""CloudWatch Logs, for aws_cloudwatch_query_definition and aws_cloudwatch_log_data_protection_policy.

moto 5.2.5 has none of these operations.
"""

from __future__ import annotations

from mendixctl.emulator.extensions.operations import Call, Record, Service, Table, unique


def install(account: str) -> Service:
    """Answer the operations of query definitions and data protection policies."""
    queries = Table("queryDefinitionId")
    protection = Table("logGroupIdentifier")

    def put_query(call: Call) -> Record:
        call.parameters.setdefault("queryDefinitionId", unique())
        queries.put(call)
        return {"queryDefinitionId": call["queryDefinitionId"]}

    def describe_queries(call: Call) -> Record:
        prefix = call.get("queryDefinitionNamePrefix", "")
        return {"queryDefinitions": [row for row in queries.all(call) if row["name"].startswith(prefix)]}

    def get_protection(call: Call) -> Record:
        group = call["logGroupIdentifier"]
        found = protection.all(call, logGroupIdentifier=group)
        return found[0] if found else {"logGroupIdentifier": group}

    return Service(
        account,
        "logs",
        {
            "PutQueryDefinition": put_query,
            "DescribeQueryDefinitions": describe_queries,
            "DeleteQueryDefinition": lambda call: {"success": bool(queries.remove(call))},
            "PutDataProtectionPolicy": protection.put,
            "GetDataProtectionPolicy": get_protection,
            "DeleteDataProtectionPolicy": lambda call: protection.remove(call) and {},
        },
    )
