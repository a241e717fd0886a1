"""The token for a host, where Terraform itself looks for it.

Source: Terraform CLI configuration, "Credentials" and "Environment variable credentials": ``TF_TOKEN_`` and the host
with ``_`` for each dot and ``__`` for each hyphen wins over ``credentials`` blocks of the configuration; ``terraform
login`` writes ``~/.terraform.d/credentials.tfrc.json``.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, MendixError

_BLOCK = re.compile(r'credentials\s+"([^"]+)"\s*\{[^}]*?\btoken\s*=\s*"([^"]+)"', re.DOTALL)


def variable(hostname: str) -> str:
    """The environment variable that holds the token of a host."""
    return "TF_TOKEN_" + hostname.partition(":")[0].replace("-", "__").replace(".", "_")


def token(hostname: str, variables: Mapping[str, str], home: Path) -> str:
    """The token for ``hostname``.

    Raises:
        MendixError: MXT150, there is none.
    """
    given = variables.get(variable(hostname)) or variables.get(variable(hostname).replace("__", "-"))
    if given:
        return given
    named = variables.get("TF_CLI_CONFIG_FILE")
    for path in (Path(named) if named else home / ".terraformrc", home / ".terraform.d" / "credentials.tfrc.json"):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if found := _in(path.read_text(encoding="utf-8"), hostname):
                return found
    raise MendixError(
        Diagnostic(
            "MXT150",
            f"there is no token for {hostname}",
            hint=f"terraform login {hostname}; or {variable(hostname)}=... in the environment",
        )
    )


def _in(text: str, hostname: str) -> str:
    with contextlib.suppress(ValueError, AttributeError):
        said = json.loads(text).get("credentials", {}).get(hostname, {}).get("token")
        return said if isinstance(said, str) else ""
    return next((token for host, token in _BLOCK.findall(text) if host == hostname), "")
