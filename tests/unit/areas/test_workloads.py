"""The workloads section: its defaults, its branches, what it refuses; and that no policy repeats a known mistake."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import AppFacts, Header
from mendixgen.areas.workloads import Controller, Controllers, Workloads
from mendixgen.areas.workloads.checks import MASTERS, RESERVED_ACCOUNTS
from mendixgen.areas.workloads.resources import PURPOSES
from mendixgen.areas.workloads.statements import OBJECTS, PUSH
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")


def header(**apps: str) -> Header:
    facts = {name.replace("_", "-"): AppFacts(identity=identity) for name, identity in apps.items()}
    return Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com", {}, facts)


def section(**values: Any) -> Any:
    return Workloads.Inputs.model_validate(values)


def refused(where: Header = HEADER, /, **values: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(it.code, it.path) for it in parts.check(Workloads, section(**values), where)]


def local(name: str) -> str:
    return render(next(it.value for it in collect(Workloads).locals if it.name == name))


def resource(address: str) -> Any:
    return next(it for it in collect(Workloads).resources if it.address == address)


def test_by_default_all_controllers_have_a_role_by_association_in_their_usual_places() -> None:
    plain = section()
    found = {key: getattr(plain.controllers, key) for key in Controllers.model_fields}
    assert all(it.enabled for it in found.values())
    assert {it.identity for it in found.values() if isinstance(it, Controller)} == {"pod-identity"}
    assert {it.service_account for it in found.values() if isinstance(it, Controller)} == {
        "aws-load-balancer-controller",
        "external-dns",
        "cert-manager",
        "cluster-autoscaler",
    }
    assert plain.namespaces == ["mendix"]
    assert plain.storage_provisioner.service_account == "mendix-storage-provisioner-iam"
    assert plain.storage_provisioner.database_user == "mendix_provisioner"
    assert plain.builder.service_account == "mendix-builder"
    assert refused() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"namespaces": []},
        {"namespaces": ["Mendix"]},
        {"namespaces": [f"n{number}" for number in range(11)]},
        {"zone_ids": ["z123"]},
        {"controllers": {"external_dns": {"identity": "node"}}},
        {"controllers": {"ebs_csi": {"identity": "irsa"}}},
        {"controllers": {"karpenter": {}}},
        {"storage_provisioner": {"database_user": "Mendix-User"}},
        {"builder": {"service_account": "a" * 64}},
    ],
)
def test_the_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**wrong)


@pytest.mark.parametrize("name", sorted(RESERVED_ACCOUNTS))
@pytest.mark.parametrize("key", ["storage_provisioner", "builder"])
def test_the_operator_s_own_service_accounts_are_refused(key: str, name: str) -> None:
    assert refused(**{key: {"service_account": name}}) == [("MXS340", (key, "service_account"))]


def test_service_accounts_are_of_one_thing_only() -> None:
    place = ("builder", "service_account")
    same = {"service_account": "mendix-storage-provisioner-iam"}
    assert refused(builder=same) == [("MXS341", place)]
    assert refused(header(crm="secret-store"), builder={"service_account": "crm"}) == [("MXS341", place)]
    twice = {"load_balancer": {"service_account": "x"}, "cluster_autoscaler": {"service_account": "x"}}
    assert refused(controllers=twice) == [("MXS344", ("controllers", "cluster_autoscaler"))]
    csi = {"cluster_autoscaler": {"service_account": "ebs-csi-controller-sa"}}
    assert refused(controllers=csi) == [("MXS344", ("controllers", "cluster_autoscaler"))]
    assert refused(controllers={**csi, "ebs_csi": {"enabled": False}}) == []
    twice["load_balancer"]["enabled"] = False  # type: ignore[assignment]
    assert refused(controllers=twice) == []


@pytest.mark.parametrize("user", sorted(MASTERS))
def test_no_master_signs_in_by_iam(user: str) -> None:
    given = {"database_user": user}
    assert refused(storage_provisioner=given) == [("MXS342", ("storage_provisioner", "database_user"))]


def test_the_provisioner_is_no_app_s_user_and_is_there_for_apps_that_need_it() -> None:
    given = {"database_user": "erp_bridge"}
    place = ("storage_provisioner", "database_user")
    assert refused(header(erp_bridge="secret-store"), storage_provisioner=given) == [("MXS342", place)]
    off = {"enabled": False}
    assert refused(header(crm="storage-plan"), storage_provisioner=off) == [
        ("MXS343", ("storage_provisioner", "enabled"))
    ]
    assert refused(header(crm="secret-store"), storage_provisioner=off) == []


def test_a_namespace_stands_once() -> None:
    assert refused(namespaces=["a", "b", "a"]) == [("MXS345", ("namespaces", 2))]


def test_each_controller_of_the_yaml_has_a_purpose_and_statements() -> None:
    assert set(PURPOSES) == set(Controllers.model_fields)
    statements = next(it.value for it in collect(Workloads).locals if it.name == "controller_statements")
    assert set(statements) == set(PURPOSES.values())


def test_every_role_carries_the_boundary() -> None:
    roles = [it for it in collect(Workloads).resources if it.type == "aws_iam_role"]
    assert {it.name for it in roles} == {"controller", "storage_provisioner", "builder", "app"}
    for role in roles:
        assert render(role.arguments["permissions_boundary"]) == "var.boundary_arn", role.name
        assert render(role.arguments["force_detach_policies"]) == "var.teardown", role.name


def test_both_ways_to_a_role_name_the_service_account() -> None:
    trusts = local("controller_trusts")
    for tag in ("eks-cluster-arn", "kubernetes-namespace", "kubernetes-service-account"):
        assert f'"aws:RequestTag/{tag}"' in trusts
    assert ":aud" in trusts
    assert "system:serviceaccount:${controller.namespace}:${controller.service_account}" in trusts
    for name in ("storage_provisioner", "builder", "app"):
        trust = render(resource(f"aws_iam_role.{name}").arguments["assume_role_policy"])
        assert 'aud" = "sts.amazonaws.com"' in trust
        assert "StringLike" not in trust


def test_no_object_action_is_on_a_bucket_s_own_arn() -> None:
    """``s3:DeleteObject`` on the bucket's ARN allows nothing, and nobody notices before a clean-up is due."""
    for name in ("environment_statements", "provisioner_statements", "app_statements"):
        for action, target in re.findall(r"Action\s*= (\[[^]]*\]|\"[^\"]*\")\s*Resource\s*= (.*)", local(name)):
            on_objects = any(it in action for it in OBJECTS)
            assert on_objects == target.endswith('/*"'), (name, action, target)


