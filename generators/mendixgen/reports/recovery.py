"""The recovery plan of an environment: what is lost, what is back when, and who does what, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from mendixgen import packaged
from mendixgen.spec.objectives import estimates

if TYPE_CHECKING:
    from mendixgen.spec.loader import Specification

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {"never": "not covered"},
    "zh": {
        "never": "不受保护",
        "database": "数据库",
        "bucket": "存储桶",
        "secret": "机密",
        "image": "镜像",
        "volume": "卷",
        "automated-backup replication": "自动备份复制",
        "bucket replication": "存储桶复制",
        "secret replica": "机密副本",
        "image replication": "镜像复制",
        "backup copy": "备份副本",
        "nothing": "无",
    },
}


def document(specification: Specification, language: Language) -> str:
    """The recovery plan as Markdown. The environment has a standby."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged.templates() / "reports"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 -- Markdown, and nothing in it is of somebody who is not asked
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(f"recovery.{language}.md.j2").render(facts(specification, language))


def facts(specification: Specification, language: Language) -> dict[str, Any]:
    """What the templates are given."""
    header, settings = specification.header, specification.settings
    recovery = settings["recovery"]
    words = WORDS[language]
    standby = header.neighbours.get(recovery.get("standby", ""))

    def minutes(value: int | None) -> str:
        return words["never"] if value is None else str(value)

    return {
        "name": header.name,
        "region": header.region,
        "domain": header.domain,
        "owner": header.owner,
        "standby": recovery.get("standby", ""),
        "standby_region": standby.region if standby else "",
        "standby_domain": (standby.domain or "") if standby else "",
        "rpo": recovery.get("rpo_minutes"),
        "rto": recovery.get("rto_minutes"),
        "by_dns": recovery.get("failover") == "dns",
        "automatic": bool(recovery.get("automatic")),
        "servers": bool(recovery.get("elastic_disaster_recovery")),
        "stores": [
            {
                "kind": words.get(one.datastore.kind, one.datastore.kind),
                "name": one.datastore.name,
                "by": words.get(one.by, one.by),
                "rpo": minutes(one.rpo_minutes),
                "rto": minutes(one.rto_minutes),
            }
            for one in estimates(settings)
        ],
        "databases": list(settings.get("database", {}).get("instances", {})),
        "names": [f"{app}.{header.domain}" for app, it in header.apps.items() if it.hostname is None],
        "hostnames": [(app, it.hostname) for app, it in header.apps.items() if it.hostname is not None],
    }
