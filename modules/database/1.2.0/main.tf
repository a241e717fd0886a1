locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "database" })
}

################################################################################
# Instances and their engines
################################################################################

locals {
  # What the engines differ in: what they log, and what forces TLS. Oracle listens in clear text on a port that no
  # security group opens, and speaks TLS on the one that is open (see the option groups).
  engines = {
    postgres = {
      port          = 5432
      client_port   = 5432
      striped_from  = 400
      database_name = "mendix"
      logs          = ["postgresql", "upgrade"]
      parameters = {
        log_disconnections         = { value = "1", apply = "immediate" }
        log_lock_waits             = { value = "1", apply = "immediate" }
        log_min_duration_statement = { value = "1000", apply = "immediate" }
        log_statement              = { value = "ddl", apply = "immediate" }
      }
      forced = { "rds.force_ssl" = { value = "1", apply = "immediate" } }
    }
    mysql = {
      port          = 3306
      client_port   = 3306
      striped_from  = 400
      database_name = "mendix"
      logs          = ["error", "slowquery", "audit"]
      parameters = {
        log_output      = { value = "FILE", apply = "immediate" }
        long_query_time = { value = "1", apply = "immediate" }
        slow_query_log  = { value = "1", apply = "immediate" }
      }
      forced = {
        require_secure_transport = { value = "1", apply = "immediate" }
        tls_version              = { value = "TLSv1.2,TLSv1.3", apply = "pending-reboot" }
      }
    }
    oracle = {
      port          = 1522
      client_port   = 1521
      striped_from  = 200
      database_name = "ORCL"
      logs          = ["alert", "audit", "listener"]
      parameters    = { audit_trail = { value = "OS", apply = "pending-reboot" } }
      forced        = {}
    }
  }

  # Which of these each instance is.
  kinds = { for name, it in var.instances : name => split("-", it.engine)[0] }

  # What its engine gives each instance.
  defaults = { for name, kind in local.kinds : name => local.engines[kind] }

  # The part of the version that AWS never changes by itself: 17 of 17.6, 8.4 of 8.4.9.
  majors = {
    for name, it in var.instances :
    name => it.engine == "mysql" ? regex("^[0-9]+[.][0-9]+", it.version) : split(".", it.version)[0]
  }

  # What RDS calls that: postgres17, mysql8.4, oracle-se2-19.
  families = {
    for name, it in var.instances :
    name => "${it.engine}${local.kinds[name] == "oracle" ? "-" : ""}${local.majors[name]}"
  }

  # Whose licence it is where nothing is said; the other engines are free.
  licenses = {
    "oracle-se2"     = "license-included"
    "oracle-se2-cdb" = "license-included"
    "oracle-ee"      = "bring-your-own-license"
    "oracle-ee-cdb"  = "bring-your-own-license"
  }

  # Whether storage is so large that gp3 is striped over several volumes. It has more IOPS and throughput then,
  # which must be said: whoever grows storage into that size would ask for the former numbers otherwise, and RDS
  # refuses them.
  striped = {
    for name, it in var.instances :
    name => it.storage_type == "gp3" && it.storage_gb >= local.defaults[name].striped_from
  }

  # The instances, and what follows from their settings.
  instances = {
    for name, it in var.instances : name => merge(it, {
      identifier      = coalesce(it.name, "${var.environment}-${name}")
      kind            = local.kinds[name]
      major           = local.majors[name]
      family          = local.families[name]
      port            = local.defaults[name][it.oracle_encryption == "tls" ? "port" : "client_port"]
      client_port     = local.defaults[name].client_port
      parameter_group = "${var.environment}-${name}-${replace(local.families[name], ".", "-")}"
      iops            = it.iops == null && local.striped[name] ? 12000 : it.iops
      throughput      = it.throughput == null && local.striped[name] ? 500 : it.throughput
      license         = it.license == null ? lookup(local.licenses, it.engine, null) : it.license
      database_name   = coalesce(it.database_name, local.defaults[name].database_name)
      max_storage_gb  = coalesce(it.max_storage_gb, min(2 * it.storage_gb, 65536))
      minor_upgrades = coalesce(
        it.minor_upgrades,
        it.version == local.majors[name] ? "automatic" : "manual",
      )
      iam              = coalesce(it.iam_authentication, local.kinds[name] != "oracle")
      logs             = coalesce(it.logs, local.defaults[name].logs)
      insights_key_arn = it.performance_insights.enabled ? var.kms_key_arn : null
      insights_days    = it.performance_insights.enabled ? it.performance_insights.retention_days : null
      monitoring_role  = it.monitoring_interval == 0 ? null : aws_iam_role.monitoring.arn
    })
  }

  # The read replicas by the name of their source and a number; what is not said of them is as in the source.
  replicas = merge([
    for name, it in local.instances : {
      for number in range(1, it.replicas + 1) : "${name}-${number}" => merge(it, {
        source     = name
        identifier = "${it.identifier}-replica-${number}"
      })
    }
  ]...)
}

