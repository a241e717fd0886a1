locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "foundation" })

  # The account: its IAM policies decide by whom.
  account_root = "arn:${var.partition}:iam::${var.account}:root"
}

################################################################################
# Encryption of volumes
################################################################################

# The key of every new volume and snapshot that names no other. Multi-region: it cannot become it later.
resource "aws_kms_key" "ebs" {
  count = var.ebs_encryption ? 1 : 0

  description             = "${var.environment}: ebs"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  multi_region            = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
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
            "kms:ViaService"    = ["ec2.${var.region}.amazonaws.com"]
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
            "kms:ViaService"    = ["ec2.${var.region}.amazonaws.com"]
          }
        }
      },
      {
        Sid       = "LetServicesKeepUsingTheKey"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.account }
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
      {
        Sid       = "EncryptVolumesOfGroups"
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
        Sid       = "GrantVolumesOfGroups"
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
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-ebs" })
}

# The name by which people and tools find the key.
resource "aws_kms_alias" "ebs" {
  count = var.ebs_encryption ? 1 : 0

  name          = "alias/${var.environment}-ebs"
  target_key_id = aws_kms_key.ebs[0].key_id
}

# What new volumes are encrypted with.
resource "aws_ebs_default_kms_key" "this" {
  count = var.ebs_encryption ? 1 : 0

  key_arn = aws_kms_key.ebs[0].arn
}

# No new volume without encryption, whoever makes it.
resource "aws_ebs_encryption_by_default" "this" {
  count = var.ebs_encryption ? 1 : 0

  enabled = true

  depends_on = [aws_ebs_default_kms_key.this]
}

################################################################################
# Passwords
################################################################################

# For IAM users with a password, of whom there should be none but for emergencies.
resource "aws_iam_account_password_policy" "this" {
  count = var.global_settings ? 1 : 0

  minimum_password_length        = var.password_policy.min_length
  password_reuse_prevention      = var.password_policy.reuse_prevention
  max_password_age               = var.password_policy.max_age_days
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  allow_users_to_change_password = true
  hard_expiry                    = false
}

################################################################################
# Access Analyzer
################################################################################

locals {
  # What is looked for.
  analyzers = {
    external = {
      on                = var.access_analyzer.external
      type              = "ACCOUNT"
      unused_after_days = []
    }
    unused = {
      on                = var.access_analyzer.unused
      type              = "ACCOUNT_UNUSED_ACCESS"
      unused_after_days = [var.access_analyzer.unused_after_days]
    }
  }
}

# Access from outside of the account, and access that nobody uses.
resource "aws_accessanalyzer_analyzer" "this" {
  for_each = { for name, analyzer in local.analyzers : name => analyzer if analyzer.on }

  analyzer_name = "${var.environment}-${each.key}"
  type          = each.value.type

  dynamic "configuration" {
    for_each = each.value.unused_after_days

    content {
      unused_access {
        unused_access_age = configuration.value
      }
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

################################################################################
# GuardDuty, Security Hub, Inspector
################################################################################

# Threats, from the account's own logs; what is found again is told every quarter of an hour.
resource "aws_guardduty_detector" "this" {
  count = var.guardduty ? 1 : 0

  enable                       = true
  finding_publishing_frequency = "FIFTEEN_MINUTES"

  tags = merge(local.tags, { Name = var.environment })
}

# What else GuardDuty looks at.
resource "aws_guardduty_detector_feature" "this" {
  for_each = var.guardduty ? toset(["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS"]) : toset([])

  detector_id = aws_guardduty_detector.this[0].id
  name        = each.value
  status      = "ENABLED"
}

# Findings of all services in one place; one finding a control, whatever standards ask for it.
resource "aws_securityhub_account" "this" {
  count = length(var.security_hub.standards) > 0 ? 1 : 0

  enable_default_standards  = false
  control_finding_generator = "SECURITY_CONTROL"
  auto_enable_controls      = true
}

locals {
  # What Security Hub calls the standards.
  standards = {
    cis  = "cis-aws-foundations-benchmark/v/5.0.0"
    fsbp = "aws-foundational-security-best-practices/v/1.0.0"
    nist = "nist-800-53/v/5.0.0"
    pci  = "pci-dss/v/4.0.1"
  }
}

# What the account is held against.
resource "aws_securityhub_standards_subscription" "this" {
  for_each = toset(var.security_hub.standards)

  standards_arn = "arn:${var.partition}:securityhub:${var.region}::standards/${local.standards[each.value]}"

  depends_on = [aws_securityhub_account.this]
}

# Vulnerabilities of instances, images and functions.
resource "aws_inspector2_enabler" "this" {
  count = var.inspector ? 1 : 0

  account_ids    = [var.account]
  resource_types = ["EC2", "ECR", "LAMBDA"]
}

################################################################################
# Scanning of images
################################################################################

locals {
  # How images are scanned.
  scanning = coalesce(var.registry_scanning, var.inspector ? "enhanced" : "basic")
}

# Every image of every repository.
resource "aws_ecr_registry_scanning_configuration" "this" {
  scan_type = upper(local.scanning)

  rule {
    scan_frequency = local.scanning == "enhanced" ? "CONTINUOUS_SCAN" : "SCAN_ON_PUSH"

    repository_filter {
      filter      = "*"
      filter_type = "WILDCARD"
    }
  }

  depends_on = [aws_inspector2_enabler.this]
}

################################################################################
# Config: where its records are kept
################################################################################

locals {
  # Whether there is a recorder.
  config_count = var.config_rules ? 1 : 0
}

# The key of Config's records.
resource "aws_kms_key" "config" {
  count = local.config_count

  description             = "${var.environment}: config"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  multi_region            = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
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
            "kms:ViaService"    = ["s3.${var.region}.amazonaws.com"]
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
            "kms:ViaService"    = ["s3.${var.region}.amazonaws.com"]
          }
        }
      },
      {
        Sid       = "LetServicesKeepUsingTheKey"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.account }
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
      {
        Sid       = "WriteRecords"
        Effect    = "Allow"
        Principal = { Service = "config.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-config" })
}

# The name by which people and tools find the key.
resource "aws_kms_alias" "config" {
  count = local.config_count

  name          = "alias/${var.environment}-config"
  target_key_id = aws_kms_key.config[0].key_id
}

