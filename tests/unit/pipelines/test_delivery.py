"""What of a specification becomes a pipeline of its apps, and where it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mendixgen.documents import RENDERERS, Source
from mendixgen.documents import render as documents
from mendixgen.pipelines import delivery
from mendixgen.spec.loader import Specification
from tests.support import platforms


def said(**settings: Any) -> Specification:
    """An environment with two apps, and ``delivery`` as it stands in the settings."""
    spec = platforms.prod(
        "crm: {mendix: '11.6', database: crm, files: files}", "erp: {mendix: '10.24', replicas: 1, database: erp}"
    )
    return replace(spec, settings={**spec.settings, "delivery": settings}) if settings else spec


def rendered(spec: Specification) -> dict[str, str]:
    return delivery.render(Source(spec, platforms.STORE))


def test_the_pipeline_is_one_of_the_documents() -> None:
    assert RENDERERS["delivery"] == delivery.__name__
    files = documents(Source(said(tool="gitlab"), platforms.STORE), {"delivery": delivery.__name__})
    assert list(files) == ["delivery/gitlab-ci.yml"]


@pytest.mark.parametrize(
    ("tool", "files"),
    [
        ("jenkins", ["Jenkinsfile"]),
        ("gitlab", ["gitlab-ci.yml"]),
        ("github", ["github.yml"]),
        ("codepipeline", []),
        (None, []),
    ],
)
def test_a_tool_whose_pipeline_is_a_file_has_it_beside_the_root(tool: str | None, files: list[str]) -> None:
    assert list(rendered(said(tool=tool, approval=False))) == files


def test_without_delivery_or_apps_there_is_none() -> None:
    assert rendered(said()) == {}
    spec = said(tool="gitlab")
    assert rendered(replace(spec, header=spec.header.model_copy(update={"apps": {}}))) == {}


def test_what_is_said_counts_and_what_is_not_has_its_default() -> None:
    silent = delivery.Delivery.of(said(), "gitlab")
    assert (silent.branch, silent.platform, silent.audience) == ("main", "", "https://gitlab.com")
    assert [app.folder for app in silent.apps] == ["crm", "erp"]
    assert silent.rolls_back
    assert silent.approval is said().header.protected
    spoken = delivery.Delivery.of(
        said(
            tool="gitlab",
            source={"branch": "release", "folders": {"crm": "", "erp": "apps/erp"}},
            platform={"repository": "example/platform", "branch": "trunk"},
            oidc={"issuer": "git.example.com", "audience": None},
            rollback_on=["deployment_failure"],
            approval=False,
            build_minutes=90,
        ),
        "gitlab",
    )
    assert (spoken.branch, spoken.platform, spoken.platform_branch) == ("release", "example/platform", "trunk")
    assert spoken.audience == "https://git.example.com"
    assert [app.folder for app in spoken.apps] == [".", "apps/erp"]
    assert (spoken.rolls_back, spoken.approval, spoken.minutes) == (False, False, 90)


def test_the_audience_of_other_tools_is_sts() -> None:
    assert delivery.Delivery.of(said(), "jenkins").audience == "sts.amazonaws.com"


def test_the_role_is_of_the_partition() -> None:
    spec = said()
    china = replace(spec, header=spec.header.model_copy(update={"region": "cn-north-1"}))
    assert delivery.Delivery.of(china, "github").role.startswith("arn:aws-cn:iam::")
