"""Whether RDS sells each database as it is asked for: engine, version, class, storage, Multi-AZ, in these zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixgen.areas.database import catalogue
from mendixgen.messages import msg

NEAREST = 3
Option = Mapping[str, Any]


def _instances(subject: Subject) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = subject.section("database").get("instances", {})
    return found


def _asked(instance: Mapping[str, Any]) -> list[Any]:
    names = ("engine", "version", "license", "class", "replica_class", "storage_type", "multi_az", "replicas")
    return [instance.get(name) for name in names]


def _concerns(subject: Subject) -> Any:
    if not _instances(subject) or not subject.touches("aws_db_instance"):
        return None
    return [subject.zones, {name: _asked(instance) for name, instance in _instances(subject).items()}]


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str], list[Option]] = {}
    fine, wrong = [], False
    for name, instance in _instances(subject).items():
        path = ("database", "instances", name)
        given = {"class": instance["class"]}
        if instance.get("replicas") and instance.get("replica_class"):
            given["replica_class"] = instance["replica_class"]
        for key, class_name in given.items():
            options: list[Option] | None = None
            with inquiry.asking("rds:DescribeOrderableDBInstanceOptions"):
                wanted = str(instance["engine"]), str(instance["version"]), class_name
                if wanted not in seen:
                    seen[wanted] = _options(inquiry, *wanted)
                options = seen[wanted]
            if options is None:
                return
            finding = _fits(subject, inquiry, name, instance, (*path, key), class_name, options)
            if finding is not None:
                wrong = True
                yield finding
            else:
                fine.append(
                    msg(
                        "{name}: {value} {value_2} on {class_name}",
                        name=name,
                        value=instance["engine"],
                        value_2=instance["version"],
                        class_name=class_name,
                    )
                )
    if not wrong:
        yield Finding("MXF140", Grade.OK, "RDS sells every database as it is asked for", "; ".join(fine))


def _fits(
    subject: Subject,
    inquiry: Inquiry,
    name: str,
    instance: Mapping[str, Any],
    path: tuple[str, ...],
    class_name: str,
    options: Sequence[Option],
) -> Finding | None:
    engine, version = instance["engine"], str(instance["version"])
    sold = [one for one in options if _is_sold(instance, one)]
    versions = [one for one in sold if _is_version(engine, version, one["EngineVersion"])]
    if not versions:
        return Finding(
            "MXF141",
            Grade.ERROR,
            msg(
                "RDS sells no {engine} {version} on {class_name} in {region}",
                engine=engine,
                version=version,
                class_name=class_name,
                region=subject.region,
            ),
            evidence=_versions(options)
            or msg(
                "DescribeOrderableDBInstanceOptions has no {engine} on {class_name}",
                engine=engine,
                class_name=class_name,
            ),
            hint=_instead(inquiry, instance, class_name),
            path=path,
        )
    of_type = [one for one in versions if one.get("StorageType") == instance["storage_type"]]
    if not of_type:
        types = sorted({str(one.get("StorageType")) for one in versions})
        return Finding(
            "MXF142",
            Grade.ERROR,
            msg(
                "RDS has no storage of type {value} for {name} on {class_name}",
                value=instance["storage_type"],
                name=name,
                class_name=class_name,
            ),
            evidence=msg("it has {names}", names=", ".join(types)),
            hint=msg("storage_type: {value}, or another class", value=types[0]),
            path=(*path[:-1], "storage_type"),
        )
    if instance.get("multi_az") and not any(one.get("MultiAZCapable") for one in of_type):
        return Finding(
            "MXF143",
            Grade.ERROR,
            msg("RDS makes no standby of {name} on {class_name}", name=name, class_name=class_name),
            evidence=msg("MultiAZCapable is false for {engine} {version}", engine=engine, version=version),
            hint="another class, or multi_az: false for what may be away for an hour",
            path=path,
        )
    zones = {zone["Name"] for one in of_type for zone in one.get("AvailabilityZones", ())}
    lacking = [zone for zone in subject.zones if zone not in zones]
    least = 2 if instance.get("multi_az") else 1
    if len(subject.zones) - len(lacking) < least:
        return Finding(
            "MXF144",
            Grade.ERROR,
            msg(
                "{class_name} for {engine} is in {value} of the network's zones, and {name} needs {least}",
                class_name=class_name,
                engine=engine,
                value=len(subject.zones) - len(lacking),
                name=name,
                least=least,
            ),
            evidence=msg("RDS has it in {value}", value=", ".join(sorted(zones)) or "no zone"),
            hint=_instead(inquiry, instance, class_name),
            path=path,
        )
    return None


def _options(inquiry: Inquiry, engine: str, version: str, class_name: str) -> list[Option]:
    """What RDS sells of an engine on a class: of one version, or of all where it sells nothing of that one.

    All versions are many pages, so that a minor version is named: the newest that is known of a major one.
    """
    major = catalogue.major(engine, version)
    known = catalogue.minors(engine, major) if major in catalogue.majors(engine) else []
    minor = version if version != major else known[-1] if known else ""
    wanted = {"Engine": engine, "DBInstanceClass": class_name, "Vpc": True}
    found = _pages(inquiry, {**wanted, "EngineVersion": minor}) if minor else []
    return found or _pages(inquiry, wanted)


def _pages(inquiry: Inquiry, wanted: Mapping[str, Any]) -> list[Option]:
    pages = inquiry.client("rds").get_paginator("describe_orderable_db_instance_options").paginate(**wanted)
    return [one for page in pages for one in page["OrderableDBInstanceOptions"]]


def _is_version(engine: str, wanted: str, offered: str) -> bool:
    """A major version in the YAML (17) is the newest of its minor ones."""
    return offered == wanted or (
        catalogue.major(engine, wanted) == wanted and catalogue.major(engine, offered) == wanted
    )


def _is_sold(instance: Mapping[str, Any], option: Option) -> bool:
    wanted = instance.get("license")
    return wanted is None or option.get("LicenseModel") in (None, wanted)


def _versions(options: Sequence[Option]) -> str:
    found = sorted({str(one["EngineVersion"]) for one in options}, key=_number)
    return msg("on this class it has {names}", names=", ".join(found[-5:])) if found else ""


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _instead(inquiry: Inquiry, instance: Mapping[str, Any], class_name: str) -> str:
    """The nearest classes that RDS sells for this engine and version: of the same size first."""
    engine, version = instance["engine"], str(instance["version"])
    _, family, size = class_name.split(".", 2)
    product = catalogue.Product(engine, instance.get("license") or next(iter(catalogue.licenses(engine)), None))
    rows = {each: sizes for each, sizes in catalogue.classes(product).items() if each != family}
    near = [f"db.{each}.{size}" for each, sizes in rows.items() if size in sizes]
    near.sort(key=lambda each: -SequenceMatcher(None, each, class_name).ratio())
    for each in near[:NEAREST]:
        with inquiry.asking("rds:DescribeOrderableDBInstanceOptions"):
            options = _options(inquiry, engine, version, each)
            if any(_is_version(engine, version, one["EngineVersion"]) for one in options):
                return msg("near is {each}", each=each)
    return "choose another class"


QUESTION = Question("databases", "Databases that RDS sells", _concerns, _ask)
