"""Route 53, for aws_route53_record.

moto 5.2.5 refuses to make a record again that was deleted, when a later one stands in the zone
(ChangeResourceRecordSets looks at its journal, and then at all records from that name on).
"""

from __future__ import annotations

from typing import Any


def install(account: str) -> None:
    """Mend moto's Route 53."""
    from moto.route53.models import Route53Backend

    change = Route53Backend.change_resource_record_sets

    def change_resource_record_sets(self: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        zone = self.get_hosted_zone(zoneid)
        present = {_identity(it.name, it.type, it.set_identifier) for it in zone.rrsets}
        for each in change_list:
            record = each["ResourceRecordSet"]
            identity = _identity(record["Name"], record["Type"], record.get("SetIdentifier"))
            while each["Action"] == "CREATE" and identity not in present and each in zone.rr_changes:
                zone.rr_changes.remove(each)
        change(self, zoneid, change_list)

    Route53Backend.change_resource_record_sets = change_resource_record_sets  # type: ignore[method-assign]


def _identity(name: str, kind: str, identifier: str | None) -> tuple[str, str, str | None]:
    return name.strip("."), kind, identifier
