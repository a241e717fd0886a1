"""The whole authoring engine on one area: cdktf, the provider's schema, terraform fmt, and what comes out.

The module in ``expected/`` is committed, so that a change of the engine is a diff to read.
``UPDATE_GOLDEN=1`` writes it anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from mendixgen.areas.contract import Area, AreaInputs
from mendixgen.authoring import provider
from mendixgen.authoring.build import module_files
from mendixgen.authoring.expression import expr
from mendixgen.authoring.module import AuthoringError, ModuleBuilder
from mendixgen.authoring.terraform_tool import environment, provider_mirror_configuration, terraform_command
from tests.golden.authoring.sample import Sample
from tests.support.areas import with_parts

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
ROOT = HERE.parents[2]

pytestmark = [pytest.mark.authoring, pytest.mark.xdist_group("authoring")]  # cdktf is imported once


@pytest.fixture(scope="session")
def files(schema: provider.ProviderSchema) -> Mapping[str, str]:
    return module_files(Sample, schema)


def test_the_module_is_the_committed_one(files: Mapping[str, str]) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(EXPECTED, ignore_errors=True)
        for name, text in files.items():
            (EXPECTED / name).parent.mkdir(parents=True, exist_ok=True)
            (EXPECTED / name).write_text(text, encoding="utf-8")
    committed = {
        path.relative_to(EXPECTED).as_posix(): path.read_text(encoding="utf-8")
        for path in EXPECTED.rglob("*")
        if path.is_file()
    }
    assert dict(files) == committed


def test_building_twice_gives_the_same_bytes(files: Mapping[str, str], schema: provider.ProviderSchema) -> None:
    assert module_files(Sample, schema) == files


def _terraform(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = environment(folder)
    provider_mirror_configuration(folder, variables)
    command = [*terraform_command(), *arguments]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def test_terraform_takes_the_module_alone(files: Mapping[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert _terraform(tmp_path, "fmt", "-check", "-diff").stdout == ""
    done = _terraform(tmp_path, "init", "-input=false", "-no-color")
    assert done.returncode == 0, done.stderr
    found = json.loads(_terraform(tmp_path, "validate", "-json").stdout)
    assert found["valid"], found["diagnostics"]


BOUNDS = """
mock_provider "aws" {}

variables {
  environment = "dev"
  region      = "eu-central-1"
  vpc_id      = "vpc-1"
  zones       = ["a", "b"]
}
"""
REFUSED = {
    "a name": ('buckets = { "Bad" = {} }', "var.buckets"),
    "a nested number": ("buckets = { x = { rules = [{ days = 0 }] } }", "var.buckets"),
    "a part of a day": ("buckets = { x = { rules = [{ days = 1.5 }] } }", "var.buckets"),
    "a nested choice": ('buckets = { x = { rules = [{ to = "TAPE" }] } }', "var.buckets"),
    "a text that is too long": ('buckets = { x = { note = "12345678901" } }', "var.buckets"),
    "in an object that may be null": ("buckets = { x = { last = { days = 366 } }, y = {} }", "var.buckets"),
    "a number": ("first = { days = 366 }", "var.first"),
    "an environment": ('environment = "Dev_1"', "var.environment"),
}
TAKEN = {
    "defaults": "",
    "nulls": "buckets = { x = { rules = null, note = null, last = null } }",
    "lists": 'buckets = { x = { rules = [{ days = 1 }, { to = "DEEP_ARCHIVE" }] } }',
    "objects": 'buckets = { x = { note = "n", last = { days = 365 } } }',
}


def test_terraform_refuses_what_the_model_refuses(files: Mapping[str, str], tmp_path: Path) -> None:
    """`terraform test` with a mocked provider: the validations hold where they must and fail where they must."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    runs = [_run(name, given, "") for name, given in TAKEN.items()]
    runs += [_run(name, given, f"expect_failures = [{variable}]") for name, (given, variable) in REFUSED.items()]
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/bounds.tftest.hcl").write_text(BOUNDS + "".join(runs), encoding="utf-8")
    assert _terraform(tmp_path, "init", "-input=false", "-no-color").returncode == 0
    done = _terraform(tmp_path, "test", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(runs)} passed, 0 failed" in done.stdout


