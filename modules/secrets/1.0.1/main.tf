locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "secrets" })

  # Name of the function and of its role.
  function_name = "${var.environment}-rotate-secret"
}

################################################################################
# Secrets
################################################################################

# What is secret, by its name. A deleted one can be brought back until its recovery window ends.
resource "aws_secretsmanager_secret" "this" {
  for_each = var.entries

  name                    = "${var.environment}/${each.key}"
  description             = each.value.description
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.teardown ? 0 : var.recovery_days

  dynamic "replica" {
    for_each = var.replicas

    content {
      region     = replica.value.region
      kms_key_id = replica.value.key_arn
    }
  }

  tags = merge(local.tags, {
    Name               = "${var.environment}/${each.key}"
    "value-length"     = each.value.length
    "value-characters" = each.value.characters
  })
}

# The first value: random, made while it is applied, and never in a plan or a state. Its own label keeps this
# version when newer ones come: were it removed, the next apply would put it again. Secrets Manager makes it the
# current version only where there is none: a secret that was deleted and brought back keeps its value.
resource "aws_secretsmanager_secret_version" "first" {
  for_each = aws_secretsmanager_secret.this

  secret_id                = each.value.id
  secret_string_wo         = sha256(uuid())
  secret_string_wo_version = 1
  version_stages           = ["FIRST"]

  lifecycle {
    ignore_changes = [version_stages]
  }
}

################################################################################
# Notifications
################################################################################

# Where failed rotations are told.
resource "aws_sns_topic" "rotation" {
  name              = "${var.environment}-secret-rotation"
  kms_master_key_id = var.logs_key_arn

  tags = merge(local.tags, { Name = "${var.environment}-secret-rotation" })
}

# Alarms and events of this account publish, and only over TLS.
resource "aws_sns_topic_policy" "rotation" {
  arn = aws_sns_topic.rotation.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.rotation.arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.rotation.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# Who gets a mail; SNS asks each address once whether it wants to.
resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(var.notify)

  topic_arn = aws_sns_topic.rotation.arn
  protocol  = "email"
  endpoint  = each.value
}

################################################################################
# Rotation function
################################################################################

# What the function did; never a value.
resource "aws_cloudwatch_log_group" "rotation" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/aws/lambda/${local.function_name}" })
}

# What the function works as.
resource "aws_iam_role" "rotation" {
  name        = local.function_name
  description = "Renews the values of the secrets of ${var.environment}."
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

  tags = merge(local.tags, { Name = local.function_name })
}

