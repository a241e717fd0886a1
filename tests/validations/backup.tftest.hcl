# What the backups' module refuses by itself. AWS is mocked: nothing is asked.

mock_provider "aws" {}

variables {
  environment             = "prod"
  region                  = "eu-central-1"
  account                 = "123456789012"
  partition               = "aws"
  neighbours              = { prod-dr = { region = "eu-west-1", account = "123456789012" } }
  boundary_arn            = "arn:aws:iam::123456789012:policy/prod-boundary"
  access_logs_bucket_name = "prod-123456789012-access-logs"
  bucket_arns             = { files = "arn:aws:s3:::prod-123456789012-files" }
}

run "a_backup_is_kept" {
  command = plan
  variables {
    daily = { keep_days = 0 }
  }
  expect_failures = [var.daily]
}

run "what_is_cold_stays_so_for_three_months" {
  command = plan
  variables {
    monthly = { keep_days = 119, cold_after_days = 30 }
  }
  expect_failures = [aws_backup_plan.this]
}

run "a_plan_is_within_the_lock" {
  command = plan
  variables {
    vault_lock = { min_days = 36, max_days = 400 }
  }
  expect_failures = [aws_backup_plan.this]
}

run "the_grace_of_compliance_is_three_days" {
  command = plan
  variables {
    vault_lock = { min_days = 7, max_days = 400, mode = "compliance", grace_days = 2 }
  }
  expect_failures = [var.vault_lock]
}

run "copies_go_to_the_vault_that_the_other_one_makes" {
  command = plan
  variables {
    copy_to = { environment = "prod-dr", keep_days = 35 }
  }
  assert {
    condition     = output.copy_vault_arn == "arn:aws:backup:eu-west-1:123456789012:backup-vault:prod-dr-main"
    error_message = "Copies go to the standby's vault."
  }
}
