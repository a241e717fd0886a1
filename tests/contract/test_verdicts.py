"""The measured consequences, by the real AWS provider: what it plans is judged as it is known to be.

Each case is a resource as it was and as it is wanted. A first plan of the real provider gives the values that a state
has; a second one, from a state of those values, is what is judged. Nothing asks AWS.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mendixctl.engine.plan.verdicts import VerdictsResult, judge_file
from mendixctl.engine.results import Judged
from mendixctl.guard import rulebook
from mendixctl.guard.paths import JSON, STAR
from mendixctl.guard.verdict import Verdict
from tests.support.offline_plans import ASK_NOBODY, terraform

pytestmark = [pytest.mark.contract, pytest.mark.xdist_group("verdicts")]  # its plans are made once

REVERSIBLE, WINDOWED, RESTORE, IRREVERSIBLE = Verdict
ROLE = "arn:aws:iam::123456789012:role/r"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/k"


class Case(NamedTuple):
    """``both``: arguments that stay. An ``after`` of None: the resource is taken out of the configuration."""

    type: str
    both: str
    before: str
    after: str | None
    verdict: Verdict
    window: str = ""
    one_way: bool = False
    back: Verdict | None = None


INSTANCE = """
  identifier = "a"
  instance_class = "db.m6g.large"
  username = "u"
  password = "long-enough-1"
  delete_automated_backups = false
"""
POSTGRES = INSTANCE + '  engine = "postgres"\n'
GP3 = "  allocated_storage = 100\n"
SKIP = "  skip_final_snapshot = true\n"
KEEP = '  skip_final_snapshot = false\n  final_snapshot_identifier = "last"\n'
CLUSTER = f"""
  name = "c"
  role_arn = "{ROLE}"
  vpc_config {{
    subnet_ids = ["subnet-1", "subnet-2"]
  }}
"""
NODES = f"""
  cluster_name = "c"
  node_group_name = "n"
  node_role_arn = "{ROLE}"
  subnet_ids = ["subnet-1"]
  scaling_config {{
    desired_size = 1
    max_size = 1
    min_size = 1
  }}
