# State in S3, as bootstrap lays it down: encrypted with a key of one's own, locked by a file beside it.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.99, < 6"
    }
  }
  backend "s3" {
    bucket       = "probe-state"
    key          = "dev/terraform.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["123456789012"]
}

resource "aws_eip" "this" {
  domain = "vpc"
}
