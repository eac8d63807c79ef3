"""compose.yaml and the files of what it starts.

docker-compose reads the compose file. Loki, Tempo, Promtail, the Collector and Grafana's provisioning are checked
STATICALLY: against the keys that the pinned versions are known to have (read in their sources and documentation), not by the
programs themselves. The Collector reads its own file where tools/telemetry/build.sh has built one.
"""

import re
import shutil

import pytest
import yaml

import queries

COMPOSE = queries.OBSERVABILITY / "compose.yaml"


def load(*parts):
    return yaml.safe_load(queries.OBSERVABILITY.joinpath(*parts).read_text())


SERVICES = load("compose.yaml")["services"]
VERSION = re.search(r"^MARKETPLACE_VERSION=(\S+)$", (queries.ROOT / ".env").read_text(), re.MULTILINE)[1]

# A key schema: a dict of the keys that may stand there, [S] for a list of S, a type or a set of values for a leaf, ANY.
ANY = object()


def offences(value, schema, where=""):
    if schema is ANY:
        return
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            yield f"{where}: not a mapping"
            return
        for key, inner in value.items():
            if key in schema:
                yield from offences(inner, schema[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}: unknown"
    elif isinstance(schema, list):
        if not isinstance(value, list):
            yield f"{where}: not a list"
            return
        for number, inner in enumerate(value):
            yield from offences(inner, schema[0], f"{where}[{number}]")
    elif isinstance(schema, set):
        if value not in schema:
            yield f"{where}: {value!r} is none of {sorted(map(str, schema))}"
    elif isinstance(schema, re.Pattern):
        if not isinstance(value, str) or not schema.fullmatch(value):
            yield f"{where}: {value!r} is not like {schema.pattern}"
    elif type(value) is not schema:
        yield f"{where}: {value!r} is not a {schema.__name__}"


DURATION = re.compile(r"-?(\d+(ms|s|m|h|d|w))+")

LOKI = {
    "auth_enabled": bool,
    "server": {"http_listen_port": int, "log_level": {"debug", "info", "warn", "error"}},
    "common": {"instance_addr": str, "path_prefix": str, "replication_factor": int,
               "storage": {"filesystem": {"chunks_directory": str, "rules_directory": str}},
               "ring": {"kvstore": {"store": {"inmemory"}}}},
    "schema_config": {"configs": [{"from": ANY, "store": {"tsdb"}, "object_store": {"filesystem"}, "schema": {"v13"},
                                   "index": {"prefix": str, "period": {"24h"}}}]},
    "compactor": {"working_directory": str, "retention_enabled": bool, "delete_request_store": {"filesystem"}},
    "limits_config": {"retention_period": DURATION, "allow_structured_metadata": bool, "volume_enabled": bool,
                      "reject_old_samples": bool, "reject_old_samples_max_age": DURATION,
                      "otlp_config": {"resource_attributes": {
                          "ignore_defaults": bool,
                          "attributes_config": [{"action": {"index_label", "structured_metadata", "drop"},
                                                 "attributes": [str]}]}}},
    "pattern_ingester": {"enabled": bool},
    "analytics": {"reporting_enabled": {False}},
}

# Tempo reads strictly, and 3.0 lost ingester, ingester_client, compactor and metrics_generator_client.
ENDPOINT = {"endpoint": re.compile(r"0\.0\.0\.0:\d+")}
TEMPO = {
    "stream_over_http_enabled": bool,
    "server": {"http_listen_port": int, "log_level": {"debug", "info", "warn", "error"}},
    "distributor": {"receivers": {"otlp": {"protocols": {"grpc": ENDPOINT, "http": ENDPOINT}}}},
    "storage": {"trace": {"backend": {"local"}, "wal": {"path": str}, "local": {"path": str}}},
    "metrics_generator": {"registry": {"external_labels": {"source": str}},
                          "storage": {"path": str, "remote_write": [{"url": str, "send_exemplars": {True}}]}},
    "overrides": {"defaults": {"compaction": {"block_retention": DURATION},
                               "metrics_generator": {"processors": [{"service-graphs", "span-metrics"}]}}},
    "usage_report": {"reporting_enabled": {False}},
}

PROMTAIL = {
    "server": {"http_listen_port": int, "grpc_listen_port": int},
    "clients": [{"url": str, "batchwait": DURATION, "batchsize": int,
                 "backoff_config": {"min_period": DURATION, "max_period": DURATION, "max_retries": int}}],
    "scrape_configs": [{
        "job_name": str,
        "kafka": {"brokers": [str], "topics": [str], "group_id": str, "assignor": {"range", "sticky", "roundrobin"},
                  "version": str, "use_incoming_timestamp": {True}, "labels": {"job": str}},
        "pipeline_stages": [{
            "json": {"expressions": ANY},
            "timestamp": {"source": str, "format": {"RFC3339Nano"}, "action_on_failure": {"fudge", "skip"}},
            "labels": ANY, "structured_metadata": ANY}]}],
}

COLLECTOR = {
    "receivers": {"kafka": {"brokers": [str], "group_id": str, "initial_offset": {"earliest"},
                            "logs": {"topics": [str], "encoding": {"text"}}}},
    "processors": {"transform": {"error_mode": {"ignore"},
                                 "log_statements": [{"context": {"log"}, "conditions": [str], "statements": [str]}]},
                   "batch": {"timeout": DURATION, "send_batch_size": int, "send_batch_max_size": int}},
    "exporters": {"otlp_http": {"endpoint": str, "compression": {"gzip"},
                                "retry_on_failure": {"enabled": bool, "max_interval": DURATION, "max_elapsed_time": DURATION},
                                "sending_queue": {"enabled": bool, "queue_size": int}}},
    "service": {"telemetry": {"metrics": {"level": {"none"}}},
                "pipelines": {"logs": {"receivers": [str], "processors": [str], "exporters": [str]}}},
}


@pytest.mark.parametrize("parts, schema", [(("loki", "loki.yml"), LOKI), (("tempo", "tempo.yml"), TEMPO),
                                           (("promtail", "promtail.yml"), PROMTAIL), (("collector", "collector.yml"), COLLECTOR)],
                         ids=["loki", "tempo", "promtail", "collector"])
def test_file_has_known_keys_only(parts, schema):
    assert list(offences(load(*parts), schema)) == []


def test_key_check_finds_what_is_wrong():
    tempo = load("tempo", "tempo.yml")
    tempo["compactor"] = {}
    tempo["server"]["http_listen_port"] = "3200"
    assert list(offences(tempo, TEMPO)) == [".server.http_listen_port: '3200' is not a int", ".compactor: unknown"]


def test_collector_accepts_its_file(run):
    where = run("sh", queries.ROOT / "tools" / "telemetry" / "build.sh", "--where")
    built = re.search(r"^collector (.+)$", where, re.MULTILINE)
    if not built:
        pytest.skip("no collector is built here: sh tools/telemetry/build.sh collector")
    run(f"{built[1]}/collector", "validate", f"--config={queries.OBSERVABILITY / 'collector' / 'collector.yml'}")


def stages():
    merged = {}
    for stage in load("promtail", "promtail.yml")["scrape_configs"][0]["pipeline_stages"]:
        merged |= stage
    return merged


def test_promtail_has_few_labels_and_the_events_time():
    assert set(stages()["labels"]) == {"service_name", "level"}
    assert {"trace_id", "span_id"} <= set(stages()["structured_metadata"])
    used = {*stages()["labels"].values(), *stages()["structured_metadata"].values(), stages()["timestamp"]["source"]}
    assert used <= set(stages()["json"]["expressions"])


def test_the_twins_do_the_same_job():
    promtail, collector = load("promtail", "promtail.yml"), load("collector", "collector.yml")
    theirs, ours = promtail["scrape_configs"][0]["kafka"], collector["receivers"]["kafka"]
    assert (theirs["brokers"], theirs["topics"]) == (ours["brokers"], ours["logs"]["topics"])
    assert theirs["group_id"] != ours["group_id"]
    assert promtail["clients"][0]["url"].partition("/loki/")[0] == collector["exporters"]["otlp_http"]["endpoint"].partition("/otlp")[0]
    statements = " ".join(collector["processors"]["transform"]["log_statements"][0]["statements"])
    for name in set(stages()["json"]["expressions"]):
        assert f'log.cache["{name}"]' in statements, name


def test_datasources_join_the_three_stores():
    sources = {source["uid"]: source for source in load("grafana", "provisioning", "datasources", "marketplace.yml")["datasources"]}
    assert sources.keys() == {"prometheus", "loki", "tempo"}
    assert sources["prometheus"]["jsonData"]["exemplarTraceIdDestinations"] == [{"name": "trace_id", "datasourceUid": "tempo"}]
    field = sources["loki"]["jsonData"]["derivedFields"][0]
    assert (field["datasourceUid"], field["matcherType"], field["url"]) == ("tempo", "label", "$${__value.raw}")
    tempo = sources["tempo"]["jsonData"]
    assert tempo["tracesToLogsV2"]["datasourceUid"] == "loki"
    assert tempo["tracesToMetrics"]["datasourceUid"] == tempo["serviceMap"]["datasourceUid"] == "prometheus"
    for uid, port in (("prometheus", 9090), ("loki", 3100), ("tempo", 3200)):
        assert sources[uid]["url"] == f"http://{uid}:{port}" and uid in SERVICES


def test_dashboards_are_where_the_provider_looks():
    path = load("grafana", "provisioning", "dashboards", "marketplace.yml")["providers"][0]["options"]["path"]
    assert f"grafana-dashboards:{path}:ro" in plain_volumes("grafana")
    script, directory = SERVICES["grafana-dashboards"]["command"]
    assert (queries.ROOT / script).is_file()
    assert f"grafana-dashboards:{directory}" in plain_volumes("grafana-dashboards")
    # A volume takes its owner from the directory of the image that it is mounted on first.
    made = re.search(r"install -d -o 10001 -g 10001 (/dashboards.*)", (queries.ROOT / "Dockerfile").read_text())
    assert directory in made[1].split()
    assert SERVICES["grafana"]["depends_on"]["grafana-dashboards"] == {"condition": "service_completed_successfully"}


def plain_volumes(name):
    return [volume.replace("${OBSERVABILITY_ROOT:-.}", ".") for volume in SERVICES[name].get("volumes", [])]


def test_compose_file_is_accepted(run, tmp_path):
    program = "docker-compose" if shutil.which("docker-compose") else "docker"
    words = () if program == "docker-compose" else ("compose",)
    written = run(program, *words, "-f", COMPOSE, "--profile", "observability", "config")
    assert set(yaml.safe_load(written)["services"]) >= {"kafka", "promtail", "loki", "tempo", "prometheus", "grafana"}


@pytest.mark.parametrize("name", SERVICES)
class TestService:
    def test_image_is_pinned(self, name):
        image = SERVICES[name]["image"].replace("${MARKETPLACE_VERSION:-%s}" % VERSION, VERSION)
        assert re.fullmatch(r"[a-z0-9./_-]+:v?\d+\.\d+\.\d+", image)

    def test_is_confined(self, name):
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["mem_limit"] and service["cpus"]
        assert "privileged" not in service and "root" not in str(service.get("user"))
        assert service["profiles"], "starts only when asked for"

    def test_mounts_exist(self, name):
        for volume in plain_volumes(name):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (queries.OBSERVABILITY / source).exists(), volume
                assert volume.split(":")[2] == "ro", volume
            elif not source.startswith("/"):
                assert source in load("compose.yaml")["volumes"], volume

    def test_named_configuration_is_mounted(self, name):
        for word in SERVICES[name].get("command", []):
            for path in re.findall(r"/etc/\S+\.(?:yml|sh)", word):
                mounts = {volume.split(":")[1]: volume.split(":")[0] for volume in plain_volumes(name)}
                folder, _, file = path.rpartition("/")
                assert (queries.OBSERVABILITY / mounts[folder] / file).is_file(), path


def test_only_grafana_publishes_and_only_here():
    published = {name: service["ports"] for name, service in SERVICES.items() if service.get("ports")}
    assert published == {"grafana": ["127.0.0.1:${GRAFANA_PORT:-3000}:3000"]}
    assert load("compose.yaml")["networks"]["telemetry"] == {"internal": True}


def test_nobody_is_admin_without_a_password():
    environment = SERVICES["grafana"]["environment"]
    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert environment["GF_SECURITY_ADMIN_PASSWORD__FILE"]
    assert not any(name.startswith("GF_SECURITY_ADMIN_PASSWORD") and not name.endswith("__FILE") for name in environment)


def test_targets_are_services_of_the_compose_file():
    for entry in load("prometheus", "targets", "infrastructure.yml"):
        host = entry["targets"][0].split(":")[0]
        assert host in SERVICES or host == "localhost"


def test_programs_are_found_by_the_names_they_have_in_compose():
    found, = (job for job in load("prometheus", "prometheus.yml")["scrape_configs"] if "dns_sd_configs" in job)
    text = (queries.ROOT / "compose.yaml").read_text()
    programs = re.findall(r"^  (\S+):\n    <<: \*program$", text, re.MULTILINE)
    names = [name for config in found["dns_sd_configs"] for name in config["names"]]
    assert sorted(names) == sorted(set(programs) - {"checker", "marketctl", "reconcile"})    # those come to an end


def test_no_secret_is_in_the_files():
    for path in queries.OBSERVABILITY.rglob("*"):
        if path.suffix in (".yml", ".yaml", ".properties", ".sh"):
            for line in path.read_text().splitlines():
                assert not re.search(r"(?i)(password|secret|token|api_key)\s*[:=]\s*[\"']?[\w+/]{8,}[\"']?\s*$", line), f"{path}: {line}"


@pytest.mark.parametrize("script", ["kafka/start.sh", "grafana/password.sh"])
def test_scripts_are_clean(run, script):
    run("shellcheck", queries.OBSERVABILITY / script)


def test_password_is_drawn_once(run, tmp_path):
    text = (queries.OBSERVABILITY / "grafana" / "password.sh").read_text()
    script = tmp_path / "password.sh"
    script.write_text(text.replace("/var/lib/grafana/", f"{tmp_path}/"))
    run("sh", script, "draw")
    first = run("sh", script, "show")
    run("sh", script, "draw")
    assert run("sh", script, "show") == first and len(first.strip()) == 32
    assert (tmp_path / "admin_password").stat().st_mode & 0o777 == 0o600
