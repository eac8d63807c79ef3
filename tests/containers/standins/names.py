#!/usr/bin/python3
"""Stands in for aardvark-dns, podman's name server for containers. That of Debian 12 reads what netavark writes while it is being
written, and then knows no name of a network until the next container starts or stops. This one believes what it has read twice.

    aardvark-dns --config DIRECTORY -p 53 run      as netavark calls it: goes on in the background until no network is left
"""

import os
import pathlib
import random
import selectors
import signal
import socket
import struct
import sys
import time

POLL_S = 0.05
# Networks are written one after the other when the first container starts.
ALONE_S = 10
DOMAIN = ".dns.podman"
A, NO_ERROR, NO_SUCH_NAME = 1, 0, 3


class Network:
    def __init__(self, text):
        listen, *lines = text.splitlines()
        self.address = listen.split()[0].split(",")[0]
        entries = [line.split(" ") for line in lines if line.count(" ") >= 3]
        self.addresses = {}   # name -> addresses
        self.members = {}     # address -> the container that has it
        for container, addresses, _, names, *_ in entries:
            self.members |= dict.fromkeys(addresses.split(","), container)
            for name in names.lower().split(","):
                self.addresses.setdefault(name, []).extend(addresses.split(","))


class Server:
    def __init__(self, directory):
        self.directory = directory
        self.read = {}        # file -> its text, as it was at the last look
        self.networks = {}    # file -> Network
        self.sockets = {}     # address -> socket
        self.selector = selectors.DefaultSelector()

    def look(self):
        now = {path.name: path.read_text() for path in self.directory.iterdir() if path.name != "aardvark.pid"}
        for name, text in now.items():
            if text.strip() and self.read.get(name) == text:
                self.networks[name] = Network(text)
        for name in set(self.networks) - set(now):
            del self.networks[name]
        self.read = now
        for address in {network.address for network in self.networks.values()} - set(self.sockets):
            opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                opened.bind((address, 53))
            except OSError:  # its bridge is not there yet
                opened.close()
                continue
            self.sockets[address] = opened
            self.selector.register(opened, selectors.EVENT_READ)

    def find(self, client, name):
        """Addresses in the networks that both are in; None when nobody there has that name."""
        asking = {network.members[client] for network in self.networks.values() if client in network.members}
        near = [network for network in self.networks.values() if asking & set(network.members.values())]
        found = [address for network in near for address in network.addresses.get(name, [])]
        return random.sample(found, len(found)) if found else None

    def answer(self, question, client):
        end, labels = 12, []
        while question[end]:
            labels.append(question[end + 1:end + 1 + question[end]].decode().lower())
            end += 1 + question[end]
        kind, = struct.unpack(">H", question[end + 1:end + 3])
        found = self.find(client, ".".join(labels).removesuffix(DOMAIN))
        records = found if found and kind == A else []
        head = question[:2] + struct.pack(">HHHHH", 0x8180 | (NO_ERROR if found else NO_SUCH_NAME), 1, len(records), 0, 0)
        record = b"\xc0\x0c" + struct.pack(">HHIH", A, 1, 0, 4)
        return head + question[12:end + 5] + b"".join(record + socket.inet_aton(address) for address in records)

    def run(self):
        last_used = looked = time.monotonic()
        while self.networks or time.monotonic() - last_used < ALONE_S:
            for key, _ in self.selector.select(POLL_S):
                question, sender = key.fileobj.recvfrom(1500)
                try:
                    key.fileobj.sendto(self.answer(question, sender[0]), sender)
                except (IndexError, UnicodeError, OSError, struct.error):
                    pass  # not a question, or its asker has gone
            if time.monotonic() - looked >= POLL_S:
                looked = time.monotonic()
                self.look()
            if self.networks:
                last_used = time.monotonic()


def main(arguments):
    directory = pathlib.Path(arguments[arguments.index("--config") + 1])
    if os.fork():
        time.sleep(0.2)  # netavark goes on when its child has ended
        return
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # we look all the time
    (directory / "aardvark.pid").write_text(str(os.getpid()))
    Server(directory).run()


if __name__ == "__main__":
    main(sys.argv[1:])
