"""Whether what a specification is said to make of each quota's things is what its plan makes."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from mendixgen.regions import prefix_lists
from mendixgen.spec.loader import load_text
from mendixgen.spec.quotas import OWN_ROLES, counts, inbound_rules
from tests.support.offline_plans import STORE, _newest, plan_of_environment, resources

pytestmark = pytest.mark.security

COMPLETE = Path(__file__).parent / "environments" / "complete.yaml"
ACL_TIERS = {
    "module.network.aws_network_acl_rule.public_inbound": "public",
    "module.network.aws_network_acl_rule.private_inbound": "private",
    "module.network.aws_network_acl_rule.database_inbound": "database",
    "module.cluster.aws_network_acl_rule.private_clients": "private",
    "module.ingress.aws_network_acl_rule.clients": "public",
}


def test_the_counts_are_those_of_a_plan(tmp_path: Path) -> None:
    made = list(resources(plan_of_environment(COMPLETE, tmp_path)))
    loaded = load_text(
        COMPLETE.read_bytes(), COMPLETE.name, store=STORE, lock=_newest(COMPLETE), today=date(2026, 11, 29)
    )
    found = {(one.quota, one.path): one.number for one in counts(loaded.settings)}
    kinds = Counter(one["type"] for one in made)

    assert found["elastic-addresses", ("network", "zones")] == kinds["aws_eip"]
    assert found["listeners", ("ingress", "listeners")] == kinds["aws_lb_listener"]
    assert found["database-instances", ("database", "instances")] == kinds["aws_db_instance"]
    assert found["option-groups", ("database", "instances")] == kinds["aws_db_option_group"]
    assert found["roles", ("apps",)] == OWN_ROLES + 1 == kinds["aws_iam_role"]
    clients = [one for one in made if one["address"].split("[")[0].endswith("ingress_rule.clients")]
    # AWS counts CloudFront's prefix list as so many rules
    assert found["rules-per-group", ("network", "allow_from")] == len(clients) + prefix_lists().weight
    tiers = Counter(
        tier
        for one in made
        if one["type"] == "aws_network_acl_rule"
        for begin, tier in ACL_TIERS.items()
        if one["address"].startswith(begin)
    )
    assert inbound_rules(loaded.settings) == dict(tiers)
    outbound = [one for one in made if ".aws_network_acl_rule.private_outbound" in one["address"]]
    assert found["rules-per-acl", ("network", "egress_ports")] == len(outbound)
