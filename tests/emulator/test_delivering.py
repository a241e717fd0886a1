"""Apps delivered into an emulated cluster: by each strategy, with a broken image that comes back by itself in each."""

from __future__ import annotations

import http.server
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl.cluster import access
from mendixctl.cluster.api import Api
from mendixctl.engine.delivery import record, twin
from mendixctl.engine.delivery.choice import Model
from mendixctl.engine.delivery.deploy import Options, deploy
from mendixctl.engine.delivery.results import DeliveryResult, PushResult
from mendixctl.engine.delivery.rollback import rollback
from mendixctl.engine.delivery.verify import verify
from mendixctl.engine.deploy import run as deploy_run
from mendixctl.engine.environment.tools import api, clients
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.ledger.audit import audit
from mendixctl.ledger.release import Kind, Status
from mendixgen.diagnostics import MendixError, Refused
from tests.emulator.delivery_bench import DeliveryBench
from tests.support.mendix_packages import ENTITIES
from tests.support.serving import in_background

pytestmark = pytest.mark.emulator

AREAS = (
    "cluster",
    "database",
    "encryption",
    "identity",
    "ingress",
    "network",
    "registry",
    "secrets",
    "storage",
    "workloads",
)
SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com
database:
  instances:
    crm: {engine: postgres, version: "17", class: db.m7g.large, storage_gb: 100}
    portal: {engine: postgres, version: "17", class: db.m7g.large, storage_gb: 100}
    erp: {engine: postgres, version: "17", class: db.m7g.large, storage_gb: 100}
secrets:
  entries:
    crm-runtime: {rotate: false, readers: [crm]}
    portal-runtime: {rotate: false, readers: [portal]}
    erp-runtime: {rotate: false, readers: [erp]}
apps:
  crm: {mendix: "11.6", replicas: 2, cpu: 0.5, memory_gb: 1, database: crm, release: {strategy: blue-green}}
  portal: {mendix: "11.6", replicas: 2, cpu: 0.5, memory_gb: 1, database: portal,
    release: {strategy: canary, steps: [10, 50, 100], bake_minutes: 10}}
  erp: {mendix: "11.6", replicas: 1, cpu: 0.5, memory_gb: 1, database: erp,
    release: {strategy: recreate, window: "Sun 02:00"}}
"""
OTHER = [*ENTITIES, {"Name": "Crm.Order"}]


class Delivering(DeliveryBench):
    """Apps that were deployed without an image, and images to deliver."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SPEC, AREAS)
        self.cluster()
        self.registry("crm", "portal", "erp")
        deploy_run.deploy(self.session, "dev")
        workplace = open_workplace(self.session, "dev")
        aws = clients(workplace, api(workplace)[0])
        self.api = Api(access.of_cluster(aws, "dev", "eu-central-1", self.endpoint), "dev")
        self.store = self.ledger.store

    def image(self, app: str, number: int, **package: Any) -> PushResult:
        return self.pushed(app, f"{number:040x}", version=f"1.{number}.0", **package)

    def deliver(self, app: str, number: int, **options: Any) -> DeliveryResult:
        return deploy(self.session, "dev", app, Options(commit=f"{number:040x}", **options), message=f"number {number}")

    def get(self, version: str, kind: str, name: str) -> dict[str, Any] | None:
        resource = self.api.resource(version, kind)
        assert resource is not None
        return self.api.get(resource, {"metadata": {"name": name, "namespace": "mendix"}})

    def app(self, name: str) -> dict[str, Any]:
        found = self.get("privatecloud.mendix.com/v1alpha1", "MendixApp", name)
        assert found is not None
        return found

    def runs(self, name: str) -> str:
        return str(self.app(name)["spec"].get("sourceURL", "")).rpartition("@")[2]

    def beside(self, app: str) -> list[str]:
        """What a delivery has left beside an app."""
        names = {
            ("privatecloud.mendix.com/v1alpha1", "MendixApp"): f"{app}-next",
            ("v1", "Service"): f"{app}-release-next",
            ("gateway.networking.k8s.io/v1", "HTTPRoute"): f"{app}-release",
            ("v1", "ServiceAccount"): f"{app}-next",
            ("coordination.k8s.io/v1", "Lease"): f"{app}-release",
        }
        return [kind for (version, kind), name in names.items() if self.get(version, kind, name) is not None]

    def rds(self, name: str) -> None:
        self.client("rds").create_db_instance(
            DBInstanceIdentifier=f"dev-{name}",
            DBInstanceClass="db.m7g.large",
            Engine="postgres",
            AllocatedStorage=100,
            MasterUsername="mendix_admin",
            MasterUserPassword="not-a-secret",
        )


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivering]:
    made = Delivering(tmp_path_factory.mktemp("delivering"))
    yield made
    made.stop()


