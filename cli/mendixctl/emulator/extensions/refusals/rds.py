"""What RDS's rules need to know: instances with their replicas and sources, parameter groups, zones of subnets."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge, first, zones


def _instance(ask: Ask, document: Document) -> Document:
    return _named(ask, document.get("DBInstanceIdentifier"))


def _named(ask: Ask, name: object) -> Document:
    return first(ask("rds", "DescribeDBInstances", DBInstanceIdentifier=name), "DBInstances")


def _proxy(ask: Ask, document: Document) -> Document:
    return first(ask("rds", "DescribeDBProxies", DBProxyName=document.get("DBProxyName")), "DBProxies")


def _parameter_group(ask: Ask, document: Document) -> Document:
    name = document.get("DBParameterGroupName")
    if name is None:  # an instance that is stored names its groups in a list
        name = first(document, "DBParameterGroups").get("DBParameterGroupName")
    if name is None:
        return {}
    return first(ask("rds", "DescribeDBParameterGroups", DBParameterGroupName=name), "DBParameterGroups")


def _groups(ask: Ask, document: Document) -> list[Document]:
    found = _parameter_group(ask, document)
    return [found] if found else []


def _source(ask: Ask, document: Document) -> list[Document]:
    found = _named(ask, document.get("SourceDBInstanceIdentifier"))
    return [found] if found else []


def _replicas(ask: Ask, document: Document) -> list[Document]:
    return [_named(ask, name) for name in document.get("ReadReplicaDBInstanceIdentifiers") or []]


def _members(ask: Ask, document: Document) -> list[Document]:
    """The instances of a parameter group, or of a subnet group."""
    every = ask("rds", "DescribeDBInstances").get("DBInstances") or []
    if (subnets := document.get("DBSubnetGroupName")) is not None:
        return [one for one in every if (one.get("DBSubnetGroup") or {}).get("DBSubnetGroupName") == subnets]
    name = document.get("DBParameterGroupName")
    return [one for one in every if first(one, "DBParameterGroups").get("DBParameterGroupName") == name]


def _subnets(ask: Ask, document: Document) -> list[Document]:
    """The subnets that are asked for; of a group as it is stored, its own."""
    asked = document.get("SubnetIds") or [one.get("SubnetIdentifier") for one in document.get("Subnets") or []]
    return zones(ask, [one for one in asked if one])


def _subnet_group(ask: Ask, document: Document) -> Document:
    name = document.get("DBSubnetGroupName")
    return first(ask("rds", "DescribeDBSubnetGroups", DBSubnetGroupName=name), "DBSubnetGroups")


KNOWLEDGE = Knowledge(
    stored={
        "DeleteDBInstance": _instance,
        "ModifyDBInstance": _instance,
        "ModifyDBSubnetGroup": _subnet_group,
        "ModifyDBProxy": _proxy,
        "ModifyDBParameterGroup": _parameter_group,
        "DeleteDBParameterGroup": _parameter_group,
    },
    related={
        "group": _groups,
        "instances": _members,
        "replicas": _replicas,
        "source": _source,
        "subnets": _subnets,
    },
)