"""


def lifecycle(days: int) -> str:
    return (
        f'  rule {{\n    id = "old"\n    status = "Enabled"\n    filter {{}}\n    expiration {{\n      days = {days}\n'
        "    }\n  }\n"
    )


def access(mode: str) -> str:
    return f'  access_config {{\n    authentication_mode = "{mode}"\n  }}\n'


def images(count: int) -> str:
    rule = (
        '{ rulePriority = 1, action = { type = "expire" }, selection = { tagStatus = "any", countType = '
        f'"imageCountMoreThan", countNumber = {count} }} }}'
    )
    return f"  policy = jsonencode({{ rules = [{rule}] }})\n"


def plan_rule(days: int) -> str:
    return (
        '  rule {\n    rule_name = "daily"\n    target_vault_name = "vault"\n    schedule = "cron(0 5 * * ? *)"\n'
        f"    lifecycle {{\n      delete_after = {days}\n    }}\n  }}\n"
    )


CASES: dict[str, Case] = {
    "engine": Case("aws_db_instance", INSTANCE + GP3 + SKIP, 'engine = "postgres"', 'engine = "mysql"', IRREVERSIBLE),
    "username": Case("aws_db_instance", POSTGRES.replace('"u"', "NAME") + GP3 + SKIP, '"u"', '"w"', IRREVERSIBLE),
    "encrypted": Case("aws_db_instance", POSTGRES + GP3 + SKIP, "", "storage_encrypted = true", IRREVERSIBLE),
    "major": Case(
        "aws_db_instance",
        POSTGRES + GP3 + SKIP,
        'engine_version = "16.4"',
        'engine_version = "17.2"',
        RESTORE,
        back=IRREVERSIBLE,
    ),
    "lower": Case(
        "aws_db_instance", POSTGRES + GP3 + SKIP, 'engine_version = "16.4"', 'engine_version = "15.8"', RESTORE
    ),
    "grown": Case(
        "aws_db_instance",
        POSTGRES + SKIP,
        "allocated_storage = 100",
        "allocated_storage = 200",
        IRREVERSIBLE,
        one_way=True,
    ),
    "shrunk": Case("aws_db_instance", POSTGRES + SKIP, "allocated_storage = 200", "allocated_storage = 100", RESTORE),
    "unbacked": Case(
        "aws_db_instance",
        POSTGRES + GP3 + SKIP,
        "backup_retention_period = 14",
        "backup_retention_period = 0",
        IRREVERSIBLE,
    ),
    "shorter": Case(
        "aws_db_instance",
        POSTGRES + GP3 + SKIP,
        "backup_retention_period = 14",
        "backup_retention_period = 7",
        IRREVERSIBLE,
    ),
    "disarmed": Case(
        "aws_db_instance", POSTGRES + GP3 + SKIP, "deletion_protection = true", "deletion_protection = false", WINDOWED
    ),
    "unsaved": Case("aws_db_instance", POSTGRES + GP3, KEEP, SKIP, WINDOWED),
    "port": Case("aws_db_instance", POSTGRES + GP3 + SKIP, "port = 5432", "port = 5433", RESTORE),
    "gone_saved": Case("aws_db_instance", POSTGRES + GP3 + KEEP, "", None, RESTORE),
    "gone_backups": Case("aws_db_instance", POSTGRES + GP3 + SKIP, "backup_retention_period = 7", None, RESTORE, "P7D"),
    "gone": Case("aws_db_instance", POSTGRES + GP3 + SKIP, "backup_retention_period = 0", None, IRREVERSIBLE),
    "resized": Case(
        "aws_db_instance",
        POSTGRES.replace('"db.m6g.large"', "NAME") + GP3 + SKIP,
        '"db.m6g.large"',
        '"db.m6g.xlarge"',
        REVERSIBLE,
    ),
    "eks_up": Case("aws_eks_cluster", CLUSTER, 'version = "1.33"', 'version = "1.34"', WINDOWED, "P7D", back=WINDOWED),
    "eks_down": Case("aws_eks_cluster", CLUSTER, 'version = "1.34"', 'version = "1.33"', WINDOWED),
    "eks_role": Case("aws_eks_cluster", CLUSTER.replace(f'"{ROLE}"', "NAME"), f'"{ROLE}"', f'"{ROLE}2"', IRREVERSIBLE),
    "eks_api": Case(
        "aws_eks_cluster", CLUSTER, access("API_AND_CONFIG_MAP"), access("API"), IRREVERSIBLE, back=IRREVERSIBLE
    ),
    "eks_both": Case(
        "aws_eks_cluster", CLUSTER, access("CONFIG_MAP"), access("API_AND_CONFIG_MAP"), IRREVERSIBLE, one_way=True
    ),
    "eks_mode_back": Case("aws_eks_cluster", CLUSTER, access("API"), access("API_AND_CONFIG_MAP"), RESTORE),
    "eks_sealed": Case(
        "aws_eks_cluster",
        CLUSTER,
        "",
        f'encryption_config {{\n    resources = ["secrets"]\n    provider {{\n      key_arn = "{KEY}"\n    }}\n  }}',
        IRREVERSIBLE,
        one_way=True,
    ),
    "nodes": Case("aws_eks_node_group", NODES, "", "disk_size = 100", RESTORE),
    "versions": Case(
        "aws_s3_bucket_versioning",
        'bucket = "b"',
        'versioning_configuration {\n    status = "Enabled"\n  }',
        'versioning_configuration {\n    status = "Suspended"\n  }',
        WINDOWED,
    ),
    "expiry": Case("aws_s3_bucket_lifecycle_configuration", 'bucket = "b"', lifecycle(90), lifecycle(30), IRREVERSIBLE),
    "expiry_longer": Case(
        "aws_s3_bucket_lifecycle_configuration",
        'bucket = "b"',
        lifecycle(30),
        lifecycle(90),
        REVERSIBLE,
        back=IRREVERSIBLE,
    ),
    "bucket": Case("aws_s3_bucket", "", 'bucket = "one"', 'bucket = "two"', IRREVERSIBLE),
    "locked": Case("aws_s3_bucket", 'bucket = "l"', "", "object_lock_enabled = true", IRREVERSIBLE),
    "key_gone": Case("aws_kms_key", "deletion_window_in_days = 14", "", None, WINDOWED, "P14D", back=WINDOWED),
    "key_off": Case("aws_kms_key", "", "is_enabled = true", "is_enabled = false", RESTORE, "P7D"),
    "key_regions": Case("aws_kms_key", "", "multi_region = false", "multi_region = true", WINDOWED, "P30D"),
    "secret_gone": Case(
        "aws_secretsmanager_secret", 'name = "s"', "recovery_window_in_days = 7", None, WINDOWED, "P7D"
    ),
    "secret_lost": Case("aws_secretsmanager_secret", 'name = "s"', "recovery_window_in_days = 0", None, IRREVERSIBLE),
    "secret_armed": Case(
        "aws_secretsmanager_secret",
        'name = "s"',
        "recovery_window_in_days = 30",
        "recovery_window_in_days = 0",
        WINDOWED,
    ),
    "logs": Case(
        "aws_cloudwatch_log_group", 'name = "l"', "retention_in_days = 365", "retention_in_days = 30", IRREVERSIBLE
    ),
    "logs_kept": Case(
        "aws_cloudwatch_log_group", 'name = "l"', "retention_in_days = 30", "retention_in_days = 0", REVERSIBLE
    ),
    "logs_class": Case(
        "aws_cloudwatch_log_group", 'name = "l"', "", 'log_group_class = "INFREQUENT_ACCESS"', IRREVERSIBLE
    ),
    "images": Case("aws_ecr_lifecycle_policy", 'repository = "r"', images(100), images(10), IRREVERSIBLE),
    "repository": Case("aws_ecr_repository", "", 'name = "a"', 'name = "b"', IRREVERSIBLE),
    "backups": Case("aws_backup_plan", 'name = "p"', plan_rule(35), plan_rule(7), IRREVERSIBLE),
    "vault": Case("aws_backup_vault", "", 'name = "one"', 'name = "two"', IRREVERSIBLE),
    "vault_lock": Case(
        "aws_backup_vault_lock_configuration",
        'backup_vault_name = "v"',
        "min_retention_days = 7",
        "min_retention_days = 7\n  changeable_for_days = 3",
        WINDOWED,
        "P3D",
    ),
    "volume": Case("aws_ebs_volume", 'availability_zone = "eu-central-1a"', "size = 100", "size = 50", RESTORE),
    "volume_sealed": Case(
        "aws_ebs_volume", 'availability_zone = "eu-central-1a"\n  size = 10', "", "encrypted = true", IRREVERSIBLE
    ),
    "files": Case("aws_efs_file_system", "", "encrypted = false", "encrypted = true", IRREVERSIBLE),
    "table": Case(
        "aws_dynamodb_table",
        'billing_mode = "PAY_PER_REQUEST"\n  hash_key = "k"\n  attribute {\n    name = "k"\n    type = "S"\n  }',
        'name = "a"',
        'name = "b"',
        IRREVERSIBLE,
    ),
    "balancer": Case(
        "aws_lb", 'internal = true\n  subnets = ["subnet-1", "subnet-2"]', 'name = "a"', 'name = "b"', RESTORE
    ),
    "targets": Case("aws_lb_target_group", 'vpc_id = "vpc-1"\n  protocol = "HTTP"', "port = 80", "port = 81", RESTORE),
    "vpc": Case("aws_vpc", "", 'cidr_block = "10.0.0.0/16"', 'cidr_block = "10.1.0.0/16"', RESTORE),
    "nat": Case(
        "aws_nat_gateway", 'allocation_id = "eipalloc-1"', 'subnet_id = "subnet-1"', 'subnet_id = "subnet-2"', RESTORE
    ),
    "group": Case("aws_security_group", 'vpc_id = "vpc-1"', 'description = "a"', 'description = "b"', RESTORE),
    "role": Case("aws_iam_role", 'assume_role_policy = "{}"', 'name = "a"', 'name = "b"', RESTORE),
    "parameters": Case(
        "aws_db_parameter_group", 'name = "p"', 'family = "postgres16"', 'family = "postgres17"', REVERSIBLE
    ),
    "cache": Case(
        "aws_elasticache_replication_group",
        'replication_group_id = "c"\n  description = "d"\n  node_type = "cache.t4g.small"\n  engine = "redis"',
        "",
        "at_rest_encryption_enabled = true",
        IRREVERSIBLE,
    ),
    "search": Case(
        "aws_opensearch_domain",
        'domain_name = "search"',
        f'encrypt_at_rest {{\n    enabled = true\n    kms_key_id = "{KEY}"\n  }}',
        f'encrypt_at_rest {{\n    enabled = true\n    kms_key_id = "{KEY}2"\n  }}',
        IRREVERSIBLE,
    ),
    "parameter": Case("aws_ssm_parameter", 'name = "/a"\n  type = "String"', 'value = "1"', 'value = "2"', REVERSIBLE),
}


def block(name: str, case: Case, own: str) -> str:
    """A resource in HCL; NAME in the arguments that stay is where the one that changes goes."""
    body = case.both.replace("NAME", own) if "NAME" in case.both else f"{case.both}\n  {own}"
    return f'resource "{case.type}" "{name}" {{\n  {body}\n}}\n\n'


def state(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A state in which every resource of a plan is as the plan wanted it."""
    resources: dict[tuple[str, ...], dict[str, Any]] = {}
    for number, change in enumerate(plan["resource_changes"]):
        after, unknown = change["change"]["after"], change["change"]["after_unknown"]
        made = {key: f"{key}-{number}" for key in ("id", "arn") if unknown.get(key) is True}
        module = {"module": change["module_address"]} if "module_address" in change else {}
        head = {
            "mode": "managed",
            "type": change["type"],
            "name": change["name"],
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            **module,
        }
        found = resources.setdefault(tuple(head.values()), {**head, "instances": []})
        found["instances"].append(
            {
                "schema_version": SCHEMA_VERSIONS.get(change["type"], 0),
                "attributes": {**after, **made},
                **({"index_key": change["index"]} if "index" in change else {}),
            }
        )
    head = {"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "l", "outputs": {}}
    return {**head, "resources": list(resources.values())}


SCHEMA_VERSIONS = {
    "aws_db_instance": 2,
    "aws_eks_cluster": 1,
    "aws_dynamodb_table": 1,
    "aws_elasticache_replication_group": 2,
    "aws_backup_plan": 1,
    "aws_s3_bucket_lifecycle_configuration": 1,
    "aws_security_group": 1,
    "aws_vpc": 1,
}

MODULE = """
variable "days" { type = number }

resource "aws_cloudwatch_log_group" "NAME" {
  for_each          = toset(["one", "two words"])
  name              = replace(each.key, " ", "-")
  retention_in_days = var.days
}
"""
CALL = 'module "outer" {\n  source = "./outer"\n  days   = DAYS\n}\n'
INNER = "aws_cloudwatch_log_group"
MOVED = f"moved {{\n  from = module.inner.{INNER}.old\n  to   = module.inner.{INNER}.new\n}}\n"
REMOVED = "removed {\n  from = aws_dynamodb_table.left\n  lifecycle {\n    destroy = false\n  }\n}\n"
LEFT = CASES["table"]


def write(folder: Path, *, then: bool) -> None:
    """The configuration as it was, or as it is wanted."""
    blocks = [
        block(name, case, own)
        for name, case in CASES.items()
        if (own := case.after if then else case.before) is not None
    ]
    ending = REMOVED if then else block("left", LEFT, 'name = "left"')
    call = CALL.replace("DAYS", "30" if then else "365")
    (folder / "main.tf").write_text(
        f'provider "aws" {{\n  region = "eu-central-1"\n}}\n\n{"".join(blocks)}{call}{ending}'
    )
    inner = folder / "outer" / "inner"
    inner.mkdir(parents=True, exist_ok=True)
    (inner / "main.tf").write_text(MODULE.replace("NAME", "new" if then else "old"))
    (inner.parent / "main.tf").write_text(
        'variable "days" { type = number }\n\n'
        f'module "inner" {{\n  source = "./inner"\n  days   = var.days\n}}\n{MOVED if then else ""}'
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with all cases as they were, initialised."""
    made = tmp_path_factory.mktemp("consequences")
    (made / "ask_nobody_override.tf").write_text(ASK_NOBODY)
    write(made, then=False)
    terraform(made, "init", "-input=false", "-no-color", attached=False)
    return made


@pytest.fixture(scope="module")
def judged(folder: Path) -> VerdictsResult:
    """What is said of the real provider's plan of all cases at once."""
    options = ("-input=false", "-no-color", "-lock=false", "-refresh=false", "-out=plan.bin")
    terraform(folder, "plan", *options)
    wanted = json.loads(terraform(folder, "show", "-json", "plan.bin"))
    (folder / "terraform.tfstate").write_text(json.dumps(state(wanted)))
    write(folder, then=True)
    terraform(folder, "plan", *options)
    (folder / "plan.json").write_text(terraform(folder, "show", "-json", "plan.bin"))
    return judge_file(folder / "plan.json", fail_on="loss")


def found(judged: VerdictsResult, address: str) -> Judged:
    """What is said of one address; what the provider plans no change of is no case."""
    matches = [one for one in judged.changes if one.change.address == address]
    assert len(matches) == 1, f"the provider plans no change of {address}"
    return matches[0]


@pytest.mark.parametrize("name", CASES)
def test_a_measured_consequence_has_its_verdict(judged: VerdictsResult, name: str) -> None:
    case = CASES[name]
    one = found(judged, f"{case.type}.{name}")
    judgement = one.judgement
    assert (judgement.verdict, judgement.one_way) == (case.verdict, case.one_way), judgement
    assert judgement.window == case.window
    assert case.back is None or one.back.verdict is case.back
    loses = case.verdict is IRREVERSIBLE and not case.one_way
    assert (one.change.address in [refused.change.address for refused in judged.refused]) == loses


def test_modules_for_each_and_moves_hide_nothing(judged: VerdictsResult) -> None:
    inside = [one for one in judged.changes if one.change.address.startswith("module.outer.module.inner.")]
    assert [one.change.address for one in inside] == [
        'module.outer.module.inner.aws_cloudwatch_log_group.new["one"]',
        'module.outer.module.inner.aws_cloudwatch_log_group.new["two words"]',
    ]
    assert all(one.change.previous_address and one.verdict is IRREVERSIBLE for one in inside)


def test_a_removed_block_is_seen(judged: VerdictsResult) -> None:
    one = found(judged, "aws_dynamodb_table.left")
    assert (one.change.action.value, one.verdict) == ("forget", RESTORE)


def test_nothing_else_is_in_the_plan(judged: VerdictsResult) -> None:
    assert len(judged.changes) == len(CASES) + 3


def has(block: Mapping[str, Any], steps: tuple[str, ...]) -> bool:
    """Whether a block of the provider's schema has what a rule looks at; blocks are lists, so ``[*]`` follows them."""
    step, rest = steps[0], steps[1:]
    nested = block.get("block_types", {}).get(step)
    if nested is not None:
        return not rest or (rest[0] == STAR and (len(rest) == 1 or has(nested["block"], rest[1:])))
    attribute = block.get("attributes", {}).get(step)
    return attribute is not None and (not rest or rest[0] in (STAR, JSON))


def test_every_type_and_attribute_of_the_rules_is_the_providers(folder: Path) -> None:
    schemas = json.loads(terraform(folder, "providers", "schema", "-json", attached=False))["provider_schemas"]
    types = schemas["registry.terraform.io/hashicorp/aws"]["resource_schemas"]
    files = {path.stem for path in rulebook.FOLDER.glob("*.json")} - {"index"}
    services = [rulebook.read(name) for name in files]
    unheard_of = {kind for service in services for kind in service.kinds if kind.startswith("aws_")} - set(types)
    assert unheard_of == set()
    missing = [
        (rule.id, kind, condition.steps)
        for service in services
        for rule in service.rules
        for kind in rule.types
        for condition in rule.when
        if not has(types[kind]["block"], condition.steps)
    ]
    assert missing == []
