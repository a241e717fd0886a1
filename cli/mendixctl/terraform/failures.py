"""What Terraform's errors mean: its diagnostics become mendixctl's, with a code and a way out.

Terraform and its providers have no error codes, so they are recognised by their texts. Those come from Terraform
1.11.4 and 1.15.5 and AWS provider 5.100.0 (recordings in tests/contract/recordings) and, for what AWS alone can
say, from the AWS API's lists of common errors. What is not recognised stays as Terraform said it (MXT110).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mendixctl.terraform.answers import Answer
from mendixctl.terraform.events import DiagnosticEvent
from mendixctl.terraform.outcome import INTERRUPTED, Gatherer
from mendixgen.diagnostics import Diagnostic, Location, Severity
from mendixgen.messages import msg

NOT_INITIALISED = "MXT122"
"""The root has to be initialised (again): the engine forgets its stamp and runs ``init``."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where Terraform ran. ``endpoint`` is the AWS API that it was given, "" for AWS itself."""

    root: Path
    command: str
    endpoint: str = ""
    version: str = ""
    logs: Path | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    pattern: re.Pattern[str]
    summary: Callable[[re.Match[str], Context], str]
    hint: Callable[[Context], str]


def _rule(code: str, pattern: str, summary: str, hint: str) -> _Rule:
    return _Rule(
        code,
        re.compile(pattern, re.IGNORECASE | re.DOTALL),
        lambda match, context: summary.format(*match.groups(), root=_shown(context.root), context=context),
        lambda context: hint.format(root=_shown(context.root), context=context),
    )


_UNREACHABLE = (
    r"connection refused|connection reset by peer|broken pipe|server closed|unexpected EOF|: EOF|i/o timeout"
    r"|no route to host|no such host|network is unreachable|TLS handshake timeout|context deadline exceeded"
)

