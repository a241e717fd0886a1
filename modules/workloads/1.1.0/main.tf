locals {
  # On every resource; the provider's default_tags add what all of the environment has.
  tags = merge(var.tags, { area = "workloads" })
}

################################################################################
# Controllers
################################################################################

locals {
  # The controllers that are to have a role. The EBS CSI driver is an add-on, which makes its association itself:
  # together with its pods, which would start without the role otherwise and not notice it later.
  controllers = {
    for purpose, controller in {
      "ebs-csi" = merge(var.controllers.ebs_csi, {
        namespace       = "kube-system"
        service_account = "ebs-csi-controller-sa"
        identity        = "add-on"
      })
      "aws-load-balancer-controller" = var.controllers.load_balancer
      "external-dns"                 = var.controllers.external_dns
      "cert-manager"                 = var.controllers.cert_manager
      "cluster-autoscaler"           = var.controllers.cluster_autoscaler
    } : purpose => controller
    if controller.enabled
  }

  # Who may assume each role: the pods of one service account of this cluster, and nobody else.
  controller_trusts = {
    for purpose, controller in local.controllers : purpose => controller.identity == "irsa" ? jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "AssumeByServiceAccount"
        Effect    = "Allow"
        Principal = { Federated = var.oidc_provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
            "${var.oidc_issuer}:sub" = "system:serviceaccount:${controller.namespace}:${controller.service_account}"
          }
        }
      }]
      }) : jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "AssumeByAssociation"
        Effect    = "Allow"
        Principal = { Service = "pods.eks.amazonaws.com" }
        Action    = ["sts:AssumeRole", "sts:TagSession"]
        Condition = {
          StringEquals = {
            "aws:RequestTag/eks-cluster-arn"            = "arn:${var.partition}:eks:${var.region}:${var.account}:cluster/${var.cluster_name}"
            "aws:RequestTag/kubernetes-namespace"       = controller.namespace
            "aws:RequestTag/kubernetes-service-account" = controller.service_account
          }
        }
      }]
    })
  }

  # The zones that controllers may write to.
  zone_arns = [
    for id in compact(concat([var.zone_id], var.zone_ids)) :
    "arn:${var.partition}:route53:::hostedzone/${id}"
  ]

  # What each controller may do.
  controller_statements = {
    "ebs-csi" = [
      {
        Sid    = "EncryptVolumes"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Resource = var.storage_key_arn
      },
      {
        Sid       = "GrantVolumes"
        Effect    = "Allow"
        Action    = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
        Resource  = var.storage_key_arn
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
    ]
    "aws-load-balancer-controller" = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "ec2:DescribeAvailabilityZones",
          "ec2:DescribeInstances",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs",
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeLoadBalancers",
          "elasticloadbalancing:DescribeTags",
          "elasticloadbalancing:DescribeTargetGroupAttributes",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
        ]
        Resource = "*"
      },
      {
        Sid       = "BindPods"
        Effect    = "Allow"
        Action    = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]
        Resource  = "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account}:targetgroup/*/*"
        Condition = { StringEquals = { "aws:ResourceTag/environment" = var.environment } }
      },
    ]
    "external-dns" = [
      {
        Sid      = "Look"
        Effect   = "Allow"
        Action   = "route53:ListHostedZones"
        Resource = "*"
      },
      {
        Sid    = "ReadRecords"
        Effect = "Allow"
        Action = [
          "route53:ListResourceRecordSets",
          "route53:ListTagsForResource",
          "route53:ListTagsForResources",
        ]
        Resource = local.zone_arns
      },
      {
        Sid      = "WriteRecords"
        Effect   = "Allow"
        Action   = "route53:ChangeResourceRecordSets"
        Resource = local.zone_arns
        Condition = {
          "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = ["A", "AAAA", "CNAME", "TXT"] }
          Null                        = { "route53:ChangeResourceRecordSetsRecordTypes" = "false" }
        }
      },
    ]
    "cert-manager" = [
      {
        Sid      = "Look"
        Effect   = "Allow"
        Action   = "route53:ListHostedZonesByName"
        Resource = "*"
      },
      {
        Sid      = "Wait"
        Effect   = "Allow"
        Action   = "route53:GetChange"
        Resource = "arn:${var.partition}:route53:::change/*"
      },
      {
        Sid      = "ReadRecords"
        Effect   = "Allow"
        Action   = "route53:ListResourceRecordSets"
        Resource = local.zone_arns
      },
      {
        Sid      = "ProveNames"
        Effect   = "Allow"
        Action   = "route53:ChangeResourceRecordSets"
        Resource = local.zone_arns
        Condition = {
          "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = ["TXT"] }
          "ForAllValues:StringLike"   = { "route53:ChangeResourceRecordSetsNormalizedRecordNames" = ["_acme-challenge.*"] }
          Null = {
            "route53:ChangeResourceRecordSetsRecordTypes"           = "false"
            "route53:ChangeResourceRecordSetsNormalizedRecordNames" = "false"
          }
        }
      },
    ]
    "cluster-autoscaler" = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeAutoScalingInstances",
          "autoscaling:DescribeLaunchConfigurations",
          "autoscaling:DescribeScalingActivities",
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplateVersions",
          "ec2:GetInstanceTypesFromInstanceRequirements",
        ]
        Resource = "*"
      },
      {
        Sid      = "LookAtNodeGroups"
        Effect   = "Allow"
        Action   = "eks:DescribeNodegroup"
        Resource = "arn:${var.partition}:eks:${var.region}:${var.account}:nodegroup/*/*/*"
      },
      {
        Sid      = "SizeItsGroups"
        Effect   = "Allow"
        Action   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
        Resource = "arn:${var.partition}:autoscaling:${var.region}:${var.account}:autoScalingGroup:*:autoScalingGroupName/*"
        Condition = {
          StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.cluster_name}" = "owned" }
          Null         = { "aws:ResourceTag/mendixctl/cluster-autoscaler" = "false" }
        }
      },
    ]
  }
}

