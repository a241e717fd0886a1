"""Service Quotas: the quotas that the preflight asks about, at the values of a new account.

moto 5.2.5 knows those of VPC alone, and no increase. Here an increase is granted at once; a smaller number is granted
as well, which AWS would refuse, so that a test can make an account small.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service

DEFAULTS: dict[tuple[str, str], tuple[str, float]] = {
    ("ec2", "L-0263D0A3"): ("EC2-VPC Elastic IPs", 5),
    ("ec2", "L-1216C47A"): ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 256),
    ("ec2", "L-34B43A08"): ("All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 256),
    ("eks", "L-1194D53C"): ("Clusters", 100),
    ("elasticloadbalancing", "L-69A177A2"): ("Network Load Balancers per Region", 50),
    ("iam", "L-0DA4ABF3"): ("Managed policies per role", 10),
    ("iam", "L-C07B4B0D"): ("Role trust policy length", 2048),
    ("vpc", "L-0EA8095F"): ("Inbound or outbound rules per security group", 60),
    ("vpc", "L-2AEEBF1A"): ("Rules per network ACL", 20),
    ("vpc", "L-F678F1CE"): ("VPCs per Region", 5),
    ("vpc", "L-FE5A380F"): ("NAT gateways per Availability Zone", 5),
}
"""(service, code) -> name and value. The vCPUs are those of an account that has been in use (a new one has 5)."""


def install(account: str) -> Service:
    """Answer the operations on quotas."""
    applied: dict[tuple[str, str, str], float] = {}

    def quota(call: Call, *, default: bool = False) -> Record:
        service, code = str(call["ServiceCode"]), str(call["QuotaCode"])
        if (service, code) not in DEFAULTS:
            raise OperationError("NoSuchResourceException", f"no quota {code} of {service}")
        name, value = DEFAULTS[service, code]
        return {
            "ServiceCode": service,
            "QuotaCode": code,
            "QuotaName": name,
            "QuotaArn": call.arn("servicequotas", f"{service}/{code}"),
            "Value": value if default else applied.get((call.region, service, code), value),
            "Adjustable": True,
            "GlobalQuota": False,
        }

    def raise_it(call: Call) -> Record:
        found = quota(call)
        applied[call.region, found["ServiceCode"], found["QuotaCode"]] = float(call["DesiredValue"])
        return {"RequestedQuota": {**_request(found), "DesiredValue": call["DesiredValue"], "Status": "APPROVED"}}

    def listed(call: Call) -> Record:
        codes = [code for service, code in DEFAULTS if service == call["ServiceCode"]]
        parameters: list[dict[str, Any]] = [{**call.parameters, "QuotaCode": code} for code in codes]
        return {"Quotas": [quota(Call(call.account, call.region, one)) for one in parameters]}

    return Service(
        account,
        "service-quotas",
        {
            "GetServiceQuota": lambda call: {"Quota": quota(call)},
            "GetAWSDefaultServiceQuota": lambda call: {"Quota": quota(call, default=True)},
            "ListServiceQuotas": listed,
            "RequestServiceQuotaIncrease": raise_it,
        },
    )


def _request(quota: Record) -> Record:
    return {name: quota[name] for name in ("ServiceCode", "QuotaCode", "QuotaName", "QuotaArn")}
