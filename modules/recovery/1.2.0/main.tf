locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "recovery" })

  # Where the standby is; null without one.
  standby = one([for name in var.standby[*] : merge(var.neighbours[name], { name = name })])

  # Where the primary is; null in an environment that stands by for none.
  primary = one([for name in var.primary[*] : merge(var.neighbours[name], { name = name })])
}

################################################################################
# Buckets
################################################################################

locals {
  # Each bucket, and the one of the standby that takes its objects.
  replicas = merge([
    for it in local.standby[*] :
    {
      for name, bucket in var.bucket_names :
      name => {
        source = bucket
        target = join("", ["arn:", var.partition, ":s3:::", it.name, "-", it.account, "-", name])
      }
    }
    if var.replicate_buckets
  ]...)

  # The standby's key by its alias, which is known beforehand.
  replica_key_arn = one([
    for it in local.standby[*] :
    join(":", ["arn", var.partition, "kms", it.region, it.account, "alias/${it.name}-storage"])
  ])
}

# What S3 works as when it replicates.
resource "aws_iam_role" "replication" {
  count = length(local.replicas) > 0 ? 1 : 0

  name        = "${var.environment}-replication"
  description = "Replicates the buckets of ${var.environment}."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = concat(["arn:${var.partition}:s3:::${var.environment}-*"], var.named_bucket_arns)
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-replication" })
}

# Read here, and write there, with the key of either side.
resource "aws_iam_role_policy" "replication" {
  count = length(local.replicas) > 0 ? 1 : 0

  name = "replicate"
  role = aws_iam_role.replication[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadTheRule"
        Effect = "Allow"
        Action = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = [
          for it in local.replicas :
          "arn:${var.partition}:s3:::${it.source}"
        ]
      },
      {
        Sid    = "ReadVersions"
        Effect = "Allow"
        Action = [
          "s3:GetObjectLegalHold",
          "s3:GetObjectRetention",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionTagging",
        ]
        Resource = [for it in local.replicas : "arn:${var.partition}:s3:::${it.source}/*"]
      },
      {
        Sid      = "WriteReplicas"
        Effect   = "Allow"
        Action   = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = [for it in local.replicas : "${it.target}/*"]
      },
      {
        Sid       = "ReadWithTheKeyHere"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.storage_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "WriteWithTheKeyThere"
        Effect   = "Allow"
        Action   = ["kms:Encrypt", "kms:GenerateDataKey"]
        Resource = "arn:${var.partition}:kms:${local.standby.region}:${var.account}:key/*"
        Condition = {
          StringEquals               = { "kms:ViaService" = "s3.${local.standby.region}.amazonaws.com" }
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${local.standby.name}-storage" }
        }
      },
    ]
  })
}

