"""What browser/links.mjs does with the pages that links in mails lead to, and a stand-in for the marketplace behind them."""

import contextlib
import http.server
import json
import os
import pathlib
import shutil
import threading

import pytest

import pages
import toolbox
from deploy.lib import fetched

HERE = pathlib.Path(__file__).resolve().parent
SITE = HERE.parents[1] / "deploy" / "site"
KINDS = {".js": "text/javascript", ".css": "text/css"}


def browse(url, *steps, locale="en-GB", colors="light"):
    """Does the steps; everything on the way must be in order."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed: ./market setup test")
    told = {"MARKET_URL": url, "MARKET_CHROMIUM": chromium, "MARKET_STEPS": json.dumps(steps), "MARKET_LOCALE": locale,
            "MARKET_COLORS": colors, "MARKET_NODE_MODULES": str(toolbox.or_skip(fetched.node_modules, HERE / "browser"))}
    wrong = toolbox.run(["node", HERE / "browser" / "links.mjs"], env={**os.environ, **told})
    assert not wrong, wrong


class StandIn(http.server.BaseHTTPRequestHandler):
    """The pages as nginx serves them, and the answers that a test gives: {"POST /v1/…": (status, body)}."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, kind, body, headers=()):
        self.send_response(status)
        for name, value in {**dict(headers), "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if path in pages.LINKED and self.command == "GET":
            return self.say(200, "text/html; charset=utf-8", (SITE / "links.html").read_bytes(), pages.LINKED_HEADERS)
        if path.startswith("/links/"):
            file = SITE / path.rpartition("/")[2]
            return self.say(200, KINDS[file.suffix] + "; charset=utf-8", file.read_bytes())
        self.server.asked.append((f"{self.command} {self.path}", json.loads(said) if said else None, self.headers.get("Authorization")))
        status, body = self.server.answers[f"{self.command} {path}"]
        kind = "application/json" if status < 400 else "application/problem+json"
        self.say(status, kind, b"" if status == 204 else body if isinstance(body, bytes) else json.dumps(body).encode())

    do_GET = do_POST = do_DELETE = answer


@contextlib.contextmanager
def stand_in(answers):
    """(its URL, what it was asked: [(method and path, body, Authorization)])"""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn) as server:
        server.answers, server.asked = answers, []
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.asked
        finally:
            server.shutdown()
