"""Which names are taken: what exists in AWS under a name that the environment is to give, and is not in its state.

A bucket's name is unique in the world, and a secret's stays taken until its recovery window ends, so that both are
asked about beyond what can be listed. Each kind is a question of its own: a plan that adds a role asks about roles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from mendixctl.aws import error_code, is_missing
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixctl.preflight.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Found:
    """What stands under a name. ``id``: by which Terraform imports it; ``state_id``: its ID in a state, if another."""

    id: str
    what: str
    state_id: str = ""


Look = Callable[[Inquiry, list[str]], dict[str, Found]]


def _one_by_one(look: Callable[[Any, str], Found | None], service: str, missing: frozenset[str]) -> Look:
    """A look at each name; ``missing``: the codes by which the service says that there is none."""

    def found(inquiry: Inquiry, names: list[str]) -> dict[str, Found]:
        client = inquiry.client(service)
        there: dict[str, Found] = {}
        for name in names:
            try:
                one = look(client, name)
            except Exception as error:
                if error_code(error) not in missing and not is_missing(error):
                    raise
                continue
            if one is not None:
                there[name] = one
        return there

    return found


def _role(client: Any, name: str) -> Found:
    return Found(name, str(client.get_role(RoleName=name)["Role"]["Arn"]))


def _log_group(client: Any, name: str) -> Found | None:
    for group in client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        if group["logGroupName"] == name:
            return Found(name, str(group["arn"]))
    return None


def _cluster(client: Any, name: str) -> Found:
    cluster = client.describe_cluster(name=name)["cluster"]
    return Found(name, f"{cluster['arn']}, {cluster['status']}")


def _instance(client: Any, name: str) -> Found:
    instance = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    what = f"{instance['DBInstanceArn']}, {instance.get('DBInstanceStatus', '')}"
    return Found(name, what, str(instance.get("DbiResourceId", "")))


def _repository(client: Any, name: str) -> Found:
    listed = client.describe_repositories(repositoryNames=[name])["repositories"]
    return Found(name, str(listed[0]["repositoryArn"]))


def _balancer(client: Any, name: str) -> Found:
    balancer = client.describe_load_balancers(Names=[name])["LoadBalancers"][0]
    return Found(str(balancer["LoadBalancerArn"]), str(balancer["LoadBalancerArn"]))


def _aliases(inquiry: Inquiry, names: list[str]) -> dict[str, Found]:
    pages = inquiry.client("kms").get_paginator("list_aliases").paginate()
    listed = {one["AliasName"]: one for page in pages for one in page["Aliases"]}
    return {name: Found(name, str(listed[name]["AliasArn"])) for name in names if name in listed}


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of resource whose names are asked about."""

    type: str
    title: str
    action: str
    look: Look


KINDS = (
    Kind("aws_eks_cluster", "clusters", "eks:DescribeCluster", _one_by_one(
        _cluster, "eks", frozenset({"ResourceNotFoundException"}))),
    Kind("aws_db_instance", "database instances", "rds:DescribeDBInstances", _one_by_one(
        _instance, "rds", frozenset({"DBInstanceNotFound", "DBInstanceNotFoundFault"}))),
    Kind("aws_lb", "load balancers", "elasticloadbalancing:DescribeLoadBalancers", _one_by_one(
        _balancer, "elbv2", frozenset({"LoadBalancerNotFound", "LoadBalancerNotFoundException"}))),
    Kind("aws_ecr_repository", "image repositories", "ecr:DescribeRepositories", _one_by_one(
        _repository, "ecr", frozenset({"RepositoryNotFoundException"}))),
    Kind("aws_iam_role", "roles", "iam:GetRole", _one_by_one(_role, "iam", frozenset({"NoSuchEntity"}))),
    Kind("aws_cloudwatch_log_group", "log groups", "logs:DescribeLogGroups", _one_by_one(
        _log_group, "logs", frozenset())),
    Kind("aws_kms_alias", "key aliases", "kms:ListAliases", _aliases),
)  # fmt: skip


def _concerns(kind: str, subject: Subject) -> Any:
    made = subject.made(kind)
    if not made:
        return None
    return [[one.name, one.address] for one in made] + _state_of(subject, kind)


def _state_of(subject: Subject, kind: str) -> list[Any]:
    """What of a type the state knows: the answer says only what it does not."""
    return ["unreadable"] if subject.known is None else sorted(known for known in subject.known if known[0] == kind)


