"""marketctl towards the running marketplace: accounts and shops, its answers in both forms, its exit codes."""

import json

import pytest

import market

pytestmark = pytest.mark.alone

NOBODY = "01976b2a-0000-7000-8000-000000000001"


def said(*words, code=0):
    """The JSON answer; of a refusal what stderr says."""
    done = market.marketctl(*words, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def test_account_is_found_disabled_and_enabled(person):
    somebody = person("Cleo")
    found = said("account", "find", "--email", somebody.email.upper())
    assert (found["id"], found["state"], found["roles"]) == (somebody.id, "ACTIVE", [])
    line = market.marketctl("account", "find", "--id", somebody.id).stdout
    assert line == f"{somebody.id}  {somebody.email}  ACTIVE\n"
    disabled = said("account", "disable", "--email", somebody.email, "--reason", "a test")
    assert (disabled["state"], disabled["disableReason"]) == ("DISABLED", "a test")
    market.until(lambda: somebody.get("/v1/accounts/me").status_code == 401, "the token to be refused", limit_s=2)
    assert said("account", "enable", "--id", somebody.id, "--reason", "a test")["state"] == "ACTIVE"
    market.Person(somebody.url, somebody.ca_file, email=somebody.email, password=somebody.password)
    rows = market.psql("auth", f"SELECT actor || '|' || permission || '|' || method FROM audit_event WHERE target_id = '{somebody.id}' ORDER BY at")
    actor, permission, method = rows.splitlines()[0].split("|")
    assert actor.startswith("certificate:operator (marketctl by ")
    assert (permission, method) == ("accounts.disable", "marketplace.auth.v1.AuthService/DisableAccount")


def test_shop_is_found_suspended_and_reinstated(person):
    owner = person("Sue")
    owner.open_seller()
    slug = owner.ok("GET", f"/v1/sellers/{owner.seller}")["slug"]
    found, = said("seller", "find", "--owner", owner.email)["sellers"]
    assert (found["id"], found["slug"]) == (owner.seller, slug)
    assert said("seller", "find", "--slug", slug, "--state", found["state"])["sellers"][0]["id"] == owner.seller
    if found["state"] == "PENDING":
        assert said("seller", "approve", "--slug", slug)["state"] == "ACTIVE"
    assert said("seller", "suspend", "--slug", slug, "--reason", "a test")["state"] == "SUSPENDED"
    assert market.marketctl("seller", "find", "--slug", slug).stdout.split()[:3] == [owner.seller, slug, "SUSPENDED"]
    assert said("seller", "reinstate", "--id", owner.seller, "--reason", "a test")["state"] == "ACTIVE"


@pytest.mark.parametrize("code, words", [
    (1, ("account", "find", "--email", "nobody@example.test")),
    (1, ("account", "find", "--id", NOBODY)),
    (1, ("seller", "suspend", "--id", NOBODY, "--reason", "a test")),
    (1, ("keys", "remove", "nobody's", "--reason", "a test")),
    (2, ("account", "find")),
    (2, ("account", "find", "--id", "7")),
    (2, ("account", "disable", "--id", NOBODY)),
    (2, ("seller", "find", "--state", "OPEN")),
    (2, ("keys", "turn")),
    (2, ("keys", "list", "now")),
])
def test_exit_codes(code, words):
    said(*words, code=code)


def test_exit_code_of_a_marketplace_that_is_not_there(tmp_path):
    settings = market.settings("marketctl") | {"peers.auth": "127.0.0.1:1"}
    market.write_settings(tmp_path / "marketctl.conf", settings)
    done = market.marketctl("keys", "list", config=tmp_path / "marketctl.conf")
    assert done.returncode == 3 and done.stdout == "" and done.stderr, done


def test_another_identity_is_no_operator(tmp_path):
    """The certificate of a service, which reaches auth as well."""
    settings = market.settings("marketctl")
    own = {key: value.replace("/operator.", "/payment.") for key, value in settings.items()}
    market.write_settings(tmp_path / "marketctl.conf", own)
    for words in (("keys", "list"), ("account", "find", "--id", NOBODY), ("seller", "find")):
        done = market.marketctl(*words, config=tmp_path / "marketctl.conf")
        assert done.returncode == 1 and done.stdout == "", done
