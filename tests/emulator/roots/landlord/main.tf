# What a platform team of the company keeps for everybody: plain Terraform of its own. An environment works in it, and
# changes nothing of it.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.99, < 6"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

locals {
  account = "123456789012"
  root    = "arn:aws:iam::${local.account}:root"
  zones   = { a = 0, b = 1 }
  cluster = { "kubernetes.io/cluster/dev" = "shared" }
}

################################################################################
# Network
################################################################################

resource "aws_vpc" "company" {
  cidr_block           = "172.20.0.0/20"
  enable_dns_hostnames = true
  tags                 = { Name = "company" }
}

resource "aws_internet_gateway" "company" {
  vpc_id = aws_vpc.company.id
}

resource "aws_subnet" "public" {
  for_each          = local.zones
  vpc_id            = aws_vpc.company.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("172.20.0.0/22", 2, each.value)
  tags              = merge(local.cluster, { Name = "company-public-${each.key}", "kubernetes.io/role/elb" = "1" })
}

resource "aws_subnet" "private" {
  for_each          = local.zones
  vpc_id            = aws_vpc.company.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("172.20.8.0/21", 1, each.value)
  tags = merge(local.cluster, {
    Name                              = "company-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
  })
}

resource "aws_eip" "nat" {
  domain = "vpc"
}

resource "aws_nat_gateway" "company" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public["a"].id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.company.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.company.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.company.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.company.id
  }
}

resource "aws_route_table_association" "public" {
  for_each       = aws_subnet.public
  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each       = aws_subnet.private
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

################################################################################
# Keys, the boundary, names
################################################################################

resource "aws_kms_key" "storage" {
  description         = "company: storage"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Root", Effect = "Allow", Principal = { AWS = local.root }, Action = "kms:*", Resource = "*" },
      {
        Sid       = "Services"
        Effect    = "Allow"
        Principal = { Service = ["s3.amazonaws.com", "delivery.logs.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey"]
        Resource  = "*"
      },
    ]
  })
}

resource "aws_iam_policy" "boundary" {
  name = "company-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", NotAction = ["organizations:*"], Resource = "*" }]
  })
}

resource "aws_route53_zone" "company" {
  name = "apps.example.com"
}

resource "aws_acm_certificate" "apps" {
  domain_name               = "dev.apps.example.com"
  subject_alternative_names = ["*.dev.apps.example.com"]
  validation_method         = "DNS"
}

output "vpc_id" {
  value = aws_vpc.company.id
}

output "private" {
  value = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "public" {
  value = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "storage_key_arn" {
  value = aws_kms_key.storage.arn
}

output "boundary_arn" {
  value = aws_iam_policy.boundary.arn
}

output "zone_id" {
  value = aws_route53_zone.company.zone_id
}

output "certificate_arn" {
  value = aws_acm_certificate.apps.arn
}
