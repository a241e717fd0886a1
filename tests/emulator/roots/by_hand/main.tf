# What a team built before it had this platform: plain Terraform of its own, with its own names and tags.

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
  zones = { a = 0, b = 1 }
}

################################################################################
# Network
################################################################################

resource "aws_vpc" "main" {
  cidr_block           = "10.30.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "acme", team = "web" }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "acme" }
}

resource "aws_subnet" "public" {
  for_each          = local.zones
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("10.30.0.0/16", 8, each.value)
  tags              = { Name = "acme-public-${each.key}" }
}

resource "aws_subnet" "private" {
  for_each          = local.zones
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("10.30.64.0/18", 2, each.value)
  tags              = { Name = "acme-private-${each.key}" }
}

resource "aws_subnet" "data" {
  for_each          = local.zones
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("10.30.32.0/19", 5, each.value)
  tags              = { Name = "acme-data-${each.key}" }
}

# A subnet of which the platform has no idea.
resource "aws_subnet" "vpn" {
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-central-1a"
  cidr_block        = "10.30.240.0/24"
  tags              = { Name = "acme-vpn" }
}

resource "aws_eip" "nat" {
  for_each = local.zones
  domain   = "vpc"
}

resource "aws_nat_gateway" "main" {
  for_each      = local.zones
  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table" "private" {
  for_each = local.zones
  vpc_id   = aws_vpc.main.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.main[each.key].id
  }
}

resource "aws_route_table" "data" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "public" {
  for_each       = local.zones
  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each       = local.zones
  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_route_table_association" "data" {
  for_each       = local.zones
  subnet_id      = aws_subnet.data[each.key].id
  route_table_id = aws_route_table.data.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = values(aws_route_table.private)[*].id
}

resource "aws_security_group" "web" {
  name        = "acme-web"
  description = "Web"
  vpc_id      = aws_vpc.main.id
}

################################################################################
# Buckets
################################################################################

resource "aws_s3_bucket" "files" {
  bucket = "dev-123456789012-files"
  tags   = { team = "web" }
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "files" {
  bucket              = aws_s3_bucket.files.id
  block_public_acls   = true
  block_public_policy = true
}

# Called as no platform would call it.
resource "aws_s3_bucket" "archive" {
  bucket = "acme-archive"
}

resource "aws_kms_key" "files" {
  description = "Files"
}

resource "aws_kms_alias" "files" {
  name          = "alias/acme-files"
  target_key_id = aws_kms_key.files.key_id
}

resource "aws_s3_bucket_server_side_encryption_configuration" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.files.arn
    }
  }
}

################################################################################
# Databases
################################################################################

resource "aws_kms_key" "data" {
  description = "The databases' own"
}

resource "aws_db_subnet_group" "data" {
  name       = "acme-data"
  subnet_ids = values(aws_subnet.data)[*].id
}

resource "aws_db_instance" "crm" {
  identifier           = "acme-crm-production"
  engine               = "postgres"
  engine_version       = "17.6"
  instance_class       = "db.m7g.large"
  allocated_storage    = 100
  storage_encrypted    = true
  kms_key_id           = aws_kms_key.data.arn
  db_name              = "crm"
  username             = "acme"
  password             = "not-a-secret-here"
  db_subnet_group_name = aws_db_subnet_group.data.name
  skip_final_snapshot  = true
}

# Never encrypted, and no plan can make it so.
resource "aws_db_instance" "legacy" {
  identifier           = "dev-legacy"
  engine               = "postgres"
  engine_version       = "17.4"
  instance_class       = "db.t4g.medium"
  allocated_storage    = 20
  storage_encrypted    = false
  username             = "acme"
  password             = "not-a-secret-here"
  db_subnet_group_name = aws_db_subnet_group.data.name
  skip_final_snapshot  = true
}

################################################################################
# Roles, cluster and nodes
################################################################################

resource "aws_iam_role" "cluster" {
  name = "acme-cluster"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "eks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role" "node" {
  name = "acme-node"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_eks_cluster" "main" {
  name     = "acme"
  role_arn = aws_iam_role.cluster.arn
  version  = "1.34"

  vpc_config {
    subnet_ids = values(aws_subnet.private)[*].id
  }
}

resource "aws_iam_openid_connect_provider" "main" {
  url            = aws_eks_cluster.main.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_eks_addon" "dns" {
  cluster_name = aws_eks_cluster.main.name
  addon_name   = "coredns"
}

resource "aws_eks_node_group" "workers" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "workers"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = values(aws_subnet.private)[*].id
  instance_types  = ["m7i.large"]
  ami_type        = "AL2023_x86_64_STANDARD"

  scaling_config {
    min_size     = 2
    max_size     = 6
    desired_size = 2
  }
}

resource "aws_launch_template" "batch" {
  name = "acme-batch"

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_eks_node_group" "batch" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "Acme_Batch"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = [aws_subnet.private["a"].id]
  instance_types  = ["c7i.large"]
  ami_type        = "AL2023_x86_64_STANDARD"
  labels          = { work = "batch" }

  launch_template {
    id      = aws_launch_template.batch.id
    version = aws_launch_template.batch.latest_version
  }

  scaling_config {
    min_size     = 0
    max_size     = 4
    desired_size = 0
  }
}
