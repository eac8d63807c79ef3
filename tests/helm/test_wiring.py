"""Who is told to speak with whom, who may, and as whom: configuration, NetworkPolicies and certificates agree with the documents."""

import os
import re
import subprocess

import pytest
import yaml
from conftest import CHART, ROOT

from deploy.lib import topology

TOPOLOGY = topology.read()
SERVICES = tuple(TOPOLOGY.services)
CALLS = {one.name: set(one.calls) for one in (TOPOLOGY.gateway, *TOPOLOGY.services.values())}
PROGRAMS = ROOT / "build" / os.environ.get("MARKET_PRESET", "release") / "bin"


def properties(rendered):
    """{program: {key: value}} of the files that the programs are started with."""
    found = {}
    for one in rendered.of("ConfigMap"):
        (name, text), = one["data"].items()
        pairs = [line.split(" = ", 1) for line in text.splitlines()]
        found[name.removesuffix(".conf")] = dict(pairs)
        assert len(pairs) == len(found[name.removesuffix(".conf")])
    return found


def documented():
    """({program: keys it knows}, {program: keys it must be given}) from docs/configuration.md."""
    known = {name: set() for name in TOPOLOGY.programs}
    required = {name: set() for name in known}
    heading = ""
    for line in (ROOT / "docs" / "configuration.md").read_text().splitlines():
        if line.startswith("## "):
            heading = line[3:].strip()
        elif row := re.match(r"\| `([^`]+)` \| (.*?) \| (.*?) \|(?: (.*) \|)?$", line):
            key, default, meaning, programs = row.groups()
            names = [heading] if heading in known else programs.split(", ") if programs else list(known)
            if heading not in (*known, "Every program", "Several programs"):
                continue
            # The one process has the keys of all but those of edges that it does not have.
            if heading != "marketplace" and names != ["sandbox"] and not re.match(r"peers\.|postgres\.conninfo", key):
                names = {*names, "marketplace"}
            for name in names:
                known[name] |= {key} | ({key + "_file"} if "**secret**" in meaning else set())
                if "*required*" in default:
                    required[name].add(key)
    return known, required


def test_every_key_is_known_and_none_is_missing(rendered):
    known, required = documented()
    for program, given in properties(rendered).items():
        assert set(given) <= known[program], f"{program}: {set(given) - known[program]}"
        missing = {key for key in required[program] if not {key, key + "_file"} & set(given)}
        assert not missing, f"{program}: {missing}"


