"""In which language people are spoken to. Everything is made in English; the views say it in theirs.

JSON, records, codes and exit codes are the same in each. English costs nothing: no catalogue is read for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.language.choice import ENGLISH, LANGUAGES

if TYPE_CHECKING:
    from mendixctl.language.speaker import Speaker

_speakers: dict[str, Speaker] = {}
_current = ENGLISH


def use(language: str) -> None:
    """Speak this language from now on, in this process."""
    global _current  # noqa: PLW0603 -- a process speaks to one person
    _current = language if language in LANGUAGES else ENGLISH


def current() -> str:
    """``en`` or ``zh``."""
    return _current


def translated(text: str) -> str:
    """A text of this tool in the person's language; itself where there is none, or nothing is known of it."""
    return text if _current == ENGLISH else _speaker().say(text)


def recognised(text: str) -> str:
    """As `translated`, of a text that may as well be somebody's data: only what is certainly this tool's is said."""
    return text if _current == ENGLISH else _speaker().recognise(text)


def mark(sign: str) -> str:
    """What stands between parts of a text, such as ``", "``, in the person's language."""
    if _current == ENGLISH:
        return sign
    from mendixctl.language.spacing import MARKS

    return MARKS[sign]


def _speaker() -> Speaker:
    """Who speaks the language that is not English; its catalogue is read once."""
    if _current not in _speakers:
        from mendixctl.language.speaker import Speaker

        _speakers[_current] = Speaker.of(_current)
    return _speakers[_current]
