"""The environment variables that turn Terraform (its providers and its S3 backend) to the emulator.

Nothing in the HCL says that there is an emulator; these variables are all there is to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mendixctl.emulator.endpoint import Endpoint

PROXIES = frozenset({"ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"})
"""Variables, in capitals or not, that send requests by way of another machine."""

MAX_ATTEMPTS = "3"
"""An emulator on this machine does not have weak moments; when it is gone, a person should hear of it soon."""


def scrubbed(variables: Mapping[str, str]) -> dict[str, str]:
    """``variables`` without what could send a request, or a real credential, anywhere else.

    All of ``AWS_*`` goes (profiles, SSO, web identities, container credentials, certificates, endpoints of single
    services), and so do the variables by which the AWS provider takes a profile or a role. Proxies stay: Terraform may
    need one to reach its registry, and Go asks none for a loopback address (``http.ProxyFromEnvironment``).
    """
    return {name: value for name, value in variables.items() if not name.startswith(("AWS_", "TF_AWS_", "AMAZON_"))}


def process_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """What the emulator's own process inherits of ``variables``: it has no business with anything outside."""
    return {name: value for name, value in scrubbed(variables).items() if name.upper() not in PROXIES}


def environment(endpoint: Endpoint) -> dict[str, str]:
    """The variables that Terraform needs to work on ``endpoint``; put them over a ``scrubbed`` environment."""
    return {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": "emulator",
        "AWS_SECRET_ACCESS_KEY": "emulator",
        "AWS_REGION": endpoint.region,
        "AWS_DEFAULT_REGION": endpoint.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": MAX_ATTEMPTS,
        "AWS_RETRY_MODE": "standard",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
    }
