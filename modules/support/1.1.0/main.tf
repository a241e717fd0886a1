locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "support" })
}

################################################################################
# Key
################################################################################

locals {
  # The account: its IAM policies decide by whom the key is used.
  account_root = "arn:${var.partition}:iam::${var.account}:root"
}

# Encrypts topics, dead letters and incidents. Of the area's own, because its policy names all who send.
resource "aws_kms_key" "this" {
  description             = "${var.environment}: topics and incidents of support"
  enable_key_rotation     = true
  deletion_window_in_days = var.key_deletion_days
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
              "dynamodb.${var.region}.amazonaws.com",
              "sns.${var.region}.amazonaws.com",
              "sqs.${var.region}.amazonaws.com",
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
              "dynamodb.${var.region}.amazonaws.com",
              "sns.${var.region}.amazonaws.com",
              "sqs.${var.region}.amazonaws.com",
            ]
          }
        }
      },
      {
        Sid    = "Publish"
        Effect = "Allow"
        Principal = {
          Service = [
            "backup.amazonaws.com",
            "budgets.amazonaws.com",
            "cloudwatch.amazonaws.com",
            "codestar-notifications.amazonaws.com",
            "config.amazonaws.com",
            "costalerts.amazonaws.com",
            "events.rds.amazonaws.com",
            "s3.amazonaws.com",
          ]
        }
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
      {
        Sid       = "KeepDeadLetters"
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "sns.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-support" })
}

# The name by which people and tools find the key.
resource "aws_kms_alias" "this" {
  name          = "alias/${var.environment}-support"
  target_key_id = aws_kms_key.this.key_id
}

################################################################################
# Topics
################################################################################

# Where an incident of a priority is told. Never renamed: everybody would have to confirm anew.
resource "aws_sns_topic" "this" {
  for_each = toset(["p1", "p2", "p3", "p4"])

  name              = "${var.environment}-${each.key}"
  display_name      = upper("${var.environment} ${each.key}")
  kms_master_key_id = aws_kms_key.this.arn
  signature_version = 2

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

# Alarms, events, budgets, backups and databases of this account publish, and only over TLS.
resource "aws_sns_topic_policy" "this" {
  for_each = aws_sns_topic.this

  arn = each.value.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = each.value.arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike = {
            "aws:SourceArn" = "arn:${var.partition}:cloudwatch:${var.region}:${var.account}:alarm:*"
          }
        }
      },
      {
        Sid       = "PublishEvents"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = each.value.arn
        Condition = {
          ArnLike = { "aws:SourceArn" = "arn:${var.partition}:events:${var.region}:${var.account}:rule/*" }
        }
      },
      {
        Sid       = "PublishBudgets"
        Effect    = "Allow"
        Principal = { Service = "budgets.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = each.value.arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:budgets::${var.account}:*" }
        }
      },
      {
        Sid    = "PublishForTheAccount"
        Effect = "Allow"
        Principal = {
          Service = [
            "backup.amazonaws.com",
            "codestar-notifications.amazonaws.com",
            "config.amazonaws.com",
            "costalerts.amazonaws.com",
            "events.rds.amazonaws.com",
            "s3.amazonaws.com",
          ]
        }
        Action    = "sns:Publish"
        Resource  = each.value.arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = each.value.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# What reached nobody: messages that a contact did not take, and events that began no incident.
resource "aws_sqs_queue" "dead_letters" {
  name                              = "${var.environment}-support-dead-letters"
  kms_master_key_id                 = aws_kms_key.this.arn
  kms_data_key_reuse_period_seconds = 300
  message_retention_seconds         = 1209600

  tags = merge(local.tags, { Name = "${var.environment}-support-dead-letters" })
}

# Topics and rules of this environment leave messages, and only over TLS.
resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Keep"
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "sns.amazonaws.com"] }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = {
          ArnLike = {
            "aws:SourceArn" = [
              "arn:${var.partition}:events:${var.region}:${var.account}:rule/${var.environment}-*",
              "arn:${var.partition}:sns:${var.region}:${var.account}:${var.environment}-*",
            ]
          }
        }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

