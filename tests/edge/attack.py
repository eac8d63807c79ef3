"""One stranger from one address, as a process of its own: attack.py NAME URL CA ADDRESS SECONDS. Prints what came of it as JSON.

From when it is in place it lasts as long as it is told, or until its standard input ends. It is behind everybody else for the processor:
it plays another machine.
"""

import collections
import json
import os
import resource
import select
import sys
import time

import peers

POST = b"POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
HEADER = b"GET /v1/products HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


class Attack:
    def __init__(self, url, ca_file, address, seconds):
        self.url, self.ca_file, self.address = url, ca_file, address
        self.seconds, self.until = seconds, float("inf")
        self.counted = collections.Counter()

    def pause(self, seconds):
        """False at the end."""
        asked, _, _ = select.select([sys.stdin], [], [], max(min(seconds, self.until - time.monotonic()), 0))
        return not asked and time.monotonic() < self.until

    def begun(self):
        self.until = time.monotonic() + self.seconds
        print("begun", flush=True)

    def tls(self):
        return peers.tls(self.url, self.ca_file, self.address)

    def trickled_calls(self):
        """Streams whose message comes a byte a second."""
        connections = [peers.Http2(self.url, self.ca_file, self.address) for _ in range(10)]
        streams = [(one, one.call()) for one in connections for _ in range(118)]
        self.counted["sent"] = len(streams)
        self.begun()
        while self.pause(1):
            for one in connections:
                one.socket.settimeout(0.01)
                try:
                    while one.read():
                        pass
                except TimeoutError:
                    pass
            for one, stream in streams:
                if stream not in one.ended and not one.gone:
                    try:
                        one.send(stream, b"\0")
                    except (OSError, peers.h2.exceptions.ProtocolError):
                        pass
        for one in connections:
            for answer in one.answers.values():
                self.counted[f"grpc {answer.get('grpc-status')}"] += 1

    def drip(self, head, count):
        """Connections that send a byte each half second."""
        alive = []
        for _ in range(count):
            connection = self.tls()
            connection.sendall(head)
            connection.setblocking(False)
            alive.append(connection)
        self.begun()
        while self.pause(0.5):
            for connection in list(alive):
                try:
                    connection.send(b"x")
                except OSError:
                    self.counted["cut"] += 1
                    alive.remove(connection)
                    continue
                try:
                    data = connection.recv(4096)
                    if data:
                        self.counted[data.split(b" ")[1].decode()] += 1
                except OSError:
                    continue
                alive.remove(connection)

    def slow_bodies(self):
        self.drip(POST, 300)

    def slow_headers(self):
        self.drip(HEADER, 400)

    def flood(self):
        """As many requests as it can get rid of, a hundred under way on each connection."""
        connections = [peers.Http2(self.url, self.ca_file, self.address) for _ in range(10)]
        self.begun()
        while self.pause(0):
            for one in connections:
                while len(one.begun - one.ended) < 100:
                    one.begin("GET", "/v1/products?pageSize=100")
            for one in select.select([one.socket for one in connections], [], [], 0.1)[0]:
                next(known for known in connections if known.socket is one).read()
        for one in connections:
            for answer in one.answers.values():
                self.counted[answer[":status"]] += 1

    def connections(self):
        """More connections than nginx has places, without a byte."""
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        held = []
        for _ in range(min(10_000, most - 200)):
            held.append(peers.tcp(self.url, self.address))
        self.counted["connections"] = len(held)
        self.begun()
        while self.pause(1):
            pass


if __name__ == "__main__":
    name, url, ca_file, address, seconds = sys.argv[1:]
    os.nice(19)
    attack = Attack(url, ca_file, address, float(seconds))
    getattr(attack, name)()
    print(json.dumps(attack.counted))
