"""Specifications: what is right is loaded, what is wrong is said all at once and in order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixgen.areas import catalogue
from mendixgen.areas.contract import Area, AreaInputs, Check, Header, setting, wired
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.spec.loader import Specification, load_text
from mendixgen.versions.store import ModuleStore
from tests.support.areas import with_parts
from tests.support.soak import examples
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
    assert (header.destroy_limit, header.replace_limit) == (0, 0)
    assert spec.sections == {"garden": {}, "house": {}}
    assert spec.arguments["garden"] == {"zones": ["a", "b", "c"]}


def test_the_emulator_is_unprotected_and_local_unless_told_otherwise(store: ModuleStore) -> None:
    unguarded = load(store, MINIMAL).header
    assert (unguarded.protected, unguarded.backend, unguarded.destroy_limit) == (False, "local", None)
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


def test_sections_of_areas_that_are_off(store: ModuleStore) -> None:
    lock = Lock("0.1.0", pins={"garden": Pin("1.0.0")})
    found = problems(store, MINIMAL + "house: {}\nnetwork: {}\n", lock)
    assert [line.split()[1] for line in found] == ["MXS142", "MXS142"]
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


def low_is_below_high(inputs: Pond.Inputs, header: Header) -> Iterator[Check]:
    if inputs.low >= inputs.high:
        yield Check(("low",), "MXS301", f"low must be below {inputs.high} in {header.name}", "lower it")


def test_checks_across_fields_hold_where_this_python_made_the_version_or_its_section(
    store: ModuleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version, keys in {
        "1.0.0": ("low", "high", "lilies"),
        "1.1.0": ("low", "high"),
        "2.0.0": ("low", "high"),
    }.items():
        section = {
            "title": f"pond {version}",
            "type": "object",
            "additionalProperties": False,
            "properties": {key: {"type": "integer"} for key in keys},
        }
        add_module(tmp_path / "modules", "pond", version, section=section)
    pond = with_parts(type("Pond", (Pond,), {"__doc__": Pond.__doc__}), check=low_is_below_high)
    monkeypatch.setitem(catalogue.AREAS, "pond", "tests.unit.spec.test_loader:Pond")
    monkeypatch.setattr("mendixgen.spec.cross_fields.area_class", lambda name: pond)
    text = MINIMAL + "pond: {high: 3, low: 9}\n"
    for version in ("1.1.0", "2.0.0"):
        assert codes(store, text, Lock("0.1.0", pins={"pond": Pin(version)})) == [("MXS301", "6:22")]
    assert load(store, text, Lock("0.1.0", pins={"pond": Pin("1.0.0")})).sections["pond"] == {"high": 3, "low": 9}


def test_a_new_environment_is_checked_against_the_newest_released_versions(store: ModuleStore) -> None:
    spec = load_text(MINIMAL, "environments/dev.yaml", store=store, lock=None)
    assert {area: pin.version for area, pin in spec.pins.items()} == {"garden": "1.1.0", "house": "1.0.0"}


@pytest.fixture
def real() -> ModuleStore:
    """The modules that are released here: their schemas and their models belong together."""
    return ModuleStore(Path(__file__).resolve().parents[3] / "modules")


def real_codes(store: ModuleStore, text: str) -> list[tuple[str, str]]:
    with pytest.raises(MendixError) as caught:
        load_text(MINIMAL + text, "environments/dev.yaml", store=store, lock=None)
    return [(one.code, one.detail) for one in caught.value.diagnostics]


def test_one_mistake_in_a_section_hides_none_of_its_other_checks(real: ModuleStore) -> None:
    text = """\
network:
  nat: non
  cidr: 10.0.0.0/28
  endpoints: [s3, dynamdb]
storage:
  buckets:
    one: {lifecycle: {infrequent_after_days: 90, glacier_after_days: 30, foo: 1}}
    two: {lifecycle: {infrequent_after_days: 90, glacier_after_days: 30}}
  volumes: {default_class: {iops: 1}, fast_class: {type: io2, iops: 16000, throughput: 130}}
