"""IAM, key and bucket policies as data, so that an area says who may do what and not how JSON is nested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mendixgen.authoring.expression import Expr, jsonencode

LANGUAGE = "2012-10-17"
"""The version of the policy language; the older one knows no variables."""


def allow(
    name: str,
    actions: Sequence[str],
    resources: Any = None,
    *,
    principal: Mapping[str, Any] | str | None = None,
    condition: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A statement that allows. A role's policy has no ``principal``, a trust policy no ``resources``."""
    return _statement("Allow", name, actions, resources, principal, condition)


def deny(
    name: str,
    actions: Sequence[str],
    resources: Any = None,
    *,
    principal: Mapping[str, Any] | str | None = None,
    condition: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A statement that denies, whatever else allows."""
    return _statement("Deny", name, actions, resources, principal, condition)


def policy(statements: Any) -> Expr:
    """A policy document; ``statements`` is a list, or an expression that gives one."""
    return jsonencode({"Version": LANGUAGE, "Statement": statements})


def trust_of(service: str) -> Expr:
    """A trust policy for one AWS service that sends no source with its request (Lambda, ECR, RDS for its proxies)."""
    return policy([allow("Assume", ["sts:AssumeRole"], principal={"Service": service})])


def trust_of_service(service: str, account: Expr, source: str | Expr) -> Expr:
    """A trust policy for one AWS service, on behalf of ``account`` and of resources like ``source`` only.

    The condition is against the confused deputy: without it the service could be made to use the role for
    somebody else's resource (IAM user guide, "The confused deputy problem").
    """
    return policy(
        [
            allow(
                "Assume",
                ["sts:AssumeRole"],
                principal={"Service": service},
                condition={"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}},
            )
        ]
    )


def trust_of_pods(cluster_arn: Any, namespace: Any, service_account: Any) -> Expr:
    """A trust policy for the pods of one service account of one cluster, by EKS Pod Identity.

    The association's tags on the request say which pods ask (EKS user guide, "Grant Pods access to AWS resources based
    on tags").
    """
    return policy(
        [
            allow(
                "AssumeByAssociation",
                ["sts:AssumeRole", "sts:TagSession"],
                principal={"Service": "pods.eks.amazonaws.com"},
                condition={
                    "StringEquals": {
                        "aws:RequestTag/eks-cluster-arn": cluster_arn,
                        "aws:RequestTag/kubernetes-namespace": namespace,
                        "aws:RequestTag/kubernetes-service-account": service_account,
                    }
                },
            )
        ]
    )


def _statement(
    effect: str,
    name: str,
    actions: Sequence[str],
    resources: Any,
    principal: Mapping[str, Any] | str | None,
    condition: Mapping[str, Any] | None,
) -> dict[str, Any]:
    parts = {
        "Sid": name,
        "Effect": effect,
        "Principal": principal,
        "Action": actions[0] if len(actions) == 1 else list(actions),
        "Resource": resources,
        "Condition": condition,
    }
    return {key: value for key, value in parts.items() if value is not None}
