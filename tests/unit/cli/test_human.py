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
from mendixctl.engine.history.results import HistoryResult
from mendixctl.engine.outputs import OutputsResult, OutputValue
from mendixctl.guard.sizes import PlannedSize
from mendixctl.guard.snapshots import PlannedSnapshot
from mendixctl.ledger.release import Kind, Status
from mendixctl.terraform.plan import Action
from mendixctl.views.human import HumanView
from mendixctl.views.human.releases import reason
from mendixctl.views.human.screen import LEAST_COLUMN, fitted
from mendixctl.views.results import Initialised, Rendered
from mendixctl.views.text import moment
from mendixgen.diagnostics import Diagnostic, Location, Severity
from tests.support.soak import examples
from tests.unit.cli import delivery_samples, samples

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


def test_what_a_release_changes_on_the_cluster_is_deployed_next() -> None:
    shown, out, _ = view()
    shown.show(samples.applied())
    shown.show(replace(samples.applied(), to_deploy=3))
    following = [line for line in out.getvalue().splitlines() if line.startswith("Next: ")]
    assert following == ["Next: mendixctl history prod", "Next: mendixctl deploy prod"]


def test_an_adoption_tells_what_changes_and_what_is_left_out() -> None:
    shown, out, err = view()
    shown.show(samples.ADOPTED_ACCOUNT)
    text = out.getvalue()
    assert "To import: 1 resource, there already" in text
    assert "tags  + environment  ~ Name  - team" in text
    assert "note: instances get names from then on" in text
    assert "way: copy what is in it" in text
    assert "6 resources that an ordinary plan creates (network 5, storage 1)" in text
    assert "Next: mendixctl apply --env prod" in text
    shown.show(replace(samples.ADOPTED_ACCOUNT, plan=None, refusals=(Diagnostic("MXP256", "it has a name"),)))
    assert "MXP256" in err.getvalue()
    shown.show(replace(samples.ADOPTED_ACCOUNT, plan=None, adopted=(), differences=()))
    assert out.getvalue().splitlines()[-1] == "Next: mendixctl plan prod"


def test_a_proposal_is_shown_with_where_it_stands() -> None:
    shown, out, _ = view()
    shown.show(samples.PROPOSED)
    text = out.getvalue()
    assert "name: prod" in text
    assert "acme  cluster acme: EKS never renames one" in text
    assert "environments/prod.yaml.proposed" in text
    assert text.splitlines()[-1] == "Next: mendixctl adopt prod"


def test_a_deployment_tells_what_changed_and_what_is_not_ready() -> None:
    shown, out, _ = view()
    shown.show(samples.DEPLOYED)
    lines = out.getvalue().splitlines()
    assert "   ~ mendix/MendixApp/crm" in lines
    assert "         spec.replicas  2 -> 3" in lines
    assert "   - mendix/Service/old" in lines
    assert any(line.startswith("! Kibana") for line in lines)
    assert "failed  mendix/MendixApp/crm: no memory" in lines
    assert lines[-1] == "v4: 3 objects, 2 changed, 1 m 01 s"


def test_a_plan_is_grouped_by_area_and_ends_with_the_next_command() -> None:
    shown, out, err = view()
    shown.show(samples.plan(samples.BUCKET, samples.VPC, samples.SUBNET))
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
    brief.show(samples.plan(samples.SUBNET))
    full, long, _ = view()
    full.show(samples.plan(samples.SUBNET), details=True)
    assert "10.0.0.0/20" not in short.getvalue()
    assert '         cidr_block  "10.0.0.0/20"' in long.getvalue().splitlines()


def test_copies_of_the_state_say_which_is_in_place() -> None:
    shown, out, _ = view()
    shown.show(samples.STATES)
    (row,) = [line for line in out.getvalue().splitlines() if line.startswith("v2 ")]
    assert row.split()[0] == "v2"
    assert row.endswith("in place")
    assert row.split()[3:8] == ["7", "9d1f2a4c", "3", "2.0", "KiB"]
    shown, out, _ = view()
    shown.show(replace(samples.STATES, current=None))
    assert "There is no state in place." in out.getvalue()
    assert "mendixctl state restore v2 --env prod" in out.getvalue()


