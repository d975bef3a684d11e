terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "prefix" { type = string }
variable "team" {
  type    = string
  default = "red"
}

# No skip_ setting is needed: the provider checks credentials and account as it does with AWS. The endpoint comes by
# AWS_ENDPOINT_URL: with a block of endpoints, as in endpoints.tf, the provider takes seconds more for each command.
provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { Origin = "terraform" }
  }
}

data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.me.account_id, aws_iam_user.people["ada"].arn]
    }
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/team"
      values   = [var.team]
    }
  }
}

data "aws_iam_policy_document" "objects" {
  statement {
    sid       = "Objects"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::${var.prefix}/${var.team}/*"]
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${var.prefix}"]
  }
}

resource "aws_iam_user" "people" {
  for_each             = toset(["ada", "bob", "cid", "dan", "eve", "fay", "gus", "hal"])
  name                 = "${var.prefix}-${each.key}"
  path                 = "/${var.prefix}/"
  permissions_boundary = aws_iam_policy.limit.arn
  tags                 = { team = var.team, person = each.key }
}

resource "aws_iam_access_key" "ada" {
  user = aws_iam_user.people["ada"].name
}

resource "aws_iam_group" "engineers" {
  name = "${var.prefix}-engineers"
  path = "/${var.team}/"
}

resource "aws_iam_group" "readers" {
  name = "${var.prefix}-readers"
}

resource "aws_iam_group_membership" "engineers" {
  name  = "engineers"
  group = aws_iam_group.engineers.name
  users = [for name in ["ada", "bob"] : aws_iam_user.people[name].name]
}

resource "aws_iam_user_group_membership" "cid" {
  user   = aws_iam_user.people["cid"].name
  groups = [aws_iam_group.readers.name]
}

resource "aws_iam_policy" "objects" {
  name        = "${var.prefix}-objects"
  description = "objects of one team"
  policy      = data.aws_iam_policy_document.objects.json
  tags        = { team = var.team }
}

resource "aws_iam_policy" "limit" {
  name   = "${var.prefix}-limit"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

resource "aws_iam_user_policy" "ada" {
  name   = "own"
  user   = aws_iam_user.people["ada"].name
  policy = data.aws_iam_policy_document.objects.json
}

resource "aws_iam_group_policy" "engineers" {
  name   = "own"
  group  = aws_iam_group.engineers.name
  policy = data.aws_iam_policy_document.objects.json
}

resource "aws_iam_user_policy_attachment" "bob" {
  user       = aws_iam_user.people["bob"].name
  policy_arn = aws_iam_policy.objects.arn
}

resource "aws_iam_group_policy_attachment" "readers" {
  group      = aws_iam_group.readers.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role" "web" {
  name                 = "${var.prefix}-web"
  description          = "serves ${var.team}"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 7200
  tags                 = { team = var.team }
}

resource "aws_iam_role_policy" "web" {
  name   = "own"
  role   = aws_iam_role.web.id
  policy = data.aws_iam_policy_document.objects.json
}

resource "aws_iam_role_policy_attachment" "web" {
  role       = aws_iam_role.web.name
  policy_arn = aws_iam_policy.objects.arn
}

resource "aws_iam_instance_profile" "web" {
  name = "${var.prefix}-web"
  role = aws_iam_role.web.name
  tags = { team = var.team }
}

# Reads what was just made, in the same run and without a pause.
data "aws_iam_role" "web" {
  name       = aws_iam_role.web.name
  depends_on = [aws_iam_role_policy_attachment.web]
}

data "aws_iam_policy" "read_only" {
  name = "ReadOnlyAccess"
}

# What ada may do as her policies are now, asked of the simulator whenever Terraform reads.
data "aws_iam_principal_policy_simulation" "ada" {
  policy_source_arn = aws_iam_user.people["ada"].arn
  action_names      = ["s3:GetObject", "s3:PutObject"]
  resource_arns     = ["arn:aws:s3:::${var.prefix}/${var.team}/plan", "arn:aws:s3:::${var.prefix}/${var.team}/map"]
  depends_on        = [aws_iam_user_policy.ada]
}

output "ada_may" { value = data.aws_iam_principal_policy_simulation.ada.all_allowed }
output "role_id" { value = data.aws_iam_role.web.unique_id }
output "read_only" { value = data.aws_iam_policy.read_only.arn }
output "account" { value = data.aws_caller_identity.me.account_id }
output "key" {
  value     = { id = aws_iam_access_key.ada.id, secret = aws_iam_access_key.ada.secret }
  sensitive = true
}
