output "bucket_arns" {
  description = "ARNs by name."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.arn }
}

output "password" {
  description = "The secret again."
  value       = var.password
  sensitive   = true
}