# Config's records: what every resource looked like, and when.
resource "aws_s3_bucket" "config" {
  count = local.config_count

  bucket        = "${var.environment}-${var.account}-${var.region}-config"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-${var.region}-config" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "config" {
  count = local.config_count

  bucket                  = aws_s3_bucket.config[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "config" {
  count = local.config_count

  bucket = aws_s3_bucket.config[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "config" {
  count = local.config_count

  bucket = aws_s3_bucket.config[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "config" {
  count = local.config_count

  bucket = aws_s3_bucket.config[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.config[0].arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "config" {
  count = local.config_count

  bucket = aws_s3_bucket.config[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.config[0].arn, "${aws_s3_bucket.config[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.config[0].arn, "${aws_s3_bucket.config[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.config[0].arn}/*"
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
        Resource  = "${aws_s3_bucket.config[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = aws_kms_key.config[0].arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
      {
        Sid       = "FindTheBucket"
        Effect    = "Allow"
        Principal = { Service = "config.amazonaws.com" }
        Action    = ["s3:GetBucketAcl", "s3:ListBucket"]
        Resource  = aws_s3_bucket.config[0].arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      {
        Sid       = "WriteRecords"
        Effect    = "Allow"
        Principal = { Service = "config.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.config[0].arn}/AWSLogs/${var.account}/Config/*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.config]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "config" {
  count = local.config_count

  bucket      = aws_s3_bucket.config[0].id
  eventbridge = true
}

# Records get cheaper after a quarter, and go after seven years.
resource "aws_s3_bucket_lifecycle_configuration" "config" {
  count = local.config_count

  bucket = aws_s3_bucket.config[0].id

  rule {
    id     = "age"
    status = "Enabled"

    filter {}

    transition {
      days          = 90
      storage_class = "GLACIER_IR"
    }

    expiration {
      days = 2557
    }

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.config]
}

################################################################################
# Config: the recorder
################################################################################

# What Config reads with: a role that only Config can use, and whose policy is AWS's.
resource "aws_iam_service_linked_role" "config" {
  count = var.config_rules && var.global_settings ? 1 : 0

  aws_service_name = "config.amazonaws.com"
  description      = "AWS Config reads the configuration of every resource."

  tags = local.tags
}

# Everything in this region; what is global only where the foundation has it.
resource "aws_config_configuration_recorder" "this" {
  count = local.config_count

  name     = var.environment
  role_arn = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"

  recording_group {
    all_supported                 = true
    include_global_resource_types = var.global_settings
  }

  depends_on = [aws_iam_service_linked_role.config]
}

# A whole picture once a day, beside every change.
resource "aws_config_delivery_channel" "this" {
  count = local.config_count

  name           = var.environment
  s3_bucket_name = aws_s3_bucket.config[0].id
  s3_kms_key_arn = aws_kms_key.config[0].arn

  snapshot_delivery_properties {
    delivery_frequency = "TwentyFour_Hours"
  }

  depends_on = [aws_s3_bucket_policy.config, aws_config_configuration_recorder.this]
}

# On.
resource "aws_config_configuration_recorder_status" "this" {
  count = local.config_count

  name       = aws_config_configuration_recorder.this[0].name
  is_enabled = true

  depends_on = [aws_config_delivery_channel.this]
}

################################################################################
# Config: the rules
################################################################################

locals {
  # AWS's own rules by name.
  rules = {
    "access-keys-rotated" = {
      identifier  = "ACCESS_KEYS_ROTATED"
      description = "No access key is older than 90 days."
    }
    "cloud-trail-enabled" = {
      identifier  = "CLOUD_TRAIL_ENABLED"
      description = "A trail records the API."
    }
    "cmk-backing-key-rotation-enabled" = {
      identifier  = "CMK_BACKING_KEY_ROTATION_ENABLED"
      description = "Keys are rotated."
    }
    "ec2-ebs-encryption-by-default" = {
      identifier  = "EC2_EBS_ENCRYPTION_BY_DEFAULT"
      description = "New volumes are encrypted."
    }
    "ec2-imdsv2-check" = {
      identifier  = "EC2_IMDSV2_CHECK"
      description = "Instances ask for tokens at their metadata service."
    }
    "ecr-private-image-scanning-enabled" = {
      identifier  = "ECR_PRIVATE_IMAGE_SCANNING_ENABLED"
      description = "Images are scanned."
    }
    "eks-endpoint-no-public-access" = {
      identifier  = "EKS_ENDPOINT_NO_PUBLIC_ACCESS"
      description = "Clusters have no public endpoint."
    }
    "eks-secrets-encrypted" = {
      identifier  = "EKS_SECRETS_ENCRYPTED"
      description = "Secrets of clusters are encrypted with a key."
    }
    "encrypted-volumes" = {
      identifier  = "ENCRYPTED_VOLUMES"
      description = "Attached volumes are encrypted."
    }
    "iam-policy-no-statements-with-admin-access" = {
      identifier  = "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"
      description = "No policy of the account allows everything."
    }
    "iam-root-access-key-check" = {
      identifier  = "IAM_ROOT_ACCESS_KEY_CHECK"
      description = "The root user has no access key."
    }
    "mfa-enabled-for-iam-console-access" = {
      identifier  = "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"
      description = "Users with a password have MFA."
    }
    "rds-instance-public-access-check" = {
      identifier  = "RDS_INSTANCE_PUBLIC_ACCESS_CHECK"
      description = "Databases are not public."
    }
    "rds-storage-encrypted" = {
      identifier  = "RDS_STORAGE_ENCRYPTED"
      description = "Databases are encrypted."
    }
    "restricted-ssh" = {
      identifier  = "INCOMING_SSH_DISABLED"
      description = "No security group opens SSH to the world."
    }
    "root-account-mfa-enabled" = {
      identifier  = "ROOT_ACCOUNT_MFA_ENABLED"
      description = "The root user has MFA."
    }
    "s3-bucket-level-public-access-prohibited" = {
      identifier  = "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"
      description = "Buckets block public access."
    }
    "s3-bucket-ssl-requests-only" = {
      identifier  = "S3_BUCKET_SSL_REQUESTS_ONLY"
      description = "Buckets answer over TLS only."
    }
    "secretsmanager-rotation-enabled-check" = {
      identifier  = "SECRETSMANAGER_ROTATION_ENABLED_CHECK"
      description = "Secrets are rotated."
    }
    "vpc-default-security-group-closed" = {
      identifier  = "VPC_DEFAULT_SECURITY_GROUP_CLOSED"
      description = "Default groups let nothing pass."
    }
    "vpc-flow-logs-enabled" = {
      identifier  = "VPC_FLOW_LOGS_ENABLED"
      description = "Networks have flow logs."
    }
  }
}

# Rules that judge, and change nothing.
resource "aws_config_config_rule" "this" {
  for_each = var.config_rules ? local.rules : {}

  name             = "${var.environment}-${each.key}"
  description      = each.value.description
  input_parameters = each.key == "access-keys-rotated" ? jsonencode({ maxAccessKeyAge = "90" }) : null

  source {
    owner             = "AWS"
    source_identifier = each.value.identifier
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })

  depends_on = [aws_config_configuration_recorder_status.this]
}

################################################################################
# Trail: where its records are kept
################################################################################

locals {
  # Whether the account gets a trail: not where nobody asks for one, and not where it has one.
  trail_count = try(var.trail.existing == null, false) ? 1 : 0

  # Name of the trail.
  trail_name = "${var.environment}-management"
}

# The key of the trail's records and of its log.
resource "aws_kms_key" "trail" {
  count = local.trail_count

  description             = "${var.environment}: trail"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  multi_region            = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
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
            "kms:ViaService"    = ["s3.${var.region}.amazonaws.com", "logs.${var.region}.amazonaws.com"]
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
            "kms:ViaService"    = ["s3.${var.region}.amazonaws.com", "logs.${var.region}.amazonaws.com"]
          }
        }
      },
      {
        Sid       = "LetServicesKeepUsingTheKey"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.account }
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
      {
        Sid       = "EncryptRecords"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = ["kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          StringEquals = {
            "aws:SourceArn" = "arn:${var.partition}:cloudtrail:${var.region}:${var.account}:trail/${local.trail_name}"
          }
        }
      },
      {
        Sid    = "EncryptTheLog"
        Effect = "Allow"
        Principal = {
          Service = "logs.${var.region}.${var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"}"
        }
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
            "kms:EncryptionContext:aws:logs:arn" = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/cloudtrail/${local.trail_name}"
          }
        }
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-trail" })
}

# The name by which people and tools find the key.
resource "aws_kms_alias" "trail" {
  count = local.trail_count

  name          = "alias/${var.environment}-trail"
  target_key_id = aws_kms_key.trail[0].key_id
}

# What CloudTrail recorded: who changed what, in all regions.
resource "aws_s3_bucket" "trail" {
  count = local.trail_count

  bucket        = "${var.account}-${var.region}-mendix-trail"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.account}-${var.region}-mendix-trail" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "trail" {
  count = local.trail_count

  bucket                  = aws_s3_bucket.trail[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "trail" {
  count = local.trail_count

  bucket = aws_s3_bucket.trail[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "trail" {
  count = local.trail_count

  bucket = aws_s3_bucket.trail[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "trail" {
  count = local.trail_count

  bucket = aws_s3_bucket.trail[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.trail[0].arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "trail" {
  count = local.trail_count

  bucket = aws_s3_bucket.trail[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.trail[0].arn, "${aws_s3_bucket.trail[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.trail[0].arn, "${aws_s3_bucket.trail[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.trail[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
          Null            = { "s3:x-amz-server-side-encryption" = "false" }
          Bool            = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
      {
        Sid       = "OnlyThisKey"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.trail[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = aws_kms_key.trail[0].arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
          Bool            = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
      {
        Sid       = "FindTheBucket"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = aws_s3_bucket.trail[0].arn
        Condition = {
          StringEquals = {
            "aws:SourceArn" = "arn:${var.partition}:cloudtrail:${var.region}:${var.account}:trail/${local.trail_name}"
          }
        }
      },
      {
        Sid       = "WriteRecords"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.trail[0].arn}/AWSLogs/${var.account}/*"
        Condition = {
          StringEquals = {
            "aws:SourceArn" = "arn:${var.partition}:cloudtrail:${var.region}:${var.account}:trail/${local.trail_name}"
            "s3:x-amz-acl"  = "bucket-owner-full-control"
          }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.trail]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "trail" {
  count = local.trail_count

  bucket      = aws_s3_bucket.trail[0].id
  eventbridge = true
}

# Files go when they have served; in between they are kept where keeping is cheap and reading is not slow.
resource "aws_s3_bucket_lifecycle_configuration" "trail" {
  count = local.trail_count

  bucket = aws_s3_bucket.trail[0].id

  rule {
    id     = "keep"
    status = "Enabled"

    filter {}

    expiration {
      days = var.trail.retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    dynamic "transition" {
      for_each = var.trail.archive_after_days > 0 ? [var.trail.archive_after_days] : []

      content {
        days          = transition.value
        storage_class = "GLACIER_IR"
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.trail]
}

# Nobody deletes or changes a file before its time, whoever has got in.
resource "aws_s3_bucket_object_lock_configuration" "trail" {
  count = local.trail_count > 0 && try(var.trail.object_lock_days, 0) > 0 ? 1 : 0

  bucket = aws_s3_bucket.trail[0].id

  rule {
    default_retention {
      mode = upper(var.trail.object_lock_mode)
      days = try(var.trail.object_lock_days, 0)
    }
  }

  depends_on = [aws_s3_bucket_versioning.trail]
}

################################################################################
# Trail: the trail
################################################################################

# The same records, to be searched and counted at once.
resource "aws_cloudwatch_log_group" "trail" {
  count = local.trail_count

  name              = "/aws/cloudtrail/${local.trail_name}"
  retention_in_days = var.trail.log_retention_days
  kms_key_id        = aws_kms_key.trail[0].arn

  tags = merge(local.tags, { Name = "/aws/cloudtrail/${local.trail_name}" })
}

# What CloudTrail writes to the log group as.
resource "aws_iam_role" "trail" {
  count = local.trail_count

  name        = "${local.trail_name}-trail"
  description = "CloudTrail writes the account's records to their log group."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = "arn:${var.partition}:cloudtrail:${var.region}:${var.account}:trail/${local.trail_name}"
        }
      }
    }]
  })

  tags = merge(local.tags, { Name = "${local.trail_name}-trail" })
}

# The trail's own log group.
resource "aws_iam_role_policy" "trail" {
  count = local.trail_count

  name = "write"
  role = aws_iam_role.trail[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WriteRecords"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.trail[0].arn}:log-stream:*"
    }]
  })
}

# Who changed what, in all regions; each file's digest is signed, so that a change of it shows.
resource "aws_cloudtrail" "this" {
  count = local.trail_count

  name                          = local.trail_name
  s3_bucket_name                = aws_s3_bucket.trail[0].id
  kms_key_id                    = aws_kms_key.trail[0].arn
  enable_log_file_validation    = true
  is_multi_region_trail         = true
  include_global_service_events = true
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail[0].arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.trail[0].arn

  tags = merge(local.tags, { Name = local.trail_name })

  depends_on = [aws_s3_bucket_policy.trail, aws_iam_role_policy.trail]
}

locals {
  # What Security Hub compares letter by letter: nothing may be added.
  cis_patterns = {
    "root-use"               = "{$.userIdentity.type=\"Root\" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !=\"AwsServiceEvent\"}"
    "denied-calls"           = "{($.errorCode=\"*UnauthorizedOperation\") || ($.errorCode=\"AccessDenied*\")}"
    "sign-in-without-mfa"    = "{ ($.eventName = \"ConsoleLogin\") && ($.additionalEventData.MFAUsed != \"Yes\") && ($.userIdentity.type = \"IAMUser\") && ($.responseElements.ConsoleLogin = \"Success\") }"
    "policy-changes"         = "{($.eventSource=iam.amazonaws.com) && (($.eventName=DeleteGroupPolicy) || ($.eventName=DeleteRolePolicy) || ($.eventName=DeleteUserPolicy) || ($.eventName=PutGroupPolicy) || ($.eventName=PutRolePolicy) || ($.eventName=PutUserPolicy) || ($.eventName=CreatePolicy) || ($.eventName=DeletePolicy) || ($.eventName=CreatePolicyVersion) || ($.eventName=DeletePolicyVersion) || ($.eventName=AttachRolePolicy) || ($.eventName=DetachRolePolicy) || ($.eventName=AttachUserPolicy) || ($.eventName=DetachUserPolicy) || ($.eventName=AttachGroupPolicy) || ($.eventName=DetachGroupPolicy))}"
    "trail-changes"          = "{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || ($.eventName=StartLogging) || ($.eventName=StopLogging)}"
    "failed-sign-ins"        = "{($.eventName=ConsoleLogin) && ($.errorMessage=\"Failed authentication\")}"
    "key-deletion"           = "{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}"
    "bucket-policy-changes"  = "{($.eventSource=s3.amazonaws.com) && (($.eventName=PutBucketAcl) || ($.eventName=PutBucketPolicy) || ($.eventName=PutBucketCors) || ($.eventName=PutBucketLifecycle) || ($.eventName=PutBucketReplication) || ($.eventName=DeleteBucketPolicy) || ($.eventName=DeleteBucketCors) || ($.eventName=DeleteBucketLifecycle) || ($.eventName=DeleteBucketReplication))}"
    "config-changes"         = "{($.eventSource=config.amazonaws.com) && (($.eventName=StopConfigurationRecorder) || ($.eventName=DeleteDeliveryChannel) || ($.eventName=PutDeliveryChannel) || ($.eventName=PutConfigurationRecorder))}"
    "security-group-changes" = "{($.eventName=AuthorizeSecurityGroupIngress) || ($.eventName=AuthorizeSecurityGroupEgress) || ($.eventName=RevokeSecurityGroupIngress) || ($.eventName=RevokeSecurityGroupEgress) || ($.eventName=CreateSecurityGroup) || ($.eventName=DeleteSecurityGroup)}"
    "network-acl-changes"    = "{($.eventName=CreateNetworkAcl) || ($.eventName=CreateNetworkAclEntry) || ($.eventName=DeleteNetworkAcl) || ($.eventName=DeleteNetworkAclEntry) || ($.eventName=ReplaceNetworkAclEntry) || ($.eventName=ReplaceNetworkAclAssociation)}"
    "gateway-changes"        = "{($.eventName=CreateCustomerGateway) || ($.eventName=DeleteCustomerGateway) || ($.eventName=AttachInternetGateway) || ($.eventName=CreateInternetGateway) || ($.eventName=DeleteInternetGateway) || ($.eventName=DetachInternetGateway)}"
    "route-table-changes"    = "{($.eventSource=ec2.amazonaws.com) && (($.eventName=CreateRoute) || ($.eventName=CreateRouteTable) || ($.eventName=ReplaceRoute) || ($.eventName=ReplaceRouteTableAssociation) || ($.eventName=DeleteRouteTable) || ($.eventName=DeleteRoute) || ($.eventName=DisassociateRouteTable))}"
    "network-changes"        = "{($.eventName=CreateVpc) || ($.eventName=DeleteVpc) || ($.eventName=ModifyVpcAttribute) || ($.eventName=AcceptVpcPeeringConnection) || ($.eventName=CreateVpcPeeringConnection) || ($.eventName=DeleteVpcPeeringConnection) || ($.eventName=RejectVpcPeeringConnection) || ($.eventName=AttachClassicLinkVpc) || ($.eventName=DetachClassicLinkVpc) || ($.eventName=DisableVpcClassicLink) || ($.eventName=EnableVpcClassicLink)}"
    "organization-changes"   = "{($.eventSource = organizations.amazonaws.com) && (($.eventName=AcceptHandshake) || ($.eventName=AttachPolicy) || ($.eventName=CreateAccount) || ($.eventName=CreateOrganizationalUnit) || ($.eventName=CreatePolicy) || ($.eventName=DeclineHandshake) || ($.eventName=DeleteOrganization) || ($.eventName=DeleteOrganizationalUnit) || ($.eventName=DeletePolicy) || ($.eventName=DetachPolicy) || ($.eventName=DisablePolicyType) || ($.eventName=EnablePolicyType) || ($.eventName=InviteAccountToOrganization) || ($.eventName=LeaveOrganization) || ($.eventName=MoveAccount) || ($.eventName=RemoveAccountFromOrganization) || ($.eventName=UpdatePolicy) || ($.eventName=UpdateOrganizationalUnit))}"
  }
}

# Counts what the CIS benchmark wants to be told of.
resource "aws_cloudwatch_log_metric_filter" "cis" {
  for_each = { for name, pattern in local.cis_patterns : name => pattern if try(var.trail.cis_filters, false) }

  name           = "${var.environment}-${each.key}"
  log_group_name = try(coalesce(var.trail.existing, one(aws_cloudwatch_log_group.trail[*].name)), null)
  pattern        = each.value

  metric_transformation {
    name      = each.key
    namespace = "mendixctl/cis"
    value     = "1"
  }
}

################################################################################
# Costs: tags that bills know
################################################################################

# Budgets and reports see a tag from when it is active, and never before.
resource "aws_ce_cost_allocation_tag" "this" {
  for_each = toset(var.cost_tags)

  tag_key = each.value
  status  = "Active"
}

################################################################################
# Costs: what is unusual
################################################################################

# What is unusual in the costs of any service. AWS allows one such monitor an account.
resource "aws_ce_anomaly_monitor" "services" {
  count = try(var.anomaly_monitor.existing == null, false) ? 1 : 0

  name              = "${var.environment}-services"
  monitor_type      = "DIMENSIONAL"
  monitor_dimension = "SERVICE"

  tags = merge(local.tags, { Name = "${var.environment}-services" })
}

# Tells of what is unusual and costs enough to be looked at.
resource "aws_ce_anomaly_subscription" "services" {
  count = var.anomaly_monitor == null ? 0 : 1

  name             = "${var.environment}-services"
  frequency        = "DAILY"
  monitor_arn_list = [coalesce(var.anomaly_monitor.existing, one(aws_ce_anomaly_monitor.services[*].arn))]

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(var.anomaly_monitor.above)]
    }
  }

  dynamic "subscriber" {
    for_each = var.anomaly_monitor.notify

    content {
      type    = "EMAIL"
      address = subscriber.value
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-services" })
}

################################################################################
# Costs: the bill, line by line
################################################################################

locals {
  # Whether the bill is exported.
  export_count = var.cost_export == null ? 0 : 1
}

# The account's bills, line by line.
resource "aws_s3_bucket" "cost" {
  count = local.export_count

  bucket        = "${var.account}-mendix-cost"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.account}-mendix-cost" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "cost" {
  count = local.export_count

  bucket                  = aws_s3_bucket.cost[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "cost" {
  count = local.export_count

  bucket = aws_s3_bucket.cost[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "cost" {
  count = local.export_count

  bucket = aws_s3_bucket.cost[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with S3's own keys.
resource "aws_s3_bucket_server_side_encryption_configuration" "cost" {
  count = local.export_count

  bucket = aws_s3_bucket.cost[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "cost" {
  count = local.export_count

  bucket = aws_s3_bucket.cost[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.cost[0].arn, "${aws_s3_bucket.cost[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.cost[0].arn, "${aws_s3_bucket.cost[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "WriteBills"
        Effect    = "Allow"
        Principal = { Service = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"] }
        Action    = ["s3:GetBucketPolicy", "s3:PutObject"]
        Resource  = [aws_s3_bucket.cost[0].arn, "${aws_s3_bucket.cost[0].arn}/*"]
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike = {
            "aws:SourceArn" = [
              "arn:${var.partition}:bcm-data-exports:${var.region}:${var.account}:export/*",
              "arn:${var.partition}:cur:${var.region}:${var.account}:definition/*",
            ]
          }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.cost]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "cost" {
  count = local.export_count

  bucket      = aws_s3_bucket.cost[0].id
  eventbridge = true
}

# Bills go when nobody asks for them any more.
resource "aws_s3_bucket_lifecycle_configuration" "cost" {
  count = local.export_count

  bucket = aws_s3_bucket.cost[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.cost_export.retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.cost]
}

# Written anew every day until the month is closed. AWS adds the billing view itself, so that it is said here.
resource "aws_bcmdataexports_export" "this" {
  count = local.export_count

  export {
    name = "mendixctl"

    data_query {
      query_statement = "SELECT bill_billing_period_start_date, bill_payer_account_id, line_item_usage_account_id, line_item_usage_start_date, line_item_usage_end_date, line_item_line_item_type, line_item_product_code, line_item_usage_type, line_item_operation, line_item_resource_id, line_item_usage_amount, line_item_unblended_cost, line_item_currency_code, line_item_line_item_description, product, product_region_code, product_servicecode, product_product_family, pricing_term, pricing_unit, reservation_reservation_a_r_n, reservation_effective_cost, savings_plan_savings_plan_a_r_n, savings_plan_savings_plan_effective_cost, split_line_item_split_cost, split_line_item_unused_cost, resource_tags FROM COST_AND_USAGE_REPORT"
      table_configurations = {
        COST_AND_USAGE_REPORT = {
          BILLING_VIEW_ARN                      = "arn:${var.partition}:billing::${var.account}:billingview/primary"
          INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY = "FALSE"
          INCLUDE_RESOURCES                     = "TRUE"
          INCLUDE_SPLIT_COST_ALLOCATION_DATA    = "TRUE"
          TIME_GRANULARITY                      = "DAILY"
        }
      }
    }

    destination_configurations {
      s3_destination {
        s3_bucket = aws_s3_bucket.cost[0].id
        s3_prefix = "bills"
        s3_region = var.region

        s3_output_configurations {
          overwrite   = "OVERWRITE_REPORT"
          format      = var.cost_export.format == "parquet" ? "PARQUET" : "TEXT_OR_CSV"
          compression = var.cost_export.format == "parquet" ? "PARQUET" : "GZIP"
          output_type = "CUSTOM"
        }
      }
    }

    refresh_cadence {
      frequency = "SYNCHRONOUS"
    }
  }

  tags = merge(local.tags, { Name = "mendixctl" })

  depends_on = [aws_s3_bucket_policy.cost]
}

################################################################################
# Backups: what the account lets AWS Backup do
################################################################################

# What plans may protect: of a kind that is off, a plan does nothing and says nothing.
resource "aws_backup_region_settings" "this" {
  count = var.backup_settings == null ? 0 : 1

  resource_type_opt_in_preference = {
    Aurora                   = contains(var.backup_settings.protect, "aurora")
    DynamoDB                 = contains(var.backup_settings.protect, "dynamodb")
    EBS                      = contains(var.backup_settings.protect, "ebs")
    EC2                      = contains(var.backup_settings.protect, "ec2")
    EFS                      = contains(var.backup_settings.protect, "efs")
    RDS                      = contains(var.backup_settings.protect, "rds")
    S3                       = contains(var.backup_settings.protect, "s3")
    CloudFormation           = false
    DocumentDB               = false
    FSx                      = false
    Neptune                  = false
    Redshift                 = false
    "Redshift Serverless"    = false
    "SAP HANA on Amazon EC2" = false
    "Storage Gateway"        = false
    Timestream               = false
    VirtualMachine           = false
  }
}

# Whether backups may be copied to other accounts of the organization.
resource "aws_backup_global_settings" "this" {
  count = try(var.backup_settings.cross_account, null) == null ? 0 : 1

  global_settings = { isCrossAccountBackupEnabled = tostring(var.backup_settings.cross_account) }
}

################################################################################
# Builds: where sources and sealed plans are kept
################################################################################

locals {
  # Whether commands run in builds.
  build_count = var.builds == null ? 0 : 1

  # The steps, and the role that the command of each works as.
  build_steps = {
    for step, role in {
      plan  = try(var.builds.plan_role, "")
      apply = "${var.environment}-deployer"
    } :
    step => role
    if local.build_count > 0
  }
}

# The key of sources, sealed plans and logs of builds.
resource "aws_kms_key" "builds" {
  count = local.build_count

  description             = "${var.environment}: builds"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  multi_region            = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
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
            "kms:ViaService"    = ["s3.${var.region}.amazonaws.com", "logs.${var.region}.amazonaws.com"]
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
            "kms:ViaService"    = ["s3.${var.region}.amazonaws.com", "logs.${var.region}.amazonaws.com"]
          }
        }
      },
      {
        Sid       = "LetServicesKeepUsingTheKey"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = { "kms:CallerAccount" = var.account }
          Bool         = { "kms:GrantIsForAWSResource" = "true" }
        }
      },
      {
        Sid    = "EncryptLogs"
        Effect = "Allow"
        Principal = {
          Service = "logs.${var.region}.${var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"}"
        }
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
            "kms:EncryptionContext:aws:logs:arn" = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/codebuild/${var.environment}-builds-*"
          }
        }
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-builds" })
}

# The name by which people and tools find the key.
resource "aws_kms_alias" "builds" {
  count = local.build_count

  name          = "alias/${var.environment}-builds"
  target_key_id = aws_kms_key.builds[0].key_id
}

# What a build is made from, and what it leaves: a commit, a sealed plan, a document.
resource "aws_s3_bucket" "builds" {
  count = local.build_count

  bucket        = "${var.account}-${var.region}-mendix-builds"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.account}-${var.region}-mendix-builds" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "builds" {
  count = local.build_count

  bucket                  = aws_s3_bucket.builds[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "builds" {
  count = local.build_count

  bucket = aws_s3_bucket.builds[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "builds" {
  count = local.build_count

  bucket = aws_s3_bucket.builds[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "builds" {
  count = local.build_count

  bucket = aws_s3_bucket.builds[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.builds[0].arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "builds" {
  count = local.build_count

  bucket = aws_s3_bucket.builds[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.builds[0].arn, "${aws_s3_bucket.builds[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.builds[0].arn, "${aws_s3_bucket.builds[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.builds[0].arn}/*"
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
        Resource  = "${aws_s3_bucket.builds[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = aws_kms_key.builds[0].arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.builds]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "builds" {
  count = local.build_count

  bucket      = aws_s3_bucket.builds[0].id
  eventbridge = true
}

# They go when no plan of them can be applied any more.
resource "aws_s3_bucket_lifecycle_configuration" "builds" {
  count = local.build_count

  bucket = aws_s3_bucket.builds[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.builds.keep_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.builds]
}

################################################################################
# Builds: what they are
################################################################################

# What a build is, before its command becomes another role.
resource "aws_iam_role" "builds" {
  for_each = local.build_steps

  name        = "${var.environment}-builds-${each.key}"
  description = "Runs mendixctl in builds."
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
          "aws:SourceArn" = "arn:${var.partition}:codebuild:${var.region}:${var.account}:project/${var.environment}-builds-${each.key}"
        }
      }
    }]
  })

  tags = merge(local.tags, { Name = "${var.environment}-builds-${each.key}" })
}

# Its log, its part of the bucket, what seals plans, its network, and the one role that its command works as.
resource "aws_iam_role_policy" "builds" {
  for_each = local.build_steps

  name = "build"
  role = aws_iam_role.builds[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/codebuild/${var.environment}-builds-${each.key}:*"
      },
      {
        Sid       = "FindObjects"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = aws_s3_bucket.builds[0].arn
        Condition = { StringLike = { "s3:prefix" = "${each.key}/*" } }
      },
      {
        Sid      = "PassObjectsOn"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = "${aws_s3_bucket.builds[0].arn}/${each.key}/*"
      },
      {
        Sid       = "EncryptObjects"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = aws_kms_key.builds[0].arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "OpenPlans"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = "arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:${var.builds.passphrase_secret}-*"
      },
      {
        Sid      = "BecomeWhoMay"
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = "arn:${var.partition}:iam::${var.account}:role/${each.value}"
      },
      {
        Sid      = "SignInToTheRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "PullTheImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "arn:${var.partition}:ecr:${var.region}:${var.account}:repository/*"
      },
      ], flatten([
        for network in var.builds.network[*] :
        [
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
                  for id in network.subnet_ids :
                  "arn:${var.partition}:ec2:${var.region}:${var.account}:subnet/${id}"
                ]
              }
            }
          },
        ]
    ]))
  })
}

# What builds say.
resource "aws_cloudwatch_log_group" "builds" {
  for_each = local.build_steps

  name              = "/aws/codebuild/${var.environment}-builds-${each.key}"
  retention_in_days = var.builds.log_days
  kms_key_id        = aws_kms_key.builds[0].arn

  tags = merge(local.tags, { Name = "/aws/codebuild/${var.environment}-builds-${each.key}" })
}

# One command of mendixctl for one environment, without privileges.
resource "aws_codebuild_project" "builds" {
  for_each = local.build_steps

  name                   = "${var.environment}-builds-${each.key}"
  description            = "Started by mendixctl --on codebuild."
  service_role           = aws_iam_role.builds[each.key].arn
  encryption_key         = aws_kms_key.builds[0].arn
  build_timeout          = var.builds.build_minutes
  queued_timeout         = 480
  concurrent_build_limit = var.builds.concurrent_builds

  source {
    type      = "S3"
    location  = "${aws_s3_bucket.builds[0].id}/${each.key}/none/source.zip"
    buildspec = file("${path.module}/buildspec.yml")
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type                        = "LINUX_CONTAINER"
    compute_type                = "BUILD_GENERAL1_${upper(var.builds.compute)}"
    image                       = var.builds.image
    image_pull_credentials_type = startswith(var.builds.image, "aws/codebuild/") ? "CODEBUILD" : "SERVICE_ROLE"
    privileged_mode             = false

    dynamic "environment_variable" {
      for_each = {
        for name, value in {
          MENDIXCTL_PACKAGE         = { type = "PLAINTEXT", value = var.builds.package }
          MENDIXCTL_PLAN_PASSPHRASE = { type = "SECRETS_MANAGER", value = var.builds.passphrase_secret }
          MENDIXCTL_ROLE_ARN        = { type = "PLAINTEXT", value = "arn:${var.partition}:iam::${var.account}:role/${each.value}" }
          MENDIXCTL_STEP            = { type = "PLAINTEXT", value = each.key }
        } :
        name => value
        if value.value != null
      }

      content {
        name  = environment_variable.key
        type  = environment_variable.value.type
        value = environment_variable.value.value
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.builds[each.key].name
    }
  }

  dynamic "vpc_config" {
    for_each = var.builds.network[*]

    content {
      vpc_id             = vpc_config.value.vpc_id
      subnets            = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-builds-${each.key}" })

  depends_on = [aws_iam_role_policy.builds]
}

################################################################################
# Builds: who may start one
################################################################################

# For those who may start builds of a step: to be attached to their roles. It reads nothing else.
resource "aws_iam_policy" "builds_start" {
  for_each = local.build_steps

  name        = "${var.environment}-start-${each.key}"
  description = "Starts builds of mendixctl, and follows them."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "StartFromTheOwnPartOfTheBucket"
        Effect   = "Allow"
        Action   = "codebuild:StartBuild"
        Resource = "arn:${var.partition}:codebuild:${var.region}:${var.account}:project/${var.environment}-builds-${each.key}"
        Condition = {
          StringLike = { "codebuild:source.location" = "${aws_s3_bucket.builds[0].id}/${each.key}/*" }
          Null = {
            "codebuild:artifacts"                             = "true"
            "codebuild:encryptionKey"                         = "true"
            "codebuild:environment.environmentVariables.name" = "true"
            "codebuild:environment.image"                     = "true"
            "codebuild:environment.privilegedMode"            = "true"
            "codebuild:environment.registryCredential"        = "true"
            "codebuild:logsConfig"                            = "true"
            "codebuild:secondaryArtifacts"                    = "true"
            "codebuild:secondarySources"                      = "true"
            "codebuild:serviceRole"                           = "true"
            "codebuild:source.buildspec"                      = "true"
          }
        }
      },
      {
        Sid      = "FollowAndStop"
        Effect   = "Allow"
        Action   = ["codebuild:BatchGetBuilds", "codebuild:StopBuild"]
        Resource = "arn:${var.partition}:codebuild:${var.region}:${var.account}:project/${var.environment}-builds-${each.key}"
      },
      {
        Sid      = "ReadTheLog"
        Effect   = "Allow"
        Action   = "logs:GetLogEvents"
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/codebuild/${var.environment}-builds-${each.key}:*"
      },
      {
        Sid       = "FindObjects"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = aws_s3_bucket.builds[0].arn
        Condition = { StringLike = { "s3:prefix" = "${each.key}/*" } }
      },
      {
        Sid      = "PassObjectsOn"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = "${aws_s3_bucket.builds[0].arn}/${each.key}/*"
      },
      {
        Sid       = "EncryptObjects"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = aws_kms_key.builds[0].arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-start-${each.key}" })
}

################################################################################
# Deployment: who
################################################################################

locals {
  # Whether anything deploys from CI.
  ci_count = var.ci != null && var.global_settings ? 1 : 0

  # What GitHub calls the jobs that may deploy.
  github_subjects = try(concat(
    [for pair in setproduct(var.ci.github.repositories, var.ci.github.branches) :
    "repo:${pair[0]}:ref:refs/heads/${pair[1]}"],
    [for pair in setproduct(var.ci.github.repositories, var.ci.github.environments) :
    "repo:${pair[0]}:environment:${pair[1]}"],
  ), [])

  # What GitLab calls the jobs that may deploy.
  gitlab_subjects = try([
    for pair in setproduct(var.ci.gitlab.projects, var.ci.gitlab.branches) :
    "project_path:${pair[0]}:ref_type:branch:ref:${pair[1]}"
  ], [])

  # The identity providers that are asked for, and the jobs that each vouches for.
  ci_providers = {
    for name, provider in {
      github = {
        host     = "token.actions.githubusercontent.com"
        audience = "sts.amazonaws.com"
        subjects = local.github_subjects
        create   = try(var.ci.github.create_provider, true)
      }
      gitlab = {
        host     = try(var.ci.gitlab.host, "")
        audience = try("https://${var.ci.gitlab.host}", "")
        subjects = local.gitlab_subjects
        create   = try(var.ci.gitlab.create_provider, true)
      }
    } : name => provider if var.global_settings && length(provider.subjects) > 0
  }
}

# Whose word about a job is believed. Its certificate is one that AWS itself knows, so no thumbprint is needed.
resource "aws_iam_openid_connect_provider" "ci" {
  for_each = { for name, provider in local.ci_providers : name => provider if provider.create }

  url            = "https://${each.value.host}"
  client_id_list = [each.value.audience]

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

locals {
  # The identity providers: those that are made, and those that the account has.
  ci_provider_arns = {
    for name, provider in local.ci_providers : name => provider.create ? aws_iam_openid_connect_provider.ci[name].arn : "arn:${var.partition}:iam::${var.account}:oidc-provider/${provider.host}"
  }
}

################################################################################
# Deployment: what it can do at most
################################################################################

locals {
  # What the names begin with that the deployer may touch.
  deployed = try(var.ci.environments, [])

  # Where the deployer may work.
  deployed_regions = try(coalescelist(var.ci.regions, [var.region]), [var.region])

  # Where the states of the environments are kept.
  state_buckets = try(coalescelist(var.ci.state_buckets, ["${var.account}-${var.region}-mendix-state"]), ["${var.account}-${var.region}-mendix-state"])

  # The environments' roles.
  deployed_roles = [for name in local.deployed : "arn:${var.partition}:iam::${var.account}:role/${name}-*"]

  # The environments' policies.
  deployed_policies = [for name in local.deployed : "arn:${var.partition}:iam::${var.account}:policy/${name}-*"]

  # The environments' permissions boundaries, and those that exist.
  deployed_boundaries = concat([
    for name in local.deployed :
    "arn:${var.partition}:iam::${var.account}:policy/${name}*-boundary"
  ], try(var.ci.boundaries, []))

  # The environments' secrets.
  deployed_secrets = [
    for name in local.deployed :
    "arn:${var.partition}:secretsmanager:*:${var.account}:secret:${name}*/*"
  ]

  # The environments' functions that rotate secrets, and those that install documents for logging.
  deployed_rotations = [
    for pair in setproduct(local.deployed, ["rotate-*", "logging-installer"]) :
    "arn:${var.partition}:lambda:*:${var.account}:function:${pair[0]}*-${pair[1]}"
  ]

  # The environments' trails.
  deployed_trails = [
    for name in local.deployed :
    "arn:${var.partition}:cloudtrail:*:${var.account}:trail/${name}*-audit"
  ]

  # What is in buckets of the environments that fill by themselves.
  emptied_objects = concat([
    for pair in setproduct(local.deployed, ["access-logs", "load-balancer-logs", "audit-results", "checks", "cost-results"]) :
    "arn:${var.partition}:s3:::${pair[0]}*-${var.account}-${pair[1]}/*"
  ], ["arn:${var.partition}:s3:::*-${var.account}-delivery/*"])

  # What is in them.
  state_objects = [for name in local.state_buckets : "arn:${var.partition}:s3:::${name}/*"]

  # No statement where the deployer may write boundaries.
  boundary_limits = [
    for writes in try([var.ci.boundary_changes], []) :
    {
      Sid      = "KeepTheBoundaries"
      Effect   = "Deny"
      Action   = ["iam:CreatePolicy*", "iam:DeletePolicy*", "iam:SetDefaultPolicyVersion"]
      Resource = local.deployed_boundaries
    }
    if !writes
  ]
}

# The most that the deployer can do, whatever is attached to it. It gives nothing by itself.
resource "aws_iam_policy" "deployer_boundary" {
  count = local.ci_count

  name        = "${var.environment}-deployer-boundary"
  description = "Permissions boundary of the deployer. It gives nothing by itself."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "AllButWhoIsWho"
        Effect    = "Allow"
        NotAction = ["account:*", "iam:*", "organizations:*", "sso:*"]
        Resource  = "*"
      },
      {
        Sid      = "SeeWhoIsWho"
        Effect   = "Allow"
        Action   = ["iam:Get*", "iam:List*", "iam:SimulatePrincipalPolicy", "account:GetRegionOptStatus"]
        Resource = "*"
      },
      {
        Sid    = "WhoIsWhoInTheEnvironments"
        Effect = "Allow"
        Action = "iam:*"
        Resource = concat(local.deployed_roles, local.deployed_policies, [
          "arn:${var.partition}:iam::${var.account}:oidc-provider/oidc.eks.*",
          "arn:${var.partition}:iam::${var.account}:role/aws-service-role/*",
        ])
      },
      {
        Sid    = "OnlyBoundedRoles"
        Effect = "Deny"
        Action = [
          "iam:AttachRolePolicy",
          "iam:CreateRole",
          "iam:PutRolePermissionsBoundary",
          "iam:PutRolePolicy",
        ]
        Resource  = "*"
        Condition = { ArnNotLike = { "iam:PermissionsBoundary" = local.deployed_boundaries } }
      },
      {
        Sid      = "NoFreedRoles"
        Effect   = "Deny"
        Action   = "iam:DeleteRolePermissionsBoundary"
        Resource = "*"
      },
      {
        Sid    = "KeepTheFoundation"
        Effect = "Deny"
        Action = [
          "iam:Attach*",
          "iam:Create*",
          "iam:Delete*",
          "iam:Detach*",
          "iam:Pass*",
          "iam:Put*",
          "iam:Set*",
          "iam:Update*",
        ]
        Resource = [
          "arn:${var.partition}:iam::${var.account}:role/${var.environment}-*",
          "arn:${var.partition}:iam::${var.account}:policy/${var.environment}-*",
        ]
      },
      {
        Sid    = "KeepTheWatchOn"
        Effect = "Deny"
        Action = [
          "access-analyzer:DeleteAnalyzer",
          "config:Delete*",
          "config:StopConfigurationRecorder",
          "ec2:DisableEbsEncryptionByDefault",
          "ec2:ModifyEbsDefaultKmsKeyId",
          "ec2:ResetEbsDefaultKmsKeyId",
          "ecr:PutRegistryScanningConfiguration",
          "guardduty:Delete*",
          "guardduty:Disassociate*",
          "guardduty:Stop*",
          "guardduty:Update*",
          "inspector2:Disable",
          "securityhub:BatchDisableStandards",
          "securityhub:Disable*",
        ]
        Resource = "*"
      },
      {
        Sid    = "ReadNoContent"
        Effect = "Deny"
        Action = [
          "ec2:GetPasswordData",
          "eks:AccessKubernetesApi",
          "rds-db:connect",
          "ssm:GetParameter*",
          "ssm:SendCommand",
          "ssm:StartSession",
        ]
        Resource = "*"
      },
      {
        Sid         = "TouchNoOtherObjects"
        Effect      = "Deny"
        Action      = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        NotResource = local.state_objects
      },
      {
        Sid         = "DeleteNoOtherObjects"
        Effect      = "Deny"
        Action      = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        NotResource = concat(local.state_objects, local.emptied_objects)
      },
      {
        Sid    = "EndNoOtherTrails"
        Effect = "Deny"
        Action = [
          "cloudtrail:DeleteTrail",
          "cloudtrail:PutEventSelectors",
          "cloudtrail:PutInsightSelectors",
          "cloudtrail:StopLogging",
          "cloudtrail:UpdateTrail",
        ]
        NotResource = local.deployed_trails
      },
      {
        Sid         = "ReadNoOtherSecrets"
        Effect      = "Deny"
        Action      = "secretsmanager:GetSecretValue"
        NotResource = local.deployed_secrets
      },
      {
        Sid         = "CallNoOtherFunctions"
        Effect      = "Deny"
        Action      = "lambda:InvokeFunction"
        NotResource = local.deployed_rotations
      },
    ], local.boundary_limits)
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-boundary" })
}

################################################################################
# Deployment: what it may do
################################################################################

# What CI's jobs deploy as, without a stored key: only those of the named repositories and branches.
resource "aws_iam_role" "deployer" {
  count = local.ci_count

  name                 = "${var.environment}-deployer"
  description          = "Deploys the environments from CI."
  max_session_duration = try(var.ci.session_hours, 1) * 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      for name, provider in local.ci_providers : {
        Sid       = title(name)
        Effect    = "Allow"
        Principal = { Federated = local.ci_provider_arns[name] }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            ("${provider.host}:aud") = provider.audience
            ("${provider.host}:sub") = provider.subjects
          }
        }
      }
      ], [
      for step in keys(local.build_steps) : {
        Sid       = "Builds"
        Effect    = "Allow"
        Principal = { AWS = [aws_iam_role.builds[step].arn] }
        Action    = "sts:AssumeRole"
      } if step == "apply"
    ])
  })
  permissions_boundary = aws_iam_policy.deployer_boundary[0].arn

  tags = merge(local.tags, { Name = "${var.environment}-deployer" })
}

