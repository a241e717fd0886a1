"""The view for people: grouped, aligned, within its width, and deaf to what data would like it to do."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from mendixctl.engine import results
from mendixctl.guard.snapshots import PlannedSnapshot
from mendixctl.ledger.release import Status
from mendixctl.terraform.plan import Action
from mendixctl.views.human import HumanView
from mendixctl.views.human.screen import LEAST_COLUMN, fitted
from mendixgen.diagnostics import Diagnostic, Location, Severity
from tests.unit.cli import samples

HOSTILE = st.text(st.characters(), max_size=30) | st.sampled_from(
    ["[bold]x[/bold]", "[/]", "\x1b]0;title\x07", "\x1b[2J", "\r\nfake line", ":smile:", "\u202etxt", "网络" * 12]
)


def view(root: Path | None = None) -> tuple[HumanView, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return HumanView(root=lambda: root, out=out, err=err), out, err


def on_terminal(width: int) -> tuple[HumanView, io.StringIO]:
    """A view that believes in a terminal of this width, without colours."""
    shown, out, _ = view()
    shown.screen.out = Console(
        file=out, force_terminal=True, color_system=None, width=width, markup=False, highlight=False, emoji=False
    )
    return shown, out


def test_a_plan_is_grouped_by_area_and_ends_with_the_next_command() -> None:
    shown, out, err = view()
    shown.planned(samples.plan(samples.BUCKET, samples.VPC, samples.SUBNET))
    lines = out.getvalue().splitlines()
    assert lines[0] == "prod  123456789012  eu-central-1  aws  protected"
    assert lines.index("network  2 changes") < lines.index("storage  1 change")
    assert '   + aws_subnet.public["c"]' in lines
    assert "         enable_dns_support  (not set) -> true" in lines
    assert '         bucket    "old" -> "new"   forces replacement' in lines
    assert ' -/+ aws_s3_bucket.this["files"]   irreversible' in lines
    assert "         password  (sensitive)" in lines
    assert lines[-1] == "Next: mendixctl apply --env prod"
    assert "MXS150" in err.getvalue()


def test_created_attributes_are_shown_when_asked_for() -> None:
    brief, short, _ = view()
    brief.planned(samples.plan(samples.SUBNET))
    full, long, _ = view()
    full.planned(samples.plan(samples.SUBNET), details=True)
    assert "10.0.0.0/20" not in short.getvalue()
    assert '         cidr_block  "10.0.0.0/20"' in long.getvalue().splitlines()


def test_copies_of_the_state_say_which_is_in_place() -> None:
    shown, out, _ = view()
    shown.states_listed(samples.STATES)
    (row,) = [line for line in out.getvalue().splitlines() if line.startswith("v2 ")]
    assert row.split()[0] == "v2"
    assert row.endswith("in place")
    assert row.split()[3:8] == ["7", "9d1f2a4c", "3", "2.0", "KiB"]
    shown, out, _ = view()
    shown.states_listed(replace(samples.STATES, current=None))
    assert "There is no state in place." in out.getvalue()
    assert "mendixctl state restore v2 --env prod" in out.getvalue()


def test_a_plan_says_of_which_databases_a_snapshot_comes_first() -> None:
    shown, out, _ = view()
    planned = PlannedSnapshot('module.database.aws_db_instance.this["main"]', "aws_db_instance", "prod-main")
    shown.planned(samples.plan(samples.VPC, snapshots=(planned,)))
    lines = out.getvalue().splitlines()
    place = lines.index("Before this  snapshots are taken, and waited for")
    assert lines[place + 1] == '  snapshot  of prod-main  module.database.aws_db_instance.this["main"]'
    for show in (
        lambda: shown.about_to_apply(replace(samples.PREPARED, plan=samples.plan(samples.VPC, snapshots=(planned,)))),
        lambda: shown.about_to_destroy(
            replace(samples.PREPARED_DESTROY, destroy=samples.plan(samples.BUCKET, snapshots=(planned,)))
        ),
    ):
        before = out.getvalue().count("of prod-main")
        show()
        assert out.getvalue().count("of prod-main") == before + 1


def test_an_unhealthy_apply_shows_each_check_and_the_history_says_so() -> None:
    shown, out, err = view()
    shown.failed([Diagnostic("MXB131", "not healthy")], 1, samples.UNHEALTHY)
    lines = out.getvalue().splitlines()
    assert "  unhealthy   database  prod-main  failed" in lines
    assert "  no targets  targets  prod-http  no targets" in lines
    assert "MXB131" in err.getvalue()
    record = replace(samples.record(4), outcome=samples.UNHEALTHY.outcome)
    shown, out, _ = view()
    shown.history(replace(samples.HISTORY, records=(record,)))
    assert "succeeded, unhealthy" in out.getvalue()
    shown, out, _ = view()
    shown.release(replace(samples.SHOWN, record=record))
    assert "Health" in out.getvalue().splitlines()


def test_the_rollback_that_followed_a_failure_is_shown_under_it() -> None:
    shown, out, _ = view()
    failed = replace(samples.applied(4, Status.FAILED), after=samples.applied(5))
    shown.failed([Diagnostic("MXB140", "rolled back")], 1, failed)
    lines = [line for line in out.getvalue().splitlines() if line.startswith("v")]
    assert [line.split(":")[0] for line in lines] == ["v4 failed", "v5 succeeded"]


def test_a_plan_without_changes_says_so_and_asks_for_nothing() -> None:
    shown, out, _ = view()
    shown.planned(samples.plan(plan_file=None))
    assert "No changes." in out.getvalue()
    assert "Next:" not in out.getvalue()


def test_a_warning_that_was_told_on_the_way_is_not_told_again() -> None:
    shown, _, err = view()
    shown.notice(samples.WARNING)
    shown.planned(samples.plan())
    assert err.getvalue().count(samples.WARNING.code) == 1


def test_after_a_failure_an_empty_plan_leads_to_its_apply() -> None:
    shown, out, _ = view()
    shown.planned(samples.plan(plan_file=None))
    assert "apply" not in out.getvalue()
    shown.planned(samples.plan())
    assert "Next: mendixctl apply --env prod" in out.getvalue()


def test_what_an_apply_will_refuse_stands_below_the_plan() -> None:
    shown, out, _ = view()
    shown.planned(samples.plan(samples.BUCKET, guards=samples.GUARDS))
    told = out.getvalue()
    assert "An apply of this will be refused:" in told
    assert samples.GUARDS.command in told
    assert "Next: mendixctl apply --env prod\n" not in told


def test_a_rehearsal_is_named_and_stays_one_in_the_next_command() -> None:
    shown, out, _ = view()
    scope = results.Scope("prod", "1", "eu-central-1", "emulator", rehearsal=True)
    shown.planned(samples.plan(samples.VPC, scope=scope))
    assert "emulator (rehearsal)" in out.getvalue()
    assert "mendixctl apply --env prod --emulator" in out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_but_diffs_is_wider_than_the_terminal(width: int) -> None:
    shown, out = on_terminal(width)
    long = samples.change(
        "module.network.aws_vpc.this",
        Action.UPDATE,
        samples.attribute("tags.Name", "生产网络" * 40, "生产环境" * 40),
        samples.attribute("description", "a" * 500, "b" * 500),
    )
    shown.planned(samples.plan(long, samples.BUCKET, samples.SUBNET))
    shown.history(samples.HISTORY)
    shown.release(samples.SHOWN)
    assert max(cell_len(line) for line in out.getvalue().splitlines()) <= width


def test_history_marks_the_base_and_leads_to_sync() -> None:
    shown, out, _ = view()
    shown.history(samples.HISTORY)
    rows = [line for line in out.getvalue().splitlines() if re.match(r"v\d", line)]
    assert [row.split()[0] for row in rows] == ["v3", "v2", "v1"]
    assert "rollback of v2 to v1: why" in rows[0]
    assert rows[1].startswith("v2 *")
    assert "李雷" in rows[2]
    assert out.getvalue().splitlines()[-1] == "Next: mendixctl sync prod"


def test_history_can_be_limited() -> None:
    shown, out, _ = view()
    shown.history(samples.HISTORY, limit=1)
    assert "and 2 earlier releases" in out.getvalue()


def test_history_says_how_much_was_asked_for() -> None:
    shown, out, _ = view()
    shown.history(replace(samples.HISTORY, chosen=samples.HISTORY.records[:1]))
    assert "1 of 3 releases asked for" in out.getvalue()
    shown.history(replace(samples.HISTORY, chosen=()))
    assert "None of the 3 releases is one that was asked for." in out.getvalue()


def test_drift_is_told_by_cause_with_who_did_it() -> None:
    shown, out, err = view()
    shown.drifted(samples.DRIFTED)
    lines = out.getvalue().splitlines()
    for expected in (
        "Changed in AWS, outside of any release",
        "  ~ network  aws_vpc.this",
        '         tags.team  "ours" -> "theirs"',
        "         password   (sensitive)",
        '  - storage  aws_s3_bucket.this["a"]  deleted; an apply would create it again',
        "  ~ storage  aws_sqs_queue.this  forces replacement on the way back  the YAML says so by now",
        "Changed by the YAML, edits since v3, not applied yet",
        "  ~ network.zones  3 -> 2",
        "Changed by a generator or a module, the same YAML, and something else comes of it",
        "  ~ network  aws_vpc.this  network 1.0.0 -> 1.1.0",
        "Left undone by v3, the next apply goes on with it",
        "Drift: 2 resources changed in AWS  (3 plans, 12 s)",
    ):
        assert expected in lines, expected
    assert any(re.search(r"CreateTags  arn:aws:iam::123456789012:user/eve  from 192\.0\.2\.1", line) for line in lines)
    assert lines[-1] == "Next: mendixctl drift prod --accept, or mendixctl drift prod --revert"
    assert "MXS150" in err.getvalue()
    shown.drifted(samples.AS_RELEASED)
    assert "No drift. AWS is as v3 made it.  (1 plan, 0.0 s)" in out.getvalue()


def test_an_adoption_shows_the_edit_and_what_stays() -> None:
    shown, out, _ = view()
    shown.about_to_adopt(samples.ADOPTING)
    shown.adopted(samples.ADOPTED)
    lines = out.getvalue().splitlines()
    for expected in (
        '  network.team  "ours" -> "theirs"  module.network.aws_vpc.this tags.team',
        "  +team: theirs",
        '  module.storage.aws_s3_bucket.this["a"]  no field',
        "1 field of environments/prod.yaml adopted. The plan changes nothing; its apply records the release.",
    ):
        assert expected in lines, expected


def test_blame_of_a_file_is_a_line_a_field() -> None:
    shown, out, _ = view()
    shown.blamed(samples.BLAMED)
    rows = [re.split(r" {2,}", line) for line in out.getvalue().splitlines()[1:]]
    assert rows[0] == ["release", "when", "who", "commit", "line", "field"]
    assert rows[1][0] == "v2"
    assert rows[1][2:] == ["李雷", "01234567", "7", "network.zones", "3", "was 2"]
    assert rows[2][-2:] == ['"one"', "not in effect: v2 did not bring it about"]


def test_blame_of_an_area_shows_every_change() -> None:
    shown, out, _ = view()
    shown.blamed(samples.BLAMED_AREA)
    text = out.getvalue()
    for expected in (
        "module network  1.1.0",
        "off -> 1.1.0",
        "network.zones  3  environments/prod.yaml:7",
        "failed  2 -> 3",
        "old  no longer in the YAML",
        "failed  (sensitive) -> (not set)",
        "module.network.aws_vpc.this  no longer there",
        "- delete  as aws_vpc.old  irreversible  module 1.0.0 -> 1.1.0",
    ):
        assert expected in text, expected


def test_verify_tells_what_is_sound_and_what_is_not() -> None:
    shown, out, err = view()
    shown.verified(samples.VERIFIED)
    assert [re.split(r" {2,}", line) for line in out.getvalue().splitlines()] == [
        ["sound", "dev", "1 release in environments/dev/releases"],
        ["1 error", "prod", "3 releases in s3://b/prod/releases, 2 of them mirrored here"],
        ["1 error", "modules", "2 versions"],
    ]
    assert all(code in err.getvalue() for code in ("MXL102", "MXS150", "MXR104"))


def test_a_rollback_names_what_is_held_forward() -> None:
    shown, out, _ = view()
    shown.about_to_roll_back(samples.PREPARED_ROLLBACK)
    text = out.getvalue()
    assert "Back from v3 to v1" in text
    assert '  database.version  "17", not "16"  AWS has no way back to an older engine' in text.splitlines()
    assert "  ~ network.zones  3 -> 2" in text.splitlines()


def test_a_rollback_lists_what_it_brings_back_before_it_asks() -> None:
    shown, out, _ = view()
    shown.about_to_roll_back(samples.PREPARED_ROLLBACK)
    lines = " ".join(out.getvalue().split())
    assert "aws_secretsmanager_secret.this its deletion is called off, then it is imported" in lines
    assert "(possible until 2026-03-04" in lines
    assert "made again from the snapshot final-1, with the data up to 2026-03-04" in lines
    assert "aws_s3_bucket.this made again, empty: what was in it is lost" in lines


def test_every_result_can_be_shown() -> None:
    shown, out, err = view()
    shown.about_to_apply(samples.PREPARED)
    shown.applied(samples.applied())
    shown.rolled_back(samples.ROLLED_BACK)
    shown.about_to_destroy(samples.PREPARED_DESTROY)
    shown.destroyed(samples.DESTROYED)
    shown.compared(samples.COMPARED)
    shown.outputs(samples.OUTPUTS)
    shown.synced(samples.SYNCED)
    shown.bootstrapped(samples.BOOTSTRAPPED)
    shown.rendered([samples.RENDERED, samples.OUTDATED])
    shown.validated(samples.VALIDATED)
    shown.upgraded(samples.UPGRADED)
    text = out.getvalue() + err.getvalue()
    assert samples.SECRET not in text
    for expected in (
        "v4 succeeded",
        "A plan afterwards is empty.",
        "Step 1: disarm",
        "prod is destroyed.",
        "v1 -> v3",
        "token = (sensitive)",
        "mirrored  v2, v3",
        "s3://bucket",
        "environments/prod/moves.tf",
        "the committed Terraform is out of date",
        "not valid  environments/prod.yaml",
        "module network  1.0.0 -> 1.1.0",
    ):
        assert expected in text, expected


def test_support_is_a_table_with_the_age_of_what_is_known() -> None:
    shown, out, err = view()
    shown.supported(samples.SUPPORT)
    assert [re.split(r" {2,}", line) for line in out.getvalue().splitlines()] == [
        ["component", "where", "version", "status", "standard until", "extended until", "days left"],
        ["Kubernetes (EKS)", "cluster.version (line 30)", "1.34", "standard", "2026-12-02", "2027-12-02", "1"],
        ["Mendix", "apps.crm.mendix (default)", "10.18 MTS", "ended", "2025-09-30 (planned)", "-", "-"],
        [""],
        ["Mendix Operator 2.28, for Kubernetes up to 1.36."],
        ["As of 2026-11-23, 8 days before 2026-12-01; --json names the sources."],
    ]
    assert err.getvalue().startswith("error MXS162: out of service\n")


def test_support_of_nothing_says_so() -> None:
    shown, out, _ = view()
    shown.supported(replace(samples.SUPPORT, rows=(), diagnostics=(), today=samples.SUPPORT.as_of))
    assert out.getvalue().splitlines()[0] == "prod uses nothing whose support is known."
    assert out.getvalue().splitlines()[-1] == "As of 2026-11-23; --json names the sources."


def test_a_failed_apply_says_what_failed_before_the_error() -> None:
    shown, out, err = view()
    shown.failed([Diagnostic("MXT110", "it broke", hint="mend it")], 1, samples.applied(4, Status.FAILED))
    assert "v4 failed: 1 resource done, 1 failed" in out.getvalue()
    assert "! module.network.aws_vpc.this" in out.getvalue()
    assert "error MXT110: it broke\n  hint: mend it\n" in err.getvalue()


def test_an_error_shows_its_line_with_a_caret(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("name: dev\n网络: {zonez: 3}\n", encoding="utf-8")
    shown, _, err = view(tmp_path)
    shown.failed([Diagnostic("MXS104", "zonez is unknown", location=Location("dev.yaml", 2, 6), detail="more")], 1)
    assert err.getvalue().splitlines()[:5] == [
        "error MXS104: zonez is unknown",
        "  --> dev.yaml:2:6",
        "2 | 网络: {zonez: 3}",
        "  |        ^^^^^",  # below the characters, two columns wide each
        "  more",
    ]


def test_an_error_far_to_the_right_is_in_sight(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("key: [" + "x, " * 200 + "wrong]\n", encoding="utf-8")
    shown, _, err = view(tmp_path)
    column = len("key: [" + "x, " * 200) + 1
    shown.failed([Diagnostic("MXS104", "no", location=Location("dev.yaml", 1, column))], 1)
    excerpt, caret = err.getvalue().splitlines()[2:4]
    assert excerpt[caret.index("^") :].startswith("wrong")
    assert caret.count("^") == len("wrong")


def test_a_place_that_cannot_be_read_is_only_named(tmp_path: Path) -> None:
    shown, _, err = view(tmp_path)
    shown.failed([Diagnostic("MXS104", "no", location=Location("gone.yaml", 3, 1))], 1)
    assert err.getvalue().splitlines()[:2] == ["error MXS104: no", "  --> gone.yaml:3:1"]


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_hostile_text_cannot_control_the_terminal(one: str, other: str) -> None:
    shown, out, err = view()
    scope = results.Scope(one, one, other, "aws", description=other)
    judged = samples.change("module.network.aws_vpc.this", Action.UPDATE, samples.attribute(one, one, other))
    shown.planned(samples.plan(judged, scope=scope))
    shown.history(results.HistoryResult(scope, (samples.record(1, message=other),), 1))
    shown.outputs(results.OutputsResult(scope, (results.OutputValue(one, other), results.OutputValue(other, [one]))))
    shown.failed([Diagnostic("MXS104", one, hint=other, detail=one, location=Location(other, 1, 1))], 1)
    text = out.getvalue() + err.getvalue()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_markup_in_data_is_text() -> None:
    shown, out, _ = view()
    shown.outputs(results.OutputsResult(samples.SCOPE, (results.OutputValue("x", "[bold red]:smile:[/bold red]"),)))
    assert 'x = "[bold red]:smile:[/bold red]"' in out.getvalue().splitlines()


def test_warnings_are_not_errors() -> None:
    shown, _, err = view()
    shown.notice(Diagnostic("MXR150", "unreleased module", severity=Severity.WARNING))
    assert err.getvalue().startswith("warning MXR150: unreleased module")


@pytest.mark.parametrize("value", ['"12 34"', "'it''s'", "arn:aws:iam::1234:role/x", "10.0.0.0/8"])
def test_the_whole_of_a_value_is_marked(tmp_path: Path, value: str) -> None:
    (tmp_path / "dev.yaml").write_text(f"a: [{value}, b]\n", encoding="utf-8")
    shown, _, err = view(tmp_path)
    shown.failed([Diagnostic("MXS206", "no", location=Location("dev.yaml", 1, 5))], 1)
    assert err.getvalue().splitlines()[3].count("^") == len(value)


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        (".", "mendixctl plan dev"),
        ("my platform", "cd 'my platform' && mendixctl plan dev"),
        ("p", "cd p && mendixctl plan dev"),
    ],
)
def test_the_next_command_after_init_can_be_typed(folder: str, expected: str) -> None:
    shown, out, _ = view()
    shown.initialised(folder, ["Makefile"], "dev")
    assert out.getvalue().splitlines()[-1] == f"Next: {expected}"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_table_on_a_narrow_terminal_keeps_every_word(width: int) -> None:
    shown, out = on_terminal(width)
    move = "aws_cloudwatch_log_group.flow_logs -> aws_cloudwatch_log_group.this"
    shown.screen.table(["bump", "", "name", "what"], [["minor", "section", move, "added (since 1.1.0)"]])
    heading, *lines = out.getvalue().splitlines()
    assert heading.split() == ["bump", "name", "what"]
    assert lines[0].startswith("minor  section  aws_")
    assert "".join(line[16:].rstrip() for line in lines).count("1.1.0") == 1
    assert max(map(len, lines)) <= width


def test_a_folded_table_loses_nothing() -> None:
    shown, out = on_terminal(80)
    words = [f"word{number}" for number in range(12)]
    shown.screen.table(list("abcd"), [["v1", "2026-11-23 14:18", "a name of 22 letters..", " ".join(words)]] * 2)
    assert all(out.getvalue().count(f"{word} ") + out.getvalue().count(f"{word}\n") == 2 for word in words)


@given(st.lists(st.integers(1, 200), min_size=2, max_size=6), st.integers(100, 200))
def test_columns_fit_the_terminal_and_keep_what_they_need(natural: list[int], room: int) -> None:
    widths = fitted(natural, room)
    assert sum(widths) <= room
    assert all(1 <= width <= wanted for width, wanted in zip(widths, natural, strict=True))
    assert all(width >= min(wanted, LEAST_COLUMN) for width, wanted in zip(widths[:-1], natural[:-1], strict=True))
