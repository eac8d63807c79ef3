"""The development mailbox: what is sent is read at the URL that ./market names, and nothing in a mail does anything there."""

import concurrent.futures
import email.message
import json
import smtplib
import socket
import subprocess

import httpx
import pytest

import mails
import market

pytestmark = pytest.mark.alone

SUBJECT = "Заказ № 7 принят, спасибо"
MARKUP = '<p>Ваш <a href="https://shop.example/orders/7?a=1&amp;b=2">заказ</a></p><script>fetch("/messages")</script>'


def address():
    return f"bea-{market.new_key()[:16]}@example.test"


def mail(to, subject=SUBJECT, text="See https://shop.example/text.\n", markup=MARKUP):
    made = email.message.EmailMessage()
    made["From"] = "Рынок <no-reply@marketplace.test>"
    made["To"] = to
    made["Subject"] = subject
    made["Message-ID"] = f"<{market.new_key()}@marketplace.test>"
    made.set_content(text)
    if markup:
        made.add_alternative(markup, subtype="html")
        made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Счёт.pdf")
    return made


def send(where, *made, sender="bounces@marketplace.test", to=None):
    """To a mailbox of a test, or to that of the stack (None)."""
    host, port = where.smtp if where else market.settings("mailbox")["smtp.listen"].split(":")
    with smtplib.SMTP(host, int(port), timeout=30) as session:
        for one in made:
            session.send_message(one, sender, to or [one["To"]])


@pytest.fixture
def mailbox(stack):
    return mails.Mailbox(stack)


@pytest.fixture
def own(tmp_path):
    with mails.Own(tmp_path / "mails", "--faults") as started:
        yield started


def test_what_is_sent_is_read(mailbox):
    to = address()
    sent = mail(to)
    send(None, mail(address()), sent)
    read = mailbox.wait_for(to=to, subject="№ 7")
    assert (read["subject"], read["from"], read["to"]) == (SUBJECT, "Рынок <no-reply@marketplace.test>", [to])
    assert read["messageId"] == read["headers"]["Message-ID"] == sent["Message-ID"]
    assert read["sender"] == "bounces@marketplace.test"
    # The attachment is no body.
    assert read["text"] == "See https://shop.example/text.\n" and read["html"] == MARKUP + "\n"
    assert read["links"] == ["https://shop.example/orders/7?a=1&b=2", "https://shop.example/text"]
    summary, = mailbox.mails(to=to.upper())
    assert summary == {key: read[key] for key in ("id", "messageId", "from", "to", "subject", "time")}


def test_a_mail_is_kept_as_it_came(own):
    raw = b"Subject: raw\r\n\r\n.a dot\r\n..\r\n.\n\xd0\x9f\xff \r\n\r\n"
    with smtplib.SMTP(*own.smtp, timeout=30) as session:
        session.ehlo()
        session.mail("a@example.test")
        session.rcpt("b@example.test")
        session.docmd("DATA")
        session.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        assert session.getreply()[0] == 250
    assert own.raw(own.mails()[0]["id"]) == raw


def test_a_mail_of_text_alone_has_no_html(mailbox):
    to = address()
    send(None, mail(to, markup=None))
    read = mailbox.wait_for(to=to)
    assert read["html"] is None and read["text"]
    assert mailbox.http.get(f"/messages/{read['id']}.html").status_code == 404
    assert "<iframe" not in mailbox.get(f"/show/{read['id']}").text


def test_the_envelope_says_who_gets_it(mailbox):
    first, second = address(), address()
    send(None, mail("everybody@example.test"), to=[first, second])
    assert mailbox.wait_for(to=first)["id"] == mailbox.wait_for(to=second)["id"]
    assert mailbox.mails(to=second)[0]["to"] == [first, second]


def test_a_script_in_a_mail_is_not_run(mailbox):
    to = address()
    send(None, mail(to, subject="<script>alert(1)</script>", text="</pre><script>alert(2)</script>\n",
                    markup=MARKUP + '<a href="javascript:alert(3)">x</a>'))
    id = mailbox.wait_for(to=to)["id"]
    shown = mailbox.get(f"/messages/{id}.html")
    policy = dict(part.strip().partition(" ")[::2] for part in shown.headers["Content-Security-Policy"].split(";"))
    # No rights at all, whatever the page around it says.
    assert policy["sandbox"] == "" and policy["default-src"] == "'none'" and "script-src" not in policy
    assert shown.headers["X-Content-Type-Options"] == "nosniff" and shown.headers["Content-Type"] == "text/html; charset=utf-8"
    for path in ("/", f"/show/{id}"):
        page = mailbox.get(path)
        assert "<script" not in page.text and "&lt;script&gt;alert(1)" in page.text, path
        assert "default-src 'none'" in page.headers["Content-Security-Policy"] and "script-src" not in page.headers["Content-Security-Policy"]
    assert f'<iframe sandbox src="/messages/{id}.html">' in page.text and 'href="javascript:' not in page.text
    assert mailbox.get(f"/messages/{id}.eml").headers["Content-Disposition"].startswith("attachment")