locals {
  # Who is told, by priority and address: what is added or removed touches nobody else.
  contacts = merge([
    for priority, listed in var.contacts : {
      for contact in listed :
      "${priority} ${coalesce(contact.email, contact.sms, contact.https)}" => {
        priority = priority
        protocol = contact.email != null ? "email" : contact.sms != null ? "sms" : "https"
        endpoint = coalesce(contact.email, contact.sms, contact.https)
        minutes  = contact.escalate_after_minutes
      }
    }
  ]...)
}

# A contact of a priority. Mail and HTTPS addresses confirm once; until then nothing reaches them.
resource "aws_sns_topic_subscription" "this" {
  for_each = local.contacts

  topic_arn           = aws_sns_topic.this[each.value.priority].arn
  protocol            = each.value.protocol
  endpoint            = each.value.endpoint
  filter_policy       = each.value.minutes == 0 ? null : jsonencode({ unacknowledged_minutes = [{ numeric = [">=", each.value.minutes] }] })
  filter_policy_scope = each.value.minutes == 0 ? null : "MessageAttributes"
  redrive_policy      = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn })

  depends_on = [aws_sqs_queue_policy.dead_letters]
}

locals {
  # Name of the table and the state machine.
  incidents = "${var.environment}-incidents"
}

################################################################################
# Incidents
################################################################################

# What happened, who answered and solved it, and when it had to be: what the contract is judged by.
resource "aws_dynamodb_table" "incidents" {
  name                        = local.incidents
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = !var.teardown

  attribute {
    name = "alarm"
    type = "S"
  }

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "month"
    type = "S"
  }

  attribute {
    name = "started_at"
    type = "S"
  }

  global_secondary_index {
    name            = "by_alarm"
    hash_key        = "alarm"
    range_key       = "started_at"
    projection_type = "ALL"
  }

  global_secondary_index {
    name            = "by_month"
    hash_key        = "month"
    range_key       = "started_at"
    projection_type = "ALL"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this.arn
  }

  tags = merge(local.tags, { Name = local.incidents })
}

################################################################################
# Clock
################################################################################

# Measures of incidents, which CloudWatch makes metrics of.
resource "aws_cloudwatch_log_group" "clock" {
  name              = "/aws/lambda/${var.environment}-incident-clock"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/aws/lambda/${var.environment}-incident-clock" })
}

# What the function works as.
resource "aws_iam_role" "clock" {
  name        = "${var.environment}-incident-clock"
  description = "Computes deadlines of the incidents of ${var.environment}."
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

  tags = merge(local.tags, { Name = "${var.environment}-incident-clock" })
}

# Its log, its traces, and the topic for what failed. It reads nothing.
resource "aws_iam_role_policy" "clock" {
  name = "clock"
  role = aws_iam_role.clock.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.clock.arn}:*"
      },
      {
        Sid      = "TellFailures"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.this["p2"].arn
      },
      {
        Sid       = "EncryptFailures"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = aws_kms_key.this.arn
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

# Says when an incident has to be answered and solved, and measures what became of it. Its code,
# incident_clock.py, is all that is in the archive.
resource "aws_lambda_function" "clock" {
  function_name    = "${var.environment}-incident-clock"
  description      = "Deadlines and measures of the incidents of ${var.environment}"
  filename         = "${path.module}/incident_clock.zip"
  source_code_hash = filebase64sha256("${path.module}/incident_clock.zip")
  handler          = "incident_clock.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 128
  timeout          = 30
  role             = aws_iam_role.clock.arn

  dead_letter_config {
    target_arn = aws_sns_topic.this["p2"].arn
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.clock.name
  }

  tracing_config {
    mode = "Active"
  }

  tags = merge(local.tags, { Name = "${var.environment}-incident-clock" })

  depends_on = [aws_iam_role_policy.clock]
}

################################################################################
# State machine
################################################################################

locals {
  # By priority, after how many minutes somebody more is told.
  escalations = {
    for priority, listed in var.contacts : priority => [
      for minutes in distinct(listed[*].escalate_after_minutes) : minutes if minutes > 0
    ]
  }
}

# What the state machine did. Below /aws/vendedlogs, where the policy of who delivers does not grow.
resource "aws_cloudwatch_log_group" "incidents" {
  name              = "/aws/vendedlogs/states/${local.incidents}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/aws/vendedlogs/states/${local.incidents}" })
}

