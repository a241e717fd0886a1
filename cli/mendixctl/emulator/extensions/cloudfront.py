"""CloudFront, for distributions with their policies and VPC origins: what was sent is kept and given back as it is.

moto 5.2.5 keeps a part of a distribution's settings and has neither policies for caches, origin requests and response
headers nor VPC origins. A distribution is deployed at once, and refused as CloudFront refuses it: an alias that another
one has, a certificate or web ACL that is not there, a policy that nobody made, the deletion of what is enabled or in
use. Source: Amazon CloudFront API Reference; the protocol is botocore's description of it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.extensions import Ask
from mendixctl.emulator.extensions.operations import OperationError, identifier, unique

VERSION = "2020-05-31"
NAMESPACE = f"http://cloudfront.amazonaws.com/doc/{VERSION}/"
ZONE = "us-east-1"

MANAGED = frozenset({"4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "216adef6-5c7f-47e4-b989-5492eafa07d3"})
"""The managed policies that there are, as far as the modules name them: CachingDisabled and AllViewer."""


TRUSTED = ("ActiveTrustedSigners", "ActiveTrustedKeyGroups")
_NONE = "<Quantity>0</Quantity>"
DEFAULTS: Mapping[str, str] = {
    "Aliases": _NONE,
    "CacheBehaviors": _NONE,
    "CustomErrorResponses": _NONE,
    "Logging": "<Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket/><Prefix/>",
    "OriginGroups": _NONE,
}
"""What CloudFront gives back of a distribution where nothing was sent."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: the element that it is answered as, that of its settings, and who may still use it."""

    element: str
    settings: str
    missing: str
    in_use: str = ""
    reference: str = ""


KINDS: Mapping[str, Kind] = {
    "distribution": Kind("Distribution", "DistributionConfig", "NoSuchDistribution"),
    "cache-policy": Kind("CachePolicy", "CachePolicyConfig", "NoSuchCachePolicy", "CachePolicyInUse", "CachePolicyId"),
    "origin-request-policy": Kind(
        "OriginRequestPolicy",
        "OriginRequestPolicyConfig",
        "NoSuchOriginRequestPolicy",
        "OriginRequestPolicyInUse",
        "OriginRequestPolicyId",
    ),
    "response-headers-policy": Kind(
        "ResponseHeadersPolicy",
        "ResponseHeadersPolicyConfig",
        "NoSuchResponseHeadersPolicy",
        "ResponseHeadersPolicyInUse",
        "ResponseHeadersPolicyId",
    ),
    "vpc-origin": Kind(
        "VpcOrigin", "VpcOriginEndpointConfig", "EntityNotFound", "CannotDeleteEntityWhileInUse", "VpcOriginId"
    ),
}


@dataclass(slots=True)
class Entity:
    """One thing that CloudFront has. ``settings`` is XML, as it was sent."""

    id: str
    kind: str
    arn: str
    settings: ElementTree.Element
    etag: str = field(default_factory=lambda: identifier("E", 13).upper())
    changed: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def text(self, path: str) -> str:
        """The text of an element of the settings, empty where there is none."""
        return self.settings.findtext(path, "")

    def texts(self, name: str) -> set[str]:
        """The texts of all elements of a name, wherever they are in the settings."""
        return {one.text for one in self.settings.iter(name) if one.text}


def install(account: str) -> CloudFront:
    """Answer CloudFront's operations."""
    return CloudFront(account)


