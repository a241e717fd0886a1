"""The table of incidents: what is read of it, and the two things that a person writes.

Sources: DynamoDB API reference, Query, Scan, UpdateItem (conditions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mendixctl.aws import error_code, guarded
from mendixgen.diagnostics import Diagnostic, MendixError

if TYPE_CHECKING:
    from mendixctl.aws import Clients

BY_MONTH = "by_month"
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IncidentTable:
    """The table ``name``; all of its attributes are text."""

    clients: Clients
    name: str

    def of_month(self, month: str) -> list[Row]:
        """The incidents that began in a month, ``2027-01``."""
        return self._all(
            "query",
            IndexName=BY_MONTH,
            KeyConditionExpression="#month = :month",
            ExpressionAttributeNames={"#month": "month"},
            ExpressionAttributeValues={":month": {"S": month}},
        )

    def unsolved(self) -> list[Row]:
        """The incidents that nobody has solved yet."""
        return self._all("scan", FilterExpression="attribute_not_exists(solved_at)")

    def acknowledge(self, incident: str, at: str, by: str, why: str) -> Row:
        """Write who answers. Raises MendixError: MXP241 there is none, MXP242 somebody did already, or it is solved."""
        return self._write(
            incident,
            "acknowledged",
            at,
            by,
            why,
            "attribute_not_exists(acknowledged_at) AND attribute_not_exists(solved_at)",
        )

    def solve(self, incident: str, at: str, by: str, why: str) -> Row:
        """Write who solved it. Raises MendixError: MXP241 there is none, MXP242 it is solved."""
        return self._write(incident, "solved", at, by, why, "attribute_not_exists(solved_at)")

    def _write(self, incident: str, what: str, at: str, by: str, why: str, unless: str) -> Row:
        with guarded(f"write the incident {incident}"):
            try:
                answer = self.clients.client("dynamodb").update_item(
                    TableName=self.name,
                    Key={"id": {"S": incident}},
                    UpdateExpression=f"SET {what}_at = :at, {what}_by = :by, {what}_why = :why",
                    ConditionExpression=f"attribute_exists(id) AND {unless}",
                    ExpressionAttributeValues={":at": {"S": at}, ":by": {"S": by}, ":why": {"S": why}},
                    ReturnValues="ALL_NEW",
                )
            except Exception as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                raise self._refused(incident) from error
        return _row(answer["Attributes"])

    def _refused(self, incident: str) -> MendixError:
        found = self.clients.client("dynamodb").get_item(
            TableName=self.name, Key={"id": {"S": incident}}, ConsistentRead=True
        )
        if "Item" not in found:
            hint = "mendixctl incident list names those that are open, and with --month all of a month"
            return MendixError(Diagnostic("MXP241", f"there is no incident {incident}", hint=hint))
        row = _row(found["Item"])
        done = "solved" if "solved_at" in row else "acknowledged"
        summary = f"{incident} was {done} at {row[f'{done}_at']} by {row[f'{done}_by']}"
        return MendixError(Diagnostic("MXP242", summary, hint="the first who says so is kept; nothing was written"))

    def _all(self, operation: str, **parameters: Any) -> list[Row]:
        with guarded("read the incidents"):
            pages = self.clients.client("dynamodb").get_paginator(operation).paginate(TableName=self.name, **parameters)
            return [_row(item) for item in _items(pages)]


def _items(pages: Any) -> Iterator[Mapping[str, Any]]:
    for page in pages:
        yield from page["Items"]


def _row(item: Mapping[str, Any]) -> Row:
    return {name: str(value["S"]) for name, value in item.items()}
