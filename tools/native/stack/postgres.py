"""The stack's own PostgreSQL cluster: unix socket only, one database and two roles for each service."""

import pathlib
import pwd
import subprocess

from deploy.lib import files
from deploy.lib.failure import Failure

from .layout import TOPOLOGY

# Each program sees its own database only; "sandbox" stands for a foreign company, so it has its own too. The role of a program
# is called like its database, which belongs to another role: marketctl migrate is that one, and gives the program its rights.
DATABASES = TOPOLOGY.databases
# Reads all databases and writes none: tools/check_invariants and people who look.
AUDITOR = "auditor"
# Reads the server's statistics: the exporter.
MONITOR = "monitor"
PORT = 5432


def bin_dir(layout):
    """The newest installed PostgreSQL, or the one whose files this data directory has."""
    return programs_of(layout.postgres_data)


def programs_of(cluster):
    """The programs of the PostgreSQL whose files are there, or of the newest one installed."""
    installed = {path.parent.name: path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin")
                 if (path / "postgres").exists()}
    if not installed:
        raise Failure("PostgreSQL is not installed: run ./market setup")
    version_file = cluster / "PG_VERSION"
    wanted = version_file.read_text().strip() if version_file.exists() else max(installed, key=int)
    if wanted not in installed:
        raise Failure(f"{cluster} belongs to PostgreSQL {wanted}, installed is "
                      f"{', '.join(installed)}: install postgresql-{wanted} or choose another --data")
    return installed[wanted]


def as_account(account, command):
    if not account:
        return command
    return ["setpriv", f"--reuid={account}", f"--regid={pwd.getpwnam(account).pw_gid}", "--init-groups", *command]


def prepare(layout):
    """Initialises the cluster once and writes its settings."""
    account = layout.postgres_account
    programs = bin_dir(layout)
    files.make_dir(layout.postgres_socket, 0o700, account)
    if not (layout.postgres_data / "PG_VERSION").exists():
        print("up: making a PostgreSQL cluster")
        files.make_dir(layout.postgres_data, 0o700, account)
        command = [programs / "initdb", "--pgdata", layout.postgres_data, "--username=postgres", "--encoding=UTF8",
                   "--locale=C.UTF-8", "--auth=reject", "--data-checksums", "--no-sync"]
        done = subprocess.run(as_account(account, list(map(str, command))), cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"initdb: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    for name in ("pg_hba.conf", "pg_ident.conf"):
        layout.install(f"deploy/native/postgres/{name}", layout.postgres_data / name, 0o600, account)


def command(layout):
    return [bin_dir(layout) / "postgres", "-D", layout.postgres_data]


def is_ready(layout):
    """Whether it answers a query. One that is stopped accepts connections, so patience has an end."""
    try:
        return subprocess.run([*psql(layout), "-c", "SELECT 1"], capture_output=True, timeout=2).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def psql(layout):
    """As the superuser."""
    return [bin_dir(layout) / "psql", "-X", "-q", "-h", layout.postgres_socket, "-p", str(PORT), "-U", "postgres",
            "-d", "postgres"]


def conninfo(layout, database, role=None):
    role = role or database
    password = files.secret(layout.secrets / f"postgres_{role}_password")
    return f"host='{layout.postgres_socket}' port={PORT} dbname={database} user={role} password={password}"


def owner(database):
    return f"{database}_owner"


def write_conninfos(layout):
    for database in DATABASES:
        roles = {"": database, ".owner": owner(database), ".auditor": AUDITOR}
        for suffix, role in roles.items():
            files.write(layout.secrets / f"{database}{suffix}.conninfo", conninfo(layout, database, role) + "\n", 0o600)


def run_sql(layout, statements):
    done = subprocess.run([*psql(layout), "-A", "-t"], input="\n".join(statements) + "\n", capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"preparing the databases: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


def refuse_old(layout):
    """Until there were two roles, a database belonged to its program."""
    names = ", ".join(f"'{database}'" for database in DATABASES)
    if run_sql(layout, [f"SELECT 1 FROM pg_database WHERE datname IN ({names}) AND pg_get_userbyid(datdba) = datname;"]):
        raise Failure(f"{layout.data} was made by an earlier version, which this one can't take over: erase it with "
                      "./market down --erase, or choose another --data")


def create_databases(layout):
    """Roles and databases, whatever is there already. Tables are made by marketctl migrate."""
    refuse_old(layout)
    statements = [r"\set ON_ERROR_STOP on", "SET client_min_messages = warning;"]
    for role in (*DATABASES, *map(owner, DATABASES), AUDITOR, MONITOR):
        password = files.secret(layout.secrets / f"postgres_{role}_password")
        statements += [
            f"SELECT 'CREATE ROLE \"{role}\" LOGIN' WHERE NOT EXISTS "
            f"(SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec",
            f"ALTER ROLE \"{role}\" PASSWORD '{password}';"]
    statements.append(f"GRANT pg_read_all_data TO {AUDITOR}; GRANT pg_monitor TO {MONITOR};")
    for database in DATABASES:
        statements += [
            f"SELECT 'CREATE DATABASE \"{database}\" OWNER \"{owner(database)}\"' WHERE NOT EXISTS "
            f"(SELECT FROM pg_database WHERE datname = '{database}') \\gexec",
            f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;',
            f'GRANT CONNECT ON DATABASE "{database}" TO "{database}", {AUDITOR};']
    run_sql(layout, statements)
