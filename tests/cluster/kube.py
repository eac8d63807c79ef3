"""The API of a cluster, as far as tests ask it."""

import time

import httpx
import node as nodes
import yaml

PATHS = {"pods": "api/v1", "services": "api/v1", "secrets": "api/v1", "configmaps": "api/v1", "persistentvolumeclaims": "api/v1",
         "serviceaccounts": "api/v1", "deployments": "apis/apps/v1", "replicasets": "apis/apps/v1", "jobs": "apis/batch/v1",
         "poddisruptionbudgets": "apis/policy/v1", "networkpolicies": "apis/networking.k8s.io/v1",
         "horizontalpodautoscalers": "apis/autoscaling/v2", "endpointslices": "apis/discovery.k8s.io/v1"}
ROLLOUT_LIMIT_S = 600


class Kubernetes:
    def __init__(self, node, namespace):
        self.node, self.namespace = node, namespace
        self.http = httpx.Client(base_url=nodes.API, verify=str(node.pki / "ca.crt"), headers={"Authorization": f"Bearer {node.token}"}, timeout=30)

    def path(self, kind, name="", namespace=None):
        return f"/{PATHS[kind]}/namespaces/{namespace or self.namespace}/{kind}{name and f'/{name}'}"

    def call(self, method, path, **arguments):
        answer = self.http.request(method, path, **arguments)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def items(self, kind, selector="", namespace=None):
        return self.call("GET", self.path(kind, namespace=namespace), params={"labelSelector": selector} if selector else {})["items"]

    def one(self, kind, name, namespace=None):
        return self.call("GET", self.path(kind, name, namespace))

    def patch(self, kind, name, body):
        return self.call("PATCH", self.path(kind, name), json=body, headers={"Content-Type": "application/merge-patch+json"})

    def apply(self, *manifests):
        self.node.run("kubectl", "apply", "-f", "-", stdin=yaml.safe_dump_all(manifests))

    def delete_pod(self, name, grace_s=None):
        """False when it is gone already."""
        body = {} if grace_s is None else {"gracePeriodSeconds": grace_s}
        return self.http.request("DELETE", self.path("pods", name), json=body).status_code in (200, 202)

    def evict(self, name):
        """True when it goes, False when a PodDisruptionBudget says: not now."""
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": self.namespace}}
        answer = self.http.post(self.path("pods", name) + "/eviction", json=body)
        assert answer.status_code in (200, 201, 429), f"eviction of {name}: {answer.status_code} {answer.text[:300]}"
        return answer.status_code != 429

    def pods(self, component=None, namespace=None):
        """Those of our programs that are to stay, by name."""
        selector = f"app.kubernetes.io/component={component}" if component else ""
        found = [Pod(self.node, one) for one in self.items("pods", selector, namespace)]
        return sorted((one for one in found if not one.is_going and one.phase in ("Pending", "Running")), key=lambda one: one.name)

    def not_ready(self):
        """The Deployments that are not wholly what they should be, and why."""
        return [f"{one['metadata']['name']}: {why}" for one in self.items("deployments") if (why := lacking(one))]

    def await_rollout(self, limit_s=ROLLOUT_LIMIT_S):
        """How long it took until every Deployment had all of its replicas, of the newest template, available, and no others."""
        began = time.monotonic()
        while missing := self.not_ready():
            assert time.monotonic() - began < limit_s, f"not ready within {limit_s} s: {missing}; {self.complaints()}"
            time.sleep(0.3)
        return time.monotonic() - began

    def complaints(self):
        """What the cluster last said of its pods that was no good news."""
        events = self.call("GET", f"/api/v1/namespaces/{self.namespace}/events")["items"]
        return [f"{one['involvedObject']['name']}: {one['reason']} {one['message'][:200]}" for one in events if one["type"] != "Normal"][-12:]


def lacking(deployment):
    wanted, status = deployment["spec"]["replicas"], deployment.get("status", {})
    if status.get("observedGeneration", 0) < deployment["metadata"]["generation"]:
        return "not looked at yet"
    for key in ("replicas", "updatedReplicas", "availableReplicas"):
        if status.get(key, 0) != wanted:
            return f"{key} {status.get(key, 0)} of {wanted}"
    return ""


class Pod:
    def __init__(self, node, facts):
        self.node, self.facts = node, facts
        self.name, self.namespace = facts["metadata"]["name"], facts["metadata"]["namespace"]
        self.labels = facts["metadata"].get("labels", {})
        self.component = self.labels.get("app.kubernetes.io/component", self.name)
        self.phase, self.address = facts["status"]["phase"], facts["status"].get("podIP")

    @property
    def is_going(self):
        return "deletionTimestamp" in self.facts["metadata"]

    @property
    def is_ready(self):
        return any(one["type"] == "Ready" and one["status"] == "True" for one in self.facts["status"].get("conditions", []))

    @property
    def containers(self):
        return self.facts["status"].get("containerStatuses", [])

    @property
    def restarts(self):
        return sum(one["restartCount"] for one in self.containers)

    def pid(self):
        """This machine's number of its program; None while there is none."""
        ids = [one["containerID"].rpartition("/")[2] for one in self.containers if one.get("containerID")]
        pids = [pid for id in ids for pid in self.node.pids_of(id)]
        return pids[0] if pids else None

    def network(self):
        """The block is in the network of the pod, under the policies that hold for it."""
        return nodes.network_of(self.pid())
