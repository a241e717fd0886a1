"""Two sets of manifests compared, and what that does to each app."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.diagnostics import MendixError
from mendixgen.kubernetes.diff import Does, Key, diff, parse
from mendixgen.kubernetes.effects import Effect, effects
from mendixgen.kubernetes.text import dump
from tests.support import platforms

PATH = "kubernetes/mendix/app-crm.yaml"

NAMES = st.sampled_from(["crm", "portal", "erp"])
LEAVES = st.recursive(st.integers() | st.text("xy", max_size=3), st.lists)
SPECS = st.dictionaries(st.sampled_from("abc"), LEAVES, max_size=3)
SETS = st.dictionaries(st.tuples(st.sampled_from(["MendixApp", "Service"]), NAMES), SPECS, max_size=5)


def files(objects: dict[tuple[str, str], Any]) -> dict[str, str]:
    """A file for each object."""
    return {
        f"kubernetes/mendix/{kind}-{name}.yaml": dump(
            {"apiVersion": "x/v1", "kind": kind, "metadata": {"name": name, "namespace": "mendix"}, "spec": spec}
        )
        for (kind, name), spec in objects.items()
    }


@given(SETS, SETS)
def test_a_difference_says_all_that_differs_and_no_more(one: dict[Any, Any], other: dict[Any, Any]) -> None:
    found = {change.key: change for change in diff(files(one), files(other))}
    assert {(key.kind, key.name) for key in found} == {
        key for key in {*one, *other} if (key in one, one.get(key)) != (key in other, other.get(key))
    }
    for key, change in found.items():
        there = ((key.kind, key.name) in one, (key.kind, key.name) in other)
        assert change.does is {(True, False): Does.DELETE, (False, True): Does.CREATE}.get(there, Does.UPDATE)
        assert bool(change.fields) == (change.does is Does.UPDATE)


@given(SETS, SETS)
def test_the_way_back_is_the_same_difference_the_other_way_round(one: dict[Any, Any], other: dict[Any, Any]) -> None:
    there, back = diff(files(one), files(other)), diff(files(other), files(one))
    assert [change.key for change in there] == [change.key for change in back]
    turned = {Does.CREATE: Does.DELETE, Does.DELETE: Does.CREATE, Does.UPDATE: Does.UPDATE}
    assert [turned[change.does] for change in there] == [change.does for change in back]
    assert [{(it.path, str(it.before), str(it.after)) for it in change.fields} for change in there] == [
        {(it.path, str(it.after), str(it.before)) for it in change.fields} for change in back
    ]


@given(SETS)
def test_where_a_file_stands_means_nothing(objects: dict[Any, Any]) -> None:
    together = {"kubernetes/all.yaml": "---\n".join(files(objects).values())} if objects else {}
    assert diff(files(objects), together) == ()


def test_files_of_other_tools_are_no_objects() -> None:
    text = "anything: [1]\n"
    names = ("kubernetes/helmfile.yaml", "kubernetes/values/a.yaml", "kubernetes/plans/m/a.yaml", "runbooks/a.md")
    assert parse(dict.fromkeys(names, text) | {"kubernetes/mendix/kustomization.yaml": text}) == {}


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "[1]\n", "a: [\n", "kind: A\n", "&a [*a]\n", "!!python/none x\n"])
def test_what_mendixctl_does_not_write_is_refused(text: str) -> None:
    with pytest.raises(MendixError) as error:
        parse({PATH: text})
    assert error.value.diagnostics[0].code == "MXR131"


# -- apps -------------------------------------------------------------------------------------------

CRM = "crm: {mendix: '11.6', replicas: 3, database: crm, files: files}"
SCALED = "crm: {mendix: '11.6', autoscale: {min: 2, max: 6}, database: crm, files: files}"


def effect(before: str, after: str) -> dict[str, tuple[Effect, bool]]:
    old, new = (
        {f"kubernetes/{name}": text for name, text in platforms.files(platforms.prod(*lines.splitlines())).items()}
        for lines in (before, after)
    )
    return {one.app: (one.effect, one.downtime) for one in effects(diff(old, new), parse(new))}


@pytest.mark.parametrize(
    ("before", "after", "expected", "downtime"),
    [
        (CRM, CRM.replace("replicas: 3", "replicas: 4"), Effect.SCALE, False),
        (CRM, SCALED, Effect.SCALE, False),
        (CRM, CRM.replace("}", ", constants: {A.B: x}}"), Effect.ROLL, False),
        (CRM, CRM.replace("}", ", secrets: {A.B: crm-api-key}}"), Effect.ROLL, False),
        (CRM, CRM.replace("}", ", source: 'https://example.com/2.mda'}"), Effect.RESTART, True),
        (CRM, CRM.replace("}", ", identity: storage-plan}"), Effect.RESTART, True),
        (CRM.replace("3", "1"), CRM.replace("3", "1").replace("}", ", constants: {A.B: x}}"), Effect.RESTART, True),
        (CRM, f"{CRM}\nnew: {{mendix: '11.6'}}", Effect.NONE, False),
    ],
)
def test_what_becomes_of_an_app(before: str, after: str, expected: Effect, downtime: bool) -> None:
    assert effect(before, after)["mendix/crm"] == (expected, downtime)


def test_an_app_that_is_new_starts_and_one_that_goes_stops() -> None:
    found = effect(CRM, CRM.replace("crm: {", "sales: {", 1))
    assert found == {"mendix/crm": (Effect.STOP, True), "mendix/sales": (Effect.START, False)}


def test_the_operators_settings_roll_every_app() -> None:
    old = {f"kubernetes/{name}": text for name, text in platforms.files(platforms.prod()).items()}
    new = copy.deepcopy(old)
    path = "kubernetes/mendix/operator.yaml"
    new[path] = old[path].replace("interval: PT1M", "interval: PT5M")
    assert new != old
    found = {one.app: one for one in effects(diff(old, new), parse(new) | parse({path: new[path]}))}
    assert found["mendix/crm"].effect is Effect.ROLL
    assert found["mendix/crm"].seconds > 0
    assert found["mendix/erp-bridge"].effect is Effect.RESTART  # a single replica


def test_an_address_says_where_an_object_stands() -> None:
    assert Key("mendix", "g", "MendixApp", "crm").address == "mendix/MendixApp/crm"
    assert Key("", "", "Namespace", "mendix").address == "Namespace/mendix"
