"""From an area's values to what cdktf's typed classes take: structs, lists and tokens, chosen by type hints."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from mendixgen.authoring.expression import Dynamic, Expr
from mendixgen.authoring.module import AuthoringError
from mendixgen.authoring.scanning import parts_of

_NUMBERS = (int, float)
_SEQUENCES = (list, tuple, Sequence)
_MAPPINGS = (dict, Mapping)

RENAMED = {"equals": "equalto"}
"""What would be a method of every object of Java's, and has another name for that."""


def is_dynamic(value: Any) -> bool:
    """Whether ``value`` is or holds a dynamic block."""
    if isinstance(value, Dynamic):
        return True
    if isinstance(value, Mapping):
        return any(is_dynamic(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(is_dynamic(item) for item in value)


class Parameters:
    """The parameters of a cdktf class by Terraform's names, which differ in underscores only (but for `RENAMED`)."""

    def __init__(self, kind: Any) -> None:
        signature = inspect.signature(kind.__init__).parameters.values()
        self.names = {it.name.replace("_", ""): it.name for it in signature if it.kind is it.KEYWORD_ONLY}
        self.required = {it.name for it in signature if it.kind is it.KEYWORD_ONLY and it.default is it.empty}
        self.hints = typing.get_type_hints(kind.__init__)

    def find(self, place: str, name: str) -> tuple[str, Any]:
        """The parameter for Terraform's ``name``, and its type hint. Raises AuthoringError MXM130: there is none."""
        key = name.replace("_", "")
        found = self.names.get(f"{key}attribute") or self.names.get(key) or self.names.get(RENAMED.get(key, ""))
        if found is None:
            raise AuthoringError("MXM130", place, "cdktf's typed bindings do not know this argument")
        return found, self.hints[found]


def _options(hint: Any) -> list[Any]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [option for part in typing.get_args(hint) for option in _options(part)]
    return [hint]


def _is_struct(option: Any) -> bool:
    return inspect.isclass(option) and option.__module__.startswith("cdktf_cdktf_provider_aws")


def converted(place: str, value: Any, hint: Any) -> Any:
    """``value`` as the cdktf parameter with this type hint wants it. Raises AuthoringError MXM130: it cannot."""
    options = _options(hint)
    struct = next((option for option in options if _is_struct(option)), None)
    sequence = next((option for option in options if typing.get_origin(option) in _SEQUENCES), None)
    mapping = next((option for option in options if typing.get_origin(option) in _MAPPINGS), None)
    if isinstance(value, Expr) or (isinstance(value, str) and _is_template(value) and str not in options):
        return _token(place, value, options, sequence, mapping)
    if isinstance(value, Mapping):
        if struct is not None:
            return _struct(place, value, struct)
        if sequence is not None:
            return [converted(place, value, typing.get_args(sequence)[0])]
        item = typing.get_args(mapping)[1] if mapping is not None else Any
        return {str(name): converted(f"{place}.{name}", each, item) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        if sequence is None and struct is not None and len(value) == 1:
            return converted(place, value[0], hint)
        item = typing.get_args(sequence)[0] if sequence is not None else Any
        return [converted(f"{place}[{index}]", each, item) for index, each in enumerate(value)]
    return value


def _is_template(text: str) -> bool:
    return any(kind != "text" for kind, _ in parts_of(text))


def _struct(place: str, value: Mapping[str, Any], struct: Any) -> Any:
    parameters = Parameters(struct)
    given: dict[str, Any] = {}
    for name, item in value.items():
        if item is None:
            continue
        parameter, hint = parameters.find(f"{place}.{name}", name)
        if isinstance(item, Dynamic):
            typed = converted(f"{place}.{name}", item.content, hint)
            if parameter in parameters.required:
                given[parameter] = typed
        else:
            given[parameter] = converted(f"{place}.{name}", item, hint)
    try:
        return struct(**given)
    except Exception as error:  # as above
        raise AuthoringError("MXM130", place, f"cdktf refuses it: {error}") from error


def _token(place: str, value: Any, options: list[Any], sequence: Any, mapping: Any) -> Any:
    token = import_module("cdktf").Token
    text = str(value)
    if str in options:
        return text
    if any(option in _NUMBERS for option in options):
        return token.as_number(text)
    if mapping is not None:
        item = _options(typing.get_args(mapping)[1])
        if str in item:
            return token.as_string_map(text)
        return token.as_number_map(text) if any(it in _NUMBERS for it in item) else token.as_any(text)
    if sequence is not None:
        item = _options(typing.get_args(sequence)[0])
        if str in item:
            return token.as_list(text)
        if any(it in _NUMBERS for it in item):
            return token.as_number_list(text)
    if any(getattr(option, "__name__", "") == "IResolvable" for option in options) or Any in options:
        return token.as_any(text)
    raise AuthoringError("MXM130", place, "cannot be an expression; use dynamic()")
