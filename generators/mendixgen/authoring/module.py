"""What an area's ``build`` writes into: the module's locals, resources, sections and further files, in order.

Nothing is synthesised here. The builder only remembers, and refuses what can be refused at once: names
that HCL does not allow, names used twice, variables that the area does not have.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mendixgen.annotations import variable_name
from mendixgen.areas.contract import Area
from mendixgen.authoring.expression import Expr, call, expr, is_name
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.global_provider import ALIAS

MODULE_VARIABLES = ("environment", "teardown", "tags")
"""The variables that every module has beside its area's inputs."""

_ADDRESS = re.compile(r"([a-z][a-z0-9]*_[a-z0-9_]+)\.([a-z][a-z0-9_]*)\Z")
_FILE = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*\Z")
_OWN_FILES = frozenset({"main.tf", "variables.tf", "outputs.tf", "versions.tf", "module.json", "README.md"})
_LIFECYCLE = ("create_before_destroy", "ignore_changes", "replace_triggered_by", "precondition", "postcondition")


class AuthoringError(MendixError):
    """A mistake in an area's code; the message names the area and the address."""

    def __init__(self, code: str, place: str, summary: str, hint: str = "") -> None:
        super().__init__(Diagnostic(code, f"{place}: {summary}", hint=hint))


@dataclass(frozen=True, slots=True)
class Section:
    """A banner that divides main.tf."""

    title: str


@dataclass(frozen=True, slots=True)
class Local:
    """One local value."""

    name: str
    value: Any
    comment: str


@dataclass(frozen=True, slots=True)
class ResourceBlock:
    """One resource as the area's code gave it; ``None`` arguments are already gone."""

    type: str
    name: str
    comment: str
    arguments: Mapping[str, Any]
    count: Any = None
    for_each: Any = None
    lifecycle: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[Expr, ...] = ()
    provider: str | None = None
    """The alias of its provider configuration, where that is not the environment's own."""

    @property
    def address(self) -> str:
        return f"{self.type}.{self.name}"


Item = Section | Local | ResourceBlock


class Variables:
    """``module.var``: the module's variables as expressions; one that does not exist is an error at once."""

    __slots__ = ("_area", "_names")

    def __init__(self, area: str, names: Sequence[str]) -> None:
        self._area = area
        self._names = tuple(names)

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Expr:
        if name not in self._names:
            close = difflib.get_close_matches(name, self._names, 1)
            hint = f"did you mean var.{close[0]}?" if close else f"add the field to {self._area}'s Inputs"
            raise AuthoringError("MXM110", self._area, f"there is no input {name}", hint)
        return Expr(f"var.{name}")


