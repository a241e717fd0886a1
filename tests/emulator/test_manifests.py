"""The committed manifests of prod, applied to an emulated cluster by the real kubectl."""

from __future__ import annotations

import json

import pytest

from tests.emulator.test_kubernetes import Kubectl, kubectl
from tests.support.platforms import REPOSITORY

__all__ = ["kubectl"]

pytestmark = pytest.mark.emulator

FOLDER = str(REPOSITORY / "environments" / "prod" / "kubernetes")
APPLIED = ("--server-side", "--field-manager=mendixctl", "-k", FOLDER)


def test_a_cluster_takes_them_all_and_has_nothing_left_to_do(kubectl: Kubectl) -> None:
    told = kubectl("apply", *APPLIED)
    assert told.count("serverside-applied") == len(told.splitlines()) > 50
    kubectl("diff", *APPLIED)

    # who scales an app and who deploys it are managers of their own, and take nothing from each other
    crm = json.loads(kubectl("get", "-n", "mendix", "mendixapp/crm", "-o", "json"))
    assert "replicas" not in crm["spec"]
    kubectl("scale", "-n", "mendix", "mendixapp/crm", "--replicas=5")
    release = {**{key: crm[key] for key in ("apiVersion", "kind")}, "metadata": {"name": "crm", "namespace": "mendix"}}
    release["spec"] = {"sourceURL": "https://example.com/crm.mda"}
    text = json.dumps(release)
    kubectl("apply", "--server-side", "--field-manager=delivery", "-f", "-", given=text)
    kubectl("apply", *APPLIED)
    crm = json.loads(kubectl("get", "-n", "mendix", "mendixapp/crm", "-o", "json"))
    assert (crm["spec"]["replicas"], crm["spec"]["sourceURL"]) == (5, "https://example.com/crm.mda")

    # what was delivered starts, and what never was does not
    kubectl("wait", "-n", "mendix", "--for=condition=Ready", "mendixapp/crm", "--timeout=60s")
    conditions = json.loads(kubectl("get", "-n", "mendix", "mendixapp/portal", "-o", "json"))["status"]["conditions"]
    assert [one["status"] for one in conditions if one["type"] == "Ready"] != ["True"]
