"""Elastic Load Balancing, for aws_lb of type network, aws_lb_listener and aws_lb_target_group.

moto 5.2.5 gives Network Load Balancers the ARN of an Application Load Balancer (``app/`` for ``net/``), from which
CloudWatch's dimension is taken, lets a name be used twice, deletes a load balancer that is protected, and forgets
whether security groups hold for private links (SetSecurityGroups). A target group's health check that changes its
protocol loses or lacks the status codes (ModifyTargetGroup); listeners of TLS and UDP, ALPN and FIPS policies are
refused or forgotten (ModifyListener).
"""

from __future__ import annotations

import inspect
from typing import Any

FIPS_POLICIES = ("ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09", "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04")
SIMILAR_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
DEFAULT_CODES = "200-399"
"""What a Network Load Balancer takes for healthy if nothing else is said."""


def install(account: str) -> None:
    """Mend moto's load balancers."""
    from moto.elbv2 import models
    from moto.elbv2.exceptions import DuplicateLoadBalancerName, ELBClientError
    from moto.elbv2.responses import ELBV2Response
    from moto.elbv2.ssl_policies import SSL_POLICIES

    _mend_names(models.ELBv2Backend, DuplicateLoadBalancerName)
    _mend_arns(models)
    _protect(models.ELBv2Backend, ELBClientError)
    _keep_enforcement(ELBV2Response)
    _mend_health_checks(models.ELBv2Backend)
    _mend_listeners(models.ELBv2Backend, ELBV2Response)
    _add_policies(SSL_POLICIES)


def _mend_names(backend: Any, duplicate: type[Exception]) -> None:
    create = backend.create_load_balancer

    def create_load_balancer(self: Any, name: str, *arguments: Any, **named: Any) -> Any:
        if any(balancer.name == name for balancer in self.load_balancers.values()):
            raise duplicate
        return create(self, name, *arguments, **named)

    backend.create_load_balancer = create_load_balancer


def _protect(backend: Any, error: Any) -> None:
    delete = backend.delete_load_balancer

    def delete_load_balancer(self: Any, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            why = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise error("OperationNotPermitted", why)
        delete(self, arn)

    backend.delete_load_balancer = delete_load_balancer


def _mend_arns(models: Any) -> None:
    create, make_arn = models.ELBv2Backend.create_load_balancer, models.make_arn_for_load_balancer

    def create_load_balancer(self: Any, *arguments: Any, **named: Any) -> Any:
        kind = "/net/" if "network" in (named.get("loadbalancer_type"), *arguments) else "/app/"
        models.make_arn_for_load_balancer = lambda **parts: make_arn(**parts).replace("/app/", kind, 1)
        try:
            return create(self, *arguments, **named)
        finally:
            models.make_arn_for_load_balancer = make_arn

    models.ELBv2Backend.create_load_balancer = create_load_balancer


def _keep_enforcement(responses: Any) -> None:
    answer = responses.set_security_groups
    name = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"

    def set_security_groups(self: Any) -> Any:
        result = answer(self)
        balancer = self.elbv2_backend.load_balancers[self._get_param("LoadBalancerArn")]
        balancer.enforce_security_group_inbound_rules_on_private_link_traffic = self._get_param(name) or "on"
        return result

    responses.set_security_groups = set_security_groups


def _mend_health_checks(backend: Any) -> None:
    modify = backend.modify_target_group

    def modify_target_group(self: Any, *arguments: Any, **named: Any) -> Any:
        bound = inspect.signature(modify).bind(self, *arguments, **named).arguments
        group = modify(self, *arguments, **named)
        if group.protocol in {"HTTP", "HTTPS"}:
            return group
        if group.health_check_protocol == "TCP":
            group.matcher = group.health_check_path = None
        else:
            before = getattr(group, "matcher", None) or {"HttpCode": DEFAULT_CODES}
            group.matcher = {"HttpCode": bound.get("http_codes") or before["HttpCode"]}
        return group

    backend.modify_target_group = modify_target_group


def _mend_listeners(backend: Any, responses: Any) -> None:
    modify, answer = backend.modify_listener, responses.modify_listener

    def modify_listener(self: Any, arn: str, port: Any, protocol: str | None, *rest: Any) -> Any:
        before = self.describe_listeners(load_balancer_arn=None, listener_arns=[arn])[0].protocol
        wanted = protocol or before
        # What moto looks at for HTTPS holds for TLS too: the certificate must be there.
        known = {"TLS": "HTTPS", "UDP": "TCP", "TCP_UDP": "TCP"}.get(wanted, protocol)
        listener = modify(self, arn, port, known, *rest)
        listener.protocol = wanted
        return listener

    def modify_listener_answer(self: Any) -> Any:
        result = answer(self)
        alpn = self._get_param("AlpnPolicy")
        if alpn:
            result.result["Listeners"][0].alpn_policy = alpn
        return result

    backend.modify_listener = modify_listener
    responses.modify_listener = modify_listener_answer


def _add_policies(known: dict[str, Any]) -> None:
    for name in FIPS_POLICIES:
        known.setdefault(name, {**known[SIMILAR_POLICY], "name": name})
