"""Signs requests with botocore: one JSON request per line in, one signed request per line out.

Text travels as it would on the wire: one byte per character (Latin-1).
"""

import base64
import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

EMPTY = b""


def wire(text):
    return text.encode("utf-8").decode("latin-1")


def sign(case):
    moment = datetime.datetime.fromtimestamp(case["time"] / 1000, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: moment
    credentials = Credentials(case["accessKeyId"], case["secretAccessKey"], case.get("sessionToken"))
    body = base64.b64decode(case["body"])
    request = AWSRequest(
        method=case["method"],
        url="https://" + case["host"] + case["path"] + ("?" + case["query"] if case["query"] else ""),
        data=body if body else None,
        params=[tuple(pair) for pair in case["params"]],
    )
    for name, value in case["headers"]:
        request.headers[name] = value
    if case["form"] == "query":
        signer = botocore.auth.SigV4QueryAuth(credentials, case["service"], case["region"], case["expiresIn"])
    else:
        signer = botocore.auth.SigV4Auth(credentials, case["service"], case["region"])
    signer.add_auth(request)
    prepared = request.prepare()
    target = prepared.url[len("https://" + case["host"]) :]
    headers = [(name, str(value)) for name, value in request.headers.items()]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.append(("Host", case["host"]))
    return {
        "method": prepared.method,
        "target": wire(target),
        "headers": [[name, wire(value)] for name, value in headers],
        "body": base64.b64encode(request.body or EMPTY).decode("ascii"),
    }


for line in sys.stdin:
    print(json.dumps(sign(json.loads(line))), flush=True)
