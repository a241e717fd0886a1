"""OpenSearch Service, for aws_opensearch_domain.

moto 5.2.5 knows domains, and neither upgrades nor what a VPC makes of them: it answers every domain with the versions
that any could be upgraded to, so that the provider would replace a domain for a new version; calls a domain's subnets
what was asked for, without their VPC and zones; forgets the desired state of Auto-Tune and the status of every option;
keeps an option that is emptied; makes domains in a VPC without the service-linked role that enters it; and knows no
instance type that it does not check. So none of it is asked: all operations of domains are here. They are over at once,
but for a change of nodes or storage, while which a domain takes no other; the provider waits ten minutes before it
looks, whatever is answered.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from mendixctl.emulator.extensions import windows
from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service, Table, unique
from mendixgen.areas.logging import catalogue

LINKED_ROLE_PATH = "/aws-service-role/opensearchservice.amazonaws.com/"
OPTIONS: Mapping[str, Any] = {
    "ClusterConfig": {},
    "EBSOptions": {"EBSEnabled": False},
    "AccessPolicies": "",
    "SnapshotOptions": {"AutomatedSnapshotStartHour": 0},
    "VPCOptions": None,
    "CognitoOptions": {"Enabled": False},
    "EncryptionAtRestOptions": {"Enabled": False},
    "NodeToNodeEncryptionOptions": {"Enabled": False},
    "AdvancedOptions": {"override_main_response_version": "false", "rest.action.multi.allow_explicit_index": "true"},
    "LogPublishingOptions": {},
    "DomainEndpointOptions": {"EnforceHTTPS": False, "TLSSecurityPolicy": "Policy-Min-TLS-1-0-2019-07"},
    "AdvancedSecurityOptions": {"Enabled": False, "InternalUserDatabaseEnabled": False},
    "AutoTuneOptions": {"DesiredState": "DISABLED"},
    "OffPeakWindowOptions": {"Enabled": True, "OffPeakWindow": {"WindowStartTime": {"Hours": 22, "Minutes": 0}}},
    "SoftwareUpdateOptions": {"AutoSoftwareUpdateEnabled": False},
    "IPAddressType": "ipv4",
}
"""What can be said of a domain, and what it is where nothing was said (API reference, DomainStatus)."""

CHANGING = ("ClusterConfig", "EBSOptions")
CHANGE_SECONDS = 0.5
"""How long a domain gets other nodes or another storage."""

ADDED = ("LogPublishingOptions", "AdvancedOptions")
"""Options whose entries stay until they are changed."""


def install(account: str) -> Service:
    """Answer the operations of domains."""
    domains = Domains()
    return Service(
        account,
        "opensearch",
        {
            "CreateDomain": domains.create,
            "DescribeDomain": domains.describe,
            "DescribeDomains": domains.describe_several,
            "DescribeDomainConfig": domains.configuration,
            "ListDomainNames": domains.names,
            "UpdateDomainConfig": domains.update,
            "UpgradeDomain": domains.upgrade,
            "GetUpgradeStatus": domains.upgrade_status,
            "GetCompatibleVersions": domains.compatible,
            "DeleteDomain": domains.delete,
            "AddTags": domains.add_tags,
            "RemoveTags": domains.remove_tags,
            "ListTags": domains.list_tags,
        },
    )


class Domains:
    """The domains, their tags, and what they were last upgraded to."""

    def __init__(self) -> None:
        self._table = Table("DomainName", status=409)
        self._tags: dict[str, dict[str, str]] = {}
        self._upgrades: dict[str, str] = {}

    def create(self, call: Call) -> Record:
        name = call["DomainName"]
        if self._table.all(call, DomainName=name):
            raise OperationError("ResourceAlreadyExistsException", f"Domain {name} already exists.", 409)
        row: Record = {
            "DomainName": name,
            "EngineVersion": call.get("EngineVersion", f"{catalogue.ENGINE}{catalogue.versions()[-1]}"),
            "ARN": call.arn("es", f"domain/{name}"),
            "Made": time.time(),
            "Ident": unique().replace("-", "")[:26],
            **{option: call.get(option, default) for option, default in OPTIONS.items()},
            "VPCOptions": _derived(call, call.get("VPCOptions")),
        }
        row = self._table.put(Call(call.account, call.region, row))
        self._tags[row["ARN"]] = _tags(call.get("TagList", []))
        return {"DomainStatus": _status(call, row)}

    def describe(self, call: Call) -> Record:
        return {"DomainStatus": _status(call, self._table.get(call))}

    def describe_several(self, call: Call) -> Record:
        found = [row for row in self._table.all(call) if row["DomainName"] in call["DomainNames"]]
        return {"DomainStatusList": [_status(call, row) for row in found]}

    def configuration(self, call: Call) -> Record:
        return {"DomainConfig": _configuration(self._table.get(call))}

    def names(self, call: Call) -> Record:
        names = [row["DomainName"] for row in self._table.all(call)]
        return {"DomainNames": [{"DomainName": name, "EngineType": "OpenSearch"} for name in names]}

    def update(self, call: Call) -> Record:
        row = self._table.get(call)
        changes = any(call.get(name) is not None and {**row[name], **call[name]} != row[name] for name in CHANGING)
        if changes and _is_changing(call, row):
            # The text as in hashicorp/terraform-provider-aws#38136.
            text = "A change/update is in progress. Please wait for it to complete before requesting another change."
            raise OperationError("ValidationException", text)
        for name in OPTIONS:
            value = call.get(name)
            if value is None:
                continue
            if name == "VPCOptions":
                value = _derived(call, value)
            row[name] = {**row[name], **value} if name in ADDED else value
        if changes:
            windows.open_window(CHANGE_SECONDS, "domain", call.region, row["DomainName"])
        return {"DomainConfig": _configuration(row)}

    def upgrade(self, call: Call) -> Record:
        row = self._table.get(call)
        target = call["TargetVersion"]
        if target not in _targets(row["EngineVersion"]):
            raise OperationError("ValidationException", f"Invalid target version {target} for {row['EngineVersion']}.")
        if not call.get("PerformCheckOnly", False):
            row["EngineVersion"] = target
        self._upgrades[row["ARN"]] = f"Upgrade to {target}"
        return {"UpgradeId": unique(), "DomainName": call["DomainName"], "TargetVersion": target}

    def upgrade_status(self, call: Call) -> Record:
        name = self._upgrades.get(self._table.get(call)["ARN"], "")
        return {"UpgradeStep": "UPGRADE", "StepStatus": "SUCCEEDED", "UpgradeName": name}

    def compatible(self, call: Call) -> Record:
        sources = [f"{catalogue.ENGINE}{version}" for version in catalogue.versions()]
        if call.get("DomainName"):
            sources = [self._table.get(call)["EngineVersion"]]
        return {"CompatibleVersions": [{"SourceVersion": it, "TargetVersions": _targets(it)} for it in sources]}

    def delete(self, call: Call) -> Record:
        row = self._table.remove(call)
        self._tags.pop(row["ARN"], None)
        return {"DomainStatus": {**_status(call, row), "Deleted": True, "Processing": True}}

    def add_tags(self, call: Call) -> None:
        self._tags.setdefault(call["ARN"], {}).update(_tags(call["TagList"]))

    def remove_tags(self, call: Call) -> None:
        known = self._tags.get(call["ARN"], {})
        for key in call["TagKeys"]:
            known.pop(key, None)

    def list_tags(self, call: Call) -> Record:
        known = self._tags.get(call["ARN"], {})
        return {"TagList": [{"Key": key, "Value": value} for key, value in known.items()]}


def _tags(given: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in given}


def _targets(version: str) -> list[str]:
    return [f"{catalogue.ENGINE}{it}" for it in catalogue.upgrades(version.removeprefix(catalogue.ENGINE))]


def _derived(call: Call, given: Record | None) -> Record | None:
    """What a domain's subnets and groups make of it; nothing outside of a VPC."""
    if not given or not given.get("SubnetIds"):
        return None
    from moto.ec2.models import ec2_backends

    if not _may_enter(call.account):
        raise OperationError(
            "ValidationException",
            "Before you can proceed, you must enable a service-linked role to give Amazon OpenSearch Service"
            " permissions to access your VPC.",
        )
    backend = ec2_backends[call.account][call.region]
    subnets = [backend.get_subnet(name) for name in given["SubnetIds"]]
    return {
        "VPCId": subnets[0].vpc_id,
        "SubnetIds": list(given["SubnetIds"]),
        "AvailabilityZones": [subnet.availability_zone for subnet in subnets],
        "SecurityGroupIds": list(given.get("SecurityGroupIds") or []),
    }


