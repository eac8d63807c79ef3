"""Who says `uses: [mail]` is told where the mailbox is, in each way to run it; who does not, is not."""

import re
import socket
import sys

import pytest
from conftest import ROOT

import composition
from deploy.lib import topology
from deploy.lib.failure import Failure

sys.path.insert(0, str(ROOT / "tools" / "native"))

from stack import listeners, programs  # noqa: E402
from stack.layout import Layout  # noqa: E402

TEXT = (ROOT / topology.FILE).read_text()
SENDER = "order"
# In a topology without anybody who sends, and in one with somebody.
QUIET = topology.Topology(re.sub(r"\bmail, |(?:, )?\bmail\b(?=\])", "", TEXT).replace("    uses: []\n", ""))
SENDING = topology.Topology(re.sub(rf"(  {SENDER}:\n(?:    .*\n)*?    calls: .*\n)", r"\1    uses: [mail]\n", TEXT))


def composed(described, name):
    place, = (place for place in composition.places(described) if place.file == composition.FILE and place.what == name)
    return place.text


def test_in_a_composition():
    assert composed(QUIET, "mail") == ""
    said = dict(line.strip().split(": ", 1) for line in composed(SENDING, "mail").splitlines())
    assert said["MARKET_NOTIFICATION_SMTP_HOST"] == "mailbox" and said["MARKET_NOTIFICATION_SMTP_PORT"] == '"1025"'
    parts = dict(re.findall(r"^  (\w+):\n((?:    .*\n)+)", composed(SENDING, "programs"), re.MULTILINE))
    for name in (SENDER, "marketplace"):
        assert re.search(r"networks: \[.*\bmail\b|^      mail: \{\}$", parts[name], re.MULTILINE), name
        assert "mailbox: {condition: service_healthy}" in parts[name], name
    assert "mail" not in parts["user"]


def test_natively(tmp_path):
    layout = Layout(ROOT, tmp_path, 20000)
    layout.secrets.mkdir()
    for name in (SENDER, "marketplace"):
        quiet, sending = (programs.settings(layout, described.programs[name]) for described in (QUIET, SENDING))
        assert "mail" not in quiet and sending.count("mail") == 1, name
    said = dict(line.split(" = ") for line in layout.render([f"{programs.TEMPLATES}/config/mail.conf"]).splitlines())
    assert said == {"notification.smtp_host": "127.0.0.1", "notification.smtp_port": "20037", "notification.smtp_security": "none",
                    "notification.mail_from": "no-reply@marketplace.test", "notification.public_url": "https://localhost:20000"}
    assert layout.mailbox_url == "http://127.0.0.1:20038"


def test_the_settings_are_those_of_the_service():
    """As soon as there is somebody who has them: a key that no program knows keeps it from starting."""
    known = set(re.findall(r"^\| `(notification\.[a-z._]+)`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE))
    senders = topology.read().users_of("mail")
    assert ("notification.smtp_host" in known) == bool(senders), "deploy/topology.yaml: who has notification.smtp_host says `uses: [mail]`"
    native = set(re.findall(r"^(notification\.\w+) = ", (ROOT / "deploy/native/config/mail.conf").read_text(), re.MULTILINE))
    assert native == {f"notification.{key.lower()}" for key in composition.MAIL}
    if senders:
        assert native <= known


def test_a_busy_port_is_named(tmp_path):
    layout = Layout(ROOT, tmp_path)
    with socket.socket() as taken:
        taken.bind((layout.host, 0))
        taken.listen()
        for name in ("MAILBOX_SMTP", "MAILBOX_HTTP"):
            layout.ports[name] = taken.getsockname()[1]
            with pytest.raises(Failure, match=rf"port {layout.ports[name]} \({name}\) .*--port"):
                listeners.open_socket(layout, name)


def test_its_ports_are_of_the_block():
    for before, after in (("smtp: 37", "smpt: 37"), ("smtp: 37", "smtp: 36, more: 1"), ("http: 38", "http: 60"), ("http: 38", "http: 37")):
        assert TEXT.count(before) == 1
        with pytest.raises(Failure, match="(?i)mailbox"):
            topology.Topology(TEXT.replace(before, after))


def test_setup_installs_what_it_is_made_of():
    groups = re.split(r"^\[(\w+)\]$", (ROOT / "deploy/lib/packages.txt").read_text(), flags=re.MULTILINE)
    assert "python3-aiosmtpd" in groups[groups.index("run") + 1].split()
