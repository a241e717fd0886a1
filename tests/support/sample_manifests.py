"""Manifests for tests of the engine: a MendixApp for each note of the small repository, and the namespace of all.

A note that begins with ``fails`` is an app that does not become ready, one that begins with ``wrong`` one that the
cluster does not take, and one that begins with ``undelivered`` one without an image.
"""

from __future__ import annotations

from typing import Any

from mendixgen.documents import Source
from mendixgen.kubernetes.objects import labels
from mendixgen.kubernetes.text import dump

NAMESPACE = "mendix"


def render(source: Source) -> dict[str, str]:
    texts = source.spec.sections["notes"].get("texts", {})
    name = source.spec.header.name
    space = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": labels(name)},
    }
    apps = {f"mendix/app-{app}.yaml": dump(_app(name, app, text)) for app, text in texts.items()}
    listed = dump({"kind": "Kustomization", "resources": ["namespaces.yaml", "mendix"]})
    return {"kustomization.yaml": listed, "namespaces.yaml": dump(space), **apps} if apps else {}


def _app(environment: str, name: str, text: str) -> dict[str, Any]:
    annotations = {"emulator.mendixctl.io/fails": text} if text.startswith("fails") else {}
    return {
        "apiVersion": "privatecloud.mendix.com/v1alpha1",
        "kind": "MendixApp",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": labels(environment),
            **({"annotations": annotations} if annotations else {}),
            **({"unheardOf": True} if text.startswith("wrong") else {}),
        },
        "spec": {
            "appURL": text,
            "replicas": 2,
            "database": {"servicePlan": "one"},
            **({} if text.startswith("undelivered") else {"sourceURL": f"oci-image://{name}"}),
        },
    }
