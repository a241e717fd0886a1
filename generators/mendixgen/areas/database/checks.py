"""What no single setting of a database can say: whether RDS has the combination, and whether it would last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from mendixgen.areas.contract import Check, Header
from mendixgen.areas.database import Database, catalogue, parameters
from mendixgen.areas.database.catalogue import Product
from mendixgen.areas.database.parameters import Standing
from mendixgen.areas.database.settings import Instance
from mendixgen.messages import msg

LOGS = {
    "postgres": ("postgresql", "upgrade"),
    "mysql": ("error", "slowquery", "audit", "general"),
    "oracle": ("alert", "audit", "listener", "trace", "oemagent"),
}
"""What each engine can export. Source: RDS API reference, CreateDBInstance, EnableCloudwatchLogsExports."""

FORCED = {
    "postgres": ("rds.force_ssl",),
    "mysql": ("require_secure_transport", "tls_version"),
    "oracle": (),
}
"""Parameters that are the area's own."""

RESERVED_NAMES = {
    "postgres": ("postgres", "rdsadmin", "template0", "template1"),
    "mysql": ("mysql", "information_schema", "performance_schema", "sys", "innodb"),
    "oracle": (),
}
SID_LENGTH = 8
REPLICAS = {"postgres": 15, "mysql": 15, "oracle": 5}
LEAST_GROWTH_PERCENT = 110
"""RDS takes a limit for the growth of storage only if it is 10 % more than the storage (API reference)."""
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEAST_WINDOW = 30
DAY = 24 * 60

Path = tuple[str | int, ...]


def check(inputs: Database.Inputs, header: Header) -> list[Check]:
    """Combinations of engine, version, class, licence and storage that RDS does not have; windows that overlap."""
    instances = inputs.instances
    found: list[Check] = []
    for name, instance in instances.items():
        path: Path = ("instances", name)
        if re.search(r"-replica-[0-9]+$", name):
            summary = "names that end in -replica-<number> are for the replicas"
            found.append(Check(path, "MXS473", summary, "choose another name"))
        product = _product(instance)
        problems = list(_license(path, instance))
        found += problems
        versions = list(_version(path, instance))
        found += versions
        if not problems and not versions:
            found += _class(path, product, instance, header)
        found += _storage(path, product, instance)
        found += _features(path, product, instance)
        found += _words(path, product, instance)
        found += _windows(path, instance)
        found += _restore(path, name, instance, instances)
    return found


def _product(instance: Instance) -> Product:
    licenses = catalogue.licenses(instance.engine)
    return Product(instance.engine, instance.license or licenses[0] if licenses else None)


def _license(path: Path, instance: Instance) -> Iterator[Check]:
    known = catalogue.licenses(instance.engine)
    here = (*path, "license")
    if instance.license is not None and not known:
        yield Check(
            here, "MXS460", msg("{engine} has no licence to choose", engine=instance.engine), "leave license out"
        )
    elif instance.license is not None and instance.license not in known:
        yield Check(
            here,
            "MXS460",
            msg("{engine} is not sold {license}", engine=instance.engine, license=instance.license),
            f"license: {known[0]}",
        )


def _version(path: Path, instance: Instance) -> Iterator[Check]:
    here = (*path, "version")
    known = catalogue.majors(instance.engine)
    major = catalogue.major(instance.engine, instance.version)
    if major not in known:
        summary = f"RDS has no {instance.engine} {instance.version} (as of {catalogue.as_of()})"
        yield Check(here, "MXS461", summary, msg("the versions are {names}", names=", ".join(known)))
        return
    minors = catalogue.minors(instance.engine, major)
    if instance.version == major:
        return
    if minors and instance.version not in minors:
        summary = f"RDS makes no new {instance.engine} {instance.version} (as of {catalogue.as_of()})"
        yield Check(here, "MXS461", summary, msg("{major}, or one of {names}", major=major, names=", ".join(minors)))
    elif instance.minor_upgrades == "automatic":
        summary = f"AWS would upgrade {instance.version}, and every plan would want to go back"
        yield Check(
            (*path, "minor_upgrades"),
            "MXS462",
            summary,
            msg('version: "{major}", or leave minor_upgrades out', major=major),
        )