def _may_enter(account: str) -> bool:
    """Whether the account has the role by which the service enters VPCs."""
    from moto.iam.models import iam_backends

    partitions = iam_backends[account]
    return any(role.path == LINKED_ROLE_PATH for backend in partitions.values() for role in backend.roles.values())


def _is_changing(call: Call, row: Record) -> bool:
    return windows.is_open("domain", call.region, row["DomainName"])


def _status(call: Call, row: Record) -> Record:
    """A DomainStatus."""
    name = row["DomainName"]
    within = f"{name}-{row['Ident']}.{call.region}.es.amazonaws.com"
    security = {key: value for key, value in row["AdvancedSecurityOptions"].items() if key != "MasterUserOptions"}
    tuned = row["AutoTuneOptions"]
    status = {
        **{option: row[option] for option in OPTIONS},
        "DomainId": f"{call.account}/{name}",
        "DomainName": name,
        "ARN": row["ARN"],
        "Created": True,
        "Deleted": False,
        "Processing": _is_changing(call, row),
        "UpgradeProcessing": False,
        "EngineVersion": row["EngineVersion"],
        "AdvancedSecurityOptions": security,
        "AutoTuneOptions": {"State": tuned["DesiredState"], "UseOffPeakWindow": tuned.get("UseOffPeakWindow", False)},
        "DomainProcessingStatus": "Active",
    }
    if row["VPCOptions"]:
        status["Endpoints"] = {"vpc": f"vpc-{within}"}
    else:
        status["Endpoint"] = f"search-{within}"
        del status["VPCOptions"]
    return status


def _configuration(row: Record) -> Record:
    """A DomainConfig: every option with its status."""
    moment = row["Made"]
    status = {
        "CreationDate": moment, "UpdateDate": moment, "UpdateVersion": 1, "State": "Active", "PendingDeletion": False,
    }  # fmt: skip
    options = {name: row[name] for name in OPTIONS if row[name] is not None}
    options["AdvancedSecurityOptions"] = {
        key: value for key, value in row["AdvancedSecurityOptions"].items() if key != "MasterUserOptions"
    }
    options["EngineVersion"] = row["EngineVersion"]
    found = {name: {"Options": value, "Status": status} for name, value in options.items()}
    found["AutoTuneOptions"]["Status"] = {**status, "State": row["AutoTuneOptions"]["DesiredState"]}
    answer: Record = json.loads(json.dumps(found))
    return answer
