"""The steps of a delivery as CodeBuild runs them: each calls ``mendixctl release`` and nothing else.

Source: CodeBuild user guide, "Build specification reference", "Environment variables in build environments"
(``CODEBUILD_SRC_DIR`` is the first source, ``CODEBUILD_SRC_DIR_<name>`` another one).
"""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One step: what it does in a word, whether it touches the cluster, and whether the next one takes its files."""

    does: str
    deploys: bool
    passes_on: bool


STEPS: dict[str, Step] = {
    "build": Step("Makes the package of an app from its source", deploys=False, passes_on=True),
    "push": Step("Pushes the app's image, waits for its scan and signs it", deploys=False, passes_on=True),
    "deploy": Step("Lets the cluster run the image", deploys=True, passes_on=False),
    "verify": Step("Looks whether the app is ready and answers", deploys=True, passes_on=False),
    "rollback": Step("Takes the last release of an app back", deploys=True, passes_on=False),
}

HEAD = """\
# {does}. ENVIRONMENT is the project's, APP and APP_FOLDER are the pipeline's.
version: 0.2

env:
  shell: bash

phases:
  install:
    commands:
      - if [ -n "${{MENDIXCTL_PACKAGE:-}}" ]; then python3 -m pip install --quiet "$MENDIXCTL_PACKAGE"; fi
  build:
    commands:
"""
SOURCE = """\
      # the app's own folder, in the repository of the applications, which is the first source where it is the only one
      - export APP_SOURCE="${CODEBUILD_SRC_DIR_Source:-$CODEBUILD_SRC_DIR}/$APP_FOLDER"
"""
CALL = """\
      - mendixctl release {step} "$APP" --env "$ENVIRONMENT"
"""
TAIL = """\

artifacts:
  files:
    - "**/*"
"""


def buildspec(name: str) -> str:
    """The build specification of a step, as YAML."""
    step = STEPS[name]
    source = SOURCE if name == "build" else ""
    return HEAD.format(does=step.does) + source + CALL.format(step=name) + (TAIL if step.passes_on else "")
