"""What the API says when it does not do something: ``Status`` objects, with the words of a real server."""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.kubernetes.apply import ConflictError
from mendixctl.emulator.kubernetes.kinds import Kind


class StatusError(Exception):
    """A refusal: HTTP status, reason, message, and details."""

    def __init__(self, code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.body = {
            "apiVersion": "v1",
            "kind": "Status",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "code": code,
            **({"details": details} if details else {}),
        }


def _of(kind: Kind, name: str) -> dict[str, Any]:
    return {"name": name, "group": kind.group, "kind": kind.plural}


def _full(kind: Kind) -> str:
    return f"{kind.plural}.{kind.group}" if kind.group else kind.plural


def not_found(kind: Kind, name: str) -> StatusError:
    return StatusError(404, "NotFound", f'{_full(kind)} "{name}" not found', _of(kind, name))


def no_resource() -> StatusError:
    return StatusError(404, "NotFound", "the server could not find the requested resource")


def exists(kind: Kind, name: str) -> StatusError:
    return StatusError(409, "AlreadyExists", f'{_full(kind)} "{name}" already exists', _of(kind, name))


def stale(kind: Kind, name: str) -> StatusError:
    message = (
        f'Operation cannot be fulfilled on {_full(kind)} "{name}": the object has been modified; please apply your '
        "changes to the latest version and try again"
    )
    return StatusError(409, "Conflict", message, _of(kind, name))


def bad(message: str) -> StatusError:
    return StatusError(400, "BadRequest", message)


def unknown_format(said: str) -> StatusError:
    return StatusError(415, "UnsupportedMediaType", f"the body of the request was in an unknown format: {said}")


def invalid(kind: Kind, name: str, message: str, field: str = "") -> StatusError:
    cause = {"reason": "FieldValueInvalid", "message": message, "field": field}
    return StatusError(
        422, "Invalid", f'{kind.name} "{name}" is invalid: {message}', {**_of(kind, name), "causes": [cause]}
    )


def conflict(kind: Kind, name: str, error: ConflictError) -> StatusError:
    """The conflict of an apply, in the form that kubectl explains."""
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{manager}"', "field": path}
        for manager, path in error.conflicts
    ]
    count = len(causes)
    said = ", ".join(f"{one['message']}: {one['field']}" for one in causes)
    message = f"Apply failed with {count} conflict{'s' if count > 1 else ''}: {said}"
    return StatusError(409, "Conflict", message, {**_of(kind, name), "causes": causes})
