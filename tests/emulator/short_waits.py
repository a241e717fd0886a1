"""A module whose provider does not wait: a copy with an override of its timeouts.

The provider looks at a domain of OpenSearch Service for the first time ten minutes after it asked for it, whatever is
answered meanwhile; but it looks once more when its time is up, and finds all done. Of an upgrade it asks after 30 s.
"""

from __future__ import annotations

import shutil
from pathlib import Path

OVERRIDE = """\
resource "aws_opensearch_domain" "this" {
  timeouts {
    create = "1s"
    update = "31s"
    delete = "25s"
  }
}
"""


def hurried(module: Path, folder: Path) -> Path:
    """A copy of a module in ``folder`` that does not wait for its domain; a deletion is looked at three times."""
    shutil.copytree(module, folder)
    (folder / "waits_override.tf").write_text(OVERRIDE)
    return folder
