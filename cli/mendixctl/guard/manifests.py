"""Whether a change of a manifest can be taken back.

Most of Kubernetes can: an object is applied again, and is as it was. What cannot is what holds data, or gives something
its identity. The rules are few and go by kind, so they are code; each names its source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mendixctl.guard.verdict import Judgement, Verdict
from mendixgen.kubernetes.diff import Body, Does, Key, ObjectChange
from mendixgen.kubernetes.effects import AppEffect
from mendixgen.kubernetes.names import ELASTIC_AGE, ELASTIC_DOCUMENTS

_APPENDIX = 'Mendix on Kubernetes, "Technical Appendix 1" and "Delete an environment"'
_PLANS = 'Mendix on Kubernetes, "Storage Plans": a plan that is changed changes no environment that exists'
_CLASSES = 'Kubernetes documentation, "Storage Classes": objects cannot be updated once they are created'
_BINDINGS = "AWS Load Balancer Controller, the webhook of TargetGroupBinding: the target group is immutable"
_SPACES = 'Kubernetes documentation, "Namespaces": everything in it is deleted with it'
_ELASTIC = 'Elastic Cloud on Kubernetes, "Volume claim templates"; Elasticsearch, "Upgrade": there is no downgrade'
_LIFECYCLE = 'Elasticsearch reference, "Index lifecycle": the delete phase deletes for ever'
_SCALING = 'Kubernetes documentation, "Horizontal Pod Autoscaling"'

Rule = Callable[[ObjectChange, "Context"], Judgement | None]


@dataclass(frozen=True, slots=True)
class JudgedObject:
    """A change of an object with its verdict."""

    change: ObjectChange
    judgement: Judgement

    @property
    def asks(self) -> bool:
        """Whether it has to be accepted by its address: a loss, or the end of what does not come back by itself."""
        ends = self.change.does is Does.DELETE and self.judgement.verdict is not Verdict.REVERSIBLE
        return self.judgement.loses or ends


@dataclass(frozen=True, slots=True)
class ManifestChanges:
    """What changes on the cluster, and what that does to each app that there is, or was; false where nothing does."""

    objects: tuple[JudgedObject, ...] = ()
    apps: tuple[AppEffect, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.objects)


class Context:
    """What else changes, and what there is before: a change alone does not say whether an app was renamed."""

    def __init__(self, changes: Sequence[ObjectChange], before: Mapping[Key, Body]) -> None:
        self.changes = changes
        self.before = before

    def new_apps(self, namespace: str) -> list[str]:
        return [
            one.key.name
            for one in self.changes
            if (one.key.kind, one.does, one.key.namespace) == ("MendixApp", Does.CREATE, namespace)
        ]

    def has_plan(self, key: Key) -> bool:
        spec = self.before.get(key, {}).get("spec") or {}
        return bool({"database", "storage"} & set(spec))


def judge(change: ObjectChange, context: Context) -> Judgement:
    """The verdict of one change."""
    rule = _RULES.get(change.key.kind)
    return (rule(change, context) if rule is not None else None) or Judgement(rule="kubernetes.apply")


def _app(change: ObjectChange, context: Context) -> Judgement | None:
    if change.does is Does.DELETE:
        renamed = context.new_apps(change.key.namespace)
        new = f"; {renamed[0]} is another app, which begins empty" if renamed else ""
        if context.has_plan(change.key):
            reason = f"the Operator deletes its database and its files with it{new}"
            return Judgement(Verdict.IRREVERSIBLE, reason, "kubernetes.app-deleted", _APPENDIX)
        reason = f"it stops; database and files are Terraform's, and stay{new}"
        return Judgement(Verdict.RESTORE_NEEDED, reason, "kubernetes.app-deleted", _APPENDIX)
    if change.does is Does.UPDATE and change.touches("spec.database", "spec.storage"):
        reason = "an app that exists keeps the plan that it was made with; another plan is another, empty database"
        return Judgement(Verdict.RESTORE_NEEDED, reason, "kubernetes.app-plan", _PLANS)
    if change.does is Does.UPDATE and change.touches("spec.allowOverrideSecretsWithSecretStoreCSIDriver"):
        reason = "the other identity has another role, database and folder: its data has to be taken there"
        return Judgement(Verdict.RESTORE_NEEDED, reason, "kubernetes.app-identity", _PLANS)
    if change.does is Does.UPDATE and change.touches("spec.sourceURL"):
        reason = "a newer version changes the database at its start, and an older one does not start on it then"
        return Judgement(Verdict.RESTORE_NEEDED, reason, "kubernetes.app-release", _APPENDIX)
    return None


def _namespace(change: ObjectChange, context: Context) -> Judgement | None:
    if change.does is not Does.DELETE:
        return None
    reason = "everything in it is deleted with it, apps with the databases of their plans included"
    return Judgement(Verdict.IRREVERSIBLE, reason, "kubernetes.namespace-deleted", _SPACES)


def _storage_class(change: ObjectChange, context: Context) -> Judgement | None:
    if change.does is Does.DELETE:
        reason = "volumes keep what they are made of; claims that name it wait until it is there again"
        return Judgement(Verdict.REVERSIBLE, reason, "kubernetes.class-deleted", _CLASSES)
    if change.touches("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"):
        reason = "Kubernetes refuses to change a class: it has to be deleted and made again"
        return Judgement(Verdict.RESTORE_NEEDED, reason, "kubernetes.class-changed", _CLASSES)
    return None


def _binding(change: ObjectChange, context: Context) -> Judgement | None:
    if change.does is Does.UPDATE and change.touches("spec.targetGroupName", "spec.targetType"):
        reason = "it is deleted and made again, and the listener has no targets meanwhile"
        return Judgement(Verdict.RESTORE_NEEDED, reason, "kubernetes.binding-changed", _BINDINGS)
    if change.does is Does.DELETE:
        reason = "its pods leave the target group: the listener answers nobody"
        return Judgement(Verdict.REVERSIBLE, reason, "kubernetes.binding-deleted", _BINDINGS)
    return None


def _scaler(change: ObjectChange, context: Context) -> Judgement | None:
    if change.does is not Does.DELETE:
        return None
    reason = "the app goes to the replicas that the YAML says at once, whatever its load is"
    return Judgement(Verdict.REVERSIBLE, reason, "kubernetes.scaler-deleted", _SCALING)


def _elasticsearch(change: ObjectChange, context: Context) -> Judgement | None:
    if change.does is Does.DELETE:
        reason = "the cluster goes, its volumes stay: they are taken up by a cluster of the same name"
        return Judgement(Verdict.RESTORE_NEEDED, reason, "kubernetes.search-deleted", _ELASTIC)
    if change.touches("spec.version"):
        reason = "Elasticsearch does not go back to an older version"
        return Judgement(Verdict.IRREVERSIBLE, reason, "kubernetes.search-version", _ELASTIC, one_way=True)
    return None


def _documents(change: ObjectChange, context: Context) -> Judgement | None:
    """The documents of Elasticsearch: an age that gets shorter deletes what is older."""
    if change.key.name != ELASTIC_DOCUMENTS or change.does is not Does.UPDATE:
        return None
    for field in change.fields:
        if field.path == f"data.{ELASTIC_AGE}" and _shorter(field.before, field.after):
            reason = "logs older than the new age are deleted when the lifecycle policy runs next, within minutes"
            return Judgement(Verdict.IRREVERSIBLE, reason, "kubernetes.logs-deleted-earlier", _LIFECYCLE)
    return None


def _shorter(before: object, after: object) -> bool:
    """Whether a number of days is less than before; nothing is for ever."""
    return bool(after) and (not before or int(str(after)) < int(str(before)))


_RULES: dict[str, Rule] = {
    "ConfigMap": _documents,
    "Elasticsearch": _elasticsearch,
    "HorizontalPodAutoscaler": _scaler,
    "MendixApp": _app,
    "Namespace": _namespace,
    "StorageClass": _storage_class,
    "TargetGroupBinding": _binding,
}
