# What the edge's module refuses by itself, and settings that only a plan shows. AWS is mocked: nothing is asked.

mock_provider "aws" {}

mock_provider "aws" {
  alias = "global"
}

variables {
  environment            = "dev"
  region                 = "eu-central-1"
  account                = "123456789012"
  partition              = "aws"
  origin_prefix_list     = "pl-a3a144ca"
  security_group_id      = "sg-0123456789abcdef0"
  allow_from             = ["203.0.113.0/24"]
  load_balancer_arn      = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/dev-ingress/1"
  load_balancer_dns_name = "dev-ingress-1.elb.eu-central-1.amazonaws.com"
  load_balancer_zone_id  = "Z3F0SRJ5LGBH90"
  scheme                 = "internet-facing"
  protocols              = { "443" = "TLS", "80" = "TCP" }
  domain                 = "apps.example.com"
  names                  = ["apps.example.com", "*.apps.example.com"]
  zone_id                = "Z0123456789ABC"
  logs_bucket_name       = "dev-logs"
  certificate_arn        = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "cloudfront_is_of_one_partition" {
  command = plan
  variables {
    partition = "aws-us-gov"
  }
  expect_failures = [aws_cloudfront_distribution.this]
}

run "there_is_a_listener_on_443" {
  command = plan
  variables {
    protocols = { "8443" = "TLS" }
  }
  expect_failures = [aws_cloudfront_distribution.this]
}

run "an_internal_load_balancer_is_reached_in_the_vpc" {
  command = plan
  variables {
    scheme = "internal"
  }
  expect_failures = [aws_cloudfront_distribution.this]
}

run "an_origin_in_the_vpc_has_no_tls_listener" {
  command = plan
  variables {
    scheme    = "internal"
    origin    = "vpc"
    protocols = { "443" = "TCP", "8443" = "TLS" }
  }
  expect_failures = [aws_cloudfront_distribution.this]
}

run "certificates_are_of_us_east_1" {
  command = plan
  variables {
    certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  }
  expect_failures = [var.certificate_arn]
}

run "the_firewall_counts_or_blocks" {
  command = plan
  variables {
    waf = { mode = "off" }
  }
  expect_failures = [var.waf]
}

run "an_origin_in_the_vpc" {
  command = plan
  variables {
    scheme    = "internal"
    origin    = "vpc"
    protocols = { "443" = "TCP" }
  }
  assert {
    condition     = length(aws_cloudfront_vpc_origin.this) == 1 && length(aws_route53_record.origin) == 0
    error_message = "There is no VPC origin, or a name for a public one."
  }
}

run "everybody_may_come" {
  command = plan
  variables {
    allow_from = ["0.0.0.0/0"]
  }
  assert {
    condition     = !contains(aws_wafv2_web_acl.this[0].rule[*].name, "clients")
    error_message = "The address list still stands."
  }
  assert {
    condition     = aws_cloudfront_distribution.this[0].is_ipv6_enabled
    error_message = "IPv6 is off."
  }
}

run "nobody_but_those_that_are_listed" {
  command = plan
  assert {
    condition     = contains(aws_wafv2_web_acl.this[0].rule[*].name, "clients")
    error_message = "There is no address list."
  }
  assert {
    condition     = output.exclusive && !aws_cloudfront_distribution.this[0].is_ipv6_enabled
    error_message = "Others come in."
  }
}

run "names_that_move_leave_the_load_balancer_open" {
  command = plan
  variables {
    direct = true
  }
  assert {
    condition     = !output.exclusive
    error_message = "The load balancer is closed already."
  }
}

run "there_need_be_none" {
  command = plan
  variables {
    cloudfront = false
  }
  assert {
    condition     = length(aws_cloudfront_distribution.this) + length(aws_wafv2_web_acl.this) + length(aws_s3_bucket.this) == 0
    error_message = "Something is made."
  }
  assert {
    condition     = !output.exclusive && output.records == null
    error_message = "Names lead to nothing."
  }
}
