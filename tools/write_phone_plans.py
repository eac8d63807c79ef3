#!/usr/bin/python3
"""Writes platform/rules/phone_plans.cpp: how numbers are dialled in each country, from the metadata of libphonenumber.

    apt install python3-phonenumbers && tools/write_phone_plans.py

The package is libphonenumber's port to Python with the same metadata, under Apache 2.0. Kept of a plan is what a number as a whole must
look like (`general_desc`) and how long it is, not which ranges are given out: those change every few weeks, and a number that its owner
has is not to be refused for the age of a table.
"""
import pathlib
import subprocess

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

OUT = pathlib.Path(__file__).resolve().parent.parent / "platform/rules/phone_plans.cpp"

HEAD = f'''\
// Written by tools/write_phone_plans.py, not by hand: the metadata of libphonenumber as python3-phonenumbers
// {phonenumbers.__version__} has it, under Apache 2.0.
#include "platform/rules/phone_plans.hpp"

namespace market::rules {{
namespace {{

constexpr PhonePlan kPlans[] = {{
'''
TAIL = '''};

}  // namespace

std::span<const PhonePlan> PhonePlans() { return kPlans; }

}  // namespace market::rules
'''


def literal(text):
    if not (text or "").isascii():
        raise ValueError(f"not ASCII: {text}")
    return '"' + (text or "").replace("\\", "\\\\").replace('"', '\\"') + '"'


def mask(lengths):
    return f"0x{sum(1 << length for length in lengths):x}"


def entry(plan, country):
    numbers = plan.general_desc
    fields = [literal(country), literal(str(plan.country_code)), mask(numbers.possible_length),
              literal(numbers.national_number_pattern), literal(plan.international_prefix),
              literal(plan.national_prefix_for_parsing), literal(plan.national_prefix_transform_rule)]
    while fields[-1] == '""':
        fields.pop()
    return "    {" + ", ".join(fields) + "},\n"


def main():
    rows = []
    for code, countries in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        for country in countries:  # the main one first
            if country == "001":
                rows.append(entry(PhoneMetadata.metadata_for_nongeo_region(code), ""))
            else:
                rows.append(entry(PhoneMetadata.metadata_for_region(country), country))
    OUT.write_text(HEAD + "".join(rows) + TAIL)
    subprocess.run(["clang-format-19", "-i", OUT], check=True)
    print(f"{OUT}: {len(rows)} plans")


if __name__ == "__main__":
    main()
