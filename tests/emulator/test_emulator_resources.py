"""Every resource type that the areas use: created, no difference, changed in place, kept over a restart, destroyed."""

from __future__ import annotations

from collections.abc import Callable

from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixgen.repository import Repository
from tests.emulator.terraform_root import Root

UPDATED = {
    # network
    "aws_vpc.this",
    "aws_vpc_security_group_ingress_rule.peer",
    "aws_cloudwatch_log_group.flow",
    "aws_iam_policy.this",
    # encryption
    'aws_kms_key.this["storage"]',
    'aws_kms_key.this["database"]',
    'aws_kms_key.this["logs"]',
    "aws_kms_key.plain",
    "aws_kms_key_policy.plain",
    "aws_kms_replica_key.storage",
    "aws_secretsmanager_secret.this",
    # storage
    "aws_s3_bucket.files",
    "aws_s3_bucket_policy.files",
    "aws_s3_bucket_logging.files",
    "aws_s3_bucket_object_lock_configuration.files",
    "aws_s3_bucket_intelligent_tiering_configuration.files",
    "aws_s3_bucket_inventory.files",
    "aws_s3_object.hello",
    "aws_dlm_lifecycle_policy.this",
}
REPLACED = {"aws_network_acl_rule.in"}


def test_life_of_the_resources(root_of: Callable[..., Root], repository: Repository, emulator: Endpoint) -> None:
    root = root_of("everything")

    root.apply()
    assert root.changes() == {}

    planned = root.changes(changed=True)
    assert {address for address, actions in planned.items() if actions == ("update",)} == UPDATED
    assert {address for address, actions in planned.items() if actions != ("update",)} == REPLACED
    root.apply(changed=True)
    root.refresh(changed=True)

    assert control.stop(repository, emulator.account)
    root.endpoint = control.start(repository, emulator.account, emulator.region)
    assert root.endpoint.pid != emulator.pid
    assert root.differences(changed=True) == set()

    root.destroy(changed=True)
    assert root.addresses() == set()
