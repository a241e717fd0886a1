"""Security Hub, for aws_securityhub_account and aws_securityhub_standards_subscription.

moto 5.2.5 has no configuration of the hub (UpdateSecurityHubConfiguration; DescribeHub always says the same) and no
subscriptions to standards.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import Call, Record, Service

SETTINGS = {"AutoEnableControls": True, "ControlFindingGenerator": "SECURITY_CONTROL"}


def install(account: str) -> Service:
    """Mend moto's hub and answer the operations that it lacks."""
    from moto.securityhub.models import SecurityHubBackend

    settings: dict[str, Record] = {}
    subscriptions: dict[str, Record] = {}
    _describe(SecurityHubBackend, settings)

    def configure(call: Call) -> None:
        known = settings.setdefault(call.region, {})
        known.update({name: call[name] for name in SETTINGS if name in call.parameters})

    def enable(call: Call) -> Record:
        made = []
        for request in call["StandardsSubscriptionRequests"]:
            name = request["StandardsArn"].split("/", 1)[1]
            arn = call.arn("securityhub", f"subscription/{name}")
            subscriptions[arn] = {
                "StandardsSubscriptionArn": arn,
                "StandardsArn": request["StandardsArn"],
                "StandardsInput": request.get("StandardsInput", {}),
                "StandardsStatus": "READY",
            }
            made.append(subscriptions[arn])
        return {"StandardsSubscriptions": made}

    def disable(call: Call) -> Record:
        gone = [subscriptions.pop(arn) for arn in call["StandardsSubscriptionArns"] if arn in subscriptions]
        return {"StandardsSubscriptions": [{**row, "StandardsStatus": "DELETING"} for row in gone]}

    def enabled(call: Call) -> Record:
        wanted = call.get("StandardsSubscriptionArns")
        here = f":{call.region}:"
        return {
            "StandardsSubscriptions": [
                row for arn, row in subscriptions.items() if (arn in wanted if wanted else here in arn)
            ]
        }

    return Service(
        account,
        "securityhub",
        {
            "UpdateSecurityHubConfiguration": configure,
            "BatchEnableStandards": enable,
            "BatchDisableStandards": disable,
            "GetEnabledStandards": enabled,
        },
    )


def _describe(backends: Any, settings: dict[str, Record]) -> None:
    describe, disable = backends.describe_hub, backends.disable_security_hub

    def describe_hub(self: Any, hub_arn: str | None = None) -> Record:
        return {**describe(self, hub_arn), **SETTINGS, **settings.get(self.region_name, {})}

    def disable_security_hub(self: Any) -> Record:
        settings.pop(self.region_name, None)
        answer: Record = disable(self)
        return answer

    backends.describe_hub = describe_hub
    backends.disable_security_hub = disable_security_hub
