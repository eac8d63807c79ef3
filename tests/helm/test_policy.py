"""What holds for every container of every value set, and that no secret is in what is rendered."""

import re

LITERAL_ENVIRONMENT = {"PGSSLROOTCERT", "MARKET_POSTGRES_CONNINFO_FILE", "MARKET_POSTGRES_CA"}
# Key material, credentials in a URI or a conninfo, tokens of well-known services.
SECRETS = [r"-----BEGIN ", r"://[^/\s@]+:[^/\s@]+@", r"\bpassword\s*=", r"\bsk_(live|test|sandbox)\b", r"\beyJ[A-Za-z0-9_-]{10,}\."]


def containers(rendered):
    found = [(f"{rendered.name}: {name}", spec, container) for name, spec in rendered.pods()
             for container in spec.get("initContainers", []) + spec["containers"]]
    assert found
    return found


def test_pods_are_restricted(rendered):
    for where, spec, _ in containers(rendered):
        security = spec["securityContext"]
        assert security["runAsNonRoot"] is True, where
        assert security["runAsUser"] > 0 and security["runAsGroup"] > 0, where
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, where
        assert spec["automountServiceAccountToken"] is False, where
        assert spec["enableServiceLinks"] is False, where
        assert not any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")), where


def test_containers_are_restricted(rendered):
    for where, _, container in containers(rendered):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "privileged": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}, where
        writable = {mount["name"] for mount in container.get("volumeMounts", []) if mount.get("readOnly") is not True}
        assert writable <= ({"pictures"} if container["name"] in ("product", "user", "marketplace") else set()), where
        assert container["command"][0].startswith("/usr/bin/") or container["command"][0] in ("/usr/sbin/nginx", "/mailpit"), where
        assert not any("hostPort" in port for port in container.get("ports", [])), where


def test_containers_have_requests_and_limits(rendered):
    for where, _, container in containers(rendered):
        for part in ("requests", "limits"):
            assert {"cpu", "memory"} <= set(container["resources"][part]), where


def test_containers_have_probes_at_ports_of_theirs(rendered):
    for deployment in rendered.of("Deployment"):
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"] for port in container["ports"]}
        paths = {}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            request = container[probe]["httpGet"]
            assert request["port"] in ports
            paths[probe] = request["path"]
        lives = "/livez" if rendered.component(deployment) == "mailbox" else "/healthz"
        assert paths == {"startupProbe": "/readyz", "readinessProbe": "/readyz", "livenessProbe": lives}
        # Migrations wait 60 s for the database and for other replicas, connections 30 s more.
        startup = container["startupProbe"]
        assert startup["periodSeconds"] * startup["failureThreshold"] > 90


def test_images_are_pinned(rendered):
    for where, _, container in containers(rendered):
        assert re.fullmatch(r"[^:@]+(:v?[0-9][^:@]*|@sha256:[0-9a-f]{64})", container["image"]), where


def test_volumes_come_from_named_objects_only(rendered):
    for where, spec, _ in containers(rendered):
        for volume in spec.get("volumes", []):
            # A claim is of pictures, and only where the values name one.
            allowed = {"persistentVolumeClaim"} if volume["name"] == "pictures" else {"configMap", "projected"}
            assert set(volume) - {"name"} <= allowed, where
            for source in volume.get("projected", {}).get("sources", []):
                assert set(source) == {"secret"} and source["secret"]["items"], where


def test_no_secret_is_rendered(rendered):
    assert not rendered.of("Secret")
    for pattern in SECRETS:
        assert not re.search(pattern, rendered.text), f"{rendered.name}: {pattern}"
    for where, _, container in containers(rendered):
        for variable in container.get("env", []):
            assert "valueFrom" in variable or variable["name"] in LITERAL_ENVIRONMENT, f"{where}: {variable['name']}"


def test_replicas_are_spread_and_evicted_one_at_a_time(render):
    production = render("production")
    budgets = {production.component(one): one["spec"] for one in production.of("PodDisruptionBudget")}
    for deployment in production.of("Deployment"):
        component = production.component(deployment)
        spec = deployment["spec"]
        assert budgets[component] == {"maxUnavailable": 1, "selector": spec["selector"]}
        # One that is evicted is never the last.
        scaled = [one["spec"]["minReplicas"] for one in production.of("HorizontalPodAutoscaler")
                  if one["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]]
        assert spec.get("replicas", min(scaled, default=0)) >= 2, component
        spread = spec["template"]["spec"]["topologySpreadConstraints"]
        assert [one["topologyKey"] for one in spread] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
        assert all(one["labelSelector"] == spec["selector"] for one in spread)
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        # Our gRPC clients look names up every 5 s, and CoreDNS keeps an answer for 5 s.
        assert spec["minReadySeconds"] >= 10


def test_gateway_and_product_are_scaled_by_cpu(render):
    production = render("production")
    scaled = {production.component(one): one["spec"] for one in production.of("HorizontalPodAutoscaler")}
    assert set(scaled) == {"gateway", "product"}
    for deployment in production.of("Deployment"):
        # Both would take turns at setting the number.
        assert ("replicas" in deployment["spec"]) == (production.component(deployment) not in scaled)
