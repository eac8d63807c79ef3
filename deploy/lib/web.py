"""The pages that people see in a browser: web/, built into build/web. `./market build` and `up` do it; images and packages take what is there.

    web.py build          nothing where the sources are those of the last time: build/web/stamp is a hash over them
    web.py check | fmt    what `./market lint` and `./market fmt` do there
    web.py test           the tests beside the components

Packages come from npm once, as package-lock.json pins them, into a cache outside the checkout (fetched.py); none of their scripts run. After
that nothing is asked of anybody. Where they can't be had, the marketplace has no pages, which is said, and is no failure.
"""

import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from deploy.lib import fetched  # noqa: E402
from deploy.lib.failure import Failure  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
OPENAPI = ROOT / "docs" / "openapi.yaml"
OUT = ROOT / "build" / "web"
# Made in the tree of the sources, where the compiler looks for them.
MADE = ("node_modules", "dist", "src/api/schema.d.ts")
# Each has an HTML entry of its own in web/, and in vite.config.ts what it is made of.
SURFACES = ("shop", "seller", "operator")
COMPRESSED = (".js", ".css", ".html", ".svg")


def can_build(version):
    """What vite 8 wants: 20.19 of 20, or 22.12 and later."""
    found = re.match(r"v(\d+)\.(\d+)", version)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def node():
    """This machine's, or, where that is too old (Debian 12 has 18), npm's own package of one."""
    ours = shutil.which("node")
    if ours:
        done = subprocess.run([ours, "--version"], capture_output=True, text=True)
        if can_build(done.stdout):
            return ours
    place = fetched.node_modules(WEB / "node")
    found = next(iter(sorted(place.glob("node-linux-*/bin/node"))), None)
    if not found:
        raise Failure("npm has no node for this machine: install one that is 20.19 or newer")
    found.chmod(0o755)
    return str(found)


def sources():
    """Every file that a build reads, in an order that is the same everywhere."""
    made = {WEB / name for name in MADE}
    found = [path for path in WEB.rglob("*") if path.is_file() and not made.intersection((path, *path.parents))]
    return sorted([*found, OPENAPI, pathlib.Path(__file__).resolve(), ROOT / "deploy/native/nginx_shop.conf"])


def stamp():
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(ROOT)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


class Tools:
    """The packages, the node that runs them, and the sources that they work on."""

    def __init__(self, sources=WEB):
        self.sources = sources
        place, link = fetched.node_modules(sources), sources / "node_modules"
        if not link.is_symlink() or link.resolve() != place.resolve():
            if link.is_dir() and not link.is_symlink():
                shutil.rmtree(link)
            link.unlink(missing_ok=True)
            link.symlink_to(place)
        self.node = node()
        self.modules = place

    def run(self, package, *words, quiet=True):
        """A program of a package. What it says is shown when it fails, or always."""
        command = [self.node, self.modules / package, *words]
        # Programs that ask for `node` get the same one.
        env = {**os.environ, "PATH": f"{pathlib.Path(self.node).parent}:{os.environ['PATH']}", "NO_COLOR": "1", "CI": "1"}
        done = subprocess.run(list(map(str, command)), cwd=self.sources, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT if quiet else None, text=True)
        if done.returncode:
            print(done.stdout or "", file=sys.stderr, end="")
            raise SystemExit(f"web: {package.split('/')[0]} failed")

    def types(self):
        self.run("openapi-typescript/bin/cli.js", OPENAPI, "-o", "src/api/schema.d.ts")

    def bundle(self, out):
        shutil.rmtree(out, ignore_errors=True)
        for surface in SURFACES:
            # The mode says which surface, and nothing else.
            self.run("vite/bin/vite.js", "build", "--mode", surface, "--outDir", out, "--no-emptyOutDir", "--logLevel", "warn")
        compress(out)
        (out / "shop/licences.txt").write_text(self.licences())

    def licences(self):
        """The words that go with what others have written: of the packages that get into a page, and of its letters."""
        locked = json.loads((self.sources / "package-lock.json").read_text())["packages"]
        names = sorted(place for place, one in locked.items() if place and (not one.get("dev") or "@fontsource" in place))
        said = []
        for place in names:
            folder = self.modules / place.removeprefix("node_modules/")
            # wouter-preact and others keep to SPDX alone.
            text = next((file.read_text() for file in sorted(folder.iterdir()) if file.name.lower().startswith("licen")), "")
            said.append(f"{place.removeprefix('node_modules/')} {locked[place]['version']}, {locked[place].get('license', '')}\n\n{text.strip()}\n")
        return "\n----\n\n".join(said)


def compress(folder):
    """Beside each file its gzip, which nginx sends as it is. The same bytes each time: no name, no date."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in COMPRESSED:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def build():
    now = stamp()
    last = OUT / "stamp"
    if last.exists() and last.read_text() == now:
        return
    try:
        tools = Tools()
    except Failure as why:
        # What was built of other sources would not fit the services.
        shutil.rmtree(OUT, ignore_errors=True)
        print(f"web: the marketplace has no pages: {why}", file=sys.stderr)
        return
    print("web: building the pages", flush=True)
    tools.types()
    tools.run("typescript/bin/tsc", "--noEmit")
    fresh = OUT.with_name("web.new")
    tools.bundle(fresh)
    (fresh / "stamp").write_text(now)
    shutil.rmtree(OUT, ignore_errors=True)
    fresh.rename(OUT)


def check():
    """The style of the sources is biome's; that they fit together, the compiler's, which a build asks."""
    try:
        tools = Tools()
    except Failure as why:
        print(f"web: not checked: {why}", file=sys.stderr)
        return
    tools.run("@biomejs/biome/bin/biome", "check", ".", quiet=False)
    build()


def test():
    tools = Tools()
    tools.run("vitest/vitest.mjs", "run", quiet=False)


def fmt():
    Tools().run("@biomejs/biome/bin/biome", "check", "--write", ".", quiet=False)


ACTS = {"build": build, "check": check, "fmt": fmt, "test": test}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ACTS:
        sys.exit(__doc__)
    try:
        ACTS[sys.argv[1]]()
    except Failure as failure:
        sys.exit(f"web: {failure}")
