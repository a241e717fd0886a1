"""Specifications: what is right is loaded, what is wrong is said all at once and in order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixgen.areas import registry
from mendixgen.areas.contract import Area, AreaInputs, Check, Header, setting, wired
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.module_store import ModuleStore
from mendixgen.spec.loader import Specification, load_text
from tests.unit.spec.samples import MINIMAL, add_module, sample_lock, sample_store

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "spec"
AWS = MINIMAL.replace("target: emulator", "target: aws")


@pytest.fixture
def store(tmp_path: Path) -> ModuleStore:
    return sample_store(tmp_path / "modules")


def load(store: ModuleStore, text: str, lock: Lock | None = None) -> Specification:
    return load_text(text, "environments/dev.yaml", store=store, lock=lock or sample_lock())


def problems(store: ModuleStore, text: str, lock: Lock | None = None) -> list[str]:
    with pytest.raises(MendixError) as caught:
        load(store, text, lock)
    return [f"{one.location}: {one.code} {one.summary} ({one.hint})" for one in caught.value.diagnostics]


def codes(store: ModuleStore, text: str, lock: Lock | None = None) -> list[tuple[str, str]]:
    return [(line.split()[1], line.split()[0].split(":", 1)[1].rstrip(":")) for line in problems(store, text, lock)]


def test_the_smallest_specification_has_safe_defaults(store: ModuleStore) -> None:
    spec = load(store, AWS)
    header = spec.header
    assert (header.target, header.protected, header.backend) == ("aws", True, "s3")
    assert (header.state_bucket, header.state_key) == (
        "123456789012-eu-central-1-mendix-state",
        "dev/terraform.tfstate",
    )
    assert (header.limits.destroy, header.limits.replace) == (0, 0)
    assert spec.sections == {"garden": {}, "house": {}}
    assert spec.arguments["garden"] == {"zones": ["a", "b", "c"]}


def test_the_emulator_is_unprotected_and_local_unless_told_otherwise(store: ModuleStore) -> None:
    assert (load(store, MINIMAL).header.protected, load(store, MINIMAL).header.backend) == (False, "local")
    spec = load(store, MINIMAL + "protected: true\nstate: {backend: s3, bucket: my-bucket, prefix: a/b}\n")
    assert (spec.header.protected, spec.header.backend, spec.header.state_key) == (
        True,
        "s3",
        "a/b/dev/terraform.tfstate",
    )


def test_all_mistakes_are_said_at_once_and_in_order(store: ModuleStore) -> None:
    """With MENDIXCTL_UPDATE_GOLDEN=1 the expected messages are written anew."""
    found = "".join(f"{line}\n" for line in problems(store, (GOLDEN / "mistakes.yaml").read_text("utf-8")))
    if os.environ.get("MENDIXCTL_UPDATE_GOLDEN"):
        (GOLDEN / "mistakes.txt").write_text(found, "utf-8")
    assert found == (GOLDEN / "mistakes.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("name: Dev", "MXS206"),
        ("name: d", "MXS206"),
        ("name: a--b", "MXS206"),
        ("name: dev-", "MXS206"),
        ("name: abcdefghijklmnopq", "MXS206"),
        ("name: 1ab", "MXS206"),
        ("name: test", "MXS121"),
        ("kind: foundation", "MXS122"),
        ("region: eu-centrl-1", "MXS123"),
        ('account: "12345"', "MXS206"),
        ("account: 012345678901", "MXS114"),
        ("deploy_role: arn:aws:iam::999999999999:role/x", "MXS124"),
        ("deploy_role: arn:aws-cn:iam::123456789012:role/x", "MXS124"),
        ("state: {backend: local, bucket: abc}", "MXS125"),
        ("state: {bucket: a..b}", "MXS125"),
        ("state: {backend: s3, region: nowhere-1}", "MXS123"),
        ("standby_of: dev", "MXS126"),
        ("tags: {area: x}", "MXS127"),
        ("tags: {'AWS:x': x}", "MXS127"),
        ("tags: {a: 1}", "MXS203"),
        ("tags: {a: '" + "x" * 257 + "'}", "MXS206"),
        ("tags: {" + ", ".join(f"k{n}: v" for n in range(41)) + "}", "MXS207"),
        ("domain: localhost", "MXS206"),
        ("domain: -a.example", "MXS206"),
        ("limits: {destroy: -1}", "MXS205"),
    ],
)
def test_each_rule_of_the_header(store: ModuleStore, change: str, code: str) -> None:
    key = change.split(":", maxsplit=1)[0]
    lines = [line for line in MINIMAL.splitlines() if not line.startswith(f"{key}:")]
    assert [found for found, _ in codes(store, "\n".join([*lines, change]) + "\n")] == [code]


def test_what_cannot_be_read_does_not_hide_the_rest(store: ModuleStore) -> None:
    text = MINIMAL.replace('"123456789012"', "012345678901") + "owner: yes\ngarden: {fence: no, zones: 1_0, plant: 1}\n"
    assert codes(store, text) == [
        ("MXS114", "3:10"),
        ("MXS114", "6:8"),
        ("MXS114", "7:17"),
        ("MXS114", "7:28"),
        ("MXS201", "7:33"),
    ]


def test_an_environment_on_aws_never_keeps_its_state_on_one_machine(store: ModuleStore) -> None:
    assert codes(store, AWS + "state: {backend: local}\n") == [("MXS125", "6:18")]


def test_unusual_tag_text_is_a_warning_and_is_kept(store: ModuleStore) -> None:
    spec = load(store, MINIMAL + "tags: {note: 'a,b;${c}'}\n")
    assert [w.code for w in spec.warnings] == ["MXS128"]
    assert spec.header.tags == {"note": "a,b;${c}"}


def test_sections_of_areas_that_are_off_or_absent(store: ModuleStore) -> None:
    lock = Lock("0.1.0", pins={"garden": Pin("1.0.0")})
    found = problems(store, MINIMAL + "house: {}\nnetwork: {}\ndatabase: {}\n", lock)
    assert [line.split()[1] for line in found] == ["MXS142", "MXS142", "MXS141"]
    assert "mendixctl modules upgrade dev house" in found[0]


@pytest.mark.parametrize(("zones", "expected"), [("2", ["a", "b"]), ("[c, a]", ["c", "a"])])
def test_zones_are_resolved_to_letters(store: ModuleStore, zones: str, expected: list[str]) -> None:
    assert load(store, MINIMAL + f"garden: {{zones: {zones}}}\n").arguments["garden"]["zones"] == expected


@pytest.mark.parametrize("zones", ["4", "[a, d]", "[a, a]", "[a, eu-central-1b]"])
def test_zones_that_the_region_does_not_have(store: ModuleStore, zones: str) -> None:
    assert codes(store, MINIMAL + f"garden: {{zones: {zones}}}\n") == [("MXS151", "6:17")]


def test_pins_that_cannot_be_used(store: ModuleStore, tmp_path: Path) -> None:
    assert "MXR102" in problems(store, MINIMAL, Lock("0.1.0", pins={"garden": Pin("9.0.0")}))[0]
    assert "MXR101" in problems(store, MINIMAL, Lock("0.1.0", pins={"orchard": Pin("1.0.0")}))[0]
    add_module(tmp_path / "modules", "shed", "0.1.0", released=None)
    lock = Lock("0.1.0", pins={"shed": Pin("0.1.0")})
    assert load(store, MINIMAL, lock).pins == lock.pins
    assert codes(store, AWS, lock) == [("MXR105", "4:9")]


class Pond(Area):
    """A pond, as an area of the newest Python."""

    name = "pond"
    version = "2.0.0"

    class Inputs(AreaInputs):
        """What a pond is given."""

        low: int = setting(1, description="The low water.", ge=0)
        high: int = setting(5, description="The high water.", ge=0)
        garden_id: str | None = wired("garden.id", "The garden.")

    @classmethod
    def check(cls, section: Any, header: Header) -> list[Check]:
        if section.low < section.high:
            return []
        return [Check(("low",), "MXS301", f"low must be below {section.high} in {header.name}", "lower it")]


def test_checks_across_fields_hold_where_this_python_made_the_version(
    store: ModuleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = {
        "type": "object",
        "additionalProperties": False,
        "properties": {k: {"type": "integer"} for k in ("low", "high")},
    }
    for version in ("1.0.0", "2.0.0"):
        add_module(tmp_path / "modules", "pond", version, section=section)
    monkeypatch.setitem(registry.AREAS, "pond", "tests.unit.spec.test_loader:Pond")
    monkeypatch.setattr("mendixgen.spec.loader.area_class", lambda name: Pond)
    text = MINIMAL + "pond: {high: 3, low: 9}\n"
    assert codes(store, text, Lock("0.1.0", pins={"pond": Pin("2.0.0")})) == [("MXS301", "6:22")]
    assert load(store, text, Lock("0.1.0", pins={"pond": Pin("1.0.0")})).sections["pond"] == {"high": 3, "low": 9}


def test_a_new_environment_is_checked_against_the_newest_released_versions(store: ModuleStore) -> None:
    spec = load_text(MINIMAL, "environments/dev.yaml", store=store, lock=None)
    assert {area: pin.version for area, pin in spec.pins.items()} == {"garden": "1.1.0", "house": "1.0.0"}


YAML_LIKE = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-5, 500), st.text(max_size=6), st.sampled_from(["wood", "dev", "a"])
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from("cidr zones fence plants a kind water backend destroy".split()), inner, max_size=3
        )
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    "name kind region account target domain tags limits state deploy_role standby_of garden house cluster x".split()
)


@settings(max_examples=150, deadline=None)
@given(data=st.dictionaries(KEYS, YAML_LIKE, max_size=8))
def test_no_data_makes_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    import yaml

    folder = tmp_path_factory.getbasetemp() / "loader-modules"
    store = ModuleStore(folder) if folder.exists() else sample_store(folder)
    try:
        spec = load(store, yaml.safe_dump(data))
    except MendixError as error:
        places = [one.location for one in error.diagnostics if one.location]
        assert places == sorted(places)
    else:
        assert spec.header.name == "dev"
