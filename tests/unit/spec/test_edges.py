"""The edge beside the ingress: origins that CloudFront cannot reach, names that lead in a circle."""

from __future__ import annotations

from typing import Any

import pytest

from mendixgen.diagnostics import Severity
from mendixgen.spec.edges import concerns
from mendixgen.spec.quotas import counts

TLS = {"port": 443, "protocol": "TLS"}
TCP = {"port": 443, "protocol": "TCP"}
UDP = {"port": 5140, "protocol": "UDP"}
EDGE = {"cloudfront": True, "serve": True, "direct": False, "origin": "public", "origin_name": "origin"}
INGRESS = {"scheme": "internet-facing", "listeners": [TLS, UDP], "records": ["@", "*"]}


def found(edge: dict[str, Any] | None = None, ingress: dict[str, Any] | None = None, **more: Any) -> list[str]:
    settings = {"edge": {**EDGE, **(edge or {})}, "ingress": {**INGRESS, **(ingress or {})}, **more}
    return [f"{one.code} {'.'.join(map(str, one.path))}" for one in concerns(settings, "apps.example.com")]


@pytest.mark.parametrize(
    ("edge", "ingress", "said"),
    [
        ({}, {}, []),
        ({}, {"listeners": [TCP]}, []),
        ({}, {"listeners": [UDP]}, ["MXS685 edge.cloudfront"]),
        ({}, {"scheme": "internal"}, ["MXS685 edge.origin"]),
        ({"origin": "vpc"}, {"scheme": "internal", "listeners": [TCP]}, []),
        ({"origin": "vpc"}, {"listeners": [TCP]}, ["MXS685 edge.origin"]),
        ({"origin": "vpc"}, {"scheme": "internal"}, ["MXS685 edge.origin"]),
        ({}, {"records": ["@", "origin"]}, ["MXS686 edge.origin_name"]),
        ({"cloudfront": False}, {"scheme": "internal", "listeners": []}, []),
    ],
)
def test_what_an_origin_must_be(edge: dict[str, Any], ingress: dict[str, Any], said: list[str]) -> None:
    assert found(edge, ingress) == said


def test_names_that_cloudfront_does_not_answer_to_are_a_warning() -> None:
    apps = {"crm": {}, "portal": {"hostname": "portal.example.com"}, "shop": {"hostname": "shop.apps.example.com"}}
    assert found(apps=apps) == ["MXS687 apps.portal.hostname"]
    assert found({"further_names": ["portal.example.com"]}, apps=apps) == []
    assert found({"direct": True}, apps=apps) == []
    assert next(concerns({"edge": EDGE, "ingress": INGRESS, "apps": apps}, "apps.example.com")).severity is (
        Severity.WARNING
    )


def test_cloudfront_counts_as_many_rules_of_the_load_balancers_group() -> None:
    network = {"allow_from": ["203.0.113.0/24", "198.51.100.0/24"], "zones": 3, "nat": "single"}

    def rules(**edge: Any) -> int:
        settings = {"network": network, "ingress": INGRESS, **({"edge": {**EDGE, **edge}} if edge else {})}
        return next(one.number for one in counts(settings) if one.quota == "rules-per-group")

    assert rules() == 2 * 3
    assert rules(serve=True) == 55 + 2 * 1
    assert rules(direct=True) == 55 + 2 * 3
