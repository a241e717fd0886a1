locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "registry" })
}

################################################################################
# Repositories
################################################################################

locals {
  # One for each app and each image of the platform.
  repositories = toset(concat(keys(var.apps), var.images))

  # What clients log in to.
  host = "${var.account}.dkr.ecr.${var.region}.${var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"}"

  # What becomes of old images, in every repository.
  lifecycle_policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Images without a tag go after ${var.keep_untagged_days} days"
        selection = {
          tagStatus   = "untagged"
          countType   = "sinceImagePushed"
          countUnit   = "days"
          countNumber = var.keep_untagged_days
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "What was deployed stays, so that a release can go back to it"
        selection = {
          tagStatus      = "tagged"
          tagPatternList = ["released-*"]
          countType      = "imageCountMoreThan"
          countNumber    = 100000
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 3
        description  = "Of all others the newest ${var.keep_images} stay"
        selection = {
          tagStatus   = "any"
          countType   = "imageCountMoreThan"
          countNumber = var.keep_images
        }
        action = { type = "expire" }
      },
    ]
  })

  # Who else may pull, from every repository.
  reader_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pull"
      Effect    = "Allow"
      Principal = { AWS = sort(var.readers) }
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "ecr:ListImages",
      ]
    }]
  })
}

# A tag that was pushed never means another image.
resource "aws_ecr_repository" "this" {
  for_each = local.repositories

  name                 = "${var.environment}/${each.key}"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.teardown

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.kms_key_arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }

  tags = merge(local.tags, { Name = "${var.environment}/${each.key}" })
}

# Old images go.
resource "aws_ecr_lifecycle_policy" "this" {
  for_each = local.repositories

  repository = aws_ecr_repository.this[each.key].name
  policy     = local.lifecycle_policy
}

# Named readers, and nobody else by the repository's own policy.
resource "aws_ecr_repository_policy" "this" {
  for_each = length(var.readers) > 0 ? local.repositories : []

  repository = aws_ecr_repository.this[each.key].name
  policy     = local.reader_policy
}

################################################################################
# Repositories that ECR makes
################################################################################

locals {
  # Caches by the prefix of their repositories.
  caches = { for name, cache in var.caches : "${var.environment}/${name}" => cache }

  # What ECR makes repositories for, by the prefix of their names.
  templates = merge(
    {
      for prefix in keys(local.caches) :
      prefix => "PULL_THROUGH_CACHE"
    },
    { for environment in var.replica_of[*] : environment => "REPLICATION" },
  )
}

# What ECR works as when it makes a repository: one with a KMS key needs that.
resource "aws_iam_role" "this" {
  count = length(local.templates) > 0 ? 1 : 0

  name        = "${var.environment}-${var.region}-image-repositories"
  description = "ECR makes repositories for cached and for replicated images"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "ecr.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
  permissions_boundary = var.boundary_arn

  tags = local.tags
}

# Repositories below these prefixes, encrypted with the one key.
resource "aws_iam_role_policy" "this" {
  count = length(local.templates) > 0 ? 1 : 0

  name = "make-repositories"
  role = aws_iam_role.this[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "MakeRepositories"
        Effect = "Allow"
        Action = ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"]
        Resource = [
          for prefix in keys(local.templates) :
          "arn:${var.partition}:ecr:${var.region}:${var.account}:repository/${prefix}/*"
        ]
      },
      {
        Sid      = "UseTheKey"
        Effect   = "Allow"
        Action   = ["kms:DescribeKey", "kms:CreateGrant", "kms:RetireGrant"]
        Resource = var.kms_key_arn
      },
    ]
  })
}

