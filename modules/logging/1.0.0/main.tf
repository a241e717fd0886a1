locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "logging" })
}

################################################################################
# What is on
################################################################################

locals {
  # Whether logs are searched at all, as a count.
  some = var.engine == "none" ? 0 : 1

  # Whether there is a domain, as a count.
  managed = var.engine == "opensearch" ? 1 : 0

  # Whether Elasticsearch is on the cluster, as a count.
  hosted = var.engine == "elastic" ? 1 : 0

  # Name of the domain; 28 characters at most.
  domain_name = "${var.environment}-logs"

  # ARN of the domain, before there is one.
  domain_arn = "arn:${var.partition}:es:${var.region}:${var.account}:domain/${local.domain_name}"
}

################################################################################
# Key
################################################################################

locals {
  # The account: its IAM policies decide by whom.
  account_root = "arn:${var.partition}:iam::${var.account}:root"
}

# Encrypts what is searched. A key of its own: OpenSearch Service has it granted for as long as the domain is.
resource "aws_kms_key" "this" {
  count = local.some

  description             = "${var.environment}: Logs that are searched"
  enable_key_rotation     = true
  multi_region            = true
  deletion_window_in_days = 30
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
            "kms:ViaService"    = ["es.${var.region}.amazonaws.com", "s3.${var.region}.amazonaws.com"]
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
            "kms:ViaService"    = ["es.${var.region}.amazonaws.com", "s3.${var.region}.amazonaws.com"]
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
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-logging" })
}

# The name by which people find the key.
resource "aws_kms_alias" "this" {
  count = local.some

  name          = "alias/${var.environment}-logging"
  target_key_id = aws_kms_key.this[0].key_id
}

################################################################################
# Traffic
################################################################################

# OpenSearch domain: nodes and installer in, nothing out.
resource "aws_security_group" "domain" {
  count = local.managed

  name_prefix            = "${var.environment}-logging-domain-"
  description            = "OpenSearch domain: nodes and installer in, nothing out"
  vpc_id                 = var.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-logging-domain" })

  lifecycle {
    create_before_destroy = true
  }
}

# Installer of the OpenSearch domain: nothing in, domain out.
resource "aws_security_group" "installer" {
  count = local.managed

  name_prefix            = "${var.environment}-logging-installer-"
  description            = "Installer of the OpenSearch domain: nothing in, domain out"
  vpc_id                 = var.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-logging-installer" })

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # What the domain listens on.
  domain_ports = local.managed == 1 ? { https = 443 } : {}
}

# Outbound: log delivery and dashboards to the domain.
resource "aws_vpc_security_group_egress_rule" "nodes_to_domain" {
  for_each = local.domain_ports

  security_group_id            = var.nodes_security_group_id
  description                  = "Log delivery and dashboards to the domain"
  referenced_security_group_id = aws_security_group.domain[0].id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = local.tags
}

# Inbound: log delivery and dashboards to the domain.
resource "aws_vpc_security_group_ingress_rule" "nodes_to_domain" {
  for_each = local.domain_ports

  security_group_id            = aws_security_group.domain[0].id
  description                  = "Log delivery and dashboards to the domain"
  referenced_security_group_id = var.nodes_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = local.tags
}

# Outbound: installer to the domain.
resource "aws_vpc_security_group_egress_rule" "installer_to_domain" {
  for_each = local.domain_ports

  security_group_id            = aws_security_group.installer[0].id
  description                  = "Installer to the domain"
  referenced_security_group_id = aws_security_group.domain[0].id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = local.tags
}

# Inbound: installer to the domain.
resource "aws_vpc_security_group_ingress_rule" "installer_to_domain" {
  for_each = local.domain_ports

  security_group_id            = aws_security_group.domain[0].id
  description                  = "Installer to the domain"
  referenced_security_group_id = aws_security_group.installer[0].id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = local.tags
}

################################################################################
# The domain's own logs
################################################################################

locals {
  # The logs that the domain writes to CloudWatch, and what their groups' names end in.
  logs = {
    for log, name in {
      INDEX_SLOW_LOGS     = "index-slow"
      SEARCH_SLOW_LOGS    = "search-slow"
      ES_APPLICATION_LOGS = "application"
      AUDIT_LOGS          = "audit"
    } : log => name
    if local.managed == 1
  }
}

# What the domain says of itself: slow requests, errors, and who did what.
resource "aws_cloudwatch_log_group" "this" {
  for_each = local.logs

  name              = "/aws/opensearch/${local.domain_name}/${each.value}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/aws/opensearch/${local.domain_name}/${each.value}" })
}

