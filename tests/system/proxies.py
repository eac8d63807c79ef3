"""Between the services and PostgreSQL, and between payment and its provider: knows which unit of work passes, and kills at a point.

The services find PostgreSQL by the directory of its socket, which stands in their conninfo, and the provider by its URL: both are settings,
so that nothing of the product knows of this (through()). One thread runs all of it.
"""

import asyncio
import contextlib
import functools
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import urllib.parse

import market
import points
import sql_log
import wire

DATABASES = ("order", "product", "payment")
SOCKET = ".s.PGSQL.5432"
# Polls, and what gives them something to find: one that finds nothing is no commit.
GIVEN_BY = {"outbox.claim": "outbox.append", "checkout.take_due": "checkout.postpone", "payment.take_due": "payment.insert"}
CONNINFO = re.compile(r"^(\S*conninfo_file) = (\S+/(\w+)\.conninfo)$", re.M)
PROVIDER_URL = re.compile(r"^payment\.provider_url = (\S+)$", re.M)


class Watch:
    """What has passed, and the point at which somebody dies; one at a time. passes() is for the thread of the proxies."""

    def __init__(self, process_of):
        self.process_of = process_of
        self.armed = None
        self.postmaster = None
        self.hit = threading.Event()
        self.seen = {}                           # {unit: statements} of what was committed or sent
        self.given = set()                       # names of statements in that, since the point is armed
        self.faults = []
        self.closed = set()                      # databases that nobody reaches any more
        self.then_closed = ()
        self.pids = {}                           # {database: of the process that asks}

    def arm(self, point, then_closed=()):
        """Whoever is started again does not reach `then_closed` until open()."""
        if point.dies == "postgres":
            self.postmaster = market.until(lambda: market.info()["pids"].get("postgres"), "PostgreSQL to run")
        self.hit.clear()
        self.given = set()
        self.then_closed = then_closed
        self.armed = point

    def disarm(self):
        self.armed = None

    def open(self):
        self.closed.clear()

    def passes(self, unit, side, statements=()):
        """True: whoever waits for it is dead, and nothing more passes."""
        if side == "after":
            self.seen.setdefault(unit, statements)
            self.given.update(unit.names)
        point = self.armed
        if not point or (point.unit, point.side) != (unit, side):
            return False
        if not self.given.issuperset(GIVEN_BY[name] for name in unit.names if name in GIVEN_BY):
            return False
        pids = {self.process_of(where): pid for where, pid in self.pids.items()} | {"postgres": self.postmaster}
        try:
            # SIGQUIT is PostgreSQL's immediate stop.
            os.kill(pids[point.dies], signal.SIGQUIT if point.dies == "postgres" else signal.SIGKILL)
        except (KeyError, ProcessLookupError):
            return False    # it is being started: the next time
        asks = self.process_of("payment" if unit.where == points.PROVIDER else unit.where)
        self.armed = None
        self.closed.update(self.then_closed)
        self.hit.set()
        return point.dies in (asks, "postgres")


class Proxy:
    async def accept(self, reader, writer):
        try:
            with contextlib.closing(writer):
                await self.serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass    # one of the two has gone, or is being started
        except Exception as fault:    # told at the end
            self.watch.faults.append(fault)


