"""The volumes of EC2: after a change they rest for six hours.

moto 5.2.5 takes any change at any time (ModifyVolume). Source of time and text: Amazon EC2 API Reference, ModifyVolume;
EBS User Guide, "Requirements for EBS volume modifications".
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions import windows


def install() -> None:
    """Refuse what EBS refuses."""
    from moto.ec2.exceptions import EC2ClientError
    from moto.ec2.models.elastic_block_store import EBSBackend

    backend: Any = EBSBackend
    modify = backend.modify_volume

    def modify_volume(self: Any, volume_id: str, *arguments: Any, **named: Any) -> Any:
        name = ("volume", self.region_name, volume_id)
        if windows.is_open(*name):
            text = "You've reached the maximum modification rate per volume limit. "
            text += "Wait at least 6 hours between modifications per EBS volume."
            raise EC2ClientError("VolumeModificationRateExceeded", text)
        answer = modify(self, volume_id, *arguments, **named)
        windows.open_window(windows.SIX_HOURS, *name)
        return answer

    backend.modify_volume = modify_volume