def test_programs_take_their_configuration(rendered, tmp_path):
    if not (PROGRAMS / "marketplace").exists():
        pytest.skip(f"the programs are not built: {PROGRAMS}")
    for program, given in properties(rendered).items():
        for key, value in given.items():
            if value.startswith("/run/marketplace/"):
                given[key] = str(tmp_path / value.replace("/", "_"))
                (tmp_path / value.replace("/", "_")).write_text("x")
        file = tmp_path / f"{program}.conf"
        file.write_text("".join(f"{key} = {value}\n" for key, value in given.items()))
        done = subprocess.run([PROGRAMS / program, f"--config={file}", "--check-config"], env={}, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr


def test_mounted_files_are_those_that_configuration_names(rendered):
    given = properties(rendered)
    for deployment in rendered.programs():
        component = rendered.component(deployment)
        volume, = (one for one in deployment["spec"]["template"]["spec"]["volumes"] if one["name"] == "secrets")
        mounted = {f"/run/marketplace/{item['path']}" for source in volume["projected"]["sources"] for item in source["secret"]["items"]}
        named = {value for value in given[component].values() if value.startswith("/run/marketplace/")}
        assert named == mounted - {"/run/marketplace/postgres_ca.crt"}, component


def test_every_database_server_is_checked_against_its_own_ca(rendered):
    clusters = {one["metadata"]["name"].removeprefix("shop-marketplace-") for one in rendered.of("Cluster")}
    checked = set()
    for program, given in properties(rendered).items():
        for key in given:
            if key.endswith("postgres.conninfo_file") and clusters:
                database = given[key].removeprefix("/run/marketplace/postgres/")
                assert given[key.replace("conninfo_file", "ca")] == f"/run/marketplace/postgres_ca/{database}.crt"
                checked.add(database)
    assert checked == clusters


def test_peers_are_those_of_the_picture(render):
    for values in ("production", "external", "development"):
        rendered = render(values)
        for program, given in properties(rendered).items():
            peers = {key.removeprefix("peers."): value for key, value in given.items() if key.startswith("peers.")}
            assert set(peers) == CALLS.get(program, set()), program
            for peer, address in peers.items():
                assert address == f"shop-marketplace-{peer}.market.svc:9090"
                service = rendered.one("Service", f"shop-marketplace-{peer}")["spec"]
                # A virtual address would hide the replicas that a client balances over.
                assert service["clusterIP"] == "None"
                assert [port["port"] for port in service["ports"]] == [9090]


def components(peers):
    found = set()
    for peer in peers:
        for expression in peer.get("podSelector", {}).get("matchExpressions", []):
            found |= set(expression["values"])
    return found


def policies(rendered):
    return {rendered.component(one): one["spec"] for one in rendered.of("NetworkPolicy")
            if "app.kubernetes.io/component" in one["metadata"]["labels"]}


def test_default_is_to_deny(rendered):
    if rendered.name == "minimal":
        assert not rendered.of("NetworkPolicy")
        return
    spec = rendered.one("NetworkPolicy", "shop-marketplace-default-deny")["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"] and "ingress" not in spec and "egress" not in spec
    for deployment in rendered.of("Deployment"):
        assert spec["podSelector"]["matchLabels"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_calls_are_allowed_at_both_ends_and_no_others(render):
    for values in ("production", "external", "development"):
        found = policies(render(values))
        for program, callees in CALLS.items():
            grpc = [rule for rule in found[program]["egress"] if rule["ports"] == [{"port": 9090, "protocol": "TCP"}]]
            assert set().union(*(components(rule["to"]) for rule in grpc)) == callees, program
            rules = [rule for rule in found[program]["ingress"] or [] if rule["ports"] == [{"port": 9090, "protocol": "TCP"}]]
            callers = set().union(*(components(rule["from"]) for rule in rules)) if rules else set()
            assert callers == {name for name, peers in CALLS.items() if program in peers}, program


def test_every_rule_names_peers_and_ports(rendered):
    for spec in (one["spec"] for one in rendered.of("NetworkPolicy")):
        for rule in (spec.get("ingress") or []) + (spec.get("egress") or []):
            assert rule["ports"]
            assert rule.get("from") or rule.get("to")


def test_a_database_is_reached_by_its_service_only(render):
    for values in ("production", "development", "single"):
        rendered = render(values)
        found = policies(rendered)
        databases = {one["metadata"]["name"].removeprefix("shop-marketplace-") for one in rendered.of("Cluster")}
        assert databases == set(SERVICES) | ({"sandbox"} if values != "production" else set())
        for database in databases:
            owner = "marketplace" if values == "single" and database != "sandbox" else database
            allowed = {owner} | ({"operator"} if database == "auth" and values != "development" else set())
            spec = found[f"postgres-{database}"]
            assert spec["podSelector"]["matchLabels"] == {"cnpg.io/cluster": f"shop-marketplace-{database}"}
            assert set().union(*(components(rule["from"]) for rule in spec["ingress"])) == allowed
            for program, policy in found.items():
                aims = {peer.get("podSelector", {}).get("matchLabels", {}).get("cnpg.io/cluster")
                        for rule in policy.get("egress") or [] for peer in rule["to"]}
                assert (f"shop-marketplace-{database}" in aims) == (program in allowed), (program, database)


def test_each_database_is_migrated_before_its_program_starts_and_by_its_owner(render):
    limit_s = yaml.safe_load((CHART / "values.yaml").read_text())["migrations"]["limitSeconds"]
    for values in ("production", "single", "external", "minimal"):
        rendered = render(values)
        external = yaml.safe_load((CHART / "ci" / f"{values}-values.yaml").read_text()).get("postgres", {}).get("external", {})
        for deployment in rendered.programs():
            component = rendered.component(deployment)
            spec = deployment["spec"]["template"]["spec"]
            databases = TOPOLOGY.programs[component].databases
            jobs = spec.get("initContainers") or []
            assert [job["name"] for job in jobs] == [f"migrate-{database}" for database in databases]
            assert deployment["spec"]["progressDeadlineSeconds"] > limit_s
            for job, database in zip(jobs, databases):
                mount, = job["volumeMounts"]
                files = secret_files(spec, mount["name"])
                assert mount["name"] == job["name"] and mount["name"] not in {one["name"] for one in spec["containers"][0]["volumeMounts"]}
                # Another password than the program's, and no more than that.
                assert set(files) - {f"postgres_ca/{database}.crt", "postgres_ca.crt"} == {f"postgres/{database}"}
                assert files[f"postgres/{database}"] != secret_files(spec, "secrets")[f"postgres/{database}"]
                environment = {one["name"]: one["value"] for one in job["env"] or []}
                assert environment["MARKET_POSTGRES_CONNINFO_FILE"] == f"/run/marketplace/postgres/{database}"
                assert job["args"][:2] == ["migrate", f"--database={database}"]
                role = external.get(database, {}).get("role")
                assert [one for one in job["args"] if one.startswith("--role")] == ([f"--role={role}"] if role else [])


def secret_files(spec, volume):
    found, = (one for one in spec["volumes"] if one["name"] == volume)
    return {item["path"]: (source["secret"]["name"], item["key"]) for source in found["projected"]["sources"]
            for item in source["secret"]["items"]}


def test_the_program_of_a_cluster_is_not_its_owner(rendered):
    for cluster in rendered.of("Cluster"):
        name = cluster["metadata"]["name"]
        database = f"market_{name.removeprefix('shop-marketplace-')}"
        assert cluster["spec"]["bootstrap"]["initdb"] | {"database": database, "owner": f"{database}_owner"} == cluster["spec"]["bootstrap"]["initdb"]
        # Called like the database: marketctl migrate gives its rights to that role.
        assert cluster["spec"]["managed"]["roles"] == [
            {"name": database, "ensure": "present", "login": True, "passwordSecret": {"name": f"{name}-program"}}]


def test_operands_do_not_look_like_our_pods(rendered):
    """Operators may copy labels to pods, which default-deny and the Services must not select then."""
    for kind in ("Cluster", "Kafka", "KafkaNodePool"):
        for one in rendered.of(kind):
            assert "app.kubernetes.io/instance" not in one["metadata"]["labels"]


def test_a_certificate_has_one_name_and_it_is_the_identity(render):
    for values, others in (("production", {"edge"}), ("development", set()), ("single", set())):
        rendered = render(values)
        leaves = [one for one in rendered.of("Certificate") if not one["spec"].get("isCA")]
        identities = {rendered.component(one) for one in rendered.programs()} - {"sandbox"} | others
        assert {name for one in leaves for name in one["spec"]["dnsNames"]} == identities
        for one in leaves:
            (name,) = one["spec"]["dnsNames"]
            assert one["spec"]["secretName"] == f"shop-marketplace-{name}-tls"
            assert {"server auth", "client auth"} <= set(one["spec"]["usages"])
            assert one["spec"]["issuerRef"]["name"] == "shop-marketplace-ca"


def test_pods_are_given_more_time_than_they_take_to_stop(rendered):
    """docs/architecture.md, "Start and shutdown": the limits of the steps that a program has."""
    given = properties(rendered)
    for deployment in rendered.programs():
        component = rendered.component(deployment)
        databases = len(TOPOLOGY.programs[component].databases)
        linger = int(given[component]["shutdown.linger"].removesuffix("s"))
        # An address is out of CoreDNS (TTL 5 s) and of the kubelets' rules before the listener closes; and clients, who look every 5 s, know the
        # replica that came before this one was evicted.
        assert linger > 10, component
        steps = linger + 1 + 10 + 5 * databases + 1 + 3 + 2 + 3      # readiness, workers, postgres, operations, peers, traces, log
        steps += 20 if component in ("gateway", "marketplace", "sandbox") else 0
        steps += 15 + 10 if component not in ("gateway", "sandbox") else 0
        steps += 8 if component in ("payment", "marketplace") else 0
        steps += 1 if component in ("product", "marketplace") else 0
        assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > steps, component
