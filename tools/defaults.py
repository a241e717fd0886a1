"""Tells maintainers which versions that the areas give by default are growing old. Run by ``make lint``; never fails.

Whoever writes an environment is warned of the versions that they wrote. A default is this project's own, and to be
renewed, with a new version of its area's module, before anybody has to hear of it.

    python tools/defaults.py                   # of the newest version of each area's module
    python tools/defaults.py --on 2027-06-01
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from mendixgen.spec import lifecycle
from mendixgen.spec.defaults import filled
from mendixgen.spec.support import Facts, Status, facts
from mendixgen.versions.store import ModuleStore

MODULES = Path(__file__).parents[1] / "modules"
DAYS = 180
"""How long before the end of its standard support a default is to be renewed: users are warned of theirs at 120."""

TABLE_DAYS = 90
"""How old the table of supported versions may be."""


def ageing(store: ModuleStore, table: Facts, today: date) -> Iterator[str]:
    """What is to be renewed, and by what."""
    if (today - table.as_of).days > TABLE_DAYS:
        yield f"generators/mendixgen/data/support.json is of {table.as_of}; see docs/compatibility.md"
    newest = {area: store.newest(area, released_only=False) for area in store.areas()}
    settings = {area: filled({}, store.manifest(area, version).section) for area, version in newest.items() if version}
    for one in lifecycle.standings(settings, table, today):
        days = one.support.days_left
        if one.support.status is Status.STANDARD and (days is None or days >= DAYS):
            continue
        what = f"{'.'.join(map(str, one.use.path))}, {one.component.title} {one.use.version}"
        until = one.support.lifetime.standard if one.support.lifetime else None
        newest_one = next(iter(one.component.current(today)), one.use.version)
        instead = f"; make it {newest_one}" if newest_one != one.use.version else ""
        yield f"the default of {what}, has standard support until {until}{instead}"


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    today = datetime.now(UTC).date()
    parser.add_argument("--on", type=date.fromisoformat, default=today, help="the day; today if left out")
    for line in ageing(ModuleStore(MODULES), facts(), parser.parse_args().on):
        print(f"maintainers: {line}")


if __name__ == "__main__":
    main()
