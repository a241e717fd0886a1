"""``bootstrap``: the bucket and the key of an environment's state, made once and checked as often as one likes.

The state holds every secret of an environment, so its bucket is encrypted with a key of its own, versioned, private
and reachable by TLS alone. All of it is done by plain AWS calls: Terraform cannot keep its own state's bucket.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from mendixctl.aws import Clients, error_code, guarded
from mendixctl.engine.environment.tools import api, clients
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError

if TYPE_CHECKING:
    from mendixgen.spec.header import Header


@dataclass(frozen=True, slots=True)
class BootstrapStep:
    """One thing that the state needs, and whether it was made, changed or already right."""

    name: str
    status: Literal["created", "changed", "unchanged"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BootstrapResult:
    """The bucket and the key of an environment's state."""

    scope: Scope
    bucket: str
    key_arn: str
    steps: tuple[BootstrapStep, ...]


OLD_VERSIONS_DAYS = 400
"""Days that an overwritten state is kept: longer than a year's retention, so that any release can be looked into."""

UPLOAD_DAYS = 7


def bootstrap(session: Session, environment: str) -> BootstrapResult:
    """Make what is missing and mend what is not as it should be; what is right is left alone.

    Raises:
        MendixError: MXP200 the state of this environment is not in S3, MXP201 the bucket is somebody else's;
            MXA1xx what AWS refuses.
    """
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    if workplace.state_file is not None:
        raise MendixError(
            Diagnostic(
                "MXP200",
                f"the state of {environment} is a local file, so there is nothing to make",
                hint="to keep it in S3, write state: {backend: s3} into the YAML",
                location=workplace.specification.locate(("state",)),
            )
        )
    variables, _ = api(workplace)
    made = clients(workplace, variables)
    session.reporter.stage("bootstrap", workplace.scope.state)
    bench = _Bench(made, workplace.specification.header)
    _check_account(bench)
    bench.key_arn = bench.header.state.kms_key or _key(bench)
    _bucket(bench)
    for name, wanted, read, write in _settings(bench):
        _ensure(bench, name, wanted, read, write)
    return BootstrapResult(workplace.scope, bench.bucket, bench.key_arn, tuple(bench.steps))


@dataclass
class _Bench:
    clients: Clients
    header: Header
    key_arn: str = ""
    steps: list[BootstrapStep] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        return self.header.state_bucket

    @property
    def alias(self) -> str:
        # a bucket's name may have dots, an alias not
        return f"alias/{self.bucket.replace('.', '-')}"

    @property
    def kms(self) -> Any:
        return self.clients.client("kms", self.header.state_region)

    @property
    def s3(self) -> Any:
        return self.clients.client("s3", self.header.state_region)


def _check_account(bench: _Bench) -> None:
    """Check whose credentials these are before anything is made with them.

    Raises:
        MendixError: MXP202.
    """
    arn = bench.clients.caller()
    account = arn.split(":")[4]
    if account != bench.header.account:
        raise MendixError(
            Diagnostic(
                "MXP202",
                f"these credentials are of account {account}, and {bench.header.name} is in {bench.header.account}",
                hint="sign in to the environment's own account",
                detail=arn,
            )
        )


def _key(bench: _Bench) -> str:
    """The key behind the alias; made where there is none, its rotation switched on."""
    with guarded(f"look for the key {bench.alias}"):
        try:
            found = bench.kms.describe_key(KeyId=bench.alias)["KeyMetadata"]
        except Exception as error:
            if error_code(error) != "NotFoundException":
                raise
            found = None
    if found is not None:
        arn: str = found["Arn"]
        bench.steps.append(BootstrapStep("key", "unchanged", arn))
    else:
        with guarded("make a key for the state"):
            made = bench.kms.create_key(
                Description=f"Terraform state and ledger in {bench.bucket}",
                Policy=json.dumps(_key_policy(bench.header)),
                Tags=[{"TagKey": "managed-by", "TagValue": "mendixctl"}],
            )
            arn = made["KeyMetadata"]["Arn"]
            bench.kms.create_alias(AliasName=bench.alias, TargetKeyId=arn)
        bench.steps.append(BootstrapStep("key", "created", arn))
    with guarded(f"read and set the rotation of {bench.alias}"):
        rotates = bench.kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]
        if not rotates:
            bench.kms.enable_key_rotation(KeyId=arn)
    bench.steps.append(BootstrapStep("key rotation", "unchanged" if rotates else "changed", "every year"))
    return arn