class ModuleBuilder:
    """The module of one area in the making.

    A ``str`` in any argument is a Terraform template (see `mendixgen.authoring.expression`), ``None`` means
    "not set", a mapping is a block or an object as the provider's schema says, a list of mappings is
    several blocks. Every resource that can have tags gets ``local.tags`` merged with its own.
    """

    def __init__(self, area: type[Area]) -> None:
        self.area = area
        names = [variable_name(name, field) for name, field in area.Inputs.model_fields.items()]
        self.var = Variables(area.name, (*names, *MODULE_VARIABLES))
        self.items: list[Item] = []
        self.files: dict[str, str | bytes] = {}
        self._section = ""
        self._local_names: set[str] = {"tags"}
        self._addresses: set[str] = set()
        self.tags = Expr("local.tags")

    @property
    def resources(self) -> list[ResourceBlock]:
        """The resources, in the order in which they were added."""
        return [item for item in self.items if isinstance(item, ResourceBlock)]

    @property
    def aliases(self) -> dict[str, list[str]]:
        """The addresses of the resources with a further provider configuration, sorted, by its alias."""
        found: dict[str, list[str]] = {}
        for it in self.resources:
            if it.provider is not None:
                found.setdefault(it.provider, []).append(it.address)
        return {alias: sorted(addresses) for alias, addresses in sorted(found.items())}

    @property
    def locals(self) -> list[Local]:
        """The local values, in the order in which they were added."""
        return [item for item in self.items if isinstance(item, Local)]

    @property
    def dns_suffix(self) -> Expr:
        """What the names of regional services end in, as DNS and service principals have them."""
        partition = self.var.partition
        return expr(f'{partition} == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"')

    def via(self, service: str) -> dict[str, Any]:
        """The condition that a key is used through ``service`` (s3, sns, ...) of ``var.region``, and not directly.

        The names of ``kms:ViaService`` end in amazonaws.com in every partition (KMS developer guide, "kms:ViaService").
        """
        return {"StringEquals": {"kms:ViaService": f"{service}.{self.var.region}.amazonaws.com"}}

    def section(self, title: str) -> None:
        """Begin a chapter of main.tf with a banner comment."""
        self.items.append(Section(title))

    def local(self, name: str, value: Any, comment: str) -> Expr:
        """Name a value; the comment says what it is. Returns ``local.<name>``.

        Raises:
            AuthoringError: MXM111, not a name or given twice; MXM112, no comment.
        """
        place = f"{self.area.name}: local.{name}"
        if not is_name(name) or name in self._local_names:
            raise AuthoringError("MXM111", place, "not a name, or there is one already", "choose another name")
        self._need_comment(place, comment)
        self._local_names.add(name)
        self.items.append(Local(name, value, comment))
        return Expr(f"local.{name}")

    def resource(
        self,
        address: str,
        comment: str,
        /,
        *,
        count: Any = None,
        for_each: Any = None,
        lifecycle: Mapping[str, Any] | None = None,
        depends_on: Sequence[Expr] = (),
        provider: str | None = None,
        **arguments: Any,
    ) -> Expr:
        """Add a resource; returns the expression that refers to it (``aws_vpc.this``).

        ``provider="global"`` makes it in us-east-1, whatever region the environment is in.

        Raises:
            AuthoringError: MXM111, not an address or given twice; MXM112, no comment;
                MXM113, count together with for_each; MXM114, a lifecycle that a module must not have;
                MXM119, a provider configuration that there is not.
        """
        place = f"{self.area.name}: {address}"
        match = _ADDRESS.match(address)
        if not match or address in self._addresses:
            hint = 'write "aws_<type>.<name>" in lower case; every address once'
            raise AuthoringError("MXM111", place, "not an address, or there is one already", hint)
        self._need_comment(place, comment)
        if count is not None and for_each is not None:
            raise AuthoringError("MXM113", place, "count and for_each exclude each other", "keep for_each")
        if provider not in (None, ALIAS):
            hint = f'leave it out, or write provider="{ALIAS}" for what has to be in us-east-1'
            raise AuthoringError("MXM119", place, f"there is no provider configuration {provider!r}", hint)
        self._check_lifecycle(place, lifecycle or {})
        self._addresses.add(address)
        block = ResourceBlock(
            type=match[1],
            name=match[2],
            comment=comment,
            arguments={name: value for name, value in arguments.items() if value is not None},
            count=count,
            for_each=for_each,
            lifecycle=dict(lifecycle or {}),
            depends_on=tuple(depends_on),
            provider=provider,
        )
        self.items.append(block)
        return Expr(address)

    def file(self, name: str, content: str | bytes) -> Expr:
        """Ship a further file (the code of a function, say); returns its path as Terraform sees it.

        Raises:
            AuthoringError: MXM111, a name that is taken, leaves the module's folder, or is Terraform's.
        """
        if not _FILE.match(name) or ".." in name or name in self.files or name in _OWN_FILES or name.endswith(".tf"):
            raise AuthoringError("MXM111", f"{self.area.name}: {name}", "not a file that a module can ship")
        self.files[name] = content
        return Expr(f'"${{path.module}}/{name}"')

    def with_tags(self, tags: Any) -> Expr:
        """The module's tags, and ``tags`` over them."""
        return call("merge", self.tags, tags) if tags else self.tags

    def _need_comment(self, place: str, comment: str) -> None:
        if not comment.strip():
            raise AuthoringError("MXM112", place, "has no comment", "say in one line what it is for")

    def _check_lifecycle(self, place: str, lifecycle: Mapping[str, Any]) -> None:
        for name in lifecycle:
            if name not in _LIFECYCLE:
                hint = "deletion is disarmed by var.teardown" if name == "prevent_destroy" else ""
                raise AuthoringError("MXM114", place, f"lifecycle.{name} is not for a module", hint)
