"""What a question asks AWS with: clients that are made when they are needed, and what AWS would not say."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from mendixctl.aws import error_code
from mendixctl.preflight.findings import Finding, Grade

if TYPE_CHECKING:
    from mendixctl.preflight.delegation import Resolver

_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "Forbidden",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
"""How services say that the caller may not ask."""


class ClientSource(Protocol):
    """`mendixctl.aws.Clients`, or what a test has in its place."""

    def client(self, service: str, region: str = "") -> Any: ...


class Desk:
    """The clients of one preflight, for questions that are asked at the same time.

    boto3's clients may be used by several threads; making one may not (boto3's guide, "Multithreading"), so one is
    made at a time.
    """

    def __init__(self, clients: ClientSource, resolvers: tuple[Resolver, ...] = ()) -> None:
        """``resolvers``: whom to ask for DNS; nobody is asked where there are none."""
        self.resolvers = resolvers
        self._clients = clients
        self._making = threading.Lock()

    def client(self, service: str, region: str = "") -> Any:
        with self._making:
            return self._clients.client(service, region)


@dataclass
class Inquiry:
    """One question's errand. ``missed``: what it could not find out, as findings."""

    desk: Desk
    missed: list[Finding] = field(default_factory=list)

    def client(self, service: str, region: str = "") -> Any:
        """boto3's client of a service, in the environment's region or another one."""
        return self.desk.client(service, region)

    def asking(self, action: str) -> Asking:
        """Ask AWS, in a ``with`` block, what needs the permission ``action`` (``ec2:DescribeVpcs``)."""
        return Asking(self, action)


@dataclass(frozen=True, slots=True)
class Asking:
    """A block that AWS may refuse to answer: what it will not say is kept, and the rest of the block left out.

    It is never taken for an answer. An error of the question's own goes on.
    """

    inquiry: Inquiry
    action: str

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception) or not type(error).__module__.startswith(("botocore", "boto3")):
            return False
        missed = _missed(self.action, error)
        if all(one.what != missed.what for one in self.inquiry.missed):
            self.inquiry.missed.append(missed)
        return True


def _missed(action: str, error: Exception) -> Finding:
    text = str(error)
    if error_code(error) in _DENIED:
        return Finding(
            "MXF101",
            Grade.WARNING,
            f"not asked, because no permission for {action}",
            evidence=text,
            hint=f"allow {action} to whoever deploys: it changes nothing",
        )
    return Finding(
        "MXF102",
        Grade.WARNING,
        f"not answered: {action}",
        evidence=text,
        hint="ask again; if it stays so, see what AWS says",
    )
