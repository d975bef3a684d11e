"""Refreshes libs/directory/managed-policies/*.json from the copy of AWS's managed policies that moto carries.

    pip install moto==5.2.1 && python3 tools/generate-managed-policies/import.py && npm run generate

Only what AWS publishes as data is taken (names, paths, versions, dates, documents), none of its descriptions.
"""

import json
from pathlib import Path

from moto.iam.aws_managed_policies import aws_managed_policies_data

FOLDER = Path(__file__).resolve().parents[2] / "libs" / "directory" / "managed-policies"

# The policy's id at AWS where one is publicly known; None lets the generator derive a stable one.
CHOSEN = {
    "AdministratorAccess": "ANPAIWMBCKSKIEE64ZLYK",
    "PowerUserAccess": "ANPAJYRXTHIB4FOVS3ZXS",
    "ReadOnlyAccess": "ANPAILL3HVNFSB6DCOWYQ",
    "SecurityAudit": "ANPAIX2T3QCXHR2OGGCTO",
    "AWSSupportAccess": "ANPAJSNKQX2OW67GF4S7E",
    "AWSBillingReadOnlyAccess": None,
    "AWSDenyAll": None,
    "IAMFullAccess": "ANPAI7XKCFMBPM3QQRRVQ",
    "IAMReadOnlyAccess": "ANPAJKSO7NDY4T57MWDSQ",
    "IAMUserChangePassword": "ANPAJ4L4MM2A7QIEB56MS",
    "IAMUserSSHKeys": "ANPAJTSHUA4UXGXU7ANUA",
    "IAMSelfManageServiceSpecificCredentials": "ANPAI4VT74EMXK2PMQJM2",
    "IAMAccessAnalyzerFullAccess": None,
    "IAMAccessAnalyzerReadOnlyAccess": None,
    "Billing": "ANPAIFTHXT6FFMIRT7ZEA",
    "DatabaseAdministrator": "ANPAIGBMAW4VUQKOQNVT6",
    "DataScientist": "ANPAJ5YHI2BQW7EQFYDXS",
    "NetworkAdministrator": "ANPAJPNMADZFJCVPJVZA2",
    "SupportUser": "ANPAI3V4GSSN5SJY3P2RO",
    "SystemAdministrator": "ANPAITJPEZXCYCBXANDSW",
    "ViewOnlyAccess": "ANPAID22R6XPJATWOFDK6",
    "AmazonDynamoDBFullAccess": "ANPAINUGF2JSOSUY76KYA",
    "AmazonDynamoDBReadOnlyAccess": "ANPAIY2XFNA232XJ6J7X2",
    "AmazonEC2FullAccess": "ANPAI3VAJF5ZCRZ7MCQE6",
    "AmazonEC2ReadOnlyAccess": "ANPAIGDT4SV4GSETWTBZK",
    "AmazonEC2ContainerRegistryReadOnly": "ANPAIFYZPA37OOHVIH7KQ",
    "AmazonECSTaskExecutionRolePolicy": None,
    "AmazonRDSFullAccess": "ANPAI3R4QMOG6Q5A4VWVG",
    "AmazonRDSReadOnlyAccess": "ANPAJKTTTYV2IIHKLZ346",
    "AmazonRoute53FullAccess": "ANPAJWVDLG5RPST6PHQ3A",
    "AmazonS3FullAccess": "ANPAIFIR6V6BVTRAHWINE",
    "AmazonS3ReadOnlyAccess": "ANPAIZTJ4DXE7G6AGAE6M",
    "AmazonSNSFullAccess": "ANPAJWEKLCXXUNT2SOLSG",
    "AmazonSNSReadOnlyAccess": "ANPAIZGQCQTFOFPMHSB6W",
    "AmazonSQSFullAccess": "ANPAI65L554VRJ33ECQS6",
    "AmazonSQSReadOnlyAccess": "ANPAIUGSSQY362XGCM6KW",
    "AmazonSSMManagedInstanceCore": None,
    "AmazonVPCFullAccess": "ANPAJBWPGNOVKZD3JI2P2",
    "AmazonVPCReadOnlyAccess": "ANPAIICZJNOJN36GTG6CM",
    "AWSKeyManagementServicePowerUser": "ANPAJNPP7PPPPMJRV2SA4",
    "AWSLambdaBasicExecutionRole": "ANPAJNCQGXC42545SKXIK",
    "AWSLambdaRole": "ANPAJX4DPCRGTC4NFDUXI",
    "AWSLambdaVPCAccessExecutionRole": "ANPAJVTME3YLVNL72YR2K",
    "AWSLambda_FullAccess": None,
    "AWSLambda_ReadOnlyAccess": None,
    "CloudWatchFullAccess": "ANPAIKEABORKUXN6DEAZU",
    "CloudWatchReadOnlyAccess": "ANPAJN23PDQP7SZQAE3QE",
    "CloudWatchLogsFullAccess": "ANPAJ3ZGNWK2R5HW5BQFO",
    "CloudWatchLogsReadOnlyAccess": "ANPAJ2YIYDYSNNEHK3VKW",
    "SecretsManagerReadWrite": None,
}

# The order in which AWS writes the members; the source has them sorted by name.
ORDER = ["Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"]


def in_order(value):
    if isinstance(value, list):
        return [in_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    known = [key for key in ORDER if key in value]
    return {key: in_order(value[key]) for key in known + [key for key in value if key not in ORDER]}


def main():
    published = json.loads(aws_managed_policies_data)
    for stale in set(FOLDER.glob("*.json")) - {FOLDER / f"{name}.json" for name in CHOSEN}:
        stale.unlink()
    for name, policy_id in CHOSEN.items():
        policy = published[name]
        row = {
            "PolicyName": name,
            **({"PolicyId": policy_id} if policy_id else {}),
            "Path": policy["Path"],
            "DefaultVersionId": policy["DefaultVersionId"],
            "CreateDate": policy["CreateDate"].replace("+00:00", "Z"),
            "UpdateDate": policy["UpdateDate"].replace("+00:00", "Z"),
            "Document": in_order(policy["Document"]),
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(row, indent=2) + "\n")


main()
