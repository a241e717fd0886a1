"""The root of an environment: exact text, wiring, moves, and files that are replaced only where they changed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mendixgen import lock as locks
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.root import render
from mendixgen.spec.loader import Specification, load_text
from mendixgen.versions.store import ModuleStore
from tests.unit.spec.samples import MINIMAL, add_module, sample_lock, sample_store

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "root"

FULL = """\
name: prod
description: "Mendix \\"production\\", ${file(\\"x\\")}\\n%{ if true }"
region: eu-central-1
account: "123456789012"
domain: apps.example.com
owner: platform@example.com
tags:
  cost-center: "4711"
  data: Größe
  "${x}": "$${y} \\\\ 'z'"
state: {bucket: example-mendix-state, prefix: platform, kms_key: "arn:aws:kms:eu-central-1:123456789012:key/1234abcd"}
deploy_role: arn:aws:iam::123456789012:role/deployer
garden:
  cidr: 10.20.0.0/16
  zones: [a, c]
  plants:
    apple-1: {kind: apple, water: 3, note: "line\\nline"}
    for: {}
    plum: {height: 4}
house:
  rooms: 4
"""


@pytest.fixture
def store(tmp_path: Path) -> ModuleStore:
    return sample_store(tmp_path / "modules")


def load(store: ModuleStore, text: str, lock: Lock | None = None) -> Specification:
    name = text.split("\n", maxsplit=1)[0].removeprefix("name: ")
    return load_text(text, f"environments/{name}.yaml", store=store, lock=lock or sample_lock())


@pytest.mark.parametrize(("name", "text"), [("dev", MINIMAL), ("prod", FULL)])
def test_golden(store: ModuleStore, name: str, text: str) -> None:
    """With MENDIXCTL_UPDATE_GOLDEN=1 the expected files are written anew."""
    lock = locks.lower(sample_lock(), "garden", "1.0.0") if name == "prod" else sample_lock()
    files = render.render(load(store, text, lock), lock, store)
    if os.environ.get("MENDIXCTL_UPDATE_GOLDEN"):
        render.write(files, GOLDEN / name)
    assert files == {path.name: path.read_text("utf-8") for path in (GOLDEN / name).iterdir()}


def test_golden_of_a_root_with_an_area_that_makes_things_in_us_east_1(tmp_path: Path) -> None:
    store = with_sky(tmp_path / "modules")
    lock = replace(sample_lock(), pins={**sample_lock().pins, "sky": Pin("1.0.0")})
    files = render.render(load(store, FULL, lock), lock, store)
    if os.environ.get("MENDIXCTL_UPDATE_GOLDEN"):
        render.write(files, GOLDEN / "global")
    assert files == {path.name: path.read_text("utf-8") for path in (GOLDEN / "global").iterdir()}
    assert render.declares_global(files["providers.tf"])
    alone = render.render(load(store, FULL), sample_lock(), store)
    assert not render.declares_global(alone["providers.tf"])
    assert files["providers.tf"].startswith(alone["providers.tf"])


def with_sky(folder: Path) -> ModuleStore:
    """The sample's modules, and one that has a resource in us-east-1."""
    store = sample_store(folder)
    section = {"type": "object", "additionalProperties": False, "properties": {}}
    aliases = {"global": ["terraform_data.this"]}
    add_module(folder, "sky", "1.0.0", section=section, inputs={}, outputs={}, aliases=aliases)
    return store


def test_an_area_that_needs_us_east_1_is_refused_where_that_is_another_partition(tmp_path: Path) -> None:
    store = with_sky(tmp_path / "modules")
    lock = replace(sample_lock(), pins={**sample_lock().pins, "sky": Pin("1.0.0")})
    for region in ("cn-north-1", "us-gov-west-1"):
        text = MINIMAL.replace("eu-central-1", region)
        assert load(store, text).header.region == region
        with pytest.raises(MendixError) as caught:
            load(store, text, lock)
        assert [found.code for found in caught.value.diagnostics] == ["MXR111"]
        assert "us-east-1" in caught.value.diagnostics[0].summary