_RULES: tuple[_Rule, ...] = (
    _rule(
        "MXT111",
        r"Lock Info:\s*ID:\s*(\S+).*?Operation:\s*(?:OperationType)?(\S*).*?"
        r"Who:\s*([^\n]*)\n.*?Created:\s*([^\n.]*)",
        "the state is locked by {2} since {3} ({1}, lock {0})",
        "wait until that is over; if it is certain that it died: mendixctl recover {context.root.name}",
    ),
    _rule(
        "MXT116",
        r"Saved plan (?:is stale|does not match)|different (?:state|lineage)",
        "the plan is stale: the state has changed since it was made",
        "plan again, review, and apply that plan",
    ),
    _rule(
        "MXT128",
        r"Failed to (?:read the given file as a state or plan file|load .* as a plan file)|not a valid zip file",
        "the plan file is damaged, or not a plan",
        "plan again, review, and apply that plan",
    ),
    _rule(
        "MXT123",
        r"Failed to (?:persist|save) state|Error saving (?:the )?state|errored\.tfstate",
        "the state could not be saved where it belongs; Terraform keeps what it did in {root}/errored.tfstate",
        "keep that file; once the backend answers run `terraform state push errored.tfstate` in {root}, then plan",
    ),
    _rule(
        "MXT124",
        r"Error releasing the state lock",
        "the lock of the state could not be released and may still be there",
        "if the next command names a lock of your own, and nothing else runs: mendixctl recover {context.root.name}",
    ),
    _rule(
        "MXT118",
        r"Unsupported (?:Terraform|OpenTofu) Core version|Unsupported state file format"
        r"|state snapshot was created by (?:Terraform|OpenTofu)"
        r"|configuration does not support (?:Terraform|OpenTofu) version",
        "Terraform {context.version} does not suit this root or its state",
        "use the Terraform version that the text below asks for (PATH or MENDIXCTL_TERRAFORM)",
    ),
    _rule(
        "MXT121",
        r"doesn't match any of the checksums|checksum (?:list|verification)|checksums previously recorded",
        "a provider does not match the checksums in {root}/.terraform.lock.hcl",
        "if the file was made on another platform, run `terraform providers lock -platform=PLATFORM` in {root} and "
        "commit it; otherwise do not trust the package",
    ),
    _rule(
        "MXT113",
        r"Failed to query available provider packages|Failed to install provider|could not connect to registry"
        r"|Invalid provider registry host|Incompatible provider version|provider registry .* does not have a provider",
        "a provider cannot be had from where Terraform looks for it",
        "check the network, or name a filesystem mirror of the providers: MENDIXCTL_PROVIDER_MIRROR=FOLDER",
    ),
    _rule(
        NOT_INITIALISED,
        r"Inconsistent dependency lock file|Backend initialization required|Backend configuration changed"
        r"|Module not installed|Module source has changed|Module version requirements have changed"
        r"|Required plugins are not installed|Missing required provider|please run \"?terraform init",
        "{root} has to be initialised again",
        "run the same command again",
    ),
    _rule(
        "MXT115",
        r"AWS account ID not allowed: (\d+)",
        "the credentials are for account {0}, and the environment is for another",
        "use credentials of the environment's account (AWS_PROFILE), or mend `account` in its YAML",
    ),
    _rule(
        "MXT119",
        r"S3 bucket \"[^\"]*\" does not exist"
        r"|(?:existing workspaces|(?:refreshing|loading|inspecting|saving|acquiring)[^:]* state\b).*NoSuchBucket",
        "the bucket of the state does not exist",
        "make it with `mendixctl bootstrap ENVIRONMENT`, or mend `state.bucket` in the environment's YAML",
    ),
    _rule(
        "MXT114",
        r"No valid credential sources|ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient"
        r"|SignatureDoesNotMatch|AuthFailure|security token included in the request is|token has expired"
        r"|failed to refresh cached credentials|SSO session|failed to get shared config profile",
        "the AWS credentials are missing, expired or wrong",
        "log in again (for example `aws sso login`) and name the profile with AWS_PROFILE; then run the same command",
    ),
    _rule(
        "MXT134",
        r"secret with this name is already scheduled for deletion",
        "a secret of that name is scheduled for deletion, and its name is taken until then",
        "have it back with what it holds: mendixctl plan {context.root.name} --undelete, then apply",
    ),
    _rule(
        "MXT136",
        r"UninitializedAccountException",
        "Elastic Disaster Recovery is not initialised in this region, which a person does once an account",
        "aws drs initialize-service, in the region of the standby; or elastic_disaster_recovery: false",
    ),
    _rule(
        "MXT137",
        r"reading Cost Explorer Cost Allocation Tag \(([^)]+)\): empty result",
        "the bill knows no tag {0}: it does a day after the first resource has it",
        "leave it out of cost_tags until then",
    ),
    _rule(
        "MXT129",
        r"(\b(?!DB\w*Snapshot)\w*Already(?:Exists|OwnedByYou)\w*|ResourceExistsException|QueueNameExists|InvalidGroup\.Duplicate"
        r"|DuplicateLoadBalancerName|DuplicateTargetGroupName|ResourceInUseException: \w+ already exists)",
        "AWS has something of that name already ({0}): another environment's, or one of this environment's that its "
        "state does not know",
        "its tags say whose it is (environment, managed-by); another environment's: take another name; this one's own: "
        "adopt it with mendixctl recover",
    ),
    _rule(
        "MXT120",
        r"Cannot assume IAM Role|AccessDenied|UnauthorizedOperation|not authorized to perform|AuthorizationError",
        "AWS denies the call to these credentials",
        "give the role the permission that the text below names, or use another one (`deploy_role`, AWS_PROFILE)",
    ),
    _Rule(
        "MXT112",
        re.compile(rf"({_UNREACHABLE})", re.IGNORECASE),
        lambda match, context: (
            f"the emulator at {context.endpoint} does not answer ({match[1].strip(': ')}): it has died or was stopped"
            if context.endpoint
            else f"AWS cannot be reached ({match[1].strip(': ')})"
        ),
        lambda context: (
            "run the same command again: it starts the emulator, with its data, and goes on; its log: "
            "`mendixctl emulator status`"
            if context.endpoint
            else "check the network and its proxy (HTTPS_PROXY), then run the same command again"
        ),
    ),
    _rule(
        "MXT117",
        r"(no space left on device|disk quota exceeded|read-only file system|file too large|permission denied)",
        "a file could not be written: {0}",
        "make room on the disk or mend the permissions, then run the same command again",
    ),
    _rule(
        "MXT126",
        r"Plugin did not respond|plugin.*crashed|plugin exited|failed to instantiate provider|remote plugin message",
        "a provider crashed or did not start",
        "run the same command again; if it stays, see the provider's issues with the text below",
    ),
)

