"""What the machine has: Python, Terraform, where providers come from, room, memory, git and the way to the network."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from mendixctl.engine.doctor.examination import Patient
from mendixctl.engine.doctor.results import Line
from mendixctl.engine.memory import PLAN_MEGABYTES, available_megabytes
from mendixctl.preflight.findings import Grade
from mendixctl.terraform.binary import OPENTOFU, TERRAFORM, find
from mendixctl.terraform.cli_config import VARIABLE as MIRROR
from mendixgen.diagnostics import MendixError

OLDEST = (3, 11)
REGISTRIES = {TERRAFORM: "registry.terraform.io", OPENTOFU: "registry.opentofu.org"}
"""Where each looks for ``hashicorp/aws``, which is also the name of its folder in a mirror."""
PROVIDER = Path("hashicorp", "aws")
LEAST_MEGABYTES, ENOUGH_MEGABYTES = 500, 3_000
"""Free room on the disk: a provider has 700 MB, and Terraform unpacks it before it puts it in place."""

_CACHE = re.compile(r'^\s*plugin_cache_dir\s*=\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)
_VERSION = re.compile(r"\d+\.\d+\.\d+")
OK, NOTE, WARNING, ERROR = Grade.OK, Grade.NOTE, Grade.WARNING, Grade.ERROR


def python(patient: Patient) -> Iterator[Line]:
    """The interpreter, and the extras that the environment's target needs."""
    said = f"Python {platform.python_version()} at {sys.executable}"
    if sys.version_info[:2] < OLDEST:
        yield Line(ERROR, f"{said} is too old: 3.11 or newer is needed", "python3.11 -m pip install mendixctl")
    else:
        yield Line(OK, said)
    if patient.workplace is None:
        return
    extra, package = ("aws", "boto3") if patient.on_aws else ("emulator", "moto")
    if find_spec(package) is None:
        yield Line(ERROR, f"the extra {extra!r} is not installed", f"pip install 'mendixctl[{extra}]'")


def terraform(patient: Patient) -> Iterator[Line]:
    """The Terraform that would run; what is wrong with it is an error of its own."""
    yield Line(OK, find(patient.variables).describe())


def mirror(patient: Patient) -> Iterator[Line]:
    """Where the provider of AWS comes from."""
    named = patient.variables.get(MIRROR, "").strip()
    if not named:
        yield Line(OK, f"none ({MIRROR} is not set): providers come from the registry")
        return
    product = _product(patient.variables)
    provider = Path(REGISTRIES[product], PROVIDER)
    folder = Path(named).expanduser() / provider
    versions = sorted({found[0] for path in _entries(folder) if (found := _VERSION.search(path.name))})
    if versions:
        yield Line(OK, f"{named} has hashicorp/aws {', '.join(versions)}")
        return
    make = f"{'tofu' if product == OPENTOFU else 'terraform'} providers mirror {named}"
    yield Line(ERROR, f"{MIRROR} names {named}, which does not have {provider}", f"{make}   (or: unset {MIRROR})")


def _product(variables: Mapping[str, str]) -> str:
    try:
        return find(variables).product
    except MendixError:
        return TERRAFORM  # a line of its own says that there is none


def plugin_cache(patient: Patient) -> Iterator[Line]:
    """Whether each environment downloads the provider, 700 MB, for itself."""
    named = patient.variables.get("TF_PLUGIN_CACHE_DIR", "") or _configured_cache(patient.variables)
    if named:
        folder = Path(os.path.expandvars(named)).expanduser()
        if folder.is_dir() and os.access(folder, os.W_OK):
            yield Line(OK, str(folder))
        else:
            yield Line(ERROR, f"{folder} is not a folder that can be written", f"mkdir -p {folder}")
        return
    if patient.variables.get(MIRROR):
        yield Line(OK, "none, and none is needed beside a mirror")
        return
    advised = "~/.terraform.d/plugin-cache"
    yield Line(
        WARNING,
        "none: each environment downloads the provider, 700 MB, for itself",
        f"mkdir -p {advised} && export TF_PLUGIN_CACHE_DIR={advised}",
    )


def disk(patient: Patient) -> Iterator[Line]:
    """Room where plans, providers and states are kept."""
    free = shutil.disk_usage(patient.folder).free // 1_000_000
    said = f"{free:,} MB free in {patient.folder}"
    if free < ENOUGH_MEGABYTES:
        yield Line(ERROR if free < LEAST_MEGABYTES else WARNING, f"{said}; a provider alone needs 700", "df -h .")
    else:
        yield Line(OK, said)


def memory(_patient: Patient) -> Iterator[Line]:
    """Memory for a plan: Terraform's provider takes most of it."""
    free = available_megabytes()
    if free is None:
        yield Line(OK, "this system does not say how much there is")
    elif free < PLAN_MEGABYTES:
        yield Line(WARNING, f"{free:,} MB available; a plan takes {PLAN_MEGABYTES}", "free -m")
    else:
        yield Line(OK, f"{free:,} MB available: {free // PLAN_MEGABYTES} plans side by side")


def proxies(patient: Patient) -> Iterator[Line]:
    """Proxies that Terraform, boto3 and this tool would go by. Never their passwords."""
    found = {name: patient.variables[name] for name in _PROXIES if patient.variables.get(name)}
    if not found:
        yield Line(OK, "none")
        return
    for name, value in found.items():
        address = urlsplit(value)
        if address.scheme not in ("http", "https", "socks5") or not address.hostname:
            yield Line(
                ERROR, f"{name} is no address of a proxy", f"export {name}=http://HOST:PORT   (or: unset {name})"
            )
            continue
        yield Line(OK, f"{name}: {address.scheme}://{_place(address.hostname, value)}")
        other = name.swapcase()
        if patient.variables.get(other, value) != value:
            yield Line(WARNING, f"{name} and {other} are not the same, and programs differ in which they take")
    spared = patient.variables.get("NO_PROXY", "") + "," + patient.variables.get("no_proxy", "")
    if "169.254.169.254" not in spared and "169.254." not in spared:
        yield Line(
            NOTE,
            "NO_PROXY does not spare 169.254.169.254, where a machine of AWS gets its credentials",
            'export NO_PROXY="$NO_PROXY,169.254.169.254"',
        )


_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


def _place(host: str, value: str) -> str:
    port = re.search(r":(\d{1,5})/?\Z", value)
    return f"{host}:{port[1]}" if port else host


def _configured_cache(variables: Mapping[str, str]) -> str:
    """``plugin_cache_dir`` of Terraform's own configuration."""
    file = Path(variables.get("TF_CLI_CONFIG_FILE") or Path(variables.get("HOME", "~"), ".terraformrc")).expanduser()
    try:
        found = _CACHE.search(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return found[1] if found else ""


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
