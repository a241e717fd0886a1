"""Write the schemas of the custom resources that manifests use, from their makers' definitions.

    tools/custom_resources.py FOLDER

``FOLDER`` holds clones of the repositories of `SOURCES`, named ``<owner>+<name>``. What is kept of a definition is what
a validator needs: no descriptions, no defaults, no rules in CEL, no status; the templates of pods, which Kubernetes
checks itself, are left open. Objects are closed, so that a field that there is not is an error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

TARGET = Path(__file__).resolve().parents[1] / "tests" / "support" / "custom_resources"

_GATEWAY = "charts/gateway-helm/charts/crds/crds/gatewayapi-crds.yaml"
_ENVOY = "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_envoyproxies.yaml"
_ELASTIC = "config/crds/v1/resources/{group}_{plural}.yaml"
SOURCES: list[tuple[str, str, str, str]] = [
    # kind, apiVersion, repository, path
    (
        "TargetGroupBinding",
        "elbv2.k8s.aws/v1beta1",
        "kubernetes-sigs/aws-load-balancer-controller",
        "config/crd/bases/elbv2.k8s.aws_targetgroupbindings.yaml",
    ),
    (
        "SecretProviderClass",
        "secrets-store.csi.x-k8s.io/v1",
        "kubernetes-sigs/secrets-store-csi-driver",
        "config/crd/bases/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml",
    ),
    ("GatewayClass", "gateway.networking.k8s.io/v1", "envoyproxy/gateway", _GATEWAY),
    ("Gateway", "gateway.networking.k8s.io/v1", "envoyproxy/gateway", _GATEWAY),
    ("HTTPRoute", "gateway.networking.k8s.io/v1", "envoyproxy/gateway", _GATEWAY),
    ("EnvoyProxy", "gateway.envoyproxy.io/v1alpha1", "envoyproxy/gateway", _ENVOY),
    (
        "Elasticsearch",
        "elasticsearch.k8s.elastic.co/v1",
        "elastic/cloud-on-k8s",
        _ELASTIC.format(group="elasticsearch.k8s.elastic.co", plural="elasticsearches"),
    ),
    (
        "Kibana",
        "kibana.k8s.elastic.co/v1",
        "elastic/cloud-on-k8s",
        _ELASTIC.format(group="kibana.k8s.elastic.co", plural="kibanas"),
    ),
    (
        "Logstash",
        "logstash.k8s.elastic.co/v1alpha1",
        "elastic/cloud-on-k8s",
        _ELASTIC.format(group="logstash.k8s.elastic.co", plural="logstashes"),
    ),
    ("Certificate", "cert-manager.io/v1", "cert-manager/cert-manager", "deploy/crds/cert-manager.io_certificates.yaml"),
    ("Issuer", "cert-manager.io/v1", "cert-manager/cert-manager", "deploy/crds/cert-manager.io_issuers.yaml"),
]

OPEN = frozenset(
    "acme affinity bootstrap env envoyDaemonSet http initContainers monitoring patch podDisruptionBudget podTemplate"
    " securityContext service telemetry tolerations topologySpreadConstraints vault venafi volumeClaimTemplates volumes"
    " xdsServer".split()
)
"""Subtrees that are left open: what is in them is Kubernetes' own, or nothing that is rendered."""

_DROPPED = frozenset("default description example externalDocs title".split())


def main() -> int:
    clones = Path(sys.argv[1])
    for kind, version, repository, path in SOURCES:
        schema = _definition(clones / repository.replace("/", "+") / "repo", path, kind, version)
        commit, day = _git(clones / repository.replace("/", "+") / "repo", "log", "-1", "--format=%h %cs").split()
        document = {
            "kind": kind,
            "apiVersion": version,
            "source": f"{repository}, {path} at {commit} ({day})",
            "schema": schema,
        }
        TARGET.mkdir(exist_ok=True)
        (TARGET / f"{kind}.json").write_text(json.dumps(document, indent=1, sort_keys=False) + "\n")
    return 0


def _definition(clone: Path, path: str, kind: str, version: str) -> dict[str, Any]:
    for document in yaml.safe_load_all(_git(clone, "show", f"HEAD:{path}").replace("{{", "").replace("}}", "")):
        if not document or document.get("kind") != "CustomResourceDefinition":
            continue
        spec = document["spec"]
        for one in spec["versions"]:
            if spec["names"]["kind"] == kind and f"{spec['group']}/{one['name']}" == version:
                whole = _kept(one["schema"]["openAPIV3Schema"])
                whole["properties"].pop("status", None)
                whole["properties"]["metadata"] = {"type": "object"}
                return whole
    raise SystemExit(f"{path} does not define {kind} {version}")


def _kept(schema: dict[str, Any]) -> dict[str, Any]:
    """A structural schema as JSON Schema."""
    found = {key: value for key, value in schema.items() if key not in _DROPPED and not key.startswith("x-")}
    if schema.get("x-kubernetes-int-or-string"):
        found.pop("type", None)
        found["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    if "properties" in found:
        found["properties"] = {
            name: {} if name in OPEN else _kept(value) for name, value in found["properties"].items()
        }
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            found["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if isinstance(found.get(key), dict):
            found[key] = _kept(found[key])
    return found


def _git(clone: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(clone), *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    raise SystemExit(main())