# This domain, and no other, writes to its groups. A region takes ten such policies.
resource "aws_cloudwatch_log_resource_policy" "this" {
  count = local.managed

  policy_name = "${var.environment}-logging"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "WriteLogs"
      Effect    = "Allow"
      Principal = { Service = "es.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/opensearch/${local.domain_name}/*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike      = { "aws:SourceArn" = local.domain_arn }
      }
    }]
  })
}

################################################################################
# Service-linked role
################################################################################

# How OpenSearch Service enters a VPC. The account has it once, so that one environment makes it at most.
resource "aws_iam_service_linked_role" "this" {
  count = var.service_linked_role ? local.managed : 0

  aws_service_name = "opensearchservice.amazonaws.com"
  description      = "OpenSearch Service puts domains into VPCs."

  tags = local.tags
}

################################################################################
# Domain
################################################################################

locals {
  # Zones of the data nodes: each has as many of them.
  zone_count = coalesce(var.nodes.zones, var.nodes.data % 3 == 0 ? 3 : var.nodes.data % 2 == 0 ? 2 : 1)
}

# Where logs are searched. Deleting it deletes its automated snapshots as well.
resource "aws_opensearch_domain" "this" {
  count = local.managed

  domain_name    = local.domain_name
  engine_version = "OpenSearch_${var.engine_version}"
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LetIamDecide"
      Effect    = "Allow"
      Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
      Action    = "es:ESHttp*"
      Resource  = "${local.domain_arn}/*"
    }]
  })

  cluster_config {
    instance_type            = var.nodes.instance_type
    instance_count           = var.nodes.data
    dedicated_master_enabled = var.nodes.master > 0
    dedicated_master_type    = (var.nodes.master > 0) ? var.nodes.master_type : null
    dedicated_master_count   = (var.nodes.master > 0) ? var.nodes.master : null
    zone_awareness_enabled   = local.zone_count > 1
    warm_enabled             = var.warm != null
    warm_type                = try(var.warm.instance_type, null)
    warm_count               = try(var.warm.nodes, null)

    cold_storage_options {
      enabled = local.cold
    }

    dynamic "zone_awareness_config" {
      for_each = local.zone_count > 1 ? [local.zone_count] : []

      content {
        availability_zone_count = zone_awareness_config.value
      }
    }
  }

  ebs_options {
    ebs_enabled = true
    volume_type = "gp3"
    volume_size = var.nodes.storage_gb
    iops        = max(coalesce(var.nodes.iops, 3000), var.nodes.storage_gb * 3)
    throughput  = coalesce(var.nodes.throughput, var.nodes.storage_gb < 170 ? 125 : 250)
  }

  encrypt_at_rest {
    enabled    = true
    kms_key_id = aws_kms_key.this[0].arn
  }

  node_to_node_encryption {
    enabled = true
  }

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }

  advanced_security_options {
    enabled                        = true
    anonymous_auth_enabled         = false
    internal_user_database_enabled = false

    master_user_options {
      master_user_arn = aws_iam_role.installer[0].arn
    }
  }

  auto_tune_options {
    desired_state       = startswith(var.nodes.instance_type, "t3.") ? "DISABLED" : "ENABLED"
    rollback_on_disable = "NO_ROLLBACK"
    use_off_peak_window = !startswith(var.nodes.instance_type, "t3.")
  }

  off_peak_window_options {
    enabled = true

    off_peak_window {
      window_start_time {
        hours   = var.off_peak.hour
        minutes = var.off_peak.minute
      }
    }
  }

  software_update_options {
    auto_software_update_enabled = var.software_updates
  }

  vpc_options {
    subnet_ids         = slice(var.private_subnet_ids, 0, local.zone_count)
    security_group_ids = [aws_security_group.domain[0].id]
  }

  dynamic "log_publishing_options" {
    for_each = aws_cloudwatch_log_group.this

    content {
      enabled                  = var.audit || log_publishing_options.key != "AUDIT_LOGS"
      log_type                 = log_publishing_options.key
      cloudwatch_log_group_arn = log_publishing_options.value.arn
    }
  }

  tags = merge(local.tags, { Name = local.domain_name })

  lifecycle {
    precondition {
      condition     = var.nodes.data % local.zone_count == 0
      error_message = "${var.nodes.data} data nodes cannot be spread evenly over ${local.zone_count} zones."
    }

    precondition {
      condition     = length(var.private_subnet_ids) >= local.zone_count
      error_message = "The network has fewer than ${local.zone_count} zones."
    }

    precondition {
      condition     = var.warm == null || (var.nodes.master > 0 && !startswith(var.nodes.instance_type, "t3."))
      error_message = "UltraWarm needs dedicated masters, and data nodes that are no t3."
    }

    precondition {
      condition     = var.index.warm_days == null || var.warm != null
      error_message = "index.warm_days says when logs leave the warm nodes, and there are none."
    }
  }

  depends_on = [aws_cloudwatch_log_resource_policy.this, aws_iam_service_linked_role.this]
}

