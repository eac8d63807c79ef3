"""The packages from installation to purge, in a machine of their own: real apt, systemd and PostgreSQL."""

import pathlib
import re
import subprocess

import pytest

import machine as machines
from deploy.lib import topology

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOPOLOGY = topology.read()
SERVICES = tuple(TOPOLOGY.services)
PARTS = tuple(f"marketplace-{name}.service" for name in (*SERVICES, "gateway"))
SANDBOX = "marketplace-sandbox.service"
SINGLE = "marketplace-single.service"
ALL = (*PARTS, SINGLE, SANDBOX)
METRICS = {"single" if one.name == "marketplace" else one.name: TOPOLOGY.public + one.ports["metrics"]
           for one in TOPOLOGY.programs.values()}
SECRETS = "/etc/marketplace/secrets"


@pytest.fixture
def machine(packages, newer, tmp_path):
    """Booted, with nothing of ours installed."""
    try:
        with machines.Machine(tmp_path, [*packages.values(), *newer.values()]) as one:
            yield one
    except machines.Unavailable as reason:
        pytest.skip(f"no machine to install on: {reason}")


@pytest.fixture(scope="session")
def newer(packages, tmp_path_factory):
    """The same packages with a higher version."""
    made = {}
    for name, package in packages.items():
        directory = tmp_path_factory.mktemp("newer")
        subprocess.run(["dpkg-deb", "-R", package, directory / "tree"], check=True)
        control = directory / "tree/DEBIAN/control"
        control.write_text(re.sub(r"^(Version: \S+|.*marketplace \(= [^)]+)", r"\1+test", control.read_text(), flags=re.MULTILINE))
        made[name] = directory / f"{name}_newer.deb"
        subprocess.run(["dpkg-deb", "-b", "-Znone", directory / "tree", made[name]], check=True, stdout=subprocess.DEVNULL)
    return made


def install(machine, packages):
    return machine.apt("install", *(f"/packages/{path.name}" for path in packages.values()))


def block(name):
    """Commands of deploy/debian/README.md."""
    text = (ROOT / "deploy/debian/README.md").read_text()
    return re.search(rf"<!-- {name}:begin -->\n```sh\n(.*?)```\n<!-- {name}:end -->", text, re.DOTALL)[1]


def healthcheck(machine, name):
    return machine.try_run("marketctl", "healthcheck", f"127.0.0.1:{METRICS[name]}").returncode


def expect_nothing_runs(machine):
    assert [unit for unit in ALL if machine.is_active(unit)] == []
    assert machine.try_run("pgrep", "-u", "marketplace").returncode == 1
    enabled = machine.try_run("systemctl", "list-unit-files", "--no-legend", "--state=enabled", "marketplace*").stdout
    assert enabled == ""


def expect_the_account(machine):
    account = machine.run("getent", "passwd", "marketplace").strip().split(":")
    assert 100 <= int(account[2]) < 1000 and account[5] == "/nonexistent" and account[6] == "/usr/sbin/nologin"


def expect_a_wrong_setting_to_end_it(machine):
    """Without certificate and database auth ends with a word, and is not started again and again."""
    assert machine.try_run("systemctl", "start", "marketplace-auth").returncode != 0
    end = machine.show("marketplace-auth", "Result", "ExecMainStatus", "NRestarts", "ActiveState")
    assert end == {"Result": "exit-code", "ExecMainStatus": "2", "NRestarts": "0", "ActiveState": "failed"}
    assert "postgres.conninfo_file" in machine.journal("marketplace-auth")


# Nobody answers there: mails wait.
MAIL = """notification.smtp_host = 127.0.0.1
notification.smtp_security = none
notification.mail_from = no-reply@marketplace.test
notification.public_url = https://localhost"""


def set_property(machine, name, line):
    machine.run("tee", "-a", f"/etc/marketplace/{name}.conf", stdin=line + "\n")


