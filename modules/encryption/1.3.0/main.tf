locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "encryption" })
}

################################################################################
# Key policies
################################################################################

locals {
  # The account: its IAM policies decide by whom.
  account_root = "arn:${var.partition}:iam::${var.account}:root"

  # What the names of regional services end in.
  dns_suffix = var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"

  # What each key is for, and through which services the account may use it.
  purposes = {
    storage = {
      description = "Buckets, volumes and container images"
      services    = ["s3", "ec2", "ecr"]
    }
    database = {
      description = "Databases, their snapshots and performance data"
      services    = ["rds"]
    }
    cluster = {
      description = "Kubernetes secrets and the nodes' volumes"
      services    = ["eks", "ec2"]
    }
    logs = {
      description = "Log groups, trails and the topics of alarms"
      services    = ["logs", "s3", "sns", "sqs"]
    }
    secrets = {
      description = "Secrets and parameters"
      services    = ["secretsmanager", "ssm"]
    }
    backup = {
      description = "Backup vaults"
      services    = ["backup", "ec2", "rds", "s3"]
    }
  }

  # What lets any service have a key granted for a resource of the account. EKS says of no grant for secrets that
  # it is for one, so that the cluster key has the grants through its services alone.
  resource_grants = {
    Sid       = "LetServicesKeepUsingTheKey"
    Effect    = "Allow"
    Principal = { AWS = local.account_root }
    Action    = "kms:CreateGrant"
    Resource  = "*"
    Condition = {
      StringEquals = { "kms:CallerAccount" = var.account }
      Bool         = { "kms:GrantIsForAWSResource" = "true" }
    }
  }

  # Who else may use each key: AWS services that act on their own, for this account only.
  service_statements = {
    storage = [
      {
        Sid       = "WriteInventories"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "kms:GenerateDataKey"
        Resource  = "*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike = {
            "aws:SourceArn" = concat(["arn:${var.partition}:s3:::${var.environment}-*"], coalesce(var.named_bucket_arns, []))
          }
        }
      },
      {
        Sid       = "DeliverLogs"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action = [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:DescribeKey",
        ]
        Resource = "*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:logs:${var.region}:${var.account}:*" }
        }
      },
    ]
    database = []
    cluster = [
      {
        Sid       = "EncryptNodeVolumes"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action = [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:DescribeKey",
        ]
        Resource = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.account }
          ArnLike = {
            "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"
          }
        }
      },
      {
        Sid       = "GrantNodeVolumes"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.account }
          ArnLike = {
            "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*"
          }
          Bool = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
      {
        Sid       = "EncryptKubernetesSecrets"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account}:role/${var.environment}-*"
          }
        }
      },
    ]
    logs = [
      {
        Sid       = "EncryptLogGroups"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.${local.dns_suffix}" }
        Action = [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:DescribeKey",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${var.partition}:logs:${var.region}:${var.account}:*"
          }
        }
      },
      {
        Sid       = "EncryptTrails"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = ["kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:${var.partition}:cloudtrail:${var.region}:${var.account}:trail/${var.environment}-*"
          }
        }
      },
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      {
        Sid       = "PublishEvents"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = {
          StringLike = {
            "kms:EncryptionContext:aws:sns:topicArn" = "arn:${var.partition}:sns:${var.region}:${var.account}:${var.environment}-*"
          }
        }
      },
    ]
    secrets = []
    backup  = []
  }
}

################################################################################
# Keys
################################################################################

# One key a purpose. Multi-region from the start, because a key cannot become it later; one that was adopted
# stays what it is.
resource "aws_kms_key" "this" {
  for_each = { for name, purpose in local.purposes : name => purpose if !contains(keys(var.existing), name) }

  description             = "${var.environment}: ${each.value.description}"
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_days
  deletion_window_in_days = var.deletion_window_days
  multi_region            = try(var.keys[each.key].multi_region, true)
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "ManageTheKey"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
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
        Sid       = "UseTheKeyThroughServices"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action = [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:DescribeKey",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = var.account
            "kms:ViaService" = [
              for service in each.value.services :
              "${service}.${var.region}.amazonaws.com"
            ]
          }
        }
      },
      {
        Sid       = "GrantTheKeyThroughServices"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = var.account
            "kms:ViaService"    = [for service in each.value.services : "${service}.${var.region}.amazonaws.com"]
          }
        }
      },
    ], each.key == "cluster" ? [] : [local.resource_grants], local.service_statements[each.key])
  })

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

# The name by which people and tools find a key.
resource "aws_kms_alias" "this" {
  for_each = aws_kms_key.this

  name          = "alias/${try(coalesce(var.keys[each.key].alias), "${var.environment}-${each.key}")}"
  target_key_id = each.value.key_id
}

locals {
  # Ours, and those that exist.
  key_arns = merge({ for purpose, it in aws_kms_key.this : purpose => it.arn }, var.existing)
}
