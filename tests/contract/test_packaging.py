"""The wheel and the image: built from what the image's context lets in, and used without anything of the clone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def context(folder: Path) -> Path:
    """The build context of the image: only what .dockerignore lets in."""
    for line in (TOP / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            source, target = TOP / line[1:], folder / line[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".terraform", "*.mo"))
            else:
                shutil.copyfile(source, target)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=context(folder / "source"),
        env=environment,
        check=True,
        capture_output=True,
    )
    (made,) = folder.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def shared(wheel: Path, name: str) -> Path:
    """A file below ``share/`` of an installation."""
    (found,) = wheel.glob(f"*.data/data/share/{name}")
    return found


def mendixctl(wheel: Path, folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command that the wheel has: -P and the path keep the clone out."""
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "PATH", "LANG")}
    return subprocess.run(
        [sys.executable, "-P", "-c", "import sys; from mendixctl.app import main; sys.exit(main())", *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(wheel), "PYTHONPYCACHEPREFIX": str(wheel.parent / "compiled"), **variables},
        check=False,
        capture_output=True,
        text=True,
    )


def test_what_mendixctl_reads_is_in_the_wheel(wheel: Path) -> None:
    for name in ("modules", "schema", "templates"):
        there = {path.relative_to(TOP / name) for path in (TOP / name).rglob("*") if path.is_file()}
        packed = wheel / "mendixgen" / "packaged" / name
        here = {path.relative_to(packed) for path in packed.rglob("*") if path.is_file()}
        assert here == {path for path in there if not any(part.startswith(".") for part in path.parts)}
    assert (wheel / "mendixgen" / "packaged" / "docs" / "errors.md").is_file()
    assert (wheel / "mendixgen" / "packaged" / "docs" / "zh" / "errors.md").is_file()
    assert list(wheel.glob("mendixctl/language/catalogues/*/LC_MESSAGES/*.mo"))


def test_all_data_beside_the_sources_and_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    """Rules, refusals, charts, templates of manifests: whatever a package keeps beside its Python."""
    for source in ("cli/mendixctl", "generators/mendixgen"):
        top = TOP / source
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "."], cwd=top, check=True, capture_output=True, text=True
        ).stdout.split("\n")
        there = {name for name in listed if name and not name.endswith(".po") and (top / name).is_file()}
        packed = wheel / top.name
        here = {path.relative_to(packed).as_posix() for path in packed.rglob("*") if path.is_file()}
        assert {name for name in here if not name.startswith("packaged/") and not name.endswith(".mo")} == there
        assert sum(not name.endswith(".py") for name in there) >= 20
    assert {path.name.partition("-")[0] for path in wheel.iterdir()} == {"mendixctl", "mendixgen"}
    assert not [path for path in wheel.rglob("*") if path.name in {"tests", "conftest.py", "__pycache__"}]


def test_the_wheel_says_what_it_needs_and_is(wheel: Path) -> None:
    (described,) = wheel.glob("*.dist-info")
    metadata = HeaderParser().parsestr((described / "METADATA").read_text())
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    assert metadata["Version"] == mendixctl(wheel, wheel, "--version").stdout.split()[1]
    assert (metadata["Requires-Python"], metadata["License-Expression"]) == (">=3.11", "Apache-2.0")
    assert set(metadata.get_all("Provides-Extra", [])) == set(project["optional-dependencies"])
    entry_points = (described / "entry_points.txt").read_text()
    assert entry_points.split() == "[console_scripts] mendixctl = mendixctl.app:main".split()
    assert (described / "licenses" / "LICENSE").read_bytes() == (TOP / "LICENSE").read_bytes()


