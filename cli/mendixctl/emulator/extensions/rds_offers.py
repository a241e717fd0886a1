"""What RDS offers, for the preflight: orderable options, quotas, the targets of upgrades, the parameters of a family.

moto 5.2.5 has the first for Aurora PostgreSQL and Neptune alone, and the others not at all. The combinations are those
of the tables that validation uses (`mendixgen.areas.database`); quotas are those of a new account.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendixctl.guard.refusals.questions import family
from mendixgen.areas.database import catalogue, parameters
from mendixgen.areas.database.catalogue import Product
from mendixgen.areas.database.parameters import Standing

INSTANCES, STORAGE_GB = 40, 100_000
STORAGE = ("gp3", "io2", "gp2", "io1")
WITHOUT_LICENSE = {"postgres": "postgresql-license", "mysql": "general-public-license"}
KINDS: tuple[catalogue.Kind, ...] = ("postgres", "mysql", "oracle")
OWN = {"postgres": ("rds.force_ssl", "rds.logical_replication", "rds.log_retention_period")}
"""Parameters of RDS itself; it has more."""

ORACLE_MINOR = "0.0.0.ru-2026-07.rur-2026-07.r1"


def install(account: str) -> None:
    """Mend moto's RDS; ``account`` is of no matter here."""
    from moto.rds.responses import RDSResponse

    responses: Any = RDSResponse
    orderable = responses.describe_orderable_db_instance_options

    def describe_orderable_db_instance_options(self: Any) -> Any:
        from moto.core.responses import PaginatedResult

        if self.params.get("Engine") not in catalogue.engines():
            return orderable(self)
        return PaginatedResult({"OrderableDBInstanceOptions": list(_options(self.backend.region_name, self.params))})

    responses.describe_orderable_db_instance_options = describe_orderable_db_instance_options
    responses.describe_account_attributes = _describe_account_attributes
    responses.describe_db_engine_versions = _describe_db_engine_versions
    responses.describe_engine_default_parameters = _describe_engine_default_parameters


def _options(region: str, parameters: Any) -> Iterator[dict[str, Any]]:
    from mendixgen.regions import regions

    engine = parameters["Engine"]
    letters = regions()[region].zones if region in regions() else ("a", "b", "c")
    zones = [{"Name": f"{region}{letter}"} for letter in letters]
    licenses: list[str | None] = [*catalogue.licenses(engine)] or [None]
    for license_model in licenses:
        product = Product(engine, license_model)
        sold = catalogue.families_in(product, region)
        for each, sizes in catalogue.classes(product).items():
            if sold is not None and each not in sold:
                continue
            for name in (f"db.{each}.{size}" for size in sizes):
                if parameters.get("DBInstanceClass") in (None, name):
                    yield from _of_class(product, name, zones, parameters.get("EngineVersion"))


def _of_class(product: Product, name: str, zones: list[dict[str, str]], wanted: str | None) -> Iterator[dict[str, Any]]:
    for major in catalogue.majors(product.engine):
        if not catalogue.has_class(product, major, name):
            continue
        for version in catalogue.minors(product.engine, major) or [f"{major}.{ORACLE_MINOR}"]:
            for storage in STORAGE if wanted in (None, version) else ():
                yield {
                    "Engine": product.engine,
                    "EngineVersion": version,
                    "DBInstanceClass": name,
                    "LicenseModel": product.license or WITHOUT_LICENSE[product.kind],
                    "AvailabilityZones": zones,
                    "MultiAZCapable": True,
                    "ReadReplicaCapable": True,
                    "Vpc": True,
                    "SupportsStorageEncryption": True,
                    "StorageType": storage,
                }


def _describe_db_engine_versions(self: Any) -> Any:
    from moto.core.responses import PaginatedResult

    engine, wanted = self.params.get("Engine"), self.params.get("EngineVersion")
    found = [
        _engine_version(one, major, version)
        for one in catalogue.engines()
        if engine in (None, one)
        for major in catalogue.majors(one)
        for version in catalogue.minors(one, major) or [f"{major}.{ORACLE_MINOR}"]
        if wanted in (None, version, major)
    ]
    return PaginatedResult({"DBEngineVersions": found})


def _engine_version(engine: str, major: str, version: str) -> dict[str, Any]:
    targets = catalogue.upgrade_targets(engine, version)
    if not catalogue.minors(engine, major):
        reached = [one for one in catalogue.majors(engine) if catalogue.is_upgrade(engine, major, one)]
        targets = [f"{one}.{ORACLE_MINOR}" for one in reached]
    return {
        "Engine": engine,
        "EngineVersion": version,
        "DBParameterGroupFamily": family(engine, version),
        "ValidUpgradeTarget": [
            {"Engine": engine, "EngineVersion": one, "IsMajorVersionUpgrade": catalogue.major(engine, one) != major}
            for one in targets
        ],
    }


def _describe_engine_default_parameters(self: Any) -> Any:
    from moto.core.responses import ActionResult

    group = str(self.params["DBParameterGroupFamily"])
    kind: catalogue.Kind = next((one for one in KINDS if group.startswith(one)), "oracle")
    major = group.rpartition("-")[2].removeprefix(kind)
    listed = [
        {"ParameterName": name, "IsModifiable": True}
        for name in sorted({*parameters.names(kind), *OWN.get(kind, ())})
        if parameters.judge(kind, major, name).standing is Standing.KNOWN
    ]
    return ActionResult({"EngineDefaults": {"DBParameterGroupFamily": group, "Parameters": listed}})


def _describe_account_attributes(self: Any) -> Any:
    from moto.core.responses import ActionResult

    instances = self.backend.databases.values()
    storage = sum(int(one.allocated_storage or 0) for one in instances)
    quotas = [
        {"AccountQuotaName": "DBInstances", "Used": len(instances), "Max": INSTANCES},
        {"AccountQuotaName": "AllocatedStorage", "Used": storage, "Max": STORAGE_GB},
    ]
    return ActionResult({"AccountQuotas": quotas})
