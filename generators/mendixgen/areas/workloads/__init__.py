"""The workloads area: who the pods are that call AWS, and what each of them may do there and no more.

What each role may do is in `mendixgen.areas.workloads.statements`. Pod Identity is the default; what takes a role by an
annotation only, as the Mendix Operator and its apps do, gets it by the cluster's OIDC provider (IRSA).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import (
    AppFacts,
    Area,
    AreaInputs,
    Output,
    Strict,
    context,
    setting,
    wired,
)
from mendixgen.areas.fields import DNS_LABEL, HostedZoneId

KubernetesName = Annotated[str, Field(pattern=DNS_LABEL, max_length=63)]
DatabaseUser = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]

EBS_CSI = ("kube-system", "ebs-csi-controller-sa")
"""Namespace and service account that the add-on aws-ebs-csi-driver brings."""

ReboundAssociation = "the Pod Identity association; pods get the role when they are started again"


class EbsCsi(Strict):
    """Makes, attaches and snapshots EBS volumes; an add-on of the cluster, which comes with its role."""

    enabled: bool = setting(True, description="Whether it has a role. Without one, no volume can be made.")


class Controller(Strict):
    """A controller on the cluster that calls AWS."""

    enabled: bool = setting(True, description="Whether it has a role.")
    identity: Literal["pod-identity", "irsa"] = setting(
        "pod-identity",
        description=(
            "How its pods get the role: pod-identity by an association, with nothing to annotate; irsa by the"
            " cluster's OIDC provider and an annotation of the service account, for pods without the agent (Fargate)."
        ),
    )
    namespace: KubernetesName = setting(description="Namespace of the controller.", create_only=ReboundAssociation)
    service_account: KubernetesName = setting(
        description="Service account of the controller.", create_only=ReboundAssociation
    )


class LoadBalancer(Controller):
    """Binds pods to the target groups of the platform's load balancer."""

    namespace: KubernetesName = setting(
        "kube-system", description="Namespace of the controller.", create_only=ReboundAssociation
    )
    service_account: KubernetesName = setting(
        "aws-load-balancer-controller", description="Service account of the controller.", create_only=ReboundAssociation
    )


class ExternalDns(Controller):
    """Writes DNS records of Kubernetes' hostnames."""

    namespace: KubernetesName = setting(
        "external-dns", description="Namespace of the controller.", create_only=ReboundAssociation
    )
    service_account: KubernetesName = setting(
        "external-dns", description="Service account of the controller.", create_only=ReboundAssociation
    )


class CertManager(Controller):
    """Proves by DNS that a name is the platform's, and has certificates issued."""

    namespace: KubernetesName = setting(
        "cert-manager", description="Namespace of the controller.", create_only=ReboundAssociation
    )
    service_account: KubernetesName = setting(
        "cert-manager", description="Service account of the controller.", create_only=ReboundAssociation
    )


class ClusterAutoscaler(Controller):
    """Sizes the node groups whose scaling driver is cluster-autoscaler."""

    namespace: KubernetesName = setting(
        "kube-system", description="Namespace of the controller.", create_only=ReboundAssociation
    )
    service_account: KubernetesName = setting(
        "cluster-autoscaler", description="Service account of the controller.", create_only=ReboundAssociation
    )


class Controllers(Strict):
    """The controllers on the cluster that call AWS."""

    ebs_csi: EbsCsi = setting(EbsCsi(), description="EBS CSI driver.")
    load_balancer: LoadBalancer = setting(
        LoadBalancer(),
        description="AWS Load Balancer Controller. It binds pods to target groups; the ingress area has the rest.",
    )
    external_dns: ExternalDns = setting(ExternalDns(), description="external-dns.")
    cert_manager: CertManager = setting(CertManager(), description="cert-manager.")
    cluster_autoscaler: ClusterAutoscaler = setting(ClusterAutoscaler(), description="Cluster Autoscaler.")


class StorageProvisioner(Strict):
    """The Mendix Operator's provisioner: it makes a role, a folder and a database for each app on a storage plan."""

    enabled: bool = setting(True, description="Whether it has a role; apps of identity storage-plan need it.")
    service_account: KubernetesName = setting(
        "mendix-storage-provisioner-iam",
        description="Service account that the storage and database plans name. Not one of the Operator's own.",
    )
    bucket: KubernetesName | None = setting(
        None, description="The bucket, of storage.buckets, that plans share; by default files, if there is one."
    )
    database_user: DatabaseUser = setting(
        "mendix_provisioner",
        description=(
            "Database user that makes apps' databases, signed in by IAM. Never the master: a user with rds_iam has no"
            " password any more."
        ),
    )


