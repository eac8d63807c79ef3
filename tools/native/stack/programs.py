"""Every process of a stack: how it is started, stopped and known to be ready, in starting order."""

import dataclasses
import hashlib
import http.client
import os
import pathlib
import shlex
import shutil
import socket
import sys
import typing

from deploy.lib import files, nginx, site
from deploy.lib.failure import Failure

from . import listeners, postgres, processes
from .layout import SERVICES, TOPOLOGY, instance, port_name, replica

# Longer than the longest drain of a service, shorter than patience.
STOP_WAIT_S = 35
# Of every program of ours; the same stands in deploy/debian/units/common.conf and in the Dockerfile. Blocks that calls free are kept
# for the next ones, without a walk through the heap (glibc keeps 7 of each size). GnuTLS, which only LDAP's part of libpq would use,
# does not unfold itself at the start.
ENVIRONMENT = 'GLIBC_TUNABLES="glibc.malloc.tcache_count=256",GNUTLS_NO_IMPLICIT_INIT="1"'
TEMPLATES = "deploy/native"


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    command: list
    config: pathlib.Path       # the file it reads
    templates: list            # what that file is rendered from
    is_ready: typing.Callable[[], bool]
    stop_signal: str = "TERM"
    account: str = None        # whose process it is, where not the caller's
    environment: str = ""
    included: tuple = ()       # rendered files that `config` includes, each from the template of the same name
    placeholders: dict = dataclasses.field(default_factory=dict)   # its own, besides those of the layout
    is_ours: bool = True       # the marketplace does not run without it
    # What the watchdog asks: whether it lives, however little it can do just now. None: its state in /proc says enough.
    probe: typing.Callable[[], bool] = None
    only_told: bool = False    # silent, it is not killed
    logs_to_stdout: bool = False

    def write_config(self, layout):
        text = layout.render(self.templates, PROGRAM=self.name, **self.placeholders)
        files.write(self.config, text, 0o600, self.account)
        for path in self.included:
            layout.install(f"{TEMPLATES}/{path.name}", path)

    def fingerprint(self):
        """Differs when the program or its configuration does: what is running must then start again."""
        binary = os.stat(self.command[0])
        read = [path for path in (self.config, *self.included) if path.exists()]
        config = hashlib.sha256(b"".join(path.read_bytes() for path in read))
        return f"{binary.st_mtime_ns}:{binary.st_size}:{config.hexdigest()}"


def get(address, path):
    """The text of a GET that answers 200, otherwise None."""
    connection = http.client.HTTPConnection(address, timeout=2)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.read().decode() if response.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def answers(address, path):
    return get(address, path) is not None


def edge_answers(layout):
    """Whether who answers is a worker of the nginx that was started: a killed one leaves workers that go on answering."""
    pid = get(layout.address("EDGE_STATUS"), "/healthz")
    worker = processes.read(int(pid)) if pid else None
    try:
        return worker is not None and worker.parent == int((layout.data / "nginx.pid").read_text())
    except FileNotFoundError:
        return False


