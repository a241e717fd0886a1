"""The catalogues of translations: every text that people see, in each language.

Usage: messages.py update | check | compile | todo [DOMAIN] | fill FILE

``update`` writes the texts that the sources have into the catalogue and takes out what they no longer have; ``check``
says what is missing, by domain (exit code 1); ``todo`` lists it, numbered; ``fill`` takes lines of a number, a tab and
a translation, as ``todo`` numbered them.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path, PurePosixPath

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP), str(TOP / "cli"), str(TOP / "generators")]

from mendixctl.language.catalogue import DOMAIN, FOLDER, LOCALES  # noqa: E402
from mendixctl.language.spacing import spaced  # noqa: E402
from mendixctl.views.folds import noun  # noqa: E402
from tools.message_sources import Found, data_texts, python_texts, template_texts  # noqa: E402

LISTED = TOP / "build" / "messages.json"
"""What ``todo`` numbered last, in this checkout: two of them at once do not get in each other's way."""


@cache
def sources() -> dict[str, list[Found]]:
    """Every key with the places that have it, in the order of the domains."""
    found: dict[str, list[Found]] = {}
    for one in [*python_texts(), *data_texts(), *template_texts(), *type_texts()]:
        found.setdefault(one.key, []).append(one)
    return found


def type_texts() -> Iterator[Found]:
    """How many of which type of resource, of each type that a module has."""
    types: dict[str, str] = {}
    for path in sorted((TOP / "modules").rglob("*.tf")):
        for kind in re.findall(r'^resource "(\w+)"', path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            types.setdefault(kind, path.relative_to(TOP / "modules").parts[0])
    for kind, area in types.items():
        yield Found(f"{{count}} {noun(kind)}", "types", f"modules/{area}", f"{{count}} {noun(kind, 2)}")


def place(language: str) -> Path:
    """The catalogue's file."""
    return FOLDER / LOCALES[language] / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """The catalogue as it is committed."""
    path = place(language)
    if not path.exists():
        return Catalog(locale=LOCALES[language], domain=DOMAIN)
    with path.open("rb") as stream:
        return read_po(stream, locale=LOCALES[language], domain=DOMAIN)


def updated(language: str) -> Catalog:
    """The catalogue with exactly the texts that the sources have, each with what is said of it so far."""
    known = {
        (message.id if isinstance(message.id, str) else message.id[0]): message.string
        for message in read(language)
        if message.id
    }
    catalogue = Catalog(locale=LOCALES[language], domain=DOMAIN, project="mendixctl", fuzzy=False)
    for key, places in sorted(sources().items()):
        plural = next((one.plural for one in places if one.plural), "")
        said = known.get(key, "")
        text = said if isinstance(said, str) else said[0]
        catalogue.add(
            (key, plural) if plural else key,
            (text,) if plural else text,
            locations=[(name, 0) for name in sorted({importable(one.file) for one in places})],
            flags=["python-brace-format"] if "{" in key.replace("{{", "") else [],
        )
    return catalogue


def importable(file: str) -> str:
    """A source as it is imported: it names no folders, and stays the same when the source roots move."""
    path = PurePosixPath(file)
    inside = path.relative_to("cli") if path.is_relative_to("cli") else path
    inside = inside.relative_to("generators") if inside.is_relative_to("generators") else inside
    return ".".join((inside.with_suffix("") if path.suffix == ".py" else inside).parts).removesuffix(".__init__")


def write(catalogue: Catalog, language: str) -> None:
    """One order and one form, without dates, so that the same sources give the same bytes."""
    path = place(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    made = BytesIO()
    write_po(made, catalogue, width=120, sort_output=False, include_lineno=False, omit_header=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {LOCALES[language]}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    path.write_bytes(header.encode() + made.getvalue().strip() + b"\n")


def missing(language: str) -> dict[str, list[str]]:
    """Domain -> the texts that nobody has translated."""
    catalogue = read(language)
    found: dict[str, list[str]] = {}
    for key, places in sources().items():
        message = catalogue.get(key)
        said = message.string if message else ""
        if not (said if isinstance(said, str) else said[0]):
            found.setdefault(places[0].domain, []).append(key)
    return found


def compile_all() -> None:
    """The ``.mo`` beside each ``.po``."""
    for language in LOCALES:
        with place(language).with_suffix(".mo").open("wb") as stream:
            write_mo(stream, read(language))


def main(arguments: list[str]) -> int:
    """Run one of the commands."""
    language = "zh"
    match arguments:
        case ["update"]:
            write(updated(language), language)
        case ["compile"]:
            compile_all()
        case ["check"]:
            total = Counter(places[0].domain for places in sources().values())
            left = missing(language)
            for domain, count in total.items():
                print(f"{domain:<14} {count - len(left.get(domain, ())):>5} of {count:>5}")
            whole, lacking = total.total(), sum(map(len, left.values()))
            print(f"{'all':<14} {whole - lacking:>5} of {whole:>5}  ({(whole - lacking) / whole:.0%})")
            return 1 if left else 0
        case ["todo", *wanted]:
            listed = [
                key for domain, keys in missing(language).items() if not wanted or domain in wanted for key in keys
            ]
            LISTED.parent.mkdir(exist_ok=True)
            LISTED.write_text(json.dumps(listed))
            for number, key in enumerate(listed):
                print(f"{number}\t{key}".replace("\n", "\\n"))
        case ["fill", file]:
            return fill(language, file)
        case _:
            raise SystemExit(__doc__)
    return 0


def fill(language: str, file: str) -> int:
    """Take translations over into the catalogue."""
    listed = json.loads(LISTED.read_text())
    catalogue = updated(language)
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        number, _, text = line.partition("\t")
        if not number.strip().isdigit() or not text:
            continue
        message = catalogue.get(listed[int(number)])
        if message is None:
            continue
        said = listed[int(number)] if text.strip() == "=" else spaced(text.strip().replace("\\n", "\n"))
        message.string = (said,) if isinstance(message.id, tuple) else said
    write(catalogue, language)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
