#!/usr/bin/python3
"""Writes services/payment/domain/iban_formats.cpp: what the numbers of bank accounts look like in each country, from the IBAN registry.

    python3 -m venv VENV && VENV/bin/pip install --no-deps python-stdnum==2.2
    tools/write_iban_formats.py VENV/lib/python3*/site-packages/stdnum/iban.dat

The registry is SWIFT's, who keeps it for ISO (ISO 13616-2); python-stdnum copies its release 101. Debian's python3-stdnum has an older one. What
is taken are the facts: the countries and the layout of their account numbers.
"""
import pathlib
import re
import subprocess
import sys

OUT = pathlib.Path(__file__).resolve().parent.parent / "services/payment/domain/iban_formats.cpp"

HEAD = '''\
// Written by tools/write_iban_formats.py, not by hand: SWIFT's IBAN registry (ISO 13616-2), release {release}, as
// python-stdnum 2.2 has it.
#include "services/payment/domain/iban.hpp"

namespace market::payment::domain {{
namespace {{

constexpr IbanFormat kFormats[] = {{
'''
TAIL = '''};

}  // namespace

std::span<const IbanFormat> IbanFormats() { return kFormats; }

}  // namespace market::payment::domain
'''
ROW = re.compile(r'^([A-Z]{2}) country="[^"]*" bban="((?:[0-9]+![nac])+)"')


def main():
    text = pathlib.Path(sys.argv[1]).read_text()
    release = re.search(r"iban-registry-v(\d+)", text).group(1)
    rows = []
    for line in text.splitlines():
        row = ROW.match(line)
        if row:
            parts = re.findall(r"([0-9]+)!([nac])", row.group(2))
            length = 4 + sum(int(count) for count, _ in parts)
            rows.append(f'    {{"{row.group(1)}", {length}, "{"".join(count + kind for count, kind in parts)}"}},\n')
    if len(rows) < 80 or rows != sorted(rows):
        raise ValueError(f"{len(rows)} countries: not the registry")
    OUT.write_text(HEAD.format(release=release) + "".join(rows) + TAIL)
    subprocess.run(["clang-format-19", "-i", OUT], check=True)


if __name__ == "__main__":
    main()
