"""What a build takes, refuses and lays down: packages, projects, tools that are pinned, folders that travel."""

from __future__ import annotations

import hashlib
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.delivery import artifact, package, project, toolchain
from mendixctl.engine.delivery.build import build
from mendixctl.engine.delivery.package import Form, domain_model, is_plain
from mendixctl.engine.delivery.results import BuildResult
from mendixctl.engine.delivery.toolchain import Toolchain
from mendixctl.engine.session import Session
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository
from tests.support.mendix_packages import ENTITIES, mda, mpr, mxbuild

SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com
apps:
  crm: {mendix: "11.6", replicas: 2}
"""
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "platform" / "environments").mkdir(parents=True)
    (tmp_path / "platform" / "modules").mkdir()
    (tmp_path / "platform" / "environments" / "dev.yaml").write_text(SPEC)
    return Session(Repository(tmp_path / "platform"))


def built(session: Session, source: Path, **options: Any) -> BuildResult:
    return build(session, "dev", "crm", source, commit=COMMIT, **options)


def code(error: pytest.ExceptionInfo[MendixError]) -> str:
    return error.value.diagnostics[0].code


def test_a_ready_package_is_taken_as_it_is(session: Session, tmp_path: Path) -> None:
    source = mda(tmp_path / "crm.mda")
    found = built(session, source).artifact
    assert (found.form, found.mendix, found.version, found.commit) == (Form.MDA, "11.6.0.1234", "1.4.0", COMMIT)
    assert found.package_path.read_bytes() == source.read_bytes()
    assert found.digest == f"sha256:{hashlib.sha256(source.read_bytes()).hexdigest()}"
    assert artifact.read(found.folder) == found
    assert str(found.folder).startswith(str(session.repository.workspace("dev")))


def test_the_list_of_contents_names_runtime_and_libraries(session: Session, tmp_path: Path) -> None:
    first = built(session, mda(tmp_path / "crm.mda", files={"model/bundles/plain-2.0.jar": b"no archive"})).artifact
    said = json.loads(first.sbom_path.read_text())
    assert (said["bomFormat"], said["specVersion"]) == ("CycloneDX", "1.6")
    assert [(one["name"], one["version"]) for one in said["components"]] == [
        ("mendix-runtime", "11.6.0.1234"),
        ("plain", "2.0"),
        ("helper", "1.2.3"),
    ]
    assert said["components"][2]["purl"] == "pkg:maven/org.example/helper@1.2.3"
    again = built(session, tmp_path / "crm.mda").artifact
    assert again.sbom_digest == first.sbom_digest


def test_a_project_is_compiled_once_its_version_fits(session: Session, tmp_path: Path) -> None:
    inside = mda(tmp_path / "made.mda")
    tools = Toolchain(str(mxbuild(tmp_path / "mendix" / "modeler" / "mxbuild", inside).parents[1]))
    found = built(session, mpr(tmp_path / "crm.mpr"), tools=tools).artifact
    assert found.source == "crm.mpr"
    assert found.domain_model == project.look(tmp_path / "crm.mpr").domain_model
    with pytest.raises(MendixError) as other:
        built(session, mpr(tmp_path / "old.mpr", mendix="10.24.1.5"), tools=tools)
    assert code(other) == "MXV111"
    place = other.value.diagnostics[0].location
    assert place is not None
    assert (place.file, place.line) == ("environments/dev.yaml", 7)
    with pytest.raises(MendixError) as unlike:
        built(session, mpr(tmp_path / "new.mpr", mendix="11.6.3.1"), tools=tools)
    assert code(unlike) == "MXV112"


def test_what_does_not_compile_shows_the_last_words_of_mxbuild(session: Session, tmp_path: Path) -> None:
    tools = Toolchain(str(mxbuild(tmp_path / "mxbuild", tmp_path / "none", fails=True)))
    with pytest.raises(MendixError) as failed:
        built(session, mpr(tmp_path / "crm.mpr"), tools=tools)
    assert code(failed) == "MXV115"
    assert "Crm.Customer has no owner" in failed.value.diagnostics[0].detail
    with pytest.raises(MendixError) as missing:
        built(session, tmp_path / "crm.mpr", tools=Toolchain(str(tmp_path / "nowhere")))
    assert code(missing) == "MXV113"
    with pytest.raises(MendixError) as unnamed:
        built(session, tmp_path / "crm.mpr")
    assert code(unnamed) == "MXV113"


def test_an_archive_is_run_only_if_it_is_the_one_that_was_named(session: Session, tmp_path: Path) -> None:
    program = mxbuild(tmp_path / "inside" / "modeler" / "mxbuild", mda(tmp_path / "made.mda"))
    with tarfile.open(tmp_path / "mxbuild.tar.gz", "w:gz") as made:
        made.add(program, "modeler/mxbuild")
    archive = tmp_path / "mxbuild.tar.gz"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    source = mpr(tmp_path / "crm.mpr")
    assert built(session, source, tools=Toolchain(str(archive), digest)).artifact.mendix == "11.6.0.1234"
    with pytest.raises(MendixError) as other:
        built(session, source, tools=Toolchain(str(archive), "0" * 64))
    assert code(other) == "MXV114"
    with pytest.raises(MendixError) as unpinned:
        toolchain.program(Toolchain("s3://tools/mxbuild.tar.gz"), tmp_path / "cache", None)
    assert code(unpinned) == "MXV114"


def test_what_comes_from_s3_is_fetched_once_and_checked_each_time(tmp_path: Path) -> None:
    program = mxbuild(tmp_path / "inside" / "modeler" / "mxbuild", tmp_path / "made.mda")
    with tarfile.open(tmp_path / "mxbuild.tar.gz", "w:gz") as made:
        made.add(program, "modeler/mxbuild")
    data = (tmp_path / "mxbuild.tar.gz").read_bytes()
    asked: list[tuple[str, str]] = []

    class Aws:
        def client(self, service: str) -> Aws:
            assert service == "s3"
            return self

        def download_fileobj(self, bucket: str, key: str, stream: Any) -> None:
            asked.append((bucket, key))
            stream.write(data)

    pinned = Toolchain("s3://tools/mxbuild-11.6.tar.gz", f"sha256:{hashlib.sha256(data).hexdigest()}")
    aws: Any = Aws()
    found = toolchain.program(pinned, tmp_path / "cache", aws)
    assert found.read_bytes() == program.read_bytes()
    assert toolchain.program(pinned, tmp_path / "cache", aws) == found
    assert asked == [("tools", "mxbuild-11.6.tar.gz")]
    data = b"another"
    with pytest.raises(MendixError) as other:
        toolchain.program(Toolchain(pinned.source, "1" * 64), tmp_path / "cache", aws)
    assert code(other) == "MXV114"
    assert not list((tmp_path / "cache").glob("tmp*"))


def test_an_archive_cannot_write_beside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "evil").write_text("evil")
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as made:
        made.add(tmp_path / "evil", "../../escaped")
    with pytest.raises(MendixError) as refused:
        toolchain.program(Toolchain(str(tmp_path / "evil.tar.gz")), tmp_path / "a" / "cache", None)
    assert code(refused) == "MXV113"
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize(
    "entries",
    [{}, {"model/metadata.json": b"{"}, {"model/metadata.json": b"[]"}, {"model/metadata.json": b"{}"}],
)
def test_what_is_no_package_is_refused(session: Session, tmp_path: Path, entries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(tmp_path / "odd.mda", "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(MendixError) as refused:
        built(session, tmp_path / "odd.mda")
    assert code(refused) == "MXV110"


def test_an_entry_that_leads_out_of_a_package_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(MendixError) as refused:
        built(session, mda(tmp_path / "crm.mda", files={"../../etc/passwd": b"root"}))
    assert code(refused) == "MXV110"
    assert "leads out of it" in refused.value.diagnostics[0].summary


def test_a_package_that_is_encrypted_is_refused(tmp_path: Path) -> None:
    made = mda(tmp_path / "crm.mda")
    content = bytearray(made.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the last entry's flags in the directory
    made.write_bytes(content)
    with pytest.raises(MendixError) as refused:
        package.look(made)
    assert (code(refused), "it is encrypted" in refused.value.diagnostics[0].summary) == ("MXV110", True)


def test_a_portable_package_is_known_by_what_starts_it(tmp_path: Path) -> None:
    assert package.look(mda(tmp_path / "crm.zip", files={"bin/start": b"#!/bin/sh"})).form is Form.PORTABLE


def test_nothing_is_built_without_a_commit(session: Session, tmp_path: Path) -> None:
    with pytest.raises(MendixError) as unnamed:
        build(session, "dev", "crm", mda(tmp_path / "crm.mda"), commit="main")
    assert code(unnamed) == "MXV116"
    with pytest.raises(MendixError) as unknown:
        build(session, "dev", "crn", tmp_path / "crm.mda", commit=COMMIT)
    assert (code(unknown), unknown.value.diagnostics[0].hint) == ("MXV101", "did you mean crm?")


def test_the_only_package_of_a_folder_is_the_one_that_is_meant(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    with pytest.raises(MendixError) as empty:
        built(session, folder)
    assert code(empty) == "MXV110"
    mda(folder / "crm.mda")
    assert built(session, folder).artifact.source == "crm.mda"
    mda(folder / "other.mda")
    with pytest.raises(MendixError) as several:
        built(session, folder)
    assert "crm.mda, other.mda" in several.value.diagnostics[0].summary


@pytest.mark.parametrize(
    "edit",
    [
        lambda folder: (folder / "package.mda").write_bytes(b"another"),
        lambda folder: (folder / "sbom.cdx.json").write_text("{}"),
        lambda folder: (folder / "artifact.json").write_text("{}"),
        lambda folder: (folder / "artifact.json").unlink(),
        lambda folder: (folder / "artifact.json").write_text(
            (folder / "artifact.json").read_text().replace('"package.mda"', '"../../../../etc/passwd"')
        ),
    ],
)
def test_a_folder_that_was_touched_is_not_taken_on(session: Session, tmp_path: Path, edit: Any) -> None:
    folder = built(session, mda(tmp_path / "crm.mda")).artifact.folder
    edit(folder)
    with pytest.raises(MendixError) as broken:
        artifact.read(folder)
    assert code(broken) == "MXV117"


def test_a_moved_domain_model_is_another_one(tmp_path: Path) -> None:
    one = project.look(mpr(tmp_path / "a.mpr")).domain_model
    assert one == project.look(mpr(tmp_path / "b.mpr")).domain_model
    assert one != project.look(mpr(tmp_path / "c.mpr", models=(b"two",))).domain_model
    assert project.look(mpr(tmp_path / "d.mpr", models=())).domain_model == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(json_values, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_entities_does_not_count(entities: list[Any], random: Any) -> None:
    shuffled = list(entities)
    random.shuffle(shuffled)
    assert domain_model({"Entities": entities}) == domain_model({"Entities": shuffled})


def test_an_attribute_more_is_another_model() -> None:
    more = [{"Name": "Crm.Customer", "Attributes": [{"Name": "Name", "Type": "String"}, {"Name": "Age"}]}]
    assert domain_model({"Entities": ENTITIES}) != domain_model({"Entities": more})
    assert domain_model({"Roles": []}) == ""


@given(st.text(max_size=20))
def test_a_plain_name_stays_below(name: str) -> None:
    if is_plain(name):
        top = Path("/top")
        assert (top / name).resolve().is_relative_to(top)
