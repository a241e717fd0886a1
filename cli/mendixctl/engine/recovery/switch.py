"""``recovery failover`` and ``failback``: guarded, step by step, each step asked for, confirmed and recorded.

A failover has two steps, in this order. First the databases: the standby's file says where each comes from, and the
standby's own ones, which hold nothing that anybody works with, are deleted with a final snapshot; the plan and the
apply after that make them anew from the primary's backups. Then, once the applications answer, the names. Nothing here
needs the primary's region: the names are Route 53's, which is global, and found by their latch's tag.
"""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any

from mendixctl.engine.diff import text_diff
from mendixctl.engine.environment.site import Site
from mendixctl.engine.operation import operation
from mendixctl.engine.recovery import backups, record, side
from mendixctl.engine.recovery.results import Backup, PreparedSwitch, SwitchResult
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.files import write_atomic

if TYPE_CHECKING:
    from mendixctl.aws import Clients

ROUTE53_REGION = "us-east-1"


def prepare(session: Session, environment: str, kind: Kind, *, names: bool) -> PreparedSwitch:
    """Find out what a failover or failback of the standby ``environment`` would do.

    ``names``: switch the names; otherwise, of a failover, the databases.

    Raises:
        MendixError: MXP172, the environment is no standby; MXP174, there is nothing to switch.
        Refused: MXP175, a database has no backups here; this checkout is not at the newest release.
    """
    with operation(session, environment, f"recovery {kind}") as site:
        workplace = site.workplace
        primary = side.primary_of(workplace)
        common: dict[str, Any] = {
            "scope": site.scope,
            "kind": str(kind),
            "primary": primary,
            "confirmation": environment,
            "number": site.next_number,
        }
        to_standby = kind is Kind.FAILOVER
        if kind is Kind.FAILBACK:
            edited = without_restores(workplace.specification.data)
            return PreparedSwitch(**common, **_edit(site, edited), **_latch(site.clients, primary))
        if names:
            return PreparedSwitch(**common, **_latch(site.clients, primary), to_standby=to_standby)
        known = side.databases(workplace)
        found = backups.find(site.clients, workplace.scope.region, primary, known)
        lacking = [one.database for one in found if not one.arn]
        if lacking or not found:
            raise Refused(
                Diagnostic(
                    "MXP175",
                    f"there are no replicated backups here of {', '.join(lacking) or 'any database'} of {primary}",
                    hint=f"restore a copy of the vault by hand: restore_from in {environment}.yaml takes a snapshot",
                )
            )
        edited = with_restores(workplace.specification.data, found)
        existing = tuple(one for one in known if _exists(site.clients, side.identifier(workplace, one)))
        return PreparedSwitch(**common, **_edit(site, edited), backups=tuple(found), existing=existing)


def execute(session: Session, prepared: PreparedSwitch, *, message: str = "") -> SwitchResult:
    """Do what was prepared, and record it.

    Raises:
        Refused: MXP176, the file was edited while the person was asked.
        MendixError: MXA1xx; what was done until then is recorded as a failed release.
    """
    environment = prepared.scope.environment
    with operation(session, environment, f"recovery {prepared.kind}", announce=False) as site:
        path = site.workplace.repository.spec(environment)
        if prepared.text and site.workplace.specification.text != prepared.before:
            raise Refused(
                Diagnostic(
                    "MXP176",
                    f"environments/{environment}.yaml was edited while you were asked, so nothing was done",
                    hint=f"look again: mendixctl recovery {prepared.kind} {environment}",
                )
            )
        started = time.monotonic()
        facts = {"primary": prepared.primary, "latch": prepared.latch}
        opened = record.begin(site, Kind(prepared.kind), message, facts)
        done: list[str] = []
        errors = ["it was stopped"]
        try:
            if prepared.text and prepared.text != prepared.before:
                write_atomic(path, prepared.text)
                done.append(f"environments/{environment}.yaml")
            for name in prepared.existing:
                there = side.identifier(site.workplace, name)
                session.reporter.stage("delete", f"{there}, with a final snapshot")
                done.append(_delete(site.clients, there, opened.number))
            if prepared.latch:
                session.reporter.stage("switch", "names")
                _turn(site.clients, prepared)
                done.append(f"names lead to {environment if prepared.to_standby else prepared.primary}")
            errors = []
        except MendixError as error:
            errors = [f"{one.code}: {one.summary}" for one in error.diagnostics]
            raise
        finally:
            record.end(site, opened, time.monotonic() - started, errors=errors, done=done)
        return SwitchResult(site.scope, prepared.kind, opened.number, tuple(done), _next(prepared))


