"""Telemetry beside the marketplace: Kafka, OpenTelemetry Collector, stores for traces and logs, Prometheus, Alertmanager
and exporters, under the same supervisord. docs/observability.md says what stands in for what.

None of it may keep the marketplace from starting: what this machine can't run is named and left out.
"""

import json
import pathlib
import shutil
import socket
import subprocess

from deploy.lib import files
from deploy.lib.failure import Failure

from . import postgres, programs
from .layout import instance, replica
from .postgres import as_account

# In starting order. Behind each: the package or the part of tools/telemetry that it needs.
PARTS = {"kafka": "kafka", "collector": "collector", "trace-store": "trace-store", "log-store": "log-store",
         "alertmanager": "prometheus-alertmanager", "prometheus": "prometheus",
         "node-exporter": "prometheus-node-exporter", "postgres-exporter": "prometheus-postgres-exporter",
         "redis-exporter": "prometheus-redis-exporter", "nginx-exporter": "prometheus-nginx-exporter"}
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qk"


def parts(layout):
    """Directory of each part that tools/telemetry/build.sh has made."""
    done = subprocess.run(["sh", layout.root / "tools/telemetry/build.sh", "--where"], capture_output=True, text=True)
    return {name: pathlib.Path(path) for name, path in map(str.split, done.stdout.splitlines())}


