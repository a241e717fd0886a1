"""S3, for the configurations of a bucket that moto 5.2.5 lacks or answers wrongly.

- aws_s3_bucket_metric, _intelligent_tiering_configuration, _analytics_configuration, _inventory: moto takes the PUT of
  an unknown sub-resource for CreateBucket, and its DELETE for DeleteBucket, so destroying an inventory deletes the
  bucket. Kept here as the XML that was sent.
- aws_s3_bucket_lifecycle_configuration (object sizes), _replication_configuration (filters, criteria, priorities),
  _logging (key format), _notification (EventBridge): the GET leaves out what the PUT had. moto still checks the PUT;
  what was sent is the answer.
- aws_s3_bucket_replication_configuration: taken for a destination that is not there, which AWS refuses.
- aws_s3_bucket_logging: a target whose policy has any principal but a service's fails with HTTP 500, and one whose
  policy names its actions or resources in a list is refused.
- aws_s3_bucket_policy: a ``Deny`` with a ``Condition`` (the usual TLS-only policy) is enforced as if it had none, so
  every object is refused.
- aws_s3_bucket_object_lock_configuration: refused on a bucket that holds objects; AWS takes it on any versioned bucket
  since November 2023.
- aws_s3_bucket with ``force_destroy``: deleting the version of a delete marker fails with HTTP 500.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.extensions import Ask, Handler
from mendixctl.emulator.partitions import partition

XML = (("Content-Type", "application/xml"),)
NAMESPACE = b"http://s3.amazonaws.com/doc/2006-03-01/"
UNKNOWN = {
    "analytics": "ListBucketAnalyticsConfigurationResult",
    "intelligent-tiering": "ListBucketIntelligentTieringConfigurationsOutput",
    "inventory": "ListInventoryConfigurationsResult",
    "metrics": "ListMetricsConfigurationsResult",
}
"""Sub-resources that moto does not have (or mistakes), and the element that their list is answered in."""

INEXACT = frozenset({"lifecycle", "logging", "notification", "replication"})
"""Sub-resources whose GET answers exactly what the last PUT sent."""

SIZE_HEADER = "x-amz-transition-default-minimum-object-size"
"""Sent with a lifecycle and answered with it."""


def install(account: str) -> Handler:
    """Mend moto's S3, and answer the sub-resources."""
    from moto.s3 import models

    _mend_models(models)
    _mend_conditional_denials()

    def handle(request: Request, ask: Ask) -> Response | None:
        kind = next((name for name in request.query if name in UNKNOWN or name in INEXACT), None)
        if kind is None or len([part for part in request.segments if part]) != 1:
            return None
        bucket = models.s3_backends[account][partition(request.region)].buckets.get(request.segments[0])
        if bucket is None:
            return _error(404, "NoSuchBucket")
        if kind == "replication" and request.method == "PUT":
            refused = _no_destination(request.body, models.s3_backends[account][partition(request.region)].buckets)
            if refused:
                return _error(400, "InvalidRequest", refused)
        # On the bucket itself, so that a bucket that is made again starts without them.
        kept: dict[tuple[str, str], Response] = bucket.__dict__.setdefault("kept_configurations", {})
        return _unknown(request, kept, kind) if kind in UNKNOWN else _inexact(request, kept, kind, ask)

    return handle


def _unknown(request: Request, kept: dict[tuple[str, str], Response], kind: str) -> Response:
    name = request.query.get("id", [""])[0]
    if request.method == "PUT":
        kept[kind, name] = Response(200, _without_declaration(request.body), XML)
        return Response(204 if kind == "inventory" else 200)
    if request.method == "DELETE":
        return Response(204) if kept.pop((kind, name), None) else _error(404, "NoSuchConfiguration")
    if name:
        return kept.get((kind, name)) or _error(404, "NoSuchConfiguration")
    content = b"".join(each.body for (found, _), each in sorted(kept.items()) if found == kind)
    element = UNKNOWN[kind].encode()
    head = b'<%s xmlns="%s"><IsTruncated>false</IsTruncated>' % (element, NAMESPACE)
    return Response(200, head + content + b"</%s>" % element, XML)


