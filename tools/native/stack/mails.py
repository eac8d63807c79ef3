"""The mails of the development mailbox: files of a directory, and what can be read in them."""

import email.parser
import email.policy
import html.parser
import json
import pathlib
import re
import threading
import time

from . import journal

# Together; the oldest go.
BYTES_MAX = 256 * 2**20
# Above the mail itself in its file: what only the envelope said.
ENVELOPE = b"X-Mailbox-Envelope: "
ID = "[0-9a-f]{16}"
# What Python's parser trips over in mails that are none.
MALFORMED = (ValueError, LookupError, TypeError, AttributeError)


def header(message, name):
    try:
        return str(message[name] or "")
    except MALFORMED:
        return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")


def headers(message):
    found = {}
    for name in dict.fromkeys(name for name, _ in message.raw_items()):
        try:
            values = [str(value) for value in message.get_all(name)]
        except MALFORMED:
            values = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
        found.setdefault(name, "\n".join(values))
    return found


def body(message, kind):
    """The text of the body of that kind, attachments left aside; None: it has none."""
    part = None
    try:
        part = message.get_body((kind,))
        text = part.get_content() if part else None
    except MALFORMED:
        text = (part.get_payload(decode=True) or b"").decode(errors="replace") if part else None
    return text if text is None else text.replace("\r\n", "\n")


class _Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        target = dict(attributes).get("href")
        if tag == "a" and target:
            self.found.append(target)


def links(text, markup):
    """What can be followed: each href of the HTML, then what the text has besides."""
    parser = _Links()
    parser.feed(markup or "")
    plain = [found.rstrip(".,;:!?)]}'") for found in re.findall(r"https?://[^\s<>\"]+", text or "")]
    return list(dict.fromkeys([*parser.found, *plain]))


class Store:
    """The mails, in files of a directory; any thread."""

    def __init__(self, directory, keep):
        self.directory, self.keep = pathlib.Path(directory), keep
        self.lock = threading.Lock()
        self.mails = {}         # id -> (summary, bytes), in order of arrival
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for draft in self.directory.glob("*.new"):
            draft.unlink()
        for path in sorted(self.directory.glob("*.eml")):
            content = path.read_bytes()
            if re.fullmatch(ID, path.stem) and content.startswith(ENVELOPE):
                self.mails[path.stem] = (self._summary(path.stem, content), len(content))
        self._drop_oldest()

    def add(self, sender, recipients, raw):
        """Its id: the time of its arrival, so that the names of the files have its order."""
        envelope = json.dumps({"sender": sender, "to": recipients}).encode()
        content = ENVELOPE + envelope + b"\r\n" + raw
        with self.lock:
            last = int(next(reversed(self.mails), "0"), 16)
            id = f"{max(time.time_ns(), last + 1):016x}"
            draft = self.directory / f"{id}.new"
            draft.write_bytes(content)
            draft.rename(self._path(id))
            self.mails[id] = (self._summary(id, content), len(content))
            self._drop_oldest()
        return id

    def summaries(self, to=None):
        with self.lock:
            found = [summary for summary, _ in reversed(self.mails.values())]
        return [one for one in found if to is None or to.lower() in map(str.lower, one["to"])]

    def raw(self, id):
        """As it came; None: there is none."""
        content = self._content(id)
        return None if content is None else content.partition(b"\r\n")[2]

    def detail(self, id):
        """All that can be read in it; None: there is none."""
        content = self._content(id)
        if content is None:
            return None
        message = email.parser.BytesParser(policy=email.policy.default).parsebytes(content.partition(b"\r\n")[2])
        text, markup = body(message, "plain"), body(message, "html")
        return {**self._summary(id, content), "sender": self._envelope(content)["sender"], "text": text, "html": markup,
                "headers": headers(message), "links": links(text, markup)}

    def clear(self):
        with self.lock:
            while self.mails:
                self._drop(next(iter(self.mails)))

    def _content(self, id):
        with self.lock:
            return self._path(id).read_bytes() if id in self.mails else None

    def _path(self, id):
        return self.directory / f"{id}.eml"

    @staticmethod
    def _envelope(content):
        return json.loads(content.partition(b"\r\n")[0].removeprefix(ENVELOPE))

    def _summary(self, id, content):
        message = email.parser.BytesHeaderParser(policy=email.policy.default).parsebytes(content.partition(b"\r\n")[2])
        return {"id": id, "messageId": header(message, "Message-ID"), "from": header(message, "From"),
                "to": self._envelope(content)["to"], "subject": header(message, "Subject"),
                "time": journal.instant(int(id, 16) / 1e9)}

    def _drop(self, id):
        del self.mails[id]
        self._path(id).unlink(missing_ok=True)

    def _drop_oldest(self):
        while len(self.mails) > self.keep or sum(size for _, size in self.mails.values()) > BYTES_MAX:
            self._drop(next(iter(self.mails)))
