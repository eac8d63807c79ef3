"""What compose.yaml, the Dockerfile and deploy/compose must keep to, read without starting anything."""

import importlib.util
import io
import pathlib
import re
import shutil
import stat
import subprocess

import pytest
import yaml

from deploy.lib import nginx, topology

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = tuple(topology.read().services)
# Who sends mails.
SENDERS = {name for name, one in topology.read().services.items() if "mail" in one.uses}
MIGRATIONS = {f"migrate-{name}" for name in (*SERVICES, "sandbox")}
ONE_SHOT = {"prepare", "operator", "operator-single", "proof", "proof-single", "checker", "marketctl", "reconcile", *MIGRATIONS}
VERSIONS = dict(line.split("=", 1) for line in (ROOT / ".env").read_text().splitlines() if "=" in line and line[0] != "#")


def substituted(text):
    def value(match):
        name, _, default = match[1].partition(":")
        return VERSIONS.get(name, default[1:] if default[:1] == "-" else "")
    return re.sub(r"\$\{([^}]*)\}", value, text)


COMPOSE = yaml.safe_load(substituted((ROOT / "compose.yaml").read_text()))
PARTS = COMPOSE["services"]
every_part = pytest.mark.parametrize("name", sorted(PARTS))


def seconds(text):
    return int(re.fullmatch(r"(\d+)s", text)[1])


def volumes_of(part):
    """(source, target, mode) of each."""
    return [(*volume.split(":"), "rw")[:3] for volume in part.get("volumes", [])]


@every_part
def test_part_has_no_right_that_it_does_not_need(name):
    part = PARTS[name]
    user = part["user"].split(":")[0]
    assert user.isdigit() and int(user) > 0, "not a number, or root"
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"] and "cap_add" not in part
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert not part.get("privileged") and "pid" not in part and "ipc" not in part and "devices" not in part
    for source, _, mode in volumes_of(part):
        if source.startswith(("/", ".")):
            assert source.startswith("./deploy/compose/") and mode == "ro", source


@every_part
def test_part_has_limits_and_an_end(name):
    part = PARTS[name]
    assert part["mem_limit"] and part["cpus"] and part["pids_limit"]
    if name in ONE_SHOT:
        assert part["restart"] == "no"
    else:
        assert part["restart"] == "unless-stopped"
        assert part["healthcheck"]["test"] and part["logging"]["options"]["max-size"]


@every_part
def test_image_is_pinned(name):
    image = PARTS[name]["image"]
    assert re.search(r":v?\d+\.\d+\.?\d*", image), image


def test_stop_grace_is_longer_than_all_steps_of_a_stop():
    table = (ROOT / "docs/architecture.md").read_text().partition("| step | limit |")[2].partition("\n\n")[0]
    steps = [row.split("|")[2] for row in table.splitlines() if row.startswith("| ")]
    longest = sum(int(limit) for step in steps for limit in re.findall(r"(\d+) s", step))
    assert len(steps) >= 10 and longest > 60
    for name, part in PARTS.items():
        if part["image"].startswith("marketplace:") and name not in ONE_SHOT:
            assert seconds(part["stop_grace_period"]) > longest, name


def test_only_nginx_the_mailbox_and_the_sandbox_are_open_and_only_to_this_machine():
    assert {name: part["ports"] for name, part in PARTS.items() if "ports" in part} == {
        "nginx": ["127.0.0.1:8443:8443"], "mailbox": ["127.0.0.1:8025:8025"],
        "sandbox": ["127.0.0.1:8026:8080"]}
    # Nothing opens the mailbox to others, who would read every link.
    assert re.findall(r'"(.*):8025"', (ROOT / "compose.yaml").read_text()) == ["127.0.0.1:${MARKET_MAILBOX_PORT:-8025}"]
    # Nor the sandbox, at whose bank anybody could confirm a payment.
    assert re.findall(r'ports: \["(.*):8080"', (ROOT / "compose.yaml").read_text()) == ["127.0.0.1:${MARKET_SANDBOX_PORT:-8026}"]
    assert not [name for name, part in PARTS.items() if part.get("network_mode") not in (None, "none")]