@pytest.fixture
def bench(environment: Delivering) -> Delivering:
    """One environment for all; each test has an app of its own."""
    environment.sunday()
    return environment


def test_an_app_that_stops_is_delivered_and_comes_back(bench: Delivering) -> None:
    first = bench.image("erp", 1)
    with pytest.raises(MendixError) as unknown:
        bench.deliver("erp", 9)
    assert unknown.value.diagnostics[0].code == "MXV130"
    done = bench.deliver("erp", 1)
    assert (done.exit_code, done.model, done.number) == (0, Model.FIRST, bench.store.head()), done
    assert bench.runs("erp") == first.digest

    # what is rendered neither knows nor changes what was delivered
    assert not deploy_run.deploy(bench.session, "dev", dry_run=True).manifests.objects
    kept = bench.store.read(done.number)
    platform = bench.store.platform()
    assert platform is not None
    assert (kept.release.kind, kept.basis, kept.status) == (Kind.APP, platform.number, Status.SUCCEEDED)
    facts = record.facts(kept)
    assert (facts["digest"], facts["commit"], facts["strategy"]) == (first.digest, f"{1:040x}", "recreate")
    assert kept.release.message == "number 1"
    assert not audit(bench.store).findings

    # once more is nothing to do; at another time it may not stop
    assert bench.deliver("erp", 1).number == 0
    bench.image("erp", 2)
    bench.slept += 3 * 3600
    with pytest.raises(Refused) as late:
        bench.deliver("erp", 2)
    assert late.value.diagnostics[0].code == "MXV132"
    bench.sunday()
    second = bench.deliver("erp", 2)
    assert (second.exit_code, second.model) == (0, Model.SAME)
    assert second.announcement.startswith("downtime of about")
    verified = verify(bench.session, "dev", "erp")
    assert verified.problems == (), verified

    # a broken one comes back by itself
    broken = bench.image("erp", 3, name="broken erp")
    failed = bench.deliver("erp", 3)
    assert (failed.exit_code, failed.returned) == (1, True), failed
    assert "does not start" in failed.errors[0]
    assert bench.runs("erp") == second.digest
    assert bench.store.read(failed.number).status is Status.FAILED
    assert record.facts(bench.store.read(failed.number))["digest"] == broken.digest
    assert verify(bench.session, "dev", "erp").problems == ()

    # and a person takes one back
    back = rollback(bench.session, "dev", "erp", message="as before")
    assert (back.exit_code, back.action) == (0, "rollback"), back
    assert bench.runs("erp") == first.digest
    assert record.facts(bench.store.read(back.number))["back_to"] == done.number
    assert bench.beside("erp") == []
    tags = bench.client("ecr").describe_images(repositoryName="dev/erp", imageIds=[{"imageDigest": first.digest}])
    assert any(one.startswith("released-") for one in tags["imageDetails"][0]["imageTags"])


def test_a_changed_model_stops_the_app_and_keeps_its_database(bench: Delivering) -> None:
    bench.rds("crm")
    first = bench.image("crm", 1)
    bench.image("crm", 2, entities=OTHER)
    bench.image("crm", 3, entities=ENTITIES, name="broken crm")
    assert bench.deliver("crm", 1).exit_code == 0
    done = bench.deliver("crm", 2)
    assert (done.exit_code, done.model) == (0, Model.OTHER), done
    (kept,) = done.kept
    assert kept.startswith("dev-crm-before-")
    rds = bench.client("rds")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=kept)["DBSnapshots"][0]["Status"] == "available"
    assert rds.describe_db_instances(DBInstanceIdentifier=kept)["DBInstances"][0]["DBInstanceStatus"] == "available"
    assert dict(bench.store.read(done.number).release.snapshots) == {"database/crm": kept}
    assert bench.app("crm")["status"]["readyReplicas"] == 2

    # back over the changed model: only with the database, by its name
    with pytest.raises(Refused) as lossy:
        rollback(bench.session, "dev", "crm")
    assert lossy.value.diagnostics[0].code == "MXV145"
    host = rds.describe_db_instances(DBInstanceIdentifier="dev-crm")["DBInstances"][0]["Endpoint"]["Address"]
    secrets = bench.client("secretsmanager")
    own = json.dumps({"database-host": f"{host}:5432", "database-password": "x"})
    secrets.create_secret(Name="dev/crm-runtime", SecretString=own)

    def uses() -> str:
        said = json.loads(secrets.get_secret_value(SecretId="dev/crm-runtime")["SecretString"])
        return str(said["database-host"])

    failed = bench.deliver("crm", 3, accepted=("database/crm",))
    assert (failed.exit_code, failed.returned) == (1, True), failed
    assert uses().startswith("dev-crm-before-")
    assert bench.runs("crm") == done.digest
    assert "plan dev --adopt" in failed.next[0]

    # what it uses now is nobody's yet: a snapshot of its own database would be one of another
    with pytest.raises(Refused) as astray:
        bench.deliver("crm", 3)
    assert astray.value.diagnostics[0].code == "MXV146"
    secrets.put_secret_value(SecretId="dev/crm-runtime", SecretString=own)

    # by its name it goes back to what was there before the change, with the image of then
    back = rollback(bench.session, "dev", "crm", accepted=("database/crm",))
    assert (back.exit_code, bench.runs("crm")) == (0, first.digest), back
    assert uses().startswith(f"{kept}-")
    assert "plan dev --adopt" in back.next[1]
    assert record.facts(bench.store.read(back.number))["moved_to"] == uses().partition(".")[0]


