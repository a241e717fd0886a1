"""A type of resource: the areas that make it, the fields that reach it, and what guard and AWS say of its changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mendixctl.engine.explain import fields
from mendixctl.engine.explain.fields import Modules
from mendixctl.engine.explain.results import ExplainedResource, Place, Refusal, Rule
from mendixctl.guard import rulebook
from mendixctl.guard.refusals.rulebook import rules_of
from mendixgen.repository import Repository

ADDRESS = re.compile(r"(?:module\.(?P<area>\w+)\.)?(?P<type>aws_\w+)(?:\.(?P<name>\w+))?(?:\[.*\])?\Z")
"""A type, or an address of a module or of a root: ``module.cluster.aws_eks_node_group.this["apps"]``."""


def explain(asked: str, modules: Modules, repository: Repository | None) -> ExplainedResource | None:
    """What is known of a type or an address; None where no module has it and no rule names it."""
    match = ADDRESS.match(asked)
    if match is None:
        return None
    type_, name, area = match["type"], match["name"] or "", match["area"] or ""
    address = f"{type_}.{name}" if name else ""
    places: list[Place] = []
    reached: list[str] = []
    for manifest in modules.manifests:
        found = modules.traces(manifest)
        wanted = [
            one for one in manifest.addresses if one.partition(".")[0] == type_ and (not address or one == address)
        ]
        if not wanted or (area and area != manifest.area):
            continue
        places.append(Place(manifest.area, manifest.version, tuple(wanted)))
        for one in (one for one in wanted if one in found.resources):
            body = "\n".join(found.made_of(one))
            for variable in sorted(found.variables_of(one)):
                reached += fields.settings_of(variable, body, manifest)
    service = rulebook.service(type_)
    refused = tuple(
        Refusal(
            rule.id,
            rule.title,
            tuple(dict.fromkeys(operation for part in rule.on.values() for operation in part)),
            rule.code,
            rule.instead,
            rule.source,
        )
        for rule in rules_of(type_)
    )
    judged = tuple(_rule(rule) for rule in service.rules if type_ in rule.types)
    kind = service.kind(type_)
    if not places and not refused and not judged and kind is rulebook.Kind.UNKNOWN:
        return None
    return ExplainedResource(
        type=type_,
        address=address,
        kind=kind.value,
        holds=service.holds.get(type_, ""),
        places=tuple(places),
        fields=tuple(sorted(set(reached))),
        rules=judged,
        refusals=refused,
        runbooks=tuple(_runbooks(type_, repository)),
    )


def known(modules: Modules) -> list[str]:
    """The types that the modules make."""
    return sorted({one.partition(".")[0] for manifest in modules.manifests for one in manifest.addresses})


def _rule(rule: rulebook.Rule) -> Rule:
    looked_at = tuple(dict.fromkeys(_dotted(condition.steps) for condition in rule.when if condition.steps))
    return Rule(rule.id, tuple(sorted(rule.on)), looked_at, rule.verdict.value, rule.reason, rule.source)


def _dotted(steps: tuple[str, ...]) -> str:
    return ".".join(steps).replace(".[", "[").replace(".{", "{")


def _runbooks(type_: str, repository: Repository | None) -> Iterator[str]:
    """The runbooks of the repository's environments that name the type."""
    if repository is None:
        return
    for path in sorted(repository.environments.glob("*/runbooks/**/*.md")):
        if re.search(rf"\b{re.escape(type_)}\b", path.read_text(encoding="utf-8", errors="replace")):
            yield repository.relative(path)
