"""Which questions there are, in the order in which they are told."""

from __future__ import annotations

from mendixctl.preflight.question import Question
from mendixctl.preflight.questions import (
    addons,
    borrowed,
    borrowed_identities,
    borrowed_keys,
    borrowed_names,
    credentials,
    database_changes,
    databases,
    delegated,
    instance_types,
    kubernetes,
    names,
    partner,
    permissions,
    quotas,
    singletons,
    zones,
)

QUESTIONS: tuple[Question, ...] = (
    credentials.QUESTION,
    zones.QUESTION,
    instance_types.QUESTION,
    kubernetes.QUESTION,
    addons.QUESTION,
    databases.QUESTION,
    database_changes.QUESTION,
    quotas.QUESTION,
    *names.QUESTIONS,
    singletons.QUESTION,
    *borrowed.QUESTIONS,
    borrowed_keys.QUESTION,
    *borrowed_names.QUESTIONS,
    *borrowed_identities.QUESTIONS,
    partner.QUESTION,
    delegated.QUESTION,
    permissions.QUESTION,
)
