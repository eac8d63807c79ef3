"""In a network namespace of its own (unshare -n): loads the nft rules that come on standard input, lets clients of several addresses open
COUNT connections each to a listener behind them, and prints as JSON how many got through and how long one took."""

import json
import socket
import struct
import subprocess
import sys
import time

PORT = 443
# Two of the same /64.
SIXES = ("fd00:1::1", "fd00:1::2", "fd00:2::1")


def opened(family, address, server, count):
    """How many of `count` were accepted, and they themselves."""
    held = []
    for _ in range(count):
        one = socket.socket(family)
        one.bind((address, 0))
        one.settimeout(5)
        try:
            one.connect((server, PORT))
            held.append(one)
        except ConnectionRefusedError:
            one.close()
    return held


def run(*words, **more):
    subprocess.run(words, check=True, **more)


def hang_up(connection):
    """With a reset, so that no port is left behind that waits."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def main(count):
    run("ip", "link", "set", "lo", "up")
    for address in SIXES:
        run("ip", "address", "add", f"{address}/128", "dev", "lo", "nodad")
    server = socket.create_server(("::", PORT), family=socket.AF_INET6, backlog=4 * count, dualstack_ipv6=True)
    took = {}
    for rules in ("", sys.stdin.read()):
        if rules:
            run("nft", "-f", "-", input=rules, text=True)
        began = time.perf_counter()
        for _ in range(count):
            (one,) = opened(socket.AF_INET, "127.0.0.9", "127.0.0.1", 1)
            hang_up(one)
            server.accept()[0].close()
        took["with" if rules else "without"] = (time.perf_counter() - began) / count * 1e6

    greedy = opened(socket.AF_INET, "127.0.0.2", "127.0.0.1", count)
    other = opened(socket.AF_INET, "127.0.0.3", "127.0.0.1", 1)
    first, second, third = (opened(socket.AF_INET6, address, "::1", count) for address in SIXES)
    there = []
    for _ in range(len(greedy) + len(other) + len(first) + len(second) + len(third)):
        there.append(server.accept()[0])
    # What is there goes on, and what ends makes room.
    greedy[0].sendall(b"x")
    for one in greedy[-10:]:
        hang_up(one)
    again = opened(socket.AF_INET, "127.0.0.2", "127.0.0.1", 20)
    print(json.dumps({"greedy": len(greedy), "other": len(other), "sixes": [len(first), len(second), len(third)], "again": len(again),
                      "connectUs": took}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
