locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "identity" })
}

################################################################################
# Permissions boundary
################################################################################

locals {
  # No statement where any region will do.
  region_limits = [
    for regions in var.regions == null ? [] : [var.regions] :
    {
      Sid    = "StayInTheRegions"
      Effect = "Deny"
      NotAction = [
        "budgets:*",
        "ce:*",
        "cloudfront:*",
        "health:*",
        "iam:*",
        "route53:*",
        "shield:*",
        "sts:*",
        "support:*",
        "trustedadvisor:*",
        "wafv2:*",
      ]
      Resource  = "*"
      Condition = { StringNotEquals = { "aws:RequestedRegion" = concat([var.region], regions) } }
    }
  ]
}

# The most that any role of the platform can do, whatever else is attached to it. It gives nothing by itself.
resource "aws_iam_policy" "boundary" {
  count = var.boundary_policy_arn == null ? 1 : 0

  name        = "${var.environment}-boundary"
  description = "Permissions boundary of every role of ${var.environment}. It gives nothing by itself."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "AllButWhoIsWho"
        Effect    = "Allow"
        NotAction = ["account:*", "iam:*", "identitystore:*", "organizations:*", "sso:*", "sso-directory:*"]
        Resource  = "*"
      },
      {
        Sid      = "SeeWhoIsWho"
        Effect   = "Allow"
        Action   = ["iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*"]
        Resource = "*"
      },
      {
        Sid      = "PassOwnRoles"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "arn:${var.partition}:iam::${var.account}:role/${var.environment}-*"
      },
      {
        Sid      = "LetServicesMakeTheirOwn"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "arn:${var.partition}:iam::${var.account}:role/aws-service-role/*"
      },
      {
        Sid      = "LetTheMendixOperatorMakeRoles"
        Effect   = "Allow"
        Action   = ["iam:CreateRole", "iam:DeleteRole", "iam:TagRole"]
        Resource = "arn:${var.partition}:iam::${var.account}:role/mendix-*"
      },
      {
        Sid      = "LetItAttachTheirPolicyOnly"
        Effect   = "Allow"
        Action   = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
        Resource = "arn:${var.partition}:iam::${var.account}:role/mendix-*"
        Condition = {
          ArnEquals = {
            "iam:PolicyARN" = "arn:${var.partition}:iam::${var.account}:policy/${var.environment}-mendix-environment"
          }
        }
      },
      {
        Sid    = "KeepTheWatchOn"
        Effect = "Deny"
        Action = [
          "access-analyzer:DeleteAnalyzer",
          "cloudtrail:DeleteTrail",
          "cloudtrail:PutEventSelectors",
          "cloudtrail:StopLogging",
          "cloudtrail:UpdateTrail",
          "config:DeleteConfigurationRecorder",
          "config:DeleteDeliveryChannel",
          "config:StopConfigurationRecorder",
          "ec2:DeleteFlowLogs",
          "ec2:DisableEbsEncryptionByDefault",
          "guardduty:DeleteDetector",
          "guardduty:UpdateDetector",
          "kms:DisableKey",
          "kms:ScheduleKeyDeletion",
          "s3:PutAccountPublicAccessBlock",
          "securityhub:DisableSecurityHub",
        ]
        Resource = "*"
      },
    ], local.region_limits)
  })

  tags = merge(local.tags, { Name = "${var.environment}-boundary" })
}

locals {
  # The boundary of every role: ours, or the one that exists.
  boundary_arn = var.boundary_policy_arn == null ? one(aws_iam_policy.boundary[*].arn) : var.boundary_policy_arn
}

################################################################################
# The cluster
################################################################################

# What the control plane of the cluster works as. Another one would replace the cluster, so this name stays.
resource "aws_iam_role" "cluster" {
  name        = "${var.environment}-cluster"
  description = "The control plane of the cluster works as this."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = "eks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike = {
          "aws:SourceArn" = "arn:${var.partition}:eks:${var.region}:${var.account}:cluster/${var.environment}"
        }
      }
    }]
  })
  permissions_boundary  = local.boundary_arn
  force_detach_policies = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-cluster" })
}

# What EKS asks for: network interfaces, security groups and load balancers of the cluster.
resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
}

