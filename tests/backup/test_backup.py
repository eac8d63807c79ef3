"""A backup under load, and what comes back from it: with the provider as it was then, and with one that has gone on.

One story, told once for the module: people buy, a backup is made while they do, they go on, cancel and pay. Then a second
marketplace is restored beside the first and uses its provider, which knows everything that happened after the backup; and last
the first one is erased and restored in its own place, provider and all.
"""

import dataclasses
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess

import httpx
import pytest

import market
from load import Load
from pictures import uploaded

BUYERS = 6
BEFORE, AFTER = 40, 40        # purchases answered before the backup is asked for, and after it is done
PORTS_OF_A_STACK = 40
PATIENT = "pm_sandbox_timeout_authorized"


def run(*arguments, data, **environment):
    """./market; exit code and everything it said."""
    done = subprocess.run([market.ROOT / "market", *map(str, arguments)], capture_output=True, text=True, timeout=500,
                          stdin=subprocess.DEVNULL,
                          env={**os.environ, "MARKET_DATA": str(data), "MARKET_NO_BUILD": "1", "MARKET_NO_SEED": "1", **environment})
    return done.returncode, done.stdout + done.stderr


def free_base_port():
    for _ in range(200):
        base = random.randrange(10000, 30000, PORTS_OF_A_STACK)
        try:
            for port in range(base, base + PORTS_OF_A_STACK):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise AssertionError("no free block of ports")


@dataclasses.dataclass
class Story:
    data: pathlib.Path
    stack: dict
    people: list                # whose orders these are
    backup: pathlib.Path
    before: dict                # order -> state: answered before the backup was asked for
    in_flight: list             # orders whose payment was not decided then
    after: list                 # orders of after the backup
    cancelled_after: list       # orders of before that were cancelled after
    picture: tuple              # (address, content) of one that was there before


def read_marketplace(data):
    return json.loads(run("info", "--json", data=data)[1])


def orders_of(person):
    """{order: state}, page by page."""
    found, token = {}, ""
    while True:
        page = person.ok("GET", "/v1/orders", params={"pageSize": 100, **({"pageToken": token} if token else {})})
        found |= {order["id"]: order["state"] for order in page["orders"]}
        token = page.get("nextPageToken", "")
        if not token:
            return found


def placed(load):
    return {order for attempt in list(load.attempts) for status, order in list(attempt.answers)
            if not isinstance(status, str) and status == 201}


@pytest.fixture(scope="module")
def places():
    """Short paths: sockets are below them."""
    made = []

    def place(name):
        path = pathlib.Path(f"/tmp/mk-{name}-{os.getpid()}")
        made.append(path)
        return path

    yield place
    for path in made:
        if (path / "state.json").exists():
            run("down", "--erase", data=path)
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def story(stack, category, places):
    seller = market.Person(stack["url"], stack["caFile"], "Sam")
    seller.open_seller()
    offers = [seller.create_product(category, stock=100_000)["offers"][0]["id"] for _ in range(4)]
    people = [market.Person(stack["url"], stack["caFile"], f"backup{n}") for n in range(BUYERS + 2)]
    for person in people:
        person.add_address()
    *buyers, patient, fickle = people
    picture = uploaded(seller)["media"][0]["webp"]
    backup = places("backup")
    kept = [fickle.ok("POST", "/v1/orders", fickle.order_body((offers[0], 1)), key=market.new_key())["id"] for _ in range(3)]
    market.until(lambda: all(fickle.ok("GET", f"/v1/orders/{one}/payment")["state"] == "CAPTURED" for one in kept), "the captures")

    with Load(buyers, offers, purchases_only=True) as load:
        market.until(lambda: len(placed(load)) >= BEFORE, "purchases before the backup")
        # The provider has authorised and says so only in half a minute: undecided here when the backup is made.
        in_flight = [patient.place((offers[1], 1), method=PATIENT) for _ in range(2)]
        assert [answer.status_code for answer in in_flight] == [202, 202]
        answered = placed(load)
        code, said = run("backup", backup, data=market.data_directory())
        assert code == 0, said
        known = placed(load)
        market.until(lambda: len(placed(load)) >= len(known) + AFTER, "purchases after the backup")
    assert load.failures == [], load.failures[:5]
    load.settle(serving_limit_s=60)
    before = dict.fromkeys([*answered, *kept], "PLACED")
    after = placed(load) - known
    # Money of before the backup that goes back after it.
    fickle.ok("POST", f"/v1/orders/{kept[0]}:cancel", {}, key=market.new_key())
    market.until(lambda: fickle.ok("GET", f"/v1/orders/{kept[0]}/payment").get("refunded", {}).get("amount"), "the refund")
    assert market.check_invariants(wait_s=90)["clean"]
    return Story(data=market.data_directory(), stack=stack, people=people, backup=backup, before=before,
                 in_flight=[answer.json()["id"] for answer in in_flight], after=sorted(after), cancelled_after=kept[:1],
                 picture=(picture, seller.get(picture).content))


