"""Which language a run speaks: ``--lang``, then ``MENDIXCTL_LANG``, then the locale, then English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ENGLISH = "en"
LANGUAGES = ("en", "zh")
VARIABLE = "MENDIXCTL_LANG"
OPTION = "--lang"


def chosen(arguments: Sequence[str], variables: Mapping[str, str]) -> str:
    """Known before arguments are parsed, so that wrong usage and help are told in it too."""
    for wanted in (_option(arguments), variables.get(VARIABLE, "")):
        if wanted.lower() in LANGUAGES:
            return wanted.lower()
    return _of_locale(variables)


def _option(arguments: Sequence[str]) -> str:
    found = ""
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith(f"{OPTION}="):
            found = argument.partition("=")[2]
        elif argument == OPTION and index + 1 < len(arguments):
            found = arguments[index + 1]
    return found


def _of_locale(variables: Mapping[str, str]) -> str:
    """As gettext asks: the first of LC_ALL, LC_MESSAGES, LANG that is set says the locale; LANGUAGE goes before it.

    Every Chinese locale reads Simplified, since there is no other catalogue. ``C`` and ``POSIX`` ignore LANGUAGE, as
    in GNU gettext's manual, "Setting the Locale through Environment Variables".
    """
    locale = next((variables[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if variables.get(name)), "")
    if _language(locale) in ("", "c", "posix"):
        return ENGLISH
    wishes = [*variables.get("LANGUAGE", "").split(":"), locale]
    return next((known for wish in wishes if (known := _language(wish)) in LANGUAGES), ENGLISH)


def _language(locale: str) -> str:
    """``zh_CN.UTF-8`` is ``zh``."""
    return locale.replace("-", "_").partition(".")[0].partition("@")[0].partition("_")[0].lower()
