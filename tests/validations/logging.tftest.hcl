# What the module of logging refuses by itself, and what only a plan shows. AWS is mocked: nothing is asked.

mock_provider "aws" {}

variables {
  environment             = "dev"
  region                  = "eu-central-1"
  account                 = "123456789012"
  partition               = "aws"
  vpc_id                  = "vpc-0123456789abcdef0"
  private_subnet_ids      = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2"]
  nodes_security_group_id = "sg-0123456789abcdef0"
  logs_key_arn            = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  boundary_arn            = "arn:aws:iam::123456789012:policy/dev-boundary"
  cluster_name            = "dev"
  oidc_provider_arn       = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/A"
  oidc_issuer             = "oidc.eks.eu-central-1.amazonaws.com/id/A"
  engine                  = "opensearch"
}

run "a_domain_is_spread_over_three_zones_where_its_nodes_are" {
  command = plan
  assert {
    condition     = aws_opensearch_domain.this[0].cluster_config[0].zone_awareness_config[0].availability_zone_count == 3
    error_message = "Three nodes are in three zones."
  }
  assert {
    condition     = [for state in local.index_policy.policy.states : state.name] == ["hot", "delete"]
    error_message = "Without warm nodes an index stays hot until it is deleted."
  }
}

run "nodes_are_spread_evenly" {
  command = plan
  variables {
    nodes = { data = 4, zones = 3 }
  }
  expect_failures = [aws_opensearch_domain.this]
}

run "zones_have_subnets" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  }
  expect_failures = [aws_opensearch_domain.this]
}

run "warm_nodes_need_masters" {
  command = plan
  variables {
    nodes = { master = 0 }
    warm  = { nodes = 2 }
  }
  expect_failures = [aws_opensearch_domain.this]
}

run "cold_storage_is_reached_by_way_of_warm_nodes" {
  command = plan
  variables {
    index = { warm_days = 30 }
  }
  expect_failures = [aws_opensearch_domain.this]
}

run "an_index_goes_through_all_states" {
  command = plan
  variables {
    warm  = { nodes = 2 }
    index = { hot_days = 3, warm_days = 10, delete_after_days = 20 }
  }
  assert {
    condition     = [for state in local.index_policy.policy.states : state.name] == ["hot", "warm", "cold", "delete"]
    error_message = "Hot, warm, cold, deleted."
  }
  assert {
    condition     = local.index_policy.policy.states[2].transitions[0].conditions.min_index_age == "20d"
    error_message = "What is cold is deleted at its age."
  }
}

run "an_engine_is_one_of_three" {
  command = plan
  variables {
    engine = "splunk"
  }
  expect_failures = [var.engine]
}

run "nothing_is_made_where_logs_stay_in_cloudwatch" {
  command = plan
  variables {
    engine = "none"
  }
  assert {
    condition     = length(aws_kms_key.this) + length(aws_opensearch_domain.this) + length(aws_s3_bucket.snapshots) == 0
    error_message = "Nothing."
  }
}
