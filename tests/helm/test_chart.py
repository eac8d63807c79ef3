"""The chart as a whole: it lints, it is what the API expects, and it refuses values that mean nothing or give a secret away."""

import shutil
import subprocess

import pytest
from conftest import CHART, KUBERNETES, VALUE_SETS

from deploy.lib import topology


def test_value_sets_are_five():
    assert VALUE_SETS == ["development", "external", "minimal", "production", "single"]


@pytest.mark.parametrize("values", VALUE_SETS)
def test_lint_is_clean(helm, values):
    done = helm("lint", "--strict", "--kube-version", KUBERNETES, CHART, "--values", CHART / "ci" / f"{values}-values.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_resources_match_the_schemas_of_kubernetes(rendered, validator, tmp_path):
    file = tmp_path / "rendered.yaml"
    file.write_text(rendered.text)
    done = subprocess.run([validator, "--strict", "-k", KUBERNETES, file], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    # What has no schema there is made by an operator; a misspelt kind of Kubernetes itself would be among them.
    unknown = {line.split("for kind ")[1].split()[0] for line in (done.stdout + done.stderr).splitlines() if "find schema" in line}
    assert unknown <= {"Certificate", "Issuer", "Cluster", "ScheduledBackup", "Kafka", "KafkaNodePool", "KafkaTopic", "ServiceMonitor"}


def test_names_are_unique(rendered):
    names = [(one["kind"], one["metadata"]["name"]) for one in rendered.resources]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("values, setting, word", [
    ("production", "shap=single", "shap"),
    ("production", "shape=double", "shape"),
    ("production", "programs.orders.replicas=2", "orders"),
    ("production", "redis.password=hunter2", "password"),
    ("production", "rootKey.pem=x", "pem"),
    ("production", r"programs.order.config.postgres\.conninfo=host=db", "conninfo"),
    ("production", r"config.redis\.password_file=/x", "password_file"),
    ("production", "programs.order.resources.limits=null", "limits"),
    ("production", "redis.address=redis://user:secret@cache:6379", "address"),
    ("production", "provider.url=http://key@psp.example", "url"),
    ("production", "runAs.user=0", "user"),
    ("production", "redis.to=null", "redis.to"),
    ("production", "ingress.tlsSecret=", "ingress.tlsSecret"),
    ("production", "operator.passwordSecret.name=", "operator.passwordSecret"),
    ("production", "postgres.cloudnativepg.backup.schedule=daily", "schedule"),
    ("production", "postgres.cloudnativepg.recovery.from=old", "postgres.cloudnativepg.recovery.targetTime is missing"),
    ("production", "postgres.cloudnativepg.recovery.targetTime=yesterday", "targetTime"),
    ("production", "reconcile.since=yesterday", "since"),
    ("production", "postgres.mode=external", "postgres.external.auth is missing"),
    ("production", "mtls.mode=secrets", "mtls.secrets.auth is missing"),
    ("minimal", "networkPolicy.enabled=true", "postgres.external.auth.to is missing"),
    ("external", "provider.url=", "provider.url"),
    ("external", "kafka.brokers=", "kafka.brokers"),
])
def test_wrong_values_are_refused_by_name(template, values, setting, word):
    done = template(values, setting)
    assert done.returncode != 0
    assert word in done.stderr


def test_one_database_can_differ(render):
    sizes = {one["metadata"]["name"]: one["spec"]["storage"]["size"] for one in render("production").of("Cluster")}
    assert sizes == {"shop-marketplace-order": "200Gi",
                     **{f"shop-marketplace-{name}": "50Gi" for name in topology.read().services if name != "order"}}


def test_notes_name_every_secret_to_make(helm, tmp_path):
    # Only an installation shows the notes, and it needs a cluster: here a resource carries them.
    chart = shutil.copytree(CHART, tmp_path / "marketplace")
    (chart / "templates" / "NOTES.txt").rename(chart / "notes.txt")
    (chart / "templates" / "notes.yaml").write_text(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata:\n  notes: |\n    {{- tpl (.Files.Get "notes.txt") . | nindent 4 }}\n')
    done = helm("template", "shop", chart, "--kube-version", KUBERNETES, "--values", CHART / "ci" / "external-values.yaml",
                "--show-only", "templates/notes.yaml")
    assert done.returncode == 0, done.stderr
    for name in ("marketplace-root-key", "order-database", "psp", "order-tls", "operator"):
        assert f"\n      {name} (" in done.stdout, done.stdout
