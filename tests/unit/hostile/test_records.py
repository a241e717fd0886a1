"""Records, archives, manifests and answers of Terraform that were made or edited by somebody else."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mendixctl.engine.environment.plan_files import PlanFiles
from mendixctl.engine.history import run as history_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan import saved_plan
from mendixctl.ledger import archive
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Outcome, Status
from mendixctl.ledger.serialise import _sealed, outcome_bytes, parse_outcome, parse_release, release_bytes
from mendixctl.terraform.events import parse_line
from mendixctl.terraform.outcome import Gatherer
from mendixctl.terraform.plan_json import parse
from mendixgen import lock as locks
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.root import render
from mendixgen.spec.loader import load_text
from mendixgen.versions.store import ModuleStore
from tests.support import hostile_json
from tests.unit.engine.conftest import Bench
from tests.unit.ledger.test_stores import release
from tests.unit.spec.samples import MINIMAL, add_module, module_json

RECORDINGS = Path(__file__).parents[2] / "contract" / "recordings"
OUTCOME = Outcome(
    Status.FAILED, datetime(2026, 11, 23, tzinfo=UTC), 1.5, ("a.b",), ("c.d",), (), ("MXT110: x",), "l", 3
)


def survives(cases: int, run: Callable[[Random], object], *, refused: float) -> None:
    """``run`` gives back something or refuses, never anything else; at least that part of the cases is refused."""
    count = 0
    for seed in range(cases):
        try:
            run(Random(seed))
        except MendixError:
            count += 1
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert count >= refused * cases


def test_an_edited_release_is_seen() -> None:
    document = json.loads(release_bytes(release(3)))
    survives(400, lambda random: parse_release(hostile_json.raw(random, document), "v3"), refused=0.95)


def test_an_edited_release_whose_seal_was_made_to_fit_is_still_read_strictly() -> None:
    body = json.loads(release_bytes(release(3)))

    def run(random: Random) -> None:
        with suppress(ValueError, UnicodeError):  # what cannot be sealed cannot be forged
            forged = _sealed(hostile_json.edited(random, body))
            release_bytes(parse_release(forged, "v3"))

    survives(600, run, refused=0.4)


def test_an_edited_outcome_is_seen_or_read_strictly() -> None:
    document = json.loads(outcome_bytes(OUTCOME))
    survives(200, lambda random: parse_outcome(hostile_json.raw(random, document), "v3"), refused=0.95)

    def run(random: Random) -> None:
        with suppress(ValueError, UnicodeError):
            outcome_bytes(parse_outcome(_sealed(hostile_json.edited(random, document)), "v3"))

    survives(400, run, refused=0.3)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_outside_the_calendar_is_no_moment(moment: str) -> None:
    body = {**json.loads(outcome_bytes(OUTCOME)), "finished_at": moment}
    with pytest.raises(MendixError) as error:
        parse_outcome(_sealed(body), "v3")
    assert error.value.diagnostics[0].code == "MXL101"


def test_a_number_beyond_all_bounds_is_no_number() -> None:
    for name in ("seconds", "serial"):
        with pytest.raises(MendixError) as error:
            parse_outcome(_sealed({**json.loads(outcome_bytes(OUTCOME)), name: 10**400}), "v3")
        assert error.value.diagnostics[0].code == "MXL101"


# -- archives ---------------------------------------------------------------------------------------


def tarball(*members: tarfile.TarInfo, headers: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            member.pax_headers = headers or {}
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, target
    return info


BAD_MEMBERS = [
    member("../main.tf"),
    member("/main.tf"),
    member("a/main.tf"),
    member("main.tf/"),
    member(".."),
    member("main.tf\\"),
    member("main.tf", tarfile.SYMTYPE, target="/etc/passwd"),
    member("main.tf", tarfile.LNKTYPE, target="x.tf"),
    member("main.tf", tarfile.DIRTYPE),
    member("main.tf", tarfile.FIFOTYPE),
    member("main.tf", tarfile.CHRTYPE),
    member("main.tf", tarfile.GNUTYPE_SPARSE),
    member("main.tf", tarfile.CONTTYPE),
    member("x.sh"),
    member("-x.tf"),
    member("main.tf\n"),
    member("\u202ext.tf"),
    member("a" * 300 + ".tf"),
    member(".main.tf"),
    member("main.tf.json"),
]


@pytest.mark.parametrize("bad", BAD_MEMBERS, ids=range(len(BAD_MEMBERS)))
def test_only_what_a_root_holds_comes_out_of_an_archive(bad: tarfile.TarInfo) -> None:
    with pytest.raises(MendixError) as error:
        archive.unpack(tarball(bad), "v1")
    assert error.value.diagnostics[0].code == "MXL104"


def test_an_archive_that_unpacks_without_end_is_refused() -> None:
    bomb = gzip.compress(b"\0" * (archive.LARGEST + 1024), 9)
    assert len(bomb) < 100_000
    many = tarball(*(member(f"f{number}.tf") for number in range(archive.MOST + 1)))
    twice = tarball(member("main.tf"), member("main.tf", size=4))
    for data in (bomb, many, twice):
        with pytest.raises(MendixError) as error:
            archive.unpack(data, "v1")
        assert error.value.diagnostics[0].code == "MXL104"


@pytest.mark.parametrize(
    "headers",
    [
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "x", "GNU.sparse.name": "main.tf"},
        {"GNU.sparse.map": "a,b", "GNU.sparse.size": "9"},
        {"GNU.sparse.size": str(10**30)},
        {"size": "-5"},
        {"path": "../../x.tf"},
        {"linkpath": "/etc"},
    ],
)
def test_extended_headers_do_not_break_the_reader(headers: dict[str, str]) -> None:
    with suppress(MendixError):
        assert set(archive.unpack(tarball(member("main.tf", size=3), headers=headers), "v1")) <= {"main.tf"}


def test_damaged_archives() -> None:
    sound = archive.pack({"main.tf": b"x" * 3000, "outputs.tf": b"y"})
    plain = bytearray(gzip.decompress(sound))

    def run(random: Random) -> None:
        data = bytearray(plain)
        for _ in range(random.randrange(1, 12)):
            data[random.randrange(1536)] = random.randrange(256)
        archive.unpack(
            gzip.compress(bytes(data), 1) if random.random() < 0.8 else bytes(sound[: random.randrange(200)]), "v1"
        )

    survives(600, run, refused=0.5)


# -- the ledger as a folder -------------------------------------------------------------------------


def test_a_ledger_whose_files_have_no_end_or_no_beginning_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "0001").mkdir()
    os.mkfifo(tmp_path / "0001" / "release.json")
    (tmp_path / "0002").mkdir()
    (tmp_path / "0002" / "release.json").symlink_to("/dev/zero")
    for number in (1, 2):
        with pytest.raises(MendixError) as error:
            LocalLedger("dev", tmp_path).read(number)
        assert error.value.diagnostics[0].code == "MXL113"


def test_an_outcome_is_not_written_through_a_link_that_stands_ready(tmp_path: Path) -> None:
    ledger = LocalLedger("dev", tmp_path / "releases")
    files = archive.pack({"main.tf": b"x"})
    from dataclasses import replace

    from mendixctl.ledger.serialise import digest

    ledger.allot(replace(release(1), archive_digest=digest(files)), files)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "releases" / "0001" / f".outcome.json.{os.getpid()}").symlink_to(victim)
    ledger.close(1, OUTCOME)
    assert victim.read_text() == "mine"


def test_an_edited_record_stops_the_history(bench: Bench) -> None:
    bench.apply()
    path = bench.root / "releases" / "0001" / "release.json"
    path.write_text(path.read_text().replace("hello", "hacked"))
    for use in (lambda: history_run.history(bench.session), lambda: history_run.show(bench.session, "dev", 1)):
        with pytest.raises(MendixError) as error:
            use()
        assert error.value.diagnostics[0].code == "MXL102"


# -- manifests of plans -----------------------------------------------------------------------------


def test_edited_manifests_of_a_plan(bench: Bench) -> None:
    plan_run.plan(bench.session, "dev")
    files = PlanFiles(bench.repository.workspace("dev") / "plans")
    document = json.loads(files.manifest.read_text())

    def run(random: Random) -> None:
        files.manifest.write_bytes(hostile_json.raw(random, document))
        found = saved_plan.load(files)
        assert found is not None
        found.is_expired(bench.session.clock())

    survives(500, run, refused=0.5)


@pytest.mark.parametrize("name", ["", "plan.json", "terraform.plan"])
def test_a_plan_that_came_with_a_checkout_is_not_applied(bench: Bench, name: str) -> None:
    plan_run.plan(bench.session, "dev")
    files = PlanFiles(bench.repository.workspace("dev") / "plans")
    (files.folder / name).chmod(0o755 if not name else 0o644)
    with pytest.raises(MendixError) as error:
        saved_plan.load(files)
    assert (error.value.diagnostics[0].code, error.value.exit_code) == ("MXI105", 3)


# -- module.json and locks --------------------------------------------------------------------------


def test_edited_module_manifests(tmp_path: Path) -> None:
    add_module(tmp_path, "garden", "1.0.0")
    document = module_json("garden", "1.0.0", moves=[{"from": "a.b", "to": "a.c", "since": "1.0.0"}])
    path = tmp_path / "garden" / "1.0.0" / "module.json"
    text = MINIMAL + "garden: {zones: 2, plants: {oak: {water: 3}}}\n"
    lock = Lock("0.1.0", 0, {"garden": Pin("1.0.0")})

    def run(random: Random) -> None:
        path.write_bytes(hostile_json.raw(random, document))
        store = ModuleStore(tmp_path)
        store.verify("garden", "1.0.0")
        render.render(load_text(text, "environments/dev.yaml", store=store, lock=lock), lock, store)

    survives(1200, run, refused=0.4)


SCHEMAS: list[dict[str, Any]] = [
    {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    {"anyOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}},
    {"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"x": {"$ref": "#/$defs/a", "default": {}}}}}},
    {
        "$ref": "#/$defs/a",
        "$defs": {"a": {"properties": {"x": {"additionalProperties": {"$ref": "#/$defs/a"}, "default": {"k": {}}}}}},
    },
    {"properties": {"x": {"$ref": "#/$defs/missing"}}},
    {"properties": {"x": {"$ref": "https://example.com/x"}}},
    {"properties": {"x": {"type": "string", "pattern": "("}}},
    {"properties": {"x": {"type": "integer", "minimum": "1"}}},
    {"properties": {"x": {"type": "integer", "multipleOf": 0}}},
    {"properties": {"x": {"type": "nothing"}}},
    {"properties": {"x": 1}},
    {"properties": []},
    {"properties": {"x": {"anyOf": []}}},
    {"properties": {"x": {"allOf": [True]}}},
    {
        "$defs": {
            f"d{n}": {"properties": {"a": {"$ref": f"#/$defs/d{n + 1}"}, "b": {"$ref": f"#/$defs/d{n + 1}"}}}
            for n in range(40)
        }
        | {"d40": {}},
        "$ref": "#/$defs/d0",
    },
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=range(len(SCHEMAS)))
def test_a_section_whose_schema_cannot_be_worked_with_is_refused(tmp_path: Path, schema: dict[str, Any]) -> None:
    add_module(tmp_path, "garden", "1.0.0", section={"type": "object", **schema})
    with pytest.raises(MendixError) as error:
        ModuleStore(tmp_path).manifest("garden", "1.0.0")
    assert error.value.diagnostics[0].code == "MXR103"


@pytest.mark.parametrize("name", ["extra.tf", "extra.tf.json", "main_override.tf.json", "deep/extra.tf"])
def test_a_released_module_has_no_file_that_it_was_not_released_with(tmp_path: Path, name: str) -> None:
    add_module(tmp_path, "garden", "1.0.0")
    added = tmp_path / "garden" / "1.0.0" / name
    added.parent.mkdir(exist_ok=True)
    added.write_text("{}")
    with pytest.raises(MendixError) as error:
        ModuleStore(tmp_path).verify("garden", "1.0.0")
    assert error.value.diagnostics[0].code == "MXR104"


def test_edited_locks() -> None:
    text = "generator: 0.1.0\nbase: 3\nareas:\n  network:\n    version: 1.0.0\n    lowered_from: 1.1.0\n"

    def run(random: Random) -> None:
        data = bytearray(text.encode())
        for _ in range(random.randrange(1, 6)):
            at = random.randrange(len(data))
            data[at : at + random.randrange(3)] = random.choice(
                (b"..", b"/", b"\0", b"-1", b"1e9", b"9" * 50, b"&a", b"*a", b"\xff")
            )
        lock = locks.parse(bytes(data), "x.lock")
        assert locks.parse(locks.dump(lock, "x"), "x.lock") == lock

    survives(500, run, refused=0.5)


# -- what Terraform says ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["show_create.json", "show_partial.json", "show_update.json"])
def test_edited_plans_in_json(name: str) -> None:
    document = json.loads((RECORDINGS / name).read_text())
    survives(200, lambda random: parse(hostile_json.edited(random, document)), refused=0)


def test_edited_event_streams() -> None:
    lines = [
        json.loads(line)
        for path in sorted(RECORDINGS.glob("apply_*.ndjson"))
        for line in path.read_text().splitlines()
        if line.startswith("{")
    ]

    def run(random: Random) -> None:
        heard = Gatherer()
        for _ in range(5):
            heard.hear(parse_line(hostile_json.raw(random, random.choice(lines))))
        heard.outcome(errors=(), warnings=(), exit_code=0, seconds=0.0)

    survives(400, run, refused=0)
