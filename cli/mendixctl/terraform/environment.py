"""The environment variables that Terraform runs with: the caller's, without what would change its behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SCRUBBED_NAMES = frozenset(
    {
        "MENDIXCTL_PLAN_PASSPHRASE",
        "TF_CLI_ARGS",
        "TF_DATA_DIR",
        "TF_FORCE_LOCAL_BACKEND",
        "TF_IGNORE",
        "TF_INPUT",
        "TF_LOG",
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE",
        "TF_REATTACH_PROVIDERS",
        "TF_STATE_PERSIST_INTERVAL",
        "TF_WORKSPACE",
    }
)
"""Variables that reach into what a plan means, where it is kept or what the stream says; and the one that opens plan
files, which is no provider's business."""

SCRUBBED_PREFIXES = ("TF_CLI_ARGS_", "TF_LOG_", "TF_VAR_")

TERRAFORM_LOG = "MENDIXCTL_TF_LOG"
"""Set to TRACE, DEBUG, ... to have Terraform's own log in the run's folder; TF_LOG would flood every stderr."""


COLLECTOR = "400"
"""``GOGC``: how far Go's heap may grow, in percent, before it is swept. The AWS provider builds its schema of a hundred
megabytes anew in each of a plan's processes; swept at Go's own 100 that costs a fifth more CPU time and saves 40 MB of
650 (measured with provider 5.100.0).
"""


def terraform_environment(
    inherited: Mapping[str, str],
    given: Mapping[str, str | None],
    *,
    data_directory: Path,
    cli_config: Path | None,
) -> dict[str, str]:
    """Terraform's environment. ``given`` is added last and wins; a value of None takes a variable away."""
    result = {
        name: value
        for name, value in inherited.items()
        if name not in SCRUBBED_NAMES and not name.startswith(SCRUBBED_PREFIXES)
    }
    result |= {
        "CHECKPOINT_DISABLE": "1",
        "GOGC": inherited.get("GOGC", COLLECTOR),
        "TF_DATA_DIR": str(data_directory.absolute()),
        "TF_INPUT": "0",
        "TF_IN_AUTOMATION": "1",
    }
    if cli_config is not None:
        result["TF_CLI_CONFIG_FILE"] = str(cli_config.absolute())
    elif not _is_file(result.get("TF_CLI_CONFIG_FILE")):
        # Terraform warns on every call of a file that is not there, and goes on without it: so do we, silently.
        result.pop("TF_CLI_CONFIG_FILE", None)
    if level := inherited.get(TERRAFORM_LOG):
        result["TF_LOG"] = level
    for name, value in given.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def _is_file(name: str | None) -> bool:
    return bool(name) and Path(str(name)).is_file()
