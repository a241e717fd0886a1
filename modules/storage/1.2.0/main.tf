locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "storage" })
}

################################################################################
# Access logs and inventories
################################################################################

locals {
  # Buckets that have names of their own.
  named_bucket_arns = [for bucket in var.buckets : "arn:${var.partition}:s3:::${bucket.name}" if bucket.name != null]
}

# Who read and wrote what in the other buckets, and what is in them. It has no access log of its own: that would
# log its own delivery, for ever.
resource "aws_s3_bucket" "access_logs" {
  bucket        = "${var.environment}-${var.account}-access-logs"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-access-logs" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "access_logs" {
  bucket                  = aws_s3_bucket.access_logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with S3's own keys.
resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.access_logs.arn, "${aws_s3_bucket.access_logs.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.access_logs.arn, "${aws_s3_bucket.access_logs.arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "DeliverAccessLogs"
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.access_logs.arn}/s3/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike = {
            "aws:SourceArn" = concat(["arn:${var.partition}:s3:::${var.environment}-${var.account}-*"], local.named_bucket_arns)
          }
        }
      },
      {
        Sid       = "WriteInventories"
        Effect    = "Allow"
        Principal = { Service = "s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.access_logs.arn}/inventory/*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = var.account
            "s3:x-amz-acl"      = "bucket-owner-full-control"
          }
          ArnLike = {
            "aws:SourceArn" = concat(["arn:${var.partition}:s3:::${var.environment}-${var.account}-*"], local.named_bucket_arns)
          }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.access_logs]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "access_logs" {
  bucket      = aws_s3_bucket.access_logs.id
  eventbridge = true
}

# Logs and inventories go when they have served.
resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_logs.retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.access_logs]
}

################################################################################
# Buckets
################################################################################

