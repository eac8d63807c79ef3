"""Bad input to the launcher and to each program: one clear line that names the setting, and an exit code that is not 0."""

import os
import pathlib
import socket
import subprocess

import pytest

import market

BIN = market.ROOT / "build" / os.environ.get("MARKET_PRESET", "release") / "bin"
PROGRAMS = ["auth", "user", "product", "order", "payment", "gateway", "sandbox", "marketplace"]


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


def config_of(program, shape):
    path = market.data_directory() / "etc" / f"{program}.conf"
    if not path.exists():
        pytest.skip(f"{program} is not part of the {shape} shape")
    return path


@pytest.fixture
def shape(stack):
    return stack["shape"]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("line,named", [("no.such_key = 1", "no.such_key"), ("log.level = loud", "log.level"),
                                        ("shutdown.drain = soon", "shutdown.drain"), ("metrics.listen", "metrics.listen")])
def test_program_names_the_bad_setting(program, line, named, tmp_path, shape):
    text = config_of(program, shape).read_text()
    bad = tmp_path / "bad.conf"
    bad.write_text(text + "\n" + line + "\n")
    code, lines = run(BIN / program, "--config", bad)
    assert code == 2 and len(lines) == 1 and named in lines[0], lines


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_without_configuration_says_what_it_needs(program):
    if program == "nothing":
        return
    code, lines = run(BIN / program)
    assert code == 2 and len(lines) == 1, lines


@pytest.mark.parametrize("program", [p for p in PROGRAMS if p not in ("sandbox",)])
def test_wrong_ca_is_named(program, tmp_path, shape):
    text = config_of(program, shape).read_text()
    ca = tmp_path / "ca.crt"
    ca.write_text("not a certificate\n")
    bad = tmp_path / "bad.conf"
    bad.write_text("\n".join(f"tls.ca = {ca}" if l.startswith("tls.ca") else l for l in text.splitlines()) + "\n")
    if "tls.ca" not in text:
        pytest.skip(f"{program} has no TLS in this shape")
    code, lines = run(BIN / program, "--config", bad, "--metrics.listen=127.0.0.1:0")
    assert code != 0 and any(str(ca) in line or "tls.ca" in line for line in lines), lines
