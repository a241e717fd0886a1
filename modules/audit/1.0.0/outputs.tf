output "bucket_name" {
  description = "Bucket of the records and of the reviews (reviews/)."
  value       = aws_s3_bucket.records.id
}

output "bucket_arn" {
  description = "ARN of the bucket of the records."
  value       = aws_s3_bucket.records.arn
}

output "trail_arn" {
  description = "ARN of the trail; null where nothing is recorded."
  value       = one(aws_cloudtrail.this[*].arn)
}

output "log_group_name" {
  description = "Log group of the trail; null where nothing is recorded."
  value       = one(aws_cloudwatch_log_group.trail[*].name)
}

output "alarm_names" {
  description = "Names of the alarms of the benchmark."
  value       = [for it in aws_cloudwatch_metric_alarm.cis : it.alarm_name]
}

output "topic_arn" {
  description = "ARN of the topic that failed reviews are published to."
  value       = aws_sns_topic.audit.arn
}

output "workgroup_name" {
  description = "Athena's workgroup, which queries are made in."
  value       = aws_athena_workgroup.this.name
}

output "database_name" {
  description = "Database of the records' tables."
  value       = aws_glue_catalog_database.this.name
}

output "results_bucket_name" {
  description = "Bucket of what queries found."
  value       = aws_s3_bucket.results.id
}

output "review_function_name" {
  description = "Function that makes the reviews."
  value       = aws_lambda_function.review.function_name
}
