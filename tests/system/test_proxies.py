"""The proxies by themselves, between a client that can die and a PostgreSQL that answers "done" to everything: what has passed on each side
of a point."""

import asyncio
import contextlib
import subprocess
import sys
import threading

import pytest

import points
import proxies
import wire

pytestmark = pytest.mark.alone

# Two units on one connection, and what it hears.
CLIENT = """
import socket, struct, sys
def message(kind, body=b""): return kind + struct.pack(">i", 4 + len(body)) + body
def unit(sql): return message(b"P", b"\\0" + sql + b"\\0\\0\\0") + message(b"B", b"\\0\\0\\0\\0\\0\\0\\0\\0") + message(b"E", b"\\0\\0\\0\\0\\0") + message(b"S")
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
connection.sendall(struct.pack(">ii", 9, 196608) + b"\\0")
heard = b""
while heard.count(b"Z") < 3:
    if heard.count(b"Z") == 1 and heard.endswith(b"I"):
        connection.sendall(unit(b"FIRST") + unit(b"SECOND"))
    heard += (got := connection.recv(1 << 16))
    print(heard.count(b"Z"), flush=True)
    if not got: break
"""
READY, DONE = b"Z\0\0\0\5I", b"C\0\0\0\x0dUPDATE 1\0"
FIRST, SECOND = (points.Unit("order", (name,)) for name in ("FIRST", "SECOND"))


class Postgres:
    """Says ReadyForQuery to each Sync, and keeps what it was asked."""

    def __init__(self, directory):
        self.path, self.asked, self.left = directory, [], threading.Event()

    async def listen(self):
        return await asyncio.start_unix_server(self.serve, self.path / proxies.SOCKET)

    async def serve(self, reader, writer):
        messages, client = wire.Messages(from_client=True), wire.Client()
        with contextlib.closing(writer):
            while data := await reader.read(1 << 16):
                for one in messages.feed(data):
                    if group := client.take(*one):
                        self.asked += group.statements
                        writer.write(DONE * len(group.statements) + READY)
        self.left.set()


@pytest.fixture
def played(tmp_path, monkeypatch):
    """played(point, service=pid): (the units that PostgreSQL was asked, how often the client was told that something is done, how it ended)."""
    monkeypatch.setattr(points, "names_of", lambda database, statements: statements)

    def play(point, **others):
        watch, real = proxies.Watch(lambda service: service), Postgres(tmp_path)
        watch.pids.update(others)
        proxy = proxies.PostgresProxy("order", tmp_path, tmp_path, watch)
        watch.armed = point
        with proxies.running([real, proxy]):
            with subprocess.Popen([sys.executable, "-c", CLIENT, proxy.path / proxies.SOCKET], stdout=subprocess.PIPE, text=True) as client:
                lines = client.stdout.read().split()
            assert real.left.wait(10)
        assert watch.hit.is_set() == (point is not None) and not watch.faults, watch.faults
        return real.asked, int(lines[-1]) - 1, client.returncode

    return play


KILLED = -9


def test_nothing_dies_where_nobody_waits(played):
    assert played(None) == (["FIRST", "SECOND"], 2, 0)


@pytest.mark.parametrize("unit,side,outcome", [
    (FIRST, "before", ([], 0, KILLED)), (FIRST, "after", (["FIRST", "SECOND"], 0, KILLED)),
    (SECOND, "before", (["FIRST"], None, KILLED)), (SECOND, "after", (["FIRST", "SECOND"], None, KILLED))], ids=str)
def test_who_asks_dies_on_that_side(played, unit, side, outcome):
    asked, told, code = played(points.Point(unit, side, "order"))
    # Whether the answer to the first had arrived is not for the point to say.
    assert (asked, told if outcome[1] is not None else None, code) == outcome


def test_what_is_asked_goes_on_when_another_dies(played):
    with subprocess.Popen(["sleep", "60"]) as other:
        assert played(points.Point(FIRST, "before", "product"), product=other.pid) == (["FIRST", "SECOND"], 2, 0)
        assert other.wait() == KILLED
