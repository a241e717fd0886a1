"""`python -m mendixctl`: the command line, where the script is not on PATH."""

from __future__ import annotations

import sys

from mendixctl.app import main

if __name__ == "__main__":
    sys.argv[0] = "mendixctl"
    sys.exit(main())
