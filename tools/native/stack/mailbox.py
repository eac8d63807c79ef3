"""The development mailbox of a stack: takes every mail that is sent to it over SMTP, delivers none, and shows them on this machine.

It plays the mail server that a marketplace in production has elsewhere. `./market info` names its URL. Who reaches that reads
every mail, links with tokens in it included, so it listens on the loopback address only, and answers no other name: a page
elsewhere could be led here by its DNS.

    GET    /                     a list to look at, newest first; a mail opens at /show/ID, its HTML without rights
    GET    /messages             JSON list, newest first; ?to=ADDRESS: those to that recipient. Of each: id, messageId, from
                                 (as the mail says), to (the recipients of the envelope), subject, time (of arrival)
    GET    /messages/ID          with sender (of the envelope), text, html (null: it has none), headers {name: value; several
                                 of one name: a line each}, links
    GET    /messages/ID.eml      as it came; ID.html: its HTML alone
    DELETE /messages             forgets all
    GET    /healthz              200 when the SMTP side turns, too

With `faults` it also misbehaves as it is told, for tests; until it is told something else, DELETE /faults, or its end:

    PUT    /faults {"mode": …}   refuse      nothing listens at the SMTP port
                                 defer       451 to RCPT; with "to": ADDRESS to that recipient only
                                 reject      550 to RCPT; likewise
                                 cut_data    the connection ends after the first line of DATA; nothing is kept
                                 no_answer   the mail is kept, and the connection ends without an answer
                                 slow        with "delayS": so many seconds before each answer
                                 "times": N, with the middle four: so often, then it behaves again
    GET    /faults               what it was told, and `happened`: how often it did so

A restart keeps the mails; beyond the newest `keep` the oldest go. One thread does SMTP and all that concerns faults, each HTTP
request has one of its own, and the store of the mails has a lock.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import functools
import html
import http.server
import json
import os
import pathlib
import re
import signal
import sys
import threading
import urllib.parse

from aiosmtpd.smtp import SMTP

from . import journal
from .mails import ID, Store

MAIL_BYTES_MAX = 10 * 2**20
# No request of this process takes longer, unless it stands still.
ASK_LIMIT_S = 1
HTTP_IDLE_S = 10
OURS = ("default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'none'; base-uri 'none';"
        " frame-ancestors 'none'")
# Of somebody else's HTML: no scripts, no forms, no way out of its frame.
THEIRS = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-ancestors 'self'"
STYLE = """body{font:15px/1.5 sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.3em .8em .3em 0;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}
iframe{width:100%;height:40em;border:1px solid #ddd}pre{white-space:pre-wrap;border:1px solid #ddd;padding:1em}"""

log = functools.partial(journal.write, "mailbox")


COUNTED = ("defer", "reject", "cut_data", "no_answer")
MODES = ("refuse", *COUNTED, "slow")


@dataclasses.dataclass
class Fault:
    mode: str = "none"
    to: str = None
    times: int = None
    delay_s: float = 0
    happened: int = 0

    @staticmethod
    def read(text):
        """Of a request; ValueError says what is wrong with it."""
        said = json.loads(text)
        if not isinstance(said, dict) or said.get("mode") not in MODES:
            raise ValueError(f"mode is one of {' '.join(MODES)}")
        allowed = {"mode"} | ({"times"} if said["mode"] in COUNTED else set())
        allowed |= {"defer": {"to"}, "reject": {"to"}, "slow": {"delayS"}}.get(said["mode"], set())
        if unknown := set(said) - allowed:
            raise ValueError(f"{said['mode']} has no {' '.join(sorted(unknown))}")
        times, delay_s = said.get("times"), said.get("delayS", 0)
        if times is not None and (type(times) is not int or times < 1):
            raise ValueError("times is a whole number from 1")
        if not isinstance(said.get("to", ""), str):
            raise ValueError("to is an address")
        if not isinstance(delay_s, (int, float)) or (said["mode"] == "slow") != (0 < delay_s <= 60):
            raise ValueError("delayS is a number of seconds up to 60")
        return Fault(said["mode"], said.get("to"), times, delay_s)

    def strikes(self, mode, recipients=()):
        """Whether it is time for this one; counts it."""
        spent = self.times is not None and self.happened >= self.times
        if self.mode != mode or spent or (self.to and self.to.lower() not in map(str.lower, recipients)):
            return False
        self.happened += 1
        return True

    def facts(self):
        return {"mode": self.mode, "to": self.to, "times": self.times, "delayS": self.delay_s, "happened": self.happened}


@contextlib.contextmanager
def naming(setting, host, port):
    """What fails here says for which setting."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{setting} = {host}:{port} cannot be opened: {os.strerror(error.errno)}") from None


class Session(SMTP):
    """One connection. What it may not do by itself, cutting the line, is here; the rest is the sink's."""

    def __init__(self, sink):
        super().__init__(sink, data_size_limit=MAIL_BYTES_MAX, enable_SMTPUTF8=True, hostname="mailbox",
                         ident="development mailbox", loop=asyncio.get_running_loop())
        self.sink = sink

    async def push(self, status):
        if self.sink.fault.mode == "slow":
            self.sink.fault.happened += 1
            await asyncio.sleep(self.sink.fault.delay_s)
        await super().push(status)

    async def smtp_DATA(self, arg):
        if self.envelope and self.envelope.rcpt_tos and self.sink.fault.strikes("cut_data"):
            await self.push("354 go on")
            await self._reader.readline()
            await self.cut()
        await super().smtp_DATA(arg)

    async def cut(self):
        """Ends here: whoever waits is cancelled with the connection."""
        self.transport.abort()
        await asyncio.get_running_loop().create_future()


class Sink:
    """Where mails come in: the listener and the hooks of its sessions. All of it in the thread of the loop."""

    def __init__(self, store, address):
        self.store, self.loop = store, asyncio.get_running_loop()
        self.host, self.port = address
        self.fault, self.listener = Fault(), None

    async def open(self):
        with naming("smtp.listen", self.host, self.port):
            self.listener = await self.loop.create_server(lambda: Session(self), self.host, self.port)
        self.port = self.listener.sockets[0].getsockname()[1]

    async def become(self, fault):
        if fault.mode == "refuse" and self.listener:
            self.listener.close()
            self.listener = None
        elif fault.mode != "refuse" and not self.listener:
            await self.open()
        self.fault = fault
        log("info", "fault", mode=fault.mode)

    async def facts(self):
        return self.fault.facts()

    def ask(self, coroutine):
        """From another thread; TimeoutError when this one stands still."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(ASK_LIMIT_S)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.fault.strikes("defer", [address]):
            return "451 4.3.0 try again later"
        if self.fault.strikes("reject", [address]):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        id = self.store.add(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content)
        log("info", "kept", id=id, bytes=len(envelope.original_content), recipients=len(envelope.rcpt_tos))
        if self.fault.strikes("no_answer"):
            await server.cut()
        return f"250 2.0.0 kept as {id}"


def page(title, inside):
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style>'
            f"<h1>{html.escape(title)}</h1>{inside}</html>")


def list_page(mails):
    rows = "".join(f"<tr><td>{html.escape(one['time'])}<td>{html.escape(', '.join(one['to']))}"
                   f"<td><a href=\"/show/{one['id']}\">{html.escape(one['subject'] or '(no subject)')}</a>" for one in mails)
    return page("Development mailbox", f"<p>{len(mails)} mails. None has left this machine.</p>"
                f"<table><tr><th>time<th>to<th>subject{rows}</table>")


def mail_page(mail):
    facts = {"from": mail["from"], "to": ", ".join(mail["to"]), "time": mail["time"], "Message-ID": mail["messageId"]}
    table = "".join(f"<tr><th>{html.escape(name)}<td>{html.escape(value)}" for name, value in facts.items())
    followed = "".join(f'<li><a rel="noreferrer" target="_blank" href="{html.escape(link)}">{html.escape(link)}</a>'
                       for link in mail["links"] if re.match(r"https?://", link, re.IGNORECASE))
    shown = f'<p><a href="/">all</a> · <a href="/messages/{mail["id"]}.eml">as it came</a></p><table>{table}</table>'
    if mail["html"] is not None:
        # Its links lead nowhere from inside of the frame; they stand below it.
        shown += f'<h2>HTML</h2><iframe sandbox src="/messages/{mail["id"]}.html"></iframe>'
    if mail["text"] is not None:
        shown += f"<h2>Text</h2><pre>{html.escape(mail['text'])}</pre>"
    return page(mail["subject"] or "(no subject)", shown + (f"<h2>Links</h2><ul>{followed}</ul>" if followed else ""))


class Handler(http.server.BaseHTTPRequestHandler):
    """One request. `sink` and `with_faults` are set by run()."""

    timeout = HTTP_IDLE_S
    sink, with_faults = None, False

    def answer(self, code, content, kind="application/json", policy=OURS, **more):
        sent = content if isinstance(content, bytes) else content.encode(errors="replace")
        self.send_response(code)
        found = {"Content-Type": kind, "Content-Length": str(len(sent)), "Content-Security-Policy": policy,
                 "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", **more}
        for name, value in found.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def tell(self, facts, code=200):
        self.answer(code, json.dumps(facts, indent=2) + "\n")

    def nothing(self):
        self.tell({"error": "there is no such thing here"}, 404)

    def is_for_us(self):
        """A name of this machine, at whatever port a tunnel has; else somebody's page has been given our address under its own name."""
        if self.headers.get("Host", "").partition(":")[0] in ("localhost", self.server.server_address[0]):
            return True
        self.tell({"error": "ask for localhost"}, 421)
        return False

    def do_GET(self):
        if not self.is_for_us():
            return
        asked = urllib.parse.urlsplit(self.path)
        one = re.fullmatch(rf"/(messages|show)/({ID})(\.eml|\.html)?", asked.path)
        if asked.path == "/healthz":
            self.tell_health()
        elif asked.path == "/":
            self.answer(200, list_page(self.sink.store.summaries()), "text/html; charset=utf-8")
        elif asked.path == "/messages":
            to, = urllib.parse.parse_qs(asked.query).get("to", [None])[:1]
            self.tell(self.sink.store.summaries(to))
        elif asked.path == "/faults" and self.with_faults:
            self.tell(self.sink.ask(self.sink.facts()))
        elif one and one[3] == ".eml" and (raw := self.sink.store.raw(one[2])) is not None:
            self.answer(200, raw, "message/rfc822", **{"Content-Disposition": f'attachment; filename="{one[2]}.eml"'})
        elif one and one[3] != ".eml" and (mail := self.sink.store.detail(one[2])) is not None:
            self.show(mail, one[1], one[3])
        else:
            self.nothing()

    def show(self, mail, how, end):
        if how == "show":
            self.answer(200, mail_page(mail), "text/html; charset=utf-8")
        elif not end:
            self.tell(mail)
        elif mail["html"] is not None:
            self.answer(200, mail["html"], "text/html; charset=utf-8", THEIRS)
        else:
            self.nothing()

    def tell_health(self):
        try:
            self.sink.ask(self.sink.facts())
            self.answer(200, "ok\n", "text/plain")
        except TimeoutError:
            self.answer(503, "stuck\n", "text/plain")

    # A page elsewhere can make neither of these without asking us first, and we do not answer that.
    def do_PUT(self):
        if not self.is_for_us():
            return
        if self.path != "/faults" or not self.with_faults:
            self.nothing()
            return
        try:
            fault = Fault.read(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 4096)))
        except ValueError as error:
            self.tell({"error": str(error)}, 400)
            return
        self.sink.ask(self.sink.become(fault))
        self.tell(fault.facts())

    def do_DELETE(self):
        if not self.is_for_us():
            return
        if self.path == "/messages":
            self.sink.store.clear()
            self.tell([])
        elif self.path == "/faults" and self.with_faults:
            self.sink.ask(self.sink.become(Fault()))
            self.tell(self.sink.ask(self.sink.facts()))
        else:
            self.nothing()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    # A client that goes away in the middle is not worth a traceback.
    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"mailbox: {message}", file=sys.stderr)
        sys.exit(2)


