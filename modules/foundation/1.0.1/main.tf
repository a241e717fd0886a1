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
      }
      gitlab = {
        host     = try(var.ci.gitlab.host, "")
        audience = try("https://${var.ci.gitlab.host}", "")
        subjects = local.gitlab_subjects
      }
    } : name => provider if var.global_settings && length(provider.subjects) > 0
  }
}

# Whose word about a job is believed. Its certificate is one that AWS itself knows, so no thumbprint is needed.
resource "aws_iam_openid_connect_provider" "ci" {
  for_each = local.ci_providers

  url            = "https://${each.value.host}"
  client_id_list = [each.value.audience]

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
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

  # The environments' profiles.
  deployed_profiles = [for name in local.deployed : "arn:${var.partition}:iam::${var.account}:instance-profile/${name}-*"]

  # The environments' permissions boundaries.
  deployed_boundaries = [for name in local.deployed : "arn:${var.partition}:iam::${var.account}:policy/${name}*-boundary"]

  # The environments' secrets.
  deployed_secrets = [
    for pair in setproduct(local.deployed_regions, local.deployed) :
    "arn:${var.partition}:secretsmanager:${pair[0]}:${var.account}:secret:${pair[1]}*/*"
  ]

  # The environments' functions that rotate secrets.
  deployed_rotations = [
    for pair in setproduct(local.deployed_regions, local.deployed) :
    "arn:${var.partition}:lambda:${pair[0]}:${var.account}:function:${pair[1]}*-rotate-*"
  ]

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
        Action   = ["iam:Get*", "iam:List*"]
        Resource = "*"
      },
      {
        Sid    = "WhoIsWhoInTheEnvironments"
        Effect = "Allow"
        Action = "iam:*"
        Resource = concat(local.deployed_roles, local.deployed_policies, local.deployed_profiles, [
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
          "cloudtrail:DeleteTrail",
          "cloudtrail:StopLogging",
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
        Action      = ["s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        NotResource = local.state_objects
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
    Statement = [
      for name, provider in local.ci_providers : {
        Sid       = title(name)
        Effect    = "Allow"
        Principal = { Federated = aws_iam_openid_connect_provider.ci[name].arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            ("${provider.host}:aud") = provider.audience
            ("${provider.host}:sub") = provider.subjects
          }
        }
      }
    ]
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
        "ec2:CreateDhcpOptions",
        "ec2:CreateFlowLogs",
        "ec2:CreateInternetGateway",
        "ec2:CreateLaunchTemplate*",
        "ec2:CreateManagedPrefixList",
        "ec2:CreateNatGateway",
        "ec2:CreateNetworkAcl*",
        "ec2:CreateRoute*",
        "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet",
        "ec2:CreateTags",
        "ec2:CreateVpc",
        "ec2:CreateVpcEndpoint",
        "ec2:DeleteDhcpOptions",
        "ec2:DeleteFlowLogs",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteLaunchTemplate*",
        "ec2:DeleteManagedPrefixList",
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
        "ec2:GetManagedPrefixListEntries",
        "ec2:ModifyLaunchTemplate",
        "ec2:ModifyManagedPrefixList",
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

# Clusters, functions, images and pipelines.
resource "aws_iam_policy" "deployer_workloads" {
  count = local.ci_count

  name        = "${var.environment}-deployer-workloads"
  description = "Deployer: clusters, functions, images and pipelines."
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
        "codepipeline:CreatePipeline",
        "codepipeline:DeletePipeline",
        "codepipeline:GetPipeline",
        "codepipeline:ListTagsForResource",
        "codepipeline:TagResource",
        "codepipeline:UntagResource",
        "codepipeline:UpdatePipeline",
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
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConfiguration",
        "lambda:GetPolicy",
        "lambda:ListTags",
        "lambda:ListVersionsByFunction",
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

# Databases, buckets, keys, secrets and backups: what they are, never what is in them.
resource "aws_iam_policy" "deployer_data" {
  count = local.ci_count

  name        = "${var.environment}-deployer-data"
  description = "Deployer: databases, buckets, keys, secrets and backups: what they are, never what is in them."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Manage"
      Effect = "Allow"
      Action = [
        "backup-storage:MountCapsule",
        "backup:Create*",
        "backup:Delete*",
        "backup:Describe*",
        "backup:Get*",
        "backup:List*",
        "backup:PutBackupVault*",
        "backup:TagResource",
        "backup:UntagResource",
        "backup:Update*",
        "dlm:CreateLifecyclePolicy",
        "dlm:DeleteLifecyclePolicy",
        "dlm:GetLifecyclePolicy",
        "dlm:ListTagsForResource",
        "dlm:TagResource",
        "dlm:UntagResource",
        "dlm:UpdateLifecyclePolicy",
        "es:AddTags",
        "es:CreateDomain",
        "es:DeleteDomain",
        "es:Describe*",
        "es:ListTags",
        "es:RemoveTags",
        "es:UpdateDomainConfig",
        "es:UpgradeDomain",
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
        "kms:ReplicateKey",
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
        "s3:PutBucket*",
        "s3:PutEncryptionConfiguration",
        "s3:PutIntelligentTieringConfiguration",
        "s3:PutInventoryConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
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

# Logs, metrics, alarms, events and trails, and whose a resource is.
resource "aws_iam_policy" "deployer_operations" {
  count = local.ci_count

  name        = "${var.environment}-deployer-operations"
  description = "Deployer: logs, metrics, alarms, events and trails, and whose a resource is."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Manage"
      Effect = "Allow"
      Action = [
        "cloudtrail:AddTags",
        "cloudtrail:CreateTrail",
        "cloudtrail:DescribeTrails",
        "cloudtrail:Get*",
        "cloudtrail:ListTags",
        "cloudtrail:LookupEvents",
        "cloudtrail:StartLogging",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DeleteDashboards",
        "cloudwatch:Describe*",
        "cloudwatch:GetDashboard",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:PutCompositeAlarm",
        "cloudwatch:PutDashboard",
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
        "firehose:CreateDeliveryStream",
        "firehose:DeleteDeliveryStream",
        "firehose:DescribeDeliveryStream",
        "firehose:ListTagsForDeliveryStream",
        "firehose:TagDeliveryStream",
        "firehose:UntagDeliveryStream",
        "firehose:UpdateDestination",
        "logs:AssociateKmsKey",
        "logs:CreateLogDelivery",
        "logs:CreateLogGroup",
        "logs:DeleteLogDelivery",
        "logs:DeleteLogGroup",
        "logs:DeleteMetricFilter",
        "logs:DeleteQueryDefinition",
        "logs:DeleteResourcePolicy",
        "logs:DeleteSubscriptionFilter",
        "logs:Describe*",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:ListTagsForResource",
        "logs:PutMetricFilter",
        "logs:PutQueryDefinition",
        "logs:PutResourcePolicy",
        "logs:PutRetentionPolicy",
        "logs:PutSubscriptionFilter",
        "logs:TagResource",
        "logs:UntagResource",
        "logs:UpdateLogDelivery",
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
        "ssm:AddTagsToResource",
        "ssm:CreateDocument",
        "ssm:DeleteDocument",
        "ssm:DescribeDocument*",
        "ssm:GetDocument",
        "ssm:ListTagsForResource",
        "ssm:RemoveTagsFromResource",
        "ssm:UpdateDocument*",
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

# What has no region: names, certificates at the edge, budgets.
resource "aws_iam_policy" "deployer_global" {
  count = local.ci_count

  name        = "${var.environment}-deployer-global"
  description = "Deployer: what has no region: names, certificates at the edge, budgets."
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
        Sid    = "ManageDistributions"
        Effect = "Allow"
        Action = [
          "cloudfront:CreateDistribution",
          "cloudfront:DeleteDistribution",
          "cloudfront:GetDistribution",
          "cloudfront:ListTagsForResource",
          "cloudfront:TagResource",
          "cloudfront:UntagResource",
          "cloudfront:UpdateDistribution",
        ]
        Resource = ["arn:${var.partition}:cloudfront::${var.account}:distribution/*"]
      },
      {
        Sid      = "ManageBudgets"
        Effect   = "Allow"
        Action   = ["budgets:ModifyBudget", "budgets:ViewBudget"]
        Resource = ["arn:${var.partition}:budgets::${var.account}:budget/*"]
      },
      {
        Sid    = "MakeAnywhere"
        Effect = "Allow"
        Action = [
          "route53:CreateHealthCheck",
          "route53:CreateHostedZone",
          "route53:ListHostedZones",
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
          "iam:GetInstanceProfile",
          "iam:GetOpenIDConnectProvider",
          "iam:GetPolicy*",
          "iam:GetRole*",
          "iam:ListAttachedRolePolicies",
          "iam:ListEntitiesForPolicy",
          "iam:ListInstanceProfileTags",
          "iam:ListInstanceProfilesForRole",
          "iam:ListOpenIDConnectProviderTags",
          "iam:ListPolicyTags",
          "iam:ListPolicyVersions",
          "iam:ListRolePolicies",
          "iam:ListRoleTags",
        ]
        Resource = [
          "arn:${var.partition}:iam::aws:policy/*",
          "arn:${var.partition}:iam::${var.account}:instance-profile/*",
          "arn:${var.partition}:iam::${var.account}:oidc-provider/*",
          "arn:${var.partition}:iam::${var.account}:policy/*",
          "arn:${var.partition}:iam::${var.account}:role/*",
        ]
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
          "iam:SetDefaultPolicyVersion",
          "iam:TagPolicy",
          "iam:UntagPolicy",
        ]
        Resource = local.deployed_policies
      },
      {
        Sid    = "ManageProfiles"
        Effect = "Allow"
        Action = [
          "iam:AddRoleToInstanceProfile",
          "iam:CreateInstanceProfile",
          "iam:DeleteInstanceProfile",
          "iam:RemoveRoleFromInstanceProfile",
          "iam:TagInstanceProfile",
          "iam:UntagInstanceProfile",
        ]
        Resource = local.deployed_profiles
      },
      {
        Sid    = "ManageClusterIssuers"
        Effect = "Allow"
        Action = [
          "iam:AddClientIDToOpenIDConnectProvider",
          "iam:CreateOpenIDConnectProvider",
          "iam:DeleteOpenIDConnectProvider",
          "iam:RemoveClientIDFromOpenIDConnectProvider",
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
              "firehose.amazonaws.com",
              "lambda.amazonaws.com",
              "monitoring.rds.amazonaws.com",
              "pods.eks.amazonaws.com",
              "rds.amazonaws.com",
              "s3.amazonaws.com",
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
              "spot.amazonaws.com",
            ]
          }
        }
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
        Sid    = "EncryptWhatIsMade"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Resource = "arn:${var.partition}:kms:*:${var.account}:key/*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              for pair in setproduct(["backup", "ec2", "ecr", "eks", "es", "logs", "rds", "s3", "secretsmanager", "sns", "sqs", "ssm"], local.deployed_regions) :
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
              for pair in setproduct(["backup", "ec2", "ecr", "eks", "es", "logs", "rds", "s3", "secretsmanager", "sns", "sqs", "ssm"], local.deployed_regions) :
              "${pair[0]}.${pair[1]}.amazonaws.com"
            ]
          }
        }
      },
      {
        Sid      = "RetireGrants"
        Effect   = "Allow"
        Action   = "kms:RetireGrant"
        Resource = "arn:${var.partition}:kms:*:${var.account}:key/*"
      },
      {
        Sid      = "ReadFirstValues"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = local.deployed_secrets
      },
      {
        Sid      = "StartRotations"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = local.deployed_rotations
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