# Where the instances are: the subnets that have no way to the internet.
resource "aws_db_subnet_group" "this" {
  name        = coalesce(var.subnet_group, "${var.environment}-database")
  description = "Databases of ${var.environment}"
  subnet_ids  = var.database_subnet_ids

  tags = merge(local.tags, { Name = "${var.environment}-database" })
}

################################################################################
# Parameters and options
################################################################################

locals {
  # The parameters of each instance: the platform's, over them the YAML's, over all what forces TLS. Oracle 26ai
  # has unified auditing only.
  parameters = {
    for name, it in local.instances : name => {
      for key, parameter in merge(
        local.engines[it.kind].parameters,
        it.parameters,
        local.engines[it.kind].forced,
      ) : key => parameter if it.major != "26" || key != "audit_trail"
    }
  }
}

# A group for each instance, named after the engine's major version, so that an upgrade brings its own.
resource "aws_db_parameter_group" "this" {
  for_each = local.instances

  name        = each.value.parameter_group
  family      = each.value.family
  description = "Parameters of ${each.value.identifier}"

  dynamic "parameter" {
    for_each = local.parameters[each.key]

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.apply
    }
  }

  tags = merge(local.tags, { Name = each.value.identifier })

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # What an engine needs beside parameters: MySQL an audit log, Oracle the encryption of its connections.
  options = {
    mysql = {
      name               = "MARIADB_AUDIT_PLUGIN"
      port               = null
      security_group_ids = null
      settings           = { SERVER_AUDIT_EVENTS = "CONNECT,QUERY_DDL,QUERY_DCL" }
    }
    "oracle-tls" = {
      name               = "SSL"
      port               = 1521
      security_group_ids = [var.database_security_group_id]
      settings = {
        "SQLNET.SSL_VERSION"  = "1.2"
        "SQLNET.CIPHER_SUITE" = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
      }
    }
    "oracle-native" = {
      name               = "NATIVE_NETWORK_ENCRYPTION"
      port               = null
      security_group_ids = null
      settings = {
        "SQLNET.ENCRYPTION_SERVER"            = "REQUIRED"
        "SQLNET.ENCRYPTION_TYPES_SERVER"      = "AES256"
        "SQLNET.CRYPTO_CHECKSUM_SERVER"       = "REQUIRED"
        "SQLNET.CRYPTO_CHECKSUM_TYPES_SERVER" = "SHA512"
        "SQLNET.ALLOW_WEAK_CRYPTO"            = "FALSE"
        "SQLNET.ALLOW_WEAK_CRYPTO_CLIENTS"    = "FALSE"
      }
    }
  }
}

# PostgreSQL has no options. A group stays in AWS when its instance goes (it costs nothing), because RDS does
# not delete one that snapshots refer to; hence the prefix, which makes each name unique.
resource "aws_db_option_group" "this" {
  for_each = { for name, it in local.instances : name => it if it.kind != "postgres" }

  name_prefix              = "${each.value.parameter_group}-"
  engine_name              = each.value.engine
  major_engine_version     = each.value.major
  option_group_description = "Options of ${each.value.identifier}"
  skip_destroy             = true

  dynamic "option" {
    for_each = [local.options[each.value.kind == "mysql" ? "mysql" : "oracle-${each.value.oracle_encryption}"]]

    content {
      option_name                    = option.value.name
      port                           = option.value.port
      vpc_security_group_memberships = option.value.security_group_ids

      dynamic "option_settings" {
        for_each = option.value.settings

        content {
          name  = option_settings.key
          value = option_settings.value
        }
      }
    }
  }

  tags = merge(local.tags, { Name = each.value.identifier })

  lifecycle {
    create_before_destroy = true
  }
}

