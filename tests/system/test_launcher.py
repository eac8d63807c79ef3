"""Bad input to the launcher and to each program: one clear line that names the setting, and an exit code that is not 0."""

import os
import pathlib
import re
import socket
import subprocess

import pytest

import market
from deploy.lib import topology
from market import BIN

pytestmark = pytest.mark.alone

PROGRAMS = list(topology.read().programs)


def run(*command, **environment):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                          env={**os.environ, **environment})
    return done.returncode, done.stderr.strip().splitlines()


@pytest.mark.parametrize("arguments,named", [(["nonsense"], "nonsense"), (["up", "--port", "x"], "--port"),
                                             (["up", "--port", "99999"], "--port"), (["up", "--nonsense"], "--nonsense"),
                                             (["build", "nonsense"], "nonsense"), (["restart", "nonsense"], "nonsense")])
def test_launcher_names_what_is_wrong(arguments, named):
    code, lines = run(market.ROOT / "market", *arguments)
    assert code != 0 and len(lines) >= 1 and named in lines[0], lines


def test_busy_port_names_the_setting(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, lines = run(market.ROOT / "market", "up", "--port", port, "--data", tmp_path / "d", MARKET_NO_BUILD="1")
    assert code != 0 and any("--port" in line and str(port) in line for line in lines), lines


@pytest.fixture(params=PROGRAMS)
def program(request, stack, tmp_path):
    """start(changes) runs one program by hand on the stack's own configuration with changed lines (None: without it);
    the listening sockets, which the supervisor holds, are replaced. Exit code and lines of stderr."""
    path = market.data_directory() / "etc" / f"{request.param}.conf"
    if not path.exists():
        pytest.skip(f"{request.param} is not part of the {stack['shape']} shape")
    settings = market.settings(request.param)
    for key in settings:
        if key.endswith(".listen"):
            settings[key] = "127.0.0.1:0"
    settings["log.file"] = str(tmp_path / "log")

    def start(changes):
        wanted = {key: value for key, value in {**settings, **changes}.items() if value is not None}
        config = tmp_path / "changed.conf"
        market.write_settings(config, wanted)
        return run(BIN / request.param, "--config", config)

    start.name, start.settings = request.param, settings
    return start


def refused(answer, named):
    code, lines = answer
    assert code != 0 and len(lines) == 1 and named in lines[0], (code, lines)


@pytest.mark.parametrize("key,value", [("no.such_key", "1"), ("log.level", "loud"), ("shutdown.drain", "soon"),
                                       ("shutdown.drain", "-1s"), ("metrics.listen", "nonsense"), ("metrics.listen", "127.0.0.1:99999"),
                                       ("log.file", "/nowhere/log")])
def test_program_names_the_bad_setting(program, key, value):
    refused(program({key: value}), key)


def test_line_without_a_value_is_named(program):
    refused(program({"metrics.listen": ""}), "metrics.listen")


def test_program_without_configuration_says_what_it_needs(program):
    code, lines = run(BIN / program.name)
    if program.name == "sandbox":
        refused((code, lines), "postgres.conninfo")
    else:
        assert code == 2 and len(lines) == 1 and "is required and not set" in lines[0], lines


def test_missing_configuration_file_is_named(program):
    refused(run(BIN / program.name, "--config", "/nowhere/x.conf"), "/nowhere/x.conf")


def test_busy_address_is_named(program):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused(program({"metrics.listen": f"127.0.0.1:{taken.getsockname()[1]}"}), "metrics.listen")


def test_wrong_peer_is_named(program):
    peers = [key for key in program.settings if key.startswith("peers.")]
    if not peers:
        pytest.skip(f"{program.name} calls nobody")
    refused(program({peers[0]: "nonsense"}), peers[0])


@pytest.mark.parametrize("key", ["tls.ca", "tls.certificate", "tls.key"])
@pytest.mark.parametrize("content", [None, "not a certificate\n"], ids=["missing", "garbage"])
def test_wrong_certificate_is_named(program, tmp_path, key, content):
    if key not in program.settings:
        pytest.skip(f"{program.name} has no TLS in this shape")
    path = tmp_path / "bad.pem"
    if content is not None:
        path.write_text(content)
    refused(program({key: path}), str(path))


def test_ca_that_signed_nobody_here_is_named(program, tmp_path):
    """Well-formed, and not the one whose certificates we carry: the process must not find out at its first call."""
    if "tls.ca" not in program.settings:
        pytest.skip(f"{program.name} has no TLS in this shape")
    ca = tmp_path / "other.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", "/CN=other", "-keyout", tmp_path / "other.key", "-out", ca], check=True, capture_output=True)
    refused(program({"tls.ca": ca}), "tls.ca")


def test_missing_database_is_named(stack, tmp_path):
    """All programs at once: each waits a while for a database that may be starting."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MARKET_")}
    running = []
    for path in sorted((market.data_directory() / "etc").glob("*.conf")):
        keys = [line.split("_file = ")[0] for line in path.read_text().splitlines() if "postgres.conninfo_file = " in line]
        if path.stem not in PROGRAMS or not keys:
            continue
        text = "".join(f"{line}\n" for line in path.read_text().splitlines() if ".listen" not in line and "log.file" not in line)
        text = text.replace(f"{keys[0]}_file", f"{keys[0]} = host=/nowhere dbname=x\n#")
        config = tmp_path / path.name
        config.write_text(text + f"log.file = {tmp_path / path.stem}.log\npostgres.start_limit = 1s\n")
        process = subprocess.Popen([BIN / path.stem, "--config", config], env=environment, stderr=subprocess.PIPE, text=True)
        running.append((path.stem, keys[0], process))
    assert running
    for name, key, process in running:
        _, errors = process.communicate(timeout=100)
        assert process.returncode == 1 and len(errors.splitlines()) == 1, (name, errors)
        assert f"{key}: " in errors and "/nowhere" in errors, (name, errors)


@pytest.fixture
def empty_database():
    name = f"empty_{market.new_key()[:12]}"
    market.psql("postgres", f"CREATE DATABASE {name}")
    yield name
    market.psql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def test_database_that_nobody_has_migrated_is_refused(program, empty_database):
    key = next((key for key in program.settings if key.endswith("postgres.conninfo_file")), None)
    if not key:
        pytest.skip(f"{program.name} has no database")
    conninfo = re.sub(r"\bdbname=\w+", f"dbname={empty_database}", pathlib.Path(program.settings[key]).read_text().strip())
    refused(program({key: None, key.removesuffix("_file"): conninfo}), "run marketctl migrate")