# One role a controller.
resource "aws_iam_role" "controller" {
  for_each = local.controllers

  name                  = "${var.environment}-${each.key}"
  description           = "${each.key} on the cluster ${var.cluster_name} works as this."
  assume_role_policy    = local.controller_trusts[each.key]
  permissions_boundary  = var.boundary_arn
  force_detach_policies = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

# What it may do.
resource "aws_iam_role_policy" "controller" {
  for_each = local.controllers

  name = "controller"
  role = aws_iam_role.controller[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.controller_statements[each.key] : statement
      if length(flatten([statement.Resource])) > 0
    ]
  })
}

# AWS's own policy of the EBS CSI driver, which follows what the driver needs.
resource "aws_iam_role_policy_attachment" "ebs_csi" {
  count = var.controllers.ebs_csi.enabled ? 1 : 0

  role       = aws_iam_role.controller["ebs-csi"].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

# Gives the pods of the service account the role; the service account needs no annotation. The EBS CSI driver's
# comes with its add-on, in the cluster area: pods that start before it never notice it.
resource "aws_eks_pod_identity_association" "controller" {
  for_each = {
    for purpose, controller in local.controllers : purpose => controller
    if controller.identity == "pod-identity" && purpose != "ebs-csi"
  }

  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.controller[each.key].arn

  tags = merge(local.tags, { Name = "${var.environment}-${each.key}" })
}

################################################################################
# The Mendix Operator
################################################################################

locals {
  # Resource IDs of the databases by name.
  databases = var.database_resource_ids == null ? {} : var.database_resource_ids

  # Name of the bucket that storage plans share.
  plan_bucket = coalesce(var.storage_provisioner.bucket, "files")

  # That bucket; nothing if there is none.
  plan_bucket_arn = lookup(var.bucket_arns, local.plan_bucket, "")

  # What a role may do that the Operator makes for an app on a storage plan: use its own folder and its own
  # database user, by the tags that the Operator puts on the role.
  environment_statements = concat([
    for statement in [
      {
        Sid      = "ListOwnFolder"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.plan_bucket_arn
        Condition = {
          StringLike = {
            "s3:prefix" = [
              "$${aws:PrincipalTag/privatecloud.mendix.com/s3-prefix}",
              "$${aws:PrincipalTag/privatecloud.mendix.com/s3-prefix}/*",
            ]
          }
        }
      },
      {
        Sid    = "UseOwnFolder"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetObject",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ]
        Resource = "${local.plan_bucket_arn}/$${aws:PrincipalTag/privatecloud.mendix.com/s3-prefix}/*"
      },
      {
        Sid      = "EncryptFiles"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.storage_key_arn
        Condition = {
          StringLike = {
            "kms:EncryptionContext:aws:s3:arn" = [local.plan_bucket_arn, "${local.plan_bucket_arn}/*"]
            "kms:ViaService"                   = "s3.${var.region}.*"
          }
        }
      },
    ] : statement
    if local.plan_bucket_arn != ""
    ], [{
      Sid    = "SignInToDatabase"
      Effect = "Allow"
      Action = "rds-db:connect"
      Resource = [
        for id in values(local.databases) :
        "arn:${var.partition}:rds-db:${var.region}:${var.account}:dbuser:${id}/$${aws:PrincipalTag/privatecloud.mendix.com/database-user}"
      ]
  }])
}

# What the Operator attaches to the role of each app on a storage plan.
resource "aws_iam_policy" "environment" {
  count = var.storage_provisioner.enabled ? 1 : 0

  name        = "${var.environment}-mendix-environment"
  description = "Attached by the Mendix Operator to the roles of apps on storage plans of ${var.environment}."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.environment_statements : statement
      if length(flatten([statement.Resource])) > 0
    ]
  })

  tags = merge(local.tags, { Name = "${var.environment}-mendix-environment" })

  lifecycle {
    precondition {
      condition     = var.storage_provisioner.bucket == null || contains(keys(var.bucket_arns), local.plan_bucket)
      error_message = "There is no bucket ${local.plan_bucket}: see storage_provisioner.bucket."
    }

    precondition {
      condition     = contains(keys(var.bucket_arns), local.plan_bucket) || length(local.databases) > 0
      error_message = "Storage plans need a bucket or a database: turn storage_provisioner off."
    }
  }
}

