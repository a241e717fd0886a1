"""The ``result`` object of each command's ``--json``, as documented in docs/json.md. A change here is a change there.

Field names are a promise to programs, so each document is put together here by name where it differs from the
dataclass that the engine gives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mendixctl.guard.verdict import Verdict
from mendixctl.views.json import preflight
from mendixctl.views.json.plain import plain
from mendixctl.views.json.shown import Shown
from mendixgen.versions import defects

if TYPE_CHECKING:
    from mendixctl.engine import results
    from mendixctl.engine.apply.results import ApplyResult
    from mendixctl.engine.deploy.results import DeployResult
    from mendixctl.engine.destroy import DestroyResult
    from mendixctl.engine.elsewhere.results import ElsewhereResult
    from mendixctl.engine.explain.results import ExplainResult
    from mendixctl.engine.history.results import DiffResult, HistoryResult, ShowResult
    from mendixctl.engine.many.results import ManyAppliesResult, ManyPlansResult
    from mendixctl.engine.outputs import OutputsResult
    from mendixctl.engine.plan.results import Guards, PlanResult
    from mendixctl.engine.plan.verdicts import VerdictsResult
    from mendixctl.engine.repository.results import UpgradeResult, UpgradesResult, ValidateResult
    from mendixctl.engine.repository.schema import SchemaResult
    from mendixctl.engine.repository.support import SupportResult
    from mendixctl.engine.rollback.results import PreparedRollback, RollbackResult
    from mendixctl.engine.state_restore.run import RestoreResult, StateListResult
    from mendixctl.guard.manifests import JudgedObject, ManifestChanges
    from mendixctl.ledger.release import Record
    from mendixctl.views.results import ModuleBuild, ModuleList, Rendered, Script
    from mendixgen.versions.semver import Comparison
    from mendixgen.versions.store import Manifest

Document = dict[str, Any]


def deploy(result: DeployResult) -> Document:
    """What a deployment found, did and waited for."""
    return {
        **scope(result.scope),
        "release": result.release,
        "recorded": result.recorded or None,
        "dry_run": result.dry_run,
        "manifests": manifests(result.manifests),
        "count": result.count,
        "readiness": [{**plain(one), "state": plain(one.state)} for one in result.readiness],
        "missing": list(result.missing),
        "seconds": round(result.seconds, 3),
    }


def plan(result: PlanResult) -> Document:
    """A plan with every change, attribute by attribute."""
    return {
        **scope(result.scope),
        "kind": plain(result.kind),
        "has_changes": result.has_changes,
        "base": result.base,
        "counts": plain(result.counts),
        "changes": [judged(one) for one in result.changes],
        "drift": plain(result.drift),
        "drift_losses": [judged(one) for one in result.drift_losses],
        "snapshots": plain(result.snapshots),
        "sizes": [{**plain(one), "goal": one.goal} for one in result.sizes],
        "outputs": plain(result.outputs),
        "modules": plain(result.pins),
        "written": plain(result.written),
        "plan": {
            "file": plain(result.plan_file),
            "digest": result.plan_digest,
            "created_at": plain(result.created_at),
            "expires_at": plain(result.expires_at),
        },
        "guards": guards(result.guards),
        "preflight": preflight.answers(result.preflight) if result.preflight else None,
        "refusals": plain(result.refusals),
        "manifests": manifests(result.manifests),
        "seconds": round(result.seconds, 3),
    }


def manifests(found: ManifestChanges) -> Document:
    """What changes on the cluster, object by object, and what becomes of each app."""
    return {
        "objects": [_object(one) for one in found.objects],
        "apps": plain(found.apps),
    }


def _object(one: JudgedObject) -> Document:
    return {
        "address": one.change.key.address,
        "namespace": one.change.key.namespace,
        "kind": one.change.key.kind,
        "name": one.change.key.name,
        "action": one.change.does.value,
        "fields": plain(one.change.fields),
        "unfinished": one.change.unfinished,
        "verdict": one.judgement.verdict.value,
        "judgement": plain(one.judgement),
    }


def guards(of: Guards) -> Document:
    """What an apply would be refused for, and the command line that passes."""
    return {
        "objections": [
            {
                "code": one.code,
                "summary": one.summary,
                "changes": [{"address": address, "what": what} for address, what in one.addresses],
                "accept": list(one.accept),
                "allow": list(one.allow),
                "way_past": one.way_past,
                "setting": one.key,
                "location": plain(told.location),
            }
            for one, told in zip(of.objections, of.refusals, strict=True)
        ],
        "command": of.command,
    }


def judged(one: results.Judged) -> Document:
    """One planned change, its judgement, and that of the change which would undo it."""
    document: Document = plain(one.change)
    return {**document, "verdict": one.verdict.value, "judgement": plain(one.judgement), "back": plain(one.back)}


def verdicts(result: VerdictsResult) -> Shown:
    """The verdicts of a plan that was made elsewhere."""
    document = {
        "plan": result.name,
        "terraform": result.terraform,
        "gravest": result.gravest.value,
        "counts": {
            **{verdict.value: sum(one.verdict is verdict for one in result.changes) for verdict in Verdict},
            "loss": sum(one.judgement.loses for one in result.changes),
        },
        "changes": [judged(one) for one in result.changes],
        "drift_losses": [judged(one) for one in result.drift_losses],
        "fail_on": result.fail_on or None,
        "refused": [one.change.address for one in result.refused],
        "refusals": plain(result.refusals),
    }
    return Shown(document, result.diagnostics)


def apply(result: ApplyResult) -> Document:
    """What one apply did."""
    return {
        **scope(result.scope),
        **release(result.record),
        "counts": plain(result.counts),
        "to_deploy": result.to_deploy,
        "rolled_back": release(result.after.record) if result.after is not None else None,
    }


def rollback(result: RollbackResult) -> Document:
    """What a rollback did, and the proof that nothing is left to do."""
    return {
        **scope(result.scope),
        "to": result.version,
        "from": result.head,
        "release": release(result.apply.record) if result.apply is not None else None,
        "held_forward": plain(result.held_forward),
        "restore": [restore(one) for one in result.restores],
        "proven": result.proven,
        "remaining": [judged(one) for one in result.remaining],
        "objects": [_object(one) for one in result.objects],
    }


def about_to_roll_back(prepared: PreparedRollback) -> Document:
    """What a rollback would do; the result of one that is refused or not confirmed."""
    return {
        **scope(prepared.scope),
        "to": prepared.version,
        "from": prepared.head,
        "release": None,
        "held_forward": plain(prepared.held_forward),
        "restore": [restore(one) for one in prepared.restores],
        "spec_changes": plain(prepared.spec),
        "module_changes": plain(prepared.versions),
        "plan": plan(prepared.plan),
    }


def many_plans(result: ManyPlansResult) -> Document:
    """The plans of many, a row an environment."""
    return {
        "rehearsal": result.rehearsal,
        "parallel": result.parallel,
        "compared": result.compared,
        "seconds": result.seconds,
        "environments": plain(result.rows),
    }


def many_applies(result: ManyAppliesResult) -> Document:
    """What was applied, wave by wave."""
    return {
        "rehearsal": result.rehearsal,
        "seconds": result.seconds,
        "waves": [plain(wave.rows) for wave in result.waves],
    }


def elsewhere(result: ElsewhereResult) -> Shown:
    """What the same command gives where it runs here; the plan's file is where it was brought to."""
    said = dict(result.result) if result.result is not None else None
    if said is not None and result.plan_file is not None and isinstance(said.get("plan"), dict):
        said["plan"] = {**said["plan"], "file": plain(result.plan_file)}
    return Shown(said, result.diagnostics)