# Kubernetes secrets are encrypted with the platform's key.
resource "aws_iam_role_policy" "cluster_secrets" {
  name = "secrets"
  role = aws_iam_role.cluster.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "EncryptSecrets"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"]
      Resource = var.cluster_key_arn
    }]
  })
}

################################################################################
# The nodes
################################################################################

locals {
  # EC2's name as a principal, which is China's own there.
  ec2_service = var.partition == "aws-cn" ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com"
}

# What nodes work as. Pods cannot: the metadata service answers a node's own network only.
resource "aws_iam_role" "node" {
  name        = "${var.environment}-node"
  description = "The nodes of the cluster work as this."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { Service = local.ec2_service }
      Action    = "sts:AssumeRole"
    }]
  })
  permissions_boundary  = local.boundary_arn
  force_detach_policies = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-node" })
}

locals {
  # Join the cluster, pull images, give pods addresses (before any pod with a role of its own can run), and be
  # reached without SSH.
  node_policies = concat([
    "arn:${var.partition}:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
    "arn:${var.partition}:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    "arn:${var.partition}:iam::aws:policy/AmazonEKS_CNI_Policy",
  ], var.node_sessions ? ["arn:${var.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"] : [])
}

# AWS's own policies, which follow what EKS needs.
resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset(local.node_policies)

  role       = aws_iam_role.node.name
  policy_arn = each.value
}

################################################################################
# People
################################################################################

locals {
  # The account: its IAM policies say who.
  account_root = "arn:${var.partition}:iam::${var.account}:root"

  # Who may become platform-admin.
  admin_principals = length(var.admins.principals) == 0 ? [local.account_root] : var.admins.principals

  # How one has to have signed in to become platform-admin.
  admin_sign_in = merge({ "aws:SecureTransport" = "true" }, var.admins.require_mfa ? { "aws:MultiFactorAuthPresent" = "true" } : {})
}

# Whoever operates the platform.
resource "aws_iam_role" "admin" {
  name        = "${var.environment}-platform-admin"
  description = "Assumed by whoever operates the platform."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { AWS = local.admin_principals }
      Action    = "sts:AssumeRole"
      Condition = { Bool = local.admin_sign_in }
    }]
  })
  permissions_boundary  = local.boundary_arn
  force_detach_policies = var.teardown
  max_session_duration  = var.admins.session_hours * 3600

  tags = merge(local.tags, { Name = "${var.environment}-platform-admin" })
}

locals {
  # Who may become auditor.
  auditor_principals = length(var.auditors.principals) == 0 ? [local.account_root] : var.auditors.principals

  # How one has to have signed in to become auditor.
  auditor_sign_in = merge({ "aws:SecureTransport" = "true" }, var.auditors.require_mfa ? { "aws:MultiFactorAuthPresent" = "true" } : {})
}

# Whoever audits the platform.
resource "aws_iam_role" "auditor" {
  name        = "${var.environment}-auditor"
  description = "Assumed by whoever audits the platform."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Assume"
      Effect    = "Allow"
      Principal = { AWS = local.auditor_principals }
      Action    = "sts:AssumeRole"
      Condition = { Bool = local.auditor_sign_in }
    }]
  })
  permissions_boundary  = local.boundary_arn
  force_detach_policies = var.teardown
  max_session_duration  = var.auditors.session_hours * 3600

  tags = merge(local.tags, { Name = "${var.environment}-auditor" })
}

# How everything is set up, and what the environment's YAML adds.
resource "aws_iam_role_policy_attachment" "admin" {
  for_each = toset(concat([
    "arn:${var.partition}:iam::aws:policy/SecurityAudit",
    "arn:${var.partition}:iam::aws:policy/job-function/ViewOnlyAccess",
  ], var.admins.policies))

  role       = aws_iam_role.admin.name
  policy_arn = each.value
}

# How everything is set up, and what the environment's YAML adds.
resource "aws_iam_role_policy_attachment" "auditor" {
  for_each = toset(concat([
    "arn:${var.partition}:iam::aws:policy/SecurityAudit",
    "arn:${var.partition}:iam::aws:policy/job-function/ViewOnlyAccess",
  ], var.auditors.policies))

  role       = aws_iam_role.auditor.name
  policy_arn = each.value
}