################################################################################
# Logs and monitoring
################################################################################

locals {
  # How long the logs of each instance and replica are kept, in days.
  log_groups = merge([
    for it in concat(values(local.instances), values(local.replicas)) : {
      for log in it.logs : "${it.identifier}/${log}" => it.log_retention_days
    }
  ]...)
}

# Where RDS puts logs. It would make the groups itself, but without encryption and for ever.
resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_groups

  name              = "/aws/rds/instance/${each.key}"
  retention_in_days = each.value
  kms_key_id        = var.logs_key_arn

  tags = local.tags
}

# What RDS works as when it delivers the measurements of the operating systems.
resource "aws_iam_role" "monitoring" {
  name        = "${var.environment}-database-monitoring"
  description = "RDS delivers enhanced monitoring of the environment's databases."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = concat(["arn:${var.partition}:rds:${var.region}:${var.account}:db:${var.environment}-*"], flatten([
            for it in values(var.instances) :
            ["arn:${var.partition}:rds:${var.region}:${var.account}:db:${it.name}", "arn:${var.partition}:rds:${var.region}:${var.account}:db:${it.name}-replica-*"]
            if it.name != null
          ]))
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = local.tags
}

# The one log group that RDS puts them in, for all instances of the account.
resource "aws_iam_role_policy" "monitoring" {
  name = "monitoring"
  role = aws_iam_role.monitoring.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "MakeTheLogGroup"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:PutRetentionPolicy"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:RDSOSMetrics*"
      },
      {
        Sid      = "FindLogStreams"
        Effect   = "Allow"
        Action   = "logs:DescribeLogStreams"
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:RDSOSMetrics:*"
      },
      {
        Sid      = "WriteLogStreams"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:GetLogEvents"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:RDSOSMetrics:log-stream:*"
      },
    ]
  })
}

locals {
  # The instances whose master password RDS does not manage: it makes no replica of one where it does.
  own_masters = { for name, it in local.instances : name => it if it.replicas > 0 }
}

################################################################################
# Instances
################################################################################

# The instances. Nothing that is said only once (where the data came from, names inside) ever replaces one; the
# final snapshot has the time of the instance's birth in its name, so that the next life has another.
resource "aws_db_instance" "this" {
  for_each = local.instances

  identifier                            = each.value.identifier
  engine                                = each.value.engine
  engine_version                        = each.value.version
  instance_class                        = each.value.class
  license_model                         = each.value.license
  db_name                               = each.value.restore_from == null ? each.value.database_name : null
  username                              = "mendix_admin"
  manage_master_user_password           = each.value.replicas == 0 ? true : null
  master_user_secret_kms_key_id         = each.value.replicas == 0 ? var.secrets_key_arn : null
  password_wo                           = each.value.replicas == 0 ? null : substr(sha256(uuid()), 0, 30)
  password_wo_version                   = each.value.replicas == 0 ? null : 1
  iam_database_authentication_enabled   = each.value.iam
  allocated_storage                     = each.value.storage_gb
  max_allocated_storage                 = each.value.max_storage_gb
  storage_type                          = each.value.storage_type
  iops                                  = each.value.iops
  storage_throughput                    = each.value.throughput
  storage_encrypted                     = true
  kms_key_id                            = var.kms_key_arn
  multi_az                              = each.value.multi_az
  db_subnet_group_name                  = aws_db_subnet_group.this.name
  vpc_security_group_ids                = [var.database_security_group_id]
  publicly_accessible                   = false
  port                                  = each.value.port
  ca_cert_identifier                    = each.value.certificate_authority
  parameter_group_name                  = aws_db_parameter_group.this[each.key].name
  option_group_name                     = each.value.kind == "postgres" ? null : aws_db_option_group.this[each.key].name
  backup_retention_period               = each.value.backup_retention_days
  backup_window                         = each.value.backup_window
  copy_tags_to_snapshot                 = true
  delete_automated_backups              = false
  skip_final_snapshot                   = !each.value.final_snapshot
  final_snapshot_identifier             = "${each.value.identifier}-final-${formatdate("YYYYMMDDhhmmss", plantimestamp())}"
  deletion_protection                   = each.value.deletion_protection && !var.teardown
  maintenance_window                    = each.value.maintenance_window
  apply_immediately                     = each.value.apply == "immediately"
  auto_minor_version_upgrade            = each.value.minor_upgrades == "automatic"
  allow_major_version_upgrade           = true
  enabled_cloudwatch_logs_exports       = each.value.logs
  monitoring_interval                   = each.value.monitoring_interval
  monitoring_role_arn                   = each.value.monitoring_role
  performance_insights_enabled          = each.value.performance_insights.enabled
  performance_insights_kms_key_id       = each.value.insights_key_arn
  performance_insights_retention_period = each.value.insights_days
  database_insights_mode                = each.value.performance_insights.advanced ? "advanced" : "standard"
  snapshot_identifier                   = try(each.value.restore_from.snapshot, null)

  timeouts {
    create = "3h"
    update = "3h"
    delete = "2h"
  }

  dynamic "restore_to_point_in_time" {
    for_each = [for source in each.value.restore_from[*] : source if source.snapshot == null]

    content {
      source_db_instance_identifier            = restore_to_point_in_time.value.instance == null ? null : local.instances[restore_to_point_in_time.value.instance].identifier
      source_dbi_resource_id                   = restore_to_point_in_time.value.resource_id
      source_db_instance_automated_backups_arn = restore_to_point_in_time.value.backup_arn
      restore_time                             = restore_to_point_in_time.value.time
      use_latest_restorable_time               = restore_to_point_in_time.value.time == null ? true : null
    }
  }

  tags = merge(local.tags, { Name = each.value.identifier })

  lifecycle {
    ignore_changes = [db_name, final_snapshot_identifier, kms_key_id, restore_to_point_in_time, snapshot_identifier, username]
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.monitoring]
}