def signed_in(person, stack):
    return market.Person(stack["url"], stack["caFile"], email=person.email, password=person.password)


def states(story, stack):
    found = {}
    for person in story.people:
        found |= orders_of(signed_in(person, stack))
    return found


def provider_url():
    return market.settings("payment")["payment.provider_url"]


def charges(url):
    """Everything the provider has, by our order."""
    found, after = {}, {}
    while True:
        page = httpx.get(f"{url}/v1/charges", headers={"Authorization": "Bearer sk_sandbox"}, timeout=10,
                         params={"limit": 100, **after}).json()
        for charge in page["data"]:
            found.setdefault(charge["transfer_group"], []).append(charge)
        if not page["has_more"]:
            return found
        after = {"starting_after": page["data"][-1]["id"]}


def buys_again(story, stack):
    """Somebody of before the backup, with the address of then."""
    person = signed_in(story.people[0], stack)
    person.address = story.people[0].address
    offer = person.ok("GET", f"/v1/orders/{next(iter(orders_of(person)))}")["sellerOrders"][0]["lines"][0]["offerId"]
    answer = person.place((offer, 1))
    assert answer.status_code == 201, answer.text


def shows_its_picture(story, stack):
    address, content = story.picture
    answer = market.Client(stack["url"], stack["caFile"]).get(address)
    assert answer.status_code == 200 and answer.content == content


def in_flight_end(story, stack):
    patient = signed_in(story.people[-2], stack)
    market.until(lambda: all(orders_of(patient)[order] == "PLACED" for order in story.in_flight), "the undecided orders", limit_s=90)


def test_backup_is_for_its_owner_only_and_whole(story):
    assert story.backup.stat().st_mode & 0o777 == 0o700
    facts = json.loads((story.backup / "backup.json").read_text())
    assert facts["shape"] == story.stack["shape"] and facts["port"] == int(story.stack["url"].rpartition(":")[2])
    done = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=story.backup, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert (story.backup / "secrets" / "auth_root_key").exists()


@pytest.mark.parametrize("make,named", [(lambda path: (path / "x").mkdir(parents=True), "not empty"),
                                        (lambda path: path.touch(), "not a directory")])
def test_backup_wants_a_directory_of_its_own(story, places, make, named):
    path = places("taken") / named.replace(" ", "-")
    path.parent.mkdir(exist_ok=True)
    make(path)
    code, said = run("backup", path, data=story.data)
    assert code == 2 and named in said and len(said.splitlines()) == 1, said


def test_backup_inside_the_data_directory_is_refused(story):
    code, said = run("backup", story.data / "backup", data=story.data)
    assert code == 2 and "data directory" in said and not (story.data / "backup").exists(), said


def test_backup_of_what_does_not_run_is_refused_and_leaves_nothing(places):
    target = places("nothing")
    code, said = run("backup", target, data=places("nowhere"))
    assert code == 3 and "not running" in said and not target.exists(), said


def test_restore_over_a_running_marketplace_is_refused(story):
    code, said = run("restore", story.backup, data=story.data)
    assert code != 0 and "is running" in said and "--erase" in said, said
    assert run("status", data=story.data)[0] == 0


def test_restore_into_a_directory_with_something_in_it_is_refused(story, places):
    path = places("full")
    path.mkdir()
    (path / "letter").touch()
    code, said = run("restore", story.backup, "--port", free_base_port(), data=path)
    assert code != 0 and "not empty" in said and [one.name for one in path.iterdir()] == ["letter"], said


def shorten(path):
    path.write_bytes(path.read_bytes()[:-1])


def largest_table(backup):
    return max((one for one in (backup / "postgres" / "base").rglob("[0-9]*") if one.is_file()), key=lambda one: one.stat().st_size)