# Every object that is written from now on, encrypted with the standby's own key; what was there before needs a
# batch job. Deletions are replicated as markers, never as the removal of a version.
resource "aws_s3_bucket_replication_configuration" "this" {
  for_each = local.replicas

  bucket = each.value.source
  role   = aws_iam_role.replication[0].arn

  rule {
    id       = "standby"
    status   = "Enabled"
    priority = 0

    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }

    destination {
      bucket        = each.value.target
      storage_class = "STANDARD"

      encryption_configuration {
        replica_kms_key_id = local.replica_key_arn
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

  depends_on = [aws_iam_role_policy.replication]
}

################################################################################
# Backups of the primary's databases
################################################################################

locals {
  # The primary's databases, by the names that every environment gives its own.
  sources = merge([
    for it in local.primary[*] :
    {
      for name, here in coalesce(var.instance_identifiers, {}) :
      name => join(":", ["arn", var.partition, "rds", it.region, it.account, "db", "${it.name}-${name}"])
    }
  ]...)
}

# Snapshots and logs of the primary's databases, some minutes old, from which they are restored here.
resource "aws_db_instance_automated_backups_replication" "this" {
  for_each = local.sources

  source_db_instance_arn = each.value
  kms_key_id             = var.database_key_arn
  retention_period       = var.backup_days
}

################################################################################
# Names
################################################################################

locals {
  # The applications' names, and what leads to each in the standby; a hostname outside of the domain is not ours.
  names = merge([
    for it in local.standby[*] :
    {
      for app, facts in var.apps :
      app => {
        name    = "${app}.${var.domain}"
        standby = "${app}.${it.domain}"
      }
      if facts.hostname == null
    }
    if var.failover == "dns" && it.domain != ""
  ]...)
}

# Nothing behind the load balancer can serve.
resource "aws_cloudwatch_metric_alarm" "this" {
  count = length(local.names) > 0 ? 1 : 0

  alarm_name        = "${var.environment}-recovery-no-targets"
  alarm_description = join(" ", compact(["Nothing behind the load balancer can serve.", var.rpo_minutes == null ? "" : "RPO ${var.rpo_minutes} minutes.", var.rto_minutes == null ? "" : "RTO ${var.rto_minutes} minutes."]))
  namespace         = "AWS/NetworkELB"
  metric_name       = "HealthyHostCount"
  dimensions = {
    LoadBalancer = var.load_balancer_arn_suffix
    TargetGroup  = var.target_group_arn_suffixes[tostring(var.alarm_port)]
  }
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "breaching"
  alarm_actions       = [for it in var.topic_arns[*] : it.p1]
  ok_actions          = [for it in var.topic_arns[*] : it.p1]

  tags = merge(local.tags, { Name = "${var.environment}-recovery-no-targets" })
}

# Turned over by mendixctl recovery failover, and back by failback; both are no change of this file.
resource "aws_route53_health_check" "latch" {
  for_each = toset(length(local.names) > 0 ? [var.automatic ? "automatic" : "manual"] : [])

  type                            = "CLOUDWATCH_METRIC"
  cloudwatch_alarm_name           = aws_cloudwatch_metric_alarm.this[0].alarm_name
  cloudwatch_alarm_region         = var.region
  insufficient_data_health_status = "LastKnownStatus"
  disabled                        = each.key == "manual"

  tags = merge(local.tags, {
    Name = "${var.environment}-recovery-latch"
    mode = each.key
  })

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [disabled, invert_healthcheck]
  }
}

# Leads here as long as the latch lets it.
resource "aws_route53_record" "primary" {
  for_each = local.names

  zone_id         = var.zone_id
  name            = each.value.name
  type            = "CNAME"
  ttl             = 60
  records         = [var.load_balancer_dns_name]
  set_identifier  = "primary"
  health_check_id = one(values(aws_route53_health_check.latch)).id

  failover_routing_policy {
    type = "PRIMARY"
  }
}

# Leads to the standby from then on.
resource "aws_route53_record" "standby" {
  for_each = local.names

  zone_id        = var.zone_id
  name           = each.value.name
  type           = "CNAME"
  ttl            = 60
  records        = [each.value.standby]
  set_identifier = "standby"

  failover_routing_policy {
    type = "SECONDARY"
  }
}

################################################################################
# Servers beside the cluster
################################################################################

# Replication servers: agents write to them, and they reach AWS.
resource "aws_security_group" "replication" {
  count = var.elastic_disaster_recovery && local.primary != null ? 1 : 0

  name        = "${var.environment}-replication-servers"
  description = "Replication servers of Elastic Disaster Recovery in ${var.environment}"
  vpc_id      = var.vpc_id

  tags = merge(local.tags, { Name = "${var.environment}-replication-servers" })
}

# To the services of AWS.
resource "aws_vpc_security_group_egress_rule" "replication" {
  count = var.elastic_disaster_recovery && local.primary != null ? 1 : 0

  security_group_id = aws_security_group.replication[0].id
  description       = "AWS services"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"

  tags = local.tags
}

# How servers that get an agent are replicated into this region. The service has to be initialised here first,
# once an account.
resource "aws_drs_replication_configuration_template" "this" {
  count = var.elastic_disaster_recovery && local.primary != null ? 1 : 0

  associate_default_security_group        = false
  bandwidth_throttling                    = 0
  create_public_ip                        = false
  data_plane_routing                      = "PRIVATE_IP"
  default_large_staging_disk_type         = "GP3"
  ebs_encryption                          = "CUSTOM"
  ebs_encryption_key_arn                  = var.storage_key_arn
  replication_server_instance_type        = "t3.small"
  replication_servers_security_groups_ids = [aws_security_group.replication[0].id]
  staging_area_subnet_id                  = values(var.staging_subnets)[0]
  staging_area_tags                       = { Name = "${var.environment}-replication" }
  use_dedicated_replication_server        = false

  pit_policy {
    enabled            = true
    interval           = 10
    retention_duration = 60
    units              = "MINUTE"
    rule_id            = 1
  }

  pit_policy {
    enabled            = true
    interval           = 1
    retention_duration = 24
    units              = "HOUR"
    rule_id            = 2
  }

  pit_policy {
    enabled            = true
    interval           = 1
    retention_duration = 3
    units              = "DAY"
    rule_id            = 3
  }

  tags = merge(local.tags, { Name = "${var.environment}-replication" })
}
