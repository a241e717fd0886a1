"""What every part of the area refers to."""

from __future__ import annotations

from dataclasses import dataclass

from mendixgen.authoring.expression import Expr


@dataclass(frozen=True, slots=True)
class Scope:
    """Counts of what is on (one or none), and the domain's name and ARN, which are known before it is made."""

    some: Expr
    managed: Expr
    hosted: Expr
    domain_name: Expr
    domain_arn: Expr


class Owner:
    """The owner of a security group's ID that is known by the ID alone."""

    def __init__(self, ident: Expr) -> None:
        self.id = ident


INDICES = "mx-*"
"""The indices of logs: one a day and application, ``mx-<app>-2026.11.30``."""
POLICY = "mx-logs"
"""The name of the index policy and of the index template."""
WRITER, READER = "mx_log_writer", "mx_log_reader"
"""The roles within the domain."""
