"""CodeBuild, CloudWatch Logs and a bucket on this machine: a build executes its build specification in bash.

What it is asked for is checked against boto3's own model of the service. Sources lose their modes when they are
unpacked, and a project's variables are all that a build has: as in CodeBuild.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import yaml
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from tests.support.pipelines import commands

TOP = Path(__file__).parents[2]
BUILDSPEC = max((TOP / "modules" / "foundation").glob("*/buildspec.yml"), key=lambda path: path.stat().st_mtime)
"""What the foundation's projects run."""

PROGRAM = """\
#!/bin/bash
exec {python} -P -m {module} "$@"
"""


class DirectoryBucket:
    """boto3's S3 client over a folder, which processes share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, bucket: str, key: str) -> Path:
        path = (self.folder / bucket / key).resolve()
        assert path.is_relative_to(self.folder.resolve())
        return path

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - boto3's names
        path = self._path(Bucket, Key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(Body)
        part.replace(path)

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        path = self._path(Bucket, Key)
        if not path.is_file():
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(path.read_bytes())}

    def list_objects_v2(self, Bucket: str, Prefix: str, MaxKeys: int) -> dict[str, Any]:  # noqa: N803 - boto3's names
        return {"KeyCount": int(self._path(Bucket, Prefix).is_file())}


@dataclass
class Project:
    """A project: its variables, and how its build specification is executed."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    buildspec: Path = BUILDSPEC


@dataclass
class RunningBuild:
    """One build and its log."""

    id: str
    project: Project
    log: list[str] = field(default_factory=list)
    phases: list[dict[str, Any]] = field(default_factory=list)
    phase: str = "SUBMITTED"
    status: str = "IN_PROGRESS"
    process: subprocess.Popen[str] | None = None
    thread: threading.Thread | None = None

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "projectName": self.project.name,
            "currentPhase": self.phase,
            "buildStatus": self.status,
            "buildComplete": self.phase == "COMPLETED",
            "phases": list(self.phases),
            "logs": {
                "groupName": f"/aws/codebuild/{self.project.name}",
                "streamName": self.id,
                "deepLink": "https://log",
            },
        }


