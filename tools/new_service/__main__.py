#!/usr/bin/python3
"""Makes a service: `/usr/bin/python3 tools/new_service NAME [PLURAL]`, NAME one lower-case word as `review`, PLURAL `reviews`.

Writes every room of one (templates), its entry in deploy/topology.yaml and all that follows from it, and puts it into the programs
that hold all services. It builds, its tests pass, and `./market up` runs it in both shapes; what it does is there to be replaced.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TEMPLATES = HERE / "templates"
sys.path.insert(0, str(ROOT))

from deploy.lib import topology  # noqa: E402
from deploy.lib.failure import Failure  # noqa: E402

PYTHON = "/usr/bin/python3"


class Tree:
    """The checkout with one service more. Every edit has one place, and fails when that is not there."""

    def __init__(self, name, plural):
        self.name, self.words = name, {"name": name, "Name": name.capitalize(), "names": plural, "Names": plural.capitalize()}
        self.before = topology.read()
        self.last = list(self.before.services)[-1]
        self.sources = []

    def fill(self, text):
        return re.sub(r"@(name|Name|names|Names)@", lambda match: self.words[match[1]], text)

    def write(self, file, text):
        path = ROOT / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if path.suffix in (".cpp", ".hpp"):
            self.sources.append(file)

    def add(self, file, pattern, text):
        """Puts the text behind the one match of the pattern; the last service's name stands for @last@ and @Last@."""
        content = (ROOT / file).read_text()
        pattern = pattern.replace("@last@", self.last).replace("@Last@", self.last.capitalize())
        found = list(re.finditer(pattern, content, re.MULTILINE))
        if len(found) != 1:
            raise Failure(f"{file}: {len(found)} places like {pattern}, and there should be one")
        self.write(file, content[:found[0].end()] + self.fill(text) + content[found[0].end():])


def free_ports(tree):
    taken = set(tree.before.distances().values())
    free = [distance for distance in range(1, tree.before.size) if distance not in taken]
    if len(free) < 2:
        raise Failure(f"{topology.FILE}: the block of {tree.before.size} ports is full; make `size` larger")
    return free[0], free[1]


def make_rooms(tree):
    for template in sorted(TEMPLATES.rglob("*.in")):
        file = tree.fill(str(template.relative_to(TEMPLATES)).removesuffix(".in"))
        tree.write(file, tree.fill(template.read_text()))


def enter(tree):
    """Into the topology, and into what is written by hand."""
    grpc, metrics = free_ports(tree)
    tree.add(topology.FILE, r"^  @last@:\n(?:    .*\n)+",
             f"  @name@:\n    does: @names@\n    ports: {{grpc: {grpc}, metrics: {metrics}}}\n    calls: [auth]\n    workers: [sweep]\n")

    gateway = "gateway/main.cpp"
    tree.add(gateway, r'^#include "marketplace/@last@/v1/@last@\.market\.hpp"\n', '#include "marketplace/@name@/v1/@name@.market.hpp"\n')
    tree.add(gateway, r'"@last@"(?=\s*\})', ', "@name@"')
    tree.add(gateway, r"&api::@Last@Methods\(\)", ", &api::@Name@Methods()")

    single = "apps/single/main.cpp"
    tree.add(single, r'^#include "services/@last@/service\.hpp"\n', '#include "services/@name@/service.hpp"\n')
    tree.add(single, r'"@last@"(?=\s*\})', ', "@name@"')
    tree.add(single, r"^  const @last@::Settings .*\n", "  const @name@::Settings @name@_settings(host.Config());\n")
    tree.add(single, r"^  @last@::Service @last@\([^;]*;\n", "  @name@::Service @name@(host, @name@_settings);\n")
    tree.add(single, r"^  host\.Add\(@last@\);\n", "  host.Add(@name@);\n")

    migrations = "tools/marketctl/migrations.cpp"
    tree.add(migrations, r'^#include "services/@last@/migrations\.hpp"\n', '#include "services/@name@/migrations.hpp"\n')
    tree.add(migrations, r'DatabaseMigrations\{"@last@", @last@::kMigrations\}',
             ', DatabaseMigrations{"@name@", @name@::kMigrations}')
    tree.add("tools/check_invariants/main.cpp", r'"@last@"(?=\s*\};)', ', "@name@"')

    chart = "deploy/helm/marketplace"
    tree.add(f"{chart}/values.yaml", r"^  @last@:\n(?:    .*\n){5}", """\
  @name@:
    replicas: 2
    terminationGracePeriodSeconds: 75
    resources: {requests: {cpu: 100m, memory: 48Mi}, limits: {cpu: "2", memory: 256Mi}}
    config: {}
    podAnnotations: {}
""")
    tree.add(f"{chart}/ci/development-values.yaml", r"^  @last@: \{replicas: 1\b.*\n", "  @name@: {replicas: 1}\n")
    tree.add("docs/metrics.md", r"(?:^\| `.*\n)+", "| `@name@_closed_total` | counter | | @names@ that were closed | @name@ |\n")


def run(*command):
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(map(str, command[:2]))}:\n{done.stdout}{done.stderr}".rstrip())


def check(name, plural, existing):
    if not re.fullmatch(r"[a-z]{3,16}", name) or not re.fullmatch(r"[a-z]{3,20}", plural):
        raise Failure(f"'{name}', '{plural}': a name is one word of 3 to 16 lower-case letters")
    for taken in (f"services/{name}", f"platform/{name}", f"proto/marketplace/{name}", name):
        if (ROOT / taken).exists():
            raise Failure(f"'{name}' is taken: {taken} exists")
    if name in existing:
        raise Failure(f"'{name}' is taken: {topology.FILE}")


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    name, plural = arguments[0], arguments[-1] if len(arguments) == 2 else arguments[0] + "s"
    try:
        tree = Tree(name, plural)
        check(name, plural, tree.before.programs)
        make_rooms(tree)
        enter(tree)
        run("clang-format-19", "-i", *dict.fromkeys(tree.sources))
        run(PYTHON, ROOT / "tools/write_topology")
    except Failure as failure:
        print(f"new_service: {failure}", file=sys.stderr)
        return 1
    print(f"new_service: {name} is made. Next: ./market docs (builds, and writes what programs and contracts say), ./market test")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
