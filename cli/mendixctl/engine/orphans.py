"""Takes resources that exist into the state, by import blocks: which of them, Terraform's own plan decides.

A candidate whose ID is known is imported; Terraform says which ones AWS does not have, and those are dropped. What
the plan then knows of the others (the ID of a bucket that is being imported is known to what belongs to it) makes
more IDs, until nothing new comes up. The plan that is left imports, may change in place what is imported, and creates
or removes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mendixctl.engine.doubts import Certainty, Doubt
from mendixctl.engine.finding import can_search, search
from mendixctl.engine.imports import import_blocks, import_id, surroundings
from mendixctl.engine.journals import TAG, identity
from mendixctl.engine.runs import run_folder
from mendixctl.engine.state_objects import StateObject
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import Workplace
from mendixctl.terraform.events import ChangeEvent, DiagnosticEvent, Event
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

ROUNDS = 24
"""Plans at most; each round drops a candidate or finds an ID, and there are rarely more than four."""

GONE = "non-existent remote object"
TARGETED = ("Resource targeting is in effect", "Applied changes may be incomplete")

ALLOWED = frozenset({Action.IMPORT, Action.UPDATE, Action.MOVE})


@dataclass(frozen=True, slots=True)
class Adoption:
    """A resource that the plan takes into the state, and the ID by which it does."""

    address: str
    type: str
    id: str
    release: int
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Unadopted:
    """A resource that is left in doubt: why, and what to look for at AWS."""

    doubt: Doubt
    why: str
    look_for: str


@dataclass(slots=True)
class Adopted:
    """What came of it. ``absent``: AWS does not have it, so it was never made. ``document`` is None without a plan."""

    adoptions: tuple[Adoption, ...] = ()
    absent: tuple[Doubt, ...] = ()
    unadopted: tuple[Unadopted, ...] = ()
    document: PlanDocument | None = None
    has_changes: bool = False
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class _Candidates:
    """The doubts that are still open, with what is known of each."""

    values: dict[str, dict[str, str]]
    doubts: dict[str, Doubt]
    ids: dict[str, str] = field(default_factory=dict)
    absent: dict[str, Doubt] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def open(self) -> list[str]:
        return [address for address in self.doubts if address not in self.absent and address not in self.refused]

    def identified(self) -> list[tuple[str, str]]:
        return [(address, self.ids[address]) for address in self.open() if address in self.ids]


def adopt(
    workplace: Workplace, tools: Tools, doubts: Sequence[Doubt], state: Mapping[str, StateObject], out: Path
) -> Adopted:
    """Plan the adoption of as many ``doubts`` as AWS has; the plan is saved in ``out`` where there is one.

    Raises:
        Refused: MXP214, the plan would do more than adopt.
        MendixError: Terraform or AWS cannot be asked.
    """
    header = workplace.specification.header
    given = surroundings(header.account, header.region)
    candidates = _Candidates({doubt.address: dict(doubt.values) for doubt in doubts}, {d.address: d for d in doubts})
    for doubt in doubts:
        if doubt.other:
            candidates.refused[doubt.address] = f"the state has another object at its address: {doubt.other}"
    known = {one.id for one in state.values()}
    searched: set[str] = set()
    alone = False
    result = Adopted()
    for _ in range(ROUNDS):
        _identify(workplace, tools, candidates, given, known, searched)
        imports = candidates.identified()
        targets = [address for address, _ in imports] if alone else candidates.open()
        if not targets or (alone and not imports):
            result = Adopted()
            break
        heard = _plan(workplace, tools, imports, targets, out)
        if heard.error is not None:
            _drop(candidates, heard, imports)
            continue
        document = tools.terraform(workplace).show_plan(out) if heard.has_changes else PlanDocument(tools.version)
        if _learn(candidates, document) and not alone:
            continue  # more is known now
        if len(targets) > len(imports):
            alone = True  # what has no ID would be created
            continue
        if _refuse_replaced(candidates, document):
            continue
        _check(workplace, document)
        result = Adopted(document=document, has_changes=heard.has_changes, warnings=heard.warnings)
        break
    result.adoptions = tuple(
        Adoption(
            address,
            candidates.doubts[address].type,
            found,
            candidates.doubts[address].release,
            candidates.doubts[address].certainty,
        )
        for address, found in candidates.identified()
    )
    result.absent = tuple(candidates.absent.values())
    result.unadopted = tuple(
        Unadopted(
            candidates.doubts[address],
            candidates.refused.get(address, "only AWS knows its ID, and nothing there has exactly its tags"),
            look_for(candidates.doubts[address].type, candidates.values[address]),
        )
        for address in candidates.doubts
        if address in candidates.refused or (address not in candidates.ids and address not in candidates.absent)
    )
    return result


def look_for(resource: str, values: Mapping[str, str]) -> str:
    """What a person would look for at AWS."""
    names = [f"{path} {value}" for path, value in values.items() if not path.startswith(TAG)]
    tags = [f"tag {path.removeprefix(TAG)} = {value}" for path, value in values.items() if path.startswith(TAG)]
    return f"{resource} with {', '.join([*names, *tags])}" if names or tags else f"a new {resource}"


@dataclass(slots=True)
class _Heard:
    """One plan of imports: whether it succeeded, and what it said of each address."""

    error: MendixError | None = None
    has_changes: bool = False
    warnings: tuple[Diagnostic, ...] = ()
    said: list[str] = field(default_factory=list)
    proven: set[str] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        if isinstance(event, DiagnosticEvent) and event.severity == "error":
            self.said.append(f"{event.address}\n{event.summary}\n{event.detail}")
        elif isinstance(event, ChangeEvent) and event.action == "import":
            self.proven.add(event.address)


def _plan(
    workplace: Workplace, tools: Tools, imports: Sequence[tuple[str, str]], targets: Sequence[str], out: Path
) -> _Heard:
    heard = _Heard()
    session = workplace.session
    logs = run_folder(workplace.workspace, "recover-plan", session.clock())

    def listen(event: Event) -> None:
        heard.hear(event)
        session.reporter.event(event)

    with import_blocks(workplace.root, imports):
        try:
            outcome = tools.terraform(workplace, logs).plan(out, targets=targets, on_event=listen)
        except Refused:
            raise
        except MendixError as error:
            if not heard.said or error.exit_code != 1:
                raise
            heard.error = error
            return heard
    heard.has_changes = outcome.has_changes
    heard.warnings = telling(outcome.warnings)
    return heard


def telling(warnings: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The warnings without those that say that a plan with targets has targets."""
    return tuple(one for one in warnings if not one.summary.startswith(TARGETED))


