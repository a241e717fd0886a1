"""Data Exports, for aws_bcmdataexports_export: create, read, change, delete and tags.

moto 5.2.5 has none of it. Sources: Data Exports API reference, CreateExport; user guide, "Cost and Usage Report (CUR)
2.0" (columns are named one by one, and each configuration of the table is there); provider issue 43978 (what AWS adds
to a table's configuration).
"""

from __future__ import annotations

import re

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service, unique

HOME = "us-east-1"
"""The one region that answers."""
NEEDED = (
    "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY",
    "INCLUDE_RESOURCES",
    "INCLUDE_SPLIT_COST_ALLOCATION_DATA",
    "TIME_GRANULARITY",
)


def install(account: str) -> Service:
    """Answer the operations of exports."""
    exports: dict[str, Record] = {}
    tags: dict[str, dict[str, str]] = {}

    def find(call: Call) -> Record:
        known = exports.get(call["ExportArn"])
        if known is None:
            raise OperationError("ResourceNotFoundException", f"{call['ExportArn']} is not found")
        return known

    def create(call: Call) -> Record:
        given = _checked(call["Export"], call)
        if any(it["Name"] == given["Name"] for it in exports.values()):
            raise OperationError("ValidationException", f"Export name {given['Name']} already exists")
        made = f"arn:aws:bcm-data-exports:{HOME}:{account}:export/{given['Name']}-{unique()}"
        exports[made] = {**given, "ExportArn": made}
        tags[made] = {it["Key"]: it["Value"] for it in call.get("ResourceTags", [])}
        return {"ExportArn": made}

    def update(call: Call) -> Record:
        known = find(call)
        known.update(_checked(call["Export"], call), ExportArn=call["ExportArn"])
        return {"ExportArn": call["ExportArn"]}

    def delete(call: Call) -> Record:
        find(call)
        del exports[call["ExportArn"]]
        return {"ExportArn": call["ExportArn"]}

    def untag(call: Call) -> None:
        for key in call["ResourceTagKeys"]:
            tags.get(call["ResourceArn"], {}).pop(key, None)

    return Service(
        account,
        "bcm-data-exports",
        {
            "CreateExport": create,
            "GetExport": lambda call: {"Export": find(call), "ExportStatus": {"StatusCode": "HEALTHY"}},
            "UpdateExport": update,
            "DeleteExport": delete,
            "ListExports": lambda call: {
                "Exports": [
                    {"ExportArn": key, "ExportName": it["Name"], "ExportStatus": {"StatusCode": "HEALTHY"}}
                    for key, it in exports.items()
                ]
            },
            "ListTagsForResource": lambda call: {
                "ResourceTags": [{"Key": k, "Value": v} for k, v in sorted(tags.get(call["ResourceArn"], {}).items())]
            },
            "TagResource": lambda call: tags.setdefault(call["ResourceArn"], {}).update(
                {it["Key"]: it["Value"] for it in call["ResourceTags"]}
            ),
            "UntagResource": untag,
        },
    )


def _checked(given: Record, call: Call) -> Record:
    """The export as AWS keeps it. Raises OperationError for what it refuses."""
    if call.region != HOME:
        raise OperationError("ValidationException", f"Data exports are in {HOME} only, not in {call.region}")
    query = given["DataQuery"]
    if re.search(r"select\s+\*", query["QueryStatement"], re.IGNORECASE):
        raise OperationError("ValidationException", "SELECT * is not supported")
    tables = {name: dict(settings) for name, settings in query.get("TableConfigurations", {}).items()}
    for name, settings in tables.items():
        missing = [key for key in NEEDED if name == "COST_AND_USAGE_REPORT" and key not in settings]
        if missing:
            raise OperationError("ValidationException", f"{name} needs {', '.join(missing)}")
        settings.setdefault("BILLING_VIEW_ARN", f"arn:aws:billing::{call.account}:billingview/primary")
    return {**given, "DataQuery": {**query, "TableConfigurations": tables}}
