"""Elasticsearch, Kibana and Logstash on the cluster, where ``logging.engine`` is ``elastic``.

Sources: Elastic Cloud on Kubernetes 3, "Elasticsearch configuration" (volumeClaimDeletePolicy: by default a deleted
cluster takes its volumes with it), "Virtual memory" (memory maps need a setting of the node that restricted pods cannot
make), "Logstash", "Create automated snapshots" (IAM roles for service accounts).
"""

from __future__ import annotations

from typing import Any

from mendixgen.kubernetes import elastic_documents, names, storage
from mendixgen.kubernetes.objects import Manifest, thing
from mendixgen.kubernetes.platform import LOGGING_NAMESPACE, Platform

NAME = elastic_documents.NAME
PORT = 8080
ACCOUNT = "elasticsearch"
TOKEN_FOLDER, TOKEN = "/usr/share/elasticsearch/config/repository-s3", "aws-web-identity-token-file"
_OUTPUT = """\
input { http { port => 8080 codec => json } }
filter {
  json { source => "message" skip_on_invalid_json => true }
  mutate { add_field => { "[@metadata][app]" => "other" } }
  if [app] { mutate { replace => { "[@metadata][app]" => "%{app}" } } }
  mutate { lowercase => ["[@metadata][app]"] }
}
output {
  elasticsearch {
    hosts => ["${LOGS_ES_HOSTS}"]
    user => "${LOGS_ES_USER}"
    password => "${LOGS_ES_PASSWORD}"
    ssl_certificate_authorities => "${LOGS_ES_SSL_CERTIFICATE_AUTHORITY}"
    data_stream => false
    manage_template => false
    index => "mx-%{[@metadata][app]}-%{+YYYY.MM.dd}"
  }
}
"""


def manifests(platform: Platform) -> list[Manifest]:
    """The Elastic Stack; nothing where logging is not its."""
    given = platform.section("logging")
    if platform.log_engine != "elastic":
        return []
    version = str(given.get("version", "9.1.4"))
    return [
        _account(platform),
        _elasticsearch(platform, version, given.get("nodes", {})),
        _kibana(platform, version),
        _logstash(platform, version),
        *elastic_documents.manifests(platform, version),
    ]


def _account(platform: Platform) -> Manifest:
    """Elasticsearch's repository of S3 reads a web identity, whose token it wants among its own configuration."""
    role = {"eks.amazonaws.com/role-arn": names.role(platform.header, "log-snapshots")}
    name = platform.header.name
    body = thing("v1", "ServiceAccount", ACCOUNT, name, namespace=LOGGING_NAMESPACE, annotations=role)
    return Manifest("Whose role keeps snapshots in S3.", body)


def _identity(platform: Platform) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The variables and the volume by which Elasticsearch finds its role."""
    variables = {
        "AWS_ROLE_ARN": names.role(platform.header, "log-snapshots"),
        "AWS_ROLE_SESSION_NAME": ACCOUNT,
        "AWS_WEB_IDENTITY_TOKEN_FILE": f"{TOKEN_FOLDER}/{TOKEN}",
    }
    token = {"audience": "sts.amazonaws.com", "expirationSeconds": 86400, "path": TOKEN}
    volume = {"name": "aws-token", "projected": {"sources": [{"serviceAccountToken": token}]}}
    return [{"name": key, "value": value} for key, value in variables.items()], volume


def _elasticsearch(platform: Platform, version: str, nodes: Any) -> Manifest:
    count = int(nodes.get("data", 3))
    memory = f"{nodes.get('memory_gb', 4)}Gi"
    variables, token = _identity(platform)
    container = {
        "name": "elasticsearch",
        "resources": {"requests": {"memory": memory, "cpu": str(nodes.get("cpu", 1))}, "limits": {"memory": memory}},
        "env": variables,
        "volumeMounts": [{"name": token["name"], "mountPath": TOKEN_FOLDER, "readOnly": True}],
    }
    roles = ["master", "data_hot", "data_content", "ingest", "remote_cluster_client"]
    claim = _claim(platform, "elasticsearch-data", f"{nodes.get('storage_gb', 200)}Gi")
    selector = {"matchLabels": {"elasticsearch.k8s.elastic.co/cluster-name": NAME}}
    spec = {
        "version": version,
        # data stays when the object goes
        "volumeClaimDeletePolicy": "DeleteOnScaledownOnly",
        "updateStrategy": {"changeBudget": {"maxUnavailable": 1, "maxSurge": 0}},
        "podDisruptionBudget": {"spec": {"minAvailable": max(1, count - 1), "selector": selector}},
        "nodeSets": [
            {
                "name": "hot",
                "count": count,
                "config": {"node.roles": roles, "node.store.allow_mmap": False},
                "podTemplate": {"spec": {"serviceAccountName": ACCOUNT, "containers": [container], "volumes": [token]}},
                "volumeClaimTemplates": [claim],
            }
        ],
    }
    body = thing(
        "elasticsearch.k8s.elastic.co/v1",
        "Elasticsearch",
        NAME,
        platform.header.name,
        namespace=LOGGING_NAMESPACE,
        spec=spec,
    )
    return Manifest("Where logs are kept and searched.", body)


def _kibana(platform: Platform, version: str) -> Manifest:
    spec = {"version": version, "count": 2, "elasticsearchRef": {"name": NAME}}
    body = thing(
        "kibana.k8s.elastic.co/v1",
        "Kibana",
        NAME,
        platform.header.name,
        namespace=LOGGING_NAMESPACE,
        spec=spec,
    )
    return Manifest("Where people look at them.", body)


def _logstash(platform: Platform, version: str) -> Manifest:
    port = {"port": PORT, "name": "http", "protocol": "TCP", "targetPort": PORT}
    spec = {
        "version": version,
        "count": 2,
        "elasticsearchRefs": [{"name": NAME, "clusterName": NAME}],
        "pipelines": [{"pipeline.id": "main", "config.string": _OUTPUT}],
        "services": [{"name": "http", "service": {"spec": {"type": "ClusterIP", "ports": [port]}}}],
        "volumeClaimTemplates": [_claim(platform, "logstash-data", "5Gi")],
    }
    body = thing(
        "logstash.k8s.elastic.co/v1alpha1",
        "Logstash",
        NAME,
        platform.header.name,
        namespace=LOGGING_NAMESPACE,
        spec=spec,
    )
    return Manifest("Takes logs from the agents and passes them on.", body)


def _claim(platform: Platform, name: str, size: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage.class_name(platform, "default"),
            "resources": {"requests": {"storage": size}},
        },
    }
