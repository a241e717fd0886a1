"""Plans of modules and of environments' roots without any API: the provider is told to ask nobody.

The plan of something that does not exist yet needs no answer from AWS, because no module has a data source.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from mendixctl.emulator.environment import scrubbed
from mendixctl.engine.environment.neighbours import reader
from mendixctl.terraform.binary import find
from mendixctl.terraform.cli_config import for_mirror
from mendixctl.terraform.environment import terraform_environment
from mendixgen import hcl
from mendixgen.lock import Lock, Pin, parse
from mendixgen.repository import Repository
from mendixgen.root.render import RenderOptions, declares_global, render
from mendixgen.spec.loader import load_text
from mendixgen.spec.source import read
from mendixgen.versions.store import Input, Manifest, ModuleStore
from tests.support.provider_process import relay

REPOSITORY = Path(__file__).parents[2]
STORE = ModuleStore(REPOSITORY / "modules")
HEADER = {
    "name": "sample",
    "region": "eu-central-1",
    "account": "123456789012",
    "partition": "aws",
    "domain": "apps.example.com",
}
APPS = {"crm": {"database": "crm", "files": "files"}, "portal": {"identity": "storage-plan"}}
SECONDS = 300
ASK_NOBODY = """\
provider "aws" {
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  allowed_account_ids         = null
}
"""


@functools.cache
def tool(name: str) -> ModuleType:
    """A module of ``tools/``, which is no package."""
    specification = importlib.util.spec_from_file_location(name, REPOSITORY / "tools" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def plan_of_module(manifest: Manifest, folder: Path, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The plan, as ``terraform show -json`` has it, of a module alone; ``given`` are further arguments."""
    shutil.copytree(STORE.folder / manifest.area / manifest.version, folder / "module")
    required = {name: _sample(it) for name, it in manifest.inputs.items() if it.required}
    arguments = "".join(f"  {name} = {hcl.literal(value)}\n" for name, value in {**required, **(given or {})}.items())
    passed, second = "", ""
    if manifest.aliases:
        passed = "  providers = { aws = aws, aws.global = aws.global }\n"
        second = 'provider "aws" {\n  alias  = "global"\n  region = "us-east-1"\n}\n\n'
    (folder / "main.tf").write_text(
        f'provider "aws" {{\n  region = "{HEADER["region"]}"\n}}\n\n{second}'
        f'module "{manifest.area}" {{\n  source = "./module"\n{passed}{arguments}}}\n'
    )
    return _planned(folder)


def plan_of_environment(spec: Path, folder: Path) -> dict[str, Any]:
    """The plan of an environment's root with the modules of its lock; without a lock, with the newest."""
    written = spec.with_suffix(".lock")
    lock = parse(written.read_bytes(), written.name) if written.exists() else _newest(spec)
    beside = reader(Repository(spec.parent.parent))
    specification = load_text(spec.read_bytes(), spec.name, store=STORE, lock=lock, beside=beside)
    options = RenderOptions(local_state="terraform.tfstate", modules="./modules")
    for name, text in render(specification, lock, STORE, options).items():
        (folder / name).write_text(text)
    shutil.copytree(STORE.folder, folder / "modules")
    return _planned(folder)


def _newest(spec: Path) -> Lock:
    """All areas of the specification's kind on, each at its newest version, released or not."""
    kind = read(spec.read_bytes(), spec.name).data.get("kind", "environment")
    newest = {area: STORE.newest(area, released_only=False) for area in STORE.areas()}
    manifests = [STORE.manifest(area, version) for area, version in newest.items() if version]
    return Lock(generator="0.1.0", pins={it.area: Pin(it.version) for it in manifests if it.kind == kind})


def resources(plan: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All planned resources, those of modules included."""
    yield from _resources(plan["planned_values"]["root_module"])


def _resources(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    # Terraform leaves the values out of a resource of which it knows none.
    yield from ({"values": {}, **resource} for resource in module.get("resources", []))
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _sample(variable: Input) -> Any:
    if variable.source == "context":
        return {"apps": APPS, "neighbours": {}, "releases": {}, "state_place": {}, **HEADER}[variable.value]
    if variable.resolve == "zones":
        return ["a", "b", "c"]
    sample = "arn:aws:kms:eu-central-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"
    if variable.name == "bucket_arns":
        return {"files": "arn:aws:s3:::sample-files"}
    known = {
        "protocols": {"443": "TLS"},
        "names": ["apps.example.com", "*.apps.example.com"],
        "load_balancer_arn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/sample/1",
        "load_balancer_zone_id": "Z3F0SRJ5LGBH90",
        "allow_from": ["203.0.113.0/24"],
    }
    if variable.name in known:
        return known[variable.name]
    if variable.type == "map(string)":
        return {key: f"{variable.name}-{key}" for key in "abc"}
    if variable.type == "bool":
        return True
    if variable.type == "list(string)":
        return [f"{variable.name}-{number}" for number in "12"]
    assert variable.type == "string", f"there is no sample of {variable}"
    return sample if variable.name.endswith("_arn") else f"{variable.name}-0123456789abcdef0"


def _planned(folder: Path) -> dict[str, Any]:
    written = "".join(path.read_text() for path in folder.glob("*.tf"))
    second = ASK_NOBODY.replace("{\n", '{\n  alias = "global"\n', 1) if declares_global(written) else ""
    (folder / "ask_nobody_override.tf").write_text(ASK_NOBODY + second)
    terraform(folder, "init", "-input=false", "-no-color")
    terraform(folder, "plan", "-input=false", "-no-color", "-lock=false", "-out=plan.bin")
    plan: dict[str, Any] = json.loads(terraform(folder, "show", "-json", "plan.bin"))
    return plan


def terraform(folder: Path, *arguments: str, attached: bool = True) -> str:
    """What Terraform answers, with no API at hand. ``attached``: not for who asks for the schemas of all types, nor for
    the ``init`` before."""
    if mirror := _mirror():
        os.environ.setdefault("MENDIXCTL_PROVIDER_MIRROR", mirror)
    inherited = scrubbed(os.environ)
    environment = terraform_environment(
        inherited,
        {"AWS_EC2_METADATA_DISABLED": "true"},
        data_directory=folder / ".terraform",
        cli_config=for_mirror(inherited, folder),
    )
    if attached:
        environment = relay().attached(arguments[0], folder, environment, lock_is_read=False)
    command = [*find().command, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@functools.cache
def _mirror() -> str:
    if given := os.environ.get("MENDIXCTL_PROVIDER_MIRROR"):
        return given
    mirrors = tool("provider_mirror")
    found = mirrors.find(Path("/"), dict(os.environ), Path.home(), mirrors.SECONDS)
    return str(found) if found else ""
