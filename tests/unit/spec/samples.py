"""Two small areas as released modules, and a specification of them: what the tests of the pure core share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mendixgen.digests import file_digest
from mendixgen.lock import Lock, Pin
from mendixgen.versions.store import ModuleStore

MINIMAL = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com
"""

SECTION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "$defs": {
        "Plant": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "kind": {"enum": ["apple", "plum", "cherry"], "type": "string", "default": "apple"},
                "water": {"type": "integer", "minimum": 1, "maximum": 365, "x-unit": "days", "default": 7},
                "height": {"type": "integer", "minimum": 1, "default": 2, "x-one-way": "trees do not shrink"},
                "note": {"type": "string", "default": ""},
            },
        }
    },
    "properties": {
        "cidr": {
            "type": "string",
            "pattern": r"^[0-9.]+/[0-9]+$",
            "description": "The address range.",
            "default": "10.0.0.0/16",
        },
        "zones": {
            "anyOf": [
                {"type": "integer", "minimum": 2, "maximum": 6},
                {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 6},
            ],
            "default": 3,
            "description": "How many zones, or which.",
            "x-resolve": "zones",
            "x-type": "list(string)",
        },
        "fence": {"enum": ["wood", "stone", "none"], "type": "string", "default": "wood"},
        "open": {"type": "boolean", "default": False},
        "edition": {"type": "integer", "default": 1, "x-one-way": "editions only go up"},
        "plants": {
            "type": "object",
            "patternProperties": {"^[a-z][a-z0-9-]{0,19}$": {"$ref": "#/$defs/Plant"}},
            "additionalProperties": False,
            "default": {},
            "description": "Plants by name.",
        },
    },
}

INPUTS: dict[str, Any] = {
    "environment": {"from": "context", "value": "name", "type": "string", "required": True},
    "region": {"from": "context", "value": "region", "type": "string", "required": True},
    "cidr": {"from": "yaml", "type": "string"},
    "zones": {"from": "yaml", "type": "list(string)", "resolve": "zones", "required": True},
    "fence": {"from": "yaml", "type": "string"},
    "open": {"from": "yaml", "type": "bool"},
    "edition": {"from": "yaml", "type": "number"},
    "plants": {"from": "yaml", "type": "map(any)"},
    "teardown": {"from": "module", "type": "bool"},
    "tags": {"from": "module", "type": "map(string)"},
}

HOUSE_INPUTS: dict[str, Any] = {
    "environment": {"from": "context", "value": "name", "type": "string", "required": True},
    "garden_id": {"from": "wired", "reference": "garden.id", "type": "string", "required": True},
    "well_id": {"from": "wired", "reference": "well.id", "type": "string", "optional": True},
    "rooms": {"from": "yaml", "type": "number"},
    "teardown": {"from": "module", "type": "bool"},
}


def module_json(area: str, version: str, **changes: Any) -> dict[str, Any]:
    """A manifest of the shape that ``mendixctl modules build`` writes."""
    return {
        "area": area,
        "version": version,
        "released": "2026-11-01",
        "description": f"What a {area} has.",
        "terraform": ">= 1.11",
        "provider": ">= 5.99, < 6",
        "section": SECTION,
        "inputs": INPUTS,
        "outputs": {"id": {"description": "Its id.", "sensitive": False}},
        "moves": [],
        "addresses": ["terraform_data.this"],
        "files": {},
        "digest": "sha256:0",
        **changes,
    }


def add_module(folder: Path, area: str, version: str, *, main: str = "# nothing\n", **changes: Any) -> None:
    """Lay down ``modules/<area>/<version>``."""
    place = folder / area / version
    place.mkdir(parents=True)
    (place / "main.tf").write_text(main)
    files = {"main.tf": file_digest(main.encode())}
    (place / "module.json").write_text(json.dumps(module_json(area, version, files=files, **changes)))


def sample_store(folder: Path) -> ModuleStore:
    """garden 1.0.0 and 1.1.0 (a resource renamed), and house 1.0.0, which needs garden."""
    add_module(folder, "garden", "1.0.0")
    moves = [{"from": "terraform_data.old", "to": "terraform_data.this", "since": "1.1.0"}]
    add_module(folder, "garden", "1.1.0", moves=moves)
    section = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"rooms": {"type": "integer", "default": 3}},
    }
    add_module(folder, "house", "1.0.0", section=section, inputs=HOUSE_INPUTS, outputs={})
    return ModuleStore(folder)


def sample_lock(garden: str = "1.1.0") -> Lock:
    """Both areas on."""
    return Lock(generator="0.1.0", pins={"garden": Pin(garden), "house": Pin("1.0.0")})
