"""What a composed marketplace needs before its first start: passwords, certificates and the files made of them.

    prepare.py --hosts a.example,…   draws what is missing; what is there stays (certificates: until 30 days before their end)
    prepare.py show NAME             prints operator_password or ca.crt
    prepare.py volumes               prints the name of each volume that it fills
    prepare.py save                  writes a tar of what the rest can be made from
    prepare.py load                  reads it again, when nothing is there yet
    prepare.py save_pictures         writes a tar of what people have uploaded
    prepare.py load_pictures         reads it again

Each consumer has a volume of its own, mounted here as /secrets/<name> and there as /run/market, read-only. So a file's
mode keeps apart only what shares a volume; what our programs (account 10001) read is 0400, and 0444 is for the accounts
of other images. The keys of the two CAs stay in `authority`, which nobody else mounts.
"""

import contextlib
import json
import os
import pathlib
import re
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from deploy.lib import certificates, files, nginx, site, topology  # noqa: E402
from deploy.lib.failure import Failure  # noqa: E402

SECRETS = pathlib.Path("/secrets")
PICTURES = pathlib.Path("/pictures")
SWAGGER_UI = pathlib.Path("/swagger-ui")     # in the image
WEB = pathlib.Path("/web")
INSIDE = "/run/market"     # where a consumer has its volume
TOPOLOGY = topology.read()
SERVICES = tuple(TOPOLOGY.services)
ROLES = ("superuser", "owner", "program", "auditor", "monitor")
OURS, EVERYBODY = 0o400, 0o444
GRPC_PORT, HTTP_PORT, EDGE_PORT, STATUS_PORT = 7000, 8080, 8443, 8462

AUTHORITY = SECRETS / "authority"
OPERATOR_PASSWORD = SECRETS / "operator" / "operator_password"
CA = SECRETS / "operator" / "ca.crt"


def put(volume, name, text, mode=OURS):
    path = SECRETS / volume / name
    path.parent.mkdir(mode=0o755, exist_ok=True)
    files.write(path, text, mode)


def copy(source, volume, name, mode=OURS):
    put(volume, name, source.read_text(), mode)


def drawn(name):
    return files.secret(AUTHORITY / name)


def make_certificates(hosts):
    certificates.make_ca(AUTHORITY, "Marketplace CA of this composition")
    certificates.make_public(AUTHORITY, list(dict.fromkeys(["localhost", "nginx", *hosts, "127.0.0.1"])))

    inside = AUTHORITY / "services"
    certificates.make_ca(inside, "Marketplace CA of this composition, between services")
    for identity in TOPOLOGY.identities:
        # The single process answers to the names of all that it is; the first name is its identity.
        names = (identity, *SERVICES, "gateway") if identity == "marketplace" else (identity,)
        certificates.make_leaf(inside, identity, ",".join(f"DNS:{name}" for name in names), "serverAuth,clientAuth")
    for identity in (*SERVICES, "gateway", "marketplace"):
        copy(inside / f"{identity}.crt", identity, "tls.crt")
        copy(inside / f"{identity}.key", identity, "tls.key")
        copy(inside / "ca.crt", identity, "ca.crt")
    for name in ("edge.crt", "edge.key", "ca.crt"):
        copy(inside / name, "edge", f"services/{name}", EVERYBODY)
    for name in ("localhost.crt", "localhost.key"):
        copy(AUTHORITY / name, "edge", name, EVERYBODY)
    copy(AUTHORITY / "ca.crt", "operator", "ca.crt", EVERYBODY)
    for name in ("operator.crt", "operator.key", "ca.crt"):
        copy(inside / name, "marketctl", name)


def conninfo(database, role, password):
    return f"host=postgres-{database} port=5432 dbname={database} user={role} password={password}\n"


def migrator(database):
    """The volume of who migrates: nobody else has the owner's password."""
    return f"migrate-{database}"


def refuse_old():
    """Until there were two roles, a database belonged to its program."""
    if any((AUTHORITY / f"postgres_{database}_owner").exists() and not (AUTHORITY / f"postgres_{database}_program").exists()
           for database in TOPOLOGY.databases):
        raise Failure("these volumes were made by an earlier version, which this one can't take over: docker compose down --volumes")


def make_database_passwords():
    for database in TOPOLOGY.databases:
        passwords = {role: drawn(f"postgres_{database}_{role}") for role in ROLES}
        for role, password in passwords.items():
            put(f"postgres-{database}", f"{role}_password", password, EVERYBODY)
        put(migrator(database), "conninfo", conninfo(database, f"{database}_owner", passwords["owner"]))
        put(database, "conninfo", conninfo(database, database, passwords["program"]))
        put("auditor", f"{database}.conninfo", conninfo(database, "auditor", passwords["auditor"]))
        if database in SERVICES:
            put("marketplace", f"{database}.conninfo", conninfo(database, database, passwords["program"]))


