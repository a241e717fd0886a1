locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "delivery" })

  # Whether anything is delivered at all.
  delivered_count = var.tool == null ? 0 : 1

  # Whether the pipelines are here.
  pipelined_count = var.tool == "codepipeline" ? 1 : 0

  # Whether a person has to approve.
  approvals_count = var.approval ? local.pipelined_count : 0

  # One an app.
  pipelines = { for app, it in var.releases : app => it if local.pipelined_count > 0 }

  # Apps whose alarming lines take a release back: those whose log is counted.
  watched = toset([
    for app in keys(var.releases) : app
    if local.delivered_count > 0 && contains(var.rollback_on, "alarm") && contains(keys(var.app_log_group_names == null ? {} : var.app_log_group_names), app)
  ])

  # Where a failed release becomes an incident.
  incident_topic_arns = var.support_topic_arns == null ? [] : [var.support_topic_arns["p2"]]

  # The repositories of the apps' images.
  image_arns = [for app in sort(keys(var.releases)) : var.repository_arns[app]]
}

################################################################################
# The key of signatures
################################################################################

# Signs an image by its digest, once its scan is clean. Whoever has the public half can verify that.
resource "aws_kms_key" "release" {
  count = local.delivered_count

  description              = "${var.environment}: signatures of images"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = 30
  multi_region             = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ManageTheKey"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListKeyRotations",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:ReplicateKey",
          "kms:RevokeGrant",
          "kms:RotateKeyOnDemand",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
          "kms:UpdatePrimaryRegion",
        ]
        Resource = "*"
      },
      {
        Sid       = "UseByPolicy"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
        Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"]
        Resource  = "*"
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-release" })
}

# The name by which it is found.
resource "aws_kms_alias" "release" {
  count = local.delivered_count

  name          = "alias/${var.environment}-release"
  target_key_id = aws_kms_key.release[0].key_id
}

################################################################################
# Who deploys
################################################################################

locals {
  # Who vouches for a job of another tool.
  issuer = var.tool == "github" ? coalesce(var.oidc.issuer, "token.actions.githubusercontent.com") : var.tool == "gitlab" ? coalesce(var.oidc.issuer, "gitlab.com") : coalesce(var.oidc.issuer, "none.invalid")

  # Whom its token is for.
  audience = coalesce(var.oidc.audience, var.tool == "gitlab" ? "https://${local.issuer}" : "sts.amazonaws.com")

  # What the token calls the one job that is believed.
  subject = var.oidc.subject != null || var.source_code == null ? var.oidc.subject : var.tool == "github" ? "repo:${var.source_code.repository}:ref:refs/heads/${var.source_code.branch}" : "project_path:${var.source_code.repository}:ref_type:branch:ref:${var.source_code.branch}"
}

# Whose word is believed. Its certificate is one that AWS itself knows, so no thumbprint is needed.
resource "aws_iam_openid_connect_provider" "this" {
  count = var.oidc.create ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = [local.audience]

  tags = merge(local.tags, { Name = "${var.environment}-delivery" })
}

locals {
  # The identity provider: the account's, which is known before it is there, or the own.
  federated = length(aws_iam_openid_connect_provider.this) > 0 ? aws_iam_openid_connect_provider.this[0].arn : "arn:${var.partition}:iam::${var.account}:oidc-provider/${local.issuer}"
}

# What a release is deployed as: of the cluster it may change the apps and nothing else.
resource "aws_iam_role" "deploy" {
  count = local.delivered_count

  name        = "${var.environment}-delivery"
  description = "Delivers the apps of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for it in [{
        Sid       = "AssumeByBuild"
        Effect    = "Allow"
        Principal = { Service = "codebuild.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike = {
            "aws:SourceArn" = "arn:${var.partition}:codebuild:${var.region}:${var.account}:project/${var.environment}-release-*"
          }
        }
        }, {
        Sid       = "AssumeByToken"
        Effect    = "Allow"
        Principal = { Federated = local.federated }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${local.issuer}:aud" = local.audience
            "${local.issuer}:sub" = local.subject
          }
        }
      }] :
      it
      if(it.Action == "sts:AssumeRole") == (local.pipelined_count > 0)
    ]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-delivery" })
}

