locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "audit" })

  # Whether there is anything to record.
  recording = length(var.trail.data_events) > 0 || var.trail.management_events

  # Name of the trail.
  trail_name = "${var.environment}-audit"
}

################################################################################
# Records
################################################################################

# What CloudTrail recorded, and what reviews of permissions found.
resource "aws_s3_bucket" "records" {
  bucket        = "${var.environment}-${var.account}-audit"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-audit" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "records" {
  bucket                  = aws_s3_bucket.records.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "records" {
  bucket = aws_s3_bucket.records.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "records" {
  bucket = aws_s3_bucket.records.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "records" {
  bucket = aws_s3_bucket.records.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.logs_key_arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "records" {
  bucket = aws_s3_bucket.records.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.records.arn, "${aws_s3_bucket.records.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.records.arn, "${aws_s3_bucket.records.arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.records.arn}/*"
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
        Resource  = "${aws_s3_bucket.records.arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.logs_key_arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
          Bool            = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
      {
        Sid       = "FindTheBucket"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = aws_s3_bucket.records.arn
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
        Resource  = "${aws_s3_bucket.records.arn}/AWSLogs/${var.account}/*"
        Condition = {
          StringEquals = {
            "aws:SourceArn" = "arn:${var.partition}:cloudtrail:${var.region}:${var.account}:trail/${local.trail_name}"
            "s3:x-amz-acl"  = "bucket-owner-full-control"
          }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.records]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "records" {
  bucket      = aws_s3_bucket.records.id
  eventbridge = true
}

# Files go when they have served; in between they are kept where keeping is cheap and reading is not slow.
resource "aws_s3_bucket_lifecycle_configuration" "records" {
  bucket = aws_s3_bucket.records.id

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

  depends_on = [aws_s3_bucket_versioning.records]
}

# Nobody deletes or changes a file before its time, whoever has got in.
resource "aws_s3_bucket_object_lock_configuration" "records" {
  count = var.trail.object_lock_days > 0 ? 1 : 0

  bucket = aws_s3_bucket.records.id

  rule {
    default_retention {
      mode = upper(var.trail.object_lock_mode)
      days = var.trail.object_lock_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.records]
}

################################################################################
# The trail
################################################################################

locals {
  # Whether there is a trail.
  trail_count = local.recording ? 1 : 0
}

# The same records, to be searched and counted at once.
resource "aws_cloudwatch_log_group" "trail" {
  count = local.trail_count

  name              = "/aws/cloudtrail/${local.trail_name}"
  retention_in_days = var.trail.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = local.tags
}

# What CloudTrail writes to the log group as.
resource "aws_iam_role" "trail" {
  count = local.trail_count

  name        = "${local.trail_name}-trail"
  description = "CloudTrail writes the records of ${var.environment} to its log group."
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
  permissions_boundary = var.boundary_arn

  tags = local.tags
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

locals {
  # No reads, if not asked for.
  writes = var.trail.reads ? {} : { readOnly = { equals = ["false"] } }

  # What CloudTrail calls the events that can be recorded.
  event_kinds = {
    management = {
      name   = "management events"
      fields = { eventCategory = { equals = ["Management"] } }
    }
    s3 = {
      name = "objects of the environment"
      fields = merge({
        eventCategory    = { equals = ["Data"] }
        "resources.type" = { equals = ["AWS::S3::Object"] }
        "resources.ARN" = {
          starts_with = ["arn:${var.partition}:s3:::${var.environment}-${var.account}-"]
          not_starts_with = [
            "arn:${var.partition}:s3:::${var.environment}-${var.account}-audit/",
            "arn:${var.partition}:s3:::${var.environment}-${var.account}-audit-results/",
            "arn:${var.partition}:s3:::${var.environment}-${var.account}-access-logs/",
            "arn:${var.partition}:s3:::${var.environment}-${var.account}-load-balancer-logs/",
          ]
        }
      }, local.writes)
    }
    lambda = {
      name = "calls of the environment's functions"
      fields = {
        eventCategory    = { equals = ["Data"] }
        "resources.type" = { equals = ["AWS::Lambda::Function"] }
        "resources.ARN" = {
          starts_with = [
            "arn:${var.partition}:lambda:${var.region}:${var.account}:function:${var.environment}-",
          ]
        }
      }
    }
  }

  # What is recorded.
  selectors = [
    for kind in concat(var.trail.management_events ? ["management"] : [], sort(var.trail.data_events)) :
    local.event_kinds[kind]
  ]
}

# Who did what to the environment's data; each file's digest is signed, so that a change of it shows.
resource "aws_cloudtrail" "this" {
  count = local.trail_count

  name                       = local.trail_name
  s3_bucket_name             = aws_s3_bucket.records.id
  kms_key_id                 = var.logs_key_arn
  enable_log_file_validation = true
  is_multi_region_trail      = true
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail[0].arn}:*"
  cloud_watch_logs_role_arn  = aws_iam_role.trail[0].arn

  dynamic "advanced_event_selector" {
    for_each = local.selectors

    content {
      name = advanced_event_selector.value.name

      dynamic "field_selector" {
        for_each = advanced_event_selector.value.fields

        content {
          field           = field_selector.key
          equals          = lookup(field_selector.value, "equals", null)
          starts_with     = lookup(field_selector.value, "starts_with", null)
          not_starts_with = lookup(field_selector.value, "not_starts_with", null)
        }
      }
    }
  }

  dynamic "insight_selector" {
    for_each = toset(var.trail.insights)

    content {
      insight_type = insight_selector.value == "call-rate" ? "ApiCallRateInsight" : "ApiErrorRateInsight"
    }
  }

  tags = merge(local.tags, { Name = local.trail_name })

  depends_on = [aws_s3_bucket_policy.records, aws_iam_role_policy.trail]
}

################################################################################
# Notifications
################################################################################

# Where failed reviews are told; alarms too, where there is no support area.
resource "aws_sns_topic" "audit" {
  name              = "${var.environment}-audit"
  kms_master_key_id = var.logs_key_arn

  tags = merge(local.tags, { Name = "${var.environment}-audit" })
}

# Alarms and events of this account publish, and only over TLS.
resource "aws_sns_topic_policy" "audit" {
  arn = aws_sns_topic.audit.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.audit.arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.audit.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# Who gets a mail; SNS asks each address once whether it wants to.
resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(var.notify)

  topic_arn = aws_sns_topic.audit.arn
  protocol  = "email"
  endpoint  = each.value
}

################################################################################
# Alarms of the CIS benchmark
################################################################################

locals {
  # Whether there are alarms.
  alarms_on = var.alarms == "cis"

  # Whether this trail counts by itself; otherwise the foundation's does.
  filters_on = local.alarms_on && var.trail.management_events

  # Where what the alarms look at is counted.
  cis_namespace = local.filters_on ? "mendixctl/cis/${var.environment}" : "mendixctl/cis"

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
  for_each = { for name, pattern in local.cis_patterns : name => pattern if local.filters_on }

  name           = "${var.environment}-${each.key}"
  log_group_name = one(aws_cloudwatch_log_group.trail[*].name)
  pattern        = each.value

  metric_transformation {
    name      = each.key
    namespace = local.cis_namespace
    value     = "1"
  }
}

locals {
  # What is told, and how soon somebody should look.
  cis_alarms = {
    "root-use" = {
      description = "CIS 4.3, CloudWatch.1: The root user was used"
      priority    = "p2"
    }
    "denied-calls" = {
      description = "CIS 4.1, CloudWatch.2: A call was not authorized"
      priority    = "p3"
    }
    "sign-in-without-mfa" = {
      description = "CIS 4.2, CloudWatch.3: Somebody signed in to the console without MFA"
      priority    = "p2"
    }
    "policy-changes" = {
      description = "CIS 4.4, CloudWatch.4: An IAM policy was changed"
      priority    = "p3"
    }
    "trail-changes" = {
      description = "CIS 4.5, CloudWatch.5: A trail was changed"
      priority    = "p2"
    }
    "failed-sign-ins" = {
      description = "CIS 4.6, CloudWatch.6: A sign-in to the console failed"
      priority    = "p3"
    }
    "key-deletion" = {
      description = "CIS 4.7, CloudWatch.7: A key was disabled, or its deletion scheduled"
      priority    = "p2"
    }
    "bucket-policy-changes" = {
      description = "CIS 4.8, CloudWatch.8: A bucket's policy was changed"
      priority    = "p3"
    }
    "config-changes" = {
      description = "CIS 4.9, CloudWatch.9: AWS Config was changed"
      priority    = "p2"
    }
    "security-group-changes" = {
      description = "CIS 4.10, CloudWatch.10: A security group was changed"
      priority    = "p3"
    }
    "network-acl-changes" = {
      description = "CIS 4.11, CloudWatch.11: A network ACL was changed"
      priority    = "p3"
    }
    "gateway-changes" = {
      description = "CIS 4.12, CloudWatch.12: A gateway was changed"
      priority    = "p3"
    }
    "route-table-changes" = {
      description = "CIS 4.13, CloudWatch.13: A route table was changed"
      priority    = "p3"
    }
    "network-changes" = {
      description = "CIS 4.14, CloudWatch.14: A network was changed"
      priority    = "p3"
    }
    "organization-changes" = {
      description = "CIS 4.15: The organization was changed"
      priority    = "p3"
    }
  }
}

# Tells what the CIS benchmark wants to be told of. A release of mendixctl changes policies, groups and routes
# too, and is told as well: the benchmark allows no exception.
resource "aws_cloudwatch_metric_alarm" "cis" {
  for_each = { for name, it in local.cis_alarms : name => it if local.alarms_on }

  alarm_name          = "${var.environment}-cis-${each.key}"
  alarm_description   = each.value.description
  namespace           = local.cis_namespace
  metric_name         = each.key
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [try(var.support_topic_arns[each.value.priority], aws_sns_topic.audit.arn)]

  tags = merge(local.tags, { Name = "${var.environment}-cis-${each.key}" })
}

################################################################################
# Queries
################################################################################

# What queries found. Beside the records, because those are locked, and Athena writes here what it likes.
resource "aws_s3_bucket" "results" {
  bucket        = "${var.environment}-${var.account}-audit-results"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-audit-results" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "results" {
  bucket                  = aws_s3_bucket.results.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "results" {
  bucket = aws_s3_bucket.results.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "results" {
  bucket = aws_s3_bucket.results.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "results" {
  bucket = aws_s3_bucket.results.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.logs_key_arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "results" {
  bucket = aws_s3_bucket.results.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.results.arn, "${aws_s3_bucket.results.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.results.arn, "${aws_s3_bucket.results.arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.results.arn}/*"
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
        Resource  = "${aws_s3_bucket.results.arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.logs_key_arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.results]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "results" {
  bucket      = aws_s3_bucket.results.id
  eventbridge = true
}

# What was found is found again at any time.
resource "aws_s3_bucket_lifecycle_configuration" "results" {
  bucket = aws_s3_bucket.results.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = 30
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.results]
}

# Queries of the audit: what they find is encrypted, and how much one may look through is limited.
resource "aws_athena_workgroup" "this" {
  name          = "${var.environment}-audit"
  description   = "Who did what in ${var.environment}"
  force_destroy = var.teardown

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.query_limit_gb * 1024 * 1024 * 1024

    result_configuration {
      output_location = "s3://${aws_s3_bucket.results.id}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.logs_key_arn
      }
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-audit" })
}

# The tables of the records. A name of Athena's has no hyphens.
resource "aws_glue_catalog_database" "this" {
  name        = "${replace(var.environment, "-", "_")}_audit"
  description = "Who did what in ${var.environment}"

  tags = merge(local.tags, { Name = "${var.environment}-audit" })
}

locals {
  # Where the files of each table are.
  record_places = {
    management = coalesce(var.management_records, "s3://${var.account}-${var.region}-mendix-trail/AWSLogs/${var.account}/CloudTrail/")
    data       = "s3://${aws_s3_bucket.records.id}/AWSLogs/${var.account}/CloudTrail/"
  }

  # Regions that queries look through; what is global is recorded in us-east-1.
  record_regions = distinct(concat([var.region, "us-east-1"], var.query_regions))

  # What a record has.
  record_columns = [
    { name = "eventversion", type = "string" },
    {
      name = "useridentity"
      type = "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string,onbehalfof:struct<userid:string,identitystorearn:string>,sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,ec2roledelivery:string,webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>>>"
    },
    { name = "eventtime", type = "string" },
    { name = "eventsource", type = "string" },
    { name = "eventname", type = "string" },
    { name = "awsregion", type = "string" },
    { name = "sourceipaddress", type = "string" },
    { name = "useragent", type = "string" },
    { name = "errorcode", type = "string" },
    { name = "errormessage", type = "string" },
    { name = "requestparameters", type = "string" },
    { name = "responseelements", type = "string" },
    { name = "additionaleventdata", type = "string" },
    { name = "requestid", type = "string" },
    { name = "eventid", type = "string" },
    { name = "readonly", type = "string" },
    {
      name = "resources"
      type = "array<struct<arn:string,accountid:string,type:string>>"
    },
    { name = "eventtype", type = "string" },
    { name = "apiversion", type = "string" },
    { name = "recipientaccountid", type = "string" },
    { name = "serviceeventdetails", type = "string" },
    { name = "sharedeventid", type = "string" },
    { name = "vpcendpointid", type = "string" },
    { name = "vpcendpointaccountid", type = "string" },
    { name = "eventcategory", type = "string" },
    { name = "sessioncredentialfromconsole", type = "string" },
    { name = "edgedevicedetails", type = "string" },
    {
      name = "tlsdetails"
      type = "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>"
    },
  ]
}

# The records as a table, divided by region and day: Athena works the folders out and lists none.
resource "aws_glue_catalog_table" "records" {
  for_each = local.record_places

  name          = each.key
  database_name = aws_glue_catalog_database.this.name
  description   = "Records of CloudTrail: ${each.key} events"
  table_type    = "EXTERNAL_TABLE"
  parameters = {
    classification                 = "cloudtrail"
    "projection.enabled"           = "true"
    "projection.region.type"       = "enum"
    "projection.region.values"     = join(",", local.record_regions)
    "projection.day.type"          = "date"
    "projection.day.format"        = "yyyy/MM/dd"
    "projection.day.range"         = "2024/01/01,NOW"
    "projection.day.interval"      = "1"
    "projection.day.interval.unit" = "DAYS"
    "storage.location.template"    = "${each.value}$${region}/$${day}"
  }

  partition_keys {
    name = "region"
    type = "string"
  }

  partition_keys {
    name = "day"
    type = "string"
  }

  storage_descriptor {
    location      = each.value
    input_format  = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hive.hcatalog.data.JsonSerDe"
    }

    dynamic "columns" {
      for_each = local.record_columns

      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}

locals {
  # What queries ask.
  questions = {
    "who-did-what"           = "What did somebody do in the last 30 days? Write the end of an ARN for NAME."
    "who-changed-iam"        = "Who changed roles, users or policies in the last 30 days?"
    "who-was-denied"         = "Who was denied what in the last 30 days?"
    "who-signed-in"          = "Who signed in to the console in the last 30 days, from where, and with MFA or without?"
    "what-root-did"          = "What did the root user do in the last 30 days?"
    "who-used-keys"          = "Who disabled a key, scheduled its deletion, or changed its policy in the last 30 days?"
    "who-opened-the-network" = "Who changed security groups, network ACLs, routes or gateways in the last 30 days?"
    "who-wrote-which-object" = "Who wrote or deleted which object of the environment's buckets in the last 30 days?"
  }
}

# Questions that auditors ask, ready to be run.
resource "aws_athena_named_query" "this" {
  for_each = local.questions

  name        = each.key
  description = each.value
  workgroup   = aws_athena_workgroup.this.name
  database    = aws_glue_catalog_database.this.name
  query       = templatefile("${path.module}/queries/${each.key}.sql", { management = "management", data = "data" })

  depends_on = [aws_glue_catalog_table.records]
}

################################################################################
# Review of permissions
################################################################################

# What the review did.
resource "aws_cloudwatch_log_group" "review" {
  name              = "/aws/lambda/${var.environment}-review-permissions"
  retention_in_days = var.trail.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = local.tags
}

# What the function works as.
resource "aws_iam_role" "review" {
  name        = "${var.environment}-review-permissions"
  description = "Reviews the permissions of the roles of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-review-permissions" })
}

# To see who is who, and to write what it found; it changes nothing.
resource "aws_iam_role_policy" "review" {
  name = "review"
  role = aws_iam_role.review.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "SeeWhoIsWho"
        Effect = "Allow"
        Action = [
          "access-analyzer:ListAnalyzers",
          "access-analyzer:ListFindingsV2",
          "iam:GenerateCredentialReport",
          "iam:GenerateServiceLastAccessedDetails",
          "iam:GetCredentialReport",
          "iam:GetServiceLastAccessedDetails",
          "iam:ListRoles",
        ]
        Resource = "*"
      },
      {
        Sid      = "WriteReviews"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${aws_s3_bucket.records.arn}/reviews/*"
      },
      {
        Sid       = "UseTheKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.logs_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.review.arn}:*"
      },
      {
        Sid      = "TellFailures"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.audit.arn
      },
      {
        Sid       = "EncryptFailures"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.logs_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "sns.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "Trace"
        Effect   = "Allow"
        Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        Resource = "*"
      },
    ]
  })
}

# Looks who may do what and who ever does, and proposes narrower permissions. Its code, review_permissions.py,
# is all that is in the archive.
resource "aws_lambda_function" "review" {
  function_name    = "${var.environment}-review-permissions"
  description      = "Reviews the permissions of the roles of ${var.environment}"
  filename         = "${path.module}/review_permissions.zip"
  source_code_hash = filebase64sha256("${path.module}/review_permissions.zip")
  handler          = "review_permissions.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 128
  timeout          = 900
  role             = aws_iam_role.review.arn

  dead_letter_config {
    target_arn = aws_sns_topic.audit.arn
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.review.name
  }

  tracing_config {
    mode = "Active"
  }

  tags = merge(local.tags, { Name = "${var.environment}-review-permissions" })

  depends_on = [aws_iam_role_policy.review]
}

# EventBridge calls it, for a schedule of this account.
resource "aws_lambda_permission" "review" {
  statement_id   = "EventBridge"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.review.function_name
  principal      = "events.amazonaws.com"
  source_account = var.account
}

# When permissions are reviewed.
resource "aws_cloudwatch_event_rule" "review" {
  name                = "${var.environment}-review-permissions"
  description         = "Reviews the permissions of ${var.environment}"
  schedule_expression = "cron(${var.review.cron})"

  tags = merge(local.tags, { Name = "${var.environment}-review-permissions" })
}

# What is reviewed, and where what was found is written.
resource "aws_cloudwatch_event_target" "review" {
  rule      = aws_cloudwatch_event_rule.review.name
  target_id = "review"
  arn       = aws_lambda_function.review.arn
  input = jsonencode({
    bucket            = aws_s3_bucket.records.id
    environment       = var.environment
    unused_after_days = var.review.unused_after_days
  })
}

# A review failed: nobody knows of permissions that nobody uses.
resource "aws_cloudwatch_metric_alarm" "review" {
  alarm_name          = "${var.environment}-review-permissions-errors"
  alarm_description   = "The review of the permissions of ${var.environment} failed."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.review.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.audit.arn]
  ok_actions          = [aws_sns_topic.audit.arn]

  tags = merge(local.tags, { Name = "${var.environment}-review-permissions-errors" })
}