def test_the_provisioner_attaches_one_policy_to_its_own_roles_only() -> None:
    text = local("provisioner_statements")
    attach = text[text.index("AttachOnlyTheirPolicy") : text.index("MakeDatabases")]
    assert "role/mendix-*" in attach
    assert "iam:PolicyARN" in attach
    assert "PutRolePolicy" not in text


def test_the_builder_lists_and_makes_no_repository() -> None:
    assert "ecr:ListImages" in PUSH
    assert "ecr:CreateRepository" not in PUSH
    assert "local.app_repository_arns" in local("builder_statements")


def test_apps_on_storage_plans_have_no_role_here() -> None:
    assert 'app.identity == "secret-store"' in local("apps")
    assert render(resource("aws_iam_role.app").for_each) == "local.apps"


def test_the_autoscaler_sizes_only_groups_that_are_its_own() -> None:
    text = local("controller_statements")
    sizes = text[text.index("SizeItsGroups") :]
    assert "aws:ResourceTag/mendixctl/cluster-autoscaler" in sizes
    assert "k8s.io/cluster-autoscaler/${var.cluster_name}" in sizes


def test_outputs_are_what_other_areas_were_promised() -> None:
    promised = {"role_arns", "app_role_arns", "storage_provisioner_role_arn", "builder_role_arn"}
    assert promised <= set(Workloads.outputs)
