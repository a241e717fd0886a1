output "pipeline_names" {
  description = "Pipelines by app; empty for other tools."
  value       = { for app, pipeline in aws_codepipeline.app : app => pipeline.name }
}

output "rollback_pipeline_name" {
  description = "Pipeline that takes a release back; null for other tools."
  value       = one(aws_codepipeline.rollback[*].name)
}

output "connection_arn" {
  description = "ARN of the connection to the repository; null for other tools."
  value       = local.connection_arn
}

output "role_arn" {
  description = "ARN of the role that deploys; null where nothing does."
  value       = one(aws_iam_role.deploy[*].arn)
}

output "approver_role_arn" {
  description = "ARN of the role that approves; null where nobody is named."
  value       = one(aws_iam_role.approver[*].arn)
}

output "artifacts_bucket_name" {
  description = "Bucket of sources and packages; null for other tools."
  value       = one(aws_s3_bucket.artifacts[*].id)
}

output "topic_arn" {
  description = "ARN of the topic of approvals; null where there are none."
  value       = one(aws_sns_topic.approvals[*].arn)
}

output "signing_key_arn" {
  description = "ARN of the key that signs images; null where nothing is delivered."
  value       = one(aws_kms_key.release[*].arn)
}

output "alarm_names" {
  description = "Alarms that a release is watched by, by app."
  value       = { for app, alarm in aws_cloudwatch_metric_alarm.app : app => alarm.alarm_name }
}
