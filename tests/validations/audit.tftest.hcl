# What the audit's module refuses by itself, and settings that only a plan shows. AWS is mocked: nothing is asked.

mock_provider "aws" {}

variables {
  environment  = "dev"
  region       = "eu-central-1"
  account      = "123456789012"
  partition    = "aws"
  logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  boundary_arn = "arn:aws:iam::123456789012:policy/dev-boundary"
}

run "data_events_are_of_s3_or_lambda" {
  command = plan
  variables {
    trail = { data_events = ["dynamodb"] }
  }
  expect_failures = [var.trail]
}

run "records_are_kept_for_ninety_days" {
  command = plan
  variables {
    trail = { retention_days = 30 }
  }
  expect_failures = [var.trail]
}

run "the_log_is_kept_for_days_that_cloudwatch_knows" {
  command = plan
  variables {
    trail = { log_retention_days = 2555 }
  }
  expect_failures = [var.trail]
}

run "alarms_are_of_the_benchmark_or_none" {
  command = plan
  variables {
    alarms = "all"
  }
  expect_failures = [var.alarms]
}

run "a_review_is_not_made_every_minute" {
  command = plan
  variables {
    review = { cron = "* * * * ? *" }
  }
  expect_failures = [var.review]
}

run "nothing_is_recorded_if_nothing_is_asked_for" {
  command = plan
  assert {
    condition     = length(aws_cloudtrail.this) == 0 && length(aws_cloudwatch_log_metric_filter.cis) == 0
    error_message = "There is a trail."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.cis["root-use"].namespace == "mendixctl/cis"
    error_message = "The alarms do not look at the foundation's trail."
  }
}

run "a_trail_of_its_own_counts_by_itself" {
  command = plan
  variables {
    trail = { management_events = true, object_lock_days = 0 }
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.cis["root-use"].namespace == "mendixctl/cis/dev"
    error_message = "The alarms do not look at the environment's own trail."
  }
  assert {
    condition     = length(aws_s3_bucket_object_lock_configuration.records) == 0
    error_message = "The bucket is locked."
  }
}
