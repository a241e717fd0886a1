"""``explain``: tell what is asked for apart, and find what explains it."""

from __future__ import annotations

import difflib
from pathlib import Path

from mendixctl.engine.explain import errors, fields, resources
from mendixctl.engine.explain.fields import Modules
from mendixctl.engine.explain.results import ExplainResult
from mendixgen import packaged
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.repository import Repository
from mendixgen.versions.store import ModuleStore


def explain(asked: str, folder: Path) -> ExplainResult:
    """What a field, a code or a type of resource means. In a repository by its modules, else by mendixctl's own.

    Raises:
        MendixError: MXC130, there is no such thing; the nearest ones are named.
    """
    try:
        repository: Repository | None = Repository.find(folder)
    except MendixError:
        repository = None
    modules = Modules(ModuleStore(repository.modules if repository else packaged.modules()))
    words = asked.strip()
    if errors.CODE.match(words):
        error = errors.explain(words)
        if error is None:
            raise _unknown(asked, "error", difflib.get_close_matches(words.upper(), errors.every(), 3, 0.5))
        return ExplainResult(asked, error=error)
    if resources.ADDRESS.match(words):
        resource = resources.explain(words, modules, repository)
        if resource is None:
            known = resources.known(modules)
            type_ = words.removeprefix("module.").partition(".")[0] if words.startswith("aws_") else words.split(".")[2]
            raise _unknown(asked, "resource", difflib.get_close_matches(type_, known, 3, 0.5))
        return ExplainResult(asked, resource=resource)
    try:
        return ExplainResult(asked, field=fields.explain(words, modules))
    except fields.Unknown as unknown:
        near = [f"{unknown.path}.{one}" if unknown.path else one for one in unknown.near]
        same = _by_last_key(words, modules)
        raise _unknown(asked, "field", near if unknown.path or not same else same) from None


def _by_last_key(asked: str, modules: Modules) -> list[str]:
    """Fields that have the asked one's last key somewhere else."""
    last = asked.rpartition(".")[2].lower().replace("-", "_")
    return [path for path in fields.every(modules, deepest=4) if path.rpartition(".")[2] == last][:5]


def _unknown(asked: str, what: str, near: list[str]) -> MendixError:
    meant = f"did you mean {', '.join(near)}?" if near else ""
    else_ = "a field of the YAML (cluster.node_groups.min), an error's code (MXG101), or a type (aws_eks_cluster)"
    return MendixError(Diagnostic("MXC130", f"there is no {what} {asked!r}", hint=meant or f"name {else_}"))


def completions(begun: str, folder: Path) -> list[str]:
    """What may come next of a field: ``cluster.`` gives the fields of that section."""
    try:
        modules = Modules(ModuleStore(Repository.find(folder).modules))
    except MendixError:
        modules = Modules(ModuleStore(packaged.modules()))
    deep = begun.count(".") + 1
    found = (path.replace(f"{fields.NAME}.", "") for path in fields.every(modules, deepest=deep))
    return sorted({path for path in found if path.startswith(begun) and path.count(".") < deep})
