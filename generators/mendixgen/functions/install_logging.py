"""Installs documents into an OpenSearch domain: roles and who has them, index templates and policies, saved objects.

The event: ``endpoint`` (https://...), ``documents`` (each ``kind``, ``name``, ``body``; a policy also ``indices``).
What is there as it is asked for is left alone, so that a second run changes nothing, and a run that was cut off is
made good by the next. Nothing is ever deleted.

Requests are signed as the function's role, which is the domain's master. A domain that is not ready, a name that DNS
does not know yet and rights that IAM has not spread yet are waited for, as long as the function may run; every other
failure is raised, so that the invocation counts as an error.

Sources: OpenSearch documentation, "Index State Management: ISM API" (if_seq_no and if_primary_term, change_policy,
add), "Security plugin: access control API", "Index templates"; OpenSearch Dashboards, "Saved objects: import"
(osd-xsrf).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

log = logging.getLogger()
log.setLevel(logging.INFO)

JSON = "application/json"
NDJSON = "application/x-ndjson"
BOUNDARY = "mendixctl-saved-objects"
NOT_READY = frozenset({403, 429, 500, 502, 503, 504})
"""Answers that a domain gives while it starts, changes or does not know its master yet."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 20.0
MARGIN = 30.0
"""Seconds that are left for telling what went wrong."""
REQUEST_SECONDS = 30
POLICY_OF_INDEX = "index.plugins.index_state_management.policy_id"
CONFLICTS = 5
"""How often a document is read again that somebody else wrote meanwhile."""

Document = Mapping[str, Any]
Answer = tuple[int, Any]
Send = Callable[[str, str, bytes | None, Mapping[str, str]], Answer]
"""Method, path, body and headers to status and what was answered, read from JSON where it is some.

Raises OSError where nothing was reached.
"""


class InstallError(Exception):
    """A document cannot be installed; those before it are, and the next run begins again."""


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """Install the documents of ``event``; returns the names of what was changed and of what was as it should be."""
    until = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - MARGIN
    return install(Cluster(signed(event["endpoint"]), until), event["documents"])


def install(cluster: Cluster, documents: list[Document]) -> dict[str, list[str]]:
    """Install ``documents`` in their order.

    Raises:
        InstallError: the domain refuses one, or does not get ready.
    """
    outcome: dict[str, list[str]] = {"changed": [], "unchanged": []}
    for document in documents:
        name = f"{document['kind']} {document['name']}"
        changed = KINDS[document["kind"]](cluster, document)
        outcome["changed" if changed else "unchanged"].append(name)
        log.info("%s: %s", name, "changed" if changed else "as it should be")
    return outcome


class Cluster:
    """A domain that is asked until it answers."""

    def __init__(self, send: Send, until: float, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """``until``: the moment of the monotonic clock at which asking ends."""
        self._send = send
        self._until = until
        self._sleep = sleep

    def ask(self, method: str, path: str, body: Any = None, *, accept: tuple[int, ...] = (), **headers: str) -> Answer:
        """The answer. Statuses of success and those of ``accept`` are answers.

        Raises:
            InstallError: any other status, or nothing in time.
        """
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, bytes) or body is None:
            sent = body
        else:
            sent = json.dumps(body).encode()
            given.setdefault("content-type", JSON)
        pause = FIRST_PAUSE
        while True:
            try:
                status, answer = self._send(method, path, sent, given)
                said = f"{status}: {_short(answer)}"
            except OSError as error:
                status, said = 0, f"{type(error).__name__}: {error}"
            if 200 <= status < 300 or status in accept:
                return status, answer
            late = time.monotonic() + pause > self._until
            if late or (status and status not in NOT_READY):
                raise InstallError(f"{method} {path}: {said}")
            log.info("%s %s: %s; again in %.0f s", method, path, said, pause)
            self._sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def signed(endpoint: str, connect: Callable[..., HTTPConnection] = HTTPSConnection) -> Send:
    """Sends requests to ``endpoint``, signed with the credentials and for the region of the function."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.session import Session

    session = Session()
    credentials = session.get_credentials()
    region = session.get_config_variable("region")
    host = urlsplit(endpoint).netloc

    def send(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        request = AWSRequest(method, endpoint + path, data=body, headers=dict(headers))
        SigV4Auth(credentials.get_frozen_credentials(), "es", region).add_auth(request)
        connection = connect(host, timeout=REQUEST_SECONDS)
        try:
            connection.request(method, path, body, dict(request.prepare().headers))
            response = connection.getresponse()
            return response.status, _read(response.read())
        except HTTPException as error:
            raise OSError(f"no answer: {error!r}") from error
        finally:
            connection.close()

    return send


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def put_role(cluster: Cluster, document: Document) -> bool:
    """A role of the domain."""
    return _security(cluster, f"/_plugins/_security/api/roles/{document['name']}", document)


def put_mapping(cluster: Cluster, document: Document) -> bool:
    """All who have a role: who is not named has it no longer."""
    path = f"/_plugins/_security/api/rolesmapping/{document['name']}"
    body = document["body"]
    return _security(cluster, path, {**document, "body": {"hosts": [], "users": [], **body}}, exact=True)


def add_members(cluster: Cluster, document: Document) -> bool:
    """Who has a role of the domain's own besides those who have it already; a role that it does not have is none."""
    name, wanted = document["name"], document["body"]["backend_roles"]
    status, _ = cluster.ask("GET", f"/_plugins/_security/api/roles/{name}", accept=(404,))
    if status == 404 or not wanted:
        return False
    path = f"/_plugins/_security/api/rolesmapping/{name}"
    status, answer = cluster.ask("GET", path, accept=(404,))
    known = answer[name] if status == 200 else {}
    missing = [role for role in wanted if role not in known.get("backend_roles", [])]
    if not missing:
        return False
    body = {key: list(known.get(key, [])) for key in ("backend_roles", "hosts", "users")}
    cluster.ask("PUT", path, {**body, "backend_roles": [*body["backend_roles"], *missing]})
    return True


