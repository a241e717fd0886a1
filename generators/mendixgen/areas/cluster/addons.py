"""The add-ons of the cluster: which there are, when each is installed, and the pinned version of each.

A version that is not pinned moves with whatever day the cluster was made on, so that two environments of one
specification differ. The table is data (``data/eks_addons.json``), dated and with its sources; it is frozen
into each version of the module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal, get_args

AddonName = Literal[
    "aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni"
]
ADDONS: tuple[str, ...] = get_args(AddonName)

BEFORE_NODES = ("eks-pod-identity-agent", "kube-proxy", "vpc-cni")
"""What every node runs and needs to become ready: there before the first one, so that none starts without it."""

AFTER_NODES = tuple(name for name in ADDONS if name not in BEFORE_NODES)
"""What runs as pods of its own, and is active only where there are nodes."""


@lru_cache(maxsize=1)
def versions() -> Mapping[str, Mapping[str, str]]:
    """Add-on versions by Kubernetes version, then by add-on."""
    table: dict[str, dict[str, str]] = json.loads(_text())["versions"]
    return table


def as_of() -> str:
    """The date on which the table was last compared with its sources."""
    date: str = json.loads(_text())["as_of"]
    return date


def _text() -> str:
    return files("mendixgen").joinpath("data/eks_addons.json").read_text("utf-8")
