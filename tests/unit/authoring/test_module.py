"""What the builder refuses at once, with the area's name and the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mendixgen.areas.contract import Area, AreaInputs, Move, Output, setting, wired
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import code, expr
from mendixgen.authoring.manifest import manifest
from mendixgen.authoring.module import AuthoringError, ModuleBuilder
from mendixgen.authoring.rendering import variables_of
from tests.support.areas import with_parts


class Sample(Area):
    """A sample."""

    name = "sample"
    version = "1.0.0"

    class Inputs(AreaInputs):
        """Inputs."""

        size: int = setting(1, description="Size.")
        vpc_id: str = wired("network.vpc_id", "The VPC.")


@pytest.fixture
def module() -> ModuleBuilder:
    return ModuleBuilder(Sample)


def refused(code_: str, *words: str) -> pytest.RaisesExc[AuthoringError]:
    return pytest.raises(AuthoringError, match=".*".join([code_, *words]))


def test_variables_are_the_inputs_and_what_every_module_has(module: ModuleBuilder) -> None:
    names = ("size", "vpc_id", "environment", "teardown", "tags")
    assert [code(module.var[name]) for name in names] == [f"var.{name}" for name in names]


def test_an_unknown_variable_gets_a_suggestion(module: ModuleBuilder) -> None:
    with refused("MXM110", "no input siz") as caught:
        module.var.siz  # noqa: B018
    assert caught.value.diagnostics[0].hint == "did you mean var.size?"


@pytest.mark.parametrize("address", ["aws_vpc", "aws_vpc.This", "aws_vpc.a.b", "vpc.this", "aws_vpc.a-b"])
def test_addresses_are_checked(module: ModuleBuilder, address: str) -> None:
    with refused("MXM111", "sample"):
        module.resource(address, "A comment.")


def test_an_address_is_used_once(module: ModuleBuilder) -> None:
    module.resource("aws_vpc.this", "A VPC.")
    with refused("MXM111", r"aws_vpc\.this"):
        module.resource("aws_vpc.this", "Another.")


def test_local_tags_is_taken(module: ModuleBuilder) -> None:
    with refused("MXM111"):
        module.local("tags", {}, "Mine.")


def test_everything_has_a_comment(module: ModuleBuilder) -> None:
    with refused("MXM112"):
        module.resource("aws_vpc.this", " ")
    with refused("MXM112"):
        module.local("x", 1, "")


def test_count_and_for_each_exclude_each_other(module: ModuleBuilder) -> None:
    with refused("MXM113"):
        module.resource("aws_vpc.this", "A VPC.", count=1, for_each=expr("var.tags"))


def test_a_resource_may_be_in_us_east_1_and_nowhere_else(module: ModuleBuilder) -> None:
    module.resource("aws_vpc.this", "Here.")
    assert module.aliases == {}
    module.resource("aws_acm_certificate.this", "There.", provider="global")
    assert module.aliases == {"global": ["aws_acm_certificate.this"]}
    with refused("MXM119", "west"):
        module.resource("aws_acm_certificate.other", "Nowhere.", provider="west")


def test_prevent_destroy_is_refused(module: ModuleBuilder) -> None:
    with refused("MXM114", "prevent_destroy"):
        module.resource("aws_vpc.this", "A VPC.", lifecycle={"prevent_destroy": True})


@pytest.mark.parametrize("name", ["main.tf", "more.tf", "../x.py", "/x.py", "README.md", "a/../b"])
def test_a_file_stays_in_the_module_and_is_not_terraforms(module: ModuleBuilder, name: str) -> None:
    with refused("MXM111"):
        module.file(name, "x")


def test_a_file_is_found_from_the_module(module: ModuleBuilder) -> None:
    assert code(module.file("lambda/index.py", "x = 1\n")) == '"${path.module}/lambda/index.py"'


def test_none_is_not_set(module: ModuleBuilder) -> None:
    module.resource("aws_vpc.this", "A VPC.", cidr_block=None, enable_dns_support=False)
    assert dict(module.resources[0].arguments) == {"enable_dns_support": False}


def area_with(resources: Callable[[ModuleBuilder], object], **attributes: Any) -> type[Area]:
    return with_parts(type("Other", (Sample,), {"__doc__": "A sample.", **attributes}), build=resources)


def one_vpc(module: ModuleBuilder) -> None:
    module.resource("aws_vpc.this", "A VPC.", cidr_block="10.0.0.0/16")


@pytest.mark.parametrize(
    "text", ["var.nothing", "local.nothing", "aws_vpc.other.id", '"x-${var.nothing}"', "[for k in local.nothing : k]"]
)
def test_a_reference_to_nothing_is_refused(text: str) -> None:
    def resources(module: ModuleBuilder) -> None:
        module.resource("aws_vpc.this", "A VPC.", cidr_block=expr(text))

    with refused("MXM115", r"aws_vpc\.this"):
        collect(area_with(resources))


def test_outputs_and_moves_refer_to_what_there_is() -> None:
    with refused("MXM115", r"output\.id"):
        collect(area_with(one_vpc, outputs={"id": Output("aws_vpc.that.id", "ID.")}))
    with refused("MXM115", r"aws_vpc\.that"):
        collect(area_with(one_vpc, moves=(Move("aws_vpc.old", "aws_vpc.that", "1.1.0"),)))
    assert collect(area_with(one_vpc, outputs={"id": Output('"var.x ${aws_vpc.this.id}"', "ID.")})).resources


@pytest.mark.parametrize(
    "attributes", [{"__doc__": ""}, {"outputs": {"id": Output("aws_vpc.this.id", " ")}}], ids=["area", "output"]
)
def test_everything_is_described(attributes: dict[str, Any]) -> None:
    with refused("MXM116"):
        collect(area_with(one_vpc, **attributes))


@pytest.mark.parametrize("name", ["version", "source", "teardown"])
def test_a_reserved_name_needs_another_in_the_module(name: str) -> None:
    def area(**more: Any) -> type[Area]:
        fields = {"__doc__": "Inputs.", "__annotations__": {name: str}, name: setting("1", description="X.", **more)}
        return area_with(one_vpc, Inputs=type("Inputs", (AreaInputs,), fields))

    with refused("MXM118", f"{name} cannot be a variable"):
        collect(area())
    renamed = area(variable="engine_version")
    assert code(collect(renamed).var.engine_version) == "var.engine_version"
    entry = manifest(renamed, variables_of(renamed), [], {}, None)["inputs"]["engine_version"]
    assert (entry["from"], entry["key"]) == ("yaml", name)


def test_an_area_has_a_file_of_resources() -> None:
    with pytest.raises(TypeError, match=r"sample has no resources\.py"):
        collect(type("Other", (Sample,), {"__doc__": "A sample."}))


def test_an_area_has_resources() -> None:
    with refused("MXM116"):
        collect(area_with(lambda module: None))