################################################################################
# Delivery
################################################################################

locals {
  # Who may assume the role: the pods of one service account of this cluster, and nobody else.
  delivery_trust = var.pods.identity == "irsa" ? jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByServiceAccount"
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
          "${var.oidc_issuer}:sub" = "system:serviceaccount:${var.pods.namespace}:${var.pods.service_account}"
        }
      }
    }]
    }) : jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByAssociation"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-arn"            = "arn:${var.partition}:eks:${var.region}:${var.account}:cluster/${var.cluster_name}"
          "aws:RequestTag/kubernetes-namespace"       = var.pods.namespace
          "aws:RequestTag/kubernetes-service-account" = var.pods.service_account
        }
      }
    }]
  })
}

# What delivers logs works as this. What it may do with which index, the domain's own roles say.
resource "aws_iam_role" "delivery" {
  count = local.managed

  name                 = "${var.environment}-log-delivery"
  description          = "Pods of ${var.cluster_name} deliver logs to ${local.domain_name} as this."
  assume_role_policy   = local.delivery_trust
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-log-delivery" })
}

# Requests that write. FGAC maps the role to the one that creates indices and fills them.
resource "aws_iam_role_policy" "delivery" {
  count = local.managed

  name = "delivery"
  role = aws_iam_role.delivery[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"]
      Resource = "${local.domain_arn}/*"
    }]
  })
}

# Gives the pods of the service account the role; the service account needs no annotation.
resource "aws_eks_pod_identity_association" "delivery" {
  count = var.pods.identity == "pod-identity" ? local.managed : 0

  cluster_name    = var.cluster_name
  namespace       = var.pods.namespace
  service_account = var.pods.service_account
  role_arn        = aws_iam_role.delivery[0].arn

  tags = merge(local.tags, { Name = "${var.environment}-log-delivery" })
}

################################################################################
# Retention
################################################################################

locals {
  # Whether logs move to warm nodes.
  warm = var.warm != null

  # Whether they move on to cold storage, which is a part of UltraWarm.
  cold = var.warm != null && var.index.warm_days != null

  # Whether they are ever deleted.
  deleted = var.index.delete_after_days != null
}

################################################################################
# Installer
################################################################################

locals {
  # Name of the function and its role.
  installer_name = "${var.environment}-logging-installer"
}

# Where failed installations are told.
resource "aws_sns_topic" "installer" {
  count = local.managed

  name              = "${var.environment}-logging-installer"
  kms_master_key_id = var.logs_key_arn

  tags = merge(local.tags, { Name = "${var.environment}-logging-installer" })
}

# Alarms of this account publish, and only over TLS.
resource "aws_sns_topic_policy" "installer" {
  count = local.managed

  arn = aws_sns_topic.installer[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.installer[0].arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.installer[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# Who gets a mail; SNS asks each address once whether it wants to.
resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(local.managed == 1 ? var.notify : [])

  topic_arn = aws_sns_topic.installer[0].arn
  protocol  = "email"
  endpoint  = each.value
}

# What was installed.
resource "aws_cloudwatch_log_group" "installer" {
  count = local.managed

  name              = "/aws/lambda/${local.installer_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/aws/lambda/${local.installer_name}" })
}

# What the function works as.
resource "aws_iam_role" "installer" {
  count = local.managed

  name        = local.installer_name
  description = "Master of ${local.domain_name}: installs index policies, roles and dashboards."
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

  tags = merge(local.tags, { Name = local.installer_name })
}

# The domain, the network, its log, and the topic for what failed. Nothing else.
resource "aws_iam_role_policy" "installer" {
  count = local.managed

  name = "installer"
  role = aws_iam_role.installer[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "AskTheDomain"
        Effect   = "Allow"
        Action   = ["es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"]
        Resource = "${local.domain_arn}/*"
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.installer[0].arn}:*"
      },
      {
        Sid      = "TellFailures"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.installer[0].arn
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
      {
        Sid    = "EnterTheNetwork"
        Effect = "Allow"
        Action = [
          "ec2:AssignPrivateIpAddresses",
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:UnassignPrivateIpAddresses",
        ]
        Resource = "*"
      },
    ]
  })
}