def _security(cluster: Cluster, path: str, document: Document, *, exact: bool = False) -> bool:
    status, answer = cluster.ask("GET", path, accept=(404,))
    wanted = document["body"]
    if status == 200:
        known = answer[document["name"]]
        if exact and all(sorted(known.get(key, [])) == sorted(value) for key, value in wanted.items()):
            return False
        if not exact and includes(known, wanted):
            return False
    cluster.ask("PUT", path, wanted)
    return True


def put_template(cluster: Cluster, document: Document) -> bool:
    """What new indices are like; those that are there stay as they are."""
    path = f"/_index_template/{document['name']}"
    status, answer = cluster.ask("GET", path, accept=(404,))
    if status == 200 and includes(answer["index_templates"][0]["index_template"], document["body"]):
        return False
    cluster.ask("PUT", path, document["body"])
    return True


def put_policy(cluster: Cluster, document: Document) -> bool:
    """A policy, for the indices to come by its template and for those that are there as well."""
    changed = _put_policy(cluster, document)
    return _attach(cluster, document, changed=changed) or changed


def _put_policy(cluster: Cluster, document: Document) -> bool:
    path = f"/_plugins/_ism/policies/{document['name']}"
    for _ in range(CONFLICTS):
        status, answer = cluster.ask("GET", path, accept=(404,))
        if status == 200 and includes(answer["policy"], document["body"]["policy"]):
            return False
        # Without these numbers, OpenSearch takes a policy only where there is none.
        version = f"?if_seq_no={answer['_seq_no']}&if_primary_term={answer['_primary_term']}" if status == 200 else ""
        status, answer = cluster.ask("PUT", path + version, document["body"], accept=(409,))
        if status != 409:
            return True
    raise InstallError(f"PUT {path}: somebody else changes it all the time")


def _attach(cluster: Cluster, document: Document, *, changed: bool) -> bool:
    """Give the policy to the indices without one, and its new states to those that had them by the old one."""
    name, indices = document["name"], document["indices"]
    _, explained = cluster.ask("GET", f"/_plugins/_ism/explain/{indices}", accept=(404,))
    found = (
        {index: it for index, it in explained.items() if isinstance(it, dict)} if isinstance(explained, dict) else {}
    )
    policies = {index: it.get("index.plugins.index_state_management.policy_id") for index, it in found.items()}
    bare = [index for index, policy in policies.items() if policy is None]
    held = [index for index, policy in policies.items() if policy == name]
    if bare:
        cluster.ask("POST", f"/_plugins/_ism/add/{indices}", {"policy_id": name})
    if held and changed:
        cluster.ask("POST", f"/_plugins/_ism/change_policy/{indices}", {"policy_id": name})
    return bool(bare)


def put_objects(cluster: Cluster, document: Document) -> bool:
    """Saved objects of dashboards, in the tenant that everybody has."""
    objects = [json.loads(line) for line in document["body"].splitlines()]
    if all(_is_saved(cluster, one) for one in objects):
        return False
    _, answer = cluster.ask(
        "POST",
        "/_dashboards/api/saved_objects/_import?overwrite=true",
        _multipart(document["body"].encode()),
        osd_xsrf="true",
        securitytenant="global",
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
    )
    if not answer.get("success"):
        raise InstallError(f"saved objects of {document['name']}: {_short(answer)}")
    return True


def _is_saved(cluster: Cluster, wanted: Document) -> bool:
    path = f"/_dashboards/api/saved_objects/{wanted['type']}/{wanted['id']}"
    status, answer = cluster.ask("GET", path, accept=(404,), osd_xsrf="true", securitytenant="global")
    return (
        status == 200
        and includes(answer["attributes"], wanted["attributes"])
        and answer.get("references", []) == wanted["references"]
    )


def _multipart(content: bytes) -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="objects.ndjson"\r\n'
        f"Content-Type: {NDJSON}\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def includes(known: Any, wanted: Any) -> bool:
    """Whether all of ``wanted`` is in ``known``; lists have to be as long, and objects may have more."""
    if isinstance(wanted, Mapping):
        return isinstance(known, Mapping) and all(
            key in known and includes(known[key], it) for key, it in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(known, list)
            and len(known) == len(wanted)
            and all(includes(one, other) for one, other in zip(known, wanted, strict=True))
        )
    return bool(known == wanted)


def _short(answer: Any) -> str:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return text[:500]


KINDS: Mapping[str, Callable[[Cluster, Document], bool]] = {
    "role": put_role,
    "mapping": put_mapping,
    "members": add_members,
    "template": put_template,
    "policy": put_policy,
    "objects": put_objects,
}