def prepare_sandbox(machine):
    machine.shell("""
umask 077
owner=$(openssl rand -hex 24)
program=$(openssl rand -hex 24)
echo "host=127.0.0.1 dbname=sandbox user=sandbox_owner password=$owner" >/etc/marketplace/secrets/migrate/sandbox
echo "host=127.0.0.1 dbname=sandbox user=sandbox password=$program" >/etc/marketplace/secrets/sandbox/conninfo
runuser -l postgres -c 'psql -q -v ON_ERROR_STOP=1' <<SQL
CREATE ROLE sandbox_owner LOGIN PASSWORD '$owner';
CREATE ROLE sandbox LOGIN PASSWORD '$program';
CREATE DATABASE sandbox OWNER sandbox_owner;
SQL
systemctl start marketplace-sandbox
""")


def prepare_single(machine):
    """The six's files for the one, with a certificate that says `marketplace`."""
    machine.shell(f"""
cd {SECRETS}
umask 077
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout single/tls.key -subj /CN=marketplace \
  -addext subjectAltName=DNS:marketplace -addext extendedKeyUsage=serverAuth,clientAuth 2>/dev/null |
  openssl x509 -req -copy_extensions copy -CA ca.crt -CAkey ca.key -days 397 -out single/tls.crt 2>/dev/null
cp ca.crt auth/root_key single
for name in {' '.join(SERVICES)}; do cp "$name/conninfo" "single/$name.conninfo"; done
""")


def wait_for(machine, condition):
    machine.shell(f"for attempt in $(seq 600); do ! {{ {condition}; }} || exit 0; sleep 0.1; done; exit 1")


def wait_for_connection(machine, unit, peer):
    """A peer that was away has calls again when the next attempt to connect to it is made."""
    script = ("import sys, time, urllib.request\n"
              "while sys.argv[2] not in urllib.request.urlopen(sys.argv[1], timeout=5).read().decode(): time.sleep(0.05)")
    done = machine.from_outside("/usr/bin/python3", "-c", script, f"http://127.0.0.1:{METRICS[unit]}/metrics",
                                f'market_grpc_client_connections{{peer="{peer}"}} 1')
    assert done.returncode == 0, done.stderr


def place_an_order(machine, unit, tmp_path):
    """Through the REST interface, with tools/proof.py."""
    password = tmp_path / "operator_password"
    password.write_text("a password for the operator\n")
    machine.run("tee", "/root/operator_password", stdin=password.read_text())
    machine.run("marketctl", "operator", "create", "--email", "operator@marketplace.test", "--password-file",
                "/root/operator_password", "--config", f"/etc/marketplace/{unit}.conf")
    done = machine.from_outside("/usr/bin/python3", ROOT / "tools/proof.py", "--url", "http://127.0.0.1:8444",
                                "--ca", machine.root / SECRETS.lstrip("/") / "ca.crt", "--operator-email",
                                "operator@marketplace.test", "--operator-password-file", password)
    assert done.returncode == 0, done.stderr + machine.last_words()
    print(done.stdout.strip())


def status_of(machine, pid):
    return dict(re.findall(r"^(\w+):\s*(.*)$", machine.run("cat", f"/proc/{pid}/status"), re.MULTILINE))


