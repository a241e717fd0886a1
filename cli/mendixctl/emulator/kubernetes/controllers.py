"""Stand-ins for the controllers of a cluster: what of an object's wishes is so, by how long ago they were made.

What is asked for is there after a second, or after the seconds of the annotation ``emulator.mendixctl.io/seconds``. It
fails where the annotation ``emulator.mendixctl.io/fails`` says why, or where an image or a package has ``broken`` in
its name, or in its title, if it is an image of the account's own registry, which has to have it. An application that
gets another package stands still meanwhile, as the Mendix Operator's does (Recreate); everything else rolls.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from mendixctl.emulator.kubernetes.fields import canonical
from mendixctl.emulator.kubernetes.selectors import matches_labels, matches_selector
from mendixctl.emulator.kubernetes.store import Key, Object, Store, moment

SECONDS = "emulator.mendixctl.io/seconds"
FAILS = "emulator.mendixctl.io/fails"
MENDIX = "privatecloud.mendix.com"


def settle(store: Store, targets: Callable[[str, list[str], int], None]) -> None:
    """Bring the status of everything to what it is by now.

    ``targets``: told the ARN of a target group, the addresses that are to be in it, and their port.
    """
    for key in sorted(store.objects):
        value = store.objects.get(key)
        stand_in = STAND_INS.get((key[0], key[1]))
        if value is None or stand_in is None or "deletionTimestamp" in value["metadata"]:
            continue
        ready = time.time() - store.changed.get(key, 0.0) >= _seconds(value)
        status = stand_in(store, key, value, ready)
        current = store.objects.get(key)
        if status is not None and current is not None and current.get("status") != status:
            store.put(key, {**current, "status": status})
    for value in list(store.select("elbv2.k8s.aws", "targetgroupbindings")):
        spec = value.get("spec", {})
        if arn := spec.get("targetGroupARN"):
            addresses, port = _endpoints(store, value["metadata"]["namespace"], spec.get("serviceRef", {}))
            targets(arn, addresses, port)


def _seconds(value: Mapping[str, Any]) -> float:
    said = value["metadata"].get("annotations", {}).get(SECONDS, "1")
    try:
        return float(said)
    except ValueError:
        return 1.0


def failure(value: Mapping[str, Any]) -> str:
    """Why an object is to fail; empty where it is not."""
    said: str = value["metadata"].get("annotations", {}).get(FAILS, "")
    spec = value.get("spec", {})
    template = spec.get("template") or {}
    images = [one.get("image", "") for one in (template.get("spec") or {}).get("containers", ())]
    broken = next((one for one in [spec.get("sourceURL", ""), *images] if "broken" in one), "")
    return said or (f"Back-off pulling image {broken}" if broken else "")


def _condition(kind: str, holds: bool, reason: str, message: str = "", since: str = "") -> Object:
    return {
        "type": kind,
        "status": "True" if holds else "False",
        "reason": reason,
        "message": message,
        "lastTransitionTime": since,
    }


def _since(value: Mapping[str, Any]) -> str:
    return str(value["metadata"]["creationTimestamp"])


def _namespace(store: Store, key: Key, value: Object, ready: bool) -> Object:
    return {"phase": "Active"}


def _workload(store: Store, key: Key, value: Object, ready: bool) -> Object:
    spec = value.get("spec", {})
    wanted = int(spec.get("replicas", 1))
    template = spec.get("template") or {}
    why = failure(value)
    before = value.get("status", {})
    if ready and not why:
        _pods(store, key, value, wanted, template, "")
        have, fresh = wanted, wanted
    elif ready:
        # what rolls keeps the old ones until a new one is ready
        fresh, have = 0, int(before.get("readyReplicas", 0))
        if not have:
            _pods(store, key, value, wanted, template, why)
    else:
        return before or {"observedGeneration": 0, "replicas": 0}
    done = ready and not why
    progress = "NewReplicaSetAvailable" if done else "ProgressDeadlineExceeded"
    return {
        "observedGeneration": value["metadata"]["generation"],
        "replicas": wanted,
        "updatedReplicas": fresh if not why else min(1, wanted),
        "readyReplicas": have,
        "availableReplicas": have,
        **({"unavailableReplicas": wanted - have} if wanted > have else {}),
        "conditions": [
            _condition("Available", have >= wanted, "MinimumReplicasAvailable", since=_since(value)),
            _condition("Progressing", done, progress, why, _since(value)),
        ],
    }


def _daemons(store: Store, key: Key, value: Object, ready: bool) -> Object:
    count = 1 if ready and not failure(value) else 0
    return {
        "observedGeneration": value["metadata"]["generation"],
        "desiredNumberScheduled": 1,
        "currentNumberScheduled": 1,
        "updatedNumberScheduled": 1,
        "numberReady": count,
        "numberAvailable": count,
        "numberMisscheduled": 0,
    }


def _application(store: Store, key: Key, value: Object, ready: bool) -> Object:
    """A MendixApp: restarted when its package changes, rolled when anything else does."""
    spec = value.get("spec", {})
    scaler = next(
        (
            one
            for one in store.select("autoscaling", "horizontalpodautoscalers", key[2])
            if one["spec"].get("scaleTargetRef", {}).get("name") == key[3]
        ),
        None,
    )
    wanted = int(spec.get("replicas", scaler["spec"].get("minReplicas", 1) if scaler else 1))
    package = str(spec.get("sourceURL", ""))
    if not package and not failure(value):
        _remove_pods(store, value)
        missing = _condition("Ready", False, "NoPackage", "sourceURL names no package yet", _since(value))
        generation = value["metadata"]["generation"]
        return {"observedGeneration": generation, "replicas": 0, "readyReplicas": 0, "conditions": [missing]}
    why, before = failure(value) or store.pull(package), value.get("status", {})
    if not ready:
        restarts = before.get("package", "") != package
        running = 0 if restarts else int(before.get("readyReplicas", 0))
        if restarts:
            _remove_pods(store, value)
        state = "Starting" if restarts else "Updating"
        return {**before, "state": state, "replicas": wanted, "readyReplicas": running, "conditions": []}
    _pods(store, key, value, wanted, {"spec": {"containers": [{"name": "mendix", "image": package}]}}, why)
    return {
        "observedGeneration": value["metadata"]["generation"],
        "package": package,
        "state": "Failed" if why else "Running",
        "message": why,
        "replicas": wanted,
        "readyReplicas": 0 if why else wanted,
        "labelSelector": f"{MENDIX}/app={key[3]}",
        "conditions": [_condition("Ready", not why, "Failed" if why else "Running", why, _since(value))],
    }


def _scaler(store: Store, key: Key, value: Object, ready: bool) -> Object:
    count = value.get("spec", {}).get("minReplicas", 1)
    return {
        "currentReplicas": count,
        "desiredReplicas": count,
        "conditions": [_condition("ScalingActive", True, "ValidMetricFound", since=_since(value))],
    }


def _claim(store: Store, key: Key, value: Object, ready: bool) -> Object:
    spec = value.get("spec", {})
    capacity = (spec.get("resources") or {}).get("requests") or {}
    return {"phase": "Bound", "accessModes": spec.get("accessModes", []), "capacity": capacity}


def _job(store: Store, key: Key, value: Object, ready: bool) -> Object | None:
    if not ready:
        return {"active": 1}
    why = failure(value)
    kind = "Failed" if why else "Complete"
    counts = {"failed": 1} if why else {"succeeded": 1}
    return {**counts, "conditions": [_condition(kind, True, kind, why, _since(value))]}


def _budget(store: Store, key: Key, value: Object, ready: bool) -> Object:
    selector = value.get("spec", {}).get("selector") or {}
    pods = [
        one for one in store.select("", "pods", key[2]) if matches_selector(one["metadata"].get("labels", {}), selector)
    ]
    least = value.get("spec", {}).get("minAvailable", 0)
    least = int(least) if isinstance(least, int) else 0
    return {
        "observedGeneration": value["metadata"]["generation"],
        "currentHealthy": len(pods),
        "desiredHealthy": least,
        "disruptionsAllowed": max(0, len(pods) - least),
        "expectedPods": len(pods),
    }


def _ready(store: Store, key: Key, value: Object, ready: bool) -> Object:
    why = failure(value)
    holds = ready and not why
    return {"conditions": [_condition("Ready", holds, "Ready" if holds else "Pending", why, _since(value))]}


def _gateway(store: Store, key: Key, value: Object, ready: bool) -> Object:
    names = ("Accepted", "Programmed")
    return {"conditions": [_condition(name, ready, name, since=_since(value)) for name in names]}


def _elastic(store: Store, key: Key, value: Object, ready: bool) -> Object:
    holds = ready and not failure(value)
    phase = "Ready" if holds else "ApplyingChanges"
    return {"health": "green" if holds else "red", "phase": phase, "version": value.get("spec", {}).get("version", "")}


StandIn = Callable[[Store, Key, Object, bool], Object | None]
STAND_INS: Mapping[tuple[str, str], StandIn] = {
    ("", "namespaces"): _namespace,
    ("", "persistentvolumeclaims"): _claim,
    ("apps", "daemonsets"): _daemons,
    ("apps", "deployments"): _workload,
    ("apps", "statefulsets"): _workload,
    ("autoscaling", "horizontalpodautoscalers"): _scaler,
    ("batch", "jobs"): _job,
    ("cert-manager.io", "certificates"): _ready,
    ("cert-manager.io", "clusterissuers"): _ready,
    ("elasticsearch.k8s.elastic.co", "elasticsearches"): _elastic,
    ("gateway.networking.k8s.io", "gateways"): _gateway,
    ("kibana.k8s.elastic.co", "kibanas"): _elastic,
    ("logstash.k8s.elastic.co", "logstashes"): _elastic,
    ("policy", "poddisruptionbudgets"): _budget,
    (MENDIX, "mendixapps"): _application,
}


def _owned(store: Store, owner: Object) -> list[Object]:
    uid = owner["metadata"]["uid"]
    namespace = owner["metadata"].get("namespace", "")
    return [
        one
        for one in store.select("", "pods", namespace)
        if any(reference["uid"] == uid for reference in one["metadata"].get("ownerReferences", ()))
    ]


def _remove_pods(store: Store, owner: Object) -> None:
    for one in _owned(store, owner):
        store.delete(("", "pods", one["metadata"]["namespace"], one["metadata"]["name"]))


def _pods(store: Store, key: Key, owner: Object, wanted: int, template: Mapping[str, Any], why: str) -> None:
    """See that there are ``wanted`` pods of a template, ready or failing, and no others of this owner."""
    mark = hashlib.sha256(canonical([template, why]).encode()).hexdigest()[:8]
    names = [f"{key[3]}-{mark}-{place}" for place in range(wanted)]
    for one in _owned(store, owner):
        if one["metadata"]["name"] not in names:
            store.delete(("", "pods", key[2], one["metadata"]["name"]))
    labels = (template.get("metadata") or {}).get("labels") or {f"{MENDIX}/app": key[3]}
    for name in names:
        there = ("", "pods", key[2], name)
        if there in store.objects:
            continue
        digest = hashlib.sha256(f"{store.cluster} {there}".encode()).digest()
        store.put(
            there,
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": name,
                    "namespace": key[2],
                    "labels": dict(labels),
                    "ownerReferences": [
                        {
                            "apiVersion": owner["apiVersion"],
                            "kind": owner["kind"],
                            "name": key[3],
                            "uid": owner["metadata"]["uid"],
                            "controller": True,
                        }
                    ],
                },
                "spec": dict(template.get("spec") or {}),
                "status": {
                    "phase": "Pending" if why else "Running",
                    "podIP": f"10.{digest[0]}.{digest[1]}.{digest[2] % 250 + 4}",
                    "startTime": moment(),
                    "message": why,
                    "conditions": [_condition("Ready", not why, "ImagePullBackOff" if why else "", why, moment())],
                },
            },
        )


def _endpoints(store: Store, namespace: str, reference: Mapping[str, Any]) -> tuple[list[str], int]:
    service = store.get(("", "services", namespace, str(reference.get("name", ""))))
    if service is None:
        return [], 0
    spec = service.get("spec", {})
    asked = reference.get("port")
    port: Mapping[str, Any] = next(
        (one for one in spec.get("ports", ()) if asked in {one.get("port"), one.get("name")}), {}
    )
    selector = ",".join(f"{name}={value}" for name, value in (spec.get("selector") or {}).items())
    addresses = [
        one["status"]["podIP"]
        for one in store.select("", "pods", namespace)
        if selector
        and matches_labels(one["metadata"].get("labels", {}), selector)
        and one.get("status", {}).get("phase") == "Running"
    ]
    target = port.get("targetPort", port.get("port", 0))
    return addresses, target if isinstance(target, int) else int(port.get("port", 0))