_EVERYWHERE = frozenset({"MXT112", "MXT114"})
"""What is wrong with the surroundings and not with the resource that happened to notice."""

QUOTING = frozenset({"MXT107", "MXT110", "MXT117", "MXT120", "MXT126", "MXT127"})
"""Errors in whose words a provider may quote a value; the rest is of what Terraform does before it has any."""

MOST_DETAILS = 5
"""Texts of Terraform that are kept of errors that say the same."""

_NOISE = frozenset({"execution halted", "operation canceled", "operation cancelled"})
"""What Terraform says once a resource that it did not begin when it was stopped."""


def diagnose(events: Sequence[DiagnosticEvent], context: Context) -> tuple[Diagnostic, ...]:
    """mendixctl's diagnostics for Terraform's, in order; those that say the same are one, with all their details."""
    merged: dict[tuple[str, str, Location | None], list[Diagnostic]] = {}
    for event in events:
        if event.summary.strip().lower() not in _NOISE:
            found = _diagnostic(event, context)
            merged.setdefault((found.code, found.summary, found.location), []).append(found)
    return tuple(replace(group[0], detail=_joined([found.detail for found in group])) for group in merged.values())


def _joined(details: list[str]) -> str:
    different = list(dict.fromkeys(detail for detail in details if detail))
    more = len(different) - MOST_DETAILS
    return "\n\n".join([*different[:MOST_DETAILS], *([f"... and {more} more like these"] if more > 0 else [])])


def from_text(stderr: str, exit_code: int, context: Context) -> Diagnostic:
    """The diagnostic for a failure that Terraform told in plain text only, or not at all."""
    said = _plain(stderr)
    if "panic:" in said or "TERRAFORM CRASH" in said:
        return Diagnostic(
            "MXT107",
            f"Terraform {context.version} crashed in `{context.command}`",
            hint=f"run the same command again; {_log_hint(context)}",
            detail=said[-4000:],
            location=_place(context),
        )
    errors = [part.strip() for part in re.split(r"(?m)^\s*Error: ", said)[1:]]
    if errors:
        summary, _, detail = errors[0].partition("\n")
        return _diagnostic(DiagnosticEvent("diagnostic", summary=summary.strip(), detail=detail.strip()), context)
    return Diagnostic(
        "MXT110",
        f"`terraform {context.command}` failed with exit code {exit_code}" + ("" if said else " and said nothing"),
        hint=_log_hint(context),
        detail=said[-4000:],
        location=_place(context),
    )


def vanished(signal_name: str, stderr: str, context: Context) -> Diagnostic:
    """Terraform was killed from outside: what it had in flight may exist without standing in the state."""
    writes = context.command in ("apply", "init", "state push")
    return Diagnostic(
        "MXT104",
        f"Terraform was killed ({signal_name}) in the middle of `{context.command}`",
        hint=f"mendixctl recover {context.root.name} finds what it made, and removes a lock that it left when told to"
        if context.command == "apply"
        else "run the same command again; "
        + ("a lock that stays behind names its owner and is not removed by itself" if writes else _log_hint(context)),
        detail=_plain(stderr)[-4000:],
        location=_place(context),
    )


def unwritable(path: Path, why: str) -> Diagnostic:
    """A file that a command needs could not be written."""
    return Diagnostic(
        "MXT117",
        f"{_shown(path)} could not be written: {why}",
        hint="make room on the disk or mend the permissions, then run the same command again",
        location=Location(_shown(path)),
    )


