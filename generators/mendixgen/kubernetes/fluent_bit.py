"""How the agents on the nodes read logs and where they send them, in Fluent Bit's own language.

What a pod of an app logs goes to an index of that app, ``mx-<app>-<day>``, whose retention and readers are the logging
area's; all else to ``mx-platform-<day>``. A pod is told by the label that the Operator gives it and never by its name,
which may begin as another app's.

Sources: Fluent Bit manual, "Kubernetes", "Rewrite Tag", "OpenSearch" (signed by the pod's role), "HTTP".
"""

from __future__ import annotations

from collections.abc import Iterable

from mendixgen.kubernetes import logging
from mendixgen.kubernetes.namespaces import MX_APP
from mendixgen.kubernetes.platform import Platform

HOST = "OPENSEARCH_HOST"
"""The variable that holds the domain's host."""

PLATFORM = "platform"
"""The index of what is no app's."""

_INPUTS = [
    ("Name", "tail"),
    ("Path", "/var/log/containers/*.log"),
    ("multiline.parser", "docker, cri"),
    ("Tag", "kube.*"),
    ("DB", "/var/log/fluent-bit.db"),
    ("Mem_Buf_Limit", "32MB"),
    ("Skip_Long_Lines", "On"),
]
_KUBERNETES = [
    ("Name", "kubernetes"),
    ("Match", "kube.*"),
    ("Merge_Log", "On"),
    ("Keep_Log", "Off"),
    ("Annotations", "Off"),
    ("K8S-Logging.Exclude", "On"),
]
_BY_APP = [
    ("Name", "rewrite_tag"),
    ("Match", "kube.*"),
    ("Rule", f"$kubernetes['labels']['{MX_APP}'] ^(.+)$ mx.$1 false"),
    ("Emitter_Mem_Buf_Limit", "32MB"),
]


def configuration(platform: Platform) -> dict[str, str]:
    """The chart's ``config``: inputs, filters and outputs."""
    named = [
        _section("FILTER", [("Name", "modify"), ("Match", f"mx.{app}"), ("Add", f"app {app}")])
        for app in sorted(platform.apps)
    ]
    outputs = [
        *(_output(platform, f"mx.{app}", app) for app in sorted(platform.apps)),
        _output(platform, "kube.*", PLATFORM),
    ]
    return {
        "inputs": _section("INPUT", _INPUTS),
        "filters": "\n".join([_section("FILTER", _KUBERNETES), _section("FILTER", _BY_APP), *named]),
        "outputs": "\n".join(outputs),
    }


def _output(platform: Platform, match: str, index: str) -> str:
    if platform.log_engine == "elastic":
        return _section(
            "OUTPUT",
            [
                ("Name", "http"),
                ("Match", match),
                ("Host", f"{logging.NAME}-ls-http"),
                ("Port", str(logging.PORT)),
                ("Format", "json"),
                ("Retry_Limit", "10"),
            ],
        )
    return _section(
        "OUTPUT",
        [
            ("Name", "opensearch"),
            ("Match", match),
            ("Host", f"${{{HOST}}}"),
            ("Port", "443"),
            ("tls", "On"),
            ("AWS_Auth", "On"),
            ("AWS_Region", platform.header.region),
            ("AWS_Service_Name", "es"),
            ("Suppress_Type_Name", "On"),
            ("Logstash_Format", "On"),
            ("Logstash_Prefix", f"mx-{index}"),
            ("Replace_Dots", "On"),
            ("Retry_Limit", "10"),
        ],
    )


def _section(kind: str, settings: Iterable[tuple[str, str]]) -> str:
    return f"[{kind}]\n" + "".join(f"    {name} {value}\n" for name, value in settings)
