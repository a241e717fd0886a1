"""Pictures in the language of who looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.language import current, recognised
from mendixctl.language.choice import ENGLISH
from mendixctl.views.reports.words import tag

if TYPE_CHECKING:
    from mendixctl.engine.diagram import DiagramResult


def drawn(result: DiagramResult) -> str:
    """The SVG; names of people's things stay as they are."""
    if current() == ENGLISH or not result.pictures:
        return result.svg
    from mendixctl.engine.diagram import drawn as draw

    return draw(result.pictures, say=recognised, language=tag())
