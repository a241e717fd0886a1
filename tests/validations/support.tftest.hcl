# What the support module refuses by itself, and what of contacts and hours only a plan shows. AWS is mocked.

mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/mrk-00000000000000000000000000000000" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:dev-p1" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-central-1:123456789012:dev-support-dead-letters" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/dev-incidents" }
  }
  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:dev-incidents" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:dev" }
  }
}

variables {
  environment  = "dev"
  region       = "eu-central-1"
  account      = "123456789012"
  partition    = "aws"
  logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  boundary_arn = "arn:aws:iam::123456789012:policy/dev-boundary"
}

run "the_clock_runs_in_one_of_two_ways" {
  command = plan
  variables {
    hours = { p1 = "7x24" }
  }
  expect_failures = [var.hours]
}

run "an_office_opens_at_a_time_of_day" {
  command = plan
  variables {
    office = { from = "9 am" }
  }
  expect_failures = [var.office]
}

run "a_holiday_is_a_date" {
  command = plan
  variables {
    holidays = ["01.01.2027"]
  }
  expect_failures = [var.holidays]
}

run "a_target_is_a_span" {
  command = plan
  variables {
    targets = { p1 = { respond = "soon", solve = "4h" } }
  }
  expect_failures = [var.targets]
}

run "a_number_is_one_of_the_world" {
  command = plan
  variables {
    contacts = { p1 = [{ sms = "0151 1234567" }] }
  }
  expect_failures = [var.contacts]
}

run "who_is_told_later_hears_what_is_not_acknowledged" {
  command = apply
  variables {
    contacts = {
      p1 = [{ email = "a@example.com" }, { https = "https://events.example.com/p1", escalate_after_minutes = 15 }]
      p3 = [{ email = "a@example.com" }]
    }
  }
  assert {
    condition     = length(aws_sns_topic_subscription.this) == 3
    error_message = "There are ${length(aws_sns_topic_subscription.this)} subscriptions."
  }
  assert {
    condition     = aws_sns_topic_subscription.this["p1 a@example.com"].filter_policy == null
    error_message = "Who is told at once hears everything."
  }
  assert {
    condition     = jsondecode(aws_sns_topic_subscription.this["p1 https://events.example.com/p1"].filter_policy) == { unacknowledged_minutes = [{ numeric = [">=", 15] }] }
    error_message = "Who is told after 15 minutes hears what is as old."
  }
  assert {
    condition     = aws_dynamodb_table.incidents.deletion_protection_enabled
    error_message = "Incidents are protected."
  }
  assert {
    condition     = sort(keys(output.topic_arns)) == tolist(["p1", "p2", "p3", "p4"])
    error_message = "Other areas find a topic of each priority."
  }
}

run "a_teardown_disarms_the_table" {
  command = apply
  variables {
    teardown = true
  }
  assert {
    condition     = !aws_dynamodb_table.incidents.deletion_protection_enabled
    error_message = "A teardown takes the protection off."
  }
}