def redis_answers(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False


def installed(name):
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not path:
        raise Failure(f"{name} is not installed: run ./market setup")
    return path


def settings(layout, program):
    """The templates of a program's configuration: its kind's, those of what it uses, those that services have of their own."""
    kind = "service" if program.name in SERVICES else program.name
    holds = SERVICES if program.name == "marketplace" else (program.name,)
    own = [name for name in holds if name != kind and (layout.root / TEMPLATES / "config" / f"{name}.conf").exists()]
    return ["common", kind, *program.uses, *own]


def keepers_of_pictures(program):
    """The services in it that keep pictures; all in one directory, each below a name of its own."""
    return [name for name in (SERVICES if program == "marketplace" else (program,)) if name in TOPOLOGY.users_of("pictures")]


def pages(layout):
    """Where public pages are written from. Without npm there are none, and nothing is written."""
    if not site.SHELL.exists():
        return []
    return [("pages.directory", layout.site / "shop"), ("pages.public_url", layout.url)]


def our_program(layout, program, number, telemetry):
    name = replica(program, number)
    config = layout.etc / f"{name}.conf"
    metrics = layout.metrics_address(name)
    described = TOPOLOGY.programs[program]
    # What this replica listens on; everything else is the same for all of them.
    own = {"IDENTITY": program, "INSTANCE": instance(program, number), "METRICS_LISTEN": metrics,
           "DATABASES": lines((f"{key}_file", layout.secrets / f"{database}.conninfo")
                              for database, key in described.conninfo_keys.items()),
           "PICTURE_DIRECTORIES": lines((f"{service}.pictures_directory", layout.pictures) for service in keepers_of_pictures(program)),
           "PAGES": lines(pages(layout)),
           "PEERS": lines((f"peers.{peer}", ",".join(layout.grpc_addresses(peer))) for peer in described.calls)}
    if program in layout.grpc_programs:
        own["GRPC_LISTEN"] = listeners.listen_at(layout, port_name(name, "GRPC"))
    if program in ("gateway", "marketplace"):
        own["HTTP_LISTEN"] = listeners.listen_at(layout, port_name(replica("gateway", number), "HTTP"))
    elif program == "sandbox":
        own["HTTP_LISTEN"] = listeners.listen_at(layout, "SANDBOX_HTTP")
        # Whom it tells what happens. Told nothing, an order does only what it is asked to.
        url = os.environ.get("MARKET_WEBHOOK_URL", f"http://{layout.address('GATEWAY_HTTP')}")
        own["WEBHOOKS"] = lines([("sandbox.webhook_url", url)] if url else [])
    # Where its log lines and spans go, if there is anybody to take them.
    sinks = [one for one, part in (("kafka", "kafka"), ("traces", "collector")) if telemetry and telemetry.has(part)]
    return Program(name, [layout.bin / program, "--config", config], config,
                   [f"{TEMPLATES}/config/{one}.conf" for one in (*settings(layout, described), *sinks)],
                   is_ready=lambda: answers(metrics, "/readyz"), probe=lambda: answers(metrics, "/healthz"),
                   environment=ENVIRONMENT, placeholders=own)


def lines(settings_and_values):
    return "\n".join(f"{key} = {value}" for key, value in settings_and_values)


def postgres_program(layout):
    def ready():
        return postgres.is_ready(layout)

    return Program("postgres", postgres.command(layout), layout.postgres_data / "postgresql.conf",
                   [f"{TEMPLATES}/postgres/postgresql.conf"], stop_signal="INT", account=layout.postgres_account,
                   is_ready=ready, probe=ready, only_told=True)


def redis_program(layout):
    def ready():
        return redis_answers(layout.redis_socket)

    config = layout.redis_data / "redis.conf"
    return Program("redis", [installed("redis-server"), config], config, [f"{TEMPLATES}/redis.conf"],
                   account=layout.redis_account, is_ready=ready, probe=ready, logs_to_stdout=True)


def edge_program(layout):
    def ready():
        return edge_answers(layout)

    config = layout.etc / "nginx.conf"
    public = listeners.descriptors(layout)["EDGE"]
    account = ["-g", f"user {layout.edge_account};"] if layout.edge_account else []
    return Program("nginx", [installed("nginx"), "-c", config, "-e", layout.log / "nginx.log", *account], config,
                   [f"{TEMPLATES}/nginx.conf"], included=tuple(layout.etc / name for name in nginx.FILES[1:]), stop_signal="QUIT", environment=f'NGINX="{public};"',
                   is_ready=ready, probe=ready)


def module_environment(layout):
    """Of a process that is a module beside this one."""
    environment = {"MARKET_ROOT": layout.root, "PYTHONPATH": os.environ["PYTHONPATH"], "PYTHONSAFEPATH": 1,
                   "PYTHONDONTWRITEBYTECODE": 1, "XDG_RUNTIME_DIR": os.environ.get("XDG_RUNTIME_DIR", "")}
    return ",".join(f'{name}="{value}"' for name, value in environment.items()).replace("%", "%%")


def mailbox_program(layout):
    """Its ports are its own: a mail server that is away refuses, and whoever sends has to try again."""
    def ready():
        return answers(layout.address("MAILBOX_HTTP"), "/healthz")

    config = layout.etc / "mailbox.conf"
    return Program("mailbox", [sys.executable, "-m", "stack.mailbox", "--config", config], config, [f"{TEMPLATES}/mailbox.conf"],
                   is_ready=ready, probe=ready, logs_to_stdout=True, environment=module_environment(layout))


def watchdog_program(layout):
    config, address = layout.etc / "watchdog.conf", layout.address("WATCHDOG_METRICS")
    return Program("watchdog", [sys.executable, "-m", "stack.watchdog", "--data", layout.data], config,
                   [f"{TEMPLATES}/watchdog.conf"], is_ready=lambda: answers(address, "/healthz"), logs_to_stdout=True,
                   environment=module_environment(layout))


def watchdog_settings(layout):
    lines = (layout.etc / "watchdog.conf").read_text().splitlines()
    return dict(line.split(" = ") for line in lines if line and not line.startswith("#"))


def ours(layout):
    """(program, number of the replica) of every process of ours. The sandbox plays a foreign company: there is one."""
    middle = ("marketplace",) if layout.shape == "single" else (*SERVICES, "gateway")
    return [("sandbox", 1), *((program, number) for program in middle for number in range(1, layout.replicas + 1))]


def our_names(layout):
    return [replica(*one) for one in ours(layout)]


def names(layout):
    return ["postgres", "redis", "mailbox", *our_names(layout), "nginx", "watchdog"]


def edge_logs(layout):
    return [layout.log / "nginx.log", layout.log / "access.log"]


def rotated_logs(layout):
    """What is written by the processes themselves. What goes through supervisord, it rotates: supervisor_config()."""
    return [*(layout.log / f"{name}.log" for name in our_names(layout)), *edge_logs(layout)]


def describe(layout, telemetry=None):
    """The programs of this shape in starting order. Writes nothing."""
    middle = [our_program(layout, *one, telemetry) for one in ours(layout)]
    before = [postgres_program(layout), redis_program(layout), mailbox_program(layout)]
    return [*before, *middle, edge_program(layout), watchdog_program(layout)]


def prepare(layout, stack):
    """Directories, databases on disk and every configuration file."""
    for name in {program for program, _ in ours(layout)}:
        if not (layout.bin / name).exists():
            raise Failure(f"{layout.bin / name} is missing: run ./market build {layout.preset}")
    postgres.prepare(layout)
    postgres.write_conninfos(layout)
    for directory in (layout.redis_socket.parent, layout.redis_data):
        files.make_dir(directory, 0o700, layout.redis_account)
    for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        (layout.tmp / name).mkdir(exist_ok=True)
    site.write(layout.site, site.swagger_ui())
    for program in stack:
        program.write_config(layout)
    owners = lines((f"{name}.postgres.conninfo_file", layout.secrets / f"{name}.owner.conninfo") for name in TOPOLOGY.databases)
    files.write(layout.etc / "migrate.conf", layout.render([f"{TEMPLATES}/config/migrate.conf"], OWNERS=owners), 0o600)
    auditors = lines((f"{name}.postgres.conninfo_file", layout.secrets / f"{name}.auditor.conninfo") for name in SERVICES)
    checker = layout.render([f"{TEMPLATES}/config/check_invariants.conf"], AUDITORS=auditors)
    files.write(layout.etc / "check_invariants.conf", checker, 0o600)
    asked = [(f"peers.{service}", ",".join(layout.grpc_addresses(service))) for service in ("auth", "user")]
    asked += [("peers.certificate", "marketplace")] if layout.host_of("auth") == "marketplace" else []
    remote = layout.render([f"{TEMPLATES}/config/marketctl.conf"], PEERS=lines(asked))
    files.write(layout.etc / "marketctl.conf", remote, 0o600)


def supervisor_config(layout, programs):
    """supervisord.conf. Nothing starts by itself: `up` starts in order and waits for each to be ready."""
    text = layout.render(["deploy/native/supervisord.conf"])
    log_limit = f"{watchdog_settings(layout)['log.limit_mb']}MB"
    for program in programs:
        command = shlex.join(map(str, program.command)).replace("%", "%%")
        text += (f"\n[program:{program.name}]\ncommand={command}\nautostart=false\nautorestart=true\nstartsecs=1\n"
                 f"startretries=20\nstopsignal={program.stop_signal}\nstopwaitsecs={STOP_WAIT_S}\n"
                 f"stderr_logfile={layout.log}/{program.name}.stderr.log\nstderr_logfile_maxbytes={log_limit}\n"
                 f"stderr_logfile_backups=1\n")
        if program.logs_to_stdout:
            text += (f"stdout_logfile={layout.log}/{program.name}.log\nstdout_logfile_maxbytes={log_limit}\n"
                     f"stdout_logfile_backups=1\n")
        else:
            text += "stdout_logfile=NONE\n"
        if not program.is_ours:
            text += f"directory={program.config.parent}\n"
        if program.account:
            text += f"user={program.account}\n"
        if program.environment:
            text += f"environment={program.environment}\n"
    return text
