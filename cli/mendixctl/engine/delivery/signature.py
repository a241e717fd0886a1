"""Signatures of images: KMS signs the digest, the registry keeps it beside the image, a deployment asks KMS again.

The form is cosign's, whose tools verify it with the same key (``cosign verify --key awskms:///alias/...``): a text that
names repository and digest, signed, as the only layer of an image tagged ``sha256-<digest>.sig``. Sources: sigstore,
"Cosign signature specification" and "Simple signing"; AWS KMS API, Sign (4096 bytes of a message at most).
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from mendixctl.aws import Clients, error_code, guarded
from mendixctl.engine.delivery.attachment import attach
from mendixctl.engine.delivery.registry import Repository
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
ANNOTATION = "dev.cosignproject.cosign/signature"
ALGORITHM = "ECDSA_SHA_256"


def alias(environment: str) -> str:
    """The key that signs the images of an environment, unless another is named."""
    return f"alias/{environment}-release"


def tag(digest: str) -> str:
    """Where the signature of an image is."""
    return f"{digest.replace(':', '-')}.sig"


def payload(reference: str, digest: str) -> bytes:
    """What is signed: which image, of which repository."""
    image = {"docker-manifest-digest": digest}
    critical = {
        "identity": {"docker-reference": reference},
        "image": image,
        "type": "cosign container image signature",
    }
    return json.dumps({"critical": critical, "optional": None}, separators=(",", ":")).encode()


def sign(clients: Clients, repository: Repository, reference: str, digest: str, key: str, folder: Path) -> str:
    """Sign an image and keep that beside it, unless it is signed with this key already; the key's ARN.

    Raises:
        MendixError: MXV124, there is no such key, or none that signs; MXA1xx.
        Refused: MXV131, what stands there as its signature is none.
    """
    if repository.find(tag=tag(digest)) is not None:
        return verify(clients, repository, digest, key, folder)
    kms = clients.client("kms")
    text = payload(reference, digest)
    try:
        signed = kms.sign(KeyId=key, Message=text, MessageType="RAW", SigningAlgorithm=ALGORITHM)
    except Exception as error:
        raise _no_key(key, error) from error
    annotation = {ANNOTATION: base64.b64encode(signed["Signature"]).decode()}
    attach(repository, text, LAYER, tag(digest), folder, layer_annotations=annotation)
    return str(signed["KeyId"])


def verify(clients: Clients, repository: Repository, digest: str, key: str, folder: Path) -> str:
    """Check that an image was signed with a key; the key's ARN.

    Raises:
        Refused: MXV131, it was not.
        MendixError: MXV124, there is no such key; MXA1xx.
    """
    found = repository.find(tag=tag(digest))
    if found is None:
        raise _unsigned(repository, digest, "there is no signature beside it")
    kms, why = clients.client("kms"), "the signature beside it is of another key, or of another image"
    for layer in found.manifest.get("layers", ()):
        given = (layer.get("annotations") or {}).get(ANNOTATION, "")
        if layer.get("mediaType") != LAYER or not given:
            continue
        place = folder / "signed"
        repository.fetch(str(layer["digest"]), place)
        text = place.read_bytes()
        place.unlink()
        if _named(text) != digest:
            continue
        try:
            answer = kms.verify(
                KeyId=key,
                Message=text,
                MessageType="RAW",
                Signature=base64.b64decode(given),
                SigningAlgorithm=ALGORITHM,
            )
        except Exception as error:
            if error_code(error) == "KMSInvalidSignatureException":
                continue
            raise _no_key(key, error) from error
        if answer.get("SignatureValid"):
            return str(answer["KeyId"])
    raise _unsigned(repository, digest, why)


def _named(text: bytes) -> str:
    """The digest that a signed text names; empty where it names none."""
    try:
        said: Any = json.loads(text)
        return str(said["critical"]["image"]["docker-manifest-digest"])
    except (ValueError, KeyError, TypeError):
        return ""


def _no_key(key: str, error: Exception) -> MendixError:
    if error_code(error) in {"NotFoundException", "InvalidKeyUsageException", "UnsupportedOperationException"} | {
        "ValidationException",
        "DisabledException",
        "KMSInvalidStateException",
    }:
        return MendixError(
            Diagnostic(
                "MXV124",
                f"images cannot be signed with {key}: {error}",
                hint="it has to be a KMS key of SIGN_VERIFY and ECC_NIST_P256; the delivery area makes one, "
                "--key names another",
            )
        )
    try:
        with guarded(f"sign or verify with {key} (kms:Sign, kms:Verify)"):
            raise error
    except MendixError as said:
        return said


def _unsigned(repository: Repository, digest: str, why: str) -> Refused:
    return Refused(
        Diagnostic(
            "MXV131",
            f"{repository.name}@{digest} is not what was signed: {why}",
            hint="push it with mendixctl release push, which signs it; nothing else is deployed",
        )
    )