def test_an_area_with_a_further_provider_is_on_in_a_new_environment_only_where_its_section_is(tmp_path: Path) -> None:
    store = with_sky(tmp_path / "modules")
    assert "sky" not in locks.create_for(store, {"garden": {}}).pins
    assert locks.create_for(store, {"sky": {}}).pins["sky"] == Pin("1.0.0")


def test_the_order_of_the_lock_and_of_the_yaml_does_not_matter_to_modules(store: ModuleStore) -> None:
    lock = sample_lock()
    turned = Lock(lock.generator, lock.base, dict(reversed(lock.pins.items())))
    assert render.render(load(store, FULL, turned), turned, store) == render.render(load(store, FULL), lock, store)


def test_teardown_and_rehearsals_change_only_what_they_say(store: ModuleStore) -> None:
    spec, lock = load(store, FULL), sample_lock()
    plain = render.render(spec, lock, store)
    torn = render.render(spec, lock, store, render.RenderOptions(teardown=True))
    assert [name for name in plain if plain[name] != torn[name]] == ["main.tf"]
    assert torn["main.tf"].count("teardown = true") == 2
    rehearsed = render.render(spec, lock, store, render.RenderOptions(local_state="/x/terraform.tfstate", modules="/m"))
    assert 'backend "local" {\n    path = "/x/terraform.tfstate"' in rehearsed["terraform.tf"]
    assert 'source = "/m/garden/1.1.0"' in rehearsed["main.tf"]
    assert rehearsed["providers.tf"] == plain["providers.tf"]


def test_the_root_passes_only_what_the_yaml_sets(store: ModuleStore) -> None:
    main = render.render(load(store, MINIMAL), sample_lock(), store)["main.tf"]
    assert "cidr" not in main
    assert "tags" not in main
    assert 'zones = ["a", "b", "c"]' in main


def test_an_area_that_needs_one_that_is_off_is_an_error_unless_it_can_do_without(store: ModuleStore) -> None:
    lock = Lock("0.1.0", pins={"house": Pin("1.0.0")})
    with pytest.raises(MendixError) as caught:
        render.render(load(store, MINIMAL, lock), lock, store)
    assert [(d.code, d.summary) for d in caught.value.diagnostics] == [
        ("MXR107", "the area house needs garden (garden_id), and garden is off in this environment")
    ]


def test_an_output_that_the_other_area_does_not_have_is_an_error(store: ModuleStore, tmp_path: Path) -> None:
    add_module(tmp_path / "modules", "garden", "0.9.0", outputs={})
    lock = sample_lock("0.9.0")
    with pytest.raises(MendixError, match=r"needs the output id of garden, which garden 0\.9\.0 does not have"):
        render.render(load(store, MINIMAL, lock), lock, store)


def test_a_pin_that_went_down_brings_the_inverse_moves_and_up_again_none(store: ModuleStore) -> None:
    lock = locks.lower(sample_lock(), "garden", "1.0.0")
    moves = render.render(load(store, MINIMAL, lock), lock, store)["moves.tf"]
    assert "from = module.garden.terraform_data.this\n  to   = module.garden.terraform_data.old" in moves
    raised = locks.upgrade(lock, "garden", "1.1.0")
    assert "moves.tf" not in render.render(load(store, MINIMAL, raised), raised, store)


def test_several_moves_are_undone_newest_first(tmp_path: Path) -> None:
    moves = [{"from": "a.x", "to": "a.y", "since": "1.1.0"}, {"from": "a.y", "to": 'a.z["k"]', "since": "1.2.0"}]
    add_module(tmp_path, "garden", "1.0.0")
    add_module(tmp_path, "garden", "1.2.0", moves=moves)
    store, lock = ModuleStore(tmp_path), Lock("0.1.0", pins={"garden": Pin("1.0.0", "1.2.0")})
    text = render.render(load(store, MINIMAL, lock), lock, store)["moves.tf"]
    assert [line.split("garden.")[1] for line in text.splitlines() if "module." in line] == [
        'a.z["k"]',
        "a.y",
        "a.y",
        "a.x",
    ]


