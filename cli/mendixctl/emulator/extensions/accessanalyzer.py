"""IAM Access Analyzer, for aws_accessanalyzer_analyzer: create, read, delete and tags.

moto 5.2.5 has no Access Analyzer.
"""

from __future__ import annotations

from datetime import UTC, datetime

from mendixctl.emulator.extensions.operations import Call, Record, Service, Table


def install(account: str) -> Service:
    """Answer Access Analyzer's operations."""
    analyzers = Table("analyzerName")

    def create(call: Call) -> Record:
        row = analyzers.put(
            call,
            name=call["analyzerName"],
            arn=call.arn("access-analyzer", f"analyzer/{call['analyzerName']}"),
            status="ACTIVE",
            createdAt=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            tags=call.get("tags", {}),
        )
        return {"arn": row["arn"]}

    def tag(call: Call) -> None:
        for row in analyzers.all(call, arn=call["resourceArn"]):
            row["tags"].update(call["tags"])

    def untag(call: Call) -> None:
        for row in analyzers.all(call, arn=call["resourceArn"]):
            row["tags"] = {key: value for key, value in row["tags"].items() if key not in call["tagKeys"]}

    return Service(
        account,
        "accessanalyzer",
        {
            "CreateAnalyzer": create,
            "GetAnalyzer": lambda call: {"analyzer": analyzers.get(call)},
            "ListAnalyzers": lambda call: {
                "analyzers": [
                    row for row in analyzers.all(call) if call.get("type", row.get("type")) == row.get("type")
                ]
            },
            "DeleteAnalyzer": lambda call: analyzers.remove(call) and {},
            "TagResource": tag,
            "UntagResource": untag,
        },
    )