def _run(name: str, given: str, expected: str) -> str:
    label = name.replace(" ", "_")
    return f'\nrun "{label}" {{\n  command = plan\n  variables {{\n    {given}\n  }}\n  {expected}\n}}\n'


def test_the_documented_example_builds(
    schema: provider.ProviderSchema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs/contributing-areas.md").read_text(encoding="utf-8")
    package = tmp_path / "documented_area"
    package.mkdir()
    for name, block in zip(("__init__.py", "resources.py"), page.split("```python\n")[1:], strict=False):
        (package / name).write_text(block.split("```")[0], encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    files = module_files(import_module("documented_area").Registry, schema)
    assert 'resource "aws_ecr_repository" "this"' in files["main.tf"]


def area_with(build: Callable[[ModuleBuilder], object]) -> type[Area]:
    return with_parts(type("Wrong", (Sample,), {"__doc__": "Wrong.", "outputs": {}, "moves": ()}), build=build)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"vpc_id": "vpc-1", "cidr_blok": "10.0.0.0/24"}, "MXM122", "aws_subnet.this.cidr_blok"),
        ({"vpc_id": "vpc-1", "arn": "x"}, "MXM123", "aws_subnet.this.arn"),
        ({"cidr_block": "10.0.0.0/24"}, "MXM124", "vpc_id"),
        ({"vpc_id": 5}, "MXM130", "aws_subnet.this"),
        ({"vpc_id": "vpc-1", "map_public_ip_on_launch": "yes"}, "MXM130", "aws_subnet.this"),
        ({"vpc_id": "vpc-1", "timeouts": expr("var.first")}, "MXM125", "aws_subnet.this.timeouts"),
    ],
)
def test_a_wrong_argument_is_named(
    schema: provider.ProviderSchema, arguments: dict[str, Any], code: str, words: str
) -> None:
    area = area_with(lambda module: module.resource("aws_subnet.this", "Wrong.", **arguments))
    with pytest.raises(AuthoringError) as caught:
        module_files(area, schema)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert words in found.summary


def _two_regions(module: ModuleBuilder) -> None:
    module.resource(
        "aws_acm_certificate.this",
        "Where CloudFront looks for it.",
        count=1,
        provider="global",
        domain_name="apps.example.com",
        validation_method="DNS",
        lifecycle={"create_before_destroy": True},
    )
    module.resource("aws_vpc.this", "Where the environment is.", cidr_block="10.0.0.0/16")


def test_a_resource_in_us_east_1_asks_its_root_for_the_provider(
    schema: provider.ProviderSchema, tmp_path: Path
) -> None:
    class Sky(Area):
        """In two regions."""

        name = "sky"
        version = "1.0.0"

        class Inputs(AreaInputs):
            """None."""

    files = module_files(with_parts(Sky, build=_two_regions), schema)
    assert "  count    = 1\n  provider = aws.global\n" in str(files["main.tf"])
    assert str(files["main.tf"]).count("provider =") == 1
    assert "configuration_aliases = [aws.global]" in str(files["versions.tf"])
    assert "    aws.global = aws.global\n" in str(files["README.md"])
    assert json.loads(files["module.json"])["aliases"] == {"global": ["aws_acm_certificate.this"]}
    for name, text in files.items():
        (tmp_path / "sky" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sky" / name).write_text(str(text), encoding="utf-8")
    call = 'source = "./sky"\n  environment = "dev"\n  providers = { aws = aws, aws.global = aws.global }'
    needs = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
    second = 'provider "aws" {\n  alias = "global"\n  region = "us-east-1"\n}\n'
    (tmp_path / "main.tf").write_text(f'{needs}{second}module "sky" {{\n  {call}\n}}\n')
    done = _terraform(tmp_path, "init", "-input=false", "-no-color")
    assert done.returncode == 0, done.stderr
    found = json.loads(_terraform(tmp_path, "validate", "-json").stdout)
    assert found["valid"], found["diagnostics"]
