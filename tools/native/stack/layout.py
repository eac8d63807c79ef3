"""Where the files and ports of one stack are, by its data directory, what it was started with and the account that asks."""

import hashlib
import json
import os
import pathlib
import pwd
import re

from deploy.lib import files, nginx, topology
from deploy.lib.failure import Failure

from . import listeners

TOPOLOGY = topology.read()
SERVICES = tuple(TOPOLOGY.services)
SHAPES = ("services", "single")
# PostgreSQL has max_connections for this many.
REPLICAS_MAX = 4
# sockaddr_un holds 107 bytes and a zero; the longest name below a socket directory is postgres/.s.PGSQL.5432.
SOCKET_PATH_MAX = 107
LONGEST_SOCKET_NAME = "/postgres/.s.PGSQL.5432.lock"


def replica(program, number):
    """The name of the process: the first of a program is called like it, the second of order is order-2."""
    return program if number == 1 else f"{program}-{number}"


def instance(program, number):
    """What logs, traces and metrics call the replica; unlike the process, the first has its number, too."""
    return f"{program}-{number}"


def port_name(process, what):
    return f"{process.upper().replace('-', '_')}_{what}"


def ports_at(base, replicas):
    """Every port of a stack whose public port is `base`, with those of the replicas."""
    ports = {"EDGE": base, **{name: base + distance for name, distance in TOPOLOGY.distances().items()}}
    for program in (*SERVICES, "gateway", "marketplace"):
        for what in TOPOLOGY.programs[program].ports:
            for number in range(2, replicas + 1):
                first = ports[port_name(program, what.upper())]
                ports[port_name(replica(program, number), what.upper())] = first + (number - 1) * TOPOLOGY.size
    if not 1024 <= base or max(ports.values()) > 65535:
        raise Failure(f"--port {base} is out of range: give 1024 to {65535 - max(ports.values()) + base}")
    return ports


def nginx_servers(addresses):
    """The servers of one upstream. Who is alone stands there twice: nginx asks no server a second time."""
    return "\n    ".join(f"server {address} max_fails=0;" for address in (addresses * 2 if len(addresses) == 1 else addresses))