class Builder(Strict):
    """The Mendix Operator's builder, which pushes the apps' images."""

    enabled: bool = setting(True, description="Whether it has a role.")
    service_account: KubernetesName = setting(
        "mendix-builder", description="Service account that the registry's configuration names."
    )


class Workloads(Area):
    """Roles of what runs on the cluster: controllers, the Mendix Operator's provisioner and builder, and each app."""

    name = "workloads"
    version = "1.1.0"

    class Inputs(AreaInputs):
        """What an environment may say of its workloads' identities."""

        namespaces: list[KubernetesName] = setting(
            ["mendix"],
            description="Kubernetes namespaces of the Mendix Operator and its apps.",
            min_length=1,
            max_length=10,
        )
        controllers: Controllers = setting(Controllers(), description="The controllers on the cluster that call AWS.")
        zone_ids: list[HostedZoneId] = setting(
            [],
            description="Route 53 zones, beside the ingress's, that external-dns and cert-manager may write to.",
            max_length=20,
        )
        storage_provisioner: StorageProvisioner = setting(
            StorageProvisioner(), description="The Mendix Operator's storage provisioner."
        )
        builder: Builder = setting(Builder(), description="The Mendix Operator's builder.")
        region: str = context("region", "Region of the environment.")
        account: str = context("account", "Account of the roles.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        apps: dict[str, AppFacts] = context("apps", "The Mendix applications by name.")
        boundary_arn: str = wired("identity.boundary_arn", "ARN of the permissions boundary of the roles.")
        cluster_name: str = wired("cluster.name", "Name of the cluster.")
        oidc_provider_arn: str = wired("cluster.oidc_provider_arn", "ARN of the cluster's OIDC provider.")
        oidc_issuer: str = wired("cluster.oidc_issuer", "Issuer of the service accounts' tokens, without https://.")
        storage_key_arn: str = wired("encryption.storage_key_arn", "ARN of the key of buckets and volumes.")
        secrets_key_arn: str = wired("encryption.secrets_key_arn", "ARN of the key of secrets.")
        bucket_arns: dict[str, str] = wired("storage.bucket_arns", "Bucket ARNs by name.")
        zone_id: str = wired("ingress.zone_id", "ID of the Route 53 zone of the domain.", optional=True)
        database_resource_ids: dict[str, str] = wired(
            "database.resource_ids", "Resource IDs of the database instances by name.", optional=True
        )
        repository_arns: dict[str, str] = wired(
            "registry.repository_arns", "ARNs of the image repositories by app or image.", optional=True
        )

    outputs = {
        "role_arns": Output(
            "merge("
            "{ for purpose, role in aws_iam_role.controller : purpose => role.arn },"
            ' { for role in aws_iam_role.storage_provisioner : "mendix-storage-provisioner" => role.arn },'
            ' { for role in aws_iam_role.builder : "mendix-builder" => role.arn })',
            "ARNs of the roles by purpose: controllers, and the Mendix Operator's provisioner and builder.",
        ),
        "app_role_arns": Output(
            "{ for name, role in aws_iam_role.app : name => role.arn }",
            "ARNs of the apps' roles by app; apps of identity storage-plan have none here.",
        ),
        "app_database_users": Output(
            "local.database_users", "Database user of each app, who signs in by IAM with the app's role."
        ),
        "storage_provisioner_role_arn": Output(
            "one(aws_iam_role.storage_provisioner[*].arn)", "ARN of the storage provisioner's role; null if it is off."
        ),
        "environment_policy_arn": Output(
            "one(aws_iam_policy.environment[*].arn)",
            "ARN of the policy that the Operator attaches to the roles that it makes; null if the provisioner is off.",
        ),
        "builder_role_arn": Output("one(aws_iam_role.builder[*].arn)", "ARN of the builder's role; null if it is off."),
        "service_accounts": Output(
            "{ for purpose, controller in local.controllers :"
            " purpose => { namespace = controller.namespace, service_account = controller.service_account } }",
            "Namespace and service account of each controller.",
        ),
        "namespaces": Output("var.namespaces", "Kubernetes namespaces of the Mendix Operator and its apps."),
    }
