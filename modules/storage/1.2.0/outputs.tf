output "bucket_names" {
  description = "Names in AWS by name."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.id }
}

output "bucket_arns" {
  description = "Bucket ARNs by name."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.arn }
}

output "bucket_domain_names" {
  description = "Regional domain names by name."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.bucket_regional_domain_name }
}

output "named_bucket_arns" {
  description = "ARNs of the buckets that have names of their own; known before they are there."
  value       = local.named_bucket_arns
}

output "access_logs_bucket_name" {
  description = "Bucket that S3 delivers access logs to, under s3/<bucket>/."
  value       = aws_s3_bucket_policy.access_logs.bucket
}

output "access_logs_bucket_arn" {
  description = "ARN of the access log bucket."
  value       = aws_s3_bucket.access_logs.arn
}

output "volume_classes" {
  description = "Classes of volumes by name: type, iops, throughput (MiB/s)."
  value = {
    for name, class in { default = var.volumes.default_class, fast = var.volumes.fast_class } :
    name => class
    if class != null
  }
}

output "volume_kms_key_arn" {
  description = "ARN of the KMS key that volumes are encrypted with."
  value       = var.kms_key_arn
}

output "volume_tags" {
  description = "Tags that a volume needs for its snapshots to be made."
  value       = local.volume_tags
}

output "snapshot_policy_arn" {
  description = "ARN of the snapshot policy; null where snapshots are off."
  value       = one(aws_dlm_lifecycle_policy.volumes[*].arn)
}
