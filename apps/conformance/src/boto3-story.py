"""One story told with boto3: clients, resource, paginators, waiters, exception classes, sessions that renew themselves."""

import datetime
import json
import os
import sys
import time
import uuid

import boto3
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.session import get_session

run = uuid.uuid4().hex[:8]
once = Config(retries={"total_max_attempts": 1})
iam = boto3.client("iam", config=once)
sts = boto3.client("sts", config=once)
cloudtrail = boto3.client("cloudtrail", config=once)
account = sts.get_caller_identity()["Account"]
done = []


def step(check):
    """Runs one step; what it has told is read by the suite."""
    check()
    done.append(check.__name__)
    return check


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*"):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


@step
def paginators_see_every_user_once():
    path = f"/boto3-{run}/"
    names = [f"user{number:02}-{run}" for number in range(25)]
    for name in names:
        iam.create_user(UserName=name, Path=path)
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix=path, PaginationConfig={"PageSize": 10}))
    assert [len(page["Users"]) for page in pages] == [10, 10, 5]
    assert [user["UserName"] for page in pages for user in page["Users"]] == names


@step
def waiters_do_not_wait():
    began = time.monotonic()
    iam.create_user(UserName=f"waited-{run}")
    iam.get_waiter("user_exists").wait(UserName=f"waited-{run}")
    profile = f"waited-{run}"
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=profile)
    assert time.monotonic() - began < 1


@step
def errors_are_exception_classes():
    for error, call in [
        (iam.exceptions.NoSuchEntityException, lambda: iam.get_user(UserName="nobody")),
        (iam.exceptions.EntityAlreadyExistsException, lambda: iam.create_user(UserName=f"waited-{run}")),
        (
            iam.exceptions.MalformedPolicyDocumentException,
            lambda: iam.put_user_policy(UserName=f"waited-{run}", PolicyName="p", PolicyDocument="{"),
        ),
        (
            cloudtrail.exceptions.InvalidTimeRangeException,
            lambda: cloudtrail.lookup_events(
                StartTime=datetime.datetime(2020, 1, 2), EndTime=datetime.datetime(2020, 1, 1)
            ),
        ),
    ]:
        try:
            call()
        except error as caught:
            assert caught.response["ResponseMetadata"]["RequestId"]
        else:
            raise AssertionError(f"{error} was not raised")


@step
def documents_are_dictionaries():
    policy = {"Version": "2012-10-17", "Statement": [allow(["s3:Get*", "s3:List*"], "arn:aws:s3:::*")]}
    iam.put_user_policy(UserName=f"waited-{run}", PolicyName="own", PolicyDocument=json.dumps(policy))
    assert iam.get_user_policy(UserName=f"waited-{run}", PolicyName="own")["PolicyDocument"] == policy


@step
def the_resource_interface_works():
    resource = boto3.resource("iam")
    user = resource.create_user(UserName=f"resource-{run}")
    group = resource.create_group(GroupName=f"resource-{run}")
    user.add_group(GroupName=group.name)
    assert [member.name for member in group.users.all()] == [user.name]
    pair = user.create_access_key_pair()
    pair.deactivate()
    pair.delete()
    user.remove_group(GroupName=group.name)
    user.delete()
    group.delete()


@step
def a_session_of_a_role_is_fetched_and_renewed():
    role = iam.create_role(
        RoleName=f"lister-{run}",
        AssumeRolePolicyDocument=document(
            {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
        ),
    )["Role"]
    iam.put_role_policy(RoleName=role["RoleName"], PolicyName="own", PolicyDocument=document(allow("iam:ListUsers")))
    iam.put_user_policy(
        UserName=f"waited-{run}", PolicyName="assume", PolicyDocument=document(allow("sts:AssumeRole", role["Arn"]))
    )
    key = iam.create_access_key(UserName=f"waited-{run}")["AccessKey"]
    source = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])
    cache = {}
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=source._session.create_client,
        source_credentials=source.get_credentials(),
        role_arn=role["Arn"],
        extra_args={"RoleSessionName": "worker", "DurationSeconds": 900},
        cache=cache,
    )
    # An empty cache and a clock at the end of the first session: the second call has to fetch another.
    now = [datetime.datetime.now(datetime.timezone.utc)]
    credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role", lambda: now[0])
    inner = get_session()
    inner._credentials = credentials
    worker = boto3.Session(botocore_session=inner)
    assert worker.client("sts").get_caller_identity()["Arn"].endswith(f":assumed-role/lister-{run}/worker")
    first = credentials.get_frozen_credentials().access_key
    worker.client("iam").list_users(MaxItems=1)
    now[0] += datetime.timedelta(seconds=880)
    cache.clear()
    worker.client("iam").list_users(MaxItems=1)
    assert first.startswith("ASIA") and credentials.get_frozen_credentials().access_key != first
    try:
        worker.client("iam").list_roles()
    except worker.client("iam").exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied", error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    else:
        raise AssertionError("the role may list roles")


@step
def a_presigned_url_is_the_callers_proof():
    import urllib.request

    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert account in answer.read().decode()


@step
def every_call_is_in_the_trail():
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    )
    made = {json.loads(event["CloudTrailEvent"])["requestParameters"]["userName"] for page in pages for event in page["Events"]}
    assert f"waited-{run}" in made and f"user24-{run}" in made
    pages = cloudtrail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": "worker"}]
    )
    denied = [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
    assert any(event.get("errorCode") == "AccessDenied" and event["eventName"] == "ListRoles" for event in denied)


json.dump(done, sys.stdout)
