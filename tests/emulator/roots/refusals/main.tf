# Three resources that AWS takes as they are made, and would refuse as the variables can change them.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.99, < 6"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

variable "storage_gb" {
  description = "Storage of the database."
  type        = number
  default     = 50
}

variable "check_timeout" {
  description = "Seconds that a health check may take; one begins every ten."
  type        = number
  default     = 5
}

variable "buckets" {
  description = "How many buckets the policy names."
  type        = number
  default     = 3
}

resource "aws_db_instance" "this" {
  identifier          = "main"
  engine              = "postgres"
  engine_version      = "16.4"
  instance_class      = "db.t4g.medium"
  username            = "mendix_admin"
  password            = "long-enough-1"
  allocated_storage   = var.storage_gb
  apply_immediately   = true
  skip_final_snapshot = true
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_lb_target_group" "this" {
  name     = "apps"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.this.id

  health_check {
    interval = 10
    timeout  = var.check_timeout
  }
}

resource "aws_iam_policy" "this" {
  name = "buckets"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = [for number in range(var.buckets) : "arn:aws:s3:::a-bucket-with-a-long-name-${number}/*"]
    }]
  })
}
