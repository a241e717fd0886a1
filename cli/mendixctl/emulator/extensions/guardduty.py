"""GuardDuty, for aws_guardduty_detector_feature.

moto 5.2.5 forgets a detector's features but for those of the last call (UpdateDetector): each call names those that it
changes.
"""

from __future__ import annotations

from typing import Any


def install(account: str) -> None:
    """Mend moto's GuardDuty."""
    from moto.guardduty.models import Detector

    detectors: Any = Detector
    update = detectors.update

    def update_detector(self: Any, enable: Any, frequency: Any, sources: Any, features: Any) -> None:
        known = {feature["name"]: feature for feature in self.features}
        known |= {feature["name"]: feature for feature in features or []}
        update(self, enable, frequency, sources, list(known.values()))

    detectors.update = update_detector
