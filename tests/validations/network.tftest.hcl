# What the network's module refuses by itself, and settings that only a plan shows. AWS is mocked: nothing is asked.

mock_provider "aws" {}

variables {
  environment  = "dev"
  region       = "eu-central-1"
  account      = "123456789012"
  partition    = "aws"
  logs_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  zones        = ["a", "c"]
}

run "a_block_begins_with_its_first_address" {
  command = plan
  variables {
    cidr = "10.20.1.0/16"
  }
  expect_failures = [aws_vpc.this]
}

run "a_block_is_large_enough_for_all_subnets" {
  command = plan
  variables {
    cidr = "10.20.0.0/24"
  }
  expect_failures = [aws_vpc.this]
}

run "there_are_two_zones" {
  command = plan
  variables {
    zones = ["a"]
  }
  expect_failures = [aws_vpc.this]
}

run "subnets_are_of_every_zone" {
  command = plan
  variables {
    subnets = { private = { a = "10.10.0.0/24" } }
  }
  expect_failures = [aws_vpc.this]
}

run "subnets_stand_where_they_are_said" {
  command = plan
  variables {
    subnets = { private = { a = "10.10.0.0/24", c = "10.10.1.0/24" } }
  }
  assert {
    condition = (
      aws_subnet.private["c"].cidr_block == "10.10.1.0/24" && aws_subnet.public["a"].cidr_block == "10.10.128.0/22"
      && aws_network_acl_rule.database_inbound_clients["mysql_private"].cidr_block == "10.10.0.0/16"
    )
    error_message = "A subnet is not where it was said, or the network ACLs do not let it in."
  }
}

run "nat_is_one_of_three" {
  command = plan
  variables {
    nat = "both"
  }
  expect_failures = [var.nat]
}

run "flow_logs_are_as_they_are_set" {
  command = plan
  variables {
    flow_logs = { aggregation_seconds = 60, retention_days = 400 }
  }
  assert {
    condition     = aws_flow_log.this.max_aggregation_interval == 60
    error_message = "The interval is ${aws_flow_log.this.max_aggregation_interval}."
  }
  assert {
    condition     = startswith(aws_flow_log.this.log_format, "$${version} $${account-id}")
    error_message = "The format is ${aws_flow_log.this.log_format}."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 400
    error_message = "They are kept for ${aws_cloudwatch_log_group.this.retention_in_days} days."
  }
}

run "in_a_vpc_that_exists_nothing_of_a_vpc_is_made" {
  command = plan
  variables {
    cidr = "172.20.0.0/20"
    existing = {
      vpc_id  = "vpc-0000000a"
      subnets = { private = { a = "subnet-0000000a", c = "subnet-0000000c" } }
    }
  }
  assert {
    condition = (
      length(aws_vpc.this) + length(aws_subnet.private) + length(aws_network_acl.private) + length(aws_nat_gateway.this)
      + length(aws_vpc_endpoint.interface) + length(aws_route_table.public) == 0
      && aws_security_group.nodes.vpc_id == "vpc-0000000a" && aws_flow_log.this.vpc_id == "vpc-0000000a"
    )
    error_message = "Something is made in a VPC that is somebody else's."
  }
  assert {
    condition     = output.database_subnets == tomap({ a = "subnet-0000000a", c = "subnet-0000000c" })
    error_message = "Databases do not stand beside the nodes."
  }
}

run "existing_subnets_are_of_every_zone" {
  command = plan
  variables {
    existing = {
      vpc_id  = "vpc-0000000a"
      subnets = { private = { a = "subnet-0000000a", b = "subnet-0000000b" } }
    }
  }
  expect_failures = [aws_security_group.nodes]
}