"""
    assert real_codes(real, text) == [
        ("MXS204", "network.nat"),
        ("MXS302", "network.cidr"),
        ("MXS307", "network.endpoints[1]"),
        ("MXS201", "storage.buckets.one.lifecycle.foo"),
        ("MXS321", "storage.buckets.two.lifecycle.glacier_after_days"),
        ("MXS205", "storage.volumes.default_class.iops"),
        ("MXS325", "storage.volumes.fast_class.throughput"),
    ]


@pytest.mark.parametrize(
    ("cidr", "code", "detail"),
    [
        ("cidr: ten", "MXS206", "network.cidr"),  # of the wrong form
        ("cidr: 0x0a", "MXS114", ""),  # cannot be read
        ("cidrs: 10.8.0.0/16", "MXS201", "network.cidrs"),  # meant for the field
    ],
)
def test_nothing_is_said_of_a_default_that_a_mistake_stands_before(
    real: ModuleStore, cidr: str, code: str, detail: str
) -> None:
    """The second block is the default of the first one: they would overlap, if that were not another."""
    text = f"network:\n  {cidr}\n  secondary_cidrs: [10.10.0.0/16]\n  allow_from: [10.0.0.1/8]\n"
    assert real_codes(real, text) == [(code, detail), ("MXS301", "network.allow_from[0]")]


def test_an_unknown_region_hides_only_what_depends_on_it(real: ModuleStore) -> None:
    text = MINIMAL.replace("eu-central-1", "eu-centrall-1")
    text += "network: {zones: [a, a], endpoints: [dynamdb], allow_from: [10.0.0.1/8]}\n"
    with pytest.raises(MendixError) as caught:
        load_text(text, "environments/dev.yaml", store=real, lock=None)
    assert [one.code for one in caught.value.diagnostics] == ["MXS123", "MXS306", "MXS301"]


def test_a_zone_that_is_given_twice_is_said_once(real: ModuleStore) -> None:
    assert real_codes(real, "network: {zones: [a, a]}\n") == [("MXS151", "network.zones")]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("network: {cidr: ten}", "write it like 10.20.0.0/16"),
        ("network: {zones: [eu-central-1a, b]}", "write it like a"),
        ("network: {zones: [A, b]}", "write it in lower case, a"),
        ("storage: {buckets: {a_b: {}}}", 'a name in buckets cannot be "a_b": write it like my-name'),
        ("storage: {volumes: {snapshots: {start_time: '6'}}}", "write it like 06:30"),
        ("deploy_role: x", "write it like arn:aws:iam::123456789012:role/deployer"),
    ],
)
def test_what_a_pattern_asks_for_is_shown_and_not_the_pattern(real: ModuleStore, text: str, advice: str) -> None:
    with pytest.raises(MendixError) as caught:
        load_text(MINIMAL + text + "\n", "environments/dev.yaml", store=real, lock=None)
    assert advice in caught.value.diagnostics[0].summary
    assert "^" not in str(caught.value)


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


@settings(max_examples=examples(80))
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


SECTION_KEYS = st.sampled_from("network storage encryption".split())
SETTING_KEYS = st.sampled_from(
    "cidr zones nat endpoints allow_from secondary_cidrs secondary_cidr egress_ports flow_logs buckets files "
    "lifecycle glacier_after_days expire_after_days volumes default_class fast_class iops type".split()
)
SETTINGS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(0, 400),
        st.sampled_from(["10.0.0.0/16", "10.10.0.0/20", "a", "none", "s3", "gp3", "eu", "06:30"]),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            SETTING_KEYS,
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=examples(60))
@given(data=st.dictionaries(SECTION_KEYS, SETTINGS, min_size=1), region=st.sampled_from(["eu-central-1", "nowhere"]))
def test_no_section_of_a_real_area_makes_a_traceback(data: dict[str, Any], region: str) -> None:
    import yaml

    store = ModuleStore(Path(__file__).resolve().parents[3] / "modules")
    text = MINIMAL.replace("eu-central-1", region) + yaml.safe_dump(data)
    try:
        regarded = load_text(text, "environments/dev.yaml", store=store, lock=None).header.region
    except MendixError as error:
        regarded = region if error.diagnostics else ""
    assert regarded == region
