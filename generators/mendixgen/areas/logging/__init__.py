"""The logging area: what may be said of where logs are searched, and what it offers to the others.

What OpenSearch Service has of versions and instance types is in `mendixgen.areas.logging.catalogue`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Strict, context, setting, wired
from mendixgen.areas.fields import LongRetentionDays, MailAddress, PrincipalArn
from mendixgen.areas.logging.outputs import OUTPUTS

InstanceType = Annotated[str, Field(pattern=r"^[a-z0-9]+\.[a-z0-9]+\.search$", max_length=40)]
KubernetesName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]

DEFAULT_VERSION = "2.19"
"""The last 2.x of OpenSearch Service, from which 3.x can be reached."""


class Nodes(Strict):
    """The nodes that keep what is written, and those that keep them together."""

    data: int = setting(3, description="Data nodes; as many in each zone.", unit="nodes", ge=1, le=80)
    master: Literal[0, 3, 5] = setting(
        3, description="Dedicated master nodes; without them the data nodes do that work too.", unit="nodes"
    )
    instance_type: InstanceType = setting(
        "r7g.large.search", description="Type of the data nodes; opensearch only: pods have cpu and memory_gb."
    )
    master_type: InstanceType = setting(
        "m7g.large.search", description="Type of the dedicated master nodes; opensearch only."
    )
    storage_gb: int = setting(100, description="Storage of each data node.", unit="GiB", ge=10, le=24576)
    iops: int | None = setting(
        None, description="IOPS of each volume (gp3); 3000 or what its size includes.", unit="IOPS", ge=3000, le=80000
    )
    throughput: int | None = setting(
        None, description="Throughput of each volume (gp3); 125 or more.", unit="MiB/s", ge=125, le=2000
    )
    zones: Literal[1, 2, 3] | None = setting(
        None,
        description="Availability zones of the data nodes; by default the most that divide them: 3, 2 or 1.",
        unit="zones",
    )
    cpu: float = setting(1, description="CPUs of each pod of elastic.", unit="CPUs", ge=0.5, le=64)
    memory_gb: int = setting(4, description="Memory of each pod of elastic.", unit="GiB", ge=2, le=64)


class Warm(Strict):
    """UltraWarm nodes: what is read only, kept in S3 and searched by way of a cache."""

    nodes: int = setting(2, description="UltraWarm nodes.", unit="nodes", ge=2, le=150)
    instance_type: InstanceType = setting(
        "ultrawarm1.medium.search", description="ultrawarm1.medium.search (1.5 TiB each) or ultrawarm1.large.search."
    )


class Index(Strict):
    """How old a day's logs get, and where they are meanwhile."""

    hot_days: int = setting(
        7,
        description="Age at which a day's logs move to the warm nodes, where there are some.",
        unit="days",
        ge=1,
        le=3650,
    )
    warm_days: int | None = setting(
        None,
        description=(
            "Age at which they move on to cold storage, which costs no node and is searched only after it is attached"
            " again; never if not given."
        ),
        unit="days",
        ge=2,
        le=3650,
    )
    delete_after_days: int | None = setting(
        90, description="Age at which they are deleted; null keeps them for ever.", unit="days", ge=2, le=3650
    )
    replicas: int = setting(1, description="Copies of each shard on other nodes.", unit="copies", ge=0, le=2)


class Pods(Strict):
    """The service account whose pods deliver logs."""

    namespace: KubernetesName = setting("logging", description="Its namespace.")
    service_account: KubernetesName = setting("fluent-bit", description="Its name.")
    identity: Literal["pod-identity", "irsa"] = setting(
        "pod-identity",
        description=(
            "How its pods get the role: by an association of EKS Pod Identity, or by the service account's annotation."
        ),
    )


class Window(Strict):
    """When OpenSearch Service makes changes that may cost performance: ten hours from then on."""

    hour: int = setting(22, description="Hour, UTC.", unit="hours", ge=0, le=23)
    minute: int = setting(0, description="Minute.", unit="minutes", ge=0, le=59)


class Logging(Area):
    """Where logs are searched: an OpenSearch domain or Elasticsearch on the cluster, with retention and dashboards."""

    name = "logging"
    version = "1.0.0"

    class Inputs(AreaInputs):
        """What an environment may say of its logs."""

        engine: Literal["none", "opensearch", "elastic"] = setting(
            "none",
            description=(
                "opensearch: a managed domain of OpenSearch Service in the VPC; elastic: Elasticsearch, Logstash and"
                " Kibana on the cluster, by the ECK operator; none: logs stay in CloudWatch alone."
            ),
        )
        version: str = setting(
            DEFAULT_VERSION,
            description="Version: of OpenSearch (2.19), or of Elasticsearch (9.1.4).",
            pattern=r"^[0-9]{1,2}\.[0-9]{1,2}(\.[0-9]{1,2})?$",
            one_way="neither goes back to an older version; a snapshot can be restored into another domain",
            variable="engine_version",
        )
        nodes: Nodes = setting(Nodes(), description="Data nodes and dedicated masters.")
        warm: Warm | None = setting(None, description="UltraWarm nodes of opensearch; none if not given.")
        index: Index = setting(Index(), description="How long logs are kept, and where.")
        admins: list[PrincipalArn] = setting(
            [],
            description="ARNs of the roles that may do everything in the domain. Its master is the installer's role.",
            max_length=20,
        )
        readers: list[PrincipalArn] = setting(
            [], description="ARNs of the roles that may search logs and look at dashboards.", max_length=50
        )
        notify: list[MailAddress] = setting(
            [],
            description="Who gets a mail when documents cannot be installed; each address confirms once.",
            max_length=20,
        )
        pods: Pods = setting(Pods(), description="Whose pods deliver logs.")
        off_peak: Window = setting(Window(), description="When the domain may be worked on.")
        audit: bool = setting(True, description="Whether who did what in the domain is logged to CloudWatch.")
        software_updates: bool = setting(
            True, description="Whether OpenSearch Service updates its own software in the off-peak window."
        )
        service_linked_role: bool = setting(
            True,
            description=(
                "Whether this environment makes the role by which OpenSearch Service enters VPCs. An account has it"
                " once: false where the account has it already, by another environment or by a domain of before."
            ),
        )
        log_retention_days: LongRetentionDays = setting(
            365, description="How long the domain's own logs and the installer's are kept.", unit="days"
        )
        region: str = context("region", "Region of the domain.")
        account: str = context("account", "Account of the domain.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        vpc_id: str = wired("network.vpc_id", "ID of the VPC.")
        private_subnet_ids: list[str] = wired("network.private_subnet_ids", "IDs of the subnets of the domain.")
        nodes_security_group_id: str = wired(
            "network.nodes_security_group_id", "ID of the security group of the cluster's nodes, which deliver logs."
        )
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the KMS key that encrypts log groups and topics.")
        boundary_arn: str = wired("identity.boundary_arn", "ARN of the permissions boundary of the roles.")
        cluster_name: str = wired("cluster.name", "Name of the cluster.")
        oidc_provider_arn: str = wired("cluster.oidc_provider_arn", "ARN of the cluster's OIDC provider.")
        oidc_issuer: str = wired("cluster.oidc_issuer", "Issuer of the service accounts' tokens, without https://.")

    outputs = OUTPUTS
