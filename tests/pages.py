"""The pages behind an nginx of its own, as a cluster has them and a machine with the packages: what is written for them
is run here, with other paths, and asked everything that it is for."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import httpx
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
START_LIMIT_S = 10
# Of the shop, below its languages: web/src/shop/paths.ts.
WRITTEN = ("/", "/search", "/c/tea", "/p/01976b2a-7c1e-7a3b-9f42-002e1ba79f9e/a-title", "/s/01976b2a-7c1e-7a3b-9f42-002e1ba79f9e")
FILES = ("/sign-in", "/sign-up", "/account", "/orders", "/orders/01976b2a-7c1e-7a3b-9f42-002e1ba79f9e", "/terms", "/terms/privacy", "/cart",
         "/checkout/address", "/verify-email", "/reset-password", "/claim-account", "/accept-invitation", "/unsubscribe", "/account/sessions",
         "/messages/01976b2a-7c1e-7a3b-9f42-002e1ba79f9e", "/sell")
# Of the consoles, each of which is a file of its own.
CONSOLES = (("/seller", "/seller/01976b2a-7c1e-7a3b-9f42-002e1ba79f9e", "/seller/01976b2a-7c1e-7a3b-9f42-002e1ba79f9e/products/new"),
            ("/operator/", "/operator/ledger", "/operator/orders/01976b2a-7c1e-7a3b-9f42-002e1ba79f9e"))
# Without a language: what links in mails led to before the shop had pages for it, and still do where those could not be built.
LINKED = ("/verify-email", "/reset-password", "/claim-account", "/accept-invitation", "/unsubscribe", "/account", "/account/sessions", "/sell",
          *(f"/{what}/01976b2a-7c1e-7a3b-9f42-002e1ba79f9e" for what in ("orders", "sell/orders", "messages")))
NOT_LINKED = ("/orders/", "/orders/a/b", "/orders/a.html", "/sell/orders", "/account/none", "/accounts", "/verify-email/a", "/links/none.js",
              "/links.html", "/links/", "/shop/en.html", "/assets/none.js", "/de/", "/english/")
LINKED_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
                  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
                                             "frame-ancestors 'none'; base-uri 'none'"}


@contextlib.contextmanager
def served(conf, folder):
    """A client of an nginx with this configuration, whose `listen` is {socket}. Its files go below `folder`."""
    if not shutil.which("nginx"):
        pytest.skip("nginx is missing (./market setup run)")
    socket = folder / "nginx.sock"
    account = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "run.conf").write_text(account + conf.replace("{socket}", f"unix:{socket}"))
    nginx = subprocess.Popen(["nginx", "-e", "stderr", "-p", folder, "-c", folder / "run.conf"], stdin=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
    try:
        give_up = time.monotonic() + START_LIMIT_S
        while not socket.exists():
            assert nginx.poll() is None and time.monotonic() < give_up, nginx.communicate()[1] if nginx.poll() is not None else "silent"
            time.sleep(0.02)
        with httpx.Client(base_url="http://shop.example", transport=httpx.HTTPTransport(uds=str(socket))) as client:
            yield client
    finally:
        nginx.terminate()
        nginx.communicate(timeout=START_LIMIT_S)


def page(client, path, kind):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    assert answer.headers["Content-Type"].partition(";")[0] == kind, path
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"] and answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.text


def expect_linked(client):
    shells = {page(client, path, "text/html") for path in LINKED}
    shell, = shells
    for path in LINKED:
        told = client.get(path).headers
        assert {name: told[name] for name in LINKED_HEADERS} == LINKED_HEADERS, path
    # All that its policy lets it have: two files, and nothing within it.
    assert re.findall(r'(?:src|href)="([^"]*)"', shell) == ["/links/links.css", "/links/links.js"]
    assert "<style" not in shell and " style=" not in shell and shell.count("<script") == shell.count("></script>") == 1
    page(client, "/links/links.css", "text/css")
    page(client, "/links/links.js", "text/javascript")


def expect_links_without_pages(client):
    """A mail's link names the language; where no pages could be built it leads to what there is, which looks at the address for it."""
    for path in LINKED:
        if not path.startswith("/sell/"):
            assert "/links/links.js" in page(client, f"/ru{path}", "text/html"), path
    answer = client.get("/ru/search")
    assert answer.status_code == 404 and "/links/links.js" not in answer.text


def expect_surface(client, language, files):
    """The one file that these pages are."""
    shell, = {page(client, f"/{language}{path}", "text/html") for path in files}
    assert f'<html lang="{language}">' in shell and "%" not in shell
    # Nothing within it: its policy forbids that, and lets it have files of this host alone.
    told = client.get(f"/{language}{files[0]}").headers
    assert "unsafe" not in told["Content-Security-Policy"] and told["Cache-Control"] == "no-cache"
    assert "<style" not in shell and " style=" not in shell and shell.count("<script") == shell.count("></script>") == 1
    asked = re.findall(r'(?:src|href)="([^"]*)"', shell)
    assert len(asked) >= 5 and all(path.startswith("/assets/") for path in asked)
    for path in asked:
        file = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert file.status_code == 200 and file.headers["Cache-Control"] == "public, max-age=31536000, immutable", path
        assert file.headers.get("Content-Encoding") == (None if path.endswith(".woff2") else "gzip"), path
    return shell


def expect_shop(client, files=(*WRITTEN, *FILES)):
    """The pages of web/, where they could be built. `files`: those that no gateway writes there."""
    if not (ROOT / "build" / "web" / "shop").is_dir():
        return expect_links_without_pages(client)
    for said, language in [("", "en"), ("de", "en"), ("ru", "ru"), ("de-DE,ru;q=0.8,en;q=0.7", "ru"), ("en,ru;q=0.5", "en"), ("trunk", "en")]:
        front = client.get("/", headers={"Accept-Language": said})
        assert (front.status_code, front.headers["Location"], front.headers["Vary"]) == (302, f"/{language}/", "Accept-Language"), said
    for language in ("en", "ru"):
        assert client.get(f"/{language}").headers["Location"] == f"/{language}/"
        shell = expect_surface(client, language, files)
        assert len({shell, *(expect_surface(client, language, console) for console in CONSOLES)}) == 1 + len(CONSOLES)
        lost = client.get(f"/{language}/nothing/here")
        assert (lost.status_code, lost.text) == (404, shell)
        assert lost.headers["Content-Security-Policy"] == client.get(f"/{language}{files[0]}").headers["Content-Security-Policy"]


def expect_all(client):
    expect_linked(client)
    expect_shop(client)
    contract = yaml.load((ROOT / "docs" / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)
    assert json.loads(page(client, "/openapi.json", "application/json")) == contract
    assert yaml.load(page(client, "/openapi.yaml", "application/yaml"), Loader=yaml.CSafeLoader) == contract
    assert "/docs/site.css" in page(client, "/docs", "text/html")
    page(client, "/docs/site.css", "text/css")
    for reason in contract["components"]["schemas"]["Reason"]["enum"]:
        assert reason in page(client, f"/problems/{reason.lower().replace('_', '-')}", "text/html")
    # With what comes with it.
    assert '"available": 1' in client.get("/problems/out-of-stock").text and "comes with it" not in client.get("/problems/not-found").text