def test_a_plan_says_which_node_groups_are_seen_to_first() -> None:
    shown, out, _ = view()
    address = 'module.cluster.aws_eks_node_group.this["apps"]'
    sizes = (
        PlannedSize(address, "prod", "apps-1", 5, 9, 2),
        PlannedSize(address, "prod", "batch-1", 0, 4, 7),
        PlannedSize(address, "prod", "system-1", 2, 9, 3),
    )
    shown.show(samples.plan(samples.VPC, sizes=sizes))
    text = out.getvalue()
    assert f"  nodes     apps-1: 2 -> 5, as EKS takes min 5 only then  {address}" in text
    assert f"  nodes     batch-1: 7 -> 4, as EKS takes max 4 only then  {address}" in text
    assert "system-1" not in text


def test_a_plan_says_of_which_databases_a_snapshot_comes_first() -> None:
    shown, out, _ = view()
    planned = PlannedSnapshot('module.database.aws_db_instance.this["main"]', "aws_db_instance", "prod-main")
    shown.show(samples.plan(samples.VPC, snapshots=(planned,)))
    lines = out.getvalue().splitlines()
    place = lines.index("Before this  by mendixctl itself, and waited for")
    assert lines[place + 1] == '  snapshot  of prod-main  module.database.aws_db_instance.this["main"]'
    for show in (
        lambda: shown.show(replace(samples.PREPARED, plan=samples.plan(samples.VPC, snapshots=(planned,)))),
        lambda: shown.show(
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
    shown.show(replace(samples.HISTORY, records=(record,)))
    assert "succeeded, unhealthy" in out.getvalue()
    shown, out, _ = view()
    shown.show(replace(samples.SHOWN, record=record))
    assert "Health" in out.getvalue().splitlines()


def test_the_rollback_that_followed_a_failure_is_shown_under_it() -> None:
    shown, out, _ = view()
    failed = replace(samples.applied(4, Status.FAILED), after=samples.applied(5))
    shown.failed([Diagnostic("MXB140", "rolled back")], 1, failed)
    lines = [line for line in out.getvalue().splitlines() if line.startswith("v")]
    assert [line.split(":")[0] for line in lines] == ["v4 failed", "v5 succeeded"]


def test_a_plan_without_changes_says_so_and_asks_for_nothing() -> None:
    shown, out, _ = view()
    shown.show(samples.plan(plan_file=None))
    assert "No changes." in out.getvalue()
    assert "Next:" not in out.getvalue()


def test_a_warning_that_was_told_on_the_way_is_not_told_again() -> None:
    shown, _, err = view()
    shown.notice(samples.WARNING)
    shown.show(samples.plan())
    assert err.getvalue().count(samples.WARNING.code) == 1


def test_after_a_failure_an_empty_plan_leads_to_its_apply() -> None:
    shown, out, _ = view()
    shown.show(samples.plan(plan_file=None))
    assert "apply" not in out.getvalue()
    shown.show(samples.plan())
    assert "Next: mendixctl apply --env prod" in out.getvalue()


def test_what_an_apply_will_refuse_stands_below_the_plan() -> None:
    shown, out, _ = view()
    shown.show(samples.plan(samples.BUCKET, guards=samples.GUARDS))
    told = out.getvalue()
    assert "An apply of this will be refused:" in told
    assert samples.GUARDS.command in told
    assert "Next: mendixctl apply --env prod\n" not in told


def test_a_rehearsal_is_named_and_stays_one_in_the_next_command() -> None:
    shown, out, _ = view()
    scope = results.Scope("prod", "1", "eu-central-1", "emulator", rehearsal=True)
    shown.show(samples.plan(samples.VPC, scope=scope))
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
    shown.show(samples.plan(long, samples.BUCKET, samples.SUBNET))
    shown.show(samples.HISTORY)
    shown.show(samples.SHOWN)
    assert max(cell_len(line) for line in out.getvalue().splitlines()) <= width


def test_history_marks_the_base_and_leads_to_sync() -> None:
    shown, out, _ = view()
    shown.show(samples.HISTORY)
    rows = [line for line in out.getvalue().splitlines() if re.match(r"v\d", line)]
    assert [row.split()[0] for row in rows] == ["v3", "v2", "v1"]
    assert "rollback of v2 to v1: why" in rows[0]
    assert rows[1].startswith("v2 *")
    assert "李雷" in rows[2]
    assert out.getvalue().splitlines()[-1] == "Next: mendixctl sync prod"


def test_history_can_be_limited() -> None:
    shown, out, _ = view()
    shown.show(replace(samples.HISTORY, limit=1))
    assert "and 2 earlier releases" in out.getvalue()


def test_history_says_how_much_was_asked_for() -> None:
    shown, out, _ = view()
    shown.show(replace(samples.HISTORY, chosen=samples.HISTORY.records[:1]))
    assert "1 of 3 releases asked for" in out.getvalue()
    shown.show(replace(samples.HISTORY, chosen=()))
    assert "None of the 3 releases is one that was asked for." in out.getvalue()


def test_drift_is_told_by_cause_with_who_did_it() -> None:
    shown, out, err = view()
    shown.show(samples.DRIFTED)
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
    shown.show(samples.AS_RELEASED)
    assert "No drift. AWS is as v3 made it.  (1 plan, 0.0 s)" in out.getvalue()


def test_an_adoption_shows_the_edit_and_what_stays() -> None:
    shown, out, _ = view()
    shown.show(samples.ADOPTING)
    shown.show(samples.ADOPTED)
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
    shown.show(samples.BLAMED)
    rows = [re.split(r" {2,}", line) for line in out.getvalue().splitlines()[1:]]
    assert rows[0] == ["release", "when", "who", "commit", "line", "field"]
    assert rows[1][0] == "v2"
    assert rows[1][2:] == ["李雷", "01234567", "7", "network.zones", "3", "was 2"]
    assert rows[2][-2:] == ['"one"', "not in effect: v2 did not bring it about"]


def test_blame_of_an_area_shows_every_change() -> None:
    shown, out, _ = view()
    shown.show(samples.BLAMED_AREA)
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
    shown.show(samples.VERIFIED)
    assert [re.split(r" {2,}", line) for line in out.getvalue().splitlines()] == [
        ["sound", "dev", "1 release in environments/dev/releases"],
        ["1 error", "prod", "3 releases in s3://b/prod/releases, 2 of them mirrored here"],
        ["1 error", "modules", "2 versions"],
    ]
    assert all(code in err.getvalue() for code in ("MXL102", "MXS150", "MXR104"))


def test_a_rollback_names_what_is_held_forward() -> None:
    shown, out, _ = view()
    shown.show(samples.PREPARED_ROLLBACK)
    text = out.getvalue()
    assert "Back from v3 to v1" in text
    assert '  database.version  "17", not "16"  AWS has no way back to an older engine' in text.splitlines()
    assert "  ~ network.zones  3 -> 2" in text.splitlines()


def test_a_rollback_lists_what_it_brings_back_before_it_asks() -> None:
    shown, out, _ = view()
    shown.show(samples.PREPARED_ROLLBACK)
    lines = " ".join(out.getvalue().split())
    assert "aws_secretsmanager_secret.this its deletion is called off, then it is imported" in lines
    assert "(possible until 2026-03-04" in lines
    assert "made again from the snapshot final-1, with the data up to 2026-03-04" in lines
    assert "aws_s3_bucket.this made again, empty: what was in it is lost" in lines


def test_every_result_can_be_shown() -> None:
    shown, out, err = view()
    shown.show(samples.PREPARED)
    shown.show(samples.applied())
    shown.show(samples.ROLLED_BACK)
    shown.show(samples.PREPARED_DESTROY)
    shown.show(samples.DESTROYED)
    shown.show(samples.COMPARED)
    shown.show(samples.OUTPUTS)
    shown.show(samples.SYNCED)
    shown.show(samples.BOOTSTRAPPED)
    shown.show(Rendered([samples.RENDERED, samples.OUTDATED]))
    shown.show(samples.VALIDATED)
    shown.show(samples.UPGRADED)
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


def test_an_estimate_says_what_is_not_in_its_sum() -> None:
    shown, out, _ = view()
    shown.show(samples.ESTIMATED)
    text = out.getvalue()
    for expected in (
        "~113.88",
        "prod costs USD 451.32 a month at least, in eu-central-1.",
        "1 line without a price, not in the sum",
        "Nothing is known of what these areas cost: edge",
        "not counted, network: GB through NAT",
        "The oldest price is 699 days old",
        "+1.00",
        "The plan that waits: +1.00 USD a month.",
        "Nothing is known of what these cost: aws_new_thing",
    ):
        assert expected in text, expected


def test_commitments_are_proposed_and_never_bought() -> None:
    shown, out, _ = view()
    shown.show(samples.RECOMMENDED)
    text = out.getvalue()
    assert "postgres db.m7g: reserve 1 x db.m7g.large, 4 of 8 units (80%)" in text
    assert "a Compute Savings Plan for USD 0.18 of 0.36 an hour (50%)" in text
    assert "a price is missing for how much" in text
    assert "left out: batch: spot is never covered" in text
    assert "Nothing was bought." in text
    shown.show(samples.PRICED)
    assert "1,234 prices of eu-central-1 are in prices.json; commit it." in out.getvalue()


def test_a_report_says_where_a_measure_is_seen_or_what_to_write() -> None:
    shown, out, _ = view()
    shown.show(samples.AUDITED)
    rows = [re.split(r" {2,}", line.strip()) for line in out.getvalue().splitlines()]
    assert ["partly", "It costs far more than anybody meant"] in rows
    assert ["yes", "a budget tells", "cost.monthly_budget"] in rows
    assert ["no", "what is unusual is told", "cost: {anomaly_above: 100}"] in rows
    assert ["AWS changed outside of releases: module.network.aws_vpc.this"] in rows
    assert ["Missing: 1 measure."] in rows


def test_support_is_a_table_with_the_age_of_what_is_known() -> None:
    shown, out, err = view()
    shown.show(samples.SUPPORT)
    assert [re.split(r" {2,}", line) for line in out.getvalue().splitlines()] == [
        ["component", "where", "version", "status", "standard until", "extended until", "days left"],
        ["Kubernetes (EKS)", "cluster.version (line 30)", "1.34", "standard", "2026-12-02", "2027-12-02", "1"],
        ["Mendix", "apps.crm.mendix (default)", "10.18 MTS", "ended", "2025-09-30 (planned)", "-", "-"],
        [""],
        ["Mendix Operator 2.28, for Kubernetes up to 1.36."],
        ["As of 2026-11-23, 8 days before 2026-12-01; --json names the sources."],
    ]
    assert err.getvalue().startswith("error MXS162: out of service\n")


def test_a_preflight_says_what_is_in_the_way_and_folds_the_rest() -> None:
    shown, out, _ = view()
    shown.show(samples.PREFLOWN)
    lines = out.getvalue().splitlines()
    assert lines[1:] == [
        "pinned  coredns v2 in environments/prod.yaml (it was v1)",
        "ok      Zones",
        "        all there",
        f"error   Cluster add-ons  asked {moment(samples.NOW)}",
        "  error MXF161: EKS has no coredns v1",
        "    --> environments/prod.yaml:30:3",
        "    AWS: it has v2",
        "    hint: --pin",
        "          writes it",
        "  note MXF162: newer ones",
        "warning Quotas",
        "  warning MXF103: not asked in time",
        "",
        "Preflight of the plan: 3 questions, 1 error, 1 warning, 1 note.",
    ]
    assert samples.PREFLOWN.exit_code == 3
    shown, out, _ = view()
    shown.show(samples.PREFLOWN, details=True)
    assert "    AWS: a is x" in out.getvalue().splitlines()


def test_a_plan_tells_errors_and_warnings_of_its_preflight_alone() -> None:
    shown, out, _ = view()
    shown.show(replace(samples.plan(samples.BUCKET), preflight=samples.PREFLIGHT))
    text = out.getvalue()
    assert "AWS says of this:\n  error MXF161: EKS has no coredns v1\n" in text
    summary = "Preflight of the plan: 3 questions, 1 error, 1 warning, 1 note."
    assert f"  warning MXF103: not asked in time\n{summary}\n" in text
    assert "MXF120" not in text
    assert "MXF162" not in text


def test_support_of_nothing_says_so() -> None:
    shown, out, _ = view()
    shown.show(replace(samples.SUPPORT, rows=(), diagnostics=(), today=samples.SUPPORT.as_of))
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


@settings(max_examples=examples(60))
@given(HOSTILE, HOSTILE)
def test_hostile_text_cannot_control_the_terminal(one: str, other: str) -> None:
    shown, out, err = view()
    scope = results.Scope(one, one, other, "aws", description=other)
    judged = samples.change("module.network.aws_vpc.this", Action.UPDATE, samples.attribute(one, one, other))
    shown.show(samples.plan(judged, scope=scope))
    shown.show(HistoryResult(scope, (samples.record(1, message=other),), 1))
    shown.show(OutputsResult(scope, (OutputValue(one, other), OutputValue(other, [one]))))
    shown.failed([Diagnostic("MXS104", one, hint=other, detail=one, location=Location(other, 1, 1))], 1)
    text = out.getvalue() + err.getvalue()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_markup_in_data_is_text() -> None:
    shown, out, _ = view()
    shown.show(OutputsResult(samples.SCOPE, (OutputValue("x", "[bold red]:smile:[/bold red]"),)))
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
    shown.show(Initialised(folder, ["Makefile"], "dev"))
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


def test_a_push_names_the_image_and_what_was_found_in_it() -> None:
    shown, out, err = view()
    shown.show(delivery_samples.BUILT)
    shown.show(delivery_samples.PUSHED)
    text = out.getvalue() + err.getvalue()
    assert f"host/prod/crm@{delivery_samples.DIGEST}" in text
    assert "3 parts uploaded" in text
    assert "2 high" in text
    assert "MXV127" in text


def test_a_delivery_that_came_back_says_why_and_what_runs() -> None:
    shown, out, _ = view()
    shown.show(delivery_samples.DELIVERED)
    shown.show(delivery_samples.VERIFIED)
    text = out.getvalue()
    assert "prod-delivery-crm rings: errors" in text
    assert "the former image runs again: host/prod/crm@sha256:0" in text
    assert "Recorded as v7" in text
    assert "https://crm.example.com/: 200" in text


def test_a_delivery_is_told_in_the_history_and_shown_step_by_step() -> None:
    record = samples.SHOWN.record
    said = {"app": "crm", "action": "rollback", "strategy": "canary", "digest": f"sha256:{'a' * 64}", "back_to": 3}
    release = replace(record.release, kind=Kind.APP, extra={"delivery": {**said, "image": "host/crm@sha256:a"}})
    outcome = replace(record.outcome, done=("02:00:00 10 % of the traffic",)) if record.outcome else None
    assert reason(release).startswith("rollback of crm to v3 (canary, aaaaaaaaaaaa)")
    shown, out, _ = view()
    shown.show(replace(samples.SHOWN, record=replace(record, release=release, outcome=outcome)))
    assert "host/crm@sha256:a" in out.getvalue()
    assert "02:00:00 10 % of the traffic" in out.getvalue()