# What the state machine works as.
resource "aws_iam_role" "incidents" {
  name        = local.incidents
  description = "Follows the incidents of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = "arn:${var.partition}:states:${var.region}:${var.account}:stateMachine:${local.incidents}"
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = local.incidents })
}

# The clock, the table, the topics, its log and its traces. Nothing else.
resource "aws_iam_role_policy" "incidents" {
  name = "incidents"
  role = aws_iam_role.incidents.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "AskTheClock"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = aws_lambda_function.clock.arn
      },
      {
        Sid      = "KeepIncidents"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        Resource = [aws_dynamodb_table.incidents.arn, "${aws_dynamodb_table.incidents.arn}/index/by_alarm"]
      },
      {
        Sid      = "Tell"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = values(aws_sns_topic.this)[*].arn
      },
      {
        Sid       = "EncryptMessages"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = aws_kms_key.this.arn
        Condition = { StringEquals = { "kms:ViaService" = "sns.${var.region}.amazonaws.com" } }
      },
      {
        Sid       = "ReadIncidents"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = aws_kms_key.this.arn
        Condition = { StringEquals = { "kms:ViaService" = "dynamodb.${var.region}.amazonaws.com" } }
      },
      {
        Sid    = "DeliverTheLog"
        Effect = "Allow"
        Action = [
          "logs:CreateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:DescribeLogGroups",
          "logs:DescribeResourcePolicies",
          "logs:GetLogDelivery",
          "logs:ListLogDeliveries",
          "logs:PutResourcePolicy",
          "logs:UpdateLogDelivery",
        ]
        Resource = "*"
      },
      {
        Sid    = "Trace"
        Effect = "Allow"
        Action = [
          "xray:GetSamplingRules",
          "xray:GetSamplingTargets",
          "xray:PutTelemetryRecords",
          "xray:PutTraceSegments",
        ]
        Resource = "*"
      },
    ]
  })
}

