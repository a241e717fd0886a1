"""``release push``: the image of a build into the environment's registry, scanned, and signed by digest."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mendixctl.aws import Clients
from mendixctl.engine.delivery import artifact, image, scan, signature
from mendixctl.engine.delivery.application import Application, application
from mendixctl.engine.delivery.attachment import SBOM_TYPE, attach, sbom_tag
from mendixctl.engine.delivery.build import artifact_folder, check_version
from mendixctl.engine.delivery.image import Base, Blob, Image
from mendixctl.engine.delivery.registry import Repository
from mendixctl.engine.delivery.results import PushResult
from mendixctl.engine.environment.credentials import check_credentials
from mendixctl.engine.environment.tools import api, clients
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Severity

BASE = "runtime-base"
"""The repository of base images, which the registry area has unless its list says otherwise."""


@dataclass(frozen=True, slots=True)
class Options:
    """``folder``: of the build, by default this checkout's. ``base``: an image of this registry, ``runtime-base:TAG``
    or ``runtime-base@sha256:...``; by default the newest of `BASE`. ``root``: the folder of the app in the image.
    ``key``: of KMS, by default the environment's own.
    """

    folder: Path | None = None
    base: str = ""
    root: str = image.ROOT
    key: str = ""


def push(session: Session, environment: str, name: str, options: Options | None = None) -> PushResult:
    """Make the image of a build, bring it into the registry by its digest, wait for the scanner, and sign it.

    An image that is there already is not uploaded again, so that a step which was cut off can be repeated.

    Raises:
        MendixError: MXV101, MXV111, MXV117, what was built is not this app's; MXV122 to MXV126, the registry or the
            key; MXA1xx.
        Refused: MXV120, its tag is another image's; MXV121, it has critical findings: it stays there, unsigned.
    """
    options = options or Options()
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    app = application(workplace, name)
    built = artifact.read(options.folder or artifact_folder(workplace, name))
    if built.app != name:
        place = Location(str(built.folder / artifact.MANIFEST))
        raise MendixError(
            Diagnostic("MXV117", f"that is a build of {built.app}, not of {name}", hint="build it", location=place)
        )
    check_version(app, built.mendix, Location(str(built.folder / artifact.MANIFEST)))
    aws = clients(workplace, api(workplace)[0])
    check_credentials(workplace, aws)
    account = workplace.scope.account
    repository = Repository(aws, app.repository, account)
    uri = repository.uri()
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        below = _base(app, aws, options.base, scratch)
        layout = built.folder / "image"
        whole = image.make(built, below[1], layout, options.root)
        session.reporter.stage("push", f"{app.repository}:{built.commit[:12]}")
        uploaded = _uploaded(repository, whole, below[0], scratch)
        new = repository.put(whole.manifest, built.commit, whole.digest)
        listed = attach(repository, built.sbom_path.read_bytes(), SBOM_TYPE, sbom_tag(whole.digest), layout)
        found = scan.gate(session, aws, app.repository, account, whole.digest)
        session.reporter.stage("sign", whole.digest[:19])
        key = options.key or signature.alias(environment)
        signed = signature.sign(aws, repository, uri, whole.digest, key, layout)
    return PushResult(
        scope=workplace.scope,
        artifact=built,
        reference=f"{uri}@{whole.digest}",
        digest=whole.digest,
        tag=built.commit,
        existed=not new,
        uploaded=uploaded,
        scan=found,
        signed_by=signed,
        sbom_digest=listed,
        warnings=tuple(unprotected(repository)),
    )


def _base(app: Application, aws: Clients, named: str, scratch: Path) -> tuple[Repository, Base]:
    """The repository of the base, and the base.

    Raises:
        MendixError: MXV125, there is none.
    """
    environment, account = app.workplace.environment, app.workplace.scope.account
    given = named or BASE
    name, _, digest = given.partition("@")
    name, _, tag = name.partition(":")
    prefix = f"{environment}/"
    source = Repository(aws, name if name.startswith(prefix) else prefix + name, account)
    found = None
    if source.is_there():
        if not digest and not tag:
            newest = max(source.images(), key=lambda one: str(one.get("imagePushedAt", "")), default=None)
            digest = str(newest["imageDigest"]) if newest else ""
        found = source.find(tag=tag, digest=digest) if tag or digest else None
    if found is None:
        raise MendixError(
            Diagnostic(
                "MXV125",
                f"there is no base image {source.name}{f'@{digest}' if digest else f':{tag}' if tag else ''}, and a "
                "package alone does not run",
                hint=f"copy Mendix's runtime base image of this version into {prefix}{BASE}, or name another: "
                "--base REPOSITORY:TAG; docs/delivery.md has the commands",
            )
        )
    return source, source.base(given, found, scratch)


def _uploaded(repository: Repository, whole: Image, base: Repository, scratch: Path) -> int:
    """Bring up what the repository lacks of an image: how many parts that were."""
    parts: dict[str, Blob] = {one.digest: one for one in (*whole.layers, whole.config)}
    lacking = repository.missing(list(parts))
    for digest, blob in parts.items():
        if digest not in lacking:
            continue
        path = blob.path
        if path is None:
            path = scratch / "layer"
            base.fetch(digest, path)
        repository.upload(path, digest)
    return len(lacking)


def unprotected(repository: Repository) -> list[Diagnostic]:
    """A warning where the registry may clean up an image that a release could go back to.

    A rule of lower number that takes the released tags keeps every later rule from them, since an image that one
    rule has taken is no other's (ECR user guide, "Lifecycle policies", evaluation rules).
    """
    text = repository.policy()
    if not text:
        return []
    for rule in sorted(json.loads(text)["rules"], key=lambda one: int(one["rulePriority"])):
        chosen = rule["selection"]
        patterns = [*chosen.get("tagPatternList", ()), *(f"{one}*" for one in chosen.get("tagPrefixList", ()))]
        if RELEASED_PATTERN in patterns:
            return []
        if chosen["tagStatus"] == "any":
            break
    else:
        return []
    summary = f"the lifecycle policy of {repository.name} does not know released images, and may clean one up that a "
    environment = repository.name.partition("/")[0]
    return [
        Diagnostic(
            "MXV127",
            f"{summary}release could go back to",
            hint=f"mendixctl modules upgrade {environment} registry: from 1.0.2 on it keeps {RELEASED_PATTERN}",
            severity=Severity.WARNING,
        )
    ]


RELEASED_PATTERN = "released-*"
"""The tags of images that were deployed."""
