"""Images without an engine and without a registry: archives of one layer each, as `docker save` writes them, from directories.

The product's has what the Dockerfile's `runtime` has: programs of a release build, collected by the same script with the libraries of this
machine. The pages' has nginx of this machine in place of Debian 13's. Neither is what a registry would have: they hold what was built here.
"""

import hashlib
import io
import json
import pathlib
import shutil
import subprocess
import tarfile

from deploy.lib import site, topology
from deploy.lib.failure import Failure

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "release" / "bin"
PROGRAMS = ("gateway", *topology.read().services, "sandbox", "marketctl", "check_invariants")
ENVIRONMENT = ("PATH=/usr/bin", "MARKET_METRICS_LISTEN=0.0.0.0:9464", "RES_OPTIONS=timeout:1 attempts:3",
               "GLIBC_TUNABLES=glibc.malloc.tcache_count=256", "GNUTLS_NO_IMPLICIT_INIT=1")


def write(archive, names, root, entrypoint=(), user="", environment=("PATH=/usr/bin:/bin",)):
    """One image with these names (repository:tag) from what lies in `root`; everything belongs to root, as in a build."""
    layer = archive.with_suffix(".layer")

    def belongs_to_root(entry):
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = "root"
        return entry

    with tarfile.open(layer, "w") as tar:
        tar.add(root, arcname=".", filter=belongs_to_root)
    with open(layer, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "config": {"Entrypoint": list(entrypoint), "User": user, "Env": list(environment)}, "history": [{"created_by": "tests/cluster"}]}).encode()
    name = hashlib.sha256(config).hexdigest()
    manifest = json.dumps([{"Config": f"{name}.json", "RepoTags": list(names), "Layers": [f"{digest}/layer.tar"]}]).encode()
    with tarfile.open(archive, "w") as tar:
        for path, content in ((f"{name}.json", config), ("manifest.json", manifest)):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        tar.add(layer, arcname=f"{digest}/layer.tar")
    layer.unlink()
    return archive


def of_program(archive, name, program):
    """An image with nothing but a static program."""
    root = archive.with_suffix(".root")
    root.mkdir()
    shutil.copy(program, root / "program")
    return write(archive, [name], root, ["/program"])


def site_root(root):
    """nginx and the pages, as the Dockerfile's target `site` has them."""
    share = root / "usr/share/marketplace"
    share.mkdir(parents=True)
    made = subprocess.run(["/usr/bin/python3", ROOT / "deploy/lib/site.py", share], cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        raise Failure(f"the pages can't be made: {made.stderr.strip()[-300:]}")
    nginx = pathlib.Path("/usr/sbin/nginx")
    listed = subprocess.run(["ldd", nginx], capture_output=True, text=True, check=True).stdout
    libraries = [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]
    for file in (str(nginx), *libraries, "/etc/nginx/mime.types"):
        target = root / file.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    for folder in ("tmp", "var/log/nginx", "var/lib/nginx", "etc"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "etc/passwd").write_text("market:x:10001:10001:marketplace:/nonexistent:/usr/sbin/nologin\n")
    (root / "etc/group").write_text("market:x:10001:\n")
    return share


def product(work, tags):
    """The archives of the two images that the chart asks for, each with all of the tags."""
    missing = [name for name in PROGRAMS if not (BIN / name).exists()]
    if missing:
        raise Failure(f"not built: {' '.join(missing)} (./market build release)")
    if not site.SHELL.exists():
        raise Failure("the pages are not built (./market build release)")
    pages, root = work / "site.root", work / "product.root"
    share = site_root(pages)
    root.mkdir()
    done = subprocess.run(["nice", "-n", "19", "sh", ROOT / "deploy/compose/collect.sh", root, BIN, *PROGRAMS], cwd=ROOT, capture_output=True,
                          text=True)
    if done.returncode:
        raise Failure(f"the programs can't be collected: {(done.stderr or done.stdout).strip()[-500:]}")
    shutil.copytree(share / "site/shop", root / "usr/share/marketplace/site/shop")
    made = [write(work / "product.tar", [f"marketplace:{tag}" for tag in tags], root, user="10001:10001", environment=ENVIRONMENT),
            write(work / "site.tar", [f"marketplace-site:{tag}" for tag in tags], pages, user="10001:10001")]
    for folder in (root, pages):
        shutil.rmtree(folder)
    return made
