"""``preflight --pin``: builds of add-ons that AWS has, into the YAML, in the place of those that it does not have."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.preflight.results import Pinned
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.files import write_atomic

if TYPE_CHECKING:
    from mendixctl.preflight.inquiry import Desk

ONE_MINOR_AT_A_TIME = frozenset({"vpc-cni"})
"""Add-ons that AWS moves by one minor version at most (EKS user guide, "Update the Amazon VPC CNI")."""


def pin_addons(workplace: Workplace, desk: Desk) -> tuple[tuple[Pinned, ...], str]:
    """Write the newest build of each add-on whose pinned build AWS does not have; what was written, and the file.

    Comments and untouched lines of the YAML stay as they are.

    Raises:
        Refused: MXF104, this is a rehearsal: what an emulator has is not to stand in the YAML of AWS.
        MendixError: MXF105, AWS does not say which builds it has.
    """
    from mendixctl.preflight.inquiry import Inquiry
    from mendixctl.preflight.questions.addons import offered, pinned
    from mendixctl.preflight.subject import Subject

    if workplace.scope.rehearsal:
        raise Refused(
            Diagnostic(
                "MXF104",
                "--pin writes what AWS has, and this is a rehearsal on the emulator",
                hint=f"mendixctl preflight {workplace.environment} --pin",
            )
        )
    subject = Subject(workplace.specification, workplace.scope.target)
    wanted = pinned(subject) if subject.has("cluster") else {}
    inquiry = Inquiry(desk)
    had = offered(inquiry, str(subject.section("cluster").get("version")), tuple(wanted)) if wanted else {}
    if inquiry.missed:
        raise MendixError(
            Diagnostic(
                "MXF105",
                f"AWS does not say which builds of add-ons it has: {inquiry.missed[0].what}",
                hint=inquiry.missed[0].hint,
                detail=inquiry.missed[0].evidence,
            )
        )
    written = tuple(
        Pinned(name, wanted[name], choose(name, wanted[name], builds))
        for name, builds in had.items()
        if builds and wanted[name] not in builds
    )
    file = workplace.specification.file
    if written:
        _write(workplace, written)
    return written, file if written else ""


def choose(addon: str, before: str, builds: list[str]) -> str:
    """The newest of ``builds`` (newest first) that an existing add-on may move to."""
    if addon in ONE_MINOR_AT_A_TIME:
        near = [build for build in builds if abs(_minor(build) - _minor(before)) <= 1]
        return near[0] if near else builds[0]
    return builds[0]


def _minor(build: str) -> int:
    return int(build.split(".")[1])


def _write(workplace: Workplace, written: tuple[Pinned, ...]) -> None:
    data: dict[str, Any] = copy.deepcopy(dict(workplace.specification.data))
    cluster = {**(data.get("cluster") or {})}
    addons = {**(cluster.get("addons") or {})}
    for one in written:
        addons[one.addon] = {**(addons.get(one.addon) or {}), "version": one.version}
    data["cluster"] = {**cluster, "addons": addons}
    with lease(workplace.workspace, workplace.environment, "preflight"):
        text = workplace.specification.rewritten(data)
        write_atomic(workplace.session.repository.spec(workplace.environment), text)