def _identify(
    workplace: Workplace,
    tools: Tools,
    candidates: _Candidates,
    given: Mapping[str, str],
    known: set[str],
    searched: set[str],
) -> None:
    """Find the IDs of the candidates that have none yet; AWS is searched once for each."""
    for address in candidates.open():
        if address in candidates.ids:
            continue
        kind, values = candidates.doubts[address].type, candidates.values[address]
        found = import_id(kind, {**values, **given})
        if found is None and address not in searched and can_search(kind, values):
            searched.add(address)
            said = search(tools.api_clients(workplace), kind, values, {*known, *candidates.ids.values()})
            found = import_id(kind, {**values, **given, "id": said}) if said else None
        if found is not None:
            candidates.ids[address] = found


def _drop(candidates: _Candidates, heard: _Heard, imports: Sequence[tuple[str, str]]) -> None:
    """Take out the candidates that a plan failed over.

    Raises:
        MendixError: it failed over something else.
    """
    if heard.error is None:
        return
    named = False
    for said in heard.said:
        for address, _ in imports:
            if address in said or address.replace("\\", "\\\\").replace('"', '\\"') in said:
                named = True
                if GONE in said:
                    candidates.absent[address] = candidates.doubts[address]
                else:
                    candidates.refused[address] = said.strip().split("\n")[0]
    if named:
        return
    # Some providers do not say which import they could not read: then it is one of those that did not succeed.
    unproven = [address for address, _ in imports if address not in heard.proven]
    if not unproven:
        raise heard.error
    for address in unproven:
        candidates.refused[address] = f"Terraform cannot import it: {heard.error.diagnostics[0].summary}"


def _learn(candidates: _Candidates, document: PlanDocument) -> bool:
    """Take what the plan knows of the candidates that it would create; whether that is more than before."""
    more = False
    for change in document.changes:
        if change.address in candidates.doubts and change.action is Action.CREATE:
            values = candidates.values[change.address]
            fresh = {path: value for path, value in identity(change).items() if path not in values}
            more = more or bool(fresh)
            values.update(fresh)
    return more


def _refuse_replaced(candidates: _Candidates, document: PlanDocument) -> bool:
    """Take out what could only be adopted to be replaced; whether there is such."""
    found = [
        change for change in document.changes if change.action is Action.REPLACE and change.address in candidates.ids
    ]
    for change in found:
        forced = ", ".join(one.path for one in change.attributes if one.forces_replacement)
        candidates.refused[change.address] = f"it is not as the YAML says and would be replaced ({forced})"
    return bool(found)


def _check(workplace: Workplace, document: PlanDocument) -> None:
    more: list[ResourceChange] = [change for change in document.changes if change.action not in ALLOWED]
    if more:
        raise Refused(
            Diagnostic(
                "MXP214",
                f"to adopt what a crash of {workplace.environment} has left, "
                f"{', '.join(f'{change.address} would be {_PAST[change.action]}' for change in more[:5])}; a recovery "
                "only adopts",
                hint="set the YAML back to what that release had (mendixctl show), recover, then change it again",
            )
        )


_PAST = {
    Action.CREATE: "created",
    Action.DELETE: "destroyed",
    Action.REPLACE: "replaced",
    Action.FORGET: "forgotten",
    Action.NOOP: "kept",
    Action.READ: "read",
    Action.UPDATE: "changed",
    Action.IMPORT: "imported",
    Action.MOVE: "moved",
}