def with_restores(data: Any, found: list[Backup]) -> dict[str, Any]:
    """The specification's data with where each database comes from."""
    edited: dict[str, Any] = copy.deepcopy(dict(data))
    instances = edited.setdefault("database", {}).setdefault("instances", {})
    for one in found:
        instances[one.database] = {**(instances.get(one.database) or {}), "restore_from": {"backup_arn": one.arn}}
    return edited


def without_restores(data: Any) -> dict[str, Any]:
    """The specification's data without where databases came from another region's backups."""
    edited: dict[str, Any] = copy.deepcopy(dict(data))
    for it in ((edited.get("database") or {}).get("instances") or {}).values():
        if isinstance(it, dict) and "backup_arn" in (it.get("restore_from") or {}):
            del it["restore_from"]
    return edited


def _edit(site: Site, data: dict[str, Any]) -> dict[str, Any]:
    specification, environment = site.workplace.specification, site.environment
    text = specification.rewritten(data)
    difference = text_diff(specification.text, text, f"environments/{environment}.yaml", "now", "then")
    return {"before": specification.text, "text": text, "spec_diff": difference}


def _next(prepared: PreparedSwitch) -> tuple[str, ...]:
    environment = prepared.scope.environment
    flag = " --emulator" if prepared.scope.rehearsal else ""
    kept: tuple[str, ...] = ()
    if prepared.scope.rehearsal and prepared.text != prepared.before:
        # a rehearsal's copy of the file is made anew by each plan
        kept = (f"write what was shown into environments/{environment}.yaml: a rehearsal leaves that file alone",)
    if prepared.kind == "failover" and not prepared.latch:
        return (
            *kept,
            f"mendixctl plan {environment}{flag}",
            f"mendixctl apply --env {environment}{flag}",
            f"mendixctl recovery failover {environment} --names{flag}",
        )
    return (*kept, f"mendixctl plan {environment}{flag}") if prepared.kind == "failback" else ()


def _exists(clients: Clients, identifier: str) -> bool:
    from mendixctl.aws import guarded

    with guarded(f"the database {identifier}"):
        rds = clients.client("rds")
        try:
            return bool(rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"])
        except rds.exceptions.ClientError as error:
            if backups.is_no_instance(error):
                return False
            raise


def _delete(clients: Clients, identifier: str, number: int) -> str:
    """Delete a standby's own database, back once it is gone; gives back the name of its final snapshot."""
    from mendixctl.aws import guarded

    snapshot = f"{identifier}-before-v{number}"
    with guarded(f"the deletion of {identifier}"):
        rds = clients.client("rds")
        rds.modify_db_instance(DBInstanceIdentifier=identifier, DeletionProtection=False, ApplyImmediately=True)
        rds.delete_db_instance(DBInstanceIdentifier=identifier, FinalDBSnapshotIdentifier=snapshot)
        rds.get_waiter("db_instance_deleted").wait(
            DBInstanceIdentifier=identifier, WaiterConfig={"Delay": 15, "MaxAttempts": 240}
        )
    return f"{identifier} deleted; its snapshot is {snapshot}"


def _latch(clients: Clients, primary: str) -> dict[str, Any]:
    """The health check that is the primary's latch, by its tag, and whether it watches by itself.

    Raises:
        MendixError: MXP174, there is none; MXA1xx.
    """
    from mendixctl.aws import guarded

    with guarded("the latch of the names"):
        route53 = clients.client("route53", ROUTE53_REGION)
        checks = [
            one["Id"] for page in route53.get_paginator("list_health_checks").paginate() for one in page["HealthChecks"]
        ]
        for start in range(0, len(checks), 10):
            asked = {"ResourceType": "healthcheck", "ResourceIds": checks[start : start + 10]}
            for found in route53.list_tags_for_resources(**asked)["ResourceTagSets"]:
                tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
                if tags.get("Name") == f"{primary}-recovery-latch":
                    return {"latch": str(found["ResourceId"]), "automatic": tags.get("mode") == "automatic"}
    raise MendixError(
        Diagnostic(
            "MXP174",
            f"{primary} has no latch, so there are no names that could be switched here",
            hint=f"write recovery.failover: dns in {primary}.yaml, or switch the names by hand",
        )
    )


def _turn(clients: Clients, prepared: PreparedSwitch) -> None:
    """Disabled and inverted is unhealthy for ever; disabled alone is healthy, and one that watches says so itself."""
    from mendixctl.aws import guarded

    with guarded("the switching of the names"):
        clients.client("route53", ROUTE53_REGION).update_health_check(
            HealthCheckId=prepared.latch,
            Inverted=prepared.to_standby,
            Disabled=prepared.to_standby or not prepared.automatic,
        )