# The buckets of the environment.
resource "aws_s3_bucket" "this" {
  for_each = var.buckets

  bucket        = coalesce(each.value.name, "${var.environment}-${var.account}-${each.key}")
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = coalesce(each.value.name, "${var.environment}-${var.account}-${each.key}") })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "this" {
  for_each = var.buckets

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this[each.key].arn, "${aws_s3_bucket.this[each.key].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this[each.key].arn, "${aws_s3_bucket.this[each.key].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.this[each.key].arn}/*"
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
        Resource  = "${aws_s3_bucket.this[each.key].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.kms_key_arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "this" {
  for_each = var.buckets

  bucket      = aws_s3_bucket.this[each.key].id
  eventbridge = true
}

# Who read and wrote what, by the day on which it happened.
resource "aws_s3_bucket_logging" "this" {
  for_each = var.buckets

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "s3/${each.key}/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }

  depends_on = [aws_s3_bucket_policy.access_logs]
}

################################################################################
# Lifecycle
################################################################################

locals {
  # Where the objects of each bucket go, and at what age.
  transitions = {
    for name, bucket in var.buckets : name => [
      for step in [
        {
          days          = bucket.lifecycle.intelligent ? coalesce(bucket.lifecycle.infrequent_after_days, 0) : bucket.lifecycle.infrequent_after_days
          storage_class = bucket.lifecycle.intelligent ? "INTELLIGENT_TIERING" : "STANDARD_IA"
        },
        {
          days          = bucket.lifecycle.glacier_after_days
          storage_class = "GLACIER"
        },
        {
          days          = bucket.lifecycle.deep_archive_after_days
          storage_class = "DEEP_ARCHIVE"
        },
      ] :
      step if step.days != null
    ]
  }

  # Where versions that were overwritten or deleted go, and how long after that.
  noncurrent_transitions = {
    for name, bucket in var.buckets : name => [
      for step in [
        {
          days          = bucket.lifecycle.noncurrent_infrequent_after_days
          storage_class = "STANDARD_IA"
        },
        {
          days          = bucket.lifecycle.noncurrent_glacier_after_days
          storage_class = "GLACIER"
        },
      ] :
      step if step.days != null
    ]
  }

  # The days of all that happens to the objects of each bucket, in the order in which it must happen.
  ages = {
    for name, bucket in var.buckets :
    name => concat(local.transitions[name][*].days, bucket.lifecycle.expire_after_days[*])
  }
}

# What becomes of objects, of their earlier versions and of uploads that were never completed.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "age"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = each.value.lifecycle.noncurrent_expire_after_days
      newer_noncurrent_versions = each.value.lifecycle.noncurrent_keep
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = each.value.lifecycle.abort_uploads_after_days
    }

    dynamic "transition" {
      for_each = local.transitions[each.key]

      content {
        days          = transition.value.days
        storage_class = transition.value.storage_class
      }
    }

    dynamic "expiration" {
      for_each = each.value.lifecycle.expire_after_days[*]

      content {
        days = expiration.value
      }
    }

    dynamic "noncurrent_version_transition" {
      for_each = local.noncurrent_transitions[each.key]

      content {
        noncurrent_days = noncurrent_version_transition.value.days
        storage_class   = noncurrent_version_transition.value.storage_class
      }
    }
  }

  rule {
    id     = "delete-markers"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }
  }

  lifecycle {
    precondition {
      condition = alltrue([
        for i in range(1, max(1, length(local.ages[each.key]))) :
        local.ages[each.key][i] > local.ages[each.key][i - 1]
      ])
      error_message = "The days are out of order: infrequent, glacier, deep archive, expire."
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

locals {
  # The archive tiers of Intelligent-Tiering by bucket; null where one is off.
  archive_tiers = {
    for name, bucket in var.buckets :
    name => {
      ARCHIVE_ACCESS      = bucket.lifecycle.archive_access_after_days
      DEEP_ARCHIVE_ACCESS = bucket.lifecycle.deep_archive_access_after_days
    }
  }
}

# Archives what nobody reads, in the buckets that ask for it.
resource "aws_s3_bucket_intelligent_tiering_configuration" "this" {
  for_each = {
    for name, tiers in local.archive_tiers :
    name => { for tier, days in tiers : tier => days if days != null }
    if anytrue([for days in values(tiers) : days != null])
  }

  bucket = aws_s3_bucket.this[each.key].id
  name   = "archive"

  dynamic "tiering" {
    for_each = each.value

    content {
      access_tier = tiering.key
      days        = tiering.value
    }
  }
}

################################################################################
# Object lock and inventory
################################################################################

# Keeps every version for a time, in the buckets that ask for it. Not an argument of the bucket, where turning
# it on would make the bucket anew.
resource "aws_s3_bucket_object_lock_configuration" "this" {
  for_each = { for name, bucket in var.buckets : name => bucket if bucket.object_lock_days != null }

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    default_retention {
      mode = upper(each.value.object_lock_mode)
      days = each.value.object_lock_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

# A list of all versions, as Parquet for Athena.
resource "aws_s3_bucket_inventory" "this" {
  for_each = { for name, bucket in var.buckets : name => bucket if bucket.inventory != "none" }

  bucket                   = aws_s3_bucket.this[each.key].id
  name                     = "all-versions"
  included_object_versions = "All"
  optional_fields = [
    "BucketKeyStatus",
    "ChecksumAlgorithm",
    "ETag",
    "EncryptionStatus",
    "IntelligentTieringAccessTier",
    "IsMultipartUploaded",
    "LastModifiedDate",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "Size",
    "StorageClass",
  ]

  schedule {
    frequency = title(each.value.inventory)
  }

  destination {
    bucket {
      account_id = var.account
      bucket_arn = aws_s3_bucket.access_logs.arn
      format     = "Parquet"
      prefix     = "inventory"

      encryption {
        sse_kms {
          key_id = var.kms_key_arn
        }
      }
    }
  }

  depends_on = [aws_s3_bucket_policy.access_logs]
}

################################################################################
# Snapshots of volumes
################################################################################

locals {
  # What marks the volumes of which snapshots are made.
  volume_tags = { snapshots = var.environment }
}

# What Data Lifecycle Manager works as.
resource "aws_iam_role" "snapshots" {
  count = var.volumes.snapshots.enabled ? 1 : 0

  name        = "${var.environment}-snapshots"
  description = "Data Lifecycle Manager makes and deletes snapshots of the environment's volumes."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "dlm.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:dlm:${var.region}:${var.account}:policy/*" }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = local.tags
}

# Snapshots of marked volumes only, and it deletes only what it made.
resource "aws_iam_role_policy" "snapshots" {
  count = var.volumes.snapshots.enabled ? 1 : 0

  name = "snapshots"
  role = aws_iam_role.snapshots[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Look"
        Effect   = "Allow"
        Action   = ["ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"]
        Resource = "*"
      },
      {
        Sid       = "ReadVolumes"
        Effect    = "Allow"
        Action    = "ec2:CreateSnapshot"
        Resource  = "arn:${var.partition}:ec2:${var.region}:${var.account}:volume/*"
        Condition = { StringEquals = { "aws:ResourceTag/snapshots" = var.environment } }
      },
      {
        Sid      = "WriteSnapshots"
        Effect   = "Allow"
        Action   = ["ec2:CreateSnapshot", "ec2:CreateTags"]
        Resource = "arn:${var.partition}:ec2:${var.region}::snapshot/*"
      },
      {
        Sid       = "DeleteSnapshots"
        Effect    = "Allow"
        Action    = "ec2:DeleteSnapshot"
        Resource  = "arn:${var.partition}:ec2:${var.region}::snapshot/*"
        Condition = { StringEquals = { "aws:ResourceTag/snapshots" = var.environment } }
      },
    ]
  })
}

# Snapshots of the volumes, encrypted as their volumes are.
resource "aws_dlm_lifecycle_policy" "volumes" {
  count = var.volumes.snapshots.enabled ? 1 : 0

  description        = "Snapshots of the volumes of ${var.environment}"
  execution_role_arn = aws_iam_role.snapshots[0].arn
  state              = "ENABLED"

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = local.volume_tags

    schedule {
      name        = "every-${var.volumes.snapshots.interval_hours}-hours"
      copy_tags   = true
      tags_to_add = local.volume_tags

      create_rule {
        interval      = var.volumes.snapshots.interval_hours
        interval_unit = "HOURS"
        times         = [var.volumes.snapshots.start_time]
      }

      retain_rule {
        count = var.volumes.snapshots.keep
      }
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-volumes" })

  depends_on = [aws_iam_role_policy.snapshots]
}
