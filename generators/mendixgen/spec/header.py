"""The part of a specification that is no area's: which environment this is, where, and how it is guarded."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, StringConstraints

from mendixgen.areas.contract import Check, StatePlace, Strict
from mendixgen.areas.contract import Header as AreaHeader
from mendixgen.areas.contract import Neighbour as AreaNeighbour
from mendixgen.regions import regions
from mendixgen.spec import apps as applications

NAME_PATTERN = r"^[a-z](?:-?[a-z0-9]){1,15}$"
"""An environment's name. With the length limit of 16 this is ``[a-z][a-z0-9-]{0,14}[a-z0-9]`` without ``--``."""

DOMAIN_PATTERN = r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"
HOSTNAME_PATTERN = r"^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$"
BUCKET_PATTERN = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
RESERVED_TAGS = frozenset({"environment", "managed-by", "area"})
MAX_TAGS = 40
"""AWS allows 50 tags a resource; the rest is kept for the platform's own (environment, area, Name, EKS's)."""

_COMMON_TAG_TEXT = re.compile(r"[\w\s.:/=+\-@]*\Z")

EnvironmentName = Annotated[str, StringConstraints(pattern=NAME_PATTERN, min_length=2, max_length=16)]
FreeText = Annotated[str, StringConstraints(max_length=1024)]
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=128)]
TagValue = Annotated[str, StringConstraints(max_length=256)]


class Limits(Strict):
    """How much one plan may take away before a person has to say so."""

    # None is not 0: `Header.destroy_limit` and `Header.replace_limit` say what then holds.
    destroy: Annotated[int, Field(ge=0, le=10000)] | None = Field(
        None,
        description=(
            "Resources that one plan may destroy; beyond that each is accepted by name (--accept-loss). By default 0"
            " in a protected environment, and no limit in any other."
        ),
    )
    replace: Annotated[int, Field(ge=0, le=10000)] | None = Field(
        None,
        description=(
            "Resources that one plan may replace; beyond that each is accepted by name (--accept-loss). By default 0"
            " in a protected environment, and no limit in any other."
        ),
    )


class State(Strict):
    """Where Terraform's state and the ledger are kept."""

    backend: Literal["s3", "local", "cloud"] | None = Field(
        None,
        description=(
            "s3 (the default for target aws), local (the default for the emulator), or cloud: a workspace of HCP"
            " Terraform or Terraform Enterprise, where plans and applies run too; the ledger stays in the bucket."
        ),
    )
    hostname: Annotated[str, StringConstraints(pattern=HOSTNAME_PATTERN, max_length=253)] | None = Field(
        None, description="For cloud: the host of Terraform Enterprise; by default app.terraform.io."
    )
    organization: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{3,40}$")] | None = Field(
        None, description="For cloud: the organization, which it needs."
    )
    workspace: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,90}$")] | None = Field(
        None, description="For cloud: the workspace; by default the environment's name."
    )
    bucket: Annotated[str, StringConstraints(pattern=BUCKET_PATTERN)] | None = Field(
        None, description="The state bucket; by default a name derived from account and region."
    )
    prefix: (
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!_.*'()-]+(?:/[A-Za-z0-9!_.*'()-]+)*$", max_length=512)]
        | None
    ) = Field(None, description="A folder in the bucket; the environment's own folder is below it.")
    region: str | None = Field(None, description="The bucket's region; by default the environment's.")
    kms_key: (
        Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$")] | None
    ) = Field(None, description="ARN of the KMS key for the state; by default the bucket's own default key.")
    keep_copies: int = Field(
        30, ge=1, le=1000, description="Releases of which copies of the state are kept beside it; older ones go."
    )


class CloudPlace(NamedTuple):
    """A workspace of HCP Terraform or Terraform Enterprise."""

    hostname: str
    organization: str
    workspace: str

    def __str__(self) -> str:
        return "/".join(self)


class Neighbour(Strict):
    """Where another environment is."""

    region: str = Field(description="Its AWS region.")
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")] = Field(
        description="Its AWS account, 12 digits in quotes."
    )
    domain: Annotated[str, StringConstraints(pattern=DOMAIN_PATTERN, max_length=253)] | None = Field(
        None, description="Its domain, which a standby's names are switched to."
    )


