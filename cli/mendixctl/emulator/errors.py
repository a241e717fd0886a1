"""An error in the form that a request's SDK reads: JSON, or one of the four kinds of XML."""

from __future__ import annotations

import json
from html import escape

from mendixctl.emulator.exchange import Request, Response

XML_SERVICES = frozenset({"s3", "route53", "cloudfront", ""})
"""Signing names of services that speak REST with XML; unsigned requests are S3's."""


def response(request: Request, code: str, message: str, status: int = 400) -> Response:
    """The answer to ``request`` that says ``code`` and ``message`` in its own protocol."""
    if request.is_json_rpc or not (request.action or request.service in XML_SERVICES):
        body = json.dumps({"__type": code, "message": message, "Message": message})
        kind = "application/x-amz-json-1.1" if request.is_json_rpc else "application/json"
        return Response(status, body.encode(), (("Content-Type", kind), ("x-amzn-ErrorType", code)))
    inner = f"<Code>{code}</Code><Message>{escape(message, quote=False)}</Message>"
    if request.service == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>0</RequestID></Response>"
    elif request.service == "s3":
        text = f"<Error>{inner}</Error>"
    else:
        text = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>0</RequestId></ErrorResponse>"
    return Response(status, text.encode(), (("Content-Type", "text/xml"),))