def _class(path: Path, product: Product, instance: Instance, header: Header) -> Iterator[Check]:
    major = catalogue.major(instance.engine, instance.version)
    given = {"class": instance.instance_class}
    if instance.replicas and instance.replica_class is not None:
        given["replica_class"] = instance.replica_class
    for key, name in given.items():
        here = (*path, key)
        family = name.split(".")[1]
        sold = catalogue.families_in(product, header.region)
        with_license = f" ({product.license})" if product.license else ""
        if not catalogue.has_class(product, major, name):
            every = [f"db.{family}.{size}" for family, sizes in catalogue.classes(product).items() for size in sizes]
            near = [each for each in get_close_matches(name, every, 3) if catalogue.has_class(product, major, each)]
            summary = f"{product.engine} {major}{with_license} does not run on {name} (as of {catalogue.as_of()})"
            yield Check(here, "MXS463", summary, msg("near are {names}", names=", ".join(near)) if near else "")
        elif sold is not None and family not in sold:
            summary = f"{header.region} has no {family} for {product.engine}{with_license} (as of {catalogue.as_of()})"
            yield Check(here, "MXS463", summary, msg("it has {names}", names=", ".join(sold)))
        elif instance.performance_insights.enabled and not catalogue.has_performance_insights(product.engine, name):
            summary = f"Performance Insights does not work on {name} with {product.engine}"
            yield Check(here, "MXS464", summary, "a larger class, or performance_insights: {enabled: false}")