# The environment's secrets, their key, its log, and the topic for what failed. Nothing else.
resource "aws_iam_role_policy" "rotation" {
  name = "rotation"
  role = aws_iam_role.rotation.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RenewSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = "arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:${var.environment}/*"
        Condition = {
          ArnEquals = {
            "secretsmanager:resource/AllowRotationLambdaArn" = "arn:${var.partition}:lambda:${var.region}:${var.account}:function:${local.function_name}"
          }
        }
      },
      {
        Sid      = "MakeRandomValues"
        Effect   = "Allow"
        Action   = "secretsmanager:GetRandomPassword"
        Resource = "*"
      },
      {
        Sid       = "UseTheKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.rotation.arn}:*"
      },
      {
        Sid      = "TellFailures"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.rotation.arn
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

# Renews a value in the four steps of Secrets Manager. Its code, rotate_secret.py, is all that is in the
# archive.
resource "aws_lambda_function" "rotation" {
  function_name    = local.function_name
  description      = "Renews the values of the secrets of ${var.environment}"
  filename         = "${path.module}/rotate_secret.zip"
  source_code_hash = filebase64sha256("${path.module}/rotate_secret.zip")
  handler          = "rotate_secret.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 128
  timeout          = 60
  role             = aws_iam_role.rotation.arn

  dead_letter_config {
    target_arn = aws_sns_topic.rotation.arn
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.rotation.name
  }

  tracing_config {
    mode = "Active"
  }

  tags = merge(local.tags, { Name = local.function_name })

  depends_on = [aws_iam_role_policy.rotation]
}

# Secrets Manager calls it, for secrets of this account only.
resource "aws_lambda_permission" "rotation" {
  statement_id   = "SecretsManager"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.rotation.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = var.account
}

################################################################################
# Readers
################################################################################

locals {
  # ARNs of the roles that may read, by secret: of its readers (an application stands for its role), and of the
  # function.
  readers = {
    for name, entry in var.entries : name => concat(
      [
        for reader in entry.readers :
        lookup(var.app_role_arns, reader, reader)
      ],
      [aws_iam_role.rotation.arn],
    )
  }
}

# Readers read, and nobody else: not even an administrator, whose IAM policies allow everything. The exception
# is the first value by its version, which Terraform reads at every plan and which is worth nothing once there
# is another. Roles are named in conditions, because a principal would stand for the role's internal id and
# break when it is made anew.
resource "aws_secretsmanager_secret_policy" "this" {
  for_each = aws_secretsmanager_secret.this

  secret_arn          = each.value.arn
  block_public_policy = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ReadersRead"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        Resource  = "*"
        Condition = {
          StringEquals = { "aws:PrincipalAccount" = var.account }
          ArnEquals    = { "aws:PrincipalArn" = local.readers[each.key] }
        }
      },
      {
        Sid       = "NobodyElseReads"
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:GetSecretValue"
        Resource  = "*"
        Condition = {
          ArnNotEquals = { "aws:PrincipalArn" = local.readers[each.key] }
          StringNotEquals = {
            "secretsmanager:VersionId" = aws_secretsmanager_secret_version.first[each.key].version_id
          }
        }
      },
    ]
  })
}

################################################################################
# Rotation
################################################################################

# When values are renewed: at once, so that the first value is never the one in use, and then regularly.
resource "aws_secretsmanager_secret_rotation" "this" {
  for_each = { for name, entry in var.entries : name => entry if entry.rotate }

  secret_id           = aws_secretsmanager_secret.this[each.key].id
  rotation_lambda_arn = aws_lambda_function.rotation.arn
  rotate_immediately  = true

  rotation_rules {
    automatically_after_days = coalesce(each.value.rotation_days, var.rotation_days)
  }

  depends_on = [aws_lambda_permission.rotation, aws_secretsmanager_secret_version.first, aws_secretsmanager_secret_policy.this]
}

################################################################################
# Alarms
################################################################################

# A step of a rotation failed: the secret keeps its old value.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.environment}-secret-rotation-errors"
  alarm_description   = "A step of a rotation failed: the secret keeps its old value."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.rotation.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.rotation.arn]
  ok_actions          = [aws_sns_topic.rotation.arn]

  tags = merge(local.tags, { Name = "${var.environment}-secret-rotation-errors" })
}

# The rotation function could not run: too many secrets at once.
resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name          = "${var.environment}-secret-rotation-throttles"
  alarm_description   = "The rotation function could not run: too many secrets at once."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = aws_lambda_function.rotation.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.rotation.arn]
  ok_actions          = [aws_sns_topic.rotation.arn]

  tags = merge(local.tags, { Name = "${var.environment}-secret-rotation-throttles" })
}

# Secrets Manager's own word that a rotation failed, also where the function was never reached.
resource "aws_cloudwatch_event_rule" "failed" {
  name        = "${var.environment}-secret-rotation-failed"
  description = "A rotation of a secret of ${var.environment} failed"
  event_pattern = jsonencode({
    source        = ["aws.secretsmanager"]
    "detail-type" = ["AWS Service Event via CloudTrail"]
    detail = {
      eventName = ["RotationAbandoned", "RotationFailed", "TestRotationFailed"]
      additionalEventData = {
        SecretId = [{
          prefix = "arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:${var.environment}/"
        }]
      }
    }
  })

  tags = merge(local.tags, { Name = "${var.environment}-secret-rotation-failed" })
}

# Tell it.
resource "aws_cloudwatch_event_target" "failed" {
  rule      = aws_cloudwatch_event_rule.failed.name
  target_id = "topic"
  arn       = aws_sns_topic.rotation.arn
}
