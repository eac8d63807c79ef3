"""The metrics API (metrics.k8s.io) of a cluster, as metrics-server has it, with figures that a test makes up."""

import contextlib
import datetime
import http.server
import json
import ssl
import threading
import urllib.parse

import node as nodes
from deploy.lib import certificates
from market import until

PORT, GROUP = 4443, "metrics.k8s.io/v1beta1"
KNOWN = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": GROUP, "resources": [
    {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]}]}


class Metrics:
    """`milli[component]` is what every pod of a program is said to use of a processor; of others nothing is known."""

    def __init__(self, kubernetes):
        self.kubernetes, self.milli = kubernetes, {}
        self._lock = threading.Lock()      # one connection to the API, many requests

    def answer(self, path):
        if not path.path.endswith("/pods"):
            return KNOWN
        selector = urllib.parse.parse_qs(path.query).get("labelSelector", [""])[0]
        with self._lock:
            pods = self.kubernetes.items("pods", selector)
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"kind": "PodMetricsList", "apiVersion": GROUP, "metadata": {}, "items": [
            {"metadata": {"name": one["metadata"]["name"], "namespace": one["metadata"]["namespace"], "labels": one["metadata"]["labels"]},
             "timestamp": now, "window": "1s",
             "containers": [{"name": one["spec"]["containers"][0]["name"], "usage": {"cpu": f"{self.milli[component]}m", "memory": "64Mi"}}]}
            for one in pods if (component := one["metadata"]["labels"].get("app.kubernetes.io/component")) in self.milli]}


@contextlib.contextmanager
def served(node, kubernetes):
    """The block has a cluster with that API, and its Metrics."""
    metrics = Metrics(kubernetes)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            sent = json.dumps(metrics.answer(urllib.parse.urlsplit(self.path))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_):
            pass

    certificates.make_leaf(node.pki, "metrics", "DNS:metrics.kube-system.svc", "serverAuth")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(node.pki / "metrics.crt", node.pki / "metrics.key")
    server = http.server.ThreadingHTTPServer((nodes.ADDRESS, PORT), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        register(kubernetes)
        yield metrics
    finally:
        kubernetes.call("DELETE", "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io")
        server.shutdown()
        server.server_close()


def register(kubernetes):
    place = {"name": "metrics", "namespace": "kube-system"}
    kubernetes.apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": place, "spec": {"ports": [{"port": 443, "targetPort": PORT}]}},
        {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {**place, "labels": {"kubernetes.io/service-name": "metrics"}},
         "addressType": "IPv4", "ports": [{"name": "", "port": PORT}], "endpoints": [{"addresses": [nodes.ADDRESS], "conditions": {"ready": True}}]},
        {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1beta1.metrics.k8s.io"},
         "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
                  "insecureSkipTLSVerify": True, "service": place}})

    def available():
        found = kubernetes.call("GET", "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io")
        return any(one["type"] == "Available" and one["status"] == "True" for one in found.get("status", {}).get("conditions", []))

    until(available, "the metrics API", limit_s=60)
