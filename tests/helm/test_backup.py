"""Backups by CloudNativePG, recovery from them, and the Job that reconciles before the programs start."""

import jsonschema
import pytest
import yaml

from conftest import Rendered
from test_custom_resources import schemas  # noqa: F401

CNPG = "postgres.cloudnativepg"
BARMAN = [f"{CNPG}.backup.method=barmanObjectStore", f"{CNPG}.backup.cluster.barmanObjectStore.destinationPath=s3://backups/"]
RECOVERY = [f"{CNPG}.recovery.from=old-marketplace", f"{CNPG}.recovery.targetTime=2026-11-28T18:00:05+01:00"]
RECONCILE = "reconcile.since=2026-11-28T17:00:05Z"


@pytest.fixture
def rendered_with(template):
    def call(values, *settings):
        done = template(values, *settings)
        assert done.returncode == 0, done.stderr
        return Rendered(values, done.stdout)

    return call


def by_database(rendered, kind):
    return {one["metadata"]["name"].removeprefix("shop-marketplace-"): one["spec"] for one in rendered.of(kind)}


def test_nothing_is_backed_up_unless_asked_for(render):
    for values in ("development", "single", "external"):
        rendered = render(values)
        assert not rendered.of("ScheduledBackup")
        assert not any("backup" in one or "plugins" in one for one in by_database(rendered, "Cluster").values())


def test_every_cluster_is_archived_and_backed_up(render):
    rendered = render("production")
    clusters, backups = by_database(rendered, "Cluster"), by_database(rendered, "ScheduledBackup")
    assert set(clusters) == set(backups) != set()
    for database, backup in backups.items():
        assert backup["cluster"] == {"name": f"shop-marketplace-{database}"}
        archiver, = (one for one in clusters[database]["plugins"] if one["isWALArchiver"])
        assert archiver["name"] == backup["pluginConfiguration"]["name"] and archiver["parameters"] == {"barmanObjectName": "backups"}


@pytest.mark.parametrize("method", [[], BARMAN], ids=["plugin", "barmanObjectStore"])
def test_recovery_is_of_one_time_and_of_order_a_little_before(rendered_with, schemas, method):  # noqa: F811
    rendered = rendered_with("production", *method, *RECOVERY)
    clusters = by_database(rendered, "Cluster")
    targets = {name: one["bootstrap"]["recovery"]["recoveryTarget"]["targetTime"] for name, one in clusters.items()}
    assert targets == {**dict.fromkeys(clusters, "2026-11-28T18:00:05+01:00"), "order": "2026-11-28T16:59:55Z"}
    for database, cluster in clusters.items():
        assert "initdb" not in cluster["bootstrap"] and cluster["bootstrap"]["recovery"]["source"] == "origin"
        assert cluster["bootstrap"]["recovery"]["database"] == f"market_{database}"
        origin, = cluster["externalClusters"]
        server = origin["barmanObjectStore"]["serverName"] if method else origin["plugin"]["parameters"]["serverName"]
        assert server == f"old-marketplace-{database}"
    for one in rendered.of("Cluster") + rendered.of("ScheduledBackup"):
        assert not list(jsonschema.Draft7Validator(schemas[one["apiVersion"], one["kind"]]).iter_errors(one))


@pytest.mark.parametrize("values", ["production", "external", "single", "development"])
def test_no_program_runs_until_it_is_reconciled(render, rendered_with, values):
    rendered = rendered_with(values, RECONCILE)
    replicas = {rendered.component(one): one["spec"]["replicas"] for one in rendered.programs()}
    assert {name for name, count in replicas.items() if count} <= {"sandbox"} and not rendered.of("HorizontalPodAutoscaler")
    job, = (one for one in rendered.of("Job") if rendered.component(one) == "reconcile")
    container, = job["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["reconcile", "--since=2026-11-28T17:00:05Z", "--apply"]
    volume, = job["spec"]["template"]["spec"]["volumes"]
    files = {f"/run/marketplace/{item['path']}" for source in volume["projected"]["sources"] for item in source["secret"]["items"]}
    environment = {one["name"]: one["value"] for one in container["env"]}
    assert {value for value in environment.values() if value.startswith("/")} == files
    assert {name for name in environment if "CONNINFO" in name} == {f"MARKET_{one}_POSTGRES_CONNINFO_FILE" for one in ("ORDER", "PAYMENT", "PRODUCT")}
    assert not [one for one in render(values).of("Job") if "reconcile" in one["metadata"]["name"]]


def test_the_way_to_databases_and_provider_is_open_to_it(rendered_with):
    rendered = rendered_with("development", RECONCILE)
    text = {one["metadata"]["name"]: yaml.safe_dump(one["spec"]) for one in rendered.of("NetworkPolicy")}
    for database in ("order", "payment", "product"):
        assert "- reconcile" in text[f"shop-marketplace-postgres-{database}"]
        assert f"cnpg.io/cluster: shop-marketplace-{database}" in text["shop-marketplace-reconcile"]
    assert "- reconcile" in text["shop-marketplace-sandbox"] and "- sandbox" in text["shop-marketplace-reconcile"]
    assert "- reconcile" not in text["shop-marketplace-postgres-auth"]
