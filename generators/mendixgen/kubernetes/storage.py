"""Classes of EBS volumes, from ``storage.volumes``.

The parameters of a class never change, and a volume keeps the class that it was made with, so a class is named by a
digest of what it says: another setting is another class beside the old one, which goes only when nothing names it.

Sources: Amazon EBS CSI driver, "StorageClass Parameters" and "Volume tagging" (all parameters are strings); EC2 API,
CreateVolume (a key is taken by the ARN of its alias).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mendixgen.kubernetes import names
from mendixgen.kubernetes.objects import Manifest, thing
from mendixgen.kubernetes.platform import Platform

PROVISIONER = "ebs.csi.aws.com"
DEFAULT = "storageclass.kubernetes.io/is-default-class"


def classes(platform: Platform) -> list[Manifest]:
    """The storage classes, the default one first."""
    return [_class(platform, name, given) for name, given in _given(platform).items()]


def class_name(platform: Platform, name: str) -> str:
    """The name in Kubernetes of a class (``default``, ``fast``)."""
    return _name(name, _content(platform, _given(platform)[name]))


def _given(platform: Platform) -> dict[str, Any]:
    volumes = platform.section("storage").get("volumes", {})
    return {name: volumes[f"{name}_class"] for name in ("default", "fast") if volumes.get(f"{name}_class")}


def _content(platform: Platform, given: Any) -> dict[str, Any]:
    parameters = {
        "type": given["type"],
        "iops": str(given["iops"]),
        **({"throughput": str(given["throughput"])} if given.get("throughput") else {}),
        "csi.storage.k8s.io/fstype": "ext4",
        "encrypted": "true",
        "kmsKeyId": names.storage_key(platform.header, platform.settings),
        # what Data Lifecycle Manager looks for when it makes snapshots
        "tagSpecification_1": f"snapshots={platform.header.name}",
    }
    return {
        "provisioner": PROVISIONER,
        "parameters": parameters,
        "reclaimPolicy": "Retain" if platform.header.protected else "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }


def _name(name: str, content: dict[str, Any]) -> str:
    return f"{name}-{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]}"


def _class(platform: Platform, name: str, given: Any) -> Manifest:
    content = _content(platform, given)
    body = thing(
        "storage.k8s.io/v1",
        "StorageClass",
        _name(name, content),
        platform.header.name,
        labelled={"mendixctl.io/class": name},
        annotations={DEFAULT: "true" if name == "default" else "false"},
        **content,
    )
    comment = "What a volume is made of if it names no class." if name == "default" else "For volumes with much load."
    return Manifest(f"{comment} In the zone of the first pod that uses it.", body)