@pytest.mark.parametrize("page", ["docs/install.md", "docs/zh/install.md"])
def test_the_installation_page_has_every_extra_and_every_python(page: str) -> None:
    text = (TOP / page).read_text()
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    extras = set(re.findall(r"(?m)^\| `([a-z]+)` \|", text.partition("\n## ")[0]))
    assert extras == set(project["optional-dependencies"]) - {"dev"}
    named = {line.rpartition(" :: ")[2] for line in project["classifiers"] if re.search(r"Python :: 3\.\d+$", line)}
    assert set(re.findall(r"(?m)^\| (3\.\d+)\b", text)) == named


def test_a_platform_is_made_checked_and_rendered_with_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    assert "Plan, apply and roll back" in mendixctl(wheel, tmp_path, "--help").stdout
    made = mendixctl(wheel, tmp_path, "init", "platform", "--area", "network")
    assert made.returncode == 0, made.stderr
    platform = tmp_path / "platform"
    for words, code in (("validate", 0), ("render dev", 0), ("render --check", 0), ("explain MXP137", 0)):
        done = mendixctl(wheel, platform, *words.split())
        assert done.returncode == code, done.stderr
    assert (platform / "environments" / "dev" / "main.tf").is_file()
    spec = platform / "environments" / "dev.yaml"
    spec.write_text(re.sub(r"(?m)^target:.*$", "target: aws", spec.read_text()))
    assert "mendixctl plan" in mendixctl(wheel, platform, "pipelines", "github").stdout


def test_the_manual_has_every_command(wheel: Path) -> None:
    text = shared(wheel, "man/man1/mendixctl.1").read_text()
    assert text.startswith('.TH MENDIXCTL 1 "" "mendixctl ')
    known = set(re.findall(r"(?m)^### (mendixctl .+)$", (TOP / "docs" / "cli.md").read_text()))
    assert {line.replace("\\-", "-") for line in re.findall(r"(?m)^\.SS (.+)$", text)} == known
    macros = {line.split()[0] for line in text.splitlines() if line.startswith((".", "'"))}
    verbatim = 'zsh:   eval "$(mendixctl completion zsh)"         in ~/.zshrc'
    assert "\n.nf\nbash:" in text
    assert verbatim in text.splitlines()
    assert macros <= {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".RI", ".nf", ".fi"}


@pytest.mark.parametrize(
    ("shell", "name"),
    [
        ("bash", "bash-completion/completions/mendixctl"),
        ("zsh", "zsh/site-functions/_mendixctl"),
        ("fish", "fish/vendor_completions.d/mendixctl.fish"),
    ],
)
def test_each_shell_asks_the_command_for_completions(wheel: Path, tmp_path: Path, shell: str, name: str) -> None:
    assert f"_MENDIXCTL_COMPLETE={shell}_complete" in shared(wheel, name).read_text()
    words = {"COMP_WORDS": "mendixctl pip", "COMP_CWORD": "pip" if shell == "fish" else "1"}
    asked = mendixctl(wheel, tmp_path, _MENDIXCTL_COMPLETE=f"{shell}_complete", **words)
    assert "pipelines" in asked.stdout


def test_bash_takes_its_completion(wheel: Path) -> None:
    script = shared(wheel, "bash-completion/completions/mendixctl")
    done = subprocess.run(
        ["bash", "-c", f"source {script} && complete -p mendixctl"], check=True, capture_output=True, text=True
    )
    assert "mendixctl_completion" in done.stdout


def test_the_image_is_built_as_its_linter_wants() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "Dockerfile"], cwd=TOP, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_linter_would_say_so(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:latest\nRUN cd / && sudo apt-get install git\n")
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "Dockerfile"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "DL3007" in done.stdout


def test_the_image_runs_as_nobody_in_particular_and_knows_its_base() -> None:
    text = (TOP / "Dockerfile").read_text()
    assert re.search(r"(?m)^ARG PYTHON=\d+\.\d+\.\d+-slim-[a-z]+$", text)
    assert set(re.findall(r"(?m)^FROM (\S+)", text)) == {"python:${PYTHON}"}
    assert text.index("USER 10001") < text.index("ENTRYPOINT")
