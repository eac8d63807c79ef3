"""The pages that nginx serves: those of the shop, as web.py has built them; /docs (Swagger UI), /openapi.json, /openapi.yaml, for each reason of a refusal /problems/<reason>, to
which the `type` of a problem document points, and what links in mails lead to (deploy/native/nginx_site.conf has their paths).

    site.py OUT [--swagger-ui DIR] [--web DIR] [--at PATH]

writes them into OUT/site, and beside them in OUT/nginx the files with which an nginx serves them from PATH, where OUT will lie:
nginx_site.conf and nginx_uploads.conf for a `server` of one that is there, nginx.conf for one that does nothing else. The DIRs are the npm package
swagger-ui-dist and what web.py has built. Images, packages and this machine have the same pages.
"""

import argparse
import html
import json
import pathlib
import re
import shutil
import sys

import yaml

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from deploy.lib import fetched, files  # noqa: E402
from deploy.lib.failure import Failure  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "deploy" / "site"
OPENAPI = ROOT / "docs" / "openapi.yaml"
REASONS = ROOT / "proto" / "marketplace" / "options" / "v1" / "reason.proto"
SWAGGER_UI = ("swagger-ui.css", "swagger-ui-bundle.js")
NGINX = (SOURCES / "nginx.conf", *(ROOT / "deploy" / "native" / name
                                   for name in ("nginx_site.conf", "nginx_site_headers.conf", "nginx_links_headers.conf", "nginx_headers.conf", "nginx_uploads.conf",
                                            "nginx_pictures.conf", "nginx_pages.conf", "nginx_shop.conf", "nginx_shop_headers.conf")))
# Of the package, and where the chart mounts them for this nginx.
PICTURES = "/var/lib/marketplace/pictures"
PACKAGE = "swagger-ui-dist"
# Built by web.py. An earlier build's files of /assets stay where they were written to: a page that is open still asks for them.
WEB = ROOT / "build" / "web"
WEB_FOLDERS = ("shop", "assets")
# Of the shop, what the gateway writes public pages with: `pages.directory`.
SHELL = WEB / "shop" / "en.json"

ENTRY = re.compile(r'((?:  // .*\n)+)  ([A-Z_]+) = \d+ \[\(info\) = \{\s*code: "([A-Z_]+)"(?:, http: (\d+))?, title: "([^"]+)"'
                   r'(?:\s*metadata: \[[^]]*\]\s*)?\}\];')
ANY_ENTRY = re.compile(r"^  ([A-Z_]+) = [1-9]", re.MULTILINE)
# google/rpc/code.proto: the HTTP status of a code whose reason names none.
HTTP_OF_CODE = {"INVALID_ARGUMENT": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ALREADY_EXISTS": 409,
                "ABORTED": 409, "FAILED_PRECONDITION": 400, "RESOURCE_EXHAUSTED": 429, "CANCELLED": 499, "UNIMPLEMENTED": 501,
                "INTERNAL": 500, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504}


