# What the cost module refuses by itself, and settings that only a plan shows. AWS is mocked: nothing is asked.

mock_provider "aws" {}

variables {
  environment  = "dev"
  region       = "eu-central-1"
  account      = "123456789012"
  partition    = "aws"
  logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
}

run "a_budget_is_more_than_nothing" {
  command = plan
  variables {
    monthly_budget = { amount = 0 }
  }
  expect_failures = [var.monthly_budget]
}

run "a_budget_is_in_dollars" {
  command = plan
  variables {
    monthly_budget = { amount = 100, currency = "EUR" }
  }
  expect_failures = [var.monthly_budget]
}

run "a_share_is_no_more_than_all" {
  command = plan
  variables {
    reserved = { database = 80 }
  }
  expect_failures = [var.reserved]
}

run "there_are_ten_addresses_at_most" {
  command = plan
  variables {
    notify = [for number in range(11) : "finops${number}@example.com"]
  }
  expect_failures = [var.notify]
}

run "a_budget_that_nobody_is_told_of_has_no_notices" {
  command = plan
  variables {
    monthly_budget = { amount = 100 }
    by_area        = { database = 40 }
  }
  assert {
    condition     = length(aws_budgets_budget.environment[0].notification) == 0
    error_message = "A notice needs somebody to be told."
  }
  assert {
    condition     = contains(aws_budgets_budget.area["database"].cost_filter[*].name, "TagKeyValue")
    error_message = "The budget of an area is filtered by its tags."
  }
}
