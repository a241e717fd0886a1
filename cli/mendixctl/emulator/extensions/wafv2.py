"""AWS WAF, for aws_wafv2_ip_set.

moto 5.2.5 gives IP sets a lock token of six digits, where AWS gives a UUID and takes nothing else back (API reference,
UpdateIPSet, LockToken).
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.operations import unique


def install(account: str) -> None:
    """Mend moto's IP sets."""
    from moto.wafv2.models import FakeIPSet

    sets: Any = FakeIPSet
    begin, change = sets.__init__, sets.update

    def __init__(self: Any, *arguments: Any, **named: Any) -> None:  # noqa: N807
        begin(self, *arguments, **named)
        self.lock_token = unique()

    def update(self: Any, *arguments: Any, **named: Any) -> None:
        change(self, *arguments, **named)
        self.lock_token = unique()

    sets.__init__ = __init__
    sets.update = update
