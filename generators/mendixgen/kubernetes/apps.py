"""Applications: a MendixApp each, with what scales it and what gives it its credentials.

An app has one identity and no two: on a secret store it reads all that it needs from Secrets Manager by its service
account, which the workloads area gives a role; on storage plans the Operator makes role, database and folder for it.
Which release of an app runs is the delivery's to say, who applies ``spec.sourceURL`` as a manager of its own.

Sources: Mendix on Kubernetes, "Use the Mendix Operator", "Retrieve Environment-Sensitive Data from a Secret Store",
"Reduced Downtime Deployment", "Horizontal scaling"; AWS Secrets and Configuration Provider, "SecretProviderClass".
"""

from __future__ import annotations

import json
from typing import Any

from mendixgen.kubernetes import names, plans
from mendixgen.kubernetes.namespaces import MX_APP
from mendixgen.kubernetes.objects import Manifest, Object, thing
from mendixgen.kubernetes.platform import Platform
from mendixgen.kubernetes.text import dump
from mendixgen.spec.app_needs import RUNTIME_SECRET
from mendixgen.spec.apps import App

API = "privatecloud.mendix.com/v1alpha1"
SETTLE_SECONDS = 600
"""How long load must be low before replicas go; each that goes ends what runs on it."""


def runtime_keys(platform: Platform, app: App) -> list[str]:
    """The keys of that secret's JSON, which are the names that Mendix looks for.

    By IAM there is no password, which only PostgreSQL has on RDS.
    """
    keys: list[str] = ["mx-admin-password"]
    engine = platform.engine(app)
    if engine == "oracle":
        keys += ["database-type", "database-jdbc-url", "database-username", "database-password"]
    elif engine:
        keys += ["database-type", "database-host", "database-name", "database-username"]
        keys += [] if engine == "postgres" else ["database-password"]
    if app.files:
        keys += ["storage-service-name", "storage-endpoint", "storage-bucket-name"]
    return keys


def manifests(platform: Platform, name: str) -> list[Manifest]:
    """All objects of an app."""
    app = platform.apps[name]
    found = []
    if app.identity == "secret-store":
        found += [_account(platform, name), _secrets(platform, name)]
    found.append(
        Manifest("The application. Its name is for ever: another is another app, without data.", _app(platform, name))
    )
    if app.autoscale is not None:
        found.append(_autoscaler(platform, name))
    return found


def _account(platform: Platform, name: str) -> Manifest:
    body = thing(
        "v1",
        "ServiceAccount",
        name,
        platform.header.name,
        namespace=platform.namespace_of(platform.apps[name]),
        annotations={
            "privatecloud.mendix.com/environment-account": "true",
            "eks.amazonaws.com/role-arn": names.role(platform.header, f"app-{name}"),
        },
    )
    return Manifest("Who the app is to AWS. The Operator takes it by the app's name.", body)


def _secrets(platform: Platform, name: str) -> Manifest:
    app = platform.apps[name]
    own = RUNTIME_SECRET.format(app=name)
    objects: list[dict[str, Any]] = [
        {
            "objectName": names.secret(platform.header, own),
            "objectType": "secretsmanager",
            "jmesPath": [{"path": f'"{key}"', "objectAlias": key} for key in runtime_keys(platform, app)],
        }
    ]
    objects += [
        {
            "objectName": names.secret(platform.header, entry),
            "objectType": "secretsmanager",
            "objectAlias": f"mx-const-{constant}",
        }
        for constant, entry in sorted(app.secrets.items())
    ]
    body = thing(
        "secrets-store.csi.x-k8s.io/v1",
        "SecretProviderClass",
        name,
        platform.header.name,
        namespace=platform.namespace_of(app),
        annotations={"privatecloud.mendix.com/environment-class": "true"},
        spec={"provider": "aws", "parameters": {"region": platform.header.region, "objects": dump(objects)}},
    )
    return Manifest(f"What the app reads at its start, from {own} and the secrets of its constants.", body)


def _app(platform: Platform, name: str) -> Object:
    app = platform.apps[name]
    spec: dict[str, Any] = {}
    if app.identity == "storage-plan":
        spec |= {"database": {"servicePlan": plans.database_name(platform, app)}} if app.database else {}
        spec |= {"storage": {"servicePlan": plans.storage_name(platform, app)}} if app.files else {}
    else:
        spec["allowOverrideSecretsWithSecretStoreCSIDriver"] = True
    if app.source:
        spec["sourceURL"] = app.source
    spec["appURL"] = platform.hostname(name)
    if app.autoscale is None:  # the autoscaler's otherwise: two managers of one field undo each other
        spec["replicas"] = app.replicas
    size = {"cpu": _cpu(app.cpu), "memory": _memory(app.memory_gb)}
    spec["resources"] = {"requests": size, "limits": {"cpu": _cpu(app.cpu * 2), "memory": size["memory"]}}
    if is_spread(app):
        spec["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {MX_APP: name}},
            }
        ]
        spec["deploymentStrategy"] = {
            "switchoverThreshold": "50%",
            "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "50%"},
        }
    # one at a time, also where there is only one: a drain must not wait for ever
    spec["podDisruptionBudget"] = {"maxUnavailable": 1}
    spec["runtime"] = _runtime(platform, name)
    return thing(API, "MendixApp", name, platform.header.name, namespace=platform.namespace_of(app), spec=spec)


def is_spread(app: App) -> bool:
    """Whether there is always more than one replica."""
    return (app.autoscale.min if app.autoscale else app.replicas) > 1


def _runtime(platform: Platform, name: str) -> dict[str, Any]:
    app = platform.apps[name]
    settings = {"ApplicationRootUrl": f"https://{platform.hostname(name)}", **app.settings}
    runtime: dict[str, Any] = {
        "dtapMode": "P" if platform.header.protected else "T",
        "logAutosubscribeLevel": app.log_level,
    }
    if app.constants:
        runtime["microflowConstants"] = dict(sorted(app.constants.items()))
    if isinstance(app.scheduled_events, list):
        runtime |= {"scheduledEventExecution": "SPECIFIED", "myScheduledEvents": sorted(app.scheduled_events)}
    else:
        runtime["scheduledEventExecution"] = app.scheduled_events.upper()
    runtime["customConfiguration"] = json.dumps(settings, sort_keys=True)
    return runtime


def _autoscaler(platform: Platform, name: str) -> Manifest:
    app = platform.apps[name]
    assert app.autoscale is not None  # noqa: S101 -- asked by the caller
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": app.autoscale.cpu_target}}
    spec = {
        "scaleTargetRef": {"apiVersion": API, "kind": "MendixApp", "name": name},
        "minReplicas": app.autoscale.min,
        "maxReplicas": app.autoscale.max,
        "metrics": [{"type": "Resource", "resource": cpu}],
        "behavior": {
            "scaleUp": {
                "stabilizationWindowSeconds": 0,
                "policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}],
            },
            "scaleDown": {
                "stabilizationWindowSeconds": SETTLE_SECONDS,
                "policies": [{"type": "Pods", "value": 1, "periodSeconds": 120}],
            },
        },
    }
    body = thing(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        name,
        platform.header.name,
        namespace=platform.namespace_of(app),
        spec=spec,
    )
    return Manifest("By CPU and never by memory, which a Java runtime keeps. Replicas go slowly.", body)


def _cpu(cores: float) -> str:
    return str(int(cores)) if cores == int(cores) else f"{round(cores * 1000)}m"


def _memory(gigabytes: float) -> str:
    return f"{int(gigabytes)}Gi" if gigabytes == int(gigabytes) else f"{round(gigabytes * 1024)}Mi"