def restore(one: results.Restore) -> Document:
    """One step by which data is brought back."""
    return {
        "address": one.address,
        "action": one.action.value,
        "from": one.source,
        "until": plain(one.until),
        "data_until": plain(one.data_until),
        "deleted_by": one.deleted_by,
    }


def destroy(result: DestroyResult) -> Document:
    """The two steps of a destroy."""
    steps = {"teardown": result.teardown, "destroy": result.destroy}
    return {
        **scope(result.scope),
        **{name: release(step.record) if step is not None else None for name, step in steps.items()},
    }


def history(result: HistoryResult) -> Document:
    """The releases, newest first."""
    newest = list(reversed(result.listed))[: result.limit]
    return {
        **scope(result.scope),
        "base": result.base,
        "head": result.records[-1].number if result.records else 0,
        "releases": [release(record) for record in newest],
    }


def show(result: ShowResult) -> Document:
    """One release with its specification and what it changed."""
    record = result.record.release
    return {
        **scope(result.scope),
        **release(result.record),
        "spec_changes": plain(result.spec),
        "module_changes": plain(result.versions),
        "spec": record.spec,
        "lock": record.lock,
        "files": plain(result.files),
    }


def diff(result: DiffResult) -> Document:
    """What stands between two releases."""
    return {
        **scope(result.scope),
        "a": result.a,
        "b": result.b,
        "spec_changes": plain(result.spec),
        "module_changes": plain(result.versions),
        "changes": [{"release": number, **plain(change)} for number, change in result.changes],
        "spec_diff": result.spec_diff,
        "files_diff": result.files,
    }


def release(record: Record) -> Document:
    """A record of the ledger; specification and lock are left to ``show``."""
    made: Document = plain(record.release)
    for key in ("spec", "lock", "extra", "environment", "account", "region", "target"):
        made.pop(key, None)
    made["accepted"] = list(record.release.accepted)
    made["allowed"] = list(record.release.allowed)
    ended = record.outcome
    outcome = {**plain(ended), "health": plain(ended.health)} if ended is not None else None
    return {**made, "status": record.status.value, "outcome": outcome, "digest": record.digest}


