"""An area that uses everything which the authoring engine can write. It makes no sense in AWS."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Move, Output, Strict, context, setting, wired

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$", max_length=20)]


class Rule(Strict):
    """One transition."""

    days: int = setting(30, description="Age of an object.", unit="days", ge=1, le=365)
    to: Literal["GLACIER", "DEEP_ARCHIVE"] = setting("GLACIER", description="Storage class.")


class Bucket(Strict):
    """One bucket."""

    rules: list[Rule] = setting(description="Transitions.", default_factory=list, max_length=5)
    last: Rule | None = setting(None, description="Another transition.")
    note: str | None = setting(None, description="A note, with | and `${x}` in it.", max_length=10)


class Sample(Area):
    """Buckets in a network: "quotes" and ${nothing} in its description.

    A second paragraph.
    """

    name = "sample"
    version = "1.1.0"

    class Inputs(AreaInputs):
        """Inputs."""

        buckets: dict[Name, Bucket] = setting(description="Buckets by name.", default_factory=dict)
        first: Rule = setting(Rule(days=7), description="The rule of volumes.")
        zones: int | list[str] = setting(3, description="Zones.", resolve="zones", terraform_type="list(string)")
        password: str | None = setting(None, description="A secret.", secret=True)
        region: str = context("region", "Region.")
        vpc_id: str = wired("network.vpc_id", "The VPC.")
        key_arns: dict[str, str] | None = wired("encryption.key_arns", "Keys.", optional=True)

    outputs = {  # noqa: RUF012
        "bucket_arns": Output("{ for name, bucket in aws_s3_bucket.this : name => bucket.arn }", "ARNs by name."),
        "password": Output("var.password", "The secret again.", sensitive=True),
    }
    moves = (Move("aws_subnet.this", "aws_subnet.public", "1.1.0"),)
