"""The table of regions."""

from __future__ import annotations

import re
from datetime import date

from mendixgen.regions import as_of, regions


def test_every_region_has_zones_and_the_partition_of_its_name() -> None:
    table = regions()
    assert len(table) >= 38
    for name, region in table.items():
        assert re.fullmatch(r"[a-z]{2}(-gov)?-[a-z]+-[0-9]", name)
        expected = "aws-cn" if name.startswith("cn-") else "aws-us-gov" if "-gov-" in name else "aws"
        assert region.partition == expected
        assert len(region.zones) >= 2
        assert len(set(region.zones + region.also)) == len(region.zones + region.also)
        assert all(re.fullmatch("[a-f]", letter) for letter in region.zones + region.also)


def test_the_table_is_dated() -> None:
    assert date.fromisoformat(as_of()) >= date(2026, 1, 1)


def test_letters_that_surprise() -> None:
    assert regions()["ap-northeast-1"].zones == ("a", "c", "d")
    assert regions()["ca-central-1"].zones == ("a", "b", "d")
    assert len(regions()["us-east-1"].zones) == 6
