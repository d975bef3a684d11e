"""The simulator with boto3: pages of simulations, each of them put together by boto3's own paginators."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

arn = sys.argv[1]
iam = boto3.client("iam")


def simulated(name, **arguments):
    pages = list(iam.get_paginator(name).paginate(PaginationConfig={"PageSize": 2}, **arguments))
    results = [result for page in pages for result in page["EvaluationResults"]]
    return len(pages), [[result["EvalActionName"], result["EvalDecision"]] for result in results]


actions = ["iam:GetUser", "iam:ListUsers", "iam:DeleteUser", "orders:Get", "iam:GetUser"]
allow = {"Effect": "Allow", "Action": "iam:*User*", "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": allow})
told = {
    "principal": simulated("simulate_principal_policy", PolicySourceArn=arn, ActionNames=actions),
    "custom": simulated("simulate_custom_policy", PolicyInputList=[document], ActionNames=actions),
    "keys": iam.get_context_keys_for_custom_policy(PolicyInputList=[document])["ContextKeyNames"],
}
try:
    iam.simulate_principal_policy(PolicySourceArn=arn + "-gone", ActionNames=actions)
except iam.exceptions.NoSuchEntityException as error:
    told["missing"] = error.response["Error"]["Message"]
try:
    iam.simulate_custom_policy(PolicyInputList=["{"], ActionNames=actions)
except ClientError as error:
    told["unreadable"] = error.response["Error"]["Code"]
print(json.dumps(told))
