"""What is installed into Elasticsearch, and that a change of it is another Job."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mendixgen.kubernetes import elastic_documents
from mendixgen.kubernetes.platform import Platform
from mendixgen.spec.header import Header


def platform(**index: Any) -> Platform:
    header = Header.model_validate(
        {"name": "prod", "region": "eu-central-1", "account": "123456789012", "domain": "apps.example.com"}
    )
    return Platform(header, {"logging": {"engine": "elastic", "version": "9.1.4", "index": index}})


@pytest.mark.parametrize(
    ("index", "ages"),
    [
        ({"hot_days": 7, "delete_after_days": 90}, {"hot": "0ms", "warm": "7d", "delete": "90d"}),
        (
            {"hot_days": 3, "warm_days": 10, "delete_after_days": 20},
            {"hot": "0ms", "warm": "3d", "cold": "10d", "delete": "20d"},
        ),
        ({"hot_days": 7, "delete_after_days": None}, {"hot": "0ms", "warm": "7d"}),
    ],
)
def test_an_index_goes_through_the_phases_of_its_ages(index: dict[str, Any], ages: dict[str, str]) -> None:
    phases = elastic_documents.policy(index)["policy"]["phases"]
    assert {name: phase["min_age"] for name, phase in phases.items()} == ages


def test_documents_are_always_the_same_and_refer_to_each_other() -> None:
    found = elastic_documents.documents(platform())
    assert found == elastic_documents.documents(platform())
    template = json.loads(found["template.json"])
    assert template["template"]["settings"]["index"]["lifecycle"]["name"] in elastic_documents.SCRIPT
    assert json.loads(found["repository.json"])["settings"]["bucket"] == "prod-123456789012-log-snapshots"
    assert all(name in elastic_documents.SCRIPT for name in found)


def test_a_change_is_another_job_and_nothing_else_is() -> None:
    names = [
        [it.body["metadata"]["name"] for it in elastic_documents.manifests(platform(**index), version)]
        for index, version in (({}, "9.1.4"), ({}, "9.1.4"), ({"delete_after_days": 30}, "9.1.4"), ({}, "9.1.5"))
    ]
    assert names[0] == names[1]
    assert len({tuple(it) for it in names}) == 3
    assert {it[0] for it in names} == {"elastic-documents"}


def test_the_job_is_nobody_and_writes_nothing() -> None:
    _, job = elastic_documents.manifests(platform(), "9.1.4")
    pod = job.body["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
