"""``render``: the root, and the documents beside it, as the specification and the lock say they should be."""

from __future__ import annotations

from mendixctl.engine.diff import text_diff
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.repository.results import RenderResult
from mendixctl.engine.session import Session
from mendixgen import lock as locks


def render(session: Session, environment: str, *, check: bool = False) -> RenderResult:
    """Write root, documents and, for a new environment, its lock; with ``check`` only say what would change.

    Raises:
        MendixError: the specification or the modules have errors; MXI1xx, a file cannot be written.
    """
    from mendixgen.documents import files as documents
    from mendixgen.root import render as root

    workplace = open_workplace(session, environment, gate=True)
    repository = workplace.repository
    files = workplace.rendered()
    lock_path = repository.lock(environment)
    lock_text = locks.dump(workplace.lock, environment)
    stands = lock_path.read_text() if lock_path.is_file() else ""
    difference = text_diff(stands, lock_text, f"environments/{environment}.lock", "now", "rendered")
    difference += root.check(files, workplace.root, f"environments/{environment}")
    beside = workplace.documents()
    difference += documents.check(beside, workplace.root, f"environments/{environment}")
    warnings = workplace.specification.warnings
    if check:
        return RenderResult(environment, diff=difference, check=True, warnings=warnings)
    with lease(workplace.workspace, environment, "render"):
        workplace.with_lock(workplace.lock)
        written = workplace.write_root(documents=lambda: beside)
    relative = session.repository.relative
    names = [relative(workplace.root / name) for name in written.written]
    return RenderResult(
        environment,
        written=tuple(([relative(lock_path)] if stands != lock_text else []) + names),
        removed=tuple(relative(workplace.root / name) for name in written.deleted),
        diff=difference,
        warnings=warnings,
    )
