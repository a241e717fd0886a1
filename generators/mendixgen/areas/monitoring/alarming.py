"""The alarms of the catalogue, area by area, and what tells for those that a change sets off by itself.

A change that is applied replaces nodes, moves pods and lets replicas fall behind. The alarms on that tell nobody by
themselves: a composite alarm of their area and priority does, and is silent while the maintenance switch is on. The
switch is an alarm as well, on a metric that mendixctl writes ahead for an hour and overwrites when it is done; so it
falls back by itself where mendixctl died.

Sources: Amazon CloudWatch user guide, "Combining alarms", "Composite alarm action suppression" (wait and extension
period); API reference, PutCompositeAlarm (100 children and 10,240 characters of a rule, both in the same region),
PutMetricData (two hours ahead).
"""

from __future__ import annotations

from mendixgen.alarms.maintenance import METRIC, switch_name
from mendixgen.alarms.resource import address, catalogue_alarm
from mendixgen.alarms.rows import AREAS, Row, rows
from mendixgen.areas.monitoring.logs import namespace
from mendixgen.areas.monitoring.members import MEMBERS
from mendixgen.areas.monitoring.watched import local_of
from mendixgen.authoring.expression import code, each, expr
from mendixgen.authoring.module import ModuleBuilder

MOST_CHILDREN = 100
"""Alarms in the rule of a composite one; names of 64 characters make 7,600 of its 10,240."""
WAIT, EXTENSION = 120, 300
"""Seconds: the switch is seen a minute or two after it was turned, and what a change did may take a while to settle."""


def alarms(module: ModuleBuilder) -> None:
    """Add all alarms, area by area, and the composite ones."""
    for area in AREAS:
        of_area = [row for row in rows() if row.area == area and not row.is_abroad]
        if of_area:
            module.section(f"Alarms: {area}")
        for row in of_area:
            catalogue_alarm(
                module,
                row,
                of=local_of(row.of),
                one=MEMBERS[row.of].is_one,
                topic=None if row.changes else expr(f'local.topic_arns["p{row.priority}"]'),
            )
    _composites(module)


def composites() -> dict[str, list[Row]]:
    """The rows that a composite alarm tells for, by what that is called behind the environment's name."""
    found: dict[str, list[Row]] = {}
    for row in rows():
        if row.changes:
            found.setdefault(row.composite, []).append(row)
    return dict(sorted(found.items()))


def names_of(row: Row) -> str:
    """The names of a row's alarms, as a list of HCL."""
    made = code(address(row))
    return f"{made if MEMBERS[row.of].is_one else f'values({made})'}[*].alarm_name"


def _composites(module: ModuleBuilder) -> None:
    var = module.var
    module.section("What a change sets off by itself")
    switch = module.resource(
        "aws_cloudwatch_metric_alarm.maintenance",
        "The maintenance switch: in alarm while mendixctl applies a change, and for an hour at most.",
        alarm_name=switch_name(str(var.environment)),
        alarm_description=f"In alarm while mendixctl applies a change of {var.environment}. Tells nobody.",
        namespace=namespace(module),
        metric_name=METRIC,
        statistic="Minimum",
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=1,
        period=60,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        tags={"Name": switch_name(str(var.environment))},
    )
    together = module.local(
        "together",
        {name: expr("concat(\n" + ",\n".join(map(names_of, of)) + ",\n)") for name, of in composites().items()},
        "The alarms that are told of together, by priority and area.",
    )
    parts = module.local(
        "composites",
        expr(
            f"""merge([
              for name, alarms in {together} : {{
                for index, part in chunklist(alarms, {MOST_CHILDREN}) :
                index == 0 ? name : "${{name}}-${{index + 1}}" => part
              }}
            ]...)"""
        ),
        "Those that there are; a composite alarm takes a hundred.",
    )
    module.resource(
        "aws_cloudwatch_composite_alarm.this",
        "Tells of any of them, unless a change is being applied.",
        for_each=parts,
        alarm_name=f"{var.environment}-{each.key}",
        alarm_description=(
            "Something of this area that a change sets off by itself is in alarm, and no change is being applied. /"
            " 该领域中变更自身会引发的某个告警已触发，而当前没有正在应用的变更。"
            f" Runbook: environments/{var.environment}/runbooks/en/area-in-alarm.md (zh: runbooks/zh/area-in-alarm.md)"
        ),
        alarm_rule=expr('join(" OR ", [for name in each.value : "ALARM(\\"${name}\\")"])'),
        alarm_actions=[expr("local.topic_arns[substr(each.key, 0, 2)]")],
        ok_actions=[expr("local.topic_arns[substr(each.key, 0, 2)]")],
        actions_suppressor={"alarm": switch.alarm_name, "wait_period": WAIT, "extension_period": EXTENSION},
        tags={"Name": f"{var.environment}-{each.key}"},
    )
