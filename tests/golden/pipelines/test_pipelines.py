"""The text of every pipeline, to the letter. After a change that is meant: UPDATE_GOLDEN=1, and read the diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mendixgen.pipelines import delivery, platform
from tests.support import pipelines as samples

HERE = Path(__file__).parent
FILES = {
    **{f"delivery.{name}": delivery.text(tool, samples.DELIVERY) for tool, name in delivery.FILES.items()},
    **{f"delivery-small.{name}": delivery.text(tool, samples.SMALL_DELIVERY) for tool, name in delivery.FILES.items()},
    **{f"platform.{name}": platform.text(tool, samples.PLATFORM) for tool, name in platform.TEMPLATES.items()},
    **{
        f"platform-small.{name}": platform.text(tool, samples.SMALL_PLATFORM)
        for tool, name in platform.TEMPLATES.items()
    },
}


@pytest.mark.parametrize("name", FILES)
def test_a_pipeline_is_as_it_was_read(name: str) -> None:
    path = HERE / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(FILES[name])
    assert FILES[name] == path.read_text()


def test_no_file_is_left_of_a_pipeline_that_is_gone() -> None:
    assert {path.name for path in HERE.iterdir() if path.is_file() and path.suffix != ".py"} == set(FILES)
