# Every resource type that the areas network, encryption and storage use, and what hangs on keys.

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
  default_tags {
    tags = { environment = "test", managed-by = "mendixctl" }
  }
}

provider "aws" {
  alias  = "standby"
  region = "eu-west-1"
  default_tags {
    tags = { environment = "test", managed-by = "mendixctl" }
  }
}

variable "changed" {
  type    = bool
  default = false
}

data "aws_caller_identity" "current" {}
