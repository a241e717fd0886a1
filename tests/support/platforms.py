"""Environments for tests of manifests: the committed ones, and those with something else in their YAML."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from mendixctl.engine.environment.neighbours import reader
from mendixgen import lock as locks
from mendixgen.documents import Source
from mendixgen.kubernetes import render
from mendixgen.kubernetes.platform import Platform
from mendixgen.repository import Repository
from mendixgen.spec.loader import Specification, load_text
from mendixgen.versions.store import ModuleStore

REPOSITORY = Path(__file__).resolve().parents[2]
STORE = ModuleStore(REPOSITORY / "modules")
APPS = "\napps:\n"


def specification(text: str, *, like: str = "prod") -> Specification:
    """A specification with the module versions of a committed environment."""
    lock = locks.parse((REPOSITORY / f"environments/{like}.lock").read_text(), f"{like}.lock")
    label = f"environments/{like}.yaml"
    return load_text(text, label, store=STORE, lock=lock, name=like, beside=reader(Repository(REPOSITORY)))


@lru_cache
def prod(*apps: str) -> Specification:
    """``prod`` as it is committed; with ``apps`` (lines below ``apps:``), with those instead of its own."""
    text = (REPOSITORY / "environments/prod.yaml").read_text()
    if apps:
        text = text.partition(APPS)[0] + APPS + "".join(f"  {line}\n" for line in apps)
        if not any(line.startswith("crm:") and "storage-plan" not in line for line in apps):
            text = text.replace(", readers: [crm]", "")  # only an app with a role of the platform's can read one
    return specification(text)


def files(spec: Specification) -> dict[str, str]:
    """Its manifests."""
    return render.render(Source(spec, STORE))


def platform(*apps: str) -> Platform:
    """``prod`` as its manifests see it."""
    return Platform.of(prod(*apps))
