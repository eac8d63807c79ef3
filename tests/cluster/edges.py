"""Who may connect to whom in a cluster, as deploy/topology.yaml has it, and who can."""

import dataclasses
import json
import subprocess

import backends as behind
import node as nodes
from release import OUTSIDERS

GRPC, HTTP, PROVIDER, METRICS = 9090, 8080, 8081, 9464
TOPOLOGY = behind.TOPOLOGY
# In the shape `services`.
PROGRAMS = {name: one for name, one in TOPOLOGY.programs.items() if name != "marketplace"}
PORTS = {"grpc": GRPC, "http": HTTP, "metrics": METRICS}
CONNECT_LIMIT_S = 4

# Runs in the network of a pod: which of these [address, port] can be connected to.
TRY = """
import concurrent.futures, json, socket, sys
def can(target):
    try:
        socket.create_connection(target, %d).close()
        return True
    except OSError:
        return False
with concurrent.futures.ThreadPoolExecutor(100) as pool:
    print(json.dumps(list(pool.map(can, map(tuple, json.load(sys.stdin))))))
""" % CONNECT_LIMIT_S


@dataclasses.dataclass(frozen=True)
class Target:
    """Something that listens. `what`: grpc, http, metrics, provider, database, or the name of what is there once."""

    owner: str
    what: str
    address: str
    port: int


def ports_of(program):
    """{what: port} of a pod of the program."""
    if program == "site":
        return {"http": HTTP}
    found = {what: PORTS[what] for what in PROGRAMS[program].ports}
    if program == "sandbox":
        del found["http"]
        found["provider"] = PROVIDER
    return found


def targets(pods):
    """All that listens in the cluster, of every pod of the release and of what is none."""
    found = [Target(pod.component, what, pod.address, port) for pod in pods for what, port in ports_of(pod.component).items()]
    found += [Target(name, "database", address, 5432) for name, address in behind.DATABASES.items()]
    return found + [Target("node", "redis", behind.REDIS, 6379), Target("node", "mail", behind.MAIL, 1025),
                    Target("node", "dns", nodes.DNS, 53), Target("node", "metadata", behind.METADATA, 80),
                    Target("node", "api", "10.96.0.1", 443), Target("node", "api", nodes.ADDRESS, 6443)]


def allowed(source, target):
    """Whether the picture has that edge; `source` is a program, site, or one of OUTSIDERS."""
    if target.what == "http":
        return source == "door"
    if target.what == "metrics":
        return source == "scraper"
    if source not in PROGRAMS:
        return False
    program = PROGRAMS[source]
    return {"grpc": target.owner in program.calls, "provider": "provider" in program.uses, "database": target.owner in program.databases,
            "redis": "redis" in program.uses, "mail": "mail" in program.uses, "dns": True}.get(target.what, False)


def asked_of(source, pod, every):
    """The targets that say something about that source: not itself; of outsiders, whom no policy of ours holds back, only those in pods of ours."""
    return [one for one in every if one.address != pod.address and (source not in OUTSIDERS or one.owner != "node" and one.what != "database")]


def reached(pid, asked):
    """The targets among these that a process in the network of `pid` can connect to; None: in the network that we are in."""
    place = ["nsenter", "-t", str(pid), "-n"] if pid else []
    done = subprocess.run([*place, "/usr/bin/python3", "-c", TRY], input=json.dumps([[one.address, one.port] for one in asked]), capture_output=True, text=True, check=True)
    return {one for one, can in zip(asked, json.loads(done.stdout)) if can}
