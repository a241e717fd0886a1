"""Lambda, for aws_lambda_function, and for all that calls functions (rotation of secrets).

moto 5.2.5 forgets the dead-letter queue and the logging configuration of a function (CreateFunction), does not change
those, its tracing or its key (UpdateFunctionConfiguration), and runs a function's code in a container that it fetches
from a registry: here a call does nothing, and succeeds.
"""

from __future__ import annotations

from typing import Any

FORGOTTEN = ("DeadLetterConfig", "LoggingConfig")


def install(account: str) -> None:
    """Mend moto's Lambda."""
    from moto.awslambda.models import LambdaFunction

    _keep_configuration(LambdaFunction)
    _call_nothing(LambdaFunction)


def _keep_configuration(functions: Any) -> None:
    initialise, configuration, update = (
        functions.__init__,
        functions.get_configuration,
        functions.update_configuration,
    )

    def function(self: Any, account_id: str, spec: dict[str, Any], *arguments: Any, **named: Any) -> None:
        self.remembered = {name: spec[name] for name in FORGOTTEN if spec.get(name)}
        initialise(self, account_id, spec, *arguments, **named)

    def get_configuration(self: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        return {**configuration(self, *arguments, **named), **self.remembered}

    def update_configuration(self: Any, changes: dict[str, Any]) -> dict[str, Any]:
        self.remembered.update({name: changes[name] for name in FORGOTTEN if name in changes})
        self.tracing_config = changes.get("TracingConfig", self.tracing_config)
        self.kms_key_arn = changes.get("KMSKeyArn", self.kms_key_arn)
        update(self, changes)
        answer: dict[str, Any] = self.get_configuration()
        return answer

    functions.__init__ = function
    functions.get_configuration = get_configuration
    functions.update_configuration = update_configuration


def _call_nothing(functions: Any) -> None:
    def invoke(self: Any, event: Any) -> tuple[str, bool, str]:
        return "null", False, ""

    functions._invoke_lambda = invoke