def test_each_database_is_alone_with_its_service():
    members = {network: {name for name, part in PARTS.items() if network in part.get("networks", [])}
               for network in COMPOSE["networks"]}
    everywhere = {"marketplace", "checker"}
    for service in SERVICES:
        more = {"auth": {"operator", "operator-single"}, "user": set(), "notification": set()}.get(service, {"reconcile"})
        own = {f"postgres-{service}", service, f"migrate-{service}"}
        assert members[f"db-{service}"] == own | everywhere | more
        assert PARTS[f"postgres-{service}"]["networks"] == [f"db-{service}"]
    assert members["db-sandbox"] == {"postgres-sandbox", "sandbox", "migrate-sandbox"}
    assert members["cache"] == {"redis", "product", "marketplace"}
    assert members["provider"] == {"sandbox", "payment", "reconcile"} | everywhere
    assert members["inside"] == {"nginx", "gateway", "marketplace", "marketctl", *SERVICES}
    assert members["mail"] == {"mailbox", *SENDERS, *({"marketplace"} if SENDERS else ())}
    assert members["outside"] == {"nginx", "mailbox", "sandbox", "proof", "proof-single"}
    assert [network for network, given in COMPOSE["networks"].items() if not given.get("internal")] == ["outside"]


def test_each_secret_has_one_reader():
    writable = {source for name, part in PARTS.items() for source, _, mode in volumes_of(part)
                if name == "prepare" and mode == "rw" and source != "pictures"}
    readers = {volume: set() for volume in writable}
    for name, part in PARTS.items():
        for source, target, mode in volumes_of(part):
            if name != "prepare" and source in readers:
                assert mode == "ro" and target in ("/run/market", "/run/operator"), (name, source)
                readers[source].add(name)
    assert readers.pop("authority") == set()
    assert readers.pop("operator") == {"operator", "operator-single", "proof", "proof-single"}
    assert readers.pop("auth") == {"auth", "operator"}
    assert readers.pop("marketplace") == {"marketplace", "operator-single", "reconcile"}
    assert readers.pop("edge") == {"nginx"} and readers.pop("auditor") == {"checker"}
    for volume, names in readers.items():
        assert names == {volume}


def test_pictures_are_written_by_who_keeps_some_and_read_by_nginx():
    users = {name: (target, mode) for name, part in PARTS.items() for source, target, mode in volumes_of(part) if source == "pictures"}
    # `prepare` only brings the owner of the directory in its image.
    assert users == {**dict.fromkeys(("prepare", "product", "user", "marketplace"), ("/pictures", "rw")), "nginx": ("/pictures", "ro")}


def test_a_program_starts_when_its_database_is_the_newest():
    for name in (*SERVICES, "sandbox", "marketplace"):
        for database in SERVICES if name == "marketplace" else [name]:
            job = f"migrate-{database}"
            assert PARTS[name]["depends_on"][job] == {"condition": "service_completed_successfully"}
            assert PARTS[job]["depends_on"][f"postgres-{database}"] == {"condition": "service_healthy"}
            assert PARTS[job]["networks"] == [f"db-{database}"]
            assert set(PARTS[name]["profiles"]) <= set(PARTS[job]["profiles"])


def test_programs_may_be_several():
    """`--scale`: no name of a container and no port that only one can have."""
    for name in (*SERVICES, "gateway", "marketplace"):
        assert not PARTS[name].keys() & {"container_name", "hostname", "ports", "deploy"}


@every_part
def test_no_secret_in_the_environment(name):
    for key in PARTS[name].get("environment", {}):
        if re.search("PASSWORD|SECRET|_KEY|CONNINFO|TOKEN", key):
            assert key.endswith("_FILE") or key == "MARKET_TLS_KEY", key


