"""A small, strict stand-in for the data plane of an OpenSearch domain: it keeps what it is given, as that would.

It answers what the installer asks for: index policies (with sequence numbers, and conflicts), index templates, roles
and who has them, saved objects. What the real one refuses is refused: unsigned requests, unknown fields, an update
without the numbers of what is there, members of a role that there is not, references to nothing. As the real one, it
adds defaults to what it keeps, and answers settings as texts.

Sources: OpenSearch documentation, "ISM API", "Policies", "Index templates", "Access control API"; OpenSearch
Dashboards, the import of saved objects (src/core/server/saved_objects/import).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.serving import in_background

ACTIONS = {
    "allocation", "close", "cold_delete", "cold_migration", "delete", "force_merge", "index_priority", "notification",
    "open", "read_only", "read_write", "replica_count", "rollover", "shrink", "snapshot", "warm_migration",
}  # fmt: skip
POLICY = {"policy_id", "description", "default_state", "states", "ism_template", "error_notification"}
TEMPLATE = {"index_patterns", "priority", "template", "composed_of", "version", "_meta", "data_stream"}
ROLE = {"cluster_permissions", "index_permissions", "tenant_permissions", "description"}
MAPPING = {"backend_roles", "hosts", "users", "and_backend_roles", "description"}
POLICY_OF_INDEX = "index.plugins.index_state_management.policy_id"
RETRY = {"count": 3, "backoff": "exponential", "delay": "1m"}


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Double:
    """The domain; tests look at what it keeps, and give it indices, roles and troubles."""

    def __init__(self) -> None:
        self.policies: dict[str, dict[str, Any]] = {}
        self.templates: dict[str, dict[str, Any]] = {}
        built_in = {"reserved": False, "hidden": False, "static": True}
        self.roles: dict[str, dict[str, Any]] = {
            name: dict(built_in) for name in ("all_access", "kibana_user", "ultrawarm_manager", "cold_manager")
        }
        self.mappings: dict[str, dict[str, Any]] = {
            "all_access": {"backend_roles": ["arn:aws:iam::123456789012:role/master"], "hosts": [], "users": []}
        }
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.indices: dict[str, str | None] = {}
        self.changed_to: dict[str, str] = {}
        self.troubles: list[int] = []
        """Statuses that the next requests get instead of an answer."""
        self.before: list[Any] = []
        """What is called, once each, before a policy is written: somebody else, who is faster."""
        self.written: list[str] = []
        """Every request that changed something."""
        self.sequence = 0

    def answer(self, method: str, path: str, query: dict[str, str], headers: Any, body: bytes) -> Any:
        if "AWS4-HMAC-SHA256" not in headers.get("Authorization", "") or not headers.get("X-Amz-Date"):
            raise Refused(403, "Missing Authentication Token")
        if "/es/aws4_request" not in headers["Authorization"]:
            raise Refused(403, "Credential should be scoped to correct service: 'es'.")
        if self.troubles:
            raise Refused(self.troubles.pop(0), "not ready")
        for pattern, answered in ROUTES:
            found = re.fullmatch(pattern, path)
            if found:
                if method != "GET":
                    self.written.append(f"{method} {path}")
                return answered(self, method, found.groups(), query, headers, body)
        raise Refused(400, f"no handler found for uri [{path}] and method [{method}]")

    def policy(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        (name,) = parts
        if method == "GET":
            return _of(self.policies, name)
        while self.before:
            self.before.pop(0)()
        known = self.policies.get(name)
        given = _object(body, {"policy"})["policy"]
        numbers = (query.get("if_seq_no"), query.get("if_primary_term"))
        if known is None and numbers != (None, None):
            raise Refused(409, f"[{name}]: version conflict, document does not exist")
        if known is not None and numbers != (str(known["_seq_no"]), str(known["_primary_term"])):
            raise Refused(409, f"[{name}]: version conflict, document already exists")
        self.sequence += 1
        kept = _policy(given)
        self.policies[name] = {
            "_id": name, "_version": 1, "_seq_no": self.sequence, "_primary_term": 1,
            "policy": {"policy_id": name, "last_updated_time": self.sequence, "schema_version": 21, **kept},
        }  # fmt: skip
        return {"_id": name, "_seq_no": self.sequence, "_primary_term": 1, "policy": self.policies[name]}

    def explain(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        found = {index: {POLICY_OF_INDEX: self.indices[index]} for index in self._matching(parts[0])}
        return {**found, "total_managed_indices": sum(it[POLICY_OF_INDEX] is not None for it in found.values())}

    def add(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        policy = _object(body, {"policy_id"})["policy_id"]
        _of(self.policies, policy)
        bare = [index for index in self._matching(parts[0]) if self.indices[index] is None]
        self.indices.update(dict.fromkeys(bare, policy))
        return {"updated_indices": len(bare), "failures": False, "failed_indices": []}

    def change(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        policy = _object(body, {"policy_id", "state", "include"})["policy_id"]
        _of(self.policies, policy)
        held = [index for index in self._matching(parts[0]) if self.indices[index] is not None]
        self.changed_to.update(dict.fromkeys(held, policy))
        return {"updated_indices": len(held), "failures": False, "failed_indices": []}

    def template(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        (name,) = parts
        if method == "GET":
            return {"index_templates": [{"name": name, "index_template": _of(self.templates, name)}]}
        given = _object(body, TEMPLATE)
        settings = given["template"].get("settings", {})
        inner = {**settings.get("index", {}), **{key: it for key, it in settings.items() if key != "index"}}
        texts = {"index": {key: str(value) for key, value in inner.items()}}
        self.templates[name] = {**given, "template": {**given["template"], "settings": texts}, "composed_of": []}
        return {"acknowledged": True}

    def role(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        (name,) = parts
        if method == "GET":
            return {name: _of(self.roles, name)}
        if self.roles.get(name, {}).get("static"):
            raise Refused(400, f"Resource '{name}' is read-only.")
        given = _object(body, ROLE)
        permissions = [
            {
                "dls": "",
                "fls": [],
                "masked_fields": [],
                **_known(it, {"index_patterns", "allowed_actions", "dls", "fls"}),
            }
            for it in given.get("index_permissions", [])
        ]
        self.roles[name] = {"reserved": False, "hidden": False, "static": False, "tenant_permissions": [],
                            **given, "index_permissions": permissions}  # fmt: skip
        return {"status": "OK"}

    def mapping(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        (name,) = parts
        if method == "GET":
            return {name: _of(self.mappings, name)}
        _of(self.roles, name)
        base: dict[str, Any] = {"backend_roles": [], "hosts": [], "users": [], "and_backend_roles": []}
        self.mappings[name] = {"reserved": False, "hidden": False, **base, **_object(body, MAPPING)}
        return {"status": "OK"}

    def saved(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        return _of(self.objects, (parts[0], parts[1]))

    def imported(self, method: str, parts: Any, query: dict[str, str], headers: Any, body: bytes) -> Any:
        if "osd-xsrf" not in headers:
            raise Refused(400, "Request must contain the osd-xsrf header.")
        boundary = headers["Content-Type"].partition("boundary=")[2]
        _, part, end = body.split(f"--{boundary}".encode())
        head, _, content = part.partition(b"\r\n\r\n")
        if b'filename="objects.ndjson"' not in head or end != b"--\r\n":
            raise Refused(400, "no file")
        given = [json.loads(line) for line in content.strip().splitlines()]
        known = {*self.objects, *((it["type"], it["id"]) for it in given)}
        missing = [it for it in given for other in it["references"] if (other["type"], other["id"]) not in known]
        if missing:
            errors = [{"id": it["id"], "error": {"type": "missing_references"}} for it in missing]
            return {"success": False, "successCount": 0, "errors": errors}
        for one in given:
            key = (one["type"], one["id"])
            if key in self.objects and query.get("overwrite") != "true":
                return {
                    "success": False,
                    "successCount": 0,
                    "errors": [{"id": one["id"], "error": {"type": "conflict"}}],
                }
            self.objects[key] = {**one, "updated_at": "2026-11-30T00:00:00Z", "version": "WzEsMV0="}
        return {"success": True, "successCount": len(given)}

    def _matching(self, pattern: str) -> list[str]:
        return [index for index in self.indices if fnmatch(index, pattern)]


ROUTES = (
    (r"/_plugins/_ism/policies/([^/]+)", Double.policy),
    (r"/_plugins/_ism/explain/([^/]+)", Double.explain),
    (r"/_plugins/_ism/add/([^/]+)", Double.add),
    (r"/_plugins/_ism/change_policy/([^/]+)", Double.change),
    (r"/_index_template/([^/]+)", Double.template),
    (r"/_plugins/_security/api/roles/([^/]+)", Double.role),
    (r"/_plugins/_security/api/rolesmapping/([^/]+)", Double.mapping),
    (r"/_dashboards/api/saved_objects/_import", Double.imported),
    (r"/_dashboards/api/saved_objects/([^/]+)/([^/]+)", Double.saved),
)


@contextmanager
def serving(double: Double) -> Iterator[str]:
    """The address (http://127.0.0.1:port) at which ``double`` answers."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status, answer = 200, double.answer(self.command, parts.path, query, self.headers, body)
            except Refused as refused:
                status, answer = refused.status, {"error": {"reason": str(refused)}, "status": refused.status}
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = _answer  # noqa: N815 -- the names that http.server calls

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = in_background(server)
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _of(known: dict[Any, dict[str, Any]], name: Any) -> dict[str, Any]:
    if name not in known:
        raise Refused(404, f"Resource '{name}' not found.")
    return known[name]


def _object(body: bytes, names: set[str]) -> dict[str, Any]:
    try:
        return _known(json.loads(body), names)
    except ValueError:
        raise Refused(400, "not JSON") from None


def _known(given: dict[str, Any], names: set[str]) -> dict[str, Any]:
    unknown = given.keys() - names
    if unknown:
        raise Refused(400, f"unknown field [{', '.join(sorted(unknown))}]")
    return given


def _policy(given: dict[str, Any]) -> dict[str, Any]:
    """A policy as it is kept: with defaults."""
    _known(given, POLICY)
    names = {state["name"] for state in given["states"]}
    if given["default_state"] not in names:
        raise Refused(400, f"Policy must have a valid default state [{given['default_state']}]")
    states = []
    for state in given["states"]:
        _known(state, {"name", "actions", "transitions"})
        for transition in state["transitions"]:
            _known(transition, {"state_name", "conditions"})
            if transition["state_name"] not in names:
                raise Refused(400, f"Policy contains a transition in state={state['name']} pointing to a missing state")
            _known(transition["conditions"], {"min_index_age", "min_doc_count", "min_size", "cron", "min_rollover_age"})
        for action in state["actions"]:
            done = action.keys() - {"retry", "timeout"}
            if len(done) != 1 or not done <= ACTIONS:
                raise Refused(400, f"Invalid field: [{', '.join(sorted(done))}] found in Action.")
        states.append({**state, "actions": [{"retry": RETRY, **action} for action in state["actions"]]})
    templates = [{"last_updated_time": 1, **_known(it, {"index_patterns", "priority"})} for it in given["ism_template"]]
    return {"error_notification": None, **given, "states": states, "ism_template": templates}
