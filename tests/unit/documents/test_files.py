"""Documents on the disk: only ours are touched, and all of ours are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.diagnostics import MendixError
from mendixgen.documents import NAME
from mendixgen.documents.files import INDEX, check, listed, standing, strays, write

ONE = {"notes/a.md": "a\n", "notes/deep/b.md": "b\n"}


def everything(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_what_is_rendered_is_written_and_listed(tmp_path: Path) -> None:
    assert write(ONE, tmp_path).written == ("notes/a.md", "notes/deep/b.md")
    assert listed(tmp_path) == ["notes/a.md", "notes/deep/b.md"]
    assert {name: path.read_text() for name, path in standing(tmp_path).items() if name != INDEX} == ONE


def test_what_is_the_same_is_not_written_again(tmp_path: Path) -> None:
    write(ONE, tmp_path)
    before = {name: path.stat().st_mtime_ns for name, path in standing(tmp_path).items()}
    again = write(ONE, tmp_path)
    assert (again.written, again.deleted) == ((), ())
    assert {name: path.stat().st_mtime_ns for name, path in standing(tmp_path).items()} == before


def test_what_is_rendered_no_more_goes_with_its_folder(tmp_path: Path) -> None:
    write(ONE, tmp_path)
    assert write({"notes/a.md": "a\n"}, tmp_path).deleted == ("notes/deep/b.md",)
    assert not (tmp_path / "notes/deep").exists()


def test_what_a_person_put_there_stays(tmp_path: Path) -> None:
    write(ONE, tmp_path)
    (tmp_path / "notes/deep/mine.md").write_text("mine\n")
    write({}, tmp_path)
    assert everything(tmp_path) == {"notes/deep/mine.md": "mine\n"}


def test_an_index_that_names_other_files_deletes_none_of_them(tmp_path: Path) -> None:
    root = tmp_path / "environments" / "dev"
    root.mkdir(parents=True)
    for name in ("../secret.md", "main.tf", ".terraform.lock.hcl"):
        (root / name).write_text("kept")
    (root / INDEX).write_text("../secret.md\nmain.tf\n.terraform.lock.hcl\n/etc/hosts\nnotes/../../secret.md\n")
    write({}, root)
    assert set(everything(tmp_path)) == {
        "environments/secret.md",
        "environments/dev/main.tf",
        "environments/dev/.terraform.lock.hcl",
    }


def test_a_write_that_is_cut_off_leaves_nothing_unlisted(tmp_path: Path) -> None:
    (tmp_path / "notes/deep").mkdir(parents=True)
    (tmp_path / "notes/deep/b.md").mkdir()  # a folder in the place of a file: the second document cannot be written
    with pytest.raises(MendixError) as error:
        write(ONE, tmp_path)
    assert error.value.diagnostics[0].code == "MXI101"
    assert (tmp_path / "notes/a.md").is_file()
    assert listed(tmp_path) == list(ONE)


def test_a_check_says_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    write(ONE, tmp_path)
    assert check(ONE, tmp_path, "environments/dev") == ""
    before = everything(tmp_path)
    difference = check({"notes/a.md": "other\n", "notes/c.md": "c\n"}, tmp_path, "environments/dev")
    assert "-a\n+other\n" in difference
    assert "b/environments/dev/notes/c.md" in difference
    assert "-b\n" in difference
    assert "-notes/deep/b.md\n+notes/c.md\n" in difference
    assert everything(tmp_path) == before


def test_strays_are_the_documents_that_were_not_there_before(tmp_path: Path) -> None:
    write({"notes/a.md": "a\n"}, tmp_path)
    kept = list(standing(tmp_path).values())
    write(ONE, tmp_path)
    assert strays(tmp_path, kept) == [tmp_path / "notes/deep/b.md"]


@given(st.text(max_size=60))
def test_no_name_of_a_document_leads_out_of_its_folder(name: str) -> None:
    if NAME.fullmatch(name):
        parts = name.split("/")
        assert len(parts) > 1
        assert all(part and not part.startswith(".") for part in parts)
        assert not name.endswith(".tf")
