"""Saved queries over the records of CloudTrail, for Athena: each answers one question that auditors ask.

``${management}`` and ``${data}`` are tables. Every query names days, because Athena bills what it looks through, and
the tables are divided by region and day. Source: Athena user guide, "Query AWS CloudTrail logs".
"""

from __future__ import annotations

from typing import NamedTuple

LAST_30_DAYS = "day >= date_format(current_date - interval '30' day, '%Y/%m/%d')"


class Query(NamedTuple):
    """A question in words, and in SQL."""

    question: str
    sql: str


def _events(what: str, table: str, condition: str) -> str:
    return f"SELECT {what}\nFROM ${{{table}}}\nWHERE {LAST_30_DAYS}\n  AND {condition}\nORDER BY eventtime DESC\n"


_WHO = "eventtime, coalesce(useridentity.arn, useridentity.type) AS who, sourceipaddress"

QUERIES: dict[str, Query] = {
    "who-did-what": Query(
        "What did somebody do in the last 30 days? Write the end of an ARN for NAME.",
        _events(
            f"{_WHO}, eventsource, eventname, requestparameters, errorcode",
            "management",
            "useridentity.arn LIKE '%NAME'",
        ),
    ),
    "who-changed-iam": Query(
        "Who changed roles, users or policies in the last 30 days?",
        _events(
            f"{_WHO}, eventname, requestparameters, errorcode",
            "management",
            "eventsource = 'iam.amazonaws.com'\n  AND readonly = 'false'",
        ),
    ),
    "who-was-denied": Query(
        "Who was denied what in the last 30 days?",
        _events(
            f"{_WHO}, eventsource, eventname, errorcode, errormessage",
            "management",
            "(errorcode LIKE '%UnauthorizedOperation' OR errorcode LIKE 'AccessDenied%')",
        ),
    ),
    "who-signed-in": Query(
        "Who signed in to the console in the last 30 days, from where, and with MFA or without?",
        _events(
            f"{_WHO}, responseelements, additionaleventdata, errormessage", "management", "eventname = 'ConsoleLogin'"
        ),
    ),
    "what-root-did": Query(
        "What did the root user do in the last 30 days?",
        _events(
            "eventtime, sourceipaddress, eventsource, eventname, requestparameters",
            "management",
            "useridentity.type = 'Root'\n  AND useridentity.invokedby IS NULL",
        ),
    ),
    "who-used-keys": Query(
        "Who disabled a key, scheduled its deletion, or changed its policy in the last 30 days?",
        _events(
            f"{_WHO}, eventname, requestparameters",
            "management",
            "eventsource = 'kms.amazonaws.com'\n"
            "  AND eventname IN ('DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'CancelKeyDeletion')",
        ),
    ),
    "who-opened-the-network": Query(
        "Who changed security groups, network ACLs, routes or gateways in the last 30 days?",
        _events(
            f"{_WHO}, eventname, requestparameters",
            "management",
            "eventsource = 'ec2.amazonaws.com'\n  AND readonly = 'false'\n"
            "  AND regexp_like(eventname, 'SecurityGroup|NetworkAcl|Route|Gateway')",
        ),
    ),
    "who-wrote-which-object": Query(
        "Who wrote or deleted which object of the environment's buckets in the last 30 days?",
        _events(
            f"{_WHO}, eventname,\n  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,\n"
            "  json_extract_scalar(requestparameters, '$.key') AS key, errorcode",
            "data",
            "eventsource = 's3.amazonaws.com'",
        ),
    ),
}
"""By name."""

USER = (
    "struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,"
    "username:string,onbehalfof:struct<userid:string,identitystorearn:string>,sessioncontext:struct<attributes:"
    "struct<mfaauthenticated:string,creationdate:string>,sessionissuer:struct<type:string,principalid:string,"
    "arn:string,accountid:string,username:string>,ec2roledelivery:string,webidfederationdata:struct<"
    "federatedprovider:string,attributes:map<string,string>>>>"
)

COLUMNS: dict[str, str] = {
    "eventversion": "string",
    "useridentity": USER,
    "eventtime": "string",
    "eventsource": "string",
    "eventname": "string",
    "awsregion": "string",
    "sourceipaddress": "string",
    "useragent": "string",
    "errorcode": "string",
    "errormessage": "string",
    "requestparameters": "string",
    "responseelements": "string",
    "additionaleventdata": "string",
    "requestid": "string",
    "eventid": "string",
    "readonly": "string",
    "resources": "array<struct<arn:string,accountid:string,type:string>>",
    "eventtype": "string",
    "apiversion": "string",
    "recipientaccountid": "string",
    "serviceeventdetails": "string",
    "sharedeventid": "string",
    "vpcendpointid": "string",
    "vpcendpointaccountid": "string",
    "eventcategory": "string",
    "sessioncredentialfromconsole": "string",
    "edgedevicedetails": "string",
    "tlsdetails": "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>",
}
"""The columns of a record (Athena user guide, "Create a table for CloudTrail logs in Athena using partition
projection")."""
