"""AWS's price list: what is kept of an offer file, where it is asked for, and what is said when it cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.engine.cost.price_list import address, item_of, read
from mendixgen.diagnostics import MendixError

LINUX = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}


def offer(usd: str, begin: str = "0") -> dict[str, Any]:
    return {"S.J": {"priceDimensions": {"S.J.6": {"unit": "Hrs", "beginRange": begin, "pricePerUnit": {"USD": usd}}}}}


def document(products: dict[str, Any], terms: dict[str, Any]) -> dict[str, Any]:
    return {"publicationDate": "2026-11-28T00:00:00Z", "products": products, "terms": {"OnDemand": terms}}


def test_addresses_are_those_of_the_bulk_list() -> None:
    assert address("AmazonEC2", "eu-central-1") == (
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/eu-central-1/index.json"
    )


@pytest.mark.parametrize(
    ("family", "attributes", "item"),
    [
        ("Compute Instance", {**LINUX, "instanceType": "m7i.large", "operation": "RunInstances"}, "ec2/m7i.large"),
        ("Compute Instance", {**LINUX, "instanceType": "m7i.large", "operation": "RunInstances:0004"}, ""),
        ("Compute Instance", {**LINUX, "operatingSystem": "Windows", "instanceType": "m7i.large"}, ""),
        ("Storage", {"volumeApiName": "gp3"}, "ebs/gp3"),
        ("Storage", {"volumeApiName": "sc1"}, ""),
        (
            "Database Instance",
            {"databaseEngine": "PostgreSQL", "deploymentOption": "Multi-AZ", "instanceType": "db.m7g.large"},
            "rds/postgres/db.m7g.large/multi",
        ),
        (
            "Database Instance",
            {
                "databaseEngine": "Oracle",
                "databaseEdition": "Standard Two",
                "licenseModel": "Bring your own license",
                "deploymentOption": "Single-AZ",
                "instanceType": "db.m5.large",
            },
            "",
        ),
        ("NAT Gateway", {"usagetype": "EUC1-NatGateway-Hours"}, "nat/gateway"),
        ("NAT Gateway", {"usagetype": "EUC1-NatGateway-Bytes"}, ""),
        ("Amazon OpenSearch Service Instance", {"instanceType": "r7g.large.search"}, "opensearch/r7g.large.search"),
        ("Encryption Key", {"usagetype": "eu-central-1-KMS-Keys"}, "kms/key"),
        ("Alarm", {"usagetype": "EUC1-CW:AlarmMonitorUsage"}, "cloudwatch/alarm"),
        ("Alarm", {"usagetype": "EUC1-CW:CompositeAlarmMonitorUsage"}, "cloudwatch/composite"),
        ("Alarm", {"usagetype": "EUC1-CW:HighResAlarmMonitorUsage"}, ""),
        ("Data Payload", {"usagetype": "EUC1-DataProcessing-Bytes"}, "cloudwatch/logs"),
        ("Secret", {"usagetype": "EUC1-AWSSecretsManager-Secrets"}, "secretsmanager/secret"),
        ("Web Application Firewall", {"usagetype": "EUC1-WebACLV2"}, "waf/acl"),
        ("Web Application Firewall", {"usagetype": "EUC1-ShieldProtected-RuleV2"}, ""),
        ("Storage", {"volumeType": "Standard", "usagetype": "EUC1-TimedStorage-ByteHrs"}, "s3/standard"),
        ("Storage", {"volumeType": "Amazon Glacier", "usagetype": "EUC1-TimedStorage-GlacierByteHrs"}, ""),
        ("VpcEndpoint", {"usagetype": "EUC1-VpcEndpoint-Hours"}, "endpoint/interface"),
        ("Public IPv4", {"usagetype": "EUC1-PublicIPv4:InUseAddress"}, "ipv4/address"),
        ("Amazon OpenSearch Service Volume", {"usagetype": "EUC1-ES:GP3-Storage"}, "opensearch/gp3"),
        *(
            (
                family,
                {"databaseEngine": engine, "deploymentOption": deployment, "volumeType": volume, "usagetype": usage},
                item,
            )
            for family, engine, deployment, volume, usage, item in (
                ("Database Storage", "PostgreSQL", "Multi-AZ", "General Purpose-GP3", "", "rds/gp3/multi"),
                ("Database Storage", "Any", "Single-AZ", "Provisioned IOPS-IO2", "", "rds/io2/single"),
                ("Database Storage", "Any", "Multi-AZ (readable standbys)", "General Purpose-GP3", "", ""),
                ("Database Storage", "Any", "Single-AZ", "Magnetic", "", ""),
                ("Provisioned IOPS", "Any", "Single-AZ", "", "EUC1-RDS:GP3-PIOPS", "rds/gp3-iops/single"),
                ("Provisioned IOPS", "Any", "Multi-AZ", "", "EUC1-RDS:Multi-AZ-IO2-PIOPS", "rds/io2-iops/multi"),
                ("Provisioned IOPS", "Any", "Single-AZ", "", "EUC1-RDS:PIOPS", ""),
            )
        ),
    ],
)
def test_products_have_the_names_of_the_table(family: str, attributes: dict[str, str], item: str) -> None:
    assert item_of(family, attributes) == item


def test_the_first_unit_that_is_not_free_is_kept() -> None:
    products = {
        "A": {"productFamily": "Storage", "attributes": {"volumeApiName": "gp3"}},
        "B": {"productFamily": "Storage", "attributes": {"volumeApiName": "io2"}},
        "C": {"productFamily": "Storage", "attributes": {"volumeApiName": "st1"}},
    }
    terms = {"A": offer("0.0952000000"), "B": offer("0.1"), "C": offer("0.05")}
    assert read(document(products, terms)) == {"ebs/gp3": 0.0952, "ebs/io2": 0.1}
    assert read(document(products, {"A": offer("0"), "B": offer("0.1", begin="32000")})) == {}


def test_what_is_no_offer_file_is_refused() -> None:
    with pytest.raises(MendixError, match="MXA181"):
        read({"products": {"A": {"productFamily": "Storage", "attributes": None}}})
