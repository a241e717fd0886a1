"""What is frozen in module.json."""

from __future__ import annotations

from typing import Any

import pytest

from mendixgen.authoring.manifest import check_schema
from mendixgen.authoring.module import AuthoringError


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"type": "objekt"}, "is no JSON Schema"),
        ({"type": "object", "properties": {"a": {"contains": {"type": "string"}}}}, "does not know: contains"),
    ],
)
def test_a_schema_that_not_every_reader_understands_is_never_frozen(section: dict[str, Any], words: str) -> None:
    with pytest.raises(AuthoringError, match=words) as caught:
        check_schema("garden", section)
    assert caught.value.diagnostics[0].code == "MXM134"


def test_marks_are_no_keywords() -> None:
    check_schema("garden", {"type": "object", "properties": {"a": {"type": "string", "x-one-way": "it grows"}}})