# Follows each incident to its last deadline. An execution keeps the rules that it began with.
resource "aws_sfn_state_machine" "incidents" {
  name     = local.incidents
  type     = "STANDARD"
  role_arn = aws_iam_role.incidents.arn
  definition = jsonencode({
    Comment = "Follows an incident from its alarm to its last deadline."
    StartAt = "Which"
    States = {
      Which = {
        Type = "Choice"
        Choices = [{
          Variable     = "$.detail.state.value"
          StringEquals = "OK"
          Next         = "Settle"
        }]
        Default = "Due"
      }
      Due = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.clock.arn
          Payload = {
            "event.$" = "$"
            settings = {
              environment = var.environment
              hours       = var.hours
              timezone    = var.timezone
              office      = var.office
              holidays    = var.holidays
              targets     = var.targets
              escalations = local.escalations
            }
          }
        }
        OutputPath = "$.Payload"
        Catch = [{
          ErrorEquals = ["States.ALL"]
          ResultPath  = "$.error"
          Next        = "Unopened"
        }]
        Retry = [{
          ErrorEquals     = ["States.ALL"]
          IntervalSeconds = 2
          MaxAttempts     = 6
          BackoffRate     = 2
        }]
        Next = "Standing"
      }
      Standing = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::aws-sdk:dynamodb:query"
        Parameters = {
          TableName                 = aws_dynamodb_table.incidents.name
          IndexName                 = "by_alarm"
          KeyConditionExpression    = "alarm = :alarm"
          FilterExpression          = "attribute_not_exists(solved_at)"
          ExpressionAttributeValues = { ":alarm" = { "S.$" = "$.alarm" } }
          ScanIndexForward          = false
        }
        ResultSelector = { "count.$" = "$.Count", "items.$" = "$.Items" }
        ResultPath     = "$.standing"
        Retry = [{
          ErrorEquals     = ["States.ALL"]
          IntervalSeconds = 2
          MaxAttempts     = 6
          BackoffRate     = 2
        }]
        Next = "Known"
      }
      Known = {
        Type = "Choice"
        Choices = [{
          Variable           = "$.standing.count"
          NumericGreaterThan = 0
          Next               = "Duplicate"
        }]
        Default = "Open"
      }
      Open = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::dynamodb:putItem"
        Parameters = {
          TableName = aws_dynamodb_table.incidents.name
          Item = {
            id         = { "S.$" = "$.id" }
            alarm      = { "S.$" = "$.alarm" }
            alarm_name = { "S.$" = "$.alarm_name" }
            priority   = { "S.$" = "$.priority" }
            hours      = { "S.$" = "$.hours" }
            month      = { "S.$" = "$.month" }
            started_at = { "S.$" = "$.started_at" }
            respond_by = { "S.$" = "$.respond_by" }
            solve_by   = { "S.$" = "$.solve_by" }
            reason     = { "S.$" = "$.reason" }
            execution  = { "S.$" = "$$.Execution.Id" }
          }
          ConditionExpression       = "attribute_not_exists(id) OR execution = :execution"
          ExpressionAttributeValues = { ":execution" = { "S.$" = "$$.Execution.Id" } }
        }
        ResultPath = null
        Catch = [{
          ErrorEquals = ["DynamoDB.ConditionalCheckFailedException"]
          ResultPath  = null
          Next        = "Duplicate"
        }]
        Retry = [
          {
            ErrorEquals = ["DynamoDB.ConditionalCheckFailedException"]
            MaxAttempts = 0
          },
          {
            ErrorEquals     = ["States.ALL"]
            IntervalSeconds = 2
            MaxAttempts     = 6
            BackoffRate     = 2
          },
        ]
        Next = "Notify"
      }
      Duplicate = { Type = "Succeed" }
      Notify = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::sns:publish"
        Parameters = {
          "TopicArn.$"      = "States.Format('arn:${var.partition}:sns:${var.region}:${var.account}:${var.environment}-{}', $.priority)"
          "Subject.$"       = "States.Format('${var.environment} {} incident {}: opened', $.priority, $.id)"
          "Message.$"       = "States.Format('Alarm: {}\nReason: {}\nBegan: {}\nTo be answered by: {}\nTo be solved by: {}\n\nAcknowledge: mendixctl incident ack ${var.environment} {}\nSolve: mendixctl incident solve ${var.environment} {}', $.alarm_name, $.reason, $.started_at, $.respond_by, $.solve_by, $.id, $.id)"
          MessageAttributes = { unacknowledged_minutes = { DataType = "Number", StringValue = "0" } }
        }
        ResultPath = null
        Retry = [{
          ErrorEquals     = ["States.ALL"]
          IntervalSeconds = 2
          MaxAttempts     = 6
          BackoffRate     = 2
        }]
        Next = "Follow"
      }
      Unopened = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::sns:publish"
        Parameters = {
          TopicArn    = "arn:${var.partition}:sns:${var.region}:${var.account}:${var.environment}-p1"
          Subject     = "${var.environment}: an incident could not be opened"
          "Message.$" = "States.Format('The alarm {} has no incident, so no deadline of it is watched: {}', $.detail.alarmName, $.error.Cause)"
        }
        Retry = [{
          ErrorEquals     = ["States.ALL"]
          IntervalSeconds = 2
          MaxAttempts     = 6
          BackoffRate     = 2
        }]
        Next = "Lost"
      }
      Lost = {
        Type  = "Fail"
        Error = "Unopened"
        Cause = "The incident could not be opened."
      }
      Follow = {
        Type           = "Map"
        ItemsPath      = "$.moments"
        MaxConcurrency = 1
        ItemSelector   = { "moment.$" = "$$.Map.Item.Value", "incident.$" = "$" }
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Wait"
          States = {
            Wait = {
              Type          = "Wait"
              TimestampPath = "$.moment.at"
              Next          = "Read"
            }
            Read = {
              Type     = "Task"
              Resource = "arn:${var.partition}:states:::dynamodb:getItem"
              Parameters = {
                TableName      = aws_dynamodb_table.incidents.name
                Key            = { id = { "S.$" = "$.incident.id" } }
                ConsistentRead = true
              }
              ResultSelector = { "item.$" = "$.Item" }
              ResultPath     = "$.now"
              Retry = [{
                ErrorEquals     = ["States.ALL"]
                IntervalSeconds = 2
                MaxAttempts     = 6
                BackoffRate     = 2
              }]
              Next = "Judge"
            }
            Judge = {
              Type = "Choice"
              Choices = [
                {
                  Variable  = "$.now.item.solved_at"
                  IsPresent = true
                  Next      = "Kept"
                },
                {
                  Variable     = "$.moment.kind"
                  StringEquals = "solve"
                  Next         = "Breach"
                },
                {
                  Variable  = "$.now.item.acknowledged_at"
                  IsPresent = true
                  Next      = "Kept"
                },
                {
                  Variable     = "$.moment.kind"
                  StringEquals = "escalate"
                  Next         = "Escalate"
                },
              ]
              Default = "Breach"
            }
            Kept = { Type = "Succeed" }
            Escalate = {
              Type     = "Task"
              Resource = "arn:${var.partition}:states:::sns:publish"
              Parameters = {
                "TopicArn.$" = "States.Format('arn:${var.partition}:sns:${var.region}:${var.account}:${var.environment}-{}', $.incident.priority)"
                "Subject.$"  = "States.Format('${var.environment} {} incident {}: not acknowledged', $.incident.priority, $.incident.id)"
                "Message.$"  = "States.Format('Nobody has acknowledged it so far.\nAlarm: {}\nBegan: {}\nTo be answered by: {}\n\nAcknowledge: mendixctl incident ack ${var.environment} {}', $.incident.alarm_name, $.incident.started_at, $.incident.respond_by, $.incident.id)"
                MessageAttributes = {
                  unacknowledged_minutes = {
                    DataType        = "Number"
                    "StringValue.$" = "$.moment.minutes"
                  }
                }
              }
              ResultPath = null
              Retry = [{
                ErrorEquals     = ["States.ALL"]
                IntervalSeconds = 2
                MaxAttempts     = 6
                BackoffRate     = 2
              }]
              End = true
            }
            Breach = {
              Type     = "Task"
              Resource = "arn:${var.partition}:states:::dynamodb:updateItem"
              Parameters = {
                TableName                 = aws_dynamodb_table.incidents.name
                Key                       = { id = { "S.$" = "$.incident.id" } }
                UpdateExpression          = "SET #missed = :at"
                ExpressionAttributeNames  = { "#missed.$" = "States.Format('{}_missed_at', $.moment.kind)" }
                ExpressionAttributeValues = { ":at" = { "S.$" = "$.moment.at" } }
              }
              ResultPath = null
              Retry = [{
                ErrorEquals     = ["States.ALL"]
                IntervalSeconds = 2
                MaxAttempts     = 6
                BackoffRate     = 2
              }]
              Next = "Missed"
            }
            Missed = {
              Type     = "Task"
              Resource = "arn:${var.partition}:states:::sns:publish"
              Parameters = {
                "TopicArn.$"      = "States.Format('arn:${var.partition}:sns:${var.region}:${var.account}:${var.environment}-{}', $.incident.priority)"
                "Subject.$"       = "States.Format('${var.environment} {} incident {}: deadline missed', $.incident.priority, $.incident.id)"
                "Message.$"       = "States.Format('A deadline was missed: {}.\nAlarm: {}\nBegan: {}\nTo be answered by: {}\nTo be solved by: {}\n', $.moment.kind, $.incident.alarm_name, $.incident.started_at, $.incident.respond_by, $.incident.solve_by)"
                MessageAttributes = { unacknowledged_minutes = { DataType = "Number", StringValue = "10080" } }
              }
              ResultPath = null
              Retry = [{
                ErrorEquals     = ["States.ALL"]
                IntervalSeconds = 2
                MaxAttempts     = 6
                BackoffRate     = 2
              }]
              End = true
            }
          }
        }
        ResultPath = null
        Next       = "Result"
      }
      Result = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::dynamodb:getItem"
        Parameters = {
          TableName      = aws_dynamodb_table.incidents.name
          Key            = { id = { "S.$" = "$.id" } }
          ConsistentRead = true
        }
        ResultSelector = { "item.$" = "$.Item" }
        ResultPath     = "$.now"
        Retry = [{
          ErrorEquals     = ["States.ALL"]
          IntervalSeconds = 2
          MaxAttempts     = 6
          BackoffRate     = 2
        }]
        Next = "Measure"
      }
      Measure = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::lambda:invoke"
        Parameters = {
          FunctionName = aws_lambda_function.clock.arn
          Payload = {
            "item.$" = "$.now.item"
            "now.$"  = "$$.State.EnteredTime"
            settings = {
              environment = var.environment
              hours       = var.hours
              timezone    = var.timezone
              office      = var.office
              holidays    = var.holidays
              targets     = var.targets
              escalations = local.escalations
            }
          }
        }
        ResultPath = null
        Retry = [{
          ErrorEquals     = ["States.ALL"]
          IntervalSeconds = 2
          MaxAttempts     = 6
          BackoffRate     = 2
        }]
        End = true
      }
      Settle = {
        Type    = "Wait"
        Seconds = 30
        Next    = "Find"
      }
      Find = {
        Type     = "Task"
        Resource = "arn:${var.partition}:states:::aws-sdk:dynamodb:query"
        Parameters = {
          TableName                 = aws_dynamodb_table.incidents.name
          IndexName                 = "by_alarm"
          KeyConditionExpression    = "alarm = :alarm"
          FilterExpression          = "attribute_not_exists(solved_at)"
          ExpressionAttributeValues = { ":alarm" = { "S.$" = "$.resources[0]" } }
          ScanIndexForward          = false
        }
        ResultSelector = { "count.$" = "$.Count", "items.$" = "$.Items" }
        ResultPath     = "$.standing"
        Retry = [{
          ErrorEquals     = ["States.ALL"]
          IntervalSeconds = 2
          MaxAttempts     = 6
          BackoffRate     = 2
        }]
        Next = "Close"
      }
      Close = {
        Type         = "Map"
        ItemsPath    = "$.standing.items"
        ItemSelector = { "id.$" = "$$.Map.Item.Value.id.S", "at.$" = "$.time" }
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Solve"
          States = {
            Solve = {
              Type     = "Task"
              Resource = "arn:${var.partition}:states:::dynamodb:updateItem"
              Parameters = {
                TableName           = aws_dynamodb_table.incidents.name
                Key                 = { id = { "S.$" = "$.id" } }
                UpdateExpression    = "SET solved_at = :at, solved_by = :by, solved_why = :why"
                ConditionExpression = "attribute_exists(id) AND attribute_not_exists(solved_at)"
                ExpressionAttributeValues = {
                  ":at"  = { "S.$" = "$.at" }
                  ":by"  = { S = "alarm" }
                  ":why" = { S = "The alarm is well again." }
                }
              }
              Catch = [{
                ErrorEquals = ["DynamoDB.ConditionalCheckFailedException"]
                ResultPath  = null
                Next        = "Closed"
              }]
              Retry = [
                {
                  ErrorEquals = ["DynamoDB.ConditionalCheckFailedException"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  MaxAttempts     = 6
                  BackoffRate     = 2
                },
              ]
              End = true
            }
            Closed = { Type = "Succeed" }
          }
        }
        End = true
      }
    }
  })

  logging_configuration {
    level                  = "ALL"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.incidents.arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  tags = merge(local.tags, { Name = local.incidents })

  depends_on = [aws_iam_role_policy.incidents]
}