# Read replicas: the source's engine, storage and key. A backup of each day, so that one that is promoted can be
# restored from its first hour on. Nothing protects them from deletion (their source has all that they have), or
# replicas could not be lowered; RDS makes no final snapshot of one either.
resource "aws_db_instance" "replica" {
  for_each = local.replicas

  identifier                            = each.value.identifier
  replicate_source_db                   = aws_db_instance.this[each.value.source].identifier
  instance_class                        = coalesce(each.value.replica_class, each.value.class)
  max_allocated_storage                 = each.value.max_storage_gb
  storage_type                          = each.value.storage_type
  iops                                  = each.value.iops
  storage_throughput                    = each.value.throughput
  storage_encrypted                     = true
  multi_az                              = each.value.replica_multi_az
  iam_database_authentication_enabled   = each.value.iam
  vpc_security_group_ids                = [var.database_security_group_id]
  publicly_accessible                   = false
  port                                  = each.value.port
  ca_cert_identifier                    = each.value.certificate_authority
  parameter_group_name                  = aws_db_parameter_group.this[each.value.source].name
  backup_retention_period               = 1
  backup_window                         = each.value.backup_window
  copy_tags_to_snapshot                 = true
  delete_automated_backups              = false
  skip_final_snapshot                   = true
  deletion_protection                   = false
  maintenance_window                    = each.value.maintenance_window
  apply_immediately                     = each.value.apply == "immediately"
  auto_minor_version_upgrade            = each.value.minor_upgrades == "automatic"
  enabled_cloudwatch_logs_exports       = each.value.logs
  monitoring_interval                   = each.value.monitoring_interval
  monitoring_role_arn                   = each.value.monitoring_role
  performance_insights_enabled          = each.value.performance_insights.enabled
  performance_insights_kms_key_id       = each.value.insights_key_arn
  performance_insights_retention_period = each.value.insights_days
  database_insights_mode                = each.value.performance_insights.advanced ? "advanced" : "standard"

  timeouts {
    create = "3h"
    update = "3h"
    delete = "2h"
  }

  tags = merge(local.tags, { Name = each.value.identifier })

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.monitoring]
}

################################################################################
# Master passwords
################################################################################

# RDS makes the password, keeps it in a secret of its own and renews it; it stands in no state. This says how
# often.
resource "aws_secretsmanager_secret_rotation" "master" {
  for_each = { for name, it in local.instances : name => it if it.replicas == 0 }

  secret_id          = try(aws_db_instance.this[each.key].master_user_secret[0].secret_arn, uuid())
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = each.value.password_rotation_days
  }
}

