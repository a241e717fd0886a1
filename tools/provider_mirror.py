"""Prints the root of a filesystem mirror of the AWS provider on this machine, or nothing.

For ``make``: with the answer in ``MENDIXCTL_PROVIDER_MIRROR`` the demo and the tests run without Terraform's
registry, and with nothing in it they use the registry. The mirror is found by searching for the provider's folder;
no path is written down. The search is bounded in time and depth, stays on local disks and follows no links.

    python tools/provider_mirror.py            # any version that the modules allow
    python tools/provider_mirror.py --seconds 5
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

HOST = "registry.terraform.io"
PROVIDER = ("hashicorp", "aws")
LOWEST, BELOW = (5, 99), (6, 0)
SECONDS = 2.0
DEPTH = 9

VARIABLE = "MENDIXCTL_PROVIDER_MIRROR"

# Nothing to find there, or much to walk through.
SKIPPED = frozenset(
    {"proc", "sys", "dev", "run", "snap", "lost+found", ".git", "node_modules", "site-packages", "__pycache__"}
    # Initialised roots: their providers go away with them.
    | {".terraform", ".mendixctl"}
)
# Kernel's and remote file systems, by the names of mount tables.
LOCAL = frozenset(
    {"apfs", "bcachefs", "btrfs", "erofs", "ext2", "ext3", "ext4", "f2fs", "hfs", "overlay", "reiserfs", "squashfs"}
    | {"tmpfs", "ubifs", "ufs", "virtiofs", "xfs", "zfs"}
)


def machine_platform() -> str:
    """This machine in Terraform's words: ``linux_amd64``."""
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{platform.system().lower()}_{processor}"


def holds_provider(folder: Path, wanted: str) -> bool:
    """Whether ``folder`` is a mirror with a usable version for the platform, unpacked or as a zip."""
    provider = folder.joinpath(HOST, *PROVIDER)
    try:
        entries = sorted(os.scandir(provider), key=lambda entry: entry.name)
    except OSError:
        return False
    for entry in entries:
        packed = re.fullmatch(rf"terraform-provider-{PROVIDER[1]}_(\S+?)_{wanted}\.zip", entry.name)
        if packed and _allowed(packed[1]):
            return True
        unpacked = Path(entry.path) / wanted
        if _allowed(entry.name) and next(unpacked.glob(f"terraform-provider-{PROVIDER[1]}*"), None):
            return True
    return False


def _allowed(version: str) -> bool:
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    return bool(re.fullmatch(r"\d+\.\d+\.\d+", version)) and LOWEST <= numbers < BELOW


def remote_mounts(table: Path = Path("/proc/mounts")) -> frozenset[str]:
    """Mount points that are not local disks; none where the system has no such table."""
    try:
        lines = table.read_text(errors="replace").splitlines()
    except OSError:
        return frozenset()
    fields = [line.split() for line in lines]
    return frozenset(parts[1] for parts in fields if len(parts) > 2 and parts[1] != "/" and parts[2] not in LOCAL)


def configured(environment: dict[str, str], home: Path) -> Iterator[Path]:
    """Where Terraform itself would look, and what its CLI configuration names: the likely places, first."""
    files = [environment.get("TF_CLI_CONFIG_FILE", ""), str(home / ".terraformrc"), str(home / ".tofurc")]
    for name in filter(None, files):
        try:
            content = Path(name).read_text(errors="replace")
        except OSError:
            continue
        for found in re.findall(r'^\s*path\s*=\s*"([^"]+)"', content, re.MULTILINE):
            yield Path(found)
    yield from (home / ".terraform.d" / "plugins", home / ".local" / "share" / "terraform" / "plugins")
    data = environment.get("XDG_DATA_DIRS", "") or "/usr/local/share:/usr/share"
    yield from (Path(folder) / "terraform" / "plugins" for folder in data.split(":") if folder)


def walk(start: Path, deadline: float, skipped: frozenset[str]) -> Iterator[Path]:
    """The folders that hold a folder of the registry's name, nearest first, until the deadline."""
    waiting: deque[tuple[str, int]] = deque([(str(start), 0)])
    while waiting and time.monotonic() < deadline:
        folder, depth = waiting.popleft()
        try:
            entries = [entry for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        for entry in entries:
            if entry.name == HOST:
                yield Path(folder)
            elif depth < DEPTH and entry.name not in SKIPPED and entry.path not in skipped:
                waiting.append((entry.path, depth + 1))


def find(start: Path, environment: dict[str, str], home: Path, seconds: float) -> Path | None:
    """The first usable mirror: the one asked for, one that Terraform knows, or one that the search comes upon."""
    deadline = time.monotonic() + seconds
    wanted = machine_platform()
    if name := environment.get(VARIABLE, "").strip():
        return Path(name) if holds_provider(Path(name), wanted) else None
    for folder in configured(environment, home):
        if holds_provider(folder, wanted):
            return folder
    for folder in walk(start, deadline, remote_mounts()):
        if holds_provider(folder, wanted):
            return folder
    return None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Find a filesystem mirror of the AWS provider on this machine.")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"give up after this long (default {SECONDS:g})")
    parser.add_argument("--start", type=Path, default=Path("/"), help="where to search (default /)")
    options = parser.parse_args(arguments)
    if found := find(options.start, dict(os.environ), Path.home(), options.seconds):
        print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
