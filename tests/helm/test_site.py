"""The pages in a cluster: the Ingress leads to them what nginx serves elsewhere, and the image's nginx has them all."""

import re
import subprocess

import pages
import pytest
from conftest import ROOT

SITE, GATEWAY = "shop-marketplace-site", "shop-marketplace-gateway"


def backend(ingress, path):
    """The Service that gets a request: Exact before Prefix, the longest one first (networking.k8s.io/v1)."""
    found = []
    for one in ingress["spec"]["rules"][0]["http"]["paths"]:
        whole = one["path"].rstrip("/")
        if path == one["path"] or one["pathType"] == "Prefix" and (path + "/").startswith(whole + "/"):
            found.append((one["pathType"] == "Exact", len(whole), one["backend"]["service"]["name"]))
    return max(found)[2]


def test_ingress_leads_to_them_what_nginx_serves(render):
    ingress = render("production").one("Ingress", "shop-marketplace")
    conf = "".join((ROOT / f"deploy/native/{name}.conf").read_text() for name in ("nginx_site", "nginx_shop"))
    locations = re.findall(r"^location (?:= |~ \^)?(/[\w./]+)", conf, re.MULTILINE)
    # What is internal nobody can ask for.
    locations.remove("/shop/")
    assert len(locations) == 8 and "/assets/" in locations
    assert backend(ingress, "/") == SITE
    for path in (f"/{language}{rest}" for language in ("en", "ru") for rest in ("", *pages.FILES, *(path for console in pages.CONSOLES for path in console))):
        assert backend(ingress, path) == SITE, path
    # Written by the gateway, with a policy of its own that is the one of the files.
    for path in ("/robots.txt", "/sitemap.xml", *(f"/{language}{rest}" for language in ("en", "ru") for rest in pages.WRITTEN)):
        assert backend(ingress, path) == GATEWAY, path
    headers = re.findall(r'add_header (\S+) "([^"]*)" always;', (ROOT / "deploy/native/nginx_shop_headers.conf").read_text())
    written = re.sub(r'"\s+"', "", (ROOT / "gateway/page_edge.cpp").read_text())
    assert len(headers) == 2 and all(name in written and value in written for name, value in headers)
    for path in locations:
        assert backend(ingress, path + "not-found" * path.endswith("/")) == SITE, path
    for path in pages.LINKED:
        assert backend(ingress, path) == SITE, path
    for path in ("/v1/products", "/english", "/docsy", "/.well-known/jwks.json", "/openapi", "/sellers", "/accounts", "/verify-email/a"):
        assert backend(ingress, path) == GATEWAY, path


def test_without_it_all_leads_to_the_gateway(template):
    done = template("production", "site.enabled=false")
    assert done.returncode == 0 and SITE not in done.stdout


def test_only_the_ingress_reaches_it_and_it_reaches_nobody(render):
    production = render("production")
    policy = production.one("NetworkPolicy", SITE)["spec"]
    assert policy["ingress"] == [{"from": production.one("NetworkPolicy", GATEWAY)["spec"]["ingress"][0]["from"],
                                  "ports": [{"port": 8080, "protocol": "TCP"}]}]
    assert policy["policyTypes"] == ["Ingress", "Egress"] and not policy.get("egress")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """What the image has, with everything in one folder."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(["/usr/bin/python3", ROOT / "deploy/lib/site.py", folder, "--at", folder], check=True)
    return folder


def test_its_nginx_has_all_pages(image):
    conf = (image / "nginx/nginx.conf").read_text().replace("/dev/shm", str(image))
    assert conf.count("listen 8080;") == 1
    with pages.served(conf.replace("listen 8080;", "listen {socket};"), image) as client:
        pages.expect_all(client)
        for path in ("/healthz", "/readyz"):
            assert client.get(path).status_code == 200
        for method, path, status, reason in [("GET", "/problems/no-such-thing", 404, "NOT_FOUND"), ("GET", "/docs/none.js", 404, "NOT_FOUND"),
                                             ("GET", "/v1/products", 404, "NOT_FOUND"), ("POST", "/docs", 405, "METHOD_NOT_ALLOWED"),
                                             ("POST", "/reset-password", 405, "METHOD_NOT_ALLOWED"),
                                             *(("GET", path, 404, "NOT_FOUND") for path in pages.NOT_LINKED)]:
            answer = client.request(method, path)
            assert (answer.status_code, answer.json()["reason"]) == (status, reason), path
            assert answer.headers["Content-Type"] == "application/problem+json"
        assert "Strict-Transport-Security" not in client.get("/docs").headers, "the Ingress says it"


def test_pictures_are_written_by_who_keeps_some_and_served_by_the_site(render):
    """Where the values name a claim; without one nobody has it, and nothing can be uploaded."""
    with_claim = render("production")
    mounts = {}
    for deployment in with_claim.of("Deployment"):
        spec = deployment["spec"]["template"]["spec"]
        claims = {volume["name"] for volume in spec.get("volumes", []) if volume.get("persistentVolumeClaim", {}).get("claimName") == "pictures"}
        for mount in spec["containers"][0].get("volumeMounts", []):
            if mount["name"] in claims:
                assert mount["mountPath"] == "/var/lib/marketplace/pictures"
                mounts[with_claim.component(deployment)] = mount.get("readOnly", False)
    assert mounts == {"product": False, "user": False, "site": True}
    ingress = with_claim.one("Ingress", "shop-marketplace")
    assert backend(ingress, "/pictures/9f/86/160.webp") == SITE and backend(ingress, "/pictures/people/9f/86/160.webp") == SITE and backend(ingress, "/v1/pictures/1") == GATEWAY
    assert "marketplace/pictures" not in render("minimal").text