# Images, the app's release in the ledger, a snapshot of its database, and the alarms.
resource "aws_iam_role_policy" "deploy" {
  count = local.delivered_count

  name = "deliver"
  role = aws_iam_role.deploy[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "FindTheCluster"
        Effect   = "Allow"
        Action   = "eks:DescribeCluster"
        Resource = var.cluster_arn
      },
      {
        Sid    = "LookAtImages"
        Effect = "Allow"
        Action = [
          "ecr:BatchGetImage",
          "ecr:DescribeImageScanFindings",
          "ecr:DescribeImages",
          "ecr:DescribeRepositories",
          "ecr:GetDownloadUrlForLayer",
          "ecr:ListImages",
          "ecr:PutImage",
        ]
        Resource = local.image_arns
      },
      {
        Sid      = "LookAtAlarms"
        Effect   = "Allow"
        Action   = "cloudwatch:DescribeAlarms"
        Resource = "*"
      },
      {
        Sid      = "LookAtDatabases"
        Effect   = "Allow"
        Action   = ["rds:DescribeDBInstances", "rds:DescribeDBSnapshots"]
        Resource = "*"
      },
      {
        Sid    = "SnapshotBeforeARelease"
        Effect = "Allow"
        Action = ["rds:AddTagsToResource", "rds:CreateDBSnapshot"]
        Resource = [
          "arn:${var.partition}:rds:${var.region}:${var.account}:db:${var.environment}-*",
          "arn:${var.partition}:rds:${var.region}:${var.account}:snapshot:${var.environment}-*",
        ]
      },
      {
        Sid    = "CopyBesideARelease"
        Effect = "Allow"
        Action = "rds:RestoreDBInstanceFromDBSnapshot"
        Resource = [
          "arn:${var.partition}:rds:${var.region}:${var.account}:db:${var.environment}-*",
          "arn:${var.partition}:rds:${var.region}:${var.account}:snapshot:${var.environment}-*",
          "arn:${var.partition}:rds:${var.region}:${var.account}:subgrp:${var.environment}-*",
          "arn:${var.partition}:rds:${var.region}:${var.account}:pg:${var.environment}-*",
          "arn:${var.partition}:rds:${var.region}:${var.account}:og:${var.environment}-*",
          "arn:${var.partition}:rds:${var.region}:${var.account}:og:default:*",
          "arn:${var.partition}:rds:${var.region}:${var.account}:pg:default.*",
        ]
      },
      {
        Sid      = "VerifySignatures"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"]
        Resource = aws_kms_key.release[0].arn
      },
      ], flatten([
        for place in [var.state_place] :
        [
          {
            Sid      = "FindReleases"
            Effect   = "Allow"
            Action   = "s3:ListBucket"
            Resource = "arn:${var.partition}:s3:::${place.bucket}"
            Condition = {
              StringLike = { "s3:prefix" = ["${place.prefix}releases/*", "${place.prefix}archives/*"] }
            }
          },
          {
            Sid    = "KeepReleases"
            Effect = "Allow"
            Action = ["s3:GetObject", "s3:PutObject"]
            Resource = [
              "arn:${var.partition}:s3:::${place.bucket}/${place.prefix}releases/*",
              "arn:${var.partition}:s3:::${place.bucket}/${place.prefix}archives/*",
            ]
          },
          {
            Sid       = "EncryptReleases"
            Effect    = "Allow"
            Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
            Resource  = coalesce(place.kms_key, "arn:${var.partition}:kms:*:${var.account}:key/*")
            Condition = { StringLike = { "kms:ViaService" = "s3.*.amazonaws.com" } }
          },
        ]
        if place.bucket != ""
        ]), [for it in [
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/codebuild/${var.environment}-release-*:*"
        },
        {
          Sid      = "PassArtifactsOn"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
          Resource = "arn:${var.partition}:s3:::${var.environment}-${var.account}-delivery/*"
        },
        {
          Sid       = "EncryptArtifacts"
          Effect    = "Allow"
          Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource  = var.storage_key_arn
          Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
        },
        {
          Sid    = "EnterTheNetwork"
          Effect = "Allow"
          Action = [
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
          ]
          Resource = "*"
        },
        {
          Sid      = "GiveTheInterfaceToTheBuild"
          Effect   = "Allow"
          Action   = "ec2:CreateNetworkInterfacePermission"
          Resource = "arn:${var.partition}:ec2:${var.region}:${var.account}:network-interface/*"
          Condition = {
            StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" }
            ArnEquals = {
              "ec2:Subnet" = [for id in var.private_subnet_ids : "arn:${var.partition}:ec2:${var.region}:${var.account}:subnet/${id}"]
            }
          }
        },
        ] : it if local.pipelined_count > 0], [for it in [
        {
          Sid      = "SignInToTheRegistry"
          Effect   = "Allow"
          Action   = "ecr:GetAuthorizationToken"
          Resource = "*"
        },
        {
          Sid    = "PushImages"
          Effect = "Allow"
          Action = [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:DescribeImageScanFindings",
            "ecr:DescribeImages",
            "ecr:DescribeRepositories",
            "ecr:GetDownloadUrlForLayer",
            "ecr:GetLifecyclePolicy",
            "ecr:InitiateLayerUpload",
            "ecr:ListImages",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
          ]
          Resource = local.image_arns
        },
        {
          Sid      = "SignImages"
          Effect   = "Allow"
          Action   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
          Resource = aws_kms_key.release[0].arn
        },
    ] : it if local.pipelined_count == 0])
  })
}