class Telemetry:
    """What of it runs on this machine. Writes nothing until prepare()."""

    def __init__(self, layout):
        self.layout = layout
        self.parts = parts(layout)
        self.account = "nobody" if layout.is_root else None
        self.home = layout.shared / "telemetry"
        # Why, for each part that is left out.
        self.missing = {name: f"this machine has no {needed} (./market setup telemetry)"
                        for name, needed in PARTS.items() if not self._can_run(name, needed)}
        self.programs = [self._program(name) for name in PARTS if name not in self.missing]

    def has(self, name):
        return name not in self.missing

    def _can_run(self, name, needed):
        if name == "kafka":
            return needed in self.parts and bool(shutil.which("java") and shutil.which("kcat"))
        return needed in self.parts or bool(shutil.which(needed, path="/usr/bin:/usr/sbin"))

    def _directory(self, name):
        return self.home / name

    def _program(self, name):
        maker = getattr(self, "_" + name.replace("-", "_"), None)
        return maker() if maker else self._exporter(name)

    def _make(self, name, command, templates, ready, config="config", **more):
        directory = self._directory(name)
        account = more.pop("account", self.account)
        return programs.Program(name, command, directory / config, [f"deploy/native/telemetry/{one}" for one in templates],
                                is_ready=ready, account=account, placeholders={"DIRECTORY": str(directory)}, is_ours=False, **more)

    def _kafka(self):
        directory, address = self._directory("kafka"), self.layout.address("KAFKA")

        def ready():
            return subprocess.run(["kcat", "-b", address, "-L", "-m", "1"], capture_output=True).returncode == 0

        config = directory / "kafka.properties"
        return self._make("kafka", [shutil.which("java"), "-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                                    f"-Dlog4j2.configurationFile={directory}/kafka_log4j2.properties", "-cp",
                                    f"{self.parts['kafka']}/lib/*", "kafka.Kafka", config],
                          ["kafka.properties"], ready, config.name)

    def _collector(self):
        address = self.layout.address("COLLECTOR_OTLP")
        config = self._directory("collector") / "collector.yaml"
        return self._make("collector", [self.parts["collector"] / "collector", f"--config={config}"], ["collector.yaml"],
                          lambda: accepts(address), config.name)

    def _trace_store(self):
        address = self.layout.address
        admin, nowhere = address("TRACE_STORE_ADMIN"), f"{self.layout.host}:0"
        unused = ["collector.otlp.http", "query.grpc-server", "collector.grpc-server", "collector.http-server", "http-server"]
        unused += [f"processor.{one}.server" for one in ("jaeger-binary", "jaeger-compact", "zipkin-compact")]
        return self._make("trace-store", [
            self.parts["trace-store"] / "trace-store", "--memory.max-traces=20000", "--log-level=warn",
            f"--collector.otlp.grpc.host-port={address('TRACE_STORE_OTLP')}", f"--admin.http.host-port={admin}",
            f"--query.http-server.host-port={address('TRACE_STORE')}",
            *(f"--{name}{'-' if name.startswith('processor') else '.'}host-port={nowhere}" for name in unused)],
            [], lambda: programs.answers(admin, "/"), environment='SPAN_STORAGE_TYPE="memory"')

    def _log_store(self):
        address = self.layout.address("LOG_STORE")
        return self._make("log-store", [
            self.parts["log-store"] / "log-store", f"-storageDataPath={self._directory('log-store')}/data",
            f"-httpListenAddr={address}", "-retentionPeriod=7d", "-memory.allowedBytes=64MiB", "-loggerLevel=WARN"],
            [], lambda: programs.answers(address, "/health"))

    def _alertmanager(self):
        directory, address = self._directory("alertmanager"), self.layout.address("ALERTMANAGER")
        return self._make("alertmanager", [
            programs.installed("prometheus-alertmanager"), f"--config.file={directory}/alertmanager.yml",
            f"--storage.path={directory}/data", f"--web.listen-address={address}", "--cluster.listen-address="],
            [], lambda: programs.answers(address, "/-/ready"))

    def _prometheus(self):
        directory, address = self._directory("prometheus"), self.layout.address("PROMETHEUS")
        return self._make("prometheus", [
            programs.installed("prometheus"), f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
            "--storage.tsdb.retention.time=7d", f"--web.listen-address={address}", "--enable-feature=exemplar-storage"],
            ["prometheus.yml"], lambda: programs.answers(address, "/-/ready"), "prometheus.yml")

    def _exporter(self, name):
        layout, address = self.layout, self.layout.address(name.replace("-", "_").upper())
        flag = "--web.listen-address=" if name in ("node-exporter", "postgres-exporter") else "-web.listen-address="
        more, environment, account = [], "", self.account
        if name == "postgres-exporter":
            account = layout.postgres_account
            password = files.secret(layout.secrets / f"postgres_{postgres.MONITOR}_password")
            environment = (f'DATA_SOURCE_NAME="host={layout.postgres_socket} port={postgres.PORT} user={postgres.MONITOR} '
                           f'password={password} dbname=postgres sslmode=disable"')
        elif name == "redis-exporter":
            account = layout.redis_account
            environment = f'REDIS_PASSWORD="{files.secret(layout.secrets / "redis_password")}"'
            # Shorter than a scrape: a server that hangs is told as redis_up 0.
            more = [f"-redis.addr=unix://{layout.redis_socket}", "-connection-timeout=2s"]
        elif name == "nginx-exporter":
            more = [f"-nginx.scrape-uri=http://{layout.address('EDGE_STATUS')}/status", "-nginx.retries=30"]
        return self._make(name, [programs.installed(PARTS[name]), flag + address, *more], [],
                          lambda: programs.answers(address, "/"), account=account, environment=environment)

    def prepare(self):
        """Directories and configuration files; the broker's storage is formatted once."""
        layout = self.layout
        files.make_dir(self.home, 0o755)
        for program in self.programs:
            files.make_dir(self._directory(program.name), 0o700, program.account)
            if program.templates:
                program.write_config(layout)
        if self.has("kafka"):
            try:
                self._format_kafka()
            except (Failure, OSError) as failure:
                self.missing["kafka"] = str(failure)
                self.programs = [program for program in self.programs if program.name != "kafka"]
        if self.has("alertmanager"):
            self._copy("deploy/observability/alertmanager/alertmanager.yml", self._directory("alertmanager"))
        if self.has("prometheus"):
            directory = self._directory("prometheus")
            files.make_dir(directory / "rules", 0o700, self.account)
            for rules in (layout.root / "deploy/observability/prometheus/rules").glob("*.yml"):
                self._copy(rules.relative_to(layout.root), directory / "rules")
            files.write(directory / "targets.json", json.dumps(self._targets(), indent=1) + "\n", 0o600, self.account)

    def _copy(self, source, directory):
        files.write(directory / pathlib.Path(source).name, (self.layout.root / source).read_text(), 0o600, self.account)

    def _format_kafka(self):
        directory = self._directory("kafka")
        self._copy("deploy/native/telemetry/kafka_log4j2.properties", directory)
        if (directory / "data" / "meta.properties").exists():
            return
        command = [shutil.which("java"), "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", f"{self.parts['kafka']}/lib/*",
                   "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", directory / "kafka.properties"]
        done = subprocess.run(as_account(self.account, list(map(str, command))), cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"formatting Kafka's storage: {(done.stderr or done.stdout).strip().splitlines()[-1]}")

    def _targets(self):
        """What Prometheus reads: our programs under their names, the others under what they speak for."""
        layout = self.layout
        ours = [(program, instance(program, number), layout.metrics_address(replica(program, number)))
                for program, number in programs.ours(layout)]
        others = {"prometheus": "PROMETHEUS", "alertmanager": "ALERTMANAGER", "collector": "COLLECTOR_METRICS",
                  "watchdog": "WATCHDOG_METRICS"}
        others |= {f"{job}-exporter": f"{job.upper()}_EXPORTER" for job in ("node", "postgres", "redis", "nginx")}
        found = {name.removesuffix("-exporter"): layout.address(port) for name, port in others.items() if self.has(name)}
        if self.has("collector"):
            found["spans"] = layout.address("COLLECTOR_SPAN_METRICS")
        return [{"targets": [address], "labels": {"job": job, "instance": instance}}
                for job, instance, address in (*ours, *((job, instance(job, 1), address) for job, address in found.items()))]

    def urls(self):
        """For people and tests."""
        ports = {"kafka": "KAFKA", "collector": "COLLECTOR_OTLP", "traces": "TRACE_STORE", "logs": "LOG_STORE",
                 "prometheus": "PROMETHEUS", "alertmanager": "ALERTMANAGER"}
        names = {"traces": "trace-store", "logs": "log-store"}
        return {what: ("" if what in ("kafka", "collector") else "http://") + self.layout.address(port)
                for what, port in ports.items() if self.has(names.get(what, what))}


def accepts(address):
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        return True
    except OSError:
        return False
