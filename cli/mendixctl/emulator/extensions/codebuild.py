"""CodeBuild's projects, for aws_codebuild_project: create, change, read and delete.

moto 5.2.5 has no UpdateProject, wants a location of sources and artifacts that a pipeline gives, and forgets limits,
keys and queues. Builds stay moto's: it has them succeed, and runs nothing. Sources: CodeBuild API reference, Project,
CreateProject, UpdateProject (what is left out of a change stays as it was).
"""

from __future__ import annotations

import json
from typing import Any

from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service

PIPELINE = "CODEPIPELINE"


def install(account: str) -> Service:
    """Answer the operations of projects."""
    from moto.codebuild.models import codebuild_backends
    from moto.core.utils import unix_time

    def projects(call: Call) -> dict[str, Any]:
        known: dict[str, Any] = codebuild_backends[account][call.region].codebuild_projects
        return known

    def create(call: Call) -> Record:
        name = call["name"]
        if name in projects(call):
            raise OperationError("ResourceAlreadyExistsException", f"Project already exists: {_arn(call, name)}")
        _check_role(call["serviceRole"], account, call.region)
        made = {
            "timeoutInMinutes": 60,
            "queuedTimeoutInMinutes": 480,
            "badge": {"badgeEnabled": False},
            "projectVisibility": "PRIVATE",
            "secondarySources": [],
            "secondaryArtifacts": [],
            "cache": {"type": "NO_CACHE"},
            "encryptionKey": f"{_arn(call, name).replace(':codebuild:', ':kms:').rpartition(':')[0]}:alias/aws/s3",
            **_given(call),
            "arn": _arn(call, name),
            "created": unix_time(),
            "lastModified": unix_time(),
        }
        projects(call)[name] = _Project(made)
        codebuild_backends[account][call.region].build_history[name] = []
        return {"project": made}

    def update(call: Call) -> Record:
        known = projects(call).get(call["name"])
        if known is None:
            raise OperationError("ResourceNotFoundException", f"Project cannot be found: {_arn(call, call['name'])}")
        if call.get("serviceRole"):
            _check_role(call["serviceRole"], account, call.region)
        known.project_metadata.update(_given(call), lastModified=unix_time())
        return {"project": known.project_metadata}

    def read(call: Call) -> Record:
        known = projects(call)
        found = [known[name.rpartition("/")[2]] for name in call["names"] if name.rpartition("/")[2] in known]
        missing = [name for name in call["names"] if name.rpartition("/")[2] not in known]
        return {"projects": [it.project_metadata for it in found], "projectsNotFound": missing}

    def delete(call: Call) -> None:
        projects(call).pop(call["name"].rpartition("/")[2], None)

    return Service(
        account,
        "codebuild",
        {"CreateProject": create, "UpdateProject": update, "BatchGetProjects": read, "DeleteProject": delete},
    )


class _Project:
    """A project as moto's builds look at it."""

    def __init__(self, metadata: Record) -> None:
        self.project_metadata = metadata

    @property
    def arn(self) -> str:
        return str(self.project_metadata["arn"])

    @property
    def service_role(self) -> str:
        return str(self.project_metadata["serviceRole"])


def _arn(call: Call, name: str) -> str:
    return call.arn("codebuild", f"project/{name}")


def _given(call: Call) -> Record:
    """What is asked for, as a project has it. A pipeline's artifacts have the project's name, and are packed by it."""
    given = {key: value for key, value in call.parameters.items() if value is not None}
    if "artifacts" in given and given["artifacts"].get("type") == PIPELINE:
        given["artifacts"] = {"packaging": "NONE", **given["artifacts"], "name": call["name"]}
    given.pop("badgeEnabled", None)
    return given


def _check_role(role: str, account: str, region: str) -> None:
    """CodeBuild takes a role that it can assume, and no other."""
    from moto.iam.models import iam_backends

    from mendixctl.emulator.partitions import partition

    known = iam_backends[account][partition(region)].roles.values()
    trusts = [json.loads(it.assume_role_policy_document) for it in known if it.arn == role]
    if not any("codebuild.amazonaws.com" in json.dumps(it) for it in trusts):
        text = f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}"
        raise OperationError("InvalidInputException", text)
