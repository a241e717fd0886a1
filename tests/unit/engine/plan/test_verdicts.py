"""``verdicts``: any plan is judged, what is none is an error, and no secret is ever shown."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mendixctl.app import main
from mendixctl.engine.plan.verdicts import VerdictsResult, judge_file, judge_stream
from mendixctl.guard.verdict import Verdict
from mendixgen.diagnostics import MendixError
from tests.support.soak import examples
from tests.unit.guard.plans import item

SECRET = "hunter2-the-secret"
LOSS = item("aws_efs_file_system", "delete", {"encrypted": True}, None)
GROWTH = item("aws_db_instance", "update", {"allocated_storage": 100}, {"allocated_storage": 200})
VERSION = item("aws_eks_cluster", "update", {"version": "1.33"}, {"version": "1.34"})
HARMLESS = item("aws_route", "create", None, {"destination_cidr_block": "0.0.0.0/0"})


def text(*items: dict[str, Any], **more: Any) -> str:
    return json.dumps({"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": list(items), **more})


def judged(data: str | bytes, **settings: Any) -> VerdictsResult:
    content = data.encode() if isinstance(data, str) else data
    return judge_stream(io.BytesIO(content), "plan.json", **settings)


@pytest.mark.parametrize(
    ("threshold", "refused"),
    [
        (None, []),
        ("windowed", ["aws_efs_file_system.this", "aws_db_instance.this", "aws_eks_cluster.this"]),
        ("restore-needed", ["aws_efs_file_system.this", "aws_db_instance.this"]),
        ("irreversible", ["aws_efs_file_system.this", "aws_db_instance.this"]),
        ("loss", ["aws_efs_file_system.this"]),
    ],
)
def test_the_threshold_decides_what_is_refused(threshold: Any, refused: list[str]) -> None:
    result = judged(text(LOSS, GROWTH, VERSION, HARMLESS), fail_on=threshold)
    assert [one.change.address for one in result.refused] == refused
    assert result.exit_code == (3 if refused else 0)
    assert [found.code for found in result.diagnostics if found.code != "MXG202"] == ["MXG122"] * len(refused)
    assert result.gravest is Verdict.IRREVERSIBLE


def test_what_is_accepted_by_name_passes_and_nothing_else_does() -> None:
    result = judged(text(LOSS, GROWTH), fail_on="irreversible", accepted=("aws_efs_file_system.this",))
    assert [one.change.address for one in result.refused] == ["aws_db_instance.this"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_plan_is_read_in_the_encodings_that_shells_write(encoding: str) -> None:
    assert len(judged(text(LOSS).encode(encoding)).changes) == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04", "own plan file"),
        (b"", "not JSON"),
        (b"{", "not JSON (line 1)"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[]", "no object"),
        (b"1" * 5000, "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"@level":"info","@message":"Terraform 1.11.4"}', "the log"),
        (b'{"format_version":"1.0","values":{}}', "no resource_changes"),
        (b'{"format_version":"0.2","resource_changes":[]}', "MXT105"),
        (b'{"resource_changes":[]}', "MXT105"),
    ],
)
def test_what_is_no_plan_is_said_to_be_none(data: bytes, why: str) -> None:
    with pytest.raises(MendixError) as error:
        judged(data)
    (found,) = error.value.diagnostics
    assert found.code in {"MXG121", "MXT105"}
    assert why in found.summary or why == found.code


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(MendixError, match="MXG120"):
            judge_file(path)


@pytest.mark.parametrize(
    ("more", "count"),
    [({}, 0), ({"errored": True}, 1), ({"complete": False}, 1), ({"complete": True, "errored": False}, 0)],
)
def test_a_plan_that_is_not_whole_is_judged_with_a_warning(more: dict[str, Any], count: int) -> None:
    assert [found.code for found in judged(text(LOSS, **more)).diagnostics] == ["MXG123"] * count


JSONS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
CHANGE_KEYS = [
    "actions",
    "before",
    "after",
    "after_unknown",
    "before_sensitive",
    "after_sensitive",
    "replace_paths",
    "importing",
]
ITEM_KEYS = ["address", "previous_address", "mode", "type", "change", "deposed", "action_reason"]
CHANGES = st.dictionaries(st.sampled_from(CHANGE_KEYS), JSONS) | JSONS
ITEMS = (
    st.dictionaries(st.sampled_from(ITEM_KEYS), JSONS | CHANGES)
    | st.fixed_dictionaries(
        {
            "type": st.sampled_from(
                ["aws_s3_bucket_lifecycle_configuration", "aws_ecr_lifecycle_policy", "aws_kms_key"]
            ),
            "address": st.text(max_size=5),
            "change": CHANGES,
        }
    )
    | JSONS
)
DOCUMENTS = st.fixed_dictionaries(
    {"format_version": st.just("1.2"), "resource_changes": st.lists(ITEMS, max_size=4) | JSONS},
    optional={
        "resource_drift": st.lists(ITEMS, max_size=2) | JSONS,
        "output_changes": st.dictionaries(st.text(max_size=3), CHANGES, max_size=2) | JSONS,
        "errored": JSONS,
        "terraform_version": JSONS,
    },
)


@settings(max_examples=examples(100))
@given(DOCUMENTS)
@example({"format_version": "1.2", "resource_changes": [{"change": {"replace_paths": 5, "before": 1, "after": 2}}]})
@example(
    {"format_version": "1.2", "resource_changes": [item("aws_instance", "update", {"a": 1}, {"a": 2}) | {"type": []}]}
)
def test_whatever_is_in_a_plan_it_is_judged_or_refused_and_never_breaks(document: dict[str, Any]) -> None:
    try:
        result = judged(json.dumps(document))
    except MendixError:
        return
    assert all(isinstance(one.verdict, Verdict) for one in result.changes)


@pytest.mark.parametrize(("levels", "fine"), [(50, True), (200, False), (900, False), (90_000, False)])
def test_a_plan_is_as_deep_as_plans_are(levels: int, fine: bool, tmp_path: Path) -> None:
    nested = text(item("aws_instance", "update", {"x": "HERE"}, {"x": 1})).replace(
        '"HERE"', "[" * levels + "]" * levels
    )
    (tmp_path / "plan.json").write_text(nested)
    assert main(["-C", str(tmp_path), "verdicts", "plan.json", "--json", "--details"]) == (0 if fine else 1)


def secret_plan() -> str:
    marked = item(
        "aws_db_instance",
        "update",
        {"password": SECRET, "backup_retention_period": 7, "identifier": f"db-{SECRET}"},
        {"password": SECRET + "2", "backup_retention_period": 0, "identifier": f"db-{SECRET}"},
        before_sensitive={"password": True},
        after_sensitive={"password": True},
    )
    gone = item(
        "aws_secretsmanager_secret_version",
        "delete",
        {"secret_string": SECRET},
        None,
        before_sensitive={"secret_string": True},
    )
    return text(marked, gone, output_changes={"x": {"actions": ["create"], "after": SECRET, "after_sensitive": True}})


@pytest.mark.parametrize("options", [[], ["--details"], ["--json"], ["--fail-on", "windowed", "--details"]])
def test_nothing_sensitive_is_printed(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plan.json").write_text(secret_plan())
    monkeypatch.chdir(tmp_path)
    code = main(["verdicts", "plan.json", *options])
    shown = capsys.readouterr()
    assert code == (3 if "--fail-on" in options else 0)
    assert "backup" in shown.out
    assert SECRET not in shown.out + shown.err


def test_a_pipe_is_judged_outside_of_any_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text(LOSS, GROWTH).encode())))
    assert main(["verdicts", "-", "--json", "--fail-on", "loss"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["exit_code"] == 3
    assert document["result"]["refused"] == ["aws_efs_file_system.this"]
    assert document["result"]["counts"]["loss"] == 1
    assert document["result"]["changes"][1]["judgement"]["one_way"] is True


def test_hostile_names_do_nothing_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = item("aws_efs_file_system", "delete", {}, None, address="\x1b]0;owned\x07[bold]aws\n\u202efs.this")
    (tmp_path / "plan.json").write_text(text(hostile))
    assert main(["-C", str(tmp_path), "verdicts", "plan.json", "--fail-on", "loss"]) == 3
    shown = capsys.readouterr()
    assert not set(shown.out + shown.err) & {"\x1b", "\x07", "\u202e"}
    assert "[bold]aws\\n" in shown.out
