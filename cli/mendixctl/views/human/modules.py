"""The areas' modules for people: what was built, what there is, and what is different between two versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mendixctl.views.human.results import next_command
from mendixctl.views.human.screen import Piece, Screen, text
from mendixctl.views.text import clean_line, listed, plural
from mendixgen.messages import msg, word
from mendixgen.versions import defects

if TYPE_CHECKING:
    from mendixgen.versions.defects import Defect
    from mendixgen.versions.life_cycle import BuildReport, Listed, Release
    from mendixgen.versions.semver import Comparison
    from mendixgen.versions.store import Input, Manifest

OUTCOMES = {"written": "green", "current": "dim", "outdated": "bold yellow", "conflict": "bold red"}
SOURCES = {"yaml": "YAML", "wired": "", "context": "environment", "module": "mendixctl"}
KINDS = {
    "input": word("input"),
    "output": word("output"),
    "section": word("section"),
    "address": word("address"),
    "move": word("move"),
    "code": word("code"),
}
BUMPS: Mapping[str, tuple[str, str]] = {
    "major": (word("major"), "bold red"),
    "minor": (word("minor"), "yellow"),
    "patch": (word("patch"), "green"),
}
"""A step of semantic versioning: its word and its style."""


def built(screen: Screen, report: BuildReport) -> None:
    """Each module that was built or checked; the problems are shown as errors beside."""
    for one in report.modules:
        screen.line((f"{one.outcome:<9}", OUTCOMES[one.outcome]), f" {one.area} ", (one.version, "bold"))
        for name in listed(one.files):
            screen.line((name, "dim"), indent=10)
    if report.verified:
        screen.line((word("verified "), "dim"), f" {plural(len(report.verified), 'released version')}")


def released(screen: Screen, release: Release) -> None:
    """A version that will not change any more."""
    screen.line(("released", "green"), f" {release.area} ", (release.version, "bold"), (f"  {release.date}", "dim"))
    if release.comparison is not None:
        compared(screen, release.comparison)
    next_command(screen, f"mendixctl modules upgrade ENVIRONMENT {release.area}")


def all_versions(screen: Screen, versions: Sequence[Listed]) -> None:
    """Every version of every area."""
    if not versions:
        screen.line("There are no modules yet.")
        next_command(screen, "mendixctl modules build")
        return
    rows: list[list[Piece]] = [
        [
            one.area if one.newest else "",
            (one.version, "bold" if one.newest else ""),
            one.released or text(("unreleased", "yellow")),
            clean_line(one.description) if one.newest else _mended(one.defects),
        ]
        for one in versions
    ]
    screen.table(["area", "version", "released", "what it is"], rows)


def one(screen: Screen, manifest: Manifest) -> None:
    """A module's interface."""
    released = msg("released {day}", day=manifest.released)
    state: Piece = (released, "dim") if manifest.released else ("unreleased", "yellow")
    screen.line((f"{manifest.area} {manifest.version}  ", "bold"), state)
    screen.line(manifest.description)
    screen.line(
        (
            msg(
                "Terraform {terraform}, AWS provider {provider}, {digest}",
                terraform=manifest.terraform,
                provider=manifest.provider,
                digest=manifest.digest,
            ),
            "dim",
        )
    )
    for defect in defects.of(manifest.area, manifest.version):
        screen.line((msg("defect, mended in {fixed_in}: ", fixed_in=defect.fixed_in), "yellow"), defect.what)
    screen.blank()
    rows: list[list[Piece]] = [
        [name, "required" if given.required else "", _source(given), clean_line(given.type)]
        for name, given in manifest.inputs.items()
    ]
    screen.table(["input", "", "from", "type"], rows)
    screen.blank()
    screen.table(["output", "what it is"], [[name, made.description] for name, made in manifest.outputs.items()])
    screen.blank()
    screen.line(("resources", "dim"))
    for address in manifest.addresses:
        screen.line(address)
    for move in manifest.moves:
        screen.line(
            ("-> ", "cyan"),
            msg("{source} is {target} since {since}", source=move.source, target=move.target, since=move.since),
        )


def compared(screen: Screen, comparison: Comparison) -> None:
    """What two versions differ in, and the number that follows from it."""
    screen.line((f"{comparison.area} {comparison.before} -> {comparison.after}", "bold"))
    if not comparison.changes:
        screen.line("The same interface and the same resources.")
    rows: list[list[Piece]] = [
        [
            BUMPS.get(str(change.bump), (str(change.bump), "")),
            KINDS.get(change.kind, change.kind),
            change.name,
            _what(change.what, change.detail),
        ]
        for change in comparison.changes
    ]
    if rows:
        screen.table(["bump", "", "name", "what"], rows)
    asked: Piece = BUMPS.get(str(comparison.bump), (str(comparison.bump), ""))
    screen.line("Semantic versioning asks for a ", asked, msg(" step: {asked} or higher.", asked=comparison.asked))


def _mended(known: Sequence[Defect]) -> Piece:
    """In which version the defects of one are mended; nothing if it has none."""
    if not known:
        return ""
    fixed = ", ".join(dict.fromkeys(one.fixed_in for one in known))
    return (msg("{amount}, mended in {fixed}", amount=plural(len(known), "known defect"), fixed=fixed), "yellow")


def _source(given: Input) -> str:
    return given.reference or SOURCES[given.source]


def _what(what: str, detail: str) -> str:
    return f"{what} ({detail})" if detail else what
