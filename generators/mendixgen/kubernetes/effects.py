"""What a change of the manifests does to each application: nothing, more or fewer replicas, a roll, a restart.

The Operator stops an app for a new package or image and starts it again; settings roll, where there is more than one
replica to roll over. Mendix reads secrets at its start alone.

Sources: Mendix on Kubernetes, "Reduced Downtime Deployment" and "Retrieve Environment-Sensitive Data from a Secret
Store". How long it takes is an estimate from the two numbers below, to plan a window by; no promise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mendixgen.kubernetes.diff import Body, Does, Key, ObjectChange
from mendixgen.messages import msg

START_SECONDS = 120
"""How long a Mendix runtime takes from its pod's start to its first answer, on average: an assumption."""
STOP_SECONDS = 90
"""How long a replica that stops may finish what it does, where the Operator's configuration says nothing else."""

_GROUP = "privatecloud.mendix.com"
_RESTARTS = ("spec.sourceURL", "spec.database", "spec.storage", "spec.allowOverrideSecretsWithSecretStoreCSIDriver")
_HARMLESS = ("spec.replicas", "spec.podDisruptionBudget", "spec.deploymentStrategy", "metadata")


class Effect(StrEnum):
    """What happens to an app, from the harmless to the gravest."""

    NONE = "no change"
    SCALE = "scale"
    ROLL = "roll"
    RESTART = "restart"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class AppEffect:
    """What happens to an app (``mendix/crm``), why, for about how many seconds, and whether it is away meanwhile."""

    app: str
    effect: Effect
    reason: str = ""
    seconds: int = 0
    downtime: bool = False


def effects(changes: Sequence[ObjectChange], after: Mapping[Key, Body]) -> tuple[AppEffect, ...]:
    """What the changes do to each app that there is, or was, by name. ``after``: every object that there is then."""
    apps = {key for key in after if key.kind == "MendixApp"} | {
        one.key for one in changes if one.key.kind == "MendixApp"
    }
    return tuple(_effect(key, changes, after) for key in sorted(apps))


def _effect(key: Key, changes: Sequence[ObjectChange], after: Mapping[Key, Body]) -> AppEffect:
    app = f"{key.namespace}/{key.name}"
    here = [one for one in changes if one.key.namespace == key.namespace]
    own = next((one for one in here if one.key == key), None)
    stop = _stop_seconds(key.namespace, after)
    if own is not None and own.does is Does.CREATE:
        if not _spec(after[key]).get("sourceURL"):
            return AppEffect(app, Effect.START, msg("it is new, and waits for its first release"))
        return AppEffect(app, Effect.START, msg("it is new"), START_SECONDS)
    if own is not None and own.does is Does.DELETE:
        return AppEffect(app, Effect.STOP, msg("it is taken away"), stop, downtime=True)
    if own is not None and own.touches(*_RESTARTS):
        what = ", ".join(sorted({one.path.split(".")[1] for one in own.fields if one.path.startswith(_RESTARTS)}))
        return AppEffect(app, Effect.RESTART, msg("{what} of the app", what=what), stop + START_SECONDS, downtime=True)
    why = _rolls(key, own, here)
    if why:
        if _replicas(key, after) > 1:
            return AppEffect(app, Effect.ROLL, why, 2 * (stop + START_SECONDS))
        alone = msg("{why}, with a single replica", why=why)
        return AppEffect(app, Effect.RESTART, alone, stop + START_SECONDS, downtime=True)
    named = [one for one in here if one.key.name == key.name and one.key.kind == "HorizontalPodAutoscaler"]
    if named or (own is not None and own.touches("spec.replicas")):
        return AppEffect(app, Effect.SCALE, msg("how many replicas there are"), START_SECONDS)
    return AppEffect(app, Effect.NONE)


def _rolls(key: Key, own: ObjectChange | None, here: Sequence[ObjectChange]) -> str:
    """Why the pods of an app are made anew; empty where they are not."""
    if own is not None and any(not one.path.startswith(_HARMLESS) for one in own.fields):
        return msg("settings of the app")
    named = {one.key.kind for one in here if one.key.name == key.name and one.does is not Does.DELETE}
    if {"SecretProviderClass", "ServiceAccount"} & named:
        return msg("what it reads of its secrets")
    if any(one.key.kind == "OperatorConfiguration" for one in here):
        return msg("settings of the Operator")
    return ""


def _replicas(key: Key, after: Mapping[Key, Body]) -> int:
    scaler = after.get(Key(key.namespace, "autoscaling", "HorizontalPodAutoscaler", key.name))
    if scaler is not None:
        return int(_spec(scaler).get("minReplicas", 1))
    return int(_spec(after[key]).get("replicas", 1)) if key in after else 0


def _stop_seconds(namespace: str, after: Mapping[Key, Body]) -> int:
    found = [
        body
        for key, body in after.items()
        if (key.namespace, key.group, key.kind) == (namespace, _GROUP, "OperatorConfiguration")
    ]
    return int(_spec(found[0]).get("runtimeTerminationDelaySeconds", STOP_SECONDS)) if found else STOP_SECONDS


def _spec(body: Body) -> Mapping[str, Any]:
    spec = body.get("spec")
    return spec if isinstance(spec, Mapping) else {}