# Networks, load balancers, and the machines of node groups.
resource "aws_iam_policy" "deployer_network" {
  count = local.ci_count

  name        = "${var.environment}-deployer-network"
  description = "Deployer: networks, load balancers, and the machines of node groups."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Manage"
      Effect = "Allow"
      Action = [
        "acm:AddTagsToCertificate",
        "acm:DeleteCertificate",
        "acm:Describe*",
        "acm:List*",
        "acm:RemoveTagsFromCertificate",
        "acm:RequestCertificate",
        "autoscaling:CreateOrUpdateTags",
        "autoscaling:DeletePolicy",
        "autoscaling:DeleteScheduledAction",
        "autoscaling:DeleteTags",
        "autoscaling:Describe*",
        "autoscaling:PutScalingPolicy",
        "autoscaling:PutScheduledUpdateGroupAction",
        "ec2:AllocateAddress",
        "ec2:Associate*",
        "ec2:AttachInternetGateway",
        "ec2:AuthorizeSecurityGroup*",
        "ec2:CreateFlowLogs",
        "ec2:CreateInternetGateway",
        "ec2:CreateLaunchTemplate*",
        "ec2:CreateNatGateway",
        "ec2:CreateNetworkAcl*",
        "ec2:CreateRoute*",
        "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet",
        "ec2:CreateTags",
        "ec2:CreateVpc",
        "ec2:CreateVpcEndpoint",
        "ec2:DeleteFlowLogs",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteLaunchTemplate*",
        "ec2:DeleteNatGateway",
        "ec2:DeleteNetworkAcl*",
        "ec2:DeleteRoute*",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteTags",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:Describe*",
        "ec2:DetachInternetGateway",
        "ec2:Disassociate*",
        "ec2:ModifyLaunchTemplate",
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:ReleaseAddress",
        "ec2:ReplaceNetworkAcl*",
        "ec2:ReplaceRoute*",
        "ec2:RevokeSecurityGroup*",
        "ec2:RunInstances",
        "ec2:UpdateSecurityGroupRuleDescriptions*",
        "elasticloadbalancing:AddListenerCertificates",
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:Create*",
        "elasticloadbalancing:Delete*",
        "elasticloadbalancing:Describe*",
        "elasticloadbalancing:Modify*",
        "elasticloadbalancing:RemoveListenerCertificates",
        "elasticloadbalancing:RemoveTags",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
    }]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-network" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_network" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_network[0].arn
}

