"""The pages about the API that nginx serves: /docs (Swagger UI), /openapi.json, /openapi.yaml and, for each reason of a refusal,
/problems/<reason>, to which the `type` of a problem document points.

    site.py OUT [--swagger-ui DIR]      writes them; DIR is the npm package swagger-ui-dist
"""

import argparse
import html
import json
import pathlib
import re
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
PACKAGE = "swagger-ui-dist"

ENTRY = re.compile(r'((?:  // .*\n)+)  ([A-Z_]+) = \d+ \[\(info\) = \{code: "([A-Z_]+)"(?:, http: (\d+))?, title: "([^"]+)"\}\];')
ANY_ENTRY = re.compile(r"^  ([A-Z_]+) = [1-9]", re.MULTILINE)
# google/rpc/code.proto: the HTTP status of a code whose reason names none.
HTTP_OF_CODE = {"INVALID_ARGUMENT": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ALREADY_EXISTS": 409,
                "ABORTED": 409, "FAILED_PRECONDITION": 400, "RESOURCE_EXHAUSTED": 429, "CANCELLED": 499, "UNIMPLEMENTED": 501,
                "INTERNAL": 500, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504}


def marked_up(text):
    """Plain words with `code` in them."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def problems(text):
    """{reason: {placeholder of problem.html: value}} of reason.proto, whose comments are the words of the pages."""
    found = {}
    for words, reason, code, http, title in ENTRY.findall(text):
        meaning, _, remedy = " ".join(line.removeprefix("  // ") for line in words.splitlines()).partition(" Do: ")
        if meaning and remedy:
            found[reason] = {"TITLE": html.escape(title), "REASON": reason, "STATUS": http or str(HTTP_OF_CODE[code]), "CODE": code,
                             "MEANING": marked_up(meaning), "REMEDY": marked_up(remedy)}
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


def write(out, assets):
    """The whole site into the directory `out`; `assets` is the package of Swagger UI, or None."""
    out = pathlib.Path(out)
    for folder in (out, out / "docs", out / "problems"):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    contract = OPENAPI.read_text()
    files.write(out / "openapi.yaml", contract)
    # Dates of examples are texts in JSON.
    files.write(out / "openapi.json", json.dumps(yaml.load(contract, Loader=yaml.CSafeLoader), ensure_ascii=False))
    for name in ("docs.js", "site.css"):
        files.write(out / "docs" / name, (SOURCES / name).read_text())
    files.write(out / "docs" / "index.html", (SOURCES / ("docs.html" if assets else "without_swagger.html")).read_text())
    for name in SWAGGER_UI if assets else ():
        files.write(out / "docs" / name, (assets / name).read_text())
    template = (SOURCES / "problem.html").read_text()
    for reason, values in problems(REASONS.read_text()).items():
        page = re.sub(r"@([A-Z]+)@", lambda match, values=values: values[match[1]], template)
        files.write(out / "problems" / f"{reason.lower().replace('_', '-')}.html", page)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--swagger-ui", type=pathlib.Path)
    options = parser.parse_args()
    write(options.out, options.swagger_ui or swagger_ui())


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"site: {failure}")