class Header(Strict):
    """What every environment says of itself."""

    name: EnvironmentName = Field(
        description="The environment's name, as its file's: 2 to 16 of a-z, 0-9 and single hyphens, a letter first."
    )
    kind: Literal["environment", "foundation"] = Field(
        "environment", description="A platform, or what an account has once."
    )
    description: FreeText = Field("", description="What the environment is for; any text.")
    region: str = Field(description="The AWS region. It never changes.")
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")] = Field(
        description="The AWS account, 12 digits in quotes. It never changes."
    )
    target: Literal["aws", "emulator"] = Field(
        "aws", description="Where it is deployed: AWS, or the embedded emulator."
    )
    protected: bool = Field(
        default_factory=lambda data: data.get("target") != "emulator",
        description="Asks for committed HCL and a typed confirmation; by default true for AWS, false for the emulator.",
    )
    domain: Annotated[str, StringConstraints(pattern=DOMAIN_PATTERN, max_length=253)] = Field(
        "",
        description=(
            "The DNS name below which the applications are reached, in lower case: apps.example.com. An environment"
            " must have one."
        ),
    )
    owner: FreeText = Field("", description="Who answers for the environment; any text.")
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=MAX_TAGS)] = Field(
        default_factory=dict, description="Tags on every resource that can carry them, for cost allocation."
    )
    limits: Limits = Field(default_factory=Limits, description="How much one plan may take away.")
    state: State = Field(default_factory=State, description="Where the state and the ledger are kept.")
    deploy_role: (
        Annotated[
            str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", max_length=640)
        ]
        | None
    ) = Field(None, description="ARN of the IAM role that Terraform assumes.")
    standby_of: EnvironmentName | None = Field(
        None,
        description=(
            "The environment that this one stands by for. What is not said here is taken from its file, but for what"
            " one environment alone can have (docs/recovery.md)."
        ),
    )
    neighbours: Annotated[dict[EnvironmentName, Neighbour], Field(max_length=50)] = Field(
        default_factory=dict,
        description=(
            "Where the environments are that this one has to do with (its standby, its primary), as far as their files"
            " are not beside this one."
        ),
    )
    apps: applications.Apps = Field(
        default_factory=dict, description="The Mendix applications by name; a MendixApp of that name on the cluster."
    )

    @property
    def partition(self) -> str:
        """``aws``, ``aws-cn`` or ``aws-us-gov``."""
        return regions()[self.region].partition

    @property
    def backend(self) -> Literal["s3", "local", "cloud"]:
        """The state's backend, the default resolved."""
        return self.state.backend or ("s3" if self.target == "aws" or self.state.bucket else "local")

    @property
    def cloud(self) -> CloudPlace | None:
        """The workspace of HCP Terraform that has the state and runs plans; None where the state is elsewhere."""
        if self.backend != "cloud":
            return None
        host = self.state.hostname or "app.terraform.io"
        return CloudPlace(host, self.state.organization or "", self.state.workspace or self.name)

    @property
    def state_bucket(self) -> str:
        """The state bucket's name; a derived one is the same for all environments of an account and region."""
        return self.state.bucket or derived_bucket(self.account, self.state_region)

    @property
    def state_region(self) -> str:
        return self.state.region or self.region

    @property
    def state_prefix(self) -> str:
        """The environment's own folder in the bucket, with a slash at its end: state and ledger are below it."""
        return "/".join(part for part in (self.state.prefix, self.name) if part) + "/"

    @property
    def state_key(self) -> str:
        """The state object's key in the bucket."""
        return f"{self.state_prefix}terraform.tfstate"

    @property
    def destroy_limit(self) -> int | None:
        """How many resources one plan may destroy; None where there is no limit."""
        return self._limit(self.limits.destroy)

    @property
    def replace_limit(self) -> int | None:
        """How many resources one plan may replace; None where there is no limit."""
        return self._limit(self.limits.replace)

    def _limit(self, given: int | None) -> int | None:
        # without one, an environment that is not protected goes on as before there were limits
        return given if given is not None else 0 if self.protected else None

    def for_areas(self) -> AreaHeader:
        """What an area may read of this."""
        facts = {name: app.facts() for name, app in self.apps.items()}
        neighbours = {
            name: AreaNeighbour(region=one.region, account=one.account, domain=one.domain or "")
            for name, one in self.neighbours.items()
        }
        return AreaHeader(
            self.name,
            self.region,
            self.account,
            self.partition,
            self.domain,
            dict(self.tags),
            facts,
            neighbours,
            self.standby_of,
            {name: app.release_facts() for name, app in self.apps.items()},
            self.state_place(),
        )

    def state_place(self) -> StatePlace:
        """Where state and ledger are, as far as areas may know."""
        if self.backend == "local":
            return StatePlace()
        return StatePlace(bucket=self.state_bucket, prefix=self.state_prefix, kms_key=self.state.kms_key)


_ENVIRONMENT_ONLY = ("domain", "standby_of", "neighbours", "apps")
FOUNDATION_KEYS = tuple(key for key in Header.model_fields if key not in _ENVIRONMENT_ONLY)
"""The keys of the header that a specification of kind foundation may have."""


def derived_bucket(account: str, region: str) -> str:
    """The state bucket of an account and region that no ``state:`` names; at most 63 characters."""
    return f"{account}-{region}-mendix-state"


def check(header: Header, *, expected_name: str | None) -> list[Check]:
    """What no single field's bounds can say of a header."""
    found = list(_places(header))
    if expected_name is not None and header.name != expected_name:
        found.append(
            Check(
                ("name",),
                "MXS121",
                f"the environment is named {header.name}, but its file {expected_name}.yaml",
                "make the two the same; the name of an environment never changes",
            )
        )
    found += _of_its_kind(header)
    if header.standby_of == header.name:
        found.append(
            Check(("standby_of",), "MXS126", "an environment cannot stand by for itself", "name the other one")
        )
    found += _state(header)
    found += _tags(header)
    found += applications.check(header.apps, header.domain)
    return found


