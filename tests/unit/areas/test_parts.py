"""The parts of an area are found by their names, and what is wrong in one of them is said."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from mendixgen.areas import parts
from mendixgen.areas.catalogue import AREAS, area
from mendixgen.areas.contract import Area, Header
from mendixgen.authoring.module import ModuleBuilder

HEADER = Header("dev", "eu-central-1", "123456789012", "aws", "dev.example.com")
DECLARED = """
from mendixgen.areas.contract import Area, AreaInputs

class Pond(Area):
    name = "pond"
    version = "1.0.0"

    class Inputs(AreaInputs):
        pass
"""


@pytest.fixture
def pond(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[Area]:
    """An area without parts, in a package of its own."""
    package = tmp_path / f"pond_{tmp_path.name}"
    package.mkdir()
    (package / "__init__.py").write_text(DECLARED, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found: type[Area] = import_module(package.name).Pond
    return found


def test_an_area_without_rules_across_fields_has_no_findings(pond: type[Area]) -> None:
    assert parts.check(pond, pond.Inputs(), HEADER) == []


def test_an_area_without_resources_is_a_mistake_that_names_the_file(pond: type[Area]) -> None:
    with pytest.raises(TypeError, match=r"pond has no resources\.py"):
        parts.build(pond, ModuleBuilder(pond))


def test_what_a_part_cannot_import_is_said(pond: type[Area], tmp_path: Path) -> None:
    (tmp_path / pond.__module__ / "checks.py").write_text("import no_such_library\n", encoding="utf-8")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        parts.check(pond, pond.Inputs(), HEADER)


@pytest.mark.parametrize("name", AREAS)
def test_a_declaration_imports_no_part(name: str) -> None:
    text = Path(str(import_module(area(name).__module__).__file__)).read_text("utf-8")
    assert f"mendixgen.areas.{name}.checks" not in text
    assert f"mendixgen.areas.{name}.resources" not in text
