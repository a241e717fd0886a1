"""What an environment calls its own in AWS, as far as its YAML alone says, and where two of them claim the same.

Names begin with the environment's, but ``prod`` with an app ``dr-web`` and ``prod-dr`` with an app ``web`` come to the
same role. Only what AWS has once by name is claimed here, by the names that the modules give; the lists follow
modules/*/main.tf. Read from plain data: the other file need not be right for this one to be compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixgen.diagnostics import Diagnostic
from mendixgen.messages import msg
from mendixgen.spec import called
from mendixgen.spec.source import Source

Path = tuple[str | int, ...]

_ROLES = (
    "auditor boundary cluster database-monitoring mendix-builder mendix-environment mendix-storage-provisioner node"
    " platform-admin rotate-secret snapshots"
).split()
_BUCKETS = ("access-logs", "load-balancer-logs")


@dataclass(frozen=True, slots=True)
class Claim:
    """One name that can be had once: ``what`` it names, ``within`` which bounds, and where in the YAML it is from."""

    what: str
    within: str
    name: str
    path: Path


def claims(data: Mapping[str, Any]) -> list[Claim]:
    """What the YAML with this ``data`` claims; nothing where it does not say who and where it is."""
    name, account, region = (data.get(key) for key in ("name", "account", "region"))
    if not (isinstance(name, str) and isinstance(account, str) and isinstance(region, str)):
        return []
    if not (name and account and region):
        return []
    found = list(_state(data, name, account, region))
    if data.get("kind") == "foundation":
        return [
            *found,
            Claim(
                "the foundation",
                msg("account {account}, {region}", account=account, region=region),
                region,
                ("region",),
            ),
        ]
    return [*found, *_regional(data, name, account, region), *_global(data, name, account)]


def collisions(own: Source, others: Iterable[Source]) -> list[Diagnostic]:
    """MXG108: each name that another specification of the same target claims too, with both places."""
    mine = {(claim.what, claim.within, claim.name): claim for claim in claims(own.data)}
    found = []
    for other in others:
        if _target(other.data) != _target(own.data):
            continue
        for claim in claims(other.data):
            twin = mine.get((claim.what, claim.within, claim.name))
            if twin is None or _exempt(claim, own.data, other.data):
                continue
            found.append(
                Diagnostic(
                    "MXG108",
                    msg(
                        "{what} {name} would be {value}'s as well ({within})",
                        what=claim.what,
                        name=claim.name,
                        value=other.data["name"],
                        within=claim.within,
                    ),
                    hint="two environments never own the same thing: give one of them another name, or another account",
                    detail=msg("the other one: {locate}", locate=other.locate(claim.path)),
                    location=own.locate(twin.path),
                )
            )
    return found


def _target(data: Mapping[str, Any]) -> str:
    return str(data.get("target") or "aws")


def _exempt(claim: Claim, own: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """A standby may answer for its primary's domain. An emulator has no DNS, so nobody is misled there."""
    if claim.what != "the domain":
        return False
    pair = own.get("standby_of") == other.get("name") or other.get("standby_of") == own.get("name")
    return pair or _target(own) == "emulator"


def _state(data: Mapping[str, Any], name: str, account: str, region: str) -> Iterator[Claim]:
    from mendixgen.spec.header import derived_bucket

    state = _mapping(data.get("state"))
    backend = state.get("backend") or ("s3" if _target(data) == "aws" or state.get("bucket") else "local")
    if backend != "s3":
        return
    bucket = state.get("bucket") or derived_bucket(account, str(state.get("region") or region))
    key = "/".join(str(part) for part in (state.get("prefix"), name) if part)
    yield Claim("the state", "its bucket", f"s3://{bucket}/{key}/terraform.tfstate", ("state",))


def _regional(data: Mapping[str, Any], name: str, account: str, region: str) -> Iterator[Claim]:
    within = msg("account {account}, {region}", account=account, region=region)
    named = called.cluster(name, data)
    yield Claim("the cluster", within, named, ("name",) if named == name else ("cluster", "name"))
    for key, settings in _mapping(_mapping(data.get("database")).get("instances")).items():
        path: Path = ("database", "instances", key)
        instance = called.database(name, data, key)
        yield Claim("the database", within, instance, path)
        replicas = _mapping(settings).get("replicas")
        for number in range(1, min(replicas, 15) + 1) if isinstance(replicas, int) else ():
            yield Claim("the database", within, f"{instance}-replica-{number}", path)


def _global(data: Mapping[str, Any], name: str, account: str) -> Iterator[Claim]:
    within = f"account {account}"
    for key in _ROLES:
        yield Claim("the IAM role", within, f"{name}-{key}", ("name",))
    for key in _mapping(data.get("apps")):
        yield Claim("the IAM role", within, f"{name}-app-{key}", ("apps", key))
    for key in _mapping(_mapping(data.get("database")).get("instances")):
        yield Claim("the IAM role", within, f"{name}-database-{key}-proxy", ("database", "instances", key))
    for key in _BUCKETS:
        yield Claim("the bucket", "all of S3", f"{name}-{account}-{key}", ("name",))
    for key in _mapping(_mapping(data.get("storage")).get("buckets")):
        named = called.bucket(name, account, data, key)
        yield Claim("the bucket", "all of S3", named, ("storage", "buckets", key))
    domain = data.get("domain")
    if isinstance(domain, str) and domain:
        yield Claim("the domain", "all of DNS", domain, ("domain",))


def _mapping(value: Any) -> Mapping[str, Any]:
    return {key: one for key, one in value.items() if isinstance(key, str)} if isinstance(value, Mapping) else {}
