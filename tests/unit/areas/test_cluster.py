"""The cluster's section: its defaults, each choice, each refusal at its place; and what holds of every cluster."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.cluster import Cluster
from mendixgen.areas.cluster import addons as cluster_addons
from mendixgen.areas.contract import Check, Header
from mendixgen.areas.fields import RetentionDays
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render
from mendixgen.authoring.manifest import section_schema
from mendixgen.authoring.module import ResourceBlock
from mendixgen.spec.merge import merge

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
ADMIN = "arn:aws:iam::123456789012:role/platform-admin"
AUDITOR = "arn:aws:iam::123456789012:role/auditor"
PRODUCTION: dict[str, Any] = {
    "version": "1.35",
    "endpoint": "private",
    "admins": [ADMIN],
    "viewers": [AUDITOR],
    "node_groups": {
        "system": {"instance_types": ["m7i.large"], "min": 3, "max": 6},
        "apps": {
            "instance_types": ["m7i.xlarge", "m6i.xlarge"],
            "min": 3,
            "max": 24,
            "scaling": {
                "cpu_target": 60,
                "steps": [{"above": 80, "add": 2}, {"above": 90, "add": 4}],
                "cooldown": 300,
                "schedules": [{"name": "office-hours", "cron": "0 7 * * 1-5", "timezone": "Europe/Berlin", "min": 6}],
            },
        },
        "batch": {
            "capacity": "spot",
            "instance_types": ["m7i.xlarge", "m6i.xlarge", "m6a.xlarge", "m5.xlarge"],
            "min": 0,
            "max": 12,
            "taints": ["workload=batch:NoSchedule"],
        },
    },
}


def section(**values: Any) -> Any:
    return Cluster.Inputs.model_validate(values)


def findings(**values: Any) -> list[Check]:
    return parts.check(Cluster, section(**values), HEADER)


def found(**values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in findings(**values)]


def groups(**group: Any) -> dict[str, Any]:
    """A home for the system, and one further group."""
    return {"system": {}, "apps": group}


def in_group(**group: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """What is found in the further group, by its place there."""
    result = found(node_groups=groups(**group))
    assert all(path[:2] == ("node_groups", "apps") for path, _ in result)
    return [(path[2:], code) for path, code in result]


def resource(address: str) -> ResourceBlock:
    return next(it for it in collect(Cluster).resources if it.address == address)


class TestDefaults:
    def test_are_private_current_and_highly_available(self) -> None:
        inputs = section()
        assert (inputs.version, inputs.endpoint, inputs.support) == ("1.36", "private", "standard")
        assert inputs.log_retention_days == 365
        assert inputs.zonal_shift is True
        assert (inputs.admins, inputs.viewers, inputs.allow_from, inputs.private_allow_from) == ([], [], [], [])
        assert findings() == []

    def test_one_group_of_three_nodes_carries_everything(self) -> None:
        (name, group), *others = section().node_groups.items()
        assert (name, others) == ("system", [])
        assert (group.min, group.max, group.capacity, group.ami) == (3, 6, "on-demand", "al2023")
        assert (group.architecture, group.instance_types) == ("x86_64", ["m7i.large"])
        assert (group.repair, group.update.max_unavailable_percent, group.update.force) == (True, 33, False)
        assert (group.scaling.driver, group.scaling.cpu_target, group.scaling.cooldown) == ("cloudwatch", 60, 300)

    def test_production_is_accepted(self) -> None:
        assert findings(**PRODUCTION) == []


class TestChoices:
    @pytest.mark.parametrize("support", ["standard", "extended"])
    def test_support(self, support: str) -> None:
        assert found(support=support) == []

    @pytest.mark.parametrize("days", get_args(RetentionDays))
    def test_retention(self, days: int) -> None:
        assert section(log_retention_days=days).log_retention_days == days

    def test_a_restricted_endpoint_names_who_may_reach_it(self) -> None:
        assert found(endpoint="restricted", allow_from=["203.0.113.0/24"]) == []

    @pytest.mark.parametrize("endpoint", ["private", "restricted"])
    def test_private_networks_reach_both_endpoints(self, endpoint: str) -> None:
        public = {"allow_from": ["203.0.113.0/24"]} if endpoint == "restricted" else {}
        assert found(endpoint=endpoint, private_allow_from=["10.99.0.0/16"], **public) == []

    @pytest.mark.parametrize("version", cluster_addons.versions())
    def test_every_version_with_pinned_add_ons(self, version: str) -> None:
        assert found(version=version) == []

    def test_a_newer_version_with_add_ons_of_its_own(self) -> None:
        addons = {name: {"version": "v1.39.0-eksbuild.1"} for name in cluster_addons.ADDONS}
        assert found(version="1.39", addons=addons) == []

    @pytest.mark.parametrize("ami", ["al2023", "bottlerocket"])
    @pytest.mark.parametrize(("architecture", "kind"), [("x86_64", "m7i.large"), ("arm64", "m7g.large")])
    def test_images(self, ami: str, architecture: str, kind: str) -> None:
        assert in_group(ami=ami, architecture=architecture, instance_types=[kind]) == []

    @pytest.mark.parametrize("effect", ["NoSchedule", "PreferNoSchedule", "NoExecute"])
    @pytest.mark.parametrize("key", ["workload=batch", "dedicated", "example.com/team=a.b_c", "empty="])
    def test_taints(self, key: str, effect: str) -> None:
        assert in_group(taints=[f"{key}:{effect}"]) == []

    def test_labels(self) -> None:
        assert in_group(labels={"team": "crm", "example.com/tier": "", "mykubernetes.io/x": "y"}) == []

    def test_the_cluster_autoscaler(self) -> None:
        assert in_group(scaling={"driver": "cluster-autoscaler"}) == []
        assert in_group(scaling={"driver": "cluster-autoscaler", "cpu_target": None, "steps": []}) == []

    def test_steps_without_target_tracking(self) -> None:
        assert in_group(scaling={"cpu_target": None, "steps": [{"above": 40, "add": 1}]}) == []

    def test_taking_nodes_by_a_step(self) -> None:
        assert in_group(scaling={"step_in": {"below": 20, "remove": 2}, "warmup": 60, "wake": False}) == []

    @pytest.mark.parametrize("version", ["1.36", "1.35", "1.33"])
    def test_nodes_that_follow_later(self, version: str) -> None:
        assert in_group(version=version) == []

    @pytest.mark.parametrize("cron", ["0 7 * * 1-5", "*/15 0-6,22 1 jan,JUL sun", "30 6 1-7 * 0"])
    def test_schedules(self, cron: str) -> None:
        schedule = {"name": "a", "cron": cron, "min": 3, "desired": 4}
        assert in_group(scaling={"schedules": [schedule]}) == []


class TestBounds:
    @pytest.mark.parametrize(
        "values",
        [
            {"version": "1.9"},
            {"version": 1.35},
            {"version": "latest"},
            {"endpoint": "public"},
            {"support": "none"},
            {"log_retention_days": 366},
            {"allow_from": ["anywhere"]},
            {"private_allow_from": [f"10.{number}.0.0/16" for number in range(5)]},
            {"admins": ["arn:aws:iam::123456789012:root"]},
            {"admins": ["arn:aws:sts::123456789012:assumed-role/admin/session"]},
            {"viewers": ["auditor"]},
            {"service_cidr": "10.100.0.0"},
            {"webhook_ports": [0]},
            {"webhook_ports": [65536]},
            {"node_groups": {}},
            {"node_groups": {"Apps": {}}},
            {"node_groups": {"apps-": {}}},
            {"node_groups": {"a" * 21: {}}},
            {"addons": {"velero": {}}},
            {"addons": {"coredns": {"version": "latest"}}},
            {"addons": {"coredns": {"versions": "v1.1.1-eksbuild.1"}}},
        ],
    )
    def test_of_the_cluster(self, values: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            section(**values)

    @pytest.mark.parametrize(
        "group",
        [
            {"instance_types": []},
            {"instance_types": ["m7i"]},
            {"capacity": "SPOT"},
            {"ami": "al2"},
            {"architecture": "x86"},
            {"zones": []},
            {"zones": ["eu-central-1a"]},
            {"min": -1},
            {"max": 0},
            {"max": 451},
            {"version": "1.x"},
            {"release": "newest"},
            {"disk": {"size_gb": 19}},
            {"disk": {"iops": 2999}},
            {"disk": {"throughput": 1001}},
            {"labels": {"-a": "b"}},
            {"labels": {"a": "b c"}},
            {"taints": ["workload=batch"]},
            {"taints": ["workload=batch:Never"]},
            {"taints": ["=batch:NoSchedule"]},
            {"taints": ["a=b=c:NoSchedule"]},
            {"update": {"max_unavailable_percent": 0}},
            {"update": {"max_unavailable": 101}},
            {"scaling": {"driver": "karpenter"}},
            {"scaling": {"cpu_target": 5}},
            {"scaling": {"cooldown": 3601}},
            {"scaling": {"warmup": -1}},
            {"scaling": {"steps": [{"above": 80}]}},
            {"scaling": {"steps": [{"above": 101, "add": 1}]}},
            {"scaling": {"step_in": {"below": 0}}},
            {"scaling": {"step_minutes": 0}},
            {"scaling": {"schedules": [{"name": "a", "cron": "every morning", "min": 1}]}},
            {"scaling": {"schedules": [{"name": "A", "cron": "0 7 * * *", "min": 1}]}},
            {"scaling": {"schedules": [{"name": "a", "cron": "0 7 * * *", "min": 1, "max": 5}]}},
        ],
    )
    def test_of_a_group(self, group: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            section(node_groups=groups(**group))


class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "path", "code"),
        [
            ({"endpoint": "restricted"}, ("endpoint",), "MXS360"),
            ({"allow_from": ["203.0.113.0/24"]}, ("allow_from",), "MXS360"),
            ({"endpoint": "restricted", "allow_from": ["0.0.0.0/0"]}, ("allow_from", 0), "MXS361"),
            ({"endpoint": "restricted", "allow_from": ["128.0.0.0/1"]}, ("allow_from", 0), "MXS361"),
            ({"endpoint": "restricted", "allow_from": ["10.0.0.0/16"]}, ("allow_from", 0), "MXS361"),
            ({"endpoint": "restricted", "allow_from": ["203.0.113.7/24"]}, ("allow_from", 0), "MXS301"),
            ({"private_allow_from": ["203.0.113.0/24"]}, ("private_allow_from", 0), "MXS361"),
            ({"private_allow_from": ["10.0.0.1/16"]}, ("private_allow_from", 0), "MXS301"),
            ({"private_allow_from": ["10.9.0.0/16", "10.9.0.0/16"]}, ("private_allow_from", 1), "MXS362"),
            ({"service_cidr": "10.100.0.0/25"}, ("service_cidr",), "MXS361"),
            ({"service_cidr": "8.8.0.0/16"}, ("service_cidr",), "MXS361"),
            ({"service_cidr": "10.100.0.1/16"}, ("service_cidr",), "MXS301"),
            ({"admins": [ADMIN, ADMIN]}, ("admins", 1), "MXS362"),
            ({"viewers": [AUDITOR, AUDITOR]}, ("viewers", 1), "MXS362"),
            ({"admins": [ADMIN], "viewers": [AUDITOR, ADMIN]}, ("viewers", 1), "MXS362"),
            ({"version": "1.39"}, ("version",), "MXS371"),
            (
                {"version": "1.34", "addons": {"kube-proxy": {"version": "v1.35.0-eksbuild.2"}}},
                ("addons", "kube-proxy", "version"),
                "MXS371",
            ),
            (
                {"version": "1.35", "addons": {"kube-proxy": {"version": "v1.31.2-eksbuild.3"}}},
                ("addons", "kube-proxy", "version"),
                "MXS371",
            ),
            ({"addons": {"coredns": {"configuration": "{"}}}, ("addons", "coredns", "configuration"), "MXS371"),
            ({"addons": {"coredns": {"configuration": "[]"}}}, ("addons", "coredns", "configuration"), "MXS371"),
        ],
    )
    def test_of_the_cluster(self, values: dict[str, Any], path: tuple[str | int, ...], code: str) -> None:
        (check,) = findings(**values)
        assert (check.path, check.code) == (path, code)
        assert check.summary
        assert check.hint

    @pytest.mark.parametrize(
        ("group", "path", "code"),
        [
            ({"min": 7, "max": 6}, ("min",), "MXS363"),
            ({"instance_types": ["m7i.large", "m7g.large"]}, ("instance_types", 1), "MXS364"),
            ({"instance_types": ["m7i.gigantic"]}, ("instance_types", 0), "MXS375"),
            ({"instance_types": ["m7i.large", "mi7.large"]}, ("instance_types", 1), "MXS375"),
            ({"instance_types": ["c6gd.metal"]}, ("instance_types", 0), "MXS364"),
            ({"instance_types": ["t4g.medium"]}, ("instance_types", 0), "MXS364"),
            ({"instance_types": ["im4gn.large"]}, ("instance_types", 0), "MXS364"),
            ({"architecture": "arm64"}, ("instance_types", 0), "MXS364"),
            ({"architecture": "arm64", "instance_types": ["g4dn.xlarge"]}, ("instance_types", 0), "MXS364"),
            ({"instance_types": ["m7i.large", "m7i.large"]}, ("instance_types", 1), "MXS362"),
            ({"capacity": "spot"}, ("instance_types",), "MXS365"),
            ({"zones": ["a", "a"]}, ("zones", 1), "MXS362"),
            ({"labels": {"kubernetes.io/role": "a"}}, ("labels", "kubernetes.io/role"), "MXS366"),
            ({"labels": {"node.k8s.io/role": "a"}}, ("labels", "node.k8s.io/role"), "MXS366"),
            ({"labels": {"eks.amazonaws.com/x": "a"}}, ("labels", "eks.amazonaws.com/x"), "MXS366"),
            ({"taints": ["a=b:NoSchedule", "a=c:NoSchedule"]}, ("taints", 1), "MXS366"),
            ({"disk": {"throughput": 1000}}, ("disk", "throughput"), "MXS372"),
            ({"disk": {"size_gb": 20, "iops": 16000}}, ("disk", "iops"), "MXS372"),
            (
                {"update": {"max_unavailable": 1, "max_unavailable_percent": 50}},
                ("update", "max_unavailable"),
                "MXS373",
            ),
            ({"version": "1.37"}, ("version",), "MXS374"),
            ({"version": "1.32"}, ("version",), "MXS374"),
        ],
    )
    def test_of_a_group(self, group: dict[str, Any], path: tuple[str | int, ...], code: str) -> None:
        assert in_group(**group) == [(path, code)]

    @pytest.mark.parametrize("taint", ["a=b:NoSchedule", "a:NoExecute"])
    def test_of_a_cluster_whose_groups_all_keep_the_system_out(self, taint: str) -> None:
        assert found(node_groups={"apps": {"taints": [taint]}}) == [(("node_groups",), "MXS367")]
        assert found(node_groups={"apps": {"taints": ["a:PreferNoSchedule"]}}) == []

    def test_of_a_cluster_that_may_be_empty(self) -> None:
        assert found(node_groups={"apps": {"min": 0}}) == [(("node_groups",), "MXS367")]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("cpu_target", 60),
            ("scale_in", True),
            ("steps", [{"above": 80, "add": 1}]),
            ("step_in", {"below": 20}),
            ("step_minutes", 2),
            ("cooldown", 300),
            ("warmup", 60),
            ("wake", True),
            ("schedules", [{"name": "a", "cron": "0 7 * * *", "min": 3}]),
        ],
    )
    def test_of_two_scalers_on_one_group(self, name: str, value: Any) -> None:
        scaling = {"driver": "cluster-autoscaler", name: value}
        assert in_group(scaling=scaling) == [(("scaling", name), "MXS368")]

    @pytest.mark.parametrize(
        ("scaling", "path"),
        [
            ({"steps": [{"above": 90, "add": 1}, {"above": 80, "add": 2}]}, ("scaling", "steps", 1, "above")),
            ({"steps": [{"above": 80, "add": 1}, {"above": 80, "add": 2}]}, ("scaling", "steps", 1, "above")),
            ({"steps": [{"above": 60, "add": 1}]}, ("scaling", "steps", 0, "above")),
            ({"cpu_target": 85, "steps": [{"above": 80, "add": 1}]}, ("scaling", "steps", 0, "above")),
            ({"step_in": {"below": 60}}, ("scaling", "step_in", "below")),
        ],
    )
    def test_of_steps(self, scaling: dict[str, Any], path: tuple[str | int, ...]) -> None:
        assert in_group(scaling=scaling) == [(path, "MXS369")]

    @pytest.mark.parametrize(
        ("schedule", "place"),
        [
            ({}, ()),
            ({"min": 4, "desired": 3}, ()),
            ({"min": 7}, ()),
            ({"desired": 7}, ()),
            ({"min": 3, "cron": "61 7 * * *"}, ("cron",)),
            ({"min": 3, "cron": "0 24 * * *"}, ("cron",)),
            ({"min": 3, "cron": "0 7 0 * *"}, ("cron",)),
            ({"min": 3, "cron": "0 7 * * */x"}, ("cron",)),
            ({"min": 3, "cron": "0 7 * * foo"}, ("cron",)),
            ({"min": 3, "timezone": "Europe/Berlim"}, ("timezone",)),
        ],
    )
    def test_of_schedules(self, schedule: dict[str, Any], place: tuple[str, ...]) -> None:
        schedules = [{"name": "a", "cron": "0 7 * * *", **schedule}]
        assert in_group(scaling={"schedules": schedules}) == [(("scaling", "schedules", 0, *place), "MXS370")]

    def test_of_two_schedules_of_one_name(self) -> None:
        schedules = [{"name": "a", "cron": "0 7 * * *", "min": 3}, {"name": "a", "cron": "0 8 * * *", "min": 4}]
        assert in_group(scaling={"schedules": schedules}) == [(("scaling", "schedules", 1, "name"), "MXS370")]


class TestAddons:
    def test_every_version_pins_every_add_on(self) -> None:
        for version, addons in cluster_addons.versions().items():
            assert set(addons) == set(cluster_addons.ADDONS), version
            assert addons["kube-proxy"].startswith(f"v{version}."), version

    def test_what_nodes_need_is_there_before_them(self) -> None:
        assert set(cluster_addons.BEFORE_NODES) | set(cluster_addons.AFTER_NODES) == set(cluster_addons.ADDONS)
        assert not set(cluster_addons.BEFORE_NODES) & set(cluster_addons.AFTER_NODES)
        assert [render(it) for it in resource("aws_eks_node_group.this").depends_on] == ["aws_eks_addon.before_nodes"]
        assert [render(it) for it in resource("aws_eks_addon.after_nodes").depends_on] == [
            "aws_eks_node_group.this",
            "aws_eks_node_group.scheduled",
        ]

    def test_an_upgrade_takes_the_control_plane_first_then_add_ons_and_nodes(self) -> None:
        """Terraform changes what is referred to first."""
        before, groups = resource("aws_eks_addon.before_nodes"), resource("aws_eks_node_group.this")
        assert render(before.arguments["cluster_name"]) == "aws_eks_cluster.this.name"
        assert render(groups.arguments["cluster_name"]) == "aws_eks_cluster.this.name"
        assert "var.kubernetes_version" in render(groups.arguments["version"])
        assert [render(it) for it in groups.depends_on] == ["aws_eks_addon.before_nodes"]

    def test_the_module_has_the_table_as_it_is(self) -> None:
        (pinned,) = (it for it in collect(Cluster).locals if it.name == "pinned_addon_versions")
        assert pinned.value == cluster_addons.versions()
        assert cluster_addons.as_of() in pinned.comment

    def test_the_table_is_dated_and_says_where_it_is_from(self) -> None:
        from importlib.resources import files

        table = json.loads(files("mendixgen").joinpath("data/eks_addons.json").read_text("utf-8"))
        assert table["sources"]
        assert len(table["as_of"].split("-")) == 3


class TestResources:
    def test_the_control_plane_is_closed_encrypted_and_logged(self) -> None:
        cluster = resource("aws_eks_cluster.this").arguments
        assert cluster["vpc_config"]["endpoint_private_access"] is True
        assert render(cluster["vpc_config"]["endpoint_public_access"]) == 'var.endpoint == "restricted"'
        assert cluster["encryption_config"]["resources"] == ["secrets"]
        assert set(cluster["enabled_cluster_log_types"]) == {
            *("api", "audit", "authenticator", "controllerManager", "scheduler")
        }
        access = cluster["access_config"]
        assert render(access["authentication_mode"]) == 'replace(upper(var.authentication), "-", "_")'
        assert access["bootstrap_cluster_creator_admin_permissions"] is False
        assert [render(it) for it in resource("aws_eks_cluster.this").depends_on] == ["aws_cloudwatch_log_group.this"]

    def test_nodes_give_no_credentials_to_pods_and_encrypt_their_disks(self) -> None:
        template = resource("aws_launch_template.this").arguments
        assert template["metadata_options"]["http_tokens"] == "required"
        assert template["metadata_options"]["http_put_response_hop_limit"] == 1
        disk = template["block_device_mappings"].content["ebs"]
        assert (disk["volume_type"], disk["encrypted"]) == ("gp3", "true")
        assert render(disk["kms_key_id"]) == "var.cluster_key_arn"

    def test_the_number_of_nodes_is_the_scaler_s(self) -> None:
        ignored = {"this": ["scaling_config[0].desired_size"]}
        ignored["scheduled"] = [*ignored["this"], "scaling_config[0].min_size"]
        for name, numbers in ignored.items():
            group = resource(f"aws_eks_node_group.{name}")
            assert [render(it) for it in group.lifecycle["ignore_changes"]] == numbers
            assert group.lifecycle["create_before_destroy"] is True
            assert "node_group_name_prefix" in group.arguments

    def test_groups_with_schedules_differ_from_others_only_in_whose_the_least_number_is(self) -> None:
        this, scheduled = resource("aws_eks_node_group.this"), resource("aws_eks_node_group.scheduled")
        assert this.arguments == scheduled.arguments
        assert this.depends_on == scheduled.depends_on
        assert this.lifecycle["precondition"] == scheduled.lifecycle["precondition"]
        assert render(this.for_each).endswith("if length(group.scaling.schedules) == 0 }")
        assert render(scheduled.for_each).endswith("if length(group.scaling.schedules) > 0 }")

    def test_another_time_of_a_schedule_takes_no_nodes_back_to_an_older_version(self) -> None:
        def at(hour: int, version: str) -> dict[str, Any]:
            schedules = [{"name": "day", "cron": f"0 {hour} * * *", "min": 4}]
            group = {"version": version, "scaling": {"schedules": schedules}}
            return {"cluster": {"version": "1.36", "node_groups": {"apps": group}}}

        back = merge(at(7, "1.36"), at(8, "1.35"), {"cluster": section_schema(Cluster)})
        assert back.data == at(8, "1.36")

    def test_everything_else_looks_at_both_kinds_of_groups(self) -> None:
        module = collect(Cluster)
        (made,) = (it for it in module.locals if it.name == "made_node_groups")
        assert render(made.value) == "merge(aws_eks_node_group.this, aws_eks_node_group.scheduled)"
        others = [render(it.value) for it in module.locals if it is not made]
        others += [output.expression for output in Cluster.outputs.values()]
        assert not [text for text in others if "aws_eks_node_group." in text]
        assert [text for text in others if "local.made_node_groups" in text]

    def test_every_policy_of_cloudwatch_is_for_groups_that_it_drives(self) -> None:
        policies = [it for it in collect(Cluster).resources if it.type == "aws_autoscaling_policy"]
        assert len(policies) == 4
        assert all("in local.scaled :" in render(it.for_each) for it in policies)
        (scaled,) = (it for it in collect(Cluster).locals if it.name == "scaled")
        assert 'if group.scaling.driver == "cloudwatch"' in render(scaled.value)
        tag = resource("aws_autoscaling_group_tag.cluster_autoscaler")
        assert 'group.scaling.driver == "cluster-autoscaler"' in render(tag.for_each)


@pytest.mark.parametrize("key", ["admins", "viewers"])
def test_who_is_let_in_already_or_from_another_partition_is_refused(key: str) -> None:
    """EKS refuses a second entry for one role, and the platform's own roles have one."""
    own = f"arn:aws:iam::{HEADER.account}:role/{HEADER.name}-platform-admin"
    auditor = f"arn:aws:iam::{HEADER.account}:role/{HEADER.name}-auditor"
    far = "arn:aws-cn:iam::123456789012:role/ops"
    assert found(**{key: [own, auditor, far]}) == [((key, index), "MXS362") for index in range(3)]
    assert found(**{key: [f"arn:aws:iam::{HEADER.account}:role/platform-admin"]}) == []
