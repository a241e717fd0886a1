"""``clone``: the YAML and the lock of a copy in another region or account, with the comments of the original."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mendixctl.engine.copies.results import CloneResult
from mendixctl.engine.copies.settings import adjusted
from mendixctl.engine.environment.files import read_lock, read_text, require
from mendixctl.engine.environment.siblings import shared
from mendixctl.engine.session import Session
from mendixgen import lock as locks
from mendixgen.copies import clone as copies
from mendixgen.copies.clone import DEFAULT_CIDR, Copy, Wish
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused
from mendixgen.files import write_atomic
from mendixgen.lock import Lock
from mendixgen.spec.edit import rewrite
from mendixgen.spec.loader import load_text
from mendixgen.spec.source import Source, read, scan
from mendixgen.versions.store import ModuleStore


def clone(
    session: Session,
    source: str,
    name: str,
    *,
    region: str = "",
    account: str = "",
    domain: str = "",
    cidr: str = "",
    settings: Sequence[str] = (),
    dropped: Sequence[str] = (),
) -> CloneResult:
    """Write ``environments/<name>.yaml`` and its lock as a copy of another environment. What is not said is as there;
    the domain is then below the original's. ``settings``: ``path=value`` of the copy; ``dropped``: paths left out.

    Nothing is planned, and nothing is written where anything stands in the way.

    Raises:
        MendixError: MXP101, no such environment; MXP230, the copy's name is taken; MXP234, a setting that cannot be
            made; what is wrong with the original, or with the copy.
        Refused: MXP231, what cannot be carried over, all of it at once; MXG108, another environment owns the same.
    """
    repository = session.repository
    require(repository, source)
    label = f"environments/{name}.yaml"
    if name in repository.names() or repository.lock(name).exists() or repository.terraform_root(name).exists():
        raise MendixError(
            Diagnostic(
                "MXP230",
                f"there is an environment {name} already, or something is left of one",
                hint=f"choose another name, or remove {label}, environments/{name}.lock and environments/{name}/",
                location=Location(label),
            )
        )
    original = read(read_text(repository.spec(source), f"environments/{source}.yaml"), f"environments/{source}.yaml")
    store = ModuleStore(repository.modules)
    lock = read_lock(repository, source) or locks.create_for(store, original.data)
    data = adjusted(original.data, settings, dropped)
    wish = Wish(
        name,
        region or str(data.get("region", "")),
        account or str(data.get("account", "")),
        domain or (f"{name}.{data['domain']}" if data.get("domain") else ""),
        cidr,
    )
    made = copies.clone(data, wish, _networks(session), has_network="network" in lock.pins)
    _before_delegation(made, original.data, store, lock)
    made.data = adjusted(made.data, settings, ())
    if made.obstacles:
        raise Refused(
            Diagnostic(
                "MXP231",
                f"{copies.dotted(one.path)}: {one.what}",
                hint=one.instead,
                location=original.locate(one.path),
            )
            for one in made.obstacles
        )
    text = rewrite(original.text, made.data)
    copied = Lock(lock.generator, 0, lock.pins)
    loaded = load_text(text, label, store=store, lock=copied, name=name, today=session.today, beside=_beside(session))
    owned = shared(repository, loaded)
    if owned:
        raise Refused(owned)
    write_atomic(repository.spec(name), text)
    write_atomic(repository.lock(name), locks.dump(copied, name))
    return CloneResult(
        source,
        name,
        (label, f"environments/{name}.lock"),
        tuple(made.translations),
        tuple(made.notes),
        loaded.warnings,
    )


def _networks(session: Session) -> dict[str, list[str]]:
    """The address blocks of every environment; of one that cannot be read, none."""
    found: dict[str, list[str]] = {}
    for name in session.repository.names():
        try:
            data = scan(read_text(session.repository.spec(name), name), name).data
        except MendixError:
            continue
        if data.get("kind") == "foundation":
            continue
        network = data.get("network")
        said: Mapping[str, Any] = network if isinstance(network, Mapping) else {}
        more = said.get("secondary_cidrs")
        found[name] = [str(said.get("cidr") or DEFAULT_CIDR), *map(str, more if isinstance(more, list) else ())]
    return found


def _before_delegation(made: Copy, original: Mapping[str, Any], store: ModuleStore, lock: Lock) -> None:
    """The zone of a new domain is made before anybody refers to it, and the certificate after that."""
    pin = lock.pins.get("ingress")
    if pin is None or made.data.get("domain") == original.get("domain") or made.data.get("target", "aws") != "aws":
        return
    known = store.manifest("ingress", pin.version).section.get("properties", {})
    if "delegated" not in known or made.at(("ingress", "certificate_arn")):
        return
    made.put(("ingress", "delegated"), False, "the domain's zone comes first, its certificate when it is referred to")
    name, domain = made.data["name"], made.data["domain"]
    made.notes.append(f"after the first apply: mendixctl output {name} names the servers to write above {domain}")


def _beside(session: Session) -> Any:
    def read_one(name: str) -> Source | None:
        if name not in session.repository.names():
            return None
        return scan(read_text(session.repository.spec(name), name), f"environments/{name}.yaml")

    return read_one
