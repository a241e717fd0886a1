"""Where the texts that people see stand: in Python, by the place they are written at, and in the data files.

Everything is found by reading the sources; nothing of the project is imported. A text with places (an f-string, or the
template of `msg`) becomes one in the form of `str.format`, its places named after what stands in them; a place of a
number is called ``count``. Strings that are no text for people (patterns, keys, commands, styles) are known by where
they stand and by their look.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
CLI, GENERATORS = "cli/mendixctl", "generators/mendixgen"


@dataclass(frozen=True, slots=True)
class Found:
    """One text: its key, the plural where it has one, the domain it belongs to and its file."""

    key: str
    domain: str
    file: str
    plural: str = ""


CLICK = (
    "Usage:",
    "Options",
    "Commands",
    "Positional arguments",
    "Show this message and exit.",
    "default: {default}",
    "required",
    "No such option '{name}'.",
    "No such option '{name}'",
    "No such option '{name}'. Did you mean {names}?",
    "No such option '{name}'. (Possible options: {names})",
    "Invalid value for {name}: {message}",
    "Invalid value: {message}",
    "Missing argument {name}.",
    "Missing argument {name}",
    "Missing option {name}.",
    "Missing option {name}",
    "Missing command.",
    "Missing command",
    "Option '{name}' requires an argument.",
    "Option '{name}' requires an argument",
    "Option '{name}' does not take a value.",
    "Got unexpected extra argument ({names})",
    "Got unexpected extra arguments ({names})",
    "'{value}' is not a valid integer.",
    "'{value}' is not a valid integer",
    "'{value}' is not one of {names}.",
    "'{value}' is not one of {names}",
    "{value} is not in the range {range}.",
    "{value} is not in the range {range}",
    "File '{name}' does not exist.",
    "File '{name}' does not exist",
    "Directory '{name}' does not exist.",
    "Directory '{name}' does not exist",
    "Path '{name}' does not exist.",
    "Path '{name}' does not exist",
)
"""What click says itself where a command line is wrong; its sources have each as a text for gettext."""

DOMAINS: dict[str, tuple[str, ...]] = {
    "help": (f"{CLI}/app.py", f"{CLI}/application.py", f"{CLI}/command_line.py", f"{CLI}/commands"),
    "views": (f"{CLI}/views",),
    "engine": (f"{CLI}/engine", f"{CLI}/ledger", f"{CLI}/aws.py", f"{CLI}/failures.py", f"{CLI}/containment.py"),
    "terraform": (f"{CLI}/terraform", f"{CLI}/cluster"),
    "guard": (f"{CLI}/guard",),
    "preflight": (f"{CLI}/preflight",),
    "emulator": (f"{CLI}/emulator",),
    "specification": (
        f"{GENERATORS}/spec",
        f"{GENERATORS}/areas",
        f"{GENERATORS}/copies",
        f"{GENERATORS}/diagrams",
        f"{GENERATORS}/kubernetes",
        f"{GENERATORS}/lock.py",
        f"{GENERATORS}/resolve.py",
        f"{GENERATORS}/root",
        f"{GENERATORS}/scaffold.py",
        f"{GENERATORS}/repository.py",
        f"{GENERATORS}/packaged.py",
        f"{GENERATORS}/files.py",
    ),
    "modules": (f"{GENERATORS}/versions", f"{GENERATORS}/authoring"),
}
"""Domain -> the files and folders whose texts it has; `data_texts` adds those of data."""

EVERYTHING = (
    f"{CLI}/app.py",
    f"{CLI}/command_line.py",
    f"{CLI}/commands",
    f"{CLI}/views/human",
    f"{CLI}/views/text.py",
    f"{CLI}/views/folds.py",
    f"{CLI}/engine",
    f"{CLI}/ledger",
    f"{CLI}/guard",
    f"{CLI}/preflight",
    f"{CLI}/terraform",
    f"{CLI}/cluster",
    f"{CLI}/failures.py",
    f"{CLI}/containment.py",
    f"{CLI}/aws.py",
    f"{GENERATORS}/spec",
    f"{GENERATORS}/copies",
    f"{GENERATORS}/lock.py",
    f"{GENERATORS}/resolve.py",
)
"""Where each prose text is meant for people, wherever it stands; elsewhere only what a diagnostic or a check says."""

CHECKING = frozenset({"checks.py", "fields.py", "addresses.py", "capacity.py", "parts.py"})
"""Files of an area whose texts are for people too; the others describe what the area makes."""

SPEAKING = frozenset({"Diagnostic", "Check", "MendixError", "Refused", "UsageError", "BadParameter", "Finding", "msg"})
"""Calls whose texts people see, in any file."""

SAYING = frozenset({"msg", "translated", "word", "said", "worded"})
"""Calls whose first argument is a text, or with `msg` and `worded` the template of one."""

# what a call of these says is for programmers, NotImplementedError's as well, so it is not translated
_INTERNAL = frozenset(
    {"TypeError", "ValueError", "KeyError", "RuntimeError", "AssertionError", "NotImplementedError", "LookupError"}
)
_MECHANICAL = frozenset(
    "compile match search sub split fullmatch findall finditer startswith endswith removeprefix removesuffix replace "
    "partition rpartition strip lstrip rstrip index count encode getattr setattr hasattr import_module get environ "
    "Literal TypeVar NewType run Popen call check_output field_validator model_validator Translated".split()
)
_UNSPOKEN = frozenset({"metavar", "pattern", "style", "key", "name", "code", "default"})
_STYLES = frozenset("bold dim red green yellow cyan magenta blue white reverse italic underline not".split())
_COMMANDS = ("mendixctl ", "terraform ", "git ", "aws ", "kubectl ", "helm ", "chmod ", "pip ", "export ")
_PROSE_WORDS = re.compile(
    r"\b(the|is|are|shows|show|it|what|and|or|takes|says|lists|brings|writes|there|has|not|makes|wants|does)\b"
)
_WORD = re.compile(r"[A-Za-z][a-z']+|\b[aA]\b")
_CODE = re.compile(
    r"^-|\w\|\w|^[a-z_]+/\{|^\^?arn:|^db\.|^alias/|^action\.|propagationPolicy|^(state|providers) \w+$|^MX[A-Z]\d+$|https?://\S+$|\(\?|\\[bswdSWD]|\[\^|^\W*$|^[\w./:-]+$|^--"
)


def python_texts(root: Path = TOP) -> Iterator[Found]:
    """All texts of the Python sources, click's own among them."""
    yield from (Found(key, "help", "click") for key in CLICK)
    yield from (Found(f"{{count}} {noun}", "views", "grades", f"{{count}} {noun}s") for noun in ("warning", "note"))
    for domain, places in DOMAINS.items():
        for place in places:
            path = root / place
            for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                name = file.relative_to(root).as_posix()
                every = any(name == one or name.startswith(f"{one}/") for one in EVERYTHING)
                every = every or (f"{GENERATORS}/areas" in name and file.name in CHECKING)
                tree = ast.parse(file.read_text(encoding="utf-8"))
                reader = _Reader(every=every, views="/views/" in name, command="/commands/" in name)
                reader.visit(tree)
                for key, plural in reader.found:
                    yield Found(key, domain, name, plural)


