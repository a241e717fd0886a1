"""Templates of pipelines. Their marks are ``<< value >>`` and ``<% block %>``: braces are GitHub's and Groovy's."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from mendixgen import __version__, packaged
from mendixgen.pipelines.actions import ACTIONS

if TYPE_CHECKING:
    import jinja2

PYTHON = "3.13"
"""The Python that jobs install, where their image has none."""

PACKAGE = f"mendixctl[aws,embedded]=={__version__}"
"""What jobs install: this very version, since another one may render other files."""


def fill(template: str, **values: Any) -> str:
    """A file's text. Every value is of the few characters that names, ARNs, branches and folders have."""
    return _environment().get_template(template).render(actions=ACTIONS, python=PYTHON, **values)


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged.templates() / "pipelines"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 -- YAML and Groovy, of values that were checked
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
    made.filters["chomp"] = _chomp
    return made


def _chomp(text: str) -> str:
    """What a macro wrote, for a line of its own."""
    return text.rstrip("\n")
