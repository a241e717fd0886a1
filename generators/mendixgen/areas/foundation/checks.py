"""What no single field of a foundation can say: CI has somebody who deploys, and scanning has a scanner."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.foundation import Ci, Foundation
from mendixgen.areas.foundation.account import ManagementTrail
from mendixgen.messages import msg

GITHUB = "token.actions.githubusercontent.com"
TRUST_CHARACTERS, MOST_TRUST_CHARACTERS = 2048, 4096
"""Of a role's trust policy: what an account has, and the most that it can ask for."""

EXPORTS = "us-east-1"
"""The one region that exports bills (AWS General Reference, "AWS Data Exports endpoints")."""


def check(inputs: Foundation.Inputs, header: Header) -> list[Check]:
    """CI has somebody who deploys, scanning by Inspector needs Inspector, and what is one an account is one."""
    return independent(
        lambda: _ci(inputs, inputs.ci, header) if inputs.ci is not None else (),
        lambda: _trust(inputs.ci, header) if inputs.ci is not None else (),
        lambda: _builds(inputs) if inputs.builds is not None else (),
        lambda: _scanning(inputs.registry_scanning, inspector=inputs.inspector),
        lambda: _once(inputs),
        lambda: _export(inputs, header),
        lambda: _trail(inputs.trail) if inputs.trail is not None else (),
    )


def _scanning(scanning: str | None, *, inspector: bool) -> Iterator[Check]:
    if scanning == "enhanced" and not inspector:
        summary = "enhanced scanning is Inspector's, and Inspector is off"
        yield Check(("registry_scanning",), "MXS411", summary, "inspector: true, or registry_scanning: basic")


def _once(inputs: Foundation.Inputs) -> Iterator[Check]:
    """What the account has once is the first foundation's; a further region's has what is of that region."""
    if inputs.global_settings:
        return
    hint = "write it into the account's first foundation"
    for name, value in (
        ("trail", inputs.trail),
        ("cost_tags", inputs.cost_tags),
        ("anomaly_monitor", inputs.anomaly_monitor),
    ):
        if value:
            yield Check((name,), "MXS413", f"{name} is one for all regions, and this foundation is not", hint)


def _export(inputs: Foundation.Inputs, header: Header) -> Iterator[Check]:
    if inputs.cost_export is not None and header.region != EXPORTS:
        hint = f"write it into a foundation of {EXPORTS}: a file of its own, with global_settings: false"
        yield Check(("cost_export",), "MXS413", f"AWS exports bills in {EXPORTS} alone", hint)


def _trail(trail: ManagementTrail) -> Iterator[Check]:
    if trail.object_lock_days > trail.retention_days:
        summary = f"files are locked for {trail.object_lock_days} days and deleted after {trail.retention_days}"
        hint = "keep them for as long as they are locked, at least"
        yield Check(("trail", "retention_days"), "MXS431", summary, hint)
    if trail.archive_after_days >= trail.retention_days:
        summary = f"files are deleted after {trail.retention_days} days and archived after {trail.archive_after_days}"
        hint = "archive them earlier, or never: archive_after_days: 0"
        yield Check(("trail", "retention_days"), "MXS431", summary, hint)


def _builds(inputs: Foundation.Inputs) -> Iterator[Check]:
    """An apply becomes the deployer, which is the account's first foundation's."""
    if inputs.global_settings and inputs.ci is None:
        hint = "write ci: {environments: [...]}: what builds may deploy"
        yield Check(("builds",), "MXS412", "builds apply as the deployer, and there is none without ci", hint)


def _trust(ci: Ci, header: Header) -> Iterator[Check]:
    """The trust policy of the deployer names every pair of a repository and a branch.

    Source of the limits: IAM User Guide, "IAM and AWS STS quotas" (role trust policy length).
    """
    characters = len(
        json.dumps({"Statement": list(_believed(ci, header)), "Version": "2012-10-17"}, separators=(",", ":"))
    )
    if characters <= TRUST_CHARACTERS:
        return
    refused = characters > MOST_TRUST_CHARACTERS
    most = MOST_TRUST_CHARACTERS if refused else TRUST_CHARACTERS
    summary = msg(
        "{characters} characters of the deployer's trust policy: IAM takes {most}", characters=characters, most=most
    )
    hint = "name fewer repositories and branches: one GitHub environment stands for all branches that may use it"
    if not refused:
        hint = msg(
            "name fewer repositories and branches, or have the quota raised before the apply: {command}",
            command="aws service-quotas request-service-quota-increase --service-code iam --quota-code L-C07B4B0D",
        )
    yield Check(("ci",), "MXS178" if refused else "MXS177", summary, hint, warns=not refused)


def _believed(ci: Ci, header: Header) -> Iterator[dict[str, object]]:
    """The statements as the module writes them."""
    if ci.github is not None:
        pairs = list(itertools.product(ci.github.repositories, ci.github.branches))
        subjects = [f"repo:{repository}:ref:refs/heads/{branch}" for repository, branch in pairs]
        named = itertools.product(ci.github.repositories, ci.github.environments)
        subjects += [f"repo:{repository}:environment:{environment}" for repository, environment in named]
        yield _statement("Github", GITHUB, "sts.amazonaws.com", subjects, header)
    if ci.gitlab is not None:
        pairs = list(itertools.product(ci.gitlab.projects, ci.gitlab.branches))
        subjects = [f"project_path:{project}:ref_type:branch:ref:{branch}" for project, branch in pairs]
        yield _statement("Gitlab", ci.gitlab.host, f"https://{ci.gitlab.host}", subjects, header)


def _statement(sid: str, host: str, audience: str, subjects: list[str], header: Header) -> dict[str, object]:
    return {
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": audience, f"{host}:sub": subjects}},
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{header.partition}:iam::{header.account}:oidc-provider/{host}"},
        "Sid": sid,
    }


def _ci(inputs: Foundation.Inputs, ci: Ci, header: Header) -> list[Check]:
    found = []
    global_settings = inputs.global_settings
    if ci.github is None and ci.gitlab is None and inputs.builds is None:
        hint = "name repositories of github, projects of gitlab, builds, or leave ci out"
        found.append(Check(("ci",), "MXS412", "ci names nobody who may deploy", hint))
    if not global_settings:
        hint = "remove ci here; the account's first foundation has the deployer, for every region in ci.regions"
        found.append(Check(("ci",), "MXS412", "the deployer is one for all regions, and this foundation is not", hint))
    for index, name in enumerate(ci.environments):
        if header.name == name or header.name.startswith(f"{name}-"):
            summary = f"the deployer could change the foundation itself, whose names begin with {name} too"
            found.append(Check(("ci", "environments", index), "MXS412", summary, "give the foundation another name"))
    if ci.github is not None and not ci.github.branches and not ci.github.environments:
        hint = "name branches or environments"
        found.append(Check(("ci", "github"), "MXS412", "no workflow of GitHub may deploy", hint))
    if ci.gitlab is not None and not ci.gitlab.branches:
        found.append(Check(("ci", "gitlab", "branches"), "MXS412", "no pipeline of GitLab may deploy", "name branches"))
    return found
