"""The secrets' module: its function is the packaged one, and no value of a secret stands in it."""

from __future__ import annotations

from mendixgen import functions
from mendixgen.areas.secrets import Secrets
from tests.golden.areas.committed import STORE, folder, resources

MODULE = ("secrets", Secrets.version)


def test_the_code_of_the_function_is_part_of_the_module_and_of_its_digest() -> None:
    place = folder(*MODULE)
    assert (place / "rotate_secret.py").read_text("utf-8") == functions.source("rotate_secret")
    assert (place / "rotate_secret.zip").read_bytes() == functions.archive("rotate_secret")
    assert {"rotate_secret.py", "rotate_secret.zip"} <= set(STORE.manifest(*MODULE).files)


def test_the_module_has_no_value_of_a_secret() -> None:
    version = resources(*MODULE)["aws_secretsmanager_secret_version.first"]
    assert "secret_string" not in version
    assert "secret_binary" not in version
    assert version["secret_string_wo"] == "${sha256(uuid())}"
