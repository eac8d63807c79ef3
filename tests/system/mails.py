"""Mails as their readers see them: the mailbox of the marketplace under test, and mailboxes of a test's own.

    mailbox = mails.Mailbox(market.info())
    mail = mailbox.wait_for(to=person.email, subject="Verify")
    token = mail["links"][0]
"""

import contextlib
import json
import os
import pathlib
import subprocess

import httpx

import market

START_LIMIT_S = 20


class Mailbox:
    """One that ./market has started, or Own."""

    def __init__(self, info):
        self.url = info["mailbox"]
        self.http = httpx.Client(base_url=self.url, timeout=20)

    def call(self, method, path, **arguments):
        """Its answer, which must be a good one."""
        answer = self.http.request(method, path, **arguments)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:400]}"
        return answer

    def get(self, path, **arguments):
        return self.call("GET", path, **arguments)

    def mails(self, to=None, subject=""):
        """What is there for that recipient, with these words in its subject: the newest first."""
        found = self.get("/messages", params={"to": to} if to else {}).json()
        return [one for one in found if subject in one["subject"]]

    def read(self, id):
        return self.get(f"/messages/{id}").json()

    def raw(self, id):
        return self.get(f"/messages/{id}.eml").content

    def wait_for(self, to, subject="", limit_s=30):
        """The newest such mail, with text, html, headers and links, as soon as there is one."""
        found = market.until(lambda: self.mails(to, subject), f"a mail to {to} about '{subject}'", limit_s)
        return self.read(found[0]["id"])

    def wait_for_many(self, count, to, subject="", limit_s=30):
        """As many as that or more, the newest first."""
        return market.until(lambda: len(found := self.mails(to, subject)) >= count and found,
                            f"{count} mails to {to} about '{subject}'", limit_s)

    def clear(self):
        self.call("DELETE", "/messages")

    def misbehave(self, mode, **how):
        """Until behave(), or as often as `times` says. Only where faults are on: misbehaving(), Own. What there is:
        tools/native/stack/mailbox.py."""
        self.call("PUT", "/faults", json={"mode": mode, **how})

    def behave(self):
        self.call("DELETE", "/faults")

    def misbehaved(self):
        """How often, since it was last told to."""
        return self.get("/faults").json()["happened"]


def misbehaving(stack):
    """The marketplace's own mailbox, which does as misbehave() says for as long as this lasts."""
    return changed(stack, "faults = yes")


def keeping(stack, most):
    """The marketplace's own mailbox, which forgets nothing before there are so many for as long as this lasts."""
    return changed(stack, f"keep = {most}")


@contextlib.contextmanager
def changed(stack, line):
    config = pathlib.Path(stack["data"]) / "etc" / "mailbox.conf"
    kept = config.read_text()
    name = line.partition(" ")[0]
    others = [one for one in kept.splitlines() if one.partition(" ")[0] != name]
    config.write_text("\n".join([*others, line, ""]))
    try:
        restart()
        yield Mailbox(stack)
    finally:
        config.write_text(kept)
        restart()


def restart():
    done = subprocess.run([market.ROOT / "market", "restart", "mailbox"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def command(*arguments):
    """The command of one outside of any stack, and its environment."""
    environment = {**os.environ, "PYTHONPATH": f"{market.ROOT / 'tools/native'}:{market.ROOT}", "PYTHONSAFEPATH": "1",
                   "PYTHONDONTWRITEBYTECODE": "1"}
    return {"args": ["/usr/bin/python3", "-m", "stack.mailbox", *map(str, arguments)], "env": environment, "text": True}


class Own(Mailbox):
    """A mailbox process of a test, at ports that are free: `smtp` is (host, port). A context; start() again after stop()."""

    def __init__(self, directory, *options):
        self.directory, self.options, self.process = directory, options, None

    def start(self, *options):
        self.process = subprocess.Popen(stdout=subprocess.PIPE, **command(
            "--smtp.listen=127.0.0.1:0", "--http.listen=127.0.0.1:0", f"--directory={self.directory}", *self.options, *options))
        said = json.loads(self.process.stdout.readline() or "{}")
        assert said.get("event") == "mailbox.listening", said
        host, _, port = said["smtp"].rpartition(":")
        self.smtp = (host, int(port))
        super().__init__({"mailbox": f"http://{said['http']}"})
        return self

    def stop(self):
        """Its exit code."""
        self.process.terminate()
        self.process.communicate(timeout=START_LIMIT_S)
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=START_LIMIT_S)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
