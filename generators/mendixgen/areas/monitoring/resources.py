"""The resources of the monitoring module: what is watched, where alarms go, what they read, and what people look at.

One row of the catalogue is one resource, so that its address says which alarm it is.
"""

from __future__ import annotations

from mendixgen.areas.monitoring.alarming import alarms
from mendixgen.areas.monitoring.dashboards import dashboards
from mendixgen.areas.monitoring.events import events
from mendixgen.areas.monitoring.insights import container_insights
from mendixgen.areas.monitoring.logs import app_logs, custom_alarms, metric_filters, queries
from mendixgen.areas.monitoring.synthetics import synthetics
from mendixgen.areas.monitoring.topics import topics
from mendixgen.areas.monitoring.watched import local_of, watched
from mendixgen.authoring.expression import each
from mendixgen.authoring.module import ModuleBuilder

WHOLE_BUCKET = "EntireBucket"
"""The name of the filter that takes in all requests of a bucket; a dimension of S3's metrics."""


def build(module: ModuleBuilder) -> None:
    """Add everything of the area."""
    watched(module)
    topics(module)
    apps = app_logs(module)
    container_insights(module)
    metric_filters(module, apps)
    _bucket_metrics(module)
    events(module)
    synthetics(module)
    alarms(module)
    custom_alarms(module, apps)
    dashboards(module)
    queries(module, apps)


def _bucket_metrics(module: ModuleBuilder) -> None:
    module.section("Requests of buckets")
    module.resource(
        "aws_s3_bucket_metric.this",
        "S3 counts requests and errors of the whole bucket; without, it has no metrics of errors.",
        for_each=local_of("buckets"),
        bucket=each.value,
        name=WHOLE_BUCKET,
    )
