"""What stands beside a saved plan: what it was made from, so that an apply can say what moved since.

Plans are secrets (Terraform keeps every value in clear in them), and so is the list of changes here: both files
are readable by their owner alone, and both are gone once the plan is applied or expired.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mendixctl.engine.failures import unwritable
from mendixctl.engine.results import Counts, Judged
from mendixctl.guard.snapshots import PlannedSnapshot
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.ledger.release import Kind
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen import conformity
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused
from mendixgen.files import private_folder, read_bounded, write_atomic

LIFETIME = timedelta(hours=24)
"""A plan is reviewed and applied within a working day; after that the world has moved on."""

FORMAT = 3
SECRET = 0o600

LARGEST = 256 << 20
"""Bytes of a manifest that are read: far more than the changes of the largest plan."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that a plan depends on. Digests of content, never times or commits."""

    account: str
    region: str
    target: str
    spec: str
    lock: str
    hcl: str
    provider_lock: str
    modules: Mapping[str, str]
    terraform: str
    lineage: str
    serial: int

    def moved(self, now: Fingerprint) -> list[str]:
        """What is different ``now``, in words; empty where nothing is."""
        words = [
            ("spec", "the YAML was edited"),
            ("account", f"the account was {self.account} and is {now.account}"),
            ("region", f"the region was {self.region} and is {now.region}"),
            ("target", f"the target was {self.target} and is {now.target}"),
            ("lock", "the module versions in the lock were changed"),
            ("hcl", "the rendered root was changed"),
            ("provider_lock", "the provider lock (.terraform.lock.hcl) was changed"),
            ("terraform", f"Terraform was {self.terraform} and is {now.terraform}"),
        ]
        found = [text for name, text in words if getattr(self, name) != getattr(now, name)]
        changed = sorted(
            area for area in {*self.modules, *now.modules} if self.modules.get(area) != now.modules.get(area)
        )
        found += [f"the module {area} was changed" for area in changed if "lock" not in found]
        if self.lineage != now.lineage:
            found.append("the state is another one")
        elif self.serial != now.serial:
            found.append(f"the state was at serial {self.serial} and is at {now.serial}: something else was applied")
        return found


@dataclass(frozen=True, slots=True)
class Manifest:
    """A saved plan: where it belongs, how long it holds, what it was made from and what it changes."""

    environment: str
    kind: Kind
    rehearsal: bool
    base: int
    created_at: datetime
    expires_at: datetime
    commit: str
    plan_digest: str
    fingerprint: Fingerprint
    changes: tuple[Judged, ...]
    drift: tuple[ResourceChange, ...]
    drift_losses: tuple[Judged, ...]
    outputs: Mapping[str, AttributeChange]
    counts: Counts
    unchanged: int = 0
    identities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    snapshots: tuple[PlannedSnapshot, ...] = ()


def file_digest(path: Path) -> str:
    """``sha256:`` of a file; an empty text where there is none."""
    try:
        with path.open("rb") as stream:
            return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
    except FileNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class PlanSlot:
    """Where an environment's one saved plan stands: Terraform's file and the manifest beside it."""

    folder: Path

    @property
    def plan(self) -> Path:
        return self.folder / "plan.tfplan"

    @property
    def staging(self) -> Path:
        """Where Terraform writes a plan until it is known to be whole."""
        return self.folder / "new.tfplan"

    @property
    def manifest(self) -> Path:
        return self.folder / "plan.json"

    def make(self) -> None:
        """Make the folder, for its owner alone."""
        try:
            private_folder(self.folder, self.folder.parent)
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def clear(self) -> None:
        """Remove the plan; what is not there is no matter."""
        for path in (self.manifest, self.plan, self.staging):
            with contextlib.suppress(OSError):
                path.unlink()

    def save(self, manifest: Manifest) -> None:
        """Make the staged plan the saved one. The manifest comes last: a plan without one does not count."""
        try:
            self.staging.chmod(SECRET)
            self.staging.replace(self.plan)
        except OSError as error:
            raise unwritable(self.plan, error) from error
        write_atomic(self.manifest, json.dumps(_to_json(manifest), indent=1), mode=SECRET)

    def load(self) -> Manifest | None:
        """The manifest of the saved plan, or None where there is no plan.

        Raises:
            MendixError: MXP112, it cannot be read.
        """
        try:
            text = read_bounded(self.manifest, LARGEST)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from error
        for path in (self.folder, self.manifest, self.plan):
            _check_own(path)
        try:
            manifest = _from_json(json.loads(text))
            conformity.check(manifest)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise self._unreadable(f"{type(error).__name__}: {error}") from error
        return manifest

    def _unreadable(self, why: str) -> MendixError:
        return MendixError(
            Diagnostic(
                "MXP112",
                f"the manifest of the saved plan cannot be read: {why}",
                hint="plan again: mendixctl plan ENVIRONMENT",
                location=Location(str(self.manifest)),
            )
        )