@every_part
def test_property_exists(name):
    """A variable that no program knows would be passed over without a word."""
    known = set(re.findall(r"^\| `([a-z._]+)`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE))
    names = {"MARKET_" + key.upper().replace(".", "_") for key in known} | {"MARKET_CONFIG", "MARKET_DATABASE"}
    names |= {key + "_FILE" for key in names}
    if name == "prepare":
        names |= {"MARKET_URL", "MARKET_OPERATORS_HOST", *(f"MARKET_EDGE_{setting}" for setting in nginx.SETTINGS)}
    environment = PARTS[name].get("environment", {})
    assert not [key for key in environment if key.startswith("MARKET_") and key not in names]


def test_dockerfile():
    text = (ROOT / "Dockerfile").read_text()
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    bases = {stage.split()[2]: stage.split()[0] for stage in stages}
    assert bases == {"swagger-ui": "${DEBIAN}", "web": "${DEBIAN}", "build": "${DEBIAN}", "tools": "${DEBIAN}", "pages": "tools", "site": "${DEBIAN}",
                     "runtime": "scratch"}
    assert re.search(r"^ARG DEBIAN=(\S+)$", text, re.MULTILINE)[1] == VERSIONS["DEBIAN_IMAGE"]
    assert not VERSIONS["DEBIAN_IMAGE"].endswith(":latest") and ":" in VERSIONS["DEBIAN_IMAGE"]
    runtime = stages[-1]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", runtime, re.MULTILINE)
    assert 'HEALTHCHECK' in runtime and '"marketctl", "healthcheck"' in runtime
    assert "ADD " not in text and "--mount=type=cache,target=/ccache" in text
    # What is copied is also let through, and nothing else is.
    passed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for line in re.sub(r"\\\n", " ", text).splitlines()
              if line.startswith("COPY ") and "--from" not in line for source in line.split()[1:-1]}
    assert all(any(source == one or source.startswith(one + "/") for one in passed) for source in copied)
    assert all(any(source == one or source.startswith(one + "/") for source in copied) for one in passed)


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not installed: ./market setup test")
@pytest.mark.parametrize("profiles", ["services", "single", "services,observability", "single,observability"])
def test_docker_compose_reads_it(profiles):
    files = ["compose.yaml"]
    if "observability" in profiles:
        files += ["deploy/observability/compose.yaml", "deploy/compose/observability.yaml"]
    command = ["docker-compose", *(word for file in files for word in ("-f", file)), "config"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True,
                          env={"PATH": "/usr/bin:/bin", "COMPOSE_PROFILES": profiles})
    assert done.returncode == 0, done.stderr
    parts = yaml.safe_load(done.stdout)["services"]
    if "observability" in profiles:
        assert set(parts["order"]["networks"]) == {"inside", "db-order", "telemetry"}
        assert parts["order"]["environment"]["MARKET_TRACE_ENDPOINT"] == "tempo:4317"
        assert parts["order"]["environment"]["MARKET_GRPC_LISTEN"] == "0.0.0.0:7000"


@pytest.fixture
def prepare(tmp_path, monkeypatch):
    """deploy/compose/prepare.py with its volumes in a directory of ours."""
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "deploy/compose/prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SECRETS", tmp_path)
    monkeypatch.setattr(module, "AUTHORITY", tmp_path / "authority")
    # What the image has of Swagger UI.
    assets = tmp_path.parent / f"{tmp_path.name}-swagger-ui"
    assets.mkdir()
    for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
        (assets / name).write_text(name)
    monkeypatch.setattr(module, "SWAGGER_UI", assets)
    for volume in {target.split("/")[2] for _, target, _ in volumes_of(PARTS["prepare"]) if target.startswith("/secrets/")}:
        (tmp_path / volume).mkdir()
    return module


def contents(directory):
    return {path.relative_to(directory): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_prepare_draws_once(prepare, tmp_path):
    prepare.prepare(["localhost"])
    first = contents(tmp_path)
    prepare.prepare(["localhost"])
    assert contents(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "order/tls.key").stat().st_mode) == 0o400
    assert stat.S_IMODE((tmp_path / "authority").stat().st_mode) == 0o700
    drawn = [(tmp_path / f"authority/postgres_{name}_owner").read_text() for name in SERVICES]
    assert len(set(drawn)) == len(drawn) and min(map(len, drawn)) >= 32


def test_a_program_is_not_the_owner_of_its_database(prepare, tmp_path):
    prepare.prepare(["localhost"])
    for name in (*SERVICES, "sandbox"):
        assert f" user={name} " in (tmp_path / name / "conninfo").read_text()
        assert f" user={name}_owner " in (tmp_path / f"migrate-{name}/conninfo").read_text()
    owners = {(tmp_path / f"authority/postgres_{name}_owner").read_text() for name in (*SERVICES, "sandbox")}
    given = {path.parent.name for path in tmp_path.rglob("*") if path.is_file() and any(owner in path.read_text(errors="replace") for owner in owners)}
    assert given == {"authority"} | {f"{kind}-{name}" for kind in ("postgres", "migrate") for name in (*SERVICES, "sandbox")}


def test_volumes_of_an_earlier_version_are_refused(prepare, tmp_path):
    (tmp_path / "authority/postgres_order_owner").write_text("x" * 40)
    with pytest.raises(prepare.Failure, match="down --volumes"):
        prepare.prepare(["localhost"])


