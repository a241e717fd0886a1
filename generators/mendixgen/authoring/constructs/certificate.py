"""What certificates of ACM have in common: the records by which it is told whose the names are."""

from __future__ import annotations

from mendixgen.authoring.expression import Expr, expr
from mendixgen.authoring.module import ModuleBuilder


def validation_option(module: ModuleBuilder, certificate: Expr) -> Expr:
    """Add ``local.validation`` of a counted certificate; what it has for ``each.key``, a name without its wildcard."""
    module.local(
        "validation",
        expr(
            f"""{{
              for option in flatten({certificate["*"].domain_validation_options}[*]) :
              trimprefix(option.domain_name, "*.") => option...
            }}"""
        ),
        "What ACM wants to find in the zone; a name and its wildcard have one record in common.",
    )
    return expr("local.validation[each.key][0]")
