locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "edge" })

  # Whether there is a distribution.
  made = var.cloudfront ? 1 : 0

  # Whether everybody may use the platform.
  open = contains(var.allow_from, "0.0.0.0/0")

  # Whether the platform is reached by IPv6.
  ipv6 = local.open || length(var.allow_from_ipv6) > 0

  # Names that it answers to.
  aliases = distinct(concat(var.names, var.further_names))
}

################################################################################
# Certificate
################################################################################

locals {
  # Whether a certificate is made.
  certificates = local.made == 1 && var.certificate_arn == null ? 1 : 0

  # Names of the certificate beside the domain's; the wildcard has all that are right below it.
  certificate_names = distinct(concat(["*.${var.domain}"], [
    for name in var.names : name
    if name != var.domain && replace(name, "/^[^.]+[.]/", "") != var.domain
  ]))
}

# CloudFront looks for certificates in us-east-1 alone; AWS renews it while its records stand.
resource "aws_acm_certificate" "this" {
  count    = local.certificates
  provider = aws.global

  domain_name               = var.domain
  subject_alternative_names = local.certificate_names
  validation_method         = "DNS"

  options {
    certificate_transparency_logging_preference = "ENABLED"
  }

  tags = merge(local.tags, { Name = "${var.environment}-edge" })

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # What ACM wants to find in the zone; a name and its wildcard have one record in common.
  validation = {
    for option in flatten(aws_acm_certificate.this[*].domain_validation_options[*]) :
    trimprefix(option.domain_name, "*.") => option...
  }
}

# The proof of whose the names are. The load balancer's certificate has the same records: both write the same.
resource "aws_route53_record" "validation" {
  for_each = toset(local.certificates == 1 ? [
    for name in concat([var.domain], local.certificate_names) :
    trimprefix(name, "*.")
  ] : [])

  zone_id         = var.zone_id
  name            = local.validation[each.key][0].resource_record_name
  type            = local.validation[each.key][0].resource_record_type
  ttl             = 300
  records         = [local.validation[each.key][0].resource_record_value]
  allow_overwrite = true
}

# Waits until the certificate is issued.
resource "aws_acm_certificate_validation" "this" {
  count    = local.certificates
  provider = aws.global

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = values(aws_route53_record.validation)[*].fqdn

  timeouts {
    create = "10m"
  }
}

locals {
  # The certificate of the distribution.
  certificate_arn = var.certificate_arn == null ? one(aws_acm_certificate_validation.this[*].certificate_arn) : var.certificate_arn
}

################################################################################
# Firewall
################################################################################

# Clients that may use the platform, by IPv4.
resource "aws_wafv2_ip_set" "ipv4" {
  count    = local.made
  provider = aws.global

  name               = "${var.environment}-clients-ipv4"
  description        = "Clients of ${var.environment}"
  scope              = "CLOUDFRONT"
  ip_address_version = "IPV4"
  addresses = [
    for block in distinct(concat(var.allow_from, coalesce(var.checked_from, []))) :
    block
    if block != "0.0.0.0/0"
  ]

  tags = merge(local.tags, { Name = "${var.environment}-clients-ipv4" })
}

# Clients that may use the platform, by IPv6.
resource "aws_wafv2_ip_set" "ipv6" {
  count    = local.made
  provider = aws.global

  name               = "${var.environment}-clients-ipv6"
  description        = "Clients of ${var.environment}"
  scope              = "CLOUDFRONT"
  ip_address_version = "IPV6"
  addresses          = var.allow_from_ipv6

  tags = merge(local.tags, { Name = "${var.environment}-clients-ipv6" })
}