def test_prepare_follows_the_names_of_the_edge(prepare, tmp_path):
    def names():
        return subprocess.run(["openssl", "x509", "-in", tmp_path / "edge/localhost.crt", "-noout", "-ext", "subjectAltName"],
                              capture_output=True, text=True, check=True).stdout
    prepare.prepare(["localhost"])
    authority = (tmp_path / "authority/ca.crt").read_bytes()
    assert "DNS:localhost" in names() and "shop.example" not in names()
    prepare.prepare(["shop.example", "10.0.0.7"])
    assert "DNS:shop.example" in names() and "IP Address:10.0.0.7" in names()
    assert (tmp_path / "authority/ca.crt").read_bytes() == authority


def test_prepare_makes_the_same_again_from_what_it_saved(prepare, tmp_path, monkeypatch):
    prepare.prepare(["localhost", "shop.example"])
    before = contents(tmp_path)
    saved = io.BytesIO()
    prepare.save(saved)
    with pytest.raises(prepare.Failure, match="down -v"):
        prepare.load(io.BytesIO(saved.getvalue()))
    for volume in tmp_path.iterdir():
        shutil.rmtree(volume)
        volume.mkdir()
    prepare.load(io.BytesIO(saved.getvalue()))
    assert prepare.AUTHORITY.stat().st_mode & 0o777 == 0o700
    prepare.prepare(["localhost", "shop.example"])
    assert contents(tmp_path) == before


def test_pictures_are_saved_and_read_again(prepare, tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    monkeypatch.setattr(prepare, "PICTURES", kept)
    (kept / "ab/cd").mkdir(parents=True)
    (kept / "ab/cd/160.webp").write_text("one")
    (kept / "ab/cd/.160.jpg.7.0").write_text("half of it")
    saved = io.BytesIO()
    prepare.save_pictures(saved)
    with pytest.raises(prepare.Failure):
        prepare.load(io.BytesIO(saved.getvalue()), kept)
    again = tmp_path / "again"
    again.mkdir()
    prepare.load(io.BytesIO(saved.getvalue()), again)
    assert [str(path.relative_to(again)) for path in again.rglob("*") if path.is_file()] == ["ab/cd/160.webp"]


def test_prepare_writes_the_configuration_of_nginx(prepare, tmp_path, monkeypatch):
    monkeypatch.setenv("MARKET_URL", "https://shop.example/")
    monkeypatch.setenv("MARKET_EDGE_REQUESTS_PER_S", "7")
    prepare.prepare(["localhost", "other.example"])
    text = (tmp_path / "edge/nginx.conf").read_text()
    assert not re.search(r"@[A-Z_]+@", text) and "user " not in re.sub(r"#.*", "", text).partition("events")[0]
    upstreams = re.findall(r'upstream (\w+) \{\n    zone \1 64k;\n    include "/tmp/resolver\.conf";\n    server (\S+) resolve max_fails=0;', text)
    assert dict(upstreams) == {"gateway": "gateway:8080", **{f"grpc_{name}": f"{name}:7000" for name in (*SERVICES, "gateway")}}
    for what in ("proxy", "grpc"):
        assert re.findall(rf"{what}_next_upstream(?:_tries)? .*;", text) == [f"{what}_next_upstream error timeout;", f"{what}_next_upstream_tries 3;"]
        assert f"{what}_connect_timeout 250ms;" in text and "non_idempotent;" not in text
    refusals = (tmp_path / "edge/nginx_refusals.conf").read_text()
    # The pages about the API, where the volume is mounted.
    assert 'root "/run/market/site";' in text
    sources = text + "".join((tmp_path / f"edge/nginx_{name}.conf").read_text() for name in ("site", "shop"))
    asked = re.findall(r'include "/run/market/(\w+\.conf)";', sources)
    assert {"nginx.conf", *asked} == set(nginx.FILES)
    # Under which names, where plain HTTP is sent, and what was set.
    assert "server_name shop.example nginx localhost other.example 127.0.0.1 [::1];" in text
    assert "error_page 497 =308 https://shop.example$request_uri;" in refusals
    assert "rate=7r/s;" in (tmp_path / "edge/nginx_limits.conf").read_text()
    for name in (*asked, "site/openapi.json", "site/docs/swagger-ui-bundle.js", "site/problems/not-found.html", "site/links.html", "site/links/links.js"):
        assert (tmp_path / "edge" / name).exists(), name
    # Only a request that nobody was asked is begun again, and what fails then is refused in our words.
    assert "recursive_error_pages on;\nerror_page 502 = @again;\n" in refusals
    assert 'if ($upstream_addr !~ "(^|, )gateway$") { return 503; }' in refusals
