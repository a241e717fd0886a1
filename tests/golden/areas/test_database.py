"""The database's module: the committed HCL is what the Python says, and reads as it was meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hcl2
import pytest

from mendixgen import functions
from mendixgen.areas.database import Database
from mendixgen.areas.database_checks import FORCED

MODULE = Path(__file__).parents[3] / "modules" / "database" / Database.version
QUOTE = '"'


def parsed() -> dict[str, Any]:
    return hcl2.loads((MODULE / "main.tf").read_text("utf-8"))


def resources() -> dict[str, dict[str, Any]]:
    """The resources of the committed module by address, as python-hcl2 reads them."""
    return {
        f"{kind.strip(QUOTE)}.{name.strip(QUOTE)}": body
        for block in parsed()["resource"]
        for kind, named in block.items()
        for name, body in named.items()
    }


def local(name: str) -> Any:
    return next(block[name] for block in parsed()["locals"] if name in block)


def test_the_manifest_lists_the_resources() -> None:
    manifest = json.loads((MODULE / "module.json").read_text("utf-8"))

    assert manifest["addresses"] == sorted(resources())


def test_tls_is_forced_by_each_engine() -> None:
    text = (MODULE / "main.tf").read_text("utf-8")

    assert {kind: len(it["forced"]) for kind, it in local("engines").items()} == {
        kind: len(names) for kind, names in FORCED.items()
    }
    assert '"rds.force_ssl" = { value = "1", apply = "immediate" }' in text
    assert 'require_secure_transport = { value = "1", apply = "immediate" }' in text
    assert '"SQLNET.SSL_VERSION"  = "1.2"' in text


def test_an_oracle_that_speaks_tls_does_so_on_the_port_that_the_network_opens() -> None:
    oracle = local("engines")["oracle"]

    assert (oracle["port"], oracle["client_port"], local("options")['"oracle-tls"']["port"]) == (1522, 1521, 1521)


def test_instances_are_private_encrypted_and_kept() -> None:
    for name in ("this", "replica"):
        body = resources()[f"aws_db_instance.{name}"]
        assert (body["publicly_accessible"], body["storage_encrypted"], body["delete_automated_backups"]) == (
            False,
            True,
            False,
        )


@pytest.mark.authoring
@pytest.mark.xdist_group("authoring")
def test_the_committed_module_is_what_the_python_says() -> None:
    from mendixgen.authoring import provider
    from mendixgen.authoring.build import module_files

    released = json.loads((MODULE / "module.json").read_text("utf-8"))["released"]
    files = module_files(Database, provider.load(), released)
    made = {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
    assert made == {path.name: path.read_bytes() for path in MODULE.iterdir()}
    assert made["rotate_master.zip"] == functions.archive("rotate_master")
