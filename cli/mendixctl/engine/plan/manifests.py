"""What a plan changes of the manifests, beside what Terraform changes.

Compared with what the releases have brought into the cluster (`mendixctl.engine.deployed`), which is not asked: a plan
is also made where its API cannot be reached.
"""

from __future__ import annotations

from mendixctl.engine.deployed import Deployed, Objects, deployed, objects
from mendixctl.engine.deployment.comparison import standing_documents
from mendixctl.engine.digests import file_digest, text_digest
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.guard.manifests import Context, JudgedObject, ManifestChanges, judge
from mendixgen.documents.files import standing
from mendixgen.kubernetes.diff import compared, parse
from mendixgen.kubernetes.effects import effects

RECORDED = "documents"
"""The entry of a release's record that holds the digest of its documents."""


def documents_digest(workplace: Workplace) -> str:
    """The digest of the documents beside the root, as they stand."""
    found = standing(workplace.root)
    return text_digest("".join(f"{name} {file_digest(path)}\n" for name, path in found.items()))


def changes(site: Site, *, gone: bool = False, destroys: bool = False) -> ManifestChanges:
    """The changes since what the releases have brought into the cluster; of documents that are as they were recorded,
    nothing is read. ``gone``: the cluster is made anew, so it has nothing. ``destroys``: it is to have nothing.

    Raises:
        MendixError: MXR131, documents are not what mendixctl writes; MXL104, a release's archive is broken.
    """
    workplace, store = site.workplace, site.store
    there = deployed(store)
    if destroys and there.emptied and not there.partial:
        return ManifestChanges()
    if _is_same(workplace, there) and not gone and not destroys:
        return ManifestChanges()
    after = {} if destroys else parse(standing_documents(workplace))
    before = Objects() if gone else objects(store, there)
    found = compared(before.present, after, before.unfinished)
    context = Context(found, before.present)
    judged = tuple(JudgedObject(one, judge(one, context)) for one in found)
    return ManifestChanges(judged, effects(found, after) if found else ())


def _is_same(workplace: Workplace, there: Deployed) -> bool:
    if there.record is None or there.emptied or there.partial:
        return False
    return there.record.release.extra.get(RECORDED) == documents_digest(workplace)