# Clusters, functions, images, and what delivers apps to them.
resource "aws_iam_policy" "deployer_workloads" {
  count = local.ci_count

  name        = "${var.environment}-deployer-workloads"
  description = "Deployer: clusters, functions, images, and what delivers apps to them."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Manage"
      Effect = "Allow"
      Action = [
        "codebuild:BatchGetProjects",
        "codebuild:CreateProject",
        "codebuild:DeleteProject",
        "codebuild:UpdateProject",
        "codeconnections:CreateConnection",
        "codeconnections:DeleteConnection",
        "codeconnections:GetConnection",
        "codeconnections:ListTagsForResource",
        "codeconnections:PassConnection",
        "codeconnections:TagResource",
        "codeconnections:UntagResource",
        "codepipeline:CreatePipeline",
        "codepipeline:DeletePipeline",
        "codepipeline:GetPipeline",
        "codepipeline:ListTagsForResource",
        "codepipeline:TagResource",
        "codepipeline:UntagResource",
        "codepipeline:UpdatePipeline",
        "codestar-connections:PassConnection",
        "ecr:CreatePullThroughCacheRule",
        "ecr:CreateRepository",
        "ecr:CreateRepositoryCreationTemplate",
        "ecr:DeleteLifecyclePolicy",
        "ecr:DeletePullThroughCacheRule",
        "ecr:DeleteRepository",
        "ecr:DeleteRepositoryCreationTemplate",
        "ecr:DeleteRepositoryPolicy",
        "ecr:Describe*",
        "ecr:GetLifecyclePolicy",
        "ecr:GetRepositoryPolicy",
        "ecr:ListTagsForResource",
        "ecr:PutImageScanningConfiguration",
        "ecr:PutImageTagMutability",
        "ecr:PutLifecyclePolicy",
        "ecr:PutReplicationConfiguration",
        "ecr:SetRepositoryPolicy",
        "ecr:TagResource",
        "ecr:UntagResource",
        "ecr:UpdatePullThroughCacheRule",
        "ecr:UpdateRepositoryCreationTemplate",
        "eks:Associate*",
        "eks:Create*",
        "eks:Delete*",
        "eks:Describe*",
        "eks:Disassociate*",
        "eks:List*",
        "eks:TagResource",
        "eks:UntagResource",
        "eks:Update*",
        "lambda:AddPermission",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:DeleteLayerVersion",
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConfiguration",
        "lambda:GetLayerVersion",
        "lambda:GetPolicy",
        "lambda:ListVersionsByFunction",
        "lambda:PublishLayerVersion",
        "lambda:PublishVersion",
        "lambda:RemovePermission",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
    }]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-workloads" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_workloads" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_workloads[0].arn
}

