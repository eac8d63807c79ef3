"""The programs a cluster is made of that Debian has no package of: built from their Go modules once, at the lowest priority, and kept
outside the checkout by version. Kubernetes takes about 20 minutes of a core, never inside a test that somebody waits for more than once."""

import pathlib
import shutil
import subprocess

from deploy.lib import fetched
from deploy.lib.failure import Failure

HERE = pathlib.Path(__file__).resolve().parent
MODULES = HERE / "parts"
BUILD_LIMIT_S = 5400
KUBERNETES = "v1.34.4"
VERSION = "k8s.io/component-base/version"
STAMPS = {"hyperkube": f"-X {VERSION}.gitVersion={KUBERNETES} -X {VERSION}.gitMajor=1 -X {VERSION}.gitMinor=34 -X {VERSION}.gitTreeState=clean"}
# One binary, which is what it is called as.
KUBERNETES_PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl")
HELM = "helm.sh/helm/v3/cmd/helm@v3.22.0"
DEBIAN = {"containerd": "containerd", "runc": "runc", "etcd": "etcd-server", "iptables": "iptables", "ipset": "ipset", "conntrack": "conntrack",
          "ip": "iproute2", "nsenter": "util-linux", "redis-server": "redis-server", "openssl": "openssl", "gcc": "gcc", "nginx": "nginx"}
CNI = pathlib.Path("/usr/lib/cni/bridge")


def built(name):
    """The program of the module parts/NAME."""
    folder = MODULES / name

    def make(place):
        command = ["nice", "-n", "19", "go", "build", "-p", "1", "-mod=mod", "-buildvcs=false", "-o", place / name,
                   "-ldflags", f"-s -w {STAMPS.get(name, '')}", "."]
        run(name, command, cwd=place, CGO_ENABLED="0")

    return fetched.kept(name, [folder / file for file in ("go.mod", "go.sum", "main.go")], make) / name


def helm():
    """Where tests/helm keeps it, too."""
    place = fetched.cache() / "tools"
    program = place / "helm-v3.22.0"
    if not program.exists():
        making = place / "making"
        making.mkdir(parents=True, exist_ok=True)
        run("helm", ["nice", "-n", "19", "go", "install", "-p", "1", HELM], GOBIN=str(making), GOFLAGS="-buildvcs=false")
        (making / "helm").rename(program)
    return program


def run(name, command, cwd=None, **environment):
    if not shutil.which("go"):
        raise Failure(f"{name} can't be had: there is no Go to build it with")
    words = [*(f"{key}={value}" for key, value in environment.items()), *map(str, command)]
    done = subprocess.run(["env", *words], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=BUILD_LIMIT_S)
    if done.returncode:
        raise Failure(f"{name} can't be had: {(done.stdout.strip().splitlines() or ['no output'])[-1]}")


def put(directory):
    """All of them below `directory`, which is to stand in the PATH of a cluster. Failure names what is missing."""
    missing = sorted({package for program, package in DEBIAN.items() if not shutil.which(program)} |
                     ({"containernetworking-plugins"} if not CNI.exists() else set()))
    if missing:
        raise Failure(f"not installed: {' '.join(missing)} (./market setup cluster)")
    directory.mkdir()
    for name in ("netpol", "coredns"):
        (directory / name).symlink_to(built(name))
    (directory / "helm").symlink_to(helm())
    kubernetes = built("hyperkube")
    for name in KUBERNETES_PROGRAMS:
        (directory / name).symlink_to(kubernetes)
    subprocess.run(["gcc", "-O2", "-static", "-s", "-o", directory / "pause", MODULES / "pause.c"], check=True)
