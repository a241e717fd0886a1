locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "cost" })

  # Topics that notices go to beside mails: what costs money waits for the morning. How many is known before they
  # are there.
  topic_arns = var.support_topic_arns == null ? [] : [var.support_topic_arns["p3"]]

  # Whether anybody is told; a budget without is one to look at.
  is_told = length(local.topic_arns) > 0 || length(var.notify) > 0
}

################################################################################
# Budgets
################################################################################

locals {
  # When somebody is told: five times a month at most.
  notices = local.is_told ? concat(
    [
      for percent in try(var.monthly_budget.alert_at, [80, 100]) :
      { type = "ACTUAL", percent = percent }
    ],
    [for percent in [try(var.monthly_budget.forecast_at, 100)] : { type = "FORECASTED", percent = percent } if percent > 0],
  ) : []

  # How a budget names the environment's tag: a tag that people give begins with user.
  own_tag = format("user:environment$%s", var.environment)
}

# What all that has the environment's tag may cost a month.
resource "aws_budgets_budget" "environment" {
  count = var.monthly_budget == null ? 0 : 1

  name         = var.environment
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = format("%.2f", var.monthly_budget.amount)
  limit_unit   = var.monthly_budget.currency

  cost_filter {
    name   = "TagKeyValue"
    values = [local.own_tag]
  }

  dynamic "notification" {
    for_each = local.notices

    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.value.type
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.notify
      subscriber_sns_topic_arns  = local.topic_arns
    }
  }

  tags = merge(local.tags, { Name = var.environment })
}