# Lets it into the cluster, as a member of a group whose rights the manifests say.
resource "aws_eks_access_entry" "this" {
  count = local.delivered_count

  cluster_name      = var.cluster_name
  principal_arn     = aws_iam_role.deploy[0].arn
  kubernetes_groups = ["mendixctl:delivery"]

  tags = merge(local.tags, { Name = "${var.environment}-delivery" })
}

################################################################################
# What a release is watched by
################################################################################

# Alarming lines in an app's log, as the monitoring counts them.
resource "aws_cloudwatch_metric_alarm" "app" {
  for_each = local.watched

  alarm_name          = "${var.environment}-delivery-${each.key}"
  alarm_description   = "${each.key} writes critical lines, or more than ${var.errors_above} errors in five minutes. A release that is being watched is taken back."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.incident_topic_arns
  ok_actions          = local.incident_topic_arns

  metric_query {
    id          = "alarming"
    expression  = "IF(FILL(critical, 0) > 0 OR FILL(errors, 0) > ${var.errors_above}, 1, 0)"
    label       = "alarming"
    return_data = true
  }

  metric_query {
    id = "critical"

    metric {
      namespace   = "Mendix/${var.environment}"
      metric_name = "${each.key}-critical"
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "Mendix/${var.environment}"
      metric_name = "${each.key}-errors"
      stat        = "Sum"
      period      = 300
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-delivery-${each.key}" })
}

################################################################################
# Sources and packages
################################################################################

# What one step hands to the next: sources and packages of a release.
resource "aws_s3_bucket" "artifacts" {
  count = local.pipelined_count

  bucket        = "${var.environment}-${var.account}-delivery"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-delivery" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "artifacts" {
  count = local.pipelined_count

  bucket                  = aws_s3_bucket.artifacts[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "artifacts" {
  count = local.pipelined_count

  bucket = aws_s3_bucket.artifacts[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "artifacts" {
  count = local.pipelined_count

  bucket = aws_s3_bucket.artifacts[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  count = local.pipelined_count

  bucket = aws_s3_bucket.artifacts[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.storage_key_arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "artifacts" {
  count = local.pipelined_count

  bucket = aws_s3_bucket.artifacts[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.artifacts[0].arn, "${aws_s3_bucket.artifacts[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.artifacts[0].arn, "${aws_s3_bucket.artifacts[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.artifacts[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
          Null            = { "s3:x-amz-server-side-encryption" = "false" }
        }
      },
      {
        Sid       = "OnlyThisKey"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.artifacts[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.storage_key_arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.artifacts]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "artifacts" {
  count = local.pipelined_count

  bucket      = aws_s3_bucket.artifacts[0].id
  eventbridge = true
}

# They go after their time. A release is in the registry, and never taken back from here.
resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  count = local.pipelined_count

  bucket = aws_s3_bucket.artifacts[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.artifact_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.artifacts]
}

# Who reads sources and packages.
resource "aws_s3_bucket_logging" "artifacts" {
  count = local.pipelined_count

  bucket        = aws_s3_bucket.artifacts[0].id
  target_bucket = var.access_logs_bucket_name
  target_prefix = "s3/delivery/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
}

################################################################################
# The network of builds
################################################################################

# Builds: out to AWS, to the cluster and to package indexes, nothing in.
resource "aws_security_group" "builds" {
  count = local.pipelined_count

  name_prefix            = "${var.environment}-builds-"
  description            = "Builds: out to AWS, to the cluster and to package indexes, nothing in"
  vpc_id                 = var.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-builds" })

  lifecycle {
    create_before_destroy = true
  }
}

# Outbound: builds to AWS, to the cluster's API and to where packages come from, over TLS.
resource "aws_vpc_security_group_egress_rule" "builds" {
  count = local.pipelined_count

  security_group_id = aws_security_group.builds[0].id
  description       = "Builds to AWS, the cluster and package indexes"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"

  tags = local.tags
}

locals {
  # Whose security groups let builds in.
  reached_groups = {
    for name, id in { cluster = var.cluster_security_group_id, endpoints = var.endpoints_security_group_id } :
    name => id
    if local.pipelined_count > 0
  }
}

# Inbound there: builds to the Kubernetes API and to interface endpoints.
resource "aws_vpc_security_group_ingress_rule" "builds" {
  for_each = local.reached_groups

  security_group_id            = each.value
  description                  = "Builds of the delivery"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.builds[0].id

  tags = local.tags
}

################################################################################
# Builds
################################################################################

# What packages are built and pushed as: it knows no cluster.
resource "aws_iam_role" "build" {
  count = local.pipelined_count

  name        = "${var.environment}-delivery-build"
  description = "Builds and pushes the apps of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = "arn:${var.partition}:codebuild:${var.region}:${var.account}:project/${var.environment}-release-*"
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-delivery-build" })
}

# Its log, its artifacts, its network, and the repositories of the apps.
resource "aws_iam_role_policy" "build" {
  count = local.pipelined_count

  name = "build"
  role = aws_iam_role.build[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/codebuild/${var.environment}-release-*:*"
      },
      {
        Sid      = "PassArtifactsOn"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = "arn:${var.partition}:s3:::${var.environment}-${var.account}-delivery/*"
      },
      {
        Sid       = "EncryptArtifacts"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.storage_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
      {
        Sid    = "EnterTheNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeDhcpOptions",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs",
        ]
        Resource = "*"
      },
      {
        Sid      = "GiveTheInterfaceToTheBuild"
        Effect   = "Allow"
        Action   = "ec2:CreateNetworkInterfacePermission"
        Resource = "arn:${var.partition}:ec2:${var.region}:${var.account}:network-interface/*"
        Condition = {
          StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" }
          ArnEquals = {
            "ec2:Subnet" = [
              for id in var.private_subnet_ids :
              "arn:${var.partition}:ec2:${var.region}:${var.account}:subnet/${id}"
            ]
          }
        }
      },
      {
        Sid      = "SignInToTheRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid    = "PushImages"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:DescribeImageScanFindings",
          "ecr:DescribeImages",
          "ecr:DescribeRepositories",
          "ecr:GetDownloadUrlForLayer",
          "ecr:GetLifecyclePolicy",
          "ecr:InitiateLayerUpload",
          "ecr:ListImages",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ]
        Resource = local.image_arns
      },
      {
        Sid      = "SignImages"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
        Resource = aws_kms_key.release[0].arn
      },
      ], [for it in var.mxbuild[*] : {
        Sid      = "FetchTheCompiler"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${var.partition}:s3:::${trimprefix(it.archive, "s3://")}"
    }])
  })
}

locals {
  # The steps of a delivery.
  steps = {
    for name, it in {
      build    = { does = "Makes the package of an app from its source", deploys = false }
      push     = { does = "Pushes the app's image, waits for its scan and signs it", deploys = false }
      deploy   = { does = "Lets the cluster run the image", deploys = true }
      verify   = { does = "Looks whether the app is ready and answers", deploys = true }
      rollback = { does = "Takes the last release of an app back", deploys = true }
    } :
    name => it
    if local.pipelined_count > 0
  }

  # What every step is told; of what is not given, nothing.
  variables = {
    for name, value in {
      ENVIRONMENT              = var.environment
      MENDIXCTL_PACKAGE        = var.package
      MENDIXCTL_MXBUILD        = try(var.mxbuild.archive, null)
      MENDIXCTL_MXBUILD_SHA256 = try(var.mxbuild.sha256, null)
    } :
    name => value
    if value != null
  }
}

# What the builds of a step say.
resource "aws_cloudwatch_log_group" "builds" {
  for_each = local.steps

  name              = "/aws/codebuild/${var.environment}-release-${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/aws/codebuild/${var.environment}-release-${each.key}" })
}

# A step: one call of mendixctl, in the private subnets, without privileges.
resource "aws_codebuild_project" "step" {
  for_each = local.steps

  name                   = "${var.environment}-release-${each.key}"
  description            = "${each.value.does}."
  service_role           = each.value.deploys ? aws_iam_role.deploy[0].arn : aws_iam_role.build[0].arn
  encryption_key         = var.storage_key_arn
  build_timeout          = var.build_minutes
  queued_timeout         = 480
  concurrent_build_limit = coalesce(var.concurrent_builds, max(1, length(var.releases)))

  source {
    type      = "CODEPIPELINE"
    buildspec = file("${path.module}/buildspecs/${each.key}.yml")
  }

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    type                        = "LINUX_CONTAINER"
    compute_type                = "BUILD_GENERAL1_${upper(var.compute)}"
    image                       = var.image
    image_pull_credentials_type = startswith(var.image, "aws/codebuild/") ? "CODEBUILD" : "SERVICE_ROLE"
    privileged_mode             = false

    dynamic "environment_variable" {
      for_each = local.variables

      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }

  vpc_config {
    vpc_id             = var.vpc_id
    subnets            = var.private_subnet_ids
    security_group_ids = [aws_security_group.builds[0].id]
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.builds[each.key].name
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-release-${each.key}" })

  depends_on = [aws_iam_role_policy.build, aws_iam_role_policy.deploy]
}

################################################################################
# Who is told
################################################################################

# A release that waits for approval is told here.
resource "aws_sns_topic" "approvals" {
  count = local.approvals_count

  name              = "${var.environment}-approvals"
  kms_master_key_id = var.logs_key_arn

  tags = merge(local.tags, { Name = "${var.environment}-approvals" })
}

# CodePipeline asks as its own role.
resource "aws_sns_topic_policy" "approvals" {
  count = local.approvals_count

  arn = aws_sns_topic.approvals[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AskForApproval"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.approvals[0].arn
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account}:role/${var.environment}-delivery-pipeline"
          }
        }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.approvals[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# Who gets a mail; SNS asks each address once whether it wants to.
resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(local.approvals_count > 0 ? var.approvers : [])

  topic_arn = aws_sns_topic.approvals[0].arn
  protocol  = "email"
  endpoint  = each.value
}

################################################################################
# Pipelines
################################################################################

locals {
  # What CodeConnections calls who hosts a repository.
  source_providers = {
    github                = "GitHub"
    gitlab                = "GitLab"
    bitbucket             = "Bitbucket"
    "github-enterprise"   = "GitHubEnterpriseServer"
    "gitlab-self-managed" = "GitLabSelfManaged"
  }
}

# Begins as PENDING: a person completes it in the console, once, and no pipeline starts before.
resource "aws_codeconnections_connection" "this" {
  count = try(var.source_code.connection_arn, null) == null ? local.pipelined_count : 0

  name          = "${var.environment}-delivery"
  provider_type = var.source_code.host_arn == null ? local.source_providers[var.source_code.provider] : null
  host_arn      = var.source_code.host_arn

  tags = merge(local.tags, { Name = "${var.environment}-delivery" })
}

locals {
  # The connection: the one that is given, or the own.
  connection_arn = local.pipelined_count == 0 ? null : try(coalesce(var.source_code.connection_arn, one(aws_codeconnections_connection.this[*].arn)), null)
}

# What the pipelines work as: they start builds and hand artifacts on.
resource "aws_iam_role" "pipeline" {
  count = local.pipelined_count

  name        = "${var.environment}-delivery-pipeline"
  description = "Runs the pipelines of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "codepipeline.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = "arn:${var.partition}:codepipeline:${var.region}:${var.account}:${var.environment}-*"
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-delivery-pipeline" })
}

# The connection, the artifacts, the steps, the question, and the alarms.
resource "aws_iam_role_policy" "pipeline" {
  count = local.pipelined_count

  name = "run"
  role = aws_iam_role.pipeline[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadTheRepository"
        Effect   = "Allow"
        Action   = ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
        Resource = local.connection_arn
      },
      {
        Sid      = "FindArtifacts"
        Effect   = "Allow"
        Action   = "s3:GetBucketVersioning"
        Resource = aws_s3_bucket.artifacts[0].arn
      },
      {
        Sid      = "PassArtifactsOn"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = "${aws_s3_bucket.artifacts[0].arn}/*"
      },
      {
        Sid       = "EncryptArtifacts"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.storage_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "RunSteps"
        Effect   = "Allow"
        Action   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
        Resource = values(aws_codebuild_project.step)[*].arn
      },
      {
        Sid      = "AskForApproval"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = "arn:${var.partition}:sns:${var.region}:${var.account}:${var.environment}-approvals"
      },
      {
        Sid       = "EncryptTheQuestion"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.logs_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "sns.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "WatchAlarms"
        Effect   = "Allow"
        Action   = "cloudwatch:DescribeAlarms"
        Resource = "*"
      },
    ]
  })
}

locals {
  # When a release with downtime may begin, as CodePipeline wants it: seconds first, years last.
  windows = {
    for app, it in local.pipelines : app => [
      for window in it.window[*] :
      format("* %s-59 %s ? * %s *", split(":", split(" ", window)[1])[1], split(":", split(" ", window)[1])[0], upper(split(" ", window)[0]))
    ]
  }

  # Where each app is in the repository.
  folders = { for app in keys(local.pipelines) : app => lookup(var.source_code.folders, app, app) }

  # The same as a path: a variable of a build is never empty.
  places = { for app, folder in local.folders : app => folder == "" ? "." : folder }

  # What the first step takes; the first of them is where it works.
  first_sources = var.platform == null ? ["Source"] : ["Platform", "Source"]
}

# From a commit to a running app. A newer commit takes the place of an older one that still waits.
resource "aws_codepipeline" "app" {
  for_each = local.pipelines

  name           = "${var.environment}-${each.key}"
  pipeline_type  = "V2"
  execution_mode = "SUPERSEDED"
  role_arn       = aws_iam_role.pipeline[0].arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts[0].id

    encryption_key {
      type = "KMS"
      id   = var.storage_key_arn
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["Source"]
      namespace        = "Source"
      configuration = {
        ConnectionArn    = local.connection_arn
        FullRepositoryId = var.source_code.repository
        BranchName       = var.source_code.branch
        DetectChanges    = "true"
      }
    }

    dynamic "action" {
      for_each = var.platform[*]

      content {
        name             = "Platform"
        category         = "Source"
        owner            = "AWS"
        provider         = "CodeStarSourceConnection"
        version          = "1"
        output_artifacts = ["Platform"]
        namespace        = "Platform"
        configuration = {
          ConnectionArn    = local.connection_arn
          FullRepositoryId = action.value.repository
          BranchName       = action.value.branch
          DetectChanges    = "false"
        }
      }
    }
  }

  stage {
    name = "Build"

    action {
      name             = "Build"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      run_order        = 1
      input_artifacts  = local.first_sources
      output_artifacts = ["Built"]
      configuration = {
        ProjectName = aws_codebuild_project.step["build"].name
        EnvironmentVariables = jsonencode([
          {
            name  = "APP"
            type  = "PLAINTEXT"
            value = each.key
          },
          {
            name  = "APP_FOLDER"
            type  = "PLAINTEXT"
            value = local.places[each.key]
          },
          {
            name  = "APP_COMMIT"
            type  = "PLAINTEXT"
            value = "#{Source.CommitId}"
          },
        ])
        PrimarySource = local.first_sources[0]
      }
    }
  }

  stage {
    name = "Gate"

    action {
      name             = "Push"
      category         = "Test"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      run_order        = 1
      input_artifacts  = ["Built"]
      output_artifacts = ["Pushed"]
      configuration = {
        ProjectName = aws_codebuild_project.step["push"].name
        EnvironmentVariables = jsonencode([
          {
            name  = "APP"
            type  = "PLAINTEXT"
            value = each.key
          },
          {
            name  = "APP_FOLDER"
            type  = "PLAINTEXT"
            value = local.places[each.key]
          },
          {
            name  = "APP_COMMIT"
            type  = "PLAINTEXT"
            value = "#{Source.CommitId}"
          },
        ])
      }
    }

    dynamic "action" {
      for_each = range(local.approvals_count)

      content {
        name      = "Approve"
        category  = "Approval"
        owner     = "AWS"
        provider  = "Manual"
        version   = "1"
        run_order = 2
        configuration = {
          NotificationArn = aws_sns_topic.approvals[0].arn
          CustomData      = "Release of ${each.key} to ${var.environment}"
        }
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "Deploy"
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      run_order       = 1
      input_artifacts = ["Pushed"]
      configuration = {
        ProjectName = aws_codebuild_project.step["deploy"].name
        EnvironmentVariables = jsonencode([
          {
            name  = "APP"
            type  = "PLAINTEXT"
            value = each.key
          },
          {
            name  = "APP_FOLDER"
            type  = "PLAINTEXT"
            value = local.places[each.key]
          },
          {
            name  = "APP_COMMIT"
            type  = "PLAINTEXT"
            value = "#{Source.CommitId}"
          },
        ])
      }
    }

    action {
      name            = "Verify"
      category        = "Test"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      run_order       = 2
      input_artifacts = ["Pushed"]
      configuration = {
        ProjectName = aws_codebuild_project.step["verify"].name
        EnvironmentVariables = jsonencode([
          {
            name  = "APP"
            type  = "PLAINTEXT"
            value = each.key
          },
          {
            name  = "APP_FOLDER"
            type  = "PLAINTEXT"
            value = local.places[each.key]
          },
          {
            name  = "APP_COMMIT"
            type  = "PLAINTEXT"
            value = "#{Source.CommitId}"
          },
        ])
      }
    }

    dynamic "before_entry" {
      for_each = local.windows[each.key]

      content {
        condition {
          result = "FAIL"

          rule {
            name          = "Window"
            configuration = { Cron = before_entry.value, TimeZone = "UTC" }

            rule_type_id {
              category = "Rule"
              owner    = "AWS"
              provider = "DeploymentWindow"
              version  = "1"
            }
          }
        }
      }
    }

    dynamic "on_failure" {
      for_each = contains(var.rollback_on, "deployment_failure") ? ["ROLLBACK"] : []

      content {
        result = on_failure.value
      }
    }

    dynamic "on_success" {
      for_each = [for app in local.watched : aws_cloudwatch_metric_alarm.app[app].alarm_name if app == each.key]

      content {
        condition {
          result = "ROLLBACK"

          rule {
            name = "Alarm"
            configuration = {
              AlarmName   = on_success.value
              AlarmStates = "ALARM"
              WaitTime    = tostring(each.value.bake_minutes)
            }

            rule_type_id {
              category = "Rule"
              owner    = "AWS"
              provider = "CloudWatchAlarm"
              version  = "1"
            }
          }
        }
      }
    }
  }

  trigger {
    provider_type = "CodeStarSourceConnection"

    git_configuration {
      source_action_name = "Source"

      push {
        branches {
          includes = [var.source_code.branch]
        }

        dynamic "file_paths" {
          for_each = [for folder in [local.folders[each.key]] : folder if folder != ""]

          content {
            includes = ["${file_paths.value}/**"]
          }
        }
      }
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}", app = each.key })

  depends_on = [aws_iam_role_policy.pipeline]
}

# Takes the last release of an app back, when a person starts it with the app's name.
resource "aws_codepipeline" "rollback" {
  count = local.pipelined_count

  name           = "${var.environment}-rollback"
  pipeline_type  = "V2"
  execution_mode = "QUEUED"
  role_arn       = aws_iam_role.pipeline[0].arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts[0].id

    encryption_key {
      type = "KMS"
      id   = var.storage_key_arn
    }
  }

  variable {
    name        = "APP"
    description = "The app whose last release is taken back"
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["Source"]
      namespace        = "Source"
      configuration = {
        ConnectionArn    = local.connection_arn
        FullRepositoryId = var.platform == null ? var.source_code.repository : var.platform.repository
        BranchName       = var.platform == null ? var.source_code.branch : var.platform.branch
        DetectChanges    = "false"
      }
    }
  }

  stage {
    name = "Rollback"

    action {
      name            = "Rollback"
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      run_order       = 1
      input_artifacts = ["Source"]
      configuration = {
        ProjectName = aws_codebuild_project.step["rollback"].name
        EnvironmentVariables = jsonencode([{
          name  = "APP"
          type  = "PLAINTEXT"
          value = "#{variables.APP}"
        }])
      }
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-rollback" })

  depends_on = [aws_iam_role_policy.pipeline]
}

################################################################################
# Who approves
################################################################################

locals {
  # Whether anybody but an administrator approves.
  approver_count = length(var.approver_roles) > 0 ? local.approvals_count : 0
}

# Approves or rejects a release, looks at pipelines, and starts or takes one back.
resource "aws_iam_role" "approver" {
  count = local.approver_count

  name        = "${var.environment}-approver"
  description = "Approves releases of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { AWS = sort(var.approver_roles) }
      Action    = "sts:AssumeRole"
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-approver" })
}

# Of this environment's pipelines.
resource "aws_iam_role_policy" "approver" {
  count = local.approver_count

  name = "approve"
  role = aws_iam_role.approver[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Approve"
        Effect   = "Allow"
        Action   = "codepipeline:PutApprovalResult"
        Resource = "arn:${var.partition}:codepipeline:${var.region}:${var.account}:${var.environment}-*/Gate/Approve"
      },
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "codepipeline:GetPipeline",
          "codepipeline:GetPipelineExecution",
          "codepipeline:GetPipelineState",
          "codepipeline:ListActionExecutions",
          "codepipeline:ListPipelineExecutions",
        ]
        Resource = "arn:${var.partition}:codepipeline:${var.region}:${var.account}:${var.environment}-*"
      },
      {
        Sid      = "Find"
        Effect   = "Allow"
        Action   = "codepipeline:ListPipelines"
        Resource = "*"
      },
      {
        Sid      = "StartAndTakeBack"
        Effect   = "Allow"
        Action   = "codepipeline:StartPipelineExecution"
        Resource = "arn:${var.partition}:codepipeline:${var.region}:${var.account}:${var.environment}-*"
      },
    ]
  })
}

################################################################################
# Failures
################################################################################

locals {
  # Whether anybody is told of failures.
  failures_count = length(local.incident_topic_arns) * local.pipelined_count
}

# An execution that failed: its release did not arrive, or was taken back.
resource "aws_cloudwatch_event_rule" "failures" {
  count = local.failures_count

  name        = "${var.environment}-delivery-failures"
  description = "Deliveries of ${var.environment} that failed"
  event_pattern = jsonencode({
    source        = ["aws.codepipeline"]
    "detail-type" = ["CodePipeline Pipeline Execution State Change"]
    detail = {
      state    = ["FAILED"]
      pipeline = concat(values(aws_codepipeline.app)[*].name, aws_codepipeline.rollback[*].name)
    }
  })

  tags = merge(local.tags, { Name = "${var.environment}-delivery-failures" })
}

# Becomes an incident.
resource "aws_cloudwatch_event_target" "failures" {
  count = local.failures_count

  rule = aws_cloudwatch_event_rule.failures[0].name
  arn  = local.incident_topic_arns[0]
}
