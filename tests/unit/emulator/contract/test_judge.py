"""What is refused, with which words, and that what keeps its shape is not."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.core.utils import get_service_model

from mendixctl.emulator.contract import judge, words
from mendixctl.emulator.contract.faults import Kind
from mendixctl.emulator.contract.patterns import compiled
from mendixctl.emulator.exchange import Request, Response
from tests.unit.emulator.contract.sending import call, form, rest, serialized

SERVICES = ("ec2", "rds", "iam", "elbv2", "cloudwatch", "kms", "ecr", "logs", "eks", "lambda", "s3", "route53")
"""At least two of each protocol, which the modules of this project make resources of."""

TEXTS = (
    "a",
    "1",
    "abc",
    "aaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "a" * 80,
    "arn:aws:iam::123456789012:role/a",
)
NO_TEXTS = ("\u2603 ~{", " ", "!", "-", "$")


def kinds(sent: Request) -> set[Kind]:
    read = judge.judged(sent)
    assert read is not None
    return {fault.kind for fault in read.faults}


def refusal(sent: Request) -> Response | None:
    read = judge.judged(sent)
    return read and judge.refusal(sent, read)


def texts(shape: Any) -> st.SearchStrategy[str]:
    if shape.enum:
        return st.sampled_from(shape.enum)
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 100)
    pattern = compiled(shape.metadata["pattern"]) if "pattern" in shape.metadata else None
    known = [text for text in TEXTS if least <= len(text) <= most and (pattern is None or pattern.fullmatch(text))]
    if known:
        return st.sampled_from(known)
    if pattern is None:
        return st.just("a" * least)
    return st.from_regex(pattern, fullmatch=True).filter(lambda text: least <= len(text) <= most)


def values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that keep their shape."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    kind = shape.type_name
    if shape.metadata.get("document"):
        return st.just({"any": "thing"})
    if kind == "structure":
        return structures(shape, depth)
    if kind == "list":
        size = max(int(least or 0), 1)  # that a list is there and empty cannot be said where it is flattened
        return st.lists(
            st.deferred(lambda: values(shape.member, depth + 1)),
            min_size=size,
            max_size=max(size, min(int(most or 2), 2)),
        )
    if kind == "map":
        size = int(least or 0)
        return st.dictionaries(
            texts(shape.key), values(shape.value, depth + 1), min_size=size, max_size=max(size, min(int(most or 1), 1))
        )
    if kind == "string":
        return texts(shape)
    if kind == "boolean":
        return st.booleans()
    if kind == "blob":
        return st.just(b"a" * int(least or 1))
    if kind == "timestamp":
        return st.just(datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC))
    low, high = least or 0, most if most is not None else (least or 0) + 100
    return st.integers(int(low), int(high)) if kind in {"integer", "long"} else st.floats(low, high)


def structures(shape: Any, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    members = shape.members
    if shape.metadata.get("union"):
        return st.sampled_from(sorted(members)).flatmap(
            lambda name: st.fixed_dictionaries({name: values(members[name], depth + 1)})
        )
    required = {name: values(members[name], depth + 1) for name in shape.required_members}
    further = [name for name in members if name not in required] if depth < 2 or not required else []
    # A form cannot say that a structure is there and empty.
    least = int(not required and depth > 0)
    chosen = st.lists(st.sampled_from(further), unique=True, min_size=least, max_size=3) if further else st.just([])
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries({**required, **{name: values(members[name], depth + 1) for name in names}})
    )


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    service = draw(st.sampled_from(SERVICES))
    model = get_service_model(service)
    operation = draw(st.sampled_from([name for name in model.operation_names if takes_parameters(model, name)]))
    return service, operation, draw(structures(model.operation_model(operation).input_shape))


def takes_parameters(model: Any, name: str) -> bool:
    operation = model.operation_model(name)
    # What is deprecated shares its path with what took its place; events are no requests of Terraform. The list of
    # directory buckets is that of buckets at a host of its own (s3express-control), which the emulator is not.
    return bool(
        name != "ListDirectoryBuckets"
        and operation.input_shape
        and operation.input_shape.members
        and not operation.deprecated
        and not operation.has_event_stream_input
    )


RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@given(made=calls())
@RELAXED
def test_what_keeps_its_shape_is_not_refused(made: tuple[str, str, dict[str, Any]]) -> None:
    sent = serialized(*made)
    read = judge.judged(sent)
    assert read is not None
    assert read.asked.name == made[1]
    assert read.faults == []


def breaks(shape: Any, parameters: dict[str, Any]) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """The parameters with one thing wrong, and what it is. Only of what stands in a body: a URL cannot lack a part."""
    for name, member in shape.members.items():
        if member.serialization.get("location") or member.serialization.get("streaming"):
            continue
        if name in shape.required_members and not member.metadata.get("idempotencyToken"):
            yield Kind.MISSING, {key: it for key, it in parameters.items() if key != name}
        bounds, kind = member.metadata, member.type_name
        if kind == "string":
            pattern = compiled(bounds["pattern"]) if "pattern" in bounds else None
            if member.enum:
                yield Kind.ENUM, {**parameters, name: "no-such-value"}
            if "max" in bounds:
                yield Kind.LENGTH, {**parameters, name: "a" * (int(bounds["max"]) + 1)}
            if pattern is not None:
                yield from (
                    (Kind.PATTERN, {**parameters, name: text}) for text in NO_TEXTS if not pattern.fullmatch(text)
                )
        elif kind in {"integer", "long"} and "max" in bounds:
            yield Kind.RANGE, {**parameters, name: int(bounds["max"]) + 1}
        elif kind in {"integer", "long"} and "min" in bounds:
            yield Kind.RANGE, {**parameters, name: int(bounds["min"]) - 1}


@given(made=calls(), data=st.data())
@RELAXED
def test_one_thing_wrong_is_refused(made: tuple[str, str, dict[str, Any]], data: st.DataObject) -> None:
    service, operation, parameters = made
    shape = get_service_model(service).operation_model(operation).input_shape
    broken = list(breaks(shape, parameters))
    for kind, wrong in [data.draw(st.sampled_from(broken))] if broken else ():
        sent = serialized(service, operation, wrong)
        if sent.body or kind is not Kind.MISSING:
            assert kind in kinds(sent), wrong
            refused = refusal(sent)
            assert refused is not None
            assert refused.status == 400


@pytest.mark.parametrize(
    ("sent", "code", "message"),
    [
        (
            form("ec2", Action="CreateVpcEndpoint", Version="2016-11-15", ServiceName="s3"),
            "MissingParameter",
            "The request must contain the parameter VpcId",
        ),
        (
            form("ec2", Action="CreateVpc", Version="2016-11-15", CidrBlock="10.0.0.0/16", Cidr="x"),
            "UnknownParameter",
            "The parameter Cidr is not recognized",
        ),
        (
            form("ec2", Action="CreateVolume", Version="2016-11-15", AvailabilityZone="a", VolumeType="gp9"),
            "InvalidParameterValue",
            "Value (gp9) for parameter VolumeType is invalid.",
        ),
        (
            form("ec2", Action="CreateVolume", Version="2016-11-15", Size="large"),
            "InvalidParameterValue",
            "Value (large) for parameter Size is invalid. It must be of type integer",
        ),
        (
            form("iam", Action="CreateRole", Version="2010-05-08", RoleName="a b", AssumeRolePolicyDocument="x"),
            "ValidationError",
            "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy",
        ),
        (
            form("rds", Action="DeleteDBInstance", Version="2014-10-31"),
            "MissingParameter",
            "The request must contain the parameter DBInstanceIdentifier",
        ),
        (
            call("kms", "TrentService.ScheduleKeyDeletion", KeyId="a" * 3000, PendingWindowInDays=400),
            "ValidationException",
            "2 validation errors detected: Value 'aaa",
        ),
        (
            call("kms", "TrentService.DescribeKey", KeyId=7),
            "SerializationException",
            "1 validation error detected: Value '7' at 'keyId' failed to satisfy constraint: Member must be of type",
        ),
        (
            call("ecr", "AmazonEC2ContainerRegistry_V20150921.CreateRepository", repositoryName="Org/app"),
            "InvalidParameterException",
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '",
        ),
        (
            call("logs", "Logs_20140328.PutRetentionPolicy", logGroupName="a b", retentionInDays=7),
            "InvalidParameterException",
            "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint",
        ),
        (
            rest("eks", "POST", "/clusters", b'{"name": "a b", "roleArn": "r", "resourcesVpcConfig": {}}'),
            "InvalidParameterException",
            'The parameter name contains invalid characters. It should conform to the regular expression "^[0-9A-Za-z]',
        ),
        (
            rest("s3", "PUT", "/bucket?versioning", b"<Versioning><Status>On</Status></Versioning>"),
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        ),
        (
            rest("s3", "PUT", "/bucket", headers={"x-amz-acl": "everybody"}),
            "InvalidArgument",
            "Invalid Argument: ACL must satisfy enum value set",
        ),
        (
            rest("route53", "POST", "/2013-04-01/hostedzone", b"<Zone><Name>a.</Name></Zone>"),
            "InvalidInput",
            "1 validation error detected: Value null at 'callerReference' failed to satisfy constraint: Member must",
        ),
        (
            call("secretsmanager", "secretsmanager.CreateSecret", Name="a", SecretString="x" * 70_000),
            "ValidationException",
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have",
        ),
    ],
)  # fmt: skip
def test_each_protocol_has_its_error_and_secrets_are_not_repeated(sent: Request, code: str, message: str) -> None:
    refused = refusal(sent)
    assert refused is not None
    body = refused.body.decode()
    if body.startswith("{"):
        assert json.loads(body)["__type"] == code
        assert json.loads(body)["message"].startswith(message)
    else:
        assert f"<Code>{code}</Code><Message>{message}" in body.replace("&gt;", ">").replace("&lt;", "<")


def test_lists_and_structures_in_a_form_are_read_to_their_ends() -> None:
    tags = {"TagSpecification__1__ResourceType": "vpc", "TagSpecification__1__Tag__1__Key": "Name"}
    sent = form("ec2", Action="CreateVpc", Version="2016-11-15", CidrBlock="10.0.0.0/16", **tags)
    assert refusal(sent) is None
    wrong = form("ec2", Action="CreateVpc", Version="2016-11-15", TagSpecification__1__ResourceType="house")
    assert kinds(wrong) == {Kind.ENUM}
    unknown = form("ec2", Action="CreateVpc", Version="2016-11-15", TagSpecification__1__Tags__1__Key="Name")
    assert kinds(unknown) == {Kind.UNKNOWN}


def test_members_that_no_longer_exist_are_refused_wherever_they_stand() -> None:
    network = {"subnetIds": ["a"], "elasticInterfaces": True}
    body = json.dumps({"name": "prod", "roleArn": "r", "resourcesVpcConfig": network}).encode()
    assert kinds(rest("eks", "POST", "/clusters", body)) == {Kind.UNKNOWN}
    nulls = json.dumps({"name": "prod", "roleArn": "r", "resourcesVpcConfig": {}, "nothing": None}).encode()
    assert kinds(rest("eks", "POST", "/clusters", nulls)) == set()


def test_what_is_no_json_or_xml_is_refused() -> None:
    assert kinds(rest("eks", "POST", "/clusters", b"{")) >= {Kind.TYPE}
    assert kinds(rest("s3", "PUT", "/bucket?versioning", b"<a>")) == {Kind.TYPE}


def test_what_no_model_knows_is_left_to_moto() -> None:
    assert refusal(rest("nobody", "GET", "/")) is None
    assert refusal(rest("s3", "PATCH", "/bucket")) is None


def test_the_tables_name_what_exists() -> None:
    errors = json.loads((words.FOLDER / "errors.json").read_bytes())
    for service in errors["services"]:
        assert get_service_model(service).operation_names
    for form_of in (*errors["protocols"].values(), *errors["services"].values()):
        assert form_of["source"]
        assert form_of.get("words", "constraints") in words.WORDS
        assert set(form_of.get("codes", {})) <= {*Kind, "value", "body"}
    for one in json.loads((words.FOLDER / "lenient.json").read_bytes())["exceptions"]:
        assert one["why"]
        assert get_service_model(one["service"]).shape_for(one["shape"])
        assert set(one["not"]) <= set(Kind)
