"""main.tf from Terraform's JSON: as a person would write it, and proven to say the same.

Tried with python-hcl2 8.1.4: its builder and ``dumps`` write multi-line expressions with blank lines and
trailing spaces inside of them and cannot place comments between blocks, so the text is written here
(strings by `mendixgen.hcl`) and ``terraform fmt`` aligns it. python-hcl2 proves the result: the same JSON
goes through its builder, and both texts, parsed, must be equal.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from mendixgen import hcl
from mendixgen.areas.contract import Move
from mendixgen.authoring.expression import Expr, object_key, render, template
from mendixgen.authoring.module import AuthoringError, Local, ModuleBuilder, ResourceBlock, Section
from mendixgen.authoring.provider import Block, ProviderSchema
from mendixgen.authoring.scanning import laid_out, parts_of
from mendixgen.authoring.synthesis import Body, plain

COMMENT_WIDTH = 110
_BANNER = "#" * 80
_META_FIRST = ("for_each", "count", "provider")
_META_LAST = ("lifecycle", "depends_on")


def main_tf(module: ModuleBuilder, bodies: Mapping[str, Body], schema: ProviderSchema) -> str:
    """The text of main.tf, not yet formatted."""
    parts: list[str] = []
    pending = [tags_local(module)]
    for item in module.items:
        if isinstance(item, Local):
            pending.append(item)
            continue
        if pending:
            parts.append(_locals(pending))
            pending = []
        if isinstance(item, Section):
            parts.append(f"{_BANNER}\n# {item.title}\n{_BANNER}")
        else:
            parts.append(_resource(item, bodies[item.address], schema))
    if pending:
        parts.append(_locals(pending))
    if module.area.moves:
        parts.append(f"{_BANNER}\n# Addresses of earlier versions\n{_BANNER}")
        parts.extend(_moved(move) for move in module.area.moves)
    return "\n\n".join(parts) + "\n"


def tags_local(module: ModuleBuilder) -> Local:
    """``local.tags``, which every module has."""
    value = Expr(f"merge(var.tags, {{ area = {hcl.quote(module.area.name)} }})")
    return Local("tags", value, "On every resource; the provider's default_tags add what all of the environment has.")


def verify(module: ModuleBuilder, bodies: Mapping[str, Body], schema: ProviderSchema, text: str) -> None:
    """Prove that ``text`` says what the JSON says.

    Raises:
        AuthoringError: MXM133, a block of the text differs from what was meant.
    """
    import hcl2

    options = hcl2.SerializationOptions(with_comments=False)
    builder: Any = hcl2.Builder()
    for block in module.resources:
        resource = builder.block("resource", [f'"{block.type}"', f'"{block.name}"'])
        _build(resource, bodies[block.address], _schema_of(block, schema))
    for move in module.area.moves:
        builder.block("moved", None, None, **{"from": f"${{{move.source}}}", "to": f"${{{move.target}}}"})
    meant = hcl2.loads(hcl2.dumps(builder.build()), serialization_options=options)
    found = hcl2.loads(text, serialization_options=options)
    for kind in ("resource", "moved"):
        for one, other in zip(meant.get(kind, []), found.get(kind, []), strict=True):
            if one != other:
                detail = f"meant {one}, wrote {other}"
                raise AuthoringError("MXM133", module.area.name, f"main.tf does not say what it should: {detail}")
    for local in module.locals:
        expected = hcl2.loads(f"value = {render(local.value)}\n", serialization_options=options)["value"]
        written = [block[local.name] for block in found.get("locals", []) if local.name in block]
        if written != [expected]:
            raise AuthoringError("MXM133", module.area.name, f"local.{local.name} is not written as it should be")


def value_hcl(value: Any) -> str:
    """A value of Terraform's JSON (strings are templates) as HCL, long expressions broken over lines."""
    return laid_out(render(value))


def _comment(text: str) -> str:
    lines = [line for part in text.strip().splitlines() for line in textwrap.wrap(part, COMMENT_WIDTH) or [""]]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def _locals(values: list[Local]) -> str:
    lines = []
    for number, local in enumerate(values):
        if number:
            lines.append("")
        lines.append(_comment(local.comment))
        lines.append(f"{local.name} = {value_hcl(plain(local.value))}")
    return "locals {\n" + "\n".join(lines) + "\n}"


def _resource(block: ResourceBlock, body: Body, schema: ProviderSchema) -> str:
    found = _schema_of(block, schema)
    groups = [[f"{name} = {_meta(name, body[name])}" for name in _META_FIRST if name in body]]
    groups.extend(_body_groups(body, found))
    if "tags" in body:
        groups.append([f"tags = {value_hcl(body['tags'])}"])
    if "lifecycle" in body:
        groups.append([_lifecycle(body["lifecycle"])])
    if "depends_on" in body:
        groups.append([f"depends_on = [{', '.join(body['depends_on'])}]"])
    head = f"{_comment(block.comment)}\nresource {hcl.quote(block.type)} {hcl.quote(block.name)} {{"
    return f"{head}\n{_joined(groups)}\n}}" if any(groups) else head + "}"


