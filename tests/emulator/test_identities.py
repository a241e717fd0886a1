"""Identity and workloads on the emulator, beside a cluster of the test's own: made, changed, narrowed, torn down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mendixctl.emulator.endpoint import Endpoint
from tests.emulator.area_root import PROVIDER, source
from tests.emulator.terraform_root import Root

pytestmark = pytest.mark.emulator

REPOSITORIES = "arn:aws:ecr:eu-central-1:123456789012:repository/dev"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
ROOT = """
variable "identity" {
  type    = any
  default = {}
}

variable "workloads" {
  type    = any
  default = {}
}

variable "apps" {
  type    = any
  default = {}
}

variable "teardown" {
  type    = bool
  default = false
}

module "identity" {
  source          = @identity@
  environment     = "dev"
  region          = "eu-central-1"
  account         = "123456789012"
  partition       = "aws"
  cluster_key_arn = "@key@"
  secrets_key_arn = "@key@"
  admins          = lookup(var.identity, "admins", {})
  auditors        = lookup(var.identity, "auditors", {})
  regions         = lookup(var.identity, "regions", null)
  node_sessions   = lookup(var.identity, "node_sessions", true)
  teardown        = var.teardown
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each          = { a = 1, b = 2 }
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.${each.value}.0/24"
  availability_zone = "eu-central-1${each.key}"
}

resource "aws_eks_cluster" "this" {
  name     = "dev"
  role_arn = module.identity.cluster_role_arn
  vpc_config {
    subnet_ids = [for subnet in aws_subnet.this : subnet.id]
  }
  lifecycle {
    ignore_changes = [zonal_shift_config]
  }
}

resource "aws_iam_openid_connect_provider" "this" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