# Databases, buckets, keys, secrets and snapshots: what they are, never what is in them.
resource "aws_iam_policy" "deployer_data" {
  count = local.ci_count

  name        = "${var.environment}-deployer-data"
  description = "Deployer: databases, buckets, keys, secrets and snapshots: what they are, never what is in them."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Manage"
      Effect = "Allow"
      Action = [
        "dlm:CreateLifecyclePolicy",
        "dlm:DeleteLifecyclePolicy",
        "dlm:GetLifecyclePolicy",
        "dlm:ListTagsForResource",
        "dlm:TagResource",
        "dlm:UntagResource",
        "dlm:UpdateLifecyclePolicy",
        "kms:CancelKeyDeletion",
        "kms:CreateAlias",
        "kms:CreateKey",
        "kms:DeleteAlias",
        "kms:DescribeKey",
        "kms:EnableKey",
        "kms:EnableKeyRotation",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:List*",
        "kms:PutKeyPolicy",
        "kms:TagResource",
        "kms:UntagResource",
        "kms:UpdateAlias",
        "kms:UpdateKeyDescription",
        "rds:AddSourceIdentifierToSubscription",
        "rds:AddTagsToResource",
        "rds:Create*",
        "rds:Delete*",
        "rds:DeregisterDBProxyTargets",
        "rds:Describe*",
        "rds:ListTagsForResource",
        "rds:Modify*",
        "rds:PromoteReadReplica",
        "rds:RebootDBInstance",
        "rds:RegisterDBProxyTargets",
        "rds:RemoveSourceIdentifierFromSubscription",
        "rds:RemoveTagsFromResource",
        "rds:ResetDBParameterGroup",
        "rds:RestoreDBInstance*",
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:GetAccelerateConfiguration",
        "s3:GetBucket*",
        "s3:GetEncryptionConfiguration",
        "s3:GetIntelligentTieringConfiguration",
        "s3:GetInventoryConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutBucket*",
        "s3:PutEncryptionConfiguration",
        "s3:PutIntelligentTieringConfiguration",
        "s3:PutInventoryConfiguration",
        "s3:PutLifecycleConfiguration",
        "secretsmanager:CancelRotateSecret",
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteResourcePolicy",
        "secretsmanager:DeleteSecret",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:ListSecretVersionIds",
        "secretsmanager:PutResourcePolicy",
        "secretsmanager:PutSecretValue",
        "secretsmanager:RemoveRegionsFromReplication",
        "secretsmanager:ReplicateSecretToRegions",
        "secretsmanager:RestoreSecret",
        "secretsmanager:RotateSecret",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret",
        "secretsmanager:UpdateSecretVersionStage",
        "secretsmanager:ValidateResourcePolicy",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
    }]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-data" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_data" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_data[0].arn
}

