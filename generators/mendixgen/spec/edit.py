"""Edits of a specification's YAML that keep what a person wrote: comments, order, quotes, untouched lines.

ruamel.yaml writes what it read nearly as it stood, but not byte for byte, and it ties a comment to the
key *before* it, so that the two go together. So untouched entries are taken from the old text line by
line, and only single entries that change go through ruamel.yaml. Whatever is written is read back, and
must be the data that was asked for.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Mapping
from typing import Any

from mendixgen.spec.source import Source, read

Path = tuple[str | int, ...]

_ANCHOR = re.compile(r"(^|[\s\[{,:-])[&*][^\s]")
_OPENING = re.compile(r"(?:[ ]*#[^\n]*\n|[ ]*\n)*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def rewrite(text: str, target: Mapping[str, Any]) -> str:
    """``text`` with the fewest lines changed so that its data equals ``target``.

    ``text`` must be readable (`mendixgen.spec.source.read`), ``target`` plain data. Equal data gives back
    ``text`` itself. Raises ValueError if no text can be written that reads as ``target``.
    """
    source = read(text, "specification")
    if same(source.data, target):
        return text
    for attempt in (_by_lines, _whole, _plain):
        written = attempt(source, target)
        if written is not None and _reads_as(written, target):
            return written
    raise ValueError("the data cannot be written as YAML that reads the same")


def same(one: Any, other: Any) -> bool:
    """Equal, with types: 1, 1.0 and true are three values. The order of a mapping's keys does not count."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def _reads_as(text: str, target: Mapping[str, Any]) -> bool:
    from mendixgen.diagnostics import MendixError

    try:
        return same(read(text, "specification").data, target)
    except MendixError:
        return False


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dump(yaml: Any, document: Any) -> str:
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


# -- line by line -----------------------------------------------------------------------------------


def _by_lines(source: Source, target: Mapping[str, Any]) -> str | None:
    """Rewrite only the lines of what changes; None where the text is not laid out in lines."""
    lines = source.text.splitlines(keepends=True)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    if _ANCHOR.search(source.text) or any(line.startswith(("---", "...", "%", "{")) for line in lines):
        return None
    edited = _Lines(source, lines).mapping((), 0, len(lines), source.data, target)
    if edited is None:
        return None
    return "".join(edited if not lines[-1].strip() else _without_empty_end(edited))


