locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "backup" })

  # The name where no hyphen may be.
  name = replace(var.environment, "-", "_")
}

################################################################################
# Key
################################################################################

locals {
  # The account.
  account_root = "arn:${var.partition}:iam::${var.account}:root"
}

# The key of the vault, apart from those of what it holds: who loses one does not lose both. Multi-region from
# the start, because a key cannot become it later.
resource "aws_kms_key" "this" {
  description             = "${var.environment}: backups in the vault"
  enable_key_rotation     = true
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
            "kms:ViaService" = [
              "backup.${var.region}.amazonaws.com",
              "ec2.${var.region}.amazonaws.com",
              "eks.${var.region}.amazonaws.com",
              "rds.${var.region}.amazonaws.com",
              "s3.${var.region}.amazonaws.com",
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
            "kms:ViaService" = [
              "backup.${var.region}.amazonaws.com",
              "ec2.${var.region}.amazonaws.com",
              "eks.${var.region}.amazonaws.com",
              "rds.${var.region}.amazonaws.com",
              "s3.${var.region}.amazonaws.com",
            ]
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
        Sid       = "BringCopies"
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
          ArnEquals = {
            "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
          }
        }
      },
      {
        Sid       = "WriteReports"
        Effect    = "Allow"
        Principal = { AWS = local.account_root }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/reports.backup.amazonaws.com/AWSServiceRoleForBackupReports"
          }
        }
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-backup-vault" })
}

# The name by which people and tools find the key.
resource "aws_kms_alias" "this" {
  name          = "alias/${var.environment}-backup-vault"
  target_key_id = aws_kms_key.this.key_id
}

################################################################################
# Vault
################################################################################

# Where backups are kept. Its name is known beforehand, so that another environment can copy into it.
resource "aws_backup_vault" "this" {
  name          = "${var.environment}-main"
  kms_key_arn   = aws_kms_key.this.arn
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-main" })
}

locals {
  # What the vault's policy denies until everything is to go.
  protected = [{
    Sid       = "KeepBackups"
    Effect    = "Deny"
    Principal = { AWS = "*" }
    Action = [
      "backup:DeleteRecoveryPoint",
      "backup:DisassociateRecoveryPoint",
      "backup:UpdateRecoveryPointLifecycle",
    ]
    Resource = "*"
  }]
}

# Nobody ends a backup before its time, not even an administrator; the account may copy into the vault.
resource "aws_backup_vault_policy" "this" {
  backup_vault_name = aws_backup_vault.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "CopyIntoTheVault"
      Effect    = "Allow"
      Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
      Action    = "backup:CopyIntoBackupVault"
      Resource  = "*"
    }], var.teardown ? [] : local.protected)
  })
}

# How long backups are kept, whatever a plan says. In compliance mode it stays for ever once its grace is over.
resource "aws_backup_vault_lock_configuration" "this" {
  count = var.vault_lock == null ? 0 : 1

  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = var.vault_lock.min_days
  max_retention_days  = var.vault_lock.max_days
  changeable_for_days = var.vault_lock.mode == "compliance" ? var.vault_lock.grace_days : null
}

################################################################################
# Role
################################################################################

# What AWS Backup works as when it makes backups, copies and restores.
resource "aws_iam_role" "this" {
  name        = "${var.environment}-backup"
  description = "Backups and restores of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:backup:${var.region}:${var.account}:*" }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-backup" })
}

# What AWS says that its own service needs, which grows with it.
resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset([
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
    "AWSBackupServiceRolePolicyForS3Backup",
    "AWSBackupServiceRolePolicyForS3Restore",
  ])

  role       = aws_iam_role.this.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.value}"
}

# What a restore passes on: roles of this environment alone.
resource "aws_iam_role_policy" "this" {
  name = "restore"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PassOwnRoles"
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = "arn:${var.partition}:iam::${var.account}:role/${var.environment}-*"
      Condition = { StringEquals = { "iam:PassedToService" = "monitoring.rds.amazonaws.com" } }
    }]
  })
}

locals {
  # The plans that there are.
  schedules = {
    for name, it in { daily = var.daily, weekly = var.weekly, monthly = var.monthly } :
    name => it
    if it != null
  }
}

################################################################################
# Plans
################################################################################

locals {
  # When backups begin where nothing is said.
  crons = {
    daily   = "0 5 * * ? *"
    weekly  = "0 5 ? * SAT *"
    monthly = "0 5 1 * ? *"
  }

  # The vault that takes copies, by the name that every environment gives its own; null without copies.
  copy_vault_arn = one([
    for it in var.copy_to[*] :
    join(":", ["arn", var.partition, "backup", var.neighbours[it.environment].region, var.neighbours[it.environment].account, "backup-vault", "${it.environment}-main"])
  ])
}

