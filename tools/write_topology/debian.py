"""Units and configuration of the Debian packages. A unit is called by its program, that of the single process by `single`."""

import textwrap

from places import head, inline, lines, whole

DIRECTORY = "deploy/debian"
README = f"{DIRECTORY}/README.md"
FILES_OF = {"root_key": "root_key"}
# What a program gets only if there is one.
OPTIONAL = {"provider": "; with a key of the provider provider_key", "mail": "; with a password of the mail server smtp_password", "redis": "; with a password of Redis redis_password"}
# The state directory of a unit whose program keeps pictures, for nginx to serve.
PICTURES = """\
# What people have uploaded, for nginx to serve.
StateDirectory=marketplace/pictures
StateDirectoryMode=0755
"""
PICTURES_AT = "/var/lib/marketplace/pictures"
WIDTH = 120


def credential(name, file):
    return f"/run/credentials/marketplace-{name}.service/secret_{file}"


def unit_name(program):
    return f"marketplace-{program}.service"


def migration(databases):
    """What brings them to the newest schema before a program starts."""
    names = [f"migrate@{database}" for database in databases]
    return unit_lines("Wants", names) + unit_lines("After", names)


def unit(one):
    return f"""\
[Unit]
Description=Marketplace: {one.does}
Documentation=file:///usr/share/doc/marketplace/README.md
{migration(one.databases)}
[Service]
ExecStart=/usr/lib/marketplace/bin/{one.name} --config /etc/marketplace/{one.name}.conf
MemoryMax={one.memory}
{PICTURES if "pictures" in one.uses else ""}
[Install]
WantedBy=marketplace.target
"""


def unit_lines(key, programs):
    """A list of units, in several lines when it is long."""
    words = textwrap.wrap(" ".join(map(unit_name, programs)), WIDTH - len(key) - 1, break_on_hyphens=False)
    return lines(f"{key}={line}" for line in words)


def tls(name):
    return [f"tls.{key} = {credential(name, file)}"
            for key, file in (("certificate", "tls.crt"), ("key", "tls.key"), ("ca", "ca.crt"))]


def config(one, topology):
    """The lines of a service's configuration that follow from the topology; what people may set comes below."""
    needed = ["tls.crt", "tls.key", "ca.crt", "conninfo", *(FILES_OF[use] for use in one.uses if use in FILES_OF)]
    optional = "".join(OPTIONAL[use] for use in one.uses if use in OPTIONAL)
    own = [f"auth.root_key_file = {credential(one.name, 'root_key')}"] if "root_key" in one.uses else []
    own += [f"{one.name}.pictures_directory = {PICTURES_AT}"] if "pictures" in one.uses else []
    return lines([
        f"# {unit_name(one.name)}. All properties: /usr/lib/marketplace/bin/{one.name} --help",
        f"# Needs in /etc/marketplace/secrets/{one.name}: {', '.join(needed)}{optional}",
        f"grpc.listen = {topology.host}:{topology.public + one.ports['grpc']}",
        f"metrics.listen = {topology.host}:{topology.public + one.ports['metrics']}",
        *tls(one.name), f"postgres.conninfo_file = {credential(one.name, 'conninfo')}", *own])


def places(topology):
    names = list(topology.services)
    for one in topology.services.values():
        yield whole(f"{DIRECTORY}/units/{unit_name(one.name)}", unit(one))
        yield head(f"{DIRECTORY}/config/{one.name}.conf", config(one, topology))
    yield inline(f"{DIRECTORY}/units/{unit_name('gateway')}", "services", r"((?:After=.*\n)+)", unit_lines("After", names))
    single = f"{DIRECTORY}/units/{unit_name('single')}"
    yield inline(single, "programs it replaces", r"((?:Conflicts=.*\n)+)", unit_lines("Conflicts", [*names, "gateway"]))
    yield inline(single, "databases it uses", r"((?:Wants=.*\n)+(?:After=marketplace-migrate.*\n)+)", migration(names))
    yield inline(single, "programs it comes after", r"the other\.\n(?:Conflicts=.*\n)+((?:After=.*\n)+)", unit_lines("After", [*names, "gateway"]))
    single = f"{DIRECTORY}/config/single.conf"
    files = ", ".join(f"{name}.conninfo" for name in names)
    yield inline(single, "passwords it needs", r"(?m)^# A password for each database: (.*)$", files)
    yield inline(single, "databases", r"((?:\w+\.postgres\.conninfo_file = .*\n)+)", lines(
        f"{name}.postgres.conninfo_file = {credential('single', f'{name}.conninfo')}" for name in names))
    keepers = [name for name in names if name in topology.users_of("pictures")]
    yield inline(single, "pictures", r"((?:\w+\.pictures_directory = .*\n)+)", lines(f"{name}.pictures_directory = {PICTURES_AT}" for name in keepers))
    yield inline(f"{DIRECTORY}/config/common.env", "peers", r"((?:MARKET_PEERS_\w+=.*\n)+)", lines(
        f"MARKET_PEERS_{one.name.upper()}={topology.host}:{topology.public + one.ports['grpc']}"
        for one in topology.services.values()))
    words = " ".join(names)
    yield inline(README, "certificates", r"\nfor name in (.*) gateway operator; do\n  openssl req", words)
    yield inline(README, "databases", r"\nfor name in (.*); do\n  owner=", words)
    yield inline(README, "units", r"systemctl enable marketplace\.target (.*) marketplace-gateway\n",
                 " ".join(f"marketplace-{name}" for name in names))