# Logs, alarms, events, topics and incidents: what is watched and who is told, and whose a resource is.
resource "aws_iam_policy" "deployer_operations" {
  count = local.ci_count

  name        = "${var.environment}-deployer-operations"
  description = "Deployer: logs, alarms, events, topics and incidents: what is watched and who is told, and whose a resource is."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Manage"
      Effect = "Allow"
      Action = [
        "cloudwatch:DeleteAlarmMuteRule",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DeleteDashboards",
        "cloudwatch:Describe*",
        "cloudwatch:GetDashboard",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:PutAlarmMuteRule",
        "cloudwatch:PutCompositeAlarm",
        "cloudwatch:PutDashboard",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:PutMetricData",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
        "dynamodb:CreateTable",
        "dynamodb:DeleteTable",
        "dynamodb:Describe*",
        "dynamodb:ListTagsOfResource",
        "dynamodb:TagResource",
        "dynamodb:UntagResource",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateTable",
        "events:DeleteRule",
        "events:DescribeRule",
        "events:ListTagsForResource",
        "events:ListTargetsByRule",
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:TagResource",
        "events:UntagResource",
        "logs:AssociateKmsKey",
        "logs:CreateLogDelivery",
        "logs:CreateLogGroup",
        "logs:DeleteLogDelivery",
        "logs:DeleteLogGroup",
        "logs:DeleteMetricFilter",
        "logs:DeleteQueryDefinition",
        "logs:DeleteResourcePolicy",
        "logs:Describe*",
        "logs:ListTagsForResource",
        "logs:PutMetricFilter",
        "logs:PutQueryDefinition",
        "logs:PutResourcePolicy",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
        "s3:GetMetricsConfiguration",
        "s3:PutMetricsConfiguration",
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:GetSubscriptionAttributes",
        "sns:GetTopicAttributes",
        "sns:List*",
        "sns:SetSubscriptionAttributes",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:TagResource",
        "sns:Unsubscribe",
        "sns:UntagResource",
        "sqs:CreateQueue",
        "sqs:DeleteQueue",
        "sqs:GetQueueAttributes",
        "sqs:ListQueueTags",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:UntagQueue",
        "states:CreateStateMachine",
        "states:DeleteStateMachine",
        "states:DescribeStateMachine",
        "states:ListStateMachineVersions",
        "states:ListTagsForResource",
        "states:TagResource",
        "states:UntagResource",
        "states:UpdateStateMachine",
        "states:ValidateStateMachineDefinition",
        "synthetics:CreateCanary",
        "synthetics:DeleteCanary",
        "synthetics:GetCanary",
        "synthetics:StartCanary",
        "synthetics:StopCanary",
        "synthetics:TagResource",
        "synthetics:UntagResource",
        "synthetics:UpdateCanary",
        "tag:GetResources",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
    }]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-operations" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_operations" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_operations[0].arn
}

# Trails, tables and queries of records, and where logs are searched: what they are, never what they say.
resource "aws_iam_policy" "deployer_records" {
  count = local.ci_count

  name        = "${var.environment}-deployer-records"
  description = "Deployer: trails, tables and queries of records, and where logs are searched: what they are, never what they say."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Manage"
      Effect = "Allow"
      Action = [
        "athena:CreateNamedQuery",
        "athena:CreateWorkGroup",
        "athena:DeleteNamedQuery",
        "athena:DeleteWorkGroup",
        "athena:GetNamedQuery",
        "athena:GetWorkGroup",
        "athena:ListTagsForResource",
        "athena:TagResource",
        "athena:UntagResource",
        "athena:UpdateNamedQuery",
        "athena:UpdateWorkGroup",
        "cloudtrail:AddTags",
        "cloudtrail:CreateTrail",
        "cloudtrail:DeleteTrail",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetInsightSelectors",
        "cloudtrail:GetTrail",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:ListTags",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:PutInsightSelectors",
        "cloudtrail:RemoveTags",
        "cloudtrail:StartLogging",
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
        "es:AddTags",
        "es:CreateDomain",
        "es:DeleteDomain",
        "es:DescribeDomain",
        "es:DescribeDomainConfig",
        "es:GetCompatibleVersions",
        "es:GetUpgradeStatus",
        "es:ListTags",
        "es:RemoveTags",
        "es:UpdateDomainConfig",
        "es:UpgradeDomain",
        "glue:CreateDatabase",
        "glue:CreateTable",
        "glue:DeleteDatabase",
        "glue:DeleteTable",
        "glue:GetDatabase",
        "glue:GetPartitionIndexes",
        "glue:GetTable",
        "glue:GetTags",
        "glue:TagResource",
        "glue:UntagResource",
        "glue:UpdateDatabase",
        "glue:UpdateTable",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
    }]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-records" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_records" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_records[0].arn
}

