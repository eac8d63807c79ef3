"""Between the services and PostgreSQL, and between payment and its provider: knows which unit of work passes, and kills at a point.

The services find PostgreSQL by the directory of its socket, which stands in their conninfo, and the provider by its URL: both are settings,
so that nothing of the product knows of this (through()). One thread runs all of it.
"""

import asyncio
import collections
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
import wire

DATABASES = ("order", "product", "payment")
SOCKET = ".s.PGSQL.5432"
CONNINFO = re.compile(r"^(\S*conninfo_file) = (\S+/(\w+)\.conninfo)$", re.M)
PROVIDER_URL = re.compile(r"^payment\.provider_url = (\S+)$", re.M)


class Watch:
    """What has passed, and the point at which somebody dies; one at a time. passes() is for the thread of the proxies."""

    def __init__(self, process_of):
        self.process_of = process_of
        self.armed = None
        self.postmaster = None
        self.hit = threading.Event()
        self.seen = collections.OrderedDict()    # {unit: statements}
        self.closed = set()                      # databases that nobody reaches any more
        self.then_closed = ()
        self.pids = {}                           # {database: of the process that asks}

    def arm(self, point, then_closed=()):
        """Whoever is started again does not reach `then_closed` until open()."""
        if point.dies == "postgres":
            self.postmaster = market.info()["pids"]["postgres"]
        self.hit.clear()
        self.then_closed = then_closed
        self.armed = point

    def disarm(self):
        self.armed = None

    def open(self):
        self.closed.clear()

    def passes(self, unit, side, statements=()):
        """True: whoever waits for it is dead, and nothing more passes."""
        self.seen.setdefault(unit, statements)
        point = self.armed
        if not point or (point.unit, point.side) != (unit, side):
            return False
        asks = self.process_of("payment" if unit.where == points.PROVIDER else unit.where)
        if point.dies == "postgres":
            os.kill(self.postmaster, signal.SIGQUIT)    # immediate
        else:
            pid = next((pid for where, pid in self.pids.items() if self.process_of(where) == point.dies), None)
            if pid is None:
                return False    # it is being started: the next time
            os.kill(pid, signal.SIGKILL)
        self.armed = None
        self.closed.update(self.then_closed)
        self.hit.set()
        return point.dies in (asks, "postgres")


class PostgresProxy:
    """A socket that services take for PostgreSQL's."""

    def __init__(self, database, upstream, directory, watch):
        self.database, self.upstream, self.path, self.watch = database, upstream, directory / database, watch
        self.path.mkdir()
        self.names = functools.cache(lambda statements: points.names_of(database, statements))

    async def listen(self):
        return await asyncio.start_unix_server(self.serve, self.path / SOCKET)

    async def serve(self, reader, writer):
        pid = struct.unpack("3i", writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        with contextlib.closing(writer):
            if self.database in self.watch.closed:
                return
            try:
                from_server, to_server = await asyncio.open_unix_connection(self.upstream / SOCKET)
            except OSError:
                return    # it is being started
            self.watch.pids[self.database] = pid
            server = wire.Server()
            with contextlib.closing(to_server):
                await first_of(self.ask(reader, to_server, server), self.answer(from_server, writer, server))
            if not pathlib.Path(f"/proc/{pid}").exists() and self.watch.pids.get(self.database) == pid:
                del self.watch.pids[self.database]

    def passes(self, group, side):
        return bool(group.statements) and self.watch.passes(points.Unit(self.database, self.names(group.statements)), side, group.statements)

    async def ask(self, reader, to_server, server):
        messages, client = wire.Messages(from_client=True), wire.Client()
        while data := await reader.read(1 << 16):
            for kind, message in messages.feed(data):
                group = client.take(kind, message)
                if not group:
                    continue
                if self.database in self.watch.closed or self.passes(group, "before"):
                    return
                server.asked(group)
                to_server.write(group.data)
            await to_server.drain()

    async def answer(self, from_server, writer, server):
        messages, held = wire.Messages(from_client=False), bytearray()
        while data := await from_server.read(1 << 16):
            for kind, message in messages.feed(data):
                held += message
                group = server.take(kind, message)
                if group and not group.failed and self.passes(group, "after"):
                    return
                # The answer to a unit goes on as a whole; all else at once, as who signs in waits for it.
                if group or not (server.expected and server.expected[0].statements):
                    writer.write(held)
                    held = bytearray()
            await writer.drain()


class ProviderProxy:
    """An address that payment takes for the provider's."""

    def __init__(self, url, watch):
        self.watch = watch
        self.host, self.port = urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    async def listen(self):
        return await asyncio.start_server(self.serve, sock=self.listening)

    async def serve(self, reader, writer):
        with contextlib.closing(writer):
            try:
                from_server, to_server = await asyncio.open_connection(self.host, self.port)
            except OSError:
                return
            with contextlib.closing(to_server), contextlib.suppress(asyncio.IncompleteReadError):
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


async def first_of(*tasks):
    """Until one of them ends; then the others do."""
    running = [asyncio.create_task(task) for task in tasks]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in running:
            task.cancel()
    for task in done:
        with contextlib.suppress(ConnectionError):
            task.result()


@contextlib.contextmanager
def running(proxies):
    """They serve on a thread of their own."""
    loop, faults = asyncio.new_event_loop(), []
    loop.set_exception_handler(lambda _, context: faults.append(context.get("exception") or context["message"]))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        servers = [asyncio.run_coroutine_threadsafe(proxy.listen(), loop).result(10) for proxy in proxies]
        yield
        for server in servers:
            loop.call_soon_threadsafe(server.close)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    serious = [fault for fault in faults if not isinstance(fault, OSError)]
    assert not serious, serious


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
