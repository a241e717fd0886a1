"""The names and numbers that a preflight asks about before there is a plan are those that a plan then has."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mendixctl.engine.environment.neighbours import reader
from mendixctl.preflight.expected import counts, names
from mendixctl.preflight.wanted import NAMES
from mendixgen.lock import parse
from mendixgen.repository import Repository
from mendixgen.spec.loader import load_text
from tests.support.offline_plans import REPOSITORY, STORE, plan_of_environment, resources

pytestmark = pytest.mark.contract
COMPLETE = set(NAMES) - {"aws_cloudwatch_log_group", "aws_iam_role"}
"""Types of which every name is known before; of the others only those that people run into are asked about."""

LIMITED = ("aws_vpc", "aws_eip", "aws_nat_gateway", "aws_lb", "aws_eks_cluster", "aws_db_instance",
           "aws_cloudwatch_log_resource_policy")  # fmt: skip


def test_the_names_of_a_plan_are_known_before_it(tmp_path: Path) -> None:
    spec = REPOSITORY / "environments" / "prod.yaml"
    lock = parse(spec.with_suffix(".lock").read_bytes(), "prod.lock")
    beside = reader(Repository(REPOSITORY))
    specification = load_text(spec.read_text(), "environments/prod.yaml", store=STORE, lock=lock, beside=beside)
    planned = [one for one in resources(plan_of_environment(spec, tmp_path)) if one["mode"] == "managed"]
    of_plan = {
        (one["type"], one["values"].get(NAMES[one["type"]]))
        for one in planned
        if one["type"] in NAMES and one["values"].get(NAMES[one["type"]])
    }
    expected = {(one.type, one.name) for one in names(specification)}
    assert expected - of_plan == set()
    assert {one for one in of_plan - expected if one[0] in COMPLETE} == set()
    number = Counter(one["type"] for one in planned)
    assert {kind: counts(specification)[kind] for kind in LIMITED} == {kind: number[kind] for kind in LIMITED}