def full(path: Path) -> Diagnostic:
    """The disk became full during an apply."""
    return Diagnostic(
        "MXT117",
        "the disk became full: Terraform was asked to stop, and saved its state in the room that was kept for that",
        hint="make room on the disk, then plan again: it goes on from here",
        location=Location(_shown(path)),
    )


def follows(error: Diagnostic) -> bool:
    """Whether an error only says of one resource that Terraform was stopped or that the API was gone."""
    words = f"{error.summary} {error.detail}".lower()
    return any(sign in words for sign in ("context canceled", "connection refused", "connection reset", ": eof"))


def interrupted(command: str, gathered: Gatherer, context: Context) -> tuple[Diagnostic, ...]:
    """What a person is told who stopped Terraform: how far it came, a line for each resource that was in flight, and
    in full only what AWS refused by itself.
    """
    changed = command == "apply" and (gathered.completed or gathered.failed or gathered.open)
    done = f"{len(gathered.completed)} of {len(gathered.planned)} resources were done" if changed else ""
    flying = list(dict.fromkeys([*gathered.failed, *(address for address, _ in gathered.open)]))
    flying = [address for address in flying if gathered.answer(address) is Answer.NONE]
    hint = "plan again: it goes on from here" if changed else "run the same command again"
    if flying:
        hint = f"mendixctl status {context.root.name} says what is in doubt, and what to do about it"
    first = Diagnostic(
        INTERRUPTED,
        f"stopped during `terraform {command}`: {done or 'nothing was changed'}",
        hint=hint,
        detail="\n".join(f"{address}  was in flight" for address in flying),
    )
    return (first, *diagnose([one for one in gathered.errors if one.address not in flying], context))


def unreadable(what: str, context: Context) -> Diagnostic:
    """Terraform answered, and not with what its documentation promises."""
    return Diagnostic(
        "MXT105",
        f"the output of `terraform {context.command}` cannot be understood: {what}",
        hint=f"is it Terraform that stands on PATH (version {context.version})? {_log_hint(context)}",
        location=_place(context),
    )


def _diagnostic(event: DiagnosticEvent, context: Context) -> Diagnostic:
    said = "\n".join(part for part in (event.summary.strip(), event.detail.strip()) if part)
    severity = Severity.WARNING if event.severity == "warning" else Severity.ERROR
    if severity is Severity.ERROR:
        for rule in _RULES:
            if match := rule.pattern.search(said):
                summary = rule.summary(match, context)
                if event.address and not event.address.startswith("provider[") and rule.code not in _EVERYWHERE:
                    summary = msg("{address}: {what}", address=event.address, what=summary)
                return Diagnostic(
                    rule.code,
                    summary,
                    hint=rule.hint(context),
                    detail=said,
                    location=None if rule.code in _EVERYWHERE else _location(event, context),
                )
    summary, detail = event.summary.strip(), event.detail.strip()
    if event.address and event.address not in summary:
        summary = f"{event.address}: {summary}"
    return Diagnostic(
        "MXT110" if severity is Severity.ERROR else "MXT127",
        summary,
        detail=detail,
        location=_location(event, context),
        severity=severity,
    )


def _location(event: DiagnosticEvent, context: Context) -> Location | None:
    if not event.file:
        return None
    path = Path(os.path.normpath(context.root / event.file))
    return Location(_shown(path), event.line, event.column)


def _place(context: Context) -> Location:
    return Location(_shown(context.root))


def _shown(path: Path) -> str:
    """A path as a person who stands in the working directory would name it."""
    try:
        relative = path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
    return relative if relative != "." else str(path.absolute())


def _log_hint(context: Context) -> str:
    return f"Terraform's own words are kept in {_shown(context.logs)}" if context.logs else "see the text below"


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"^[\u2502\u2577\u2575][^\S\n]?", re.MULTILINE)


def _plain(stderr: str) -> str:
    """Terraform's text without colours and the frame that it draws around errors."""
    # the frame is itself coloured, so its line begins with it only once the colours are gone
    return _FRAME.sub("", _COLOUR.sub("", stderr)).strip()
