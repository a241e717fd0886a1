"""What the role of the delivery may do in the namespaces of the apps: change apps, and what stands beside one.

The access entry of that role puts whoever deploys into a group, and gives no rights: AWS's own access policies know
nothing of custom resources. Source: Amazon EKS user guide, "Create access entries" (groups of Kubernetes).
"""

from __future__ import annotations

from mendixgen.areas.delivery import GROUP
from mendixgen.kubernetes.objects import Manifest, thing
from mendixgen.kubernetes.platform import Platform

NAME = "delivery"
RBAC = "rbac.authorization.k8s.io"
WRITE = ["get", "list", "watch", "create", "patch", "delete"]
"""Applying on the server's side is a patch, and a creation where there is nothing yet."""


def manifests(platform: Platform, namespace: str) -> list[Manifest]:
    """The rights in a namespace and who has them; nothing where nothing is delivered."""
    if not platform.section("delivery").get("tool"):
        return []
    rules = [
        {
            "apiGroups": ["privatecloud.mendix.com"],
            "resources": ["mendixapps"],
            "verbs": WRITE,
        },
        {"apiGroups": ["privatecloud.mendix.com"], "resources": ["mendixapps/scale"], "verbs": ["get", "patch"]},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": [*WRITE, "update"]},
        {"apiGroups": [""], "resources": ["services", "serviceaccounts"], "verbs": WRITE},
        {"apiGroups": ["secrets-store.csi.x-k8s.io"], "resources": ["secretproviderclasses"], "verbs": WRITE},
        {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": WRITE},
        {"apiGroups": ["gateway.networking.k8s.io"], "resources": ["httproutes"], "verbs": WRITE},
        {"apiGroups": [""], "resources": ["pods", "events"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "watch"]},
    ]
    group = {"kind": "Group", "name": GROUP, "apiGroup": RBAC}
    reference = {"kind": "Role", "name": NAME, "apiGroup": RBAC}
    environment = platform.header.name
    return [
        Manifest(
            "What a release changes here: apps, what stands beside one while both run, and the lease of who is at it.",
            thing(f"{RBAC}/v1", "Role", NAME, environment, namespace=namespace, rules=rules),
        ),
        Manifest(
            "Whoever deploys is in this group, by the access entry of the role that delivers.",
            thing(
                f"{RBAC}/v1", "RoleBinding", NAME, environment, namespace=namespace, subjects=[group], roleRef=reference
            ),
        ),
    ]
