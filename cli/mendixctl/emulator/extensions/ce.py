"""Cost Explorer, for aws_ce_anomaly_monitor, aws_ce_anomaly_subscription and aws_ce_cost_allocation_tag.

moto 5.2.5 has cost categories alone. Sources: Cost Explorer API reference, CreateAnomalyMonitor,
CreateAnomalySubscription (mails daily or weekly, a topic at once, and one), UpdateCostAllocationTagsStatus (a key that
no bill has is not found).
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import Call, Operation, OperationError, Record, Service, unique
from mendixctl.emulator.partitions import partition

SEEN = frozenset({"area", "environment", "managed-by"})
"""Keys that are on everything of this project; the others count as billed where something in the emulator has them."""


def install(account: str) -> Service:
    """Answer the operations of anomalies and of cost allocation tags."""
    tags: dict[str, dict[str, str]] = {}
    monitors: dict[str, Record] = {}
    operations = {
        **_monitors(monitors, tags),
        **_subscriptions(monitors, tags),
        **_allocation(account),
        **_tags(tags),
    }
    return Service(account, "ce", operations)


def _monitors(monitors: dict[str, Record], tags: dict[str, dict[str, str]]) -> dict[str, Operation]:
    missing = "UnknownMonitorException"

    def create(call: Call) -> Record:
        given = call["AnomalyMonitor"]
        dimensional = given["MonitorType"] == "DIMENSIONAL"
        if dimensional and any(it["MonitorType"] == "DIMENSIONAL" for it in monitors.values()):
            raise OperationError("LimitExceededException", "Limit exceeded on dimensional spend monitor creation")
        if not dimensional and not given.get("MonitorSpecification"):
            raise OperationError("ValidationException", "A custom monitor needs a specification")
        made = _arn(call, "anomalymonitor")
        monitors[made] = {**given, "MonitorArn": made}
        tags[made] = _pairs(call)
        return {"MonitorArn": made}

    def update(call: Call) -> Record:
        known = _get(monitors, call["MonitorArn"], missing)
        known["MonitorName"] = call.get("MonitorName", known["MonitorName"])
        return {"MonitorArn": call["MonitorArn"]}

    def delete(call: Call) -> None:
        _get(monitors, call["MonitorArn"], missing)
        del monitors[call["MonitorArn"]]

    return {
        "CreateAnomalyMonitor": create,
        "UpdateAnomalyMonitor": update,
        "DeleteAnomalyMonitor": delete,
        "GetAnomalyMonitors": lambda call: {"AnomalyMonitors": _listed(monitors, call.get("MonitorArnList"), missing)},
    }


def _subscriptions(monitors: dict[str, Record], tags: dict[str, dict[str, str]]) -> dict[str, Operation]:
    missing = "UnknownSubscriptionException"
    subscriptions: dict[str, Record] = {}

    def create(call: Call) -> Record:
        given = call["AnomalySubscription"]
        _check_subscription(given)
        _listed(monitors, given["MonitorArnList"], "UnknownMonitorException")
        made = _arn(call, "anomalysubscription")
        subscribers = [{**it, "Status": "CONFIRMED"} for it in given["Subscribers"]]
        subscriptions[made] = {**given, "SubscriptionArn": made, "AccountId": call.account, "Subscribers": subscribers}
        tags[made] = _pairs(call)
        return {"SubscriptionArn": made}

    def update(call: Call) -> Record:
        known = _get(subscriptions, call["SubscriptionArn"], missing)
        changed = {**known, **call.parameters}
        _check_subscription(changed)
        known.update(changed)
        return {"SubscriptionArn": call["SubscriptionArn"]}

    def delete(call: Call) -> None:
        _get(subscriptions, call["SubscriptionArn"], missing)
        del subscriptions[call["SubscriptionArn"]]

    return {
        "CreateAnomalySubscription": create,
        "UpdateAnomalySubscription": update,
        "DeleteAnomalySubscription": delete,
        "GetAnomalySubscriptions": lambda call: {
            "AnomalySubscriptions": _listed(subscriptions, call.get("SubscriptionArnList"), missing)
        },
    }


def _allocation(account: str) -> dict[str, Operation]:
    active: dict[str, str] = {}

    def change(call: Call) -> Record:
        errors = []
        known = SEEN | _in_use(account)
        for it in call["CostAllocationTagsStatus"]:
            if it["TagKey"] in known:
                active[it["TagKey"]] = it["Status"]
            else:
                errors.append({"TagKey": it["TagKey"], "Code": "TagKeysNotFound", "Message": "Tag keys not found"})
        return {"Errors": errors}

    def found(call: Call) -> Record:
        wanted = [key for key in call.get("TagKeys", list(active)) if key in active]
        rows = [{"TagKey": key, "Type": "UserDefined", "Status": active[key]} for key in wanted]
        return {"CostAllocationTags": rows}

    return {"UpdateCostAllocationTagsStatus": change, "ListCostAllocationTags": found}


def _tags(tags: dict[str, dict[str, str]]) -> dict[str, Operation]:
    def of(call: Call) -> dict[str, str]:
        return tags.setdefault(call["ResourceArn"], {})

    def untag(call: Call) -> None:
        for key in call["ResourceTagKeys"]:
            of(call).pop(key, None)

    return {
        "ListTagsForResource": lambda call: {
            "ResourceTags": [{"Key": key, "Value": value} for key, value in sorted(of(call).items())]
        },
        "TagResource": lambda call: of(call).update(_pairs(call)),
        "UntagResource": untag,
    }


def _arn(call: Call, kind: str) -> str:
    return f"arn:{partition(call.region)}:ce::{call.account}:{kind}/{unique()}"


def _pairs(call: Call) -> dict[str, str]:
    return {it["Key"]: it["Value"] for it in call.get("ResourceTags", [])}


def _listed(rows: dict[str, Record], wanted: list[str] | None, missing: str) -> list[Record]:
    return list(rows.values()) if not wanted else [_get(rows, key, missing) for key in wanted]


def _get(rows: dict[str, Record], key: str, missing: str) -> Record:
    if key not in rows:
        raise OperationError(missing, f"{key} is unknown")
    return rows[key]


def _check_subscription(given: Record) -> None:
    kinds = [it["Type"] for it in given["Subscribers"]]
    if given["Frequency"] == "IMMEDIATE" and kinds != ["SNS"]:
        raise OperationError("ValidationException", "Immediate alerts go to exactly one SNS topic")
    if given["Frequency"] != "IMMEDIATE" and "SNS" in kinds:
        raise OperationError("ValidationException", "Daily or weekly frequencies only support Email subscriptions")
    if ("Threshold" in given) == ("ThresholdExpression" in given):
        raise OperationError("ValidationException", "Exactly one of Threshold and ThresholdExpression is required")


def _in_use(account: str) -> set[str]:
    """The keys of tags of whatever moto has, in the regions that have a key: every root makes one."""
    from moto.kms.models import kms_backends
    from moto.resourcegroupstaggingapi.models import resourcegroupstaggingapi_backends

    backends: Any = resourcegroupstaggingapi_backends[account]
    return {key for region in list(kms_backends[account]) for key in backends[region].get_tag_keys()[1]}
