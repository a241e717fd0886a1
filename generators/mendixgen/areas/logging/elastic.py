"""What Elasticsearch on the cluster needs of AWS: a bucket for its snapshots, and the role by which it writes there.

Elasticsearch finds its role by the service account's token: its S3 repository knows web identities, and EKS Pod
Identity only in recent versions. What runs on the cluster is rendered from ``templates/kubernetes/elastic``.

Sources: Elasticsearch reference, "S3 repository" (the permissions; ``web identity``); EKS user guide, "IAM roles for
service accounts".
"""

from __future__ import annotations

from mendixgen.areas.logging.scope import Scope
from mendixgen.authoring.constructs.bucket import private_bucket
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, policy
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder

SERVICE_ACCOUNT = "elasticsearch"


def support(module: ModuleBuilder, scope: Scope, key: Expr) -> None:
    """Add the bucket, the role and the log group."""
    var = module.var
    module.section("Elasticsearch on the cluster")
    bucket = private_bucket(
        module,
        "snapshots",
        "Snapshots of the indices: what there is to go back to.",
        count=scope.hosted,
        bucket=f"{var.environment}-{var.account}-log-snapshots",
        kms_key_arn=key.arn,
    )
    own = bucket.bucket[0]
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.snapshots",
        "Elasticsearch deletes its snapshots itself; what it deleted can be had back for a week.",
        count=scope.hosted,
        bucket=own.id,
        rule=[
            {
                "id": "deleted",
                "status": "Enabled",
                "filter": {},
                "noncurrent_version_expiration": {"noncurrent_days": 7},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            }
        ],
        depends_on=[bucket.versioning],
    )
    service_role(
        module,
        "snapshots",
        "What Elasticsearch keeps its snapshots as.",
        role_name=f"{var.environment}-log-snapshots",
        description=f"Elasticsearch on {var.cluster_name} keeps its snapshots as this.",
        trust=policy(
            [
                allow(
                    "AssumeByServiceAccount",
                    ["sts:AssumeRoleWithWebIdentity"],
                    principal={"Federated": var.oidc_provider_arn},
                    condition={
                        "StringEquals": {
                            f"{var.oidc_issuer}:aud": "sts.amazonaws.com",
                            f"{var.oidc_issuer}:sub": f"system:serviceaccount:{var.pods.namespace}:{SERVICE_ACCOUNT}",
                        }
                    },
                )
            ]
        ),
        policy_name="snapshots",
        permissions=[
            allow("FindSnapshots", ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], own.arn),
            allow(
                "KeepSnapshots",
                [
                    "s3:AbortMultipartUpload",
                    "s3:DeleteObject",
                    "s3:GetObject",
                    "s3:ListMultipartUploadParts",
                    "s3:PutObject",
                ],
                f"{own.arn}/*",
            ),
            allow("UseTheKey", ["kms:Decrypt", "kms:GenerateDataKey"], key.arn, condition=module.via("s3")),
        ],
        permissions_comment="The bucket of the snapshots and its key.",
        count=scope.hosted,
        tags={"Name": f"{var.environment}-log-snapshots"},
    )
    log_group(
        module,
        "elastic",
        "What Elasticsearch, Logstash and Kibana say of themselves: where they cannot be asked any more.",
        path=f"/{var.environment}/elastic",
        retention_days=var.log_retention_days,
        count=scope.hosted,
        tags={"Name": f"/{var.environment}/elastic"},
    )
