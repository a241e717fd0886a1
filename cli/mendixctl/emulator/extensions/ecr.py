"""ECR, for aws_ecr_pull_through_cache_rule and aws_ecr_repository_creation_template.

moto 5.2.5 has neither rules nor templates.
"""

from __future__ import annotations

import time

from mendixctl.emulator.extensions.operations import Call, Operation, OperationError, Record, Service, Table


def install(account: str) -> Service:
    """Answer the operations that moto lacks."""
    return Service(account, "ecr", {**_rules(account), **_templates(account)})


def _rules(account: str) -> dict[str, Operation]:
    rules = Table("ecrRepositoryPrefix", missing="PullThroughCacheRuleNotFoundException")

    def create(call: Call) -> Record:
        if rules.all(call, ecrRepositoryPrefix=call["ecrRepositoryPrefix"]):
            raise OperationError("PullThroughCacheRuleAlreadyExistsException", call["ecrRepositoryPrefix"])
        now = int(time.time())
        return rules.put(call, registryId=account, createdAt=now, updatedAt=now)

    def describe(call: Call) -> Record:
        return {"pullThroughCacheRules": _named(rules, call, "ecrRepositoryPrefix", "ecrRepositoryPrefixes")}

    def update(call: Call) -> Record:
        row = rules.get(call)
        row.update(call.parameters, updatedAt=int(time.time()))
        return row

    return {
        "CreatePullThroughCacheRule": create,
        "DescribePullThroughCacheRules": describe,
        "UpdatePullThroughCacheRule": update,
        "DeletePullThroughCacheRule": rules.remove,
    }


def _templates(account: str) -> dict[str, Operation]:
    templates = Table("prefix", missing="TemplateNotFoundException")

    def create(call: Call) -> Record:
        if templates.all(call, prefix=call["prefix"]):
            raise OperationError("TemplateAlreadyExistsException", call["prefix"])
        now = int(time.time())
        row = templates.put(call, createdAt=now, updatedAt=now)
        return {"registryId": account, "repositoryCreationTemplate": row}

    def describe(call: Call) -> Record:
        found = _named(templates, call, "prefix", "prefixes")
        return {"registryId": account, "repositoryCreationTemplates": found}

    def update(call: Call) -> Record:
        row = templates.get(call)
        row.update(call.parameters, updatedAt=int(time.time()))
        return {"registryId": account, "repositoryCreationTemplate": row}

    return {
        "CreateRepositoryCreationTemplate": create,
        "DescribeRepositoryCreationTemplates": describe,
        "UpdateRepositoryCreationTemplate": update,
        "DeleteRepositoryCreationTemplate": lambda call: {
            "registryId": account,
            "repositoryCreationTemplate": templates.remove(call),
        },
    }


def _named(table: Table, call: Call, key: str, wanted: str) -> list[Record]:
    """The records that a Describe asks for by name; each must be there. All of them, if it names none."""
    names = call.get(wanted)
    if names is None:
        return table.all(call)
    return [table.get(Call(call.account, call.region, {key: name})) for name in names]