# Installs the documents into the domain, again and again with the same outcome. Its code, install_logging.py,
# is all that is in the archive.
resource "aws_lambda_function" "installer" {
  count = local.managed

  function_name    = local.installer_name
  description      = "Installs index policies, roles and dashboards into ${local.domain_name}"
  filename         = "${path.module}/install_logging.zip"
  source_code_hash = filebase64sha256("${path.module}/install_logging.zip")
  handler          = "install_logging.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 128
  timeout          = 600
  role             = aws_iam_role.installer[0].arn

  dead_letter_config {
    target_arn = aws_sns_topic.installer[0].arn
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.installer[0].name
  }

  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = var.private_subnet_ids
    security_group_ids = [aws_security_group.installer[0].id]
  }

  tags = merge(local.tags, { Name = local.installer_name })

  depends_on = [aws_iam_role_policy.installer]
}

# An installation failed: the domain has what it had before.
resource "aws_cloudwatch_metric_alarm" "installer" {
  count = local.managed

  alarm_name          = "${local.installer_name}-errors"
  alarm_description   = "An installation into the logging domain failed: it has what it had before."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.installer[0].function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.installer[0].arn]
  ok_actions          = [aws_sns_topic.installer[0].arn]

  tags = merge(local.tags, { Name = "${local.installer_name}-errors" })
}

################################################################################
# Documents
################################################################################

locals {
  # What an index of logs is made as: the fields of a line of the Mendix runtime.
  index_template = {
    index_patterns = ["mx-*"]
    priority       = 100
    template = {
      settings = {
        index = {
          number_of_shards   = "1"
          number_of_replicas = tostring(var.index.replicas)
          refresh_interval   = "10s"
        }
      }
      mappings = {
        properties = {
          "@timestamp" = { type = "date" }
          app          = { type = "keyword" }
          level        = { type = "keyword" }
          node         = { type = "keyword" }
          message      = { type = "text" }
        }
      }
    }
  }

  # What an index goes through, and from what age on. Ages count from its making: an index is a day's.
  index_steps = [
    for step in [
      {
        name = "hot"
        days = 0
        on   = true
      },
      {
        name = "warm"
        days = var.index.hot_days
        on   = local.warm
      },
      {
        name = "cold"
        days = var.index.warm_days
        on   = local.cold
      },
      {
        name = "delete"
        days = var.index.delete_after_days
        on   = local.deleted
      },
    ] :
    step
    if step.on
  ]

  # What is done at the beginning of each step.
  index_actions = {
    hot = []
    warm = [{
      warm_migration = {}
      timeout        = "24h"
      retry = {
        count   = 5
        backoff = "exponential"
        delay   = "1h"
      }
    }]
    cold = [{
      cold_migration = { timestamp_field = "@timestamp" }
      timeout        = "24h"
      retry = {
        count   = 5
        backoff = "exponential"
        delay   = "1h"
      }
    }]
    delete = [{ (local.cold ? "cold_delete" : "delete") = {} }]
  }

  # The index policy of logs.
  index_policy = {
    policy = {
      description   = "How long logs are kept, and where"
      default_state = "hot"
      states = [
        for place, step in local.index_steps :
        {
          name    = step.name
          actions = local.index_actions[step.name]
          transitions = [
            for next in slice(local.index_steps, place + 1, min(place + 2, length(local.index_steps))) :
            { state_name = next.name, conditions = { min_index_age = "${next.days}d" } }
          ]
        }
      ]
      ism_template = [{ index_patterns = ["mx-*"], priority = 100 }]
    }
  }
}