# Backups, their copies and tests, and what a standby takes from its primary. CloudFront, and what it needs in
# us-east-1.
resource "aws_iam_policy" "deployer_continuity" {
  count = local.ci_count

  name        = "${var.environment}-deployer-continuity"
  description = "Deployer: backups, their copies and tests, and what a standby takes from its primary. CloudFront, and what it needs in us-east-1."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Manage"
        Effect = "Allow"
        Action = [
          "backup-storage:MountCapsule",
          "backup:CreateBackupPlan",
          "backup:CreateBackupSelection",
          "backup:CreateBackupVault",
          "backup:CreateReportPlan",
          "backup:CreateRestoreTestingPlan",
          "backup:CreateRestoreTestingSelection",
          "backup:DeleteBackupPlan",
          "backup:DeleteBackupSelection",
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultAccessPolicy",
          "backup:DeleteBackupVaultLockConfiguration",
          "backup:DeleteReportPlan",
          "backup:DeleteRestoreTestingPlan",
          "backup:DeleteRestoreTestingSelection",
          "backup:Describe*",
          "backup:Get*",
          "backup:List*",
          "backup:PutBackupVaultAccessPolicy",
          "backup:PutBackupVaultLockConfiguration",
          "backup:TagResource",
          "backup:UntagResource",
          "backup:UpdateBackupPlan",
          "backup:UpdateReportPlan",
          "backup:UpdateRestoreTestingPlan",
          "backup:UpdateRestoreTestingSelection",
          "drs:CreateReplicationConfigurationTemplate",
          "drs:DeleteReplicationConfigurationTemplate",
          "drs:DescribeReplicationConfigurationTemplates",
          "drs:ListTagsForResource",
          "drs:TagResource",
          "drs:UntagResource",
          "drs:UpdateReplicationConfigurationTemplate",
          "rds:StartDBInstanceAutomatedBackupsReplication",
          "rds:StopDBInstanceAutomatedBackupsReplication",
          "s3:PutReplicationConfiguration",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
      },
      {
        Sid    = "ManageAbroad"
        Effect = "Allow"
        Action = [
          "acm:AddTagsToCertificate",
          "acm:DeleteCertificate",
          "acm:Describe*",
          "acm:List*",
          "acm:RemoveTagsFromCertificate",
          "acm:RequestCertificate",
          "cloudfront:AllowVendedLogDeliveryForResource",
          "cloudfront:CreateCachePolicy",
          "cloudfront:CreateDistribution",
          "cloudfront:CreateMonitoringSubscription",
          "cloudfront:CreateResponseHeadersPolicy",
          "cloudfront:CreateVpcOrigin",
          "cloudfront:DeleteCachePolicy",
          "cloudfront:DeleteDistribution",
          "cloudfront:DeleteMonitoringSubscription",
          "cloudfront:DeleteResponseHeadersPolicy",
          "cloudfront:DeleteVpcOrigin",
          "cloudfront:GetCachePolicy",
          "cloudfront:GetDistribution",
          "cloudfront:GetMonitoringSubscription",
          "cloudfront:GetResponseHeadersPolicy",
          "cloudfront:GetVpcOrigin",
          "cloudfront:ListTagsForResource",
          "cloudfront:TagResource",
          "cloudfront:UntagResource",
          "cloudfront:UpdateCachePolicy",
          "cloudfront:UpdateDistribution",
          "cloudfront:UpdateResponseHeadersPolicy",
          "cloudfront:UpdateVpcOrigin",
          "cloudwatch:DeleteAlarms",
          "cloudwatch:DescribeAlarms",
          "cloudwatch:ListTagsForResource",
          "cloudwatch:PutMetricAlarm",
          "cloudwatch:TagResource",
          "cloudwatch:UntagResource",
          "events:DeleteRule",
          "events:DescribeRule",
          "events:ListTagsForResource",
          "events:ListTargetsByRule",
          "events:PutRule",
          "events:PutTargets",
          "events:RemoveTargets",
          "events:TagResource",
          "events:UntagResource",
          "kms:CreateAlias",
          "kms:CreateKey",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:List*",
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "logs:CreateDelivery",
          "logs:CreateLogDelivery",
          "logs:CreateLogGroup",
          "logs:DeleteDelivery*",
          "logs:DeleteLogDelivery",
          "logs:DeleteLogGroup",
          "logs:DescribeLogGroups",
          "logs:DescribeResourcePolicies",
          "logs:GetDelivery*",
          "logs:GetLogDelivery",
          "logs:ListLogDeliveries",
          "logs:ListTagsForResource",
          "logs:PutDelivery*",
          "logs:PutResourcePolicy",
          "logs:PutRetentionPolicy",
          "logs:TagResource",
          "logs:UntagResource",
          "sns:CreateTopic",
          "sns:DeleteTopic",
          "sns:GetSubscriptionAttributes",
          "sns:GetTopicAttributes",
          "sns:ListTagsForResource",
          "sns:SetSubscriptionAttributes",
          "sns:SetTopicAttributes",
          "sns:Subscribe",
          "sns:TagResource",
          "sns:Unsubscribe",
          "sns:UntagResource",
          "tag:GetResources",
          "wafv2:CreateIPSet",
          "wafv2:CreateWebACL",
          "wafv2:DeleteIPSet",
          "wafv2:DeleteLoggingConfiguration",
          "wafv2:DeleteWebACL",
          "wafv2:GetIPSet",
          "wafv2:GetLoggingConfiguration",
          "wafv2:GetWebACL",
          "wafv2:ListTagsForResource",
          "wafv2:PutLoggingConfiguration",
          "wafv2:TagResource",
          "wafv2:UntagResource",
          "wafv2:UpdateIPSet",
          "wafv2:UpdateWebACL",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = "us-east-1" } }
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-continuity" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_continuity" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_continuity[0].arn
}

# What the account has, and how much more it may have: a preflight's questions, and the foundation to look at.
resource "aws_iam_policy" "deployer_account" {
  count = local.ci_count

  name        = "${var.environment}-deployer-account"
  description = "Deployer: what the account has, and how much more it may have: a preflight's questions, and the foundation to look at."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Manage"
      Effect = "Allow"
      Action = [
        "access-analyzer:GetAnalyzer",
        "access-analyzer:ListAnalyzers",
        "config:Describe*",
        "config:ListTagsForResource",
        "ec2:GetEbsDefaultKmsKeyId",
        "ec2:GetEbsEncryptionByDefault",
        "ecr:GetRegistryScanningConfiguration",
        "guardduty:GetDetector",
        "guardduty:ListDetectors",
        "inspector2:BatchGetAccountStatus",
        "securityhub:DescribeHub",
        "securityhub:GetEnabledStandards",
        "servicequotas:GetAWSDefaultServiceQuota",
        "servicequotas:GetServiceQuota",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
    }]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-account" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_account" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_account[0].arn
}

# What has no region: names, and questions about the account.
resource "aws_iam_policy" "deployer_global" {
  count = local.ci_count

  name        = "${var.environment}-deployer-global"
  description = "Deployer: what has no region: names, and questions about the account."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ManageZones"
        Effect = "Allow"
        Action = [
          "route53:ChangeResourceRecordSets",
          "route53:DeleteHostedZone",
          "route53:GetDNSSEC",
          "route53:GetHostedZone",
          "route53:ListResourceRecordSets",
          "route53:UpdateHostedZoneComment",
        ]
        Resource = ["arn:${var.partition}:route53:::hostedzone/*"]
      },
      {
        Sid      = "ManageHealthChecks"
        Effect   = "Allow"
        Action   = ["route53:DeleteHealthCheck", "route53:GetHealthCheck", "route53:UpdateHealthCheck"]
        Resource = ["arn:${var.partition}:route53:::healthcheck/*"]
      },
      {
        Sid    = "TagNames"
        Effect = "Allow"
        Action = ["route53:ChangeTagsForResource", "route53:ListTagsForResource"]
        Resource = [
          "arn:${var.partition}:route53:::healthcheck/*",
          "arn:${var.partition}:route53:::hostedzone/*",
        ]
      },
      {
        Sid      = "FollowChanges"
        Effect   = "Allow"
        Action   = "route53:GetChange"
        Resource = ["arn:${var.partition}:route53:::change/*"]
      },
      {
        Sid    = "KeepMonitors"
        Effect = "Allow"
        Action = [
          "ce:DeleteAnomalyMonitor",
          "ce:DeleteAnomalySubscription",
          "ce:ListTagsForResource",
          "ce:TagResource",
          "ce:UntagResource",
          "ce:UpdateAnomalyMonitor",
          "ce:UpdateAnomalySubscription",
        ]
        Resource = [
          "arn:${var.partition}:ce::${var.account}:anomalymonitor/*",
          "arn:${var.partition}:ce::${var.account}:anomalysubscription/*",
        ]
      },
      {
        Sid    = "KeepBudgets"
        Effect = "Allow"
        Action = [
          "budgets:ListTagsForResource",
          "budgets:ModifyBudget",
          "budgets:TagResource",
          "budgets:UntagResource",
          "budgets:ViewBudget",
        ]
        Resource = ["arn:${var.partition}:budgets::${var.account}:budget/*"]
      },
      {
        Sid    = "Anywhere"
        Effect = "Allow"
        Action = [
          "account:GetRegionOptStatus",
          "ce:CreateAnomalyMonitor",
          "ce:CreateAnomalySubscription",
          "ce:GetAnomalyMonitors",
          "ce:GetAnomalySubscriptions",
          "cloudtrail:LookupEvents",
          "ec2:DescribeRegions",
          "iam:GetAccountPasswordPolicy",
          "iam:GetAccountSummary",
          "iam:ListOpenIDConnectProviders",
          "route53:CreateHealthCheck",
          "route53:CreateHostedZone",
          "route53:ListHostedZonesByName",
        ]
        Resource = "*"
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-global" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_global" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_global[0].arn
}

