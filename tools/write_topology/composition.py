"""compose.yaml, what lies over it, and the image."""

import textwrap

from deploy.compose.prepare import migrator, volumes

from places import inline, lines, region

FILE = "compose.yaml"
OBSERVED = "deploy/compose/observability.yaml"
# Beside ours, what the image has.
TOOLS = ("marketctl", "check_invariants")
NETWORK_OF = {"redis": "cache", "provider": "provider", "mail": "mail"}
WAITED_FOR = {"redis": "redis", "provider": "sandbox", "mail": "mailbox"}
# For whoever sends mails; natively they are in deploy/native/config/mail.conf.
MAIL = {"SMTP_HOST": "mailbox", "SMTP_PORT": '"1025"', "SMTP_SECURITY": "none", "MAIL_FROM": "no-reply@marketplace.test",
        "PUBLIC_URL": "${MARKET_URL:-https://localhost:8443}"}


def part(name, *body):
    return lines([f"{name}:", *(f"  {line}" for line in body)])


def depends(conditions):
    return ["depends_on:", *(f"  {name}: {{condition: service_{condition}}}" for name, condition in conditions.items())]


def server(database):
    return part(
        f"postgres-{database}", "<<: *postgres",
        f"environment: {{MARKET_DATABASE: {database}, POSTGRES_PASSWORD_FILE: /run/market/superuser_password}}",
        f"networks: [db-{database}]",
        f'volumes: ["data-{database}:/var/lib/postgresql/data", "postgres-{database}:/run/market:ro",',
        '          "./deploy/compose/postgres:/etc/market:ro",',
        '          "./deploy/compose/postgres/roles.sql:/docker-entrypoint-initdb.d/roles.sql:ro"]')


def migration(database):
    """Of both shapes: nobody but this job has the owner's password."""
    return part(
        f"migrate-{database}", "<<: *migrate", "profiles: [services, single]",
        f'command: ["marketctl", "migrate", "--database", "{database}", "--limit", "1h"]',
        *depends({f"postgres-{database}": "healthy"}), f"networks: [db-{database}]",
        f'volumes: ["{migrator(database)}:/run/market:ro"]')


def program(one, topology):
    """A service, or the single process with the names of all services."""
    single = one is topology.marketplace
    conditions = {f"postgres-{database}": "healthy" for database in one.databases}
    conditions |= {f"migrate-{database}": "completed_successfully" for database in one.databases}
    conditions |= {WAITED_FOR[use]: "healthy" for use in one.uses if use in WAITED_FOR}
    others = [*(f"db-{database}" for database in one.databases), *(NETWORK_OF[use] for use in one.uses if use in NETWORK_OF)]
    body = ["<<: *program", f"profiles: [{'single' if single else 'services'}]", f'command: ["{one.name}"]',
            *depends(conditions)]
    if single:
        body += ["environment: {<<: [*properties, *conninfos]}", "networks:",
                 f"  inside: {{aliases: [gateway, {', '.join(topology.services)}]}}", *(f"  {name}: {{}}" for name in others)]
    else:
        body += ["environment: *properties", f"networks: [{', '.join(['inside', *others])}]"]
    kept = ', "pictures:/pictures"' if "pictures" in one.uses else ""
    body.append(f'volumes: ["{one.name}:/run/market:ro"{kept}]')
    # A large picture takes 200 MB while it is decoded; product and user each decode one.
    if single or "pictures" in one.uses:
        body.append(f"mem_limit: {'1g' if single else '512m'}")
    if single:
        body.append("cpus: 2.0")
    return part(one.name, *body)


def gateway(topology):
    conditions = {"prepare": "completed_successfully", **{name: "healthy" for name in topology.services}}
    return part("gateway", "<<: *program", "profiles: [services]", 'command: ["gateway"]', *depends(conditions),
                "environment: *properties", "networks: [inside]", 'volumes: ["gateway:/run/market:ro"]')


def blocks(texts):
    return textwrap.indent("\n".join(texts), "  ")


def places(topology):
    services = topology.services
    secrets = "/run/market"
    yield region(FILE, "peers", lines(f"  MARKET_PEERS_{name.upper()}: {name}:7000" for name in services))
    mail = MAIL if topology.users_of("mail") else {}
    yield region(FILE, "mail", lines(f"  MARKET_NOTIFICATION_{key}: {value}" for key, value in mail.items()))
    yield region(FILE, "conninfos", lines(
        f"  MARKET_{name.upper()}_POSTGRES_CONNINFO_FILE: {secrets}/{name}.conninfo" for name in services))
    yield region(FILE, "secrets", lines(f"      - {name}:/secrets/{name}" for name in volumes(topology)))
    yield region(FILE, "databases", blocks(server(database) for database in topology.databases))
    yield region(FILE, "migrations", blocks(migration(database) for database in topology.databases))
    ours = [*(program(one, topology) for one in services.values()), gateway(topology), program(topology.marketplace, topology)]
    yield region(FILE, "programs", blocks(ours))
    databases = ", ".join(f"db-{name}" for name in services)
    yield inline(FILE, "networks of the checker", r"(?s)\n  checker:\n.*?\n    networks: \[(.*?), provider\]", databases)
    yield region(FILE, "networks", lines(f"  db-{name}: {{internal: true}}" for name in topology.databases))
    data = [f"data-{name}" for name in topology.databases]
    yield region(FILE, "volumes", lines(f"  {name}: {{}}" for name in (*volumes(topology), *data)))
    yield region(OBSERVED, "programs", lines(f"  {name}: *observed" for name in topology.programs))
    yield inline("Dockerfile", "programs", r'(?m)^ARG PROGRAMS="(.*)"$', " ".join((*topology.programs, *TOOLS)))