module "workloads" {
  source                = @workloads@
  environment           = "dev"
  region                = "eu-central-1"
  account               = "123456789012"
  partition             = "aws"
  apps                  = var.apps
  boundary_arn          = module.identity.boundary_arn
  cluster_name          = aws_eks_cluster.this.name
  oidc_provider_arn     = aws_iam_openid_connect_provider.this.arn
  oidc_issuer           = trimprefix(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")
  storage_key_arn       = "@key@"
  secrets_key_arn       = "@key@"
  bucket_arns           = { files = "arn:aws:s3:::dev-files", media = "arn:aws:s3:::dev-media" }
  zone_id               = lookup(var.workloads, "zone_id", null)
  database_resource_ids = { crm = "db-CRM", portal = "db-PORTAL" }
  repository_arns       = { for name, app in var.apps : name => "@repositories@/${name}" }
  namespaces            = lookup(var.workloads, "namespaces", ["mendix"])
  controllers           = lookup(var.workloads, "controllers", {})
  zone_ids              = lookup(var.workloads, "zone_ids", [])
  storage_provisioner   = lookup(var.workloads, "storage_provisioner", {})
  builder               = lookup(var.workloads, "builder", {})
  teardown              = var.teardown
}

output "identity" {
  value = module.identity
}

output "workloads" {
  value = module.workloads
}
"""
APPS = {"crm": {"database": "crm", "files": "files"}, "erp-bridge": {"database": "erp"}}


@pytest.fixture
def root(tmp_path: Path, emulator: Endpoint) -> Root:
    folder = tmp_path / "root"
    folder.mkdir()
    text = ROOT.replace("@key@", KEY).replace("@repositories@", REPOSITORIES)
    for area in ("identity", "workloads"):
        text = text.replace(f"@{area}@", source(area))
    (folder / "main.tf").write_text(f"{PROVIDER}{text}")
    made = Root(folder, emulator)
    made.run("init", "-input=false")
    return made


def state(root: Root) -> dict[str, dict[str, Any]]:
    """The resources of the two modules by address."""
    shown = json.loads(root.run("show", "-json").stdout)
    modules = shown["values"]["root_module"]["child_modules"]
    return {it["address"]: it["values"] for module in modules for it in module["resources"]}


def statements(root: Root, address: str, attribute: str = "policy") -> dict[str, dict[str, Any]]:
    """The statements of a policy by their names."""
    document = json.loads(state(root)[address][attribute])
    return {it["Sid"]: it for it in document["Statement"]}


def test_life_of_the_identities(root: Root) -> None:
    given: dict[str, Any] = {"apps": APPS, "workloads": {"zone_id": "Z0123456789ABC"}}
    root.apply(**given)
    assert root.changes(**given) == {}
    _made(root)

    # Everything that can change, changes in place; what is new is made, and nothing is taken for it.
    changed: dict[str, Any] = {
        "apps": {**APPS, "portal": {"database": "portal", "files": "media", "hostname": "portal.example.com"}},
        "workloads": {
            **given["workloads"],
            "zone_ids": ["Z2"],
            "namespaces": ["mendix", "mendix-test"],
            "controllers": {"cert_manager": {"identity": "irsa"}, "external_dns": {"enabled": False}},
        },
        "identity": {
            "admins": {"principals": ["arn:aws:iam::123456789012:role/sso"], "require_mfa": False, "session_hours": 4},
            "auditors": {"policies": ["arn:aws:iam::aws:policy/AWSBillingReadOnlyAccess"]},
            "regions": ["eu-west-1"],
            "node_sessions": False,
        },
    }
    plan = root.changes(**changed)
    taken = {address for address, actions in plan.items() if "delete" in actions}
    assert taken == {
        'module.identity.aws_iam_role_policy_attachment.node["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]',
        'module.workloads.aws_eks_pod_identity_association.controller["cert-manager"]',
        'module.workloads.aws_eks_pod_identity_association.controller["external-dns"]',
        'module.workloads.aws_iam_role.controller["external-dns"]',
        'module.workloads.aws_iam_role_policy.controller["external-dns"]',
    }
    assert plan["module.identity.aws_iam_policy.boundary[0]"] == ("update",)
    assert plan["module.identity.aws_iam_role.admin"] == ("update",)
    assert plan['module.workloads.aws_iam_role.app["portal"]'] == ("create",)
    root.apply(**changed)
    assert root.changes(**changed) == {}
    _changed(root)

    # The Operator makes the role of an app on a storage plan; a controller without a zone has no statement on zones.
    off: dict[str, Any] = {
        "apps": {"crm": {**APPS["crm"], "identity": "storage-plan"}},
        "workloads": {"builder": {"enabled": False}},
        "teardown": True,
    }
    root.apply(**off)
    assert root.changes(**off) == {}
    assert not [address for address in state(root) if "aws_iam_role.app" in address or ".builder" in address]
    assert set(statements(root, 'module.workloads.aws_iam_role_policy.controller["cert-manager"]')) == {"Look", "Wait"}
    root.destroy(**off)


def _made(root: Root) -> None:
    made = state(root)
    roles = {address: values for address, values in made.items() if ".aws_iam_role." in address}
    boundary = made["module.identity.aws_iam_policy.boundary[0]"]["arn"]
    assert len(roles) == 4 + 5 + 2 + 2
    assert {values["permissions_boundary"] for values in roles.values()} == {boundary}
    associations = {it["service_account"] for address, it in made.items() if "pod_identity" in address}
    assert associations == {"aws-load-balancer-controller", "external-dns", "cert-manager", "cluster-autoscaler"}
    app = statements(root, 'module.workloads.aws_iam_role_policy.app["crm"]')
    assert app["UseOwnFolder"]["Resource"] == "arn:aws:s3:::dev-files/crm/*"
    assert app["SignInToDatabase"]["Resource"].endswith(":dbuser:db-CRM/crm")
    # Oracle, say, which no resource ID is known of, and no files.
    assert set(statements(root, 'module.workloads.aws_iam_role_policy.app["erp-bridge"]')) == {"DecryptSecrets"}
    trust = statements(root, 'module.workloads.aws_iam_role.app["crm"]', "assume_role_policy")
    condition = trust["AssumeByServiceAccount"]["Condition"]["StringEquals"]
    # The one that stands beside it while a release shifts its users is who it is.
    accounts = ["system:serviceaccount:mendix:crm", "system:serviceaccount:mendix:crm-next"]
    assert [value for key, value in condition.items() if key.endswith(":sub")] == [accounts]
    provisioner = statements(root, "module.workloads.aws_iam_role_policy.storage_provisioner[0]")
    assert provisioner["CleanUp"]["Resource"] == "arn:aws:s3:::dev-files/*"
    assert all(it.endswith("/mendix_provisioner") for it in provisioner["MakeDatabases"]["Resource"])
    environment = statements(root, "module.workloads.aws_iam_policy.environment[0]")
    assert "/${aws:PrincipalTag/privatecloud.mendix.com/s3-prefix}/*" in environment["UseOwnFolder"]["Resource"]
    assert (
        "ecr:ListImages" in statements(root, "module.workloads.aws_iam_role_policy.builder[0]")["PushImages"]["Action"]
    )
    admin = statements(root, "module.identity.aws_iam_role.admin", "assume_role_policy")["Assume"]
    assert admin["Principal"] == {"AWS": ["arn:aws:iam::123456789012:root"]} or "root" in str(admin["Principal"])
    assert admin["Condition"]["Bool"]["aws:MultiFactorAuthPresent"] == "true"


def _changed(root: Root) -> None:
    limits = statements(root, "module.identity.aws_iam_policy.boundary[0]")["StayInTheRegions"]
    assert limits["Condition"]["StringNotEquals"] == {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}
    admin = statements(root, "module.identity.aws_iam_role.admin", "assume_role_policy")["Assume"]
    assert admin["Condition"]["Bool"] == {"aws:SecureTransport": "true"}
    trust = statements(root, 'module.workloads.aws_iam_role.controller["cert-manager"]', "assume_role_policy")
    assert set(trust) == {"AssumeByServiceAccount"}
    zones = statements(root, 'module.workloads.aws_iam_role_policy.controller["cert-manager"]')["ProveNames"]
    assert zones["Resource"] == [f"arn:aws:route53:::hostedzone/{it}" for it in ("Z0123456789ABC", "Z2")]


def test_a_bucket_that_is_not_there_is_named(root: Root) -> None:
    failed = root.run("plan", "-input=false", '-var=workloads={"storage_provisioner":{"bucket":"filez"}}', codes=(1,))
    assert "There is no bucket filez" in failed.stderr + failed.stdout