class CodeBuildDouble:
    """In the place of `mendixctl.aws.Clients`. ``module``: what a build has as the program ``mendixctl``. ``most``: as
    many builds as ever ran at once.

    ``held``: builds begin when it is set, so that a test can have several of them before any runs.
    """

    def __init__(self, folder: Path, *projects: Project, module: str = "mendixctl.app", s3: Any = None) -> None:
        self.folder = folder
        self.projects = {project.name: project for project in projects}
        self.module = module
        self.bucket = s3 or DirectoryBucket(folder / "buckets")
        self.builds: dict[str, RunningBuild] = {}
        self.tokens: dict[str, str] = {}
        self.most = 0
        self._running = 0
        self.held = threading.Event()
        self.held.set()
        self._lock = threading.Lock()

    def client(self, service: str, region: str = "") -> Any:
        assert region == "eu-central-1"
        return {"codebuild": self, "logs": self, "s3": self.bucket}[service]

    # CodeBuild

    def start_build(self, **parameters: Any) -> dict[str, Any]:
        _validated("codebuild", "StartBuild", parameters)
        assert set(parameters) == {"projectName", "sourceTypeOverride", "sourceLocationOverride", "idempotencyToken"}
        if parameters["projectName"] not in self.projects:
            error = {"Code": "ResourceNotFoundException", "Message": "Project cannot be found"}
            raise ClientError({"Error": error}, "StartBuild")
        token = parameters["idempotencyToken"]
        if token not in self.tokens:
            project = self.projects[parameters["projectName"]]
            build = RunningBuild(f"{project.name}:{len(self.builds) + 1}", project)
            self.builds[build.id], self.tokens[token] = build, build.id
            location = parameters["sourceLocationOverride"]
            build.thread = threading.Thread(target=self._run, args=(build, location), daemon=True)
            build.thread.start()
        return {"build": self.builds[self.tokens[token]].document()}

    def batch_get_builds(self, **parameters: Any) -> dict[str, Any]:
        _validated("codebuild", "BatchGetBuilds", parameters)
        return {"builds": [self.builds[one].document() for one in parameters["ids"] if one in self.builds]}

    def stop_build(self, **parameters: Any) -> dict[str, Any]:
        _validated("codebuild", "StopBuild", parameters)
        build = self.builds[parameters["id"]]
        build.status = "STOPPED"
        if build.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(build.process.pid, signal.SIGKILL)
        return {"build": build.document()}

    # CloudWatch Logs

    def get_log_events(self, **parameters: Any) -> dict[str, Any]:
        _validated("logs", "GetLogEvents", parameters)
        log = list(self.builds[parameters["logStreamName"]].log)
        start = int(parameters.get("nextToken", "f/0").removeprefix("f/"))
        events = [{"message": line + "\n"} for line in log[start : start + 3]]
        return {"events": events, "nextForwardToken": f"f/{start + len(events)}"}

    # What runs

    def _run(self, build: RunningBuild, location: str) -> None:
        build.phase = "QUEUED"
        self.held.wait()
        if build.status == "IN_PROGRESS":
            with self._lock:
                self._running += 1
                self.most = max(self.most, self._running)
            self._execute(build, location)
            with self._lock:
                self._running -= 1
        build.phase = "COMPLETED"

    def _execute(self, build: RunningBuild, location: str) -> None:
        bucket, _, key = location.partition("/")
        place = self.folder / "builds" / build.id.replace(":", "-")
        with zipfile.ZipFile(io.BytesIO(self.bucket.get_object(Bucket=bucket, Key=key)["Body"].read())) as archive:
            for one in archive.infolist():  # no mode is kept, and no time
                path = place / one.filename
                if one.is_dir():
                    path.mkdir(parents=True, exist_ok=True)
                else:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(archive.read(one))
        said = yaml.safe_load(build.project.buildspec.read_text())
        for phase in ("install", "build"):
            build.phase = phase.upper()
            code = self._phase(build, place, commands({"phases": {phase: said["phases"][phase]}}))
            how = "SUCCEEDED" if code == 0 else "FAILED"
            message = {"statusCode": "COMMAND_EXECUTION_ERROR", "message": f"Reason: exit status {code}"}
            build.phases.append({"phaseType": build.phase, "phaseStatus": how, "contexts": [message] if code else []})
            if code:
                break
        if build.status == "IN_PROGRESS":
            build.status = "SUCCEEDED" if code == 0 else "FAILED"

    def _phase(self, build: RunningBuild, place: Path, script: list[str]) -> int:
        programs = place / ".programs"
        programs.mkdir(exist_ok=True)
        (programs / "mendixctl").write_text(PROGRAM.format(python=sys.executable, module=self.module))
        (programs / "mendixctl").chmod(0o755)
        inherited = {
            name: os.environ[name] for name in ("PATH", "HOME", "MENDIXCTL_PROVIDER_MIRROR") if name in os.environ
        }
        build.process = subprocess.Popen(
            ["bash", "-eo", "pipefail", "-c", "\n".join(script)],
            cwd=place,
            env={
                **inherited,
                "PATH": f"{programs}:{inherited['PATH']}",
                "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
                "CODEBUILD_SRC_DIR": str(place),
                "CODEBUILD_BUILD_ID": build.id,
                **build.project.variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert build.process.stdout is not None
        for line in build.process.stdout:
            build.log.append(line.rstrip("\n"))
        code = build.process.wait()
        build.process = None
        return code

    def end(self) -> None:
        """Wait for all builds."""
        self.held.set()
        for build in self.builds.values():
            if build.thread is not None:
                build.thread.join()


def _validated(service: str, operation: str, parameters: dict[str, Any]) -> None:
    report = ParamValidator().validate(parameters, _model(service).operation_model(operation).input_shape)
    assert not report.has_errors(), report.generate_report()


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)
