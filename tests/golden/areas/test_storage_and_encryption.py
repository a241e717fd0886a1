"""What the newest storage and encryption modules plan, policies included.

The HCL itself is committed in ``modules/``. The JSON beside this file is what Terraform makes of it for the
sections of a large environment; a change of it is a diff to read. ``UPDATE_GOLDEN=1`` writes it anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.offline_plans import STORE, plan_of_module, resources

HERE = Path(__file__).parent
POLICIES = {"policy", "assume_role_policy"}
SECTIONS: dict[str, dict[str, Any]] = {
    "encryption": {"rotation_days": 180, "deletion_window_days": 14},
    "storage": {
        "buckets": {
            "files": {"lifecycle": {"infrequent_after_days": 30, "intelligent": True}},
            "backups": {
                "lifecycle": {"glacier_after_days": 30, "deep_archive_after_days": 180, "expire_after_days": 2555},
                "object_lock_days": 30,
                "inventory": "daily",
            },
            "archive": {
                "inventory": "none",
                "object_lock_days": 1,
                "object_lock_mode": "compliance",
                "lifecycle": {
                    "intelligent": True,
                    "archive_access_after_days": 90,
                    "deep_archive_access_after_days": 180,
                    "noncurrent_infrequent_after_days": 30,
                    "noncurrent_glacier_after_days": 60,
                    "noncurrent_expire_after_days": 365,
                    "noncurrent_keep": 3,
                },
            },
        },
        "volumes": {
            "default_class": {"throughput": 250},
            "fast_class": {"type": "io2", "iops": 16000},
            "snapshots": {"interval_hours": 12, "keep": 14},
        },
    },
}


def distilled(value: Any) -> Any:
    """Without what is absent: nulls, empty lists and what the provider's default tags repeat."""
    if isinstance(value, dict):
        kept = {
            key: json.loads(item) if key in POLICIES and isinstance(item, str) else distilled(item)
            for key, item in value.items()
            if key != "tags_all"
        }
        return {key: item for key, item in kept.items() if item not in (None, [], {}, "")}
    return [distilled(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", SECTIONS)
def test_the_plan_is_the_golden_one(name: str, tmp_path: Path) -> None:
    newest = STORE.newest(name, released_only=False)
    assert newest is not None
    plan = plan_of_module(STORE.manifest(name, newest), tmp_path, SECTIONS[name])
    found = {it["address"]: distilled(it["values"]) for it in resources(plan)}
    golden = HERE / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    assert found == json.loads(golden.read_text("utf-8"))
