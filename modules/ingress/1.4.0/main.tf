locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "ingress" })
}

################################################################################
# Access logs
################################################################################

# Who connected to the load balancer, from where and with which TLS.
resource "aws_s3_bucket" "this" {
  bucket        = "${var.environment}-${var.account}-load-balancer-logs"
  force_destroy = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${var.account}-load-balancer-logs" })
}

# Nothing public, whatever an ACL or a policy says.
resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# ACLs are off: policies alone decide, and every object is the account's.
resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# What is overwritten or deleted can be had back.
resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

# What nobody may do here, the account's administrators included.
resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyTls12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "OnlyKms"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.this.arn}/*"
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
        Resource  = "${aws_s3_bucket.this.arn}/*"
        Condition = {
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.kms_key_arn }
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        }
      },
      {
        Sid       = "CheckTheBucket"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = aws_s3_bucket.this.arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account }
          ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:logs:${var.region}:${var.account}:*" }
        }
      },
      {
        Sid       = "DeliverAccessLogs"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.this.arn}/AWSLogs/${var.account}/*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = var.account
            "s3:x-amz-acl"      = "bucket-owner-full-control"
          }
          ArnLike = { "aws:SourceArn" = "arn:${var.partition}:logs:${var.region}:${var.account}:*" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

# Every event goes to EventBridge, where any area can subscribe.
resource "aws_s3_bucket_notification" "this" {
  bucket      = aws_s3_bucket.this.id
  eventbridge = true
}

# Access logs go when they have served.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_logs_days
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
  bucket        = aws_s3_bucket.this.id
  target_bucket = var.logs_bucket_name
  target_prefix = "s3/load-balancer-logs/"

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }
}

################################################################################
# Load balancer
################################################################################

# The way in, with an address in every zone.
resource "aws_lb" "this" {
  name                                                         = "${var.environment}-ingress"
  load_balancer_type                                           = "network"
  internal                                                     = var.scheme == "internal"
  ip_address_type                                              = "ipv4"
  subnets                                                      = var.scheme == "internal" ? var.private_subnet_ids : var.public_subnet_ids
  security_groups                                              = [var.security_group_id]
  enforce_security_group_inbound_rules_on_private_link_traffic = "on"
  enable_cross_zone_load_balancing                             = var.cross_zone
  enable_zonal_shift                                           = var.zonal_shift
  dns_record_client_routing_policy                             = var.client_routing
  enable_deletion_protection                                   = var.deletion_protection && !var.teardown

  access_logs {
    bucket  = aws_s3_bucket.this.id
    enabled = var.access_logs
  }

  tags = merge(local.tags, { Name = "${var.environment}-ingress" })

  depends_on = [aws_s3_bucket_policy.this]
}

################################################################################
# Traffic
################################################################################

locals {
  # Listeners by port, so that their order means nothing.
  listeners = { for listener in var.listeners : tostring(listener.port) => listener }

  # What the network sees of each protocol of a listener.
  network_protocols = {
    TCP     = ["tcp"]
    TLS     = ["tcp"]
    UDP     = ["udp"]
    TCP_UDP = ["tcp", "udp"]
  }

  # Ports that are listened on, with the protocol that the network sees.
  ports = {
    for pair in flatten([
      for listener in var.listeners : [
        for protocol in local.network_protocols[listener.protocol] : {
          port     = listener.port
          protocol = protocol
        }
      ]
    ]) : "${pair.port} ${pair.protocol}" => pair
  }

  # What the network opens to the clients by itself.
  open_already = ["80 tcp", "443 tcp"]
}

# Inbound: clients to the listeners that the network does not know of.
resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = {
    for pair in setproduct(setsubtract(keys(local.ports), local.open_already), var.allow_from) :
    "${pair[0]} from ${pair[1]}" => {
      port     = local.ports[pair[0]].port
      protocol = local.ports[pair[0]].protocol
      cidr     = pair[1]
    }
  }

  security_group_id = var.security_group_id
  description       = "Clients that may use the platform"
  ip_protocol       = each.value.protocol
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr

  tags = local.tags
}

# Inbound: clients to low ports; the network lets those from 1024 up pass. The security group says who.
resource "aws_network_acl_rule" "clients" {
  for_each = {
    for key, pair in local.ports : key => pair
    if pair.port < 1024 && !(contains(local.open_already, key) && var.scheme == "internet-facing")
    && var.network_is_ours
  }

  network_acl_id = var.scheme == "internal" ? var.private_network_acl_id : var.public_network_acl_id
  egress         = false
  rule_number    = each.value.port + (each.value.protocol == "tcp" ? 20000 : 22000)
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = "0.0.0.0/0"
  from_port      = each.value.port
  to_port        = each.value.port
}

################################################################################
# Target groups
################################################################################

locals {
  # How the load balancer talks to the targets of each listener.
  target_protocols = {
    for port, listener in local.listeners : port =>
    listener.protocol == "TLS" ? coalesce(listener.target_protocol, "TLS") : listener.protocol
  }
}

# The pods behind a listener; Kubernetes registers them. What cannot be changed is in the name, so that a new
# group is there before the old one goes.
resource "aws_lb_target_group" "this" {
  for_each = local.listeners

  name                   = "${var.environment}-${each.key}-${substr(sha1("${local.target_protocols[each.key]} ${each.value.target_port}"), 0, 6)}"
  vpc_id                 = var.vpc_id
  target_type            = "ip"
  ip_address_type        = "ipv4"
  protocol               = local.target_protocols[each.key]
  port                   = each.value.target_port
  deregistration_delay   = var.deregistration_delay
  connection_termination = strcontains(each.value.protocol, "UDP")
  proxy_protocol_v2      = each.value.proxy_protocol
  preserve_client_ip     = coalesce(each.value.preserve_client_ip, strcontains(each.value.protocol, "UDP"))

  health_check {
    enabled             = true
    protocol            = each.value.health_check.protocol
    port                = coalesce(each.value.health_check.port, "traffic-port")
    path                = each.value.health_check.protocol == "TCP" ? null : coalesce(each.value.health_check.path, "/")
    matcher             = each.value.health_check.protocol == "TCP" ? null : coalesce(each.value.health_check.codes, "200-399")
    interval            = each.value.health_check.interval
    timeout             = each.value.health_check.timeout
    healthy_threshold   = each.value.health_check.healthy
    unhealthy_threshold = each.value.health_check.unhealthy
  }

  dynamic "stickiness" {
    for_each = each.value.protocol == "TLS" ? [] : [each.value.sticky]

    content {
      type    = "source_ip"
      enabled = stickiness.value
    }
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

################################################################################
# DNS zone
################################################################################

# The domain's public zone, unless one was given.
resource "aws_route53_zone" "this" {
  count = var.zone_id == null ? 1 : 0

  name              = var.domain
  comment           = "Applications of ${var.environment}"
  delegation_set_id = var.delegation_set_id
  force_destroy     = var.teardown

  tags = merge(local.tags, { Name = var.domain })
}

locals {
  # The zone that holds the domain.
  zone_id = var.zone_id == null ? one(aws_route53_zone.this[*].zone_id) : var.zone_id
}

# The zone above says where this one is answered.
resource "aws_route53_record" "delegation" {
  count = var.parent_zone_id == null || var.zone_id != null ? 0 : 1

  zone_id = var.parent_zone_id
  name    = var.domain
  type    = "NS"
  ttl     = 300
  records = aws_route53_zone.this[0].name_servers
}

################################################################################
# Certificate
################################################################################

locals {
  # Whether there is a TLS listener that nobody gave a certificate for, and ACM can find the domain's records.
  makes_certificate = var.delegated && var.certificate_arn == null && contains(values(local.listeners)[*].protocol, "TLS")

  # Names of the certificate beside the domain's.
  certificate_names = concat(["*.${var.domain}"], var.certificate_names)
}

# One certificate for the domain and every name right below it; AWS renews it while its records stand.
resource "aws_acm_certificate" "this" {
  count = local.makes_certificate ? 1 : 0

  domain_name               = var.domain
  subject_alternative_names = local.certificate_names
  validation_method         = "DNS"

  options {
    certificate_transparency_logging_preference = "ENABLED"
  }

  tags = merge(local.tags, { Name = var.domain })

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

# The proof of whose the names are, at every renewal too.
resource "aws_route53_record" "validation" {
  for_each = toset(local.makes_certificate ? [
    for name in concat([var.domain], local.certificate_names) :
    trimprefix(name, "*.")
  ] : [])

  zone_id         = local.zone_id
  name            = local.validation[each.key][0].resource_record_name
  type            = local.validation[each.key][0].resource_record_type
  ttl             = 300
  records         = [local.validation[each.key][0].resource_record_value]
  allow_overwrite = true
}

# Waits until the certificate is issued, for which the zone must be delegated; ACM takes a few minutes then.
resource "aws_acm_certificate_validation" "this" {
  count = local.makes_certificate ? 1 : 0

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = values(aws_route53_record.validation)[*].fqdn

  timeouts {
    create = "10m"
  }

  depends_on = [aws_route53_record.delegation]
}

locals {
  # The certificate of the TLS listeners.
  certificate_arn = var.certificate_arn == null ? one(aws_acm_certificate_validation.this[*].certificate_arn) : var.certificate_arn
}

################################################################################
# Listeners
################################################################################

locals {
  # The listeners that can be made: one with TLS needs a certificate that is issued.
  heard = {
    for port, listener in local.listeners : port => listener
    if listener.protocol != "TLS" || var.delegated || var.certificate_arn != null
  }
}

# Ports of the load balancer.
resource "aws_lb_listener" "this" {
  for_each = local.heard

  load_balancer_arn        = aws_lb.this.arn
  port                     = each.value.port
  protocol                 = each.value.protocol
  ssl_policy               = each.value.protocol == "TLS" ? var.tls_policy : null
  certificate_arn          = each.value.protocol == "TLS" ? local.certificate_arn : null
  alpn_policy              = each.value.protocol == "TLS" ? each.value.alpn : null
  tcp_idle_timeout_seconds = each.value.idle_timeout

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

# Certificates for names outside of the domain.
resource "aws_lb_listener_certificate" "further" {
  for_each = {
    for pair in setproduct(
      [
        for port, listener in local.heard :
        port
        if listener.protocol == "TLS"
      ],
      var.further_certificate_arns
      ) : join(" ", pair) => {
      port        = pair[0]
      certificate = pair[1]
    }
  }

  listener_arn    = aws_lb_listener.this[each.value.port].arn
  certificate_arn = each.value.certificate
}

################################################################################
# DNS records
################################################################################

locals {
  # Names that lead to the platform, by what the environment says.
  names = {
    for record in var.records : record => record == "@" ? var.domain : "${record}.${var.domain}"
  }
}

# Names that lead to the load balancer, whose zones without healthy targets are not answered with; or to
# CloudFront.
resource "aws_route53_record" "this" {
  for_each = toset(var.records)

  zone_id = local.zone_id
  name    = local.names[each.key]
  type    = "A"

  alias {
    name                   = var.distribution == null ? aws_lb.this.dns_name : var.distribution.dns_name
    zone_id                = var.distribution == null ? aws_lb.this.zone_id : var.distribution.zone_id
    evaluate_target_health = var.distribution == null
  }
}

# The same names by IPv6, which CloudFront alone speaks.
resource "aws_route53_record" "ipv6" {
  for_each = toset(try(var.distribution.ipv6, false) ? var.records : [])

  zone_id = local.zone_id
  name    = local.names[each.key]
  type    = "AAAA"

  alias {
    name                   = var.distribution.dns_name
    zone_id                = var.distribution.zone_id
    evaluate_target_health = false
  }
}