class CloudFront:
    """What CloudFront has, as a handler for ``Extensions``."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._entities: dict[str, Entity] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._subscriptions: dict[str, ElementTree.Element] = {}

    def __call__(self, request: Request, ask: Ask) -> Response | None:
        """The answer to what is about one of the kinds or about tags; nothing for anything else."""
        segments = request.segments
        if len(segments) < 2 or segments[0] != VERSION:
            return None
        kind, identity = segments[1], segments[2] if len(segments) > 2 else ""
        if kind == "tagging":
            return self._tagging(request)
        try:
            if kind == "distributions" and segments[3:] == ["monitoring-subscription"]:
                return self._subscription(request, identity)
            if kind not in KINDS or segments[3:] not in ([], ["config"]):
                return None
            return self._answer(request, kind, identity, is_config=len(segments) > 3)
        except OperationError as error:
            return _error(error)

    def _answer(self, request: Request, kind: str, identity: str, *, is_config: bool) -> Response | None:
        if not identity:
            return self._create(request, kind) if request.method == "POST" else self._list(kind)
        found = self._find(kind, identity)
        if request.method == "GET":
            return _settings(found) if is_config else self._shown(found, 200)
        given = request.environ.get("HTTP_IF_MATCH", "")
        if given != found.etag:
            raise OperationError("PreconditionFailed", "The precondition in one or more of the request fields", 412)
        if request.method == "PUT":
            settings = _parsed(request.body, KINDS[kind].settings)
            self._check(kind, settings, identity)
            self._entities[identity] = changed = Entity(identity, kind, found.arn, settings)
            return self._shown(changed, 202 if kind == "vpc-origin" else 200)
        self._check_deletion(found)
        del self._entities[identity]
        self._tags.pop(found.arn, None)
        return self._shown(found, 202) if kind == "vpc-origin" else Response(204, b"", ())

    def _subscription(self, request: Request, identity: str) -> Response:
        """Additional metrics of a distribution: on, looked at, and off."""
        self._find("distribution", identity)
        if request.method == "POST":
            self._subscriptions[identity] = _parsed(request.body, "MonitoringSubscription")
        elif identity not in self._subscriptions:
            raise OperationError("NoSuchMonitoringSubscription", "There are no additional metrics.", 404)
        elif request.method == "DELETE":
            del self._subscriptions[identity]
            return _response(200, f'<DeleteMonitoringSubscriptionResult xmlns="{NAMESPACE}"/>')
        found = self._subscriptions[identity]
        found.set("xmlns", NAMESPACE)
        return _response(200, _body(found))

    def _create(self, request: Request, kind: str) -> Response:
        settings = _parsed(request.body, KINDS[kind].settings)
        self._check(kind, settings, "")
        identity = {
            "distribution": lambda: identifier("E", 13).upper(),
            "vpc-origin": lambda: identifier("vo_", 22),
        }.get(kind, unique)()
        resource = {"vpc-origin": "vpcorigin"}.get(kind, kind)
        made = Entity(identity, kind, f"arn:aws:cloudfront::{self._account}:{resource}/{identity}", settings)
        self._entities[identity] = made
        self._tags[made.arn] = dict(_tags(_root(request.body)))
        return self._shown(made, 202 if kind == "vpc-origin" else 201)

    def _list(self, kind: str) -> Response:
        element = KINDS[kind].element
        rows = [_body(self._element(one, root=f"{element}Summary")) for one in self._of(kind)]
        items = f"<Items>{''.join(rows)}</Items>" if rows else ""
        most = "<MaxItems>100</MaxItems><IsTruncated>false</IsTruncated>" if kind != "cache-policy" else ""
        content = f"<Marker/>{most}<Quantity>{len(rows)}</Quantity>{items}"
        return _response(200, f'<{element}List xmlns="{NAMESPACE}">{content}</{element}List>')

    def _find(self, kind: str, identity: str) -> Entity:
        found = self._entities.get(identity)
        if found is None or found.kind != kind:
            raise OperationError(KINDS[kind].missing, "The specified entity does not exist.", 404)
        return found

    def _of(self, kind: str) -> list[Entity]:
        return [one for one in self._entities.values() if one.kind == kind]

    # -- refusals -------------------------------------------------------------------------------------

    def _check(self, kind: str, settings: ElementTree.Element, own: str) -> None:
        if kind == "distribution":
            self._check_distribution(settings, own)
        elif kind != "vpc-origin":
            name = settings.findtext("Name", "")
            if any(one.text("Name") == name for one in self._of(kind) if one.id != own):
                raise OperationError(f"{KINDS[kind].element}AlreadyExists", f"There is a policy {name} already.", 409)

    def _check_distribution(self, settings: ElementTree.Element, own: str) -> None:
        wanted = {one.text or "" for one in settings.iterfind("Aliases/Items/CNAME")}
        for other in self._of("distribution"):
            taken = wanted & {one.text or "" for one in other.settings.iterfind("Aliases/Items/CNAME")}
            if taken and other.id != own:
                text = "One or more of the CNAMEs you provided are already associated with a different resource."
                raise OperationError("CNAMEAlreadyExists", text, 409)
        self._check_certificate(settings.findtext("ViewerCertificate/ACMCertificateArn", ""))
        self._check_web_acl(settings.findtext("WebACLId", ""))
        for kind, about in KINDS.items():
            named = {one.text for one in settings.iter(about.reference)} if about.reference else set()
            for one in named - MANAGED - {None, ""}:
                self._find(kind, str(one))

    def _check_certificate(self, arn: str) -> None:
        from moto.acm.models import acm_backends

        known = acm_backends[self._account][ZONE]._certificates
        if arn and (arn not in known or known[arn].status != "ISSUED"):
            text = (
                "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't"
                " include a valid certificate chain."
            )
            raise OperationError("InvalidViewerCertificate", text)

    def _check_web_acl(self, arn: str) -> None:
        from moto.wafv2.models import wafv2_backends

        there = {one.arn for one in wafv2_backends[self._account]["global"].wacls.values()}
        if arn and arn not in there:
            raise OperationError("InvalidWebACLId", f"There is no web ACL {arn} of scope CLOUDFRONT.")

    def _check_deletion(self, entity: Entity) -> None:
        if entity.kind == "distribution":
            if entity.text("Enabled") == "true":
                text = "The distribution you are trying to delete has not been disabled."
                raise OperationError("DistributionNotDisabled", text, 409)
            return
        about = KINDS[entity.kind]
        if any(entity.id in one.texts(about.reference) for one in self._of("distribution")):
            raise OperationError(about.in_use, "It is attached to one or more distributions.", 409)

    # -- answers --------------------------------------------------------------------------------------

    def _shown(self, entity: Entity, status: int) -> Response:
        location = ("Location", f"https://cloudfront.amazonaws.com/{VERSION}/{entity.kind}/{entity.id}")
        return _response(status, _body(self._element(entity)), ("ETag", entity.etag), location)

    def _element(self, entity: Entity, root: str = "") -> ElementTree.Element:
        about = KINDS[entity.kind]
        element = ElementTree.Element(root or about.element, {} if root else {"xmlns": NAMESPACE})
        values = {"Id": entity.id, "LastModifiedTime": entity.changed}
        if entity.kind == "distribution":
            values |= {
                "ARN": entity.arn,
                "Status": "Deployed",
                "InProgressInvalidationBatches": "0",
                "DomainName": f"d{entity.id.lower()}.cloudfront.net",
            }
        elif entity.kind == "vpc-origin":
            values |= {"Arn": entity.arn, "AccountId": self._account, "Status": "Deployed"}
            values |= {"CreatedTime": entity.changed}
        for name, value in values.items():
            ElementTree.SubElement(element, name).text = value
        for name in TRUSTED if entity.kind == "distribution" and not root else ():
            element.append(_element(name, "<Enabled>false</Enabled><Quantity>0</Quantity>"))
        if entity.kind == "distribution" and root:
            element.extend(entity.settings)  # a summary has the settings themselves
        else:
            element.append(entity.settings)
        return element

    def _tagging(self, request: Request) -> Response:
        arn = request.query.get("Resource", [""])[0]
        tags = self._tags.setdefault(arn, {})
        operation = request.query.get("Operation", [""])[0]
        if operation == "Tag":
            tags |= dict(_tags(_root(request.body)))
        elif operation == "Untag":
            for key in _root(request.body).iter("Key"):
                tags.pop(key.text or "", None)
        if operation:
            return Response(204, b"", ())
        element = ElementTree.Element("Tags", {"xmlns": NAMESPACE})
        items = ElementTree.SubElement(element, "Items")
        for name, text in tags.items():
            tag = ElementTree.SubElement(items, "Tag")
            ElementTree.SubElement(tag, "Key").text = name
            ElementTree.SubElement(tag, "Value").text = text
        return _response(200, _body(element))


def _root(body: bytes) -> ElementTree.Element:
    """The request's XML without namespaces."""
    return ElementTree.fromstring(re.sub(rb'\sxmlns="[^"]*"', b"", body))  # noqa: S314 -- Terraform's, on this machine


def _element(name: str, content: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<{name}>{content}</{name}>")  # noqa: S314 -- written here


def _parsed(body: bytes, name: str) -> ElementTree.Element:
    root = _root(body)
    found = root if root.tag == name else root.find(name)
    if found is None:
        raise OperationError("MalformedXML", f"There is no {name}.")
    for part, default in DEFAULTS.items() if name == "DistributionConfig" else ():
        if found.find(part) is None:
            found.append(_element(part, default))
    return found


def _tags(root: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for tag in root.iter("Tag"):
        yield tag.findtext("Key", ""), tag.findtext("Value", "")


def _settings(entity: Entity) -> Response:
    return _response(200, _body(entity.settings), ("ETag", entity.etag))


def _body(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode")


def _response(status: int, body: str, *headers: tuple[str, str]) -> Response:
    return Response(status, body.encode(), (("Content-Type", "text/xml"), *headers))


def _error(error: OperationError) -> Response:
    detail = f"<Type>Sender</Type><Code>{error.code}</Code><Message>{error}</Message>"
    content = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error>{detail}</Error><RequestId>{unique()}</RequestId></ErrorResponse>'
    )
    return _response(error.status, content)