def _key_policy(header: Header) -> dict[str, Any]:
    """The account decides by IAM who may use the key; S3 alone uses it on their behalf."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Administration",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{header.partition}:iam::{header.account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }


def _bucket(bench: _Bench) -> None:
    """The bucket itself.

    Raises:
        MendixError: MXP201, the name is taken by another account.
    """
    expected = bench.header.account
    with guarded(f"look for the bucket {bench.bucket}"):
        try:
            bench.s3.head_bucket(Bucket=bench.bucket, ExpectedBucketOwner=expected)
        except Exception as error:
            code = error_code(error)
            if code == "403":
                raise MendixError(_taken(bench)) from error
            if code not in {"404", "NoSuchBucket"}:
                raise
        else:
            bench.steps.append(BootstrapStep("bucket", "unchanged", bench.bucket))
            return
    region = bench.header.state_region
    # S3 takes no location for its oldest region (CreateBucket, LocationConstraint)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with guarded(f"make the bucket {bench.bucket}"):
        try:
            bench.s3.create_bucket(Bucket=bench.bucket, ObjectOwnership="BucketOwnerEnforced", **place)
        except Exception as error:
            if error_code(error) == "BucketAlreadyExists":
                raise MendixError(_taken(bench)) from error
            raise
    bench.steps.append(BootstrapStep("bucket", "created", f"{bench.bucket} in {region}"))


def _taken(bench: _Bench) -> Diagnostic:
    return Diagnostic(
        "MXP201",
        f"the bucket {bench.bucket} belongs to another account, or these credentials may not see it",
        hint="choose another name: state: {bucket: NAME}",
    )


Setting = tuple[str, Any, Callable[[], Any], Callable[[], Any]]


def _settings(bench: _Bench) -> list[Setting]:
    """What the bucket is set to: its name, the wanted value, how it is read and how it is written."""
    s3, bucket = bench.s3, bench.bucket
    owner = {"Bucket": bucket, "ExpectedBucketOwner": bench.header.account}
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    encryption = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": bench.key_arn},
        "BucketKeyEnabled": True,
    }
    ownership = [{"ObjectOwnership": "BucketOwnerEnforced"}]
    policy = _bucket_policy(bench)
    lifecycle = _lifecycle()
    return [
        (
            "versioning",
            "Enabled",
            lambda: s3.get_bucket_versioning(**owner).get("Status"),
            lambda: s3.put_bucket_versioning(**owner, VersioningConfiguration={"Status": "Enabled"}),
        ),
        (
            "encryption",
            encryption,
            lambda: _known(
                s3.get_bucket_encryption(**owner)["ServerSideEncryptionConfiguration"]["Rules"][0], encryption
            ),
            lambda: s3.put_bucket_encryption(**owner, ServerSideEncryptionConfiguration={"Rules": [encryption]}),
        ),
        (
            "public access block",
            block,
            lambda: _known(s3.get_public_access_block(**owner)["PublicAccessBlockConfiguration"], block),
            lambda: s3.put_public_access_block(**owner, PublicAccessBlockConfiguration=block),
        ),
        (
            "ownership",
            ownership,
            lambda: s3.get_bucket_ownership_controls(**owner)["OwnershipControls"]["Rules"],
            lambda: s3.put_bucket_ownership_controls(**owner, OwnershipControls={"Rules": ownership}),
        ),
        (
            "TLS-only policy",
            policy,
            lambda: json.loads(s3.get_bucket_policy(**owner)["Policy"]),
            lambda: s3.put_bucket_policy(**owner, Policy=json.dumps(policy)),
        ),
        (
            "lifecycle",
            lifecycle,
            lambda: s3.get_bucket_lifecycle_configuration(**owner)["Rules"],
            lambda: s3.put_bucket_lifecycle_configuration(**owner, LifecycleConfiguration={"Rules": lifecycle}),
        ),
    ]


def _known(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The part of an answer that is asked for: AWS adds fields over the years."""
    return {key: found.get(key) for key in wanted}


def _ensure(bench: _Bench, name: str, wanted: Any, read: Callable[[], Any], write: Callable[[], Any]) -> None:
    with guarded(f"read the {name} of {bench.bucket}"):
        try:
            found = read()
        except Exception as error:
            # each setting that a bucket lacks has a code of its own: NoSuchBucketPolicy, NoSuchLifecycleConfiguration,
            # ServerSideEncryptionConfigurationNotFoundError, OwnershipControlsNotFoundError, ...
            if not error_code(error).startswith("NoSuch") and "NotFound" not in error_code(error):
                raise
            if error_code(error) == "NoSuchBucket":
                raise
            found = None
    if found == wanted:
        bench.steps.append(BootstrapStep(name, "unchanged"))
        return
    with guarded(f"set the {name} of {bench.bucket}"):
        write()
    bench.steps.append(BootstrapStep(name, "created" if found is None else "changed"))


def _bucket_policy(bench: _Bench) -> dict[str, Any]:
    arn = f"arn:{bench.header.partition}:s3:::{bench.bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def _lifecycle() -> list[dict[str, Any]]:
    return [
        {
            "ID": "old-versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_DAYS},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UPLOAD_DAYS},
        }
    ]
