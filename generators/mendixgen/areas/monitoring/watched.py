"""What is watched, as locals of the module: the sets that alarms are of, and what an instance class means."""

from __future__ import annotations

from mendixgen.areas.monitoring.members import MEMBERS
from mendixgen.authoring.expression import Expr, expr
from mendixgen.authoring.module import ModuleBuilder

CONNECTION_BYTES = {"postgres": 9531392, "mysql": 12582880, "oracle": 9868951}
"""Memory divided by this is what the parameter groups of RDS allow for connections (of Oracle: processes).
Source: Amazon RDS user guide, "Quotas and constraints", maximum number of database connections."""
MOST_CONNECTIONS = {"postgres": 5000, "mysql": 100000, "oracle": 20000}


def local_name(members: str) -> str:
    """What a set of `MEMBERS` is called among the module's locals."""
    return members.replace("-", "_")


def local_of(members: str) -> Expr:
    """The set as an expression."""
    return Expr(f"local.{local_name(members)}")


def watched(module: ModuleBuilder) -> None:
    """Add the sets of what is watched, and sizes of databases."""
    module.section("What is watched")
    module.local(
        "watched",
        expr(f"{module.var.edge_watched} == null ? {{}} : {module.var.edge_watched}"),
        "What the alarms of the edge are of, by kind; its own module makes them.",
    )
    for name, it in MEMBERS.items():
        module.local(local_name(name), expr(it.each or it.on), it.comment)
    _sizes(module)


def _sizes(module: ModuleBuilder) -> None:
    """Source: Amazon RDS user guide, "Hardware specifications for DB instance classes"."""
    module.section("Sizes of databases")
    module.local(
        "database_sizes",
        expr(
            '{ for name, it in local.databases : name => regex("^db[.](?P<family>[a-z]+)[^.]*[.](?P<size>[a-z0-9]+)",'
            " it.instance_class) }"
        ),
        "Family and size of the instance classes: m and large of db.m7g.large.",
    )
    module.local(
        "database_vcpus",
        expr(
            """{
              for name, it in local.database_sizes : name => try(
                4 * tonumber(regex("^([0-9]+)xlarge$", it.size)[0]),
                { medium = it.family == "t" ? 2 : 1, xlarge = 4 }[it.size],
                2,
              )
            }"""
        ),
        "Processors: 4 of xlarge, 8 of 2xlarge.",
    )
    module.local(
        "database_memory",
        expr(
            """{
              for name, it in local.database_sizes : name => (
                it.family == "t"
                ? try({ micro = 1, small = 2, medium = 4, large = 8, xlarge = 16, "2xlarge" = 32 }[it.size], 2)
                : local.database_vcpus[name] * lookup({ c = 2, m = 4, r = 8, z = 8, x = 16 }, it.family, 4)
              ) * try(tonumber(regex("[.]mem([0-9])x$", local.databases[name].instance_class)[0]), 1)
            }"""
        ),
        "Memory in GiB: what a processor of the family has, times the processors.",
    )
    module.local(
        "database_connections",
        expr(
            f"""{{
              for name, it in local.databases : name => min(
                floor(local.database_memory[name] * 1073741824 / {_object(CONNECTION_BYTES)}[it.kind]),
                {_object(MOST_CONNECTIONS)}[it.kind],
              )
            }}"""
        ),
        "Connections, as RDS's own parameter groups allow them.",
    )


def _object(numbers: dict[str, int]) -> str:
    return "{ " + ", ".join(f"{name} = {number}" for name, number in numbers.items()) + " }"
