"""What is installed into Elasticsearch and Kibana: lifecycle, template, snapshots, dashboards; and by whom.

The documents are data, the same for the same settings. A Job puts them, each as it is whole, so that a second run
changes nothing; its name has the digest of all that it works with, so that a change makes another Job. The age at which
logs are deleted stands among them once more, as a number, for the guard that judges a shorter one.

Sources: Elasticsearch reference, "Index lifecycle management", "Index templates", "S3 repository", "Snapshot lifecycle
management"; Kibana documentation, "Import saved objects" (kbn-xsrf); Elastic Cloud on Kubernetes, "Secrets" (the names
``<cluster>-es-elastic-user`` and ``<cluster>-es-http-certs-public``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mendixgen.areas.logging import dashboards
from mendixgen.areas.logging.scope import INDICES, POLICY
from mendixgen.kubernetes.names import ELASTIC_AGE, ELASTIC_DOCUMENTS
from mendixgen.kubernetes.objects import Manifest, Object, thing
from mendixgen.kubernetes.platform import LOGGING_NAMESPACE, Platform

NAME = "logs"
"""The cluster, as the operator knows it."""
REPOSITORY = "snapshots"
DIGITS = 10
SCRIPT = f"""\
set -eu
user="elastic:$(cat /credentials/elastic)"
ask() {{
  curl --silent --show-error --fail-with-body --retry 60 --retry-delay 10 --retry-all-errors --user "$user" "$@"
  echo
}}
put() {{
  ask --cacert /certificates/elasticsearch/ca.crt --request PUT --header 'Content-Type: application/json' \\
    --data "@/documents/$2" "https://{NAME}-es-http.{LOGGING_NAMESPACE}.svc:9200/$1"
}}
put _ilm/policy/{POLICY} policy.json
put _index_template/{POLICY} template.json
put _snapshot/{REPOSITORY} repository.json
put _slm/policy/daily snapshots.json
ask --cacert /certificates/kibana/ca.crt --request POST --header 'kbn-xsrf: true' \\
  --form file=@/documents/dashboards.ndjson \\
  "https://{NAME}-kb-http.{LOGGING_NAMESPACE}.svc:5601/api/saved_objects/_import?overwrite=true"
"""


def documents(platform: Platform) -> dict[str, str]:
    """The documents by file name."""
    index = {"hot_days": 7, "delete_after_days": 90, "replicas": 1, **platform.section("logging").get("index", {})}
    header = platform.header
    found: dict[str, Any] = {
        "policy.json": policy(index),
        "template.json": template(index),
        "repository.json": {
            "type": "s3",
            "settings": {"bucket": f"{header.name}-{header.account}-log-snapshots", "base_path": "elasticsearch"},
        },
        "snapshots.json": {
            "schedule": "0 30 1 * * ?",
            "name": "<daily-{now/d}>",
            "repository": REPOSITORY,
            "config": {"indices": [INDICES], "include_global_state": True},
            "retention": {"expire_after": "30d", "min_count": 5, "max_count": 50},
        },
    }
    return {name: _text(it) for name, it in found.items()} | {"dashboards.ndjson": dashboards.ndjson()}


def policy(index: Mapping[str, Any]) -> Object:
    """The lifecycle policy of ``logging.index``. An index is a day's and never rolls over, so that ages count from its
    making, as they do in OpenSearch."""
    phases: dict[str, Any] = {"hot": {"min_age": "0ms", "actions": {"set_priority": {"priority": 100}}}}
    merged = {"forcemerge": {"max_num_segments": 1}, "readonly": {}, "set_priority": {"priority": 50}}
    phases["warm"] = {"min_age": f"{index['hot_days']}d", "actions": merged}
    if index.get("warm_days") is not None:
        phases["cold"] = {"min_age": f"{index['warm_days']}d", "actions": {"set_priority": {"priority": 0}}}
    if index.get("delete_after_days") is not None:
        phases["delete"] = {"min_age": f"{index['delete_after_days']}d", "actions": {"delete": {}}}
    return {"policy": {"phases": phases}}


def template(index: Mapping[str, Any]) -> Object:
    """The template of the indices, with the fields of a line of the Mendix runtime."""
    kinds = {"@timestamp": "date", "app": "keyword", "level": "keyword", "node": "keyword", "message": "text"}
    settings = {
        "number_of_shards": "1",
        "number_of_replicas": str(index["replicas"]),
        "refresh_interval": "10s",
        "lifecycle": {"name": POLICY},
    }
    mappings = {"properties": {field: {"type": kind} for field, kind in kinds.items()}}
    return {
        "index_patterns": [INDICES],
        "priority": 200,
        "template": {"settings": {"index": settings}, "mappings": mappings},
    }


def manifests(platform: Platform, version: str) -> list[Manifest]:
    """The documents in the cluster, and the Job that installs them."""
    given = documents(platform)
    digest = hashlib.sha256(_text([given, SCRIPT, version]).encode()).hexdigest()[:DIGITS]
    environment = platform.header.name
    age = platform.section("logging").get("index", {}).get("delete_after_days", 90)
    data = {**given, "install.sh": SCRIPT, ELASTIC_AGE: "" if age is None else str(age)}
    kept = thing("v1", "ConfigMap", ELASTIC_DOCUMENTS, environment, namespace=LOGGING_NAMESPACE, data=data)
    job = thing(
        "batch/v1",
        "Job",
        f"{ELASTIC_DOCUMENTS}-{digest}",
        environment,
        namespace=LOGGING_NAMESPACE,
        spec={"backoffLimit": 3, "template": {"spec": _pod(version)}},
    )
    return [
        Manifest("What is installed into Elasticsearch and Kibana.", kept),
        Manifest("Installs it; a change of it is another Job.", job),
    ]


def _pod(version: str) -> Object:
    mounts = {
        "documents": ("/documents", {"configMap": {"name": ELASTIC_DOCUMENTS}}),
        "credentials": ("/credentials", {"secret": {"secretName": f"{NAME}-es-elastic-user"}}),
        "elasticsearch": (
            "/certificates/elasticsearch",
            {"secret": {"secretName": f"{NAME}-es-http-certs-public"}},
        ),
        "kibana": ("/certificates/kibana", {"secret": {"secretName": f"{NAME}-kb-http-certs-public"}}),
    }
    container = {
        "name": "install",
        # The image of the cluster itself: it is there, of the right version, and has curl.
        "image": f"docker.elastic.co/elasticsearch/elasticsearch:{version}",
        "command": ["/bin/bash", "/documents/install.sh"],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": volume, "mountPath": path, "readOnly": True} for volume, (path, _) in mounts.items()],
    }
    return {
        "restartPolicy": "OnFailure",
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "volumes": [{"name": volume, **source} for volume, (_, source) in mounts.items()],
    }


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
