"""Lays down a new platform repository: one environment, the modules, the schema, and what git has to ignore."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mendixgen import __version__, packaged
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import write_atomic
from mendixgen.lock import Lock
from mendixgen.regions import regions
from mendixgen.root.wiring import completed
from mendixgen.spec import partitions
from mendixgen.versions.store import ModuleStore

_PATTERNS = {
    "name": (r"[a-z](?:-?[a-z0-9]){1,15}", "2 to 16 lower-case letters, digits and single hyphens, a letter first"),
    "region": (r"[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}", "an AWS region such as eu-central-1"),
    "account": (r"\d{12}", "the 12 digits of an AWS account"),
    "domain": (
        r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+",
        "a DNS name such as apps.example.com",
    ),
}
_TEMPLATES = {
    "Makefile.j2": "Makefile",
    "README.md.j2": "README.md",
    "README.zh-CN.md.j2": "README.zh-CN.md",
    "gitignore.j2": ".gitignore",
    "terraformignore.j2": ".terraformignore",
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first environment of a repository. ``areas``: those that are on, and what they need; all without any.

    ``language``: of what its YAML says to people, and of what an editor says of it; en or zh.
    """

    name: str
    region: str
    account: str
    domain: str
    areas: tuple[str, ...] = ()
    language: str = "en"


def check(beginning: Beginning) -> None:
    """Whether the values can stand in an environment's YAML.

    Raises:
        MendixError: MXC120, one diagnostic for each value that cannot.
    """
    wrong = [
        Diagnostic("MXC120", f"--{option} {getattr(beginning, option)!r} is not {allowed}")
        for option, (pattern, allowed) in _PATTERNS.items()
        if not re.fullmatch(pattern, getattr(beginning, option))
    ]
    if wrong:
        raise MendixError(wrong)


def lay_down(folder: Path, beginning: Beginning) -> list[str]:
    """Write the repository into ``folder``, which may exist; the files' names relative to it, sorted.

    Raises:
        MendixError: MXC120, a value that cannot be; MXR101, there is no such area; MXC121, a file with another
            content stands in the way; nothing was written.
    """
    check(beginning)
    files = contents(beginning)
    if folder.exists() and not folder.is_dir():
        raise MendixError(Diagnostic("MXC121", f"{folder} is a file", hint="name a folder that is new or empty"))
    blocked = [name for name, content in files.items() if not _can_write(folder / name, content)]
    if blocked:
        raise MendixError(
            Diagnostic(
                "MXC121",
                f"{folder} already has {blocked[0]}" + (f" and {len(blocked) - 1} more" if len(blocked) > 1 else ""),
                hint="name a folder that is new or empty; nothing was written",
                location=Location(str(folder / blocked[0])),
            )
        )
    for name, content in files.items():
        if not (folder / name).exists():
            write_atomic(folder / name, content)
    return sorted(files)


def contents(beginning: Beginning) -> dict[str, bytes]:
    """Every file of the repository, by its name in it."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged.templates() / "repository"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- the templates are text, and `check` has let through no character that matters
    )
    values: dict[str, object] = {
        "name": beginning.name,
        "region": beginning.region,
        "account": beginning.account,
        "domain": beginning.domain,
        "language": beginning.language,
    }
    lock = _lock(beginning.areas) if beginning.areas else None
    on = lock is None or "registry" in lock.pins
    values["no_caches"] = on and _lacks(beginning.region, "registry.caches")
    templates = {**_TEMPLATES, "dev.yaml.j2": f"environments/{beginning.name}.yaml"}
    files = {name: environment.get_template(source).render(values).encode() for source, name in templates.items()}
    if lock is not None:
        files[f"environments/{beginning.name}.lock"] = locks.dump(lock, beginning.name).encode()
    for title, origin in (("modules", packaged.modules()), ("schema", packaged.schema())):
        for path in sorted(origin.rglob("*")):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(origin).parts):
                files[f"{title}/{path.relative_to(origin).as_posix()}"] = path.read_bytes()
    return files


def _lacks(region: str, path: str) -> bool:
    """Whether a region's partition lacks what a setting turns on by default."""
    known = regions().get(region)
    found = partitions.lacks().get(known.partition, ()) if known is not None else ()
    return any(".".join(one.path) == path for one in found)


def _lock(areas: tuple[str, ...]) -> Lock:
    """The lock with these areas on, and with what they are wired to."""
    store = ModuleStore(packaged.modules())

    def newest(area: str) -> str:
        return store.newest(area) or store.manifest(area, "0.0.0").version  # which says what areas there are

    lock = Lock(generator=__version__)
    for area in areas:
        lock = locks.upgrade(lock, area, newest(area))
    return completed(store, lock, newest)


def _can_write(path: Path, content: bytes) -> bool:
    """Whether nothing would be lost: no such file, or the same content already."""
    if not path.exists():
        return not path.is_symlink()
    return path.is_file() and path.read_bytes() == content