# The masters of instances with replicas. The prefix makes each name unique: a deleted one is taken for a week.
resource "aws_secretsmanager_secret" "master" {
  for_each = local.own_masters

  name_prefix             = "${var.environment}/database/${each.key}-"
  description             = "Master user of ${each.value.identifier}"
  kms_key_id              = var.secrets_key_arn
  recovery_window_in_days = var.teardown ? 0 : 7

  tags = merge(local.tags, {
    Name           = "${var.environment}/database/${each.key}"
    instance       = each.value.identifier
    "value-length" = 30
  })
}

# The first value, which never was a password: the function's first rotation sets that. Its own label keeps this
# version when newer ones come: were it removed, the next apply would put it again.
resource "aws_secretsmanager_secret_version" "first" {
  for_each = aws_secretsmanager_secret.master

  secret_id                = each.value.id
  secret_string_wo         = jsonencode({ username = "mendix_admin", password = substr(sha256(uuid()), 0, 30) })
  secret_string_wo_version = 1
  version_stages           = ["FIRST"]

  lifecycle {
    ignore_changes = [version_stages]
  }
}

# Who deploys reads the first value, as Terraform does at every plan, and no password.
resource "aws_secretsmanager_secret_policy" "master" {
  for_each = aws_secretsmanager_secret.master

  secret_arn          = each.value.arn
  block_public_policy = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DeployersReadNoPassword"
      Effect    = "Deny"
      Principal = "*"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
      Condition = {
        ArnLike = { "aws:PrincipalArn" = "arn:${var.partition}:iam::${var.account}:role/*-deployer" }
        StringNotEquals = {
          "secretsmanager:VersionId" = aws_secretsmanager_secret_version.first[each.key].version_id
        }
      }
    }]
  })
}

locals {
  # Whether there is a function: one for all of them.
  rotation_count = length(local.own_masters) > 0 ? 1 : 0
}

# What the function did; never a password.
resource "aws_cloudwatch_log_group" "rotation" {
  count = local.rotation_count

  name              = "/aws/lambda/${var.environment}-rotate-database-master"
  retention_in_days = 365
  kms_key_id        = var.logs_key_arn

  tags = local.tags
}

# What the function works as.
resource "aws_iam_role" "rotation" {
  count = local.rotation_count

  name        = "${var.environment}-rotate-database-master"
  description = "Renews the master passwords of databases of ${var.environment} that have replicas."
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

  tags = local.tags
}

# These secrets and their key, the passwords of these instances, its log, and the topic for what failed.
resource "aws_iam_role_policy" "rotation" {
  count = local.rotation_count

  name = "rotation"
  role = aws_iam_role.rotation[0].id
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
        Resource = values(aws_secretsmanager_secret.master)[*].arn
      },
      {
        Sid      = "MakeRandomPasswords"
        Effect   = "Allow"
        Action   = "secretsmanager:GetRandomPassword"
        Resource = "*"
      },
      {
        Sid    = "SetPasswords"
        Effect = "Allow"
        Action = ["rds:DescribeDBInstances", "rds:ModifyDBInstance"]
        Resource = [
          for name in keys(aws_secretsmanager_secret.master) :
          aws_db_instance.this[name].arn
        ]
      },
      {
        Sid       = "UseTheKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.secrets_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.rotation[0].arn}:*"
      },
      {
        Sid      = "TellFailures"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.this.arn
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

# Renews a password in the four steps of Secrets Manager, by RDS's own interface. Its code, rotate_master.py, is
# all that is in the archive.
resource "aws_lambda_function" "rotation" {
  count = local.rotation_count

  function_name    = "${var.environment}-rotate-database-master"
  description      = "Renews master passwords of databases of ${var.environment}"
  filename         = "${path.module}/rotate_master.zip"
  source_code_hash = filebase64sha256("${path.module}/rotate_master.zip")
  handler          = "rotate_master.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 128
  timeout          = 300
  role             = aws_iam_role.rotation[0].arn

  dead_letter_config {
    target_arn = aws_sns_topic.this.arn
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.rotation[0].name
  }

  tracing_config {
    mode = "Active"
  }

  tags = local.tags

  depends_on = [aws_iam_role_policy.rotation]
}

# Secrets Manager calls it, for secrets of this account only.
resource "aws_lambda_permission" "rotation" {
  count = local.rotation_count

  statement_id   = "SecretsManager"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.rotation[0].function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = var.account
}

# A step of a rotation failed: the master has its former password, or is given the new one by the next try.
resource "aws_cloudwatch_metric_alarm" "rotation" {
  count = local.rotation_count

  alarm_name          = "${var.environment}-database-rotation-errors"
  alarm_description   = "The master password of a database with replicas was not renewed."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.rotation[0].function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]

  tags = local.tags
}

