"""Every pipeline by its tool's own schema or grammar; and each checker refuses what is wrong.

The schemas are GitLab's and SchemaStore's, as check-jsonschema brings them; the grammar is Groovy 3.0's.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mendixgen.pipelines import platform
from mendixgen.pipelines.platform import Platform
from tests.support.pipelines import environment

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


@pytest.fixture(scope="module")
def many() -> Platform:
    """As many environments as a matrix may have jobs, in waves of all sizes."""
    names = [f"tenant-{number:03}" for number in range(platform.MOST_JOBS)]
    sizes = [1, 5, 50, platform.MOST_JOBS - 56]
    rest = iter(names)
    waves = tuple(tuple(environment(name) for name in itertools.islice(rest, size)) for size in sizes)
    return Platform(waves, package="mendixctl[aws]==1.0.0")


def test_the_schemas_take_what_many_environments_are_given(many: Platform, tmp_path: Path) -> None:
    for tool, schema in (("github", GITHUB), ("gitlab", GITLAB)):
        path = tmp_path / f"{tool}.yml"
        path.write_text(platform.text(tool, many))
        assert checked(schema, path).returncode == 0


def test_each_job_of_a_matrix_finds_its_environment(many: Platform) -> None:
    """What a matrix is made from is a list of names; each job looks the rest up in one variable by its name."""
    data = yaml.safe_load(platform.text("github", many))
    names = [one.name for one in many.environments]
    assert list(json.loads(data["env"]["ENVIRONMENTS"])) == names
    assert len(data["env"]["ENVIRONMENTS"]) < 128 << 10  # Linux takes no longer variable
    jobs = data["jobs"]
    assert [name for name in jobs if name.startswith("apply-")] == [f"apply-{n}" for n in range(1, 5)]
    for name, job in jobs.items():
        if (matrix := job.get("strategy", {}).get("matrix")) is None:
            continue
        source, output = re.fullmatch(  # type: ignore[union-attr]
            r"\$\{\{ fromJSON\(needs\.(\w+)\.outputs\.([\w-]+)\) \}\}", matrix["environment"]
        ).groups()
        needs = job["needs"] if isinstance(job["needs"], list) else [job["needs"]]
        assert source in needs, name
        assert output in jobs[source]["outputs"], name
        assert f"outputs.{output} != '[]'" in job["if"], name  # GitHub refuses an empty matrix


def test_gitlab_has_two_jobs_an_environment_in_the_stage_of_its_wave(many: Platform) -> None:
    data = yaml.safe_load(platform.text("gitlab", many))
    for number, wave in enumerate(many.waves, 1):
        assert {data[f"apply {one.name}"]["stage"] for one in wave} == {f"apply {number}"}
    assert all(f"plan {one.name}" in data for one in many.environments)
    rules = [rule for job in data.values() if isinstance(job, dict) for rule in job.get("rules", ())]
    assert max(len(rule.get("changes", ())) for rule in rules) <= platform.MOST_PATHS


@pytest.mark.parametrize("name", ["delivery-small.Jenkinsfile", "platform-small.Jenkinsfile"])
def test_a_jenkinsfile_is_groovy(name: str) -> None:
    from groovy_parser.parser import parse_groovy_content

    assert parse_groovy_content((GOLDEN / name).read_text()).children


def test_what_is_no_groovy_is_refused() -> None:
    from groovy_parser.parser import parse_groovy_content
    from lark.exceptions import LarkError

    with pytest.raises(LarkError):
        parse_groovy_content("pipeline {\n  stages {\n    stage('a') { steps { sh 'x' }\n  }\n}\n")
