"""``adopt --from-account``: the YAML that comes nearest to what an account has, written beside for a person to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mendixctl.aws import Clients
from mendixctl.engine.adopt.discovery import ALL, Discovery
from mendixctl.engine.adopt.draft import Wish
from mendixctl.engine.adopt.proposal import propose
from mendixctl.engine.adopt.results import ProposalResult
from mendixctl.engine.environment.files import read_text
from mendixctl.engine.session import Session
from mendixctl.language import current
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.files import write_atomic
from mendixgen.lock import Lock
from mendixgen.root.wiring import completed
from mendixgen.spec.loader import load_text
from mendixgen.spec.source import read, scan
from mendixgen.versions.store import ModuleStore

SUFFIX = ".proposed"
"""After the name of the YAML: no environment yet, and nothing that reads environments takes it for one."""


def from_account(
    session: Session,
    environment: str,
    said: Mapping[str, str],
    *,
    vpc: str = "",
    areas: Sequence[str] = (),
) -> ProposalResult:
    """Look at an account and write ``environments/<env>.yaml.proposed``. ``said``: region, account, domain and target,
    as far as the environment's YAML (if there is one) does not say them. Without a YAML its lock is written as well.

    Raises:
        MendixError: MXP255, what the account is was not said; MXP251, MXP252, which VPC is meant; MXP253, no such
            area; MXA1xx, AWS cannot be asked.
        Refused: MXG105, the credentials are another account's.
    """
    repository = session.repository
    target = repository.spec(environment)
    there: Mapping[str, Any] = {}
    if target.exists():
        label = repository.relative(target)
        there = scan(read_text(target, label), label).data
    wish = _wish(environment, there, said)
    wrong = [area for area in areas if area not in ALL]
    if wrong:
        hint = f"it looks for {', '.join(ALL)}"
        raise MendixError(Diagnostic("MXP253", f"adopt knows no area {', '.join(wrong)}", hint=hint))
    clients = _clients(session, wish, str(there.get("deploy_role") or ""))
    session.reporter.stage("look", f"{wish.account}, {wish.region}")
    discovery = Discovery(clients, wish.account, wish.region)
    inventory = discovery.inventory(vpc=vpc, areas=tuple(areas))
    store = ModuleStore(repository.modules)
    text, left_out = propose(inventory, wish, _settings(store, areas))
    file = target.with_name(f"{target.name}{SUFFIX}")
    label = repository.relative(file)
    lock = None if target.exists() else _lock(store, text, label)
    write_atomic(file, text)
    if lock is not None:
        write_atomic(repository.lock(environment), locks.dump(lock, environment))
    return ProposalResult(
        environment,
        wish.account,
        wish.region,
        label,
        repository.relative(target),
        text,
        tuple(left_out),
        (*discovery.warnings, *_problems(text, label, environment, store, lock, session)),
        tuple(sorted(lock.pins)) if lock is not None else (),
    )


def _wish(environment: str, there: Mapping[str, Any], said: Mapping[str, str]) -> Wish:
    given = {key: str(there.get(key) or "") or said.get(key, "") for key in ("region", "account", "domain", "target")}
    lacking = [key for key in ("region", "account", "domain") if not given[key]]
    if lacking:
        raise MendixError(
            Diagnostic(
                "MXP255",
                f"there is no environments/{environment}.yaml that says where {environment} is",
                hint=f"say it: {' '.join(f'--{key} ...' for key in lacking)}",
            )
        )
    return Wish(environment, given["region"], given["account"], given["domain"], given["target"] or "aws", _schema())


def _schema() -> str:
    """Its descriptions are in the language of whoever asks, as in what ``init`` lays down."""
    return "environment.zh.json" if current() == "zh" else "environment.json"


def _clients(session: Session, wish: Wish, role: str) -> Clients:
    if wish.target == "emulator":
        from mendixctl.emulator.control import start
        from mendixctl.emulator.environment import environment

        session.reporter.stage("emulator")
        return Clients(wish.region, environment(start(session.repository, wish.account, wish.region)))
    clients = Clients(wish.region, role=role)
    arn = clients.caller()
    account = [*arn.split(":"), *[""] * 5][4]
    if account != wish.account:
        raise Refused(
            Diagnostic(
                "MXG105",
                f"these credentials are of account {account}, and {wish.name} is in {wish.account}",
                hint="sign in to the environment's own account (AWS_PROFILE, or aws sso login)",
                detail=f"AWS knows you as {arn}",
            )
        )
    return clients


def _settings(store: ModuleStore, areas: Sequence[str]) -> dict[str, frozenset[str]]:
    """The areas that a new environment has, and the settings of their newest versions."""
    found = {}
    for area in areas or ALL:
        version = store.newest(area) if area in store.areas() else None
        if version:
            section = store.manifest(area, version).section.get("properties", {})
            found[area] = frozenset(section)
    return found


def _lock(store: ModuleStore, text: str, file: str) -> Lock | None:
    """The lock of what was found: the areas that the proposal has a section of, and those that they are wired to. To
    adopt an account is not to build in it whatever a platform may have. None where nothing was found.
    """
    data = read(text, file).data
    every = locks.create_for(store, data)
    pins = {area: pin for area, pin in every.pins.items() if area in data}
    if not pins:
        return None
    return completed(store, replace(every, pins=pins), lambda area: store.newest(area) or every.pins[area].version)


def _problems(
    text: str, file: str, environment: str, store: ModuleStore, lock: Lock | None, session: Session
) -> list[Diagnostic]:
    """What keeps the proposal from being an environment's YAML as it stands; said, and for a person to mend."""
    try:
        lock = lock or locks.create_for(store, read(text, file).data)
        load_text(text, file, store=store, lock=lock, name=environment, today=session.today)
    except MendixError as error:
        return [replace(one, severity=Severity.WARNING) for one in error.diagnostics]
    return []
