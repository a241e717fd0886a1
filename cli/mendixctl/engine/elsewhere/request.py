"""What a build is asked to do: one JSON document at the top of its source. It needs no variable of the build."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from mendixgen.diagnostics import Diagnostic, MendixError

FILE = "request.json"
CHECKOUT = "checkout"
"""The folder of the source that is the repository at its commit, with nothing of it checked out."""

PLAN = "carried.plan"
"""The sealed plan beside it, for an apply."""

SOURCE, ANSWER, STOP = "source.zip", "answer.zip", "stop"
"""The objects of one run in the bucket."""


@dataclass(frozen=True, slots=True)
class Request:
    """``arguments``: the command line of mendixctl, from the command on. ``folder``: the repository in its checkout.
    ``prefix``: where the objects of this run are in ``bucket``. ``generator``: the version of mendixctl that asks.
    ``git_name`` and ``git_address``: who asks, as git knows them.
    """

    environment: str
    arguments: tuple[str, ...]
    folder: str
    commit: str
    bucket: str
    prefix: str
    region: str
    generator: str
    git_name: str = ""
    git_address: str = ""

    def dump(self) -> str:
        return json.dumps({"version": 1, **asdict(self)}, indent=2) + "\n"


def is_there(s3: Any, bucket: str, key: str) -> bool:
    """Whether an object exists. Asked by its prefix: who may list a part of a bucket alone gets 403 and not 404 for an
    object of it that is not there (S3 API reference, HeadObject).
    """
    return bool(s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("KeyCount"))


def parse(text: str | bytes) -> Request:
    """A request as `Request.dump` wrote it.

    Raises:
        MendixError: MXP287, it is none.
    """
    try:
        said = json.loads(text)
        if said.pop("version") != 1:
            raise ValueError
        made = Request(**{**said, "arguments": tuple(said["arguments"])})
        if not all(isinstance(one, str) for one in (*made.arguments, made.environment, made.folder, made.prefix)):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise refused(f"its source has no {FILE} that this version understands") from error
    return made


def refused(
    why: str, hint: str = "start it with --on codebuild, by the mendixctl that the project installs"
) -> MendixError:
    """MXP287: a build that does nothing."""
    return MendixError(Diagnostic("MXP287", f"this build does nothing: {why}", hint=hint))
