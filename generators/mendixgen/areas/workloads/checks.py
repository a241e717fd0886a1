"""What no single field of the workloads' section can say: service accounts that are taken, a master as provisioner."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.workloads import EBS_CSI, Controller, Controllers, Workloads

RESERVED_ACCOUNTS = frozenset({"mendix-agent", "mendix-operator", "mendix-storage-provisioner"})
"""Service accounts that the Operator makes for itself (Mendix documentation, "Storage Plans"): a plan with one of
them is accepted and never works."""

MASTERS = frozenset(
    {"admin", "administrator", "master", "mendix_admin", "postgres", "rdsadmin", "root", "sa", "system"}
)
"""Names that masters of databases have; the database area's is mendix_admin. With the role rds_iam a user can sign in
by IAM alone, and the master's password, which restores rely on, is dead (RDS user guide, "IAM database
authentication")."""


def check(inputs: Workloads.Inputs, header: Header) -> list[Check]:
    """Service accounts that the Operator keeps for itself, a master as provisioner, names that are taken twice."""
    return independent(
        lambda: _accounts(inputs, header),
        lambda: _provisioner(inputs, header),
        lambda: _controllers(inputs.controllers),
        lambda: _twice(inputs.namespaces),
    )


def _accounts(inputs: Workloads.Inputs, header: Header) -> Iterator[Check]:
    given = {
        "storage_provisioner": inputs.storage_provisioner.service_account,
        "builder": inputs.builder.service_account,
    }
    for key, account in given.items():
        path = (key, "service_account")
        if account in RESERVED_ACCOUNTS:
            summary = f"{account} is the Mendix Operator's own service account; with a plan that names it nothing works"
            yield Check(path, "MXS340", summary, f"such as {account}-iam")
        elif account in header.apps:
            summary = f"{account} is an app, and an app's service account has its name"
            yield Check(path, "MXS341", summary, "choose another name")
    if given["builder"] == given["storage_provisioner"]:
        summary = (
            "builder and storage provisioner need service accounts of their own: each may do what the other may not"
        )
        yield Check(("builder", "service_account"), "MXS341", summary, "such as mendix-builder")


def _provisioner(inputs: Workloads.Inputs, header: Header) -> Iterator[Check]:
    user = inputs.storage_provisioner.database_user
    if user in MASTERS:
        summary = f"{user} is a master's name: granted rds_iam, its password would not work any more"
        hint = "a user of its own, such as mendix_provisioner, granted rds_iam by the master"
        yield Check(("storage_provisioner", "database_user"), "MXS342", summary, hint)
    elif user in {database_user(name) for name in header.apps}:
        summary = f"{user} is the database user of an app"
        yield Check(("storage_provisioner", "database_user"), "MXS342", summary, "such as mendix_provisioner")
    wanting = [name for name, app in header.apps.items() if app.identity == "storage-plan"]
    if wanting and not inputs.storage_provisioner.enabled:
        summary = f"{', '.join(wanting)} need the storage provisioner: their identity is storage-plan"
        yield Check(("storage_provisioner", "enabled"), "MXS343", summary, "remove the line, or their identity")


def _controllers(controllers: Controllers) -> Iterator[Check]:
    taken: dict[tuple[str, str], str] = {}
    if controllers.ebs_csi.enabled:
        taken[EBS_CSI] = "ebs_csi"
    for key in Controllers.model_fields:
        controller = getattr(controllers, key)
        if not isinstance(controller, Controller):
            continue
        place = (controller.namespace, controller.service_account)
        if controller.enabled and place in taken:
            summary = f"{taken[place]} has the service account {place[1]} in {place[0]} already"
            yield Check(("controllers", key), "MXS344", summary, "each controller needs a service account of its own")
        if controller.enabled:
            taken.setdefault(place, key)


def _twice(namespaces: list[str]) -> Iterator[Check]:
    for index, name in enumerate(namespaces):
        if name in namespaces[:index]:
            yield Check(("namespaces", index), "MXS345", f"namespaces has {name} twice", "keep one of the two")


def database_user(app: str) -> str:
    """The database user of an app, as the module names it."""
    return app.replace("-", "_")
