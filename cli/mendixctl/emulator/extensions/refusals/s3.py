"""What S3's rules need to know: whether a bucket keeps versions, and whether it has an object lock."""

from __future__ import annotations

from mendixctl.emulator.extensions.refusals.asking import Ask
from mendixctl.emulator.extensions.refusals.knowledge import Document, Knowledge


def _versioning(ask: Ask, document: Document) -> list[Document]:
    if not ask("s3", "GetBucketLocation", Bucket=document.get("Bucket")):
        return []  # without the bucket there is nothing to say of its versions
    found = ask("s3", "GetBucketVersioning", Bucket=document.get("Bucket"))
    return [{"Status": found.get("Status", "")}]


def _locks(ask: Ask, document: Document) -> list[Document]:
    found = ask("s3", "GetObjectLockConfiguration", Bucket=document.get("Bucket")).get("ObjectLockConfiguration")
    return [dict(found)] if found and found.get("ObjectLockEnabled") else []


KNOWLEDGE = Knowledge(related={"versioning": _versioning, "locks": _locks})
