# Every resource type that the encryption area uses, and what hangs on keys.

locals {
  delegate = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = var.changed ? "Renamed" : "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = ["s3.eu-central-1.amazonaws.com", "secretsmanager.eu-central-1.amazonaws.com"]
          }
        }
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.eu-central-1.amazonaws.com" }
        Action    = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
        Resource  = "*"
      },
    ]
  })
}

resource "aws_kms_key" "this" {
  for_each                = { storage = 180, database = 365, logs = 2560 }
  description             = "The ${each.key} key"
  multi_region            = true
  enable_key_rotation     = true
  rotation_period_in_days = var.changed ? each.value - 5 : each.value
  deletion_window_in_days = 30
  policy                  = local.delegate
  tags                    = { purpose = each.key }
}

resource "aws_kms_alias" "this" {
  for_each      = aws_kms_key.this
  name          = "alias/probe/${each.key}"
  target_key_id = each.value.key_id
}

resource "aws_kms_key" "plain" {
  description = var.changed ? "Not rotated, changed" : "Not rotated"
}

resource "aws_kms_key_policy" "plain" {
  key_id = aws_kms_key.plain.id
  policy = local.delegate
}

resource "aws_kms_replica_key" "storage" {
  provider        = aws.standby
  description     = "The standby's copy"
  primary_key_arn = aws_kms_key.this["storage"].arn
  policy          = local.delegate
}

resource "aws_secretsmanager_secret" "this" {
  name                    = "probe/secret"
  description             = var.changed ? "Changed" : "A secret"
  kms_key_id              = aws_kms_key.this["database"].arn
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = jsonencode({ password = "of-the-test" })
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny", Principal = "*", Action = "secretsmanager:*", Resource = "*",
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/probe/encrypted"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.this["logs"].arn
}
