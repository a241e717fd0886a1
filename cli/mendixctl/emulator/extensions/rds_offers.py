"""What RDS offers, for the preflight: DescribeOrderableDBInstanceOptions and DescribeAccountAttributes.

moto 5.2.5 has the first for Aurora PostgreSQL and Neptune alone, and the second not at all. The combinations are those
of the table that validation uses (`mendixgen.areas.database.catalogue`); quotas are those of a new account.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendixgen.areas.database import catalogue
from mendixgen.areas.database.catalogue import Product

INSTANCES, STORAGE_GB = 40, 100_000
STORAGE = ("gp3", "io2", "gp2", "io1")
WITHOUT_LICENSE = {"postgres": "postgresql-license", "mysql": "general-public-license"}
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


def _options(region: str, parameters: Any) -> Iterator[dict[str, Any]]:
    from mendixgen.regions import regions

    engine = parameters["Engine"]
    letters = regions()[region].zones if region in regions() else ("a", "b", "c")
    zones = [{"Name": f"{region}{letter}"} for letter in letters]
    licenses: list[str | None] = [*catalogue.licenses(engine)] or [None]
    for license_model in licenses:
        product = Product(engine, license_model)
        sold = catalogue.families_in(product, region)
        for family, sizes in catalogue.classes(product).items():
            if sold is not None and family not in sold:
                continue
            for name in (f"db.{family}.{size}" for size in sizes):
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


def _describe_account_attributes(self: Any) -> Any:
    from moto.core.responses import ActionResult

    instances = self.backend.databases.values()
    storage = sum(int(one.allocated_storage or 0) for one in instances)
    quotas = [
        {"AccountQuotaName": "DBInstances", "Used": len(instances), "Max": INSTANCES},
        {"AccountQuotaName": "AllocatedStorage", "Used": storage, "Max": STORAGE_GB},
    ]
    return ActionResult({"AccountQuotas": quotas})
