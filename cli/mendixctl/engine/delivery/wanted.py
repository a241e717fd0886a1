"""The image that is to be deployed: found in the registry, signed, of this app, and made with the YAML's Mendix."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mendixctl.engine.delivery import artifact, scan, signature
from mendixctl.engine.delivery.application import Application
from mendixctl.engine.delivery.attachment import sbom_tag
from mendixctl.engine.delivery.build import artifact_folder, check_version
from mendixctl.engine.delivery.choice import Version
from mendixctl.engine.delivery.package import Form
from mendixctl.engine.delivery.registry import Repository, Stored
from mendixctl.engine.environment.site import Site
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused

RELEASED = "released-"
"""What the tags of images begin with that were deployed; a lifecycle policy keeps them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image: ``host/repository@sha256:...``, its digest, the app's commit, and what it says of itself."""

    reference: str
    digest: str
    commit: str
    version: str
    mendix: str
    domain_model: str

    @property
    def facts(self) -> Version:
        return Version(self.digest, self.mendix, self.domain_model)


def find(
    site: Site, app: Application, *, digest: str = "", tag: str = "", key: str = "", known: bool = False
) -> Wanted:
    """The image with this digest, or this tag (a commit); without either, that of the build in this checkout.

    ``known``: it was deployed before, so that neither its version of Mendix nor its findings keep it from coming back.

    Raises:
        MendixError: MXV111, it is made with another Mendix; MXV130, there is no such image, or it is another app's.
        Refused: MXV121, it has critical findings; MXV131, it is not signed; MXV136, it runs without the Operator.
    """
    account = site.scope.account
    repository = Repository(site.clients, app.repository, account)
    if not digest and not tag:
        tag = _built(app)
    stored = repository.find(tag=tag, digest=digest)
    if stored is None:
        raise MendixError(
            Diagnostic(
                "MXV130",
                f"{app.repository} has no image {digest or tag}",
                hint=f"mendixctl release push {app.name} --env {site.environment} brings it there",
            )
        )
    said = stored.annotations
    if said.get("io.mendixctl.app", app.name) != app.name:
        raise MendixError(
            Diagnostic("MXV130", f"{stored.digest} is an image of {said['io.mendixctl.app']}, not of {app.name}")
        )
    if said.get("io.mendixctl.form") == Form.PORTABLE.value:
        raise Refused(
            Diagnostic(
                "MXV136",
                f"{stored.digest} was made of a portable package, which starts itself, and {app.name} is the Mendix "
                "Operator's to start",
                hint="build a deployment package (mxbuild --target=package, without --portable)",
            )
        )
    mendix = said.get("com.mendix.runtime.version", "")
    with tempfile.TemporaryDirectory() as made:
        signature.verify(site.clients, repository, stored.digest, key or signature.alias(site.environment), Path(made))
    if not known:
        check_version(app, mendix, Location(f"{app.repository}@{stored.digest[:19]}"))
        scan.gate(site.session, site.clients, app.repository, account, stored.digest)
    return Wanted(
        reference=f"{repository.uri()}@{stored.digest}",
        digest=stored.digest,
        commit=said.get("org.opencontainers.image.revision", ""),
        version=said.get("org.opencontainers.image.version", ""),
        mendix=mendix,
        domain_model=said.get("io.mendixctl.domain-model", ""),
    )


def keep(site: Site, app: Application, wanted: Wanted) -> None:
    """Tag an image, and what stands beside it, as one that was deployed, so that no policy cleans it up.

    Raises:
        MendixError: MXA1xx.
        Refused: MXV120, such a tag is another image's.
    """
    repository = Repository(site.clients, app.repository, site.scope.account)
    tag = f"{RELEASED}{wanted.digest.removeprefix('sha256:')[:16]}"
    beside: list[tuple[str, Stored | None]] = [(tag, repository.find(digest=wanted.digest))]
    beside.append((f"{tag}-sig", repository.find(tag=signature.tag(wanted.digest))))
    beside.append((f"{tag}-sbom", repository.find(tag=sbom_tag(wanted.digest))))
    for name, stored in beside:
        if stored is not None:
            repository.put(stored.text, name, stored.digest)


def _built(app: Application) -> str:
    """The commit of the build that is in this checkout.

    Raises:
        MendixError: MXV130, there is none.
    """
    with suppress(MendixError):
        return artifact.read(artifact_folder(app.workplace, app.name)).commit
    raise MendixError(
        Diagnostic(
            "MXV130",
            f"nothing says which image of {app.name} is to be deployed, and there is no build in this checkout",
            hint="name it: --digest sha256:..., or --commit SHA; or --again, what the ledger says was delivered last",
        )
    )
