# What the monitoring module refuses by itself, and what only a plan shows. AWS is mocked: nothing is asked.

mock_provider "aws" {}

variables {
  environment  = "dev"
  region       = "eu-central-1"
  account      = "123456789012"
  partition    = "aws"
  logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  apps         = { crm = {} }
  domain       = "apps.example.com"
}

run "retention_is_one_of_cloudwatchs" {
  command = plan
  variables {
    retention_days = 2555
  }
  expect_failures = [var.retention_days]
}

run "priorities_are_four" {
  command = plan
  variables {
    alarms = [{ name = "crm", log_group = "apps/crm", pattern = "ERROR", priority = "P5" }]
  }
  expect_failures = [var.alarms]
}

run "the_topics_of_support_are_told_and_no_other_is_made" {
  command = plan
  variables {
    topic_arns = {
      p1 = "arn:aws:sns:eu-central-1:123456789012:dev-p1"
      p2 = "arn:aws:sns:eu-central-1:123456789012:dev-p2"
      p3 = "arn:aws:sns:eu-central-1:123456789012:dev-p3"
      p4 = "arn:aws:sns:eu-central-1:123456789012:dev-p4"
    }
  }
  assert {
    condition     = length(aws_sns_topic.this) == 0
    error_message = "A topic of its own is made."
  }
  assert {
    condition     = endswith(one(aws_cloudwatch_metric_alarm.apps_critical["crm"].alarm_actions), ":dev-p1")
    error_message = "The alarm goes elsewhere."
  }
}

run "an_area_that_is_off_has_no_alarm" {
  command = plan
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.cluster_api_down) + length(aws_eks_addon.insights) == 0
    error_message = "There is no cluster to watch."
  }
  assert {
    condition     = keys(aws_cloudwatch_dashboard.this) == ["apps"]
    error_message = "The dashboards are ${join(", ", keys(aws_cloudwatch_dashboard.this))}."
  }
}

run "classes_have_their_memory" {
  command = plan
  variables {
    databases = {
      small = {
        identifier     = "dev-small"
        kind           = "postgres"
        instance_class = "db.t4g.micro"
        storage_gb     = 20
        replica        = false
        insights       = false
      }
      large = {
        identifier     = "dev-large"
        kind           = "oracle"
        instance_class = "db.r6i.12xlarge"
        storage_gb     = 1000
        replica        = false
        insights       = true
      }
    }
  }
  assert {
    condition     = local.database_memory == { small = 1, large = 384 }
    error_message = "Memory is ${jsonencode(local.database_memory)}."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.database_load["large"].threshold == 48
    error_message = "Processors are ${jsonencode(local.database_vcpus)}."
  }
}
