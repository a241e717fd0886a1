"""The classifier: what Terraform's action and the type's kind mean where no rule speaks, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.guard.judge import created_again, judge, judge_drift, judgement, way_back
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange
from tests.unit.guard.plans import document, item, one

REVERSIBLE, WINDOWED, RESTORE, IRREVERSIBLE = Verdict
UNHEARD_OF = "acme_treasure"


@pytest.mark.parametrize(
    ("kind", "action", "expected"),
    [
        ("aws_efs_file_system", "delete", IRREVERSIBLE),
        ("aws_efs_file_system", "replace", IRREVERSIBLE),
        ("aws_efs_file_system", "create", REVERSIBLE),
        ("aws_efs_file_system", "update", REVERSIBLE),
        ("aws_lb", "delete", RESTORE),
        ("aws_lb", "replace", RESTORE),
        ("aws_nat_gateway", "replace", RESTORE),
        ("aws_route", "delete", REVERSIBLE),
        ("aws_route", "replace", REVERSIBLE),
        (UNHEARD_OF, "delete", RESTORE),
        (UNHEARD_OF, "replace", RESTORE),
        (UNHEARD_OF, "update", REVERSIBLE),
        (UNHEARD_OF, "create", REVERSIBLE),
        ("aws_kms_key", "replace", WINDOWED),
        ("aws_route", "forget", RESTORE),
        ("aws_db_instance", "forget", RESTORE),
    ],
)
def test_without_a_rule_action_and_kind_decide(kind: str, action: str, expected: Verdict) -> None:
    found = judgement(one(kind, action, {"x": 1} if action != "create" else None, {"x": 2}))
    assert found.verdict is expected
    assert bool(found.reason) == (expected is not REVERSIBLE)
    assert found.rule


def test_the_type_is_judged_and_not_where_it_stands() -> None:
    for address in (
        'module.a["x"].module.b[0].aws_efs_file_system.this["y z"]',
        "aws_efs_file_system.other",
        "module.deep.module.deeper.aws_efs_file_system.this[3]",
    ):
        assert judgement(one("aws_efs_file_system", "delete", {}, None, address=address)).verdict is IRREVERSIBLE


def test_a_moved_resource_is_judged_by_what_changes_and_a_mere_move_is_harmless() -> None:
    before, after = {"backup_retention_period": 7}, {"backup_retention_period": 0}
    moved = one("aws_db_instance", "update", before, after, previous_address="aws_db_instance.old")
    assert judgement(moved).verdict is IRREVERSIBLE
    still = one("aws_db_instance", "no-op", before, before, previous_address="aws_db_instance.old")
    assert (still.action, judgement(still).verdict, way_back(still).verdict) == (Action.MOVE, REVERSIBLE, REVERSIBLE)


def test_a_deposed_object_is_judged_as_the_deletion_that_it_is() -> None:
    found = judgement(one("aws_efs_file_system", "delete", {}, None, deposed="abcd1234"))
    assert found.verdict is IRREVERSIBLE
    assert "left over" in found.reason


def test_a_removed_block_loses_the_state_and_nothing_in_aws() -> None:
    forgotten = one("aws_db_instance", "forget", {"skip_final_snapshot": True}, None)
    assert "goes on in AWS" in judgement(forgotten).reason
    assert way_back(forgotten).verdict is RESTORE
    replaced = item("aws_db_instance", "replace", {}, {})
    replaced["change"]["actions"] = ["create", "forget"]
    assert judgement(document(replaced).changes[0]).verdict is RESTORE


def test_an_unknown_value_counts_as_changed_to_the_worst() -> None:
    found = judgement(
        one("aws_db_instance", "update", {"backup_retention_period": 7}, {}, {"backup_retention_period": True})
    )
    assert found.verdict is IRREVERSIBLE
    whole = one("aws_s3_bucket_lifecycle_configuration", "update", {"rule": []}, {}, {"rule": True})
    assert judgement(whole).verdict is IRREVERSIBLE


def test_what_was_deleted_outside_and_is_created_again_is_no_restoration() -> None:
    gone = item("aws_dynamodb_table", "delete", {"name": "a"}, None)
    plan = document(
        item("aws_dynamodb_table", "create", None, {"name": "a"}),
        item("aws_dynamodb_table", "create", None, {"name": "b"}, address="aws_dynamodb_table.other"),
        drift=(gone,),
    )
    again, fresh = judge(plan)
    assert again.judgement.verdict is RESTORE
    assert fresh.judgement.verdict is REVERSIBLE
    (drifted,) = judge_drift(plan)
    assert drifted.judgement.verdict is IRREVERSIBLE


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("aws_s3_bucket", RESTORE), ("aws_lb", RESTORE), (UNHEARD_OF, RESTORE), ("aws_route", REVERSIBLE)],
)
def test_creating_again_what_holds_something_is_restore_needed(kind: str, expected: Verdict) -> None:
    assert created_again(one(kind, "create", None, {})).verdict is expected
    assert created_again(one(kind, "update", {}, {"x": 1})).verdict is REVERSIBLE


def test_drift_that_takes_protection_away_is_judged_and_what_grew_is_not() -> None:
    plan = document(
        drift=(
            item("aws_db_instance", "update", {"deletion_protection": True}, {"deletion_protection": False}),
            item("aws_db_instance", "update", {"allocated_storage": 100}, {"allocated_storage": 200}),
        )
    )
    armed, grown = judge_drift(plan)
    assert armed.judgement.verdict is WINDOWED
    assert (grown.judgement.verdict, grown.judgement.loses) == (IRREVERSIBLE, False)


def back(kind: str, action: str, before: Any, after: Any, **more: Any) -> Judgement:
    return way_back(one(kind, action, before, after, **more))


def test_growth_is_one_way_and_loses_nothing() -> None:
    grown = one("aws_db_instance", "update", {"allocated_storage": 100}, {"allocated_storage": 200})
    for found in (judgement(grown), way_back(grown)):
        assert (found.verdict, found.one_way, found.loses) == (IRREVERSIBLE, True, False)
        assert "it stays as it is" in found.reason


def test_what_aws_refuses_stops_the_apply_and_loses_nothing() -> None:
    found = judgement(one("aws_ebs_volume", "update", {"size": 200}, {"size": 100}))
    assert (found.verdict, found.loses) == (RESTORE, False)
    assert "the apply will stop here" in found.reason
    assert back("aws_ebs_volume", "update", {"size": 200}, {"size": 100}).verdict is REVERSIBLE


def test_a_rule_of_the_change_itself_says_more_than_that_aws_refuses_the_way_back() -> None:
    up = one("aws_db_instance", "update", {"engine_version": "16.4"}, {"engine_version": "17.2"})
    assert (judgement(up).verdict, judgement(up).one_way) == (RESTORE, False)
    assert (way_back(up).verdict, way_back(up).one_way) == (IRREVERSIBLE, True)
    both = one(
        "aws_db_instance",
        "update",
        {"engine_version": "16.4", "allocated_storage": 100},
        {"engine_version": "17.2", "allocated_storage": 200},
    )
    found = judgement(both)
    assert (found.verdict, found.one_way, found.besides, found.loses) == (IRREVERSIBLE, True, RESTORE, False)
    assert found.restore_needed
    assert "snapshot" in found.reason
    assert "never shrinks" in found.reason
    growth = judgement(one("aws_db_instance", "update", {"allocated_storage": 1}, {"allocated_storage": 2}))
    assert not growth.restore_needed


def test_a_loss_outweighs_what_is_merely_one_way() -> None:
    found = judgement(
        one(
            "aws_db_instance",
            "update",
            {"allocated_storage": 100, "backup_retention_period": 7},
            {"allocated_storage": 200, "backup_retention_period": 1},
        )
    )
    assert (found.loses, found.one_way) == (True, False)


def test_a_control_plane_can_go_back_for_seven_days() -> None:
    up = one("aws_eks_cluster", "update", {"version": "1.33"}, {"version": "1.34"})
    for found in (judgement(up), way_back(up)):
        assert (found.verdict, found.window) == (WINDOWED, "P7D")


def test_undoing_a_creation_costs_what_is_stored_by_then() -> None:
    assert back("aws_s3_bucket", "create", None, {"force_destroy": False}).verdict is IRREVERSIBLE
    assert back("aws_db_instance", "create", None, {"skip_final_snapshot": False}).verdict is RESTORE
    assert back("aws_lb", "create", None, {}).verdict is REVERSIBLE
    assert back("aws_route", "create", None, {}).verdict is REVERSIBLE
    assert back(UNHEARD_OF, "create", None, {}).verdict is RESTORE
    secret = back("aws_secretsmanager_secret", "create", None, {"recovery_window_in_days": 7})
    assert (secret.verdict, secret.window) == (WINDOWED, ""), (
        "the window begins with the undoing, not with the creation"
    )


def test_undoing_a_deletion_gives_back_no_more_than_the_deletion_left() -> None:
    assert back("aws_efs_file_system", "delete", {}, None).verdict is IRREVERSIBLE
    assert back("aws_db_instance", "delete", {"skip_final_snapshot": False}, None).verdict is RESTORE
    key = back("aws_kms_key", "delete", {"deletion_window_in_days": 14}, None)
    assert (key.verdict, key.window) == (WINDOWED, "P14D")
    assert back("aws_lb", "delete", {}, None).verdict is RESTORE
    assert back("aws_route", "delete", {}, None).verdict is REVERSIBLE
    assert back(UNHEARD_OF, "delete", {}, None).verdict is RESTORE


def test_the_window_of_a_way_back_is_that_of_the_change() -> None:
    on = one("aws_kms_key", "update", {"is_enabled": False}, {"is_enabled": True})
    assert (way_back(on).verdict, way_back(on).window) == (RESTORE, "")
    off = one("aws_kms_key", "update", {"is_enabled": True}, {"is_enabled": False})
    assert (judgement(off).window, way_back(off).verdict, way_back(off).window) == ("P7D", REVERSIBLE, "")
    replaced = one("aws_kms_key", "replace", {"deletion_window_in_days": 9}, {"deletion_window_in_days": 20})
    assert (judgement(replaced).window, way_back(replaced).window) == ("P9D", "P9D")


def test_undoing_a_replacement_replaces_again() -> None:
    assert back("aws_efs_file_system", "replace", {"encrypted": False}, {"encrypted": True}).verdict is IRREVERSIBLE
    assert back("aws_lb", "replace", {"name": "a"}, {"name": "b"}).verdict is RESTORE
    assert back("aws_route", "replace", {}, {}).verdict is REVERSIBLE


@pytest.mark.parametrize("action", ["no-op", "update"])
def test_undoing_an_import_deletes_what_was_there_before(action: str) -> None:
    found = back("aws_efs_file_system", action, {"x": 1}, {"x": 1}, importing={"id": "fs-1"})
    assert found.verdict is IRREVERSIBLE
    assert "import" in found.reason


def test_several_reasons_of_the_same_gravity_are_all_told() -> None:
    found = judgement(
        one(
            "aws_db_instance",
            "update",
            {"backup_retention_period": 14, "performance_insights_retention_period": 731, "deletion_protection": True},
            {"backup_retention_period": 7, "performance_insights_retention_period": 7, "deletion_protection": False},
        )
    )
    assert found.verdict is IRREVERSIBLE
    assert found.rule == "rds.retention-shorter, rds.insights-shorter"
    assert found.reason.count("; ") == 1


def test_a_change_without_terraforms_own_json_is_judged_by_action_and_type() -> None:
    change = ResourceChange("aws_efs_file_system.this", "", "aws_efs_file_system", Action.DELETE)
    (ruling,) = judge(PlanDocument("1.11.4", (change,)))
    assert ruling.judgement.verdict is IRREVERSIBLE


def test_blocks_are_told_apart_by_name_and_not_by_their_order() -> None:
    def rules(*pairs: tuple[str, int]) -> dict[str, Any]:
        return {"rule": [{"id": name, "expiration": [{"days": days}]} for name, days in pairs]}

    kind = "aws_s3_bucket_lifecycle_configuration"
    turned = one(kind, "update", rules(("a", 7), ("b", 90)), rules(("b", 90), ("a", 8)))
    assert judgement(turned).verdict is REVERSIBLE
    swapped = one(kind, "update", rules(("a", 7), ("b", 90)), rules(("b", 7), ("a", 90)))
    assert judgement(swapped).verdict is IRREVERSIBLE
    removed = one(kind, "update", rules(("a", 7), ("b", 90)), rules(("b", 90)))
    assert judgement(removed).verdict is REVERSIBLE


def test_nodes_that_are_made_beside_the_old_ones_lose_nothing() -> None:
    before, after = {"subnet_ids": ["a"], "release_version": "1"}, {"subnet_ids": ["a", "b"]}
    unknown = {"release_version": True}
    beside = item("aws_eks_node_group", "replace", before, after, unknown)
    beside["change"]["actions"] = ["create", "delete"]
    (ruling,) = judge(document(beside))
    assert (ruling.judgement.verdict, ruling.back.verdict) == (REVERSIBLE, REVERSIBLE)
    (ruling,) = judge(document(item("aws_eks_node_group", "replace", before, after, unknown)))
    assert (ruling.judgement.verdict, ruling.back.verdict) == (RESTORE, RESTORE)
    assert not ruling.back.one_way, "a new node group is made with any version that EKS has"
    balancer = item("aws_lb", "replace", {"name": "a"}, {"name": "b"})
    balancer["change"]["actions"] = ["create", "delete"]
    assert judge(document(balancer))[0].judgement.verdict is RESTORE, "its DNS name is another one"


def test_what_another_resource_set_is_no_loss_outside_terraform() -> None:
    rule = {"lifecycle_rule": [{"expiration": [{"days": 400}]}]}
    shorter = {"lifecycle_rule": [{"expiration": [{"days": 4}]}]}
    for before in ({"lifecycle_rule": []}, {}):
        (seen,) = judge_drift(document(drift=(item("aws_s3_bucket", "update", before, rule),)))
        assert seen.judgement.verdict is REVERSIBLE
    (lost,) = judge_drift(document(drift=(item("aws_s3_bucket", "update", rule, shorter),)))
    assert lost.judgement.verdict is IRREVERSIBLE
    assert judgement(one("aws_s3_bucket", "update", {"lifecycle_rule": []}, rule)).verdict is IRREVERSIBLE
