# Every resource type that the storage area and the state bucket use.

resource "aws_kms_key" "bucket" {
  description         = "Storage"
  enable_key_rotation = true
  multi_region        = true
}

resource "aws_s3_bucket" "files" {
  bucket              = "probe-files-${data.aws_caller_identity.current.account_id}"
  force_destroy       = true
  object_lock_enabled = true
  tags                = { Name = var.changed ? "renamed" : "files" }
}

resource "aws_s3_bucket" "logs" {
  bucket        = "probe-logs-${data.aws_caller_identity.current.account_id}"
  force_destroy = true
}

resource "aws_s3_bucket" "standby" {
  provider      = aws.standby
  bucket        = "probe-standby-${data.aws_caller_identity.current.account_id}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_versioning" "standby" {
  provider = aws.standby
  bucket   = aws_s3_bucket.standby.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.bucket.arn
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "files" {
  bucket                  = aws_s3_bucket.files.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "files" {
  bucket = aws_s3_bucket.files.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "files" {
  bucket = aws_s3_bucket.files.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = var.changed ? "OnlyTLS" : "TLSOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.files.arn, "${aws_s3_bucket.files.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.files.arn}/*"
        Condition = { StringNotEqualsIfExists = { "s3:x-amz-server-side-encryption" = "aws:kms" } }
      },
    ]
  })
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }, {
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.logs.arn}/*"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_s3_bucket_logging" "files" {
  bucket        = aws_s3_bucket.files.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = var.changed ? "s3/changed/" : "s3/files/"
  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_s3_bucket_lifecycle_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  rule {
    id     = "tiers"
    status = "Enabled"
    filter {}
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
    transition {
      days          = 180
      storage_class = "DEEP_ARCHIVE"
    }
    expiration {
      days = 400
    }
    noncurrent_version_transition {
      noncurrent_days = 30
      storage_class   = "GLACIER"
    }
    noncurrent_version_expiration {
      noncurrent_days           = 120
      newer_noncurrent_versions = 3
    }
  }
  rule {
    id     = "uploads"
    status = "Enabled"
    filter {
      prefix = "uploads/"
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
  rule {
    id     = "sizes"
    status = "Enabled"
    filter {
      and {
        prefix                   = "big/"
        object_size_greater_than = 131072
      }
    }
    transition {
      days          = 0
      storage_class = "INTELLIGENT_TIERING"
    }
  }
  depends_on = [aws_s3_bucket_versioning.files]
}

resource "aws_s3_bucket_object_lock_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.changed ? 2 : 1
    }
  }
}

resource "aws_s3_bucket_intelligent_tiering_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  name   = "archive"
  tiering {
    access_tier = "ARCHIVE_ACCESS"
    days        = var.changed ? 120 : 90
  }
  tiering {
    access_tier = "DEEP_ARCHIVE_ACCESS"
    days        = 180
  }
}

resource "aws_s3_bucket_inventory" "files" {
  bucket                   = aws_s3_bucket.files.id
  name                     = "weekly"
  included_object_versions = "Current"
  optional_fields          = ["Size", "StorageClass", "EncryptionStatus"]
  schedule {
    frequency = var.changed ? "Daily" : "Weekly"
  }
  destination {
    bucket {
      format     = "Parquet"
      bucket_arn = aws_s3_bucket.logs.arn
      account_id = data.aws_caller_identity.current.account_id
      prefix     = "inventory"
    }
  }
}

resource "aws_s3_bucket_metric" "files" {
  bucket = aws_s3_bucket.files.id
  name   = "all"
}

resource "aws_s3_bucket_analytics_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  name   = "all"
}

resource "aws_s3_bucket_notification" "files" {
  bucket      = aws_s3_bucket.files.id
  eventbridge = true
}

resource "aws_s3_bucket_cors_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://apps.example.com"]
    max_age_seconds = 300
  }
}

resource "aws_s3_bucket_acl" "standby" {
  provider   = aws.standby
  bucket     = aws_s3_bucket.standby.id
  acl        = "private"
  depends_on = [aws_s3_bucket_ownership_controls.standby]
}

resource "aws_s3_bucket_ownership_controls" "standby" {
  provider = aws.standby
  bucket   = aws_s3_bucket.standby.id
  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_replication_configuration" "files" {
  bucket = aws_s3_bucket.files.id
  role   = aws_iam_role.replication.arn
  rule {
    id       = "standby"
    status   = "Enabled"
    priority = 1
    filter {
      prefix = "files/"
    }
    delete_marker_replication {
      status = "Enabled"
    }
    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }
    destination {
      bucket        = aws_s3_bucket.standby.arn
      storage_class = "STANDARD_IA"
      encryption_configuration {
        replica_kms_key_id = aws_kms_key.bucket.arn
      }
      metrics {
        status = "Enabled"
        event_threshold {
          minutes = 15
        }
      }
      replication_time {
        status = "Enabled"
        time {
          minutes = 15
        }
      }
    }
  }
  depends_on = [aws_s3_bucket_versioning.files, aws_s3_bucket_versioning.standby]
}

resource "aws_iam_role" "replication" {
  name = "probe-replication"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_s3_object" "hello" {
  bucket        = aws_s3_bucket.logs.id
  key           = "hello.txt"
  content       = var.changed ? "hello again" : "hello"
  force_destroy = true
}

resource "aws_iam_role" "snapshots" {
  name = "probe-snapshots"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "dlm.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "snapshots" {
  role       = aws_iam_role.snapshots.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
}

resource "aws_dlm_lifecycle_policy" "this" {
  description        = "Snapshots twice a day"
  execution_role_arn = aws_iam_role.snapshots.arn
  state              = "ENABLED"
  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { snapshots = "yes" }
    schedule {
      name      = "twice-a-day"
      copy_tags = true
      create_rule {
        interval      = 12
        interval_unit = "HOURS"
        times         = ["02:00"]
      }
      retain_rule {
        count = var.changed ? 21 : 14
      }
      tags_to_add = { made-by = "dlm" }
    }
  }
}