# To operate what is there. What there is, is mendixctl's to say.
resource "aws_iam_role_policy" "admin" {
  name = "operate"
  role = aws_iam_role.admin.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "UseTheCluster"
        Effect    = "Allow"
        Action    = "eks:AccessKubernetesApi"
        Resource  = "arn:${var.partition}:eks:${var.region}:${var.account}:cluster/*"
        Condition = { StringEquals = { "aws:ResourceTag/environment" = var.environment } }
      },
      {
        Sid       = "OpenSessionsOnNodes"
        Effect    = "Allow"
        Action    = "ssm:StartSession"
        Resource  = "arn:${var.partition}:ec2:${var.region}:${var.account}:instance/*"
        Condition = { StringEquals = { "aws:ResourceTag/environment" = var.environment } }
      },
      {
        Sid      = "OpenShells"
        Effect   = "Allow"
        Action   = "ssm:StartSession"
        Resource = "arn:${var.partition}:ssm:${var.region}:${var.account}:document/SSM-SessionManagerRunShell"
      },
      {
        Sid      = "ForwardPorts"
        Effect   = "Allow"
        Action   = "ssm:StartSession"
        Resource = "arn:${var.partition}:ssm:${var.region}::document/AWS-StartPortForwardingSessionToRemoteHost"
      },
      {
        Sid      = "EndOwnSessions"
        Effect   = "Allow"
        Action   = ["ssm:ResumeSession", "ssm:TerminateSession"]
        Resource = "arn:${var.partition}:ssm:*:*:session/$${aws:userid}-*"
      },
      {
        Sid    = "RestartDatabases"
        Effect = "Allow"
        Action = [
          "rds:DownloadDBLogFilePortion",
          "rds:RebootDBInstance",
          "rds:StartDBInstance",
          "rds:StopDBInstance",
        ]
        Resource  = "arn:${var.partition}:rds:${var.region}:${var.account}:db:*"
        Condition = { StringEquals = { "aws:ResourceTag/environment" = var.environment } }
      },
      {
        Sid       = "TakeSnapshots"
        Effect    = "Allow"
        Action    = "rds:CreateDBSnapshot"
        Resource  = "arn:${var.partition}:rds:${var.region}:${var.account}:db:*"
        Condition = { StringEquals = { "aws:ResourceTag/environment" = var.environment } }
      },
      {
        Sid      = "NameSnapshots"
        Effect   = "Allow"
        Action   = ["rds:AddTagsToResource", "rds:CreateDBSnapshot"]
        Resource = "arn:${var.partition}:rds:${var.region}:${var.account}:snapshot:${var.environment}-*"
      },
      {
        Sid    = "SetAndRotateSecrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:CancelRotateSecret",
          "secretsmanager:PutSecretValue",
          "secretsmanager:RotateSecret",
        ]
        Resource = "arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:${var.environment}/*"
      },
      {
        Sid      = "StartRotations"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = "arn:${var.partition}:lambda:${var.region}:${var.account}:function:${var.environment}-rotate-*"
      },
      {
        Sid       = "EncryptSecrets"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.secrets_key_arn
        Condition = { StringLike = { "kms:ViaService" = "secretsmanager.${var.region}.*" } }
      },
      {
        Sid      = "ReadLogs"
        Effect   = "Allow"
        Action   = ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetQueryResults", "logs:StartQuery"]
        Resource = "arn:${var.partition}:logs:${var.region}:${var.account}:log-group:*"
      },
      {
        Sid      = "StopQueries"
        Effect   = "Allow"
        Action   = "logs:StopQuery"
        Resource = "*"
      },
      {
        Sid      = "SilenceAlarms"
        Effect   = "Allow"
        Action   = ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"]
        Resource = "arn:${var.partition}:cloudwatch:${var.region}:${var.account}:alarm:${var.environment}-*"
      },
    ]
  })
}

# No content, whatever else is attached.
resource "aws_iam_role_policy" "auditor" {
  name = "no-data"
  role = aws_iam_role.auditor.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "SeeNoData"
      Effect = "Deny"
      Action = [
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "kms:Decrypt",
        "lambda:GetFunction",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:StartQuery",
        "rds-db:connect",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
        "ssm:GetParameter",
        "ssm:GetParameterHistory",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
      ]
      Resource = "*"
    }]
  })
}