def test_it_answers_to_no_other_name(mailbox):
    """A page of somebody else that has our address under its own name reads nothing."""
    port = httpx.URL(mailbox.url).port
    for method, path in (("GET", "/messages"), ("GET", "/"), ("DELETE", "/messages"), ("PUT", "/faults")):
        for name in (f"evil.example:{port}", "localhost.evil.example", ""):
            assert mailbox.http.request(method, path, headers={"Host": name}).status_code == 421, path
    # A tunnel may have another port.
    for name in (f"localhost:{port}", "localhost:9000", "localhost"):
        assert mailbox.http.get("/messages", headers={"Host": name}).status_code == 200, name


def test_what_is_not_there(mailbox):
    for path in ("/messages/0123456789abcdef", "/messages/0123456789abcdef.eml", "/show/0123456789abcdef", "/messages/..%2F..%2Fstate",
                 "/messages/../../state.json", "/nothing"):
        assert mailbox.http.get(path).status_code == 404, path
    # Misbehaving is for tests that ask for it.
    assert mailbox.http.get("/faults").status_code == 404 and mailbox.http.put("/faults", json={"mode": "refuse"}).status_code == 404


def launcher(*arguments):
    return subprocess.run([market.ROOT / "market", *arguments], capture_output=True, text=True, timeout=120)


def test_the_launcher_knows_it(stack, mailbox):
    assert stack["pids"]["mailbox"] and httpx.URL(stack["mailbox"]).host == "127.0.0.1"
    assert f"\n  mailbox       {stack['mailbox']} " in launcher("info").stdout
    row, = (line.split() for line in launcher("status").stdout.splitlines() if line.startswith("mailbox "))
    assert row[1:3] == ["RUNNING", "yes"]
    to = address()
    send(None, mail(to))
    id = mailbox.wait_for(to=to)["id"]
    assert f'"mailbox.kept","id":"{id}"' in launcher("logs", "mailbox").stdout
    assert to not in launcher("logs", "mailbox").stdout, "who gets mail is nothing for a log"


def test_a_restart_keeps_what_is_there(stack, mailbox):
    to = address()
    send(None, mail(to), mail(to, subject="second"))
    before = mailbox.wait_for_many(2, to=to)
    raw = mailbox.raw(before[0]["id"])
    assert stack["data"]
    mails.restart()
    assert mailbox.mails(to=to) == before and mailbox.raw(before[0]["id"]) == raw
    send(None, mail(to, subject="third"))
    assert [one["subject"] for one in mailbox.wait_for_many(3, to=to)] == ["third", "second", SUBJECT]


def test_that_of_the_stack_misbehaves_where_a_test_asks_for_it(stack):
    to = address()
    with mails.misbehaving(stack) as mailbox:
        mailbox.misbehave("reject", to=to)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(None, mail(to))
    send(None, mail(to))
    assert len(mailbox.wait_for_many(1, to=to)) == 1
    assert mailbox.http.get("/faults").status_code == 404


def test_the_newest_stay(tmp_path):
    to = address()
    with mails.Own(tmp_path, "--keep=5") as own:
        send(own, *(mail(to, subject=f"{number}") for number in range(12)))
        assert [one["subject"] for one in own.mails(to=to)] == ["11", "10", "9", "8", "7"]
        assert len(list(tmp_path.iterdir())) == 5
        # Killed, or with another bound: what it finds is what it goes on with.
        own.kill()
        own.start("--keep=3")
        assert [one["subject"] for one in own.mails()] == ["11", "10", "9"]
        own.clear()
        assert own.mails() == [] and list(tmp_path.iterdir()) == []
        assert own.stop() == 0


def test_they_are_not_too_large_together(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(market.ROOT / "tools" / "native"))
    from stack import mails as kept
    monkeypatch.setattr(kept, "BYTES_MAX", 3000)
    store = kept.Store(tmp_path, 1000)
    ids = [store.add("a@example.test", ["b@example.test"], b"Subject: s\r\n\r\n" + b"x" * 800) for _ in range(10)]
    assert [one["id"] for one in store.summaries()] == ids[:-4:-1]


def test_many_at_once_are_all_kept(own):
    to = address()

    def deliver(number):
        send(own, *(mail(to, subject=f"{number}.{one}") for one in range(5)))

    with concurrent.futures.ThreadPoolExecutor(8) as senders:
        list(senders.map(deliver, range(8)))
    found = own.mails(to=to)
    assert {one["subject"] for one in found} == {f"{number}.{one}" for number in range(8) for one in range(5)}
    assert len({one["id"] for one in found}) == len(found) == 40
    assert found == sorted(found, key=lambda one: one["id"], reverse=True)


def test_one_that_is_too_large_is_refused(own):
    with pytest.raises(smtplib.SMTPException) as refused:
        send(own, mail(address(), text="x" * 70 + "\n", markup="y" * 11 * 2**20))
    assert refused.value.smtp_code == 552 and own.mails() == []


