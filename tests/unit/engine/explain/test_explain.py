"""A field, an error and a type of resource, explained from the modules and the rules of this repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.engine.explain import errors, fields
from mendixctl.engine.explain.fields import Modules
from mendixctl.engine.explain.results import ExplainedField
from mendixctl.engine.explain.run import completions, explain
from mendixgen.diagnostics import MendixError
from mendixgen.versions import traces
from mendixgen.versions.store import ModuleStore
from tests.support.soak import examples

TOP = Path(__file__).resolve().parents[4]
MODULES = Modules(ModuleStore(TOP / "modules"))


def field(asked: str) -> ExplainedField:
    found = explain(asked, TOP).field
    assert found is not None
    return found


def test_a_field_has_its_meaning_bounds_default_unit_and_what_it_reaches() -> None:
    found = field("cluster.node_groups.min")
    assert found.path == "cluster.node_groups.<name>.min"
    assert (found.type, found.unit, found.default) == ("a whole number", "nodes", 3)
    assert found.bounds == ("0 to 450 nodes",)
    assert "module.cluster.aws_eks_node_group.this" in found.reaches
    assert "module.cluster.aws_eks_cluster.this" not in found.reaches


@pytest.mark.parametrize(
    "asked", ["cluster.node_groups.apps.min", "cluster.node_groups[apps].min", "cluster.node_groups.<name>.min"]
)
def test_a_name_that_a_person_chose_may_stand_in_the_path(asked: str) -> None:
    assert field(asked).path == "cluster.node_groups.<name>.min"


def test_marks_say_what_cannot_be_taken_back() -> None:
    assert [mark.name for mark in field("cluster.version").marks] == ["one_way"]
    assert field("cluster.version").variable == "kubernetes_version"
    assert "create_only" in {mark.name for mark in field("cluster.service_cidr").marks}


def test_a_field_of_the_header_reaches_the_areas_that_ask_for_it() -> None:
    found = field("domain")
    assert found.area == ""
    assert "module.ingress.aws_route53_zone.this" in found.reaches


def test_a_section_lists_its_keys() -> None:
    keys = {key.name: key for key in field("cluster").keys}
    assert keys["version"].type == "text"
    assert "<name>.min" in {key.name for key in field("cluster.node_groups").keys}


def test_a_setting_of_a_foundation_stands_at_the_top() -> None:
    assert field("guardduty").reaches[0].startswith("module.foundation.aws_guardduty_detector")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("cluster.nodegroups", "did you mean cluster.node_groups?"),
        ("cluster.node_groups.mim", "did you mean cluster.node_groups.<name>.min"),
        ("clutser.version", "did you mean cluster"),
        ("aws_eks_clust", "did you mean aws_eks_cluster"),
        ("retention_days", "did you mean "),
        ("qqqqqqq", "name a field of the YAML"),
    ],
)
def test_what_there_is_not_is_told_with_what_may_be_meant(asked: str, hint: str) -> None:
    with pytest.raises(MendixError) as caught:
        explain(asked, TOP)
    (found,) = caught.value.diagnostics
    assert found.code == "MXC130"
    assert hint in found.hint


def test_every_field_can_be_explained_by_its_own_path() -> None:
    every = list(fields.every(MODULES, deepest=6))
    assert len(every) > 200
    for path in every[::5]:
        found = fields.explain(path, MODULES)
        assert (found.path, bool(found.type)) == (path, True)


def test_every_setting_that_a_module_reads_reaches_a_resource() -> None:
    """What is only said for others to know (hours of support) stands in no resource; what does is seen."""
    for manifest in MODULES.manifests:
        found = MODULES.traces(manifest)
        text = (MODULES.store.folder / manifest.area / manifest.version / "main.tf").read_text()
        for given_ in manifest.inputs.values():
            if given_.source == "yaml" and re.search(rf"\bvar\.{given_.name}\b", text):
                assert found.reached_by(given_.name), (manifest.area, given_.name)


def test_the_blocks_that_are_found_are_the_resources_of_each_module() -> None:
    for manifest in MODULES.manifests:
        assert set(MODULES.traces(manifest).resources) >= set(manifest.addresses), manifest.area


def test_an_error_is_what_the_documentation_says() -> None:
    found = explain("mxg101", TOP).error
    assert found is not None
    assert (found.code, found.part) == ("MXG101", "Guards")
    assert found.happened == "A plan has changes that cannot be taken back."
    assert "--accept-loss" in found.remedy


def test_every_documented_code_is_read() -> None:
    text = (TOP / "docs" / "errors.md").read_text(encoding="utf-8")
    assert len(errors.every()) == sum(line.startswith("| MX") for line in text.splitlines())
    assert all(one.happened and one.part and "](" not in one.happened + one.remedy for one in errors.every().values())


def test_a_resource_has_its_area_fields_rules_and_refusals() -> None:
    found = explain("aws_eks_cluster", TOP).resource
    assert found is not None
    assert [place.area for place in found.places] == ["cluster"]
    assert "cluster.version" in found.fields
    assert found.kind == "data"
    assert "eks.version-up" in {rule.id for rule in found.rules}
    assert "eks.version-skips" in {refusal.id for refusal in found.refusals}


def test_an_address_of_a_root_is_narrowed_to_it() -> None:
    found = explain('module.cluster.aws_eks_node_group.scheduled["apps"]', TOP).resource
    assert found is not None
    assert found.places[0].addresses == ("aws_eks_node_group.scheduled",)


def test_a_runbook_that_names_the_type_is_named(tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    folder = tmp_path / "environments" / "dev" / "runbooks"
    folder.mkdir(parents=True)
    (folder / "cluster.md").write_text("When aws_eks_cluster.this is unwell\n")
    (folder / "other.md").write_text("aws_eks_cluster_other\n")
    found = explain("aws_eks_cluster", tmp_path).resource
    assert found is not None
    assert found.runbooks == ("environments/dev/runbooks/cluster.md",)


def test_outside_a_repository_the_modules_of_the_wheel_explain(tmp_path: Path) -> None:
    assert explain("network.cidr", tmp_path).field is not None


def test_completion_goes_key_by_key() -> None:
    assert "cluster." not in completions("", TOP)
    assert "cluster" in completions("cl", TOP)
    assert "cluster.node_groups.min" in completions("cluster.node_groups.m", TOP)


def test_comments_and_other_names_are_no_traces() -> None:
    found = traces.read(
        'locals {\n  # var.no\n  all = var.a\n  more = { x = local.all }\n}\nresource "t" "n" {\n  # var.b\n'
        '  x = local.more\n  y = myvar.c\n}\nresource "t" "m" {\n  min = var.a.min\n}\n'
    )
    assert found.variables_of("t.n") == {"a"}
    assert found.reached_by("a") == ["t.m", "t.n"]
    assert found.reached_by("a", "min") == ["t.m"]


@settings(max_examples=examples(25), deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[a-z_.\[\]<>]{1,40}", fullmatch=True))
def test_whatever_is_asked_is_explained_or_refused(asked: str) -> None:
    try:
        found = explain(asked, TOP).kind
    except MendixError as error:
        found = error.diagnostics[0].code
    assert found in ("field", "error", "resource", "MXC130")
