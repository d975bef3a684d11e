terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "endpoint" { type = string }

provider "aws" {
  region = "us-east-1"
  endpoints {
    iam = var.endpoint
    sts = var.endpoint
  }
}

data "aws_caller_identity" "me" {}
data "aws_iam_policy" "read_only" { name = "ReadOnlyAccess" }

output "account" { value = data.aws_caller_identity.me.account_id }
output "read_only" { value = data.aws_iam_policy.read_only.arn }
