output "endpoints" {
  description = "Where clients connect (host:port) by name."
  value = {
    for name, it in local.instances :
    name => "${aws_db_instance.this[name].address}:${it.client_port}"
  }
}

output "addresses" {
  description = "Host names by name."
  value       = { for name, it in aws_db_instance.this : name => it.address }
}

output "ports" {
  description = "Ports for clients by name."
  value       = { for name, it in local.instances : name => it.client_port }
}

output "engines" {
  description = "Engines by name."
  value       = { for name, it in aws_db_instance.this : name => it.engine }
}

output "database_names" {
  description = "The first database in each, by name."
  value       = { for name, it in aws_db_instance.this : name => it.db_name }
}

output "instance_identifiers" {
  description = "Names in AWS by name."
  value       = { for name, it in aws_db_instance.this : name => it.identifier }
}

output "instance_arns" {
  description = "Instance ARNs by name."
  value       = { for name, it in aws_db_instance.this : name => it.arn }
}

output "resource_ids" {
  description = "Resource IDs (db-...) by name, for policies on rds-db:connect and for restores."
  value       = { for name, it in aws_db_instance.this : name => it.resource_id }
}

output "secret_arns" {
  description = "ARNs of the secrets with the master user's name and password, by name."
  value       = local.master_secret_arns
}

output "watched" {
  description = "What alarms need to know of each instance and read replica, by name."
  value = merge({
    for name, it in aws_db_instance.this :
    name => {
      identifier     = it.identifier
      kind           = local.instances[name].kind
      instance_class = it.instance_class
      storage_gb     = local.instances[name].storage_gb
      replica        = false
      insights       = local.instances[name].performance_insights.enabled
    }
    }, { for name, it in aws_db_instance.replica : name => {
      identifier     = it.identifier
      kind           = local.replicas[name].kind
      instance_class = it.instance_class
      storage_gb     = local.replicas[name].storage_gb
      replica        = true
      insights       = local.replicas[name].performance_insights.enabled
  } })
}

output "proxy_names" {
  description = "Names of the proxies in AWS by instance."
  value       = { for name, it in aws_db_proxy.this : name => it.name }
}

output "replica_endpoints" {
  description = "Where clients connect to read replicas (host:port), by name and number."
  value = {
    for name, it in local.replicas :
    name => "${aws_db_instance.replica[name].address}:${it.client_port}"
  }
}

output "replica_identifiers" {
  description = "Names in AWS of the read replicas, by name and number."
  value       = { for name, it in aws_db_instance.replica : name => it.identifier }
}

output "proxy_endpoints" {
  description = "Where clients connect through a proxy (host:port), by name."
  value = {
    for name, it in aws_db_proxy.this :
    name => "${it.endpoint}:${local.instances[name].client_port}"
  }
}

output "final_snapshot_identifiers" {
  description = "Names that the snapshots will have that are made when the instances are deleted, by name."
  value       = { for name, it in aws_db_instance.this : name => it.final_snapshot_identifier }
}

output "log_group_names" {
  description = "Names of the log groups, by the instance's name in AWS and the log."
  value       = { for name, it in aws_cloudwatch_log_group.this : name => it.name }
}

output "events_topic_arn" {
  description = "ARN of the topic of events."
  value       = aws_sns_topic.this.arn
}