def test_two_versions_share_the_traffic_and_a_broken_one_gives_it_back(
    bench: Delivering, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.image("portal", 1)
    assert bench.deliver("portal", 1).exit_code == 0
    first = bench.runs("portal")
    bench.image("portal", 2)
    with pytest.raises(Refused) as nobody:
        bench.deliver("portal", 2)
    assert nobody.value.diagnostics[0].code == "MXV135"
    assert "modules upgrade dev workloads" in nobody.value.diagnostics[0].hint
    monkeypatch.setattr("mendixctl.engine.delivery.choice.TWIN_SINCE", "1.0.0")

    shares: list[tuple[int, str, float]] = []
    share = twin.Twin.share

    def seen(self: twin.Twin, percent: int) -> None:
        share(self, percent)
        shares.append((percent, bench.runs("portal"), bench.slept))
        route = bench.get("gateway.networking.k8s.io/v1", "HTTPRoute", "portal-release")
        assert route is not None
        weights = [one["weight"] for one in route["spec"]["rules"][0]["backendRefs"]]
        assert weights == [100 - percent, percent]
        beside = bench.app("portal-next")["spec"]
        assert (beside["runtimeLeaderSelection"], beside["runtime"]["scheduledEventExecution"]) == ("none", "NONE")

    monkeypatch.setattr(twin.Twin, "share", seen)
    done = bench.deliver("portal", 2)
    assert done.exit_code == 0, done
    assert [one[:2] for one in shares] == [(10, first), (50, first), (100, first)]
    assert shares[1][2] - shares[0][2] >= 600
    assert bench.runs("portal") == done.digest
    assert bench.beside("portal") == []
    assert not deploy_run.deploy(bench.session, "dev", dry_run=True).manifests.objects

    # one that does not start never gets any traffic
    shares.clear()
    bench.image("portal", 3, name="broken portal")
    failed = bench.deliver("portal", 3)
    assert (failed.exit_code, failed.returned, shares) == (1, True, []), failed
    assert bench.runs("portal") == done.digest
    assert bench.beside("portal") == []

    # one that makes an alarm ring gives back what it had
    bench.image("portal", 4)
    cloudwatch = bench.client("cloudwatch")
    for name in ("dev-delivery-portal", "dev-old-portal"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="x",
            MetricName="y",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    cloudwatch.set_alarm_state(AlarmName="dev-old-portal", StateValue="ALARM", StateReason="long since")

    def ringing(self: twin.Twin, percent: int) -> None:
        seen(self, percent)
        if percent == 50:
            cloudwatch.set_alarm_state(AlarmName="dev-delivery-portal", StateValue="ALARM", StateReason="errors")

    monkeypatch.setattr(twin.Twin, "share", ringing)
    rang = bench.deliver("portal", 4)
    assert (rang.exit_code, rang.returned, [one[0] for one in shares]) == (1, True, [10, 50]), rang
    assert "dev-delivery-portal rings" in rang.errors[0]
    assert [one.code for one in rang.warnings] == ["MXV138"]
    assert bench.beside("portal") == []
    problems = verify(bench.session, "dev", "portal").problems
    assert any("dev-delivery-portal" in one for one in problems)

    # another model cannot stand beside this one
    bench.image("portal", 5, entities=OTHER)
    with pytest.raises(Refused) as other:
        bench.deliver("portal", 5)
    assert other.value.diagnostics[0].code == "MXV135"

    # blue-green: all at once, and back
    monkeypatch.setattr(twin.Twin, "share", seen)
    shares.clear()
    blue = bench.deliver("portal", 4, strategy="blue-green")
    assert (blue.exit_code, [one[0] for one in shares]) == (0, [100]), blue
    assert verify(bench.session, "dev", "portal", url=answering()).smoke == "200"


def answering() -> str:
    """The address of something that answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    in_background(server)
    return f"http://127.0.0.1:{server.server_port}/"