locals {
  # What the provisioner may do: make roles that can do what the policy above says and nothing else, clean up, and
  # sign in to databases as a user of its own, so that the master keeps its password.
  provisioner_statements = concat([
    {
      Sid      = "MakeRolesOfApps"
      Effect   = "Allow"
      Action   = ["iam:CreateRole", "iam:DeleteRole", "iam:TagRole"]
      Resource = "arn:${var.partition}:iam::${var.account}:role/mendix-*"
    },
    {
      Sid      = "AttachOnlyTheirPolicy"
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
      Sid    = "MakeDatabases"
      Effect = "Allow"
      Action = "rds-db:connect"
      Resource = [
        for id in values(local.databases) :
        "arn:${var.partition}:rds-db:${var.region}:${var.account}:dbuser:${id}/${var.storage_provisioner.database_user}"
      ]
    },
    ], [
    for statement in [
      {
        Sid      = "ListForCleanUp"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.plan_bucket_arn
      },
      {
        Sid    = "CleanUp"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetObject",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ]
        Resource = "${local.plan_bucket_arn}/*"
      },
      {
        Sid      = "EncryptFiles"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.storage_key_arn
        Condition = {
          StringLike = {
            "kms:EncryptionContext:aws:s3:arn" = [local.plan_bucket_arn, "${local.plan_bucket_arn}/*"]
            "kms:ViaService"                   = "s3.${var.region}.*"
          }
        }
      },
    ] : statement
    if local.plan_bucket_arn != ""
  ])
}

# By annotation of the service account, as the Operator makes it; it knows no other way.
resource "aws_iam_role" "storage_provisioner" {
  count = var.storage_provisioner.enabled ? 1 : 0

  name        = "${var.environment}-mendix-storage-provisioner"
  description = "mendix-storage-provisioner on the cluster ${var.cluster_name} works as this."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByServiceAccount"
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
          "${var.oidc_issuer}:sub" = [
            for namespace in var.namespaces :
            "system:serviceaccount:${namespace}:${var.storage_provisioner.service_account}"
          ]
        }
      }
    }]
  })
  permissions_boundary  = var.boundary_arn
  force_detach_policies = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-mendix-storage-provisioner" })
}

# Makes and removes what apps on storage plans have.
resource "aws_iam_role_policy" "storage_provisioner" {
  count = var.storage_provisioner.enabled ? 1 : 0

  name = "provision"
  role = aws_iam_role.storage_provisioner[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.provisioner_statements : statement
      if length(flatten([statement.Resource])) > 0
    ]
  })
}

locals {
  # The repositories of the apps' images.
  app_repository_arns = [
    for name, arn in var.repository_arns == null ? {} : var.repository_arns : arn
    if contains(keys(var.apps), name)
  ]
}

