"""``verdicts``: judges the JSON of any Terraform plan, wherever it was made; needs no repository and asks nobody."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from mendixctl.engine.plan.judged import judged, losses
from mendixctl.engine.results import Judged
from mendixctl.guard.refusals.classify import Refusal, refusals
from mendixctl.guard.verdict import Verdict, gravest
from mendixctl.terraform.plan import PlanDocument
from mendixctl.terraform.plan_json import parse
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Severity
from mendixgen.messages import msg

Threshold = Literal["windowed", "restore-needed", "irreversible", "loss"]

LARGEST = 512 << 20
"""Bytes. The largest plans that are known are a tenth of that; more is no plan, and would fill the memory."""

DEEPEST = 120
"""Levels. What providers nest is a quarter of that; deeper text is made to exhaust a reader's stack."""

MAKE_ONE = "terraform plan -out tfplan && terraform show -json tfplan > plan.json"


@dataclass(frozen=True, slots=True)
class VerdictsResult:
    """The verdicts of a plan. ``name``: where it was read. ``refused``: what is at or above the threshold.

    ``refusals``: what AWS will, or may, refuse; without what was allowed by name.
    """

    name: str
    terraform: str
    changes: tuple[Judged, ...]
    drift_losses: tuple[Judged, ...] = ()
    fail_on: str = ""
    refused: tuple[Judged, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def gravest(self) -> Verdict:
        return gravest(one.verdict for one in self.changes)

    @property
    def exit_code(self) -> int:
        """3 where the threshold is reached, or AWS will refuse something. Changes alone are no finding: a pipeline's
        gate must let them pass.
        """
        return 3 if self.refused or any(one.certain for one in self.refusals) else 0


def judge_file(
    path: Path,
    *,
    fail_on: Threshold | None = None,
    accepted: tuple[str, ...] = (),
    allowed: tuple[str, ...] = (),
) -> VerdictsResult:
    """Judge the plan in a file.

    Raises:
        MendixError: MXG120 it cannot be read, MXG121 it is no plan in JSON, MXT105 its format is not 1.x.
    """
    name = str(path)
    try:
        with path.open("rb") as stream:
            return judge_stream(stream, name, fail_on=fail_on, accepted=accepted, allowed=allowed)
    except OSError as error:
        raise MendixError(
            Diagnostic(
                "MXG120",
                msg("the plan cannot be read: {value}", value=error.strerror or type(error).__name__),
                hint=msg("make one: {make_one}", make_one=MAKE_ONE),
                location=Location(name),
            )
        ) from error


def judge_stream(
    stream: BinaryIO,
    name: str,
    *,
    fail_on: Threshold | None = None,
    accepted: tuple[str, ...] = (),
    allowed: tuple[str, ...] = (),
) -> VerdictsResult:
    """Judge the plan that a stream holds; errors as for `judge_file`.

    ``fail_on``: refuse changes with this verdict or a graver one; ``loss``: those that lose something for good.
    ``accepted``: addresses that are let pass; ``allowed``: those of which a refusal by AWS is.
    """
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _no_plan(name, msg("it is larger than {value} MiB", value=LARGEST >> 20))
    document, diagnostics = _read(data, name)
    changes = judged(document)
    refused = tuple(
        one for one in changes if fail_on is not None and one.change.address not in accepted and _reaches(one, fail_on)
    )
    found = tuple(one for one in refusals(document) if one.address not in allowed)
    return VerdictsResult(
        name=name,
        terraform=document.terraform_version,
        changes=changes,
        drift_losses=losses(document),
        fail_on=fail_on or "",
        refused=refused,
        refusals=found,
        diagnostics=(*diagnostics, *map(_refusal, refused), *map(_by_aws, found)),
    )


def _reaches(one: Judged, threshold: Threshold) -> bool:
    if threshold == "loss":
        return one.judgement.loses
    return one.verdict.gravity >= Verdict(threshold).gravity


def _refusal(one: Judged) -> Diagnostic:
    return Diagnostic(
        "MXG122",
        msg(
            "{address} is {value}: {reason}",
            address=one.change.address,
            value=one.verdict.value,
            reason=one.judgement.reason,
        ),
        hint=msg(
            "change the configuration, or let this one pass: --accept-loss {quote}",
            quote=shlex.quote(one.change.address),
        ),
    )


def _by_aws(one: Refusal) -> Diagnostic:
    said = f"{one.code}: {one.text}"
    if one.certain:
        return Diagnostic(
            "MXG201", msg("AWS will refuse {address}: {said}", address=one.address, said=said), hint=one.instead
        )
    why = msg(
        "{address}: AWS refuses this if {possible} ({said})", address=one.address, possible=one.possible, said=said
    )
    return Diagnostic("MXG202", why, hint=one.instead, severity=Severity.WARNING)


def _read(data: bytes, name: str) -> tuple[PlanDocument, tuple[Diagnostic, ...]]:
    """The plan, and what is to be known of it. PowerShell's UTF-16 is read as well as UTF-8."""
    if data.startswith(b"PK"):
        raise _no_plan(name, "it is Terraform's own plan file, not its JSON")
    try:
        content: Any = json.loads(data.decode(json.detect_encoding(data)).removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        why = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise _no_plan(name, msg("it is not JSON ({why})", why=why)) from error
    if not isinstance(content, Mapping):
        raise _no_plan(name, "it is JSON, but no object")
    if "@message" in content or "@level" in content:
        raise _no_plan(name, "it is a line of terraform plan -json, the log and not the plan")
    if "resource_changes" not in content and not {"planned_values", "output_changes"} & set(content):
        raise _no_plan(name, "it is JSON, but no plan: it has no resource_changes")
    if _deeper(content, DEEPEST):
        raise _no_plan(name, msg("it is nested more than {deepest} levels deep", deepest=DEEPEST))
    return parse(content), _incomplete(content)


def _deeper(value: Any, limit: int) -> bool:
    """Whether ``value`` is nested deeper than ``limit``; level by level, so that no depth can exhaust the stack."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _incomplete(content: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
    found = []
    if content.get("errored") is True:
        found.append("Terraform failed while it made this plan, so changes may be missing")
    if content.get("complete") is False or content.get("deferred_changes"):
        found.append("Terraform deferred changes to a later plan, and they are not judged")
    return tuple(Diagnostic("MXG123", text, severity=Severity.WARNING) for text in found)


def _no_plan(name: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXG121",
            msg("this is no plan in JSON: {why}", why=why),
            hint=msg("make one: {make_one}", make_one=MAKE_ONE),
            location=Location(name),
        )
    )
