"""What Terraform makes of expressions: roots that have outputs and need no provider."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from mendixctl.terraform import binary


def planned_outputs(folder: Path) -> dict[str, Any]:
    """The outputs that a plan of the root in ``folder`` would give."""
    environment = {**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}

    def terraform(*arguments: str) -> bytes:
        command = [*binary.find().command, *arguments]
        return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True).stdout

    terraform("init", "-input=false")
    terraform("plan", "-input=false", "-out=plan")
    shown = json.loads(terraform("show", "-json", "plan"))
    return {name: change["after"] for name, change in shown["output_changes"].items()}
