"""The chart, installed in a cluster under a release's name, and what it waits for: namespaces, secrets, a place for pictures."""

import json
import pathlib
import subprocess

import backends as behind
from deploy.lib import certificates, files
from deploy.lib.failure import Failure

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHART = ROOT / "deploy" / "helm" / "marketplace"
NAMESPACE, NAME = "shop", "market"
FULL = "market-marketplace"
OPERATOR = "operator@market.test"    # as in values.yaml
# Of no release: who may come in at the front, who may read metrics, who may do nothing.
OUTSIDERS = {"door": "door", "scraper": "monitoring", "stranger": "elsewhere"}
IDENTITIES = ("gateway", *behind.TOPOLOGY.services)
INSTALL_LIMIT_S = 600


def namespace(name, **labels):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def secret(name, **content):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": NAMESPACE}, "stringData": content}


def pause(name, space):
    """A pod that does nothing: its network is what tests want of it."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": space},
            "spec": {"terminationGracePeriodSeconds": 1, "automountServiceAccountToken": False,
                     "containers": [{"name": name, "image": "localhost/pause:1", "imagePullPolicy": "Never"}]}}


class Release:
    def __init__(self, node, kubernetes, backends):
        self.node, self.kubernetes, self.backends = node, kubernetes, backends
        self.password = files.secret(node.etc / "operator_password")
        self.values = node.etc / "values.yaml"

    def prepare(self):
        restricted = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest"}
        self.kubernetes.apply(namespace(NAMESPACE, **restricted), *(namespace(space) for space in OUTSIDERS.values()))
        self.kubernetes.apply(*self._secrets(), *self._pictures(), *(pause(name, space) for name, space in OUTSIDERS.items()))
        databases = {name: {"secret": {"name": "databases", "key": name}, "owner": {"name": "databases", "key": f"{name}_owner"},
                            "to": [{"ipBlock": {"cidr": f"{address}/32"}}]} for name, address in behind.DATABASES.items()}
        text = (HERE / "values.yaml").read_text()
        for key, value in {"TLS": json.dumps({name: f"{name}-tls" for name in IDENTITIES}), "DATABASES": json.dumps(databases),
                           "REDIS": behind.REDIS, "MAIL": behind.MAIL}.items():
            text = text.replace(f"@{key}@", value)
        files.write(self.values, text)

    def _secrets(self):
        pki = self.node.etc / "release"
        certificates.make_ca(pki, "Between the processes of a release")
        for name in IDENTITIES:
            certificates.make_leaf(pki, name, f"DNS:{name}", "serverAuth,clientAuth")
            yield secret(f"{name}-tls", **{"tls.crt": (pki / f"{name}.crt").read_text(), "tls.key": (pki / f"{name}.key").read_text(),
                                           "ca.crt": (pki / "ca.crt").read_text()})
        yield secret("databases", **{key: self.backends.conninfo(name, role) for name in behind.DATABASES
                                     for key, role in ((name, "program"), (f"{name}_owner", "owner"))})
        yield secret("marketplace-root-key", root_key=files.secret(self.node.etc / "root_key"))
        yield secret("operator", password=self.password)

    def _pictures(self):
        place = self.node.state / "pictures"
        place.mkdir()
        subprocess.run(["chown", "10001:10001", place], check=True)
        size, modes = {"storage": "1Gi"}, ["ReadWriteMany"]
        yield {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pictures"},
               "spec": {"capacity": size, "accessModes": modes, "hostPath": {"path": str(place)}, "storageClassName": "",
                        "claimRef": {"namespace": NAMESPACE, "name": "pictures"}}}
        yield {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "pictures", "namespace": NAMESPACE},
               "spec": {"accessModes": modes, "resources": {"requests": size}, "storageClassName": "", "volumeName": "pictures"}}

    def helm(self, *words, check=True):
        done = subprocess.run(self.node.inside("helm", "-n", NAMESPACE, *words), capture_output=True, text=True)
        if check and done.returncode:
            raise Failure(f"helm {words[0]}: {done.stderr.strip()[-1500:]}; {self.kubernetes.complaints()}")
        return done

    def install(self):
        self.helm("install", NAME, CHART, "-f", self.values, "--wait", f"--timeout={INSTALL_LIMIT_S}s")

    def upgrade(self, *settings, chart=CHART, wait=True):
        """With these settings (KEY=VALUE) over the values of the first install. Hooks are only run by who waits: they need the new image, too."""
        options = [word for setting in settings for word in ("--set", setting)]
        waiting = ["--wait", f"--timeout={INSTALL_LIMIT_S}s"] if wait else ["--no-hooks"]
        self.helm("upgrade", NAME, chart, "-f", self.values, *options, *waiting)

    def revision(self):
        return max(one["revision"] for one in json.loads(self.helm("history", NAME, "-o", "json").stdout))

    def service(self, name):
        return self.kubernetes.one("services", f"{FULL}-{name}")["spec"]["clusterIP"]

    @property
    def url(self):
        return f"http://{self.service('gateway')}"

    @property
    def provider(self):
        return f"http://{self.service('sandbox')}:8081"

    def outsider(self, name):
        found, = self.kubernetes.pods(namespace=OUTSIDERS[name])
        return found

    def proof(self):
        """One line of tools/proof.py, which comes in at the door: a shop opens, somebody buys there."""
        command = ["/usr/bin/python3", ROOT / "tools/proof.py", "--url", self.url, "--ca", self.node.pki / "ca.crt", "--operator-email", OPERATOR,
                   "--operator-password-file", self.node.etc / "operator_password"]
        with self.outsider("door").network():
            done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def check_invariants(self, wait_s=60):
        return json.loads(self.backends.checker(self.provider, wait_s))

    def restarts(self):
        return {one.name: one.restarts for one in self.kubernetes.pods() if one.restarts}