class Layout:
    """Paths, ports and accounts. Creates nothing."""

    def __init__(self, root, data, base_port=None, replicas=None):
        self.root = pathlib.Path(root)
        self.data = pathlib.Path(data)
        self.state_file = self.data / "state.json"
        state = self.saved_state()
        self.shape = state.get("shape", "services")
        self.telemetry = state.get("telemetry", False)
        self.replicas = replicas or state.get("replicas", 1)
        self.host = TOPOLOGY.host
        # Public names besides localhost, as in a composition.
        self.hosts = [host.strip() for host in os.environ.get("MARKET_HOSTS", "").split(",") if host.strip()]
        self.ports = ports_at(base_port or state.get("port") or TOPOLOGY.public, self.replicas)
        self.preset = os.environ.get("MARKET_PRESET") or state.get("preset", "release")
        self.bin = self.root / "build" / self.preset / "bin"

        self.etc = self.data / "etc"
        self.pki = self.data / "pki"
        self.secrets = self.data / "secrets"
        self.tmp = self.data / "tmp"
        self.site = self.data / "site"

        # PostgreSQL refuses to run as root, and Redis need not: started by root, both run under Debian's accounts,
        # which must be able to reach their files. A checkout under /root is closed to them.
        self.is_root = os.geteuid() == 0
        self.postgres_account = "postgres" if self.is_root else None
        self.redis_account = "redis" if self.is_root else None
        self.edge_account = "www-data" if self.is_root else None
        tag = hashlib.sha256(str(self.data).encode()).hexdigest()[:10]
        open_to_daemons = not self.is_root or self._others_can_enter(self.data)
        self.shared = self.data if open_to_daemons else pathlib.Path("/var/lib/marketplace") / tag
        # nginx's workers open their logs again under their own account, once these were rotated.
        self.log = self.shared / "log"
        self.sockets = self.shared / "sockets"
        if len(str(self.sockets) + LONGEST_SOCKET_NAME) > SOCKET_PATH_MAX:
            parent = os.environ.get("XDG_RUNTIME_DIR") if not self.is_root else None
            self.sockets = pathlib.Path(parent or "/tmp") / f"market-{os.geteuid()}-{tag}"

        self.postgres_data = self.shared / "postgres"
        self.postgres_socket = self.sockets / "postgres"
        self.redis_data = self.shared / "redis"
        self.pictures = self.shared / "pictures"
        self.mailbox = self.data / "mailbox"
        self.redis_socket = self.sockets / "redis" / "redis.sock"
        self.supervisor_socket = self.sockets / "supervisor.sock"
        self.listener_mark_file = self.data / "listener"

        self.ca_file = self.pki / "ca.crt"
        self.operator_email = "operator@marketplace.test"
        self.operator_password_file = self.secrets / "operator_password"

    def saved_state(self):
        try:
            return json.loads(self.state_file.read_text())
        except (FileNotFoundError, NotADirectoryError):
            return {}

    def save_state(self):
        self.state_file.write_text(json.dumps(
            {"shape": self.shape, "replicas": self.replicas, "port": self.ports["EDGE"], "preset": self.preset,
             "telemetry": self.telemetry}) + "\n")

    def address(self, name):
        return f"{self.host}:{self.ports[name]}"

    def metrics_address(self, process):
        return self.address(port_name(process, "METRICS"))

    @property
    def grpc_programs(self):
        """Who serves gRPC in this shape."""
        return ("marketplace",) if self.shape == "single" else (*SERVICES, "gateway")

    def port_names(self, program, what):
        """The ports of every replica: ORDER_GRPC, ORDER_2_GRPC."""
        return [port_name(replica(program, number), what) for number in range(1, self.replicas + 1)]

    def addresses(self, program, what):
        return [self.address(name) for name in self.port_names(program, what)]

    def host_of(self, service):
        """The program that a service runs in, which is also the identity of who answers for it."""
        return "marketplace" if self.shape == "single" else service

    def grpc_addresses(self, service):
        return self.addresses(self.host_of(service), "GRPC")

    @property
    def url(self):
        return f"https://localhost:{self.ports['EDGE']}"

    @property
    def mailbox_url(self):
        return f"http://{self.address('MAILBOX_HTTP')}"

    def placeholders(self):
        """What a template may mention, as @NAME@."""
        values = {name: self.address(name) for name in self.ports}
        values["GATEWAY_SERVERS"] = nginx_servers(self.addresses("gateway", "HTTP"))
        values |= nginx.placeholders({service: (self.host_of(service), nginx_servers(self.grpc_addresses(service)))
                                      for service in (*SERVICES, "gateway")}, self.hosts, self.url)
        owner = pwd.getpwuid(os.geteuid()).pw_name
        values.update(
            HOST=self.host, ROOT=self.root, DATA=self.data, ETC=self.etc, LOG=self.log, PKI=self.pki,
            SECRETS=self.secrets, SITE=self.site, TMP=self.tmp, SOCKETS=self.sockets, OWNER=owner,
            SUPERVISOR_SOCKET=self.supervisor_socket, MIN_FDS=listeners.MIN_FDS,
            # nginx to the next process. One that is being started has its connections wait in the socket that is held for it.
            CONNECT_TIMEOUT="5s",
            POSTGRES_ACCOUNT=self.postgres_account or owner,
            POSTGRES_SOCKET=self.postgres_socket, REDIS_SOCKET=self.redis_socket, REDIS_DATA=self.redis_data,
            REDIS_PASSWORD=files.secret(self.secrets / "redis_password"),
            COLLECTOR_METRICS_PORT=self.ports["COLLECTOR_METRICS"],
            PICTURES=self.pictures, MAILBOX=self.mailbox, MAILBOX_SMTP_PORT=self.ports["MAILBOX_SMTP"],
            # The provider for development is ours; another one is not part of this stack, nor of its backups.
            PROVIDER_URL=os.environ.get("MARKET_PROVIDER_URL") or f"http://{self.address('SANDBOX_HTTP')}",
            # Everything is traced on a machine of one's own.
            TRACE_RATIO=os.environ.get("MARKET_TRACE_RATIO", "1"))
        return {name: str(value) for name, value in values.items()}

    def render(self, sources, **more):
        """The templates, one after the other, with every @NAME@ replaced; an unknown name is a mistake in them."""
        values = {**self.placeholders(), **more}
        rendered = ""
        for source in sources:
            def value(match):
                if match[1] not in values:
                    raise Failure(f"{source} mentions {match[0]}, which the launcher does not define")
                return values[match[1]]

            rendered += re.sub(r"@([A-Z][A-Z_]*)@", value, (self.root / source).read_text())
        return rendered

    def install(self, source, target, mode=0o644, account=None):
        """Writes a rendered template; True if the file changed."""
        return files.write(target, self.render([source]), mode, account)

    @staticmethod
    def _others_can_enter(path):
        return all(part.stat().st_mode & 0o001 for part in path.parents if part.exists())

