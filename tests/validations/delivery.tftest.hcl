# What the delivery module refuses by itself, and what of its tools only a plan shows. AWS is mocked.

mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/mrk-00000000000000000000000000000000" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::dev-123456789012-delivery" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/dev-delivery" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:dev-approvals" }
  }
  mock_resource "aws_codebuild_project" {
    defaults = { arn = "arn:aws:codebuild:eu-central-1:123456789012:project/dev-release" }
  }
  mock_resource "aws_codeconnections_connection" {
    defaults = { arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/00000000-0000-0000-0000-000000000000" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/codebuild/dev" }
  }
}

variables {
  environment                 = "dev"
  region                      = "eu-central-1"
  account                     = "123456789012"
  partition                   = "aws"
  tool                        = "codepipeline"
  source_code                 = { repository = "example/mendix-apps" }
  releases                    = { crm = { strategy = "blue-green" }, erp = { window = "Sun 02:30" } }
  state_place                 = { bucket = "example-mendix-state", prefix = "dev/" }
  boundary_arn                = "arn:aws:iam::123456789012:policy/dev-boundary"
  storage_key_arn             = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  logs_key_arn                = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  vpc_id                      = "vpc-00000000000000000"
  private_subnet_ids          = ["subnet-00000000000000000", "subnet-00000000000000001"]
  endpoints_security_group_id = "sg-00000000000000000"
  cluster_name                = "dev"
  cluster_arn                 = "arn:aws:eks:eu-central-1:123456789012:cluster/dev"
  cluster_security_group_id   = "sg-00000000000000001"
  access_logs_bucket_name     = "dev-123456789012-access-logs"
  app_log_group_names         = { crm = "/mendix/dev/apps/crm" }
  repository_arns = {
    crm = "arn:aws:ecr:eu-central-1:123456789012:repository/dev/crm"
    erp = "arn:aws:ecr:eu-central-1:123456789012:repository/dev/erp"
  }
}

run "a_tool_is_one_of_four" {
  command = plan
  variables {
    tool = "travis"
  }
  expect_failures = [var.tool]
}

run "a_repository_has_an_owner" {
  command = plan
  variables {
    source_code = { repository = "mendix-apps" }
  }
  expect_failures = [var.source_code]
}

run "a_compiler_is_pinned_by_its_digest" {
  command = plan
  variables {
    mxbuild = { archive = "s3://tools/mxbuild.tar.gz", sha256 = "latest" }
  }
  expect_failures = [var.mxbuild]
}

run "one_job_is_believed_letter_by_letter" {
  command = plan
  variables {
    oidc = { subject = "repo:example/*" }
  }
  expect_failures = [var.oidc]
}

run "who_approves_is_a_role_and_no_account" {
  command = plan
  variables {
    approver_roles = ["123456789012"]
  }
  expect_failures = [var.approver_roles]
}

run "artifacts_outlive_a_release_that_waits" {
  command = plan
  variables {
    artifact_days = 7
  }
  expect_failures = [var.artifact_days]
}

run "a_stage_is_left_when_its_alarm_has_not_rung_while_it_was_watched" {
  command = apply
  assert {
    condition     = one(one(one(aws_codepipeline.app["crm"].stage[3].on_success).condition).rule).configuration["AlarmStates"] == "ALARM"
    error_message = "A release is taken back when its alarm rings, and not when it is quiet."
  }
  assert {
    condition     = length(aws_codepipeline.app["erp"].stage[3].on_success) == 0
    error_message = "Where no log is counted there is no alarm to wait for."
  }
  assert {
    condition     = one(one(one(aws_codepipeline.app["erp"].stage[3].before_entry).condition).rule).configuration["Cron"] == "* 30-59 02 ? * SUN *"
    error_message = "A window is entered in its hour, from its minute on."
  }
  assert {
    condition     = one(aws_codepipeline.app["crm"].stage[3].on_failure).result == "ROLLBACK"
    error_message = "A release that does not start is taken back."
  }
}

run "a_job_of_another_tool_has_a_role_and_no_pipeline" {
  command = apply
  variables {
    tool = "github"
  }
  assert {
    condition     = length(aws_codepipeline.app) == 0 && length(aws_codebuild_project.step) == 0
    error_message = "The pipeline is the tool's."
  }
  assert {
    condition     = strcontains(aws_iam_role.deploy[0].assume_role_policy, "repo:example/mendix-apps:ref:refs/heads/main")
    error_message = "Only jobs of the branch are believed."
  }
}

run "nothing_is_delivered_without_a_tool" {
  command = apply
  variables {
    tool        = null
    source_code = null
  }
  assert {
    condition     = length(aws_iam_role.deploy) == 0 && length(aws_kms_key.release) == 0
    error_message = "No role and no key without anything that delivers."
  }
}
