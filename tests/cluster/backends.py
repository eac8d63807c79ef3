"""What a release needs and is no pod of it, on the node: PostgreSQL with all databases, Redis, a mail server, and what plays a cloud's metadata.
Each has an address of its own, a database too, so that a NetworkPolicy can tell one from another."""

import pathlib
import secrets
import signal
import socket
import subprocess

from deploy.lib import files, topology
from node import await_true

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOPOLOGY = topology.read()
DATABASES = {name: f"10.250.0.{10 + number}" for number, name in enumerate(TOPOLOGY.databases, 1)}
REDIS, MAIL, METADATA = "10.250.0.30", "10.250.0.31", "169.254.169.254"
# 21 connections of a replica, six services, three replicas each while they are rolled out, and those who look.
CONNECTIONS = 600
START_LIMIT_S = 60


def listens(address):
    try:
        socket.create_connection(address, 2).close()
        return True
    except OSError:
        return False


class Backends:
    def __init__(self, node):
        self.node = node
        self.bin = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.data = node.state / "postgres"
        self.passwords = {(name, role): secrets.token_hex(16) for name in DATABASES for role in ("owner", "program")}
        self.auditor = secrets.token_hex(16)

    def start(self):
        self._make_postgres()
        self.start_postgres()
        self._make_databases()
        self.node.spawn("redis", "redis-server", "--bind", REDIS, "--save", "", "--appendonly", "no", "--dir", self.node.state,
                        "--protected-mode", "no")
        mails = self.node.state / "mails"
        mails.mkdir()
        config = self.node.etc / "mailbox.conf"
        files.write(config, f"smtp.listen = {MAIL}:1025\nhttp.listen = {MAIL}:8025\ndirectory = {mails}\nkeep = 1000\nfaults = no\n")
        self.node.spawn("mailbox", "env", "PYTHONDONTWRITEBYTECODE=1", f"PYTHONPATH={ROOT / 'tools/native'}:{ROOT}", "/usr/bin/python3", "-m",
                        "stack.mailbox", f"--config={config}")
        empty = self.node.state / "metadata"
        empty.mkdir()
        self.node.spawn("metadata", "/usr/bin/python3", "-m", "http.server", "80", "--bind", METADATA, "--directory", empty)
        for address in ((REDIS, 6379), (MAIL, 1025), (METADATA, 80)):
            await_true(lambda address=address: listens(address), f"{address} to listen", START_LIMIT_S)

    def conninfo(self, database, role):
        """`role`: owner, program or auditor. By a name a role is a database's."""
        user = {"owner": f"{database}_owner", "program": database, "auditor": "auditor"}[role]
        password = self.auditor if role == "auditor" else self.passwords[database, role]
        return f"host={DATABASES[database]} port=5432 dbname={database} user={user} password={password} sslmode=disable"

    def psql(self, database, sql):
        return self.node.run("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", self.bin / "psql", "-h", "/run/postgres", "-XqAt",
                             "-v", "ON_ERROR_STOP=1", database, stdin=sql)

    def _make_postgres(self):
        self.data.mkdir(mode=0o700)
        files.own(self.data, "postgres")
        self.node.run("install", "-d", "-o", "postgres", "/run/postgres")
        self.node.run("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", self.bin / "initdb", "-D", self.data, "-U", "postgres",
                      "--locale=C.UTF-8", "--encoding=UTF8", "--auth-local=peer", "--auth-host=scram-sha-256", "--no-sync")
        with open(self.data / "pg_hba.conf", "a") as rules:
            rules.write("host sameuser all 10.0.0.0/8 scram-sha-256\nhost all auditor 10.0.0.0/8 scram-sha-256\n"
                        + "".join(f"host {name} {name}_owner 10.0.0.0/8 scram-sha-256\n" for name in DATABASES))

    def start_postgres(self):
        # Losing what was written is what a machine does that stops, and this one doesn't.
        self.node.spawn("postgres", self.bin / "postgres", "-D", self.data, "-c", f"listen_addresses={','.join(DATABASES.values())}", "-c",
                        "unix_socket_directories=/run/postgres", "-c", "fsync=off", "-c", f"max_connections={CONNECTIONS}",
                        "-c", "shared_buffers=256MB", account="postgres")
        ready = self.node.inside(self.bin / "pg_isready", "-q", "-h", "/run/postgres")
        await_true(lambda: subprocess.run(ready).returncode == 0, "PostgreSQL", START_LIMIT_S)

    def stop_postgres(self):
        """As pg_ctl stop -m fast."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        self.node.run("kill", f"-{signal.SIGINT.value}", postmaster)
        self.node.processes["postgres"].wait(START_LIMIT_S)

    def _make_databases(self):
        self.psql("postgres", f"CREATE ROLE auditor LOGIN PASSWORD '{self.auditor}'; GRANT pg_read_all_data TO auditor;")
        for name in DATABASES:
            roles = "".join(f"CREATE ROLE \"{user}\" LOGIN PASSWORD '{self.passwords[name, role]}';\n"
                            for role, user in (("owner", f"{name}_owner"), ("program", name)))
            self.psql("postgres", f'{roles} CREATE DATABASE "{name}" OWNER "{name}_owner";\n REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;\n'
                                  f'GRANT CONNECT ON DATABASE "{name}" TO "{name}", auditor;')

    def checker(self, provider, wait_s):
        """What the product's own checker prints as JSON, of all databases and of the provider at that URL."""
        config = self.node.etc / "check_invariants.conf"
        lines = []
        for name in TOPOLOGY.services:
            place = self.node.etc / f"{name}.auditor"
            files.write(place, self.conninfo(name, "auditor") + "\n", 0o600)
            lines.append(f"{name}.postgres.conninfo_file = {place}\n")
        files.write(config, "".join(lines) + f"payment.provider_url = {provider}\n", 0o600)
        program = ROOT / "build/release/bin/check_invariants"
        done = subprocess.run([program, "--config", config, "--json", f"--wait={wait_s}s"], capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout
