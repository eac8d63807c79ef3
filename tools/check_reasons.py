#!/usr/bin/python3
"""Holds every reason that a program or nginx gives for a refusal to the one list of reason.proto, with its code.

Prints one line per offence and exits 1, or prints the number of refusals read and exits 0. Tests may invent reasons.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOPS = ("platform", "peers", "services", "gateway", "sandbox", "apps")
LIST = ROOT / "proto/marketplace/options/v1/reason.proto"
EDGE = (ROOT / "deploy/native/nginx_refusals.conf", ROOT / "deploy/site/nginx.conf")

ENTRY = re.compile(r'^  ([A-Z_]+) = \d+ \[\(info\) = \{\s*code: "([A-Z_]+)"(?:, http: (\d+))?', re.MULTILINE)
# Error(Code::kAborted, "OUT_OF_STOCK", …); subclasses initialise their base in the same form.
THROWN = re.compile(r'\bError[({]\s*Code::k(\w+),\s*"([^"]*)"')
ANSWERED = re.compile(r'"status":(\d+),.*?"reason":"([^"]*)"')

# google/rpc/code.proto: the HTTP status of a code whose reason names none.
HTTP_OF_CODE = {"INVALID_ARGUMENT": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404,
                "ALREADY_EXISTS": 409, "ABORTED": 409, "FAILED_PRECONDITION": 400, "RESOURCE_EXHAUSTED": 429,
                "CANCELLED": 499, "UNIMPLEMENTED": 501, "INTERNAL": 500, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504}


def upper_snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def is_test(path):
    return path.name.endswith("_test.cpp") or "fixture" in path.name or "fake" in path.name or "testing" in path.parts


def refusals_in(text, pattern):
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def main():
    known = {reason: (code, int(http or HTTP_OF_CODE[code])) for reason, code, http in ENTRY.findall(LIST.read_text())}
    sources = [path for top in TOPS for suffix in ("*.hpp", "*.cpp") for path in sorted((ROOT / top).rglob(suffix))
               if not is_test(path.relative_to(ROOT))]
    count, offences = 0, []
    for path in sources:
        for line, code, reason in refusals_in(path.read_text(), THROWN):
            count += 1
            at = f"{path.relative_to(ROOT)}:{line}: {reason}"
            if reason not in known:
                offences.append(f"{at} is not in {LIST.name}")
            elif known[reason][0] != upper_snake(code):
                offences.append(f"{at} is thrown as {upper_snake(code)}, {LIST.name} says {known[reason][0]}")
    for path in EDGE:
        for line, status, reason in refusals_in(path.read_text(), ANSWERED):
            count += 1
            if reason not in known or known[reason][1] != int(status):
                offences.append(f"{path.relative_to(ROOT)}:{line}: {reason} with {status} is not what {LIST.name} says")
    for offence in offences:
        print(offence)
    print(f"{count} refusals, {len(known)} reasons, {len(offences)} offences")
    return 1 if offences or not count or not known else 0


if __name__ == "__main__":
    sys.exit(main())
