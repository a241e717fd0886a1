"""EC2, for aws_vpc_security_group_*_rule, aws_network_acl_rule, aws_network_acl_association, aws_vpc_dhcp_options,
aws_launch_template and aws_ebs_default_kms_key.

moto 5.2.5 forgets the description of a rule whose peer is a security group or a prefix list
(DescribeSecurityGroupRules), fails on a network ACL's entry or association that is gone (DeleteNetworkAclEntry,
ReplaceNetworkAclAssociation: AWS answers NotFound, which the provider takes for success), ignores the tags of new DHCP
options (CreateDhcpOptions), counts a launch template's own tags as tag specifications of its data
(CreateLaunchTemplate) and never sees them change (CreateTags), and has neither GetEbsDefaultKmsKeyId nor
ResetEbsDefaultKmsKeyId. Subnets are mended in `subnets`, volumes in `volumes`.
"""

from __future__ import annotations

import inspect
from typing import Any

from mendixctl.emulator.extensions import subnets, volumes


def install(account: str) -> None:
    """Mend moto's EC2."""
    from moto.ec2.models.network_acls import NetworkAclBackend
    from moto.ec2.models.security_groups import SecurityGroupRule
    from moto.ec2.responses.dhcp_options import DHCPOptions
    from moto.ec2.responses.elastic_block_store import ElasticBlockStore
    from moto.ec2.responses.launch_templates import LaunchTemplates

    _mend_rule_descriptions(SecurityGroupRule)
    _mend_network_acls(NetworkAclBackend)
    _mend_dhcp_options(DHCPOptions)
    _mend_launch_templates(LaunchTemplates)
    _add_default_key(ElasticBlockStore)
    subnets.install()
    volumes.install()


def _mend_rule_descriptions(rules: Any) -> None:
    initialise, described = rules.__init__, rules.description.fget

    def rule(self: Any, *arguments: Any, **named: Any) -> None:
        initialise(self, *arguments, **named)
        bound = inspect.signature(initialise).bind(self, *arguments, **named).arguments
        self.prefix_list_description = (bound.get("prefix_list_id") or {}).get("Description")

    def description(self: Any) -> Any:
        return described(self) or self.source_group.get("Description") or self.prefix_list_description

    rules.__init__ = rule
    rules.description = property(description)


def _mend_network_acls(backend: Any) -> None:
    from moto.ec2.exceptions import EC2ClientError

    delete, replace = backend.delete_network_acl_entry, backend.replace_network_acl_association

    def delete_network_acl_entry(self: Any, network_acl_id: str, rule_number: int, egress: bool) -> Any:
        entries = self.get_network_acl(network_acl_id).network_acl_entries
        if not any(entry.egress == egress and entry.rule_number == rule_number for entry in entries):
            message = f"The network ACL entry identified by {rule_number} does not exist"
            raise EC2ClientError("InvalidNetworkAclEntry.NotFound", message)
        return delete(self, network_acl_id, rule_number, egress)

    def replace_network_acl_association(self: Any, association_id: str, network_acl_id: str) -> Any:
        if not any(association_id in vars(acl)["_associations"] for acl in self.network_acls.values()):
            message = f"The association ID '{association_id}' does not exist"
            raise EC2ClientError("InvalidAssociationID.NotFound", message)
        return replace(self, association_id, network_acl_id)

    backend.delete_network_acl_entry = delete_network_acl_entry
    backend.replace_network_acl_association = replace_network_acl_association


def _mend_dhcp_options(responses: Any) -> None:
    answer = responses.create_dhcp_options

    def create_dhcp_options(self: Any) -> Any:
        result = answer(self)
        for specification in self._get_param("TagSpecifications", []):
            result.result["DhcpOptions"].add_tags({tag["Key"]: tag["Value"] for tag in specification["Tags"]})
        return result

    responses.create_dhcp_options = create_dhcp_options


def _mend_launch_templates(responses: Any) -> None:
    from moto.ec2.models.launch_templates import LaunchTemplate

    answer = responses.create_launch_template

    def create_launch_template(self: Any) -> Any:
        backend = self.ec2_backend
        original = backend.create_launch_template

        def create(name: str, description: str, data: dict[str, Any], *rest: Any) -> Any:
            specifications = data.pop("TagSpecifications", [])
            own = [each for each in specifications if each["ResourceType"] != "launch-template"]
            return original(name, description, {**data, "TagSpecifications": own} if own else data, *rest)

        backend.create_launch_template = create
        try:
            return answer(self)
        finally:
            del backend.create_launch_template

    responses.create_launch_template = create_launch_template
    # moto keeps a copy of the tags that the template began with.
    LaunchTemplate.tags = property(lambda self: self.get_tags(), lambda self, tags: None)  # type: ignore[assignment]


def _add_default_key(responses: Any) -> None:
    from moto.core.responses import ActionResult

    def get_ebs_default_kms_key_id(self: Any) -> Any:
        key = getattr(self.ec2_backend, "default_kms_key_id", None)
        made = key or self.ec2_backend._create_default_encryption_key()
        return ActionResult({"KmsKeyId": made})

    def reset_ebs_default_kms_key_id(self: Any) -> Any:
        self.ec2_backend.default_kms_key_id = None
        return get_ebs_default_kms_key_id(self)

    responses.get_ebs_default_kms_key_id = get_ebs_default_kms_key_id
    responses.reset_ebs_default_kms_key_id = reset_ebs_default_kms_key_id
