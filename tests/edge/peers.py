"""Clients that no library would be: a TLS connection from a chosen address, and HTTP/2 on one, stream by stream."""

import http.client
import socket
import ssl
import urllib.parse

import h2.config
import h2.connection
import h2.events
import h2.exceptions

SEARCH = "/marketplace.product.v1.ProductService/SearchProducts"
EMPTY = b"\0\0\0\0\0"    # one gRPC message without bytes


def tcp(url, address):
    parts = urllib.parse.urlsplit(url)
    return socket.create_connection(("127.0.0.1", parts.port), timeout=20, source_address=(address, 0))


def tls(url, ca_file, address, *protocols):
    context = ssl.create_default_context(cafile=ca_file)
    if protocols:
        context.set_alpn_protocols(protocols)
    return context.wrap_socket(tcp(url, address), server_hostname="localhost")


def answer_to(connection, data):
    """HTTP/1.1: sends bytes; (answer, body)."""
    connection.sendall(data)
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer, answer.read()


class Http2:
    """One connection. `answers` has the header fields and trailers of each stream, by its number."""

    def __init__(self, url, ca_file, address="127.0.0.1"):
        self.authority = urllib.parse.urlsplit(url).netloc
        self.socket = tls(url, ca_file, address, "h2")
        config = h2.config.H2Configuration(header_encoding="utf-8", validate_outbound_headers=False)
        self.connection = h2.connection.H2Connection(config)
        self.connection.initiate_connection()
        self.answers, self.bodies, self.begun, self.ended, self.gone = {}, {}, set(), set(), False
        self.flush()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def begin(self, method, path, fields=(), authority=None, whole=True):
        stream = self.connection.get_next_available_stream_id()
        self.begun.add(stream)
        self.connection.send_headers(stream, [(":method", method), (":scheme", "https"), (":path", path),
                                              (":authority", authority or self.authority), *fields], end_stream=whole)
        self.flush()
        return stream

    def call(self, path=SEARCH, metadata=(), authority=None):
        """A gRPC call whose message has not come yet."""
        return self.begin("POST", path, [("content-type", "application/grpc"), ("te", "trailers"), *metadata], authority, whole=False)

    def send(self, stream, data, whole=False):
        self.connection.send_data(stream, data, end_stream=whole)
        self.flush()

    def read(self):
        """What has come; False when the connection has ended."""
        data = self.socket.recv(65536)
        for event in self.connection.receive_data(data) if data else ():
            if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                self.answers.setdefault(event.stream_id, {}).update(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
                self.ended.add(event.stream_id)
            elif isinstance(event, h2.events.ConnectionTerminated):
                self.gone = True
        self.gone = self.gone or not data
        if not self.gone:
            self.flush()
        return not self.gone

    def answer(self, stream):
        """Waits for the end of a stream; its header fields and trailers."""
        while stream not in self.ended and self.read():
            pass
        return self.answers.get(stream, {})

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