# When backups are made, and how long they are kept.
resource "aws_backup_plan" "this" {
  for_each = local.schedules

  name = "${var.environment}-${each.key}"

  rule {
    rule_name           = each.key
    target_vault_name   = aws_backup_vault.this.name
    schedule            = "cron(${coalesce(each.value.cron, local.crons[each.key])})"
    start_window        = each.value.start_hours * 60
    completion_window   = each.value.completion_hours * 60
    recovery_point_tags = { environment = var.environment, plan = each.key }

    lifecycle {
      delete_after                              = each.value.keep_days
      cold_storage_after                        = each.value.cold_after_days
      opt_in_to_archive_for_supported_resources = each.value.cold_after_days != null && each.key == "monthly" ? true : null
    }

    dynamic "copy_action" {
      for_each = var.copy_to[*]

      content {
        destination_vault_arn = local.copy_vault_arn

        lifecycle {
          delete_after = copy_action.value.keep_days
        }
      }
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })

  lifecycle {
    precondition {
      condition     = coalesce(each.value.cold_after_days, -90) + 90 <= each.value.keep_days
      error_message = "What moves to cold storage stays there for 90 days at least."
    }

    precondition {
      condition = alltrue([
        for lock in var.vault_lock[*] :
        lock.min_days <= each.value.keep_days && each.value.keep_days <= lock.max_days
      ])
      error_message = "The vault's lock would fail every job of this plan: keep_days is not within it."
    }
  }
}

################################################################################
# What is backed up
################################################################################

locals {
  # ARN of the cluster, by its name, which is known before it is made.
  cluster_arns = [
    for it in var.cluster_name[*] :
    "arn:${var.partition}:eks:${var.region}:${var.account}:cluster/${it}"
  ]

  # ARN of the table of incidents, in the same way.
  table_arns = [
    for it in var.incidents_table_name[*] :
    "arn:${var.partition}:dynamodb:${var.region}:${var.account}:table/${it}"
  ]

  # What the environment has that cannot be made again: by ARN, and volumes of the cluster by their tag.
  covered = {
    for kind, it in {
      databases = { arns = values(coalesce(var.instance_arns, {})), tags = {} }
      buckets   = { arns = values(var.bucket_arns), tags = {} }
      cluster   = { arns = local.cluster_arns, tags = {} }
      incidents = { arns = local.table_arns, tags = {} }
      volumes = {
        arns = ["arn:${var.partition}:ec2:*:*:volume/*"], tags = { snapshots = var.environment }
      }
    } :
    kind => it
    if length(it.arns) > 0
  }

  # Each kind in each plan.
  selections = merge([
    for plan in keys(local.schedules) :
    {
      for kind, it in local.covered :
      "${plan}-${kind}" => { plan = plan, kind = kind, arns = it.arns, tags = it.tags }
    }
  ]...)
}

# What a plan backs up. AWS changes no selection: a new one takes its place.
resource "aws_backup_selection" "this" {
  for_each = local.selections

  iam_role_arn = aws_iam_role.this.arn
  name         = each.value.kind
  plan_id      = aws_backup_plan.this[each.value.plan].id
  resources    = each.value.arns

  dynamic "condition" {
    for_each = length(each.value.tags) > 0 ? [each.value.tags] : []

    content {
      dynamic "string_equals" {
        for_each = condition.value

        content {
          key   = "aws:ResourceTag/${string_equals.key}"
          value = string_equals.value
        }
      }
    }
  }
}

################################################################################
# Tests of restores
################################################################################

# Restores the newest backups, and throws away what it restored.
resource "aws_backup_restore_testing_plan" "this" {
  count = var.restore_tests == null ? 0 : 1

  name                = local.name
  schedule_expression = "cron(${var.restore_tests.cron})"
  start_window_hours  = 8

  recovery_point_selection {
    algorithm      = "LATEST_WITHIN_WINDOW"
    include_vaults = [aws_backup_vault.this.arn]
    exclude_vaults = [
      "arn:${var.partition}:backup:${var.region}:${var.account}:backup-vault:aws/efs/automatic-backup-vault",
    ]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = var.restore_tests.within_days
  }

  tags = merge(local.tags, { Name = local.name })
}

locals {
  # Where a database is restored: beside the environment's own, and not in the account's default VPC.
  restore_overrides = {
    RDS = var.database_security_group_id == null ? {} : {
      dbSubnetGroupName   = "${var.environment}-database"
      vpcSecurityGroupIds = jsonencode([var.database_security_group_id])
    }
  }
}