def _meta(name: str, value: Any) -> str:
    return str(value) if name == "provider" else value_hcl(value)


def _schema_of(block: ResourceBlock, schema: ProviderSchema) -> Block:
    found = schema.resource(block.type)
    if found is None:  # synthesis has checked it
        raise AuthoringError("MXM121", block.address, f"the provider has no {block.type}")
    return found


def _body_groups(body: Body, schema: Block) -> list[list[str]]:
    """Arguments, then blocks; ``tags`` and the meta-arguments are placed by the caller."""
    skipped = {*_META_FIRST, *_META_LAST, "tags", "dynamic"}
    arguments = [
        f"{name} = {value_hcl(value)}"
        for name, value in body.items()
        if name not in schema.blocks and (name not in skipped or (name in schema.attributes and name != "tags"))
    ]
    groups = [arguments]
    for name, value in body.items():
        if name in schema.blocks:
            groups.extend([_block(name, part, schema.blocks[name].body)] for part in value)
    for name, entries in body.get("dynamic", {}).items():
        groups.extend([_dynamic(name, entry, schema.blocks[name].body)] for entry in entries)
    return groups


def _block(head: str, body: Body, schema: Block) -> str:
    groups = _body_groups(body, schema)
    if "tags" in body:
        groups[0].append(f"tags = {value_hcl(body['tags'])}")
    return f"{head} {{\n{_joined(groups)}\n}}" if any(groups) else f"{head} {{}}"


def _dynamic(name: str, entry: Body, schema: Block) -> str:
    head = [f"for_each = {value_hcl(entry['for_each'])}"]
    if "iterator" in entry:
        head.append(f"iterator = {value_hcl(entry['iterator'])}")
    return f'dynamic "{name}" {{\n{_joined([head, [_block("content", entry["content"], schema)]])}\n}}'


def _lifecycle(values: Mapping[str, Any]) -> str:
    lines: list[str] = []
    blocks: list[str] = []
    for name, value in values.items():
        if name in ("precondition", "postcondition"):
            for part in value if isinstance(value, list) else [value]:
                inner = "\n".join(f"{key} = {value_hcl(item)}" for key, item in part.items())
                blocks.append(f"{name} {{\n{inner}\n}}")
        elif name in ("ignore_changes", "replace_triggered_by"):
            lines.append(f"{name} = {_references(value)}")
        else:
            lines.append(f"{name} = {value_hcl(value)}")
    return "lifecycle {\n" + _joined([lines, *([block] for block in blocks)]) + "\n}"


def _references(value: Any) -> str:
    names = [value] if isinstance(value, str) else list(value)
    bare = [_bare(name) for name in names]
    return bare[0] if value == "all" else f"[{', '.join(bare)}]"


def _bare(text: str) -> str:
    parts = list(parts_of(text))
    return parts[0][1] if len(parts) == 1 else text


def _moved(move: Move) -> str:
    return f"# Renamed in {move.since}.\nmoved {{\nfrom = {move.source}\nto = {move.target}\n}}"


def _joined(groups: Iterable[list[str]]) -> str:
    return "\n\n".join("\n".join(group) for group in groups if group)


def _build(target: Any, body: Body, schema: Block) -> None:
    """The JSON body into python-hcl2's builder."""
    for name, value in body.items():
        if name == "lifecycle" and name not in schema.blocks:
            _build_lifecycle(target, value)
        elif name == "provider" and name not in schema.blocks and name not in schema.attributes:
            target.attributes[name] = "${" + value + "}"
        elif name == "depends_on":
            target.attributes[name] = ["${" + item + "}" for item in value]
        elif name == "dynamic":
            for kind, entries in value.items():
                for entry in entries:
                    block = target.block("dynamic", [f'"{kind}"'])
                    block.attributes["for_each"] = _written(entry["for_each"])
                    if "iterator" in entry:
                        block.attributes["iterator"] = _written(entry["iterator"])
                    _build(block.block("content"), entry["content"], schema.blocks[kind].body)
        elif name in schema.blocks:
            for part in value:
                _build(target.block(name), part, schema.blocks[name].body)
        else:
            target.attributes[name] = _written(value)


def _build_lifecycle(target: Any, values: Mapping[str, Any]) -> None:
    block = target.block("lifecycle")
    for name, value in values.items():
        if name in ("precondition", "postcondition"):
            for part in value if isinstance(value, list) else [value]:
                block.block(name).attributes.update({key: _written(item) for key, item in part.items()})
        elif name in ("ignore_changes", "replace_triggered_by"):
            names = [value] if isinstance(value, str) else value
            bare = ["${" + _bare(item) + "}" for item in names]
            block.attributes[name] = bare[0] if value == "all" else bare
        else:
            block.attributes[name] = _written(value)


def _written(value: Any) -> Any:
    """A JSON value as python-hcl2 represents it: expressions in ``${}``, strings with their quotes."""
    if isinstance(value, str):
        parts = list(parts_of(value))
        return "${" + parts[0][1] + "}" if len(parts) == 1 and parts[0][0] == "code" else template(value)
    if isinstance(value, Mapping):
        return {object_key(name): _written(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_written(item) for item in value]
    return value
