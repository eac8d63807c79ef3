#!/usr/bin/python3
"""Records what gRPC clients send, as inputs for the fuzzer.

    record.py SERVER FOLDER    listens on a free port of 127.0.0.1, prints it, passes connections on to SERVER (host:port)

Each connection becomes one file: the byte that says how it is delivered (see README.md), then what the client sent,
cut at 8 KiB. Until SIGTERM.
"""

import asyncio
import hashlib
import pathlib
import signal
import sys

KEPT_BYTES = 8000
DELIVERY = bytes([60 << 2])  # the recording has its own preface; in large pieces


async def copy(reader, writer, kept=None):
    while data := await reader.read(65536):
        if kept is not None and len(kept) < KEPT_BYTES:
            kept += data
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def main(server, folder):
    host, port = server.rsplit(":", 1)

    async def connection(reader, writer):
        kept = bytearray()
        server_reader, server_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(copy(reader, server_writer, kept), copy(server_reader, writer), return_exceptions=True)
        server_writer.close()
        writer.close()
        data = DELIVERY + bytes(kept[:KEPT_BYTES])
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    listener = await asyncio.start_server(connection, "127.0.0.1", 0)
    print(listener.sockets[0].getsockname()[1], flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await asyncio.sleep(0.2)


asyncio.run(main(sys.argv[1], pathlib.Path(sys.argv[2])))
