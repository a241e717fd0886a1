"""The state where it lies, in its file or its bucket, read without Terraform and without its lock."""

from __future__ import annotations

from mendixctl.aws import Clients, guarded, is_missing
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.errors import encrypted_state
from mendixctl.terraform.state import EncryptedStateError, NotAStateError, State, parse
from mendixgen.diagnostics import Diagnostic, Location, MendixError


def read_state(workplace: Workplace, clients: Clients) -> bytes:
    """The state byte for byte; nothing where there is none.

    Raises:
        MendixError: MXP113 the file cannot be read; MXA1xx the bucket cannot.
    """
    path = workplace.state_file
    if workplace.cloud is not None:
        from mendixctl.engine.environment import cloud

        return cloud.state(workplace)
    if path is None:
        return _object(workplace, clients, workplace.specification.header.state_key)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise unreadable(str(path), error.strerror or str(error)) from error


def state_of(workplace: Workplace, clients: Clients) -> State:
    """The state as data.

    Raises:
        MendixError: as `read_state`; MXP113, it is not whole; MXT135, it is encrypted.
    """
    raw = read_state(workplace, clients)
    try:
        return parse(raw)
    except EncryptedStateError as error:
        raise encrypted_state(str(workplace.state_file or workplace.scope.state)) from error
    except NotAStateError as error:
        raise unreadable(str(workplace.state_file or workplace.scope.state), str(error)) from error


def read_object(workplace: Workplace, clients: Clients, suffix: str) -> bytes:
    """The object beside an S3 state whose key is the state's and ``suffix``; nothing where there is none."""
    return _object(workplace, clients, f"{workplace.specification.header.state_key}{suffix}")


def _object(workplace: Workplace, clients: Clients, key: str) -> bytes:
    header = workplace.specification.header
    with guarded(f"read s3://{header.state_bucket}/{key}"):
        try:
            s3 = clients.client("s3", header.state_region)
            body: bytes = s3.get_object(Bucket=header.state_bucket, Key=key)["Body"].read()
        except Exception as error:
            if is_missing(error):
                return b""
            raise
    return body


def unreadable(place: str, why: str) -> MendixError:
    """MXP113: the state at ``place`` cannot be read."""
    return MendixError(
        Diagnostic(
            "MXP113",
            f"the state cannot be read: {why}",
            hint="mendixctl recover ENVIRONMENT puts back the one before it, if it is whole",
            location=Location(place),
        )
    )