def _storage(path: Path, product: Product, instance: Instance) -> Iterator[Check]:
    limits = catalogue.storage(product.kind)
    size = instance.storage_gb
    most = instance.max_storage_gb
    least = -(-size * LEAST_GROWTH_PERCENT // 100)
    if most is not None and most != size and most < least:
        summary = f"RDS grows storage by a tenth at least: {size} GB cannot grow to {most}"
        hint = f"{least} or more, or {size} for never"
        yield Check((*path, "max_storage_gb"), "MXS465", summary, hint)
    if instance.storage_type == "io2":
        yield from _io2(path, instance, limits)
        return
    striped = size >= limits.striped_from_gb
    for key, value, (low, high) in (
        ("iops", instance.iops, limits.gp3_iops),
        ("throughput", instance.throughput, limits.gp3_throughput),
    ):
        if value is None:
            continue
        if not striped:
            summary = f"gp3 below {limits.striped_from_gb} GB has its {key} fixed; here are {size} GB"
            yield Check(
                (*path, key),
                "MXS466",
                summary,
                msg(
                    "leave {key} out, or give {striped_from_gb} GB or more",
                    key=key,
                    striped_from_gb=limits.striped_from_gb,
                ),
            )
        elif not low <= value <= high:
            summary = f"gp3 has {low} to {high}, not {value}"
            yield Check((*path, key), "MXS466", summary, msg("a number from {low} to {high}", low=low, high=high))


def _io2(path: Path, instance: Instance, limits: catalogue.Storage) -> Iterator[Check]:
    if instance.throughput is not None:
        summary = "io2 has no throughput of its own: it follows the IOPS"
        yield Check((*path, "throughput"), "MXS466", summary, "leave throughput out")
    low, high = limits.io2_gb
    if not low <= instance.storage_gb <= high:
        summary = f"io2 has {low} to {high} GB, not {instance.storage_gb}"
        yield Check((*path, "storage_gb"), "MXS466", summary, msg("{low} or more, or storage_type: gp3", low=low))
    if instance.iops is None:
        yield Check((*path, "storage_type"), "MXS466", "io2 needs iops", "iops: 3000, say")
        return
    most = min(limits.io2_iops[1], instance.storage_gb * limits.io2_iops_per_gb)
    if instance.iops > most:
        summary = f"io2 of {instance.storage_gb} GB has {most} IOPS at most, not {instance.iops}"
        yield Check((*path, "iops"), "MXS466", summary, msg("{most} or less", most=most))


def _features(path: Path, product: Product, instance: Instance) -> Iterator[Check]:
    kind = product.kind
    if instance.replicas > REPLICAS[kind]:
        summary = f"RDS makes {REPLICAS[kind]} replicas of {instance.engine} at most, not {instance.replicas}"
        yield Check((*path, "replicas"), "MXS467", summary, msg("{value} or less", value=REPLICAS[kind]))
    elif instance.replicas and instance.engine.startswith("oracle-se2"):
        summary = "Oracle has read replicas in Enterprise Edition only"
        yield Check((*path, "replicas"), "MXS467", summary, "leave replicas out, or engine: oracle-ee")
    if kind == "oracle":
        if instance.proxy is not None:
            yield Check((*path, "proxy"), "MXS467", "RDS Proxy does not speak Oracle", "leave proxy out")
        if instance.iam_authentication:
            summary = "RDS for Oracle has no IAM authentication"
            yield Check((*path, "iam_authentication"), "MXS467", summary, "leave iam_authentication out")
        if instance.oracle_encryption == "tls" and "ecc" in instance.certificate_authority:
            summary = "the ciphers of Oracle's TLS here need an RSA certificate"
            yield Check((*path, "certificate_authority"), "MXS467", summary, "certificate_authority: rds-ca-rsa2048-g1")
    elif instance.oracle_encryption != "tls":
        summary = f"{instance.engine} has TLS, and nothing else"
        yield Check((*path, "oracle_encryption"), "MXS467", summary, "leave oracle_encryption out")
    insights = instance.performance_insights
    if insights.advanced and (not insights.enabled or insights.retention_days < 465):
        summary = "the advanced mode needs Performance Insights kept for 465 days or more"
        yield Check((*path, "performance_insights", "advanced"), "MXS464", summary, "retention_days: 465")


def _words(path: Path, product: Product, instance: Instance) -> Iterator[Check]:
    kind = product.kind
    for name in instance.parameters:
        if name in FORCED[kind]:
            here = (*path, "parameters", name)
            yield Check(here, "MXS468", msg("{name} forces TLS and is always on", name=name), "leave it out")
        else:
            yield from _parameter((*path, "parameters", name), kind, instance, name)
    for index, log in enumerate(instance.logs or []):
        if log not in LOGS[kind]:
            known = ", ".join(LOGS[kind])
            yield Check(
                (*path, "logs", index),
                "MXS468",
                msg("{engine} has no log {log}", engine=instance.engine, log=log),
                msg("it has {known}", known=known),
            )
        elif log in (instance.logs or [])[:index]:
            yield Check((*path, "logs", index), "MXS468", msg("{log} is listed twice", log=log), "list it once")
    name = instance.database_name or ""
    here = (*path, "database_name")
    if kind == "oracle" and len(name) > SID_LENGTH:
        yield Check(
            here,
            "MXS469",
            msg("an SID of Oracle has {sid_length} characters at most", sid_length=SID_LENGTH),
            "a shorter name",
        )
    elif name.lower() in RESERVED_NAMES[kind]:
        yield Check(
            here,
            "MXS469",
            msg("{engine} keeps the name {name} for itself", engine=instance.engine, name=name),
            "choose another name",
        )


def _parameter(path: Path, kind: catalogue.Kind, instance: Instance, name: str) -> Iterator[Check]:
    major = catalogue.major(instance.engine, instance.version)
    found = parameters.judge(kind, major, name)
    title = parameters.TITLES[kind]
    if found.standing is Standing.FOREIGN:
        summary = msg("{title} has no parameter {name}: it is of {of}", title=title, name=name, of=found.of)
        yield Check(path, "MXS474", summary, "leave it out")
    elif found.standing is Standing.EARLIER:
        summary = msg(
            "{title} {major} has no {name} any more: {of} was the last",
            title=title,
            major=major,
            name=name,
            of=found.of,
        )
        yield Check(path, "MXS474", summary, "leave it out")
    elif found.standing is Standing.LATER:
        summary = msg(
            "{title} {major} has no {name} yet: {of} is the first", title=title, major=major, name=name, of=found.of
        )
        yield Check(path, "MXS474", summary, "leave it out")
    elif found.standing is Standing.UNKNOWN:
        summary = msg(
            "no parameter {name} of {title} is known here ({date})", name=name, title=title, date=parameters.as_of()
        )
        near = get_close_matches(name, parameters.names(kind), 1)
        hint = msg("did you mean {near}?", near=near[0]) if near else "mendixctl preflight asks AWS for it"
        yield Check(path, "MXS475", summary, hint, warns=True)


def _windows(path: Path, instance: Instance) -> Iterator[Check]:
    backup = _minutes(instance.backup_window)
    maintenance = _minutes(instance.maintenance_window)
    backup_length = (backup[1] - backup[0]) % DAY
    maintenance_length = (maintenance[1] - maintenance[0]) % (7 * DAY)
    for key, length in (("backup_window", backup_length), ("maintenance_window", maintenance_length)):
        if length < LEAST_WINDOW:
            summary = f"a window has {LEAST_WINDOW} minutes at least, not {length}"
            yield Check((*path, key), "MXS470", summary, "make it longer")
    if maintenance_length > DAY:
        summary = f"the maintenance window has {DAY // 60} hours at most"
        yield Check((*path, "maintenance_window"), "MXS470", summary, "make it shorter")
        return
    for day in range(-1, 8):
        begin = day * DAY + backup[0]
        if begin < maintenance[0] + maintenance_length and maintenance[0] < begin + backup_length:
            summary = f"maintenance ({instance.maintenance_window}) meets the backup ({instance.backup_window})"
            yield Check((*path, "maintenance_window"), "MXS470", summary, "RDS wants them apart")
            return


def _minutes(window: str) -> tuple[int, int]:
    """Begin and end in minutes, from Monday on where days are given."""
    found = re.findall(r"(?:([a-z]{3}):)?(\d\d):(\d\d)", window)
    begin, end = ((WEEK.index(day) if day else 0) * DAY + int(hour) * 60 + int(minute) for day, hour, minute in found)
    return begin, end


def _restore(path: Path, name: str, instance: Instance, instances: Mapping[str, Instance]) -> Iterator[Check]:
    source = instance.restore_from
    if source is None:
        return
    here = (*path, "restore_from")
    given = [key for key in ("snapshot", "instance", "resource_id", "backup_arn") if getattr(source, key) is not None]
    if len(given) != 1:
        said = f"{' and '.join(given)} are given" if given else "none is given"
        yield Check(
            here,
            "MXS471",
            msg("data come from one source, but {said}", said=said),
            "one of snapshot, instance, resource_id, backup_arn",
        )
        return
    if source.time is not None and source.snapshot is not None:
        yield Check(
            (*here, "time"), "MXS471", "a snapshot is of one time already", "leave time out, or name an instance"
        )
    if source.instance == name:
        hint = "give the new instance another name, and let the application use that one"
        yield Check((*here, "instance"), "MXS471", "an instance cannot be made from itself", hint)
    elif source.instance is not None and source.instance not in instances:
        near = get_close_matches(source.instance, instances, 1)
        hint = f"did you mean {near[0]}?" if near else "for one that is gone use resource_id, or snapshot"
        yield Check(
            (*here, "instance"), "MXS472", msg("there is no instance {instance}", instance=source.instance), hint
        )
    elif source.instance is not None and instances[source.instance].engine != instance.engine:
        summary = f"{source.instance} is {instances[source.instance].engine}, and this is {instance.engine}"
        yield Check((*here, "instance"), "MXS472", summary, "the engine of both must be the same")
