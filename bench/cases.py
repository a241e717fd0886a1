"""What is measured: starting, rendering, planning and applying."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from bench.measure import Side, Taken, medians, run
from bench.report import Row, ratio

PYTHON = sys.executable
MENDIXCTL = str(Path(sys.executable).with_name("mendixctl"))
ACCOUNT, REGION = "123456789012", "eu-central-1"
APPS_AN_ENVIRONMENT = 125
"""A specification may have 200; from about 150 on the policy of the role that builds them is larger than IAM takes."""


def platform(folder: Path) -> Path:
    """A platform repository as ``mendixctl init`` lays it down."""
    run([MENDIXCTL, "init", str(folder)], folder.parent)
    return folder


def start_up(runs: int, folder: Path) -> list[Row]:
    """`mendixctl --help` against the import of the library that any command line of this kind is built on."""
    folder = platform(folder / "platform")
    ours, click = medians(runs * 5, Side([MENDIXCTL, "--help"], folder), Side([PYTHON, "-c", "import click"], folder))
    return [ratio("mendixctl --help", ours, 'python -c "import click"', click, 1.6)]


def rendering(runs: int, folder: Path) -> list[Row]:
    """`render` of environments of growing size; each turn starts without a rendered root."""
    folder = platform(folder / "platform")
    spec = folder / "environments" / "dev.yaml"
    head = spec.read_text()

    def forget() -> None:
        for name in (path.stem for path in (folder / "environments").glob("*.yaml")):
            shutil.rmtree(folder / "environments" / name, ignore_errors=True)

    def rendered(*names: str) -> Taken:
        return medians(runs, Side([MENDIXCTL, "render", *names], folder, prepare=forget))[0]

    rows: list[Row] = []
    goals = {10: 0.3, 100: 0.0, 1000: 2.0}
    for buckets, goal in goals.items():
        lines = "".join(f"    bucket-{n}: {{lifecycle: {{infrequent_after_days: 30}}}}\n" for n in range(buckets))
        spec.write_text(f"{head}\nstorage:\n  buckets:\n{lines}")
        taken = rendered("dev")
        said = f"at most {goal} s" if goal else ""
        rows.append(Row(f"render, {buckets:,} buckets", taken, said, not goal or taken.seconds <= goal))
    environments = 1000 // APPS_AN_ENVIRONMENT
    for number in range(environments):
        name = "dev" if number == 0 else f"dev-{number}"
        text = head.replace("name: dev", f"name: {name}").replace("dev.apps", f"{name}.apps")
        (folder / "environments" / f"{name}.yaml").write_text(text + apps(APPS_AN_ENVIRONMENT))
    taken = rendered()
    rows.append(Row(f"render, 1,000 apps in {environments} environments", taken, "at most 5 s", taken.seconds <= 5.0))
    return rows


def apps(number: int) -> str:
    """The sections of an environment with so many apps, which keep their files in one bucket."""
    lines = "".join(f'  app-{n}: {{mendix: "11.12", files: files}}\n' for n in range(number))
    return f"\nstorage:\n  buckets:\n    files: {{}}\napps:\n{lines}"


def second_plan(runs: int, folder: Path) -> list[Row]:
    """A plan of an applied environment against the same steps by hand, both on the emulator."""
    folder = platform(folder / "platform")
    run([MENDIXCTL, "plan", "dev"], folder)
    run([MENDIXCTL, "apply", "--yes"], folder)
    variables = by_hand(folder)
    root, saved = folder / "environments" / "dev", folder / "by-hand.tfplan"
    steps = f"terraform init && terraform validate && terraform plan -out={saved} && terraform show -json {saved}"
    ours, hands = medians(
        runs, Side([MENDIXCTL, "plan", "dev"], folder), Side(["sh", "-c", steps], root, environment=variables)
    )
    run([MENDIXCTL, "emulator", "stop"], folder)
    return [ratio("a second mendixctl plan", ours, "init, validate, plan, show", hands, 0.75)]


def first_apply(runs: int, folder: Path) -> list[Row]:
    """The apply of a whole environment against Terraform's own apply of the same root, each into an empty account."""
    numbers = count()
    sides: dict[str, Path] = {}

    def fresh(side: str) -> Path:
        if side in sides:
            run([MENDIXCTL, "emulator", "reset"], sides[side])
            shutil.rmtree(sides[side])
        sides[side] = platform(folder / f"{side}-{next(numbers)}")
        return sides[side]

    taken: dict[str, list[Taken]] = {"ours": [], "by-hand": []}
    for _ in range(runs):
        place = fresh("ours")
        run([MENDIXCTL, "plan", "dev"], place)
        taken["ours"].append(run([MENDIXCTL, "apply", "--yes"], place))
        place = fresh("by-hand")
        run([MENDIXCTL, "render", "dev"], place)
        variables, root = by_hand(place), place / "environments" / "dev"
        run(["terraform", "init", "-input=false"], root, variables)
        run(["terraform", "plan", "-out=by-hand.tfplan"], root, variables)
        taken["by-hand"].append(run(["terraform", "apply", "by-hand.tfplan"], root, variables))
    for place in sides.values():
        run([MENDIXCTL, "emulator", "stop"], place)
    ours, hands = (sorted(taken[side], key=lambda it: it.seconds)[runs // 2] for side in ("ours", "by-hand"))
    return [ratio("mendixctl apply of dev.yaml", ours, "terraform apply", hands, 1.05)]


def by_hand(folder: Path) -> Mapping[str, str]:
    """The variables of somebody who runs Terraform on the folder's emulator, which is started."""
    from mendixctl.emulator import control
    from mendixctl.emulator.environment import environment, scrubbed
    from mendixgen.repository import Repository

    endpoint = control.start(Repository(folder), account=ACCOUNT, region=REGION)
    variables = {**scrubbed(os.environ), **environment(endpoint), "TF_DATA_DIR": str(folder / ".by-hand")}
    if mirror := os.environ.get("MENDIXCTL_PROVIDER_MIRROR"):
        configuration = folder / "by-hand.tfrc"
        configuration.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
        variables["TF_CLI_CONFIG_FILE"] = str(configuration)
    return variables


ENVIRONMENTS = 20


def many_plans(runs: int, folder: Path) -> list[Row]:
    """`plan --all` of applied environments of which one was edited, against a plan of each in turn."""
    folder = platform(folder / "platform")
    first = folder / "environments" / "dev.yaml"
    text = first.read_text()
    names = [f"dev-{number}" for number in range(ENVIRONMENTS)]
    first.unlink()
    for number, name in enumerate(names):
        own = text.replace("name: dev", f"name: {name}").replace("dev.apps", f"{name}.apps")
        (folder / "environments" / f"{name}.yaml").write_text(f"{own}\nnetwork: {{cidr: 10.{number}.0.0/16}}\n")
        pins = "".join(f"  {area}:\n    version: {newest(folder, area)}\n" for area in ("encryption", "network"))
        lock = f"generator: {version()}\nbase: 0\nareas:\n{pins}"
        (folder / "environments" / f"{name}.lock").write_text(lock)
    run([MENDIXCTL, "plan", "--all"], folder)
    run([MENDIXCTL, "apply", "--all", "--yes", "--no-checks"], folder)
    edited = folder / "environments" / f"{names[0]}.yaml"
    edited.write_text(edited.read_text().replace("cidr:", "flow_logs: {retention_days: 30}, cidr:"))
    each = " && ".join(f"{{ {MENDIXCTL} plan {name}; [ $? -ne 1 ]; }}" for name in names)
    ours, turns = medians(runs, Side([MENDIXCTL, "plan", "--all"], folder), Side(["sh", "-c", each], folder))
    none, _ = medians(runs, Side([MENDIXCTL, "plan", "--env", names[1]], folder), Side(["true"], folder))
    run([MENDIXCTL, "emulator", "stop"], folder)
    return [
        ratio(f"plan --all, 1 of {ENVIRONMENTS} edited", ours, f"{ENVIRONMENTS} plans in turn", turns, 0.15),
        Row("plan --env of one that is unchanged", none, "at most 0.5 s", none.seconds <= 0.5),
    ]


def many_checks(runs: int, folder: Path) -> list[Row]:
    """`validate` and `render --check` of two hundred environments."""
    folder = platform(folder / "platform")
    text = (folder / "environments" / "dev.yaml").read_text()
    for number in range(199):
        own = text.replace("name: dev", f"name: e{number}").replace("dev.apps", f"e{number}.apps")
        (folder / "environments" / f"e{number}.yaml").write_text(f"{own}\nnetwork: {{cidr: 10.{number}.0.0/16}}\n")
    run([MENDIXCTL, "render"], folder)
    sides = [Side([MENDIXCTL, *words], folder) for words in (["validate"], ["render", "--check"])]
    taken = medians(runs, *sides)
    titles = ("validate, 200 environments", "render --check, 200 environments")
    return [Row(title, one, "at most 5 s", one.seconds <= 5.0) for title, one in zip(titles, taken, strict=True)]


def version() -> str:
    """The version of mendixctl that is measured."""
    from mendixgen import __version__

    return __version__


def newest(folder: Path, area: str) -> str:
    """The newest released version of an area's module."""
    from mendixgen.versions.store import ModuleStore

    return ModuleStore(folder / "modules").newest(area) or ""


CASES: Mapping[str, Callable[[int, Path], list[Row]]] = {
    "start-up": start_up,
    "render": rendering,
    "plan": second_plan,
    "apply": first_apply,
    "many-plans": many_plans,
    "many-checks": many_checks,
}
