"""Every pipeline by its tool's own schema or grammar; and each checker refuses what is wrong.

The schemas are GitLab's and SchemaStore's, as check-jsonschema brings them; the grammar is Groovy 3.0's.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "pipelines"
GITLAB = ("vendor.gitlab-ci", "--data-transform", "gitlab-ci")
GITHUB = ("vendor.github-workflows",)


def checked(schema: tuple[str, ...], *files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema, *map(str, files)],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("pattern", "schema"), [("*.gitlab-ci.yml", GITLAB), ("*.github.yml", GITHUB)])
def test_the_schema_of_the_tool_takes_every_file(pattern: str, schema: tuple[str, ...]) -> None:
    files = sorted(GOLDEN.glob(pattern))
    assert len(files) == 4
    done = checked(schema, *files)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "old", "new", "schema"),
    [
        ("platform.gitlab-ci.yml", "when: manual", "when: by-hand", GITLAB),
        ("platform.gitlab-ci.yml", "resource_group: prod\n", "resource_group: [prod]\n", GITLAB),
        ("platform.github.yml", "    runs-on: ubuntu-24.04\n", "", GITHUB),
        ("delivery.github.yml", "cancel-in-progress: false", "cancel-in-progres: false", GITHUB),
    ],
)
def test_the_schema_refuses_what_is_misspelt(
    tmp_path: Path, name: str, old: str, new: str, schema: tuple[str, ...]
) -> None:
    text = (GOLDEN / name).read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new))
    assert checked(schema, tmp_path / name).returncode == 1


@pytest.mark.parametrize("name", ["delivery-small.Jenkinsfile", "platform-small.Jenkinsfile"])
def test_a_jenkinsfile_is_groovy(name: str) -> None:
    from groovy_parser.parser import parse_groovy_content

    assert parse_groovy_content((GOLDEN / name).read_text()).children


def test_what_is_no_groovy_is_refused() -> None:
    from groovy_parser.parser import parse_groovy_content
    from lark.exceptions import LarkError

    with pytest.raises(LarkError):
        parse_groovy_content("pipeline {\n  stages {\n    stage('a') { steps { sh 'x' }\n  }\n}\n")
