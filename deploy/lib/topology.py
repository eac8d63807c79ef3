"""deploy/topology.yaml, read and checked: who exists, what each program serves, whom it calls, what it needs.

    python3 -m deploy.lib.topology services           the names, in order
    python3 -m deploy.lib.topology programs           those of all programs of ours
    python3 -m deploy.lib.topology distance AUTH_GRPC
"""

import dataclasses
import pathlib
import sys

try:
    import yaml
except ImportError:
    sys.exit("market: python3-yaml is not installed: run ./market setup")

from .failure import Failure

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = "deploy/topology.yaml"
RESOURCES = ("root_key", "redis", "pictures", "provider", "mail")
KEYS = {"does", "ports", "calls", "uses", "workers", "memory"}
TOP = ("services", "gateway", "marketplace", "sandbox", "mailbox", "edge", "watchdog", "telemetry", "block")


@dataclasses.dataclass(frozen=True)
class Program:
    """One program of ours; the name is also that of its certificate, which is its identity between programs."""

    name: str
    does: str
    ports: dict                 # grpc, http, metrics -> distance from the public port
    calls: tuple = ()
    uses: tuple = ()
    workers: tuple = ()
    databases: tuple = ()
    memory: str = "512M"

    @property
    def conninfo_keys(self):
        """{database: the setting that says where it is}; who has several prefixes each."""
        own = self.databases == (self.name,)
        return {name: "postgres.conninfo" if own else f"{name}.postgres.conninfo" for name in self.databases}


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice: a lost line must not melt two entries into one."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise Failure(f"{FILE}:{node.start_mark.line + 1}: '{key}' stands twice")
        return super().construct_mapping(node, deep)


class Topology:
    """Fails with the entry that is wrong."""

    def __init__(self, text):
        try:
            loaded = yaml.load(text, _Loader)
        except yaml.YAMLError as error:
            raise Failure(f"{FILE}: {error}") from None
        self._same("the file", set(loaded), set(TOP))
        names = tuple(loaded["services"])
        self.services = {name: self._service(name, entry) for name, entry in loaded["services"].items()}
        every = tuple(use for use in RESOURCES if any(use in one.uses for one in self.services.values()))
        self.gateway = self._program("gateway", loaded["gateway"], calls=names)
        self.marketplace = self._program("marketplace", loaded["marketplace"], uses=every, databases=names)
        self.sandbox = self._program("sandbox", loaded["sandbox"], databases=("sandbox",))
        self.mailbox = self._program("mailbox", loaded["mailbox"])
        self.edge = self._program("edge", loaded["edge"])
        self.watchdog = self._program("watchdog", loaded["watchdog"])
        block = loaded["block"]
        self._same("block", set(block), {"host", "public", "size"})
        self.host, self.public, self.size = block["host"], block["public"], block["size"]
        self.telemetry = loaded["telemetry"]
        self._check()

    @staticmethod
    def _same(where, found, wanted):
        if found != wanted:
            raise Failure(f"{FILE}: {where}: missing {sorted(wanted - found)}, unknown {sorted(found - wanted)}")

    def _program(self, name, entry, **derived):
        missing, unknown = {"does", "ports"} - set(entry), set(entry) - KEYS
        if missing or unknown:
            raise Failure(f"{FILE}: {name}: missing {sorted(missing)}, unknown {sorted(unknown)}")
        lists = {key: tuple(entry[key]) for key in ("calls", "uses", "workers") if key in entry}
        rest = {key: entry[key] for key in ("does", "ports", "memory") if key in entry}
        return Program(name, **rest, **{**lists, **derived})

    def _service(self, name, entry):
        missing = {"calls", "workers"} - set(entry)
        if missing:
            raise Failure(f"{FILE}: {name}: missing {sorted(missing)}")
        return self._program(name, entry, databases=(name,))

    def _check(self):
        for one in self.services.values():
            self._same(f"{one.name}.ports", set(one.ports), {"grpc", "metrics"})
            for peer in one.calls:
                if peer not in self.services or peer == one.name:
                    raise Failure(f"{FILE}: {one.name} calls {peer}, which is no other service")
            for use in one.uses:
                if use not in RESOURCES:
                    raise Failure(f"{FILE}: {one.name} uses {use}; there are {' '.join(RESOURCES)}")
        self._same("mailbox.ports", set(self.mailbox.ports), {"smtp", "http"})
        taken = {}
        for name, distance in self.distances().items():
            if not 0 < distance < self.size:
                raise Failure(f"{FILE}: {name} is {distance}, outside of the block of {self.size}")
            if distance in taken:
                raise Failure(f"{FILE}: {name} and {taken[distance]} have one port")
            taken[distance] = name

    @property
    def programs(self):
        """All of ours, those in front first."""
        return {one.name: one for one in (self.gateway, *self.services.values(), self.marketplace, self.sandbox)}

    @property
    def databases(self):
        return (*self.services, "sandbox")

    @property
    def identities(self):
        """Who presents a certificate inside; `operator` is marketctl (EdgeOptions::operators)."""
        return (*self.services, "gateway", "marketplace", "edge", "operator")

    def users_of(self, resource):
        return tuple(one.name for one in self.programs.values() if resource in one.uses)

    def distances(self):
        """{AUTH_GRPC: 2, …}: every port of a native stack but the public one."""
        ours = {f"{one.name}_{what}": distance
                for one in (*self.programs.values(), self.mailbox, self.edge, self.watchdog) for what, distance in one.ports.items()}
        return {name.upper(): distance for name, distance in {**ours, **self.telemetry}.items()}


def read(root=ROOT):
    return Topology((pathlib.Path(root) / FILE).read_text())


def main(arguments):
    topology = read()
    if arguments == ["services"]:
        print(*topology.services)
    elif arguments == ["programs"]:
        print(*topology.programs)
    elif arguments[:1] == ["distance"] and len(arguments) == 2:
        print(topology.distances()[arguments[1]])
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
