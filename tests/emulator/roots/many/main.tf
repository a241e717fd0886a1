# Many small resources, some of which hang on others, for tests that end the emulator in the middle.

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

resource "aws_cloudwatch_log_group" "this" {
  count = 80
  name  = "/many/${count.index}"
}

resource "aws_eip" "this" {
  count  = 40
  domain = "vpc"
  tags   = { group = aws_cloudwatch_log_group.this[count.index].arn }
}
