"""Requests that come when they come: so many a second, whether those before are answered or not, as people ask and wrk does not.

A latency counts from the moment when the request was due, so that a server which stands still is blamed for all that waited.
"""

import asyncio
import urllib.parse

from measure import BenchFailed


class Connections:
    """To one server, as many as there are requests under way."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.idle = parts.hostname, parts.port, []

    async def get(self, path):
        """The status of the answer, which has been read whole."""
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection(self.host, self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        _, found, length = head.partition("content-length:")
        if not found:
            raise BenchFailed(f"GET {path}: an answer without its length")
        await reader.readexactly(int(length.partition("\r\n")[0]))
        self.idle.append((reader, writer))
        return int(head.split(" ", 2)[1])

    def close(self):
        for _, writer in self.idle:
            writer.close()


def ask(url, paths, per_s):
    """Every path in its turn. What a server that has too much to do refuses (503) or gives up (504) is counted, other failures end the
    run."""

    async def run():
        connections, took, refused = Connections(url), [], 0
        loop = asyncio.get_running_loop()
        begin = loop.time() + 0.1

        async def one(number, path):
            nonlocal refused
            due = begin + number / per_s
            await asyncio.sleep(due - loop.time())
            status = await connections.get(path)
            took.append(loop.time() - due)
            refused += status in (503, 504)
            if status not in (200, 503, 504):
                raise BenchFailed(f"GET {path}: {status}")

        await asyncio.gather(*(one(number, path) for number, path in enumerate(paths)))
        connections.close()
        return sorted(took), refused, loop.time() - begin

    took, refused, wall_s = asyncio.run(run())
    return {"count": len(took), "per_s": len(took) / wall_s, "p50_ms": took[len(took) // 2] * 1000,
            "p99_ms": took[len(took) * 99 // 100] * 1000, "refused": refused}
