"""Budgets, for aws_budgets_budget: budgets with their notices and subscribers, changed in place, with tags.

moto 5.2.5 has no change of a budget, forgets who is told, and refuses nothing. Sources: Budgets API reference,
CreateBudget and CreateNotification; AWS Cost Management user guide, "Quotas" (5 notices a budget; 10 mails and one
topic a notice).
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service

MOST_NOTICES = 5
MOST_MAILS = 10
NEVER_ENDS = 3706473600
"""2087-06-15, which AWS gives a budget that names no end."""
ALL_COSTS = {
    "IncludeCredit": True,
    "IncludeDiscount": True,
    "IncludeOtherSubscription": True,
    "IncludeRecurring": True,
    "IncludeRefund": True,
    "IncludeSubscription": True,
    "IncludeSupport": True,
    "IncludeTax": True,
    "IncludeUpfront": True,
    "UseAmortized": False,
    "UseBlended": False,
}
COVERAGE = {"RI_COVERAGE", "RI_UTILIZATION", "SAVINGS_PLANS_COVERAGE", "SAVINGS_PLANS_UTILIZATION"}


class Budget:
    """A budget, its notices with who is told, and its tags."""

    def __init__(self, given: Record, tags: Record) -> None:
        self.given = given
        self.notices: list[tuple[Record, list[Record]]] = []
        self.tags = tags

    def told(self, notice: Record) -> list[Record]:
        """Who a notice is told to. Raises OperationError where there is no such notice."""
        for known, subscribers in self.notices:
            if _same(known, notice):
                return subscribers
        raise OperationError("NotFoundException", "Unable to get subscribers - the notification doesn't exist.")


def install(account: str) -> Service:
    """Answer the operations of budgets."""
    budgets: dict[str, Budget] = {}

    def find(call: Call) -> Budget:
        name = call["BudgetName"]
        if name not in budgets:
            raise OperationError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
        return budgets[name]

    def create(call: Call) -> None:
        given = call["Budget"]
        if given["BudgetName"] in budgets:
            message = f"Error creating budget: {given['BudgetName']} - the budget already exists."
            raise OperationError("DuplicateRecordException", message)
        made = Budget(_checked(given), {it["Key"]: it["Value"] for it in call.get("ResourceTags", [])})
        for row in call.get("NotificationsWithSubscribers", []):
            _add(made, row["Notification"], row["Subscribers"])
        budgets[given["BudgetName"]] = made

    def update(call: Call) -> None:
        given = call["NewBudget"]
        known = find(Call(call.account, call.region, {"BudgetName": given["BudgetName"]}))
        known.given = _checked({"TimePeriod": known.given["TimePeriod"], **given})

    def delete(call: Call) -> None:
        del budgets[find(call).given["BudgetName"]]

    def delete_notice(call: Call) -> None:
        known = find(call)
        known.told(call["Notification"])
        known.notices = [row for row in known.notices if not _same(row[0], call["Notification"])]

    def tagged(call: Call) -> Budget:
        name = call["ResourceARN"].rpartition("budget/")[2]
        return find(Call(call.account, call.region, {"BudgetName": name}))

    def untag(call: Call) -> None:
        for key in call["ResourceTagKeys"]:
            tagged(call).tags.pop(key, None)

    return Service(
        account,
        "budgets",
        {
            "CreateBudget": create,
            "DescribeBudget": lambda call: {"Budget": find(call).given},
            "DescribeBudgets": lambda call: {"Budgets": [it.given for it in budgets.values()]},
            "UpdateBudget": update,
            "DeleteBudget": delete,
            "CreateNotification": lambda call: _add(find(call), call["Notification"], call["Subscribers"]),
            "DeleteNotification": delete_notice,
            "DescribeNotificationsForBudget": lambda call: {"Notifications": [it for it, _ in find(call).notices]},
            "DescribeSubscribersForNotification": lambda call: {"Subscribers": find(call).told(call["Notification"])},
            "ListTagsForResource": lambda call: {
                "ResourceTags": [{"Key": key, "Value": value} for key, value in sorted(tagged(call).tags.items())]
            },
            "TagResource": lambda call: tagged(call).tags.update(
                {it["Key"]: it["Value"] for it in call["ResourceTags"]}
            ),
            "UntagResource": untag,
        },
    )


def _checked(given: Record) -> Record:
    """The budget as AWS keeps it. Raises OperationError for what it refuses."""
    kind = given["BudgetType"]
    if "BudgetLimit" not in given and "PlannedBudgetLimits" not in given and "AutoAdjustData" not in given:
        raise OperationError("InvalidParameterException", "Budget Limit is required for all budget types.")
    if kind in COVERAGE:
        if not given.get("CostFilters", {}).get("Service") and kind.startswith("RI"):
            raise OperationError("InvalidParameterException", "A service filter is required for RI budgets.")
        if float(given["BudgetLimit"]["Amount"]) != 100:
            raise OperationError("InvalidParameterException", "The limit of the budget must be 100 percent.")
    month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()
    period = {"Start": int(month), "End": NEVER_ENDS, **given.get("TimePeriod", {})}
    return {
        **deepcopy(given),
        "TimePeriod": period,
        "CostTypes": {**ALL_COSTS, **given.get("CostTypes", {})},
        "CalculatedSpend": {"ActualSpend": {"Amount": "0", "Unit": given.get("BudgetLimit", {}).get("Unit", "USD")}},
        "LastUpdatedTime": int(datetime.now(UTC).timestamp()),
    }


def _add(budget: Budget, notice: Record, subscribers: list[Record]) -> None:
    if len(budget.notices) == MOST_NOTICES:
        raise OperationError("CreationLimitExceededException", "You've exceeded the notification limit.")
    if any(_same(known, notice) for known, _ in budget.notices):
        raise OperationError("DuplicateRecordException", "The notification already exists.")
    kinds = [it["SubscriptionType"] for it in subscribers]
    if not kinds:
        raise OperationError("InvalidParameterException", "At least one subscriber is required.")
    if kinds.count("EMAIL") > MOST_MAILS or kinds.count("SNS") > 1:
        raise OperationError("CreationLimitExceededException", "You've exceeded the subscriber limit.")
    budget.notices.append((notice, subscribers))


def _same(one: Record, other: Record) -> bool:
    keys = ("NotificationType", "ComparisonOperator", "Threshold")
    default = "PERCENTAGE"
    return all(one[key] == other[key] for key in keys) and (
        one.get("ThresholdType", default) == other.get("ThresholdType", default)
    )
