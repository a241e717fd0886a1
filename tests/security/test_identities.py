"""Parliament on every policy of identity and workloads, with everything known that another area would tell them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mendixgen.areas.identity import Identity
from mendixgen.areas.workloads import Workloads
from tests.security.test_policies import found_in
from tests.support.offline_plans import STORE, plan_of_module, resources

pytestmark = pytest.mark.security

ACCOUNT = "eu-central-1:123456789012"
KEY = f"arn:aws:kms:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
GIVEN: dict[str, dict[str, Any]] = {
    "identity": {"regions": ["eu-west-1"], "cluster_key_arn": KEY, "secrets_key_arn": KEY},
    "workloads": {
        "zone_ids": ["Z0123456789DEF"],
        "zone_id": "Z0123456789ABC",
        "bucket_arns": {"files": "arn:aws:s3:::dev-files"},
        "database_resource_ids": {"crm": "db-ABCDEFGHIJKLMNOPQRSTUVWXY"},
        "repository_arns": {"crm": f"arn:aws:ecr:{ACCOUNT}:repository/dev/crm"},
        "storage_key_arn": KEY,
        "secrets_key_arn": KEY,
    },
}
KNOWN = {
    # A boundary gives nothing, so its star is no grant; and what NotAction leaves out, parliament takes for given.
    ("module.identity.aws_iam_policy.boundary[0]", "RESOURCE_STAR"),
    # The colon in ${aws:PrincipalTag/...} divides the ARN for parliament, so that it sees no object's.
    ("module.workloads.aws_iam_policy.environment[0]", "RESOURCE_MISMATCH"),
}


@pytest.mark.parametrize("area", [Identity, Workloads], ids=lambda it: it.name)
def test_every_policy_is_right(area: type[Identity] | type[Workloads], tmp_path: Path) -> None:
    plan = plan_of_module(STORE.manifest(area.name, area.version), tmp_path, GIVEN[area.name])
    kinds = {"aws_iam_policy", "aws_iam_role_policy"}
    made = {it["address"]: it["values"].get("policy") for it in resources(plan) if it["type"] in kinds}

    assert [address for address, policy in made.items() if not policy] == []
    assert len(made) == {"identity": 4, "workloads": 5 + 1 + 1 + 1 + 1}[area.name]
    assert found_in(made) == {it for it in KNOWN if it[0].startswith(f"module.{area.name}.")}