class _Lines:
    """The lines of a document that consists of block mappings, each key at the beginning of a line."""

    def __init__(self, source: Source, lines: list[str]) -> None:
        self.source = source
        self.lines = lines

    def mapping(
        self, path: Path, begin: int, end: int, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> list[str] | None:
        """The lines from ``begin`` to ``end``, which hold the mapping ``old``, with ``new`` in its place."""
        starts = self.starts(path, old, begin)
        if starts is None:
            return None
        column = self.source.keys[(*path, next(iter(starts)))][1] - 1
        keys = list(starts)
        result = self.lines[begin : starts[keys[0]]]
        last_own = len(result)
        for key, after in zip(keys, [*keys[1:], None], strict=True):
            stop = starts[after] if after else end
            own = self.own_end(starts[key], stop, column)
            gap = self.lines[own:stop]
            if key in new:
                result += self.entry((*path, key), starts[key], own, old[key], new[key], column)
                last_own = len(result)
            if gap and not gap[0].strip() and not (key in new and same(old[key], new[key])):
                result = _without_empty_end(result)
                last_own = min(last_own, len(result))
            result += gap
        added = {key: value for key, value in new.items() if key not in old}
        if added:
            result[last_own:last_own] = _indented(_dump(_yaml(), _as_node(added, None)), column)
        return result

    def starts(self, path: Path, old: Mapping[str, Any], begin: int) -> dict[str, int] | None:
        """The line of each key, in order; None unless each stands alone at the beginning of its line."""
        places = {key: self.source.keys[(*path, key)] for key in old}
        ordered = sorted(places, key=places.__getitem__)
        lines = [places[key][0] - 1 for key in ordered]
        columns = {places[key][1] for key in ordered}
        if len(columns) != 1 or len(set(lines)) != len(lines) or lines[0] < begin:
            return None
        column = columns.pop() - 1
        if any(self.lines[line][:column].strip() for line in lines):
            return None
        return dict(zip(ordered, lines, strict=True))

    def own_end(self, begin: int, end: int, column: int) -> int:
        """Where an entry ends and the comments and empty lines before the next one begin."""
        while end > begin + 1:
            line = self.lines[end - 1]
            text = line.lstrip()
            if text and not (text.startswith("#") and len(line) - len(text) <= column):
                break
            end -= 1
        return end

    def entry(self, path: Path, begin: int, end: int, old: Any, new: Any, column: int) -> list[str]:
        if same(old, new):
            return self.lines[begin:end]
        if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
            inner = self.mapping(path, begin + 1, end, old, new)
            if inner is not None:
                return [self.lines[begin], *inner]
        block = "".join(
            line[column:] if line[:column].isspace() or not column else line for line in self.lines[begin:end]
        )
        return _indented(_edited(block, {str(path[-1]): new}), column)


def _without_empty_end(lines: list[str]) -> list[str]:
    """What was removed leaves the empty lines that stood around it."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _indented(text: str, column: int) -> list[str]:
    return [" " * column + line if line.strip() else line for line in text.splitlines(keepends=True)]


def _edited(block: str, target: Mapping[str, Any]) -> str:
    """One entry of a mapping, edited by ruamel.yaml, which keeps the comments within it."""
    from ruamel.yaml.error import YAMLError

    yaml = _yaml()
    try:
        document = yaml.load(block)
        _apply(document, target)
        return _dump(yaml, document)
    except (YAMLError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return _dump(_yaml(), _as_node(target, None))


def _whole(source: Source, target: Mapping[str, Any]) -> str | None:
    """Rewrite the document in one piece, anchors written out."""
    from ruamel.yaml.error import YAMLError

    yaml = _yaml()
    try:
        document = _without_aliases(yaml.load(source.text))
        _apply(document, target)
        return _dump(yaml, document)
    except (YAMLError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        return None


def _plain(source: Source, target: Mapping[str, Any]) -> str:
    """The data alone; the last resort, which keeps the comments that stand before everything."""
    import yaml

    opening = _OPENING.match(source.text)
    body: str = yaml.safe_dump(dict(target), sort_keys=False, allow_unicode=True, width=4096)
    return (opening[0] if opening else "") + body


def _without_aliases(node: Any, seen: set[int] | None = None) -> Any:
    """The document with each alias replaced by a copy, so that an edit changes one place only."""
    seen = set() if seen is None else seen
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in list(items):
        if isinstance(child, (dict, list)):
            own: Any = copy.deepcopy(child) if id(child) in seen else child
            node[key] = own
            seen.add(id(own))
            if own.yaml_anchor() is not None:
                own.yaml_set_anchor(None, always_dump=False)
            _without_aliases(own, seen)
    return node


# -- ruamel's data ----------------------------------------------------------------------------------


def _apply(node: Any, target: Any) -> None:
    """Make a mapping or list of ruamel's equal to ``target`` in place, touching only what differs."""
    if isinstance(node, dict):
        for key in [key for key in node if key not in target]:
            del node[key]
        for key, value in target.items():
            if key in node and _alike(node[key], value):
                _apply(node[key], value)
            elif key not in node or not same(_plain_data(node[key]), value):
                node[key] = _as_node(value, node.get(key))
    elif isinstance(node, list):
        for index, value in enumerate(target):
            if index >= len(node):
                node.append(_as_node(value, None))
            elif _alike(node[index], value):
                _apply(node[index], value)
            elif not same(_plain_data(node[index]), value):
                node[index] = _as_node(value, node[index])
        del node[len(target) :]


def _alike(node: Any, value: Any) -> bool:
    return (isinstance(node, dict) and isinstance(value, Mapping)) or (
        isinstance(node, list) and isinstance(value, list)
    )


def _plain_data(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain_data(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain_data(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return node


def _as_node(value: Any, old: Any) -> Any:
    """``value`` as ruamel writes it; text keeps the quotes of the value that it replaces."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    if isinstance(value, Mapping):
        node = CommentedMap((_as_node(key, None), _as_node(item, None)) for key, item in value.items())
        if isinstance(old, CommentedSeq) and old.fa.flow_style():
            node.fa.set_flow_style()
        return node
    if isinstance(value, list):
        items = CommentedSeq(_as_node(item, None) for item in value)
        if not any(isinstance(item, (Mapping, list)) for item in value):
            items.fa.set_flow_style()
        return items
    if isinstance(value, str):
        if isinstance(old, SingleQuotedScalarString) and value.isprintable():
            return SingleQuotedScalarString(value)
        if isinstance(old, DoubleQuotedScalarString) or _needs_quotes(value):
            return DoubleQuotedScalarString(value)
    return value


def _needs_quotes(text: str) -> bool:
    """Whether a plain word would be read as something else, by YAML 1.1 or 1.2 or by `source`."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9 _./@+-]*[A-Za-z0-9]|[A-Za-z]", text)
    return plain is None or text.lower() in _WORDS
