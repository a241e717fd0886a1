"""What no single field of the monitoring section can say: names that are taken, logs and patterns that cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.monitoring import LogAlarm, Monitoring
from mendixgen.areas.monitoring.patterns import flaw

MOST_FILTERS = 100
"""Metric filters that a log group can have (Amazon CloudWatch Logs user guide, "CloudWatch Logs quotas")."""
OWN_FILTERS = 2
"""Of an application's log this area's own are two: lines of level CRITICAL and ERROR."""


def check(inputs: Monitoring.Inputs, header: Header) -> list[Check]:
    """Alarms have names of their own, logs that can be there, and patterns that CloudWatch Logs understands."""
    return independent(
        lambda: _names(inputs.alarms),
        lambda: _log_groups(inputs.alarms, header),
        lambda: _patterns(inputs.alarms),
        lambda: _many(inputs.alarms),
    )


def _names(alarms: list[LogAlarm]) -> Iterator[Check]:
    seen: set[str] = set()
    for index, alarm in enumerate(alarms):
        if alarm.name in seen:
            hint = "give each alarm a name of its own"
            yield Check(("alarms", index, "name"), "MXS480", f"two alarms are called {alarm.name}", hint)
        seen.add(alarm.name)


def _log_groups(alarms: list[LogAlarm], header: Header) -> Iterator[Check]:
    for index, alarm in enumerate(alarms):
        kind, _, app = alarm.log_group.partition("/")
        if kind == "apps" and app not in header.apps:
            known = ", ".join(f"apps/{name}" for name in sorted(header.apps)) or "none"
            place = ("alarms", index, "log_group")
            yield Check(place, "MXS481", f"there is no application {app}", f"the logs of applications are: {known}")


def _patterns(alarms: list[LogAlarm]) -> Iterator[Check]:
    for index, alarm in enumerate(alarms):
        found = flaw(alarm.pattern)
        if found:
            hint = 'a pattern is words ("timed out"), a condition ({ $.level = "ERROR" }) or fields ([ip, code = 5*])'
            yield Check(("alarms", index, "pattern"), "MXS482", f"the pattern {found}", hint)


def _many(alarms: list[LogAlarm]) -> Iterator[Check]:
    for group in sorted({alarm.log_group for alarm in alarms}):
        own = OWN_FILTERS if group.startswith("apps/") else 0
        last = [index for index, alarm in enumerate(alarms) if alarm.log_group == group]
        if len(last) + own > MOST_FILTERS:
            summary = f"{group} has {len(last) + own} filters, and a log group can have {MOST_FILTERS}"
            yield Check(("alarms", last[-1]), "MXS483", summary, "join patterns: { a || b }")
