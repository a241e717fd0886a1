"""A plan as one HTML page: it fetches nothing, reads without a mouse and without scripts, and prints."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from mendixctl.language import mark
from mendixctl.views.reports.content import of_plan
from mendixctl.views.reports.words import tag, worded
from mendixgen import packaged

if TYPE_CHECKING:
    from mendixctl.engine.plan.results import PlanResult


def plan(result: PlanResult) -> str:
    """The page. Whatever comes from YAML or AWS is text in it, never markup."""
    return rendered("plan.html.j2", report=of_plan(result))


def rendered(template: str, **values: Any) -> str:
    """A page of ``templates/reports/``, everything in it escaped; its ``_`` says a text in the person's language."""
    return str(_environment().get_template(template).render(lang=tag(), comma=mark(", "), **values)).lstrip()


@cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged.templates() / "reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["_"] = worded
    return environment