# What one area of the environment may cost a month: the tags are two keys, and both have to be there.
resource "aws_budgets_budget" "area" {
  for_each = var.by_area

  name         = "${var.environment}-${each.key}"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = format("%.2f", each.value)
  limit_unit   = try(var.monthly_budget.currency, "USD")

  cost_filter {
    name   = "TagKeyValue"
    values = [local.own_tag, format("user:area$%s", each.key)]
  }

  dynamic "notification" {
    for_each = local.notices

    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.value.type
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.notify
      subscriber_sns_topic_arns  = local.topic_arns
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

################################################################################
# Coverage by commitments
################################################################################

locals {
  # What commitments should cover, of which service. AWS counts the whole account: it knows no tags here.
  coverage = {
    for name, it in {
      database = { type = "RI_COVERAGE", service = "Amazon Relational Database Service", share = var.reserved.database }
      nodes    = { type = "SAVINGS_PLANS_COVERAGE", service = "Amazon Elastic Compute Cloud - Compute", share = var.reserved.nodes }
    } :
    name => it
    if it.share > 0
  }
}

# Tells when commitments cover less than they should: one has ended, or what it covered has changed.
resource "aws_budgets_budget" "coverage" {
  for_each = local.coverage

  name         = "${var.environment}-${each.key}-coverage"
  budget_type  = each.value.type
  time_unit    = "MONTHLY"
  limit_amount = "100.0"
  limit_unit   = "PERCENTAGE"

  cost_filter {
    name   = "Service"
    values = [each.value.service]
  }

  cost_types {
    include_credit             = false
    include_discount           = false
    include_other_subscription = false
    include_recurring          = false
    include_refund             = false
    include_subscription       = true
    include_support            = false
    include_tax                = false
    include_upfront            = false
    use_amortized              = false
    use_blended                = false
  }

  dynamic "notification" {
    for_each = local.is_told ? [floor(each.value.share * 100)] : []

    content {
      comparison_operator        = "LESS_THAN"
      notification_type          = "ACTUAL"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.notify
      subscriber_sns_topic_arns  = local.topic_arns
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}-coverage" })
}

################################################################################
# Anomalies
################################################################################

# What of the environment's costs is unusual. The monitor of services is one an account, and the foundation's.
resource "aws_ce_anomaly_monitor" "this" {
  count = var.anomaly_above == null ? 0 : 1

  name         = var.environment
  monitor_type = "CUSTOM"
  monitor_specification = jsonencode({
    And            = null
    CostCategories = null
    Dimensions     = null
    Not            = null
    Or             = null
    Tags = {
      Key          = "environment"
      MatchOptions = null
      Values       = [var.environment]
    }
  })

  tags = merge(local.tags, { Name = var.environment })
}

locals {
  # Who is told, and how soon: AWS tells a topic at once, and mails once a day.
  anomaly_subscribers = {
    for name, it in {
      mail  = { frequency = "DAILY", type = "EMAIL", addresses = var.notify }
      topic = { frequency = "IMMEDIATE", type = "SNS", addresses = local.topic_arns }
    } :
    name => it
    if var.anomaly_above != null && length(it.addresses) > 0
  }
}

# Tells of what is unusual and costs enough to be looked at.
resource "aws_ce_anomaly_subscription" "this" {
  for_each = local.anomaly_subscribers

  name             = "${var.environment}-${each.key}"
  frequency        = each.value.frequency
  monitor_arn_list = [aws_ce_anomaly_monitor.this[0].arn]

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(var.anomaly_above)]
    }
  }

  dynamic "subscriber" {
    for_each = each.value.addresses

    content {
      type    = each.value.type
      address = subscriber.value
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

################################################################################
# Reports
################################################################################

locals {
  # Whether there are reports.
  reports_count = var.reports == null ? 0 : 1
}

# What queries found.
resource "aws_s3_bucket" "results" {
  count = local.reports_count

  bucket        = "${var.environment}-${var.account}-cost-results"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-cost-results" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "results" {
  count = local.reports_count

  bucket                  = aws_s3_bucket.results[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "results" {
  count = local.reports_count

  bucket = aws_s3_bucket.results[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "results" {
  count = local.reports_count

  bucket = aws_s3_bucket.results[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "results" {
  count = local.reports_count

  bucket = aws_s3_bucket.results[0].id

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
  count = local.reports_count

  bucket = aws_s3_bucket.results[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.results[0].arn, "${aws_s3_bucket.results[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.results[0].arn, "${aws_s3_bucket.results[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.results[0].arn}/*"
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
        Resource  = "${aws_s3_bucket.results[0].arn}/*"
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
  count = local.reports_count

  bucket      = aws_s3_bucket.results[0].id
  eventbridge = true
}

# What was found is found again at any time.
resource "aws_s3_bucket_lifecycle_configuration" "results" {
  count = local.reports_count

  bucket = aws_s3_bucket.results[0].id

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

# Queries of the bill: what they find is encrypted, and how much one may look through is limited.
resource "aws_athena_workgroup" "this" {
  count = local.reports_count

  name          = "${var.environment}-cost"
  description   = "What ${var.environment} costs"
  force_destroy = var.teardown

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = 10737418240

    result_configuration {
      output_location = "s3://${aws_s3_bucket.results[0].id}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.logs_key_arn
      }
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-cost" })
}

# The bill's table. A name of Athena's has no hyphens.
resource "aws_glue_catalog_database" "this" {
  count = local.reports_count

  name        = "${replace(var.environment, "-", "_")}_cost"
  description = "What ${var.environment} costs"

  tags = merge(local.tags, { Name = "${var.environment}-cost" })
}

locals {
  # Where the files of the export are.
  bill_place = try(coalesce(var.reports.records), "s3://${var.account}-mendix-cost/bills/mendixctl/data/")

  # What they are.
  is_parquet = try(var.reports.format, "parquet") == "parquet"

  # What a line of a bill has.
  bill_columns = [
    {
      name = "bill_billing_period_start_date"
      type = "timestamp"
    },
    { name = "bill_payer_account_id", type = "string" },
    { name = "line_item_usage_account_id", type = "string" },
    { name = "line_item_usage_start_date", type = "timestamp" },
    { name = "line_item_usage_end_date", type = "timestamp" },
    { name = "line_item_line_item_type", type = "string" },
    { name = "line_item_product_code", type = "string" },
    { name = "line_item_usage_type", type = "string" },
    { name = "line_item_operation", type = "string" },
    { name = "line_item_resource_id", type = "string" },
    { name = "line_item_usage_amount", type = "double" },
    { name = "line_item_unblended_cost", type = "double" },
    { name = "line_item_currency_code", type = "string" },
    {
      name = "line_item_line_item_description"
      type = "string"
    },
    { name = "product", type = "map<string,string>" },
    { name = "product_region_code", type = "string" },
    { name = "product_servicecode", type = "string" },
    { name = "product_product_family", type = "string" },
    { name = "pricing_term", type = "string" },
    { name = "pricing_unit", type = "string" },
    { name = "reservation_reservation_a_r_n", type = "string" },
    { name = "reservation_effective_cost", type = "double" },
    {
      name = "savings_plan_savings_plan_a_r_n"
      type = "string"
    },
    {
      name = "savings_plan_savings_plan_effective_cost"
      type = "double"
    },
    { name = "split_line_item_split_cost", type = "double" },
    { name = "split_line_item_unused_cost", type = "double" },
    { name = "resource_tags", type = "map<string,string>" },
  ]
}

# The bill as a table, divided by month: Athena works the folders out and lists none.
resource "aws_glue_catalog_table" "bill" {
  count = local.reports_count

  name          = "bill"
  database_name = aws_glue_catalog_database.this[0].name
  description   = "The account's bill, line by line"
  table_type    = "EXTERNAL_TABLE"
  parameters = {
    classification                            = local.is_parquet ? "parquet" : "csv"
    "projection.enabled"                      = "true"
    "projection.billing_period.type"          = "date"
    "projection.billing_period.format"        = "yyyy-MM"
    "projection.billing_period.range"         = "2024-01,NOW"
    "projection.billing_period.interval"      = "1"
    "projection.billing_period.interval.unit" = "MONTHS"
    "storage.location.template"               = "${local.bill_place}BILLING_PERIOD=$${billing_period}/"
    "skip.header.line.count"                  = local.is_parquet ? "0" : "1"
  }

  partition_keys {
    name = "billing_period"
    type = "string"
  }

  storage_descriptor {
    location      = local.bill_place
    input_format  = local.is_parquet ? "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat" : "org.apache.hadoop.mapred.TextInputFormat"
    output_format = local.is_parquet ? "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat" : "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = local.is_parquet ? "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" : "org.apache.hadoop.hive.serde2.OpenCSVSerde"
    }

    dynamic "columns" {
      for_each = local.bill_columns

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
    "cost-by-area"     = "What did each area cost in the last months?"
    "cost-by-service"  = "What did each service cost in the last months?"
    "cost-by-usage"    = "What was billed for in the last months, in AWS's own words?"
    "cost-by-resource" = "Which resources cost most in the last months?"
    "cost-without-tag" = "What costs money and has no environment's tag?"
  }
}

# Questions about the bill, ready to be run.
resource "aws_athena_named_query" "this" {
  for_each = local.reports_count > 0 ? local.questions : {}

  name        = each.key
  description = each.value
  workgroup   = aws_athena_workgroup.this[0].name
  database    = aws_glue_catalog_database.this[0].name
  query       = templatefile("${path.module}/queries/${each.key}.sql", { table = "bill", environment = var.environment })

  depends_on = [aws_glue_catalog_table.bill]
}
