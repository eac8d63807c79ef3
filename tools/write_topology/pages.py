"""What Prometheus is told, and what people read."""

from places import inline, lines, region


def port(topology, one, what):
    distance = one.ports.get(what)
    return f"{topology.public + distance} (+{distance})" if distance else ""


def ports_of_programs(topology):
    yield "| process | gRPC over mutual TLS | HTTP | metrics |"
    yield "|---|---|---|---|"
    for one in topology.programs.values():
        yield f"| {one.name} | {port(topology, one, 'grpc')} | {port(topology, one, 'http')} | {port(topology, one, 'metrics')} |"


def ports_of_telemetry(topology):
    yield "| part | port |"
    yield "|---|---|"
    for name, distance in topology.telemetry.items():
        yield f"| {name.replace('_', ' ')} | {topology.public + distance} (+{distance}) |"


def programs(topology):
    yield "| program | does | calls | uses | databases | workers |"
    yield "|---|---|---|---|---|---|"
    for one in topology.programs.values():
        row = (one.calls, [use.replace("_", " ") for use in one.uses], one.databases, one.workers)
        yield f"| {one.name} | {one.does} | {' | '.join(', '.join(words) for words in row)} |"


def places(topology):
    jobs = list(topology.programs)
    observability = "deploy/observability/prometheus"
    yield inline(f"{observability}/prometheus.yml", "names", r"- names: \[(.*)\]", ", ".join(jobs))
    yield inline(f"{observability}/rules/alerts.yml", "programs whose restarts count",
                 r'changes\(process_start_time_seconds\{job=~"(.*?)"', "|".join(jobs))
    mailbox = [f"{topology.public + topology.mailbox.ports[what]} (+{topology.mailbox.ports[what]})" for what in ("smtp", "http")]
    yield inline("docs/ports.md", "mailbox", r"development mailbox takes mails at (.*) over HTTP\.\n", " and shows them at ".join(mailbox))
    yield region("docs/ports.md", "programs", lines(ports_of_programs(topology)))
    yield region("docs/ports.md", "telemetry", lines(ports_of_telemetry(topology)))
    yield region("docs/architecture.md", "programs", lines(programs(topology)))
    yield inline("README.md", "services", r"Its services \((.*?)\) stand", ", ".join(topology.services))
