"""The few calls that mendixctl makes to AWS itself (state, ledger, bootstrap), and their errors in plain words.

boto3 comes with the extra ``aws`` and is imported when the first client is made.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.messages import msg

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403", "UnauthorizedOperation", "Forbidden"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidAccessKeyId"})
_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
SHARED_SECONDS = 600
"""For how long the credentials of a role serve the clients that are made; they are good for an hour."""

_TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})


class Clients:
    """boto3 clients of one region. ``environment`` holds the emulator's variables, or nothing for AWS.

    ``role`` is assumed first, as Terraform's backend and provider do. The emulator's address and credentials are
    given to the session and never put into ``os.environ``, so that nothing else in this process can be led to the
    wrong one.
    """

    def __init__(self, region: str, environment: Mapping[str, str] | None = None, role: str = "") -> None:
        self._region = region
        self._environment = dict(environment or {})
        self._role = role
        self._made: dict[tuple[str, str], Any] = {}
        self._caller = ""
        self._taken: tuple[float, Mapping[str, str]] | None = None

    def client(self, service: str, region: str = "") -> Any:
        """The client of a service, made once; in another ``region`` where one is named.

        Raises:
            MendixError: MXA101, boto3 is not installed.
        """
        wanted = service, region or self._region
        if wanted not in self._made:
            self._made[wanted] = self._make(*wanted)
        return self._made[wanted]

    def _make(self, service: str, region: str) -> Any:
        try:
            import boto3
            from botocore.config import Config
        except ImportError as error:
            raise MendixError(
                Diagnostic(
                    "MXA101",
                    "this needs boto3, which is not installed",
                    hint="pip install 'mendixctl[aws]'",
                )
            ) from error
        emulator = self._environment.get("AWS_ENDPOINT_URL")
        config = Config(
            connect_timeout=10,
            read_timeout=30,
            retries={"max_attempts": 2 if emulator else 5, "mode": "standard"},
            s3={"addressing_style": "path"} if emulator else {},
            proxies={} if emulator else None,
        )
        with guarded("make a session"):
            session = boto3.Session(
                botocore_session=_deaf_session() if emulator else None,
                region_name=region,
                aws_access_key_id=self._environment.get("AWS_ACCESS_KEY_ID"),
                aws_secret_access_key=self._environment.get("AWS_SECRET_ACCESS_KEY"),
            )
        if not self._role:
            return session.client(service, endpoint_url=emulator, config=config)
        with guarded(f"assume {self._role}"):
            if self._taken is None or time.monotonic() - self._taken[0] > SHARED_SECONDS:
                sts = session.client("sts", endpoint_url=emulator, config=config)
                answer = sts.assume_role(RoleArn=self._role, RoleSessionName="mendixctl")
                self._taken = time.monotonic(), answer["Credentials"]
            taken = self._taken[1]
            return session.client(
                service,
                endpoint_url=emulator,
                config=config,
                aws_access_key_id=taken["AccessKeyId"],
                aws_secret_access_key=taken["SecretAccessKey"],
                aws_session_token=taken["SessionToken"],
            )

    def own(self) -> Clients:
        """The same without the role: with the rights of whoever calls."""
        return Clients(self._region, self._environment) if self._role else self

    def caller(self) -> str:
        """The ARN of whoever these credentials are, the role assumed; asked once."""
        if not self._caller:
            with guarded("ask who the credentials belong to (sts:GetCallerIdentity)"):
                self._caller = str(self.client("sts").get_caller_identity()["Arn"])
        return self._caller


def _deaf_session() -> Any:
    """A session of botocore that reads no variable of the shell and no file of a person: none of them is meant for
    the emulator, and some (a profile that is not there, a bundle of certificates) would stop a client."""
    import os

    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as VARIABLES
    from botocore.session import Session

    unread = {name: (None, None, default, cast) for name, (_, _, default, cast) in VARIABLES.items()}
    nothing = (None, None, os.devnull, None)
    return Session(session_vars={**unread, "config_file": nothing, "credentials_file": nothing})


def error_code(error: BaseException) -> str:
    """AWS's own code of a client error, or an empty text."""
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping):
        return ""
    return str(response.get("Error", {}).get("Code", ""))


def is_missing(error: BaseException) -> bool:
    """Whether an object (not its bucket) does not exist."""
    return error_code(error) in _MISSING


def is_taken(error: BaseException) -> bool:
    """Whether a conditional write found something there."""
    return error_code(error) in _TAKEN


@contextlib.contextmanager
def guarded(what: str) -> Iterator[None]:
    """Turn boto3's errors into diagnostics that say what could not be done: ``cannot <what>: ...``.

    Raises:
        MendixError: MXA102 no or stale credentials, MXA103 not allowed, MXA104 no such bucket,
            MXA105 not reachable, MXA106 anything else that AWS says.
    """
    try:
        yield
    except MendixError:
        raise
    except Exception as error:
        if not type(error).__module__.startswith(("botocore", "boto3")):
            raise
        raise MendixError(_diagnostic(what, error)) from error


def _diagnostic(what: str, error: Exception) -> Diagnostic:
    code, text, kind = error_code(error), str(error), type(error).__name__
    if code in _EXPIRED or kind in {
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
        "SSOTokenLoadError",
        "CredentialRetrievalError",
    }:
        return Diagnostic(
            "MXA102",
            msg("cannot {what}: the AWS credentials are missing or no longer valid", what=what),
            hint="sign in again (aws sso login, or new AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)",
            detail=text,
        )
    if code in _DENIED:
        return Diagnostic(
            "MXA103",
            msg("cannot {what}: AWS does not allow it", what=what),
            hint="ask for the permission named below",
            detail=text,
        )
    if code == "NoSuchBucket":
        return Diagnostic(
            "MXA104",
            msg("cannot {what}: the bucket does not exist", what=what),
            hint="make it once: mendixctl bootstrap ENVIRONMENT",
            detail=text,
        )
    if "Connection" in kind or "Timeout" in kind or kind in {"EndpointConnectionError", "ProxyConnectionError"}:
        return Diagnostic(
            "MXA105",
            msg("cannot {what}: no answer", what=what),
            hint="check the network; for an emulator: mendixctl emulator status",
            detail=text,
        )
    return Diagnostic(
        "MXA106",
        msg("cannot {what}: {value}", what=what, value=code or kind),
        hint="see what AWS says below",
        detail=text,
    )