def address(text):
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not host:port")
    return host, int(port)


def count(text):
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 to 100000")
    return int(text)


def settings(arguments):
    """Those of the file that --config names, and those given here, which win: `keep = 5` there is --keep=5 here."""
    parser = Parser(prog="mailbox", allow_abbrev=False)
    parser.add_argument("--config", metavar="FILE")
    parser.add_argument("--smtp.listen", dest="smtp", type=address, required=True)
    parser.add_argument("--http.listen", dest="http", type=address, required=True)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--keep", type=count, default=1000)
    parser.add_argument("--faults", nargs="?", const="yes", choices=("yes", "no"), default="no")
    config = Parser(prog="mailbox", add_help=False, allow_abbrev=False)
    config.add_argument("--config")
    file = config.parse_known_args(arguments)[0].config
    lines = [line.strip() for line in pathlib.Path(file).read_text().splitlines()] if file else []
    said = ["--" + "=".join(part.strip() for part in line.split("=", 1)) for line in lines if line and not line.startswith("#")]
    return parser.parse_args([*said, *arguments])


async def run(options):
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    sink = Sink(Store(options.directory, options.keep), options.smtp)
    await sink.open()
    handler = type("Bound", (Handler,), {"sink": sink, "with_faults": options.faults == "yes"})
    with naming("http.listen", *options.http):
        server = Server(options.http, handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    log("info", "listening", smtp=f"{sink.host}:{sink.port}", http="{}:{}".format(*server.server_address),
        mails=len(sink.store.summaries()))
    await ended.wait()
    # Threads that still answer end with the process.
    server.server_close()


def main():
    options = settings(sys.argv[1:])
    try:
        asyncio.run(run(options))
    except OSError as error:
        print(f"mailbox: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
