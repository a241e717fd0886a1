"""IAM, for aws_iam_role: a role keeps what an update does not speak of.

moto 5.2.5 takes what UpdateRole leaves out for empty, so that a new session duration erases the description and a new
description sets the session duration back to an hour. Terraform sends each of them alone.
"""

from __future__ import annotations

from typing import Any


def install(account: str) -> None:
    """Mend moto's IAM; ``account`` is of no matter here."""
    from moto.iam.responses import IamResponse

    responses: Any = IamResponse
    responses.update_role = _update_role


def _update_role(self: Any) -> Any:
    from moto.core.responses import EmptyResult

    role = self.backend.get_role(self._get_param("RoleName"))
    description = self._get_param("Description")
    seconds = self._get_param("MaxSessionDuration")
    self.backend.update_role(
        role.name,
        role.description if description is None else description,
        role.max_session_duration if seconds is None else int(seconds),
    )
    return EmptyResult()