# Who may use the platform, always; what managed rules find is counted or blocked as the mode says.
resource "aws_wafv2_web_acl" "this" {
  count    = local.made
  provider = aws.global

  name        = "${var.environment}-edge"
  description = "Applications of ${var.environment}"
  scope       = "CLOUDFRONT"

  default_action {
    allow {}
  }

  rule {
    name     = "rate"
    priority = 1

    action {
      dynamic "block" {
        for_each = var.waf.mode == "block" ? [1] : []

        content {}
      }

      dynamic "count" {
        for_each = var.waf.mode == "count" ? [1] : []

        content {}
      }
    }

    statement {
      rate_based_statement {
        limit              = var.waf.rate
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
      metric_name                = "rate"
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = true
    metric_name                = "${var.environment}-edge"
  }

  dynamic "rule" {
    for_each = local.open ? [] : ["clients"]

    content {
      name     = rule.value
      priority = 0

      action {
        block {}
      }

      statement {
        not_statement {
          statement {
            or_statement {
              statement {
                ip_set_reference_statement {
                  arn = aws_wafv2_ip_set.ipv4[0].arn
                }
              }

              statement {
                ip_set_reference_statement {
                  arn = aws_wafv2_ip_set.ipv6[0].arn
                }
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = true
        metric_name                = rule.value
      }
    }
  }

  dynamic "rule" {
    for_each = var.waf.groups

    content {
      name     = rule.value
      priority = 10 + rule.key

      override_action {
        dynamic "none" {
          for_each = var.waf.mode == "block" ? [1] : []

          content {}
        }

        dynamic "count" {
          for_each = var.waf.mode == "count" ? [1] : []

          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.value

          dynamic "rule_action_override" {
            for_each = lookup(var.waf.counted_rules, rule.value, [])

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = true
        metric_name                = rule.value
      }
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-edge" })
}

################################################################################
# Log of the firewall
################################################################################

# Encrypts the firewall's log and the topic of alarms: both need a key of their own region.
resource "aws_kms_key" "this" {
  count    = local.made
  provider = aws.global

  description             = "${var.environment}: logs of the edge"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  multi_region            = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ManageTheKey"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
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
        Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
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
            "kms:ViaService"    = ["logs.us-east-1.amazonaws.com", "sns.us-east-1.amazonaws.com"]
          }
        }
      },
      {
        Sid       = "GrantTheKeyThroughServices"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = var.account
            "kms:ViaService"    = ["logs.us-east-1.amazonaws.com", "sns.us-east-1.amazonaws.com"]
          }
        }
      },
      {
        Sid       = "EncryptTheLog"
        Effect    = "Allow"
        Principal = { Service = "logs.us-east-1.amazonaws.com" }
        Action = [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:DescribeKey",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${var.partition}:logs:us-east-1:${var.account}:log-group:aws-waf-logs-${var.environment}"
          }
        }
      },
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-edge" })
}

# The name by which people find the key.
resource "aws_kms_alias" "this" {
  count    = local.made
  provider = aws.global

  name          = "alias/${var.environment}-edge"
  target_key_id = aws_kms_key.this[0].key_id
}

# What the firewall found; AWS WAF writes only to groups whose names begin with aws-waf-logs-.
resource "aws_cloudwatch_log_group" "waf" {
  count    = local.made
  provider = aws.global

  name              = "aws-waf-logs-${var.environment}"
  retention_in_days = var.waf.log_days
  kms_key_id        = aws_kms_key.this[0].arn

  tags = merge(local.tags, { Name = "aws-waf-logs-${var.environment}" })
}

# Every request that a rule found, without what is secret in it.
resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count    = local.made
  provider = aws.global

  resource_arn            = aws_wafv2_web_acl.this[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.waf[0].arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }

  redacted_fields {
    single_header {
      name = "cookie"
    }
  }

  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }

      condition {
        action_condition {
          action = "COUNT"
        }
      }

      condition {
        action_condition {
          action = "EXCLUDED_AS_COUNT"
        }
      }
    }
  }
}

################################################################################
# Origin
################################################################################

# Inbound: CloudFront to the load balancer, on one port: its list counts as 55 of a group's 60 rules.
resource "aws_vpc_security_group_ingress_rule" "cloudfront" {
  count = local.made

  security_group_id = var.security_group_id
  description       = "CloudFront, for the clients of the platform"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = var.origin_prefix_list

  tags = local.tags
}