# Of which kinds one is restored.
resource "aws_backup_restore_testing_selection" "this" {
  for_each = toset(var.restore_tests == null ? [] : [for kind in var.restore_tests.resources : upper(kind)])

  name                       = "${local.name}_${lower(each.key)}"
  restore_testing_plan_name  = aws_backup_restore_testing_plan.this[0].name
  protected_resource_type    = each.key
  iam_role_arn               = aws_iam_role.this.arn
  protected_resource_arns    = ["*"]
  restore_metadata_overrides = try(local.restore_overrides[each.key], {})
  validation_window_hours    = var.restore_tests.keep_hours
}

################################################################################
# Reports
################################################################################

# Reports of all jobs.
resource "aws_s3_bucket" "this" {
  count = var.reports ? 1 : 0

  bucket        = "${var.environment}-${var.account}-backup-reports"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-backup-reports" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "this" {
  count = var.reports ? 1 : 0

  bucket                  = aws_s3_bucket.this[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "this" {
  count = var.reports ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "this" {
  count = var.reports ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = var.reports ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "this" {
  count = var.reports ? 1 : 0

  bucket = aws_s3_bucket.this[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this[0].arn, "${aws_s3_bucket.this[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this[0].arn, "${aws_s3_bucket.this[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.this[0].arn}/*"
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
        Resource  = "${aws_s3_bucket.this[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = aws_kms_key.this.arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
      {
        Sid       = "DeliverReports"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.this[0].arn}/*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/reports.backup.amazonaws.com/AWSServiceRoleForBackupReports"
          }
          StringEquals = { "aws:PrincipalAccount" = var.account }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "this" {
  count = var.reports ? 1 : 0

  bucket      = aws_s3_bucket.this[0].id
  eventbridge = true
}

# Reports go after their time, and what was overwritten after a month.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count = var.reports ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.report_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

# Who reads the reports.
resource "aws_s3_bucket_logging" "this" {
  count = var.reports ? 1 : 0

  bucket        = aws_s3_bucket.this[0].id
  target_bucket = var.access_logs_bucket_name
  target_prefix = "s3/backup-reports/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
}

locals {
  # What is reported each day.
  reports = {
    backup_jobs  = "BACKUP_JOB_REPORT"
    copy_jobs    = "COPY_JOB_REPORT"
    restore_jobs = "RESTORE_JOB_REPORT"
  }
}

# A list of the jobs of a day.
resource "aws_backup_report_plan" "this" {
  for_each = var.reports ? local.reports : {}

  name = "${local.name}_${each.key}"

  report_delivery_channel {
    s3_bucket_name = aws_s3_bucket.this[0].id
    s3_key_prefix  = each.key
    formats        = ["CSV", "JSON"]
  }

  report_setting {
    report_template = each.value
  }

  tags = merge(local.tags, { Name = "${local.name}_${each.key}" })

  depends_on = [aws_s3_bucket_policy.this]
}

################################################################################
# Failures
################################################################################

locals {
  # Jobs of this vault that did not end well, and tests of restores.
  failures = {
    backups = jsonencode({
      source        = ["aws.backup"]
      "detail-type" = ["Backup Job State Change"]
      detail = {
        state           = ["ABORTED", "EXPIRED", "FAILED"]
        backupVaultName = [aws_backup_vault.this.name]
      }
    })
    copies = jsonencode({
      source        = ["aws.backup"]
      "detail-type" = ["Copy Job State Change"]
      detail = {
        state                = ["ABORTED", "EXPIRED", "FAILED"]
        sourceBackupVaultArn = [aws_backup_vault.this.arn]
      }
    })
    restores = jsonencode({
      source        = ["aws.backup"]
      "detail-type" = ["Restore Job State Change"]
      detail = {
        status = ["ABORTED", "EXPIRED", "FAILED"]
        restoreTestingPlanArn = [{
          prefix = "arn:${var.partition}:backup:${var.region}:${var.account}:restore-testing-plan:${local.name}"
        }]
      }
    })
  }
}

# Hears of them.
resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.failures

  name          = "${var.environment}-backup-failed-${each.key}"
  description   = "AWS Backup: ${each.key} of ${var.environment} failed"
  event_pattern = each.value

  tags = merge(local.tags, { Name = "${var.environment}-backup-failed-${each.key}" })
}

# Tells support, where there is one.
resource "aws_cloudwatch_event_target" "this" {
  for_each = var.topic_arns == null ? {} : local.failures

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "support"
  arn       = var.topic_arns[var.notify]
}
