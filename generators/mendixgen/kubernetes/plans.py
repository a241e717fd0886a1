"""Storage and database plans of the Mendix Operator, for apps that get their database and folder from it.

A plan that is changed changes no app that exists, so a plan is named by a digest of what it says and never changes.
What a plan looks like in Kubernetes is the Operator's own tool's business, so these are the inputs of ``mxpc-cli
apply-config``, a file each; they hold no password, since the provisioner signs in by IAM.

Sources: Mendix on Kubernetes, "Storage Plans" and "Non-interactive mode"; the names of its service account and role are
the workloads area's.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mendixgen.kubernetes import names
from mendixgen.kubernetes.platform import Platform
from mendixgen.spec import called
from mendixgen.spec.apps import App

PROVISIONER = "mendix-storage-provisioner"


def database_name(platform: Platform, app: App) -> str:
    """Name of the database plan of an app."""
    return _name(f"db-{app.database}", _database(platform, app))


def storage_name(platform: Platform, app: App) -> str:
    """Name of the storage plan of an app."""
    return _name(f"s3-{app.files}", _storage(platform, app))


def inputs(platform: Platform, namespace: str) -> dict[str, dict[str, Any]]:
    """The inputs of ``mxpc-cli apply-config`` by plan, for the apps of a namespace."""
    found: dict[str, dict[str, Any]] = {}
    for app in platform.apps_in(namespace).values():
        if app.identity != "storage-plan":
            continue
        if app.database:
            name = database_name(platform, app)
            found[name] = _input(namespace, "database_plan", {"name": name, **_database(platform, app)})
        if app.files:
            name = storage_name(platform, app)
            found[name] = _input(namespace, "storage_plan", {"name": name, **_storage(platform, app)})
    return dict(sorted(found.items()))


def _input(namespace: str, key: str, plan: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": namespace, "cluster_mode": "standalone", "mask": {key: True}, key: plan}


def _account(platform: Platform) -> str:
    given = platform.section("workloads").get("storage_provisioner", {})
    return str(given.get("service_account", f"{PROVISIONER}-iam"))


def _database(platform: Platform, app: App) -> dict[str, Any]:
    user = platform.section("workloads").get("storage_provisioner", {}).get("database_user", "mendix_provisioner")
    return {
        "type": "postgres",
        "postgres": {
            "databaseprops": {
                # RDS puts a text of its own into the name: mendixctl output says it once it is there
                "host": f"<output database.addresses.{app.database}>",
                "port": platform.database_port(app),
                "user": user,
                "password": "",
                "strict_tls": True,
            },
            "db_name": "postgres",
            "authentication_mode": "aws-iam",
            "aws_iam_role": names.role(platform.header, PROVISIONER),
            "kubernetes_service_account": _account(platform),
        },
    }


def _storage(platform: Platform, app: App) -> dict[str, Any]:
    header = platform.header
    policy = f"arn:{header.partition}:iam::{header.account}:policy/{header.name}-mendix-environment"
    return {
        "type": "amazon-s3",
        "s3": {
            "irsa_authentication": True,
            "create_bucket": False,
            "create_user": False,
            "create_inline_policy": False,
            "existing_bucket": called.bucket(header.name, header.account, platform.settings, app.files or ""),
            "existing_policy": policy,
            "bucket_autogen_prefix": True,
            "region": header.region,
            "admin_iam_role": names.role(header, PROVISIONER),
            "kubernetes_service_account": _account(platform),
            "oidc_url": "<output cluster.oidc_issuer>",
        },
    }


def _name(stem: str, content: dict[str, Any]) -> str:
    return f"{stem}-{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]}"