# The way to an internal load balancer; AWS takes a quarter of an hour to make it.
resource "aws_cloudfront_vpc_origin" "this" {
  count = var.cloudfront && var.origin == "vpc" ? 1 : 0

  vpc_origin_endpoint_config {
    name                   = "${var.environment}-ingress"
    arn                    = var.load_balancer_arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }

  timeouts {
    create = "30m"
    update = "30m"
    delete = "30m"
  }

  tags = merge(local.tags, { Name = "${var.environment}-ingress" })
}

locals {
  # A name that always leads to the load balancer.
  origin_name = "${var.origin_name}.${var.domain}"
}

# For CloudFront, and for clients that do not speak HTTP. The wildcard certificate of the load balancer has it.
resource "aws_route53_record" "origin" {
  count = var.cloudfront && var.origin == "public" ? 1 : 0

  zone_id = var.zone_id
  name    = local.origin_name
  type    = "A"

  alias {
    name                   = var.load_balancer_dns_name
    zone_id                = var.load_balancer_zone_id
    evaluate_target_health = true
  }
}

################################################################################
# Caching and headers
################################################################################

# Static files: kept by host and query string, because each application has its own at the same paths.
resource "aws_cloudfront_cache_policy" "static" {
  count = local.made

  name        = "${var.environment}-static"
  comment     = "Static files of ${var.environment}"
  min_ttl     = 0
  default_ttl = 3600
  max_ttl     = 31536000

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "whitelist"

      headers {
        items = ["Host"]
      }
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

# What browsers are told, unless the application tells them otherwise.
resource "aws_cloudfront_response_headers_policy" "this" {
  count = local.made

  name    = "${var.environment}-security"
  comment = "Security headers of ${var.environment}"

  security_headers_config {
    content_type_options {
      override = true
    }

    frame_options {
      frame_option = var.frames
      override     = false
    }

    referrer_policy {
      referrer_policy = "strict-origin-when-cross-origin"
      override        = false
    }

    dynamic "strict_transport_security" {
      for_each = var.hsts_days > 0 ? [var.hsts_days] : []

      content {
        access_control_max_age_sec = strict_transport_security.value * 86400
        include_subdomains         = true
        override                   = true
      }
    }
  }
}

################################################################################
# Distribution
################################################################################

# What clients reach in the place of the load balancer: static files are kept, everything else passes through,
# websockets too.
resource "aws_cloudfront_distribution" "this" {
  count = local.made

  comment             = "Applications of ${var.environment}"
  enabled             = true
  aliases             = local.aliases
  price_class         = var.price_class
  http_version        = var.http_version
  is_ipv6_enabled     = local.ipv6
  web_acl_id          = aws_wafv2_web_acl.this[0].arn
  wait_for_deployment = true

  origin {
    origin_id   = "ingress"
    domain_name = var.origin == "vpc" ? var.load_balancer_dns_name : local.origin_name

    dynamic "custom_origin_config" {
      for_each = var.origin == "vpc" ? [] : [var.origin_timeout]

      content {
        http_port                = 80
        https_port               = 443
        origin_protocol_policy   = "https-only"
        origin_ssl_protocols     = ["TLSv1.2"]
        origin_read_timeout      = custom_origin_config.value
        origin_keepalive_timeout = 60
      }
    }

    dynamic "vpc_origin_config" {
      for_each = aws_cloudfront_vpc_origin.this

      content {
        vpc_origin_id            = vpc_origin_config.value.id
        origin_read_timeout      = var.origin_timeout
        origin_keepalive_timeout = 60
      }
    }
  }

  default_cache_behavior {
    target_origin_id           = "ingress"
    viewer_protocol_policy     = "redirect-to-https"
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this[0].id
    compress                   = true
    allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    origin_request_policy_id   = "216adef6-5c7f-47e4-b989-5492eafa07d3"
  }

  viewer_certificate {
    acm_certificate_arn      = local.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = var.minimum_tls
  }

  restrictions {
    geo_restriction {
      restriction_type = length(var.countries) > 0 ? "whitelist" : "none"
      locations        = var.countries
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = var.static_paths

    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = "ingress"
      viewer_protocol_policy     = "redirect-to-https"
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this[0].id
      compress                   = true
      allowed_methods            = ["GET", "HEAD", "OPTIONS"]
      cached_methods             = ["GET", "HEAD"]
      cache_policy_id            = aws_cloudfront_cache_policy.static[0].id
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-edge" })

  lifecycle {
    precondition {
      condition     = var.partition == "aws"
      error_message = "CloudFront of this module needs us-east-1, which this partition has no part of."
    }

    precondition {
      condition     = contains(["TLS", "TCP"], lookup(var.protocols, "443", ""))
      error_message = "CloudFront needs a listener of protocol TLS or TCP on port 443."
    }

    precondition {
      condition     = (var.scheme == "internal") == (var.origin == "vpc")
      error_message = "An internal load balancer needs origin: vpc, and a public one origin: public."
    }

    precondition {
      condition     = !(var.origin == "vpc") || !contains(values(var.protocols), "TLS")
      error_message = "A load balancer with a TLS listener cannot be a VPC origin."
    }
  }
}

################################################################################
# Access logs
################################################################################

# Who asked for what. With S3's own keys: the platform's lets deliveries of its own region alone use it.
resource "aws_s3_bucket" "this" {
  count = local.made

  bucket        = "${var.environment}-${var.account}-edge-logs"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-edge-logs" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "this" {
  count = local.made

  bucket                  = aws_s3_bucket.this[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "this" {
  count = local.made

  bucket = aws_s3_bucket.this[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "this" {
  count = local.made

  bucket = aws_s3_bucket.this[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with S3's own keys.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = local.made

  bucket = aws_s3_bucket.this[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "this" {
  count = local.made

  bucket = aws_s3_bucket.this[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this[0].arn, "${aws_s3_bucket.this[0].arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this[0].arn, "${aws_s3_bucket.this[0].arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "DeliverAccessLogs"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.this[0].arn}/*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = var.account
            "s3:x-amz-acl"      = "bucket-owner-full-control"
          }
          ArnLike = {
            "aws:SourceArn" = "arn:${var.partition}:logs:us-east-1:${var.account}:delivery-source:*"
          }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "this" {
  count = local.made

  bucket      = aws_s3_bucket.this[0].id
  eventbridge = true
}

# Access logs go when they have served.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count = local.made

  bucket = aws_s3_bucket.this[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.log_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

# Who read them, by the day on which it happened.
resource "aws_s3_bucket_logging" "this" {
  count = local.made

  bucket        = aws_s3_bucket.this[0].id
  target_bucket = var.logs_bucket_name
  target_prefix = "s3/edge-logs/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
}

# The access logs of the distribution.
resource "aws_cloudwatch_log_delivery_source" "this" {
  count    = local.made
  provider = aws.global

  name         = "${var.environment}-edge"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this[0].arn

  tags = local.tags
}

# The bucket of the access logs.
resource "aws_cloudwatch_log_delivery_destination" "this" {
  count    = local.made
  provider = aws.global

  name          = "${var.environment}-edge"
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = aws_s3_bucket.this[0].arn
  }

  tags = local.tags

  depends_on = [aws_s3_bucket_policy.this]
}

# From one to the other.
resource "aws_cloudwatch_log_delivery" "this" {
  count    = local.made
  provider = aws.global

  delivery_source_name     = aws_cloudwatch_log_delivery_source.this[0].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.this[0].arn

  tags = local.tags
}

################################################################################
# Alarms in us-east-1
################################################################################

# CloudFront measures its origin as well, among others.
resource "aws_cloudfront_monitoring_subscription" "this" {
  count = var.metrics ? local.made : 0

  distribution_id = aws_cloudfront_distribution.this[0].id

  monitoring_subscription {
    realtime_metrics_subscription_config {
      realtime_metrics_subscription_status = "Enabled"
    }
  }
}

locals {
  # What alarms are of, by kind; what there is of it.
  watched = merge(
    {
      for id in aws_cloudfront_distribution.this[*].id :
      "distribution" => id
    },
    { for id in aws_cloudfront_distribution.this[*].id : "measured" => id if var.metrics },
    { for name in aws_wafv2_web_acl.this[*].name : "firewall" => name },
    { for name in aws_wafv2_web_acl.this[*].name : "counting" => name if var.waf.mode == "count" },
    { for on in [local.made > 0 && length(coalesce(var.switched_names, [])) > 0] : "latch" => var.latch_id if on },
  )

  # Whether there are alarms: where somebody is told, and runbooks say what to do.
  alarmed = local.made > 0 && var.topic_arns != null

  # Whether they are in another region than the environment.
  abroad = local.alarmed && var.region != "us-east-1" ? 1 : 0
}

# The alarms in us-east-1, for whoever is told there.
resource "aws_sns_topic" "alarms" {
  count    = local.abroad
  provider = aws.global

  name              = "${var.environment}-edge-alarms"
  kms_master_key_id = aws_kms_key.this[0].arn

  tags = merge(local.tags, { Name = "${var.environment}-edge-alarms" })
}

# Alarms of this account in us-east-1 publish, and only over TLS.
resource "aws_sns_topic_policy" "alarms" {
  count    = local.abroad
  provider = aws.global

  arn = aws_sns_topic.alarms[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublishAlarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms[0].arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:cloudwatch:us-east-1:${var.account}:alarm:*" }
        }
      },
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# Who gets a mail from there, home region lost or not; SNS asks each address once whether it wants to.
resource "aws_sns_topic_subscription" "alarms" {
  for_each = toset(local.abroad > 0 ? var.notify : [])
  provider = aws.global

  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = each.value
}

# CloudFront answered more than half of all requests with 5xx for five minutes.
resource "aws_cloudwatch_metric_alarm" "edge_down" {
  count    = (local.alarmed && contains(keys(local.watched), "distribution")) ? 1 : 0
  provider = aws.global

  alarm_name          = "${var.environment}-p1-edge-down"
  alarm_description   = "CloudFront answered more than half of all requests with 5xx for five minutes. Most users do not reach the applications. / CloudFront 连续五分钟对超过一半的请求返回 5xx。大多数用户无法访问应用。 Runbook: environments/${var.environment}/runbooks/en/edge-down.md (zh: runbooks/zh/edge-down.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 50
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p1"]]
  ok_actions          = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p1"]]
  namespace           = "AWS/CloudFront"
  metric_name         = "5xxErrorRate"
  dimensions = {
    DistributionId = local.watched["distribution"]
    Region         = "Global"
  }
  statistic = "Average"
  period    = 60

  tags = merge(local.tags, { Name = "${var.environment}-p1-edge-down" })
}

# CloudFront answered more than 5 percent of the requests with 5xx for 15 minutes.
resource "aws_cloudwatch_metric_alarm" "edge_errors" {
  count    = (local.alarmed && contains(keys(local.watched), "distribution")) ? 1 : 0
  provider = aws.global

  alarm_name          = "${var.environment}-p2-edge-errors"
  alarm_description   = "CloudFront answered more than 5 percent of the requests with 5xx for 15 minutes. Some users see errors. / CloudFront 在 15 分钟内对超过 5% 的请求返回 5xx。部分用户看到错误。 Runbook: environments/${var.environment}/runbooks/en/edge-errors.md (zh: runbooks/zh/edge-errors.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p2"]]
  ok_actions          = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p2"]]
  namespace           = "AWS/CloudFront"
  metric_name         = "5xxErrorRate"
  dimensions = {
    DistributionId = local.watched["distribution"]
    Region         = "Global"
  }
  statistic = "Average"
  period    = 300

  tags = merge(local.tags, { Name = "${var.environment}-p2-edge-errors" })
}

# CloudFront answered more than a quarter of the requests with 4xx for 15 minutes.
resource "aws_cloudwatch_metric_alarm" "edge_refused" {
  count    = (local.alarmed && contains(keys(local.watched), "distribution")) ? 1 : 0
  provider = aws.global

  alarm_name          = "${var.environment}-p3-edge-refused"
  alarm_description   = "CloudFront answered more than a quarter of the requests with 4xx for 15 minutes. Users are kept out, files are missing, or somebody scans. / CloudFront 在 15 分钟内对超过四分之一的请求返回 4xx。用户被拒之门外、文件缺失，或有人在扫描。 Runbook: environments/${var.environment}/runbooks/en/edge-refused.md (zh: runbooks/zh/edge-refused.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 25
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p3"]]
  ok_actions          = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p3"]]
  namespace           = "AWS/CloudFront"
  metric_name         = "4xxErrorRate"
  dimensions = {
    DistributionId = local.watched["distribution"]
    Region         = "Global"
  }
  statistic = "Average"
  period    = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-edge-refused" })
}

# The load balancer takes longer than three seconds on average to answer CloudFront.
resource "aws_cloudwatch_metric_alarm" "edge_origin_latency" {
  count    = (local.alarmed && contains(keys(local.watched), "measured")) ? 1 : 0
  provider = aws.global

  alarm_name          = "${var.environment}-p3-edge-origin-latency"
  alarm_description   = "The load balancer takes longer than three seconds on average to answer CloudFront. Applications answer slowly. / 负载均衡器平均需要三秒以上才能应答 CloudFront。应用响应缓慢。 Runbook: environments/${var.environment}/runbooks/en/edge-origin-latency.md (zh: runbooks/zh/edge-origin-latency.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 3000
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p3"]]
  ok_actions          = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p3"]]
  namespace           = "AWS/CloudFront"
  metric_name         = "OriginLatency"
  dimensions = {
    DistributionId = local.watched["distribution"]
    Region         = "Global"
  }
  statistic = "Average"
  period    = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-edge-origin-latency" })
}

# The firewall blocked more than 1,000 requests in each of three times five minutes.
resource "aws_cloudwatch_metric_alarm" "edge_blocked" {
  count    = (local.alarmed && contains(keys(local.watched), "firewall")) ? 1 : 0
  provider = aws.global

  alarm_name          = "${var.environment}-p3-edge-blocked"
  alarm_description   = "The firewall blocked more than 1,000 requests in each of three times five minutes. Somebody attacks, or users are kept out. / 防火墙在连续三个五分钟内每次都阻止了超过 1,000 个请求。有人在攻击，或用户被拒之门外。 Runbook: environments/${var.environment}/runbooks/en/edge-blocked.md (zh: runbooks/zh/edge-blocked.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p3"]]
  ok_actions          = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p3"]]
  namespace           = "AWS/WAFV2"
  metric_name         = "BlockedRequests"
  dimensions          = { Rule = "ALL", WebACL = local.watched["firewall"] }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p3-edge-blocked" })
}

# The firewall found something in more than 1,000 requests in each of three times five minutes, and only counted
# them.
resource "aws_cloudwatch_metric_alarm" "edge_counted" {
  count    = (local.alarmed && contains(keys(local.watched), "counting")) ? 1 : 0
  provider = aws.global

  alarm_name          = "${var.environment}-p4-edge-counted"
  alarm_description   = "The firewall found something in more than 1,000 requests in each of three times five minutes, and only counted them. None: they pass. In mode block they would not. / 防火墙在连续三个五分钟内每次都在超过 1,000 个请求中发现了问题，但只做了计数。无：请求仍会通过。在 block 模式下则不会。 Runbook: environments/${var.environment}/runbooks/en/edge-counted.md (zh: runbooks/zh/edge-counted.md)"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p4"]]
  ok_actions          = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p4"]]
  namespace           = "AWS/WAFV2"
  metric_name         = "CountedRequests"
  dimensions          = { Rule = "ALL", WebACL = local.watched["firewall"] }
  statistic           = "Sum"
  period              = 300

  tags = merge(local.tags, { Name = "${var.environment}-p4-edge-counted" })
}

# The health check of the names is unhealthy: they lead to the standby.
resource "aws_cloudwatch_metric_alarm" "edge_names_switched" {
  count    = (local.alarmed && contains(keys(local.watched), "latch")) ? 1 : 0
  provider = aws.global

  alarm_name          = "${var.environment}-p2-edge-names-switched"
  alarm_description   = "The health check of the names is unhealthy: they lead to the standby. Users reach the standby, with the data that it has. / 域名的运行状况检查不正常：域名指向备用环境。用户访问的是备用环境及其已有的数据。 Runbook: environments/${var.environment}/runbooks/en/edge-names-switched.md (zh: runbooks/zh/edge-names-switched.md)"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p2"]]
  ok_actions          = [local.abroad > 0 ? one(aws_sns_topic.alarms[*].arn) : var.topic_arns["p2"]]
  namespace           = "AWS/Route53"
  metric_name         = "HealthCheckStatus"
  dimensions          = { HealthCheckId = local.watched["latch"] }
  statistic           = "Minimum"
  period              = 60

  tags = merge(local.tags, { Name = "${var.environment}-p2-edge-names-switched" })
}

################################################################################
# The way home
################################################################################

# What EventBridge puts events on the bus at home as.
resource "aws_iam_role" "forward" {
  count = local.abroad

  name        = "${var.environment}-edge-alarms"
  description = "Sends changes of alarms of ${var.environment} from us-east-1 home."
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
          "aws:SourceArn" = "arn:${var.partition}:events:us-east-1:${var.account}:rule/${var.environment}-edge-alarms"
        }
      }
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = merge(local.tags, { Name = "${var.environment}-edge-alarms" })
}

# That bus alone.
resource "aws_iam_role_policy" "forward" {
  count = local.abroad

  name = "forward"
  role = aws_iam_role.forward[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "SendHome"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = "arn:${var.partition}:events:${var.region}:${var.account}:event-bus/default"
    }]
  })
}

# An alarm of the edge changed its state.
resource "aws_cloudwatch_event_rule" "forward" {
  count    = local.abroad
  provider = aws.global

  name        = "${var.environment}-edge-alarms"
  description = "Alarms of ${var.environment} in us-east-1"
  event_pattern = jsonencode({
    source        = ["aws.cloudwatch"]
    "detail-type" = ["CloudWatch Alarm State Change"]
    detail = {
      alarmName = [
        { prefix = "${var.environment}-p1-edge-" },
        { prefix = "${var.environment}-p2-edge-" },
        { prefix = "${var.environment}-p3-edge-" },
        { prefix = "${var.environment}-p4-edge-" },
      ]
    }
  })

  tags = merge(local.tags, { Name = "${var.environment}-edge-alarms" })
}

# To the bus at home, where the area support begins an incident as of any alarm.
resource "aws_cloudwatch_event_target" "forward" {
  count    = local.abroad
  provider = aws.global

  rule      = aws_cloudwatch_event_rule.forward[0].name
  target_id = "home"
  arn       = "arn:${var.partition}:events:${var.region}:${var.account}:event-bus/default"
  role_arn  = aws_iam_role.forward[0].arn

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  depends_on = [aws_iam_role_policy.forward]
}

# An alarm of the edge went into alarm, or is well again; here it has arrived.
resource "aws_cloudwatch_event_rule" "told" {
  for_each = toset(local.abroad > 0 ? ["p1", "p2", "p3", "p4"] : [])

  name        = "${var.environment}-edge-alarms-${each.key}"
  description = "Alarms of ${var.environment} in us-east-1, ${each.key}"
  event_pattern = jsonencode({
    source        = ["aws.cloudwatch"]
    "detail-type" = ["CloudWatch Alarm State Change"]
    resources = [{
      prefix = "arn:${var.partition}:cloudwatch:us-east-1:${var.account}:alarm:${var.environment}-${each.key}-edge-"
    }]
    detail = { state = { value = ["ALARM", "OK"] } }
  })

  tags = merge(local.tags, { Name = "${var.environment}-edge-alarms-${each.key}" })
}

# To the people of the priority.
resource "aws_cloudwatch_event_target" "told" {
  for_each = aws_cloudwatch_event_rule.told

  rule      = each.value.name
  target_id = "topic"
  arn       = var.topic_arns[each.key]

  input_transformer {
    input_paths = {
      name   = "$.detail.alarmName"
      state  = "$.detail.state.value"
      reason = "$.detail.state.reason"
      what   = "$.detail.configuration.description"
    }
    input_template = "\"<name> is <state>: <reason> <what>\""
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}
