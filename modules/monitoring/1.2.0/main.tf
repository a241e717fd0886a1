locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "monitoring" })
}

################################################################################
# What is watched
################################################################################

locals {
  # What the alarms of the edge are of, by kind; its own module makes them.
  watched = var.edge_watched == null ? {} : var.edge_watched

  # IDs of the NAT gateways by zone.
  nat_gateways = var.nat_gateway_ids == null ? {} : var.nat_gateway_ids

  # Whether there are flow logs.
  flow_logs = var.flow_log_group_name != null

  # Target groups by port of their listener.
  target_groups = var.target_group_arn_suffixes == null ? {} : var.target_group_arn_suffixes

  # Whether there is a load balancer with listeners.
  load_balancer = length(local.target_groups) > 0

  # Whether a listener takes UDP.
  udp_listeners = anytrue([
    for protocol in(var.listener_protocols == null ? {} : var.listener_protocols) :
    strcontains(protocol, "UDP")
  ])

  # ARNs of the certificates by name.
  certificates = var.certificate_arns == null ? {} : var.certificate_arns

  # Whether there is a cluster.
  cluster = var.cluster_name != null

  # Auto Scaling groups by node group.
  node_groups = { for name, group in(var.node_groups == null ? {} : var.node_groups) : name => group.asg_name }

  # Whether Container Insights watches the cluster.
  insights = var.cluster_name != null && var.container_insights.enabled

  # Databases and their replicas by name.
  databases = var.databases == null ? {} : var.databases

  # Those with Performance Insights.
  observed_databases = { for name, it in local.databases : name => it if it.insights }

  # Read replicas.
  replicas = { for name, it in local.databases : name => it if it.replica }

  # Read replicas of MySQL.
  mysql_replicas = { for name, it in local.databases : name => it if it.replica && it.kind == "mysql" }

  # Databases of PostgreSQL.
  postgres = { for name, it in local.databases : name => it if it.kind == "postgres" }

  # Databases of MySQL.
  mysql = { for name, it in local.databases : name => it if it.kind == "mysql" }

  # Log groups of Oracle's alert logs by database.
  oracle_alert_logs = {
    for key, group in(var.database_log_group_names == null ? {} : var.database_log_group_names) :
    trimsuffix(key, "/alert") => group
    if endswith(key, "/alert")
  }

  # Names of the database proxies.
  proxies = var.proxy_names == null ? {} : var.proxy_names

  # Buckets whose requests are counted.
  buckets = var.bucket_metrics && var.bucket_names != null ? var.bucket_names : {}

  # Whether volumes have snapshots.
  volumes = var.bucket_names != null

  # Whether there is a registry.
  registry = var.repository_names != null

  # Whether there are secrets.
  secrets = var.secret_names != null

  # Whether there are keys.
  keys = var.key_ids != null

  # Whether logs are searched in a domain.
  search_domain = var.logging_engine == "opensearch"

  # Whether the domain has masters of their own.
  search_masters = local.search_domain && coalesce(var.search_has_masters, false)

  # Whether there is a vault of backups.
  backup_vault = var.backup_vault_name != null

  # Whether there is a backup a day.
  backup_daily = contains(keys((var.backup_plan_arns == null ? {} : var.backup_plan_arns)), "daily")

  # Whether backups are copied.
  backup_copies = var.backup_copy_vault_arn != null

  # Whether restores are tested.
  backup_tests = var.restore_testing_plan_name != null

  # Buckets that are replicated, by name.
  replicated_buckets = var.replicas == null ? {} : var.replicas

  # Whether CloudFront is in front.
  distribution = contains(keys(local.watched), "distribution")

  # Whether CloudFront measures its origin.
  measured_distribution = contains(keys(local.watched), "measured")

  # Whether a firewall looks at requests.
  firewall = contains(keys(local.watched), "firewall")

  # Whether it only counts what it finds.
  counting_firewall = contains(keys(local.watched), "counting")

  # Whether names can be switched to a standby.
  latch = contains(keys(local.watched), "latch")

  # The applications.
  apps = var.apps

  # Addresses of the applications that are called: from the private subnets, by way of a NAT gateway.
  addresses = {
    for app, facts in var.apps : app => coalesce(facts.hostname, "${app}.${var.domain}")
    if var.synthetics.enabled && length((var.nat_public_ips == null ? {} : var.nat_public_ips)) > 0 && contains(keys(local.target_groups), "443")
  }
}

################################################################################
# Sizes of databases
################################################################################

locals {
  # Family and size of the instance classes: m and large of db.m7g.large.
  database_sizes = {
    for name, it in local.databases :
    name => regex("^db[.](?P<family>[a-z]+)[^.]*[.](?P<size>[a-z0-9]+)", it.instance_class)
  }

  # Processors: 4 of xlarge, 8 of 2xlarge.
  database_vcpus = {
    for name, it in local.database_sizes : name => try(
      4 * tonumber(regex("^([0-9]+)xlarge$", it.size)[0]),
      { medium = it.family == "t" ? 2 : 1, xlarge = 4 }[it.size],
      2,
    )
  }

  # Memory in GiB: what a processor of the family has, times the processors.
  database_memory = {
    for name, it in local.database_sizes : name => (
      it.family == "t"
      ? try({ micro = 1, small = 2, medium = 4, large = 8, xlarge = 16, "2xlarge" = 32 }[it.size], 2)
      : local.database_vcpus[name] * lookup({ c = 2, m = 4, r = 8, z = 8, x = 16 }, it.family, 4)
    ) * try(tonumber(regex("[.]mem([0-9])x$", local.databases[name].instance_class)[0]), 1)
  }

  # Connections, as RDS's own parameter groups allow them.
  database_connections = {
    for name, it in local.databases : name => min(
      floor(local.database_memory[name] * 1073741824 / { postgres = 9531392, mysql = 12582880, oracle = 9868951 }[it.kind]),
      { postgres = 5000, mysql = 100000, oracle = 20000 }[it.kind],
    )
  }
}

################################################################################
# Where alarms go
################################################################################

# All alarms, where the area support is off: an alarm that tells nobody is none.
resource "aws_sns_topic" "this" {
  count = var.topic_arns == null ? 1 : 0

  name              = "${var.environment}-alarms"
  kms_master_key_id = var.logs_key_arn

  tags = merge(local.tags, { Name = "${var.environment}-alarms" })
}

# Alarms of this account publish, and only over TLS.
resource "aws_sns_topic_policy" "this" {
  count = var.topic_arns == null ? 1 : 0

  arn = aws_sns_topic.this[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this[0].arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# Who gets a mail; SNS asks each address once whether it wants to.
resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(var.topic_arns == null ? var.notify : [])

  topic_arn = aws_sns_topic.this[0].arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  # The topic of each priority.
  topic_arns = {
    for priority in ["p1", "p2", "p3", "p4"] : priority => var.topic_arns == null ? one(aws_sns_topic.this[*].arn) : var.topic_arns[priority]
  }
}

################################################################################
# Logs
################################################################################

# What an application writes; what ships logs finds the names among the outputs.
resource "aws_cloudwatch_log_group" "apps" {
  for_each = local.apps

  name              = "/mendix/${var.environment}/apps/${each.key}"
  retention_in_days = var.retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/mendix/${var.environment}/apps/${each.key}" })
}

################################################################################
# Container Insights
################################################################################

locals {
  # What the agent writes: measurements, and the logs of containers, of Kubernetes on the node, and of the node.
  insights_logs = local.insights ? concat(["performance"], var.container_insights.logs ? ["application", "dataplane", "host"] : []) : []
}

# They stand before the agent, which would make them without a key and for ever.
resource "aws_cloudwatch_log_group" "insights" {
  for_each = toset(local.insights_logs)

  name              = "/aws/containerinsights/${var.cluster_name}/${each.key}"
  retention_in_days = var.retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "/aws/containerinsights/${var.cluster_name}/${each.key}" })
}

# Taken on by the agent's service account in this cluster, and nothing else.
resource "aws_iam_role" "agent" {
  count = local.insights ? 1 : 0

  name        = "${var.environment}-cloudwatch-agent"
  description = "The CloudWatch agent of the cluster reports nodes and pods."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByAssociation"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-arn"            = var.cluster_arn
          "aws:RequestTag/kubernetes-namespace"       = "amazon-cloudwatch"
          "aws:RequestTag/kubernetes-service-account" = "cloudwatch-agent"
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-cloudwatch-agent" })
}

