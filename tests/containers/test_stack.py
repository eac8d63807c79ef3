"""The composed marketplace while it runs, one container of each part."""

import io
import os
import re
import signal
import subprocess
import tarfile
import time

import pytest

import engine
import market
from conftest import PROJECT, ROOT
from engine import SERVICES
from load import Load

RECOVERY_S = 60


def test_all_are_healthy_and_the_proof_is_done(composed, containers, running):
    expected = {"nginx", "redis", "sandbox", "mailbox", *(f"postgres-{name}" for name in (*SERVICES, "sandbox"))}
    expected |= {"gateway", *SERVICES} if composed["shape"] == "services" else {"marketplace"}
    assert set(running) == expected
    for name, one in running.items():
        assert one.is_healthy(), name
    for name in set(containers) - set(running):
        assert containers[name].facts["State"]["ExitCode"] == 0, name
    (proof,) = (one for name, one in containers.items() if name.startswith("proof"))
    assert b"placed and paid" in proof.logs()


def test_schemas_were_made_by_the_jobs(containers):
    """And not by the programs, which start after them."""
    said = b"".join(one.logs() for name, one in containers.items() if name.startswith("migrate-")).decode()
    applied = re.findall(r"^(\w+): applied (\S+)$", said, re.MULTILINE)
    assert {database for database, _ in applied} == {*SERVICES, "sandbox"} and len(set(applied)) == len(applied)


def test_only_nginx_and_the_mailbox_publish(containers):
    published = {name for name, one in containers.items()
                 for bindings in (one.facts["HostConfig"]["PortBindings"] or {}).values() if bindings}
    assert published == {"nginx", "mailbox"}


def test_nobody_is_root_or_can_become_it(running):
    for name, one in running.items():
        status = one.status
        assert set(status["Uid"]).isdisjoint({"0"}) and set(status["Gid"]).isdisjoint({"0"}), name
        assert int(status["CapEff"][0], 16) == int(status["CapBnd"][0], 16) == 0, name
        assert status["NoNewPrivs"] == ["1"], name


def test_root_file_systems_are_read_only(running):
    for name, one in running.items():
        for path in ("canary", "usr/bin/canary", "etc/canary", "run/market/canary"):
            if (one.root / path).parent.is_dir():
                with pytest.raises(OSError, match="Read-only file system"):
                    (one.root / path).write_text("written")


def test_our_image_has_no_shell(running):
    for name in ("gateway", "order", "sandbox", "marketplace"):
        if name in running:
            programs = {path.name for path in (running[name].root / "usr/bin").iterdir()}
            assert programs == {*engine.TOPOLOGY.programs, "marketctl", "check_invariants"}


def test_a_service_reaches_its_own_database_only(running):
    databases = {name.removeprefix("postgres-"): one for name, one in running.items() if name.startswith("postgres-")}
    assert len(databases) == 6
    for name, one in running.items():
        if name.startswith("postgres-"):
            continue
        reached = {database for database, store in databases.items()
                   if any(one.can_connect(address, 5432) for address in store.addresses())}
        assert reached == (set(SERVICES) if name == "marketplace" else {name} & set(databases)), name


def test_no_container_but_nginx_has_a_way_out(running):
    """An address that is certainly there: this machine's own, outside the bridges."""
    route = subprocess.run(["ip", "-o", "route", "get", "192.0.2.1"], capture_output=True, text=True).stdout
    if not re.search(r"src (\S+)", route):
        pytest.skip("this machine has no address outside itself")
    for name, one in running.items():
        done = subprocess.run(["nsenter", "-t", str(one.pid), "-n", "ip", "route", "show", "default"],
                              capture_output=True, text=True)
        assert bool(done.stdout.strip()) == (name == "nginx"), name


def files_of(saved):
    """(path, content) of all files in all layers of what `podman save` wrote."""
    with tarfile.open(fileobj=io.BytesIO(saved)) as image:
        for layer in [member for member in image if member.name.endswith(".tar")]:
            with tarfile.open(fileobj=image.extractfile(layer)) as files:
                for file in files:
                    if file.isfile():
                        yield file.name.removeprefix("./"), files.extractfile(file).read()


def test_no_secret_in_images_files_environment_or_logs(composed, containers):
    authority = engine.volume(PROJECT, "authority")
    secrets = {path.name: path.read_text().strip() for path in authority.rglob("*")
               if path.is_file() and path.suffix not in (".crt", ".srl") and path.name != "hosts"}
    for name in [name for name in secrets if name.endswith((".key", ".pem"))]:
        secrets[name] = secrets[name].splitlines()[1]
    assert len(secrets) > 30 and min(map(len, secrets.values())) >= 32

    # The usual password of the tests is also the example of the contract, which is in the programs.
    class Canary(market.Person):
        password = market.new_key()

    somebody = Canary(composed["url"], composed["caFile"], "Canary")
    somebody.ok("GET", "/v1/users/me")
    secrets |= {"a token": somebody.token, "a refresh token": somebody.session["refreshToken"],
                "a password": somebody.password}

    places = {"compose.yaml": (ROOT / "compose.yaml").read_bytes(), ".env": (ROOT / ".env").read_bytes()}
    for name, one in containers.items():
        places[f"log of {name}"] = one.logs()
        places[f"settings of {name}"] = engine.podman("inspect", one.id).encode()
    for image in {one.facts["ImageName"] for one in containers.values() if "marketplace" in one.facts["ImageName"]}:
        places[f"history of {image}"] = engine.podman("history", "--no-trunc", image).encode()
        places[f"layers of {image}"] = engine.podman("save", image, text=False)
    found = [(place, secret) for place, text in places.items() for secret, value in secrets.items()
             if value.encode() in text]
    assert not found
    assert sum(map(len, places.values())) > 50_000_000, "the images were not looked at"
    # Anything that looks like a key or a token, whoever's it is. Libraries have some in them, to test themselves with.
    pattern = re.compile(rb"-----BEGIN (EC |RSA )?PRIVATE KEY-----\n[A-Za-z0-9+/]{20}|"
                         rb"eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.")
    ours = {place: text for place, text in places.items() if not place.startswith("layers")}
    for place in set(places) - set(ours):
        ours |= {f"{place}: {path}": text for path, text in files_of(places[place]) if not path.startswith("usr/lib")}
    assert any(place.endswith(": usr/bin/order") for place in ours)
    assert not [place for place, text in ours.items() if pattern.search(text)]


def test_every_container_may_die_under_load(running, shop, people):
    """kill -9 of each in turn while six people buy: it comes back, everybody gets a last word, all books agree."""
    buyers = people(6)
    took = {}
    with Load(buyers, [shop.offer], purchases_only=True, tries=60) as load:
        for name, one in sorted(running.items()):
            time.sleep(1)  # load between the faults
            died = one.pid
            started = time.monotonic()
            os.kill(died, signal.SIGKILL)
            market.until(lambda: one.pid not in (0, died) and one.is_healthy(), f"{name} to come back",
                         limit_s=RECOVERY_S)
            took[name] = time.monotonic() - started

    load.settle(serving_limit_s=RECOVERY_S)
    report = market.check_invariants(wait_s=60)
    assert report["clean"], report["findings"][:20]
    orders = {order for attempt in load.attempts for order in attempt.orders}
    assert len(orders) == len(load.attempts) >= len(running)
    print(f"\n{len(running)} containers killed, back after at most {max(took.values()):.1f} s ({max(took, key=took.get)}); "
          f"{len(orders)} orders, {len(load.failures)} tries failed meanwhile; all books agree")
    for name, one in running.items():
        assert one.is_healthy(), name