# Roles and policies of the environments; every role with its boundary.
resource "aws_iam_policy" "deployer_identity" {
  count = local.ci_count

  name        = "${var.environment}-deployer-identity"
  description = "Deployer: roles and policies of the environments; every role with its boundary."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "See"
        Effect = "Allow"
        Action = [
          "iam:GetOpenIDConnectProvider",
          "iam:GetPolicy*",
          "iam:GetRole*",
          "iam:ListAttachedRolePolicies",
          "iam:ListEntitiesForPolicy",
          "iam:ListInstanceProfilesForRole",
          "iam:ListPolicyVersions",
          "iam:ListRolePolicies",
        ]
        Resource = [
          "arn:${var.partition}:iam::aws:policy/*",
          "arn:${var.partition}:iam::${var.account}:oidc-provider/*",
          "arn:${var.partition}:iam::${var.account}:policy/*",
          "arn:${var.partition}:iam::${var.account}:role/*",
        ]
      },
      {
        Sid      = "AskAboutItself"
        Effect   = "Allow"
        Action   = "iam:SimulatePrincipalPolicy"
        Resource = "arn:${var.partition}:iam::${var.account}:role/${var.environment}-deployer"
      },
      {
        Sid    = "MakeBoundedRoles"
        Effect = "Allow"
        Action = [
          "iam:AttachRolePolicy",
          "iam:CreateRole",
          "iam:PutRolePermissionsBoundary",
          "iam:PutRolePolicy",
        ]
        Resource  = local.deployed_roles
        Condition = { ArnLike = { "iam:PermissionsBoundary" = local.deployed_boundaries } }
      },
      {
        Sid    = "ManageRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole",
          "iam:DeleteRolePolicy",
          "iam:DetachRolePolicy",
          "iam:TagRole",
          "iam:UntagRole",
          "iam:UpdateAssumeRolePolicy",
          "iam:UpdateRole",
          "iam:UpdateRoleDescription",
        ]
        Resource = local.deployed_roles
      },
      {
        Sid    = "ManagePolicies"
        Effect = "Allow"
        Action = [
          "iam:CreatePolicy",
          "iam:CreatePolicyVersion",
          "iam:DeletePolicy",
          "iam:DeletePolicyVersion",
          "iam:TagPolicy",
          "iam:UntagPolicy",
        ]
        Resource = local.deployed_policies
      },
      {
        Sid    = "ManageClusterIssuers"
        Effect = "Allow"
        Action = [
          "iam:CreateOpenIDConnectProvider",
          "iam:DeleteOpenIDConnectProvider",
          "iam:TagOpenIDConnectProvider",
          "iam:UntagOpenIDConnectProvider",
          "iam:UpdateOpenIDConnectProviderThumbprint",
        ]
        Resource = "arn:${var.partition}:iam::${var.account}:oidc-provider/oidc.eks.*"
      },
      {
        Sid      = "PassRoles"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = local.deployed_roles
        Condition = {
          StringEquals = {
            "iam:PassedToService" = [
              "backup.amazonaws.com",
              "cloudtrail.amazonaws.com",
              "codebuild.amazonaws.com",
              "codepipeline.amazonaws.com",
              "dlm.amazonaws.com",
              "ec2.amazonaws.com",
              "ec2.amazonaws.com.cn",
              "ecr.amazonaws.com",
              "eks.amazonaws.com",
              "events.amazonaws.com",
              "lambda.amazonaws.com",
              "monitoring.rds.amazonaws.com",
              "pods.eks.amazonaws.com",
              "rds.amazonaws.com",
              "s3.amazonaws.com",
              "states.amazonaws.com",
              "vpc-flow-logs.amazonaws.com",
            ]
          }
        }
      },
      {
        Sid      = "LetServicesMakeTheirOwn"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/*"
        Condition = {
          StringEquals = {
            "iam:AWSServiceName" = [
              "autoscaling.amazonaws.com",
              "backup.amazonaws.com",
              "eks-nodegroup.amazonaws.com",
              "eks.amazonaws.com",
              "elasticloadbalancing.amazonaws.com",
              "opensearchservice.amazonaws.com",
              "pullthroughcache.ecr.amazonaws.com",
              "rds.amazonaws.com",
              "replication.ecr.amazonaws.com",
              "reports.backup.amazonaws.com",
              "restore-testing.backup.amazonaws.com",
              "spot.amazonaws.com",
              "vpcorigin.cloudfront.amazonaws.com",
              "wafv2.amazonaws.com",
            ]
          }
        }
      },
      {
        Sid    = "KeepTheRoleOfDomains"
        Effect = "Allow"
        Action = [
          "iam:DeleteServiceLinkedRole",
          "iam:GetServiceLinkedRoleDeletionStatus",
          "iam:TagRole",
          "iam:UntagRole",
        ]
        Resource = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/opensearchservice.amazonaws.com/*"
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-identity" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_identity" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_identity[0].arn
}

# The states, first values of secrets, and encryption of what is made.
resource "aws_iam_policy" "deployer_state" {
  count = local.ci_count

  name        = "${var.environment}-deployer-state"
  description = "Deployer: the states, first values of secrets, and encryption of what is made."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "FindStates"
        Effect = "Allow"
        Action = ["s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"]
        Resource = [
          for name in local.state_buckets :
          "arn:${var.partition}:s3:::${name}"
        ]
      },
      {
        Sid      = "KeepStates"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = local.state_objects
      },
      {
        Sid      = "EncryptWhatIsMade"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"]
        Resource = "arn:${var.partition}:kms:*:${var.account}:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              for pair in setproduct(["backup", "dynamodb", "ec2", "ecr", "eks", "es", "lambda", "logs", "rds", "s3", "secretsmanager", "sns", "sqs"], local.deployed_regions) :
              "${pair[0]}.${pair[1]}.amazonaws.com"
            ]
          }
        }
      },
      {
        Sid       = "LetServicesKeepUsingKeys"
        Effect    = "Allow"
        Action    = "kms:CreateGrant"
        Resource  = "arn:${var.partition}:kms:*:${var.account}:key/*"
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
      {
        Sid      = "GrantKeysThroughServices"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = "arn:${var.partition}:kms:*:${var.account}:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              for pair in setproduct(["backup", "dynamodb", "ec2", "ecr", "eks", "es", "lambda", "logs", "rds", "s3", "secretsmanager", "sns", "sqs"], local.deployed_regions) :
              "${pair[0]}.${pair[1]}.amazonaws.com"
            ]
          }
        }
      },
      {
        Sid      = "DeleteKeys"
        Effect   = "Allow"
        Action   = "kms:ScheduleKeyDeletion"
        Resource = "arn:${var.partition}:kms:*:${var.account}:key/*"
        Condition = {
          StringLike = { "aws:ResourceTag/environment" = [for name in local.deployed : "${name}*"] }
        }
      },
      {
        Sid      = "RetireGrants"
        Effect   = "Allow"
        Action   = "kms:RetireGrant"
        Resource = "arn:${var.partition}:kms:*:${var.account}:key/*"
      },
      {
        Sid       = "ReadFirstValues"
        Effect    = "Allow"
        Action    = "secretsmanager:GetSecretValue"
        Resource  = local.deployed_secrets
        Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
      },
      {
        Sid       = "StartRotations"
        Effect    = "Allow"
        Action    = "lambda:InvokeFunction"
        Resource  = local.deployed_rotations
        Condition = { StringEquals = { "aws:RequestedRegion" = local.deployed_regions } }
      },
      {
        Sid      = "EmptyLogsBeforeTheyGo"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        Resource = local.emptied_objects
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-deployer-state" })
}

# The deployer may.
resource "aws_iam_role_policy_attachment" "deployer_state" {
  count = local.ci_count

  role       = aws_iam_role.deployer[0].name
  policy_arn = aws_iam_policy.deployer_state[0].arn
}

################################################################################
# Plans of CI
################################################################################

locals {
  # Whether CI plans as a role of its own.
  planner_count = try(var.ci.planner, null) != null && var.global_settings ? 1 : 0

  # What the jobs of requests are called; GitLab calls those after their branch.
  request_subjects = {
    github = try([
      for name in var.ci.github.repositories :
      "repo:${name}:pull_request"
      if var.ci.planner.requests
    ], [])
    gitlab = try([for name in var.ci.gitlab.projects : "project_path:${name}:ref_type:branch:ref:*" if var.ci.planner.requests], [])
  }
}

# What CI's jobs plan as: it reads, and changes nothing but the lock of a state.
resource "aws_iam_role" "planner" {
  count = local.planner_count

  name        = "${var.environment}-planner"
  description = "Plans the environments from CI."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for name, provider in local.ci_providers : {
        Sid       = title(name)
        Effect    = "Allow"
        Principal = { Federated = local.ci_provider_arns[name] }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = { ("${provider.host}:aud") = provider.audience }
          StringLike   = { ("${provider.host}:sub") = concat(provider.subjects, local.request_subjects[name]) }
        }
      }
    ]
  })
  permissions_boundary = aws_iam_policy.deployer_boundary[0].arn

  tags = merge(local.tags, { Name = "${var.environment}-planner" })
}

# How everything is set up; AWS keeps the list.
resource "aws_iam_role_policy_attachment" "planner_reads" {
  count = local.planner_count

  role       = aws_iam_role.planner[0].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/ReadOnlyAccess"
}

# The states, their locks and the ledgers; and no other content, whatever else is attached.
resource "aws_iam_policy" "planner" {
  count = local.planner_count

  name        = "${var.environment}-planner"
  description = "Planner: the states and their locks, and no other content."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "FindStates"
        Effect = "Allow"
        Action = ["s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"]
        Resource = [
          for name in local.state_buckets :
          "arn:${var.partition}:s3:::${name}"
        ]
      },
      {
        Sid      = "ReadStates"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = local.state_objects
      },
      {
        Sid      = "HoldStates"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:PutObject"]
        Resource = [for name in local.state_buckets : "arn:${var.partition}:s3:::${name}/*.tflock"]
      },
      {
        Sid       = "DecryptStates"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "arn:${var.partition}:kms:*:${var.account}:key/*"
        Condition = { StringLike = { "kms:ViaService" = "s3.*.amazonaws.com" } }
      },
      {
        Sid      = "ReadFirstValues"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = local.deployed_secrets
      },
      {
        Sid      = "ReadIndexesOfTables"
        Effect   = "Allow"
        Action   = "glue:GetPartitionIndexes"
        Resource = "*"
      },
      {
        Sid         = "ReadNoOtherObjects"
        Effect      = "Deny"
        Action      = ["s3:GetObject", "s3:GetObjectVersion"]
        NotResource = local.state_objects
      },
      {
        Sid         = "ReadNoOtherSecrets"
        Effect      = "Deny"
        Action      = ["secretsmanager:GetSecretValue"]
        NotResource = local.deployed_secrets
      },
      {
        Sid    = "ReadNoContent"
        Effect = "Deny"
        Action = [
          "athena:GetQueryResults*",
          "dynamodb:BatchGetItem",
          "dynamodb:GetItem",
          "dynamodb:PartiQL*",
          "dynamodb:Query",
          "dynamodb:Scan",
          "logs:FilterLogEvents",
          "logs:Get*",
          "logs:StartQuery",
          "logs:Unmask",
          "rds:DownloadDBLogFilePortion",
          "sqs:ReceiveMessage",
          "ec2:GetPasswordData",
          "eks:AccessKubernetesApi",
          "rds-db:connect",
          "ssm:GetParameter*",
          "ssm:SendCommand",
          "ssm:StartSession",
        ]
        Resource = "*"
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-planner" })
}

# The planner may, and may not.
resource "aws_iam_role_policy_attachment" "planner" {
  count = local.planner_count

  role       = aws_iam_role.planner[0].name
  policy_arn = aws_iam_policy.planner[0].arn
}
