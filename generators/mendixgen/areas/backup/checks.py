"""What no single field of the backups' section can say: keeping and locking that contradict each other, and copies that
go nowhere.

A lock that contradicts a plan is accepted by AWS Backup, and then every job fails; so it is an error here. Cold storage
that has no effect is accepted for ever; so it is a warning. Sources: AWS Backup developer guide, "AWS Backup Vault
Lock" and "Feature availability by resource"; API reference, Lifecycle.
"""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.backup import LEAST_COLD_DAYS, Backup, CopyTo, Schedule, VaultLock
from mendixgen.areas.contract import Check, Header, independent

ARCHIVED = "monthly"
"""Amazon EBS archives snapshots of schedules that are as rare as this one, and of no others."""


def check(inputs: Backup.Inputs, header: Header) -> list[Check]:
    """Lifecycles that are possible, a lock that lets the plans work, and a vault that copies can go to."""
    return independent(
        lambda: (found for name, it in schedules(inputs) for found in _schedule(name, it)),
        lambda: _lock(inputs),
        lambda: _copy(inputs.copy_to, header),
        lambda: _tests(inputs),
    )


def schedules(inputs: Backup.Inputs) -> Iterator[tuple[str, Schedule]]:
    """The plans that there are, by name."""
    for name in ("daily", "weekly", "monthly"):
        found: Schedule | None = getattr(inputs, name)
        if found is not None:
            yield name, found


def _schedule(name: str, it: Schedule) -> Iterator[Check]:
    if it.completion_hours <= it.start_hours:
        summary = f"a backup that may begin {it.start_hours} hours late cannot be complete after {it.completion_hours}"
        yield Check((name, "completion_hours"), "MXS601", summary, f"more than {it.start_hours}")
    if it.cold_after_days is None:
        return
    path = (name, "cold_after_days")
    if it.keep_days < it.cold_after_days + LEAST_COLD_DAYS:
        summary = f"what moves to cold storage after {it.cold_after_days} days cannot be deleted after {it.keep_days}"
        hint = f"it stays there {LEAST_COLD_DAYS} days at least: keep it for {it.cold_after_days + LEAST_COLD_DAYS}"
        yield Check(path, "MXS602", summary, hint)
    elif name == ARCHIVED:
        summary = "databases, buckets and the cluster have no cold storage: they stay in warm storage"
        hint = "AWS ignores it for them; what they cost stays that of warm storage for all of keep_days"
        yield Check(path, "MXS603", summary, hint, warns=True)
    else:
        summary = (
            f"cold_after_days of a {name} backup has no effect: EBS archives monthly ones, and nothing else is moved"
        )
        yield Check(path, "MXS603", summary, "leave it out, or say it of monthly", warns=True)


def _lock(inputs: Backup.Inputs) -> Iterator[Check]:
    lock = inputs.vault_lock
    if lock is None:
        return
    if lock.min_days > lock.max_days:
        summary = f"min_days ({lock.min_days}) is more than max_days ({lock.max_days})"
        yield Check(("vault_lock", "min_days"), "MXS604", summary, f"{lock.max_days} or less")
        return
    for name, it in schedules(inputs):
        yield from _within((name, "keep_days"), it.keep_days, lock)
    if inputs.copy_to is not None:
        yield from _within(("copy_to", "keep_days"), inputs.copy_to.keep_days, lock)


def _within(path: tuple[str, ...], days: int, lock: VaultLock) -> Iterator[Check]:
    if not lock.min_days <= days <= lock.max_days:
        summary = f"the vault takes what is kept for {lock.min_days} to {lock.max_days} days, and this is for {days}"
        hint = "every job would fail, and nothing say so before; change keep_days, or widen vault_lock"
        yield Check(path, "MXS605", summary, hint)


def _copy(copy: CopyTo | None, header: Header) -> Iterator[Check]:
    if copy is None:
        return
    path = ("copy_to", "environment")
    there = header.neighbours.get(copy.environment)
    if there is None:
        summary = f"where {copy.environment} is, is not known"
        hint = f"write environments/{copy.environment}.yaml, or its region and account below neighbours"
        yield Check(path, "MXS606", summary, hint)
        return
    if there.region == header.region:
        hint = "name an environment of another region: a copy beside the original is lost with it"
        yield Check(path, "MXS606", f"{copy.environment} is in {header.region} too", hint)
    if there.account != header.account:
        summary = f"{copy.environment} is in the account {there.account}"
        hint = "name an environment of this account: databases keep their own key, which other accounts cannot read"
        yield Check(path, "MXS606", summary, hint)


def _tests(inputs: Backup.Inputs) -> Iterator[Check]:
    tests = inputs.restore_tests
    for index, kind in enumerate(tests.resources if tests is not None else ()):
        if tests is not None and kind in tests.resources[:index]:
            yield Check(
                ("restore_tests", "resources", index), "MXS607", f"{kind} is named twice", "remove one of the two"
            )
