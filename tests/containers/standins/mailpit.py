#!/usr/bin/python3
"""What compose.yaml asks of Mailpit: SMTP at 1025, /readyz and /livez at 8025, the words `readyz` and `version`."""

import http.server
import sys
import urllib.request

import aiosmtpd
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink


class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in ("/readyz", "/livez") else 404)
        self.end_headers()


if sys.argv[1:] == ["version"]:
    print(f"aiosmtpd {aiosmtpd.__version__}")
elif sys.argv[1:] == ["readyz"]:
    urllib.request.urlopen("http://127.0.0.1:8025/readyz", timeout=3)
else:
    Controller(Sink(), hostname="0.0.0.0", port=1025).start()
    http.server.ThreadingHTTPServer(("0.0.0.0", 8025), Ready).serve_forever()
