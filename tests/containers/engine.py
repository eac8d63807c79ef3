"""The containers of one composition, as podman tells of them and as /proc of this machine shows them."""

import json
import os
import pathlib
import subprocess


def podman(*arguments, check=True, text=True):
    return subprocess.run(["podman", *map(str, arguments)], capture_output=True, check=check, text=text).stdout


class Container:
    def __init__(self, project, facts):
        self.id = facts["Id"]
        self.name = facts["Name"].removeprefix(project + "_").rpartition("_")[0]
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
        return [network["IPAddress"] for network in self.facts["NetworkSettings"]["Networks"].values()]

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