class _Reader(ast.NodeVisitor):
    """Walks one module and collects what people see."""

    def __init__(self, *, every: bool, views: bool, command: bool) -> None:
        self.found: list[tuple[str, str]] = []
        self._every = every
        self._views = views
        self._command = command
        self._speaking = 0

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring otherwise
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        decorators = [ast.unparse(one) for one in node.decorator_list]
        if any(re.match(r"(click\.(command|group)|\w+\.command)\b", one) for one in decorators):
            for paragraph in paragraphs(ast.get_docstring(node) or ""):
                self._add(paragraph)
        for decorator in node.decorator_list:
            self.visit(decorator)
        for child in [*node.args.defaults, *[it for it in node.args.kw_defaults if it], *node.body]:
            self.visit(child)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for member in node.body if any(_name(base) == "StrEnum" for base in node.bases) else []:
            if isinstance(member, ast.Assign) and isinstance(member.value, ast.Constant):
                self._add(str(member.value.value), escaped=True)
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        first = node.elts[0] if len(node.elts) == 2 else None
        if self._views and isinstance(first, ast.Constant) and re.fullmatch(r"[a-z][a-z -]+", str(first.value).strip()):
            self._add(str(first.value), escaped=True)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        words = isinstance(node.value, ast.Dict) and self._views and ast.unparse(node.targets[0]).isupper()
        if self._views and isinstance(node.value, ast.List) and "HEADING" in ast.unparse(node.targets[0]).upper():
            self._headings(node.value)
        for value in node.value.values if words and isinstance(node.value, ast.Dict) else []:
            if (
                isinstance(value, ast.Constant)
                and re.fullmatch(r"[a-z]{3,}", str(value.value))
                and value.value not in _STYLES
            ):
                self._add(str(value.value))
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        for child in (node.left, *node.comparators):
            if not isinstance(child, ast.Constant | ast.Tuple | ast.Set | ast.List):
                self.visit(child)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(value, ast.Dict):  # headings of the commands
                self._constant(key)
            self.visit(value)

    def visit_Raise(self, node: ast.Raise) -> None:
        call = node.exc
        if isinstance(call, ast.Call) and _name(call.func) in _INTERNAL:
            return
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name == "plural" and len(node.args) == 2:
            self._plurals(node.args[1])
            self.visit(node.args[0])
        elif name in SAYING and node.args and isinstance(node.args[0], ast.Constant):
            self._add(str(node.args[0].value), escaped=name not in ("msg", "worded"))
            self._visit_all([*node.args[1:], *[one.value for one in node.keywords]])
        elif name in _MECHANICAL:
            self._visit_all(one for one in [node.func, *node.args] if not isinstance(one, ast.Constant | ast.JoinedStr))
        else:
            self._table(name, node)
            self._speaking += name in SPEAKING
            self._visit_all([node.func, *node.args])
            self._visit_all(one.value for one in node.keywords if one.arg not in _UNSPOKEN)
            self._speaking -= name in SPEAKING

    def _visit_all(self, nodes: Iterable[ast.expr]) -> None:
        for node in nodes:
            self.visit(node)

    def _table(self, name: str, node: ast.Call) -> None:
        """The headings of a table, which may be one word each."""
        if name == "table":
            for part in ast.walk(node.args[0]) if node.args else ():
                if isinstance(part, ast.List):
                    self._headings(part)

    def _headings(self, node: ast.List) -> None:
        for heading in node.elts:
            if isinstance(heading, ast.Constant) and heading.value:
                self._add(str(heading.value), escaped=True)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and (self._every or self._speaking):
            self._constant(node)

    def _constant(self, node: ast.Constant) -> None:
        text = str(node.value).strip()
        if _is_prose(text) or (self._views and re.fullmatch(r"[A-Z][a-z]+[:.]?|[a-z]+:", text)):
            self._add(text, escaped=True)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if self._every or self._speaking:
            template, literal = template_of(node)
            if " " in template.strip() and _is_prose(literal.strip(), least=1):
                self._add(template)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def _plurals(self, noun: ast.expr) -> None:
        for node in ast.walk(noun):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.found.append((f"{{count}} {node.value}", f"{{count}} {node.value}s"))

    def _add(self, text: str, *, escaped: bool = False) -> None:
        core = text.strip()
        if core:
            self.found.append((_escaped(core) if escaped else core, ""))


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text, each on one line; what click shows as it stands, line by line."""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if paragraph.strip().startswith("\b"):
            yield from (line.strip() for line in paragraph.strip().split("\n")[1:] if _is_prose(line.strip()))
        else:
            yield " ".join(paragraph.split())


def template_of(node: ast.JoinedStr) -> tuple[str, str]:
    """An f-string in the form of `str.format`, and its own words alone."""
    names: dict[str, str] = {}
    template = literal = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            text = str(part.value)
            template += text.replace("{", "{{").replace("}", "}}")
            literal += text
        elif isinstance(part, ast.FormattedValue):
            source = ast.dump(part)
            if source not in names:
                base = _place(part)
                taken = set(names.values())
                names[source] = next(
                    name for name in [base, *(f"{base}_{n}" for n in range(2, 30))] if name not in taken
                )
            template += f"{{{names[source]}}}"
            literal += " "
    return template, literal


def _place(part: ast.FormattedValue) -> str:
    """What a place is called."""
    node = part.value
    spec = ast.unparse(part.format_spec) if part.format_spec else ""
    if (isinstance(node, ast.Call) and _name(node.func) == "len") or re.search(r":?,|\.\d*f", spec):
        return "count"
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        name = name.lower().strip("_")
        return {"count": "number"}.get(name, name) if name.isascii() and name.isidentifier() else "value"
    if isinstance(node, ast.Call):
        name = _name(node.func).strip("_").lower()
        if name == "join":
            return "names"
        if name == "plural":
            return "amount"
        return name if name and name != "count" else "value"
    return "value"


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_prose(text: str, *, least: int = 2) -> bool:
    """Whether a string reads as words for people."""
    words = _WORD.findall(text)
    if len(words) < least or " " not in f"{text} " or _CODE.search(text):
        return False
    if least > 1 and " " not in text:
        return False
    if all(word in _STYLES for word in text.replace(",", " ").split()):
        return False
    return not (
        (text.startswith(("#", "{", "/", *_COMMANDS)) or "\n{" in text)
        and not _PROSE_WORDS.search(text.partition(" ")[2])
    )


def data_texts(root: Path = TOP) -> Iterator[Found]:
    """All texts of the data files."""
    for name, domain, keys in (
        ("schema/environment.json", "descriptions", {"description", "title"}),
        *(
            (path.relative_to(root).as_posix(), "verdicts", {"reason"})
            for path in sorted((root / CLI / "guard/rules").glob("*.json"))
        ),
        *(
            (path.relative_to(root).as_posix(), "refusals", {"title", "instead", "possible"})
            for path in sorted((root / CLI / "guard/refusals").glob("*.json"))
        ),
        (f"{GENERATORS}/data/partitions.json", "specification", {"what", "why", "instead", "title", "summary", "hint"}),
        (f"{GENERATORS}/data/quotas.json", "specification", {"title", "hint"}),
        (f"{GENERATORS}/data/defects.json", "modules", {"what"}),
        (f"{GENERATORS}/data/support.json", "specification", {"why"}),
    ):
        data = json.loads((root / name).read_bytes())
        held = [text for part in ("data", "identity") for text in data.get(part, {}).values()] * (domain == "verdicts")
        for text in dict.fromkeys([*_under(data, keys), *held]):
            yield Found(_escaped(text), domain, name)


_VERSION = re.compile(r"[a-z]+ \d+(\.\d+)+")
"""A module and its version, which is said as it is."""

_PLACE = re.compile(r"\{([A-Za-z_][\w.]*|\d+)\}")


def _escaped(text: str) -> str:
    """A plain string in the form of a template; ``{version.was}`` and ``{0}``, which are filled later, are places."""
    parts = _PLACE.split(text)
    return "".join(
        f"{{{_named(part)}}}" if at % 2 else part.replace("{", "{{").replace("}", "}}") for at, part in enumerate(parts)
    )


def _named(place: str) -> str:
    return f"part_{place}" if place.isdigit() else place.replace(".", "_").lower()


def template_texts(root: Path = TOP) -> Iterator[Found]:
    """All texts of the pages' templates: what stands in a call of ``_``."""
    from jinja2 import Environment, nodes

    for path in sorted((root / "templates" / "reports").glob("*.html.j2")):
        for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):  # noqa: S701 -- read only
            first = call.args[0] if call.args else None
            if isinstance(call.node, nodes.Name) and call.node.name == "_" and isinstance(first, nodes.Const):
                yield Found(str(first.value), "views", path.relative_to(root).as_posix())


def _under(value: object, keys: Iterable[str]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            told = isinstance(part, str) and (" " in part or (key == "description" and part.endswith(".")))
            if key in keys and told:
                if not _VERSION.fullmatch(part):
                    yield part.strip()
            else:
                yield from _under(part, keys)
    elif isinstance(value, list):
        for part in value:
            yield from _under(part, keys)
