"""The few calls of the API: JSON:API over HTTPS, found by service discovery."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from mendixgen.diagnostics import Diagnostic, MendixError

DISCOVERY = "/.well-known/terraform.json"
SERVICE = "tfe.v2"
MEDIA = "application/vnd.api+json"
ACCEPTED = "application/vnd.api+json,application/json,*/*"
SECONDS = 30
LARGEST = 256 << 20
"""Bytes of one answer that are read: plans and states."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to the object store, and takes the token to no other host than the one that it is of."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        made = super().redirect_request(req, fp, code, msg, headers, newurl)
        if made is not None and urllib.parse.urlsplit(newurl).netloc != urllib.parse.urlsplit(req.full_url).netloc:
            made.remove_header("Authorization")
        return made


@dataclass
class Cloud:
    """The API of one host, as whoever the token is of."""

    hostname: str
    token: str = field(repr=False)
    _base: str = ""

    def get(self, path: str) -> dict[str, Any]:
        """The document at ``path``, relative to the API.

        Raises:
            MendixError: MXT151 the token is not taken, MXT152 there is no such thing for it, MXT153 anything else.
        """
        return self._document(self.raw(self._address(path)), path)

    def post(self, path: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Ask for an action; raises as `get`."""
        body = json.dumps(dict(attributes or {})).encode()
        self.raw(self._address(path), body)

    def raw(self, address: str, body: bytes | None = None) -> bytes:
        """What stands at a whole address, one of the API's or one that it named; raises as `get`.

        States and logs lie with other hosts, at addresses that are signed: the token is not for them (hashicorp,
        learn-tfc-state-api, ``getstate.sh``).
        """
        if urllib.parse.urlsplit(address).scheme != "https":
            raise self._failed(address, "it is not https")
        headers = {"Accept": ACCEPTED}
        if urllib.parse.urlsplit(address).netloc in (self.hostname, urllib.parse.urlsplit(self._base).netloc):
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = MEDIA
        request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 -- https, as checked above
        try:
            with urllib.request.build_opener(_Redirects).open(request, timeout=SECONDS) as answer:
                found: bytes = answer.read(LARGEST)
                return found
        except urllib.error.HTTPError as error:
            raise self._refused(address, error) from error
        except (urllib.error.URLError, HTTPException, TimeoutError, OSError) as error:
            raise self._failed(address, str(getattr(error, "reason", error))) from error

    def _address(self, path: str) -> str:
        if not self._base:
            root = f"https://{self.hostname}"
            said = self._document(self.raw(root + DISCOVERY), DISCOVERY).get(SERVICE)
            if not isinstance(said, str):
                raise self._failed(root + DISCOVERY, f"it offers no {SERVICE}")
            self._base = urllib.parse.urljoin(root + DISCOVERY, said)
        return urllib.parse.urljoin(self._base, path)

    def _document(self, content: bytes, where: str) -> dict[str, Any]:
        try:
            found = json.loads(content)
        except ValueError as error:
            raise self._failed(where, "it is not JSON") from error
        if not isinstance(found, dict):
            raise self._failed(where, "it is no object")
        return found

    def _refused(self, address: str, error: urllib.error.HTTPError) -> MendixError:
        place = urllib.parse.urlsplit(address).path
        if error.code == 401:
            hint = f"terraform login {self.hostname}"
            return MendixError(Diagnostic("MXT151", f"{self.hostname} does not take the token", hint=hint))
        if error.code in (403, 404):
            summary = f"{self.hostname} has no {place} for this token"
            hint = "look whether organization and workspace are spelt so, and what the token's team may do there"
            return MendixError(Diagnostic("MXT152", summary, hint=hint))
        try:
            said = error.read(10_000).decode("utf-8", "replace")
        except OSError:
            said = ""
        return self._failed(place, f"HTTP {error.code}", said)

    def _failed(self, where: str, why: str, detail: str = "") -> MendixError:
        summary = f"{self.hostname} did not answer as HCP Terraform does ({where}): {why}"
        return MendixError(Diagnostic("MXT153", summary, hint="try again; or look at its status page", detail=detail))