# As the area's own repositories are. Tags of a cache move, since it follows those of its upstream.
resource "aws_ecr_repository_creation_template" "this" {
  for_each = local.templates

  prefix               = each.key
  description          = "Images of ${each.key}"
  applied_for          = [each.value]
  image_tag_mutability = each.value == "REPLICATION" ? "IMMUTABLE" : "MUTABLE"
  custom_role_arn      = aws_iam_role.this[0].arn
  lifecycle_policy     = local.lifecycle_policy
  repository_policy    = length(var.readers) > 0 ? local.reader_policy : null
  resource_tags        = merge(local.tags, { environment = var.environment })

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.kms_key_arn
  }

  depends_on = [aws_iam_role_policy.this]
}

################################################################################
# Caches
################################################################################

# Images of other registries, kept here once they were asked for.
resource "aws_ecr_pull_through_cache_rule" "this" {
  for_each = var.caches

  ecr_repository_prefix = "${var.environment}/${each.key}"
  upstream_registry_url = each.value.upstream
  credential_arn        = each.value.credential_arn

  depends_on = [aws_ecr_repository_creation_template.this]
}

# The nodes fill the caches by pulling: the first pull makes the repository.
resource "aws_iam_role_policy" "nodes" {
  count = length(var.caches) > 0 ? 1 : 0

  name = "registry-caches"
  role = var.node_role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "FillCaches"
      Effect = "Allow"
      Action = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
      Resource = [
        for prefix in keys(local.caches) :
        "arn:${var.partition}:ecr:${var.region}:${var.account}:repository/${prefix}/*"
      ]
    }]
  })
}

################################################################################
# Replication
################################################################################

# What is pushed here is pulled there, if this region is lost. Account and region have one configuration.
resource "aws_ecr_replication_configuration" "this" {
  count = length(var.replicate_to) > 0 ? 1 : 0

  replication_configuration {
    rule {
      repository_filter {
        filter      = "${var.environment}/"
        filter_type = "PREFIX_MATCH"
      }

      dynamic "destination" {
        for_each = var.replicate_to

        content {
          region      = destination.value
          registry_id = var.account
        }
      }
    }
  }
}

################################################################################
# Findings
################################################################################

# What the scans found.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/mendix/${var.environment}/image-findings"
  retention_in_days = var.findings_days
  kms_key_id        = var.logs_key_arn

  tags = local.tags
}

locals {
  # The events in which each scanner says what it found.
  findings = {
    basic = jsonencode({
      source        = ["aws.ecr"]
      "detail-type" = ["ECR Image Scan"]
      detail        = { "repository-name" = [{ prefix = "${var.environment}/" }] }
    })
    enhanced = jsonencode({
      source        = ["aws.inspector2"]
      "detail-type" = ["Inspector2 Finding"]
      resources = [{
        prefix = "arn:${var.partition}:ecr:${var.region}:${var.account}:repository/${var.environment}/"
      }]
    })
  }
}

# A scan of one of the environment's images has found something, or nothing.
resource "aws_cloudwatch_event_rule" "this" {
  name          = "${var.environment}-image-findings"
  description   = "Findings of scans of the images of ${var.environment}"
  event_pattern = local.findings[var.scan]

  tags = local.tags
}

# EventBridge writes to that log group, for this rule only.
resource "aws_cloudwatch_log_resource_policy" "this" {
  policy_name = "${var.environment}-image-findings"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "MakeStreams"
        Effect    = "Allow"
        Principal = { Service = ["delivery.logs.amazonaws.com", "events.amazonaws.com"] }
        Action    = "logs:CreateLogStream"
        Resource  = "${aws_cloudwatch_log_group.this.arn}:*"
      },
      {
        Sid       = "WriteFindings"
        Effect    = "Allow"
        Principal = { Service = ["delivery.logs.amazonaws.com", "events.amazonaws.com"] }
        Action    = "logs:PutLogEvents"
        Resource  = "${aws_cloudwatch_log_group.this.arn}:*"
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.this.arn } }
      },
    ]
  })
}

# From the one to the other.
resource "aws_cloudwatch_event_target" "this" {
  rule = aws_cloudwatch_event_rule.this.name
  arn  = aws_cloudwatch_log_group.this.arn

  depends_on = [aws_cloudwatch_log_resource_policy.this]
}