def make_other_passwords():
    redis, provider = drawn("redis_password"), drawn("provider_key")
    template = (HERE / "redis" / "redis.conf").read_text()
    put("redis", "redis.conf", template.replace("@REDIS_PASSWORD@", redis), EVERYBODY)
    put("redis", "redis_password", redis, EVERYBODY)
    put("redis", "exporter.json", json.dumps({"redis://redis:6379": redis}), EVERYBODY)
    for volume in TOPOLOGY.users_of("root_key"):
        put(volume, "root_key", drawn("root_key"))
    for volume in TOPOLOGY.users_of("redis"):
        put(volume, "redis_password", redis)
    for volume in (*TOPOLOGY.users_of("provider"), "auditor"):
        put(volume, "provider_key", provider)
    put("sandbox", "sandbox.conf", f"sandbox.api_key = {provider}\npostgres.conninfo_file = {INSIDE}/conninfo\n")
    put("operator", "operator_password", drawn("operator_password"))
    # What marketctl reads, beside the programs and from outside of them.
    put("marketctl", "marketctl.conf", "peers.auth = auth:7000\npeers.user = user:7000\n" + "".join(
        f"tls.{key} = {INSIDE}/{name}\n" for key, name in (("certificate", "operator.crt"), ("key", "operator.key"), ("ca", "ca.crt"))))
    put("auth", "auth.conf", f"postgres.conninfo_file = {INSIDE}/conninfo\n")
    put("marketplace", "auth.conf", f"auth.postgres.conninfo_file = {INSIDE}/auth.conninfo\n")


def nginx_servers(name, address):
    """The servers of one upstream: a name, which may get other addresses while nginx runs. Twice, because it may have only one."""
    return "\n    ".join([f"zone {name} 64k;", 'include "/tmp/resolver.conf";'] + [f"server {address} resolve max_fails=0;"] * 2)


def nginx_conf(text, hosts):
    """A file of deploy/native for the names of the composition."""
    # Nobody refuses a connection where a container was: it is given up soon, and another one asked.
    values = {"EDGE": EDGE_PORT, "EDGE_STATUS": STATUS_PORT, "CONNECT_TIMEOUT": "250ms",
              "GATEWAY_SERVERS": nginx_servers("gateway", f"gateway:{HTTP_PORT}"),
              "PKI": INSIDE, "ETC": INSIDE, "SITE": f"{INSIDE}/site", "PICTURES": PICTURES, "TMP": "/tmp", "LOG": "/tmp", "DATA": "/tmp"}
    url = os.environ.get("MARKET_URL", f"https://localhost:{EDGE_PORT}")
    values |= nginx.placeholders({name: (name, nginx_servers(f"grpc_{name}", f"{name}:{GRPC_PORT}"))
                                  for name in (*SERVICES, "gateway")}, ["nginx", *hosts], url)
    return re.sub(r"@([A-Z_]+)@", lambda match: str(values[match[1]]), text)


def volumes(described=TOPOLOGY):
    return ["authority", "edge", "operator", "auditor", "marketctl", "redis", *described.programs,
            *(f"postgres-{database}" for database in described.databases), *map(migrator, described.databases)]


def prepare(hosts):
    refuse_old()
    make_certificates(hosts)
    AUTHORITY.chmod(0o700)
    make_database_passwords()
    make_other_passwords()
    native = ROOT / "deploy/native"
    for name in nginx.FILES:
        put("edge", name, nginx_conf((native / name).read_text(), hosts), EVERYBODY)
    site.write(SECRETS / "edge" / "site", SWAGGER_UI, WEB)
    print("prepare: passwords, certificates and configuration are in place")


def save(stream):
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        archive.add(AUTHORITY, arcname=".")


def save_pictures(stream):
    """All but what is being written; one may go meanwhile."""
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        for path in PICTURES.rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    archive.add(path, arcname=str(path.relative_to(PICTURES)))


def load(stream, directory=None):
    directory = directory or AUTHORITY
    if any(directory.iterdir()):
        raise Failure(f"there is something in {directory} already: `docker compose down -v` deletes a composition with its data")
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        archive.extractall(directory)


def main(arguments):
    shown = {"operator_password": OPERATOR_PASSWORD, "ca.crt": CA}
    if arguments[:1] == ["show"] and len(arguments) == 2 and arguments[1] in shown:
        print(shown[arguments[1]].read_text().rstrip("\n"))
    elif arguments == ["volumes"]:
        print("\n".join(volumes()))
    elif arguments == ["save"]:
        save(sys.stdout.buffer)
    elif arguments == ["load"]:
        load(sys.stdin.buffer)
    elif arguments == ["save_pictures"]:
        save_pictures(sys.stdout.buffer)
    elif arguments == ["load_pictures"]:
        load(sys.stdin.buffer, PICTURES)
    elif arguments[:1] == ["--hosts"] and len(arguments) == 2:
        prepare([host.strip() for host in arguments[1].split(",") if host.strip()])
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        sys.exit(f"prepare: {failure}")
