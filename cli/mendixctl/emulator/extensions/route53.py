"""Route 53, for aws_route53_record and aws_route53_health_check.

moto 5.2.5 refuses to make a record again that was deleted, when a later one stands in the zone
(ChangeResourceRecordSets looks at its journal, and then at all records from that name on). Of a health check it forgets
which alarm it watches, and what it is while that has no data. The IDs of its zones begin
with any letter, and AWS's with Z.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WATCHED = ("AlarmIdentifier", "InsufficientDataHealthStatus")


def install(account: str) -> None:
    """Mend moto's Route 53."""
    from moto.route53 import models
    from moto.route53.models import HealthCheck, Route53Backend
    from moto.route53.responses import Route53

    _mend_health_checks(HealthCheck, Route53)
    _begin_with_z(models)
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


def _begin_with_z(models: Any) -> None:
    made = models.create_route53_zone_id

    def zone_id(*arguments: Any, **keywords: Any) -> str:
        """As many random characters as before, so that a recording of requests gives the same IDs of all others."""
        return f"Z{made(*arguments, **keywords)[1:]}"

    models.create_route53_zone_id = zone_id


def _identity(name: str, kind: str, identifier: str | None) -> tuple[str, str, str | None]:
    return name.strip("."), kind, identifier


def _mend_health_checks(checks: Any, responses: Any) -> None:
    create, update, shown = responses.create_health_check, responses.update_health_check, checks.health_check_config

    def create_health_check(self: Any) -> Any:
        before = set(self.backend.health_checks)
        answer = create(self)
        config = self._get_param("HealthCheckConfig")
        for made in set(self.backend.health_checks) - before:
            _watch(self.backend.health_checks[made], config)
        return answer

    def update_health_check(self: Any) -> Any:
        given = {name: self._get_param(name) for name in WATCHED}
        _watch(self.backend.get_health_check(self._get_param("HealthCheckId")), given)
        return update(self)

    def config(self: Any) -> dict[str, Any]:
        if self.type_ != "CLOUDWATCH_METRIC":
            return dict(shown.fget(self))
        return {"Type": self.type_, "Inverted": self.inverted, "Disabled": self.disabled, **self.__dict__["watched"]}

    responses.create_health_check = create_health_check
    responses.update_health_check = update_health_check
    checks.health_check_config = property(config)


def _watch(check: Any, given: Mapping[str, Any]) -> None:
    known = check.__dict__.setdefault("watched", {})
    known.update({name: given[name] for name in WATCHED if given.get(name) is not None})
