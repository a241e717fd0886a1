"""What moto holds: keys, and the keys of topics, queues, buckets and launch templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mendixctl.emulator.partitions import partition


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request is answered."""

    account: str
    region: str


def key_of(place: Place, name: str) -> Any:
    """moto's customer managed key of that identifier, ARN or alias; nothing for AWS's own keys and other accounts'.

    Nothing for one that is not there either: that is for the service to say.
    """
    from moto.kms.models import kms_backends

    region = place.region
    if name.startswith("arn:"):
        region, account = name.split(":")[3:5]
        if account != place.account:
            return None
    if "alias/aws/" in name:
        return None
    backend: Any = kms_backends[place.account][region]
    try:
        key = backend.describe_key(name)
    except (KeyError, AttributeError, TypeError):
        return None
    return key if key.key_manager == "CUSTOMER" else None


def _target(place: Place, arn: Any) -> Iterator[str]:
    """The key of a topic or a queue."""
    from moto.sns.models import sns_backends
    from moto.sqs.models import sqs_backends

    parts = str(arn).split(":")
    if len(parts) < 6 or parts[2] not in {"sns", "sqs"}:
        return
    held: Any
    if parts[2] == "sns":
        held = sns_backends[place.account][parts[3]].topics.get(str(arn))
    else:
        held = sqs_backends[place.account][parts[3]].queues.get(parts[5])
    key = getattr(held, "kms_master_key_id", None)
    if key:
        yield str(key)


def _bucket(place: Place, name: Any) -> Iterator[str]:
    """The key of a bucket's default encryption; ``name`` may be an ARN, with a prefix of objects."""
    from moto.s3.models import s3_backends

    bare = str(name).rpartition(":::")[2].split("/")[0]
    buckets: Any = s3_backends[place.account][partition(place.region)].buckets
    held = buckets.get(bare)
    rule = ((held.encryption if held is not None else None) or {}).get("Rule", {})
    for one in rule if isinstance(rule, list) else [rule]:
        key = one.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        if key:
            yield str(key)


def _template(place: Place, specification: Any) -> Iterator[str]:
    """The keys of the volumes of a launch template's version; of the account's default where a volume says none."""
    from moto.ec2.models import ec2_backends

    named = {name.lower().removeprefix("launchtemplate"): value for name, value in specification.items()}
    backend: Any = ec2_backends[place.account][place.region]
    templates = backend.launch_templates.values()
    held = next((it for it in templates if named.get("id") == it.id or named.get("name") == it.name), None)
    if held is None:
        return
    data = held.get_version(named.get("version", "$Default")).data
    for device in data.get("BlockDeviceMappings") or data.get("BlockDeviceMapping") or []:
        volume = device.get("Ebs") or {}
        encrypted = str(volume.get("Encrypted", "")).lower() == "true"
        key = volume.get("KmsKeyId") or (encrypted and getattr(backend, "default_kms_key_id", None))
        if key:
            yield str(key)


HOLDERS: dict[str, Callable[[Place, Any], Iterator[str]]] = {
    "": lambda place, key: iter([str(key)]),
    "target": _target,
    "bucket": _bucket,
    "template": _template,
}
"""By what a use looks for its key at, the names of the keys that are found there."""