def change_facts(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


DAMAGES = {
    "a table is cut": (lambda b: shorten(largest_table(b)), "damaged: "),
    "a table is gone": (lambda b: largest_table(b).unlink(), "damaged: "),
    "log is gone": (lambda b: next((b / "postgres" / "pg_wal").glob("0*")).unlink(), "damaged: "),
    "a key is changed": (lambda b: shorten(b / "secrets" / "auth_root_key"), "auth_root_key has changed"),
    "a secret is gone": (lambda b: (b / "secrets" / "redis_password").unlink(), "redis_password is missing"),
    "a file too many": (lambda b: (b / "secrets" / "stranger").touch(), "stranger does not belong"),
    "never finished": (lambda b: (b / "SHA256SUMS").unlink(), "SHA256SUMS"),
    "facts are cut": (lambda b: shorten(b / "backup.json") or shorten(b / "backup.json"), "damaged: "),
    "another format": (lambda b: change_facts(b / "backup.json", format=0), "the format 0"),
    "another schema": (lambda b: change_facts(b / "backup.json", schema={"order": [["order", "0001_order.sql", "0" * 64]]}),
                       "another schema: order/0001_order.sql"),
    "another PostgreSQL": (lambda b: (b / "postgres" / "PG_VERSION").write_text("7\n"), "PostgreSQL 7"),
}


@pytest.mark.parametrize("damage,named", DAMAGES.values(), ids=DAMAGES)
def test_damaged_backup_is_refused_before_anything_is_written(story, places, damage, named):
    copy, target = places("damaged"), places("unborn")
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", story.backup, copy], check=True)
    damage(copy)
    code, said = run("restore", copy, "--port", free_base_port(), data=target)
    assert code == 1 and named in said and not target.exists(), said
    assert said.splitlines()[-1].startswith("market: "), said


def test_half_of_a_restored_marketplace_does_not_start(places):
    data = places("half")
    data.mkdir()
    (data / "restore.json").write_text('{"since": "2026-11-28T17:20:08Z", "whole": false}')
    code, said = run("up", data=data)
    assert code == 1 and "restored only in part" in said and not (data / "secrets").exists(), said


def test_restored_beside_a_provider_that_has_gone_on(story, places):
    data, port = places("second"), free_base_port()
    code, said = run("restore", story.backup, "--port", port, data=data, MARKET_PROVIDER_URL="http://127.0.0.1:1")
    assert code == 1 and "could not be compared" in said, said
    # No service has run, and none will before the provider has answered.
    assert set(read_marketplace(data)["pids"]) == {"postgres", "sandbox"}
    code, said = run("up", data=data, MARKET_PROVIDER_URL=provider_url())
    assert code == 0, said
    assert "no payment here claims it" in said and "cancelled, as its money was given back" in said, said
    stack = read_marketplace(data)
    in_flight_end(story, stack)
    found = states(story, stack)
    expected = story.before | dict.fromkeys(story.cancelled_after, "CANCELLED")
    assert {order: found.get(order) for order in expected} == expected
    there = charges(provider_url())
    for order in story.after:
        assert order not in found
        assert all(charge["status"] == "failed" or charge["refunded"] for charge in there[order]), there[order]
    buys_again(story, stack)
    shows_its_picture(story, stack)
    checker = [market.BIN / "check_invariants", "--config", data / "etc" / "check_invariants.conf", "--wait=120s"]
    done = subprocess.run(checker, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    # What was reconciled stays so.
    since = json.loads((story.backup / "backup.json").read_text())["started"]
    again = subprocess.run([market.BIN / "marketctl", "reconcile", "--config", data / "etc" / "reconcile.conf", "--since", since],
                           capture_output=True, text=True)
    assert again.returncode == 0 and ", 0 steps, 0 left" in again.stdout, again.stdout + again.stderr
    assert run("down", "--erase", data=data)[0] == 0


def test_restored_in_its_own_place_with_its_provider(story):
    assert run("down", "--erase", data=story.data)[0] == 0
    code, said = run("restore", story.backup, data=story.data)
    assert code == 0, said
    stack = read_marketplace(story.data)
    assert stack["url"] == story.stack["url"]
    in_flight_end(story, stack)
    found = states(story, stack)
    assert {order: found.get(order) for order in story.before} == story.before
    buys_again(story, stack)
    shows_its_picture(story, stack)
    assert market.check_invariants(wait_s=60)["clean"]
