output "secret_arns" {
  description = "ARNs by name."
  value       = { for name, it in aws_secretsmanager_secret.this : name => it.arn }
}

output "secret_names" {
  description = "Names in AWS by name."
  value       = { for name, it in aws_secretsmanager_secret.this : name => it.name }
}

output "rotation_function_arn" {
  description = "ARN of the function that renews values."
  value       = aws_lambda_function.rotation.arn
}

output "rotation_role_arn" {
  description = "ARN of the function's role."
  value       = aws_iam_role.rotation.arn
}

output "alarm_topic_arn" {
  description = "ARN of the topic that failed rotations are published to."
  value       = aws_sns_topic.rotation.arn
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = [aws_cloudwatch_metric_alarm.errors.alarm_name, aws_cloudwatch_metric_alarm.throttles.alarm_name]
}