def _of_its_kind(header: Header) -> list[Check]:
    if header.kind == "environment":
        missing = Check(("domain",), "MXS202", "domain is missing", "every environment has a domain: apps.example.com")
        return [] if header.domain else [missing]
    return [
        Check(
            (key,),
            "MXS122",
            f"{key} means nothing for a foundation, which has no applications",
            "remove it, or move it into the file of an environment",
        )
        for key in _ENVIRONMENT_ONLY
        if getattr(header, key)
    ]


def _places(header: Header) -> list[Check]:
    table = regions()
    found = []
    named: list[tuple[tuple[str, ...], str | None]] = [
        (("region",), header.region),
        (("state", "region"), header.state.region),
        *((("neighbours", name, "region"), one.region) for name, one in header.neighbours.items()),
    ]
    for path, region in named:
        if region is not None and region not in table:
            from mendixgen.spec.structure import suggestion

            near = suggestion(region, table)
            hint = near or f"the regions are: {', '.join(table)}"
            found.append(Check(path, "MXS123", f"there is no region {region!r}", hint))
    if header.region not in table or header.deploy_role is None:
        return found
    _, partition, _, _, account, _ = header.deploy_role.split(":", 5)
    if partition != header.partition:
        found.append(
            Check(
                ("deploy_role",),
                "MXS124",
                f"the role is in the partition {partition}, but {header.region} is in {header.partition}",
                f"the ARN begins with arn:{header.partition}:iam::{header.account}:role/",
            )
        )
    elif account != header.account:
        found.append(
            Check(
                ("deploy_role",),
                "MXS124",
                f"the role is in the account {account}, but the environment is in {header.account}",
                "name a role of the environment's own account; Terraform refuses to work in any other",
            )
        )
    return found


def _state(header: Header) -> list[Check]:
    state = header.state
    if header.target == "aws" and state.backend == "local":
        return [
            Check(
                ("state", "backend"),
                "MXS125",
                "an environment on AWS cannot keep its state on one machine",
                "remove the line: S3 is the default, and mendixctl bootstrap makes the bucket",
            )
        ]
    given = [key for key in ("hostname", "organization", "workspace") if getattr(state, key) is not None]
    if header.backend != "cloud" and given:
        hint = "remove it, or write backend: cloud"
        return [
            Check(("state", key), "MXS125", f"{key} means nothing for a state in {header.backend}", hint)
            for key in given
        ]
    if header.backend == "cloud" and (header.target != "aws" or not state.organization):
        summary = "a workspace is in an organization" if header.target == "aws" else "HCP Terraform has no emulator"
        hint = "write organization:" if header.target == "aws" else "write target: aws, or backend: local"
        return [Check(("state", "backend"), "MXS125", summary, hint)]
    if header.backend == "local":
        given = [key for key in ("bucket", "prefix", "region", "kms_key") if getattr(state, key) is not None]
        return [
            Check(("state", key), "MXS125", f"{key} means nothing for a local state", "remove it, or write backend: s3")
            for key in given
        ]
    if state.bucket and (
        ".." in state.bucket or re.fullmatch(r"[0-9.]+", state.bucket) or state.bucket.startswith("xn--")
    ):
        return [
            Check(
                ("state", "bucket"),
                "MXS125",
                f"S3 does not allow the bucket name {state.bucket}",
                "use lower-case letters, digits and hyphens",
            )
        ]
    return []


def _tags(header: Header) -> list[Check]:
    found = []
    for key in header.tags:
        place = ("tags", key)
        if key.lower().startswith("aws:"):
            found.append(
                Check(
                    place,
                    "MXS127",
                    f"AWS keeps tags that begin with aws: for itself, and {key} does",
                    "choose another key",
                )
            )
        elif key in RESERVED_TAGS:
            found.append(
                Check(
                    place,
                    "MXS127",
                    f"the tag {key} is set by mendixctl",
                    f"choose another key; taken are {', '.join(sorted(RESERVED_TAGS))}",
                )
            )
    return found


def tag_warnings(header: Header) -> list[Check]:
    """Tags that some AWS services refuse: characters outside of letters, digits, spaces and ``. : / = + - @ _``."""
    found = []
    for key, value in header.tags.items():
        for what, text in (("key", key), ("value", value)):
            if not _COMMON_TAG_TEXT.match(text):
                found.append(
                    Check(
                        ("tags", key),
                        "MXS128",
                        f"the {what} of the tag {key} has characters that some AWS services refuse",
                        "letters, digits, spaces and . : / = + - @ _ are accepted everywhere",
                    )
                )
    return found


def repaired(data: Mapping[str, Any], bad: Collection[str]) -> Header:
    """A header without its bad fields, so that the rest of the file can still be checked. Never used beyond that."""
    stand_in = {"name": "unknown", "region": "eu-central-1", "account": "0" * 12}
    kept = {key: value for key, value in data.items() if key in Header.model_fields and key not in bad}
    return Header.model_validate({**stand_in, **kept})


@cache
def json_schema() -> Mapping[str, Any]:
    """The JSON Schema of the header alone; made once, to be read only."""
    return Header.model_json_schema()
