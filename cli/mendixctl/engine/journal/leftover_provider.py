"""The provider configuration of what is left in us-east-1 after the area that made it is gone from the root.

Terraform destroys a resource with the configuration that made it, and refuses every plan where the root has no more of
it ("Provider configuration not present"). A root that has no area with ``aws.global`` any more, because the section was
removed or a rollback goes behind it, gets the block for as long as a plan reads it: the plan keeps a copy.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mendixctl.terraform.state import State
from mendixgen.files import write_atomic
from mendixgen.global_provider import ALIAS

if TYPE_CHECKING:
    from mendixgen.spec.header import Header

TRANSIENT = "mendixctl_provider.tf"
"""The file of the block. A killed mendixctl can leave it behind; ``clear`` takes it away before every plan."""


def leftover(header: Header, state: State, providers: str) -> str:
    """The block that a root with this ``providers.tf`` lacks for what is in ``state``; empty where it lacks none."""
    from mendixgen.root.render import declares_global, global_provider

    if ALIAS not in state.aliases or declares_global(providers):
        return ""
    return global_provider(header)


@contextlib.contextmanager
def provider_of_leftovers(root: Path, header: Header, state: State) -> Iterator[None]:
    """Have what `leftover` gives in the root for the length of a ``with`` block, however that ends."""
    clear(root)
    if ALIAS in state.aliases and (block := leftover(header, state, _text(root / "providers.tf"))):
        write_atomic(root / TRANSIENT, block)
    try:
        yield
    finally:
        clear(root)


def clear(root: Path) -> None:
    """Take away what a killed mendixctl left in ``root``."""
    with contextlib.suppress(OSError):
        (root / TRANSIENT).unlink(missing_ok=True)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""