@pytest.mark.parametrize("raw", [
    b"", b"\r\n\r\n", b"no header at all\r\n", b"\xff\xfe\x00garbage\r\n\r\n\xff\r\n",
    b"Subject: =?x-none?B?////?=\r\nFrom: <<>,;\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xd0\x9f\r\n",
    b'Subject: s\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<a href=\r\n',
    b"Subject: s\r\nMessage-ID: <[\r\nTo: \"\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/html\r\n\r\n!!!!\r\n"])
def test_a_mail_that_is_none_is_kept_and_shown(own, raw):
    with smtplib.SMTP(*own.smtp, timeout=30) as session:
        session.sendmail("a@example.test", ["b@example.test"], raw)
    one, = own.mails()
    own.read(one["id"])
    assert own.raw(one["id"]).rstrip() == raw.rstrip()
    for path in ("/", f"/show/{one['id']}"):
        own.get(path)


# --- Faults: what whoever sends must be able to bear ---


@pytest.mark.parametrize("mode, code", [("defer", 451), ("reject", 550)])
def test_it_turns_one_recipient_away(own, mode, code):
    wanted, unwanted = address(), address()
    own.misbehave(mode, to=unwanted)
    with smtplib.SMTP(*own.smtp, timeout=30) as session:
        refused = session.send_message(mail("x@example.test"), "a@example.test", [wanted, unwanted])
    assert {who: answer[0] for who, answer in refused.items()} == {unwanted: code}
    assert own.mails()[0]["to"] == [wanted] and own.misbehaved() == 1


def test_it_misbehaves_so_many_times(own):
    to = address()
    own.misbehave("defer", times=2)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(own, mail(to))
    send(own, mail(to))
    assert len(own.mails(to=to)) == 1 and own.misbehaved() == 2


@pytest.mark.parametrize("mode, kept", [("cut_data", 0), ("no_answer", 1)])
def test_the_line_is_cut_and_the_mail_is_there_or_not(own, mode, kept):
    to = address()
    own.misbehave(mode)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(own, mail(to))
    assert len(own.mails(to=to)) == kept and own.misbehaved() == 1
    own.behave()
    send(own, mail(to))
    assert len(own.mails(to=to)) == kept + 1


def test_nobody_listens(own):
    own.misbehave("refuse")
    with pytest.raises(ConnectionRefusedError):
        send(own, mail(address()))
    own.behave()
    send(own, mail(address()))
    assert len(own.mails()) == 1


def test_it_is_slow(own):
    own.misbehave("slow", delayS=0.05)
    send(own, mail(address()))
    # Greeting, EHLO, MAIL, RCPT, DATA twice, QUIT.
    assert own.misbehaved() >= 7 and len(own.mails()) == 1
    own.misbehave("slow", delayS=60)
    with pytest.raises(TimeoutError), socket.create_connection(own.smtp, 0.2) as silent:
        silent.recv(1)
    own.behave()


@pytest.mark.parametrize("wrong", [{}, {"mode": "nonsense"}, {"mode": "refuse", "times": 1}, {"mode": "slow"}, {"mode": "slow", "delayS": "1"},
                                   {"mode": "defer", "times": 0}, {"mode": "cut_data", "to": "a@b"}, {"mode": "defer", "nonsense": 1}, {"mode": "defer", "to": 7}, []])
def test_a_wrong_word_is_refused(own, wrong):
    assert own.http.put("/faults", content=json.dumps(wrong)).status_code == 400
    send(own, mail(address()))


# --- Its settings ---


@pytest.mark.parametrize("changed, named", [({"no.such_key": "1"}, "no.such_key"), ({"keep": "0"}, "--keep"), ({"smtp.listen": "nonsense"}, "--smtp.listen"),
                                            ({"http.listen": "127.0.0.1:99999"}, "--http.listen"), ({"faults": "maybe"}, "--faults"),
                                            ({"directory": "/proc/nowhere"}, "/proc/nowhere"), ({"directory": None}, "--directory")])
def test_a_bad_setting_is_named(tmp_path, changed, named):
    good = {"smtp.listen": "127.0.0.1:0", "http.listen": "127.0.0.1:0", "directory": tmp_path / "mails", "keep": 10, "faults": "no"}
    config = tmp_path / "mailbox.conf"
    market.write_settings(config, {key: value for key, value in {**good, **changed}.items() if value is not None})
    done = subprocess.run(capture_output=True, timeout=60, **mails.command("--config", config))
    assert done.returncode != 0 and len(done.stderr.splitlines()) == 1 and named in done.stderr, done.stderr


def test_a_busy_address_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for option, other in (("smtp", "http"), ("http", "smtp")):
            done = subprocess.run(capture_output=True, timeout=60, **mails.command(
                f"--{option}.listen=127.0.0.1:{port}", f"--{other}.listen=127.0.0.1:0", f"--directory={tmp_path}"))
            assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and f"{option}.listen" in done.stderr, done.stderr
