"""A ledger of releases that nobody applied: for what reads the ledger, without Terraform."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mendixctl.ledger.archive import pack
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Author, Kind, Outcome, Record, RecordedChange, Release, Status
from mendixctl.ledger.serialise import digest
from mendixctl.ledger.store import LedgerStore
from mendixgen import lock as locks
from mendixgen.lock import Lock, Pin
from mendixgen.repository import Repository

FIRST = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANNA = Author("anna", "laptop", "Anna Seghers <anna@example.com>")
BOB = Author("ci", "runner", "", "arn:aws:sts::123456789012:assumed-role/deployer/bob")


def change(address: str, action: str = "update", *attributes: str, previous: str = "") -> RecordedChange:
    """One recorded change of the area that the address names."""
    area = address.split(".")[1] if address.startswith("module.") else ""
    return RecordedChange(address, area, action, attributes, "reversible", previous_address=previous)


@dataclass
class Fabricated:
    """Releases of the environment ``dev`` of a small repository, a day apart, written one by one."""

    repository: Repository
    store: LedgerStore = field(init=False)
    versions: dict[str, str] = field(default_factory=lambda: {"notes": "1.0.0"})

    def __post_init__(self) -> None:
        self.store = LocalLedger("dev", self.repository.terraform_root("dev") / "releases")

    @property
    def spec(self) -> str:
        return self.repository.spec("dev").read_text()

    def lock(self, base: int) -> str:
        pins = {area: Pin(version) for area, version in self.versions.items()}
        return locks.dump(Lock("0.1.0", base, pins), "dev")

    def release(
        self,
        *changes: RecordedChange,
        spec: str | None = None,
        status: Status | None = Status.SUCCEEDED,
        done: Sequence[str] | None = None,
        author: Author = ANNA,
        kind: Kind = Kind.APPLY,
        **extra: Any,
    ) -> Record:
        """Record a release; ``status`` None leaves it open, ``done`` are the addresses that were (by default all)."""
        number = self.store.head() + 1
        before = self.store.read(number - 1).digest if number > 1 else ""
        lock = self.lock(number)
        blocks = "".join(
            f'module "{area}" {{\n  source = "../../modules/{area}/{version}"\n}}\n'
            for area, version in self.versions.items()
        )
        archive = pack({"main.tf": blocks.encode()})
        moment = FIRST + timedelta(days=number - 1)
        release = Release(
            number=number,
            environment="dev",
            account="123456789012",
            region="eu-central-1",
            target="emulator",
            kind=kind,
            started_at=moment,
            author=author,
            spec=self.spec if spec is None else spec,
            lock=lock,
            archive_digest=digest(archive),
            predecessor=before,
            commit=f"{number:040x}",
            changes=changes,
            extra=extra,
        )
        record = self.store.allot(release, archive)
        if status is not None:
            addresses = tuple(one.address for one in changes)
            made = addresses if done is None else tuple(done)
            rest = tuple(address for address in addresses if address not in made)
            record = self.store.close(number, Outcome(status, moment + timedelta(minutes=1), 60.0, made, rest))
        self.repository.lock("dev").write_text(lock)
        return record

    def edit(self, old: str, new: str) -> str:
        """Edit the YAML, and give back its text."""
        text = self.spec
        assert old in text
        self.repository.spec("dev").write_text(text.replace(old, new))
        return self.spec


def numbers(records: Iterable[Record]) -> list[int]:
    """The numbers of some records."""
    return [record.number for record in records]
