"""A preflight's subject from a YAML that a test changes, and a question asked of fake services."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mendixctl.preflight.findings import Finding
from mendixctl.preflight.inquiry import Desk, Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.spec.loader import Specification, load_text
from mendixgen.versions.store import ModuleStore
from tests.support.fake_services import FakeServices

TOP = Path(__file__).parents[3]
CALLER = "arn:aws:sts::123456789012:assumed-role/deployer/mendixctl"
YAML = """\
name: prod
region: eu-central-1
account: "123456789012"
target: aws
domain: apps.example.com
network: {zones: [a, b]}
cluster:
  version: "1.35"
  node_groups:
    system: {instance_types: [m7i.large], min: 2, max: 4}
    batch: {capacity: spot, instance_types: [m7i.xlarge, m6i.xlarge], min: 0, max: 4}
storage: {buckets: {files: {}}}
database:
  instances:
    crm: {engine: postgres, version: "17", class: db.m7g.large, storage_gb: 100}
secrets: {entries: {crm-key: {description: A key, readers: []}}}
registry: {images: [runtime-base]}
"""
FOUNDATION = """\
name: foundation
kind: foundation
region: eu-central-1
account: "123456789012"
target: aws
ci: {github: {repositories: [example/platform], branches: [main]}}
guardduty: true
security_hub: {standards: [cis]}
config_rules: true
access_analyzer: {external: true}
"""


def subject(text: str = YAML, **changed: Any) -> Subject:
    """The environment of ``text``; ``changed`` are fields of the subject."""
    return Subject(_specification(text), **{"target": "aws", "caller": CALLER, **changed})


@cache
def _specification(text: str) -> Specification:
    name = text.split("\n", maxsplit=1)[0].removeprefix("name: ")
    return load_text(text, f"environments/{name}.yaml", store=ModuleStore(TOP / "modules"), lock=None, name=name)


def change(kind: str, address: str = "", action: Action = Action.CREATE, **attributes: Any) -> ResourceChange:
    """One change of a plan, with some of its attributes."""
    found = tuple(AttributeChange(name, None, value) for name, value in attributes.items())
    return ResourceChange(address or f"module.a.{kind}.this", "a", kind, action, found)


@pytest.fixture
def asked() -> Callable[..., tuple[list[Finding], list[Finding]]]:
    """Ask a question: (what it found, what it missed)."""

    def ask(
        question: Question, of: Subject, services: FakeServices | None = None, resolvers: tuple[Any, ...] = ()
    ) -> tuple[list[Finding], list[Finding]]:
        inquiry = Inquiry(Desk(services or FakeServices(), resolvers))
        return list(question.ask(of, inquiry)), inquiry.missed

    return ask


def codes(findings: list[Finding] | tuple[list[Finding], list[Finding]]) -> list[str]:
    """The codes, in order; of what was found and missed together."""
    listed = [*findings[0], *findings[1]] if isinstance(findings, tuple) else findings
    return [finding.code for finding in listed]
