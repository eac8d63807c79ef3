"""What passes on a connection to PostgreSQL and on one to the payment provider, cut into what is done as one. Pure: bytes in, words out.

PostgreSQL's frontend/backend protocol, version 3.0 (https://www.postgresql.org/docs/current/protocol-message-formats.html), as libpq speaks
it over a unix socket: no TLS, no COPY, no Flush in the middle. HTTP/1.1 as platform/http writes it: Content-Length, one request at a time.
"""

import collections
import dataclasses

PROTOCOL, CANCEL = 196608, 80877102    # what a client may begin with


class Messages:
    """A stream of bytes as messages, (kind, bytes of the whole). The first message of a client has no kind: ''."""

    def __init__(self, from_client):
        self.left = bytearray()
        self.first = from_client

    def feed(self, data):
        self.left += data
        found = []
        while True:
            head = 0 if self.first else 1
            size = head + int.from_bytes(self.left[head:head + 4], "big")
            if len(self.left) < head + 4 or len(self.left) < size:
                return found
            found.append(("" if self.first else chr(self.left[0]), bytes(self.left[:size])))
            del self.left[:size]
            self.first = False


def texts(message, count):
    """The zero-terminated ones at the beginning of a message that has a kind."""
    return [text.decode() for text in message[5:].split(b"\0", count)[:count]]


@dataclasses.dataclass
class Group:
    """What a client sends up to a Sync, and PostgreSQL answers up to one ReadyForQuery: it is committed as one, or not at all."""
    data: bytes
    statements: tuple = ()    # that end with it: its own, or all of the transaction that it commits; none where one stays open
    is_answered: bool = True
    # Of one that was answered:
    failed: bool = False      # or rolled back
    rows: int = 0             # that its statements gave or changed


class Client:
    """What a client asks, message by message."""

    def __init__(self):
        self.prepared = {}         # {name: SQL}
        self.held = bytearray()    # of the group that has not ended
        self.asked = []            # in it
        self.transaction = None    # statements since BEGIN

    def take(self, kind, message):
        """The group that ends with this message."""
        self.held += message
        if kind == "":
            code = int.from_bytes(message[4:8], "big")
            if code not in (PROTOCOL, CANCEL):
                raise ValueError(f"a client that begins with {code}")
            return self._end(is_answered=code == PROTOCOL)
        if kind == "P":
            name, sql = texts(message, 2)
            self.prepared[name] = sql
        elif kind == "B":
            self.asked.append(self.prepared[texts(message, 2)[1]])
        elif kind == "Q":
            self.asked += texts(message, 1)
        return self._end(kind in "SQ") if kind in "SQpX" else None

    def _end(self, is_answered):
        ended = []
        for sql in self.asked:
            word = sql.strip().upper()
            if word == "BEGIN":
                self.transaction = []
            elif word in ("COMMIT", "ROLLBACK"):
                ended += self.transaction if word == "COMMIT" else []
                self.transaction = None
            else:
                (ended if self.transaction is None else self.transaction).append(sql)
        group = Group(bytes(self.held), tuple(ended), is_answered)
        self.held, self.asked = bytearray(), []
        return group


class Server:
    """What PostgreSQL answers to the groups of one client, message by message."""

    def __init__(self):
        self.expected = collections.deque()

    def asked(self, group):
        if group.is_answered:
            self.expected.append(group)

    def take(self, kind, message):
        """The group whose answer ends with this message."""
        if kind in "EC" and self.expected:
            group, tag = self.expected[0], texts(message, 1)[0].split(" ")
            group.failed |= kind == "E" or tag == ["ROLLBACK"]
            group.rows += int(tag[-1]) if kind == "C" and tag[-1].isdigit() else 0
        return self.expected.popleft() if kind == "Z" else None


SENDS = {"payment_intents": "authorize", "refunds": "refund", "cancel": "void"}


def send_of(line):
    """What a request asks of the provider, by its first line: capture; nothing where it only looks."""
    method, target, _ = line.split(" ")
    word = target.partition("?")[0].rpartition("/")[2]
    return SENDS.get(word, word) if method == "POST" else None


def body_length(head):
    """Of a request or an answer, by its head."""
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "transfer-encoding":
            raise ValueError("a body in chunks")
        if name.lower() == "content-length":
            return int(value)
    return 0