################################################################################
# Rule
################################################################################

locals {
  # Name of the rule, and of the role that it works as.
  rule = "${var.environment}-support-alarms"
}

# What EventBridge begins executions as.
resource "aws_iam_role" "alarms" {
  name        = local.rule
  description = "Begins the incidents of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = "arn:${var.partition}:events:${var.region}:${var.account}:rule/${local.rule}"
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = local.rule })
}

# It begins executions of the one state machine.
resource "aws_iam_role_policy" "alarms" {
  name = "alarms"
  role = aws_iam_role.alarms.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Begin"
      Effect   = "Allow"
      Action   = "states:StartExecution"
      Resource = aws_sfn_state_machine.incidents.arn
    }]
  })
}

# An alarm whose name begins with the environment and a priority went into alarm, or is well again.
resource "aws_cloudwatch_event_rule" "alarms" {
  name        = local.rule
  description = "Alarms of ${var.environment} by priority"
  event_pattern = jsonencode({
    source        = ["aws.cloudwatch"]
    "detail-type" = ["CloudWatch Alarm State Change"]
    detail = {
      alarmName = [
        { prefix = "${var.environment}-p1-" },
        { prefix = "${var.environment}-p2-" },
        { prefix = "${var.environment}-p3-" },
        { prefix = "${var.environment}-p4-" },
      ]
      state = {
        "$or" = [
          { value = ["OK"] },
          {
            value               = ["ALARM"]
            actionsSuppressedBy = [{ exists = false }]
          },
        ]
      }
      configuration = {
        "$or" = [
          { description = [{ exists = false }] },
          { description = [{ "anything-but" = { wildcard = "*Told by ${var.environment}-p*" } }] },
        ]
      }
    }
  })

  tags = merge(local.tags, { Name = local.rule })
}

