"""Listeners to live events: each reads its stream as a browser does (EventSource), comes back with the last `id` when it ends, and
remembers all that it was told. A thousand of them are one thread."""

import asyncio
import dataclasses
import json
import ssl
import threading
import time
import urllib.parse

PATH = "/v1/events:stream"


@dataclasses.dataclass
class Event:
    name: str
    id: str
    data: dict
    at: float    # time.monotonic()


class Listener:
    """One stream after the other of one person."""

    def __init__(self, person, last_id=""):
        self.token, self.last_id = person.token, last_id
        self.events = []      # in their order
        self.statuses = []    # of each time that it came
        self.ended = []       # when a stream that had begun came to its end, cleanly or not
        self.comments = 0
        self.refusal = None   # the problem that ended it
        self.stopped = False
        self.pause_s = 1

    def named(self, name):
        return [event for event in self.events if event.name == name]

    def take(self, name, data):
        self.events.append(Event(name, self.last_id, json.loads(data), time.monotonic()))


class Listeners:
    """The thread. `stop()` ends it and every stream."""

    def __init__(self, stack):
        url = urllib.parse.urlsplit(stack["url"])
        self.host, self.port = url.hostname, url.port or 443
        self.tls = ssl.create_default_context(cafile=stack["caFile"])
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.all = []

    def listen(self, person, last_id="", comes_back=True):
        listener = Listener(person, last_id)
        self.all.append(listener)
        listener.task = asyncio.run_coroutine_threadsafe(self._keep(listener, comes_back), self.loop)
        return listener

    def stop(self, *listeners):
        for listener in listeners or list(self.all):
            listener.stopped = True
            listener.task.cancel()
        if not listeners:
            time.sleep(0.2)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(10)

    async def _keep(self, listener, comes_back):
        while not listener.stopped:
            try:
                status = await self._read(listener)
            except (OSError, EOFError, ValueError, asyncio.IncompleteReadError):
                status = 0
            if 400 <= status < 500 or not comes_back:
                return
            await asyncio.sleep(listener.pause_s)

    async def _read(self, listener):
        reader, writer = await asyncio.open_connection(self.host, self.port, ssl=self.tls, server_hostname=self.host, limit=1 << 20)
        began = False
        try:
            resume = f"Last-Event-ID: {listener.last_id}\r\n" if listener.last_id else ""
            writer.write(f"GET {PATH} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept: text/event-stream\r\n"
                         f"Authorization: Bearer {listener.token}\r\n{resume}\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            status = int(head.split()[1])
            listener.statuses.append(status)
            if status != 200:
                size = next((int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")), 0)
                listener.refusal = {**json.loads(await reader.readexactly(size) or b"{}"), "head": head}
                return status
            assert "text/event-stream" in head, head
            began = True
            await self._take_all(listener, reader)
            return status
        finally:
            if began:
                listener.ended.append(time.monotonic())
            writer.close()

    async def _take_all(self, listener, reader):
        text = b""
        while True:
            size = int((await reader.readuntil(b"\r\n")).strip(), 16)
            chunk = await reader.readexactly(size + 2)
            if not size:
                return
            text += chunk[:-2]
            while b"\n\n" in text:
                block, text = text.split(b"\n\n", 1)
                self._take(listener, block.decode())

    @staticmethod
    def _take(listener, block):
        name, data = "message", []
        for line in block.splitlines():
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not field:
                listener.comments += 1
            elif field == "id":
                listener.last_id = value
            elif field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "retry":
                listener.pause_s = int(value) / 1000
        if data:
            listener.take(name, "\n".join(data))