def _inexact(request: Request, kept: dict[tuple[str, str], Response], kind: str, ask: Ask) -> Response:
    if request.method == "GET":
        return kept.get((kind, "")) or ask(request)
    answer = ask(request)
    if answer.status < 300:
        kept.pop((kind, ""), None)
        if request.method == "PUT" and _has_content(request.body):
            size = request.environ.get("HTTP_" + SIZE_HEADER.upper().replace("-", "_"))
            headers = (*XML, (SIZE_HEADER, str(size))) if size else XML
            kept[kind, ""] = Response(200, _without_declaration(request.body), headers)
    return answer


def _has_content(body: bytes) -> bool:
    """Whether the root element has a child; an empty one takes the configuration away."""
    return body.count(b"<") - body.count(b"<?") > 2


def _without_declaration(body: bytes) -> bytes:
    return re.sub(rb"^\s*<\?xml[^>]*\?>\s*", b"", body)


def _no_destination(body: bytes, buckets: Any) -> str:
    """What AWS says of a replication to a bucket that is not there, or keeps no versions; empty where all are well.

    A bucket of another account is not looked for: the emulator is one account.
    """
    for name in re.findall(rb"<Bucket>\s*arn:[a-z-]+:s3:::([^<\s]+)\s*</Bucket>", body):
        there = buckets.get(name.decode())
        if there is None:
            return "Destination bucket must exist."
        if there.versioning_status != "Enabled":
            return "Destination bucket must have versioning enabled."
    return ""


def _error(status: int, code: str, message: str = "") -> Response:
    return Response(status, f"<Error><Code>{code}</Code><Message>{message or code}</Message></Error>".encode(), XML)


def _mend_models(models: Any) -> None:
    models.FakeDeleteMarker.dispose = lambda self, *arguments, **named: None
    permits = "_log_permissions_enabled_policy"
    setattr(models.FakeBucket, permits, staticmethod(_lets_logs_in))

    def put_object_lock_configuration(
        self: Any,
        bucket_name: str,
        lock_enabled: bool,
        mode: str | None = None,
        days: int | None = None,
        years: int | None = None,
    ) -> None:
        bucket = self.get_bucket(bucket_name)
        if not bucket.is_versioned:
            raise models.InvalidBucketState(
                "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
            )
        bucket.object_lock_enabled = bucket.object_lock_enabled or lock_enabled
        bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days, years

    models.S3Backend.put_object_lock_configuration = put_object_lock_configuration


def _lets_logs_in(target_bucket: Any, target_prefix: str | None) -> bool:
    """Whether the policy of a bucket lets S3 deliver access logs there."""
    statements = _listed(json.loads(target_bucket.policy).get("Statement")) if target_bucket.policy else []
    path = f":s3:::{target_bucket.name}/{target_prefix or ''}x"
    return any(
        statement.get("Effect") == "Allow"
        and isinstance(statement.get("Principal"), dict)
        and "logging.s3.amazonaws.com" in _listed(statement["Principal"].get("Service"))
        and any(fnmatchcase("s3:PutObject", action) for action in _listed(statement.get("Action")))
        and any(
            fnmatchcase(path, f"*{resource[resource.find(':s3:') :]}")
            for resource in _listed(statement.get("Resource"))
        )
        for statement in statements
    )


def _listed(value: Any) -> list[Any]:
    """A policy element as a list: the language takes one value bare."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _mend_conditional_denials() -> None:
    from moto.iam.access_control import IAMPolicyStatement, PermissionResult

    statements: Any = IAMPolicyStatement
    permitted = statements.is_action_permitted

    def is_action_permitted(self: Any, *arguments: Any, **named: Any) -> Any:
        if self._statement.get("Effect") == "Deny" and self._statement.get("Condition"):
            return PermissionResult.NEUTRAL
        return permitted(self, *arguments, **named)

    statements.is_action_permitted = is_action_permitted
