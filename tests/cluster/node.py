"""A Kubernetes cluster of one node on this machine, in network, mount, process, host name and IPC namespaces of its own.

    with Node(work, bin) as node: …     its network is this thread's meanwhile; every process of it dies with the block

Components that don't run as pods (API server, kubelet, etcd, containerd, kube-proxy, the controller of network policies) are started one by
one; what each says is in work/log. Outside of the namespaces there are the files in `work` and, while it runs, cgroups; both are removed.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import time

from deploy.lib import certificates, files
from deploy.lib.failure import Failure

HERE = pathlib.Path(__file__).resolve().parent
ADDRESS = "10.250.0.1"
API = f"https://{ADDRESS}:6443"
SERVICES, PODS, DNS = "10.96.0.0/16", "10.244.0.0/16", "10.96.0.10"
READY_LIMIT_S = 180
NICE = ("nice", "-n", "10")
CGROUPS = pathlib.Path("/sys/fs/cgroup")
# kubelet would change these for the whole machine.
SYSCTLS = ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "kernel/keys/root_maxkeys",
           "kernel/keys/root_maxbytes")
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def sysctls():
    return {name: pathlib.Path("/proc/sys", name).read_text().strip() for name in SYSCTLS}


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def network_of(pid):
    """This thread, and the threads and processes that it starts, are in the network of that process meanwhile."""
    def enter(descriptor):
        if libc.setns(descriptor.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    with open("/proc/thread-self/ns/net") as own, open(f"/proc/{pid}/ns/net") as other:
        enter(other)
        try:
            yield
        finally:
            enter(own)


def cgroups():
    """Those that kubelet and runc make, on all hierarchies."""
    return [path for name in ("kubepods", "k8s.io") for path in CGROUPS.glob(f"*/{name}") if path.is_dir()]


def remove_cgroups():
    for root in cgroups():
        for path, _, _ in os.walk(root, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(path)


def await_true(condition, what, limit_s=READY_LIMIT_S):
    give_up = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > give_up:
            raise Failure(f"{what}: not within {limit_s} s")
        time.sleep(0.2)


class Node:
    def __init__(self, work, programs):
        self.work, self.bin = work, programs
        self.etc, self.log, self.state = work / "etc", work / "log", work / "state"
        self.pki = self.etc / "pki"
        self.processes = {}
        self.token = ""
        self._network = contextlib.ExitStack()

    def __enter__(self):
        self.before = sysctls()
        if any(list(path.rglob("cgroup.procs")) and any(procs.read_text().strip() for procs in path.rglob("cgroup.procs"))
               for path in cgroups()):
            raise Failure("another Kubernetes runs on this machine")
        remove_cgroups()
        for folder in (self.etc, self.log, self.state, self.pki):
            folder.mkdir(mode=0o755)
        try:
            self._configure()
            self._begin()
            self._network.enter_context(network_of(self.init))
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        """Its first process ends, and with that all of them."""
        self._network.close()
        for process in reversed(self.processes.values()):
            process.kill()
            process.wait()
        # runc's cgroups empty themselves a moment after their processes.
        give_up = time.monotonic() + 20
        while cgroups() and time.monotonic() < give_up:
            remove_cgroups()
            time.sleep(0.2)

    # What it is made of.

    def _configure(self):
        for template in (HERE / "etc").rglob("*.*"):
            if template.suffix in (".toml", ".yaml", ".conflist"):
                target = self.etc / template.relative_to(HERE / "etc")
                target.parent.mkdir(exist_ok=True)
                files.write(target, template.read_text().replace("@W@", str(self.work)))
        files.write(self.etc / "resolv.conf", "")
        certificates.make_ca(self.pki, "A cluster for tests")
        names = f"DNS:kubernetes.default.svc,DNS:localhost,IP:{ADDRESS},IP:127.0.0.1,IP:10.96.0.1"
        certificates.make_leaf(self.pki, "api", names, "serverAuth,clientAuth")
        for name in ("kubelet-client", "front-proxy"):
            certificates.make_leaf(self.pki, name, f"DNS:{name}", "clientAuth")
        certificates.make_key(self.pki / "sa.key")
        self.token = files.secret(self.etc / "token")
        files.write(self.etc / "tokens.csv", f'{self.token},admin,admin,"system:masters"\n', 0o600)
        files.write(self.etc / "kubeconfig", json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": API, "certificate-authority": str(self.pki / "ca.crt")}}],
            "users": [{"name": "u", "user": {"token": self.token}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}), 0o600)

    def _begin(self):
        outer = self._spawn("init", ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "--kill-child",
                                     "/bin/bash", HERE / "etc" / "init.sh", self.work])
        await_true(lambda: (self.state / "ready").exists() or outer.poll() is not None, "the namespaces", 30)
        if outer.poll() is not None:
            raise Failure(f"the namespaces can't be made: {self._said('init')}")
        self.init = int(pathlib.Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()[0])

    def _start(self):
        self.spawn("etcd", "etcd", "--data-dir", self.state / "etcd", "--listen-client-urls=http://127.0.0.1:2379",
                   "--advertise-client-urls=http://127.0.0.1:2379", "--listen-peer-urls=http://127.0.0.1:2380",
                   "--initial-advertise-peer-urls=http://127.0.0.1:2380", "--initial-cluster=default=http://127.0.0.1:2380", "--unsafe-no-fsync")
        self.spawn("containerd", "containerd", "-c", self.etc / "containerd.toml")
        pki, config = self.pki, self.etc / "kubeconfig"
        self.spawn("api", "kube-apiserver", "--etcd-servers=http://127.0.0.1:2379", f"--advertise-address={ADDRESS}", "--secure-port=6443",
                   f"--tls-cert-file={pki}/api.crt", f"--tls-private-key-file={pki}/api.key", f"--client-ca-file={pki}/ca.crt",
                   f"--service-account-key-file={pki}/sa.key", f"--service-account-signing-key-file={pki}/sa.key",
                   "--service-account-issuer=https://kubernetes.default.svc", f"--service-cluster-ip-range={SERVICES}",
                   f"--token-auth-file={self.etc}/tokens.csv", "--authorization-mode=Node,RBAC",
                   f"--kubelet-client-certificate={pki}/kubelet-client.crt", f"--kubelet-client-key={pki}/kubelet-client.key",
                   f"--requestheader-client-ca-file={pki}/ca.crt", "--requestheader-allowed-names=front-proxy",
                   "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
                   "--requestheader-extra-headers-prefix=X-Remote-Extra-", f"--proxy-client-cert-file={pki}/front-proxy.crt",
                   f"--proxy-client-key-file={pki}/front-proxy.key", "--allow-privileged=true", "--kubelet-preferred-address-types=InternalIP",
                   "--enable-aggregator-routing=true")
        self._await("api", ["curl", "-sf", "--cacert", pki / "ca.crt", f"{API}/readyz"])
        self.spawn("controllers", "kube-controller-manager", f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
                   f"--authorization-kubeconfig={config}", f"--service-account-private-key-file={pki}/sa.key", f"--root-ca-file={pki}/ca.crt",
                   "--use-service-account-credentials=false", "--leader-elect=false", f"--service-cluster-ip-range={SERVICES}",
                   f"--cluster-cidr={PODS}", "--allocate-node-cidrs=true",
                   # A cluster's own pace is 15 s, and five minutes until a young pod counts.
                   "--horizontal-pod-autoscaler-sync-period=3s", "--horizontal-pod-autoscaler-initial-readiness-delay=1s",
                   "--horizontal-pod-autoscaler-cpu-initialization-period=1s")
        self.spawn("scheduler", "kube-scheduler", f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
                   f"--authorization-kubeconfig={config}", "--leader-elect=false")
        self.spawn("proxy", "kube-proxy", f"--config={self.etc}/kube-proxy.yaml")
        self._await("containerd", self.inside("ctr", "version"))
        self.spawn("kubelet", "kubelet", f"--config={self.etc}/kubelet.yaml", f"--kubeconfig={config}", "--hostname-override=node1",
                   f"--node-ip={ADDRESS}", "--root-dir=/var/lib/kubelet", "--cert-dir=/var/lib/kubelet/pki")
        ready = ["get", "node", "node1", "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}']
        await_true(lambda: self.run("kubectl", *ready, check=False) == "True", "the node")
        self.spawn("netpol", "netpol", f"--kubeconfig={config}", "--hostname-override=node1", f"--service-cluster-ip-range={SERVICES}",
                   "--service-node-port-range=30000-32767", "--enable-ipv6=false")

    def _await(self, name, command):
        def answers():
            if self.processes[name].poll() is not None:
                raise Failure(f"{name} has ended: {self._said(name)}")
            return subprocess.run([*map(str, command)], capture_output=True).returncode == 0

        await_true(answers, name)

    def _said(self, name):
        return " | ".join(files.tail(self.log / f"{name}.log", 5) or [])

    # Inside of it.

    def inside(self, *command):
        """The words that run the command in all of its namespaces."""
        return ["nsenter", "-t", str(self.init), "-n", "-m", "-p", "-u", "-i", f"--wd={self.work}", "env", f"KUBECONFIG={self.etc}/kubeconfig",
                f"HOME={self.state}", f"PATH={self.bin}:{os.environ['PATH']}", *map(str, command)]

    def run(self, *command, check=True, stdin=None):
        """What it prints."""
        done = subprocess.run(self.inside(*command), input=stdin, capture_output=True, text=True)
        if check and done.returncode:
            raise Failure(f"{' '.join(map(str, command))}: {(done.stderr or done.stdout).strip()[-1500:]}")
        return done.stdout

    def spawn(self, name, *command, account=None):
        """Starts a process of it that runs on."""
        as_account = ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups"] if account else []
        return self._spawn(name, self.inside(*NICE, *as_account, *command))

    def _spawn(self, name, command):
        with open(self.log / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen([*map(str, command)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                    preexec_fn=die_with_parent, start_new_session=True)
        return self.processes[name]

    def load(self, archive):
        """An image that pods may have."""
        self.run("ctr", "-n", "k8s.io", "images", "import", archive)

    def pids_of(self, container):
        """This machine's numbers of the processes in a container, by its id."""
        found = []
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if container in (place / "cgroup").read_text():
                    found.append(int(place.name))
        return sorted(found)
