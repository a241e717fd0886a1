"""Writes generators/mendixgen/data/instance_types.json from botocore's and moto's descriptions of EC2.

botocore lists every type that its release knows; moto has what EC2 says of each (vCPUs, architecture) and in which
regions it is sold. Run it after either was updated, with the day as its argument: the table says how old it is.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import defaultdict
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "generators" / "mendixgen" / "data" / "instance_types.json"
NOTES = [
    (
        "families: architecture, then the sizes. Without a number a size has the vCPUs that its name says: small and"
        " medium 1, large 2, xlarge 4, <n>xlarge 4n; a metal size has as many as the largest one."
    ),
    (
        "regions: the families that are sold there; a region that is not listed is not known. Regions get families all"
        " the time, so this is for suggestions: what a zone really has, the preflight asks."
    ),
    "Macs are left out: they are no nodes. Types that moto does not describe are in it where their size says enough.",
]


def usual(size: str, largest: int = 0) -> int:
    """The vCPUs that a size's name says; 0 where it says nothing."""
    if size in {"small", "medium", "large", "xlarge"}:
        return {"small": 1, "medium": 1, "large": 2, "xlarge": 4}[size]
    match = re.fullmatch(r"(?:metal-)?(\d+)xl(?:arge)?", size)
    return 4 * int(match[1]) if match else largest if size == "metal" else 0


def _moto(name: str) -> Any:
    return json.loads(gzip.decompress(files("moto.ec2.resources").joinpath(name).read_bytes()))


def _enumerated() -> list[str]:
    model = max(files("botocore.data.ec2").iterdir(), key=lambda folder: folder.name) / "service-2.json.gz"
    return list(json.loads(gzip.decompress(model.read_bytes()))["shapes"]["InstanceType"]["enum"])


def main(day: str) -> None:
    """Write the table, dated ``day``."""
    described = _moto("instance_types.json.gz")
    families: dict[str, dict[str, int]] = defaultdict(dict)
    architectures: dict[str, str] = {}
    for name in sorted({*_enumerated(), *described}):
        family, _, size = name.partition(".")
        if family.startswith("mac"):
            continue
        known = described.get(name)
        vcpus = known["VCpuInfo"]["DefaultVCpus"] if known else usual(size)
        if vcpus:
            families[family][size] = vcpus
            arm = (
                "arm64" in known["ProcessorInfo"]["SupportedArchitectures"]
                if known
                else bool(re.match(r"[a-z]+\d+g", family))
            )
            architectures[family] = "arm64" if arm else "x86_64"
    rows = {}
    for family, sizes in sorted(families.items()):
        largest = max(map(usual, sizes))
        listed = sorted(sizes.items(), key=lambda item: (item[1], item[0]))
        words = [size if usual(size, largest) == vcpus else f"{size}:{vcpus}" for size, vcpus in listed]
        rows[family] = " ".join([architectures[family], *words])
    regions = {}
    folder = files("moto.ec2.resources").joinpath("instance_type_offerings/region")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        sold = {one["InstanceType"].partition(".")[0] for one in json.loads(gzip.decompress(file.read_bytes()))}
        regions[file.name.removesuffix(".json.gz")] = " ".join(sorted(sold & set(rows)))
    sources = [
        f"botocore {version('botocore')}: the enumeration InstanceType of EC2's API",
        f"moto {version('moto')}: DescribeInstanceTypes and DescribeInstanceTypeOfferings as recorded from EC2",
    ]
    table = {"as_of": day, "sources": sources, "notes": NOTES, "families": rows, "regions": regions}
    TABLE.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