# Begin an execution; what cannot begin for a day is a dead letter.
resource "aws_cloudwatch_event_target" "alarms" {
  rule      = aws_cloudwatch_event_rule.alarms.name
  target_id = "incidents"
  arn       = aws_sfn_state_machine.incidents.arn
  role_arn  = aws_iam_role.alarms.arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  depends_on = [aws_iam_role_policy.alarms]
}

################################################################################
# Alarms
################################################################################

# An incident is not followed any more.
resource "aws_cloudwatch_metric_alarm" "incidents_failed" {
  alarm_name          = "${var.environment}-p2-support-incidents-failed"
  alarm_description   = "An incident is not followed any more. Look at the failed execution, and follow the incident by hand."
  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.incidents.arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this["p2"].arn]
  ok_actions          = [aws_sns_topic.this["p2"].arn]

  tags = merge(local.tags, { Name = "${var.environment}-p2-support-incidents-failed" })
}

# Somebody was not told, or an alarm began no incident.
resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.environment}-p2-support-dead-letters"
  alarm_description   = "Somebody was not told, or an alarm began no incident. Look at the messages in the queue of dead letters."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this["p2"].arn]
  ok_actions          = [aws_sns_topic.this["p2"].arn]

  tags = merge(local.tags, { Name = "${var.environment}-p2-support-dead-letters" })
}