def _ask(kind: Kind, subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    made = subject.made(kind.type)
    found: dict[str, Found] | None = None
    with inquiry.asking(kind.action):
        found = kind.look(inquiry, [one.name for one in made])
    if found is not None:
        yield from _told(subject, kind.title, made, found)


def _told(subject: Subject, title: str, made: Iterable[Wanted], found: dict[str, Found]) -> Iterator[Finding]:
    taken = [
        (one, found[one.name])
        for one in made
        if one.name in found and not subject.is_known(one.type, found[one.name].state_id or found[one.name].id)
    ]
    for one, there in taken:
        if subject.known is None:
            yield _unsure(one, there)
        else:
            yield _taken(subject, one, there)
    if not taken:
        yield Finding("MXF180", Grade.OK, f"the names of the {title} are free, or the environment's own")


def _taken(subject: Subject, one: Wanted, there: Found) -> Finding:
    return Finding(
        "MXF181",
        Grade.ERROR,
        f"{_called(one)} exists, and the state of {subject.name} does not know it",
        evidence=there.what,
        hint=adopt(subject.name, one, there.id),
    )


def _unsure(one: Wanted, there: Found) -> Finding:
    return Finding(
        "MXF185",
        Grade.NOTE,
        f"{_called(one)} exists; whether it is the environment's own is not known without its state",
        evidence=there.what,
    )


def _called(one: Wanted) -> str:
    return f"{one.type} {one.name}" + (f" ({one.address})" if one.address else "")


def adopt(environment: str, one: Wanted, identifier: str) -> str:
    """How a resource that exists comes into the state, or out of the way."""
    to = one.address or f"<address of the {one.type}>"
    return (
        f"if a release that was cut off made it: mendixctl recover {environment}; if it is to be adopted: terraform"
        f" import '{to}' '{identifier}'; if it is somebody else's: another name"
    )


# -- buckets ----------------------------------------------------------------------------------------


def _ask_buckets(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    """A bucket that is not the account's answers 403, which is no missing permission: nobody may ask another's."""
    made = subject.made("aws_s3_bucket")
    client = inquiry.client("s3")
    found: dict[str, Found] = {}
    foreign: list[Wanted] = []
    with inquiry.asking("s3:ListBucket"):
        for one in made:
            try:
                client.head_bucket(Bucket=one.name)
            except Exception as error:
                status = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
                if status == 404 or is_missing(error):
                    continue
                if status not in {301, 403}:
                    raise
                if status == 403 and subject.is_known(one.type, one.name):
                    continue
                foreign.append(one)
                continue
            found[one.name] = Found(one.name, "HeadBucket answers 200: the credentials may look at it")
        for one in foreign:
            yield _foreign(one)
        if found or not foreign:
            yield from _told(subject, "buckets", made, found)


def _foreign(one: Wanted) -> Finding:
    return Finding(
        "MXF182",
        Grade.ERROR,
        f"the bucket {one.name} exists, and the credentials may not look at it: another account's, or another region's",
        evidence="HeadBucket answers 403 or 301",
        hint="bucket names are unique in the world: take another name, or ask for s3:ListBucket if it is yours",
    )


# -- secrets ----------------------------------------------------------------------------------------


def _ask_secrets(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    made = subject.made("aws_secretsmanager_secret")
    client = inquiry.client("secretsmanager")
    found: dict[str, Found] = {}
    deleted: list[Finding] = []
    with inquiry.asking("secretsmanager:DescribeSecret"):
        for one in made:
            try:
                secret = client.describe_secret(SecretId=one.name)
            except Exception as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise
                continue
            arn = str(secret["ARN"])
            if secret.get("DeletedDate"):
                deleted.append(_in_recovery(subject, one, arn, secret["DeletedDate"]))
            else:
                found[one.name] = Found(arn, arn)
        yield from deleted
        if found or not deleted:
            yield from _told(subject, "secrets", made, found)


def _in_recovery(subject: Subject, one: Wanted, arn: str, deleted: Any) -> Finding:
    to = one.address or "<address of the secret>"
    return Finding(
        "MXF183",
        Grade.ERROR,
        f"the secret {one.name} was deleted and its name is taken until its recovery window ends",
        evidence=f"{arn}, deleted on {getattr(deleted, 'date', lambda: deleted)()}",
        hint="to have it back with its values: mendixctl rollback to a release that had it undeletes and imports it,"
        f" or aws secretsmanager restore-secret --secret-id {arn} and terraform import '{to}' '{arn}'; to begin anew:"
        " aws secretsmanager delete-secret --force-delete-without-recovery, which nothing takes back",
    )


# -- hosted zones -----------------------------------------------------------------------------------


def _ask_zones(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    """Route 53 makes a second zone of a name without a word; only one of the two can be delegated to."""
    made = subject.made("aws_route53_zone")
    client = inquiry.client("route53")
    with inquiry.asking("route53:ListHostedZonesByName"):
        for one in made:
            listed = client.list_hosted_zones_by_name(DNSName=one.name)["HostedZones"]
            there = [
                zone["Id"].rpartition("/")[2]
                for zone in listed
                if zone["Name"].rstrip(".") == one.name and not zone.get("Config", {}).get("PrivateZone")
            ]
            others = [zone for zone in there if not subject.is_known(one.type, zone)]
            if others and subject.known is None:
                yield _unsure(one, Found(others[0], ", ".join(others)))
            elif others:
                yield Finding(
                    "MXF184",
                    Grade.WARNING,
                    f"there is a hosted zone of {one.name} already, which the state of {subject.name} does not know",
                    evidence=f"{', '.join(others)} in this account",
                    hint=adopt(subject.name, one, others[0]),
                    path=("domain",),
                )
            else:
                yield Finding("MXF180", Grade.OK, f"no other zone of this account is called {one.name}")


QUESTIONS = (
    Question("bucket-names", "Names of buckets", partial(_concerns, "aws_s3_bucket"), _ask_buckets),
    Question("secret-names", "Names of secrets", partial(_concerns, "aws_secretsmanager_secret"), _ask_secrets),
    Question("zone-names", "Hosted zones", partial(_concerns, "aws_route53_zone"), _ask_zones),
    *(
        Question(
            f"{kind.type.removeprefix('aws_').replace('_', '-')}-names",
            f"Names of {kind.title}",
            partial(_concerns, kind.type),
            partial(_ask, kind),
        )
        for kind in KINDS
    ),
)