class PostgresProxy(Proxy):
    """A socket that services take for PostgreSQL's."""

    def __init__(self, database, upstream, directory, watch):
        self.database, self.upstream, self.path, self.watch = database, upstream, directory / database, watch
        self.path.mkdir()
        self.names = functools.cache(lambda statements: points.names_of(database, statements))
        sql_log.declared(database)    # reads all sources, before anybody waits for that

    async def listen(self):
        return await asyncio.start_unix_server(self.accept, self.path / SOCKET)

    async def serve(self, reader, writer):
        pid = struct.unpack("3i", writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        begun = await reader.read(1 << 16)
        # Of many who come at once some have given up before it is their turn.
        if reader.at_eof() or self.database in self.watch.closed:
            return
        from_server, to_server = await asyncio.open_unix_connection(self.upstream / SOCKET)
        self.watch.pids[self.database] = pid
        server = wire.Server()
        with contextlib.closing(to_server):
            await first_of(self.ask(begun, reader, to_server, server), self.answer(from_server, writer, server))

    def passes(self, group, side):
        return bool(group.statements) and self.watch.passes(points.Unit(self.database, self.names(group.statements)), side, group.statements)

    async def ask(self, data, reader, to_server, server):
        messages, client = wire.Messages(from_client=True), wire.Client()
        while data:
            for kind, message in messages.feed(data):
                group = client.take(kind, message)
                if not group:
                    continue
                if self.database in self.watch.closed or self.passes(group, "before"):
                    return
                server.asked(group)
                to_server.write(group.data)
            await to_server.drain()
            data = await reader.read(1 << 16)

    async def answer(self, from_server, writer, server):
        messages, held = wire.Messages(from_client=False), bytearray()
        while data := await from_server.read(1 << 16):
            for kind, message in messages.feed(data):
                held += message
                group = server.take(kind, message)
                if group and group.rows and not group.failed and self.passes(group, "after"):
                    return
                # The answer to a unit goes on as a whole; all else at once, as who signs in waits for it.
                if group or not (server.expected and server.expected[0].statements):
                    writer.write(held)
                    held = bytearray()
            await writer.drain()


class ProviderProxy(Proxy):
    """An address that payment takes for the provider's."""

    def __init__(self, url, watch):
        self.watch = watch
        self.host, self.port = urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    async def listen(self):
        return await asyncio.start_server(self.accept, sock=self.listening)

    async def serve(self, reader, writer):
        from_server, to_server = await asyncio.open_connection(self.host, self.port)
        with contextlib.closing(to_server):
            while True:
                head, body = await self.message(reader)
                send = wire.send_of(head.partition(b"\r\n")[0].decode())
                unit = points.Unit(points.PROVIDER, (send,))
                if send and self.watch.passes(unit, "before"):
                    return
                to_server.write(head + body)
                answer = b"".join(await self.message(from_server))
                if send and self.watch.passes(unit, "after"):
                    return
                writer.write(answer)
                await writer.drain()

    @staticmethod
    async def message(reader):
        head = await reader.readuntil(b"\r\n\r\n")
        return head, await reader.readexactly(wire.body_length(head))


async def first_of(*coroutines):
    """Until one of them ends; then the others do."""
    tasks = [asyncio.create_task(one) for one in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


@contextlib.contextmanager
def running(proxies):
    """They serve on a thread of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(10)

    try:
        servers = [run(proxy.listen()) for proxy in proxies]
        try:
            yield
        finally:
            run(end(servers))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def end(servers):
    for server in servers:
        server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def restart(names):
    done = subprocess.run([market.ROOT / "market", "restart", *names], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@contextlib.contextmanager
def through(stack, **settings):
    """The watch of a marketplace whose services go through proxies, with these settings besides; afterwards they do not."""
    single = stack["shape"] == "single"
    watch = Watch(lambda service: "marketplace" if single else service)
    names = ["marketplace"] if single else list(DATABASES)
    files = {name: pathlib.Path(stack["data"]) / "etc" / f"{name}.conf" for name in names}
    before = {name: file.read_text() for name, file in files.items()}
    directory = pathlib.Path(tempfile.mkdtemp(prefix="market-proxies-", dir="/tmp"))
    proxies = []

    def conninfo(match):
        key, path, database = match.groups()
        if database not in DATABASES:
            return match[0]
        text = pathlib.Path(path).read_text()
        upstream = re.search(r"host='([^']+)'", text)[1]
        proxy = PostgresProxy(database, pathlib.Path(upstream), directory, watch)
        proxies.append(proxy)
        file = directory / f"{database}.conninfo"
        file.touch(mode=0o600)
        file.write_text(text.replace(upstream, str(proxy.path)))
        return f"{key} = {file}"

    def provider(match):
        proxies.append(ProviderProxy(match[1], watch))
        return f"payment.provider_url = {proxies[-1].url}"

    def more(name):
        return "".join(f"{key} = {value}\n" for key, value in settings.items() if single or key.startswith(f"{name}."))

    after = {name: PROVIDER_URL.sub(provider, CONNINFO.sub(conninfo, text)) + "\n" + more(name) for name, text in before.items()}
    with running(proxies):
        try:
            for name, text in after.items():
                files[name].write_text(text)
            restart(names)
            yield watch
        finally:
            watch.disarm()
            watch.open()
            for name, text in before.items():
                files[name].write_text(text)
            restart(names)
            shutil.rmtree(directory)
    assert not watch.faults, watch.faults
