"""python3-grpcio (grpc-core) against market_interop_server, without generated code: messages are bytes here."""
import sys
import threading

import grpc

SERVICE = "/grpc.testing.TestService/"


def same(data):
    return data


def unary(channel, method):
    return channel.unary_unary(SERVICE + method, request_serializer=same, response_deserializer=same)


def expect(condition, what):
    if not condition:
        raise SystemExit("failed: " + what)


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, payload):
    return bytes([number << 3 | 2]) + varint(len(payload)) + payload


def simple_request(size):
    return b"\x10" + varint(size)


def many_at_once(channel):
    call = unary(channel, "UnaryCall")
    failures = []

    def worker():
        for size in range(1, 200):
            if len(call(simple_request(size), timeout=10)) < size:
                failures.append(size)

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(not failures, "sizes")


def deadline(channel):
    duplex = channel.stream_stream(SERVICE + "FullDuplexCall", request_serializer=same, response_deserializer=same)
    slow = field(2, b"\x08\x01\x10" + varint(2_000_000))
    try:
        list(duplex(iter([slow]), timeout=0.1))
        expect(False, "no deadline")
    except grpc.RpcError as error:
        expect(error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, str(error))


def metadata(channel):
    _, call = unary(channel, "UnaryCall").with_call(
        simple_request(1), timeout=10,
        metadata=(("x-grpc-test-echo-initial", "abc"), ("x-grpc-test-echo-trailing-bin", b"\x00\xff")))
    expect(("x-grpc-test-echo-initial", "abc") in call.initial_metadata(), "initial metadata")
    expect(("x-grpc-test-echo-trailing-bin", b"\x00\xff") in call.trailing_metadata(), "trailing metadata")


def status(channel):
    request = field(7, b"\x08\x05" + field(2, "nicht gefunden: żółw".encode()))
    try:
        unary(channel, "UnaryCall")(request, timeout=10)
        expect(False, "no error")
    except grpc.RpcError as error:
        expect(error.code() == grpc.StatusCode.NOT_FOUND and error.details() == "nicht gefunden: żółw", str(error))


def compression(address):
    with grpc.insecure_channel(address, compression=grpc.Compression.Gzip) as channel:
        try:
            unary(channel, "UnaryCall")(field(3, field(2, b"x" * 10000)), timeout=10)
            expect(False, "gzip was accepted")
        except grpc.RpcError as error:
            expect(error.code() == grpc.StatusCode.UNIMPLEMENTED, str(error))


def main(address):
    with grpc.insecure_channel(address) as channel:
        many_at_once(channel)
        deadline(channel)
        metadata(channel)
        status(channel)
        expect(len(unary(channel, "UnaryCall")(simple_request(3_000_000), timeout=10)) > 3_000_000, "large answer")
    compression(address)


main(sys.argv[1])
