locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "sample" })
}

################################################################################
# Network
################################################################################

locals {
  # Zone letters.
  zones = toset(var.zones)

  # Every bucket in every zone.
  pairs = {
    for pair in setproduct(keys(var.buckets), var.zones) :
    "${pair[0]} in ${pair[1]}" => { bucket = pair[0], zone = pair[1] }
    if pair[1] != "f"
  }
}

# Public subnets. This comment is so long that it has to be wrapped, which is done between words, so that no
# line of it is wider than the others are allowed to be.
resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id                  = var.vpc_id
  availability_zone       = "${var.region}${each.key}"
  cidr_block              = cidrsubnet("10.0.0.0/16", 8, index(var.zones, each.key))
  map_public_ip_on_launch = false

  tags = merge(local.tags, {
    Name                       = "${var.environment}-${each.key}"
    "kubernetes.io/role/elb"   = "1"
    "owner/${var.environment}" = "x"
  })

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [tags]

    precondition {
      condition     = length(var.zones) > 1
      error_message = "Needs \"zones\": ${length(var.zones)}."
    }
  }
}

# Locked.
resource "aws_default_security_group" "this" {
  vpc_id  = var.vpc_id
  ingress = []
  egress  = []

  tags = local.tags
}

################################################################################
# Storage
################################################################################

# The buckets.
resource "aws_s3_bucket" "this" {
  for_each = var.buckets

  bucket        = "${var.environment}-${each.key}"
  force_destroy = var.teardown

  tags = local.tags

  depends_on = [aws_subnet.public]
}

# Only over TLS.
resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [each.value.arn, "${each.value.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

# Static, dynamic and nested dynamic blocks; an empty one too.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = var.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "abort"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = each.value.rules

    content {
      id     = "rule-${rule.key}"
      status = "Enabled"

      filter {}

      dynamic "transition" {
        for_each = [rule.value]
        iterator = step

        content {
          days          = step.value.days
          storage_class = step.value.to
        }
      }
    }
  }
}

# A count, and code in a file of its own.
resource "aws_iam_role" "snapshots" {
  count = var.teardown ? 0 : 1

  name               = "${var.environment}-snapshots"
  description        = "Literal $${text}, and %%{this} too."
  assume_role_policy = file("${path.module}/code/trust.json")

  tags = local.tags
}

# A number from a variable.
resource "aws_dlm_lifecycle_policy" "this" {
  count = length(local.pairs) > 0 ? 1 : 0

  description        = "Snapshots"
  execution_role_arn = aws_iam_role.snapshots[0].arn
  state              = "ENABLED"

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { snapshots = var.environment }

    schedule {
      name = "daily"

      create_rule {
        interval      = 12
        interval_unit = "HOURS"
        times         = ["03:00"]
      }

      retain_rule {
        count = var.first.days
      }
    }
  }

  tags = local.tags
}

################################################################################
# Addresses of earlier versions
################################################################################

# Renamed in 1.1.0.
moved {
  from = aws_subnet.this
  to   = aws_subnet.public
}
