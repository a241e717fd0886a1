"""KMS, for aws_kms_key and aws_kms_replica_key.

moto 5.2.5 forgets ``RotationPeriodInDays`` (EnableKeyRotation, GetKeyRotationStatus: a difference in every plan),
calls a multi-region primary a replica once it has been replicated (ReplicateKey), gives the replica the primary's
description, policy and tags, and makes key material from the operating system's randomness, so that nothing that was
encrypted could be read after a replay. It also makes an RSA key for every symmetric one, which takes 40 ms and is
never used.
"""

from __future__ import annotations

import copy
import json
from typing import Any

DEFAULT_ROTATION_DAYS = 365
KEY_BYTES = 32
SYMMETRIC = "SYMMETRIC_DEFAULT"


def install(account: str) -> None:
    """Mend moto's KMS."""
    from moto.kms import models, utils
    from moto.kms.responses import KmsResponse
    from moto.moto_api._internal import mock_random

    private_key = utils.generate_private_key
    vars(models).update(
        generate_master_key=lambda: mock_random.randbytes(KEY_BYTES),
        generate_private_key=lambda spec: None if spec == SYMMETRIC else private_key(spec),
    )
    _mend_rotation(KmsResponse)
    _mend_replicas(models.KmsBackend, models.kms_backends, KmsResponse)


def _mend_rotation(responses: Any) -> None:
    enable, status = responses.enable_key_rotation, responses.get_key_rotation_status

    def key_of(self: Any) -> Any:
        return self.kms_backend.describe_key(self._get_param("KeyId"))

    def enable_key_rotation(self: Any) -> Any:
        answer = enable(self)
        key_of(self).rotation_period_in_days = self._get_param("RotationPeriodInDays") or DEFAULT_ROTATION_DAYS
        return answer

    def get_key_rotation_status(self: Any) -> str:
        answer = json.loads(status(self))
        if answer["KeyRotationEnabled"]:
            period = getattr(key_of(self), "rotation_period_in_days", DEFAULT_ROTATION_DAYS)
            answer["RotationPeriodInDays"] = period
        return json.dumps(answer)

    responses.enable_key_rotation = enable_key_rotation
    responses.get_key_rotation_status = get_key_rotation_status


def _mend_replicas(backend: Any, backends: Any, responses: Any) -> None:
    replicate, answer = backend.replicate_key, responses.replicate_key

    def replicate_key(self: Any, key_id: str, replica_region: str) -> Any:
        primary = self.keys[key_id]
        replica = replicate(self, key_id, replica_region)
        configuration = copy.deepcopy(primary.multi_region_configuration)
        replica.multi_region_configuration = {**configuration, "MultiRegionKeyType": "REPLICA"}
        primary.multi_region_configuration["MultiRegionKeyType"] = "PRIMARY"
        return replica

    def replicate_key_answer(self: Any) -> str:
        given = json.loads(answer(self))
        target = backends[self.current_account][self._get_param("ReplicaRegion")]
        replica = target.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]
        replica.description = self._get_param("Description") or ""
        replica.policy = self._get_param("Policy") or replica.generate_default_policy()
        tags = self._get_param("Tags") or []
        target.tagger.tag_resource(replica.id, tags)
        metadata = replica.to_dict()["KeyMetadata"]
        return json.dumps(
            {**given, "ReplicaKeyMetadata": metadata, "ReplicaPolicy": replica.policy, "ReplicaTags": tags}
        )

    backend.replicate_key = replicate_key
    responses.replicate_key = replicate_key_answer
