"""GuardDuty, for aws_guardduty_detector and aws_guardduty_detector_feature.

moto 5.2.5 forgets a detector's features but for those of the last call (UpdateDetector): each call names those that it
changes. It has no operations on tags.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import Call, OperationError, Service


def install(account: str) -> Service:
    """Mend moto's GuardDuty and answer the operations that it lacks."""
    from moto.guardduty.models import Detector

    _keep_features(Detector)

    def untag(call: Call) -> None:
        tags = _tags(call)
        for key in call["TagKeys"]:
            tags.pop(key, None)

    return Service(
        account,
        "guardduty",
        {
            "ListTagsForResource": lambda call: {"tags": _tags(call)},
            "TagResource": lambda call: _tags(call).update(call["Tags"]),
            "UntagResource": untag,
        },
    )


def _tags(call: Call) -> dict[str, str]:
    """The tags of a detector, by its ARN."""
    from moto.guardduty.models import guardduty_backends

    backend: Any = guardduty_backends[call.account][call.region]
    detector = backend.detectors.get(str(call["ResourceArn"]).rpartition("/")[2])
    if detector is None:
        text = "The request is rejected because the input detectorId is not owned by the current account."
        raise OperationError("BadRequestException", text, 400)
    tags: dict[str, str] = detector.tags
    return tags


def _keep_features(detectors: Any) -> None:
    update = detectors.update

    def update_detector(self: Any, enable: Any, frequency: Any, sources: Any, features: Any) -> None:
        known = {feature["name"]: feature for feature in self.features}
        known |= {feature["name"]: feature for feature in features or []}
        update(self, enable, frequency, sources, list(known.values()))

    detectors.update = update_detector
