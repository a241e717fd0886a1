"""Variables of a person's shell that mean AWS proper or the way to it, each with a value that breaks who heeds it."""

from __future__ import annotations

NOWHERE = "http://127.0.0.1:9"  # the port of "discard": nothing listens there
MISSING = "/nonexistent/of-the-test"

HOSTILE = {
    "AWS_ACCESS_KEY_ID": "AKIAOFSOMEBODYELSE",
    "AWS_CA_BUNDLE": MISSING,
    "AWS_CONFIG_FILE": MISSING,
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": NOWHERE,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/nowhere",
    "AWS_CSM_ENABLED": "true",
    "AWS_CSM_PORT": "no number",
    "AWS_DATA_PATH": MISSING,
    "AWS_DEFAULTS_MODE": "no such mode",
    "AWS_DEFAULT_PROFILE": "no-such-profile",
    "AWS_DEFAULT_REGION": "xx-nowhere-1",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": NOWHERE,
    "AWS_ENDPOINT_URL": NOWHERE,
    "AWS_ENDPOINT_URL_EC2": NOWHERE,
    "AWS_ENDPOINT_URL_IAM": NOWHERE,
    "AWS_ENDPOINT_URL_S3": NOWHERE,
    "AWS_ENDPOINT_URL_STS": NOWHERE,
    "AWS_MAX_ATTEMPTS": "no number",
    "AWS_METADATA_SERVICE_TIMEOUT": "no number",
    "AWS_PROFILE": "no-such-profile",
    "AWS_REGION": "xx-nowhere-1",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "never heard of",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "never heard of",
    "AWS_RETRY_MODE": "never",
    "AWS_ROLE_ARN": "arn:aws:iam::210987654321:role/somebody-else",
    "AWS_SECRET_ACCESS_KEY": "of-somebody-else",
    "AWS_SESSION_TOKEN": "of-somebody-else",
    "AWS_SHARED_CREDENTIALS_FILE": MISSING,
    "AWS_STS_REGIONAL_ENDPOINTS": "never heard of",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_WEB_IDENTITY_TOKEN_FILE": MISSING,
    "AMAZON_ACCESS_KEY_ID": "AKIAOFSOMEBODYELSE",
    "TF_AWS_PROFILE": "no-such-profile",
    "ALL_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "HTTP_PROXY": NOWHERE,
    "all_proxy": NOWHERE,
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
}