# When such a password is renewed: at once, so that the first one is never in use for long, and then regularly.
# Not while replicas are being made, since RDS changes nothing of their source then.
resource "aws_secretsmanager_secret_rotation" "source" {
  for_each = local.own_masters

  secret_id           = aws_secretsmanager_secret.master[each.key].id
  rotation_lambda_arn = aws_lambda_function.rotation[0].arn
  rotate_immediately  = true

  rotation_rules {
    automatically_after_days = each.value.password_rotation_days
  }

  depends_on = [aws_secretsmanager_secret_version.first, aws_lambda_permission.rotation, aws_secretsmanager_secret_policy.master, aws_db_instance.replica]
}

locals {
  # The secret of each master, whoever keeps it.
  master_secret_arns = {
    for name, it in local.instances :
    name => it.replicas > 0 ? aws_secretsmanager_secret.master[name].arn : try(aws_db_instance.this[name].master_user_secret[0].secret_arn, uuid())
  }
}

################################################################################
# Proxies
################################################################################

locals {
  # The instances that have a proxy.
  proxies = { for name, it in local.instances : name => it if it.proxy != null }
}

# The proxies, in the subnets of the nodes: those of the databases let nothing out.
resource "aws_security_group" "proxy" {
  count = length(local.proxies) > 0 ? 1 : 0

  name_prefix            = "${var.environment}-database-proxy-"
  description            = "RDS proxies: nodes in, databases out"
  vpc_id                 = var.vpc_id
  revoke_rules_on_delete = true

  tags = merge(local.tags, { Name = "${var.environment}-database-proxy" })

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # The ports of the engines that have proxies, by engine.
  proxy_ports = { for name, it in local.proxies : it.kind => it.client_port... }
}

# Outbound: applications to database proxies.
resource "aws_vpc_security_group_egress_rule" "nodes_to_proxy" {
  for_each = local.proxy_ports

  security_group_id            = var.nodes_security_group_id
  description                  = "Applications to database proxies"
  referenced_security_group_id = aws_security_group.proxy[0].id
  ip_protocol                  = "tcp"
  from_port                    = each.value[0]
  to_port                      = each.value[0]

  tags = local.tags
}

# Inbound: applications to database proxies.
resource "aws_vpc_security_group_ingress_rule" "nodes_to_proxy" {
  for_each = local.proxy_ports

  security_group_id            = aws_security_group.proxy[0].id
  description                  = "Applications to database proxies"
  referenced_security_group_id = var.nodes_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value[0]
  to_port                      = each.value[0]

  tags = local.tags
}

# Outbound: database proxies to databases.
resource "aws_vpc_security_group_egress_rule" "proxy_to_database" {
  for_each = local.proxy_ports

  security_group_id            = aws_security_group.proxy[0].id
  description                  = "Database proxies to databases"
  referenced_security_group_id = var.database_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value[0]
  to_port                      = each.value[0]

  tags = local.tags
}

# Inbound: database proxies to databases.
resource "aws_vpc_security_group_ingress_rule" "proxy_to_database" {
  for_each = local.proxy_ports

  security_group_id            = var.database_security_group_id
  description                  = "Database proxies to databases"
  referenced_security_group_id = aws_security_group.proxy[0].id
  ip_protocol                  = "tcp"
  from_port                    = each.value[0]
  to_port                      = each.value[0]

  tags = local.tags
}

locals {
  # The secrets of the users that may connect through each proxy; the master is the first.
  proxy_secret_arns = {
    for name, it in local.proxies :
    name => concat([local.master_secret_arns[name]], it.proxy.secret_arns)
  }
}

# What a proxy works as when it reads the passwords of the users.
resource "aws_iam_role" "proxy" {
  for_each = local.proxies

  name        = "${var.environment}-database-${each.key}-proxy"
  description = "RDS Proxy of ${each.value.identifier} reads the passwords of its users."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = local.tags
}