# By annotation of the service account, as the Operator makes it; it knows no other way.
resource "aws_iam_role" "builder" {
  count = var.builder.enabled ? 1 : 0

  name        = "${var.environment}-mendix-builder"
  description = "mendix-builder on the cluster ${var.cluster_name} works as this."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByServiceAccount"
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
          "${var.oidc_issuer}:sub" = [
            for namespace in var.namespaces :
            "system:serviceaccount:${namespace}:${var.builder.service_account}"
          ]
        }
      }
    }]
  })
  permissions_boundary  = var.boundary_arn
  force_detach_policies = var.teardown

  tags = merge(local.tags, { Name = "${var.environment}-mendix-builder" })
}

locals {
  # Pushes to the apps' repositories, which are there already.
  builder_statements = [
    {
      Sid      = "Authenticate"
      Effect   = "Allow"
      Action   = "ecr:GetAuthorizationToken"
      Resource = "*"
    },
    {
      Sid    = "PushImages"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:ListImages",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      Resource = local.app_repository_arns
    },
  ]
}

# Where there is no app, there is nothing to push to.
resource "aws_iam_role_policy" "builder" {
  count = var.builder.enabled ? 1 : 0

  name = "build"
  role = aws_iam_role.builder[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.builder_statements : statement
      if length(flatten([statement.Resource])) > 0
    ]
  })
}

################################################################################
# Apps
################################################################################

locals {
  # The apps whose roles are made here; the Operator makes those of apps on storage plans.
  apps = {
    for name, app in var.apps : name => app
    if app.identity == "secret-store"
  }

  # The database user of each app.
  database_users = { for name, app in local.apps : name => replace(name, "-", "_") }

  # What each app may do: use its folder and its database user, and decrypt the secrets that let it read them.
  app_statements = {
    for name, app in local.apps : name => concat(
      [{
        Sid       = "DecryptSecrets"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.secrets_key_arn
        Condition = { StringLike = { "kms:ViaService" = "secretsmanager.${var.region}.*" } }
      }],
      flatten([
        for bucket, arn in var.bucket_arns :
        [
          {
            Sid       = "ListOwnFolder"
            Effect    = "Allow"
            Action    = "s3:ListBucket"
            Resource  = arn
            Condition = { StringLike = { "s3:prefix" = [name, "${name}/*"] } }
          },
          {
            Sid    = "UseOwnFolder"
            Effect = "Allow"
            Action = [
              "s3:AbortMultipartUpload",
              "s3:DeleteObject",
              "s3:GetObject",
              "s3:ListMultipartUploadParts",
              "s3:PutObject",
            ]
            Resource = "${arn}/${name}/*"
          },
          {
            Sid      = "EncryptFiles"
            Effect   = "Allow"
            Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
            Resource = var.storage_key_arn
            Condition = {
              StringLike = {
                "kms:EncryptionContext:aws:s3:arn" = [arn, "${arn}/*"]
                "kms:ViaService"                   = "s3.${var.region}.*"
              }
            }
          },
        ]
        if bucket == app.files
      ]),
      [for database, id in local.databases : {
        Sid      = "SignInToDatabase"
        Effect   = "Allow"
        Action   = "rds-db:connect"
        Resource = "arn:${var.partition}:rds-db:${var.region}:${var.account}:dbuser:${id}/${local.database_users[name]}"
      } if database == app.database],
    )
  }
}

# One role an app. The service account has the app's name, as the Operator wants it, and names the role; while a
# new version takes its place, one called <app>-next stands beside it and is the same to AWS.
resource "aws_iam_role" "app" {
  for_each = local.apps

  name        = "${var.environment}-app-${each.key}"
  description = "The Mendix app ${each.key} of ${var.environment} works as this."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByServiceAccount"
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
          "${var.oidc_issuer}:sub" = flatten([
            for namespace in var.namespaces :
            [
              for name in [each.key, "${each.key}-next"] :
              "system:serviceaccount:${namespace}:${name}"
              if name == each.key || !contains(keys(var.apps), name)
            ]
          ])
        }
      }
    }]
  })
  permissions_boundary  = var.boundary_arn
  force_detach_policies = var.teardown

  tags = merge(local.tags, {
    Name = "${var.environment}-app-${each.key}"
    app  = each.key
  })
}

# Its own, and no other app's.
resource "aws_iam_role_policy" "app" {
  for_each = local.apps

  name = "app"
  role = aws_iam_role.app[each.key].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = local.app_statements[each.key]
  })
}
