"""While something is applied, the alarms that a change sets off by itself tell nobody.

Nodes are replaced, pods move, replicas fall behind: each of these alarms would be right, and none would be news. They
go on watching and changing their state, and nobody is told: their composite alarms are silent while the maintenance
switch is on, which begins no incident either. The switch is an alarm on a metric that is written ahead for an hour, and
overwritten at the end however the apply ends; so a process that dies silences nothing for longer. An alarm of P1 is
never silenced: what is down while something is applied is what one has to know.

Monitoring before 1.2.0 has no switch: there a mute rule of CloudWatch silences these alarms, one by one. Where AWS lets
neither be done, the apply goes on, louder.

Source: Amazon CloudWatch API reference, PutMetricData (a time up to two hours ahead), PutAlarmMuteRule (a hundred
alarms a rule; it mutes actions, not evaluation).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mendixctl.aws import guarded
from mendixgen.alarms.maintenance import METRIC, namespace, switch_name
from mendixgen.diagnostics import Diagnostic, MendixError, Severity

if TYPE_CHECKING:
    from mendixctl.engine.environment.site import Site

AREA = "monitoring"
LASTS = "PT1H"
MINUTES = 60
MOST_ALARMS = 100


@contextmanager
def quiet(site: Site) -> Iterator[None]:
    """Silence what a change sets off for as long as the block runs. Never raises anything of its own."""
    watched = AREA in site.workplace.lock.pins
    switch = watched and _turn(site, on=True)
    rules = _mute(site) if watched and not switch else []
    try:
        yield
    finally:
        if switch:
            _turn(site, on=False)
        _unmute(site, rules)


def _turn(site: Site, *, on: bool) -> bool:
    """Turn the maintenance switch; whether there is one that could be turned."""
    environment = site.workplace.environment
    try:
        with guarded("turn the maintenance switch"):
            client = site.clients.client("cloudwatch")
            if on and not client.describe_alarms(AlarmNames=[switch_name(environment)]).get("MetricAlarms"):
                return False
            now = site.session.clock().astimezone(UTC).replace(second=0, microsecond=0)
            client.put_metric_data(
                Namespace=namespace(environment),
                MetricData=[
                    {"MetricName": METRIC, "Timestamp": now + timedelta(minutes=ahead), "Value": float(on)}
                    for ahead in range(MINUTES)
                ],
            )
    except MendixError as error:
        summary = (
            "alarms may tell of what the apply itself does"
            if on
            else "the maintenance switch stays on until it falls back by itself, an hour after the apply began"
        )
        _notice(site, summary, error)
        return False
    return True


def _mute(site: Site) -> list[str]:
    """The names of the rules that were made."""
    made: list[str] = []
    environment = site.workplace.environment
    try:
        with guarded("mute alarms"):
            client = site.clients.client("cloudwatch")
            alarms = sorted(_expected(client, environment))
            for first in range(0, len(alarms), MOST_ALARMS):
                name = f"{environment}-maintenance-{first // MOST_ALARMS + 1}"
                client.put_alarm_mute_rule(
                    Name=name,
                    Description=f"mendixctl applies a change of {environment}",
                    Rule={"Schedule": {"Expression": _soon(site.session.clock()), "Duration": LASTS}},
                    MuteTargets={"AlarmNames": alarms[first : first + MOST_ALARMS]},
                )
                made.append(name)
    except (MendixError, AttributeError) as error:  # a boto3 from before mute rules has no such method
        _notice(site, "alarms may tell of what the apply itself does", error)
    return made


def _unmute(site: Site, rules: list[str]) -> None:
    for name in rules:
        try:
            with guarded("end the muting of alarms"):
                site.clients.client("cloudwatch").delete_alarm_mute_rule(AlarmMuteRuleName=name)
        except MendixError as error:
            _notice(site, f"the mute rule {name} stays until it ends by itself, an hour after it began", error)


def _expected(client: Any, environment: str) -> Iterator[str]:
    """The names of the alarms there are that a change sets off."""
    from mendixgen.alarms.rows import rows

    expected = [row for row in rows() if row.changes]
    for priority in sorted({row.priority for row in expected}):
        begins = tuple(f"{environment}-p{priority}-{row.name}" for row in expected if row.priority == priority)
        pages = client.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{environment}-p{priority}-")
        for page in pages:
            names = (alarm["AlarmName"] for alarm in page.get("MetricAlarms", ()))
            yield from (name for name in names if name.startswith(begins))


def _soon(now: datetime) -> str:
    """The next full minute: an expression has no seconds, and one in the past might never begin."""
    begins = now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    return f"at({begins:%Y-%m-%dT%H:%M})"


def _notice(site: Site, summary: str, error: Exception) -> None:
    why = error.diagnostics[0].summary if isinstance(error, MendixError) else "boto3 is too old for mute rules"
    site.session.reporter.notice(
        Diagnostic("MXB150", f"{summary}: {why}", hint="nothing has to be done", severity=Severity.WARNING)
    )
