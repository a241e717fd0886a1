"""Whether RDS upgrades each database from what runs to what is asked for, and has the parameters that it is given.

The tables that come with mendixctl know most of both (`mendixgen.areas.database`); AWS knows all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mendixctl.guard.refusals.questions import family
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixctl.terraform.marks import mapping
from mendixctl.terraform.plan import Action, ResourceChange
from mendixgen.areas.database import catalogue
from mendixgen.messages import msg

INSTANCE, GROUP = "aws_db_instance", "aws_db_parameter_group"
SHOWN = 8


def _instances(subject: Subject) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = subject.section("database").get("instances", {})
    return found


def _upgrades(subject: Subject) -> list[tuple[str, str, str, str]]:
    """(name, engine, what runs, what is asked for) of each instance that a plan upgrades."""
    found = []
    for change in subject.changes or ():
        if change.type == INSTANCE and change.action is Action.UPDATE:
            before, after = _sides(change)
            runs, wanted = (
                before.get("engine_version_actual") or before.get("engine_version"),
                after.get("engine_version"),
            )
            if runs and wanted and before.get("engine_version") != wanted:
                name = change.address.rpartition("[")[2].strip('"]')
                found.append((name, str(before.get("engine", "")), str(runs), str(wanted)))
    return found


def _sides(change: ResourceChange) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    part = mapping(change.raw.get("change"))
    return mapping(part.get("before")), mapping(part.get("after"))


def _given(subject: Subject) -> dict[str, tuple[str, list[str]]]:
    """The parameter group family and the parameters of each instance that the YAML gives some."""
    if not subject.touches(GROUP):
        return {}
    return {
        name: (family(instance["engine"], str(instance["version"])), sorted(instance["parameters"]))
        for name, instance in _instances(subject).items()
        if instance.get("parameters")
    }


def _concerns(subject: Subject) -> Any:
    concerns = [_upgrades(subject), _given(subject)]
    return concerns if any(concerns) else None


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    findings = [*_paths(subject, inquiry), *_parameters(subject, inquiry)]
    yield from findings
    if not findings and not inquiry.missed:
        yield Finding("MXF145", Grade.OK, "RDS takes the upgrades and the parameters of the databases")


def _paths(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    for name, engine, runs, wanted in _upgrades(subject):
        targets: list[str] | None = None
        with inquiry.asking("rds:DescribeDBEngineVersions"):
            answer = inquiry.client("rds").describe_db_engine_versions(Engine=engine, EngineVersion=runs)
            found = [target for one in answer["DBEngineVersions"] for target in one.get("ValidUpgradeTarget", ())]
            targets = [str(one["EngineVersion"]) for one in found]
        if targets is None or any(_is(engine, wanted, target) for target in targets):
            continue
        yield Finding(
            "MXF146",
            Grade.ERROR,
            msg("RDS does not upgrade {name} from {runs} to {wanted}", name=name, runs=runs, wanted=wanted),
            evidence=msg("it upgrades to {names}", names=", ".join(targets[-SHOWN:]))
            if targets
            else "it has no target",
            hint=msg("version: {version}, and then further", version=targets[-1]) if targets else "keep the version",
            path=("database", "instances", name, "version"),
        )


def _is(engine: str, wanted: str, target: str) -> bool:
    return target == wanted or (catalogue.major(engine, wanted) == wanted and catalogue.major(engine, target) == wanted)


def _parameters(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    known: dict[str, Mapping[str, bool]] = {}
    for name, (group, given) in _given(subject).items():
        with inquiry.asking("rds:DescribeEngineDefaultParameters"):
            if group not in known:
                pages = inquiry.client("rds").get_paginator("describe_engine_default_parameters")
                listed = [
                    one
                    for page in pages.paginate(DBParameterGroupFamily=group)
                    for one in page["EngineDefaults"]["Parameters"]
                ]
                known[group] = {str(one["ParameterName"]): bool(one.get("IsModifiable", True)) for one in listed}
        for parameter in given if group in known else ():
            path = ("database", "instances", name, "parameters", parameter)
            if parameter not in known[group]:
                what = msg("RDS has no parameter {parameter} in {group}", parameter=parameter, group=group)
                hint = "leave it out, or see how AWS spells it: aws rds describe-engine-default-parameters"
                yield Finding("MXF147", Grade.ERROR, what, hint=hint, path=path)
            elif not known[group][parameter]:
                what = msg("RDS lets nobody change {parameter} in {group}", parameter=parameter, group=group)
                yield Finding("MXF148", Grade.ERROR, what, hint="leave it out", path=path)


QUESTION = Question("database_changes", "Upgrades and parameters of databases", _concerns, _ask)