def test_a_move_that_is_no_address_never_reaches_hcl(tmp_path: Path) -> None:
    add_module(tmp_path, "garden", "1.0.0")
    add_module(tmp_path, "garden", "1.1.0", moves=[{"from": "a.b\n}\nresource {", "to": "a.c", "since": "1.1.0"}])
    store, lock = ModuleStore(tmp_path), Lock("0.1.0", pins={"garden": Pin("1.0.0", "1.1.0")})
    with pytest.raises(MendixError, match="no resource address"):
        render.render(load(store, MINIMAL, lock), lock, store)


def test_a_sensitive_output_makes_the_roots_sensitive(tmp_path: Path) -> None:
    add_module(tmp_path, "garden", "1.0.0", outputs={"id": {"description": "x", "sensitive": True}})
    store, lock = ModuleStore(tmp_path), Lock("0.1.0", pins={"garden": Pin("1.0.0")})
    assert "sensitive   = true" in render.render(load(store, MINIMAL, lock), lock, store)["outputs.tf"]


def test_s3_state_names_a_key_only_if_there_is_one(store: ModuleStore) -> None:
    """Terraform's ``encrypt = true`` without a key would override the bucket's KMS key by S3's own."""
    with_key = render.render(load(store, FULL), sample_lock(), store)["terraform.tf"]
    assert "encrypt             = true" in with_key
    without = FULL.replace(', kms_key: "arn:aws:kms:eu-central-1:123456789012:key/1234abcd"', "")
    text = render.render(load(store, without), sample_lock(), store)["terraform.tf"]
    assert "encrypt" not in text
    assert "use_lockfile        = true" in text


def test_files_are_written_only_where_they_changed_and_others_are_left_alone(
    store: ModuleStore, tmp_path: Path
) -> None:
    folder = tmp_path / "environments" / "dev"
    lowered = locks.lower(sample_lock(), "garden", "1.0.0")
    first = render.write(render.render(load(store, MINIMAL, lowered), lowered, store), folder)
    assert set(first.written) == set(render.OWNED)
    (folder / "mine.tf").write_text("# a person's\n")
    (folder / ".terraform.lock.hcl").write_text("# Terraform's\n")
    files = render.render(load(store, MINIMAL), sample_lock(), store)
    difference = render.check(files, folder, "environments/dev")
    assert "--- a/environments/dev/moves.tf" in difference
    assert '-  source = "../../modules/garden/1.0.0"\n+  source = "../../modules/garden/1.1.0"' in difference
    assert render.write(files, folder) == render.Written(
        ("main.tf",), ("moves.tf",), ("terraform.tf", "providers.tf", "outputs.tf")
    )
    assert render.write(files, folder).written == ()
    assert render.check(files, folder, "environments/dev") == ""
    assert (folder / "mine.tf").exists()
    assert (folder / ".terraform.lock.hcl").exists()


def test_a_folder_in_the_place_of_a_file_is_a_clear_error(store: ModuleStore, tmp_path: Path) -> None:
    files = render.render(load(store, MINIMAL), sample_lock(), store)
    (tmp_path / "main.tf" / "x").mkdir(parents=True)
    with pytest.raises(MendixError) as caught:
        render.write(files, tmp_path)
    assert caught.value.diagnostics[0].code == "MXI101"


def test_the_description_of_a_module_stays_in_its_comment(tmp_path: Path) -> None:
    add_module(tmp_path, "garden", "1.0.0", description="One.\n}\nresource {}")
    store, lock = ModuleStore(tmp_path), Lock("0.1.0", pins={"garden": Pin("1.0.0")})
    main = render.render(load(store, MINIMAL, lock), lock, store)["main.tf"]
    assert "# One. } resource {}\nmodule" in main


def test_the_header_says_who_wrote_the_file_and_from_what(store: ModuleStore) -> None:
    spec = load(store, MINIMAL)
    for text in render.render(spec, sample_lock(), store).values():
        assert text.startswith("# Generated by mendixctl from environments/dev.yaml; do not edit.\n")
    assert replace(spec, warnings=()).header.name == "dev"