def outputs(result: OutputsResult) -> Document:
    """Values by name; a sensitive one is null and listed."""
    return {
        **scope(result.scope),
        "outputs": {one.name: plain(one.value) for one in result.outputs},
        "sensitive": [one.name for one in result.outputs if one.sensitive],
    }


def states(result: StateListResult) -> Document:
    """The copies of a state, newest first, and the state in place."""
    return {
        **scope(result.scope),
        "place": result.place,
        "keep": result.keep,
        "current": plain(result.current),
        "copies": [
            {**plain(copy), "name": copy.name, "current": result.is_current(copy)} for copy in reversed(result.copies)
        ],
    }


def state_restored(result: RestoreResult) -> Document:
    """The release that a restore was recorded as, and which copy is in place."""
    return {
        **scope(result.scope),
        **release(result.record),
        "copy": {**plain(result.copy), "name": result.copy.name},
        "serial": result.serial,
    }


def scoped(result: Any) -> Document:
    """A result whose fields are right as they are, with its scope at the top."""
    return {**scope(result.scope), **plain(result)}


def render(result: Rendered) -> Document:
    """Each environment that was rendered or checked."""
    return {
        "environments": [
            {
                "environment": one.environment,
                "current": one.current,
                "written": plain(one.written),
                "removed": plain(one.removed),
                "diff": one.diff,
            }
            for one in result.roots
        ]
    }


def validate(result: ValidateResult) -> Document:
    """Each environment with its diagnostics."""
    return {
        "environments": [
            {
                "environment": one.environment,
                "file": one.file,
                "valid": one.valid,
                "diagnostics": plain(one.diagnostics),
            }
            for one in result.environments
        ]
    }


def support(result: SupportResult) -> Shown:
    """Each version in use and how long it is supported; a date is null where there is none, or none known."""
    document = {
        "environment": result.environment,
        "today": result.today.isoformat(),
        "as_of": result.as_of.isoformat(),
        "warn_days": result.warn_days,
        "operator": {"version": result.operator.version, "kubernetes": result.operator.kubernetes},
        "components": [
            {
                "component": one.component,
                "title": one.title,
                "path": one.path,
                "is_default": one.is_default,
                "file": one.location.file,
                "line": one.location.line,
                "column": one.location.column,
                "version": one.version,
                "label": one.label,
                "status": plain(one.status),
                "standard_end": one.standard.isoformat() if one.standard else None,
                "extended_end": one.extended.isoformat() if one.extended else None,
                "planned": one.planned,
                "days_left": one.days_left,
            }
            for one in result.rows
        ],
        "sources": plain(result.sources),
    }
    return Shown(document, result.diagnostics)


def upgrade(result: UpgradeResult) -> Document:
    """What an upgrade moved."""
    return {"environment": result.environment, "module_changes": plain(result.versions)}


def upgrades(result: UpgradesResult) -> Document:
    """What an upgrade of all moved, and which environments it could not move."""
    return {"environments": [upgrade(one) for one in result.upgrades], "failed": list(result.failed)}


def schema(result: SchemaResult) -> Document:
    """The schema itself, and whether its file is current."""

    def about(one: SchemaResult) -> Document:
        return {key: value for key, value in plain(one).items() if key not in ("text", "translations")}

    return {
        **about(result),
        "translations": [about(one) for one in result.translations],
        "schema": json.loads(result.text),
    }


def explained(result: ExplainResult) -> Document:
    """What a field, an error or a type of resource means; the two that it is not are null."""
    return {"kind": result.kind, **plain(result)}


def script(result: Script) -> Document:
    """A shell's completion."""
    return {"shell": result.shell, "script": result.source}


def built(result: ModuleBuild) -> Document:
    """The modules that were built, and those that were compared with their digests."""
    verified = [{"area": area, "version": version} for area, version in result.report.verified]
    return {"modules": plain(result.report.modules), "verified": verified}


def modules(result: ModuleList) -> Document:
    """Every version of every module."""
    return {"modules": plain(result.versions)}


def comparison(result: Comparison) -> Document:
    """Two versions of a module, and the step that follows from their differences."""
    document: Document = plain(result)
    return {**document, "bump": str(result.bump), "asked": result.asked}


def module(manifest: Manifest) -> Document:
    """A module's ``module.json``, and what is known not to work with it."""
    return {**plain(manifest), "defects": plain(defects.of(manifest.area, manifest.version))}


def scope(of: results.Scope) -> Document:
    """What a command worked on: the first keys of every document that is about one environment."""
    return {
        "environment": of.environment,
        "account": of.account,
        "region": of.region,
        "target": of.target,
        "rehearsal": of.rehearsal,
        "protected": of.protected,
    }
