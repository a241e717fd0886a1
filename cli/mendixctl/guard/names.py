"""Names within a limit of AWS: what is too long together ends in the digest of its parts."""

from __future__ import annotations

import hashlib
import re

TAIL = 6
_CLEAN = re.compile(r"[^a-z0-9]+")


def within(limit: int, *parts: str) -> str:
    """``parts`` in lower case joined by hyphens, of at most ``limit`` characters; the same parts give the same name.

    A name that would be too long is cut and ends in six characters of its digest, so that two long names that begin
    alike stay different. Raises ValueError for no parts.
    """
    cleaned = [part for part in (_CLEAN.sub("-", raw.lower()).strip("-") for raw in parts) if part]
    if not cleaned:
        raise ValueError("a name needs at least one part with a letter or a digit")
    whole = "-".join(cleaned)
    if len(whole) <= limit:
        return whole
    tail = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:TAIL]
    return f"{whole[: limit - TAIL - 1].rstrip('-')}-{tail}"