# Installs the documents; a change of one calls again. A plan shows them, and a shorter age is judged.
resource "aws_lambda_invocation" "this" {
  count = local.managed

  function_name = aws_lambda_function.installer[0].function_name
  input = jsonencode({
    endpoint  = "https://${aws_opensearch_domain.this[0].endpoint}"
    installer = aws_lambda_function.installer[0].source_code_hash
    retention = var.index
    documents = [
      {
        kind = "role"
        name = "mx_log_writer"
        body = {
          cluster_permissions = ["cluster_composite_ops", "cluster:monitor/main", "indices:admin/template/get"]
          index_permissions = [{
            index_patterns  = ["mx-*"]
            allowed_actions = ["create_index", "index", "indices:data/write/bulk*"]
          }]
        }
      },
      {
        kind = "role"
        name = "mx_log_reader"
        body = {
          cluster_permissions = ["cluster_composite_ops_ro"]
          index_permissions = [{
            index_patterns  = ["mx-*"]
            allowed_actions = ["read", "search", "get"]
          }]
          tenant_permissions = [{
            tenant_patterns = ["global_tenant"]
            allowed_actions = ["kibana_all_read"]
          }]
        }
      },
      {
        kind = "mapping"
        name = "mx_log_writer"
        body = { backend_roles = [aws_iam_role.delivery[0].arn] }
      },
      {
        kind = "mapping"
        name = "mx_log_reader"
        body = { backend_roles = var.readers }
      },
      {
        kind = "members"
        name = "kibana_user"
        body = { backend_roles = var.readers }
      },
      {
        kind = "members"
        name = "all_access"
        body = { backend_roles = var.admins }
      },
      {
        kind = "members"
        name = "ultrawarm_manager"
        body = { backend_roles = [aws_iam_role.installer[0].arn] }
      },
      {
        kind = "members"
        name = "cold_manager"
        body = { backend_roles = [aws_iam_role.installer[0].arn] }
      },
      {
        kind = "template"
        name = "mx-logs"
        body = local.index_template
      },
      {
        kind    = "policy"
        name    = "mx-logs"
        indices = "mx-*"
        body    = local.index_policy
      },
      {
        kind = "objects"
        name = "dashboards"
        body = file("${path.module}/dashboards.ndjson")
      },
    ]
  })

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_vpc_security_group_egress_rule.installer_to_domain, aws_vpc_security_group_ingress_rule.installer_to_domain]
}

################################################################################
# Elasticsearch on the cluster
################################################################################

# Snapshots of the indices: what there is to go back to.
resource "aws_s3_bucket" "snapshots" {
  count = local.hosted

  bucket        = "${var.environment}-${var.account}-log-snapshots"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-log-snapshots" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "snapshots" {
  count = local.hosted

  bucket                  = aws_s3_bucket.snapshots[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "snapshots" {
  count = local.hosted

  bucket = aws_s3_bucket.snapshots[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "snapshots" {
  count = local.hosted

  bucket = aws_s3_bucket.snapshots[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "snapshots" {
  count = local.hosted

  bucket = aws_s3_bucket.snapshots[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this[0].arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "snapshots" {
  count = local.hosted

  bucket = aws_s3_bucket.snapshots[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.snapshots[0].arn, "${aws_s3_bucket.snapshots[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.snapshots[0].arn, "${aws_s3_bucket.snapshots[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.snapshots[0].arn}/*"
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
        Resource  = "${aws_s3_bucket.snapshots[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = aws_kms_key.this[0].arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.snapshots]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "snapshots" {
  count = local.hosted

  bucket      = aws_s3_bucket.snapshots[0].id
  eventbridge = true
}

# Elasticsearch deletes its snapshots itself; what it deleted can be had back for a week.
resource "aws_s3_bucket_lifecycle_configuration" "snapshots" {
  count = local.hosted

  bucket = aws_s3_bucket.snapshots[0].id

  rule {
    id     = "deleted"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.snapshots]
}

# What Elasticsearch keeps its snapshots as.
resource "aws_iam_role" "snapshots" {
  count = local.hosted

  name        = "${var.environment}-log-snapshots"
  description = "Elasticsearch on ${var.cluster_name} keeps its snapshots as this."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByServiceAccount"
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
          "${var.oidc_issuer}:sub" = "system:serviceaccount:${var.pods.namespace}:elasticsearch"
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-log-snapshots" })
}

# The bucket of the snapshots and its key.
resource "aws_iam_role_policy" "snapshots" {
  count = local.hosted

  name = "snapshots"
  role = aws_iam_role.snapshots[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindSnapshots"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        Resource = aws_s3_bucket.snapshots[0].arn
      },
      {
        Sid    = "KeepSnapshots"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetObject",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ]
        Resource = "${aws_s3_bucket.snapshots[0].arn}/*"
      },
      {
        Sid       = "UseTheKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = aws_kms_key.this[0].arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
    ]
  })
}

# What Elasticsearch, Logstash and Kibana say of themselves: where they cannot be asked any more.
resource "aws_cloudwatch_log_group" "elastic" {
  count = local.hosted

  name              = "/${var.environment}/elastic"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/${var.environment}/elastic" })
}
