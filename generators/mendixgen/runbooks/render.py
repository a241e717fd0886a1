"""The runbooks of an environment as files, by language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from mendixgen.alarms.rows import Row, Text, rows
from mendixgen.areas.monitoring.members import MEMBERS
from mendixgen.areas.monitoring.page import condition
from mendixgen.documents import Source
from mendixgen.runbooks.subject import Subject

LANGUAGES = ("en", "zh")
SITUATIONS = (
    "app-down",
    "area-in-alarm",
    "database-lost",
    "zone-lost",
    "region-lost",
    "secret-leaked",
    "deleted-data",
    "failed-apply",
    "bad-release",
    "lost-state",
    "quota-reached",
    "drift",
    "locked-state",
    "monitoring-log",
)
"""What no single alarm tells, the most urgent first."""

NO_DATA = {
    "notBreaching": Text("no alarm", "不告警"),
    "breaching": Text("an alarm", "告警"),
    "ignore": Text("as before", "保持原状"),
}


def render(source: Source) -> dict[str, str]:
    """The files below ``runbooks/``: ``en/<name>.md`` and ``zh/<name>.md``, and an index each.

    None where the area monitoring is off: its alarms are what names them.
    """
    spec = source.spec
    if "monitoring" not in spec.pins:
        return {}
    subject = Subject.of(spec)
    alarms = [row for row in rows() if subject.has(row)]
    told = {row.name: _alarm(row, subject) for row in alarms}
    files: dict[str, str] = {}
    for language in LANGUAGES:
        names = {**subject.names, "t": _chosen(language), "said": _said(language)}
        for row in alarms:
            files[f"{language}/{row.name}.md"] = _fill(f"alarms/{row.name}", names | told[row.name])
        for situation in SITUATIONS:
            files[f"{language}/{situation}.md"] = _fill(f"situations/{situation}", names | {"name": situation})
        files[f"{language}/README.md"] = _fill("index", names | {"alarms": alarms, "situations": _titles(names)})
    return files


def _alarm(row: Row, subject: Subject) -> dict[str, Any]:
    prefix = f"{subject.header.name}-p{row.priority}-{row.name}"
    members = subject.members(row) or ["<member>"]
    return {
        "name": row.name,
        "row": row,
        "priority": row.priority,
        "prefix": prefix,
        "alarm_names": [prefix] if MEMBERS[row.of].is_one else [f"{prefix}-{member}" for member in members],
        "condition": condition(row),
        "no_data": NO_DATA[row.missing],
    }


def _titles(names: Mapping[str, Any]) -> dict[str, str]:
    """The headings of the situations, as their own templates have them."""
    found = {}
    for situation in SITUATIONS:
        template = _environment().get_template(f"situations/{situation}.md.j2")
        context = template.new_context(dict(names))
        found[situation] = "".join(template.blocks["title"](context)).strip()
    return found


def _chosen(language: str) -> Any:
    return lambda en, zh: zh if language == "zh" else en


def _said(language: str) -> Any:
    return lambda text: getattr(text, language)


def _fill(template: str, names: Mapping[str, Any]) -> str:
    text = str(_environment().get_template(f"{template}.md.j2").render(names))
    return text.rstrip("\n") + "\n"


@cache
def _environment() -> Any:
    import jinja2

    from mendixgen import packaged

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged.templates() / "runbooks"),
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- Markdown; what a person wrote freely is made plain before
    )
