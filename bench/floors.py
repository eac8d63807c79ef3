"""The floors: a PostgreSQL cluster of the bench's own with the stack's settings, and nginx with one static file."""

import os
import pathlib
import shutil
import socket
import subprocess
import time

from measure import BenchFailed, run
from sql_log import DATABASES
from statements import make_id

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIGRATIONS = {"idempotency_key": "platform/idempotency/migrations", "outbox": "platform/outbox/migrations",
              "event": "platform/events/migrations", "audit_event": "platform/audit/migrations"}
SHARED_NAMES = ("idempotency_key", "outbox", "require")
BUYERS = 64


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def psql_of(bin_dir, socket_dir, port):
    def psql(database, text):
        return run([bin_dir / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", socket_dir, "-p", port,
                    "-U", "postgres", "-d", database], input=text)
    return psql


def catalogue_sql(products, seller, category):
    """Published products with one offer each. The same rows go into the stack and into the floor."""
    def ids(kind):
        return f"('{make_id(kind, 0)[:-12]}' || (100000000000 + i))::uuid"
    return f"""
      SET synchronous_commit = off;
      INSERT INTO product (id, operation_id, seller_id, category_id, title, description, attributes, pictures, state,
                           published_at)
      SELECT {ids(3)}, {ids(5)}, '{seller}', '{category}', 'Bench product ' || i, 'One of many products, made to be read.',
             '{{"colour": "blue"}}', '{{}}', 'PUBLISHED', now() FROM generate_series(1, {products}) i;
      INSERT INTO offer (id, product_id, seller_id, sku, options, own_currency)
      SELECT {ids(4)}, {ids(3)}, '{seller}', 'BENCH-' || i, '{{}}', 'EUR' FROM generate_series(1, {products}) i;
      INSERT INTO offer_price (offer_id, currency, amount) SELECT {ids(4)}, 'EUR', 1999 FROM generate_series(1, {products}) i;
      INSERT INTO price_period (offer_id, currency, starts_at, ends_at, amount, product_id, set_at, since)
      SELECT {ids(4)}, 'EUR', market_now(), 'infinity', 1999, {ids(3)}, market_now(), market_now() FROM generate_series(1, {products}) i;
      INSERT INTO stock (id, offer_id, on_hand) SELECT {ids(6)}, {ids(4)}, 1000000 FROM generate_series(1, {products}) i;
      INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id)
      SELECT 'INITIAL', {ids(6)}, {ids(4)}, 1000000, 0, {ids(4)} FROM generate_series(1, {products}) i;
    """


class FloorCluster:
    """initdb, one database `bench` with one schema per service made by the services' own migrations."""

    def __init__(self, directory, bin_dir, stack_conf):
        self.bin_dir, self.port, self.process = bin_dir, free_port(), None
        self.account = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        self.data, self.sockets, self.log = directory / "floor", directory / "floor_sockets", directory / "floor.log"
        self.psql = psql_of(bin_dir, self.sockets, self.port)
        for one in (self.data, self.sockets):
            one.mkdir(mode=0o700)
            if self.account:
                shutil.chown(one, "postgres", "postgres")
        run([*self.account, bin_dir / "initdb", "--pgdata", self.data, "--username=postgres", "--encoding=UTF8",
             "--locale=C.UTF-8", "--auth=reject", "--data-checksums", "--no-sync"], cwd="/")
        own = f"\nlisten_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{self.sockets}'\n"
        (self.data / "postgresql.conf").write_text(stack_conf.read_text() + own)
        # The socket directory is private, and the role that may come over TCP owns nothing of worth.
        (self.data / "pg_hba.conf").write_text("local all all trust\nhost bench bench 127.0.0.1/32 trust\n")

    def start(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*self.account, str(self.bin_dir / "postgres"), "-D", str(self.data)],
                                            cwd="/", stdout=log, stderr=log)
        give_up = time.monotonic() + 15
        ready = [str(self.bin_dir / "pg_isready"), "-q", "-h", str(self.sockets), "-p", str(self.port)]
        while subprocess.run(ready).returncode:
            if time.monotonic() > give_up or self.process.poll() is not None:
                raise BenchFailed(f"the floor's PostgreSQL did not start: {self.log.read_text()[-300:]}")
            time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)

    def fill(self, stack_psql, products, seller, category):
        """Schemas as the stack's databases have them, its catalogue, and the buyers' addresses."""
        self.psql("postgres", "CREATE ROLE bench LOGIN; CREATE DATABASE bench OWNER bench;")
        self.psql("bench", "CREATE EXTENSION pg_trgm SCHEMA public; CREATE EXTENSION btree_gist SCHEMA public;")
        # As platform/postgres/migrate.cpp makes it before the first file.
        self.psql("bench", "CREATE FUNCTION market_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT now()';")
        for database in DATABASES:
            folders = [folder for table, folder in MIGRATIONS.items()
                       if stack_psql(database, f"SELECT to_regclass('{table}')").strip()]
            folders.append("sandbox/migrations" if database == "sandbox" else f"services/{database}/migrations")
            text = f'CREATE SCHEMA "{database}" AUTHORIZATION bench; SET ROLE bench; SET search_path = "{database}", public;'
            for folder in folders:
                text += "\n".join(file.read_text() for file in sorted((ROOT / folder).glob("*.sql")))
            self.psql("bench", text)
        path = ", ".join(f'"{database}"' for database in DATABASES)
        self.psql("bench", f"ALTER DATABASE bench SET search_path = {path}, public;")
        self.psql("bench", f"INSERT INTO category (id, name, slug) VALUES ('{category}', 'Books', 'books');"
                  + catalogue_sql(products, seller, category))
        people = "".join(
            f"INSERT INTO address_book VALUES ('{make_id(1, i)}', 1); INSERT INTO address (id, account_id, recipient, lines, "
            f"city, region, postal_code, country_code, phone, is_default) VALUES ('{make_id(2, i)}', '{make_id(1, i)}', "
            f"'Ada Lovelace', '{{1 St James Square}}', 'London', '', 'SW1Y 4JH', 'GB', '', true);"
            for i in range(1, BUYERS + 1))
        self.psql("bench", people)
        self.psql("bench", "VACUUM ANALYZE;")

    def connection(self, host):
        return ["-h", str(host), "-p", str(self.port), "-U", "bench", "bench"]


class StaticNginx:
    """Two workers, plain HTTP, one file."""

    def __init__(self, directory, size):
        self.port, self.process = free_port(), None
        root = directory / "static"
        root.mkdir(exist_ok=True)
        (root / "product.json").write_bytes(b"x" * size)
        self.conf = directory / "static.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        temporary = " ".join(f"{name}_temp_path {directory}/static_{name};"
                             for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.conf.write_text(f"""{user} daemon off; worker_processes 2; pid {directory}/static.pid;
          error_log {directory}/static.log warn; events {{ worker_connections 1024; }}
          http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; {temporary}
            types {{ application/json json; }} server {{ listen 127.0.0.1:{self.port}; root {root}; }} }}""")
        self.log = directory / "static.log"

    def start(self):
        self.process = subprocess.Popen(["nginx", "-c", str(self.conf), "-e", str(self.log)])
        give_up = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > give_up or self.process.poll() is not None:
                    raise BenchFailed(f"the static nginx did not start: {self.log}") from None
                time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
