"""One cluster's API: objects, what it refuses, what its stand-ins make of them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mendixctl.emulator.kubernetes import patches
from mendixctl.emulator.kubernetes.selectors import matches_fields, matches_labels
from tests.unit.emulator.kubernetes.cluster import APPS, MENDIX, Client, application, deployment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def test_an_object_has_a_life(clock: list[float]) -> None:
    client = Client()
    made = client.post(APPS, deployment(replicas=2))
    assert made["metadata"]["generation"] == 1
    assert client.ask("POST", APPS, deployment())[0] == 409
    clock[0] += 2
    settled = client.get(f"{APPS}/web")
    assert settled["status"]["readyReplicas"] == 2
    assert settled["metadata"]["generation"] == 1, "a status is no wish"
    assert len(client.get("api/v1/namespaces/default/pods", labelSelector="app=web")["items"]) == 2
    stale = {**deployment(replicas=3), "metadata": made["metadata"]}
    assert client.ask("PUT", f"{APPS}/web", stale)[1]["reason"] == "Conflict"
    status, scaled = client.ask("PATCH", f"{APPS}/web/scale", {"spec": {"replicas": 3}}, patches.MERGE)
    assert (status, scaled["kind"], scaled["spec"]) == (200, "Scale", {"replicas": 3})
    clock[0] += 2
    assert client.get(f"{APPS}/web")["status"]["observedGeneration"] == 2
    assert client.ask("DELETE", f"{APPS}/web")[0] == 200
    assert client.get("api/v1/namespaces/default/pods")["items"] == [], "what it owned goes with it"
    assert client.ask("GET", f"{APPS}/web")[1]["reason"] == "NotFound"


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (deployment(replica=2), 400, 'strict decoding error: unknown field "spec.replica"'),
        (deployment(replicas="two"), 422, "spec.replicas: Invalid value: 'two': must be of type integer"),
        ({**deployment(), "spec": {"template": {}}}, 422, "spec.selector: Required value"),
        (deployment("Web"), 422, "a lowercase RFC 1123 subdomain"),
        ({**deployment(), "kind": "Pod"}, 400, "cannot be handled as a Deployment"),
    ],
)
def test_what_a_server_refuses(body: Any, code: int, words: str) -> None:
    status, said = Client().ask("POST", APPS, body)
    assert (status, said["code"]) == (code, code)
    assert words in said["message"]


def test_what_cannot_change_does_not() -> None:
    client = Client()
    path = "apis/storage.k8s.io/v1/storageclasses"
    fast = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "fast"}}
    client.apply(f"{path}/fast", {**fast, "provisioner": "ebs.csi.aws.com", "parameters": {"type": "io2"}})
    changed = {**fast, "provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3"}}
    status, said = client.ask("PATCH", f"{path}/fast", changed, patches.APPLY, fieldManager="mendixctl", force="true")
    assert status == 422
    assert "field is immutable" in said["message"]


def test_a_dry_run_changes_nothing() -> None:
    client = Client()
    client.apply(f"{APPS}/web", deployment(replicas=1))
    shown = client.apply(f"{APPS}/web", deployment(replicas=4), dryRun="All")
    assert shown["spec"]["replicas"] == 4
    assert client.get(f"{APPS}/web")["spec"]["replicas"] == 1
    before = client.get(f"{APPS}/web")["metadata"]["resourceVersion"]
    assert client.apply(f"{APPS}/web", deployment(replicas=1))["metadata"]["resourceVersion"] == before


def test_a_namespace_takes_what_is_in_it_and_waits_for_finalizers() -> None:
    client = Client()
    client.post("api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}})
    held = application()
    held["metadata"]["finalizers"] = ["example.com/hold"]
    path = MENDIX.replace("default", "apps")
    client.post(path, held)
    client.ask("DELETE", "api/v1/namespaces/apps")
    assert client.get("api/v1/namespaces/apps")["status"]["phase"] == "Terminating"
    assert client.ask("POST", path, application("erp"))[0] == 403
    client.ask("PATCH", f"{path}/crm", {"metadata": {"finalizers": None}}, patches.MERGE)
    assert client.ask("GET", "api/v1/namespaces/apps")[0] == 404


def test_another_package_restarts_an_application_and_everything_else_rolls(clock: list[float]) -> None:
    client = Client()
    client.apply(f"{MENDIX}/crm", application(replicas=2))
    clock[0] += 2
    assert client.get(f"{MENDIX}/crm")["status"]["readyReplicas"] == 2
    client.apply(f"{MENDIX}/crm", application(replicas=2, appURL="crm.example.com"))
    assert client.get(f"{MENDIX}/crm")["status"]["readyReplicas"] == 2
    clock[0] += 2
    client.get(f"{MENDIX}/crm")
    client.apply(f"{MENDIX}/crm", application(package="oci-image://registry/crm@sha256:2", replicas=2))
    restarting = client.get(f"{MENDIX}/crm")["status"]
    assert (restarting["state"], restarting["readyReplicas"]) == ("Starting", 0)
    clock[0] += 2
    assert client.get(f"{MENDIX}/crm")["status"]["state"] == "Running"


def test_what_is_told_to_fails(clock: list[float]) -> None:
    client = Client()
    client.apply(f"{MENDIX}/crm", application(package="oci-image://registry/broken@sha256:1"))
    told = deployment("slow")
    told["metadata"]["annotations"] = {"emulator.mendixctl.io/fails": "no memory"}
    client.apply(f"{APPS}/slow", told)
    clock[0] += 2
    failed = client.get(f"{MENDIX}/crm")["status"]
    assert (failed["state"], failed["conditions"][0]["status"]) == ("Failed", "False")
    conditions = {one["type"]: one for one in client.get(f"{APPS}/slow")["status"]["conditions"]}
    assert conditions["Progressing"]["reason"] == "ProgressDeadlineExceeded"
    assert conditions["Progressing"]["message"] == "no memory"


def test_a_deployment_that_fails_keeps_the_pods_that_it_had(clock: list[float]) -> None:
    client = Client()
    client.apply(f"{APPS}/web", deployment(replicas=2))
    clock[0] += 2
    client.get(f"{APPS}/web")
    client.apply(f"{APPS}/web", deployment(replicas=2, image="broken:2"))
    clock[0] += 2
    assert client.get(f"{APPS}/web")["status"]["readyReplicas"] == 2


def test_the_pods_of_a_service_become_targets(clock: list[float]) -> None:
    client = Client()
    arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/1"
    client.apply(f"{APPS}/web", deployment(replicas=2))
    spec = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}
    client.apply(
        "api/v1/namespaces/default/services/web",
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec},
    )
    binding = {
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "TargetGroupBinding",
        "metadata": {"name": "web"},
        "spec": {"targetGroupARN": arn, "serviceRef": {"name": "web", "port": 80}, "targetType": "ip"},
    }
    path = "apis/elbv2.k8s.aws/v1beta1/namespaces/default/targetgroupbindings/web"
    client.apply(path, binding)
    clock[0] += 2
    client.get(path)
    addresses, port = client.targets[arn]
    assert (len(addresses), port) == (2, 8080)
    client.apply(f"{APPS}/web", deployment(replicas=1))
    clock[0] += 2
    client.get(path)
    assert len(client.targets[arn][0]) == 1


def test_a_definition_brings_its_kind() -> None:
    client = Client()
    names = {"kind": "Widget", "plural": "widgets", "shortNames": ["wd"]}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Cluster",
            "names": names,
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {}}}],
        },
    }
    path = "apis/example.com/v1/widgets"
    assert client.ask("GET", path)[0] == 404
    client.post("apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a"}, "size": 3}
    assert client.post(path, widget)["size"] == 3
    assert [one["name"] for one in client.get("apis/example.com/v1")["resources"]] == ["widgets", "widgets/status"]
    described = client.get("openapi/v3/apis/example.com/v1")
    assert described["components"]["schemas"]["com.example.v1.Widget"]["x-kubernetes-preserve-unknown-fields"]


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("", True),
        ("a=1", True),
        ("a==1,b=2", True),
        ("a!=1", False),
        ("a in (1, 3)", True),
        ("a notin (1)", False),
        ("a,!c", True),
        ("c", False),
    ],
)
def test_selectors(selector: str, selected: bool) -> None:
    assert matches_labels({"a": "1", "b": "2"}, selector) is selected


def test_field_selectors() -> None:
    value = {"metadata": {"name": "x"}, "status": {"phase": "Running"}}
    assert matches_fields(value, "metadata.name=x,status.phase!=Pending")
    assert not matches_fields(value, "metadata.name=y")
    with pytest.raises(ValueError, match="unable to parse"):
        matches_labels({}, "a in 1")


@pytest.mark.parametrize(
    ("kind", "patch", "expected"),
    [
        (patches.MERGE, {"spec": {"paused": True, "replicas": None}}, {"paused": True}),
        (patches.JSON, [{"op": "replace", "path": "/spec/replicas", "value": 7}], {"replicas": 7}),
        (patches.JSON, [{"op": "remove", "path": "/spec/replicas"}], {}),
        (patches.STRATEGIC, {"spec": {"replicas": 4}}, {"replicas": 4}),
    ],
)
def test_patches(kind: str, patch: Any, expected: dict[str, Any]) -> None:
    client = Client()
    client.post(APPS, deployment(replicas=2))
    status, said = client.ask("PATCH", f"{APPS}/web", patch, kind)
    assert status == 200, said
    assert {key: said["spec"].get(key) for key in ("replicas", "paused") if key in said["spec"]} == expected


def test_a_strategic_patch_merges_lists_by_their_key() -> None:
    client = Client()
    client.post(APPS, deployment())
    more = {"spec": {"template": {"spec": {"containers": [{"name": "b", "image": "2"}]}}}}
    _, said = client.ask("PATCH", f"{APPS}/web", more, patches.STRATEGIC)
    assert [one["name"] for one in said["spec"]["template"]["spec"]["containers"]] == ["a", "b"]
    gone = {"spec": {"template": {"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}}}
    _, said = client.ask("PATCH", f"{APPS}/web", gone, patches.STRATEGIC)
    assert [one["name"] for one in said["spec"]["template"]["spec"]["containers"]] == ["b"]
    assert client.ask("PATCH", f"{APPS}/web", [{"op": "test", "path": "/spec/x", "value": 1}], patches.JSON)[0] == 422
