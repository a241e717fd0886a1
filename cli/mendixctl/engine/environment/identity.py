"""Which environment this is: its name, account, region and state never change once there is a release.

The ledger knows three of them, but it is found by all four: whoever changes the account looks into another account's
ledger and finds it empty. So the lock, which is committed, says where its base release is.
"""

from __future__ import annotations

import contextlib

from mendixctl.engine.environment.files import read_lock
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.ledger.release import Record
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused
from mendixgen.lock import Home
from mendixgen.messages import msg

_ANOTHER = "another account or region is another environment, with a file of its own"


def home(workplace: Workplace) -> Home:
    """Where this environment is, as its specification says now."""
    scope = workplace.scope
    return Home(workplace.environment, scope.account, scope.region, scope.state)


def check_home(workplace: Workplace) -> None:
    """Check the specification against where the lock says that the base release is; nothing is asked of AWS.

    Raises:
        Refused: MXP122, name, account, region or the state's place was changed; MXP123, the environment has no release
            yet, and there is a lock without a YAML that it was probably renamed from.
    """
    then, now = workplace.lock.home, home(workplace)
    if then is None:
        _check_renamed(workplace)
        return
    base = f"v{workplace.lock.base}"
    found = []
    if then.name != now.name:
        found.append(
            Diagnostic(
                "MXP122",
                msg(
                    "environments/{name}.lock is the lock of {name_2} at {base}; an environment is never renamed",
                    name=now.name,
                    name_2=then.name,
                    base=base,
                ),
                hint=msg(
                    "name the files {name} again; or, if {name_2} is to be an environment of its own, "
                    "remove environments/{name_2}.lock and environments/{name_2}/",
                    name=then.name,
                    name_2=now.name,
                ),
                location=Location(f"environments/{now.name}.lock"),
            )
        )
    for key, hint in (
        ("account", msg("set it back; {another}", another=_ANOTHER)),
        ("region", msg("set it back; {another}", another=_ANOTHER)),
    ):
        before, after = getattr(then, key), getattr(now, key)
        if before != after:
            found.append(_changed(workplace, key, base, before, after, hint))
    # the place of the state follows from the other three where none is written
    if then.state != now.state and not found:
        hint = msg(
            "set it back; or, to move it, copy everything from {folder} to {folder_2} and write "
            "state: {state} below home: in environments/{name}.lock",
            folder=_folder(then.state),
            folder_2=_folder(now.state),
            state=now.state,
            name=now.name,
        )
        found.append(_changed(workplace, "state", base, then.state, now.state, hint))
    if found:
        raise Refused(found)


def check_identity(workplace: Workplace, head: Record | None) -> None:
    """Check that account and region are those of the newest release: a lock of old does not know them.

    Raises:
        Refused: MXP122, one was changed.
    """
    if head is None:
        return
    release, scope = head.release, workplace.scope
    found = [
        _changed(workplace, what, f"v{head.number}", then, now, msg("set it back; {another}", another=_ANOTHER))
        for what, then, now in (
            ("account", release.account, scope.account),
            ("region", release.region, scope.region),
        )
        if then != now
    ]
    if found:
        raise Refused(found)


def _changed(workplace: Workplace, key: str, base: str, before: str, after: str, hint: str) -> Diagnostic:
    what = "the place of the state" if key == "state" else key
    return Diagnostic(
        "MXP122",
        msg(
            "{what} of {environment} was {before} in {base} and cannot become {after}",
            what=what,
            environment=workplace.environment,
            before=before,
            base=base,
            after=after,
        ),
        hint=hint,
        location=workplace.specification.locate((key,)),
    )


def _folder(state: str) -> str:
    """What holds state and ledger both."""
    return state.removesuffix("terraform.tfstate") if state.startswith("s3://") else "the local state and ledger"


def _check_renamed(workplace: Workplace) -> None:
    """A new environment beside a lock whose YAML is gone, in the same place: its file was renamed."""
    if workplace.lock.base or workplace.scope.rehearsal:
        return
    repository, now = workplace.repository, home(workplace)
    described = set(repository.names())
    for path in sorted(repository.environments.glob("*.lock")):
        if path.stem in described:
            continue
        lock = None
        with contextlib.suppress(MendixError):
            lock = read_lock(repository, path.stem)
        if lock is None or lock.home is None or (lock.home.account, lock.home.region) != (now.account, now.region):
            continue
        raise Refused(
            Diagnostic(
                "MXP123",
                msg(
                    "{name} is new, and environments/{name_2} is left of {stem}, which is at v{base} in "
                    "the same account and region and has no YAML any more; an environment is never "
                    "renamed",
                    name=now.name,
                    name_2=path.name,
                    stem=path.stem,
                    base=lock.base,
                ),
                hint=msg(
                    "name the YAML {stem}.yaml again; or, if {stem} is destroyed and {name} is another "
                    "one, remove environments/{name_2} and environments/{stem}/",
                    stem=path.stem,
                    name=now.name,
                    name_2=path.name,
                ),
                location=Location(f"environments/{path.name}"),
            )
        )
