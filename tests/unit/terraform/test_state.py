"""The one reader of states: what is in them, and what is no whole state."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.terraform import state

STATE = {
    "version": 4,
    "lineage": "l",
    "serial": 1,
    "resources": [
        {"mode": "data", "type": "aws_x", "name": "d", "instances": [{"attributes": {"id": "no"}}]},
        {
            "module": 'module.a["k"]',
            "mode": "managed",
            "type": "aws_vpc",
            "name": "v",
            "instances": [
                {"index_key": '${x} %{y} "z"', "attributes": {"id": "vpc-1"}},
                {"index_key": 2, "attributes": {"id": "vpc-2"}, "status": "tainted"},
                {"index_key": 3, "attributes": {"id": "vpc-3"}, "deposed": "a1"},
            ],
        },
        {"mode": "managed", "type": "aws_eip", "name": "e", "instances": [{"attributes": {}}]},
    ],
}


def test_the_instances_of_a_state() -> None:
    found = state.parse(json.dumps(STATE).encode()).instances
    assert {address: (one.id, one.tainted) for address, one in found.items()} == {
        'module.a["k"].aws_vpc.v["$${x} %%{y} \\"z\\""]': ("vpc-1", False),
        'module.a["k"].aws_vpc.v[2]': ("vpc-2", True),
        "aws_eip.e": ("", False),
    }
    assert state.parse(b" \n") == state.State()


def test_a_state_says_which_provider_configuration_its_resources_have() -> None:
    own, other = 'provider["registry.terraform.io/hashicorp/aws"]', ".global"
    resources = [
        {"type": "aws_vpc", "name": "v", "provider": own, "instances": [{"attributes": {}}]},
        {"type": "aws_wafv2_web_acl", "name": "w", "provider": own + other, "instances": [{"attributes": {}}]},
        {"type": "aws_acm_certificate", "name": "c", "provider": own + other, "instances": [{"deposed": "a1"}]},
    ]
    found = state.parse(json.dumps({**STATE, "resources": resources}).encode())
    assert {one.address: one.alias for one in found.instances.values()} == {
        "aws_vpc.v": "",
        "aws_wafv2_web_acl.w": "global",
    }
    assert found.aliases == {"global"}
    assert state.parse(json.dumps({**STATE, "resources": resources[2:]}).encode()).aliases == {"global"}


def test_what_terraform_prints_of_a_bucket_without_a_state() -> None:
    printed = {"version": 4, "terraform_version": "1.11.4", "serial": 0, "lineage": "", "outputs": {}, "resources": []}
    raw = json.dumps(printed).encode()
    assert state.parse(raw) == state.State()
    assert not state.is_whole(raw)


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"lineage": "", "serial": 1, "resources": []},
        {"lineage": "", "serial": 0, "resources": [{"type": "a", "name": "b", "instances": [{}]}]},
        {"lineage": 7, "serial": 1, "resources": []},
        {"lineage": "l", "serial": True, "resources": []},
        {"lineage": "l", "serial": -1, "resources": []},
        {"lineage": "l", "serial": 1},
        {"lineage": "l", "serial": 1, "resources": [{"instances": [{}]}]},
        {"lineage": "l", "serial": 1, "resources": ["aws_vpc.this"]},
    ],
)
def test_what_is_not_whole(content: Any) -> None:
    raw = json.dumps(content).encode()
    with pytest.raises(state.NotAStateError):
        state.parse(raw)
    assert not state.is_whole(raw)


def test_half_of_a_state_is_not_whole_wherever_it_was_cut() -> None:
    raw = json.dumps(STATE).encode()
    assert state.is_whole(raw)
    assert not any(state.is_whole(raw[:length]) for length in range(len(raw)))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_state_or_are_refused(raw: bytes) -> None:
    try:
        found = state.parse(raw)
    except state.NotAStateError:
        return
    assert found == state.State() or found.lineage


def test_a_state_that_opentofu_encrypted_is_whole_and_not_read() -> None:
    sealed = json.dumps(
        {"meta": {"key_provider.pbkdf2.a": "e30="}, "encrypted_data": "aaaa", "encryption_version": "v0"}
    )
    assert state.is_whole(sealed.encode())
    with pytest.raises(state.EncryptedStateError):
        state.parse(sealed.encode())