def marked_up(text):
    """Plain words with `code` in them."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def examples(contract):
    """{reason: its example in the contract}"""
    answers = contract["components"]["responses"].values()
    return {reason: example["value"] for answer in answers
            for reason, example in answer["content"]["application/problem+json"]["examples"].items()}


def described(contract, values, schema, prefix=""):
    """(name, words) of each of the values, as the contract describes them; what is in a list is named with it: lines[].available."""
    for name, value in values.items():
        field = contract["components"]["schemas"][schema]["properties"][name]
        if isinstance(value, list):
            inner = field["items"]["$ref"].rpartition("/")[2]
            for one in value:
                yield from described(contract, one, inner, f"{name}[].")
        else:
            yield prefix + name, field["description"]


def metadata(contract, example):
    """What comes with a refusal, as HTML: nothing for most."""
    if "metadata" not in example:
        return ""
    rows = "".join(f"\n        <dt><code>{html.escape(name)}</code></dt>\n        <dd>{html.escape(words)}</dd>"
                   for name, words in described(contract, example["metadata"], "RefusalMetadata"))
    shown = html.escape(json.dumps(example["metadata"], indent=2, ensure_ascii=False), quote=False)
    return f"""<h2>What comes with it</h2>
      <p>In <code>metadata</code> of the answer, where it is known:</p>
      <dl>{rows}
      </dl>
      <pre>{shown}</pre>
      """


def problems(text, contract):
    """{reason: {placeholder of problem.html: value}} of reason.proto, whose comments are the words of the pages, and of the contract."""
    found, shown = {}, examples(contract)
    for words, reason, code, http, title in ENTRY.findall(text):
        meaning, _, remedy = " ".join(line.removeprefix("  // ") for line in words.splitlines()).partition(" Do: ")
        if meaning and remedy:
            found[reason] = {"TITLE": html.escape(title), "REASON": reason, "STATUS": http or str(HTTP_OF_CODE[code]), "CODE": code,
                             "MEANING": marked_up(meaning), "REMEDY": marked_up(remedy),
                             "METADATA": metadata(contract, shown.get(reason, {}))}
    without = set(ANY_ENTRY.findall(text)) - set(found)
    if without:
        raise Failure(f"reason.proto does not say what these mean and what to do: {', '.join(sorted(without))}")
    return found


def swagger_ui():
    """The package as package-lock.json pins it; None where it can't be had, which is said."""
    try:
        return fetched.node_modules(SOURCES) / PACKAGE
    except Failure as why:
        print(f"site: /docs has no Swagger UI: {why}", file=sys.stderr)
        return None


def write_web(out, web):
    """The pages of the shop. Its HTML comes last: it names files that are to be there."""
    shutil.rmtree(out / "shop", ignore_errors=True)
    if not (web / "shop").is_dir():
        print("site: there are no pages of the shop: ./market build makes them", file=sys.stderr)
        return
    for folder in reversed(WEB_FOLDERS):
        (out / folder).mkdir(exist_ok=True)
        (out / folder).chmod(0o755)
        for file in sorted((web / folder).iterdir()):
            files.write(out / folder / file.name, file.read_bytes())


def write(out, assets, web=WEB):
    """The whole site into the directory `out`; `assets` is the package of Swagger UI, or None; `web` is what web.py has built."""
    out = pathlib.Path(out)
    for folder in (out, out / "docs", out / "problems", out / "links"):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    text = OPENAPI.read_text()
    contract = yaml.load(text, Loader=yaml.CSafeLoader)
    files.write(out / "openapi.yaml", text)
    # Dates of examples are texts in JSON.
    files.write(out / "openapi.json", json.dumps(contract, ensure_ascii=False))
    for name in ("docs.js", "site.css"):
        files.write(out / "docs" / name, (SOURCES / name).read_text())
    files.write(out / "docs" / "index.html", (SOURCES / ("docs.html" if assets else "without_swagger.html")).read_text())
    for name in SWAGGER_UI if assets else ():
        files.write(out / "docs" / name, (assets / name).read_text())
    files.write(out / "links.html", (SOURCES / "links.html").read_text())
    for name in ("links.js", "links.css"):
        files.write(out / "links" / name, (SOURCES / name).read_text())
    template = (SOURCES / "problem.html").read_text()
    for reason, values in problems(REASONS.read_text(), contract).items():
        page = re.sub(r"@([A-Z]+)@", lambda match, values=values: values[match[1]], template)
        files.write(out / "problems" / f"{reason.lower().replace('_', '-')}.html", page)
    write_web(out, pathlib.Path(web))


def write_nginx(out, at):
    """What serves the pages below `at`/site, with its own files in `at`/nginx."""
    out.mkdir(parents=True, exist_ok=True)
    out.chmod(0o755)
    for source in NGINX:
        text = source.read_text().replace("@ETC@", f"{at}/nginx").replace("@SITE@", f"{at}/site").replace("@PICTURES@", PICTURES)
        files.write(out / source.name, text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--swagger-ui", type=pathlib.Path)
    parser.add_argument("--web", type=pathlib.Path, default=WEB)
    parser.add_argument("--at", type=pathlib.PurePosixPath, default="/usr/share/marketplace")
    options = parser.parse_args()
    write(options.out / "site", options.swagger_ui or swagger_ui(), options.web)
    write_nginx(options.out / "nginx", options.at)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"site: {failure}")
