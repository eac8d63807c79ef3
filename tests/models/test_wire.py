"""Bytes as libpq and PostgreSQL send them, cut into units of work."""

import struct

import pytest
from wire import Client, Messages, Server, body_length, send_of

STARTUP = struct.pack(">iI", 8 + 15, 196608) + b"user\0order\0\0\0\0\0"
SYNC = b"S\0\0\0\4"
READY = b"Z\0\0\0\5I"


def message(kind, body=b""):
    return kind.encode() + struct.pack(">i", 4 + len(body)) + body


def parse(name, sql):
    return message("P", name.encode() + b"\0" + sql.encode() + b"\0" + b"\0\0")


def bind(name):
    # One parameter that looks like a Sync, one that is NULL.
    return message("B", b"\0" + name.encode() + b"\0" + b"\0\0" + b"\0\2" + struct.pack(">i", 5) + SYNC + b"\xff\xff\xff\xff" + b"\0\0")


def run(name):
    return bind(name) + message("D", b"P\0") + message("E", b"\0\0\0\0\0")


def groups(client, data, messages=None):
    messages = messages or later()
    return [group for one in messages.feed(data) if (group := client.take(*one))]


def later():
    """After the startup."""
    messages = Messages(from_client=True)
    assert [kind for kind, _ in messages.feed(STARTUP)] == [""]
    return messages


def test_a_stream_is_cut_wherever_it_breaks():
    data = STARTUP + parse("s1", "SELECT 1") + run("s1") + SYNC
    whole = Messages(from_client=True).feed(data)
    assert b"".join(text for _, text in whole) == data
    assert [kind for kind, _ in whole] == ["", "P", "B", "D", "E", "S"]
    one_by_one = Messages(from_client=True)
    assert [found for i in range(len(data)) for found in one_by_one.feed(data[i:i + 1])] == whole


def test_what_stands_before_a_sync_is_one_unit():
    client = Client()
    sent = parse("s1", "INSERT 1") + run("s1") + parse("", "INSERT 2") + run("") + SYNC
    (group,) = groups(client, sent)
    assert (group.statements, group.data) == (("INSERT 1", "INSERT 2"), sent)
    # Prepared before, and asked twice in two units.
    assert [one.statements for one in groups(client, run("s1") + SYNC + run("s1") + SYNC)] == [("INSERT 1",)] * 2
    (simple,) = groups(client, message("Q", b"SELECT 3\0"))
    assert (simple.statements, simple.is_answered) == (("SELECT 3",), True)


def test_a_transaction_ends_with_its_commit():
    client = Client()
    for name in ("BEGIN", "COMMIT", "ROLLBACK", "LOCK IT", "MOVE IT"):
        assert not groups(client, parse(name, name))
    locked, moved = groups(client, run("BEGIN") + run("LOCK IT") + SYNC + run("MOVE IT") + run("COMMIT") + SYNC)
    assert (locked.statements, moved.statements) == ((), ("LOCK IT", "MOVE IT"))
    assert b"LOCK IT" not in moved.data
    _, given_up = groups(client, run("BEGIN") + run("LOCK IT") + SYNC + run("ROLLBACK") + SYNC)
    assert given_up.statements == ()
    (alone,) = groups(client, run("MOVE IT") + SYNC)
    assert alone.statements == ("MOVE IT",)


def test_what_is_no_question_goes_on_at_once():
    client, messages = Client(), Messages(from_client=True)
    sent = [STARTUP, message("p", b"SCRAM-SHA-256\0"), message("X")]
    found = [groups(client, data, messages) for data in sent]
    assert [[(one.data, one.is_answered) for one in some] for some in found] == [[(sent[0], True)], [(sent[1], False)], [(sent[2], False)]]
    cancel = struct.pack(">iIii", 16, 80877102, 1, 2)
    (group,) = groups(Client(), cancel, Messages(from_client=True))
    assert (group.data, group.is_answered) == (cancel, False)
    with pytest.raises(ValueError, match="80877103"):    # it would like TLS
        groups(Client(), struct.pack(">iI", 8, 80877103), Messages(from_client=True))


def answered(server, data):
    return [group for one in Messages(from_client=False).feed(data) if (group := server.take(*one))]


def test_answers_belong_to_the_groups_in_their_order():
    client, server = Client(), Server()
    sent = groups(client, parse("s1", "INSERT 1") + run("s1") + SYNC + run("s1") + SYNC + run("s1") + SYNC)
    for group in sent:
        server.asked(group)
    done = message("C", b"INSERT 0 1\0") + message("C", b"SELECT 2\0") + message("C", b"COMMIT\0")
    assert answered(server, message("1") + message("2") + done + READY) == sent[:1]
    assert answered(server, message("E", b"SERROR\0\0") + READY) == sent[1:2]
    # A commit of what has failed.
    assert answered(server, message("C", b"ROLLBACK\0") + READY) == sent[2:]
    assert [(group.failed, group.rows) for group in sent] == [(False, 3), (True, 0), (True, 0)]


def test_nobody_waits_for_a_notice():
    assert answered(Server(), message("S", b"TimeZone\0UTC\0") + message("E", b"SFATAL\0\0")) == []


@pytest.mark.parametrize("line,send", [("POST /v1/payment_intents HTTP/1.1", "authorize"), ("POST /v1/payment_intents/pi_1/capture HTTP/1.1", "capture"),
                                       ("POST /v1/payment_intents/pi_1/cancel HTTP/1.1", "void"), ("POST /v1/refunds HTTP/1.1", "refund"),
                                       ("GET /v1/charges?transfer_group=o1 HTTP/1.1", None)])
def test_a_send_is_named_by_its_request(line, send):
    assert send_of(line) == send


def test_the_length_of_a_body():
    assert body_length(b"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 12\r\n\r\n") == 12
    assert body_length(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == 0
    with pytest.raises(ValueError, match="chunks"):
        body_length(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
