"""One story told with boto3: an organization, an account of its own, and the policies that limit what is done in it."""

import json
import sys
import time
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

run = uuid.uuid4().hex[:8]
once = Config(retries={"total_max_attempts": 1})
done = []


def step(check):
    """Runs one step; what it has told is read by the suite."""
    check()
    done.append(check.__name__)
    return check


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def client(service, keys=None):
    """One session for all: each of its own would read the models of the services anew."""
    keys = keys or {}
    return boto3.client(
        service,
        config=once,
        aws_access_key_id=keys.get("AccessKeyId"),
        aws_secret_access_key=keys.get("SecretAccessKey"),
        aws_session_token=keys.get("SessionToken"),
    )


def person(iam, name, *statements):
    """The keys of a new user with these permissions, and the user's ARN."""
    user = iam.create_user(UserName=f"{name}-{run}")["User"]
    iam.put_user_policy(UserName=user["UserName"], PolicyName="own", PolicyDocument=document(*statements))
    return iam.create_access_key(UserName=user["UserName"])["AccessKey"], user["Arn"]


def refused(call, arn, action, resource, reason):
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied", error
        on = f" on resource: {resource}" if resource else ""
        expected = f"User: {arn} is not authorized to perform: {action}{on} {reason}"
        assert error.response["Error"]["Message"] == expected, error
    else:
        raise AssertionError(f"{action} was allowed")


def control(name, target, statement, kind="SERVICE_CONTROL_POLICY"):
    """Writes a policy and attaches it."""
    policy = organizations.create_policy(
        Name=f"{name}-{run}", Description=name, Type=kind, Content=document(statement)
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=target)
    return policy


organizations = client("organizations")
home_iam = client("iam")
account = client("sts").get_caller_identity()["Account"]
by_scp = "with an explicit deny in a service control policy"
by_rcp = "with an explicit deny in a resource control policy"
allow_all = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@step
def an_organization_has_a_root_with_policies():
    global root, unit
    try:
        organizations.create_organization(FeatureSet="ALL")
    except organizations.exceptions.AlreadyInOrganizationException:
        pass
    organization = organizations.describe_organization()["Organization"]
    assert organization["MasterAccountId"] == account
    (found,) = organizations.list_roots()["Roots"]
    root = found["Id"]
    assert {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"} in found["PolicyTypes"]
    unit = organizations.create_organizational_unit(ParentId=root, Name=f"unit-{run}")["OrganizationalUnit"]["Id"]
    attached = organizations.list_policies_for_target(TargetId=unit, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert [policy["Id"] for policy in attached] == ["p-FullAWSAccess"]


@step
def a_new_account_is_entered_by_its_role():
    global member, member_iam, admin
    status = organizations.create_account(AccountName="dev", Email=f"dev-{run}@example.com")["CreateAccountStatus"]
    until = time.monotonic() + 20
    while status["State"] == "IN_PROGRESS":
        assert time.monotonic() < until
        status = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])[
            "CreateAccountStatus"
        ]
    assert status["State"] == "SUCCEEDED"
    member = status["AccountId"]
    admin, _ = person(home_iam, "admin", allow_all)
    role = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
    issued = client("sts", admin).assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    member_iam = client("iam", issued)
    assert member_iam.get_role(RoleName="OrganizationAccountAccessRole")["Role"]["Arn"] == role
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    pages = organizations.get_paginator("list_accounts_for_parent").paginate(
        ParentId=unit, PaginationConfig={"PageSize": 1}
    )
    assert [each["Id"] for page in pages for each in page["Accounts"]] == [member]


@step
def a_service_control_policy_denies_a_members_user():
    keys, arn = person(member_iam, "ann", allow_all)
    iam = client("iam", keys)
    iam.list_users()
    policy = control("no-lists", unit, {"Effect": "Deny", "Action": "iam:ListUsers", "Resource": "*"})
    users = f"arn:aws:iam::{member}:user/"
    refused(iam.list_users, arn, "iam:ListUsers", users, by_scp)
    iam.list_roles()
    home_iam.list_users(MaxItems=1)
    organizations.move_account(AccountId=member, SourceParentId=unit, DestinationParentId=root)
    iam.list_users()
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    refused(iam.list_users, arn, "iam:ListUsers", users, by_scp)
    organizations.detach_policy(PolicyId=policy, TargetId=unit)
    organizations.delete_policy(PolicyId=policy)
    iam.list_users()


@step
def every_level_has_to_allow():
    keys, arn = person(member_iam, "bob", allow_all)
    iam = client("iam", keys)
    policy = control("lists-only", unit, {"Effect": "Allow", "Action": "iam:List*", "Resource": "*"})
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
    iam.list_users()
    refused(iam.get_user, arn, "iam:GetUser", arn, by_scp)
    try:
        organizations.detach_policy(PolicyId=policy, TargetId=unit)
    except organizations.exceptions.ConstraintViolationException as error:
        assert error.response["Reason"] == "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", error.response
        organizations.attach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
        organizations.detach_policy(PolicyId=policy, TargetId=unit)
    iam.get_user()


@step
def a_resource_control_policy_keeps_others_out():
    types = organizations.list_roots()["Roots"][0]["PolicyTypes"]
    if not any(each["Type"] == "RESOURCE_CONTROL_POLICY" for each in types):
        organizations.enable_policy_type(RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")
    sts = client("sts", admin)
    role = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sts:AssumeRole",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": account}},
    }
    policy = control("no-visits", member, deny, "RESOURCE_CONTROL_POLICY")
    arn = sts.get_caller_identity()["Arn"]
    assume = lambda: sts.assume_role(RoleArn=role, RoleSessionName="visit")
    refused(assume, arn, "sts:AssumeRole", role, by_rcp)
    organizations.detach_policy(PolicyId=policy, TargetId=member)
    assume()


@step
def conditions_know_the_organization():
    organization = organizations.describe_organization()["Organization"]["Id"]
    paths = f"{organization}/{root}/{unit}/"
    condition = {
        "StringEquals": {"aws:PrincipalOrgID": organization, "aws:ResourceOrgID": organization},
        "ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": paths, "aws:ResourceOrgPaths": paths},
    }
    keys, arn = person(member_iam, "cyd", {**allow_all, "Condition": condition})
    iam = client("iam", keys)
    assert iam.get_user()["User"]["Arn"] == arn


@step
def members_do_not_manage():
    keys, _ = person(member_iam, "dan", allow_all)
    own = client("organizations", keys)
    assert own.describe_organization()["Organization"]["MasterAccountId"] == account
    for call in [own.list_roots, lambda: own.create_organizational_unit(ParentId=root, Name="mine")]:
        try:
            call()
        except own.exceptions.AccessDeniedException as error:
            assert error.response["Error"]["Message"] == "You don't have permissions to access this resource."
        else:
            raise AssertionError("a member managed")


json.dump(done, sys.stdout)
