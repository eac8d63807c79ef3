"""The containers of one composition, as podman tells of them and as /proc of this machine shows them.

    engine.py DIRECTORY      writes info.json there, and what it names: a composition as tests/system/market.py wants to know it
"""

import json
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from deploy.lib import topology  # noqa: E402

TOPOLOGY = topology.read()
SERVICES = tuple(TOPOLOGY.services)
STOP_LIMIT_S = 90


def podman(*arguments, check=True, text=True):
    return subprocess.run(["podman", *map(str, arguments)], capture_output=True, check=check, text=text).stdout


class Container:
    def __init__(self, project, facts):
        self.id = facts["Id"]
        self.service, _, number = facts["Name"].removeprefix(project + "_").rpartition("_")
        # As `./market info` calls replicas.
        self.name = self.service if number == "1" else f"{self.service}-{number}"
        self.facts = facts

    def again(self):
        return json.loads(podman("inspect", self.id))[0]

    @property
    def pid(self):
        return self.again()["State"]["Pid"]

    def is_healthy(self):
        state = self.again()["State"]
        if not state["Running"]:
            return False
        return not subprocess.run(["podman", "healthcheck", "run", self.id], capture_output=True).returncode

    @property
    def status(self):
        """Lines of /proc/PID/status by name."""
        lines = pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return {name: value.split() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def root(self):
        return pathlib.Path(f"/proc/{self.pid}/root")

    def addresses(self):
        """In all of its networks, as they are now."""
        return [network["IPAddress"] for network in self.again()["NetworkSettings"]["Networks"].values()]

    @property
    def metrics_url(self):
        # A process of ours listens in all networks, and this machine is the other end of each bridge.
        return f"http://{self.addresses()[0]}:9464/metrics"

    def stop(self):
        """SIGTERM, and SIGKILL at the limit; nobody starts it again."""
        podman("stop", "-t", STOP_LIMIT_S, self.id)

    def start(self):
        podman("start", self.id)

    def kill(self):
        """SIGKILL from outside, as a crash: `podman kill` would be an order to stay away. False when it does not run just now."""
        pid = self.pid
        if pid:
            os.kill(pid, signal.SIGKILL)
        return bool(pid)

    def can_connect(self, address, port):
        """From inside its network namespace; our image has no program for it."""
        code = f"import socket; socket.create_connection(({address!r}, {port}), 2)"
        return not subprocess.run(["nsenter", "-t", str(self.pid), "-n", "/usr/bin/python3", "-c", code],
                                  capture_output=True).returncode

    def logs(self):
        done = subprocess.run(["podman", "logs", self.id], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout


def containers(project):
    ids = podman("ps", "-aq", "--filter", f"label=com.docker.compose.project={project}").split()
    found = [Container(project, facts) for facts in json.loads(podman("inspect", *ids))] if ids else []
    return {container.name: container for container in found if "_run_" not in container.facts["Name"]}


def volume(project, name):
    return pathlib.Path(podman("volume", "inspect", "-f", "{{.Mountpoint}}", f"{project}_{name}").strip())


def compose(*arguments):
    """docker-compose in the environment of run.sh; what it printed."""
    done = subprocess.run(["docker-compose", *arguments], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def write_info(directory):
    """What tests/system/market.py asks for: in place of the launcher's files, those of the volumes."""
    project, shape, url = os.environ["MARKET_COMPOSED"], os.environ["MARKET_SHAPE"], os.environ["MARKET_URL"]
    found = containers(project)
    ours = [one for one in found.values() if one.service in TOPOLOGY.programs]
    owner = {service: "marketplace" if shape == "single" else service for service in SERVICES}
    for name in ("ca.crt", "operator_password"):
        (directory / name).write_text(compose("run", "--rm", "prepare", "show", name))
    facts = {
        "url": url, "caFile": str(directory / "ca.crt"), "grpc": url.removeprefix("https://"), "shape": shape,
        "operator": {"email": "operator@marketplace.test", "passwordFile": str(directory / "operator_password")},
        "replicas": sum(one.service == owner["order"] for one in ours), "telemetry": {},
        "metrics": {one.name: one.metrics_url for one in ours},
        "services": {service: f"{found[name].addresses()[0]}:7000" for service, name in owner.items()},
        "rootKey": str(volume(project, "authority") / "root_key"),
        "edgePki": str(volume(project, "edge") / "services"),
        "checker": ["docker-compose", "run", "--rm", "checker", "check_invariants"],
        "marketctl": ["docker-compose", "run", "--rm", "marketctl"],
        "psql": ["podman", "exec", "-i", f"{project}_postgres-{{database}}_1", "psql"],
    }
    (directory / "info.json").write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    write_info(pathlib.Path(sys.argv[1]))