# Metrics of two namespaces, the log groups of this cluster, and what a node is called.
resource "aws_iam_role_policy" "agent" {
  count = local.insights ? 1 : 0

  name = "report"
  role = aws_iam_role.agent[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/containerinsights/${var.cluster_name}/*"
      },
      {
        Sid      = "FindLogGroups"
        Effect   = "Allow"
        Action   = "logs:DescribeLogGroups"
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:*"
      },
      {
        Sid       = "ReportMetrics"
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = ["ContainerInsights", "CWAgent"] } }
      },
      {
        Sid      = "SeeNodes"
        Effect   = "Allow"
        Action   = ["ec2:DescribeTags", "ec2:DescribeVolumes"]
        Resource = "*"
      },
    ]
  })
}

# The agent on every node, and what ships logs. It comes after the node groups, which its pods need.
resource "aws_eks_addon" "insights" {
  count = local.insights ? 1 : 0

  cluster_name                = var.cluster_name
  addon_name                  = "amazon-cloudwatch-observability"
  addon_version               = var.container_insights.version
  configuration_values        = jsonencode({ containerLogs = { enabled = var.container_insights.logs } })
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  pod_identity_association {
    service_account = "cloudwatch-agent"
    role_arn        = aws_iam_role.agent[0].arn
  }

  tags = local.tags

  lifecycle {
    precondition {
      condition     = length(local.node_groups) > 0
      error_message = "Container Insights needs nodes to run on."
    }
  }

  depends_on = [aws_cloudwatch_log_group.insights, aws_iam_role_policy.agent]
}

################################################################################
# What is counted in logs
################################################################################

# Connections to the ports of databases that the network refused.
resource "aws_cloudwatch_log_metric_filter" "database_refused" {
  count = local.flow_logs ? 1 : 0

  name           = "${var.environment}-database-refused"
  log_group_name = var.flow_log_group_name
  pattern        = "[version, account, interface, source, target, source_port, port = 1521 || port = 1522 || port = 3306 || port = 5432, protocol, packets, bytes, start, end, action = \"REJECT\", ...]"

  metric_transformation {
    name          = "DatabaseConnectionsRefused"
    namespace     = "Mendix/${var.environment}"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

# Errors in the alert logs of Oracle.
resource "aws_cloudwatch_log_metric_filter" "oracle_errors" {
  for_each = local.oracle_alert_logs

  name           = "${var.environment}-oracle-errors"
  log_group_name = each.value
  pattern        = "\"ORA-\""

  metric_transformation {
    name          = "${each.key}-oracle-errors"
    namespace     = "Mendix/${var.environment}"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

# Lines of that level of the applications: critical.
resource "aws_cloudwatch_log_metric_filter" "app_critical" {
  for_each = local.apps

  name           = "${var.environment}-app-critical"
  log_group_name = aws_cloudwatch_log_group.apps[each.key].name
  pattern        = "{ $.level = \"CRITICAL\" }"

  metric_transformation {
    name          = "${each.key}-critical"
    namespace     = "Mendix/${var.environment}"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

# Lines of that level of the applications: errors.
resource "aws_cloudwatch_log_metric_filter" "app_errors" {
  for_each = local.apps

  name           = "${var.environment}-app-errors"
  log_group_name = aws_cloudwatch_log_group.apps[each.key].name
  pattern        = "{ $.level = \"ERROR\" }"

  metric_transformation {
    name          = "${each.key}-errors"
    namespace     = "Mendix/${var.environment}"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

################################################################################
# Requests of buckets
################################################################################

# S3 counts requests and errors of the whole bucket; without, it has no metrics of errors.
resource "aws_s3_bucket_metric" "this" {
  for_each = local.buckets

  bucket = each.value
  name   = "EntireBucket"
}

################################################################################
# Events
################################################################################

locals {
  # What is watched of the areas that are on.
  events = merge(
    {
      for on in [local.volumes] :
      "storage-snapshots-failed" => {
        name    = "${var.environment}-p3-storage-snapshots-failed"
        reports = "The policy that makes snapshots of volumes reports an error."
        pattern = jsonencode(merge({
          source        = ["aws.dlm"]
          "detail-type" = ["DLM Policy State Change"]
          detail        = { state = ["ERROR"] }
          }, {
          for arn in var.snapshot_policy_arn[*] :
          "resources" => [arn]
        }))
      }
      if on
    },
    { for on in [local.registry] : "registry-critical-finding" => {
      name    = "${var.environment}-p3-registry-critical-finding"
      reports = "A scan found a critical vulnerability in an image."
      pattern = jsonencode({
        "detail-type" = ["ECR Image Scan", "Inspector2 Finding"]
        "$or" = [
          {
            source = ["aws.ecr"]
            detail = {
              "repository-name"         = [{ prefix = "${var.environment}/" }]
              "finding-severity-counts" = { CRITICAL = [{ numeric = [">", 0] }] }
            }
          },
          {
            source = ["aws.inspector2"]
            resources = [{
              prefix = "arn:${var.partition}:ecr:${var.region}:${var.account}:repository/${var.environment}/"
            }]
            detail = { severity = ["CRITICAL"] }
          },
        ]
      })
    } if on },
    { for on in [local.secrets] : "secrets-rotation-failed" => {
      name    = "${var.environment}-p2-secrets-rotation-failed"
      reports = "The rotation of a secret failed."
      pattern = jsonencode({
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
    } if on },
    { for on in [local.keys] : "encryption-key-disabled" => {
      name    = "${var.environment}-p1-encryption-key-disabled"
      reports = "A key of this environment was disabled or is about to be deleted."
      pattern = jsonencode({
        source        = ["aws.kms"]
        "detail-type" = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource       = ["kms.amazonaws.com"]
          eventName         = ["DisableKey", "ScheduleKeyDeletion"]
          requestParameters = { keyId = concat(values(var.key_ids), values(var.key_arns)) }
        }
      })
    } if on },
    { for on in [local.backup_vault] : "backup-job-failed" => {
      name    = "${var.environment}-p2-backup-job-failed"
      reports = "A backup failed, expired or was cut short."
      pattern = jsonencode({
        source        = ["aws.backup"]
        "detail-type" = ["Backup Job State Change"]
        detail = {
          state           = ["ABORTED", "EXPIRED", "FAILED"]
          backupVaultName = [var.backup_vault_name]
        }
      })
    } if on },
    { for on in [local.backup_copies] : "backup-copy-failed" => {
      name    = "${var.environment}-p2-backup-copy-failed"
      reports = "A backup was not copied to the standby's vault."
      pattern = jsonencode({
        source        = ["aws.backup"]
        "detail-type" = ["Copy Job State Change"]
        detail = {
          state                = ["ABORTED", "EXPIRED", "FAILED"]
          sourceBackupVaultArn = [var.backup_vault_arn]
        }
      })
    } if on },
    { for on in [local.backup_tests] : "backup-restore-failed" => {
      name    = "${var.environment}-p3-backup-restore-failed"
      reports = "A test of restores failed."
      pattern = jsonencode({
        source        = ["aws.backup"]
        "detail-type" = ["Restore Job State Change"]
        detail = {
          status = ["ABORTED", "EXPIRED", "FAILED"]
          restoreTestingPlanArn = [{
            prefix = join("", ["arn:${var.partition}:backup:${var.region}:${var.account}:restore-testing-plan:", coalesce(var.restore_testing_plan_name, "-")])
          }]
        }
      })
    } if on },
    { for on in [local.backup_vault] : "backup-vault-changed" => {
      name    = "${var.environment}-p2-backup-vault-changed"
      reports = "The vault's lock or policy was changed, or a backup was deleted before its time."
      pattern = jsonencode({
        source        = ["aws.backup"]
        "detail-type" = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource = ["backup.amazonaws.com"]
          eventName = [
            "DeleteBackupVault",
            "DeleteBackupVaultAccessPolicy",
            "DeleteBackupVaultLockConfiguration",
            "DeleteRecoveryPoint",
            "PutBackupVaultAccessPolicy",
            "PutBackupVaultLockConfiguration",
            "UpdateRecoveryPointLifecycle",
          ]
          requestParameters = { backupVaultName = [var.backup_vault_name] }
        }
      })
    } if on },
  )
}

# Counts what AWS reports.
resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.events

  name          = each.value.name
  description   = each.value.reports
  event_pattern = each.value.pattern

  tags = merge(local.tags, { Name = each.value.name })
}

# What was reported, word for word.
resource "aws_cloudwatch_log_group" "events" {
  name              = "/mendix/${var.environment}/alarm-events"
  retention_in_days = var.retention_days
  kms_key_id        = var.logs_key_arn

  tags = local.tags
}

# Keep it for whoever is told.
resource "aws_cloudwatch_event_target" "this" {
  for_each = aws_cloudwatch_event_rule.this

  rule      = each.value.name
  target_id = "log"
  arn       = aws_cloudwatch_log_group.events.arn
}

# EventBridge writes to that log group, for rules of this environment only.
resource "aws_cloudwatch_log_resource_policy" "this" {
  policy_name = "${var.environment}-alarm-events"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "MakeStreams"
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
        Action    = "logs:CreateLogStream"
        Resource  = "${aws_cloudwatch_log_group.events.arn}:*"
      },
      {
        Sid       = "WriteEvents"
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
        Action    = "logs:PutLogEvents"
        Resource  = "${aws_cloudwatch_log_group.events.arn}:*"
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:${var.partition}:events:${var.region}:${var.account}:rule/${var.environment}-*"
          }
        }
      },
    ]
  })
}

################################################################################
# Calls of the applications' addresses
################################################################################

locals {
  # Whether any address is called.
  checked = length(local.addresses) > 0 ? 1 : 0

  # Where from, for who has to let it in.
  checked_from = local.checked > 0 && var.synthetics.admit ? [for ip in values(var.nat_public_ips) : "${ip}/32"] : []
}

# What each call found: its log and its timings.
resource "aws_s3_bucket" "checks" {
  count = local.checked

  bucket        = "${var.environment}-${var.account}-checks"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-checks" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "checks" {
  count = local.checked

  bucket                  = aws_s3_bucket.checks[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "checks" {
  count = local.checked

  bucket = aws_s3_bucket.checks[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "checks" {
  count = local.checked

  bucket = aws_s3_bucket.checks[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "checks" {
  count = local.checked

  bucket = aws_s3_bucket.checks[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.logs_key_arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "checks" {
  count = local.checked

  bucket = aws_s3_bucket.checks[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.checks[0].arn, "${aws_s3_bucket.checks[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.checks[0].arn, "${aws_s3_bucket.checks[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.checks[0].arn}/*"
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
        Resource  = "${aws_s3_bucket.checks[0].arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.logs_key_arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.checks]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "checks" {
  count = local.checked

  bucket      = aws_s3_bucket.checks[0].id
  eventbridge = true
}

# Records of calls go when they have served.
resource "aws_s3_bucket_lifecycle_configuration" "checks" {
  count = local.checked

  bucket = aws_s3_bucket.checks[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.synthetics.keep_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.checks]
}

# Who read them, by the day on which it happened.
resource "aws_s3_bucket_logging" "checks" {
  count = var.bucket_names == null ? 0 : local.checked

  bucket        = aws_s3_bucket.checks[0].id
  target_bucket = var.access_logs_bucket_name
  target_prefix = "s3/checks/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
}

# Canaries: nobody reaches them.
resource "aws_security_group" "checks" {
  count = local.checked

  name        = "${var.environment}-checks"
  description = "Canaries of ${var.environment}"
  vpc_id      = var.vpc_id

  tags = merge(local.tags, { Name = "${var.environment}-checks" })
}

# Outbound: the addresses, and what keeps metrics and records.
resource "aws_vpc_security_group_egress_rule" "checks" {
  count = local.checked

  security_group_id = aws_security_group.checks[0].id
  description       = "Addresses of the applications, and AWS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = local.tags
}

# Inbound: canaries to a public load balancer come from the NAT gateways, unless CloudFront is in between.
resource "aws_vpc_security_group_ingress_rule" "checks" {
  for_each = var.synthetics.admit && local.checked > 0 && !(var.load_balancer_scheme == "internal") && var.edge_exclusive != true ? var.nat_public_ips : {}

  security_group_id = var.load_balancer_security_group_id
  description       = "Canaries, by way of a NAT gateway"
  cidr_ipv4         = "${each.value}/32"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = local.tags
}

# Inbound: canaries to a private load balancer.
resource "aws_vpc_security_group_ingress_rule" "checks_within" {
  count = var.synthetics.admit && local.checked > 0 && var.load_balancer_scheme == "internal" ? 1 : 0

  security_group_id            = var.load_balancer_security_group_id
  description                  = "Canaries"
  referenced_security_group_id = aws_security_group.checks[0].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = local.tags
}

# What the canaries work as. It makes no log group: theirs are here, encrypted and not for ever.
resource "aws_iam_role" "checks" {
  count = local.checked

  name        = "${var.environment}-checks"
  description = "Calls the addresses of the applications of ${var.environment}."
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

  tags = merge(local.tags, { Name = "${var.environment}-checks" })
}

# Their records, their metrics, their logs, and a place in the network.
resource "aws_iam_role_policy" "checks" {
  count = local.checked

  name = "check"
  role = aws_iam_role.checks[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "KeepRecords"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${aws_s3_bucket.checks[0].arn}/*"
      },
      {
        Sid      = "FindTheBucket"
        Effect   = "Allow"
        Action   = "s3:GetBucketLocation"
        Resource = aws_s3_bucket.checks[0].arn
      },
      {
        Sid      = "FindBuckets"
        Effect   = "Allow"
        Action   = "s3:ListAllMyBuckets"
        Resource = "*"
      },
      {
        Sid       = "EncryptRecords"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.logs_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
      {
        Sid       = "Report"
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = "CloudWatchSynthetics" } }
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/lambda/cwsyn-${var.environment}-*"
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

# Calls an application's address again and again. Its code, check_address.js, is all that is in the archive.
resource "aws_synthetics_canary" "this" {
  for_each = local.addresses

  name                     = "${var.environment}-${each.key}"
  artifact_s3_location     = "s3://${aws_s3_bucket.checks[0].id}/"
  execution_role_arn       = aws_iam_role.checks[0].arn
  handler                  = "check_address.handler"
  runtime_version          = "syn-nodejs-puppeteer-15.0"
  zip_file                 = "${path.module}/check_address.zip"
  start_canary             = true
  delete_lambda            = true
  success_retention_period = var.synthetics.keep_days
  failure_retention_period = var.synthetics.keep_days

  artifact_config {
    s3_encryption {
      encryption_mode = "SSE_KMS"
      kms_key_arn     = var.logs_key_arn
    }
  }

  run_config {
    timeout_in_seconds = 55
    environment_variables = {
      ADDRESS = "https://${each.value}${var.synthetics.path}"
      SECONDS = "20"
    }
  }

  schedule {
    expression = var.synthetics.every_minutes == 1 ? "rate(1 minute)" : "rate(5 minutes)"
  }

  vpc_config {
    subnet_ids         = var.private_subnet_ids
    security_group_ids = [aws_security_group.checks[0].id]
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })

  depends_on = [aws_iam_role_policy.checks, aws_s3_bucket_policy.checks]
}

# What a canary's function says. Its name is known when the canary is there.
resource "aws_cloudwatch_log_group" "checks" {
  for_each = local.addresses

  name              = join("", ["/aws/lambda/", split(":", aws_synthetics_canary.this[each.key].engine_arn)[6]])
  retention_in_days = var.retention_days
  kms_key_id        = var.logs_key_arn

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

################################################################################
# Alarms: network
################################################################################

# A NAT gateway has no source port left for a destination.
resource "aws_cloudwatch_metric_alarm" "network_nat_ports" {
  for_each = local.nat_gateways

  alarm_name          = "${var.environment}-p2-network-nat-ports-${each.key}"
  alarm_description   = "A NAT gateway has no source port left for a destination. New connections of the nodes of this zone to that destination fail. / NAT 网关对某个目标已没有可用的源端口。该可用区的节点到该目标的新连接会失败。 Runbook: environments/${var.environment}/runbooks/en/network-nat-ports.md (zh: runbooks/zh/network-nat-ports.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/NATGateway"
  metric_name         = "ErrorPortAllocation"
  dimensions          = { NatGatewayId = each.value }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-network-nat-ports-${each.key}" })
}

# A NAT gateway drops more than 0.01 percent of its packets.
resource "aws_cloudwatch_metric_alarm" "network_nat_drops" {
  for_each = local.nat_gateways

  alarm_name          = "${var.environment}-p2-network-nat-drops-${each.key}"
  alarm_description   = "A NAT gateway drops more than 0.01 percent of its packets. Calls of the nodes to the internet are slow or fail. / NAT 网关丢弃的数据包超过 0.01%。节点访问互联网的请求变慢或失败。 Runbook: environments/${var.environment}/runbooks/en/network-nat-drops.md (zh: runbooks/zh/network-nat-drops.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.01
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]

  metric_query {
    id          = "result"
    expression  = "100 * drops / (inside + outside)"
    label       = "nat-drops"
    return_data = true
  }

  metric_query {
    id = "drops"

    metric {
      namespace   = "AWS/NATGateway"
      metric_name = "PacketsDropCount"
      dimensions  = { NatGatewayId = each.value }
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "inside"

    metric {
      namespace   = "AWS/NATGateway"
      metric_name = "PacketsInFromSource"
      dimensions  = { NatGatewayId = each.value }
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "outside"

    metric {
      namespace   = "AWS/NATGateway"
      metric_name = "PacketsInFromDestination"
      dimensions  = { NatGatewayId = each.value }
      stat        = "Sum"
      period      = 300
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-p2-network-nat-drops-${each.key}" })
}

# A NAT gateway holds more than 45,000 connections; 55,000 to one destination is the most.
resource "aws_cloudwatch_metric_alarm" "network_nat_connections" {
  for_each = local.nat_gateways

  alarm_name          = "${var.environment}-p2-network-nat-connections-${each.key}"
  alarm_description   = "A NAT gateway holds more than 45,000 connections; 55,000 to one destination is the most. Soon new connections to the busiest destination fail. / NAT 网关的并发连接超过 45,000；到单个目标最多 55,000。到最繁忙目标的新连接很快会失败。 Runbook: environments/${var.environment}/runbooks/en/network-nat-connections.md (zh: runbooks/zh/network-nat-connections.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 45000
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/NATGateway"
  metric_name         = "ActiveConnectionCount"
  dimensions          = { NatGatewayId = each.value }
  statistic           = "Maximum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-network-nat-connections-${each.key}" })
}

# No flow log has arrived for half an hour.
resource "aws_cloudwatch_metric_alarm" "network_flow_logs_silent" {
  count = local.flow_logs ? 1 : 0

  alarm_name          = "${var.environment}-p3-network-flow-logs-silent"
  alarm_description   = "No flow log has arrived for half an hour. Traffic is not recorded: an attack or a misrouting in this time cannot be reconstructed. / 半小时内没有收到任何流日志。流量没有被记录：这段时间内的攻击或路由错误无法追溯。 Runbook: environments/${var.environment}/runbooks/en/network-flow-logs-silent.md (zh: runbooks/zh/network-flow-logs-silent.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/Logs"
  metric_name         = "IncomingLogEvents"
  dimensions          = { LogGroupName = var.flow_log_group_name }
  statistic           = "Sum"
  period              = 1800

  tags = merge(local.tags, { Name = "${var.environment}-p3-network-flow-logs-silent" })
}

# The network refused more than 20 connections to database ports within five minutes.
resource "aws_cloudwatch_metric_alarm" "network_database_refused" {
  count = local.flow_logs ? 1 : 0

  alarm_name          = "${var.environment}-p3-network-database-refused"
  alarm_description   = "The network refused more than 20 connections to database ports within five minutes. An application reaches no database, or somebody is searching for one. / 五分钟内网络拒绝了超过 20 个到数据库端口的连接。应用无法访问数据库，或有人在探测数据库。 Runbook: environments/${var.environment}/runbooks/en/network-database-refused.md (zh: runbooks/zh/network-database-refused.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 20
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "Mendix/${var.environment}"
  metric_name         = "DatabaseConnectionsRefused"
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-network-database-refused" })
}

################################################################################
# Alarms: ingress
################################################################################

# No target behind a listener is healthy in any zone.
resource "aws_cloudwatch_metric_alarm" "ingress_no_target" {
  for_each = local.target_groups

  alarm_name          = "${var.environment}-p1-ingress-no-target-${each.key}"
  alarm_description   = "No target behind a listener is healthy in any zone. Nobody reaches the applications through this port. / 监听器后面在所有可用区都没有健康的目标。没有人能通过该端口访问应用。 Runbook: environments/${var.environment}/runbooks/en/ingress-no-target.md (zh: runbooks/zh/ingress-no-target.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "AWS/NetworkELB"
  metric_name         = "HealthyHostCount"
  dimensions = {
    LoadBalancer = var.load_balancer_arn_suffix
    TargetGroup  = each.value
  }
  statistic = "Maximum"
  period    = 60

  tags = merge(local.tags, { Name = "${var.environment}-p1-ingress-no-target-${each.key}" })
}

# At least one target behind a listener has been unhealthy for three of five minutes.
resource "aws_cloudwatch_metric_alarm" "ingress_targets_unhealthy" {
  for_each = local.target_groups

  alarm_name          = "${var.environment}-p2-ingress-targets-unhealthy-${each.key}"
  alarm_description   = "At least one target behind a listener has been unhealthy for three of five minutes. Less capacity serves the applications; with the next failure some users wait or are turned away. / 监听器后面至少有一个目标在五分钟内有三分钟不健康。服务能力下降；再发生一次故障时部分用户会等待或被拒绝。 Runbook: environments/${var.environment}/runbooks/en/ingress-targets-unhealthy.md (zh: runbooks/zh/ingress-targets-unhealthy.md) Told by ${var.environment}-p2-ingress."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/NetworkELB"
  metric_name         = "UnHealthyHostCount"
  dimensions = {
    LoadBalancer = var.load_balancer_arn_suffix
    TargetGroup  = each.value
  }
  statistic = "Maximum"
  period    = 60

  tags = merge(local.tags, { Name = "${var.environment}-p2-ingress-targets-unhealthy-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# Targets reset more than 5 percent of the new connections.
resource "aws_cloudwatch_metric_alarm" "ingress_target_resets" {
  count = local.load_balancer ? 1 : 0

  alarm_name          = "${var.environment}-p3-ingress-target-resets"
  alarm_description   = "Targets reset more than 5 percent of the new connections. Users see aborted requests; often pods that stop faster than they are deregistered. / 目标重置了超过 5% 的新连接。用户看到请求中断；常见原因是 Pod 停止得比注销更快。 Runbook: environments/${var.environment}/runbooks/en/ingress-target-resets.md (zh: runbooks/zh/ingress-target-resets.md) Told by ${var.environment}-p3-ingress."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "result"
    expression  = "IF(flows > 100, 100 * resets / flows, 0)"
    label       = "target-resets"
    return_data = true
  }

  metric_query {
    id = "resets"

    metric {
      namespace   = "AWS/NetworkELB"
      metric_name = "TCP_Target_Reset_Count"
      dimensions  = { LoadBalancer = var.load_balancer_arn_suffix }
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "flows"

    metric {
      namespace   = "AWS/NetworkELB"
      metric_name = "NewFlowCount"
      dimensions  = { LoadBalancer = var.load_balancer_arn_suffix }
      stat        = "Sum"
      period      = 300
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-p3-ingress-target-resets" })

  lifecycle {
    create_before_destroy = true
  }
}

# The load balancer has no source port left towards a target.
resource "aws_cloudwatch_metric_alarm" "ingress_ports" {
  count = local.load_balancer ? 1 : 0

  alarm_name          = "${var.environment}-p2-ingress-ports"
  alarm_description   = "The load balancer has no source port left towards a target. New connections of users fail. / 负载均衡器到某个目标已没有可用的源端口。用户的新连接会失败。 Runbook: environments/${var.environment}/runbooks/en/ingress-ports.md (zh: runbooks/zh/ingress-ports.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/NetworkELB"
  metric_name         = "PortAllocationErrorCount"
  dimensions          = { LoadBalancer = var.load_balancer_arn_suffix }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-ingress-ports" })
}

# More than 100 TLS handshakes of clients failed in each of three times five minutes.
resource "aws_cloudwatch_metric_alarm" "ingress_client_tls" {
  count = local.load_balancer ? 1 : 0

  alarm_name          = "${var.environment}-p3-ingress-client-tls"
  alarm_description   = "More than 100 TLS handshakes of clients failed in each of three times five minutes. Clients do not take the certificate or the TLS version, or somebody scans. / 连续三个五分钟内，每次都有超过 100 个客户端 TLS 握手失败。客户端不接受证书或 TLS 版本，或有人在扫描。 Runbook: environments/${var.environment}/runbooks/en/ingress-client-tls.md (zh: runbooks/zh/ingress-client-tls.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 100
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/NetworkELB"
  metric_name         = "ClientTLSNegotiationErrorCount"
  dimensions          = { LoadBalancer = var.load_balancer_arn_suffix }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-ingress-client-tls" })
}

# TLS handshakes between the load balancer and the pods fail.
resource "aws_cloudwatch_metric_alarm" "ingress_target_tls" {
  count = local.load_balancer ? 1 : 0

  alarm_name          = "${var.environment}-p3-ingress-target-tls"
  alarm_description   = "TLS handshakes between the load balancer and the pods fail. Requests through TLS listeners fail, some or all of them. / 负载均衡器与 Pod 之间的 TLS 握手失败。经 TLS 监听器的请求部分或全部失败。 Runbook: environments/${var.environment}/runbooks/en/ingress-target-tls.md (zh: runbooks/zh/ingress-target-tls.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/NetworkELB"
  metric_name         = "TargetTLSNegotiationErrorCount"
  dimensions          = { LoadBalancer = var.load_balancer_arn_suffix }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-ingress-target-tls" })
}

# The load balancer's security group blocked more than 1,000 connections in each of three times five minutes.
resource "aws_cloudwatch_metric_alarm" "ingress_blocked" {
  count = local.load_balancer ? 1 : 0

  alarm_name          = "${var.environment}-p3-ingress-blocked"
  alarm_description   = "The load balancer's security group blocked more than 1,000 connections in each of three times five minutes. Users outside of allow_from are kept out as meant, or a client's address has changed. / 连续三个五分钟内，负载均衡器的安全组每次都拦截了超过 1,000 个连接。allow_from 之外的访问被按预期拦截，或某个客户端的地址已变更。 Runbook: environments/${var.environment}/runbooks/en/ingress-blocked.md (zh: runbooks/zh/ingress-blocked.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/NetworkELB"
  metric_name         = "SecurityGroupBlockedFlowCount_Inbound_TCP"
  dimensions          = { LoadBalancer = var.load_balancer_arn_suffix }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-ingress-blocked" })
}

# No UDP traffic has passed the load balancer for half an hour.
resource "aws_cloudwatch_metric_alarm" "ingress_udp_silent" {
  count = local.udp_listeners ? 1 : 0

  alarm_name          = "${var.environment}-p3-ingress-udp-silent"
  alarm_description   = "No UDP traffic has passed the load balancer for half an hour. What is sent over UDP (logs, names) does not arrive. / 半小时内没有 UDP 流量通过负载均衡器。通过 UDP 发送的内容（日志、域名解析）没有到达。 Runbook: environments/${var.environment}/runbooks/en/ingress-udp-silent.md (zh: runbooks/zh/ingress-udp-silent.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 6
  datapoints_to_alarm = 6
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/NetworkELB"
  metric_name         = "ProcessedBytes_UDP"
  dimensions          = { LoadBalancer = var.load_balancer_arn_suffix }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-ingress-udp-silent" })
}

# A certificate expires within 30 days.
resource "aws_cloudwatch_metric_alarm" "ingress_certificate_expiring" {
  for_each = local.certificates

  alarm_name          = "${var.environment}-p3-ingress-certificate-expiring-${each.key}"
  alarm_description   = "A certificate expires within 30 days. None yet. ACM renews 60 days ahead, so that a renewal has failed. / 证书将在 30 天内过期。暂无影响。ACM 会提前 60 天续期，因此续期已经失败。 Runbook: environments/${var.environment}/runbooks/en/ingress-certificate-expiring.md (zh: runbooks/zh/ingress-certificate-expiring.md)"
  comparison_operator = "LessThanOrEqualToThreshold"
  threshold           = 30
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/CertificateManager"
  metric_name         = "DaysToExpiry"
  dimensions          = { CertificateArn = each.value }
  statistic           = "Minimum"
  period              = 86400

  tags = merge(local.tags, { Name = "${var.environment}-p3-ingress-certificate-expiring-${each.key}" })
}

# A certificate expires within 7 days or has expired.
resource "aws_cloudwatch_metric_alarm" "ingress_certificate_expired" {
  for_each = local.certificates

  alarm_name          = "${var.environment}-p1-ingress-certificate-expired-${each.key}"
  alarm_description   = "A certificate expires within 7 days or has expired. When it expires, browsers refuse every application behind it. / 证书将在 7 天内过期或已经过期。一旦过期，浏览器会拒绝访问其后的所有应用。 Runbook: environments/${var.environment}/runbooks/en/ingress-certificate-expired.md (zh: runbooks/zh/ingress-certificate-expired.md)"
  comparison_operator = "LessThanOrEqualToThreshold"
  threshold           = 7
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "AWS/CertificateManager"
  metric_name         = "DaysToExpiry"
  dimensions          = { CertificateArn = each.value }
  statistic           = "Minimum"
  period              = 86400

  tags = merge(local.tags, { Name = "${var.environment}-p1-ingress-certificate-expired-${each.key}" })
}

################################################################################
# Alarms: cluster
################################################################################

# The Kubernetes API has answered no request for five minutes.
resource "aws_cloudwatch_metric_alarm" "cluster_api_down" {
  count = local.cluster ? 1 : 0

  alarm_name          = "${var.environment}-p1-cluster-api-down"
  alarm_description   = "The Kubernetes API has answered no request for five minutes. Nothing can be deployed, scaled or healed; what runs goes on serving. / Kubernetes API 五分钟内没有响应任何请求。无法部署、扩缩容或自愈；已运行的应用继续提供服务。 Runbook: environments/${var.environment}/runbooks/en/cluster-api-down.md (zh: runbooks/zh/cluster-api-down.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "AWS/EKS"
  metric_name         = "apiserver_request_total"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "Sum"
  period              = 60

  tags = merge(local.tags, { Name = "${var.environment}-p1-cluster-api-down" })
}

# More than 5 percent of the requests to the Kubernetes API fail with 5xx.
resource "aws_cloudwatch_metric_alarm" "cluster_api_errors" {
  count = local.cluster ? 1 : 0

  alarm_name          = "${var.environment}-p2-cluster-api-errors"
  alarm_description   = "More than 5 percent of the requests to the Kubernetes API fail with 5xx. Deployments, scaling and controllers work slowly or not at all. / Kubernetes API 超过 5% 的请求以 5xx 失败。部署、扩缩容和控制器变慢或无法工作。 Runbook: environments/${var.environment}/runbooks/en/cluster-api-errors.md (zh: runbooks/zh/cluster-api-errors.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]

  metric_query {
    id          = "result"
    expression  = "IF(requests > 0, 100 * errors / requests, 0)"
    label       = "api-errors"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "AWS/EKS"
      metric_name = "apiserver_request_total_5XX"
      dimensions  = { ClusterName = var.cluster_name }
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "AWS/EKS"
      metric_name = "apiserver_request_total"
      dimensions  = { ClusterName = var.cluster_name }
      stat        = "Sum"
      period      = 300
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-p2-cluster-api-errors" })
}

# For 15 minutes there have been pods that fit on no node.
resource "aws_cloudwatch_metric_alarm" "cluster_pods_pending" {
  count = local.cluster ? 1 : 0

  alarm_name          = "${var.environment}-p2-cluster-pods-pending"
  alarm_description   = "For 15 minutes there have been pods that fit on no node. Applications run with fewer replicas than they should, or do not start. / 有 Pod 在 15 分钟内找不到可用的节点。应用的副本数少于预期，或无法启动。 Runbook: environments/${var.environment}/runbooks/en/cluster-pods-pending.md (zh: runbooks/zh/cluster-pods-pending.md) Told by ${var.environment}-p2-cluster."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/EKS"
  metric_name         = "scheduler_pending_pods_UNSCHEDULABLE"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "Minimum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-cluster-pods-pending" })

  lifecycle {
    create_before_destroy = true
  }
}

# The cluster's own database (etcd) is larger than 6 GiB; at 8 GiB it becomes read-only.
resource "aws_cloudwatch_metric_alarm" "cluster_storage" {
  count = local.cluster ? 1 : 0

  alarm_name          = "${var.environment}-p2-cluster-storage"
  alarm_description   = "The cluster's own database (etcd) is larger than 6 GiB; at 8 GiB it becomes read-only. At its limit nothing can be changed in the cluster any more. / 集群自身的数据库（etcd）超过 6 GiB；达到 8 GiB 时变为只读。达到上限后集群中的任何内容都无法再修改。 Runbook: environments/${var.environment}/runbooks/en/cluster-storage.md (zh: runbooks/zh/cluster-storage.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 6442450944
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/EKS"
  metric_name         = "apiserver_storage_size_bytes"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "Maximum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-cluster-storage" })
}

# A node group has had fewer nodes than it wants for 15 minutes.
resource "aws_cloudwatch_metric_alarm" "cluster_nodes_missing" {
  for_each = local.node_groups

  alarm_name          = "${var.environment}-p2-cluster-nodes-missing-${each.key}"
  alarm_description   = "A node group has had fewer nodes than it wants for 15 minutes. Pods wait for room; a zone, a type or a quota has no capacity. / 节点组的节点数在 15 分钟内一直少于期望值。Pod 等待资源；某个可用区、实例类型或配额没有容量。 Runbook: environments/${var.environment}/runbooks/en/cluster-nodes-missing.md (zh: runbooks/zh/cluster-nodes-missing.md) Told by ${var.environment}-p2-cluster."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "result"
    expression  = "wanted - running"
    label       = "nodes-missing"
    return_data = true
  }

  metric_query {
    id = "wanted"

    metric {
      namespace   = "AWS/AutoScaling"
      metric_name = "GroupDesiredCapacity"
      dimensions  = { AutoScalingGroupName = each.value }
      stat        = "Maximum"
      period      = 300
    }
  }

  metric_query {
    id = "running"

    metric {
      namespace   = "AWS/AutoScaling"
      metric_name = "GroupInServiceInstances"
      dimensions  = { AutoScalingGroupName = each.value }
      stat        = "Minimum"
      period      = 300
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-p2-cluster-nodes-missing-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# A node group has run at its maximum for half an hour.
resource "aws_cloudwatch_metric_alarm" "cluster_nodes_at_maximum" {
  for_each = local.node_groups

  alarm_name          = "${var.environment}-p3-cluster-nodes-at-maximum-${each.key}"
  alarm_description   = "A node group has run at its maximum for half an hour. There is no headroom: more load makes applications slow. / 节点组已在最大节点数运行半小时。没有余量：负载再增加，应用会变慢。 Runbook: environments/${var.environment}/runbooks/en/cluster-nodes-at-maximum.md (zh: runbooks/zh/cluster-nodes-at-maximum.md)"
  comparison_operator = "LessThanOrEqualToThreshold"
  threshold           = 0
  evaluation_periods  = 6
  datapoints_to_alarm = 6
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]

  metric_query {
    id          = "result"
    expression  = "IF(most > 0, most - running, 1)"
    label       = "nodes-at-maximum"
    return_data = true
  }

  metric_query {
    id = "most"

    metric {
      namespace   = "AWS/AutoScaling"
      metric_name = "GroupMaxSize"
      dimensions  = { AutoScalingGroupName = each.value }
      stat        = "Minimum"
      period      = 300
    }
  }

  metric_query {
    id = "running"

    metric {
      namespace   = "AWS/AutoScaling"
      metric_name = "GroupInServiceInstances"
      dimensions  = { AutoScalingGroupName = each.value }
      stat        = "Minimum"
      period      = 300
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-p3-cluster-nodes-at-maximum-${each.key}" })
}

# A node fails the status checks of EC2.
resource "aws_cloudwatch_metric_alarm" "cluster_node_status" {
  for_each = local.node_groups

  alarm_name          = "${var.environment}-p3-cluster-node-status-${each.key}"
  alarm_description   = "A node fails the status checks of EC2. Its pods move to other nodes once it is replaced. / 某个节点未通过 EC2 状态检查。节点被替换后，其 Pod 会迁移到其他节点。 Runbook: environments/${var.environment}/runbooks/en/cluster-node-status.md (zh: runbooks/zh/cluster-node-status.md) Told by ${var.environment}-p3-cluster."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed"
  dimensions          = { AutoScalingGroupName = each.value }
  statistic           = "Maximum"
  period              = 60

  tags = merge(local.tags, { Name = "${var.environment}-p3-cluster-node-status-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# A node has used up 80 percent of its burst of disk operations.
resource "aws_cloudwatch_metric_alarm" "cluster_node_disk_operations" {
  for_each = local.node_groups

  alarm_name          = "${var.environment}-p3-cluster-node-disk-operations-${each.key}"
  alarm_description   = "A node has used up 80 percent of its burst of disk operations. Soon its pods read and write at the type's base rate only. / 某个节点已用掉 80% 的磁盘 IO 突发额度。其 Pod 的读写很快只能以该类型的基准速率进行。 Runbook: environments/${var.environment}/runbooks/en/cluster-node-disk-operations.md (zh: runbooks/zh/cluster-node-disk-operations.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 20
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/EC2"
  metric_name         = "EBSIOBalance%"
  dimensions          = { AutoScalingGroupName = each.value }
  statistic           = "Minimum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-cluster-node-disk-operations-${each.key}" })
}

# A node has used up 80 percent of its burst of disk throughput.
resource "aws_cloudwatch_metric_alarm" "cluster_node_disk_throughput" {
  for_each = local.node_groups

  alarm_name          = "${var.environment}-p3-cluster-node-disk-throughput-${each.key}"
  alarm_description   = "A node has used up 80 percent of its burst of disk throughput. Soon its pods read and write at the type's base rate only. / 某个节点已用掉 80% 的磁盘吞吐突发额度。其 Pod 的读写很快只能以该类型的基准速率进行。 Runbook: environments/${var.environment}/runbooks/en/cluster-node-disk-throughput.md (zh: runbooks/zh/cluster-node-disk-throughput.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 20
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/EC2"
  metric_name         = "EBSByteBalance%"
  dimensions          = { AutoScalingGroupName = each.value }
  statistic           = "Minimum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-cluster-node-disk-throughput-${each.key}" })
}

# A node of the cluster is not ready.
resource "aws_cloudwatch_metric_alarm" "cluster_nodes_failed" {
  count = local.insights ? 1 : 0

  alarm_name          = "${var.environment}-p2-cluster-nodes-failed"
  alarm_description   = "A node of the cluster is not ready. Its pods are moved after five minutes; until then requests to them fail. / 集群中有节点未就绪。五分钟后其 Pod 会被迁移；在此之前发往它们的请求会失败。 Runbook: environments/${var.environment}/runbooks/en/cluster-nodes-failed.md (zh: runbooks/zh/cluster-nodes-failed.md) Told by ${var.environment}-p2-cluster."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "ContainerInsights"
  metric_name         = "cluster_failed_node_count"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "Maximum"
  period              = 60

  tags = merge(local.tags, { Name = "${var.environment}-p2-cluster-nodes-failed" })

  lifecycle {
    create_before_destroy = true
  }
}

# The nodes use more than 85 percent of their CPU.
resource "aws_cloudwatch_metric_alarm" "cluster_node_cpu" {
  count = local.insights ? 1 : 0

  alarm_name          = "${var.environment}-p3-cluster-node-cpu"
  alarm_description   = "The nodes use more than 85 percent of their CPU. Applications answer slowly. / 节点 CPU 使用率超过 85%。应用响应变慢。 Runbook: environments/${var.environment}/runbooks/en/cluster-node-cpu.md (zh: runbooks/zh/cluster-node-cpu.md) Told by ${var.environment}-p3-cluster."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "ContainerInsights"
  metric_name         = "node_cpu_utilization"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-cluster-node-cpu" })

  lifecycle {
    create_before_destroy = true
  }
}

# The nodes use more than 85 percent of their memory.
resource "aws_cloudwatch_metric_alarm" "cluster_node_memory" {
  count = local.insights ? 1 : 0

  alarm_name          = "${var.environment}-p2-cluster-node-memory"
  alarm_description   = "The nodes use more than 85 percent of their memory. Pods are evicted or killed soon. / 节点内存使用率超过 85%。Pod 很快会被驱逐或终止。 Runbook: environments/${var.environment}/runbooks/en/cluster-node-memory.md (zh: runbooks/zh/cluster-node-memory.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "ContainerInsights"
  metric_name         = "node_memory_utilization"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-cluster-node-memory" })
}

# The file system of a node is more than 80 percent full.
resource "aws_cloudwatch_metric_alarm" "cluster_node_disk" {
  count = local.insights ? 1 : 0

  alarm_name          = "${var.environment}-p2-cluster-node-disk"
  alarm_description   = "The file system of a node is more than 80 percent full. At 85 percent images are removed, and pods are evicted if that does not help. / 某个节点的文件系统使用率超过 80%。达到 85% 时会清理镜像，仍不够时会驱逐 Pod。 Runbook: environments/${var.environment}/runbooks/en/cluster-node-disk.md (zh: runbooks/zh/cluster-node-disk.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "ContainerInsights"
  metric_name         = "node_filesystem_utilization"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "Maximum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-cluster-node-disk" })
}

# A container crashes again and again.
resource "aws_cloudwatch_metric_alarm" "cluster_crash_loop" {
  count = local.insights ? 1 : 0

  alarm_name          = "${var.environment}-p2-cluster-crash-loop"
  alarm_description   = "A container crashes again and again. One replica of an application or a controller does not work. / 某个容器反复崩溃。应用或控制器的一个副本无法工作。 Runbook: environments/${var.environment}/runbooks/en/cluster-crash-loop.md (zh: runbooks/zh/cluster-crash-loop.md) Told by ${var.environment}-p2-cluster."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 10
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"
  namespace           = "ContainerInsights"
  metric_name         = "pod_container_status_waiting_reason_crash_loop_back_off"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "Maximum"
  period              = 60

  tags = merge(local.tags, { Name = "${var.environment}-p2-cluster-crash-loop" })

  lifecycle {
    create_before_destroy = true
  }
}

# Container Insights has reported nothing for 15 minutes.
resource "aws_cloudwatch_metric_alarm" "cluster_agent_silent" {
  count = local.insights ? 1 : 0

  alarm_name          = "${var.environment}-p3-cluster-agent-silent"
  alarm_description   = "Container Insights has reported nothing for 15 minutes. The alarms of nodes and pods are blind. / Container Insights 在 15 分钟内没有上报任何数据。节点和 Pod 的告警失去数据来源。 Runbook: environments/${var.environment}/runbooks/en/cluster-agent-silent.md (zh: runbooks/zh/cluster-agent-silent.md) Told by ${var.environment}-p3-cluster."
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "breaching"
  namespace           = "ContainerInsights"
  metric_name         = "node_cpu_utilization"
  dimensions          = { ClusterName = var.cluster_name }
  statistic           = "SampleCount"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-cluster-agent-silent" })

  lifecycle {
    create_before_destroy = true
  }
}

################################################################################
# Alarms: database
################################################################################

# A database has reported nothing for five minutes.
resource "aws_cloudwatch_metric_alarm" "database_down" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p1-database-down-${each.key}"
  alarm_description   = "A database has reported nothing for five minutes. It is down, stopped or failing over: its applications do not work. / 数据库五分钟内没有上报任何数据。数据库已停机、被停止或正在故障转移：其应用无法工作。 Runbook: environments/${var.environment}/runbooks/en/database-down.md (zh: runbooks/zh/database-down.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "SampleCount"
  period              = 60

  tags = merge(local.tags, { Name = "${var.environment}-p1-database-down-${each.key}" })
}

# A database has less than 2 percent (at least 1 GiB) of its storage left.
resource "aws_cloudwatch_metric_alarm" "database_storage_full" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p1-database-storage-full-${each.key}"
  alarm_description   = "A database has less than 2 percent (at least 1 GiB) of its storage left. When it is full the database stops, and its applications with it. / 数据库剩余存储不足 2%（至少 1 GiB）。存储写满后数据库会停止，应用也随之停止。 Runbook: environments/${var.environment}/runbooks/en/database-storage-full.md (zh: runbooks/zh/database-storage-full.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = max(0.02 * each.value.storage_gb, 1) * 1073741824
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Minimum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p1-database-storage-full-${each.key}" })
}

# A database has less than 10 percent of its storage (at most 20 GiB) left.
resource "aws_cloudwatch_metric_alarm" "database_storage" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p2-database-storage-${each.key}"
  alarm_description   = "A database has less than 10 percent of its storage (at most 20 GiB) left. None yet. Storage that grows by itself has reached its maximum, or has grown within the last six hours. / 数据库剩余存储不足 10%（最多 20 GiB）。暂无影响。自动扩容已到上限，或六小时内刚扩容过。 Runbook: environments/${var.environment}/runbooks/en/database-storage.md (zh: runbooks/zh/database-storage.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = min(0.1 * each.value.storage_gb, 20) * 1073741824
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Minimum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-storage-${each.key}" })
}

# A database has used more than 85 percent of its CPU for 15 minutes.
resource "aws_cloudwatch_metric_alarm" "database_cpu" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p2-database-cpu-${each.key}"
  alarm_description   = "A database has used more than 85 percent of its CPU for 15 minutes. Applications answer slowly. / 数据库 CPU 使用率在 15 分钟内超过 85%。应用响应变慢。 Runbook: environments/${var.environment}/runbooks/en/database-cpu.md (zh: runbooks/zh/database-cpu.md) Told by ${var.environment}-p2-database."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-cpu-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# A database has less than a tenth of its memory left.
resource "aws_cloudwatch_metric_alarm" "database_memory" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p2-database-memory-${each.key}"
  alarm_description   = "A database has less than a tenth of its memory left. It reads from disk what it kept in memory, and may be restarted. / 数据库可用内存不足十分之一。原先缓存的数据需从磁盘读取，实例可能重启。 Runbook: environments/${var.environment}/runbooks/en/database-memory.md (zh: runbooks/zh/database-memory.md) Told by ${var.environment}-p2-database."
  comparison_operator = "LessThanThreshold"
  threshold           = 0.1 * local.database_memory[each.key] * 1073741824
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "FreeableMemory"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-memory-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# A database has three quarters of the connections that its memory allows.
resource "aws_cloudwatch_metric_alarm" "database_connections" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p2-database-connections-${each.key}"
  alarm_description   = "A database has three quarters of the connections that its memory allows. Soon applications get no connection. / 数据库连接数已达其内存所允许的四分之三。应用很快将无法获得连接。 Runbook: environments/${var.environment}/runbooks/en/database-connections.md (zh: runbooks/zh/database-connections.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = floor(0.75 * local.database_connections[each.key])
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnections"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Maximum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-connections-${each.key}" })
}

# The disk of a database takes more than 20 ms to read.
resource "aws_cloudwatch_metric_alarm" "database_read_latency" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p2-database-read-latency-${each.key}"
  alarm_description   = "The disk of a database takes more than 20 ms to read. Applications answer slowly. / 数据库磁盘读延迟超过 20 毫秒。应用响应变慢。 Runbook: environments/${var.environment}/runbooks/en/database-read-latency.md (zh: runbooks/zh/database-read-latency.md) Told by ${var.environment}-p2-database."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.02
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "ReadLatency"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-read-latency-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# The disk of a database takes more than 20 ms to write.
resource "aws_cloudwatch_metric_alarm" "database_write_latency" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p2-database-write-latency-${each.key}"
  alarm_description   = "The disk of a database takes more than 20 ms to write. Applications answer slowly. / 数据库磁盘写延迟超过 20 毫秒。应用响应变慢。 Runbook: environments/${var.environment}/runbooks/en/database-write-latency.md (zh: runbooks/zh/database-write-latency.md) Told by ${var.environment}-p2-database."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.02
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "WriteLatency"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-write-latency-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# More than 64 disk operations of a database wait.
resource "aws_cloudwatch_metric_alarm" "database_queue" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p3-database-queue-${each.key}"
  alarm_description   = "More than 64 disk operations of a database wait. The storage is slower than what is asked of it. / 数据库有超过 64 个磁盘操作在等待。存储速度低于需求。 Runbook: environments/${var.environment}/runbooks/en/database-queue.md (zh: runbooks/zh/database-queue.md) Told by ${var.environment}-p3-database."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 64
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "DiskQueueDepth"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-database-queue-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# A database has used up 80 percent of its burst of disk operations.
resource "aws_cloudwatch_metric_alarm" "database_burst_operations" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p3-database-burst-operations-${each.key}"
  alarm_description   = "A database has used up 80 percent of its burst of disk operations. Soon it works at the base rate of its class. / 数据库已用掉 80% 的磁盘 IO突发额度。数据库很快只能以其实例类型的基准速率工作。 Runbook: environments/${var.environment}/runbooks/en/database-burst-operations.md (zh: runbooks/zh/database-burst-operations.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 20
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/RDS"
  metric_name         = "EBSIOBalance%"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Minimum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-database-burst-operations-${each.key}" })
}

# A database has used up 80 percent of its burst of disk throughput.
resource "aws_cloudwatch_metric_alarm" "database_burst_throughput" {
  for_each = local.databases

  alarm_name          = "${var.environment}-p3-database-burst-throughput-${each.key}"
  alarm_description   = "A database has used up 80 percent of its burst of disk throughput. Soon it works at the base rate of its class. / 数据库已用掉 80% 的磁盘吞吐突发额度。数据库很快只能以其实例类型的基准速率工作。 Runbook: environments/${var.environment}/runbooks/en/database-burst-throughput.md (zh: runbooks/zh/database-burst-throughput.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 20
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/RDS"
  metric_name         = "EBSByteBalance%"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Minimum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-database-burst-throughput-${each.key}" })
}

# More sessions of a database are active than it has processors.
resource "aws_cloudwatch_metric_alarm" "database_load" {
  for_each = local.observed_databases

  alarm_name          = "${var.environment}-p2-database-load-${each.key}"
  alarm_description   = "More sessions of a database are active than it has processors. Queries wait for each other; applications answer slowly. / 数据库的活动会话数超过其 vCPU 数。查询相互等待，应用响应变慢。 Runbook: environments/${var.environment}/runbooks/en/database-load.md (zh: runbooks/zh/database-load.md) Told by ${var.environment}-p2-database."
  comparison_operator = "GreaterThanThreshold"
  threshold           = local.database_vcpus[each.key]
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "DBLoad"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-load-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# A read replica is more than five minutes behind.
resource "aws_cloudwatch_metric_alarm" "database_replica_lag" {
  for_each = local.replicas

  alarm_name          = "${var.environment}-p2-database-replica-lag-${each.key}"
  alarm_description   = "A read replica is more than five minutes behind. Who reads from it sees old data. / 只读副本延迟超过五分钟。从副本读取的应用看到旧数据。 Runbook: environments/${var.environment}/runbooks/en/database-replica-lag.md (zh: runbooks/zh/database-replica-lag.md) Told by ${var.environment}-p2-database."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "ReplicaLag"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Maximum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-replica-lag-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# Replication to a read replica of MySQL has stopped.
resource "aws_cloudwatch_metric_alarm" "database_replica_broken" {
  for_each = local.mysql_replicas

  alarm_name          = "${var.environment}-p2-database-replica-broken-${each.key}"
  alarm_description   = "Replication to a read replica of MySQL has stopped. Who reads from it sees data that never change. / 到 MySQL 只读副本的复制已停止。从副本读取的数据不再更新。 Runbook: environments/${var.environment}/runbooks/en/database-replica-broken.md (zh: runbooks/zh/database-replica-broken.md) Told by ${var.environment}-p2-database."
  comparison_operator = "LessThanThreshold"
  threshold           = 0
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "ReplicaLag"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Minimum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-replica-broken-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# A PostgreSQL database has used a billion transaction ids since the oldest vacuum.
resource "aws_cloudwatch_metric_alarm" "database_transactions" {
  for_each = local.postgres

  alarm_name          = "${var.environment}-p2-database-transactions-${each.key}"
  alarm_description   = "A PostgreSQL database has used a billion transaction ids since the oldest vacuum. None yet. At two billion it stops writing to protect its data. / PostgreSQL 自最早一次 vacuum 以来已使用十亿个事务 ID。暂无影响。达到二十亿时数据库会停止写入以保护数据。 Runbook: environments/${var.environment}/runbooks/en/database-transactions.md (zh: runbooks/zh/database-transactions.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000000000
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/RDS"
  metric_name         = "MaximumUsedTransactionIDs"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Maximum"
  period              = 3600

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-transactions-${each.key}" })
}

# A PostgreSQL database has used 1.5 billion transaction ids since the oldest vacuum.
resource "aws_cloudwatch_metric_alarm" "database_wraparound" {
  for_each = local.postgres

  alarm_name          = "${var.environment}-p1-database-wraparound-${each.key}"
  alarm_description   = "A PostgreSQL database has used 1.5 billion transaction ids since the oldest vacuum. Within days it stops writing, and its applications fail. / PostgreSQL 自最早一次 vacuum 以来已使用十五亿个事务 ID。数日内数据库会停止写入，应用随之失败。 Runbook: environments/${var.environment}/runbooks/en/database-wraparound.md (zh: runbooks/zh/database-wraparound.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1500000000
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "AWS/RDS"
  metric_name         = "MaximumUsedTransactionIDs"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Maximum"
  period              = 3600

  tags = merge(local.tags, { Name = "${var.environment}-p1-database-wraparound-${each.key}" })
}

# A replication slot of PostgreSQL holds back more than 10 GiB of its log.
resource "aws_cloudwatch_metric_alarm" "database_slot_lag" {
  for_each = local.postgres

  alarm_name          = "${var.environment}-p3-database-slot-lag-${each.key}"
  alarm_description   = "A replication slot of PostgreSQL holds back more than 10 GiB of its log. The log fills the storage until somebody reads or drops the slot. / PostgreSQL 的复制槽滞留了超过 10 GiB 的日志。在有人读取或删除该复制槽之前，日志会不断占用存储。 Runbook: environments/${var.environment}/runbooks/en/database-slot-lag.md (zh: runbooks/zh/database-slot-lag.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10737418240
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/RDS"
  metric_name         = "OldestReplicationSlotLag"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Maximum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-database-slot-lag-${each.key}" })
}

# The write-ahead log of PostgreSQL takes more than 20 GiB.
resource "aws_cloudwatch_metric_alarm" "database_log_size" {
  for_each = local.postgres

  alarm_name          = "${var.environment}-p3-database-log-size-${each.key}"
  alarm_description   = "The write-ahead log of PostgreSQL takes more than 20 GiB. It fills the storage. / PostgreSQL 的预写日志超过 20 GiB。它会占满存储。 Runbook: environments/${var.environment}/runbooks/en/database-log-size.md (zh: runbooks/zh/database-log-size.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 21474836480
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/RDS"
  metric_name         = "TransactionLogsDiskUsage"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Maximum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-database-log-size-${each.key}" })
}

# The binary logs of MySQL take more than 20 GiB.
resource "aws_cloudwatch_metric_alarm" "database_binary_log_size" {
  for_each = local.mysql

  alarm_name          = "${var.environment}-p3-database-binary-log-size-${each.key}"
  alarm_description   = "The binary logs of MySQL take more than 20 GiB. They fill the storage; a replica may be behind. / MySQL 的二进制日志超过 20 GiB。它们会占满存储；可能有副本滞后。 Runbook: environments/${var.environment}/runbooks/en/database-binary-log-size.md (zh: runbooks/zh/database-binary-log-size.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 21474836480
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/RDS"
  metric_name         = "BinLogDiskUsage"
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Maximum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-database-binary-log-size-${each.key}" })
}

# The alert log of an Oracle database has an ORA- error.
resource "aws_cloudwatch_metric_alarm" "database_oracle_errors" {
  for_each = local.oracle_alert_logs

  alarm_name          = "${var.environment}-p2-database-oracle-errors-${each.key}"
  alarm_description   = "The alert log of an Oracle database has an ORA- error. It depends on the error: from one failed statement to a stopped instance. / Oracle 数据库的告警日志中出现 ORA- 错误。视错误而定：从单条语句失败到实例停止。 Runbook: environments/${var.environment}/runbooks/en/database-oracle-errors.md (zh: runbooks/zh/database-oracle-errors.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "Mendix/${var.environment}"
  metric_name         = "${each.key}-oracle-errors"
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-database-oracle-errors-${each.key}" })
}

# Clients of a database proxy wait longer than 100 ms for a connection.
resource "aws_cloudwatch_metric_alarm" "database_proxy_wait" {
  for_each = local.proxies

  alarm_name          = "${var.environment}-p3-database-proxy-wait-${each.key}"
  alarm_description   = "Clients of a database proxy wait longer than 100 ms for a connection. Applications answer slowly; the pool is too small or connections are pinned. / 数据库代理的客户端等待连接超过 100 毫秒。应用响应变慢；连接池过小或连接被固定。 Runbook: environments/${var.environment}/runbooks/en/database-proxy-wait.md (zh: runbooks/zh/database-proxy-wait.md) Told by ${var.environment}-p3-database."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 100000
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnectionsBorrowLatency"
  dimensions          = { ProxyName = each.value }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-database-proxy-wait-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

# A database proxy refused more than 10 sign-ins within five minutes.
resource "aws_cloudwatch_metric_alarm" "database_proxy_refused" {
  for_each = local.proxies

  alarm_name          = "${var.environment}-p3-database-proxy-refused-${each.key}"
  alarm_description   = "A database proxy refused more than 10 sign-ins within five minutes. An application has an old password or no token, or somebody tries passwords. / 数据库代理五分钟内拒绝了超过 10 次登录。应用使用旧密码或没有令牌，或有人在尝试密码。 Runbook: environments/${var.environment}/runbooks/en/database-proxy-refused.md (zh: runbooks/zh/database-proxy-refused.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/RDS"
  metric_name         = "ClientConnectionsSetupFailedAuth"
  dimensions          = { ProxyName = each.value }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-database-proxy-refused-${each.key}" })
}

################################################################################
# Alarms: storage
################################################################################

# The policy that makes snapshots of volumes reports an error.
resource "aws_cloudwatch_metric_alarm" "storage_snapshots_failed" {
  count = local.volumes ? 1 : 0

  alarm_name          = "${var.environment}-p3-storage-snapshots-failed"
  alarm_description   = "The policy that makes snapshots of volumes reports an error. Volumes are not backed up until it is mended. / 创建卷快照的策略报告错误。在修复之前卷没有备份。 Runbook: environments/${var.environment}/runbooks/en/storage-snapshots-failed.md (zh: runbooks/zh/storage-snapshots-failed.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this["storage-snapshots-failed"].name }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-storage-snapshots-failed" })
}

# S3 answers more than 5 percent of the requests to a bucket with 5xx.
resource "aws_cloudwatch_metric_alarm" "storage_bucket_errors" {
  for_each = local.buckets

  alarm_name          = "${var.environment}-p2-storage-bucket-errors-${each.key}"
  alarm_description   = "S3 answers more than 5 percent of the requests to a bucket with 5xx. Files of applications are read and written slowly or not at all. / S3 对某个桶超过 5% 的请求返回 5xx。应用的文件读写变慢或失败。 Runbook: environments/${var.environment}/runbooks/en/storage-bucket-errors.md (zh: runbooks/zh/storage-bucket-errors.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.05
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/S3"
  metric_name         = "5xxErrors"
  dimensions          = { BucketName = each.value, FilterId = "EntireBucket" }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-storage-bucket-errors-${each.key}" })
}

# More than a fifth of the requests to a bucket are refused.
resource "aws_cloudwatch_metric_alarm" "storage_bucket_denied" {
  for_each = local.buckets

  alarm_name          = "${var.environment}-p3-storage-bucket-denied-${each.key}"
  alarm_description   = "More than a fifth of the requests to a bucket are refused. An application asks for what is not there or may not read it. / 某个桶超过五分之一的请求被拒绝。应用请求不存在的对象，或没有读取权限。 Runbook: environments/${var.environment}/runbooks/en/storage-bucket-denied.md (zh: runbooks/zh/storage-bucket-denied.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0.2
  evaluation_periods  = 6
  datapoints_to_alarm = 6
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/S3"
  metric_name         = "4xxErrors"
  dimensions          = { BucketName = each.value, FilterId = "EntireBucket" }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-storage-bucket-denied-${each.key}" })
}

################################################################################
# Alarms: registry
################################################################################

# A scan found a critical vulnerability in an image.
resource "aws_cloudwatch_metric_alarm" "registry_critical_finding" {
  count = local.registry ? 1 : 0

  alarm_name          = "${var.environment}-p3-registry-critical-finding"
  alarm_description   = "A scan found a critical vulnerability in an image. What runs this image can be attacked. / 扫描在镜像中发现严重漏洞。运行该镜像的应用可能被攻击。 Runbook: environments/${var.environment}/runbooks/en/registry-critical-finding.md (zh: runbooks/zh/registry-critical-finding.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this["registry-critical-finding"].name }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-registry-critical-finding" })
}

################################################################################
# Alarms: secrets
################################################################################

# The rotation of a secret failed.
resource "aws_cloudwatch_metric_alarm" "secrets_rotation_failed" {
  count = local.secrets ? 1 : 0

  alarm_name          = "${var.environment}-p2-secrets-rotation-failed"
  alarm_description   = "The rotation of a secret failed. None yet: the old value stays valid. What must change by a rule does not. / 密钥轮换失败。暂无影响：旧值仍然有效，但规定的轮换没有完成。 Runbook: environments/${var.environment}/runbooks/en/secrets-rotation-failed.md (zh: runbooks/zh/secrets-rotation-failed.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this["secrets-rotation-failed"].name }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-secrets-rotation-failed" })
}

################################################################################
# Alarms: encryption
################################################################################

# A key of this environment was disabled or is about to be deleted.
resource "aws_cloudwatch_metric_alarm" "encryption_key_disabled" {
  count = local.keys ? 1 : 0

  alarm_name          = "${var.environment}-p1-encryption-key-disabled"
  alarm_description   = "A key of this environment was disabled or is about to be deleted. What it encrypts can no longer be read: databases, volumes, secrets. / 本环境的某个密钥被禁用或即将被删除。由其加密的内容将无法读取：数据库、卷、密钥。 Runbook: environments/${var.environment}/runbooks/en/encryption-key-disabled.md (zh: runbooks/zh/encryption-key-disabled.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this["encryption-key-disabled"].name }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p1-encryption-key-disabled" })
}

################################################################################
# Alarms: logging
################################################################################

# The search domain has lost primary shards of an index.
resource "aws_cloudwatch_metric_alarm" "logging_red" {
  count = local.search_domain ? 1 : 0

  alarm_name          = "${var.environment}-p2-logging-red"
  alarm_description   = "The search domain has lost primary shards of an index. Logs of that index can be neither searched nor written. / 搜索域丢失了某个索引的主分片。该索引的日志无法搜索也无法写入。 Runbook: environments/${var.environment}/runbooks/en/logging-red.md (zh: runbooks/zh/logging-red.md)"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/ES"
  metric_name         = "ClusterStatus.red"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Maximum"
  period    = 60

  tags = merge(local.tags, { Name = "${var.environment}-p2-logging-red" })
}

# Replicas of shards have had no node for half an hour.
resource "aws_cloudwatch_metric_alarm" "logging_yellow" {
  count = local.search_domain ? 1 : 0

  alarm_name          = "${var.environment}-p3-logging-yellow"
  alarm_description   = "Replicas of shards have had no node for half an hour. None yet; with the next node lost, logs are lost. / 副本分片半小时内没有可用节点。暂无影响；再失去一个节点就会丢失日志。 Runbook: environments/${var.environment}/runbooks/en/logging-yellow.md (zh: runbooks/zh/logging-yellow.md) Told by ${var.environment}-p3-logging."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 6
  datapoints_to_alarm = 6
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/ES"
  metric_name         = "ClusterStatus.yellow"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Maximum"
  period    = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-logging-yellow" })

  lifecycle {
    create_before_destroy = true
  }
}

# The search domain takes no more logs.
resource "aws_cloudwatch_metric_alarm" "logging_writes_blocked" {
  count = local.search_domain ? 1 : 0

  alarm_name          = "${var.environment}-p2-logging-writes-blocked"
  alarm_description   = "The search domain takes no more logs. New logs are held back or lost. / 搜索域不再接收日志。新日志被积压或丢失。 Runbook: environments/${var.environment}/runbooks/en/logging-writes-blocked.md (zh: runbooks/zh/logging-writes-blocked.md)"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/ES"
  metric_name         = "ClusterIndexWritesBlocked"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Maximum"
  period    = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-logging-writes-blocked" })
}

# A node of the search domain has less than a fifth of its storage left.
resource "aws_cloudwatch_metric_alarm" "logging_storage" {
  count = local.search_domain ? 1 : 0

  alarm_name          = "${var.environment}-p2-logging-storage"
  alarm_description   = "A node of the search domain has less than a fifth of its storage left. Soon writes are blocked. / 搜索域某个节点的剩余存储不足五分之一。写入很快会被阻止。 Runbook: environments/${var.environment}/runbooks/en/logging-storage.md (zh: runbooks/zh/logging-storage.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 0.2 * var.search_storage_gb * 1024
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/ES"
  metric_name         = "FreeStorageSpace"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Minimum"
  period    = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-logging-storage" })
}

# A node of the search domain has used 95 percent of its heap.
resource "aws_cloudwatch_metric_alarm" "logging_memory" {
  count = local.search_domain ? 1 : 0

  alarm_name          = "${var.environment}-p3-logging-memory"
  alarm_description   = "A node of the search domain has used 95 percent of its heap. Searches fail, and the node may stop. / 搜索域某个节点的堆内存使用率达到 95%。搜索失败，节点可能停止。 Runbook: environments/${var.environment}/runbooks/en/logging-memory.md (zh: runbooks/zh/logging-memory.md) Told by ${var.environment}-p3-logging."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 95
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/ES"
  metric_name         = "JVMMemoryPressure"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Maximum"
  period    = 60

  tags = merge(local.tags, { Name = "${var.environment}-p3-logging-memory" })

  lifecycle {
    create_before_destroy = true
  }
}

# The search domain has used more than 80 percent of its CPU for 45 minutes.
resource "aws_cloudwatch_metric_alarm" "logging_cpu" {
  count = local.search_domain ? 1 : 0

  alarm_name          = "${var.environment}-p3-logging-cpu"
  alarm_description   = "The search domain has used more than 80 percent of its CPU for 45 minutes. Searches and writes are slow. / 搜索域 CPU 使用率在 45 分钟内超过 80%。搜索和写入变慢。 Runbook: environments/${var.environment}/runbooks/en/logging-cpu.md (zh: runbooks/zh/logging-cpu.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/ES"
  metric_name         = "CPUUtilization"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Average"
  period    = 900

  tags = merge(local.tags, { Name = "${var.environment}-p3-logging-cpu" })
}

# The hourly snapshot of the search domain failed.
resource "aws_cloudwatch_metric_alarm" "logging_snapshot_failed" {
  count = local.search_domain ? 1 : 0

  alarm_name          = "${var.environment}-p3-logging-snapshot-failed"
  alarm_description   = "The hourly snapshot of the search domain failed. What is lost now cannot be brought back. / 搜索域的每小时快照失败。此时丢失的内容无法恢复。 Runbook: environments/${var.environment}/runbooks/en/logging-snapshot-failed.md (zh: runbooks/zh/logging-snapshot-failed.md)"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/ES"
  metric_name         = "AutomatedSnapshotFailure"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Maximum"
  period    = 3600

  tags = merge(local.tags, { Name = "${var.environment}-p3-logging-snapshot-failed" })
}

# The search domain cannot use its key.
resource "aws_cloudwatch_metric_alarm" "logging_key" {
  count = local.search_domain ? 1 : 0

  alarm_name          = "${var.environment}-p1-logging-key"
  alarm_description   = "The search domain cannot use its key. It stops; if the key is not back soon, its data are lost. / 搜索域无法使用其密钥。搜索域会停止；密钥若不尽快恢复，数据将丢失。 Runbook: environments/${var.environment}/runbooks/en/logging-key.md (zh: runbooks/zh/logging-key.md)"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "AWS/ES"
  metric_name         = "KMSKeyInaccessible"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Maximum"
  period    = 60

  tags = merge(local.tags, { Name = "${var.environment}-p1-logging-key" })
}

# Nodes of the search domain do not reach a master.
resource "aws_cloudwatch_metric_alarm" "logging_masters" {
  count = local.search_masters ? 1 : 0

  alarm_name          = "${var.environment}-p2-logging-masters"
  alarm_description   = "Nodes of the search domain do not reach a master. Searches and writes fail. / 搜索域的节点无法连接主节点。搜索和写入失败。 Runbook: environments/${var.environment}/runbooks/en/logging-masters.md (zh: runbooks/zh/logging-masters.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/ES"
  metric_name         = "MasterReachableFromNode"
  dimensions = {
    ClientId   = var.account
    DomainName = var.search_domain_name
  }
  statistic = "Minimum"
  period    = 60

  tags = merge(local.tags, { Name = "${var.environment}-p2-logging-masters" })
}

################################################################################
# Alarms: backup
################################################################################

# A backup failed, expired or was cut short.
resource "aws_cloudwatch_metric_alarm" "backup_job_failed" {
  count = local.backup_vault ? 1 : 0

  alarm_name          = "${var.environment}-p2-backup-job-failed"
  alarm_description   = "A backup failed, expired or was cut short. None yet: the newest backup of that resource is older than it should be. / 备份失败、过期或中断。尚无影响：该资源的最新备份比应有的更旧。 Runbook: environments/${var.environment}/runbooks/en/backup-job-failed.md (zh: runbooks/zh/backup-job-failed.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this["backup-job-failed"].name }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-backup-job-failed" })
}

# A backup was not copied to the standby's vault.
resource "aws_cloudwatch_metric_alarm" "backup_copy_failed" {
  count = local.backup_copies ? 1 : 0

  alarm_name          = "${var.environment}-p2-backup-copy-failed"
  alarm_description   = "A backup was not copied to the standby's vault. None yet; with the region lost, what was not copied is lost. / 备份未能复制到备用环境的保管库。尚无影响；如果区域丢失，未复制的内容也会丢失。 Runbook: environments/${var.environment}/runbooks/en/backup-copy-failed.md (zh: runbooks/zh/backup-copy-failed.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this["backup-copy-failed"].name }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-backup-copy-failed" })
}

# A test of restores failed.
resource "aws_cloudwatch_metric_alarm" "backup_restore_failed" {
  count = local.backup_tests ? 1 : 0

  alarm_name          = "${var.environment}-p3-backup-restore-failed"
  alarm_description   = "A test of restores failed. Whether that backup can be restored is not certain. / 恢复测试失败。无法确定该备份能否恢复。 Runbook: environments/${var.environment}/runbooks/en/backup-restore-failed.md (zh: runbooks/zh/backup-restore-failed.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this["backup-restore-failed"].name }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-backup-restore-failed" })
}

# No backup has been completed for two days; in a new environment, not yet.
resource "aws_cloudwatch_metric_alarm" "backup_none_completed" {
  count = local.backup_daily ? 1 : 0

  alarm_name          = "${var.environment}-p3-backup-none-completed"
  alarm_description   = "No backup has been completed for two days; in a new environment, not yet. None yet: what is lost now can be brought back from older backups only. / 两天内没有完成任何备份；新环境中则是尚未完成。尚无影响：现在丢失的数据只能从更旧的备份恢复。 Runbook: environments/${var.environment}/runbooks/en/backup-none-completed.md (zh: runbooks/zh/backup-none-completed.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns["p3"]]
  ok_actions          = [local.topic_arns["p3"]]
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsCompleted"
  dimensions          = { BackupVaultName = var.backup_vault_name }
  statistic           = "Sum"
  period              = 86400

  tags = merge(local.tags, { Name = "${var.environment}-p3-backup-none-completed" })
}

# The vault's lock or policy was changed, or a backup was deleted before its time.
resource "aws_cloudwatch_metric_alarm" "backup_vault_changed" {
  count = local.backup_vault ? 1 : 0

  alarm_name          = "${var.environment}-p2-backup-vault-changed"
  alarm_description   = "The vault's lock or policy was changed, or a backup was deleted before its time. Backups may be gone when they are needed; ransomware begins like this. / 保管库的锁定或策略被更改，或有备份被提前删除。需要时备份可能已不存在；勒索软件往往由此开始。 Runbook: environments/${var.environment}/runbooks/en/backup-vault-changed.md (zh: runbooks/zh/backup-vault-changed.md) Told by ${var.environment}-p2-backup."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this["backup-vault-changed"].name }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-backup-vault-changed" })

  lifecycle {
    create_before_destroy = true
  }
}

################################################################################
# Alarms: recovery
################################################################################

# A bucket's newest objects reach the standby more than 15 minutes late.
resource "aws_cloudwatch_metric_alarm" "recovery_replication_lag" {
  for_each = local.replicated_buckets

  alarm_name          = "${var.environment}-p2-recovery-replication-lag-${each.key}"
  alarm_description   = "A bucket's newest objects reach the standby more than 15 minutes late. None yet; with the region lost, files of more than 15 minutes are lost. / 存储桶的最新对象到达备用环境的延迟超过 15 分钟。尚无影响；如果区域丢失，将丢失超过 15 分钟的文件。 Runbook: environments/${var.environment}/runbooks/en/recovery-replication-lag.md (zh: runbooks/zh/recovery-replication-lag.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 900
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/S3"
  metric_name         = "ReplicationLatency"
  dimensions = {
    SourceBucket      = each.value.source
    DestinationBucket = each.value.target
    RuleId            = "standby"
  }
  statistic = "Maximum"
  period    = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-recovery-replication-lag-${each.key}" })
}

# Objects of a bucket were not replicated to the standby, and S3 does not try again.
resource "aws_cloudwatch_metric_alarm" "recovery_replication_failed" {
  for_each = local.replicated_buckets

  alarm_name          = "${var.environment}-p2-recovery-replication-failed-${each.key}"
  alarm_description   = "Objects of a bucket were not replicated to the standby, and S3 does not try again. None yet; with the region lost, these files are lost. / 存储桶的对象未能复制到备用环境，S3 不会重试。尚无影响；如果区域丢失，这些文件也会丢失。 Runbook: environments/${var.environment}/runbooks/en/recovery-replication-failed.md (zh: runbooks/zh/recovery-replication-failed.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "AWS/S3"
  metric_name         = "OperationsFailedReplication"
  dimensions = {
    SourceBucket      = each.value.source
    DestinationBucket = each.value.target
    RuleId            = "standby"
  }
  statistic = "Sum"
  period    = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-recovery-replication-failed-${each.key}" })
}

################################################################################
# Alarms: apps
################################################################################

# An application's address answered with an error, or not at all, in two of three times five minutes.
resource "aws_cloudwatch_metric_alarm" "apps_unreachable" {
  for_each = local.addresses

  alarm_name          = "${var.environment}-p1-apps-unreachable-${each.key}"
  alarm_description   = "An application's address answered with an error, or not at all, in two of three times five minutes. Users do not reach the application. / 在三个五分钟中有两个，应用的地址返回错误或完全没有应答。用户无法访问该应用。 Runbook: environments/${var.environment}/runbooks/en/apps-unreachable.md (zh: runbooks/zh/apps-unreachable.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 90
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "CloudWatchSynthetics"
  metric_name         = "SuccessPercent"
  dimensions          = { CanaryName = "${var.environment}-${each.key}" }
  statistic           = "Average"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p1-apps-unreachable-${each.key}" })
}

# An application wrote a line of level CRITICAL.
resource "aws_cloudwatch_metric_alarm" "apps_critical" {
  for_each = local.apps

  alarm_name          = "${var.environment}-p1-apps-critical-${each.key}"
  alarm_description   = "An application wrote a line of level CRITICAL. The application does not work, or loses what it was doing. / 应用写出了 CRITICAL 级别的日志。应用无法工作，或正在处理的内容丢失。 Runbook: environments/${var.environment}/runbooks/en/apps-critical.md (zh: runbooks/zh/apps-critical.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p1"]]
  ok_actions          = [local.topic_arns["p1"]]
  namespace           = "Mendix/${var.environment}"
  metric_name         = "${each.key}-critical"
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p1-apps-critical-${each.key}" })
}

# An application wrote more than 100 lines of level ERROR in each of three times five minutes.
resource "aws_cloudwatch_metric_alarm" "apps_errors" {
  for_each = local.apps

  alarm_name          = "${var.environment}-p2-apps-errors-${each.key}"
  alarm_description   = "An application wrote more than 100 lines of level ERROR in each of three times five minutes. Users of the application see errors. / 连续三个五分钟内，应用每次都写出了超过 100 行 ERROR 日志。应用的用户看到错误。 Runbook: environments/${var.environment}/runbooks/en/apps-errors.md (zh: runbooks/zh/apps-errors.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 100
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["p2"]]
  ok_actions          = [local.topic_arns["p2"]]
  namespace           = "Mendix/${var.environment}"
  metric_name         = "${each.key}-errors"
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-apps-errors-${each.key}" })
}

################################################################################
# What a change sets off by itself
################################################################################

# The maintenance switch: in alarm while mendixctl applies a change, and for an hour at most.
resource "aws_cloudwatch_metric_alarm" "maintenance" {
  alarm_name          = "${var.environment}-maintenance"
  alarm_description   = "In alarm while mendixctl applies a change of ${var.environment}. Tells nobody."
  namespace           = "Mendix/${var.environment}"
  metric_name         = "Maintenance"
  statistic           = "Minimum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"

  tags = merge(local.tags, { Name = "${var.environment}-maintenance" })
}

locals {
  # The alarms that are told of together, by priority and area.
  together = {
    "p2-backup" = concat(
      aws_cloudwatch_metric_alarm.backup_vault_changed[*].alarm_name,
    )
    "p2-cluster" = concat(
      aws_cloudwatch_metric_alarm.cluster_pods_pending[*].alarm_name,
      values(aws_cloudwatch_metric_alarm.cluster_nodes_missing)[*].alarm_name,
      aws_cloudwatch_metric_alarm.cluster_nodes_failed[*].alarm_name,
      aws_cloudwatch_metric_alarm.cluster_crash_loop[*].alarm_name,
    )
    "p2-database" = concat(
      values(aws_cloudwatch_metric_alarm.database_cpu)[*].alarm_name,
      values(aws_cloudwatch_metric_alarm.database_memory)[*].alarm_name,
      values(aws_cloudwatch_metric_alarm.database_read_latency)[*].alarm_name,
      values(aws_cloudwatch_metric_alarm.database_write_latency)[*].alarm_name,
      values(aws_cloudwatch_metric_alarm.database_load)[*].alarm_name,
      values(aws_cloudwatch_metric_alarm.database_replica_lag)[*].alarm_name,
      values(aws_cloudwatch_metric_alarm.database_replica_broken)[*].alarm_name,
    )
    "p2-ingress" = concat(
      values(aws_cloudwatch_metric_alarm.ingress_targets_unhealthy)[*].alarm_name,
    )
    "p3-cluster" = concat(
      values(aws_cloudwatch_metric_alarm.cluster_node_status)[*].alarm_name,
      aws_cloudwatch_metric_alarm.cluster_node_cpu[*].alarm_name,
      aws_cloudwatch_metric_alarm.cluster_agent_silent[*].alarm_name,
    )
    "p3-database" = concat(
      values(aws_cloudwatch_metric_alarm.database_queue)[*].alarm_name,
      values(aws_cloudwatch_metric_alarm.database_proxy_wait)[*].alarm_name,
    )
    "p3-ingress" = concat(
      aws_cloudwatch_metric_alarm.ingress_target_resets[*].alarm_name,
    )
    "p3-logging" = concat(
      aws_cloudwatch_metric_alarm.logging_yellow[*].alarm_name,
      aws_cloudwatch_metric_alarm.logging_memory[*].alarm_name,
    )
  }

  # Those that there are; a composite alarm takes a hundred.
  composites = merge([
    for name, alarms in local.together : {
      for index, part in chunklist(alarms, 100) :
      index == 0 ? name : "${name}-${index + 1}" => part
    }
  ]...)
}

# Tells of any of them, unless a change is being applied.
resource "aws_cloudwatch_composite_alarm" "this" {
  for_each = local.composites

  alarm_name        = "${var.environment}-${each.key}"
  alarm_description = "Something of this area that a change sets off by itself is in alarm, and no change is being applied. / 该领域中变更自身会引发的某个告警已触发，而当前没有正在应用的变更。 Runbook: environments/${var.environment}/runbooks/en/area-in-alarm.md (zh: runbooks/zh/area-in-alarm.md)"
  alarm_rule        = join(" OR ", [for name in each.value : "ALARM(\"${name}\")"])
  alarm_actions     = [local.topic_arns[substr(each.key, 0, 2)]]
  ok_actions        = [local.topic_arns[substr(each.key, 0, 2)]]

  actions_suppressor {
    alarm            = aws_cloudwatch_metric_alarm.maintenance.alarm_name
    wait_period      = 120
    extension_period = 300
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

################################################################################
# Alarms of the environment's own
################################################################################

locals {
  # By name.
  custom_alarms = { for it in var.alarms : it.name => it }

  # Log groups that areas make, so that a filter waits for its own; others are there already.
  known_log_groups = merge(
    {
      for app, group in aws_cloudwatch_log_group.apps :
      "apps/${app}" => group.name
    },
    { for name in compact([var.flow_log_group_name, var.cluster_log_group_name]) : name => name },
    { for name in var.database_log_group_names == null ? [] : values(var.database_log_group_names) : name => name },
  )
}

# Counts the lines.
resource "aws_cloudwatch_log_metric_filter" "custom" {
  for_each = local.custom_alarms

  name           = "${var.environment}-${each.key}"
  log_group_name = lookup(local.known_log_groups, each.value.log_group, each.value.log_group)
  pattern        = each.value.pattern

  metric_transformation {
    name          = each.key
    namespace     = "Mendix/${var.environment}"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

# An alarm when there are too many.
resource "aws_cloudwatch_metric_alarm" "custom" {
  for_each = local.custom_alarms

  alarm_name          = "${var.environment}-${lower(each.value.priority)}-monitoring-${each.key}"
  alarm_description   = "${coalesce(each.value.description, "More than ${each.value.above} lines of ${each.value.log_group} match the pattern of this alarm within ${each.value.period} seconds.")} Runbook: environments/${var.environment}/runbooks/en/monitoring-log.md (zh: runbooks/zh/monitoring-log.md)"
  namespace           = "Mendix/${var.environment}"
  metric_name         = aws_cloudwatch_log_metric_filter.custom[each.key].metric_transformation[0].name
  statistic           = "Sum"
  period              = each.value.period
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns[lower(each.value.priority)]]
  ok_actions          = [local.topic_arns[lower(each.value.priority)]]

  tags = merge(local.tags, { Name = "${var.environment}-${lower(each.value.priority)}-monitoring-${each.key}" })
}

################################################################################
# Dashboards
################################################################################

locals {
  # The widgets of each area: what its alarms read, of what there is.
  widgets = {
    network = concat(
      [
        for on in [length(local.nat_gateways) > 0] :
        {
          type = "metric"
          properties = {
            title  = "P2 nat-ports"
            region = var.region
            view   = "timeSeries"
            period = 300
            metrics = concat([
              for index, key in slice(keys(local.nat_gateways), 0, min(30, length(local.nat_gateways))) :
              [[
                "AWS/NATGateway",
                "ErrorPortAllocation",
                "NatGatewayId",
                local.nat_gateways[key],
                { stat = "Sum", label = key },
              ]]
            ]...)
            annotations = { horizontal = [{ label = "alarm", value = 0 }] }
          }
        }
        if on
      ],
      [for on in [length(local.nat_gateways) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 nat-drops"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.nat_gateways), 0, min(30, length(local.nat_gateways))) : [[{
            expression = "100 * drops${index} / (inside${index} + outside${index})"
            id         = "shown${index}"
            label      = key
            }], [
            "AWS/NATGateway",
            "PacketsDropCount",
            "NatGatewayId",
            local.nat_gateways[key],
            {
              stat    = "Sum"
              id      = "drops${index}"
              visible = false
            },
            ], [
            "AWS/NATGateway",
            "PacketsInFromSource",
            "NatGatewayId",
            local.nat_gateways[key],
            {
              stat    = "Sum"
              id      = "inside${index}"
              visible = false
            },
            ], [
            "AWS/NATGateway",
            "PacketsInFromDestination",
            "NatGatewayId",
            local.nat_gateways[key],
            {
              stat    = "Sum"
              id      = "outside${index}"
              visible = false
            },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0.01 }] }
        }
      } if on],
      [for on in [length(local.nat_gateways) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 nat-connections"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.nat_gateways), 0, min(30, length(local.nat_gateways))) : [[
            "AWS/NATGateway",
            "ActiveConnectionCount",
            "NatGatewayId",
            local.nat_gateways[key],
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 45000 }] }
        }
      } if on],
      [for on in [local.flow_logs] : {
        type = "metric"
        properties = {
          title  = "P3 flow-logs-silent"
          region = var.region
          view   = "timeSeries"
          period = 1800
          metrics = [[
            "AWS/Logs",
            "IncomingLogEvents",
            "LogGroupName",
            var.flow_log_group_name,
            { stat = "Sum", label = "flow-logs-silent" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.flow_logs] : {
        type = "metric"
        properties = {
          title  = "P3 database-refused"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "Mendix/${var.environment}",
            "DatabaseConnectionsRefused",
            { stat = "Sum", label = "database-refused" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 20 }] }
        }
      } if on],
    )
    ingress = concat(
      [for on in [length(local.target_groups) > 0] : {
        type = "metric"
        properties = {
          title  = "P1 no-target"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = concat([for index, key in slice(keys(local.target_groups), 0, min(30, length(local.target_groups))) : [[
            "AWS/NetworkELB",
            "HealthyHostCount",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            "TargetGroup",
            local.target_groups[key],
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [length(local.target_groups) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 targets-unhealthy"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = concat([for index, key in slice(keys(local.target_groups), 0, min(30, length(local.target_groups))) : [[
            "AWS/NetworkELB",
            "UnHealthyHostCount",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            "TargetGroup",
            local.target_groups[key],
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.load_balancer] : {
        type = "metric"
        properties = {
          title  = "P3 target-resets"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[{
            expression = "IF(flows > 100, 100 * resets / flows, 0)"
            id         = "shown"
            label      = "target-resets"
            }], [
            "AWS/NetworkELB",
            "TCP_Target_Reset_Count",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            {
              stat    = "Sum"
              id      = "resets"
              visible = false
            },
            ], [
            "AWS/NetworkELB",
            "NewFlowCount",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            {
              stat    = "Sum"
              id      = "flows"
              visible = false
            },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 5 }] }
        }
      } if on],
      [for on in [local.load_balancer] : {
        type = "metric"
        properties = {
          title  = "P2 ports"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/NetworkELB",
            "PortAllocationErrorCount",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            { stat = "Sum", label = "ports" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [local.load_balancer] : {
        type = "metric"
        properties = {
          title  = "P3 client-tls"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/NetworkELB",
            "ClientTLSNegotiationErrorCount",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            { stat = "Sum", label = "client-tls" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 100 }] }
        }
      } if on],
      [for on in [local.load_balancer] : {
        type = "metric"
        properties = {
          title  = "P3 target-tls"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/NetworkELB",
            "TargetTLSNegotiationErrorCount",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            { stat = "Sum", label = "target-tls" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [local.load_balancer] : {
        type = "metric"
        properties = {
          title  = "P3 blocked"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/NetworkELB",
            "SecurityGroupBlockedFlowCount_Inbound_TCP",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            { stat = "Sum", label = "blocked" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1000 }] }
        }
      } if on],
      [for on in [local.udp_listeners] : {
        type = "metric"
        properties = {
          title  = "P3 udp-silent"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/NetworkELB",
            "ProcessedBytes_UDP",
            "LoadBalancer",
            var.load_balancer_arn_suffix,
            { stat = "Sum", label = "udp-silent" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [length(local.certificates) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 certificate-expiring"
          region = var.region
          view   = "timeSeries"
          period = 86400
          metrics = concat([for index, key in slice(keys(local.certificates), 0, min(30, length(local.certificates))) : [[
            "AWS/CertificateManager",
            "DaysToExpiry",
            "CertificateArn",
            local.certificates[key],
            { stat = "Minimum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 30 }] }
        }
      } if on],
      [for on in [length(local.certificates) > 0] : {
        type = "metric"
        properties = {
          title  = "P1 certificate-expired"
          region = var.region
          view   = "timeSeries"
          period = 86400
          metrics = concat([for index, key in slice(keys(local.certificates), 0, min(30, length(local.certificates))) : [[
            "AWS/CertificateManager",
            "DaysToExpiry",
            "CertificateArn",
            local.certificates[key],
            { stat = "Minimum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 7 }] }
        }
      } if on],
    )
    cluster = concat(
      [for on in [local.cluster] : {
        type = "metric"
        properties = {
          title  = "P1 api-down"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = [[
            "AWS/EKS",
            "apiserver_request_total",
            "ClusterName",
            var.cluster_name,
            { stat = "Sum", label = "api-down" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.cluster] : {
        type = "metric"
        properties = {
          title  = "P2 api-errors"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[{
            expression = "IF(requests > 0, 100 * errors / requests, 0)"
            id         = "shown"
            label      = "api-errors"
            }], [
            "AWS/EKS",
            "apiserver_request_total_5XX",
            "ClusterName",
            var.cluster_name,
            {
              stat    = "Sum"
              id      = "errors"
              visible = false
            },
            ], [
            "AWS/EKS",
            "apiserver_request_total",
            "ClusterName",
            var.cluster_name,
            {
              stat    = "Sum"
              id      = "requests"
              visible = false
            },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 5 }] }
        }
      } if on],
      [for on in [local.cluster] : {
        type = "metric"
        properties = {
          title  = "P2 pods-pending"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/EKS",
            "scheduler_pending_pods_UNSCHEDULABLE",
            "ClusterName",
            var.cluster_name,
            { stat = "Minimum", label = "pods-pending" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [local.cluster] : {
        type = "metric"
        properties = {
          title  = "P2 storage"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/EKS",
            "apiserver_storage_size_bytes",
            "ClusterName",
            var.cluster_name,
            { stat = "Maximum", label = "storage" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 6442450944 }] }
        }
      } if on],
      [for on in [length(local.node_groups) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 nodes-missing"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.node_groups), 0, min(30, length(local.node_groups))) : [[{
            expression = "wanted${index} - running${index}"
            id         = "shown${index}"
            label      = key
            }], [
            "AWS/AutoScaling",
            "GroupDesiredCapacity",
            "AutoScalingGroupName",
            local.node_groups[key],
            {
              stat    = "Maximum"
              id      = "wanted${index}"
              visible = false
            },
            ], [
            "AWS/AutoScaling",
            "GroupInServiceInstances",
            "AutoScalingGroupName",
            local.node_groups[key],
            {
              stat    = "Minimum"
              id      = "running${index}"
              visible = false
            },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [length(local.node_groups) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 nodes-at-maximum"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.node_groups), 0, min(30, length(local.node_groups))) : [[{
            expression = "IF(most${index} > 0, most${index} - running${index}, 1)"
            id         = "shown${index}"
            label      = key
            }], [
            "AWS/AutoScaling",
            "GroupMaxSize",
            "AutoScalingGroupName",
            local.node_groups[key],
            {
              stat    = "Minimum"
              id      = "most${index}"
              visible = false
            },
            ], [
            "AWS/AutoScaling",
            "GroupInServiceInstances",
            "AutoScalingGroupName",
            local.node_groups[key],
            {
              stat    = "Minimum"
              id      = "running${index}"
              visible = false
            },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [length(local.node_groups) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 node-status"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = concat([for index, key in slice(keys(local.node_groups), 0, min(30, length(local.node_groups))) : [[
            "AWS/EC2",
            "StatusCheckFailed",
            "AutoScalingGroupName",
            local.node_groups[key],
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [length(local.node_groups) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 node-disk-operations"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.node_groups), 0, min(30, length(local.node_groups))) : [[
            "AWS/EC2",
            "EBSIOBalance%",
            "AutoScalingGroupName",
            local.node_groups[key],
            { stat = "Minimum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 20 }] }
        }
      } if on],
      [for on in [length(local.node_groups) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 node-disk-throughput"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.node_groups), 0, min(30, length(local.node_groups))) : [[
            "AWS/EC2",
            "EBSByteBalance%",
            "AutoScalingGroupName",
            local.node_groups[key],
            { stat = "Minimum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 20 }] }
        }
      } if on],
      [for on in [local.insights] : {
        type = "metric"
        properties = {
          title  = "P2 nodes-failed"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = [[
            "ContainerInsights",
            "cluster_failed_node_count",
            "ClusterName",
            var.cluster_name,
            { stat = "Maximum", label = "nodes-failed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.insights] : {
        type = "metric"
        properties = {
          title  = "P3 node-cpu"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "ContainerInsights",
            "node_cpu_utilization",
            "ClusterName",
            var.cluster_name,
            { stat = "Average", label = "node-cpu" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 85 }] }
        }
      } if on],
      [for on in [local.insights] : {
        type = "metric"
        properties = {
          title  = "P2 node-memory"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "ContainerInsights",
            "node_memory_utilization",
            "ClusterName",
            var.cluster_name,
            { stat = "Average", label = "node-memory" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 85 }] }
        }
      } if on],
      [for on in [local.insights] : {
        type = "metric"
        properties = {
          title  = "P2 node-disk"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "ContainerInsights",
            "node_filesystem_utilization",
            "ClusterName",
            var.cluster_name,
            { stat = "Maximum", label = "node-disk" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 80 }] }
        }
      } if on],
      [for on in [local.insights] : {
        type = "metric"
        properties = {
          title  = "P2 crash-loop"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = [[
            "ContainerInsights",
            "pod_container_status_waiting_reason_crash_loop_back_off",
            "ClusterName",
            var.cluster_name,
            { stat = "Maximum", label = "crash-loop" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.insights] : {
        type = "metric"
        properties = {
          title  = "P3 agent-silent"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "ContainerInsights",
            "node_cpu_utilization",
            "ClusterName",
            var.cluster_name,
            { stat = "SampleCount", label = "agent-silent" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
    )
    database = concat(
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P1 down"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "CPUUtilization",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "SampleCount", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P1 storage-full"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "FreeStorageSpace",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Minimum", label = key },
          ]]]...)
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 storage"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "FreeStorageSpace",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Minimum", label = key },
          ]]]...)
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 cpu"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "CPUUtilization",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Average", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 85 }] }
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 memory"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "FreeableMemory",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Average", label = key },
          ]]]...)
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 connections"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "DatabaseConnections",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Maximum", label = key },
          ]]]...)
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 read-latency"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "ReadLatency",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Average", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0.02 }] }
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 write-latency"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "WriteLatency",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Average", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0.02 }] }
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 queue"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "DiskQueueDepth",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Average", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 64 }] }
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 burst-operations"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "EBSIOBalance%",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Minimum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 20 }] }
        }
      } if on],
      [for on in [length(local.databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 burst-throughput"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.databases), 0, min(30, length(local.databases))) : [[
            "AWS/RDS",
            "EBSByteBalance%",
            "DBInstanceIdentifier",
            local.databases[key].identifier,
            { stat = "Minimum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 20 }] }
        }
      } if on],
      [for on in [length(local.observed_databases) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 load"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.observed_databases), 0, min(30, length(local.observed_databases))) : [[
            "AWS/RDS",
            "DBLoad",
            "DBInstanceIdentifier",
            local.observed_databases[key].identifier,
            { stat = "Average", label = key },
          ]]]...)
        }
      } if on],
      [for on in [length(local.replicas) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 replica-lag"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.replicas), 0, min(30, length(local.replicas))) : [[
            "AWS/RDS",
            "ReplicaLag",
            "DBInstanceIdentifier",
            local.replicas[key].identifier,
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 300 }] }
        }
      } if on],
      [for on in [length(local.mysql_replicas) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 replica-broken"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.mysql_replicas), 0, min(30, length(local.mysql_replicas))) : [[
            "AWS/RDS",
            "ReplicaLag",
            "DBInstanceIdentifier",
            local.mysql_replicas[key].identifier,
            { stat = "Minimum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [length(local.postgres) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 transactions"
          region = var.region
          view   = "timeSeries"
          period = 3600
          metrics = concat([for index, key in slice(keys(local.postgres), 0, min(30, length(local.postgres))) : [[
            "AWS/RDS",
            "MaximumUsedTransactionIDs",
            "DBInstanceIdentifier",
            local.postgres[key].identifier,
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 1000000000 }] }
        }
      } if on],
      [for on in [length(local.postgres) > 0] : {
        type = "metric"
        properties = {
          title  = "P1 wraparound"
          region = var.region
          view   = "timeSeries"
          period = 3600
          metrics = concat([for index, key in slice(keys(local.postgres), 0, min(30, length(local.postgres))) : [[
            "AWS/RDS",
            "MaximumUsedTransactionIDs",
            "DBInstanceIdentifier",
            local.postgres[key].identifier,
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 1500000000 }] }
        }
      } if on],
      [for on in [length(local.postgres) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 slot-lag"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.postgres), 0, min(30, length(local.postgres))) : [[
            "AWS/RDS",
            "OldestReplicationSlotLag",
            "DBInstanceIdentifier",
            local.postgres[key].identifier,
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 10737418240 }] }
        }
      } if on],
      [for on in [length(local.postgres) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 log-size"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.postgres), 0, min(30, length(local.postgres))) : [[
            "AWS/RDS",
            "TransactionLogsDiskUsage",
            "DBInstanceIdentifier",
            local.postgres[key].identifier,
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 21474836480 }] }
        }
      } if on],
      [for on in [length(local.mysql) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 binary-log-size"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.mysql), 0, min(30, length(local.mysql))) : [[
            "AWS/RDS",
            "BinLogDiskUsage",
            "DBInstanceIdentifier",
            local.mysql[key].identifier,
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 21474836480 }] }
        }
      } if on],
      [for on in [length(local.oracle_alert_logs) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 oracle-errors"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.oracle_alert_logs), 0, min(30, length(local.oracle_alert_logs))) : [[
            "Mendix/${var.environment}",
            "${key}-oracle-errors",
            { stat = "Sum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [length(local.proxies) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 proxy-wait"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.proxies), 0, min(30, length(local.proxies))) : [[
            "AWS/RDS",
            "DatabaseConnectionsBorrowLatency",
            "ProxyName",
            local.proxies[key],
            { stat = "Average", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 100000 }] }
        }
      } if on],
      [for on in [length(local.proxies) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 proxy-refused"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.proxies), 0, min(30, length(local.proxies))) : [[
            "AWS/RDS",
            "ClientConnectionsSetupFailedAuth",
            "ProxyName",
            local.proxies[key],
            { stat = "Sum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 10 }] }
        }
      } if on],
    )
    storage = concat(
      [for on in [local.volumes] : {
        type = "metric"
        properties = {
          title  = "P3 snapshots-failed"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/Events",
            "TriggeredRules",
            "RuleName",
            aws_cloudwatch_event_rule.this["storage-snapshots-failed"].name,
            { stat = "Sum", label = "snapshots-failed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [length(local.buckets) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 bucket-errors"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.buckets), 0, min(30, length(local.buckets))) : [[
            "AWS/S3",
            "5xxErrors",
            "BucketName",
            local.buckets[key],
            "FilterId",
            "EntireBucket",
            { stat = "Average", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0.05 }] }
        }
      } if on],
      [for on in [length(local.buckets) > 0] : {
        type = "metric"
        properties = {
          title  = "P3 bucket-denied"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.buckets), 0, min(30, length(local.buckets))) : [[
            "AWS/S3",
            "4xxErrors",
            "BucketName",
            local.buckets[key],
            "FilterId",
            "EntireBucket",
            { stat = "Average", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0.2 }] }
        }
      } if on],
    )
    registry = concat(
      [for on in [local.registry] : {
        type = "metric"
        properties = {
          title  = "P3 critical-finding"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/Events",
            "TriggeredRules",
            "RuleName",
            aws_cloudwatch_event_rule.this["registry-critical-finding"].name,
            { stat = "Sum", label = "critical-finding" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
    )
    secrets = concat(
      [for on in [local.secrets] : {
        type = "metric"
        properties = {
          title  = "P2 rotation-failed"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/Events",
            "TriggeredRules",
            "RuleName",
            aws_cloudwatch_event_rule.this["secrets-rotation-failed"].name,
            { stat = "Sum", label = "rotation-failed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
    )
    encryption = concat(
      [for on in [local.keys] : {
        type = "metric"
        properties = {
          title  = "P1 key-disabled"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/Events",
            "TriggeredRules",
            "RuleName",
            aws_cloudwatch_event_rule.this["encryption-key-disabled"].name,
            { stat = "Sum", label = "key-disabled" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
    )
    logging = concat(
      [for on in [local.search_domain] : {
        type = "metric"
        properties = {
          title  = "P2 red"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = [[
            "AWS/ES",
            "ClusterStatus.red",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Maximum", label = "red" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.search_domain] : {
        type = "metric"
        properties = {
          title  = "P3 yellow"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/ES",
            "ClusterStatus.yellow",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Maximum", label = "yellow" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.search_domain] : {
        type = "metric"
        properties = {
          title  = "P2 writes-blocked"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/ES",
            "ClusterIndexWritesBlocked",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Maximum", label = "writes-blocked" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.search_domain] : {
        type = "metric"
        properties = {
          title  = "P2 storage"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/ES",
            "FreeStorageSpace",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Minimum", label = "storage" },
          ]]
        }
      } if on],
      [for on in [local.search_domain] : {
        type = "metric"
        properties = {
          title  = "P3 memory"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = [[
            "AWS/ES",
            "JVMMemoryPressure",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Maximum", label = "memory" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 95 }] }
        }
      } if on],
      [for on in [local.search_domain] : {
        type = "metric"
        properties = {
          title  = "P3 cpu"
          region = var.region
          view   = "timeSeries"
          period = 900
          metrics = [[
            "AWS/ES",
            "CPUUtilization",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Average", label = "cpu" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 80 }] }
        }
      } if on],
      [for on in [local.search_domain] : {
        type = "metric"
        properties = {
          title  = "P3 snapshot-failed"
          region = var.region
          view   = "timeSeries"
          period = 3600
          metrics = [[
            "AWS/ES",
            "AutomatedSnapshotFailure",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Maximum", label = "snapshot-failed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.search_domain] : {
        type = "metric"
        properties = {
          title  = "P1 key"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = [[
            "AWS/ES",
            "KMSKeyInaccessible",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Maximum", label = "key" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.search_masters] : {
        type = "metric"
        properties = {
          title  = "P2 masters"
          region = var.region
          view   = "timeSeries"
          period = 60
          metrics = [[
            "AWS/ES",
            "MasterReachableFromNode",
            "ClientId",
            var.account,
            "DomainName",
            var.search_domain_name,
            { stat = "Minimum", label = "masters" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
    )
    backup = concat(
      [for on in [local.backup_vault] : {
        type = "metric"
        properties = {
          title  = "P2 job-failed"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/Events",
            "TriggeredRules",
            "RuleName",
            aws_cloudwatch_event_rule.this["backup-job-failed"].name,
            { stat = "Sum", label = "job-failed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [local.backup_copies] : {
        type = "metric"
        properties = {
          title  = "P2 copy-failed"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/Events",
            "TriggeredRules",
            "RuleName",
            aws_cloudwatch_event_rule.this["backup-copy-failed"].name,
            { stat = "Sum", label = "copy-failed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [local.backup_tests] : {
        type = "metric"
        properties = {
          title  = "P3 restore-failed"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/Events",
            "TriggeredRules",
            "RuleName",
            aws_cloudwatch_event_rule.this["backup-restore-failed"].name,
            { stat = "Sum", label = "restore-failed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [local.backup_daily] : {
        type = "metric"
        properties = {
          title  = "P3 none-completed"
          region = var.region
          view   = "timeSeries"
          period = 86400
          metrics = [[
            "AWS/Backup",
            "NumberOfBackupJobsCompleted",
            "BackupVaultName",
            var.backup_vault_name,
            { stat = "Sum", label = "none-completed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
      [for on in [local.backup_vault] : {
        type = "metric"
        properties = {
          title  = "P2 vault-changed"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/Events",
            "TriggeredRules",
            "RuleName",
            aws_cloudwatch_event_rule.this["backup-vault-changed"].name,
            { stat = "Sum", label = "vault-changed" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
    )
    recovery = concat(
      [for on in [length(local.replicated_buckets) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 replication-lag"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.replicated_buckets), 0, min(30, length(local.replicated_buckets))) : [[
            "AWS/S3",
            "ReplicationLatency",
            "SourceBucket",
            local.replicated_buckets[key].source,
            "DestinationBucket",
            local.replicated_buckets[key].target,
            "RuleId",
            "standby",
            { stat = "Maximum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 900 }] }
        }
      } if on],
      [for on in [length(local.replicated_buckets) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 replication-failed"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.replicated_buckets), 0, min(30, length(local.replicated_buckets))) : [[
            "AWS/S3",
            "OperationsFailedReplication",
            "SourceBucket",
            local.replicated_buckets[key].source,
            "DestinationBucket",
            local.replicated_buckets[key].target,
            "RuleId",
            "standby",
            { stat = "Sum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
    )
    edge = concat(
      [for on in [local.distribution] : {
        type = "metric"
        properties = {
          title  = "P1 down"
          region = "us-east-1"
          view   = "timeSeries"
          period = 60
          metrics = [[
            "AWS/CloudFront",
            "5xxErrorRate",
            "DistributionId",
            local.watched["distribution"],
            "Region",
            "Global",
            { stat = "Average", label = "down" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 50 }] }
        }
      } if on],
      [for on in [local.distribution] : {
        type = "metric"
        properties = {
          title  = "P2 errors"
          region = "us-east-1"
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/CloudFront",
            "5xxErrorRate",
            "DistributionId",
            local.watched["distribution"],
            "Region",
            "Global",
            { stat = "Average", label = "errors" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 5 }] }
        }
      } if on],
      [for on in [local.distribution] : {
        type = "metric"
        properties = {
          title  = "P3 refused"
          region = "us-east-1"
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/CloudFront",
            "4xxErrorRate",
            "DistributionId",
            local.watched["distribution"],
            "Region",
            "Global",
            { stat = "Average", label = "refused" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 25 }] }
        }
      } if on],
      [for on in [local.measured_distribution] : {
        type = "metric"
        properties = {
          title  = "P3 origin-latency"
          region = "us-east-1"
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/CloudFront",
            "OriginLatency",
            "DistributionId",
            local.watched["distribution"],
            "Region",
            "Global",
            { stat = "Average", label = "origin-latency" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 3000 }] }
        }
      } if on],
      [for on in [local.firewall] : {
        type = "metric"
        properties = {
          title  = "P3 blocked"
          region = "us-east-1"
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/WAFV2",
            "BlockedRequests",
            "Rule",
            "ALL",
            "WebACL",
            local.watched["firewall"],
            { stat = "Sum", label = "blocked" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1000 }] }
        }
      } if on],
      [for on in [local.counting_firewall] : {
        type = "metric"
        properties = {
          title  = "P4 counted"
          region = "us-east-1"
          view   = "timeSeries"
          period = 300
          metrics = [[
            "AWS/WAFV2",
            "CountedRequests",
            "Rule",
            "ALL",
            "WebACL",
            local.watched["firewall"],
            { stat = "Sum", label = "counted" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1000 }] }
        }
      } if on],
      [for on in [local.latch] : {
        type = "metric"
        properties = {
          title  = "P2 names-switched"
          region = "us-east-1"
          view   = "timeSeries"
          period = 60
          metrics = [[
            "AWS/Route53",
            "HealthCheckStatus",
            "HealthCheckId",
            local.watched["latch"],
            { stat = "Minimum", label = "names-switched" },
          ]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
        }
      } if on],
    )
    apps = concat(
      [for on in [length(local.addresses) > 0] : {
        type = "metric"
        properties = {
          title  = "P1 unreachable"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.addresses), 0, min(30, length(local.addresses))) : [[
            "CloudWatchSynthetics",
            "SuccessPercent",
            "CanaryName",
            "${var.environment}-${key}",
            { stat = "Average", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 90 }] }
        }
      } if on],
      [for on in [length(local.apps) > 0] : {
        type = "metric"
        properties = {
          title  = "P1 critical"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.apps), 0, min(30, length(local.apps))) : [[
            "Mendix/${var.environment}",
            "${key}-critical",
            { stat = "Sum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 0 }] }
        }
      } if on],
      [for on in [length(local.apps) > 0] : {
        type = "metric"
        properties = {
          title  = "P2 errors"
          region = var.region
          view   = "timeSeries"
          period = 300
          metrics = concat([for index, key in slice(keys(local.apps), 0, min(30, length(local.apps))) : [[
            "Mendix/${var.environment}",
            "${key}-errors",
            { stat = "Sum", label = key },
          ]]]...)
          annotations = { horizontal = [{ label = "alarm", value = 100 }] }
        }
      } if on],
    )
  }

  # Those of the areas that are on, in rows of three.
  dashboards = {
    for area, shown in local.widgets : area => [
      for index, widget in shown : merge(widget, {
        x      = index % 3 * 8
        y      = floor(index / 3) * 6
        width  = 8
        height = 6
      })
    ] if var.dashboards && length(shown) > 0
  }
}

# What an area's alarms read.
resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.dashboards

  dashboard_name = "${var.environment}-${each.key}"
  dashboard_body = jsonencode({ widgets = each.value })
}

locals {
  # All alarms of each area.
  alarm_arns = {
    network = concat(
      values(aws_cloudwatch_metric_alarm.network_nat_ports)[*].arn,
      values(aws_cloudwatch_metric_alarm.network_nat_drops)[*].arn,
      values(aws_cloudwatch_metric_alarm.network_nat_connections)[*].arn,
      aws_cloudwatch_metric_alarm.network_flow_logs_silent[*].arn,
      aws_cloudwatch_metric_alarm.network_database_refused[*].arn,
    )
    ingress = concat(
      values(aws_cloudwatch_metric_alarm.ingress_no_target)[*].arn,
      values(aws_cloudwatch_metric_alarm.ingress_targets_unhealthy)[*].arn,
      aws_cloudwatch_metric_alarm.ingress_target_resets[*].arn,
      aws_cloudwatch_metric_alarm.ingress_ports[*].arn,
      aws_cloudwatch_metric_alarm.ingress_client_tls[*].arn,
      aws_cloudwatch_metric_alarm.ingress_target_tls[*].arn,
      aws_cloudwatch_metric_alarm.ingress_blocked[*].arn,
      aws_cloudwatch_metric_alarm.ingress_udp_silent[*].arn,
      values(aws_cloudwatch_metric_alarm.ingress_certificate_expiring)[*].arn,
      values(aws_cloudwatch_metric_alarm.ingress_certificate_expired)[*].arn,
    )
    cluster = concat(
      aws_cloudwatch_metric_alarm.cluster_api_down[*].arn,
      aws_cloudwatch_metric_alarm.cluster_api_errors[*].arn,
      aws_cloudwatch_metric_alarm.cluster_pods_pending[*].arn,
      aws_cloudwatch_metric_alarm.cluster_storage[*].arn,
      values(aws_cloudwatch_metric_alarm.cluster_nodes_missing)[*].arn,
      values(aws_cloudwatch_metric_alarm.cluster_nodes_at_maximum)[*].arn,
      values(aws_cloudwatch_metric_alarm.cluster_node_status)[*].arn,
      values(aws_cloudwatch_metric_alarm.cluster_node_disk_operations)[*].arn,
      values(aws_cloudwatch_metric_alarm.cluster_node_disk_throughput)[*].arn,
      aws_cloudwatch_metric_alarm.cluster_nodes_failed[*].arn,
      aws_cloudwatch_metric_alarm.cluster_node_cpu[*].arn,
      aws_cloudwatch_metric_alarm.cluster_node_memory[*].arn,
      aws_cloudwatch_metric_alarm.cluster_node_disk[*].arn,
      aws_cloudwatch_metric_alarm.cluster_crash_loop[*].arn,
      aws_cloudwatch_metric_alarm.cluster_agent_silent[*].arn,
    )
    database = concat(
      values(aws_cloudwatch_metric_alarm.database_down)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_storage_full)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_storage)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_cpu)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_memory)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_connections)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_read_latency)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_write_latency)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_queue)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_burst_operations)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_burst_throughput)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_load)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_replica_lag)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_replica_broken)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_transactions)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_wraparound)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_slot_lag)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_log_size)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_binary_log_size)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_oracle_errors)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_proxy_wait)[*].arn,
      values(aws_cloudwatch_metric_alarm.database_proxy_refused)[*].arn,
    )
    storage = concat(
      aws_cloudwatch_metric_alarm.storage_snapshots_failed[*].arn,
      values(aws_cloudwatch_metric_alarm.storage_bucket_errors)[*].arn,
      values(aws_cloudwatch_metric_alarm.storage_bucket_denied)[*].arn,
    )
    registry = concat(
      aws_cloudwatch_metric_alarm.registry_critical_finding[*].arn,
    )
    secrets = concat(
      aws_cloudwatch_metric_alarm.secrets_rotation_failed[*].arn,
    )
    encryption = concat(
      aws_cloudwatch_metric_alarm.encryption_key_disabled[*].arn,
    )
    logging = concat(
      aws_cloudwatch_metric_alarm.logging_red[*].arn,
      aws_cloudwatch_metric_alarm.logging_yellow[*].arn,
      aws_cloudwatch_metric_alarm.logging_writes_blocked[*].arn,
      aws_cloudwatch_metric_alarm.logging_storage[*].arn,
      aws_cloudwatch_metric_alarm.logging_memory[*].arn,
      aws_cloudwatch_metric_alarm.logging_cpu[*].arn,
      aws_cloudwatch_metric_alarm.logging_snapshot_failed[*].arn,
      aws_cloudwatch_metric_alarm.logging_key[*].arn,
      aws_cloudwatch_metric_alarm.logging_masters[*].arn,
    )
    backup = concat(
      aws_cloudwatch_metric_alarm.backup_job_failed[*].arn,
      aws_cloudwatch_metric_alarm.backup_copy_failed[*].arn,
      aws_cloudwatch_metric_alarm.backup_restore_failed[*].arn,
      aws_cloudwatch_metric_alarm.backup_none_completed[*].arn,
      aws_cloudwatch_metric_alarm.backup_vault_changed[*].arn,
    )
    recovery = concat(
      values(aws_cloudwatch_metric_alarm.recovery_replication_lag)[*].arn,
      values(aws_cloudwatch_metric_alarm.recovery_replication_failed)[*].arn,
    )
    edge = concat(
      coalesce(var.edge_alarm_arns, []),
    )
    apps = concat(
      values(aws_cloudwatch_metric_alarm.apps_unreachable)[*].arn,
      values(aws_cloudwatch_metric_alarm.apps_critical)[*].arn,
      values(aws_cloudwatch_metric_alarm.apps_errors)[*].arn,
    )
  }
}

# The state of every alarm, area by area.
resource "aws_cloudwatch_dashboard" "overview" {
  count = var.dashboards ? 1 : 0

  dashboard_name = "${var.environment}-overview"
  dashboard_body = jsonencode({
    widgets = flatten([
      for area, arns in local.alarm_arns : [
        for part in chunklist(arns, 100) : {
          type       = "alarm"
          width      = 24
          height     = 6
          properties = { title = area, alarms = part }
        }
      ]
    ])
  })
}

################################################################################
# Queries
################################################################################

# A query over the applications' logs; the console shows it in a folder of the environment.
resource "aws_cloudwatch_query_definition" "this" {
  for_each = var.queries

  name            = "${var.environment}/${each.key}"
  query_string    = each.value
  log_group_names = length(aws_cloudwatch_log_group.apps) > 0 ? sort(values(aws_cloudwatch_log_group.apps)[*].name) : null
}
