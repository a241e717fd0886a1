"""The signs and styles by which changes and verdicts are shown to people."""

from __future__ import annotations

from collections.abc import Mapping

from mendixctl.guard.verdict import Verdict
from mendixctl.terraform.plan import Action
from mendixgen.messages import word

STYLES: Mapping[str, str] = {
    Verdict.REVERSIBLE: "",
    Verdict.WINDOWED: "yellow",
    Verdict.RESTORE_NEEDED: "bold yellow",
    Verdict.IRREVERSIBLE: "bold red",
}


ACTIONS: Mapping[str, str] = {
    Action.CREATE: word("create"),
    Action.UPDATE: word("update"),
    Action.DELETE: word("delete"),
    Action.REPLACE: word("replace"),
    Action.MOVE: word("move"),
    Action.IMPORT: word("import"),
    Action.FORGET: word("forget"),
    Action.READ: word("read"),
}
"""What is done to a resource, in words."""

MARKS: Mapping[str, tuple[str, str]] = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.DELETE: ("-", "red"),
    Action.REPLACE: ("-/+", "magenta"),
    Action.MOVE: ("->", "cyan"),
    Action.IMPORT: ("<=", "cyan"),
    Action.FORGET: (".", "dim"),
    Action.READ: ("?", "dim"),
    Action.NOOP: (" ", "dim"),
}