def sweep(private: Path, now: datetime) -> None:
    """Remove what no apply can take any more: plans that have expired, of every environment, rehearsed or not.

    Which plans those are is told by the age of their files, so that a manifest that cannot be read goes as well.
    """
    before = (now - LIFETIME).timestamp()
    for folder in (*private.glob("*/plans"), *private.glob("*/rehearsal/.mendixctl/*/plans")):
        with contextlib.suppress(OSError):
            for path in folder.iterdir():
                if path.lstat().st_mtime < before:
                    path.unlink()


def _check_own(path: Path) -> None:
    """Check that a file of the saved plan was made here: what apply shows comes from it, and nothing else says it.

    Git keeps no such mode, so a plan that came with a checkout is told by it.

    Raises:
        Refused: MXI105, it belongs to somebody else, or others may write or read it.
    """
    try:
        found = path.stat()
    except OSError:
        return  # what is not there cannot be applied, and is said where it is looked for
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise Refused(
            Diagnostic(
                "MXI105",
                f"{path.name} of the saved plan was not made by mendixctl for you: others may read or write it",
                hint="plan again: mendixctl plan ENVIRONMENT",
                location=Location(str(path)),
            )
        )


def _change_to_json(change: ResourceChange) -> dict[str, Any]:
    return {
        "address": change.address,
        "area": change.area,
        "type": change.type,
        "action": change.action.value,
        "previous_address": change.previous_address,
        "reason": change.reason,
        "identity": dict(change.identity),
        "attributes": [asdict(attribute) for attribute in change.attributes],
    }


def _change_from_json(data: Mapping[str, Any]) -> ResourceChange:
    return ResourceChange(
        address=data["address"],
        area=data["area"],
        type=data["type"],
        action=Action(data["action"]),
        attributes=tuple(AttributeChange(**attribute) for attribute in data["attributes"]),
        previous_address=data["previous_address"],
        reason=data["reason"],
        identity=data.get("identity", {}),
    )


def _judged_to_json(judged: Judged) -> dict[str, Any]:
    return {
        **_change_to_json(judged.change),
        "judgement": asdict(judged.judgement),
        "back": asdict(judged.back),
    }


def _judged_from_json(data: Mapping[str, Any]) -> Judged:
    return Judged(_change_from_json(data), _judgement(data["judgement"]), _judgement(data["back"]))


def _judgement(data: Mapping[str, Any]) -> Judgement:
    return Judgement(**{**data, "verdict": Verdict(data["verdict"]), "besides": Verdict(data["besides"])})


def _to_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "environment": manifest.environment,
        "kind": manifest.kind.value,
        "rehearsal": manifest.rehearsal,
        "base": manifest.base,
        "created_at": manifest.created_at.isoformat(),
        "expires_at": manifest.expires_at.isoformat(),
        "commit": manifest.commit,
        "plan_digest": manifest.plan_digest,
        "fingerprint": {**asdict(manifest.fingerprint), "modules": dict(manifest.fingerprint.modules)},
        "changes": [_judged_to_json(judged) for judged in manifest.changes],
        "drift": [_change_to_json(change) for change in manifest.drift],
        "drift_losses": [_judged_to_json(judged) for judged in manifest.drift_losses],
        "outputs": {name: asdict(change) for name, change in manifest.outputs.items()},
        "counts": asdict(manifest.counts),
        "unchanged": manifest.unchanged,
        "identities": {address: dict(values) for address, values in manifest.identities.items()},
        "snapshots": [asdict(snapshot) for snapshot in manifest.snapshots],
    }


def _from_json(data: Mapping[str, Any]) -> Manifest:
    if data["format"] != FORMAT:
        raise ValueError(f"format {data['format']} is not {FORMAT}")
    return Manifest(
        environment=data["environment"],
        kind=Kind(data["kind"]),
        rehearsal=data["rehearsal"],
        base=data["base"],
        created_at=datetime.fromisoformat(data["created_at"]),
        expires_at=datetime.fromisoformat(data["expires_at"]),
        commit=data["commit"],
        plan_digest=data["plan_digest"],
        fingerprint=Fingerprint(**data["fingerprint"]),
        changes=tuple(_judged_from_json(judged) for judged in data["changes"]),
        drift=tuple(_change_from_json(change) for change in data["drift"]),
        drift_losses=tuple(_judged_from_json(judged) for judged in data["drift_losses"]),
        outputs={name: AttributeChange(**change) for name, change in data["outputs"].items()},
        counts=Counts(**data["counts"]),
        # a plan of before this was kept is not said to create everything
        unchanged=data.get("unchanged", 1),
        identities={str(address): dict(values) for address, values in data.get("identities", {}).items()},
        snapshots=tuple(PlannedSnapshot(**snapshot) for snapshot in data["snapshots"]),
    )
