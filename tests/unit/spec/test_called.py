"""Names in AWS: the environment's, or those of what was adopted, wherever they are spoken of."""

from __future__ import annotations

from mendixgen.kubernetes import names
from mendixgen.spec import called
from mendixgen.spec.claims import claims
from mendixgen.spec.header import Header

ADOPTED = {
    "encryption": {"keys": {"storage": {"alias": "acme/files"}}},
    "cluster": {"name": "acme"},
    "storage": {"buckets": {"files": {"name": "acme.files"}, "plans": {}}},
    "database": {"instances": {"crm": {"name": "acme-crm", "replicas": 1}, "portal": {}}},
}
HEADER = Header.model_validate(
    {"name": "dev", "region": "eu-central-1", "account": "123456789012", "domain": "dev.example.com"}
)


def test_what_was_adopted_keeps_its_name() -> None:
    assert called.cluster("dev", ADOPTED) == "acme"
    assert called.bucket("dev", "123456789012", ADOPTED, "files") == "acme.files"
    assert called.database("dev", ADOPTED, "crm") == "acme-crm"
    assert called.key_alias("dev", ADOPTED, "storage") == "alias/acme/files"


def test_what_is_ours_is_called_as_the_environment() -> None:
    assert called.cluster("dev", {}) == "dev"
    assert called.bucket("dev", "123456789012", ADOPTED, "plans") == "dev-123456789012-plans"
    assert called.database("dev", ADOPTED, "portal") == "dev-portal"
    assert called.key_alias("dev", ADOPTED, "database") == "alias/dev-database"
    assert called.database("dev", {"database": {"instances": ["no mapping"]}}, "crm") == "dev-crm"


def test_an_environment_claims_the_names_of_what_it_adopted() -> None:
    data = {"name": "dev", "account": "123456789012", "region": "eu-central-1", **ADOPTED}
    found = {(one.what, one.name) for one in claims(data)}
    assert ("the cluster", "acme") in found
    assert ("the cluster", "dev") not in found
    assert {name for what, name in found if what == "the database"} == {"acme-crm", "acme-crm-replica-1", "dev-portal"}
    assert ("the bucket", "acme.files") in found


def test_volumes_are_encrypted_with_the_key_that_there_is() -> None:
    existing = "arn:aws:kms:eu-central-1:123456789012:key/3fdc55c5-5e30-4fb9-afac-0cd82ad97321"
    alias = "arn:aws:kms:eu-central-1:123456789012:alias/"
    assert names.storage_key(HEADER, {"encryption": {"existing": {"storage": existing}}}) == existing
    assert names.storage_key(HEADER, ADOPTED) == f"{alias}acme/files"
    assert names.storage_key(HEADER, {}) == f"{alias}dev-storage"
