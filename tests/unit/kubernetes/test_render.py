"""What the manifests of an environment say, as its YAML does."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from mendixgen.kubernetes import names
from mendixgen.kubernetes.platform import GATEWAY_NAMESPACE
from tests.support import platforms
from tests.support.manifests import objects

REFERENCE = "crm: {mendix: '11.6', replicas: 3, database: crm, files: files}"


def found(kind: str, *apps: str) -> dict[str, dict[str, Any]]:
    """The objects of a kind by name."""
    every = objects(platforms.files(platforms.prod(*apps)))
    return {one["metadata"]["name"]: one for _, one in every if one["kind"] == kind}


def app(line: str) -> dict[str, Any]:
    (one,) = found("MendixApp", line).values()
    spec: dict[str, Any] = one["spec"]
    return spec


def test_an_app_has_one_identity() -> None:
    spec = app(REFERENCE)
    assert spec["allowOverrideSecretsWithSecretStoreCSIDriver"] is True
    assert not {"database", "storage"} & set(spec)
    planned = "crm: {mendix: '11.6', database: crm, files: files, identity: storage-plan}"
    spec = app(planned)
    assert "allowOverrideSecretsWithSecretStoreCSIDriver" not in spec
    assert spec["database"]["servicePlan"].startswith("db-crm-")
    assert spec["storage"]["servicePlan"].startswith("s3-files-")
    assert found("SecretProviderClass", planned) == {}
    assert "crm" not in found("ServiceAccount", planned)


def test_plans_are_for_the_operators_own_tool_and_named_by_what_they_say() -> None:
    line = "crm: {mendix: '11.6', database: crm, files: files, identity: storage-plan}"
    spec = app(line)
    files = platforms.files(platforms.prod(line))
    plan = yaml.safe_load(files[f"plans/mendix/{spec['database']['servicePlan']}.yaml"])
    assert plan["database_plan"]["postgres"]["authentication_mode"] == "aws-iam"
    assert plan["database_plan"]["postgres"]["databaseprops"]["password"] == ""
    assert not [name for name in platforms.files(platforms.prod(REFERENCE)) if name.startswith("plans/")]


def test_who_is_scaled_has_no_replicas_of_its_own() -> None:
    assert app(REFERENCE)["replicas"] == 3
    scaled = "crm: {mendix: '11.6', replicas: 3, autoscale: {min: 2, max: 6, cpu_target: 70}}"
    assert "replicas" not in app(scaled)
    spec = found("HorizontalPodAutoscaler", scaled)["crm"]["spec"]
    assert spec["scaleTargetRef"] == {
        "apiVersion": "privatecloud.mendix.com/v1alpha1",
        "kind": "MendixApp",
        "name": "crm",
    }
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    assert found("HorizontalPodAutoscaler", REFERENCE) == {}


@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_every_app_lets_a_node_be_drained(replicas: int) -> None:
    spec = app(f"crm: {{mendix: '11.6', replicas: {replicas}}}")
    assert spec["podDisruptionBudget"] == {"maxUnavailable": 1}
    assert ("topologySpreadConstraints" in spec) == (replicas > 1)


def test_constants_secrets_settings_and_events_reach_the_runtime() -> None:
    line = (
        "crm: {mendix: '11.6', constants: {Api.Url: 'https://x'}, secrets: {Api.Key: crm-api-key},"
        " settings: {NumInitialIdle: 5}, scheduled_events: [Jobs.Nightly], log_level: DEBUG}"
    )
    runtime = app(line)["runtime"]
    assert runtime["microflowConstants"] == {"Api.Url": "https://x"}
    assert (runtime["scheduledEventExecution"], runtime["myScheduledEvents"]) == ("SPECIFIED", ["Jobs.Nightly"])
    assert runtime["logAutosubscribeLevel"] == "DEBUG"
    assert json.loads(runtime["customConfiguration"]) == {
        "ApplicationRootUrl": "https://crm.apps.example.com",
        "NumInitialIdle": 5,
    }
    given = yaml.safe_load(found("SecretProviderClass", line)["crm"]["spec"]["parameters"]["objects"])
    assert {
        "objectName": "prod/crm-api-key",
        "objectType": "secretsmanager",
        "objectAlias": "mx-const-Api.Key",
    } in given


@pytest.mark.parametrize(
    ("database", "there", "absent"),
    [
        ("crm", {"database-host", "database-username"}, {"database-password", "database-jdbc-url"}),
        ("legacy", {"database-host", "database-password"}, {"database-jdbc-url"}),
        ("erp", {"database-jdbc-url", "database-password"}, {"database-host"}),
    ],
)
def test_what_an_app_is_told_of_its_database_depends_on_the_engine(
    database: str, there: set[str], absent: set[str]
) -> None:
    line = f"one: {{mendix: '10.24', database: {database}}}"
    (given,) = yaml.safe_load(found("SecretProviderClass", line)["one"]["spec"]["parameters"]["objects"])
    assert given["objectName"] == "prod/one-runtime"
    keys = {one["objectAlias"] for one in given["jmesPath"]}
    assert there <= keys
    assert not absent & keys


def test_volumes_have_a_class_each_that_is_named_by_what_it_says() -> None:
    classes = found("StorageClass")
    assert sorted(name.rpartition("-")[0] for name in classes) == ["default", "fast"]
    default = "storageclass.kubernetes.io/is-default-class"
    assert sorted(one["metadata"]["annotations"][default] for one in classes.values()) == ["false", "true"]
    for one in classes.values():
        assert all(isinstance(value, str) for value in one["parameters"].values())
        assert one["parameters"]["kmsKeyId"].endswith(":alias/prod-storage")
    text = (platforms.REPOSITORY / "environments/prod.yaml").read_text().replace("iops: 16000", "iops: 20000")
    other = {one["metadata"]["name"] for _, one in objects(platforms.files(platforms.specification(text)))}
    assert [name for name in classes if name not in other] == [name for name in classes if name.startswith("fast-")]


def test_every_namespace_denies_what_it_does_not_allow() -> None:
    files = platforms.files(platforms.prod())
    spaces = {one["metadata"]["name"] for _, one in objects(files) if one["kind"] == "Namespace"}
    policies = [one for _, one in objects(files) if one["kind"] == "NetworkPolicy"]
    denied = {one["metadata"]["namespace"] for one in policies if one["metadata"]["name"] == "default-deny"}
    assert denied == spaces
    assert spaces >= {"mendix", GATEWAY_NAMESPACE}


def test_each_listener_of_the_load_balancer_is_bound_by_the_name_that_terraform_gives() -> None:
    bound = {name: one["spec"] for name, one in found("TargetGroupBinding").items()}
    assert set(bound) == {"listener-80", "listener-443", "listener-5140"}
    digest = hashlib.sha1(b"TLS 8443", usedforsecurity=False).hexdigest()[:6]
    assert bound["listener-443"]["targetGroupName"] == f"prod-443-{digest}"
    version = platforms.prod().pins["ingress"].version
    main = (platforms.REPOSITORY / f"modules/ingress/{version}/main.tf").read_text()
    assert 'substr(sha1("${local.target_protocols[each.key]} ${each.value.target_port}"), 0, 6)' in main
    assert '"${var.environment}-${each.key}-' in main
    services = found("Service")
    assert all(spec["serviceRef"]["name"] in services for spec in bound.values())
    assert all(one["spec"]["type"] == "ClusterIP" for one in services.values())


def test_names_are_those_that_the_modules_give() -> None:
    header = platforms.prod().header
    modules = platforms.REPOSITORY / "modules"
    pins = platforms.prod().pins
    texts = {
        area: (modules / area / pins[area].version / "main.tf").read_text() for area in ("encryption", "workloads")
    }
    assert re.search(r'"alias/.*\$\{var.environment\}-\$\{each.key\}', texts["encryption"])
    assert '"${var.environment}-app-${each.key}"' in texts["workloads"]
    assert '"${var.environment}-mendix-storage-provisioner"' in texts["workloads"]
    assert names.role(header, "app-crm") == "arn:aws:iam::123456789012:role/prod-app-crm"
    assert names.repository(header, "crm") == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/prod/crm"


def test_nothing_secret_is_rendered() -> None:
    files = platforms.files(platforms.prod())
    assert not [one for _, one in objects(files) if one["kind"] == "Secret"]


def test_the_same_specification_always_gives_the_same_text() -> None:
    assert platforms.files(platforms.prod()) == platforms.files(platforms.prod())


def test_an_app_of_another_namespace_stands_in_its_folder() -> None:
    text = (platforms.REPOSITORY / "environments/prod.yaml").read_text()
    text = (
        text.replace("  crm: {mendix:", "  crm: {namespace: sales, mendix:")
        + "\nworkloads: {namespaces: [mendix, sales]}\n"
    )
    files = platforms.files(platforms.specification(text))
    assert "sales/app-crm.yaml" in files
    assert {one["metadata"]["namespace"] for name, one in objects(files) if name == "sales/app-crm.yaml"} == {"sales"}


def test_a_foundation_has_no_manifests() -> None:
    text = (platforms.REPOSITORY / "environments/foundation.yaml").read_text()
    assert platforms.files(platforms.specification(text, like="foundation")) == {}


def logged(engine: str, **more: Any) -> dict[str, str]:
    spec = platforms.prod()
    logging = {"engine": engine, "version": "9.1.4", "nodes": {"data": 3, "storage_gb": 200}, **more}
    return platforms.files(replace(spec, settings={**spec.settings, "logging": logging}))


def outputs(files: dict[str, str], namespace: str = "logging") -> list[dict[str, str]]:
    """The outputs of Fluent Bit by their settings."""
    text = yaml.safe_load(files[f"values/{namespace}-fluent-bit.yaml"])["config"]["outputs"]
    return [
        dict(line.strip().split(" ", 1) for line in part.splitlines() if line.strip())
        for part in text.split("[OUTPUT]\n")[1:]
    ]


def test_what_an_app_logs_goes_to_an_index_of_its_own() -> None:
    files = logged("opensearch")
    found = {one["Match"]: one for one in outputs(files)}
    assert {match: one["Logstash_Prefix"] for match, one in found.items()} == {
        "mx.crm": "mx-crm",
        "mx.portal": "mx-portal",
        "mx.erp-bridge": "mx-erp-bridge",
        "kube.*": "mx-platform",
    }
    assert all(one["AWS_Auth"] == "On" and one["tls"] == "On" for one in found.values())
    values = yaml.safe_load(files["values/logging-fluent-bit.yaml"])
    assert "mx.$1" in values["config"]["filters"]
    assert "Match mx.crm\n    Add app crm\n" in values["config"]["filters"]
    assert values["env"][0]["valueFrom"]["configMapKeyRef"] == {
        "name": "terraform-outputs",
        "key": "opensearch_endpoint",
    }
    assert not [one for _, one in objects(files) if one["kind"] == "Elasticsearch"]


def test_agents_run_where_the_logging_area_gives_them_their_role() -> None:
    pods = {"namespace": "observability", "service_account": "agent", "identity": "irsa"}
    files = logged("opensearch", pods=pods)
    account = yaml.safe_load(files["values/observability-fluent-bit.yaml"])["serviceAccount"]
    assert (account["name"], account["annotations"]) == (
        "agent",
        {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/prod-log-delivery"},
    )
    assert "observability/network-policies.yaml" in files


def test_where_logs_are_not_searched_there_is_no_agent() -> None:
    assert "fluent-bit" not in logged("none")["helmfile.yaml"]


def test_elastic_runs_on_the_cluster_where_logging_is_its() -> None:
    files = logged("elastic")
    assert {one["Host"] for one in outputs(files)} == {"logs-ls-http"}
    kinds = {one["kind"] for name, one in objects(files) if name == "logging/elastic-stack.yaml"}
    assert kinds == {"ConfigMap", "Elasticsearch", "Job", "Kibana", "Logstash", "ServiceAccount"}
    (search,) = [one for _, one in objects(files) if one["kind"] == "Elasticsearch"]
    assert search["spec"]["volumeClaimDeletePolicy"] == "DeleteOnScaledownOnly"
    assert "elastic-operator" in files["helmfile.yaml"]