def expect_it_is_confined(machine, unit):
    name = unit.removeprefix("marketplace-").removesuffix(".service")
    pid = machine.show(unit, "MainPID")["MainPID"]
    status = status_of(machine, pid)
    account = machine.run("id", "-u", "marketplace").strip()
    assert set(status["Uid"].split()) == {account}
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    assert all(int(status[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
    # In its place, as it: only its own secrets, nowhere to write, and no look into another program of the same account.
    others = [other for running, other in main_pids(machine, ALL).items() if running != unit and other != "0"]
    asks = f"""
refused() {{ if "$@" >/dev/null 2>&1; then echo "allowed: $*" >&2 && exit 1; fi; }}
[ "$(ls /run/credentials)" = {unit} ]
[ -r /run/credentials/{unit}/secret_{'conninfo' if name == 'sandbox' else 'tls.key'} ]
refused ls {SECRETS}
refused ls /root
awk '$5 == "/" && $6 ~ /^ro/ {{ found = 1 }} END {{ exit !found }}' /proc/self/mountinfo
touch /tmp/x
[ ! -e /dev/mem ]
for other in {' '.join(others)}; do
  refused ls "/proc/$other/root/"
  refused head -c 1 "/proc/$other/environ"
done
"""
    group = machine.run("id", "-g", "marketplace").strip()
    machine.run("setpriv", "--clear-groups", "nsenter", "--target", pid, "--user", "--mount", "--preserve-credentials",
                "setpriv", f"--reuid={account}", f"--regid={group}", "--keep-groups", "sh", "-euc", asks)


def main_pids(machine, units):
    return {unit: machine.show(unit, "MainPID")["MainPID"] for unit in units}


def expect_it_comes_back(machine, unit):
    before = main_pids(machine, [unit])
    machine.run("systemctl", "kill", "--signal=KILL", unit)
    wait_for(machine, f"[ $(systemctl show -P NRestarts {unit}) = 1 ] && systemctl is-active -q {unit}")
    assert main_pids(machine, [unit]) != before


def expect_a_frozen_one_to_come_back(machine, unit):
    before, restarts = main_pids(machine, [unit]), int(machine.show(unit, "NRestarts")["NRestarts"])
    machine.run("systemctl", "kill", "--signal=STOP", unit)
    wait_for(machine, f"[ $(systemctl show -P NRestarts {unit}) = {restarts + 1} ] && systemctl is-active -q {unit}")
    assert main_pids(machine, [unit]) != before
    assert "Watchdog timeout" in machine.run("journalctl", "-u", unit, "--no-pager", "-o", "cat")


def expect_it_to_wait_for_its_database(machine):
    machine.run("systemctl", "stop", "marketplace*", "postgresql")
    machine.run("systemctl", "start", "--no-block", "marketplace-user")
    # Its schema comes first, and that waits.
    wait_for(machine, "[ $(systemctl show -P MainPID marketplace-migrate@user) != 0 ]")
    assert machine.show("marketplace-migrate@user", "ActiveState") == {"ActiveState": "activating"}
    machine.run("systemctl", "start", "postgresql")
    wait_for(machine, "systemctl is-active -q marketplace-user")


def expect_an_orderly_end(machine, units):
    for unit in units:
        # A target passes the word on and does not wait for its parts.
        wait_for(machine, f"[ $(systemctl show -P ActiveState {unit}) != deactivating ] && [ -z \"$(systemctl show -P Job {unit})\" ]")
        end = machine.show(unit, "ActiveState", "Result", "ExecMainStatus", "MainPID")
        assert end == {"ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0", "MainPID": "0"}, unit


def expect_the_gateway_to_end_first(machine):
    ends = {unit: int(machine.show(unit, "InactiveEnterTimestampMonotonic")["InactiveEnterTimestampMonotonic"]) for unit in PARTS}
    assert min(ends, key=ends.get) == "marketplace-gateway.service"


def expect_only_configuration_left(machine):
    assert machine.try_run("pgrep", "-u", "marketplace").returncode == 1
    assert not (machine.root / "usr/lib/marketplace").exists() and not (machine.root / "usr/bin/marketctl").exists()
    assert machine.run("cat", "/etc/marketplace/payment.conf").rstrip().endswith("8451")
    assert machine.run("ls", f"{SECRETS}/auth").split() == ["ca.crt", "conninfo", "root_key", "tls.crt", "tls.key"]


def expect_nothing_left(machine):
    allowed = ("/packages/", "/var/cache/apt/archives/")
    assert [path for path in machine.names("*marketplace*") if not path.startswith(allowed)] == []
    for database in ("passwd", "group"):
        assert machine.try_run("getent", database, "marketplace").returncode == 2
    assert machine.try_run("dpkg", "-s", "marketplace").returncode == 1
    assert machine.run("find", "/", "-xdev", "(", "-nouser", "-o", "-nogroup", ")", "-not", "-path", "/proc/*") == ""
    assert machine.try_run("systemctl", "list-units", "--all", "--no-legend", "marketplace*.service").stdout == ""


def test_life_of_the_services(machine, packages, newer, tmp_path):
    install(machine, packages)
    expect_the_account(machine)
    expect_nothing_runs(machine)
    machine.run("systemd-analyze", "verify", "--man=no", *ALL)
    expect_a_wrong_setting_to_end_it(machine)

    machine.shell(block("setup"))
    set_property(machine, "payment", "payment.provider_url = http://127.0.0.1:8451")
    set_property(machine, "user", "user.auto_approve_sellers = yes")
    set_property(machine, "notification", MAIL)
    prepare_sandbox(machine)
    machine.shell(block("start"))
    assert [name for name in (*SERVICES, "gateway", "sandbox") if healthcheck(machine, name)] == []
    place_an_order(machine, "auth", tmp_path)
    assert '"process.listening"' in machine.journal("marketplace-order")
    for unit in (*PARTS, SANDBOX):
        expect_it_is_confined(machine, unit)
    expect_it_comes_back(machine, "marketplace-order.service")
    expect_a_frozen_one_to_come_back(machine, "marketplace-order.service")

    # An upgrade keeps the operator's settings, starts again what runs and nothing else.
    machine.run("systemctl", "stop", "marketplace-user")
    running = [unit for unit in (*PARTS, SANDBOX) if unit != "marketplace-user.service"]
    before = main_pids(machine, running)
    install(machine, newer)
    assert all(machine.is_active(unit) and pid != before[unit] for unit, pid in main_pids(machine, running).items())
    assert not machine.is_active("marketplace-user") and not machine.is_active(SINGLE)
    machine.run("systemctl", "start", "marketplace.target")
    wait_for_connection(machine, "order", "user")
    place_an_order(machine, "auth", tmp_path)

    machine.run("systemctl", "stop", "marketplace.target")
    expect_an_orderly_end(machine, (*PARTS, SANDBOX))
    expect_the_gateway_to_end_first(machine)

    expect_it_to_wait_for_its_database(machine)
    machine.run("systemctl", "start", "marketplace.target")
    machine.apt("remove", "marketplace", "marketplace-sandbox")
    expect_only_configuration_left(machine)
    machine.apt("purge", "marketplace", "marketplace-sandbox")
    expect_nothing_left(machine)


def test_life_of_the_single_process(machine, packages, tmp_path):
    install(machine, packages)
    machine.shell(block("setup"))
    set_property(machine, "payment", "payment.provider_url = http://127.0.0.1:8451")
    set_property(machine, "single", "payment.provider_url = http://127.0.0.1:8451\nuser.auto_approve_sellers = yes\n" + MAIL)
    prepare_sandbox(machine)
    prepare_single(machine)
    machine.run("systemctl", "start", "marketplace-auth")

    # The other shape takes its place.
    machine.run("systemctl", "enable", "--now", "marketplace.target", "marketplace-single")
    expect_an_orderly_end(machine, ["marketplace-auth.service"])
    assert healthcheck(machine, "single") == 0
    expect_it_is_confined(machine, SINGLE)
    place_an_order(machine, "single", tmp_path)

    machine.run("systemctl", "stop", "marketplace.target")
    expect_an_orderly_end(machine, [SINGLE, SANDBOX])
    # At once, and while it runs.
    machine.run("systemctl", "start", "marketplace-single")
    machine.apt("purge", "marketplace", "marketplace-sandbox")
    expect_nothing_left(machine)
