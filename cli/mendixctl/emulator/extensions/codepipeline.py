"""CodePipeline, for aws_codepipeline, whose provider reads times as numbers.

moto 5.2.5 writes the times of pipelines and executions as text, where the service has seconds since 1970 (API
reference, PipelineMetadata, PipelineExecutionSummary; the JSON protocol of AWS).
"""

from __future__ import annotations

from typing import Any

TIMES = ("created", "updated")


def install(account: str) -> None:
    """Mend moto's times."""
    from moto.codepipeline.models import CodePipeline, CodePipelineBackend, PipelineExecution
    from moto.core.utils import unix_time

    pipelines: Any = CodePipeline
    executions: Any = PipelineExecution
    backends: Any = CodePipelineBackend
    summary, listed = executions.to_summary_dict, backends.list_pipelines

    def metadata(self: Any) -> dict[str, Any]:
        return {
            "pipelineArn": self._arn,
            "created": unix_time(self._created),
            "updated": unix_time(self._updated),
        }

    def to_summary_dict(self: Any) -> dict[str, Any]:
        found: dict[str, Any] = summary(self)
        times = {"startTime": unix_time(self.start_time), "lastUpdateTime": unix_time(self.last_update_time)}
        return {**found, **times}

    def list_pipelines(self: Any) -> list[dict[str, Any]]:
        return [
            {**it, **{name: value for name, value in self.pipelines[it["name"]].metadata.items() if name in TIMES}}
            for it in listed(self)
        ]

    pipelines.metadata = property(metadata)
    executions.to_summary_dict = to_summary_dict
    backends.list_pipelines = list_pipelines
