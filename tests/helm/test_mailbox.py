"""The mail server for development in a cluster, and where who sends mails is told to send them."""

import re
import shutil

import pytest
import yaml

from conftest import CHART, KUBERNETES, Rendered

MAILBOX = "shop-marketplace-mailbox"
SENDER = "user"


@pytest.fixture
def sending(helm, tmp_path):
    """sending(value set, setting...): a chart in whose topology somebody sends mails, rendered; the finished process if that fails."""
    chart = shutil.copytree(CHART, tmp_path / "marketplace")
    topology = chart / "templates" / "_topology.tpl"
    text = re.sub(rf"^({SENDER}|marketplace): {{(?!.*mails: true)", r"\1: {mails: true, ", topology.read_text(), flags=re.MULTILINE)
    assert len(re.findall(rf"^(?:{SENDER}|marketplace): .*\bmails: true\b", text, re.MULTILINE)) == 2
    topology.write_text(text)
    # Only an installation shows the notes, and it needs a cluster: here a resource carries them.
    (chart / "templates" / "NOTES.txt").rename(chart / "notes.txt")
    (chart / "templates" / "notes.yaml").write_text(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata:\n  notes.conf: |\n    {{- tpl (.Files.Get "notes.txt") . | nindent 4 }}\n')

    def call(values, *settings):
        options = [word for setting in settings for word in ("--set", setting)]
        done = helm("template", "shop", chart, "--namespace", "market", "--kube-version", KUBERNETES,
                    "--values", CHART / "ci" / f"{values}-values.yaml", *options)
        return Rendered(values, done.stdout) if done.returncode == 0 else done

    return call


def mail_of(rendered):
    name = "marketplace" if rendered.name in ("single", "minimal") else SENDER
    lines = rendered.one("ConfigMap", f"shop-marketplace-{name}")["data"][f"{name}.conf"].splitlines()
    pairs = (line.split(" = ", 1) for line in lines)
    return {key.removeprefix("notification."): value for key, value in pairs if key.startswith("notification.")}


def notes_of(rendered):
    return rendered.one("ConfigMap", "notes")["data"]["notes.conf"]


def test_only_development_has_one(render):
    for values in ("production", "external", "single", "minimal"):
        assert not [one for one in render(values).resources if one["metadata"]["name"] == MAILBOX], values
    development = render("development")
    container, = development.one("Deployment", MAILBOX)["spec"]["template"]["spec"]["containers"]
    versions = dict(line.split("=", 1) for line in (CHART.parents[2] / ".env").read_text().splitlines() if "=" in line and line[0] != "#")
    assert container["image"] == versions["MAILPIT_IMAGE"], "as in compose.yaml"
    service = development.one("Service", MAILBOX)["spec"]
    assert [port["port"] for port in service["ports"]] == [1025] and service.get("type", "ClusterIP") == "ClusterIP"


def test_it_reaches_nobody_and_nobody_reads_it(render):
    policy = render("development").one("NetworkPolicy", MAILBOX)["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"] and not policy.get("egress")
    assert not [port for rule in policy.get("ingress", []) for port in rule["ports"] if port["port"] != 1025]


def test_who_sends_is_told_and_let_through(sending):
    rendered = sending("development")
    assert mail_of(rendered) == {"smtp_host": f"{MAILBOX}.market.svc", "smtp_port": "1025", "smtp_security": "none",
                                 "mail_from": "no-reply@marketplace.test", "public_url": "https://marketplace.example"}
    rule, = rendered.one("NetworkPolicy", MAILBOX)["spec"]["ingress"]
    assert rule["ports"] == [{"port": 1025, "protocol": "TCP"}]
    assert SENDER in rule["from"][0]["podSelector"]["matchExpressions"][0]["values"]
    outgoing = yaml.safe_dump(rendered.one("NetworkPolicy", f"shop-marketplace-{SENDER}")["spec"]["egress"])
    assert "- mailbox" in outgoing and "port: 1025" in outgoing
    assert "mailbox" not in yaml.safe_dump(rendered.one("NetworkPolicy", "shop-marketplace-order")["spec"])
    assert f"port-forward deployment/{MAILBOX} 8025" in notes_of(rendered) and "mail server" not in notes_of(rendered)


def test_a_server_of_yours(sending):
    rendered = sending("external")
    assert mail_of(rendered) == {
        "smtp_host": "smtp.example", "smtp_port": "465", "smtp_security": "tls", "smtp_user": "shop", "mail_from": "no-reply@shop.example",
        "smtp_password_file": "/run/marketplace/smtp_password", "smtp_ca_file": "/run/marketplace/smtp_ca.crt",
        "public_url": "https://marketplace.example"}
    spec = rendered.one("Deployment", f"shop-marketplace-{SENDER}")["spec"]["template"]["spec"]
    files = {(source["secret"]["name"], item["path"]) for volume in spec["volumes"] if volume["name"] == "secrets"
             for source in volume["projected"]["sources"] for item in source["secret"]["items"]}
    assert {("smtp", "smtp_password"), ("smtp", "smtp_ca.crt")} <= files
    assert "10.0.7.1/32" in yaml.safe_dump(rendered.one("NetworkPolicy", f"shop-marketplace-{SENDER}")["spec"])
    assert "\n  smtp (password): mail server\n  smtp (ca.crt): the mail server's authority\n" in notes_of(rendered)
    assert "port-forward deployment/shop-marketplace-mailbox" not in notes_of(rendered)
    for values in ("production", "single", "minimal"):
        assert mail_of(sending(values))["smtp_host"].startswith("smtp"), values


@pytest.mark.parametrize("setting, word", [("mail.host=", "mail.host is missing"), ("mail.from=", "mail.from is missing"),
                                           ("mail.passwordSecret.name=", "mail.passwordSecret is missing"), ("mail.to=null", "mail.to is missing"),
                                           ("mail.security=ssl", "security"), ("mail.host=smtp.example:25", "host"), ("mail.password=x", "password")])
def test_what_is_wrong_is_named(sending, setting, word):
    done = sending("external", setting)
    assert not isinstance(done, Rendered) and done.returncode != 0 and word in done.stderr