# Its own users' secrets, and the key that encrypts them.
resource "aws_iam_role_policy" "proxy" {
  for_each = local.proxies

  name = "secrets"
  role = aws_iam_role.proxy[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = local.proxy_secret_arns[each.key]
      },
      {
        Sid       = "DecryptSecrets"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.secrets_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
      },
    ]
  })
}

# Pools connections, and keeps those of the applications while the instance fails over; TLS only.
resource "aws_db_proxy" "this" {
  for_each = local.proxies

  name                   = each.value.identifier
  engine_family          = each.value.kind == "postgres" ? "POSTGRESQL" : "MYSQL"
  role_arn               = aws_iam_role.proxy[each.key].arn
  vpc_subnet_ids         = var.private_subnet_ids
  vpc_security_group_ids = [aws_security_group.proxy[0].id]
  require_tls            = true
  idle_client_timeout    = each.value.proxy.idle_client_timeout

  dynamic "auth" {
    for_each = local.proxy_secret_arns[each.key]

    content {
      auth_scheme = "SECRETS"
      iam_auth    = upper(each.value.proxy.iam_auth)
      secret_arn  = auth.value
    }
  }

  tags = merge(local.tags, { Name = each.value.identifier })

  depends_on = [aws_iam_role_policy.proxy]
}

# How many of the instance's connections the proxy may use.
resource "aws_db_proxy_default_target_group" "this" {
  for_each = local.proxies

  db_proxy_name = aws_db_proxy.this[each.key].name

  connection_pool_config {
    max_connections_percent      = each.value.proxy.max_connections_percent
    max_idle_connections_percent = each.value.proxy.max_idle_connections_percent
  }
}

# The instance behind each proxy.
resource "aws_db_proxy_target" "this" {
  for_each = local.proxies

  db_proxy_name          = aws_db_proxy.this[each.key].name
  target_group_name      = aws_db_proxy_default_target_group.this[each.key].name
  db_instance_identifier = aws_db_instance.this[each.key].identifier
}

################################################################################
# Events
################################################################################

# What RDS reports of the environment's databases.
resource "aws_sns_topic" "this" {
  name              = "${var.environment}-database-events"
  kms_master_key_id = var.logs_key_arn

  tags = merge(local.tags, { Name = "${var.environment}-database-events" })
}

# RDS may publish for this environment, and alarms of this account, over TLS; nobody else.
resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublishEvents"
        Effect    = "Allow"
        Principal = { Service = "events.rds.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike = {
            "aws:SourceArn" = concat([
              "arn:${var.partition}:rds:${var.region}:${var.account}:*:${var.environment}-*",
              "arn:${var.partition}:rds:${var.region}:${var.account}:db-proxy:prx-*",
              ], flatten([
                for it in values(var.instances) :
                ["arn:${var.partition}:rds:${var.region}:${var.account}:*:${it.name}", "arn:${var.partition}:rds:${var.region}:${var.account}:*:${it.name}-replica-*"]
                if it.name != null
            ]))
          }
        }
      },
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# Who gets them by mail.
resource "aws_sns_topic_subscription" "emails" {
  for_each = toset(var.events.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  # What is reported of what. RDS knows no environments, so the sources are listed one by one.
  subscriptions = {
    instances = {
      source = "db-instance"
      ids = [
        for it in concat(values(local.instances), values(local.replicas)) :
        it.identifier
      ]
      categories = var.events.categories
    }
    parameters = {
      source     = "db-parameter-group"
      ids        = [for name, it in local.instances : it.parameter_group]
      categories = ["configuration change"]
    }
    proxies = {
      source     = "db-proxy"
      ids        = [for name, it in local.instances : it.identifier if it.proxy != null]
      categories = ["configuration change", "deletion", "failure"]
    }
  }
}

# One for each type of source that there is; a list without names would mean all of the account.
resource "aws_db_event_subscription" "this" {
  for_each = {
    for name, subscription in local.subscriptions : name => subscription
    if length(subscription.ids) > 0
  }

  name             = "${var.environment}-database-${each.key}"
  sns_topic        = aws_sns_topic.this.arn
  source_type      = each.value.source
  source_ids       = each.value.ids
  event_categories = each.value.categories

  tags = merge(local.tags, { Name = "${var.environment}-database-${each.key}" })

  depends_on = [aws_sns_topic_policy.this, aws_db_parameter_group.this, aws_db_instance.this, aws_db_instance.replica, aws_db_proxy.this]
}
