output "topic_arns" {
  description = "ARNs of the topics by priority, p1 to p4; alarms, budgets and events publish to them."
  value       = { for priority, topic in aws_sns_topic.this : priority => topic.arn }
}

output "key_arn" {
  description = "ARN of the key that encrypts topics, dead letters and incidents."
  value       = aws_kms_key.this.arn
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue of what reached nobody."
  value       = aws_sqs_queue.dead_letters.arn
}

output "table_name" {
  description = "Name of the table of incidents."
  value       = aws_dynamodb_table.incidents.name
}

output "table_arn" {
  description = "ARN of the table of incidents."
  value       = aws_dynamodb_table.incidents.arn
}

output "state_machine_name" {
  description = "Name of the state machine that follows incidents."
  value       = aws_sfn_state_machine.incidents.name
}

output "state_machine_arn" {
  description = "ARN of that state machine."
  value       = aws_sfn_state_machine.incidents.arn
}

output "function_name" {
  description = "Name of the function of deadlines."
  value       = aws_lambda_function.clock.function_name
}

output "alarm_names" {
  description = "Names of the alarms of the area itself."
  value       = [aws_cloudwatch_metric_alarm.incidents_failed.alarm_name, aws_cloudwatch_metric_alarm.dead_letters.alarm_name]
}
