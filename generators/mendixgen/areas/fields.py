"""The values that more than one area takes: what a region, a port or an ARN looks like is said once, here.

A pattern is part of a released section, and another one may refuse what the former took, so that it asks for a new
major version of the module. Areas that were released with words of their own (identity, secrets, database) keep them
until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

PARTITION = "aws(-cn|-us-gov)?"
"""The partitions that an environment can be in, as the beginning of an ARN has them."""

ACCOUNT = "[0-9]{12}"
PATH_AND_NAME = "[A-Za-z0-9_+=,.@/-]+"
"""What follows ``role/`` or ``user/`` in an ARN of IAM."""

DNS_LABEL = r"^[a-z0-9](-?[a-z0-9])*$"
"""Lower-case letters, digits and single hyphens between them."""

TIME_OF_DAY = r"([01][0-9]|2[0-3]):[0-5][0-9]"
"""``hh:mm``, from 00:00 to 23:59; a part of a pattern."""


def arn(service: str, resource: str, *, region: str = "[a-z0-9-]+") -> str:
    """The pattern of an ARN; ``resource`` is a pattern, ``region`` is empty for a service without regions."""
    return rf"^arn:{PARTITION}:{service}:{region}:{ACCOUNT}:{resource}$"


RegionName = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
ZoneLetter = Annotated[str, Field(pattern="^[a-f]$")]
HostedZoneId = Annotated[str, Field(pattern=r"^Z[A-Z0-9]{1,31}$")]
Cidr = Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
TimeOfDay = Annotated[str, Field(pattern=rf"^{TIME_OF_DAY}$")]
MailAddress = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=320)]
PrincipalArn = Annotated[str, Field(pattern=arn("iam", f"(role|user)/{PATH_AND_NAME}", region=""))]
PolicyArn = Annotated[str, Field(pattern=rf"^arn:{PARTITION}:iam::(aws|{ACCOUNT}):policy/{PATH_AND_NAME}$")]
AccountOrPrincipalArn = Annotated[str, Field(pattern=arn("iam", f"(root|(role|user)/{PATH_AND_NAME})", region=""))]
KeyArn = Annotated[str, Field(pattern=arn("kms", "key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"))]
CertificateArn = Annotated[str, Field(pattern=arn("acm", "certificate/[A-Za-z0-9-]+"))]

RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
"""What CloudWatch Logs can keep (API reference, PutRetentionPolicy)."""
LongRetentionDays = Literal[365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
"""The same from a year up: for the logs of what nobody may forget."""

DATABASE_PORTS: Mapping[str, int] = {"mysql": 3306, "oracle": 1521, "postgres": 5432}
"""Ports on which databases listen, and which nodes reach."""

TARGET_PORTS = 1024, 65535
"""Ports, first and last, that a load balancer calls on nodes and pods, for TCP and for UDP."""

ACCESS_LOGS = "access-logs"
LOAD_BALANCER_LOGS = "load-balancer-logs"
"""Buckets that areas make themselves, behind the names of environment and account."""

TRAIL_BUCKET = "mendix-trail"
COST_BUCKET = "mendix-cost"
"""Buckets of foundations, behind the account's number (and, of the trail, the region): environments read what the
account has once. The bill is exported in us-east-1 alone."""
