"""The database's module: TLS is forced, instances are private and kept, its function is the packaged one."""

from __future__ import annotations

from typing import Any

from mendixgen import functions
from mendixgen.areas.database import Database
from mendixgen.areas.database.checks import FORCED
from tests.golden.areas.committed import folder, parsed, resources, text

MODULE = ("database", Database.version)


def local(name: str) -> Any:
    return next(block[name] for block in parsed(*MODULE)["locals"] if name in block)


def test_tls_is_forced_by_each_engine() -> None:
    assert {kind: len(it["forced"]) for kind, it in local("engines").items()} == {
        kind: len(names) for kind, names in FORCED.items()
    }
    assert '"rds.force_ssl" = { value = "1", apply = "immediate" }' in text(*MODULE)
    assert 'require_secure_transport = { value = "1", apply = "immediate" }' in text(*MODULE)
    assert '"SQLNET.SSL_VERSION"  = "1.2"' in text(*MODULE)


def test_an_oracle_that_speaks_tls_does_so_on_the_port_that_the_network_opens() -> None:
    oracle = local("engines")["oracle"]

    assert (oracle["port"], oracle["client_port"], local("options")['"oracle-tls"']["port"]) == (1522, 1521, 1521)


def test_instances_are_private_encrypted_and_kept() -> None:
    for name in ("this", "replica"):
        body = resources(*MODULE)[f"aws_db_instance.{name}"]
        assert (body["publicly_accessible"], body["storage_encrypted"], body["delete_automated_backups"]) == (
            False,
            True,
            False,
        )


def test_the_code_of_the_function_is_the_packaged_one() -> None:
    assert (folder(*MODULE) / "rotate_master.zip").read_bytes() == functions.archive("rotate_master")
