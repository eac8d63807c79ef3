"""The pages about the API behind an nginx of its own, as a cluster has them and a machine with the packages: what is written for them
is run here, with other paths, and asked everything that it is for."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import time

import httpx
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
START_LIMIT_S = 10


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


def expect_all(client):
    contract = yaml.load((ROOT / "docs" / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)
    assert json.loads(page(client, "/openapi.json", "application/json")) == contract
    assert yaml.load(page(client, "/openapi.yaml", "application/yaml"), Loader=yaml.CSafeLoader) == contract
    assert "/docs/site.css" in page(client, "/docs", "text/html")
    page(client, "/docs/site.css", "text/css")
    for reason in contract["components"]["schemas"]["Reason"]["enum"]:
        assert reason in page(client, f"/problems/{reason.lower().replace('_', '-')}", "text/html")
    # With what comes with it.
    assert '"available": 1' in client.get("/problems/out-of-stock").text and "comes with it" not in client.get("/problems/not-found").text
