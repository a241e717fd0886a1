"""The storage of RDS instances, for aws_db_instance: it grows by a tenth at least, and then rests for six hours.

moto 5.2.5 takes any size at any time (ModifyDBInstance).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixctl.emulator.extensions import windows

PARAMETERS = ("allocated_storage", "storage_type", "iops", "storage_throughput")
LEAST_GROWTH = 10
"""Percent; less is an error (Amazon RDS User Guide, Increasing DB instance storage capacity)."""


def install(backend: Any) -> None:
    """Refuse what RDS refuses."""
    from moto.rds.exceptions import RDSClientError

    modify = backend.modify_db_instance

    def modify_db_instance(self: Any, identifier: str, named: Mapping[str, Any]) -> Any:
        instance = self.describe_db_instances(identifier)[0]
        changed = _changed(instance, named)
        name = ("storage", self.region_name, instance.dbi_resource_id)
        if changed and windows.is_open(*name):
            # The text as in hashicorp/terraform-provider-aws#12493.
            why = "because the previous storage change is being optimized."
            message = f"You can't currently modify the storage of this DB instance {why}"
            raise RDSClientError("InvalidParameterCombination", message)
        size = changed.get("allocated_storage")
        if size is not None and int(size) * 100 < int(instance.allocated_storage) * (100 + LEAST_GROWTH):
            # The text as in aws-cloudformation/cloudformation-coverage-roadmap#1312.
            kind = named.get("storage_type") or instance.storage_type
            message = f"Invalid storage size for engine name {instance.engine} and storage type {kind}: {size}"
            raise RDSClientError("InvalidParameterCombination", message)
        answer = modify(self, identifier, named)
        if changed:
            windows.open_window(windows.SIX_HOURS, *name)
        return answer

    backend.modify_db_instance = modify_db_instance


def _changed(instance: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    """The storage parameters that are not as they were."""
    given = {name: named[name] for name in PARAMETERS if named.get(name) is not None}
    return {name: value for name, value in given.items() if str(value) != str(getattr(instance, name, None))}
