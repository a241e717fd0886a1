"""``cost prices``: AWS's own price list, of the services and regions that the repository's environments use.

The list is public and needs no credentials: an offer file a service and region. EC2's has hundreds of megabytes, and
only what environments are made of is kept of it. What was read is kept in the repository with its
day, over the table that mendixctl has (`mendixgen.prices`).

Sources: AWS Price List user guide, "Getting price list files manually" (the addresses), "Reading price list files" (the
format): ``products`` by SKU with ``attributes``, and ``terms.OnDemand`` by SKU with ``priceDimensions``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.files import write_atomic
from mendixgen.prices import FILE

HOST = "https://pricing.us-east-1.amazonaws.com"
OFFERS = (
    "AmazonEC2",
    "AmazonRDS",
    "AmazonVPC",
    "AWSELB",
    "AmazonES",
    "AmazonEKS",
    "awskms",
    "AmazonCloudWatch",
    "AWSSecretsManager",
    "AmazonS3",
    "awswaf",
)
"""The offers that have what environments are made of, by the names that the list has for them."""

LARGEST = 1 << 30
"""Bytes of one offer file that are read."""
SECONDS = 60
"""How long a silent server is waited for."""

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PricesResult:
    """What was read: regions, how many prices, of which days, and where they are kept now."""

    path: str
    regions: tuple[str, ...]
    prices: int
    published: Mapping[str, date]


def address(offer: str, region: str) -> str:
    """Where the newest offer file of a region is."""
    return f"{HOST}/offers/v1.0/aws/{offer}/current/{region}/index.json"


def refresh(session: Session, fetch: Callable[[str], bytes] | None = None) -> PricesResult:
    """Read the price list for every region of the repository's environments, and keep it in the repository.

    ``fetch`` gives the bytes at an address; by default it asks AWS.

    Raises:
        MendixError: MXA181, the price list cannot be read.
    """
    from mendixctl.engine.environment.workplace import open_workplace

    ask = fetch or _fetched
    names = session.repository.names()
    regions = sorted({open_workplace(session, name, refresh=False).specification.header.region for name in names})
    rows: dict[str, dict[str, list[Any]]] = {}
    sources: dict[str, dict[str, str]] = {}
    published: dict[str, date] = {}
    for region in regions:
        for offer in OFFERS:
            place = address(offer, region)
            document = _document(ask(place), place)
            day = date.fromisoformat(document["publicationDate"][:10])
            source = f"{offer}-{region}"
            found = read(document)
            if found:
                rows.setdefault(region, {}).update({item: [usd, source] for item, usd in found.items()})
                sources[source] = {"what": place, "date": day.isoformat()}
                published[offer] = min(day, published.get(offer, day))
    text = json.dumps({"currency": "USD", "sources": sources, "prices": rows}, indent=2, sort_keys=True)
    path = session.repository.root / FILE
    write_atomic(path, f"{text}\n".encode())
    return PricesResult(FILE, tuple(regions), sum(len(it) for it in rows.values()), published)


def read(document: Mapping[str, Any]) -> dict[str, float]:
    """Item -> USD a unit, of what environments are made of; the rest of an offer file is passed over.

    Raises:
        MendixError: MXA181, it is no offer file.
    """
    try:
        terms = document["terms"].get("OnDemand", {})
        found: dict[str, float] = {}
        for sku, product in document["products"].items():
            item = item_of(product.get("productFamily", ""), product.get("attributes", {}))
            price = _usd(terms.get(sku, {})) if item else None
            if price is not None:
                found[item] = price
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _unreadable("an offer file", str(error)) from None
    return found


def item_of(family: str, of: Attributes) -> str:
    """What `mendixgen.prices` calls a product; empty for what no environment is made of."""
    for rule in (_machine, _disk, _database, _network, _search, _further):
        item = rule(family, of)
        if item:
            return item
    return ""


def _machine(family: str, of: Attributes) -> str:
    plain = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
    if family == "Compute Instance" and all(of.get(key) == value for key, value in plain.items()):
        return f"ec2/{of['instanceType']}" if of.get("operation") == "RunInstances" else ""
    return ""


def _disk(family: str, of: Attributes) -> str:
    return f"ebs/{of['volumeApiName']}" if family == "Storage" and of.get("volumeApiName") in {"gp3", "io2"} else ""


VOLUMES = {"General Purpose-GP3": "gp3", "Provisioned IOPS-IO2": "io2"}
PROVISIONED = {"GP3-PIOPS": "gp3-iops", "IO2-PIOPS": "io2-iops"}
"""Ends of usage types (RDS:GP3-PIOPS, RDS:Multi-AZ-IO2-PIOPS); what is no volume of ours ends otherwise."""

ENGINES = {"PostgreSQL": "postgres", "MySQL": "mysql", "MariaDB": "mariadb"}


def _database(family: str, of: Attributes) -> str:
    kind = {"Single-AZ": "single", "Multi-AZ": "multi"}.get(of.get("deploymentOption", ""))
    if kind is None:
        return ""
    if family in {"Database Storage", "Provisioned IOPS"}:
        sort = _storage(family, of) if of.get("databaseEngine") in {"Any", "PostgreSQL"} else ""
        return f"rds/{sort}/{kind}" if sort else ""
    engine = ENGINES.get(of.get("databaseEngine", ""))
    if family != "Database Instance":
        return ""
    if engine is None and of.get("databaseEngine") == "Oracle" and of.get("databaseEdition") == "Standard Two":
        engine = "oracle-se2" if of.get("licenseModel") == "License included" else None
    return f"rds/{engine}/{of['instanceType']}/{kind}" if engine else ""


def _storage(family: str, of: Attributes) -> str:
    if family == "Database Storage":
        return VOLUMES.get(of.get("volumeType", ""), "")
    usage = of.get("usagetype", "")
    return next((sort for ending, sort in PROVISIONED.items() if usage.endswith(ending)), "")


def _network(family: str, of: Attributes) -> str:
    usage = of.get("usagetype", "")
    if family == "NAT Gateway" and usage.endswith("NatGateway-Hours"):
        return "nat/gateway"
    if usage.endswith("VpcEndpoint-Hours"):
        return "endpoint/interface"
    if usage.endswith("PublicIPv4:InUseAddress"):
        return "ipv4/address"
    if family == "Load Balancer-Network" and usage.endswith("LoadBalancerUsage"):
        return "nlb/hour"
    return ""


def _search(family: str, of: Attributes) -> str:
    if family == "Amazon OpenSearch Service Instance":
        return f"opensearch/{of['instanceType']}"
    gp3 = family == "Amazon OpenSearch Service Volume" and of.get("usagetype", "").endswith("ES:GP3-Storage")
    return "opensearch/gp3" if gp3 else ""


def _further(family: str, of: Attributes) -> str:
    usage = of.get("usagetype", "")
    if usage.endswith("AmazonEKS-Hours:perCluster"):
        return "eks/cluster"
    if family == "Encryption Key" and usage.endswith("KMS-Keys"):
        return "kms/key"
    if family == "Secret" and usage.endswith("AWSSecretsManager-Secrets"):
        return "secretsmanager/secret"
    if family == "Web Application Firewall":
        return {"WebACLV2": "waf/acl", "RuleV2": "waf/rule"}.get(usage.partition("-")[2] if "-" in usage else usage, "")
    if family == "Storage" and of.get("volumeType") == "Standard" and usage.endswith("TimedStorage-ByteHrs"):
        return "s3/standard"
    return _observation(family, usage)


def _observation(family: str, usage: str) -> str:
    if family == "Alarm" and usage.endswith("CW:AlarmMonitorUsage"):
        return "cloudwatch/alarm"
    if family == "Alarm" and usage.endswith("CW:CompositeAlarmMonitorUsage"):
        return "cloudwatch/composite"
    if family == "Data Payload" and usage.endswith("-DataProcessing-Bytes"):
        return "cloudwatch/logs"
    return ""


def _usd(offers: Mapping[str, Any]) -> float | None:
    """The price of the first unit on demand; None where it is free, or not in USD."""
    amounts = [
        float(dimension["pricePerUnit"]["USD"])
        for offer in offers.values()
        for dimension in offer["priceDimensions"].values()
        if dimension.get("beginRange", "0") == "0" and "USD" in dimension["pricePerUnit"]
    ]
    return next((it for it in amounts if it > 0), None)


def _document(body: bytes, place: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
        date.fromisoformat(found["publicationDate"][:10])
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(place, str(error)) from None
    document: Mapping[str, Any] = found
    return document


def _fetched(place: str) -> bytes:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(place, timeout=SECONDS) as answer:  # noqa: S310 -- the address is ours, and https
            body: bytes = answer.read(LARGEST + 1)
    except (OSError, urllib.error.URLError) as error:
        raise _unreadable(place, str(error)) from None
    if len(body) > LARGEST:
        raise _unreadable(place, f"it has more than {LARGEST} bytes")
    return body


def _unreadable(place: str, why: str) -> MendixError:
    hint = "try again where the internet is reached; without it, the prices that are there are used"
    return MendixError(Diagnostic("MXA181", f"AWS's price list cannot be read: {place}: {why}", hint=hint))
