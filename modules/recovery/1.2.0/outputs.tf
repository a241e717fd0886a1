output "replicated_buckets" {
  description = "Buckets that are replicated to the standby, by name."
  value       = { for name, it in aws_s3_bucket_replication_configuration.this : name => it.bucket }
}

output "replicas" {
  description = "Buckets that are replicated, by name: source, and the target in the standby."
  value       = local.replicas
}

output "replicated_backup_arns" {
  description = "ARNs of the primary's automated backups here, by database: what restore_from.backup_arn takes."
  value       = { for name, it in aws_db_instance_automated_backups_replication.this : name => it.id }
}

output "latch_id" {
  description = "Health check that is turned over to switch names to the standby; null without failover by DNS."
  value       = one([for it in aws_route53_health_check.latch : it.id])
}

output "switched_names" {
  description = "Names that lead here or to the standby."
  value       = [for name, it in aws_route53_record.primary : it.fqdn]
}
