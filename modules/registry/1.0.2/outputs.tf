output "repository_urls" {
  description = "Where images are pushed to and pulled from, by app or image."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "repository_arns" {
  description = "Repository ARNs by app or image."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}

output "repository_names" {
  description = "Names in AWS by app or image."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.name }
}

output "registry_host" {
  description = "Host of the registry, which clients log in to."
  value       = local.host
}

output "cache_urls" {
  description = "What stands before an image's name to pull it through a cache, by cache."
  value = {
    for name, cache in aws_ecr_pull_through_cache_rule.this :
    name => "${local.host}/${cache.ecr_repository_prefix}"
  }
}

output "findings_log_group_name" {
  description = "Log group of the findings of scans."
  value       = aws_cloudwatch_log_group.this.name
}

output "findings_log_group_arn" {
  description = "ARN of the log group of the findings."
  value       = aws_cloudwatch_log_group.this.arn
}
